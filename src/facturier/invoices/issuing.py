"""Finalise documents: check, number, freeze. One way for one document and for thousands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from facturier.audit import operations as audit
from facturier.customers.models import Customer
from facturier.invoices.correcting import lock_corrected, note_corrections, refuse_together
from facturier.invoices.corrections import Corrections
from facturier.invoices.drafting import AdjustmentRow, LineRow, Seller, draft_value, seller
from facturier.invoices.models import (
    Counter,
    Invoice,
    InvoiceAdjustment,
    InvoiceLine,
    IssuedDocument,
    Series,
    sort_key,
)
from facturier.organisations.bulk import insert_many, read_many, update_many
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import active
from facturier.rules import lifecycle
from facturier.rules.document import Document, Draft, Kind, canonical_json, sha256
from facturier.rules.issuing import Unnumbered, issue
from facturier.rules.lifecycle import Facts
from facturier.rules.numbering import refuse_date_before
from facturier.rules.refusal import Refused
from facturier.storage.bulk import execute, read_one

_FROZEN = [
    "number",
    "ordinal",
    "issue_date",
    "due_date",
    "sort_key",
    "status",
    "net_minor",
    "tax_minor",
    "gross_minor",
]


@dataclass(slots=True)
class Outcome:
    """What finalising many documents came to; refusals are by the document's primary key."""

    numbers: dict[int, str] = field(default_factory=dict)
    refusals: dict[int, Refused] = field(default_factory=dict)


def take_numbers(series: Series, *, issue_date: date, count: int) -> int:
    """Take `count` consecutive numbers and return the first; a rollback gives them back.

    One statement moves the counter and holds the order of dates. Raises Refused for a date before that of
    the last number.
    """
    run = series.format.run(issue_date)
    last = _move_counter(series, run, issue_date=issue_date, count=count)
    if last is None:  # the run's first number, or a date that is too early
        counter = Counter(organisation_id=active(), series=series, run=run)
        Counter.objects.bulk_create([counter], ignore_conflicts=True)
        last = _move_counter(series, run, issue_date=issue_date, count=count)
    if last is None:
        last_date = Counter.objects.get(series=series, run=run).last_date
        assert last_date is not None
        raise refuse_date_before(last_date)
    return last - count + 1


def _move_counter(series: Series, run: int, *, issue_date: date, count: int) -> int | None:
    """Move a run's counter and return its new last number; None where there is none for that date."""
    taken = execute(
        "UPDATE invoices_counter SET last_number = last_number + %s, last_date = %s "
        "WHERE organisation_id = %s AND series_id = %s AND run = %s "
        "AND (last_date IS NULL OR last_date <= %s) RETURNING last_number",
        [count, issue_date, active(), series.pk, run, issue_date],
    )
    return int(taken[0][0]) if taken else None


def finalise_documents(
    organisation: Organisation,
    invoices: Sequence[Invoice],
    *,
    issue_date: date,
    rule: Callable[[Facts], None] = lifecycle.refuse_finalising,
) -> Outcome:
    """Number and freeze drafts that the caller has locked, in their order; refused ones stay drafts.

    `rule` raises Refused for what may not take its number: pro formas take theirs by another rule. A constant
    number of statements. Raises Refused when the date would break the order of numbers.
    """
    outcome = Outcome()
    held = lock_corrected(invoices)
    ready = _check(organisation, invoices, issue_date=issue_date, outcome=outcome, rule=rule)
    for kind in Kind:
        group = [(invoice, found) for invoice, found in ready if invoice.kind == kind]
        if group:
            _number_and_freeze(kind, group, issue_date=issue_date, outcome=outcome)
    note_corrections([invoice for invoice, _found in ready if invoice.credits_id], held)
    return outcome


def why_not(
    organisation: Organisation, invoices: Sequence[Invoice], *, issue_date: date
) -> dict[int, Refused]:
    """Say which drafts could not be finalised on a day, and why; nothing is written. Four queries."""
    outcome = Outcome()
    _check(organisation, invoices, issue_date=issue_date, outcome=outcome)
    return outcome.refusals


