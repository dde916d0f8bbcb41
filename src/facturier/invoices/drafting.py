"""From rows to the values that the rules know, and back to sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from facturier.catalogue.queries import TaxTable, tax_table
from facturier.customers.models import delivery_value
from facturier.invoices.corrections import Corrections
from facturier.invoices.models import Invoice
from facturier.organisations.models import Organisation
from facturier.rules.document import (
    Adjustment,
    DeliverTo,
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
from facturier.rules.money import Exchange
from facturier.rules.supply import delivery_of, nature_of

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
    nature: str


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
    kind = _LINE_KINDS[line.kind]
    rates = taxes.taxes(line.tax_code_id, on=line.service_end or on, language=language)
    supplied = nature_of(line.nature, taxes=rates, account=taxes.nature(line.account_id))
    return Line(
        description=line.description,
        kind=kind,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_minor=line.discount_minor,
        tax_code=taxes.code(line.tax_code_id),
        taxes=rates,
        account=taxes.account(line.account_id),
        service_start=line.service_start,
        service_end=line.service_end,
        order_reference=line.order_reference,
        nature=supplied if kind is LineKind.AMOUNT else None,
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
    deliver_to: DeliverTo | None,
    seller: Seller,
    on: date,
) -> Draft:
    """Return everything that a person decided about a document, as the rules see it.

    `deliver_to` is where the customer's goods go, unless the document says otherwise.
    """
    own = tuple(line_value(line, taxes=seller.taxes, language=invoice.language, on=on) for line in lines)
    place = deliver_to if invoice.delivery is None else delivery_value(invoice.delivery)
    return Draft(
        kind=Kind(invoice.kind),
        region=seller.organisation.region,
        currency=invoice.currency,
        language=invoice.language,
        seller=seller.party,
        buyer=buyer,
        lines=own,
        adjustments=tuple(adjustment_value(one) for one in adjustments),
        payment_days=invoice.payment_days,
        payment=seller.payment,
        order_reference=invoice.order_reference,
        subject=invoice.subject,
        note=invoice.note,
        look=seller.look,
        deliver_to=delivery_of(place, lines=own, buyer=buyer) if place else None,
        exchange=_exchange(invoice, seller.organisation),
        vat_on_debits=seller.organisation.vat_on_debits,
    )


def _exchange(invoice: Invoice, organisation: Organisation) -> Exchange | None:
    """Return the rate at which the document's tax is stated in the currency of the seller's region."""
    rate, own = invoice.exchange_rate, organisation.rules.currency
    if rate is None or invoice.currency == own:
        return None
    return Exchange(own, rate, invoice.exchange_source)


def draft_of(invoice: Invoice, *, on: date) -> Draft:
    """Read one draft whole: its lines, its customer and what its seller states."""
    draft = draft_value(
        invoice,
        lines=[LineRow(*row) for row in invoice.lines.values_list(*LineRow._fields)],
        adjustments=[AdjustmentRow(*row) for row in invoice.adjustments.values_list(*AdjustmentRow._fields)],
        buyer=invoice.customer.as_party(),
        deliver_to=invoice.customer.as_delivery(),
        seller=seller(invoice.organisation),
        on=on,
    )
    return Corrections([invoice]).applied(invoice, draft)


def document_of(invoice: Invoice, *, today: date) -> Document:
    """Return the issued value as it is kept, or the preview of a draft as of today."""
    if invoice.is_issued:
        return invoice.issued.as_document()
    draft = draft_of(invoice, on=today)
    return preview(draft, region=invoice.organisation.rules, issue_date=today)
