"""Numbers under fire: eight processes finalise at once and are killed at random.

The control takes numbers as MAX + 1, which is what everybody writes first: it must give duplicates.
"""

from __future__ import annotations

from collections import Counter as Tally
from pathlib import Path

import pytest
from django.db import connection, transaction

from facturier.audit.queries import verify
from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.documents import DAY, drafts
from tests.support.processes import Crew

DOCUMENTS = 2000
PROCESSES = 8
KILLS = 24


def finalise_all(*, number: int, organisation_id: int) -> None:
    """Finalise what is left, one by one and in small groups, beginning at a place of one's own."""
    organisation = Organisation.objects.get(pk=organisation_id)
    actor = Actor.system(organisation_id)
    while left := _drafts_left(organisation_id):
        start = (number * 251) % len(left)
        chosen = (left[start:] + left[:start])[: 1 if number % 2 else 5]
        operations.finalise_many(organisation, actor=actor, invoice_ids=chosen, issue_date=DAY)


def _drafts_left(organisation_id: int) -> list[int]:
    with scope(organisation_id):
        return list(Invoice.objects.filter(number=None).values_list("pk", flat=True)[:400])


def test_no_gap_no_duplicate_and_dates_in_order(cast: Cast, fresh_database: Database, tmp_path: Path) -> None:
    drafts(cast.lumen, cast.bellecour, count=DOCUMENTS)
    connection.close()
    crew = Crew(fresh_database, "tests.faults.test_numbers:finalise_all", folder=tmp_path)
    crew.run(PROCESSES, kills=KILLS, every=(0.05, 0.35), organisation_id=cast.lumen.pk)
    with scope(cast.lumen.pk):
        issued = Invoice.objects.exclude(number=None).order_by("ordinal")
        found = list(issued.values_list("number", "issue_date", "issued__sha256"))
        verdict = verify(cast.lumen.pk)
    assert [number for number, _, _ in found] == [f"F2026-{n:05d}" for n in range(1, DOCUMENTS + 1)]
    assert [day for _, day, _ in found] == sorted(day for _, day, _ in found)
    assert all(digest for _, _, digest in found)
    assert verdict.whole
    assert crew.killed > 0


def take_by_maximum(*, number: int, organisation_id: int, rounds: int) -> None:
    """The control: read the greatest number, add one, write it down."""
    for _ in range(rounds):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(n), 0) + 1 FROM naive_number")
            (taken,) = cursor.fetchone()
            cursor.execute("INSERT INTO naive_number VALUES (%s)", [taken])


@pytest.mark.only_on("postgresql")  # SQLite has one writer: there MAX + 1 is as good as any
def test_control_the_greatest_number_plus_one_gives_duplicates(
    fresh_database: Database, tmp_path: Path
) -> None:
    import psycopg

    with psycopg.connect(fresh_database.owner_url) as owner:
        owner.execute("CREATE TABLE naive_number (n bigint)")
        owner.execute("GRANT ALL ON naive_number TO PUBLIC")
    crew = Crew(fresh_database, "tests.faults.test_numbers:take_by_maximum", folder=tmp_path)
    crew.run(4, organisation_id=0, rounds=150)
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM naive_number")
        tally = Tally(row[0] for row in cursor.fetchall())
    assert max(tally.values()) > 1
