"""The list of documents and the Billing page: what they show, to whom, and at what cost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facturier.customers.models import Customer, CustomerOwner
from facturier.invoices import operations, queries, sums
from facturier.invoices.models import Invoice
from facturier.invoices.queries import Filter
from facturier.organisations.models import Membership, User
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status
from facturier.web.billing import asking
from tests.support.cast import Cast, customer
from tests.support.documents import drafts, invoice
from tests.web.conftest import Visit

LIST = "/lumen/documents/"
_asked = count()
PART = {"HX-Request": "true", "HX-Target": "documents"}


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    User.objects.update(language="en")


def shown(answer: Any) -> list[str]:
    """The names of the documents that an answer lists, in its order."""
    assert answer.status_code == 200, answer.content
    return re.findall(r'aria-label="Select ([^"]+)" data-can', answer.content.decode())


def chips(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def issued(cast: Cast, days: list[date], who: Customer | None = None) -> list[Invoice]:
    return [invoice(cast.lumen, who or cast.bellecour, issue_date=day) for day in days]


def test_the_newest_stands_first_and_closed_ones_are_asked_for(visit: Visit, cast: Cast) -> None:
    first, second = issued(cast, [date(2026, 3, 1), date(2026, 3, 2)])
    operations.close(first, actor=cast.ana, now=timezone.now())
    drafts(cast.lumen, cast.bellecour, count=1)
    ana = visit("ana")
    assert shown(ana.get(LIST)) == ["Draft 3", second.number]
    assert shown(ana.get(LIST, {"status": "closed"})) == [first.number]
    assert shown(ana.get(LIST, {"status": ["closed", "final"]})) == [second.number, first.number]


def test_filters_narrow_the_list_and_read_as_a_sentence(visit: Visit, cast: Cast) -> None:
    other = customer(cast.lumen, number="C002", name="Ville de Givors")
    march, april = issued(cast, [date(2026, 3, 31), date(2026, 4, 1)])
    may = issued(cast, [date(2026, 5, 4)], other)[0]
    ana = visit("ana")
    period = ana.get(LIST, {"since": "2026-04-01", "until": "2026-04-30"})
    assert shown(period) == [april.number]
    assert "of April 2026" in chips(period)
    assert shown(ana.get(LIST, {"until": "2026-04-01"})) == [april.number, march.number]
    assert shown(ana.get(LIST, {"since": "2026-04-01"})) == [may.number, april.number]
    assert shown(ana.get(LIST, {"since": "2026-01-01", "until": "2026-12-31"})) == [
        may.number,
        april.number,
        march.number,
    ]
    named = ana.get(LIST, {"customer": other.pk})
    assert shown(named) == [may.number]
    assert "for Ville de Givors" in chips(named)
    gross = may.gross_minor / 100
    assert len(shown(ana.get(LIST, {"least": gross, "most": gross}))) == 3
    assert shown(ana.get(LIST, {"least": gross + 1})) == []
    assert shown(ana.get(LIST, {"kind": "credit_note"})) == []


@pytest.mark.parametrize("words", ["F2026-00002", "f2026-2", "00002", "2", " F2026-00002 "])
def test_a_number_is_found_as_people_write_it(visit: Visit, cast: Cast, words: str) -> None:
    rows = issued(cast, [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)])
    found = shown(visit("ana").get(LIST, {"q": words}))
    assert rows[1].number in found
    assert rows[0].number not in found


def test_drafts_are_found_by_reference_and_all_by_customer(visit: Visit, cast: Cast) -> None:
    other = customer(cast.lumen, number="C002", name="École de Givors")
    issued(cast, [date(2026, 3, 1)])
    drafts(cast.lumen, other, count=1)
    ana = visit("ana")
    assert shown(ana.get(LIST, {"q": "2"})) == ["Draft 2"]
    for words in ("givors", "école", "ÉCOLE DE"):
        assert shown(ana.get(LIST, {"q": words})) == ["Draft 2"]
    assert shown(ana.get(LIST, {"q": "X2026-00001"})) == []


def test_the_address_may_say_anything(visit: Visit, cast: Cast) -> None:
    row = issued(cast, [date(2026, 3, 1)])[0]
    for query in (
        {"since": "yesterday"},
        {"customer": "-4"},
        {"status": "gone"},
        {"least": "1e400"},
        {"least": "NaN"},
        {"sort": "customer__name"},
        {"after": "x_y"},
        {"after": "99999999999999999999999_1"},
        {"sort": "due", "after": "2026-99-99_1"},
        {"sort": "due", "after": "12345_1"},
        {"q": "\x00"},
        {"customer": "9" * 30},
    ):
        answer = visit("ana").get(LIST, query)
        assert shown(answer) == [row.number], query
    told = chips(visit("ana").get(LIST, {"since": "yesterday"}))
    assert "From: Enter a valid date." in told


def test_pages_follow_one_another_both_ways(cast: Cast, db: Any) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=12)
    operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys[:9], issue_date=date(2026, 3, 1))
    with scope(cast.lumen.pk):
        for sort in queries.SORTS:
            for down in (True, False):
                forwards, backwards = _walk(sort, down)
                expected = 9 if sort == "due" else 12
                assert len(forwards) == len(set(forwards)) == expected
                assert backwards == forwards


def _walk(sort: str, down: bool) -> tuple[list[int], list[int]]:
    def read(**place: str) -> queries.Page:
        return queries.documents(
            Filter(statuses=(Status.DRAFT, Status.FINAL)),
            today=date(2026, 4, 1),
            sort=sort,
            descending=down,
            limit=5,
            **place,
        )

    page = read()
    assert not page.before
    there = [row.pk for row in page.rows]
    while page.after:
        page = read(after=page.after)
        there += [row.pk for row in page.rows]
    back = [row.pk for row in page.rows]
    while page.before:
        page = read(before=page.before)
        back = [row.pk for row in page.rows] + back
    return there, back


def test_heads_sort_and_say_so(visit: Visit, cast: Cast) -> None:
    issued(cast, [date(2026, 3, 1), date(2026, 3, 2)])
    drafts(cast.lumen, cast.bellecour, count=1)
    answer = visit("ana").get(LIST, {"sort": "due"})
    assert shown(answer) == ["F2026-00001", "F2026-00002"]
    assert "drafts have no due date and are not shown" in chips(answer)
    assert "2 documents" in chips(answer)
    assert re.search(r'<th[^>]*aria-sort="ascending"[^>]*><a [^>]*sort=-due', answer.content.decode())
    usual = visit("ana").get(LIST).content.decode()
    assert re.search(r'<th[^>]*aria-sort="descending"[^>]*><a [^>]*sort=number"', usual)


def test_tabs_count_and_lead_to_their_lists(visit: Visit, cast: Cast) -> None:
    today = timezone.localdate()
    old, new = issued(cast, [today - timedelta(days=90), today])
    operations.mark_sent(old, actor=cast.ana, at=timezone.now(), to=["c@customer.example"])
    drafts(cast.lumen, cast.bellecour, count=2)
    ana = visit("ana")
    told = chips(ana.get(LIST))
    for words in ("All 4", "To send 1", "Overdue 1", "Drafts 2"):
        assert words in told
    assert shown(ana.get(LIST, {"overdue": "1"})) == [old.number]
    assert shown(ana.get(LIST, {"status": "final"})) == [new.number]


def test_the_billing_page_adds_up_what_waits(visit: Visit, cast: Cast) -> None:
    today = timezone.localdate()
    old, new = issued(cast, [today - timedelta(days=90), today])
    operations.mark_sent(old, actor=cast.ana, at=timezone.now(), to=["c@customer.example"])
    drafts(cast.lumen, cast.bellecour, count=2)
    with scope(cast.lumen.pk):
        found = sums.standing(currency="EUR", today=today)
        months = [today.replace(day=1)]
        billed = sums.billed(months, currency="EUR")
    gross = new.gross_minor
    assert (found.drafts.documents, found.ready.documents) == (2, 1)
    assert (found.outstanding.documents, found.outstanding.minor) == (2, 2 * gross)
    assert (found.overdue.documents, found.overdue.minor) == (1, gross)
    assert billed == [gross]
    told = chips(visit("ana").get("/lumen/"))
    for words in ("2 drafts", "1 ready to send", "2 waiting for payment", "1 overdue", "Billed per month"):
        assert words in told
    assert shown(visit("ana").get("/lumen/")) == ["Draft 4", "Draft 3", new.number, old.number]


def test_an_empty_list_says_what_it_is_for(visit: Visit, cast: Cast) -> None:
    ana = visit("ana")
    assert "No documents yet" in chips(ana.get(LIST))
    row = issued(cast, [date(2026, 3, 1)])[0]
    assert "No document matches these filters." in chips(ana.get(LIST, {"q": "nowhere"}))
    operations.close(row, actor=cast.ana, now=timezone.now())
    assert "All documents are closed." in chips(ana.get(LIST))


def test_htmx_gets_the_list_alone(visit: Visit, cast: Cast) -> None:
    row = issued(cast, [date(2026, 3, 1)])[0]
    for path in (LIST, "/lumen/"):
        answer = visit("ana").get(path, headers=PART)
        assert shown(answer) == [row.number]
        assert answer.content.lstrip().startswith(b'<div id="documents"')
        assert "HX-Target" in answer["Vary"]
        assert b"<html" in visit("ana").get(path).content


def test_another_organisation_sees_none_of_it(visit: Visit, cast: Cast) -> None:
    issued(cast, [date(2026, 3, 1)])
    bob = visit("bob")
    for path in (
        "",
        "documents/",
        "documents.csv",
        "documents.xlsx",
        "documents/customers/",
        "documents/batches/",
    ):
        assert bob.get(f"/lumen/{path}").status_code == 404
    assert shown(bob.get("/cap/documents/", {"customer": cast.bellecour.pk})) == []
    assert "Bellecour" not in bob.get("/cap/documents/", {"customer": cast.bellecour.pk}).content.decode()


def test_rows_name_the_actions_that_would_take_them(visit: Visit, cast: Cast) -> None:
    issued(cast, [date(2026, 3, 1)])
    drafts(cast.lumen, cast.bellecour, count=1)

    def can(name: str) -> list[str]:
        return re.findall(r'data-can="([^"]*)"', visit(name).get(LIST).content.decode())

    assert can("ana") == ["finalise", "send close pay"]
    assert can("dora") == ["", "close pay"]  # she owns nobody
    with scope(cast.lumen.pk):
        CustomerOwner.objects.create(
            organisation=cast.lumen,
            customer=cast.bellecour,
            membership=Membership.objects.get(user=cast.users["dora"], organisation=cast.lumen),
        )
    assert can("dora") == ["finalise", "send close pay"]


def test_a_list_costs_the_same_for_few_and_for_many(visit: Visit, cast: Cast) -> None:
    ana = visit("ana")

    def cost(path: str, **query: Any) -> int:
        with CaptureQueriesContext(connection) as found:
            assert ana.get(path, query).status_code == 200
        return len(found)

    asked: list[tuple[str, dict[str, Any]]] = [
        (LIST, {}),
        (LIST, {"status": ["draft", "final"]}),
        (LIST, {"q": "lumi"}),
        (LIST, {"sort": "due", "overdue": "1"}),
        ("/lumen/", {}),
    ]
    drafts(cast.lumen, cast.bellecour, count=2)
    issued(cast, [date(2026, 3, 1)])
    ana.get(LIST)
    few = [cost(path, **query) for path, query in asked]
    keys = drafts(cast.lumen, cast.bellecour, count=70)
    operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys[:60], issue_date=date(2026, 3, 2))
    assert [cost(path, **query) for path, query in asked] == few
    assert max(few) <= 30


def test_control_a_query_for_each_row_would_be_counted(
    visit: Visit, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from facturier.web.billing.listing import Listing

    plain = Listing._can

    def asks_for_each(self: Listing, row: Any, owned: Any) -> str:
        Customer.objects.get(pk=row.customer_id)
        return plain(self, row, owned)

    monkeypatch.setattr(Listing, "_can", asks_for_each)
    with pytest.raises(AssertionError):
        test_a_list_costs_the_same_for_few_and_for_many(visit, cast)


@pytest.mark.parametrize("chosen", [Filter(search="ellecour"), Filter(least_minor=1)])
def test_few_and_many_matches_are_read_by_other_ways_and_are_the_same(
    cast: Cast, db: Any, monkeypatch: pytest.MonkeyPatch, chosen: Filter
) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=7)
    drafts(cast.lumen, customer(cast.lumen, number="C002", name="Givors"), count=1)
    with scope(cast.lumen.pk):
        few = queries.documents(chosen, today=date(2026, 4, 1), limit=5)
        monkeypatch.setattr(queries, "COUNTED", 3)
        with CaptureQueriesContext(connection) as found:
            many = queries.documents(chosen, today=date(2026, 4, 1), limit=5)
    assert few == many
    assert len(few.rows) == 5
    assert {row.pk for row in few.rows if row.customer_id == cast.bellecour.pk} <= set(keys)
    assert "+ 0" in found.captured_queries[-1]["sql"]


def test_what_is_counted_is_capped(cast: Cast, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNTED", 3)
    monkeypatch.setattr(sums, "COUNTED", 3)
    drafts(cast.lumen, cast.bellecour, count=3)
    with scope(cast.lumen.pk):
        assert queries.count(Filter()) == 3
        assert sums.extent(Filter()).minor is not None
    drafts(cast.lumen, cast.bellecour, count=5)
    with scope(cast.lumen.pk):
        assert queries.count(Filter()) == 4
        found = sums.extent(Filter())
    assert (found.documents, found.minor) == (4, None)


@pytest.mark.only_on("sqlite")
def test_lists_are_read_off_an_index_in_their_order(cast: Cast, db: Any) -> None:
    """SQLite tells its plan without statistics: none of these may sort more than equal keys."""
    assert sorted_or_scanned(cast) == []


@pytest.mark.only_on("sqlite")
def test_control_a_list_without_its_index_would_be_sorted(cast: Cast, db: Any) -> None:
    with connection.cursor() as cursor:
        for name in ("document_by_customer", "document_open_list", "document_list"):
            cursor.execute(f"DROP INDEX {name}")
    assert {"all", "customer"} <= set(sorted_or_scanned(cast))


def sorted_or_scanned(cast: Cast) -> list[str]:
    """Name the lists whose plan sorts rows or reads a whole table."""
    today = date(2026, 4, 1)
    asked = {
        "all": (Filter(), "number"),
        "status": (Filter(statuses=(Status.SENT,)), "number"),
        "several": (Filter(statuses=(Status.SENT, Status.FINAL)), "number"),
        "customer": (Filter(customer_id=cast.bellecour.pk), "number"),
        "batch": (Filter(batch_name="March"), "number"),
        "period": (Filter(since=today, until=today), "number"),
        "overdue": (Filter(overdue_on=today), "due"),
        "amount": (Filter(), "amount"),
    }
    plans = {name: plan_of(cast, chosen, sort, today) for name, (chosen, sort) in asked.items()}
    return [name for name, plan in plans.items() if "TREE FOR ORDER BY" in plan or "SCAN" in plan]


def plan_of(cast: Cast, chosen: Filter, sort: str, today: date) -> str:
    """Return the steps that the database takes."""
    with scope(cast.lumen.pk), CaptureQueriesContext(connection) as found:
        queries.documents(chosen, today=today, sort=sort)
    steps = []
    with connection.cursor() as cursor:
        for one in found.captured_queries:
            # A plan that was asked for before would be answered from the driver's statements.
            cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']} -- {next(_asked)}")
            steps += [row[3] for row in cursor.fetchall()]
    return "\n".join(steps)


def test_periods_are_whole_months_and_years() -> None:
    found = {str(one.label): (one.since, one.until) for one in asking.periods(date(2026, 3, 31))}
    assert found["This month"] == (date(2026, 3, 1), date(2026, 3, 31))
    assert found["Last month"] == (date(2026, 2, 1), date(2026, 2, 28))
    assert found["Last year"] == (date(2025, 1, 1), date(2025, 12, 31))
    assert asking.is_month(date(2024, 2, 1), date(2024, 2, 29))
    assert not asking.is_month(date(2024, 2, 1), date(2024, 2, 28))
