"""Both databases for every test that needs one.

A test marked `django_db`, or that asks for `db` or `fresh_database`, runs once on SQLite and once
on PostgreSQL. `--database=sqlite` runs one only; the mark `only_on("postgresql")` says that a test
is about one only. The schema is migrated once per engine and run, by the role that owns it; each
worker gets a copy of that, and reaches it with the role of the application.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from facturier.config.environment import Environment
from tests.support import cluster

ENGINES = ("sqlite", "postgresql")
ASKING = frozenset({"db", "fresh_database", "live", "cast"})
TEMPLATE = "facturier_template"


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database, and the environment with which any process reaches it."""

    vendor: str
    name: str
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.environment["FACTURIER_DATABASE_URL"]

    @property
    def owner_url(self) -> str:
        """The URL of the role that may alter the tables; on SQLite there is one role only."""
        return self.environment.get("FACTURIER_DATABASE_OWNER_URL", self.url)

    def settings(self, *, owner: bool = False) -> dict[str, Any]:
        """Return Django's settings of this database."""
        return Environment(database_url=self.owner_url if owner else self.url).database()


class SqliteEngine:
    """Databases as files in one folder."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def database(self, name: str) -> Database:
        url = f"sqlite://{self._folder / name}.sqlite3"
        return Database(self.vendor, name, {"FACTURIER_DATABASE_URL": url})

    def create(self, name: str) -> Database:
        return self.database(name)

    def copy(self, source: str, name: str) -> Database:
        shutil.copyfile(self._folder / f"{source}.sqlite3", self._folder / f"{name}.sqlite3")
        return self.database(name)

    def drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()


class PostgresqlEngine:
    """Databases in the run's cluster, owned by one role and used by another."""

    vendor = "postgresql"

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def database(self, name: str) -> Database:
        def url(role: str) -> str:
            return f"postgresql://{role}@/{name}?host={self._socket}"

        return Database(
            self.vendor,
            name,
            {
                "FACTURIER_DATABASE_URL": url(cluster.APPLICATION),
                "FACTURIER_DATABASE_OWNER_URL": url(cluster.OWNER),
            },
        )

    def create(self, name: str) -> Database:
        self._execute("CREATE DATABASE {} OWNER {}", name, cluster.OWNER)
        return self.database(name)

    def copy(self, source: str, name: str) -> Database:
        self._execute("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, source, cluster.OWNER)
        return self.database(name)

    def drop(self, name: str) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, command: str, *names: str) -> None:
        with psycopg.connect(
            host=str(self._socket), user=cluster.SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


Engine = SqliteEngine | PostgresqlEngine


class Databases:
    """The engines and databases of one worker."""

    def __init__(self, shared: Path, *, run: int) -> None:
        self.shared = shared
        self._run = run
        self._engines: dict[str, Engine] = {}
        self._wrappers: dict[str, tuple[Database, Any]] = {}

    def engine(self, vendor: str) -> Engine:
        """Return an engine that has the migrated template. Raises cluster.Missing."""
        if vendor not in self._engines:
            self._engines[vendor] = self._prepare(vendor)
        return self._engines[vendor]

    def fresh(self, vendor: str) -> Database:
        """Return a copy of the template that nobody else uses."""
        return self.engine(vendor).copy(TEMPLATE, f"facturier_{uuid4().hex[:12]}")

    @contextlib.contextmanager
    def of_the_worker(self, vendor: str) -> Iterator[None]:
        """Point Django at the worker's own database of that kind, on a connection that is kept."""
        if vendor not in self._wrappers:
            database = self.fresh(vendor)
            self._wrappers[vendor] = (database, wrapper_of(database))
        with pointed_at(*self._wrappers[vendor]):
            yield

    def drop_all(self) -> None:
        for vendor, (database, wrapper) in self._wrappers.items():
            wrapper.close()
            self.engine(vendor).drop(database.name)

    def once(self, name: str, make: Callable[[], str]) -> str:
        """Return what `make` returned to the first of all workers that asked for `name`."""
        state = self.shared / f"{name}.json"
        with (self.shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not state.exists():
                state.write_text(json.dumps(make()))
            return str(json.loads(state.read_text()))

    def _prepare(self, vendor: str) -> Engine:
        engine: Engine
        if vendor == "sqlite":
            engine = SqliteEngine(Path(self.once("sqlite-folder", self._sqlite_folder)))
        else:
            engine = PostgresqlEngine(Path(self.once("cluster", self._cluster)))

        def migrated() -> str:
            migrate(engine.create(TEMPLATE))
            return TEMPLATE

        self.once(f"{vendor}-template", migrated)
        return engine

    def _cluster(self) -> str:
        return str(cluster.start(until_exit_of=self._run))

    def _sqlite_folder(self) -> str:
        return tempfile.mkdtemp(prefix="sqlite-", dir=self.shared)


def environment_of(database: Database, data_dir: Path | str) -> dict[str, str]:
    """Return the whole environment of a process that uses this database."""
    foreign = ("FACTURIER_", "PYTHONDONTWRITEBYTECODE")  # the second doubles the time of a start
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        **database.environment,
        "FACTURIER_DATA_DIR": str(data_dir),
        "FACTURIER_SECRET_KEY": "for-tests-only",
        "DJANGO_SETTINGS_MODULE": "facturier.config.settings",
    }


def migrate(database: Database) -> None:
    """Bring a database to the newest schema, as its owner, in a process of its own."""
    with tempfile.TemporaryDirectory() as data_dir:
        done = subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
            env={**environment_of(database, data_dir), "FACTURIER_AS_OWNER": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"Migrating {database.vendor} failed:\n{done.stderr}")


def wrapper_of(database: Database, *, owner: bool = False) -> Any:
    """Return a Django connection to a database, not opened yet."""
    before = connections.settings["default"]
    try:
        _settle(database.settings(owner=owner))
        return connections.create_connection("default")
    finally:
        connections.settings["default"] = before


@contextlib.contextmanager
def pointed_at(database: Database, wrapper: Any) -> Iterator[None]:
    """Make a connection Django's default one, also for threads that start inside."""
    before, settings = connections["default"], connections.settings["default"]
    _settle(database.settings())
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = before
        connections.settings["default"] = settings


def _settle(settings: dict[str, Any]) -> None:
    connections.settings["default"] = connections.configure_settings({"default": settings})["default"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[*ENGINES, "both"],
        default="both",
        help="the database that tests which need one run on (default: both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_on(vendor): the test is about one database only")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["run"] = os.getpid()  # the process at whose end the cluster ends


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marks = {mark.name: mark for mark in metafunc.definition.iter_markers()}
    if "django_db" not in marks and not ASKING.intersection(metafunc.fixturenames):
        return
    vendors: tuple[str, ...] = ENGINES
    if "only_on" in marks:
        vendors = marks["only_on"].args
    elif "live" in metafunc.fixturenames:
        vendors = ("sqlite",)  # a journey is about pages; both databases would tell the same
    chosen = metafunc.config.getoption("database")
    vendors = tuple(vendor for vendor in vendors if chosen in (vendor, "both"))
    metafunc.parametrize("vendor", vendors, indirect=True)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The databases of this worker."""
    worker = getattr(request.config, "workerinput", None)
    base = tmp_path_factory.getbasetemp()
    run = worker["run"] if worker else os.getpid()
    found = Databases(base.parent if worker else base, run=run)
    yield found
    found.drop_all()


@pytest.fixture(autouse=True)
def vendor(request: pytest.FixtureRequest) -> str | None:
    """The kind of database that this test runs on, None when it needs none."""
    chosen: str | None = getattr(request, "param", None)
    if chosen == "postgresql":
        try:
            cluster.programs()
        except cluster.Missing as missing:
            pytest.skip(str(missing))
    return chosen


@pytest.fixture
def django_db_setup(vendor: str | None, databases: Databases) -> Iterator[None]:
    """Point pytest-django at the database of this test, in place of one that it would make."""
    assert vendor, "ask for `db` or mark the test `django_db`, so that it runs on both databases"
    with databases.of_the_worker(vendor):
        yield


@pytest.fixture
def fresh_database(
    vendor: str | None,
    databases: Databases,
    django_db_blocker: Any,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Database]:
    """A database of this test alone, where commits are real and other processes can look.

    `environment` holds all that a process needs to reach it. Django's default connection in this
    process points at it too. For tests of concurrency and crashes, and for journeys.
    """
    assert vendor
    rolled_back = "db" in request.fixturenames or request.node.get_closest_marker("django_db")
    assert not rolled_back, "ask for fresh_database or for db, not for both"
    empty = databases.fresh(vendor)
    database = Database(vendor, empty.name, environment_of(empty, tmp_path))
    wrapper = wrapper_of(database)
    with django_db_blocker.unblock(), pointed_at(database, wrapper):
        yield database
        wrapper.close()
    databases.engine(vendor).drop(database.name)
