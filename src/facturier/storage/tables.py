"""Tables that people take with them, as CSV and XLSX, written while they are read: constant memory.

A cell is a text, a whole number, a Decimal (an amount), Money, a date or nothing. CSV is for machines:
commas, points, ISO dates, UTF-8. XLSX is for people: numbers and dates are numbers and dates there.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from facturier.rules.money import Money, minor_digits

Cell = str | int | Decimal | Money | date | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_PER_SHEET = 1_000_000  # Excel ends at 1,048,576
_LONGEST_NAME = 31  # of a sheet
_CHUNK = 64 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_chunks(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Write rows as CSV, in pieces of some 64 kB; the first begins with a byte order mark, for Excel.

    A text that a spreadsheet would run as a formula is put behind an apostrophe (OWASP, CSV injection).
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_harmless(head) for head in heads])
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        if buffer.tell() >= _CHUNK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, Money):
        return cell.amount
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _emptied(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def xlsx_chunks(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    decimals: int = 2,
    widths: Sequence[int] = (),
) -> Iterator[bytes]:
    """Write rows as an XLSX workbook through a temporary folder; after a million rows a new sheet begins.

    Amounts have `decimals` places, Money those of its currency. `widths` are the columns' in characters, 16
    where there are none. Texts are written as texts, so that nothing is run as a formula.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False,
                   "strings_to_urls": False}  # fmt: skip
        book = xlsxwriter.Workbook(path, options)
        pen = _Pen(book, title, heads, decimals, widths)
        for row in rows:
            pen.write(row)
        pen.end()
        book.close()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


class _Pen:
    """Writes rows below one another, on as many sheets as they need."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        title: str,
        heads: Sequence[str],
        decimals: int,
        widths: Sequence[int],
    ) -> None:
        self._book, self._title, self._heads, self._decimals = book, title, heads, decimals
        self._widths = widths or (16,) * len(heads)
        self._amounts: dict[int, Any] = {}
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        more = f" {self._sheets}" if self._sheets > 1 else ""
        self._sheet = self._book.add_worksheet(self._title[: _LONGEST_NAME - len(more)] + more)
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, self._heads, self._bold)
        self._row = 1

    def write(self, cells: Sequence[Cell]) -> None:
        if self._row > ROWS_PER_SHEET:
            self.end()
            self._begin()
        for column, cell in enumerate(cells):
            match cell:
                case None | "":
                    continue
                case str():
                    self._sheet.write_string(self._row, column, cell)
                case date():
                    self._sheet.write_datetime(self._row, column, cell, self._day)
                case Decimal():
                    self._sheet.write_number(self._row, column, cell, self._amount(self._decimals))
                case Money():
                    places = self._amount(minor_digits(cell.currency))
                    self._sheet.write_number(self._row, column, cell.amount, places)
                case _:
                    self._sheet.write_number(self._row, column, cell)
        self._row += 1

    def _amount(self, digits: int) -> Any:
        if digits not in self._amounts:
            pattern = "#,##0" + ("." + "0" * digits if digits else "")
            self._amounts[digits] = self._book.add_format({"num_format": pattern})
        return self._amounts[digits]

    def end(self) -> None:
        """Let the heads of the sheet filter its rows."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._heads) - 1)
