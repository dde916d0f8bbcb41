"""Throw-away databases on the real disk, durable as an operator's are, migrated by `facturier migrate`."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support import cluster

VENDORS = ("sqlite", "postgresql")
ON_DISK = Path("/var/tmp")  # by the file system's standard it outlives a reboot: never in memory


@contextmanager
def fresh(vendor: str) -> Iterator[dict[str, str]]:
    """Yield the environment of a process that uses an empty, migrated database of that kind.

    It holds two: ours, and BENCHMARKS_LIMITS_URL for the plain tables of the limits. Both go at the end.
    Raises cluster.Missing where PostgreSQL is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="facturier-bench-", dir=_disk()) as folder:
        urls = _sqlite(Path(folder)) if vendor == "sqlite" else _postgresql()
        environment = _environment(Path(folder), urls)
        migrate = [sys.executable, "-m", "facturier.cli", "migrate"]
        subprocess.run(migrate, env=environment, check=True, stdout=subprocess.DEVNULL)
        yield environment


def refresh() -> None:
    """Let the database at hand count its rows, which by itself it does within a minute: the owner may."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
        return
    url = os.environ["FACTURIER_DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def shrink() -> None:
    """Give back what SQLite keeps of its file, up to 64 MiB, so that only what we hold is seen."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA shrink_memory")
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


def _disk() -> Path | None:
    return ON_DISK if os.access(ON_DISK, os.W_OK) else None


def _sqlite(folder: Path) -> dict[str, str]:
    return {
        "FACTURIER_DATABASE_URL": f"sqlite://{folder}/facturier.sqlite3",
        "BENCHMARKS_LIMITS_URL": f"sqlite://{folder}/limits.sqlite3",
    }


def _postgresql() -> dict[str, str]:
    """Start a cluster that ends with this process; fsync and synchronous_commit stay on, its defaults."""
    socket = cluster.start(until_exit_of=os.getpid(), parent=_disk())
    for name in ("facturier", "limits"):
        cluster.create(name, socket=socket)

    def url(role: str, name: str) -> str:
        return f"postgresql://{role}@/{name}?host={socket}"

    return {
        "FACTURIER_DATABASE_URL": url(cluster.APPLICATION, "facturier"),
        "FACTURIER_DATABASE_OWNER_URL": url(cluster.OWNER, "facturier"),
        "BENCHMARKS_LIMITS_URL": url(cluster.OWNER, "limits"),
    }


def _environment(folder: Path, urls: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACTURIER_")}
    return {
        **kept,
        **urls,
        "FACTURIER_DATA_DIR": str(folder),
        "FACTURIER_SECRET_KEY": "for-benchmarks-only",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
