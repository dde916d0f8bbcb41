"""Who settles what: money and credits spread over documents, never more than is open, to the minor unit.

Three documents settle an invoice: a payment, a credit note set against it, and, the other way, a refund of
what was paid. What a payment does not settle stays the customer's credit. A credit note is settled by what
is set against invoices and by refunds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from facturier.rules.document import Kind
from facturier.rules.lifecycle import Facts
from facturier.rules.money import Money
from facturier.rules.refusal import Refused


class Method(StrEnum):
    """How money changed hands."""

    TRANSFER = "transfer"
    CARD = "card"
    CHEQUE = "cheque"
    CASH = "cash"
    DIRECT_DEBIT = "direct_debit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Open:
    """Something that can still take `minor` of an amount; `order` breaks the tie of two of one day."""

    key: int
    minor: int
    due: date
    order: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """How an amount falls on what is open: minor units by key, and what is left over."""

    parts: Mapping[int, int]
    rest_minor: int


def oldest_first(amount_minor: int, found: Iterable[Open]) -> Spread:
    """Settle what has waited longest, then the next, until the amount is used up.

    The order in which `found` comes does not matter. Where the payer names no debt, the law takes the older
    one of debts that are alike otherwise (France: Code civil, art. 1342-10; Germany: § 366 (2) BGB; Italy:
    art. 1193 Codice civile). Raises Refused for an amount that is not positive.
    """
    rest = require_positive(amount_minor)
    parts: dict[int, int] = {}
    for one in sorted(found, key=lambda one: (one.due, one.order, one.key)):
        part = min(rest, one.minor)
        if part > 0:
            parts[one.key] = part
            rest -= part
    return Spread(parts, rest)


def as_chosen(
    amount_minor: int, chosen: Mapping[int, int], found: Iterable[Open], *, currency: str
) -> Spread:
    """Settle what the payer chose. Parts of nothing are left out.

    Raises Refused for a part that is negative, for more than is open on one, for one that is not open at
    all, and for more together than the amount.
    """
    rest = require_positive(amount_minor)
    still_open = {one.key: one.minor for one in found}
    parts = {key: minor for key, minor in chosen.items() if minor}
    for key, minor in parts.items():
        if minor < 0:
            raise Refused("An amount is more than nothing.", field=f"part-{key}")
        if minor > still_open.get(key, 0):
            raise Refused(
                "Only %(open)s is still open there.",
                field=f"part-{key}",
                values={"open": Money(still_open.get(key, 0), currency)},
            )
    rest -= sum(parts.values())
    if rest < 0:
        raise Refused(
            "%(excess)s more was shared out than there is.",
            field="amount",
            values={"excess": Money(-rest, currency)},
        )
    return Spread(parts, rest)


def paired(sources: Iterable[tuple[int, int]], parts: Mapping[int, int]) -> list[tuple[int, int, int]]:
    """Say which source pays which part: (source, key, minor units), each source used up before the next.

    `sources` are keys and what they hold. Raises ValueError where they hold less than the parts come to.
    """
    found: list[tuple[int, int, int]] = []
    held = iter(sources)
    source, left = 0, 0
    for key, minor in parts.items():
        while minor:
            if not left:
                try:
                    source, left = next(held)
                except StopIteration:
                    raise ValueError("the parts come to more than the sources hold") from None
            taken = min(left, minor)
            if taken:
                found.append((source, key, taken))
            left, minor = left - taken, minor - taken
    return found


def require_positive(amount_minor: int) -> int:
    """Return the amount. Raises Refused unless it is more than nothing, and fits what databases hold."""
    if amount_minor <= 0:
        raise Refused("An amount is more than nothing.", field="amount")
    if amount_minor >= 10**15:
        raise Refused("An amount has at most 15 digits.", field="amount")
    return amount_minor


def payable_minor(facts: Facts) -> int:
    """Return what can still be paid: the balance of an issued invoice, else nothing."""
    if not facts.issued or facts.kind is not Kind.INVOICE:
        return 0
    return max(0, facts.balance_minor)


def creditable_minor(facts: Facts) -> int:
    """Return what a credit note can still be set against: also an invoice whose payment was refunded."""
    if not facts.issued or facts.kind is not Kind.INVOICE:
        return 0
    return max(0, facts.open_minor)


def refundable_minor(facts: Facts) -> int:
    """Return what can be paid back: of an invoice what was paid, of a credit note what it still holds."""
    if not facts.issued or facts.kind is Kind.PRO_FORMA:
        return 0
    if facts.kind is Kind.CREDIT_NOTE:
        return max(0, facts.balance_minor)
    return max(0, facts.paid_minor - facts.refunded_minor)


def refuse_paying(facts: Facts) -> None:
    """Raise Refused unless something of the document can be paid."""
    if facts.kind is Kind.PRO_FORMA:
        raise Refused("A pro forma is not paid: produce the final invoice from it.")
    if not facts.issued:
        raise Refused("A draft cannot be paid: finalise it first.")
    if facts.kind is Kind.CREDIT_NOTE:
        raise Refused("A credit note is not paid: refund it, or set it against invoices.")
    if payable_minor(facts) == 0:
        raise Refused("Nothing is left to pay.")


def refuse_refunding(facts: Facts) -> None:
    """Raise Refused unless something can be paid back."""
    if not facts.issued or facts.kind is Kind.PRO_FORMA:
        raise Refused("Only an issued document can be refunded.")
    if refundable_minor(facts) == 0:
        if facts.kind is Kind.CREDIT_NOTE:
            raise Refused("Nothing of this credit note is left.")
        raise Refused("Nothing was paid that could be refunded.")


def refuse_setting_against(facts: Facts) -> None:
    """Raise Refused unless the document is a credit note that still holds something."""
    if facts.kind is not Kind.CREDIT_NOTE or not facts.issued:
        raise Refused("Only an issued credit note can be set against invoices.")
    if facts.balance_minor <= 0:
        raise Refused("Nothing of this credit note is left.")


def refuse_closed_period(day: date, *, closed_until: date | None) -> None:
    """Raise Refused for a day whose books are closed."""
    if closed_until is not None and day <= closed_until:
        raise Refused(
            "The books are closed until %(day)s: choose a later date.",
            field="on",
            values={"day": closed_until},
        )


def refuse_deleting_in_closed_period(day: date, *, closed_until: date | None) -> None:
    """Raise Refused for a payment of a day whose books are closed: it is in a balance that was handed in."""
    if closed_until is not None and day <= closed_until:
        raise Refused(
            "The books are closed until %(day)s: this payment can no longer be deleted.",
            values={"day": closed_until},
        )
