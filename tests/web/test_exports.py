"""The list as a file: the same rows, typed, harmless, and never all in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facturier.invoices import operations
from facturier.organisations.models import User
from facturier.storage.tables import csv_chunks, xlsx_chunks
from facturier.web.billing import exporting
from tests.support.cast import Cast, customer
from tests.support.documents import drafts, invoice
from tests.web.conftest import Visit


def table(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.streaming
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def sheet(answer: Any) -> list[tuple[Any, ...]]:
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    return list(book.active.iter_rows(values_only=True))


@pytest.fixture
def rows(cast: Cast) -> list[Any]:
    other = customer(cast.lumen, number="C002", name='=HYPERLINK("http://x.example","Ville")')
    first = invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 3, 1))
    second = invoice(cast.lumen, other, issue_date=date(2026, 3, 2))
    drafts(cast.lumen, cast.bellecour)
    return [first, second]


def test_csv_holds_what_the_filters_show(visit: Visit, cast: Cast, rows: list[Any]) -> None:
    User.objects.update(language="fr")
    ana = visit("ana")
    answer = ana.get("/lumen/documents.csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="lumen-')
    heads, *cells = table(answer)
    assert len(heads) == 12
    assert [row[0] for row in cells] == ["", rows[1].number, rows[0].number]
    first = dict(zip(heads, cells[-1], strict=True))
    assert list(first.values())[3:9] == [
        "2026-03-01",
        rows[0].due_date.isoformat(),
        cast.bellecour.name,
        "",
        "EUR",
        str(Decimal(rows[0].gross_minor).scaleb(-2)),
    ]
    operations.close(rows[0], actor=cast.ana, now=timezone.now())
    assert [row[0] for row in table(ana.get("/lumen/documents.csv", {"status": "closed"}))[1:]] == [
        rows[0].number
    ]


def test_headings_and_statuses_are_in_the_readers_language(visit: Visit, cast: Cast, rows: list[Any]) -> None:
    User.objects.update(language="en")
    heads, *cells = table(visit("ana").get("/lumen/documents.csv", {"status": "draft"}))
    assert heads[:4] == ["Number", "Draft", "Kind", "Date"]
    assert cells[0][2] == "Invoice"
    assert cells[0][10] == "Draft"


def test_no_text_is_run_as_a_formula(visit: Visit, cast: Cast, rows: list[Any]) -> None:
    ana = visit("ana")
    assert [row[5][:4] for row in table(ana.get("/lumen/documents.csv"))[2:3]] == ["'=HY"]
    book = openpyxl.load_workbook(io.BytesIO(ana.get("/lumen/documents.xlsx").getvalue()))
    cell = book.active["F3"]
    assert cell.value.startswith("=HYPERLINK")
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_every_beginning_of_a_formula_is_put_behind_an_apostrophe(text: str) -> None:
    content = b"".join(csv_chunks(["Name"], [[text], [Decimal("-1.50")]])).decode("utf-8-sig")
    (cell,), (amount,) = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert cell == f"'{text}"
    assert amount == "-1.50"


def test_xlsx_has_numbers_as_numbers_and_dates_as_dates(visit: Visit, cast: Cast, rows: list[Any]) -> None:
    _heads, *cells = sheet(visit("ana").get("/lumen/documents.xlsx"))
    first = cells[-1]
    assert first[0] == rows[0].number
    assert first[3] == datetime(2026, 3, 1)
    assert first[8] == pytest.approx(rows[0].gross_minor / 100)
    assert first[9] == pytest.approx(rows[0].gross_minor / 100)
    draft = cells[0]
    assert draft[3] is None
    assert draft[9] is None


def test_all_pages_are_read_one_after_the_other(
    visit: Visit, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=7)
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    with CaptureQueriesContext(connection) as found:
        cells = table(visit("ana").get("/lumen/documents.csv"))[1:]
    assert [int(row[1]) for row in cells] == sorted(range(1, len(keys) + 1), reverse=True)
    assert sum("LIMIT 4" in one["sql"] for one in found.captured_queries) == 3


def test_a_file_is_written_while_it_is_read() -> None:
    """Nothing may be collected first: after the first piece most rows are still unread."""
    read = 0

    def endless() -> Iterator[list[str]]:
        nonlocal read
        for number in range(200_000):
            read = number
            yield [f"Customer {number}"]

    pieces = csv_chunks(["Name"], endless())
    next(pieces)
    assert 0 < read < 20_000


def test_a_million_rows_go_on_a_second_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facturier.storage.tables.ROWS_PER_SHEET", 2)
    content = b"".join(xlsx_chunks("Documents", ["Name"], [["a"], ["b"], ["c"]]))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Documents", "Documents 2"]
    assert [cell.value for cell in book["Documents 2"]["A"]] == ["Name", "c"]
