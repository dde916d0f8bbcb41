"""What the operations share: writing payments down, and what they can settle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from facturier.audit import operations as audit
from facturier.customers.models import Customer
from facturier.invoices.issuing import Outcome
from facturier.invoices.models import OWED, Invoice
from facturier.invoices.settling import for_settling
from facturier.organisations.closing import closed_until
from facturier.organisations.tenancy import active
from facturier.payments.booking import Part, book, content
from facturier.payments.models import Direction, Payment
from facturier.payments.values import NewPayment, checked
from facturier.rules import settling
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from facturier.rules.settling import Open, Spread

ONCE = "payment_recorded_once"


def acceptable(given: NewPayment, *, currency: str, today: date) -> NewPayment:
    """Return the payment tidied. Raises Refused for what is wrong with it, and for a day of closed books."""
    tidy = checked(given, currency=currency, today=today)
    settling.refuse_closed_period(tidy.on, closed_until=closed_until(active()))
    return tidy


def insert(
    given: Sequence[tuple[Customer, NewPayment]], *, direction: Direction, author: str
) -> list[Payment]:
    """Insert payments in one statement. Raises Refused where a form is sent a second time."""
    organisation_id = active()
    rows = [
        Payment(
            organisation_id=organisation_id,
            customer=customer,
            direction=direction,
            paid_on=one.on,
            amount_minor=one.amount_minor,
            currency=one.currency,
            method=one.method,
            reference=one.reference,
            note=one.note,
            once=one.once,
            created_by=author[:100],
        )
        for customer, one in given
    ]
    try:
        with transaction.atomic():
            Payment.objects.bulk_create(rows)
    except IntegrityError as error:
        if any(one.once and Payment.objects.filter(once=one.once).exists() for _customer, one in given):
            raise Refused("This was recorded already.") from error
        raise
    return rows


def owed_ids(customer_id: int, currency: str) -> list[int]:
    """List the invoices of a customer that something is owed on, the closed ones left out."""
    rows = Invoice.objects.filter(OWED, customer_id=customer_id, currency=currency, kind=Kind.INVOICE)
    return list(rows.values_list("pk", flat=True))


def documents_of(customer_id: int, currency: str, keys: Collection[int]) -> dict[int, Invoice]:
    """Read those of the documents for writing that are this customer's, in this currency."""
    found = for_settling(keys)
    return {
        key: row for key, row in found.items() if (row.customer_id, row.currency) == (customer_id, currency)
    }


def payable(rows: Iterable[Invoice]) -> list[Open]:
    """Return what can still be paid of documents."""
    return [_open(row, settling.payable_minor(row.facts)) for row in rows]


def creditable(rows: Iterable[Invoice]) -> list[Open]:
    """Return what credit notes can still be set against."""
    return [_open(row, settling.creditable_minor(row.facts)) for row in rows]


def _open(row: Invoice, minor: int) -> Open:
    assert row.due_date is not None
    return Open(row.pk, minor, row.due_date, row.sort_key)


def shared_out(
    amount_minor: int, parts: Mapping[int, int] | None, found: Sequence[Open], *, currency: str
) -> Spread:
    """Spread an amount as chosen, or over the oldest first where nothing was chosen."""
    if parts is None:
        return settling.oldest_first(amount_minor, found)
    return settling.as_chosen(amount_minor, parts, found, currency=currency)


def with_credit(customer_id: int, currency: str, *, payment_id: int | None = None) -> list[Payment]:
    """Read the payments that a customer has credit of for writing, the oldest first."""
    rows = Payment.objects.select_for_update().filter(
        Q(direction="received", used_minor__lt=F("amount_minor")), customer_id=customer_id, currency=currency
    )
    if payment_id is not None:
        rows = rows.filter(pk=payment_id)
    return list(rows.order_by("paid_on", "pk"))


def note_recorded(payment: Payment, documents: Sequence[Invoice]) -> None:
    """Note a payment in the audit log, with the documents that it settles."""
    audit.record(
        "payment.refunded" if payment.is_refund else "payment.recorded",
        payment,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        customer=payment.customer.name,
        settled=[str(row) for row in documents],
        **content(payment),
    )


def pay_in_full(
    invoice_ids: Collection[int], given: NewPayment, *, author: str
) -> tuple[list[Payment], Outcome]:
    """Pay the whole balance of each invoice by a payment of its own; what cannot be paid is listed.

    A constant number of statements. `given` is acceptable; its amount does not count.
    """
    rows, outcome = for_settling(invoice_ids), Outcome()
    unissued = Invoice.objects.filter(pk__in=set(invoice_ids) - set(rows))
    ready: list[Invoice] = []
    for row in [*rows.values(), *unissued]:
        try:
            settling.refuse_paying(row.facts)
        except Refused as refusal:
            outcome.refusals[row.pk] = refusal
        else:
            ready.append(row)
            outcome.numbers[row.pk] = str(row)
    customers = Customer.objects.in_bulk({row.customer_id for row in ready})
    payments = insert(
        [
            (
                customers[row.customer_id],
                replace(given, amount_minor=row.balance_minor, currency=row.currency),
            )
            for row in ready
        ],
        direction=Direction.RECEIVED,
        author=author,
    )
    parts = []
    for row, payment in zip(ready, payments, strict=True):
        note_recorded(payment, [row])
        parts.append(Part(payment.amount_minor, payment=payment, invoice=row))
    book(parts)
    return payments, outcome
