"""The audit chain: whoever edits, deletes, inserts or swaps an event is found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from facturier.audit import operations as audit
from facturier.audit.models import Chain, Event
from facturier.audit.operations import LINKED, NotRecording, link
from facturier.audit.queries import verify
from facturier.organisations.tenancy import scope
from tests.support.cast import Cast
from tests.support.databases import Database, pointed_at, wrapper_of
from tests.support.documents import drafts


@pytest.fixture
def chain(cast: Cast) -> Iterator[int]:
    drafts(cast.lumen, cast.bellecour, count=8)
    with scope(cast.lumen.pk):
        yield cast.lumen.pk


@contextlib.contextmanager
def unguarded(database: Database) -> Iterator[None]:
    """Be the owner, and switch the guards off: what an administrator of the database could do."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name LIKE 'audit_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        yield
        return
    owner = Database(database.vendor, database.name, {"FACTURIER_DATABASE_URL": database.owner_url})
    wrapper = wrapper_of(owner)
    with pointed_at(owner, wrapper):
        with connection.cursor() as cursor:
            for table in ("audit_event", "audit_chain"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        yield
    wrapper.close()


def edit(organisation_id: int, sequence: int) -> None:
    Event.objects.filter(organisation_id=organisation_id, sequence=sequence).update(actor_name="Nobody")


def edit_data(organisation_id: int, sequence: int) -> None:
    Event.objects.filter(organisation_id=organisation_id, sequence=sequence).update(data="{}   ")


def delete(organisation_id: int, sequence: int) -> None:
    Event.objects.filter(organisation_id=organisation_id, sequence=sequence).delete()


def swap(organisation_id: int, sequence: int) -> None:
    rows = Event.objects.filter(organisation_id=organisation_id)
    rows.filter(sequence=sequence).update(sequence=10_000)
    rows.filter(sequence=sequence + 1).update(sequence=sequence)
    rows.filter(sequence=10_000).update(sequence=sequence + 1)


def cut_the_end(organisation_id: int, sequence: int) -> None:
    Event.objects.filter(organisation_id=organisation_id, sequence__gte=sequence).delete()


def insert(organisation_id: int, sequence: int) -> None:
    last = Event.objects.filter(organisation_id=organisation_id).latest("sequence")
    last.pk, last.sequence = None, last.sequence + 1
    last.sha256 = link("0" * 64, [getattr(last, name) for name in LINKED])
    last.save()


ATTACKS = [edit, edit_data, delete, swap, cut_the_end, insert]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_attack_is_found(
    fresh_database: Database, chain: int, attack: Callable[[int, int], None]
) -> None:
    assert verify(chain).whole
    connection.close()
    with unguarded(fresh_database):
        attack(chain, 5)
        assert not verify(chain).whole


def test_rewriting_everything_is_found_by_a_head_kept_elsewhere(fresh_database: Database, chain: int) -> None:
    anchor = verify(chain).head
    connection.close()
    with unguarded(fresh_database):
        previous = ""
        for event in Event.objects.filter(organisation_id=chain).order_by("sequence"):
            event.actor_name = "Nobody"
            event.sha256 = previous = link(previous, [getattr(event, name) for name in LINKED])
            event.save()
        Chain.objects.filter(organisation_id=chain).update(sha256=previous)
        assert verify(chain).whole  # the control: the chain alone cannot tell
        assert not verify(chain, anchor=anchor).whole


@pytest.mark.django_db
def test_nothing_is_recorded_outside_of_an_operation(cast: Cast) -> None:
    with pytest.raises(NotRecording):
        audit.record("invoice.finalised", cast.bellecour)


@pytest.mark.only_on("postgresql")
def test_one_tenant_does_not_wait_for_another(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    """While Lumen's transaction holds its chain, Cap appends; Lumen's own second append waits."""
    import psycopg

    statement = "SELECT 1 FROM audit_chain WHERE organisation_id = %s FOR UPDATE NOWAIT"

    def lock(session: psycopg.Connection, organisation_id: int) -> None:
        session.execute("SELECT set_config('facturier.organisation', %s, true)", [str(organisation_id)])
        session.execute(statement, [organisation_id])

    with psycopg.connect(fresh_database.url) as first, psycopg.connect(fresh_database.url) as second:
        lock(first, cast.lumen.pk)
        lock(second, cast.cap.pk)
        second.rollback()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            lock(second, cast.lumen.pk)
        second.rollback()
        drafts(cast.cap, cast.festival)
