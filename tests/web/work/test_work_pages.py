"""The pages of work: who sees them, what they change, and what they never show as markup."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facturier.customers.models import Customer
from facturier.organisations.tenancy import scope
from facturier.work.models import Expense, Ticket, TimeEntry, TimeImport, Upload
from tests.support.cast import Cast
from tests.web.conftest import Visit
from tests.work import works
from tests.work.test_importing import export, row

LISTS = ["work/", "work/time/", "work/tickets/?status=", "work/expenses/", "work/jobs/", "work/imports/"]
WRITING = ["work/time/new/", "work/tickets/new/", "work/expenses/new/", "work/import/"]


@pytest.fixture
def lumen(db: None, cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


def time_form(**fields: Any) -> dict[str, Any]:
    return {"person": "Ana", "day": "2026-03-04", "duration": "1:30", "billable": "on", **fields}


@pytest.mark.parametrize("path", [*LISTS, *WRITING])
def test_each_page_opens_for_members_and_not_for_strangers(visit: Visit, path: str) -> None:
    assert visit("ana").get(f"/lumen/{path}").status_code == 200
    assert visit("bob").get(f"/lumen/{path}").status_code == 404
    reader = visit("carol").get(f"/lumen/{path}").status_code
    assert reader == (403 if path in WRITING else 200)


def test_readers_see_why_they_cannot_add(visit: Visit) -> None:
    text = visit("carol").get("/lumen/work/").content.decode()
    assert "aria-disabled" in text
    assert 'href="/lumen/work/import/"' not in text


@pytest.mark.parametrize("path", LISTS)
def test_lists_ask_as_often_for_many_rows_as_for_few(
    visit: Visit, lumen: Cast, path: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill() -> None:
        ticket = works.ticket(lumen)
        works.time(lumen, ticket=ticket)
        works.expense(lumen, ticket=ticket)
        works.claim(lumen, time_entry=works.time(lumen))

    client = visit("ana")
    fill()
    client.get(f"/lumen/{path}")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(f"/lumen/{path}")
    for _ in range(6):
        fill()
    with django_assert_num_queries(len(few)):
        client.get(f"/lumen/{path}")


def test_time_is_entered_as_people_write_it(visit: Visit, lumen: Cast) -> None:
    support = works.contract(lumen)
    posted = time_form(customer=lumen.bellecour.pk, duration="1,5 h", rate="95,50")
    answer = visit("ana").post("/lumen/work/time/new/", posted)
    assert answer.status_code == 302
    entry = TimeEntry.objects.get()
    assert (entry.seconds, entry.rate, entry.contract) == (5400, 95.5, support)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"duration": "soon"}, "1:30, 1.5 or 90m"),
        ({"duration": "25:00"}, "24"),
        ({"rate": "much"}, "95.50"),
        ({"customer": "999999"}, ""),
        ({"person": ""}, ""),
    ],
)
def test_a_form_that_is_wrong_is_shown_again(
    visit: Visit, lumen: Cast, fields: dict[str, Any], words: str
) -> None:
    lumen.users["ana"].language = "en"
    lumen.users["ana"].save(update_fields=["language"])
    answer = visit("ana").post("/lumen/work/time/new/", time_form(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not TimeEntry.objects.exists()


def test_readers_post_nothing(visit: Visit, lumen: Cast) -> None:
    entry = works.time(lumen)
    client = visit("carol")
    for path in (f"time/{entry.pk}/", f"time/{entry.pk}/delete/", "time/new/"):
        assert client.post(f"/lumen/work/{path}", time_form()).status_code == 403
    assert TimeEntry.objects.get().seconds == 5400


def test_entries_of_others_are_not_there(visit: Visit, lumen: Cast) -> None:
    entry = works.time(lumen)
    assert visit("bob").get(f"/cap/work/time/{entry.pk}/").status_code == 404
    assert visit("bob").post(f"/cap/work/time/{entry.pk}/delete/").status_code == 404
    assert TimeEntry.objects.count() == 1


def test_claimed_time_is_shown_locked_with_its_holder(visit: Visit, lumen: Cast) -> None:
    entry = works.time(lumen)
    works.claim(lumen, time_entry=entry)
    client = visit("ana")
    page = client.get(f"/lumen/work/time/{entry.pk}/").content.decode()
    assert "March" in page
    assert '<fieldset class="form" disabled>' in page
    answer = client.post(f"/lumen/work/time/{entry.pk}/", time_form(duration="2:00"))
    assert answer.status_code == 422
    client.post(f"/lumen/work/time/{entry.pk}/delete/")
    assert TimeEntry.objects.get().seconds == 5400


def test_an_expense_keeps_its_cents(visit: Visit, lumen: Cast) -> None:
    posted = {
        "customer": lumen.bellecour.pk,
        "day": "2026-03-04",
        "description": "Train",
        "cost": "1 234,56",
        "markup_percent": "7,5",
        "billable": "on",
    }
    client = visit("ana")
    assert client.post("/lumen/work/expenses/new/", posted).status_code == 302
    spent = Expense.objects.get()
    assert (spent.cost_minor, spent.currency, spent.markup_percent) == (123456, "EUR", 7.5)
    page = client.get(f"/lumen/work/expenses/{spent.pk}/").content.decode()
    assert 'value="7,5"' in page
    refused = client.post("/lumen/work/expenses/new/", {**posted, "cost": "1,234567"})
    assert refused.status_code == 422


def test_a_ticket_goes_from_open_to_closed(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    posted = {
        "customer": lumen.bellecour.pk,
        "title": "Printer",
        "opened_on": "2026-03-04",
        "status": "open",
    }
    client.post("/lumen/work/tickets/new/", posted)
    ticket = Ticket.objects.get()
    works.time(lumen, ticket=ticket)
    works.expense(lumen, ticket=ticket)
    assert client.get(f"/lumen/work/tickets/{ticket.pk}/").status_code == 200
    client.post(f"/lumen/work/tickets/{ticket.pk}/status/", {"status": "resolved"})
    assert Ticket.objects.get().status == "resolved"
    assert client.post(f"/lumen/work/tickets/{ticket.pk}/status/", {"status": "x"}).status_code == 400
    assert visit("bob").get(f"/cap/work/tickets/{ticket.pk}/").status_code == 404


def test_what_people_wrote_is_never_markup(visit: Visit, lumen: Cast) -> None:
    evil = '<script>alert("x")</script>'
    works.time(lumen, description=evil, project=evil, person=evil)
    works.expense(lumen, description=evil)
    ticket = works.ticket(lumen, title=evil)
    works.time(lumen, ticket=ticket, description=evil)
    Customer.objects.filter(pk=lumen.bellecour.pk).update(name=evil)
    client = visit("ana")
    paths = [*LISTS, f"work/tickets/{ticket.pk}/", f"work/time/new/?ticket={ticket.pk}"]
    for path in [*paths, f"customers/{lumen.bellecour.pk}/", "customers/?q=<script>"]:
        text = client.get(f"/lumen/{path}").content.decode()
        assert "<script>" not in text, path


def test_older_entries_are_a_page_away(visit: Visit, lumen: Cast) -> None:
    for number in range(52):
        works.time(lumen, day=date(2026, 3, 4) - timedelta(days=number), person=f"P{number:02}")
    client = visit("ana")
    first = client.get("/lumen/work/time/")
    assert first.context["next"]
    second = client.get("/lumen/work/time/", {"after": first.context["next"]})
    assert [entry.person for entry, _held in second.context["rows"]] == ["P50", "P51"]


@pytest.mark.parametrize("query", ["customer=x", "start=no&end=2026-99-99", "after=¿", "billed=x", "file=-1"])
def test_an_address_that_nobody_wrote_still_opens(visit: Visit, query: str) -> None:
    for path in LISTS:
        mark = "&" if "?" in path else "?"
        assert visit("ana").get(f"/lumen/{path}{mark}{query}").status_code == 200


# --- Import ------------------------------------------------------------------------------------


def send(client: Any, data: bytes) -> str:
    file = SimpleUploadedFile("march.csv", data)
    return str(client.post("/lumen/work/import/", {"file": file})["Location"])


def test_an_import_is_looked_at_and_then_done(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    data = export(row("Alpha"), row("Beta", hour=10), row("", hour=11))
    check = send(client, data)
    page = client.get(check)
    assert page.status_code == 200
    assert page.context["preview"].new == 3
    assert not TimeEntry.objects.exists()
    names = {"name-0": "Alpha", "customer-0": lumen.bellecour.pk}
    done = client.post(check, names)
    result = TimeImport.objects.get()
    assert done["Location"] == f"/lumen/work/time/?file={result.pk}"
    assert (result.added, result.file_name) == (3, "march.csv")
    assert lumen.bellecour.time_entries.count() == 1
    assert Customer.objects.filter(name="Beta").exists()
    assert not Upload.objects.exists()
    again = client.get(send(client, data))
    assert again.context["preview"].new == 0


def test_problems_name_row_and_column_and_keep_the_file_out(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    check = send(client, export(row(), row(day="2026-02-30")))
    text = client.get(check).content.decode()
    assert "Start date" in text
    assert "2026-02-30" in text
    assert client.post(check).status_code == 200
    assert not TimeEntry.objects.exists()


def test_a_file_that_is_no_export_is_told_at_once(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    for data in (b"a,b\n1,2\n", b"PK\x03\x04rest", b"\x00\x01"):
        assert client.get(send(client, data))["Location"] == "/lumen/work/import/"
    assert not Upload.objects.exists()


def test_a_waiting_file_is_nobody_elses(visit: Visit, lumen: Cast) -> None:
    check = send(visit("ana"), export(row()))
    assert visit("dora").get(check).status_code == 404
    assert visit("dora").post(check).status_code == 404
    assert visit("bob").get(check).status_code == 404
    assert visit("carol").get(check).status_code == 403
    assert visit("ana").get(check).status_code == 200


def test_a_file_of_names_that_are_markup_is_shown_as_text(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    text = client.get(send(client, export(row("<script>x</script>", person="<b>A</b>")))).content.decode()
    assert "<script>x" not in text
    assert "<b>A</b>" not in text
