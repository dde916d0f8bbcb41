"""Admin > Journal: a period's documents, the balance of each account, and the files."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facturier.accounting.files.journal import to_csv
from facturier.accounting.queries import account_names, balances, journal
from facturier.audit.queries import timeline
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.web.admin import journal as view
from tests.support.cast import Cast
from tests.support.documents import DAY, invoice

HERE = "/lumen/admin/journal/"
MARCH = "since=2026-03-01&until=2026-03-31"
PERIOD = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


@pytest.fixture
def ada(cast: Cast, client: Client) -> Client:
    client.force_login(cast.users["ada"])
    cast.users["ada"].language = "en"
    cast.users["ada"].save(update_fields=["language"])
    return client


def test_both_sides_of_a_period_are_the_same(ada: Client, cast: Cast) -> None:
    for _number in range(3):
        invoice(cast.lumen, cast.bellecour)
    page = ada.get(f"{HERE}?{MARCH}").content.decode()
    with scope(cast.lumen.pk):
        found = balances(journal(**PERIOD))
    assert "3 documents from" in page
    for one in found:
        assert f"<td>{one.account}<" in page
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    debit, credit = (cell.split("</td>")[0] for cell in foot.split('<td class="n">')[1:])
    assert debit == credit
    assert "Trade receivables" in page
    assert f"journal.csv?{MARCH.replace('&', '&amp;')}" in page


def test_the_last_month_is_shown_unless_another_is_asked_for(ada: Client, cast: Cast) -> None:
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    page = ada.get(HERE).content.decode()
    assert f'name="until" value="{last.isoformat()}"' in page
    assert f"?since={last.replace(day=1).isoformat()}&amp;until={last.isoformat()}" in page
    assert "Nothing was issued" in page


def test_files_are_those_of_the_accounting_room_and_belong_to_the_period(ada: Client, cast: Cast) -> None:
    document = invoice(cast.lumen, cast.bellecour)
    invoice(cast.lumen, cast.bellecour, issue_date=DAY + timedelta(days=1))
    answer = ada.get(f"/lumen/admin/journal.csv?{MARCH}")
    assert answer.streaming
    content = answer.getvalue()
    with scope(cast.lumen.pk):
        assert content == b"".join(to_csv(journal(**PERIOD), names=account_names("en")))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["Document"] for row in rows} == {document.number}
    assert "lumen-journal-2026-03-01-2026-03-31.csv" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(ada.get(f"/lumen/admin/journal.xlsx?{MARCH}").getvalue()))
    sheet = list(book.active.iter_rows(values_only=True))
    assert len(sheet) == len(rows) + 1
    assert sum(row[8] or 0 for row in sheet[1:]) == pytest.approx(sum(row[9] or 0 for row in sheet[1:]))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_who_took_which_period_as_what_stands_in_the_audit_log(ada: Client, cast: Cast, ending: str) -> None:
    invoice(cast.lumen, cast.bellecour)
    log = "/lumen/admin/audit/"
    told = f"2026 exported as {ending.upper()}"
    ada.get(f"{HERE}?{MARCH}")
    assert told not in ada.get(log).content.decode()  # looking is no export
    ada.get(f"/lumen/admin/journal.{ending}?{MARCH}")
    page = ada.get(log).content.decode()
    assert page.count(told) == 1
    with scope(cast.lumen.pk):
        latest = timeline(cast.lumen.pk, "organisation", cast.lumen.pk)[0]
    assert (latest.name, latest.actor_name) == ("organisation.journal_exported", "Ada")
    assert latest.data == {"since": "2026-03-01", "until": "2026-03-31", "format": ending}


def test_what_is_refused_is_not_noted_as_exported(ada: Client, client: Client, cast: Cast) -> None:
    ada.get("/lumen/admin/journal.csv?since=2026-03-02&until=2026-03-01")
    client.force_login(cast.users["ana"])
    client.get(f"/lumen/admin/journal.csv?{MARCH}")
    with scope(cast.lumen.pk):
        found = timeline(cast.lumen.pk, "organisation", cast.lumen.pk)
    assert "organisation.journal_exported" not in {one.name for one in found}


def test_files_speak_the_readers_language(ada: Client, cast: Cast) -> None:
    invoice(cast.lumen, cast.bellecour)
    cast.users["ada"].language = "fr"
    cast.users["ada"].save(update_fields=["language"])
    assert "Clients" in ada.get(f"/lumen/admin/journal.csv?{MARCH}").getvalue().decode()
    sheet = openpyxl.load_workbook(
        io.BytesIO(ada.get(f"/lumen/admin/journal.xlsx?{MARCH}").getvalue())
    ).active
    assert "Clients" in {row[6] for row in sheet.iter_rows(values_only=True)}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-03-02&until=2026-03-01", "until"),
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
    ],
)
def test_a_period_that_is_none_is_refused(ada: Client, query: str, field: str) -> None:
    answer = ada.get(f"{HERE}?{query}")
    assert answer.status_code == 422
    assert f'id="{field}_error"' in answer.content.decode()
    for ending in ("csv", "xlsx"):
        assert ada.get(f"/lumen/admin/journal.{ending}?{query}").status_code == 422


def test_many_documents_are_added_up_only_when_asked(
    ada: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice(cast.lumen, cast.bellecour)
    monkeypatch.setattr(view, "SUMMED_UNASKED", 0)
    page = ada.get(f"{HERE}?{MARCH}").content.decode()
    assert "<tfoot>" not in page
    assert "Add up the accounts" in page
    assert "<tfoot>" in ada.get(f"{HERE}?{MARCH}&sums=1").content.decode()


def test_who_may_not_export_learns_why(client: Client, cast: Cast) -> None:
    cast.users["ana"].language = "en"
    cast.users["ana"].save(update_fields=["language"])
    client.force_login(cast.users["ana"])
    for address in (HERE, "/lumen/admin/journal.csv", "/lumen/admin/journal.xlsx"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "export to accounting" in answer.content.decode()


def test_it_takes_as_many_queries_for_one_as_for_ten(ada: Client, cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get(f"{HERE}?{MARCH}")
        return len(captured)

    invoice(cast.lumen, cast.bellecour)
    ada.get(HERE)
    few = asked()
    for _number in range(9):
        invoice(Organisation.objects.get(pk=cast.lumen.pk), cast.bellecour)
    assert asked() == few
