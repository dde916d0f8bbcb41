"""Set up and serve: migrate, demo, serve, worker."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facturier.cli.arguments import Commands


def add_to(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="load three sellers with a year of documents, and serve them",
        description="Migrate the database, load the demo's data unless they are there, and serve.",
    )
    _add_address(demo)
    demo.add_argument("--no-serve", action="store_true", help="load only")
    demo.set_defaults(run=_demo, as_owner=True)

    serve = commands.add_parser("serve", help="serve the pages, and do the background work")
    _add_address(serve)
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes that serve pages")
    serve.add_argument(
        "--no-background", action="store_true", help="leave the background work to `facturier worker`"
    )
    serve.set_defaults(run=_serve)

    worker = commands.add_parser("worker", help="do the background work: batches and e-mail")
    worker.add_argument("--once", action="store_true", help="do what is due, then end")
    worker.set_defaults(run=_worker)

    migrate = commands.add_parser("migrate", help="bring the database up to date, and guard its tables")
    migrate.set_defaults(run=_migrate, as_owner=True)


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument(
        "--port", type=_port, default=os.environ.get("PORT", "8000"), help="port (8000, or the variable PORT)"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: choose a number from 1 to 65535")
    return int(text)


def _migrate(chosen: argparse.Namespace) -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1)


def _worker(chosen: argparse.Namespace) -> None:
    from facturier.config.background import work

    _refuse_lossy_database()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    work(stop, once=chosen.once)


def _demo(chosen: argparse.Namespace) -> None:
    from django.core.management import call_command

    from facturier.cli.demo import LOGINS, load

    call_command("migrate", interactive=False, verbosity=0)
    load(say=print)
    print(f"\nFacturier: http://{chosen.host}:{chosen.port}/\n")
    for login in LOGINS:
        print(f"  {login.email:<28} {login.password:<24} {login.what}")
    print(flush=True)
    if not chosen.no_serve:
        chosen.workers, chosen.no_background = 1, False
        _serve(chosen)


def _serve(chosen: argparse.Namespace) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    _refuse_pending_migrations()
    _refuse_lossy_database()
    _collect_assets()
    # Pages run as the application's role, even where the demo has just migrated as the owner.
    os.environ.pop("FACTURIER_AS_OWNER", None)
    os.environ.setdefault("FACTURIER_HOSTS", f"{chosen.host},127.0.0.1,localhost")
    os.environ.setdefault("FACTURIER_BASE_URL", f"http://{chosen.host}:{chosen.port}")
    background = contextlib.nullcontext() if chosen.no_background else _background()
    with background:
        Granian(
            "facturier.config.wsgi:application",
            address=chosen.host,
            port=chosen.port,
            interface=Interfaces.WSGI,
            workers=chosen.workers,
            blocking_threads=4,
            websockets=False,
            log_access=False,
            respawn_failed_workers=True,
        ).serve()


def _refuse_pending_migrations() -> None:
    """Raise Refused where the code expects tables that the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from facturier.rules.refusal import Refused

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("The database is not up to date: run `facturier migrate` first.")
    connection.close()


def _refuse_lossy_database() -> None:
    """Raise Refused where the server acknowledges a commit before it is on disk."""
    from facturier.config.checks import database_is_durable
    from facturier.rules.refusal import Refused

    for found in database_is_durable(databases=["default"]):
        raise Refused(f"{found.msg} {found.hint}".replace("%", "%%"))


def _collect_assets() -> None:
    """Gather and compress what browsers load, unless nothing has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    stamp = settings.STATIC_ROOT.parent / "assets-stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=settings.STATIC_ROOT.exists())
    stamp.write_text(digest.hexdigest())


@contextlib.contextmanager
def _background() -> Iterator[None]:
    """Run `facturier worker` beside the pages, and start it anew should it die."""
    stop = threading.Event()
    state: dict[str, Any] = {}

    def keep() -> None:
        while not stop.is_set():
            state["process"] = subprocess.Popen([sys.executable, "-m", "facturier.cli", "worker"])
            state["process"].wait()
            stop.wait(1)

    keeper = threading.Thread(target=keep, name="worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        process = state.get("process")
        if process is not None and process.poll() is None:
            process.terminate()
        keeper.join(timeout=30)
