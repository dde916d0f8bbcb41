"""The main job in a browser: sign in → import time → batch → finalise all → send → journal.

Each page that is visited is given to axe, by day and by night, and may neither scroll sideways nor write
to the console. The mail server is a real one.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect

from facturier.audit.queries import verify
from facturier.delivery.models import StoredPdf
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Membership
from facturier.organisations.tenancy import scope
from facturier.work import operations as work
from facturier.work.models import BillingMethod
from facturier.work.values import NewContract
from tests.delivery.post import Server, mail_server
from tests.support.browsers import Live
from tests.support.cast import PASSWORD, Cast
from tests.support.documents import line

# Colours change over a moment; axe must not look in the middle of it.
SETTLED = "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"
EXPORT = """\
User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Ana,ana@lumen.example,{name},Maintenance,,Messagerie,Yes,{day},09:00:00,{day},10:30:00,01:30:00,
Ana,ana@lumen.example,{name},Maintenance,,Sauvegarde,Yes,{day},14:00:00,{day},14:30:00,00:30:00,
"""


def reload(page: Page) -> None:
    """Load the page anew, unless it is doing so itself, as it does when a run has ended."""
    with suppress(Error):
        page.reload()
    page.wait_for_load_state()


@pytest.fixture
def look(page: Page) -> Iterator[Callable[[], None]]:
    """Look at the page that stands there; in the end nothing may have been written to the console."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def at_it() -> None:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.evaluate(SETTLED)
            found = Axe().run(page).response["violations"]
            told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
            assert told == [], f"{page.url} ({scheme})"
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} is {wide} px wide at {width}"

    yield at_it
    assert complaints == []


@pytest.fixture
def post() -> Iterator[Server]:
    with mail_server() as server:
        yield server


@pytest.fixture
def agreed(live: Live, cast: Cast) -> Cast:
    """Bellecour has an hourly contract; Ana reads English and may export."""
    with scope(cast.lumen.pk):
        usual = line()
    work.add_contract(
        cast.bellecour,
        actor=Actor.system(cast.lumen.pk),
        contract=NewContract(
            name="Maintenance",
            method=BillingMethod.HOURLY,
            hourly_rate=Decimal(95),
            starts_on=date(2020, 1, 1),
            tax_code_id=usual.tax_code_id,
            account_id=usual.account_id,
            is_default=True,
        ),
    )
    Membership.objects.filter(user=cast.users["ana"]).update(may_export=True)
    cast.users["ana"].language = "en"
    cast.users["ana"].save()
    return cast


def do_background_work(live: Live, post: Server, folder: Path) -> None:
    """Do what `facturier serve` does beside the pages, with the mail server of the test."""
    environment = {
        **live.database.environment,
        "FACTURIER_DATA_DIR": str(folder),
        "FACTURIER_MAIL_URL": f"smtp://127.0.0.1:{post.port}",
    }
    subprocess.run(
        [sys.executable, "-m", "facturier.cli", "worker", "--once"], env=environment, check=True, timeout=120
    )


@pytest.mark.only_on("sqlite")
def test_from_time_to_the_journal(
    live: Live,
    agreed: Cast,
    page: Page,
    look: Callable[[], None],
    post: Server,
    tmp_path: Path,
) -> None:
    worked = date.today().replace(day=1) - timedelta(days=10)
    export = tmp_path / "toggl.csv"
    export.write_text(EXPORT.format(name=agreed.bellecour.name, day=worked))

    page.goto(f"{live.url}/sign-in/")
    look()
    page.get_by_label("E-mail address").fill("ana@lumen.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Billing", level=1)).to_be_visible()
    look()

    page.goto(f"{live.url}/lumen/work/import/")
    look()
    page.set_input_files("input[type=file]", export)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("2.00 h of it billable")).to_be_visible()
    look()
    page.get_by_role("button", name="Import 2 entries").click()
    expect(page.get_by_role("status").or_(page.locator(".toast")).first).to_be_visible()
    look()

    page.goto(f"{live.url}/lumen/batches/new/")
    expect(page.get_by_text("190.00").first).to_be_visible()
    look()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/batches/*/")
    look()
    page.get_by_role("button", name="Make drafts").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Make drafts").click()
    do_background_work(live, post, tmp_path)
    reload(page)
    look()
    page.get_by_role("button", name="Finalise all").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Finalise all").click()
    do_background_work(live, post, tmp_path)
    reload(page)
    expect(page.get_by_role("link", name=f"F{date.today().year}-00001")).to_be_visible()
    look()
    page.get_by_role("button", name="Send all").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Send all").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    do_background_work(live, post, tmp_path)
    expect(page.locator(".chip", has_text="Sent").first).to_be_visible(timeout=20_000)

    page.goto(f"{live.url}/lumen/documents/")
    look()
    page.get_by_role("link", name=f"F{date.today().year}-00001").click()
    expect(page.locator(".chip", has_text="Sent").first).to_be_visible()
    expect(page.get_by_text("228.00").first).to_be_visible()
    look()
    page.goto(f"{live.url}/lumen/admin/sent-mail/")
    look()
    this_month = f"?since={date.today():%Y-%m-01}&until={date.today():%Y-%m-%d}"
    page.goto(f"{live.url}/lumen/admin/journal/{this_month}")
    expect(page.get_by_text("228.00").first).to_be_visible()
    look()

    with scope(agreed.lumen.pk):
        row = Invoice.objects.get()
        kept = StoredPdf.objects.get(invoice=row)
        assert verify(agreed.lumen.pk).whole
    assert (row.net_minor, row.tax_minor, row.gross_minor) == (19000, 3800, 22800)
    (received,) = post.received
    (attached,) = received.attachments
    content = attached.get_content() if hasattr(attached, "get_content") else attached
    assert hashlib.sha256(content).hexdigest() == kept.sha256
