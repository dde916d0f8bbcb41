"""Views that people save, and the columns that they choose."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page, expect

from facturier.audit.models import Event
from facturier.invoices import operations, queries
from facturier.invoices.counting import counts
from facturier.invoices.queries import Filter
from facturier.organisations import keeping
from facturier.organisations.models import Membership, SavedView, User
from facturier.organisations.queries import saved_views
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused
from facturier.web.billing import columns
from tests.support.browsers import Live
from tests.support.cast import Cast, customer
from tests.support.documents import drafts, invoice
from tests.web.conftest import Visit
from tests.web.test_document_list import LIST, chips, shown
from tests.web.test_list_in_browser import look, signed_in

__all__ = ["signed_in"]  # the fixture is used here as well

SAVE = "/lumen/documents/views/"
DRAFTS = "status=draft"


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    User.objects.update(language="en")


def save(cast: Cast, name: str, query: str = DRAFTS, *, actor: Any = None, shared: bool = False) -> SavedView:
    with scope(cast.lumen.pk):
        return keeping.save_view(cast.lumen, actor=actor or cast.ana, name=name, query=query, shared=shared)


def tabs(answer: Any) -> list[tuple[str, str, bool]]:
    """Label, count and whether it is the current one."""
    nav = re.search(r'<nav class="tabs"[^>]*>(.*?)</nav>', answer.content.decode(), re.DOTALL)
    assert nav
    found = re.findall(r"<a ([^>]*)>([^<]*?)\s*<small>([^<]*)</small></a>", nav[1])
    return [(label.strip(), count, "aria-current" in attributes) for attributes, label, count in found]


def test_a_view_is_saved_counted_and_marked(visit: Visit, cast: Cast) -> None:
    drafts(cast.lumen, cast.bellecour, count=3)
    other = customer(cast.lumen, number="C002", name="Ville de Givors")
    drafts(cast.lumen, other, count=2)
    ana = visit("ana")
    query = f"status=draft&customer={other.pk}&sort=amount"
    answer = ana.post(
        SAVE, {"name": " Givors ", "query": f"?{query}&after=1_1&nonsense=1", "place": "billing"}
    )
    assert answer["Location"] == f"/lumen/?{query}"
    told = ana.get(f"/lumen/?{query}")
    assert "The view “Givors” was saved." in chips(told)
    assert tabs(told)[-1] == ("Givors", "2", True)
    assert sum(current for _label, _count, current in tabs(told)) == 1
    assert tabs(ana.get(LIST))[-1] == ("Givors", "2", False)
    always = ["All", "To send", "Overdue", "Drafts", "Pro formas"]
    assert [label for label, _count, _current in tabs(visit("dora").get(LIST))] == always  # it is Ana's own


def test_what_cannot_be_saved_is_refused(visit: Visit, cast: Cast) -> None:
    def refusal(**given: str) -> str:
        ana = visit("ana")
        ana.post(SAVE, {"name": "A", "query": DRAFTS, **given})
        return chips(ana.get(LIST))

    assert "Give the view a name." in refusal(name=" \0 ")
    assert "at most 40 characters" in refusal(name="x" * 41)
    assert "Choose filters or an order first" in refusal(query="?after=3_3")
    with scope(cast.lumen.pk):
        assert not SavedView.objects.exists()
    for number in range(keeping.MOST):
        save(cast, f"View {number}")
    assert "12 views already" in refusal()
    save(cast, "View 3", "status=sent")  # one of that name takes the new question
    with scope(cast.lumen.pk):
        assert SavedView.objects.get(name="View 3").query == "status=sent"
        assert SavedView.objects.count() == keeping.MOST


def test_sharing_asks_for_the_permission_and_is_noted(visit: Visit, cast: Cast) -> None:
    given = {"name": "To chase", "query": "overdue=1", "shared": "on"}
    assert visit("ana").post(SAVE, given).status_code == 403
    body = visit("ana").get(LIST, {"overdue": "1"}).content.decode()
    assert re.search(r'<input[^>]*name="shared"[^>]*disabled', body)
    ada = visit("ada")
    assert ada.post(SAVE, given).status_code == 302
    for name in ("ada", "ana", "carol"):
        assert tabs(visit(name).get(LIST))[-1][0] == "To chase"
    with scope(cast.lumen.pk):
        view = SavedView.objects.get()
    for name in ("ana", "carol"):
        client = visit(name)
        assert "manage settings" in chips(client.get(LIST, {"overdue": "1"}))
        assert client.post(f"{SAVE}{view.pk}/rename/", {"name": "X"}).status_code == 403
        assert client.post(f"{SAVE}{view.pk}/delete/").status_code == 403
    ada.post(f"{SAVE}{view.pk}/rename/", {"name": "Chase these"})
    ada.post(f"{SAVE}{view.pk}/delete/")
    with scope(cast.lumen.pk):
        events = list(Event.objects.filter(subject_type="savedview").order_by("sequence"))
    assert [event.name for event in events] == ["view.shared", "view.renamed", "view.deleted"]
    log = chips(ada.get("/lumen/admin/audit/"))
    assert "Renamed from “To chase” to “Chase these”" in log


def test_one_s_own_views_are_nobody_elses(visit: Visit, cast: Cast) -> None:
    view = save(cast, "Mine")
    for name, slug in (("dora", "lumen"), ("ada", "lumen"), ("bob", "cap"), ("bob", "lumen")):
        for act in ("rename", "delete"):
            answer = visit(name).post(f"/{slug}/documents/views/{view.pk}/{act}/", {"name": "X"})
            assert answer.status_code == 404, (name, act)
    with scope(cast.lumen.pk):
        for act in (keeping.delete_view, lambda row, actor: keeping.rename_view(row, actor=actor, name="X")):
            with pytest.raises(PermissionDenied):
                act(view, actor=cast.ada)
        save(cast, "Other")
        with pytest.raises(Refused, match="of that name already"):
            keeping.rename_view(view, actor=cast.ana, name="Other")
        assert not Event.objects.filter(subject_type="savedview").exists()  # own ones are nobody's business
        assert [one.name for one in saved_views(cast.ana.membership_id or 0)] == ["Mine", "Other"]
    ana = visit("ana")
    assert ana.post(f"{SAVE}{view.pk}/rename/", {"name": "Ours"})["Location"] == f"{LIST}?{DRAFTS}"
    assert "The view is called “Ours” now." in chips(ana.get(LIST, {"status": "draft"}))
    ana.post(f"{SAVE}{view.pk}/delete/")
    with scope(cast.lumen.pk):
        assert [one.name for one in SavedView.objects.all()] == ["Other"]


def several(cast: Cast) -> list[Filter]:
    today = timezone.localdate()
    return [
        *(Filter(), Filter(closed_too=True), Filter(statuses=(Status.DRAFT, Status.FINAL))),
        *(Filter(kinds=(Kind.CREDIT_NOTE,)), Filter(customer_id=cast.bellecour.pk), Filter(batch_name="No")),
        *(Filter(since=today, until=today), Filter(least_minor=1), Filter(overdue_on=today)),
        *(
            Filter(search=words)
            for words in ("ellecour", "2", "F2026-00001", "f2026-2", "X2026-1", "nowhere")
        ),
    ]


def test_all_are_counted_in_one_query_and_like_one_by_one(cast: Cast, db: Any) -> None:
    invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 3, 1))
    closed = invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 3, 2))
    drafts(cast.lumen, customer(cast.lumen, number="C002", name="Givors"), count=3)
    with scope(cast.lumen.pk):
        operations.close(closed, actor=cast.ana, now=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            found = counts(several(cast))
        assert len([one for one in asked if "set_config" not in one["sql"]]) == 1
        assert found == [queries.count(one) for one in several(cast)]
        assert len(set(found)) > 3
    with scope(cast.cap.pk):
        assert set(counts(several(cast))) == {0}


def test_counts_are_capped(cast: Cast, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNTED", 3)
    drafts(cast.lumen, cast.bellecour, count=8)
    with scope(cast.lumen.pk):
        assert counts([Filter(), Filter(search="ellecour"), Filter(search="nowhere")]) == [4, 4, 0]


def cost(visit: Visit) -> int:
    client = visit("ana")
    client.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(LIST).status_code == 200
    return len(asked)


def test_any_number_of_views_costs_the_same(visit: Visit, cast: Cast) -> None:
    drafts(cast.lumen, cast.bellecour, count=1)
    none = cost(visit)
    for number in range(5):
        save(cast, f"{number}", f"q=lumi{number}&customer={cast.bellecour.pk}")
        save(cast, f"{number}", f"least={number}", actor=cast.ada, shared=True)
    assert cost(visit) == none


def test_control_views_that_are_counted_one_by_one_would_be_noticed(
    visit: Visit, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facturier.web.billing.tabs.counts", lambda chosen: list(map(queries.count, chosen)))
    with pytest.raises(AssertionError):
        test_any_number_of_views_costs_the_same(visit, cast)


def heads(answer: Any) -> list[str]:
    table = re.search(r"<thead.*?</thead>", answer.content.decode(), re.DOTALL)
    assert table
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<th .*?</th>", table[0])][
        1:
    ]


def test_each_person_chooses_columns_and_downloads_stay_whole(visit: Visit, cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour, issue_date=timezone.localdate() - timedelta(days=1))
    everything = ["Number", "Date", "Customer", "Batch", "Due", "Amount", "Balance", "Status"]
    ana = visit("ana")
    assert heads(ana.get(LIST)) == everything
    whole = ana.get("/lumen/documents.csv").getvalue()
    given = {"column": ["amount", "customer", "nonsense"], "query": "?status=final"}
    assert ana.post("/lumen/documents/columns/", given)["Location"] == f"{LIST}?status=final"
    answer = ana.get(LIST)
    assert heads(answer) == ["Number", "Customer", "Amount"]
    assert shown(answer) == [row.number]
    cells = re.findall(r"<td", re.search(r"<tbody>.*?</tbody>", answer.content.decode(), re.DOTALL)[0])  # type: ignore[index]
    assert len(cells) == 4
    assert heads(ana.get("/lumen/")) == ["Number", "Date", "Customer", "Batch", "Amount", "Status"]
    assert heads(visit("dora").get(LIST)) == everything
    assert ana.get("/lumen/documents.csv").getvalue() == whole
    book = zipfile.ZipFile(io.BytesIO(ana.get("/lumen/documents.xlsx").getvalue()))
    assert "Days overdue" in "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    ana.post("/lumen/documents/columns/", {"column": list(columns.ALL)})
    assert heads(ana.get(LIST)) == everything
    assert Membership.objects.get(user=cast.users["ana"]).document_columns == ",".join(columns.ALL)
    ana.post("/lumen/documents/columns/", {"column": []})
    assert heads(ana.get(LIST)) == everything


def test_nobody_chooses_for_another(cast: Cast, db: Any) -> None:
    membership = Membership.objects.get(user=cast.users["ana"], organisation=cast.lumen)
    with pytest.raises(PermissionDenied):
        keeping.choose_columns(membership, actor=cast.ada, columns=["amount"])


def look_into(page: Page, name: str) -> None:
    """Give an open menu to axe, by day and by night, opened anew each time: an open one keeps colours."""
    for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.reload()
        button = page.get_by_role("button", name=re.compile(name))
        if not button.is_visible():
            continue  # a phone shows no columns to choose
        button.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.reload()
    page.get_by_role("button", name=re.compile(name)).click()


def test_a_view_is_saved_renamed_and_deleted_in_the_browser(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    with scope(cast.lumen.pk):
        drafts(cast.lumen, cast.bellecour, count=2)
        invoice(cast.lumen, cast.bellecour)
    page.goto(f"{live.url}/lumen/documents/")
    views = page.get_by_role("navigation", name="Views")
    views.get_by_role("link", name="Drafts").click()
    page.wait_for_url("**/documents/?status=draft")
    look_into(page, "save as a view")
    page.get_by_label("Name of the view").fill("To write")
    page.keyboard.press("Enter")
    own = views.get_by_role("link", name=re.compile("To write"))
    expect(own).to_have_attribute("aria-current", "page")
    expect(own).to_contain_text("2")
    look(page)
    look_into(page, "view “To write”")
    page.get_by_label("Name of the view").fill("Write these")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(views).to_contain_text("Write these")
    views.get_by_role("link", name="All").click()
    page.wait_for_url(re.compile(r"/documents/\??$"))
    views.get_by_role("link", name=re.compile("Write these")).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    look_into(page, "choose the columns")
    page.locator("#filter-columns + [popover]").get_by_role("button", name="Apply").click()
    page.wait_for_load_state()
    expect(page.get_by_role("columnheader", name="Balance")).to_be_visible()
    look(page)
    page.get_by_role("button", name=re.compile("choose the columns")).click()
    page.get_by_role("checkbox", name="Balance").uncheck()
    page.locator("#filter-columns + [popover]").get_by_role("button", name="Apply").click()
    page.wait_for_url("**/documents/?status=draft")
    expect(page.get_by_role("columnheader", name="Balance")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Amount")).to_be_visible()
    page.get_by_role("button", name=re.compile("view “Write these”")).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("The view “Write these” was deleted.")
    expect(views).not_to_contain_text("Write these")
    expect(page.locator("tbody tr")).to_have_count(2)
