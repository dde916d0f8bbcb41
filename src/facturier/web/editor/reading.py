"""From the editor's form to a draft, and from a draft to the form's cells.

Each line of the form gives exactly one value to each name of `CELLS`; their order in the form is the order of
the lines, so that a line moves by moving its row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_noop

from facturier.customers.models import Customer
from facturier.invoices.models import Invoice, InvoiceLine
from facturier.invoices.operations import NewAdjustment, NewDraft, NewLine
from facturier.organisations.models import LANGUAGES
from facturier.rules.document import Kind, LineKind, Nature
from facturier.rules.money import Money, minor_digits
from facturier.rules.refusal import Refused, refuse_all
from facturier.web.editor import delivery
from facturier.web.editor.numbers import read_discount, read_number, write_number

CELLS = (
    *("line", "kind", "description", "quantity", "unit", "unit_price", "discount"),
    *("tax_code", "account", "service_start", "service_end", "nature"),
)
MOST_LINES = 1000
# UN/ECE Recommendation 20: what service businesses count in. C62 is the number itself, and stands first.
COMMON_UNITS = ("C62", "HUR", "DAY", "H87", "LS", "MON", "MIN", "KMT", "KGM", "MTR", "MTK", "SET")


@dataclass(frozen=True, slots=True)
class Cells:
    """A line as the form shows it: text in every cell."""

    line: str = ""
    kind: str = LineKind.AMOUNT.value
    description: str = ""
    quantity: str = "1"
    unit: str = "C62"
    unit_price: str = ""
    discount: str = ""
    tax_code: str = ""
    account: str = ""
    service_start: str = ""
    service_end: str = ""
    nature: str = ""
    net_minor: int = 0

    @property
    def has_common_unit(self) -> bool:
        return self.unit in COMMON_UNITS


def cells(line: InvoiceLine, *, currency: str) -> Cells:
    """Write a saved line into the form's cells."""
    if line.discount_percent:
        discount = f"{write_number(line.discount_percent)} %"
    else:
        discount = write_number(Money(line.discount_minor, currency).amount) if line.discount_minor else ""
    is_amount = line.kind == LineKind.AMOUNT
    return Cells(
        line=str(line.pk),
        kind=line.kind,
        description=line.description,
        quantity=write_number(line.quantity) if is_amount else "",
        unit=line.unit,
        unit_price=write_number(line.unit_price) if is_amount else "",
        discount=discount,
        tax_code=str(line.tax_code_id or ""),
        account=str(line.account_id or ""),
        service_start=line.service_start.isoformat() if line.service_start else "",
        service_end=line.service_end.isoformat() if line.service_end else "",
        nature=line.nature,
        net_minor=line.net_minor,
    )


