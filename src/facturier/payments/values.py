"""A payment as a door hands it over, checked and tidied before it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from facturier.rules.refusal import Refused, refuse_all
from facturier.rules.settling import Method, require_positive

LONGEST = {"reference": 100, "note": 300}


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came or went on a day. The currency is the customer's where none is named.

    `once` marks the form that it comes from: the same one is recorded once, however often it is sent.
    """

    on: date
    amount_minor: int
    method: Method = Method.TRANSFER
    reference: str = ""
    note: str = ""
    currency: str = ""
    once: UUID | None = None


def checked(given: NewPayment, *, currency: str, today: date) -> NewPayment:
    """Return the payment tidied, in a currency. Raises Refused, naming every field to mend."""
    refusals: list[Refused] = []
    try:
        require_positive(given.amount_minor)
    except Refused as refusal:
        refusals.append(refusal)
    if given.on > today:
        refusals.append(Refused("This day has not come yet.", field="on"))
    texts = {name: " ".join(getattr(given, name).split()) for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(texts[name]) > longest:
            refusals.append(
                Refused(
                    "This is too long: at most %(longest)s characters.",
                    field=name,
                    values={"longest": longest},
                )
            )
    if given.method not in set(Method):
        refusals.append(Refused("Choose how it was paid.", field="method"))
    refuse_all(refusals)
    return replace(given, **texts, method=Method(given.method), currency=given.currency or currency)
