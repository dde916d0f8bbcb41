"""Decide about many documents at once: which are sent, with which words, and which are left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from facturier.customers.models import Contact, Customer
from facturier.delivery import recipients
from facturier.delivery.models import Delivery
from facturier.delivery.refusals import ALREADY_SENT, NO_ADDRESS, NOT_OWNER, OPEN, open_as, refuse_unready
from facturier.delivery.texts import letter
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says, and to whom."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulk send would do with its documents."""

    ready: list[tuple[Invoice, Message]]
    skipped: list[tuple[Invoice, Refused]]


def plan(
    rows: Sequence[Invoice],
    *,
    organisation: Organisation,
    actor: Actor,
    refused: Mapping[int, Refused] = MappingProxyType({}),
) -> Plan:
    """Write the default message for each document that can be sent; four queries for any number.

    `refused` says, by primary key, what is left out for reasons known before.
    """
    known = _Known(rows, actor=actor)
    found = Plan([], [])
    for row in rows:
        try:
            if row.pk in refused:
                raise refused[row.pk]
            found.ready.append((row, known.message(row, organisation)))
        except Refused as refusal:
            found.skipped.append((row, refusal))
    return found


class _Known:
    """What decides about many documents at once, in four queries."""

    def __init__(self, rows: Sequence[Invoice], *, actor: Actor) -> None:
        customers = {row.customer_id for row in rows}
        self.customers = Customer.objects.in_bulk(customers)
        self.owned = owned(customers, actor=actor)
        self.contacts: dict[int, list[Contact]] = {}
        for contact in Contact.objects.filter(customer__in=customers).order_by("pk"):
            self.contacts.setdefault(contact.customer_id, []).append(contact)
        self.open = dict(
            Delivery.objects.filter(invoice__in=rows, state__in=OPEN).values_list("invoice_id", "state")
        )

    def message(self, row: Invoice, organisation: Organisation) -> Message:
        """Write the default message, or raise Refused with the reason why there is none."""
        if row.customer_id not in self.owned:
            raise Refused(NOT_OWNER)
        refuse_unready(row)
        if row.pk in self.open:
            raise open_as(self.open[row.pk])
        if row.sent_at is not None:
            raise Refused(ALREADY_SENT)
        contacts = self.contacts.get(row.customer_id, [])
        billing = next((one for one in contacts if one.is_billing), None)
        if billing is None or not recipients.is_address(billing.email):
            raise Refused(NO_ADDRESS)
        copies, _wrong = recipients.checked(
            [one.email for one in contacts if one.gets_copy], field="cc", seen=[billing.email]
        )
        name = billing.name or self.customers[row.customer_id].name
        text = letter(row, organisation=organisation, name=name)
        return Message((billing.email,), tuple(copies), recipients.one_line(text.subject), text.body)


def owned(customers: set[int], *, actor: Actor) -> set[int]:
    """Return which of the customers the actor answers for: one query, none for administrators."""
    if actor.is_admin:
        return set(customers)
    return set(
        Customer.objects.filter(pk__in=customers, ownerships__membership_id=actor.membership_id).values_list(
            "pk", flat=True
        )
    )