def read_draft(request: HttpRequest, invoice: Invoice) -> NewDraft:
    """Read the whole form. Raises Refused, or RefusedTogether, naming every cell to mend."""
    form = request.POST
    refusals: list[Refused] = []

    def careful[T](read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except Refused as refusal:
            refusals.append(refusal)
            return instead

    customer = careful(lambda: _customer(form), invoice.customer)
    lines = _lines(form, currency=invoice.currency, refusals=refusals)
    adjustments = careful(lambda: _adjustments(form, invoice.currency), [])
    days = careful(
        lambda: read_number(form.get("payment_days", ""), field="payment_days", places=0), Decimal(0)
    )
    if not 0 <= days <= 365:
        refusals.append(
            Refused(gettext_noop("A payment term is between 0 and 365 days."), field="payment_days")
        )
    language = form.get("language", invoice.language)
    if language not in dict(LANGUAGES):
        refusals.append(Refused(gettext_noop("Choose one of the four languages."), field="language"))
    place = delivery.read(form, invoice, refusals=refusals)
    rate = careful(lambda: _exchange_rate(form), None)
    refuse_all(refusals)
    return NewDraft(
        customer=customer,
        kind=Kind(invoice.kind),
        lines=lines,
        adjustments=adjustments,
        currency=invoice.currency,
        language=language,
        payment_days=int(days),
        order_reference=form.get("order_reference", "").strip()[:100],
        subject=form.get("subject", "").strip()[:200],
        note=form.get("note", "").strip(),
        delivery=place,
        exchange_rate=rate,
        exchange_source=form.get("exchange_source", "").strip()[:100],
    )


def _exchange_rate(form: QueryDict) -> Decimal | None:
    rate = read_number(form.get("exchange_rate", ""), field="exchange_rate", places=6)
    if rate < 0:
        raise Refused(gettext_noop("An exchange rate is more than zero."), field="exchange_rate")
    return rate or None


def _customer(form: QueryDict) -> Customer:
    given = form.get("customer", "")
    found = Customer.objects.filter(pk=int(given)).first() if given.isdecimal() else None
    if found is None:
        raise Refused(gettext_noop("Choose a customer."), field="customer")
    return found


def _lines(form: QueryDict, *, currency: str, refusals: list[Refused]) -> list[NewLine]:
    columns = [form.getlist(name) for name in CELLS]
    if len({len(column) for column in columns}) > 1:
        raise Refused(gettext_noop("The lines did not arrive whole: reload the page."), field="lines")
    if len(columns[0]) > MOST_LINES:
        raise Refused(
            gettext_noop("A document has at most %(most)s lines."), field="lines", values={"most": MOST_LINES}
        )
    lines = []
    for position, row in enumerate(zip(*columns, strict=True), start=1):
        given = dict(zip(CELLS, row, strict=True))
        if _is_blank(given):
            continue
        try:
            lines.append(_line(given, position=position, currency=currency))
        except Refused as refusal:
            refusals.append(refusal)
    return lines


def _is_blank(given: dict[str, str]) -> bool:
    """A row that nobody has filled in says nothing, and is left out."""
    typed = ("description", "unit_price", "discount")
    return given["kind"] == LineKind.AMOUNT and not any(given[name].strip() for name in typed)


def _line(given: dict[str, str], *, position: int, currency: str) -> NewLine:
    kind = LineKind(given["kind"]) if given["kind"] in set(LineKind) else LineKind.AMOUNT
    description = given["description"].strip()
    if kind is not LineKind.AMOUNT:
        return NewLine(description, kind=kind, quantity=Decimal(0), pk=_key(given["line"]))

    def field(name: str) -> str:
        return f"lines.{position}.{name}"

    percent, minor = read_discount(
        given["discount"], field=field("discount"), minor_digits=minor_digits(currency)
    )
    start = _day(given["service_start"], field=field("service_start"))
    end = _day(given["service_end"], field=field("service_end"))
    if start and end and end < start:
        raise Refused(gettext_noop("The service ends before it starts."), field=field("service_end"))
    return NewLine(
        description,
        quantity=read_number(given["quantity"], field=field("quantity"), places=4),
        unit=given["unit"].strip()[:3],
        unit_price=read_number(given["unit_price"], field=field("unit_price"), places=6),
        discount_percent=percent,
        discount_minor=minor,
        tax_code_id=_key(given["tax_code"]),
        account_id=_key(given["account"]),
        service_start=start or end,
        service_end=end or start,
        nature=Nature(given["nature"]) if given["nature"] in set(Nature) else None,
        pk=_key(given["line"]),
    )


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _day(text: str, *, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(gettext_noop("This is no date."), field=field) from None


def _adjustments(form: QueryDict, currency: str) -> list[NewAdjustment]:
    """Read the discount on the whole document, if there is one."""
    text = form.get("document_discount", "")
    percent, minor = read_discount(text, field="document_discount", minor_digits=minor_digits(currency))
    if not percent and not minor:
        return []
    reason = form.get("document_discount_reason", "").strip()[:200]
    if not reason:
        raise Refused(gettext_noop("Say what the discount is for."), field="document_discount_reason")
    return [NewAdjustment(reason, percent=percent, amount_minor=minor)]


def discount_cells(invoice: Invoice) -> dict[str, Any]:
    """Write the document's discount into the form's two fields."""
    found = invoice.adjustments.filter(is_charge=False).first()
    if found is None:
        return {"document_discount": "", "document_discount_reason": ""}
    if found.percent:
        text = f"{write_number(found.percent)} %"
    else:
        text = write_number(Money(found.amount_minor, invoice.currency).amount)
    return {"document_discount": text, "document_discount_reason": found.reason}
