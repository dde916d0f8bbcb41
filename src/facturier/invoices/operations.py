"""Write documents: drafts that change, and the one step that freezes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from facturier.audit import operations as audit
from facturier.catalogue.queries import TaxTable, tax_table
from facturier.customers.models import Customer
from facturier.invoices.drafting import sums, write_sums
from facturier.invoices.issuing import Outcome, finalise_documents
from facturier.invoices.models import (
    DRAFTS_FIRST,
    DraftCounter,
    Invoice,
    InvoiceAdjustment,
    InvoiceLine,
    Series,
)
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules import lifecycle
from facturier.rules.document import Kind, LineKind
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as a door hands it over; ids name rows of the catalogue."""

    description: str
    kind: LineKind = LineKind.AMOUNT
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_price: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    discount_minor: int = 0
    tax_code_id: int | None = None
    account_id: int | None = None
    service_start: date | None = None
    service_end: date | None = None
    order_reference: str = ""


@dataclass(frozen=True, slots=True)
class NewAdjustment:
    """A discount or charge on the whole document, as a door hands it over."""

    reason: str
    is_charge: bool = False
    percent: Decimal = Decimal(0)
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft as a door hands it over. What is None comes from the customer, then from the seller."""

    customer: Customer
    kind: Kind = Kind.INVOICE
    lines: Sequence[NewLine] = ()
    adjustments: Sequence[NewAdjustment] = ()
    currency: str | None = None
    language: str | None = None
    payment_days: int | None = None
    order_reference: str | None = None
    subject: str = ""
    note: str = ""
    batch_name: str = ""


@dataclass(slots=True)
class Created:
    """New drafts with their lines, in the order in which they were asked for."""

    invoices: list[Invoice] = field(default_factory=list)
    lines: list[list[InvoiceLine]] = field(default_factory=list)


@operation("invoices.draft")
def seed(organisation: Organisation, *, actor: Actor) -> None:
    """Give a new organisation the number series of its region."""
    Series.objects.bulk_create(
        Series(
            organisation=organisation,
            kind=kind,
            prefix=one.prefix,
            padding=one.padding,
            yearly=one.yearly,
        )
        for kind, one in organisation.rules.series.items()
    )
    DraftCounter.objects.create(organisation=organisation)


@operation("invoices.draft")
def create(organisation: Organisation, *, actor: Actor, draft: NewDraft, today: date) -> Invoice:
    """Create one draft."""
    return _create(organisation, actor=actor, drafts=[draft], today=today).invoices[0]


@operation("invoices.draft")
def create_many(
    organisation: Organisation, *, actor: Actor, drafts: Sequence[NewDraft], today: date
) -> Created:
    """Create any number of drafts with a constant number of statements."""
    return _create(organisation, actor=actor, drafts=drafts, today=today)


def _create(organisation: Organisation, *, actor: Actor, drafts: Sequence[NewDraft], today: date) -> Created:
    taxes = tax_table()
    first = _take_references(organisation, len(drafts))
    created = Created()
    adjustments: list[InvoiceAdjustment] = []
    for reference, draft in enumerate(drafts, start=first):
        invoice = _new_invoice(organisation, draft, reference=reference, actor=actor)
        lines = [
            _line(organisation, invoice, position, line) for position, line in enumerate(draft.lines, start=1)
        ]
        extra = [
            _adjustment(organisation, invoice, position, one)
            for position, one in enumerate(draft.adjustments, start=1)
        ]
        _add_up(invoice, lines, extra, taxes=taxes, today=today)
        created.invoices.append(invoice)
        created.lines.append(lines)
        adjustments += extra
    Invoice.objects.bulk_create(created.invoices, batch_size=1000)
    InvoiceLine.objects.bulk_create([line for lines in created.lines for line in lines], batch_size=2000)
    InvoiceAdjustment.objects.bulk_create(adjustments, batch_size=1000)
    for invoice in created.invoices:
        audit.record("invoice.drafted", invoice, batch=invoice.batch_name)
    return created


def _take_references(organisation: Organisation, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoices_draftcounter SET last_number = last_number + %s "
            "WHERE organisation_id = %s RETURNING last_number",
            [count, organisation.pk],
        )
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def _new_invoice(organisation: Organisation, draft: NewDraft, *, reference: int, actor: Actor) -> Invoice:
    customer = draft.customer
    days = draft.payment_days if draft.payment_days is not None else customer.payment_days
    order = draft.order_reference
    return Invoice(
        organisation=organisation,
        kind=draft.kind,
        customer=customer,
        reference=reference,
        sort_key=DRAFTS_FIRST + reference,
        status=Status.PRO_FORMA_PREPARING if draft.kind is Kind.PRO_FORMA else Status.DRAFT,
        currency=draft.currency or customer.currency,
        language=draft.language or customer.language,
        payment_days=organisation.payment_days if days is None else days,
        order_reference=customer.order_reference if order is None else order,
        subject=draft.subject,
        note=draft.note,
        batch_name=draft.batch_name,
        created_by=actor.name[:100],
    )


def _line(organisation: Organisation, invoice: Invoice, position: int, line: NewLine) -> InvoiceLine:
    return InvoiceLine(
        organisation=organisation,
        invoice=invoice,
        position=position,
        kind=line.kind,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_minor=line.discount_minor,
        tax_code_id=line.tax_code_id,
        account_id=line.account_id,
        service_start=line.service_start,
        service_end=line.service_end,
        order_reference=line.order_reference,
    )


def _adjustment(
    organisation: Organisation, invoice: Invoice, position: int, one: NewAdjustment
) -> InvoiceAdjustment:
    return InvoiceAdjustment(
        organisation=organisation,
        invoice=invoice,
        position=position,
        reason=one.reason,
        is_charge=one.is_charge,
        percent=one.percent,
        amount_minor=one.amount_minor,
    )


def _add_up(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    adjustments: Sequence[InvoiceAdjustment],
    *,
    taxes: TaxTable,
    today: date,
) -> None:
    found = sums(
        lines,
        adjustments,
        currency=invoice.currency,
        language=invoice.language,
        taxes=taxes,
        on=today,
    )
    write_sums(invoice, lines, found)


@operation("invoices.draft")
def save_draft(invoice: Invoice, *, actor: Actor, draft: NewDraft, version: int, today: date) -> Invoice:
    """Replace what a draft says; lines that stand at the same position keep their row.

    Raises Refused for an issued document, and for a `version` that someone else has saved since.
    """
    lifecycle.refuse_editing(invoice.facts)
    if invoice.version != version:
        raise Refused(
            "Somebody else has changed this draft since you opened it: reload the page.",
            field="version",
        )
    organisation = invoice.organisation
    changed = _new_invoice(organisation, draft, reference=invoice.reference, actor=actor)
    editable = [
        "customer",
        "currency",
        "language",
        "payment_days",
        "order_reference",
        "subject",
        "note",
    ]
    for name in editable:
        setattr(invoice, name, getattr(changed, name))
    lines = _replace_lines(organisation, invoice, draft.lines)
    invoice.adjustments.all().delete()
    adjustments = [
        _adjustment(organisation, invoice, position, one)
        for position, one in enumerate(draft.adjustments, start=1)
    ]
    _add_up(invoice, lines, adjustments, taxes=tax_table(), today=today)
    InvoiceLine.objects.bulk_update(lines, [f.name for f in _LINE_FIELDS])
    InvoiceAdjustment.objects.bulk_create(adjustments)
    invoice.version = version + 1
    invoice.save(update_fields=[*editable, "net_minor", "tax_minor", "gross_minor", "version"])
    audit.record("invoice.edited", invoice, version=invoice.version, gross_minor=invoice.gross_minor)
    return invoice


_LINE_FIELDS = [
    field
    for field in InvoiceLine._meta.concrete_fields
    if field.name not in ("id", "organisation", "invoice")
]


def _replace_lines(
    organisation: Organisation, invoice: Invoice, wanted: Sequence[NewLine]
) -> list[InvoiceLine]:
    """Make the rows match what is wanted, by position, so that claims of work keep their line."""
    rows = list(invoice.lines.order_by("position"))
    lines = [_line(organisation, invoice, position, line) for position, line in enumerate(wanted, start=1)]
    for line, row in zip(lines, rows, strict=False):
        line.pk = row.pk
    surplus = [row.pk for row in rows[len(lines) :]]
    InvoiceLine.objects.filter(pk__in=surplus).delete()
    InvoiceLine.objects.bulk_create(lines[len(rows) :])
    return lines


@operation("invoices.finalise")
def finalise(invoice: Invoice, *, actor: Actor, issue_date: date) -> Invoice:
    """Number the draft and freeze it, or raise Refused naming everything that is missing."""
    outcome = finalise_documents(invoice.organisation, [invoice], issue_date=issue_date)
    if invoice.pk in outcome.refusals:
        raise outcome.refusals[invoice.pk]
    invoice.refresh_from_db()
    return invoice


@operation("invoices.finalise")
def finalise_many(
    organisation: Organisation, *, actor: Actor, invoice_ids: Sequence[int], issue_date: date
) -> Outcome:
    """Number and freeze drafts, in the order of their draft references, in one transaction.

    What cannot be finalised stays a draft and is listed with its reason.
    """
    rows = list(Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("reference"))
    allowed, refused = _allowed(rows, actor=actor, key="invoices.finalise")
    outcome = finalise_documents(organisation, allowed, issue_date=issue_date)
    outcome.refusals.update(refused)
    return outcome


def _allowed(rows: Sequence[Invoice], *, actor: Actor, key: str) -> tuple[list[Invoice], dict[int, Refused]]:
    """Split documents by whether the actor answers for their customer: one query."""
    if actor.is_admin:
        return list(rows), {}
    owned = set(
        Customer.objects.filter(
            pk__in={row.customer_id for row in rows},
            ownerships__membership_id=actor.membership_id,
        ).values_list("pk", flat=True)
    )
    reason = "Only an owner of this customer, or an administrator, may do this."
    refused = {row.pk: Refused(reason) for row in rows if row.customer_id not in owned}
    return [row for row in rows if row.customer_id in owned], refused


@operation("invoices.delete")
def delete(invoice: Invoice, *, actor: Actor) -> None:
    """Delete a draft or an unsent pro forma; the work that it held can be billed again."""
    lifecycle.refuse_deleting(invoice.facts)
    audit.record("invoice.deleted", invoice, reference=invoice.reference)
    invoice.delete()


@operation("invoices.close")
def close(invoice: Invoice, *, actor: Actor, now: datetime) -> Invoice:
    """Take a document off the default list; what it says does not change."""
    lifecycle.refuse_closing(invoice.facts)
    invoice.set_facts(closed_at=now)
    audit.record("invoice.closed", invoice)
    return invoice


@operation("invoices.close")
def reopen(invoice: Invoice, *, actor: Actor) -> Invoice:
    """Revert a closed document to final."""
    lifecycle.refuse_reopening(invoice.facts)
    invoice.set_facts(closed_at=None)
    audit.record("invoice.reopened", invoice)
    return invoice


@operation("delivery.work")
def mark_sent(invoice: Invoice, *, actor: Actor, at: datetime, to: Sequence[str]) -> Invoice:
    """Record that a mail server accepted the document."""
    invoice.set_facts(sent_at=at)
    audit.record("invoice.sent", invoice, to=list(to))
    return invoice