def _check(
    organisation: Organisation,
    invoices: Sequence[Invoice],
    *,
    issue_date: date,
    outcome: Outcome,
    rule: Callable[[Facts], None] = lifecycle.refuse_finalising,
) -> list[tuple[Invoice, Unnumbered]]:
    rows = _Rows(invoices)
    shared = seller(organisation, tax_code_ids=rows.tax_code_ids)
    region = organisation.rules
    ready = []
    for invoice in invoices:
        try:
            rule(invoice.facts)
            refuse_together(invoice, [one for one, _found in ready])
            draft = rows.draft(invoice, seller=shared, on=issue_date)
            ready.append((invoice, issue(draft, region=region, issue_date=issue_date)))
        except Refused as refusal:
            outcome.refusals[invoice.pk] = refusal
    return ready


class _Rows:
    """The lines, adjustments and customers of many drafts, in three queries; two where customers are read."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        keys = [invoice.pk for invoice in invoices]
        self.lines: dict[int, list[LineRow]] = {}
        order = ("invoice_id", "position")
        columns = ("invoice_id", *LineRow._fields)
        for invoice_id, *values in read_many(InvoiceLine, columns, by="invoice_id", keys=keys, order=order):
            self.lines.setdefault(invoice_id, []).append(LineRow(*values))
        used = {line.tax_code_id for own in self.lines.values() for line in own}
        self.tax_code_ids = {pk for pk in used if pk is not None}
        self.adjustments: dict[int, list[AdjustmentRow]] = {}
        columns = ("invoice_id", *AdjustmentRow._fields)
        for invoice_id, *values in read_many(
            InvoiceAdjustment, columns, by="invoice_id", keys=keys, order=order
        ):
            self.adjustments.setdefault(invoice_id, []).append(AdjustmentRow(*values))
        customers = [one.customer for one in invoices if Invoice.customer.is_cached(one)]
        unread = {one.customer_id for one in invoices} - {one.pk for one in customers}
        customers += Customer.objects.filter(pk__in=unread) if unread else ()
        self.corrections = Corrections(invoices)
        self.buyers = {one.pk: (one.as_party(), one.as_delivery()) for one in customers}

    def draft(self, invoice: Invoice, *, seller: Seller, on: date) -> Draft:
        buyer, deliver_to = self.buyers[invoice.customer_id]
        draft = draft_value(
            invoice,
            lines=self.lines.get(invoice.pk, ()),
            adjustments=self.adjustments.get(invoice.pk, ()),
            buyer=buyer,
            deliver_to=deliver_to,
            seller=seller,
            on=on,
        )
        return self.corrections.applied(invoice, draft)


def _number_and_freeze(
    kind: Kind,
    group: Sequence[tuple[Invoice, Unnumbered]],
    *,
    issue_date: date,
    outcome: Outcome,
) -> None:
    series = read_one(Series, where={"organisation_id": active(), "kind": kind.value})
    first = take_numbers(series, issue_date=issue_date, count=len(group))
    now = datetime.now(UTC)
    updates, issued = [], []
    for number, (invoice, unnumbered) in enumerate(group, start=first):
        document = unnumbered.numbered(series.format.label(number, issue_date))
        canonical = canonical_json(document)
        digest = sha256(canonical)
        issued.append((invoice.pk, canonical, digest, now))
        values = _frozen_values(invoice, document, number)
        updates.append((invoice.pk, *values))
        for name, value in zip(_FROZEN, values, strict=True):
            setattr(invoice, name, value)
        outcome.numbers[invoice.pk] = document.number
        audit.record(
            "invoice.numbered" if kind is Kind.PRO_FORMA else "invoice.finalised",
            invoice,
            number=document.number,
            gross_minor=document.totals.gross.minor,
            currency=invoice.currency,
            sha256=digest,
        )
    update_many(Invoice, _FROZEN, updates)
    insert_many(IssuedDocument, ["invoice_id", "canonical", "sha256", "issued_at"], issued)


def _frozen_values(invoice: Invoice, document: Document, number: int) -> tuple[object, ...]:
    """Return the values of `_FROZEN`."""
    sums = document.totals
    facts = replace(invoice.facts, issued=True, gross_minor=sums.gross.minor)
    return (
        document.number,
        number,
        document.issue_date,
        document.due_date,
        sort_key(invoice.kind, document.issue_date, number),
        lifecycle.status(facts).value,
        sums.net.minor,
        sums.tax.minor,
        sums.gross.minor,
    )
