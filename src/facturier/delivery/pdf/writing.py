"""From a document to its `Paper`: every word, number and date formatted once.

The PDF and the page of the document show these same strings, so the two cannot differ by a space.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from facturier.delivery.pdf.addresses import address_lines
from facturier.delivery.pdf.epc import epc_payload
from facturier.delivery.pdf.formats import Formats, digits_needed, formats
from facturier.delivery.pdf.paper import (
    Block,
    Column,
    Fact,
    Paper,
    Payment,
    Row,
    Sum,
    TaxRow,
    TaxTable,
)
from facturier.delivery.pdf.units import unit_words
from facturier.delivery.pdf.words import words_for
from facturier.rules.document import Document, Kind, Line, LineKind, LineTotal, Party, Tax
from facturier.rules.money import Money, minor_digits
from facturier.rules.regions.base import Labels, Region, words

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ACCENT = "#17563f"
# CLDR, supplemental data, measurementData: where paper is US-Letter.
_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
_MOST_TAX_ROWS = 4  # more rates than this are summed in the totals and listed in the summary alone


def paper(document: Document, *, region: Region) -> Paper:
    """Put a document into words: its language, the region's formats, the law's vocabulary."""
    return _Writer(document, region).paper()


def _grouped(scheme: str, value: str) -> str:
    """Write a SIREN or SIRET in the groups that people read it in; other numbers as they are."""
    if scheme not in ("siren", "siret") or not value.isdigit():
        return value
    groups = (value[:3], value[3:6], value[6:9], value[9:])
    return "\xa0".join(group for group in groups if group)


class _Writer:
    """Holds what every part of a paper needs: the document, its words and its formats."""

    def __init__(self, document: Document, region: Region) -> None:
        self.document = document
        self.content = document.content
        self.region = region
        language = self.content.language
        self.formats: Formats = formats(region.locale_of.get(language) or language)
        labels = {one.tax.label for one in document.totals.taxes}
        self.words: Labels = words_for(
            language,
            country=region.country,
            value_added_tax=all(one.tax.scheme == "VAT" for one in document.totals.taxes),
        )
        self.tax_word = labels.pop() if len(labels) == 1 else self.words["tax"]

    def paper(self) -> Paper:
        content, words_ = self.content, self.words
        title = words_[content.kind.value]
        number = self.document.number or words_["draft"]
        columns = self._columns()
        return Paper(
            language=content.language,
            size="us-letter" if self.region.country in _LETTER else "a4",
            window_side="right" if self.region.country == "FR" else "left",
            accent=content.look.accent if _COLOUR.fullmatch(content.look.accent) else _ACCENT,
            title=title,
            number=number,
            name=f"{title} {number}",
            watermark=self._watermark(),
            seller=self._seller(),
            logo_alt=f"{words_['logo']} {content.seller.name}",
            buyer=self._buyer(),
            facts=self._facts(),
            subject=content.subject.strip(),
            lines_heading=words_["lines"],
            columns=columns,
            rows=self._rows(columns),
            taxes=self._tax_table(),
            sums=self._sums(),
            note=content.note.strip(),
            payment=self._payment(),
            mentions_heading=words_["notes"],
            mentions=self._mentions(),
            message=content.look.message.strip(),
            footer=self._footer(),
            page_word=words_["page"],
            of_word=words_["of"],
        )

    def _watermark(self) -> str:
        if self.document.is_draft:
            return self.words["draft"]
        return self.words["pro_forma_mark"] if self.content.kind is Kind.PRO_FORMA else ""

    # Parties

    def _address(self, party: Party) -> tuple[str, ...]:
        return address_lines(
            party.address,
            sender_country=self.content.seller.address.country or self.region.country,
            country_name=self.formats.country,
        )

    def _numbers(self, party: Party) -> tuple[str, ...]:
        known = {one.scheme: one for one in self.region.identifiers}
        found = []
        for one in party.identifiers:
            if not one.value:
                continue
            field = known.get(one.scheme)
            label = words(field.print_label, self.content.language) if field else one.scheme.upper()
            found.append(f"{label}\xa0{_grouped(one.scheme, one.value)}")
        return tuple(found)

    def _seller(self) -> Block:
        seller = self.content.seller
        phone = f"{self.words['phone']} {seller.phone}" if seller.phone else ""
        contacts = tuple(one for one in (seller.contact, phone, seller.email) if one)
        return Block(self.words["seller"], seller.name, self._address(seller), contacts)

    def _buyer(self) -> Block:
        buyer = self.content.buyer
        heading = {Kind.CREDIT_NOTE: "credited_to", Kind.PRO_FORMA: "offered_to"}.get(
            self.content.kind, "billed_to"
        )
        attention = (f"{self.words['attention']} {buyer.contact}",) if buyer.contact else ()
        lines = (*attention, *self._address(buyer))
        return Block(self.words[heading], buyer.name, lines, self._numbers(buyer))

    def _facts(self) -> tuple[Fact, ...]:
        content, document, words_ = self.content, self.document, self.words
        dated = "issue_date" if content.kind is Kind.INVOICE else "credit_date"
        payable = content.kind is Kind.INVOICE and document.totals.due.minor > 0
        refers = "corrects" if content.kind is Kind.CREDIT_NOTE else "follows"
        pairs = (
            (words_["number"], document.number or words_["draft"]),
            (words_[dated], self.formats.day(document.issue_date)),
            (words_["due_date"], self.formats.day(document.due_date) if payable else ""),
            (words_["customer_number"], content.buyer.reference),
            (words_["order"], content.order_reference),
            (words_[refers], self._preceding()),
            (words_["delivered_to"], self._delivery()),
        )
        return tuple(Fact(label, value) for label, value in pairs if value)

    def _delivery(self) -> str:
        """Say where goods go, in one line: it stands among the facts."""
        place = self.content.deliver_to
        if place is None:
            return ""
        lines = address_lines(
            place.address,
            sender_country=self.content.seller.address.country or self.region.country,
            country_name=self.formats.country,
        )
        return ", ".join((*((place.name,) if place.name else ()), *lines))

    def _preceding(self) -> str:
        """Name the documents that this one refers to, with dates where they are known (BT-25, BT-26)."""
        dates = [self.formats.day(day) for day in self.content.preceding_dates]
        numbers = zip_longest(self.content.preceding, dates[: len(self.content.preceding)], fillvalue="")
        return ", ".join(f"{number} ({day})" if day else number for number, day in numbers)

    def _footer(self) -> tuple[str, ...]:
        content = self.content
        identity = " · ".join(one for one in (content.seller.name, content.seller.legal_note.strip()) if one)
        lines = (content.look.footer.strip(), identity, " · ".join(self._numbers(content.seller)))
        return tuple(line for line in lines if line)

    # Lines

    def _amounts(self) -> list[tuple[Line, LineTotal]]:
        pairs = zip(self.content.lines, self.document.totals.lines, strict=True)
        return [(line, total) for line, total in pairs if line.kind is LineKind.AMOUNT]

    def _columns(self) -> tuple[Column, ...]:
        amounts = self._amounts()
        shown = {
            "unit": any(self._unit(line) for line, _ in amounts),
            "discount": any(total.discount for _, total in amounts),
            "tax": any(line.taxes for line, _ in amounts),
        }
        labels = {"price": self.words["unit_price"], "tax": self.tax_word}
        return tuple(
            Column(key, labels.get(key) or self.words[key], key not in ("description", "unit"))
            for key in ("description", "quantity", "unit", "price", "discount", "tax", "net")
            if shown.get(key, True)
        )

    def _rows(self, columns: tuple[Column, ...]) -> tuple[Row, ...]:
        lines = [line for line, _ in self._amounts()]
        quantities = digits_needed((line.quantity for line in lines), least=0)
        keys = [column.key for column in columns[1:]]
        rows = []
        for line, total in zip(self.content.lines, self.document.totals.lines, strict=True):
            if line.kind is LineKind.TEXT:
                rows.append(Row(line.kind.value, line.description.strip()))
            elif line.kind is LineKind.SUBTOTAL:
                label = line.description.strip() or self.words["subtotal"]
                rows.append(Row(line.kind.value, label, amount=self.formats.amount(total.net)))
            else:
                cells = self._cells(line, total, quantities)
                rows.append(
                    Row(
                        line.kind.value,
                        line.description.strip(),
                        self._line_details(line),
                        tuple(cells[key] for key in keys),
                        cells["net"],
                    )
                )
        return tuple(rows)

    def _cells(self, line: Line, total: LineTotal, quantities: int) -> dict[str, str]:
        least = minor_digits(self.content.currency)
        prices = digits_needed([line.unit_price], least=least)
        return {
            "quantity": self.formats.number(line.quantity, digits=quantities),
            "unit": self._unit(line),
            "price": self.formats.number(line.unit_price, digits=prices),
            "discount": self._discount(line, total),
            "tax": " + ".join(self.formats.percent(tax.rate) for tax in line.taxes),
            "net": self.formats.amount(total.net),
        }

    def _unit(self, line: Line) -> str:
        many = self.formats.is_many(line.quantity)
        return unit_words(line.unit, self.content.language, many=many)

    def _discount(self, line: Line, total: LineTotal) -> str:
        if line.discount_percent:
            return self.formats.percent(line.discount_percent)
        return self.formats.amount(total.discount) if total.discount else ""

    def _line_details(self, line: Line) -> tuple[str, ...]:
        order = line.order_reference
        parts = (
            self.formats.period(line.service_start, line.service_end),
            f"{self.words['line_order']} {order}" if order else "",
        )
        return tuple(part for part in parts if part)

    # Sums

    def _tax_table(self) -> TaxTable | None:
        """List base, rate and tax, unless one tax on the whole net says it all in the totals."""
        totals = self.document.totals
        if not totals.taxes or (len(totals.taxes) == 1 and totals.taxes[0].base == totals.net):
            return None
        words_ = self.words
        return TaxTable(
            words_["tax_summary"],
            (words_["tax_name"], words_["rate"], words_["base"], words_["tax_amount"]),
            tuple(
                TaxRow(
                    one.tax.label,
                    self.formats.percent(one.tax.rate),
                    self.formats.money(one.base),
                    self.formats.money(one.amount),
                )
                for one in totals.taxes
            ),
        )

    def _sums(self) -> tuple[Sum, ...]:
        totals, words_, money = self.document.totals, self.words, self.formats.money
        rows: list[Sum] = []
        if totals.adjustments:
            rows.append(Sum(words_["sum_of_lines"], money(totals.line_net)))
            rows += self._adjustment_sums()
        rows.append(Sum(words_["total_net"], money(totals.net)))
        if len(totals.taxes) > _MOST_TAX_ROWS:
            rows.append(Sum(words_["total_tax"], money(totals.tax)))
        else:
            rows += [Sum(self._tax_name(one.tax), money(one.amount)) for one in totals.taxes]
        rows += self._exchanged_tax()
        if self.content.kind is Kind.CREDIT_NOTE:
            return (*rows, Sum(words_["credited"], money(totals.gross), is_final=True))
        if self.content.kind is Kind.PRO_FORMA:  # nothing is due on it
            return (*rows, Sum(words_["total_gross"], money(totals.gross), is_final=True))
        if not totals.taxes and not totals.prepaid:
            rows.pop()  # without taxes the net is what is due
        elif totals.prepaid:
            rows.append(Sum(words_["total_gross"], money(totals.gross)))
            rows.append(Sum(words_["prepaid"], money(-totals.prepaid)))
        return (*rows, Sum(words_["due"], money(totals.due), is_final=True))

    def _exchanged_tax(self) -> list[Sum]:
        """State the tax in the currency of the seller's country, and the rate that it was exchanged at."""
        tax, exchange, words_ = self.document.exchanged_tax, self.content.exchange, self.words
        if not tax or exchange is None:
            return []
        digits = digits_needed([exchange.rate], least=minor_digits(self.content.currency))
        rate = self.formats.number(exchange.rate, digits=digits)
        said = f"1\xa0{exchange.currency} = {rate}\xa0{self.content.currency}"
        source = f", {exchange.source.strip()}" if exchange.source.strip() else ""
        label = words_["tax_in"] % (self.tax_word, exchange.currency)
        return [Sum(f"{label} ({said}{source})", self.formats.money(tax))]

    def _adjustment_sums(self) -> list[Sum]:
        """Sum the parts of each discount or charge: they were split by tax, not by reason."""
        parts: dict[tuple[str, bool], Money] = {}
        zero = Money.zero(self.content.currency)
        for one in self.document.totals.adjustments:
            key = (one.reason.strip(), one.is_charge)
            parts[key] = parts.get(key, zero) + one.amount
        return [
            Sum(
                reason or self.words["charge" if is_charge else "allowance"],
                self.formats.money(amount if is_charge else -amount),
            )
            for (reason, is_charge), amount in parts.items()
        ]

    def _tax_name(self, tax: Tax) -> str:
        return f"{tax.label} {self.formats.percent(tax.rate)}"

    # The end of the page

    def _payment(self) -> Payment | None:
        content, words_, means = self.content, self.words, self.content.payment
        due = self.document.totals.due
        if content.kind is Kind.CREDIT_NOTE or due.minor <= 0:
            return None
        if not (means.iban or means.instructions):
            return None
        iban = "".join(means.iban.split())
        holder = means.account_name or content.seller.name
        pairs = (
            (words_["account_name"], holder if iban else ""),
            (words_["iban"], " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))),
            (words_["bic"], means.bic),
            (words_["reference"], self.document.number if iban else ""),
        )
        payload = epc_payload(self.document) if self.region.epc_qr else ""
        return Payment(
            words_["payment"],
            tuple(Fact(label, value) for label, value in pairs if value),
            means.instructions.strip(),
            payload,
            words_["qr"],
            words_["scan"],
        )

    def _mentions(self) -> tuple[str, ...]:
        """The region's sentences, then reasons for not taxing that none of them already says."""
        said = " ".join(self.document.mentions)
        reasons = dict.fromkeys(one.tax.exemption_reason for one in self.document.totals.taxes)
        return (
            *self.document.mentions,
            *(reason for reason in reasons if reason and reason not in said),
        )
