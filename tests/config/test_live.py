"""The browser meets the server as people do: real sign-in, hashed assets, strict policy."""

from __future__ import annotations

import urllib.request

from playwright.sync_api import Page, expect

from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast


def test_the_browser_reaches_a_server_that_knows_the_cast(live: Live, cast: Cast, page: Page) -> None:
    page.goto(f"{live.url}/sign-in/")
    page.get_by_role("textbox").first.fill(cast.users["ana"].email)
    page.locator("input[type=password]").fill("wrong")
    page.locator("input[type=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert "/sign-in/" in page.url
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def test_assets_are_hashed_and_the_policy_is_strict(live: Live) -> None:
    with urllib.request.urlopen(f"{live.url}/sign-in/") as answer:
        policy, body = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert 'href="/assets/' in body
    assert '.css"' in body
