"""B0: from work to issued documents by a batch, as a person orders it. For information: without a limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from benchmarks.databases import refresh
from benchmarks.measuring import row, timed
from facturier.batches import operations
from facturier.batches.models import Batch, RunKind
from facturier.batches.queries import preview_of
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.access import Actor
from facturier.organisations.tenancy import scope
from tests.batches import workload
from tests.support import cast


def figures(*, n: int) -> Iterator[dict[str, Any]]:
    """Bill a month of work of n customers: a retainer, a ticket with its time, an expense."""
    organisation = cast.seller("bench-batches", "FR")
    workload.many(organisation, n)
    refresh()
    actor = Actor.system(organisation.pk)
    batches: list[Batch] = []

    def preview() -> None:
        with scope(organisation.pk):
            found = preview_of(organisation, choice=workload.JANUARY, today=workload.TODAY)
        assert len(found.proposals) == n, len(found.proposals)

    def save() -> None:
        batches.append(
            operations.save(organisation, actor=actor, choice=workload.JANUARY, today=workload.TODAY)
        )

    def run(kind: RunKind) -> None:
        now = timezone.now()
        operations.start(batches[0], actor=actor, kind=kind, now=now, issue_date=workload.TODAY)
        while left := background.left(now=timezone.now()):
            for one in left:
                background.run(one.label, one.organisation_id, one.pk)

    yield row("B0", "preview", timed(preview), n=n)
    yield row("B0", "save", timed(save), n=n)
    yield row("B0", "generate", timed(lambda: run(RunKind.GENERATE)), n=n)
    yield row("B0", "finalise", timed(lambda: run(RunKind.FINALISE)), n=n)
    with scope(organisation.pk):
        issued = Invoice.objects.filter(number__isnull=False).count()
    assert issued == n, issued
