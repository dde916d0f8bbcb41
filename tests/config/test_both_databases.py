"""What the other tests rely on: two databases, rolled back or real, with the application's role."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from facturier.config.checks import database_is_durable
from facturier.organisations.models import User
from tests.support import cluster
from tests.support.databases import Database, wrapper_of
from tests.support.processes import Crew, ProcessFailed, run


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_rolled_back(turn: int, vendor: str) -> None:
    assert connection.vendor == vendor
    assert not User.objects.exists(), f"left by turn {turn - 1}"
    User.objects.create_user("ana@lumen.example", name="Ana")


def test_without_asking_no_test_reaches_a_database() -> None:
    with pytest.raises(RuntimeError, match="not allowed"):
        User.objects.exists()


@pytest.mark.only_on("postgresql")
def test_the_application_is_no_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (cluster.APPLICATION, False, False)
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [(cluster.OWNER,)]


def test_the_databases_of_the_tests_are_durable(db: None) -> None:
    assert database_is_durable(databases=["default"]) == []


@pytest.mark.only_on("postgresql")
def test_a_database_that_could_lose_invoices_is_reported(fresh_database: Database) -> None:
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as owner:
        owner.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(
                psycopg.sql.Identifier(fresh_database.name)
            )
        )
    assert [found.id for found in database_is_durable(databases=["default"])] == ["facturier.E010"]


def add_a_person(*, number: int) -> None:
    User.objects.create_user(f"person{number}@lumen.example", name="Person")
    time.sleep(0.4)


def fail(*, word: str) -> None:
    raise ValueError(word)


def test_other_processes_see_what_was_committed(fresh_database: Database, tmp_path: Path) -> None:
    target = f"{__name__}:add_a_person"
    crew = Crew(fresh_database, target, folder=tmp_path)
    crew.run(2, kills=1, every=(0.1, 0.2))
    assert crew.killed == 1
    assert User.objects.count() >= 2
    other = wrapper_of(fresh_database, owner=True)
    with other.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM organisations_user")
        assert cursor.fetchone()[0] == User.objects.count()
    other.close()


def test_an_error_in_another_process_fails_the_test(fresh_database: Database, tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match="ValueError: a word"):
        run(f"{__name__}:fail", fresh_database, log=tmp_path / "log", word="a word")
