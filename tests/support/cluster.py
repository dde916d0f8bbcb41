"""One PostgreSQL cluster for a test run, started by whoever needs it first.

The cluster lives in memory where it can, listens on a socket only, and belongs to an unprivileged
user, because PostgreSQL refuses to run as root. A keeper process (`python cluster.py FOLDER PID`)
outlives the worker that started it and ends the cluster as soon as the test run is gone, however
that ended.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SUPERUSER = "postgres"
OWNER = "facturier_owner"
APPLICATION = "facturier_app"
ROLES = f"""
CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
"""
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
}
ROOM_IN_MEMORY = 3 * 1024**3


class Missing(RuntimeError):
    """PostgreSQL's programs are not installed."""


def programs() -> Path:
    """Find the folder of initdb and postgres, the newest that a system package brought first.

    Raises Missing, naming the package to install.
    """
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = str(packaged[-1]) if packaged else shutil.which("initdb")
    if not found:
        raise Missing("PostgreSQL is missing: apt-get install postgresql")
    return Path(found).resolve().parent


def start(*, until_exit_of: int, parent: Path | None = None) -> Path:
    """Make and start a cluster; return the folder that holds its socket.

    It lives in a new folder inside `parent`, in memory without one where there is room. It ends by itself
    when the process `until_exit_of` is gone. Raises Missing.
    """
    folder = _folder(parent)
    _run("initdb", "-D", folder / "data", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync", folder=folder)  # fmt: skip
    with (folder / "data" / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        file.write(f"unix_socket_directories = '{folder}'\n")
    subprocess.Popen(
        [sys.executable, __file__, str(folder), str(until_exit_of)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _wait_until_ready(folder)
    _run("psql", "-q", "-h", folder, "-U", SUPERUSER, "-v", "ON_ERROR_STOP=1", "-c", ROLES,
         folder=folder)  # fmt: skip
    return folder


def create(name: str, *, socket: Path) -> None:
    """Create an empty database that belongs to OWNER."""
    statement = f"CREATE DATABASE {name} OWNER {OWNER}"
    _run("psql", "-q", "-h", socket, "-U", SUPERUSER, "-c", statement, folder=socket)


def _folder(parent: Path | None) -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    folder = Path(tempfile.mkdtemp(prefix="facturier-pg-", dir=parent or (memory if roomy else None)))
    if os.geteuid() == 0:
        os.chown(folder, *_unprivileged())
    return folder


def _unprivileged() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise Missing("PostgreSQL refuses to run as root, and there is no user “postgres” or “nobody”.")


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user, group = _unprivileged()
    return {"user": user, "group": group, "extra_groups": []}


def _command(program: str, *arguments: object) -> list[str]:
    return [str(programs() / program), *map(str, arguments)]


def _run(program: str, *arguments: object, folder: Path) -> None:
    done = subprocess.run(
        _command(program, *arguments),
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        **_identity(),
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name != "LANG" and not name.startswith("LC_")
    }


def _wait_until_ready(folder: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ready = subprocess.run(
            _command("pg_isready", "-q", "-h", folder),
            cwd=folder, env=_environment(), check=False,
        )  # fmt: skip
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    log = folder / "log"
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text() if log.exists() else ''}")


def _keep(folder: Path, pid: int) -> None:
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            _command("postgres", "-D", folder / "data"),
            cwd=folder,
            env=_environment(),
            stdout=log,
            stderr=log,
            **_identity(),
        )
    while _alive(pid) and server.poll() is None:
        time.sleep(0.3)
    server.send_signal(signal.SIGQUIT)  # its data goes with it: no need to close down in order
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), int(sys.argv[2]))
