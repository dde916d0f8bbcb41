"""The command palette: what the server finds for it, and the keyboard in a real browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page, expect

from facturier.invoices import operations
from facturier.organisations.models import Membership, User
from facturier.organisations.tenancy import scope
from facturier.web.palette import finding
from tests.support.browsers import Live
from tests.support.cast import Cast, customer
from tests.support.documents import drafts, invoice
from tests.web.conftest import Visit
from tests.web.test_list_in_browser import look, signed_in

__all__ = ["signed_in"]  # the fixture is used here as well

FIND = "/lumen/find/"
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    User.objects.update(language="en")


def found(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code == 200, answer.content
    return [(one["group"], one["label"], one["url"]) for one in answer.json()["options"]]


def test_documents_and_customers_are_found_as_one_types(visit: Visit, cast: Cast) -> None:
    who = cast.bellecour
    first, second = (invoice(cast.lumen, who, issue_date=TODAY) for _ in range(2))
    with scope(cast.lumen.pk):
        operations.close(second, actor=cast.ana, now=timezone.now())
    ana = visit("ana")
    expected = ("documents", second.number, f"/lumen/documents/{second.pk}/")
    assert found(ana.get(FIND, {"q": "00002"})) == [expected]
    by_name = found(ana.get(FIND, {"q": "bellecour"}))
    assert by_name[0] == ("customers", who.name, f"/lumen/customers/{who.pk}/")
    assert {one[1] for one in by_name[1:]} == {first.number, second.number}
    assert found(ana.get(FIND, {"q": "  "})) == found(ana.get(FIND)) == []
    assert found(ana.get(FIND, {"q": "\0"})) == []
    option = ana.get(FIND, {"q": first.number}).json()["options"][0]
    assert who.name in option["detail"]
    assert "Final" in option["detail"]


def test_at_most_eight_are_found_for_any_number_at_the_same_cost(visit: Visit, cast: Cast) -> None:
    ana = visit("ana")

    def ask() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            answer = ana.get(FIND, {"q": "bellecour"})
        return len(found(answer)), len(asked)

    ana.get(FIND)
    drafts(cast.lumen, cast.bellecour, count=1)
    few, cost = ask()
    assert few == 2
    for number in range(5):
        customer(cast.lumen, number=f"B{number}", name=f"Bellecour {number}")
    drafts(cast.lumen, cast.bellecour, count=20)
    assert ask() == (finding.LIMIT, cost)


def test_control_an_unlimited_answer_would_be_noticed(
    visit: Visit, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = finding.LIMIT
    monkeypatch.setattr(finding, "LIMIT", 50)
    drafts(cast.lumen, cast.bellecour, count=20)
    assert len(found(visit("ana").get(FIND, {"q": "bellecour"}))) > limit


def test_nobody_finds_what_is_anothers(visit: Visit, cast: Cast) -> None:
    invoice(cast.lumen, cast.bellecour)
    assert visit("bob").get(FIND, {"q": "bellecour"}).status_code == 404
    assert found(visit("bob").get("/cap/find/", {"q": "bellecour"})) == []
    assert found(visit("carol").get(FIND, {"q": "bellecour"}))  # who may only read may find


def test_without_a_script_there_is_the_plain_search(visit: Visit, cast: Cast) -> None:
    body = visit("ana").get("/lumen/documents/").content.decode()
    assert '<form class="search" role="search" action="/lumen/documents/">' in body
    assert 'data-palette="open" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" hidden>' in body


def palette(page: Page) -> tuple[Any, Any]:
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Commands")
    expect(dialog).to_be_visible()
    return dialog, dialog.get_by_role("combobox", name="Go, do or find")


def test_the_keyboard_goes_anywhere(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    row = invoice(cast.lumen, cast.bellecour)
    page.goto(f"{live.url}/lumen/documents/")
    dialog, field = palette(page)
    expect(field).to_be_focused()
    expect(dialog.get_by_role("option", selected=True)).to_have_count(0)  # Enter alone does nothing
    look(page)
    for title in ("On this page", "New", "Go to"):
        expect(dialog.get_by_role("group", name=title, exact=True)).to_be_visible()
    labels = dialog.get_by_role("option").all_inner_texts()
    assert len(labels) == len(set(labels))  # nothing is listed twice
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_be_visible()

    _, field = palette(page)
    field.fill("audit")
    expect(dialog.get_by_role("option", selected=True)).to_have_text("Audit log")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lumen/admin/audit/")

    _, field = palette(page)
    field.fill("new cust")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lumen/customers/new/")

    _, field = palette(page)
    field.fill(row.number or "")
    option = dialog.get_by_role("group", name="Documents").get_by_role("option")
    expect(option).to_contain_text("Bellecour")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text(row.number or "")
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text("in the documents")
    page.keyboard.press("ArrowDown")
    focused = field.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{focused}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lumen/documents/{row.pk}/")

    _, field = palette(page)
    field.fill("Bellecour, no such thing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lumen/documents/?q=Bellecour*")


def test_the_documents_own_actions_are_done_or_say_why_not(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    issued = invoice(cast.lumen, cast.bellecour)
    page.goto(f"{live.url}/lumen/documents/{issued.pk}/")
    dialog, field = palette(page)
    here = dialog.get_by_role("group", name="On this page")
    delete = here.get_by_role("option", name="Delete")
    expect(delete).to_have_attribute("aria-disabled", "true")
    told = delete.inner_text()
    field.fill("delete")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()  # it cannot be done, and says why
    reason = dialog.get_by_role("status").inner_text()
    assert reason
    assert reason in told
    look(page)
    field.fill("send")
    page.keyboard.press("Enter")
    expect(page.locator("#remote-dialog")).to_be_visible()
    page.keyboard.press("Escape")

    draft_pk = drafts(cast.lumen, cast.bellecour, count=1)[0]
    page.goto(f"{live.url}/lumen/documents/{draft_pk}/")
    dialog, field = palette(page)
    field.fill("finalise")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Finalise this document?")).to_be_visible()


def test_what_one_may_not_do_is_there_with_the_reason(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    with scope(cast.lumen.pk):
        Membership.objects.filter(user=cast.users["ana"]).update(may_process_billing=False)
    page.goto(f"{live.url}/lumen/documents/")
    dialog, _field = palette(page)
    option = dialog.get_by_role("group", name="New").get_by_role("option").first
    expect(option).to_have_attribute("aria-disabled", "true")
    expect(option).to_contain_text("You need the permission “process billing”.")


def test_on_a_phone_the_search_field_opens_the_commands(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    page.set_viewport_size({"width": 360, "height": 740})
    # At its left end: the rest of the narrow field is the button of the commands itself.
    page.get_by_role("searchbox", name="Search").click(position={"x": 6, "y": 16})
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
