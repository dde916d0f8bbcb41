"""Order the runs of a batch; called inside of an operation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from facturier.audit import operations as audit
from facturier.batches.models import Batch, BatchRun, RunFailure
from facturier.organisations import background
from facturier.organisations.access import Actor


def order(
    batch: Batch,
    *,
    actor: Actor,
    kind: str,
    total: int,
    now: datetime,
    issue_date: date | None,
    then: Sequence[str],
) -> BatchRun:
    """Hand a run to the workers; what failed in earlier runs of that kind is tried anew."""
    RunFailure.objects.filter(run__batch=batch, run__kind=kind).delete()
    run = BatchRun.objects.create(
        organisation_id=batch.organisation_id,
        batch=batch,
        kind=kind,
        then=" ".join(then),
        total=total,
        actor_name=actor.name[:100],
        membership_id=actor.membership_id,
        issue_date=issue_date,
        next_at=now,
    )
    audit.record("batch.run_ordered", batch, kind=str(kind), documents=total)
    background.enqueue(run)
    return run
