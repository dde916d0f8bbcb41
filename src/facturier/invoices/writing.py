"""Write drafts: from what a door hands over to rows, for one draft and for thousands alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from facturier.audit import operations as audit
from facturier.catalogue.queries import TaxTable, tax_table
from facturier.customers.models import Customer
from facturier.invoices.models import DRAFTS_FIRST, Invoice, InvoiceAdjustment, InvoiceLine
from facturier.organisations.bulk import insert_many, take_ids, update_many
from facturier.organisations.models import Organisation
from facturier.rules.document import Adjustment, Kind, Line, LineKind, Nature, Totals
from facturier.rules.lifecycle import Status
from facturier.rules.totals import totals
from facturier.storage.bulk import execute


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as a door hands it over; ids name rows of the catalogue.

    Without a `nature` its account says what it supplies. `pk` is the row of a line that is edited: what
    claims its work keeps pointing to it, wherever it moves.
    """

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
    nature: Nature | None = None
    pk: int | None = None


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
    delivery: Mapping[str, str] | None = None  # as the customer's; {} is its address
    exchange_rate: Decimal | None = None
    exchange_source: str = ""


@dataclass(slots=True)
class Created:
    """Keys of new drafts and of their lines, and their heads, in the order in which they were asked for."""

    invoice_ids: list[int] = field(default_factory=list)
    line_ids: list[list[int]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)


_INVOICE = [
    *("id", "kind", "customer_id", "reference", "sort_key", "status", "currency", "language"),
    *("payment_days", "order_reference", "subject", "note", "batch_name"),
    *("net_minor", "tax_minor", "gross_minor", "paid_minor", "refunded_minor", "credited_minor"),
    *("version", "created_at", "created_by"),
]
_LINE = [
    *("id", "invoice_id", "position", "kind", "description", "quantity", "unit", "unit_price"),
    *("discount_percent", "discount_minor", "tax_code_id", "account_id"),
    *("service_start", "service_end", "order_reference", "nature", "net_minor"),
]
_RARE = ("delivery", "exchange_rate", "exchange_source")  # written where a draft has one of them
_ADJUSTMENT = ["invoice_id", "position", "reason", "is_charge", "percent", "amount_minor"]


def headers(organisation: Organisation, draft: NewDraft) -> dict[str, Any]:
    """Return the columns of a document's head, with the customer's and the seller's defaults filled in."""
    customer = draft.customer
    days = draft.payment_days if draft.payment_days is not None else customer.payment_days
    order = draft.order_reference
    return {
        "customer_id": customer.pk,
        "currency": draft.currency or customer.currency,
        "language": draft.language or customer.language,
        "payment_days": organisation.payment_days if days is None else days,
        "order_reference": customer.order_reference if order is None else order,
        "subject": draft.subject,
        "note": draft.note,
        "delivery": draft.delivery,
        "exchange_rate": draft.exchange_rate,
        "exchange_source": draft.exchange_source,
    }


def draft_totals(draft: NewDraft, *, currency: str, language: str, taxes: TaxTable, today: date) -> Totals:
    """Add up what a door handed over, by the one `totals()`; nothing needs to be saved for it.

    Raises Refused where a tax code has no rate on its day.
    """
    return totals(
        [_value(line, taxes=taxes, language=language, today=today) for line in draft.lines],
        [Adjustment(one.reason, one.is_charge, one.percent, one.amount_minor) for one in draft.adjustments],
        currency=currency,
    )


def _value(line: NewLine, *, taxes: TaxTable, language: str, today: date) -> Line:
    return Line(
        description=line.description,
        kind=line.kind,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_minor=line.discount_minor,
        taxes=taxes.taxes(line.tax_code_id, on=line.service_end or today, language=language),
    )


