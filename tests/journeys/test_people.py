"""People in a browser: an invitation and what it opens, codes, passkeys; each page is given to axe.

The passkey is made and used by Chromium's own virtual authenticator; codes are worked out as an app does it.
"""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from facturier.organisations.models import Membership, Organisation, User
from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast
from tests.web.test_look import LOOKS, violations

SETTLED = "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"
Look = Callable[[Page], None]


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Look]:
    """Look at a page in each size and look; in the end nothing may have been written to a console."""
    watched: list[Page] = []
    complaints: list[str] = []

    def at(page: Page) -> None:
        if page not in watched:
            watched.append(page)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(SETTLED)
            assert violations(page) == [], (page.url, scheme, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
        page.set_viewport_size({"width": 1280, "height": 900})

    yield at
    assert complaints == []


@pytest.fixture(autouse=True)
def in_english(cast: Cast) -> None:
    User.objects.update(language="en")
    Organisation.objects.filter(pk=cast.lumen.pk).update(language="en")


def code(secret: str) -> str:
    """Return the code that an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(page: Page, url: str, name: str, *, then: str) -> None:
    page.goto(f"{url}/sign-in/?next={then}")
    page.get_by_label("E-mail address").fill(f"{name}@lumen.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def posted(live: Live, folder: Path) -> str:
    """Let a worker send what waits, and return the newest message's text."""
    command = [sys.executable, "-m", "facturier.cli", "worker", "--once"]
    environment = {**live.database.environment, "FACTURIER_BASE_URL": live.url}
    subprocess.run(command, env=environment, check=True, timeout=120)
    newest = max((folder / "mail" / "new").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    message = email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)
    return str(message.get_content())


def test_an_invitation_opens_what_was_granted_and_no_more(
    live: Live, cast: Cast, page: Page, browser: Browser, tmp_path: Path, look: Look
) -> None:
    sign_in(page, live.url, "ada", then="/lumen/admin/people/")
    look(page)
    page.get_by_role("link", name="Invite").click()
    look(page)
    page.get_by_label("E-mail address").fill("eve@new.example")
    page.get_by_role("button", name="Billing", exact=True).click()
    expect(page.get_by_label("Process billing")).to_be_checked()
    expect(page.get_by_label("Administrator")).not_to_be_checked()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("eve@new.example was invited.")).to_be_visible()
    link = re.search(r"http://\S+/invitation/\S+", posted(live, tmp_path))[0]  # type: ignore[index]
    page.reload()
    expect(page.get_by_text("valid until")).to_be_visible()
    look(page)

    theirs = browser.new_page(locale="en-GB")
    theirs.goto(link)
    look(theirs)
    theirs.get_by_label("Your name").fill("Eve")
    theirs.get_by_label("New password").fill(PASSWORD)
    theirs.get_by_role("button", name="Accept and sign in").click()
    theirs.wait_for_url(f"{live.url}/lumen/")
    theirs.goto(f"{live.url}/lumen/customers/{cast.bellecour.pk}/")
    expect(theirs.get_by_role("link", name="New invoice").first).to_be_visible()
    theirs.goto(f"{live.url}/lumen/admin/people/")
    expect(theirs.get_by_role("button", name="Invite")).to_have_attribute("aria-disabled", "true")
    expect(theirs.get_by_text("Only an administrator may do this.").first).to_be_attached()
    expect(theirs.get_by_text("Last sign-in")).to_have_count(0)
    look(theirs)
    theirs.goto(link)
    expect(theirs.get_by_role("heading", name="not valid any more")).to_be_visible()
    look(theirs)

    page.goto(f"{live.url}/lumen/admin/people/")
    page.get_by_role("link", name="Ana").click()
    look(page)
    page.get_by_role("button", name="Remove").click()
    look(page)
    page.get_by_label("New owner").select_option("Eve")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Ana was removed.")).to_be_visible()
    eve = Membership.objects.get(user__email="eve@new.example", organisation=cast.lumen)
    assert not Membership.objects.filter(user=cast.users["ana"]).exists()
    assert eve.may_process_billing
    assert not eve.is_admin


def test_an_app_is_set_up_and_asked_for(live: Live, cast: Cast, page: Page, look: Look) -> None:
    sign_in(page, live.url, "ana", then="/account/")
    look(page)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    look(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    look(page)
    assert (
        page.get_by_alt_text("A QR code").evaluate("(one) => one.naturalWidth") > 0
    )  # the policy lets it show
    secret = page.locator("code.key").text_content() or ""
    page.get_by_label("The code that the app shows now").fill("000000")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    look(page)
    page.get_by_label("The code that the app shows now").fill(code(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".codes code")).to_have_count(10)
    look(page)
    spare = page.locator(".codes code").first.text_content() or ""
    for address in ("", "password/", "app/remove/", "codes/new/"):
        page.goto(f"{live.url}/account/{address}")
        look(page)

    for given in (code(secret), spare):
        page.context.clear_cookies()
        sign_in(page, live.url, "ana", then="/lumen/")
        expect(page.get_by_role("heading", name="Second step")).to_be_visible()
        look(page)
        page.get_by_label("Code of the authenticator app").fill(given)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live.url}/lumen/")


def test_a_passkey_is_made_named_used_and_removed(live: Live, cast: Cast, page: Page, look: Look) -> None:
    url = live.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, url, "ana", then="/account/passkeys/new/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    look(page)
    page.get_by_label("Name").fill("Ana’s telephone")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".codes code")).to_have_count(10)
    page.goto(f"{url}/account/")
    expect(page.get_by_text("Ana’s telephone")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Rename").click()
    look(page)
    page.get_by_label("Name").fill("Old telephone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Old telephone")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{url}/sign-in/?next=/lumen/customers/")
    look(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/lumen/customers/")  # no password, and no second step beside it

    page.context.clear_cookies()
    sign_in(page, url, "ana", then="/account/")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/account/")
    page.get_by_role("link", name="Remove Old telephone").click()
    page.get_by_role("link", name="Use a passkey").click()
    look(page)
    page.get_by_role("button", name="Use a passkey").click()
    look(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{url}/sign-in/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.goto(f"{url}/lumen/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_new_password_is_chosen_by_e_mail(
    live: Live, cast: Cast, page: Page, tmp_path: Path, look: Look
) -> None:
    page.goto(f"{live.url}/sign-in/")
    page.get_by_role("link", name=re.compile("password")).click()
    look(page)
    page.locator("[name=email]").fill("ana@lumen.example")
    page.locator("main button[type=submit]").click()
    look(page)
    link = re.search(r"http://\S+/password/new/\S+", posted(live, tmp_path))[0]  # type: ignore[index]
    page.goto(link)
    look(page)
    for name in ("password1", "password2"):
        page.locator(f"[name={name}]").fill("an altogether other password")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{live.url}/sign-in/")
    page.goto(link)
    look(page)


def test_who_must_set_up_a_second_step_is_led_there(live: Live, cast: Cast, page: Page, look: Look) -> None:
    TOTP.activate(cast.users["ada"], "JBSWY3DPEHPK3PXP")
    Organisation.objects.filter(pk=cast.lumen.pk).update(require_two_factor=True)
    sign_in(page, live.url, "dora", then="/lumen/customers/")
    page.wait_for_url(f"{live.url}/account/")
    expect(page.get_by_text("Set up a second step first.")).to_be_visible()
    look(page)
