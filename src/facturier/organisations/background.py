"""Work that survives the death of its worker: the row is the truth, a task only carries its id.

A worker claims a row for a while (a lease) by a conditional UPDATE that also counts the attempt, and
finishes it by an UPDATE that names the attempt: a worker whose lease ran out can no longer finish what
another one has claimed since. A sweep finds rows whose time has come or whose lease ran out.

How a room uses it:

1. its model inherits `Leased`; an operation creates the row and calls `enqueue(row)` in the same transaction;
2. `reactions.py` names the handler of the model in its table WORKERS (which calls `register` here);
3. the handler gets a row that was claimed for it, outside of any transaction and scope. It opens
   `with in_organisation(row.organisation_id):` for each short step, calls `row.renew(now=…)`
   when it takes longer than the lease and stops when that returns False, and ends with `row.finish(…)`
   (False: the row is another worker's; roll back). Work of many steps should `finish(State.QUEUED)` after
   some seconds and call `enqueue(row)`, so that other work gets its turn.

A handler that raises is put back with a growing delay and, after `Leased.TRIES` attempts, failed, with the
error kept on the row. A handler whose worker dies is run again once its lease has run out. So a handler must
be able to begin anew at any point: what it has done must show in the rows it has committed.
`config/background.py` runs tasks and sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import timezone

from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import TenantModel, scope

log = logging.getLogger(__name__)

LONGEST_DELAY = timedelta(hours=1)
TOGETHER = 5  # rows to a task: fewer tasks to write, and a worker that is asked to stop is soon done


class State(models.TextChoices):
    """Where a piece of background work stands; rooms add their own end states."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Leased(TenantModel):
    """A row that workers claim in turn."""

    TRIES: ClassVar[int] = 8

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @classmethod
    def due(cls, now: datetime) -> models.QuerySet[Any]:
        """Rows of the active organisation that wait for a worker, or whose worker is gone."""
        return cls.objects.filter(
            Q(state=State.QUEUED, next_at__lte=now) | Q(state=State.RUNNING, lease_until__lt=now)
        )

    @classmethod
    def claim(cls, pk: int, *, now: datetime, lease: timedelta | None = None) -> Self | None:
        """Take a due row for this worker, or return None when another one has it."""
        taken = (
            cls.due(now)
            .filter(pk=pk)
            .update(
                state=State.RUNNING,
                attempts=F("attempts") + 1,
                lease_until=now + (lease or usual_lease()),
            )
        )
        return cls.objects.get(pk=pk) if taken else None

    def renew(self, *, now: datetime, lease: timedelta | None = None, **fields: Any) -> bool:
        """Keep the row for longer. Returns False when it was stopped or is another worker's."""
        return self._mine().update(lease_until=now + (lease or usual_lease()), **fields) == 1

    def finish(self, state: str, **fields: Any) -> bool:
        """End this attempt. Returns False when the row is another worker's by now."""
        changed = self._mine().update(state=state, lease_until=None, **fields)
        return bool(changed == 1)

    def put_back(self, *, now: datetime, error: str, **fields: Any) -> bool:
        """Let this attempt fail: try again later, or give up. Returns False when it is another worker's."""
        if self.is_hopeless(now):
            return self.finish(State.FAILED, error=error, **fields)
        return self.finish(State.QUEUED, error=error, next_at=now + delay_after(self.attempts), **fields)

    def is_hopeless(self, now: datetime) -> bool:
        """Say whether another attempt would be one too many."""
        return self.attempts >= self.TRIES

    def _mine(self) -> models.QuerySet[Any]:
        return type(self).objects.filter(pk=self.pk, attempts=self.attempts, state=State.RUNNING)


class InTurns(Leased):
    """Long work that a worker lays down now and then: `done` of `total` says how far it is.

    It fails after as many errors in a row as other work has attempts: turns that went well, after which the
    worker sets `troubles` to 0, do not count.
    """

    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    troubles = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    def put_back(self, *, now: datetime, error: str, **fields: Any) -> bool:
        """Try again later, or give up."""
        troubles = self.troubles + 1
        if troubles >= self.TRIES:
            return self.finish(State.FAILED, error=error, troubles=troubles, finished_at=now, **fields)
        next_at = now + delay_after(troubles)
        return self.finish(State.QUEUED, error=error, troubles=troubles, next_at=next_at, **fields)


def usual_lease() -> timedelta:
    """Return how long a worker keeps a row before others take it for dead."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 15 s, 30 s, 1 min … at most an hour."""
    return min(timedelta(seconds=15 * 2 ** min(attempts - 1, 10)), LONGEST_DELAY)


Handler = Callable[[Any], None]
_handlers: dict[str, tuple[type[Leased], Handler]] = {}


def register(model: type[Leased], handler: Handler) -> None:
    """Let a handler do the work of a model's rows; used by reactions.py alone."""
    _handlers[model._meta.label] = (model, handler)


def enqueue(row: Leased) -> None:
    """Hand a queued row to the workers, in the transaction of its cause."""
    enqueue_many([row])


def enqueue_many(rows: Sequence[Leased]) -> None:
    """Hand queued rows of one model to the workers, some to a task, in the transaction of their cause."""
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        do.enqueue(some[0]._meta.label, some[0].organisation_id, [row.pk for row in some])


@task  # type: ignore[untyped-decorator]
def do(label: str, organisation_id: int, pks: list[int]) -> None:
    """Do the work of some rows, but those that another worker has or whose time has not come."""
    for pk in pks:
        run(label, organisation_id, pk)


def run(label: str, organisation_id: int, pk: int) -> bool:
    """Claim a row and let its handler work; returns whether there was anything to do."""
    model, handler = _handlers[label]
    with in_organisation(organisation_id):
        row = model.claim(pk, now=timezone.now())
    if row is None:
        return False
    try:
        handler(row)
    except Exception as error:
        # The boundary of all background work: whatever went wrong is kept on the row and tried again.
        log.exception("%s %s failed", label, pk)
        with in_organisation(organisation_id):
            row.put_back(now=timezone.now(), error=f"{type(error).__name__}: {error}")
    return True


@dataclass(frozen=True, slots=True)
class Left:
    """A row that waits for a worker: what `run` takes."""

    label: str
    organisation_id: int
    pk: int


def left(*, now: datetime, at_most: int = 100) -> list[Left]:
    """Find what no task brings back: rows whose worker died, whose delay is over, or whose task was lost.

    Takes `at_most` rows of each organisation and model, the longest waiting first, so that one organisation's
    backlog does not keep the others waiting. A row whose task still waits may be among them: whoever comes
    second finds nothing to do.
    """
    found: list[Left] = []
    for organisation_id in list(Organisation.objects.order_by("pk").values_list("pk", flat=True)):
        with scope(organisation_id):
            for label, (model, _handler) in _handlers.items():
                rows = model.due(now).order_by("next_at", "pk").values_list("pk", flat=True)[:at_most]
                found += [Left(label, organisation_id, pk) for pk in rows]
    return found


@contextmanager
def in_organisation(organisation_id: int) -> Iterator[None]:
    """Open one short transaction in an organisation's scope."""
    with transaction.atomic(), scope(organisation_id):
        yield
