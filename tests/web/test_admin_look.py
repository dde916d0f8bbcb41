"""The pages of Admin in a real browser: access, width, and the way from a missing mention to its field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from facturier.organisations.models import Organisation
from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast
from tests.support.documents import drafts, invoice
from tests.web.test_look import LOOKS, violations

MARCH = "?since=2026-03-01&until=2026-03-31"
PAGES = ("settings/", f"journal/{MARCH}", "audit/", "audit/verdict/")


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    yield found
    assert found == []


def sign_in(page: Page, live: Live, name: str) -> None:
    page.goto(f"{live.url}/sign-in/?next=/lumen/admin/audit/")
    page.locator("#id_username").fill(f"{name}@lumen.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{live.url}/lumen/admin/audit/", timeout=10_000)


def test_axe_finds_nothing_and_nothing_overflows(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    invoice(cast.lumen, cast.bellecour)
    sign_in(page, live, "ada")
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for address in PAGES:
            page.goto(f"{live.url}/lumen/admin/{address}")
            assert violations(page) == [], (scheme, width, address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, address)


def test_axe_finds_nothing_where_one_may_only_read(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    sign_in(page, live, "carol")
    page.goto(f"{live.url}/lumen/admin/settings/")
    expect(page.locator("#iban")).to_be_disabled()
    assert violations(page) == []


def test_a_missing_mention_is_mended_where_its_link_leads(live: Live, cast: Cast, page: Page) -> None:
    number = cast.lumen.identifiers["siren"]
    Organisation.objects.filter(pk=cast.lumen.pk).update(
        identifiers={key: value for key, value in cast.lumen.identifiers.items() if key != "siren"}
    )
    (pk,) = drafts(cast.lumen, cast.bellecour)
    sign_in(page, live, "ada")
    page.goto(f"{live.url}/lumen/documents/{pk}/")
    link = page.locator("main a[href$='#identifiers-siren']").first
    link.click()
    field = page.locator("#identifiers-siren")
    expect(field).to_be_in_viewport()
    page.keyboard.press("Tab")  # the place of the link is where the keyboard goes on
    field.fill("123456789")
    page.locator("form.settings button[type=submit]").click()
    expect(page.locator("#identifiers-siren_error")).to_be_visible()
    assert violations(page) == []
    page.locator("#identifiers-siren").fill(number)
    page.locator("form.settings button[type=submit]").click()
    expect(page.locator("toast-note")).to_be_visible()
    page.goto(f"{live.url}/lumen/documents/{pk}/")
    expect(page.locator("main a[href$='#identifiers-siren']")).to_have_count(0)
