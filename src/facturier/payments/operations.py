"""Record what was paid and paid back, share it out over documents, and take it back.

Whoever writes here locks payments first, by date, then documents, by number: nobody waits for each other in
a ring. Amounts are minor units. Shares (`parts`) are minor units by the document's key; None settles what has
waited longest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from facturier.audit import operations as audit
from facturier.customers.models import Customer
from facturier.invoices.issuing import Outcome
from facturier.invoices.models import Invoice
from facturier.invoices.settling import for_settling
from facturier.organisations.access import Actor, operation
from facturier.organisations.closing import closed_until
from facturier.organisations.models import Organisation
from facturier.payments import recording
from facturier.payments.booking import Part, book, content, unbook
from facturier.payments.models import Allocation, Direction, Payment
from facturier.payments.values import NewPayment
from facturier.rules import settling
from facturier.rules.document import Kind
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.settling import Method, Spread

__all__ = ["Method", "NewPayment", "Outcome", "Spread"]


@operation("payments.record", lock=False)
def record(
    customer: Customer,
    *,
    actor: Actor,
    payment: NewPayment,
    today: date,
    parts: Mapping[int, int] | None = None,
) -> Payment:
    """Record what a customer paid and settle invoices by it; the rest stays the customer's credit.

    Raises Refused for a part that is more than is open, for more parts than the amount, for a day to come and
    for one of closed books.
    """
    given = recording.acceptable(payment, currency=customer.currency, today=today)
    keys = recording.owed_ids(customer.pk, given.currency) if parts is None else parts
    documents = recording.documents_of(customer.pk, given.currency, [*keys])
    found = recording.payable(documents.values())
    spread = recording.shared_out(given.amount_minor, parts, found, currency=given.currency)
    (row,) = recording.insert([(customer, given)], direction=Direction.RECEIVED, author=actor.name)
    recording.note_recorded(row, [documents[key] for key in spread.parts])
    book([Part(minor, payment=row, invoice=documents[key]) for key, minor in spread.parts.items()])
    row.used_minor = row.amount_minor - spread.rest_minor
    return row


@operation("payments.record", lock=False)
def pay_balance(
    invoice: Invoice,
    *,
    actor: Actor,
    on: date,
    method: Method = Method.TRANSFER,
    reference: str = "",
    note: str = "",
) -> Payment:
    """Record that the whole balance of an invoice was paid. Raises Refused where nothing is left to pay."""
    given = recording.acceptable(
        NewPayment(on, 1, method, reference, note), currency=invoice.currency, today=on
    )
    payments, outcome = recording.pay_in_full([invoice.pk], given, author=actor.name)
    for refusal in outcome.refusals.values():
        raise refusal
    return payments[0]


@operation("payments.record")
def pay_many(
    organisation: Organisation,
    *,
    actor: Actor,
    invoice_ids: Sequence[int],
    on: date,
    today: date,
    method: Method = Method.TRANSFER,
    reference: str = "",
    note: str = "",
) -> Outcome:
    """Record that each invoice was paid in full, by a payment of its own; list the others with the reason.

    A constant number of statements. Raises Refused for a day to come, and for one of closed books.
    """
    given = recording.acceptable(
        NewPayment(on, 1, method, reference, note), currency=organisation.currency, today=today
    )
    _payments, outcome = recording.pay_in_full(invoice_ids, given, author=actor.name)
    return outcome


@operation("payments.record", lock=False)
def allocate(
    customer: Customer,
    *,
    actor: Actor,
    parts: Mapping[int, int] | None = None,
    currency: str = "",
    payment_id: int | None = None,
) -> Spread:
    """Settle invoices by the customer's credit: by that of all payments, the oldest first, or of one.

    Raises Refused where there is no credit, or nothing to settle.
    """
    currency = currency or customer.currency
    payments = recording.with_credit(customer.pk, currency, payment_id=payment_id)
    if not payments:
        raise Refused("There is no credit left to use.")
    keys = recording.owed_ids(customer.pk, currency) if parts is None else parts
    documents = recording.documents_of(customer.pk, currency, [*keys])
    credit = sum(one.credit_minor for one in payments)
    found = recording.payable(documents.values())
    spread = recording.shared_out(credit, parts, found, currency=currency)
    if not spread.parts:
        raise Refused("Nothing was chosen to be settled.")
    by_key = {one.pk: one for one in payments}
    triples = settling.paired([(one.pk, one.credit_minor) for one in payments], spread.parts)
    for pk in dict.fromkeys(source for source, _key, _minor in triples):
        taken = [(key, minor) for source, key, minor in triples if source == pk]
        audit.record(
            "payment.allocated",
            by_key[pk],
            amount_minor=sum(minor for _key, minor in taken),
            currency=currency,
            settled=[str(documents[key]) for key, _minor in taken],
        )
    book([Part(minor, payment=by_key[source], invoice=documents[key]) for source, key, minor in triples])
    return spread


@operation("payments.record", lock=False)
def set_against(credit_note: Invoice, *, actor: Actor, parts: Mapping[int, int] | None = None) -> Spread:
    """Settle invoices of the same customer by a credit note; the rest stays on the credit note.

    Raises Refused for what is no issued credit note, for one that nothing is left of, and where there is
    nothing to settle.
    """
    customer_id, currency = credit_note.customer_id, credit_note.currency
    keys = recording.owed_ids(customer_id, currency) if parts is None else parts
    documents = recording.documents_of(customer_id, currency, [*keys, credit_note.pk])
    own = documents.pop(credit_note.pk, credit_note)
    settling.refuse_setting_against(own.facts)
    found = recording.creditable(documents.values())
    spread = recording.shared_out(own.balance_minor, parts, found, currency=currency)
    if not spread.parts:
        raise Refused("Nothing was chosen to be settled.")
    book([Part(minor, credit_note=own, invoice=documents[key]) for key, minor in spread.parts.items()])
    return spread


@operation("payments.record", lock=False)
def unallocate(allocation: Allocation, *, actor: Actor) -> None:
    """Take a payment or a credit note off an invoice: the payment is credit again.

    Raises Refused for refunds, where the invoice was refunded since, and when somebody took it off before.
    """
    if allocation.payment_id is not None:
        Payment.lock(allocation.payment_id)
    documents = for_settling({allocation.invoice_id, allocation.credit_note_id} - {None})
    row = Allocation.objects.select_related("payment").filter(pk=allocation.pk).first()
    if row is None:
        raise Refused("Somebody took this off before you.")
    if row.payment is not None and row.payment.is_refund:
        raise Refused("A refund is not taken off: delete it.")
    _refuse_unsettling([row], documents)
    if row.payment is not None:
        audit.record(
            "payment.unallocated",
            row.payment,
            amount_minor=row.amount_minor,
            currency=row.payment.currency,
            settled=[str(documents[row.invoice_id])],
        )
    unbook([row], documents)


@operation("payments.refund", lock=False)
def refund(document: Invoice, *, actor: Actor, payment: NewPayment, today: date) -> Payment:
    """Record that money was paid back: of what was paid on an invoice, or of what a credit note holds.

    Raises Refused for more than there is, for a day to come and for one of closed books.
    """
    given = recording.acceptable(payment, currency=document.currency, today=today)
    row = for_settling([document.pk]).get(document.pk, document)
    settling.refuse_refunding(row.facts)
    _refuse_more_than(settling.refundable_minor(row.facts), given)
    (made,) = recording.insert([(row.customer, given)], direction=Direction.REFUND, author=actor.name)
    recording.note_recorded(made, [row])
    book([Part(given.amount_minor, payment=made, invoice=row)])
    made.used_minor = made.amount_minor
    return made


@operation("payments.refund", lock=False)
def refund_whole(
    invoice: Invoice,
    *,
    actor: Actor,
    on: date,
    method: Method = Method.TRANSFER,
    reference: str = "",
    note: str = "",
) -> Payment:
    """Record that all was paid back that can be. Raises Refused where nothing can."""
    row = for_settling([invoice.pk]).get(invoice.pk, invoice)
    settling.refuse_refunding(row.facts)
    whole = NewPayment(on, settling.refundable_minor(row.facts), method, reference, note)
    return refund(row, actor=actor, payment=whole, today=on)


@operation("payments.refund", lock=False)
def refund_credit(
    customer: Customer,
    *,
    actor: Actor,
    payment: NewPayment,
    today: date,
    payment_id: int | None = None,
) -> Payment:
    """Record that a customer's credit was paid back, of all payments or of one.

    Raises Refused for more than there is, for a day to come and for one of closed books.
    """
    given = recording.acceptable(payment, currency=customer.currency, today=today)
    payments = recording.with_credit(customer.pk, given.currency, payment_id=payment_id)
    if not payments:
        raise Refused("There is no credit left to use.")
    _refuse_more_than(sum(one.credit_minor for one in payments), given)
    (made,) = recording.insert([(customer, given)], direction=Direction.REFUND, author=actor.name)
    recording.note_recorded(made, [])
    by_key = {one.pk: one for one in payments}
    triples = settling.paired([(one.pk, one.credit_minor) for one in payments], {made.pk: given.amount_minor})
    book([Part(minor, payment=made, credit_of=by_key[source]) for source, _key, minor in triples])
    made.used_minor = made.amount_minor
    return made


@operation("payments.delete")
def delete(payment: Payment, *, actor: Actor) -> None:
    """Delete a payment or refund that was recorded by mistake; what it said stays in the audit log.

    Raises Refused once its books are closed, and where something was refunded or settled on top of it.
    """
    until = closed_until(payment.organisation_id)
    settling.refuse_deleting_in_closed_period(payment.paid_on, closed_until=until)
    if payment.credit_refunds.exists():
        raise Refused("A part of this payment was refunded: delete that refund first.")
    rows = list(payment.allocations.select_related("payment", "credit_of").order_by("pk"))
    documents = for_settling({row.invoice_id for row in rows} - {None})
    _refuse_unsettling(rows, documents)
    audit.record(
        "payment.deleted",
        payment,
        direction=str(payment.direction),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        customer=payment.customer.name,
        customer_id=payment.customer_id,
        recorded_by=payment.created_by,
        recorded_at=payment.created_at.isoformat(),
        settled=[str(documents[row.invoice_id]) for row in rows if row.invoice_id],
        parts=[_part(row) for row in rows],
        **content(payment),
    )
    unbook(rows, documents)
    payment.delete()


def _part(row: Allocation) -> dict[str, int | None]:
    return {
        "invoice_id": row.invoice_id,
        "credit_of_id": row.credit_of_id,
        "amount_minor": row.amount_minor,
    }


def _refuse_more_than(most_minor: int, given: NewPayment) -> None:
    if given.amount_minor > most_minor:
        raise Refused(
            "At most %(most)s can be refunded.",
            field="amount",
            values={"most": Money(most_minor, given.currency)},
        )


def _refuse_unsettling(rows: Sequence[Allocation], documents: Mapping[int, Invoice]) -> None:
    """Raise Refused where a document would be refunded more than it was paid, or settled twice."""
    refunded, paid = Counter[int](), Counter[int]()
    for row in rows:
        if row.invoice_id is not None and row.payment is not None:
            (refunded if row.payment.is_refund else paid)[row.invoice_id] += row.amount_minor
    for key, minor in refunded.items():
        document = documents[key]
        if document.kind == Kind.INVOICE and document.facts.open_minor < minor:
            raise Refused(
                "%(document)s was settled again since: take that off first.",
                values={"document": str(document)},
            )
    for key, minor in paid.items():
        document = documents[key]
        if document.paid_minor - minor < document.refunded_minor:
            raise Refused(
                "%(document)s was refunded: delete that refund first.", values={"document": str(document)}
            )
