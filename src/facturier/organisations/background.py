"""Work that survives the death of its worker: the row is the truth, a task only carries its id.

A worker claims a row for a while (a lease) by a conditional UPDATE that also counts the attempt, and
finishes it by an UPDATE that names the attempt: a worker whose lease ran out can no longer finish what
another one has claimed since. A sweep finds rows whose time has come or whose lease ran out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from facturier.organisations.tenancy import TenantModel

LEASE = timedelta(seconds=60)


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
    def claim(cls, pk: int, *, now: datetime, lease: timedelta = LEASE) -> Self | None:
        """Take a due row for this worker, or return None when another one has it."""
        taken = (
            cls.due(now)
            .filter(pk=pk)
            .update(
                state=State.RUNNING,
                attempts=F("attempts") + 1,
                lease_until=now + lease,
            )
        )
        return cls.objects.get(pk=pk) if taken else None

    def renew(self, *, now: datetime, lease: timedelta = LEASE) -> bool:
        """Keep the row for longer. Returns False when it was stopped or is another worker's."""
        return self._mine().update(lease_until=now + lease) == 1

    def finish(self, state: str, **fields: Any) -> bool:
        """End this attempt. Returns False when the row is another worker's by now."""
        changed = self._mine().update(state=state, lease_until=None, **fields)
        return bool(changed == 1)

    def _mine(self) -> models.QuerySet[Any]:
        return type(self).objects.filter(pk=self.pk, attempts=self.attempts, state=State.RUNNING)
