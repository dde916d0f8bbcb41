"""The same work is billed once: by two at the same moment, and by workers that are killed."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db.models import Count
from django.utils import timezone

from facturier.batches import operations, queries, runs
from facturier.batches.choice import Choice
from facturier.batches.claiming import claim
from facturier.batches.models import Batch, BatchRun, BilledWork, RunKind
from facturier.batches.queries import preview_of
from facturier.config import background as worker
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.background import State, in_organisation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused
from tests.batches import workload
from tests.batches.workload import JANUARY, TODAY
from tests.support.cast import Cast
from tests.support.databases import Database, wrapper_of
from tests.support.processes import Crew

ROUNDS = 50
PIECES = 4  # of work per customer: a fee, two entries, an expense


def meet(folder: str, round_: int, number: int) -> None:
    """Wait until both processes have come to this point of the round."""
    (Path(folder) / f"{round_}-{number}").touch()
    other = Path(folder) / f"{round_}-{3 - number}"
    end = time.monotonic() + 60
    while not other.exists():
        assert time.monotonic() < end, "the other process did not come"
        time.sleep(0.001)


def choice_of(customer_id: int) -> Choice:
    return Choice(JANUARY.period_start, JANUARY.period_end, customer_ids=frozenset([customer_id]))


def save_all(*, number: int, organisation_id: int, customers: list[int], folder: str) -> None:
    """Save a batch per customer, at the same moment as the other process."""
    organisation = Organisation.objects.get(pk=organisation_id)
    actor = Actor.system(organisation_id)
    for round_, pk in enumerate(customers):
        meet(folder, round_, number)
        with suppress(Refused):
            operations.save(organisation, actor=actor, choice=choice_of(pk), today=TODAY)


def claim_what_was_seen(*, number: int, organisation_id: int, customers: list[int], folder: str) -> None:
    """Claim what a look showed before the other process wrote: no check comes between, no lock."""
    organisation = Organisation.objects.get(pk=organisation_id)
    for round_, pk in enumerate(customers):
        with in_organisation(organisation_id):
            found = preview_of(organisation, choice=choice_of(pk), today=TODAY)
        meet(folder, round_, number)
        with suppress(Refused), in_organisation(organisation_id):
            batch = Batch.objects.create(
                organisation=organisation,
                name=f"{round_} of {number}",
                period_start=JANUARY.period_start,
                period_end=JANUARY.period_end,
            )
            claim(batch, found.proposals)


def race(target: Any, database: Database, cast: Cast, folder: Path) -> None:
    workload.many(cast.lumen, ROUNDS)
    with in_organisation(cast.lumen.pk):
        found = preview_of(cast.lumen, choice=JANUARY, today=TODAY)
    (folder / "meetings").mkdir()
    Crew(database, f"{__name__}:{target.__name__}", folder=folder).run(
        2,
        organisation_id=cast.lumen.pk,
        customers=[one.customer.pk for one in found.proposals],
        folder=str(folder / "meetings"),
    )


def doubles(cast: Cast) -> int:
    """Count the pieces of work that have more than one claim."""
    with in_organisation(cast.lumen.pk):
        claims = BilledWork.objects.values("time_entry_id", "expense_id", "contract_id", "period_start")
        return int(claims.annotate(count=Count("pk")).filter(count__gt=1).count())


def claimed(cast: Cast) -> int:
    with in_organisation(cast.lumen.pk):
        return int(BilledWork.objects.count())


def test_two_who_save_the_same_work_at_once_bill_it_once(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(save_all, fresh_database, cast, tmp_path)
    assert doubles(cast) == 0
    assert claimed(cast) == ROUNDS * PIECES
    with in_organisation(cast.lumen.pk):
        assert Batch.objects.count() == ROUNDS


def test_the_constraint_alone_keeps_work_from_being_billed_twice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(claim_what_was_seen, fresh_database, cast, tmp_path)
    assert doubles(cast) == 0
    assert claimed(cast) == ROUNDS * PIECES
    with in_organisation(cast.lumen.pk):
        assert Batch.objects.count() == ROUNDS, "who was refused left something behind"


def drop_unique_constraints(database: Database) -> None:
    """Take the constraints off the claims' table, which is empty, as the owner of the tables could."""
    owner = wrapper_of(database, owner=True)
    with owner.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'batches_billedwork'")
            plain = cursor.fetchone()[0].replace(" UNIQUE", "").replace("batches_billedwork", "plain")
            cursor.execute("PRAGMA legacy_alter_table = ON")  # the triggers of other tables name this one
            cursor.execute(plain)
            cursor.execute("DROP TABLE batches_billedwork")
            cursor.execute("ALTER TABLE plain RENAME TO batches_billedwork")
        else:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'u' "
                "AND conrelid = 'batches_billedwork'::regclass"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE batches_billedwork DROP CONSTRAINT "{name}"')
            cursor.execute("DROP INDEX contract_period_billed_once")
    owner.close()


