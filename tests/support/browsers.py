"""Journeys: a real browser against a real server on a database of the test's own.

`live` is the server (its `url`, and its database already Django's default one in the test), `page`
of pytest-playwright the browser's page. Both are what a person uses: hashed assets, strict policy.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database, Databases
from tests.support.processes import stop

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what needs a browser last: its event loop stays in the thread, and Django refuses to work there."""
    items.sort(key=lambda item: "page" in getattr(item, "fixturenames", ()))


@dataclass(frozen=True, slots=True)
class Live:
    """A running server."""

    url: str
    database: Database
    log: Path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the installed Chromium; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("A browser is missing: apt-get install chromium")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": [*QUIET, *root]}


@pytest.fixture(scope="session")
def collected_assets(databases: Databases) -> Path:
    """The folder of assets as they are served: hashed and compressed, collected once per run."""

    def collect() -> str:
        folder = databases.shared / "served"
        environment = {
            **os.environ,
            "FACTURIER_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "facturier.config.settings",
        }
        command = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity=0"]
        subprocess.run(command, env=environment, check=True)
        return str(folder / "assets")

    return Path(databases.once("assets", collect))


@pytest.fixture
def live(
    fresh_database: Database,
    collected_assets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Live]:
    """A server of this test alone, as an operator runs it."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    (tmp_path / "assets").symlink_to(collected_assets)
    url, log = f"http://127.0.0.1:{free_port()}", tmp_path / "server.log"
    port = url.rpartition(":")[2]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--blocking-threads", "4",
               "--host", "127.0.0.1", "--port", port, "facturier.config.wsgi:application"]  # fmt: skip
    environment = {**fresh_database.environment, "FACTURIER_BASE_URL": url}
    with log.open("w") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_it_answers(url, server, log)
        yield Live(url, fresh_database, log)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            stop(server)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(url: str, server: subprocess.Popen[Any], log: Path, seconds: float = 60) -> None:
    """Return once the server answers a request, whatever it says. Raises RuntimeError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
