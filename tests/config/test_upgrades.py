"""A database that is in use can be migrated, and its guards stand again afterwards."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.db import OperationalError, connection

from facturier.batches import operations, queries
from facturier.batches.models import RunKind
from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused
from tests.batches.running import locked, run
from tests.batches.workload import JANUARY, TODAY, month_of
from tests.support.cast import Cast
from tests.support.databases import Database


def migrate(database: Database, *arguments: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks", *arguments]
    environment = {**database.environment, "FACTURIER_AS_OWNER": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def triggers() -> set[Any]:
    """The names of all triggers, on either database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {row[0] for row in cursor.fetchall()}


def test_a_database_with_documents_is_migrated_and_guarded_again(
    fresh_database: Database, cast: Cast
) -> None:
    with scope(cast.lumen.pk):
        month_of(cast.bellecour)
    batch = operations.save(cast.lumen, actor=cast.ada, choice=JANUARY, today=TODAY)
    run(batch, RunKind.GENERATE, actor=cast.ada, then=[RunKind.FINALISE])
    before = triggers()
    connection.close()
    migrate(fresh_database, "invoices", "0002")
    migrate(fresh_database)
    assert triggers() == before
    with scope(cast.lumen.pk):
        assert queries.documents(batch).count() == 1
        with pytest.raises(Refused, match="cannot be changed"), locked():
            Invoice.objects.update(subject="changed")


@pytest.mark.only_on("sqlite")
def test_with_its_triggers_sqlite_refuses_to_remake_a_table(fresh_database: Database) -> None:
    """The control: why they are lifted."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("CREATE TABLE new__invoices_invoice AS SELECT * FROM invoices_invoice")
        cursor.execute("DROP TABLE invoices_invoice")
        with pytest.raises(OperationalError, match="error in trigger"):
            cursor.execute("ALTER TABLE new__invoices_invoice RENAME TO invoices_invoice")
