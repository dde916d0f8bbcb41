"""The list of documents in a real browser: the keyboard, the bulk bar, and the list that replaces itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

from facturier.organisations.models import User
from facturier.organisations.tenancy import scope
from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast
from tests.support.documents import drafts, invoice


@pytest.fixture
def signed_in(live: Live, cast: Cast, page: Page) -> Iterator[Page]:
    """Ana's browser; whatever is written to its console fails the test."""
    User.objects.update(language="en")
    told: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            told.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{live.url}/sign-in/")
    page.get_by_label("E-mail address").fill("ana@lumen.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Billing", level=1)).to_be_visible()
    yield page
    assert told == []


def look(page: Page) -> None:
    """Give the page to axe, by day and by night, wide and narrow; it may not scroll sideways."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 1280, "height": 800})


def test_drafts_are_finalised_from_the_keyboard(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    with scope(cast.lumen.pk):
        invoice(cast.lumen, cast.bellecour)
        drafts(cast.lumen, cast.bellecour, count=3)
    page.goto(f"{live.url}/lumen/documents/")
    expect(page.locator("tbody tr")).to_have_count(4)
    for key in ("j", "x", "j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    bar = page.get_by_role("group", name="Selected rows")
    expect(bar).to_contain_text("3 documents selected")
    expect(bar.get_by_role("button", name="Finalise (2)")).to_be_visible()
    look(page)
    bar.get_by_role("button", name="Finalise (2)").click()
    dialog = page.get_by_role("dialog", name="Finalise 2 drafts")
    expect(dialog).to_contain_text("The document is already final.")
    look(page)
    dialog.get_by_role("button", name="Finalise 2 drafts").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("2 documents were finalised")
    expect(page.get_by_role("link", name=re.compile("^Drafts"))).to_contain_text("1")
    expect(page.locator("tbody tr .chip.waits")).to_have_count(3)
    expect(bar).to_be_hidden()


def test_the_address_follows_the_list_and_the_focus_stays(live: Live, cast: Cast, signed_in: Page) -> None:
    page = signed_in
    with scope(cast.lumen.pk):
        first = invoice(cast.lumen, cast.bellecour)
        drafts(cast.lumen, cast.bellecour, count=1)
    for path in ("", "documents/"):
        page.goto(f"{live.url}/lumen/{path}")
        look(page)
        page.evaluate("window.stays = true")
        tab = page.get_by_role("navigation", name="Views").get_by_role("link", name="To send")
        tab.click()
        page.wait_for_url(f"**/lumen/{path}?status=final")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(tab).to_be_focused()
        head = page.get_by_role("columnheader", name="Amount").get_by_role("link")
        head.click()
        page.wait_for_url("**/*sort=-amount")
        expect(page.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
        expect(page.get_by_role("columnheader", name="Amount").get_by_role("link")).to_be_focused()
        assert page.evaluate("window.stays") is True  # nothing but the list was loaded
        expect(page.locator("#said")).to_contain_text("1 document")
        page.get_by_role("button", name="of any date").click()
        page.get_by_role("link", name="This year").click()
        page.wait_for_url("**/*since=*")
    download = page.locator("a[data-download]").first
    expect(download).to_have_attribute("href", re.compile("status=final.*since="))
    page.go_back()
    page.wait_for_function("window.stays === undefined")  # going back loads the page anew
    page.wait_for_load_state()
    expect(page.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(first.number or "")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/?q=*")
    expect(page.get_by_role("link", name=first.number or "", exact=True)).to_be_visible()
