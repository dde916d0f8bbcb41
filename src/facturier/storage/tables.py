"""Tables that people take with them, as CSV and XLSX, written while they are read: constant memory.

A cell is a text, a whole number, a Decimal (an amount), a date or nothing. CSV is for machines: commas,
points, ISO dates, UTF-8. XLSX is for people: numbers and dates are numbers and dates there.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter

Cell = str | int | Decimal | date | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_PER_SHEET = 1_000_000  # Excel ends at 1,048,576
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
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _emptied(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def xlsx_chunks(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, decimals: int = 2
) -> Iterator[bytes]:
    """Write rows as an XLSX workbook through a temporary folder; after a million rows a new sheet begins.

    Amounts have `decimals` places. Texts are written as texts, so that nothing is run as a formula.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False,
                   "strings_to_urls": False}  # fmt: skip
        book = xlsxwriter.Workbook(path, options)
        pen = _Pen(book, title, heads, decimals)
        for row in rows:
            pen.write(row)
        pen.end()
        book.close()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


class _Pen:
    """Writes rows below one another, on as many sheets as they need."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, heads: Sequence[str], decimals: int) -> None:
        self._book, self._title, self._heads = book, title[:25], heads
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._amount = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.set_column(0, len(self._heads) - 1, 16)
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
                    self._sheet.write_number(self._row, column, cell, self._amount)
                case _:
                    self._sheet.write_number(self._row, column, cell)
        self._row += 1

    def end(self) -> None:
        """Let the heads of the sheet filter its rows."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._heads) - 1)
