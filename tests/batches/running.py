"""Run batches as a worker does, and try what the guards refuse."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.db import transaction
from django.utils import timezone

from facturier.batches import operations
from facturier.batches.models import Batch, BatchRun, RunKind
from facturier.organisations import background
from facturier.organisations.access import Actor, refusals_of_the_database
from facturier.organisations.tenancy import scope
from tests.batches.workload import TODAY


def run(batch: Batch, kind: RunKind, *, actor: Actor, **fields: Any) -> BatchRun:
    """Order a run and let a worker do it, and what follows it."""
    ordered = operations.start(
        batch, actor=actor, kind=kind, now=timezone.now(), **{"issue_date": TODAY, **fields}
    )
    work_off(batch)
    with scope(batch.organisation_id):
        return BatchRun.objects.get(pk=ordered.pk)


def work_off(batch: Batch) -> None:
    while left := background.left(now=timezone.now()):
        for one in left:
            background.run(one.label, one.organisation_id, one.pk)


def locked() -> Any:
    """The guards' refusals as an operation shows them, in a savepoint of their own."""
    stack = ExitStack()
    stack.enter_context(refusals_of_the_database())
    stack.enter_context(transaction.atomic())
    return stack
