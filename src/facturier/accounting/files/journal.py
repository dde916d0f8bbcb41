"""The journal as CSV (RFC 4180, UTF-8 with byte order mark, dates ISO 8601, decimal points) and as XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from facturier.accounting.entries import Entry
from facturier.rules.money import Money, minor_digits


def headings() -> list[str]:
    """Name the columns in the reader's language."""
    return [
        _("Date"),
        _("Document"),
        _("Due date"),
        _("Customer number"),
        _("Customer"),
        _("Account"),
        _("Account name"),
        _("Label"),
        _("Debit"),
        _("Credit"),
        _("Currency"),
    ]


def to_csv(found: Iterable[Entry], *, names: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the file in pieces, so that a journal of any length can be streamed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def flush() -> bytes:
        data = buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        return data

    writer.writerow(headings())
    yield b"\xef\xbb\xbf" + flush()
    for entry in found:
        writer.writerow([_harmless(cell) for cell in _texts(entry, names)])
        if buffer.tell() > 32_768:
            yield flush()
    yield flush()


def _texts(entry: Entry, names: Mapping[str, str]) -> list[str]:
    def amount(minor: int) -> str:
        return str(Money(minor, entry.currency).amount) if minor else ""

    return [
        entry.issue_date.isoformat(),
        entry.number,
        entry.due_date.isoformat(),
        entry.customer_number,
        entry.customer,
        entry.account,
        names.get(entry.account, ""),
        entry.label,
        amount(entry.debit_minor),
        amount(entry.credit_minor),
        entry.currency,
    ]


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a customer's name as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def to_xlsx(found: Iterable[Entry], target: BinaryIO, *, names: Mapping[str, str]) -> None:
    """Write a workbook row by row, with dates as dates and amounts as numbers, to a seekable file."""
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Journal"))
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(zip(headings(), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    amounts: dict[str, Any] = {}
    for row, entry in enumerate(found, start=1):
        amount = amounts.get(entry.currency) or amounts.setdefault(
            entry.currency, book.add_format({"num_format": _pattern(entry.currency)})
        )
        for column, text in enumerate(_texts(entry, names)):
            if column in _DATES:
                sheet.write_datetime(row, column, date.fromisoformat(text), day)
            elif column in _AMOUNTS and text:
                sheet.write_number(row, column, Decimal(text), amount)
            elif text:
                sheet.write_string(row, column, text)
    book.close()


def _pattern(currency: str) -> str:
    digits = minor_digits(currency)
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


_DATES = frozenset({0, 2})
_AMOUNTS = frozenset({8, 9})
_WIDTHS = (12, 16, 12, 16, 32, 12, 32, 32, 14, 14, 10)
