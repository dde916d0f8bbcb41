"""The journal: balanced per document, and the same sums as the documents."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facturier.accounting.entries import Unbalanced, entries
from facturier.accounting.files.journal import to_csv, to_xlsx
from facturier.accounting.queries import account_names, balances, journal
from facturier.customers.models import Customer
from facturier.invoices import operations
from facturier.invoices.operations import NewAdjustment, NewDraft
from facturier.organisations.tenancy import scope
from facturier.rules import regions
from facturier.rules.document import Document, Kind
from facturier.rules.issuing import preview
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.totals import totals
from tests.rules.documents import AMOUNT_LINES, DRAFTS, LINES
from tests.rules.drafts import complete
from tests.support.cast import Cast
from tests.support.documents import DAY, drafts, invoice, line

MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


@st.composite
def issued(draw: st.DrawFn) -> Document:
    """Any issued document: like every document that can be issued, it has a line with an amount."""
    draft = replace(draw(DRAFTS), lines=(draw(AMOUNT_LINES), *draw(LINES)))
    sums = totals(draft.lines, draft.adjustments, currency=draft.currency)
    return Document(draft, "F1", DAY, DAY, sums)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(issued())
def test_every_document_is_balanced(document: Document) -> None:
    if document.content.kind is Kind.PRO_FORMA:
        with pytest.raises(ValueError, match="only issued"):
            entries(document, receivable="receivable")
        return
    found = entries(document, receivable="receivable")
    assert sum(one.debit_minor for one in found) == sum(one.credit_minor for one in found)
    assert all((one.debit_minor == 0) != (one.credit_minor == 0) for one in found)
    owed = [one.debit_minor - one.credit_minor for one in found if one.account == "receivable"]
    sign = -1 if document.content.kind is Kind.CREDIT_NOTE else 1
    assert sum(owed) == sign * document.totals.gross.minor


def test_a_draft_is_not_journalised() -> None:
    document = preview(complete("FR"), region=regions.region("FR"), issue_date=DAY)
    with pytest.raises(ValueError, match="only issued"):
        entries(document, receivable="411000")


def test_control_a_document_whose_sums_were_changed_is_not_balanced() -> None:
    document = preview(complete("FR"), region=regions.region("FR"), issue_date=DAY)
    gross = Money(document.totals.gross.minor + 1, "EUR")
    wrong = replace(document, number="F1", totals=replace(document.totals, gross=gross))
    with pytest.raises(Unbalanced, match="F1"):
        entries(wrong, receivable="411000")


@pytest.mark.django_db
def test_an_invoice_debits_the_customer_and_credits_revenue_and_tax(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    with scope(cast.lumen.pk):
        found = [(one.account, one.debit_minor, one.credit_minor) for one in journal(**MARCH)]
        revenue = next(line.account.code for line in row.lines.select_related("account"))
        tax = next(account for account, _debit, credit in found if credit == 6595)
    assert found == [("411000", 39570, 0), (revenue, 0, 32975), (tax, 0, 6595)]


@pytest.mark.django_db
def test_a_discount_on_the_document_lowers_the_revenue(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        wanted = NewDraft(
            customer=cast.bellecour,
            lines=[line(quantity=Decimal(1), unit_price=Decimal(100))],
            adjustments=[NewAdjustment("Remise", percent=Decimal(10))],
        )
    draft = operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)
    operations.finalise(draft, actor=cast.ana, issue_date=DAY)
    with scope(cast.lumen.pk):
        sums = [(one.debit_minor, one.credit_minor) for one in balances(journal(**MARCH))]
    assert sorted(sums) == [(0, 1800), (0, 9000), (10800, 0)]


@pytest.mark.django_db
def test_drafts_and_other_periods_are_left_out(cast: Cast) -> None:
    drafts(cast.lumen, cast.bellecour)
    invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 4, 1))
    with scope(cast.lumen.pk):
        assert not list(journal(**MARCH))
        with pytest.raises(Refused, match="ends before"):
            journal(since=date(2026, 4, 1), until=date(2026, 3, 1))


@pytest.mark.django_db
def test_csv_and_xlsx_hold_the_same(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        Customer.objects.filter(pk=cast.bellecour.pk).update(name="=cmd|' /C calc'!A0")
    invoice(cast.lumen, cast.bellecour)
    with scope(cast.lumen.pk):
        names = account_names("fr")
        text = b"".join(to_csv(journal(**MARCH), names=names)).decode("utf-8-sig")
        book = io.BytesIO(b"".join(to_xlsx(journal(**MARCH), names=names)))
    rows = list(csv.reader(io.StringIO(text)))
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert [row[8] for row in rows[1:]] == ["395.70", "", ""]
    assert [row[8] for row in cells[1:]] == [395.7, None, None]
    assert cells[1][0].date() == DAY
    assert rows[1][4].startswith("'=")  # a spreadsheet shows it and runs nothing
    assert cells[1][4] == "=cmd|' /C calc'!A0"
    assert sheet["E2"].data_type == "s"