def insert_drafts(
    organisation: Organisation, drafts: Sequence[NewDraft], *, author: str, today: date
) -> Created:
    """Insert drafts with a constant number of statements, and record each in the audit log."""
    used = {line.tax_code_id for draft in drafts for line in draft.lines}
    taxes = tax_table({pk for pk in used if pk is not None})
    created = Created(invoice_ids=list(take_ids(Invoice, len(drafts))))
    line_ids = iter(take_ids(InvoiceLine, sum(len(draft.lines) for draft in drafts)))
    first = _take_references(organisation, len(drafts))
    now = datetime.now(UTC)
    lines, adjustments, rare = [], [], []
    for place, (pk, draft) in enumerate(zip(created.invoice_ids, drafts, strict=True)):
        head = headers(organisation, draft)
        found = draft_totals(
            draft, currency=head["currency"], language=head["language"], taxes=taxes, today=today
        )
        row = _invoice_values(draft, head, found, reference=first + place)
        row |= {"id": pk, "created_at": now, "created_by": author[:100]}
        created.heads.append(row)
        if any(head[name] not in (None, "") for name in _RARE):
            rare.append((pk, *(head[name] for name in _RARE)))
        own_ids = [next(line_ids) for _ in draft.lines]
        created.line_ids.append(own_ids)
        lines += [
            (line_id, pk, *values)
            for line_id, values in zip(own_ids, line_values(draft.lines, found), strict=True)
        ]
        adjustments += [(pk, *values) for values in adjustment_values(draft.adjustments)]
        audit.record_of("invoice.drafted", "invoice", pk, {"batch": draft.batch_name})
    insert_many(Invoice, _INVOICE, [[row[name] for name in _INVOICE] for row in created.heads])
    update_many(Invoice, _RARE, rare)
    insert_many(InvoiceLine, _LINE, lines)
    insert_many(InvoiceAdjustment, _ADJUSTMENT, adjustments)
    return created


def insert_draft(organisation: Organisation, draft: NewDraft, *, author: str, today: date) -> Invoice:
    """Insert one draft, and return its row without reading back what was just written."""
    (head,) = insert_drafts(organisation, [draft], author=author, today=today).heads
    row = Invoice(organisation_id=organisation.pk, **head)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _invoice_values(
    draft: NewDraft, head: dict[str, Any], found: Totals, *, reference: int
) -> dict[str, Any]:
    pro_forma = draft.kind is Kind.PRO_FORMA
    return head | {
        "kind": draft.kind.value,
        "reference": reference,
        "sort_key": DRAFTS_FIRST + reference,
        "status": (Status.PRO_FORMA_PREPARING if pro_forma else Status.DRAFT).value,
        "batch_name": draft.batch_name,
        "net_minor": found.net.minor,
        "tax_minor": found.tax.minor,
        "gross_minor": found.gross.minor,
        "paid_minor": 0,
        "refunded_minor": 0,
        "credited_minor": 0,
        "version": 1,
    }


def line_values(lines: Sequence[NewLine], found: Totals) -> list[tuple[Any, ...]]:
    """Return the values of `_LINE` after the two keys, with each line's net."""
    return [
        (
            position,
            line.kind.value,
            line.description,
            line.quantity,
            line.unit,
            line.unit_price,
            line.discount_percent,
            line.discount_minor,
            line.tax_code_id,
            line.account_id,
            line.service_start,
            line.service_end,
            line.order_reference,
            line.nature.value if line.nature else "",
            total.net.minor,
        )
        for position, (line, total) in enumerate(zip(lines, found.lines, strict=True), start=1)
    ]


def adjustment_values(adjustments: Sequence[NewAdjustment]) -> list[tuple[Any, ...]]:
    return [
        (position, one.reason, one.is_charge, one.percent, one.amount_minor)
        for position, one in enumerate(adjustments, start=1)
    ]


def replace_parts(invoice: Invoice, draft: NewDraft, found: Totals) -> None:
    """Make the lines and adjustments of a draft what is wanted.

    A line that names its row keeps it, so that claims of work keep their line; rows that nobody names go.
    """
    there = set(invoice.lines.values_list("pk", flat=True))
    pairs = list(zip(draft.lines, line_values(draft.lines, found), strict=True))
    kept = {line.pk: values for line, values in pairs if line.pk in there}  # named twice: the last one
    added = [values for line, values in pairs if kept.get(line.pk) is not values]
    InvoiceLine.objects.filter(pk__in=there - set(kept)).delete()
    update_many(InvoiceLine, _LINE[2:], [(pk, *values) for pk, values in kept.items()])
    new_keys = take_ids(InvoiceLine, len(added))
    insert_many(InvoiceLine, _LINE, [(pk, invoice.pk, *row) for pk, row in zip(new_keys, added, strict=True)])
    invoice.adjustments.all().delete()
    insert_many(
        InvoiceAdjustment,
        _ADJUSTMENT,
        [(invoice.pk, *values) for values in adjustment_values(draft.adjustments)],
    )


def _take_references(organisation: Organisation, count: int) -> int:
    ((last,),) = execute(
        "UPDATE invoices_draftcounter SET last_number = last_number + %s "
        "WHERE organisation_id = %s RETURNING last_number",
        [count, organisation.pk],
    )
    return int(last) - count + 1
