"""From rows to the values that the rules know, and back to sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from facturier.catalogue.queries import TaxTable, tax_table
from facturier.invoices.models import Invoice
from facturier.organisations.models import Organisation
from facturier.rules.document import (
    Adjustment,
    Document,
    Draft,
    Kind,
    Line,
    LineKind,
    Look,
    Party,
    PaymentMeans,
)
from facturier.rules.issuing import preview

_LINE_KINDS = {kind.value: kind for kind in LineKind}


@dataclass(frozen=True, slots=True)
class Seller:
    """What every draft of an organisation shares, read once for any number of them."""

    organisation: Organisation
    party: Party
    payment: PaymentMeans
    look: Look
    taxes: TaxTable


def seller(organisation: Organisation, *, tax_code_ids: Collection[int] | None = None) -> Seller:
    """Read what the organisation's documents have in common; of its tax codes those that are named."""
    return Seller(
        organisation=organisation,
        party=organisation.as_party(),
        payment=organisation.as_payment_means(),
        look=organisation.as_look(),
        taxes=tax_table(tax_code_ids),
    )


class LineRow(NamedTuple):
    """The columns of a line that the rules use; read as tuples, because runs read many."""

    description: str
    kind: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    discount_minor: int
    tax_code_id: int | None
    account_id: int | None
    service_start: date | None
    service_end: date | None
    order_reference: str


class AdjustmentRow(NamedTuple):
    """The columns of an adjustment that the rules use."""

    reason: str
    is_charge: bool
    percent: Decimal
    amount_minor: int


def line_value(line: LineRow, *, taxes: TaxTable, language: str, on: date) -> Line:
    """Return a line with its taxes as they stand on its last service day, else on the given day.

    The rate is that of the day of supply (Directive 2006/112/EC, art. 93; UStG § 27; Excise Tax Act, s. 152).
    """
    return Line(
        description=line.description,
        kind=_LINE_KINDS[line.kind],
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_minor=line.discount_minor,
        tax_code=taxes.code(line.tax_code_id),
        taxes=taxes.taxes(line.tax_code_id, on=line.service_end or on, language=language),
        account=taxes.account(line.account_id),
        service_start=line.service_start,
        service_end=line.service_end,
        order_reference=line.order_reference,
    )


def adjustment_value(adjustment: AdjustmentRow) -> Adjustment:
    return Adjustment(
        reason=adjustment.reason,
        is_charge=adjustment.is_charge,
        percent=adjustment.percent,
        amount_minor=adjustment.amount_minor,
    )


def draft_value(
    invoice: Invoice,
    *,
    lines: Iterable[LineRow],
    adjustments: Iterable[AdjustmentRow],
    buyer: Party,
    seller: Seller,
    on: date,
) -> Draft:
    """Return everything that a person decided about a document, as the rules see it."""
    return Draft(
        kind=Kind(invoice.kind),
        region=seller.organisation.region,
        currency=invoice.currency,
        language=invoice.language,
        seller=seller.party,
        buyer=buyer,
        lines=tuple(line_value(line, taxes=seller.taxes, language=invoice.language, on=on) for line in lines),
        adjustments=tuple(adjustment_value(one) for one in adjustments),
        payment_days=invoice.payment_days,
        payment=seller.payment,
        order_reference=invoice.order_reference,
        subject=invoice.subject,
        note=invoice.note,
        look=seller.look,
    )


def draft_of(invoice: Invoice, *, on: date) -> Draft:
    """Read one draft whole: its lines, its customer and what its seller states."""
    return draft_value(
        invoice,
        lines=[LineRow(*row) for row in invoice.lines.values_list(*LineRow._fields)],
        adjustments=[AdjustmentRow(*row) for row in invoice.adjustments.values_list(*AdjustmentRow._fields)],
        buyer=invoice.customer.as_party(),
        seller=seller(invoice.organisation),
        on=on,
    )


def document_of(invoice: Invoice, *, today: date) -> Document:
    """Return the issued value as it is kept, or the preview of a draft as of today."""
    if invoice.is_issued:
        return invoice.issued.as_document()
    draft = draft_of(invoice, on=today)
    return preview(draft, region=invoice.organisation.rules, issue_date=today)
