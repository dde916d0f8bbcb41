"""Run background work in this process: the tasks of the queue, and the sweep for what was left.

`work(stop)` is all of `facturier worker`; `facturier serve` runs it in a thread beside the pages. It needs
no signal handlers of its own: whoever calls it sets the event, and it returns when the row at hand is done.
Any number of processes may run it, on any number of machines.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import Q
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from facturier.delivery.bundles import files
from facturier.organisations.background import left, run

log = logging.getLogger(__name__)

IDLE = 0.5  # seconds between looks at an empty queue
SWEEP = 5.0  # seconds between sweeps, at the least
SHARE = 10  # looking takes at most a tenth of the time, however many organisations there are
TIDY = 3600.0
KEEP = timedelta(days=1)


def work(stop: threading.Event, *, once: bool = False) -> None:
    """Do background work until `stop` is set, or, with `once`, until nothing is left that is due.

    Survives a database that goes away for a while. With `once` it raises OperationalError then.
    """
    loop = _Loop(stop, once=once)
    while not stop.is_set():
        close_old_connections()
        try:
            did = loop.turn()
        except (OperationalError, InterfaceError):
            if once:
                raise
            log.exception("The database does not answer: trying again.")
            did = False
        if once and not did:
            break
        if not did:
            stop.wait(IDLE)
    close_old_connections()


class _Loop:
    """The turns of one worker: one task, and now and then a sweep."""

    def __init__(self, stop: threading.Event, *, once: bool) -> None:
        self.stop = stop
        self.once = once
        self.worker_id = get_random_string(32)
        self.sweep_at = self.tidy_at = 0.0

    def turn(self) -> bool:
        """Do what comes next; returns whether there was anything to do."""
        did = _do_one_task(self.worker_id)
        if time.monotonic() >= self.sweep_at or (self.once and not did):
            did = self._sweep() or did
        if time.monotonic() >= self.tidy_at:
            forget_tasks(before=timezone.now() - KEEP)
            files.sweep()
            self.tidy_at = time.monotonic() + TIDY
        return did

    def _sweep(self) -> bool:
        started = time.monotonic()
        found = left(now=timezone.now())
        looked = time.monotonic() - started
        self.sweep_at = started + max(SWEEP, SHARE * looked)
        did = False
        for one in found:
            if self.stop.is_set():
                break
            did = run(one.label, one.organisation_id, one.pk) or did
        return did


def _do_one_task(worker_id: str) -> bool:
    """Run one task of the queue. A look that writes nothing comes first: it blocks nobody."""
    if not DBTaskResult.objects.ready().filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS).exists():
        return False
    Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
    ).run()
    return True


def forget_tasks(*, before: datetime) -> None:
    """Delete tasks that ended, or whose worker died, before a moment: the domain's rows are the truth."""
    ended = Q(finished_at__lt=before) | Q(finished_at=None, started_at__lt=before)
    DBTaskResult.objects.filter(ended).delete()
