"""Two who convert the same pro forma at the same moment make one invoice of it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from facturier.audit import operations as audit
from facturier.invoices import copies, copying, operations
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.access import Actor
from facturier.organisations.background import in_organisation
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from tests.support.cast import Cast
from tests.support.databases import Database, wrapper_of
from tests.support.documents import DAY, line
from tests.support.processes import Crew

ROUNDS = 30


def meet(folder: str, round_: int, number: int) -> None:
    """Wait until both processes have come to this point of the round."""
    (Path(folder) / f"{round_}-{number}").touch()
    other = Path(folder) / f"{round_}-{3 - number}"
    end = time.monotonic() + 60
    while not other.exists():
        assert time.monotonic() < end, "the other process did not come"
        time.sleep(0.001)


def convert_all(*, number: int, organisation_id: int, keys: list[int], folder: str) -> None:
    """Convert each pro forma, at the same moment as the other process."""
    actor = Actor.system(organisation_id)
    for round_, pk in enumerate(keys):
        with scope(organisation_id):
            row = Invoice.objects.get(pk=pk)
        meet(folder, round_, number)
        with suppress(Refused):
            copies.produce_final(row, actor=actor, now=timezone.now(), issue_date=DAY)


def convert_what_was_seen(*, number: int, organisation_id: int, keys: list[int], folder: str) -> None:
    """Link an invoice to a pro forma that was unconverted when one looked: no lock, no second look."""
    actor = Actor.system(organisation_id)
    for round_, pk in enumerate(keys):
        with in_organisation(organisation_id):
            row = Invoice.objects.select_related("organisation", "customer").get(pk=pk)
        meet(folder, round_, number)
        with (
            suppress(Refused),
            scope(organisation_id, writing=True),
            audit.recording(organisation_id, actor),
        ):
            copy = copying.copy_of(row, kind=Kind.INVOICE, dated=True)
            copying.link(copying.insert_copy(row, copy, author="", today=DAY), row)


def race(target: Any, database: Database, cast: Cast, folder: Path) -> list[int]:
    """Let two processes convert the same pro formas; returns how many invoices there are of each."""
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, kind=Kind.PRO_FORMA, lines=[line()])
    actor = Actor.system(cast.lumen.pk)
    made = operations.create_many(cast.lumen, actor=actor, drafts=[wanted] * ROUNDS, today=DAY)
    connection.close()
    (folder / "meetings").mkdir()
    Crew(database, f"{__name__}:{target.__name__}", folder=folder).run(
        2, organisation_id=cast.lumen.pk, keys=made.invoice_ids, folder=str(folder / "meetings")
    )
    with in_organisation(cast.lumen.pk):
        found = Invoice.objects.filter(kind=Kind.INVOICE).values("converted_from").annotate(n=Count("pk"))
        return [one["n"] for one in found]


def test_two_who_convert_at_once_make_one_invoice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    assert race(convert_all, fresh_database, cast, tmp_path) == [1] * ROUNDS


def test_the_constraint_alone_keeps_a_pro_forma_from_being_converted_twice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    assert race(convert_what_was_seen, fresh_database, cast, tmp_path) == [1] * ROUNDS


def drop_the_constraint(database: Database) -> None:
    """Take the constraint off, as the owner of the tables could."""
    owner = wrapper_of(database, owner=True)
    with owner.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'invoices_invoice' AND type = 'table'")
            table = cursor.fetchone()[0]
            plain = table.replace('"converted_from_id" bigint NULL UNIQUE', '"converted_from_id" bigint NULL')
            assert plain != table
            cursor.execute("PRAGMA legacy_alter_table = ON")  # the triggers of other tables name this one
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(plain.replace('"invoices_invoice"', '"plain"', 1))
            cursor.execute("DROP TABLE invoices_invoice")
            cursor.execute('ALTER TABLE "plain" RENAME TO "invoices_invoice"')
        else:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'u' "
                "AND conrelid = 'invoices_invoice'::regclass AND conname LIKE '%%converted_from%%'"
            )
            ((name,),) = cursor.fetchall()
            cursor.execute(f'ALTER TABLE invoices_invoice DROP CONSTRAINT "{name}"')
    owner.close()


def test_without_the_constraint_a_pro_forma_is_converted_twice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The control."""
    drop_the_constraint(fresh_database)
    assert max(race(convert_what_was_seen, fresh_database, cast, tmp_path)) > 1
