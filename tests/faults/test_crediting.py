"""Two who credit the same invoice at the same moment never credit more than it comes to."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Sum

from facturier.invoices import credits, operations
from facturier.invoices.corrections import hold
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.access import Actor
from facturier.organisations.background import in_organisation
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from tests.faults.test_conversion import meet
from tests.support.cast import Cast
from tests.support.databases import Database, wrapper_of
from tests.support.documents import DAY, line
from tests.support.processes import Crew

ROUNDS = 30


def credit_all(*, number: int, organisation_id: int, keys: list[int], folder: str) -> None:
    """Credit each invoice in full, at the same moment as the other process."""
    actor = Actor.system(organisation_id)
    for round_, pk in enumerate(keys):
        with scope(organisation_id):
            row = Invoice.objects.get(pk=pk)
        meet(folder, round_, number)
        with suppress(Refused):
            note = credits.draft_credit(row, actor=actor, today=DAY)
            operations.finalise(note, actor=actor, issue_date=DAY)


def hold_what_was_seen(*, number: int, organisation_id: int, keys: list[int], folder: str) -> None:
    """Take all of an invoice that was untouched when one looked: no lock, no second look."""
    for round_, pk in enumerate(keys):
        with in_organisation(organisation_id):
            row = Invoice.objects.get(pk=pk)
        meet(folder, round_, number)
        with suppress(IntegrityError), in_organisation(organisation_id):
            hold(row, row.gross_minor)


def race(target: Any, database: Database, cast: Cast, folder: Path) -> list[tuple[int, int]]:
    """Let two processes credit the same invoices; returns what was credited, and what was billed, of each."""
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, lines=[line()])
    actor = Actor.system(cast.lumen.pk)
    made = operations.create_many(cast.lumen, actor=actor, drafts=[wanted] * ROUNDS, today=DAY)
    operations.finalise_many(cast.lumen, actor=actor, invoice_ids=made.invoice_ids, issue_date=DAY)
    connection.close()
    (folder / "meetings").mkdir()
    Crew(database, f"{__name__}:{target.__name__}", folder=folder).run(
        2, organisation_id=cast.lumen.pk, keys=made.invoice_ids, folder=str(folder / "meetings")
    )
    with in_organisation(cast.lumen.pk):
        rows = Invoice.objects.filter(kind=Kind.INVOICE).order_by("pk")
        return list(rows.values_list("corrected_minor", "gross_minor"))


def test_two_who_credit_at_once_credit_once(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    found = race(credit_all, fresh_database, cast, tmp_path)
    assert all(credited == billed for credited, billed in found)
    with in_organisation(cast.lumen.pk):
        notes = Invoice.objects.filter(kind=Kind.CREDIT_NOTE)
        assert notes.exclude(number=None).count() == notes.count() == ROUNDS
        assert notes.aggregate(sum=Sum("gross_minor"))["sum"] == sum(billed for _, billed in found)


def test_the_constraint_alone_keeps_credits_within_the_invoice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    found = race(hold_what_was_seen, fresh_database, cast, tmp_path)
    assert all(credited == billed for credited, billed in found)


def drop_the_constraint(database: Database) -> None:
    """Take the constraint off, as the owner of the tables could."""
    owner = wrapper_of(database, owner=True)
    with owner.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'invoices_invoice' AND type = 'table'")
            table = cursor.fetchone()[0]
            name = '"corrected_within_its_amount" CHECK ('
            assert name in table
            plain = table.replace(name, '"corrected_within_its_amount" CHECK (1 OR ')
            cursor.execute("PRAGMA writable_schema = ON")
            cursor.execute(
                "UPDATE sqlite_master SET sql = %s WHERE name = 'invoices_invoice' AND type = 'table'",
                [plain],
            )
            cursor.execute("PRAGMA writable_schema = RESET")
        else:
            cursor.execute("ALTER TABLE invoices_invoice DROP CONSTRAINT corrected_within_its_amount")
    owner.close()


def test_without_the_constraint_an_invoice_is_credited_twice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The control."""
    drop_the_constraint(fresh_database)
    found = race(hold_what_was_seen, fresh_database, cast, tmp_path)
    assert any(credited > billed for credited, billed in found)
