"""From rows to the values that the rules know, and back to sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from facturier.catalogue.queries import TaxTable, tax_table
from facturier.customers.models import Customer
from facturier.invoices.models import Invoice, InvoiceAdjustment, InvoiceLine
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
    Totals,
)
from facturier.rules.issuing import preview
from facturier.rules.totals import totals


@dataclass(frozen=True, slots=True)
class Seller:
    """What every draft of an organisation shares, read once for any number of them."""

    organisation: Organisation
    party: Party
    payment: PaymentMeans
    look: Look
    taxes: TaxTable


def seller(organisation: Organisation) -> Seller:
    """Read what the organisation's documents have in common."""
    return Seller(
        organisation=organisation,
        party=organisation.as_party(),
        payment=organisation.as_payment_means(),
        look=organisation.as_look(),
        taxes=tax_table(),
    )


def line_value(line: InvoiceLine, *, taxes: TaxTable, language: str, on: date) -> Line:
    """Return a line with its taxes as they stand on its last service day, else on the given day.

    The rate is that of the day of supply (Directive 2006/112/EC, art. 93; UStG § 27; Excise Tax Act, s. 152).
    """
    return Line(
        description=line.description,
        kind=LineKind(line.kind),
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


def adjustment_value(adjustment: InvoiceAdjustment) -> Adjustment:
    return Adjustment(
        reason=adjustment.reason,
        is_charge=adjustment.is_charge,
        percent=adjustment.percent,
        amount_minor=adjustment.amount_minor,
    )


def draft_value(
    invoice: Invoice,
    *,
    lines: Iterable[InvoiceLine],
    adjustments: Iterable[InvoiceAdjustment],
    customer: Customer,
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
        buyer=customer.as_party(),
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
        lines=list(invoice.lines.all()),
        adjustments=list(invoice.adjustments.all()),
        customer=invoice.customer,
        seller=seller(invoice.organisation),
        on=on,
    )


def document_of(invoice: Invoice, *, today: date) -> Document:
    """Return the issued value as it is kept, or the preview of a draft as of today."""
    if invoice.is_issued:
        return invoice.issued.as_document()
    draft = draft_of(invoice, on=today)
    return preview(draft, region=invoice.organisation.rules, issue_date=today)


def sums(
    lines: Sequence[InvoiceLine],
    adjustments: Sequence[InvoiceAdjustment],
    *,
    currency: str,
    language: str,
    taxes: TaxTable,
    on: date,
) -> Totals:
    """Add up rows that may not be saved yet, by the one `totals()`."""
    return totals(
        [line_value(line, taxes=taxes, language=language, on=on) for line in lines],
        [adjustment_value(one) for one in adjustments],
        currency=currency,
    )


def write_sums(invoice: Invoice, lines: Sequence[InvoiceLine], found: Totals) -> None:
    """Put sums on the rows that lists show; nothing is saved here."""
    invoice.net_minor = found.net.minor
    invoice.tax_minor = found.tax.minor
    invoice.gross_minor = found.gross.minor
    for line, total in zip(lines, found.lines, strict=True):
        line.net_minor = total.net.minor
