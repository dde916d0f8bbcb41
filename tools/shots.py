"""Take the pictures of README and docs: load the demo in a scratch folder, serve it, and look.

python tools/shots.py                 write docs/pictures/*.png
python tools/shots.py --all FOLDER    every page at 1280 and 360 px, by day and by night, to look at
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "demo-facturier"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its file's name, the address below the seller's, the links to follow, and who looks."""

    name: str
    path: str
    follow: tuple[str, ...] = ()
    email: str = "ana@lumen.example"
    seller: str = "lumen"


PICTURES = [
    Shot("billing", ""),
    Shot("document", "documents/?status=sent", ("tbody tr:nth-child(2) a",)),
    Shot("editor", "documents/?status=draft", ("tbody a", "main a[href$='/edit/']")),
    Shot("new-batch", "batches/new/"),
]
PAGES = [
    *PICTURES,
    Shot("documents", "documents/"),
    Shot("batches", "batches/"),
    Shot("batch", "batches/", ("tbody a",)),
    Shot("work", "work/"),
    Shot("time", "work/time/"),
    Shot("tickets", "work/tickets/"),
    Shot("import", "work/import/"),
    Shot("customers", "customers/"),
    Shot("customer", "customers/", ("tbody a",)),
    Shot("sent-mail", "admin/sent-mail/"),
    Shot("journal", "admin/journal/"),
    Shot("audit", "admin/audit/"),
    Shot("settings", "admin/settings/"),
    Shot("billing-de", "", email="eva@isar.example", seller="isar"),
    Shot("billing-quebec", "", email="luc@cap.example", seller="cap"),
]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--all", type=Path, metavar="FOLDER", help="every page in every form")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_browser(), args=["--no-sandbox", "--disable-gpu"])
        if chosen.all:
            chosen.all.mkdir(parents=True, exist_ok=True)
            for width, theme in ((1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")):
                take(browser, url, PAGES, chosen.all, width=width, theme=theme, suffix=f"-{width}-{theme}")
        else:
            pictures = PROJECT / "docs" / "pictures"
            pictures.mkdir(parents=True, exist_ok=True)
            take(browser, url, PICTURES, pictures, width=1280, theme="light")


def take(
    browser: Browser, url: str, shots: list[Shot], folder: Path, *, width: int, theme: str, suffix: str = ""
) -> None:
    """Take pictures of one width and theme; says where a page is wider than the window."""
    pages: dict[str, Page] = {}
    for shot in shots:
        if shot.email not in pages:
            pages[shot.email] = sign_in(browser, url, shot.email, width=width, theme=theme)
        page = pages[shot.email]
        answer = page.goto(f"{url}/{shot.seller}/{shot.path}", wait_until="networkidle")
        for link in shot.follow:
            target = page.locator(link).first.get_attribute("href")
            answer = page.goto(f"{url}{target}", wait_until="networkidle")
        if answer is None or not answer.ok:
            raise SystemExit(f"{shot.name}: {page.url} answered {answer and answer.status}")
        page.screenshot(path=folder / f"{shot.name}{suffix}.png", full_page=width < 1000)
        wide = page.evaluate("document.documentElement.scrollWidth")
        print(f"{shot.name}{suffix}.png{f': {wide} px wide' if wide > width else ''}")


def sign_in(browser: Browser, url: str, email: str, *, width: int, theme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme=theme,  # type: ignore[arg-type]
        locale="fr-FR",
    )
    page = context.new_page()
    page.goto(f"{url}/sign-in/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Load the demo and serve it on a free port, from a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "FACTURIER_DATA_DIR": str(folder / "var")}
    command = [sys.executable, "-m", "facturier.cli", "demo", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/sign-in/", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("The demo did not start.")


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("A browser is missing: apt-get install chromium")
    return found


if __name__ == "__main__":
    main()
