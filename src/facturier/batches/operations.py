"""Write batches: save and delete them, and order the runs that make documents of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from facturier.audit import operations as audit
from facturier.batches.choice import Choice
from facturier.batches.claiming import claim
from facturier.batches.models import Batch, BatchRun, BilledWork, RunKind
from facturier.batches.naming import default_name
from facturier.batches.ordering import order
from facturier.batches.queries import Preview, count_left, documents, preview_of
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.access import Actor, operation
from facturier.organisations.background import State
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused

_ACTIVE = [State.QUEUED, State.RUNNING]


@operation("batches.run")
def save(
    organisation: Organisation,
    *,
    actor: Actor,
    choice: Choice,
    today: date,
    name: str = "",
    seen: str = "",
) -> Batch:
    """Claim the work that the choice bills, so that nobody else can bill or change it.

    `seen` is the fingerprint of the preview that the person looked at. Raises Refused when the work is
    another one by now, when there is none, and naming what somebody else has claimed meanwhile.
    """
    found = preview_of(organisation, choice=choice, today=today, lock=True)
    if seen and seen != found.fingerprint:
        raise Refused("The work has changed since you looked: look at the preview again.", field="seen")
    if not found.proposals:
        raise Refused("There is nothing to bill in this choice.", field="period_start")
    batch = _create(organisation, found, actor=actor, name=name)
    claim(batch, found.proposals)
    audit.record("batch.saved", batch, name=batch.name, documents=batch.documents)
    return batch


def _create(organisation: Organisation, found: Preview, *, actor: Actor, name: str) -> Batch:
    choice = found.choice
    batch = Batch(
        organisation=organisation,
        period_start=choice.period_start,
        period_end=choice.period_end,
        grouping=choice.grouping,
        documents=len(found.proposals),
        tickets=found.tickets,
        seconds=found.seconds,
        sums=[
            {
                "currency": one.currency,
                "net_minor": one.net_minor,
                "tax_minor": one.tax_minor,
                "gross_minor": one.gross_minor,
            }
            for one in found.sums
        ],
        created_by=actor.name[:100],
    )
    wanted = name.strip()[:100]
    taken = set(Batch.objects.values_list("name", flat=True))
    batch.name = wanted or default_name(choice.billing, organisation.language, taken=taken)
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError as error:
        raise Refused(
            "There is a batch named “%(name)s” already.", field="name", values={"name": batch.name}
        ) from error
    return batch


@operation("batches.run")
def delete(batch: Batch, *, actor: Actor) -> None:
    """Release the work of a batch and delete its drafts.

    Raises Refused, naming them, once any of its documents is issued, and while a run is at work.
    """
    if batch.runs.filter(state__in=_ACTIVE).exists():
        raise Refused("A run is at work on this batch: stop it first.")
    rows = list(documents(batch).select_for_update().order_by("reference"))
    issued = [row.number for row in rows if row.number]
    if issued:
        raise Refused(
            "Documents of this batch are issued and cannot be taken back: %(numbers)s. Credit them instead.",
            values={"numbers": ", ".join(issued[:5]) + (" …" if len(issued) > 5 else "")},
        )
    for row in rows:
        audit.record("invoice.deleted", row, reference=row.reference)
    audit.record("batch.deleted", batch, name=batch.name, drafts=len(rows))
    BilledWork.objects.filter(Q(batch=batch) | Q(invoice__in=documents(batch).values("pk"))).delete()
    Invoice.objects.filter(pk__in=[row.pk for row in rows]).delete()
    batch.delete()


@operation("batches.run")
def start(
    batch: Batch,
    *,
    actor: Actor,
    kind: RunKind,
    now: datetime,
    issue_date: date | None = None,
    then: Sequence[RunKind] = (),
) -> BatchRun:
    """Order a run in the background; `then` names runs that follow it by themselves.

    Raises Refused while another run is at work, and when there is nothing to do.
    """
    if batch.runs.filter(state__in=_ACTIVE).exists():
        raise Refused("A run is at work on this batch already.")
    total = count_left(batch, kind)
    if not total:
        raise Refused(NOTHING_LEFT[kind])
    return order(batch, actor=actor, kind=kind, total=total, now=now, issue_date=issue_date, then=then)


NOTHING_LEFT = {
    RunKind.GENERATE: "All drafts of this batch are made.",
    RunKind.FINALISE: "This batch has no drafts to finalise.",
    RunKind.SEND: "This batch has no issued documents that were not sent.",
}


@operation("batches.run")
def stop(run: BatchRun, *, actor: Actor, now: datetime) -> BatchRun:
    """Stop a run after the chunk that it is at. Raises Refused when it has ended."""
    if not run.is_active:
        raise Refused("This run has ended already.")
    run.state, run.finished_at, run.lease_until = State.STOPPED, now, None
    run.save(update_fields=["state", "finished_at", "lease_until"])
    audit.record("batch.run_stopped", run.batch, kind=run.kind, done=run.done)
    return run


@operation("batches.run")
def resume(run: BatchRun, *, actor: Actor, now: datetime) -> BatchRun:
    """Go on with a run that was stopped or failed. Raises Refused while another one is at work."""
    if run.state not in (State.STOPPED, State.FAILED):
        raise Refused("Only a run that was stopped or failed can be resumed.")
    if run.batch.runs.filter(state__in=_ACTIVE).exists():
        raise Refused("A run is at work on this batch already.")
    run.state, run.next_at, run.finished_at = State.QUEUED, now, None
    run.troubles, run.error, run.refusals = 0, "", []
    run.save(update_fields=["state", "next_at", "finished_at", "troubles", "error", "refusals"])
    audit.record("batch.run_resumed", run.batch, kind=run.kind, done=run.done)
    background.enqueue(run)
    return run
