"""The engine of background work: tasks, sweep, delays, and a worker that ends when it is asked to."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from facturier.config.background import forget_tasks, work
from facturier.delivery import operations
from facturier.delivery.models import Delivery
from facturier.organisations import background
from facturier.organisations.background import State, delay_after, left, run
from facturier.organisations.tenancy import scope
from tests.delivery.post import issue
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import start, stop

LABEL = "delivery.Delivery"


def queued(cast: Cast, count: int = 1) -> list[Delivery]:
    """Any leased row will do; messages are at hand."""
    ids = [one.pk for one in issue(cast.lumen, [cast.bellecour] * count)]
    operations.queue_many(cast.lumen, actor=cast.ana, invoice_ids=ids, now=timezone.now())
    return rows(cast)


def rows(cast: Cast) -> list[Delivery]:
    with scope(cast.lumen.pk):
        return list(Delivery.objects.order_by("pk"))


@pytest.fixture
def handler() -> Iterator[Any]:
    """Put another handler in the place of the one that sends; the table is put back."""
    before = background._handlers[LABEL]
    yield lambda function: background.register(Delivery, function)
    background.register(*before)


def test_a_worker_with_nothing_to_do_ends_when_it_is_asked_to(fresh_database: Database) -> None:
    stop_event = threading.Event()
    threading.Timer(0.2, stop_event.set).start()
    started = time.monotonic()
    work(stop_event)
    assert time.monotonic() - started < 10


def test_one_round_does_all_that_is_due_and_leaves_what_is_not(fresh_database: Database, cast: Cast) -> None:
    first, *_others = queued(cast, 7)
    with scope(cast.lumen.pk):
        Delivery.objects.filter(pk=first.pk).update(next_at=timezone.now() + timedelta(hours=1))
    work(threading.Event(), once=True)
    assert [one.state for one in rows(cast)] == [State.QUEUED] + [State.DONE] * 6
    assert not DBTaskResult.objects.ready().exists()


def test_what_lost_its_task_is_found_by_the_sweep(fresh_database: Database, cast: Cast) -> None:
    queued(cast, 2)
    DBTaskResult.objects.all().delete()
    work(threading.Event(), once=True)
    assert {one.state for one in rows(cast)} == {State.DONE}


def test_a_worker_that_is_asked_to_stop_begins_nothing_more(
    fresh_database: Database, cast: Cast, handler: Any
) -> None:
    done: list[int] = []
    asked = threading.Event()

    def one_then_stop(row: Delivery) -> None:
        done.append(row.pk)
        asked.set()
        with background.in_organisation(row.organisation_id):
            row.finish(State.DONE)

    handler(one_then_stop)
    queued(cast, 3)
    DBTaskResult.objects.all().delete()
    work(asked)
    assert len(done) == 1


def test_a_handler_that_breaks_is_tried_again_later_with_the_error_kept(cast: Cast, handler: Any) -> None:
    def breaking(row: Delivery) -> None:
        raise RuntimeError("no idea")

    handler(breaking)
    (row,) = queued(cast)
    assert run(LABEL, cast.lumen.pk, row.pk)
    (after,) = rows(cast)
    assert (after.state, after.attempts, after.error) == (State.QUEUED, 1, "RuntimeError: no idea")
    assert after.next_at > timezone.now()
    assert not run(LABEL, cast.lumen.pk, row.pk), "its time has not come"
    assert left(now=timezone.now()) == []
    assert len(left(now=timezone.now() + timedelta(minutes=1))) == 1


def test_delays_grow_up_to_an_hour() -> None:
    delays = [delay_after(attempts) for attempts in range(1, 40)]
    assert delays[0] == timedelta(seconds=15)
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=1)


def test_a_lease_that_ran_out_is_another_workers_and_the_first_can_say_nothing(cast: Cast) -> None:
    (row,) = queued(cast)
    now = timezone.now()
    with scope(cast.lumen.pk):
        first = Delivery.claim(row.pk, now=now)
        assert Delivery.claim(row.pk, now=now) is None, "while the lease lasts"
        later = now + background.usual_lease() + timedelta(seconds=1)
        second = Delivery.claim(row.pk, now=later)
        assert second.attempts == first.attempts + 1
        assert not first.renew(now=later)
        assert not first.finish(State.DONE)
        assert not first.put_back(now=later, error="late")
        assert second.finish(State.DONE)


def test_old_tasks_are_forgotten(fresh_database: Database, cast: Cast) -> None:
    queued(cast, 6)
    work(threading.Event(), once=True)
    assert DBTaskResult.objects.count() == 2
    forget_tasks(before=timezone.now() - timedelta(hours=1))
    assert DBTaskResult.objects.count() == 2
    forget_tasks(before=timezone.now() + timedelta(seconds=1))
    assert DBTaskResult.objects.count() == 0


def work_until_told(*, seen: str) -> None:
    """A worker as the command runs it: SIGTERM sets the event."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())

    def slowly(row: Delivery) -> None:
        Path(seen).write_text("begun")
        time.sleep(1)
        with background.in_organisation(row.organisation_id):
            row.finish(State.DONE)

    background.register(Delivery, slowly)
    work(asked)


def test_on_sigterm_the_work_at_hand_is_finished(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    queued(cast, 1)
    seen, log = tmp_path / "seen", tmp_path / "log"
    worker = start(f"{__name__}:work_until_told", fresh_database, log=log, seen=str(seen))
    try:
        end = time.monotonic() + 60
        while not seen.exists() and time.monotonic() < end:
            time.sleep(0.05)
        worker.terminate()
        assert worker.wait(30) == 0, log.read_text()
    finally:
        stop(worker)
    assert [one.state for one in rows(cast)] == [State.DONE]
