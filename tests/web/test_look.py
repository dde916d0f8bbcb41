"""The page of components and the sign-in page in a real browser: access, keyboard, weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast
from tests.support.databases import Database

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 360)]
COMPONENTS = "/lumen/docs/components/"
WEIGHT = 150_000  # bytes of a page without fonts (DESIGN.md)


@pytest.fixture
def fresh_database(fresh_database: Database) -> Database:
    """The same, for a server in debug mode: the only one that shows the page of components."""
    return replace(fresh_database, environment={**fresh_database.environment, "FACTURIER_DEBUG": "1"})


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about: errors of scripts, of the policy, of files that are missing."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("response", lambda answer: found.append(answer.url) if answer.status >= 400 else None)
    yield found
    assert found == []


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds, with the elements."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def sign_in(page: Page, live: Live, then: str = COMPONENTS) -> None:
    page.goto(f"{live.url}/sign-in/?next={then}")
    page.locator("#id_username").fill("ana@lumen.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{live.url}{then}", timeout=10_000)


def test_axe_finds_nothing_and_nothing_overflows(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    for scheme, width in LOOKS:
        page.context.clear_cookies()
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{live.url}/sign-in/")
        assert violations(page) == [], (scheme, width)
        sign_in(page, live)
        assert violations(page) == [], (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelector('main a').style.color = '#eee'")
    page.evaluate("document.querySelector('#main input').removeAttribute('aria-label')")
    page.evaluate("document.querySelectorAll('label').forEach((one) => one.remove())")
    assert {"label"} <= {name for name, _ in violations(page)}  # axe does look


def test_axe_finds_nothing_in_what_opens(live: Live, cast: Cast, page: Page, complaints: list[str]) -> None:
    sign_in(page, live)
    page.locator(".page-head menu-list > button").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("header menu-list.end > button").last.click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("tbody .pick input").first.check()
    assert violations(page) == []
    page.locator("combo-box[source] > input[role=combobox]").last.click()
    expect(page.locator(".options:not([hidden]) [role=option]")).to_have_count(6)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("[commandfor=plain-dialog]").first.click()
    assert violations(page) == []


def test_the_keyboard_is_enough_for_a_list(live: Live, cast: Cast, page: Page, complaints: list[str]) -> None:
    sign_in(page, live)
    for key in ("j", "j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("2 documents selected")
    expect(page.locator("tr[data-selected]")).to_have_count(2)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    assert page.url.endswith("#F2026-0411")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.evaluate("document.documentElement.dataset.shortcuts = 'off'")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_a_combobox_is_worked_by_the_keyboard(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    sign_in(page, live)
    box = page.locator("combo-box[source]").last
    field, chosen = box.locator("[role=combobox]"), box.locator("input[type=hidden]")
    field.fill("trans")
    expect(box.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Transports Ollier")
    expect(chosen).to_have_value("3")
    field.fill("nobody at all")
    expect(box.locator(".none")).to_be_visible()
    page.keyboard.press("Tab")
    expect(field).to_have_value("Transports Ollier")
    field.fill("")
    page.keyboard.press("Tab")
    expect(chosen).to_have_value("")


def test_menus_open_and_move_by_the_keyboard(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    sign_in(page, live)
    menu = page.locator(".page-head menu-list")
    menu.locator("> button").focus()
    page.keyboard.press("ArrowDown")
    expect(menu.locator(".item").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.locator(".item").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.locator("[popover]")).to_be_hidden()
    expect(menu.locator("> button")).to_be_focused()


def test_the_look_changes_at_once_and_stays(
    live: Live, cast: Cast, page: Page, complaints: list[str]
) -> None:
    sign_in(page, live)
    paper = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(paper)
    page.locator("header menu-list.end > button").last.click()
    page.locator("button[name=theme][value=dark]").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark


def test_errors_stay_and_good_news_goes(live: Live, cast: Cast, page: Page) -> None:
    page.clock.install()
    sign_in(page, live)
    expect(page.locator("toast-note")).to_have_count(2)
    page.clock.run_for(8000)
    expect(page.locator("toast-note")).to_have_count(1)
    expect(page.locator("toast-note")).to_have_attribute("role", "alert")


def test_nothing_moves_when_the_fonts_arrive(live: Live, cast: Cast, page: Page) -> None:
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach("
        "(one) => { window.moved += one.value; })).observe({type: 'layout-shift', buffered: true});"
    )
    sign_in(page, live)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.moved") == 0
    page.route("**/*", lambda route: route.continue_())  # which also empties the browser's cache
    page.reload(wait_until="networkidle")
    assert page.evaluate("window.moved") == 0
    page.evaluate("document.querySelector('main').prepend(document.createElement('hr'), 'a line more')")
    page.wait_for_function("window.moved > 0")


def test_a_page_is_light(live: Live, cast: Cast, page: Page) -> None:
    sign_in(page, live)
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
    page.route("**/*", lambda route: route.continue_())  # nothing comes from the browser's cache
    page.reload(wait_until="networkidle")
    assert any("/fonts/Lato-Regular" in url for url in weights)
    light = {url: weight for url, weight in weights.items() if "/fonts/" not in url}
    assert len(light) > 10
    assert sum(light.values()) < WEIGHT, sorted(light.items(), key=lambda one: -one[1])