def test_without_the_constraint_work_is_billed_twice(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The control."""
    drop_unique_constraints(fresh_database)
    race(claim_what_was_seen, fresh_database, cast, tmp_path)
    assert doubles(cast) > 0


def work_off(*, number: int) -> None:
    """Be a worker until the runs are done, in small chunks so that a kill hits one in the middle."""
    runs.CHUNK = 10
    while not all_done():
        worker.work(Event(), once=True)
        time.sleep(0.02)


def all_done() -> bool:
    organisation = Organisation.objects.get(slug="lumen")
    with in_organisation(organisation.pk):
        states = dict(BatchRun.objects.values_list("kind", "state"))
    return states == {RunKind.GENERATE: State.DONE, RunKind.FINALISE: State.DONE}


def as_documents(cast: Cast) -> list[tuple[Any, ...]]:
    """What was made, without keys: customer, sums, and each line with the work on it."""
    with in_organisation(cast.lumen.pk):
        return [
            (
                invoice.customer.name,
                invoice.gross_minor,
                [
                    (line.description, line.quantity, line.claims.count())
                    for line in invoice.lines.order_by("position")
                ],
            )
            for invoice in Invoice.objects.order_by("reference").select_related("customer")
        ]


@pytest.mark.parametrize("kills", [0, 8])
def test_killed_workers_make_the_same_documents_as_undisturbed_ones(
    fresh_database: Database, cast: Cast, tmp_path: Path, kills: int
) -> None:
    count = 300
    workload.many(cast.lumen, count)
    found = queries.preview(cast.lumen, choice=JANUARY, today=TODAY)
    expected = [
        (
            one.customer.name,
            one.totals.gross.minor,
            [(line.description, line.quantity, len(line.works)) for line in one.lines],
        )
        for one in found.proposals
    ]
    batch = operations.save(cast.lumen, actor=cast.ada, choice=JANUARY, today=TODAY)
    operations.start(
        batch,
        actor=cast.ada,
        kind=RunKind.GENERATE,
        now=timezone.now(),
        issue_date=date(2026, 2, 3),
        then=[RunKind.FINALISE],
    )

    def time_passes() -> bool:
        """Let every lease run out at once, so that the living also take each other's work."""
        past = timezone.now() - timedelta(seconds=1)
        if kills:
            with in_organisation(cast.lumen.pk):
                BatchRun.objects.filter(state=State.RUNNING).update(lease_until=past)
        return False

    crew = Crew(fresh_database, f"{__name__}:work_off", folder=tmp_path)
    crew.run(2, kills=kills, every=(0.1, 0.4), until=time_passes)
    assert crew.killed == kills
    assert as_documents(cast) == expected
    with in_organisation(cast.lumen.pk):
        numbers = sorted(Invoice.objects.values_list("number", flat=True))
        assert [int(number[-5:]) for number in numbers] == list(range(1, count + 1))
        assert not BilledWork.objects.filter(line=None).exists()
        assert BatchRun.objects.filter(state=State.DONE, done=count).count() == 2
