"""Do what was ordered for a batch: make, finalise and send its documents, a chunk per transaction.

What is left to do is read from the rows: claims without a document, documents without a number. So a run
that dies, is stopped or runs twice at once goes on where the last committed chunk ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import DataError, transaction
from django.utils import timezone

from facturier.batches import claimed
from facturier.batches.failures import as_rows
from facturier.batches.models import Batch, BatchRun, BilledWork, RunFailure, RunKind
from facturier.batches.ordering import order
from facturier.batches.proposing import by_name, propose
from facturier.batches.queries import count_left, documents, drafts, unsent
from facturier.customers.models import Customer
from facturier.delivery import operations as deliveries
from facturier.invoices import operations as invoices
from facturier.organisations import background
from facturier.organisations.access import LACKS, Actor, Permission, operation
from facturier.organisations.background import State, in_organisation
from facturier.organisations.bulk import update_many
from facturier.organisations.models import Membership
from facturier.rules.refusal import Refused, RefusedTogether

CHUNK = 500  # documents per transaction: its commit and its queries are paid once for them
TURN = 10.0  # seconds after which other work gets its turn


class Superseded(Exception):
    """The run was stopped, or another worker has it: nothing of this chunk is kept."""


def work(run: BatchRun) -> None:
    """Do a claimed run, chunk by chunk, or a turn of it."""
    until = time.monotonic() + TURN
    today = run.issue_date or timezone.localdate()
    try:
        with in_organisation(run.organisation_id):
            actor = _actor(run)
            left = _left(run)
        for place in range(0, len(left), CHUNK):
            _do_chunk(run.batch, actor=actor, run=run, keys=left[place : place + CHUNK], today=today)
            if time.monotonic() > until and place + CHUNK < len(left):
                _let_others(run)
                return
        with in_organisation(run.organisation_id):
            _end(run, actor=actor)
    except Superseded:
        return
    except (Refused, PermissionDenied) as refusal:
        _give_up(run, refusal)


def _actor(run: BatchRun) -> Actor:
    """Act for the person who ordered the run, with the permissions of now."""
    if run.membership_id is None:
        return Actor.system(run.organisation_id, run.actor_name)
    member = Membership.objects.select_related("user").filter(pk=run.membership_id).first()
    if member is None:
        raise PermissionDenied(str(LACKS[Permission.VIEW]))
    return Actor.member(member)


def _left(run: BatchRun) -> list[int]:
    """List what is left to do, in order, without what has failed in this run: customers, or documents."""
    failures = RunFailure.objects.filter(run=run)
    if run.kind == RunKind.GENERATE:
        waiting = claimed.pending(run.batch).exclude(
            customer_id__in=failures.filter(invoice=None).values("customer_id")
        )
        rows = Customer.objects.filter(pk__in=waiting.values("customer_id")).only("pk", "name")
        return [customer.pk for customer in sorted(rows, key=by_name)]
    rows = drafts(run.batch) if run.kind == RunKind.FINALISE else unsent(run.batch)
    failed = failures.filter(invoice__isnull=False).values("invoice_id")
    return list(rows.exclude(pk__in=failed).order_by("reference").values_list("pk", flat=True))


@operation("batches.run")
def _do_chunk(batch: Batch, *, actor: Actor, run: BatchRun, keys: Sequence[int], today: date) -> None:
    """Do some of a run and count it, in one transaction that holds the batch's row."""
    if not run.renew(now=timezone.now()):
        raise Superseded
    done, failures = _STEPS[RunKind(run.kind)](batch, actor, keys, today)
    RunFailure.objects.bulk_create(
        RunFailure(
            organisation_id=batch.organisation_id,
            run=run,
            customer_id=customer_id,
            invoice_id=invoice_id,
            refusals=as_rows(refusal),
        )
        for customer_id, invoice_id, refusal in failures
    )
    run.done += done
    BatchRun.objects.filter(pk=run.pk).update(
        done=run.done, troubles=0, started_at=run.started_at or timezone.now()
    )


Failures = list[tuple[int, int | None, Refused]]  # customer, document if there is one, why
Step = Callable[[Batch, Actor, Sequence[int], date], tuple[int, Failures]]


def generate(batch: Batch, actor: Actor, customer_ids: Sequence[int], today: date) -> tuple[int, Failures]:
    """Make the drafts of some customers and tie their claims to them; returns how many, and what failed."""
    found = claimed.read(batch, customer_ids=customer_ids)
    failures: Failures = [
        (customer_id, None, _together(refusals)) for customer_id, refusals in found.refusals.items()
    ]
    works = [one for one in found.works if one[0] not in found.refusals]
    try:
        with transaction.atomic():
            return _make_drafts(batch, actor, found, works, today), failures
    except (Refused, DataError) as error:
        ready = [pk for pk in customer_ids if pk not in found.refusals]
        if len(ready) > 1:
            return _one_by_one(batch, actor, ready, today, failures)
        refusal = error if isinstance(error, Refused) else Refused(_TOO_LARGE)
        return 0, [*failures, *((pk, None, refusal) for pk in ready)]


_TOO_LARGE = "A quantity, price or sum of this document is too large."


def _one_by_one(
    batch: Batch, actor: Actor, customer_ids: Sequence[int], today: date, failures: Failures
) -> tuple[int, Failures]:
    """Find out whose document is the one that fails; the others are made."""
    done = 0
    for pk in customer_ids:
        made, more = generate(batch, actor, [pk], today)
        done += made
        failures = failures + more
    return done, failures


def _make_drafts(
    batch: Batch,
    actor: Actor,
    found: claimed.Claimed,
    works: Sequence[tuple[int, claimed.Work]],
    today: date,
) -> int:
    proposals = propose(works, codes=found.codes, grouping=batch.grouping, batch_name=batch.name, today=today)
    if not proposals:
        return 0
    created = invoices.create_many(
        batch.organisation, actor=actor, drafts=[one.draft for one in proposals], today=today
    )
    rows = [
        (found.claim_ids[work.key], invoice_id, line_id)
        for one, invoice_id, line_ids in zip(proposals, created.invoice_ids, created.line_ids, strict=True)
        for line, line_id in zip(one.lines, line_ids, strict=True)
        for work in line.works
    ]
    update_many(BilledWork, ["invoice_id", "line_id"], rows)
    return len(proposals)


def finalise(batch: Batch, actor: Actor, invoice_ids: Sequence[int], today: date) -> tuple[int, Failures]:
    """Number and freeze some drafts; returns how many, and what failed."""
    outcome = invoices.finalise_many(
        batch.organisation, actor=actor, invoice_ids=invoice_ids, issue_date=today
    )
    customers = dict(documents(batch).filter(pk__in=outcome.refusals).values_list("pk", "customer_id"))
    failures: Failures = [(customers[pk], pk, refusal) for pk, refusal in outcome.refusals.items()]
    return len(outcome.numbers), failures


def send(batch: Batch, actor: Actor, invoice_ids: Sequence[int], today: date) -> tuple[int, Failures]:
    """Queue a message for each of some documents; returns how many, and what was skipped."""
    dispatch = deliveries.queue_many(
        batch.organisation, actor=actor, invoice_ids=invoice_ids, now=timezone.now()
    )
    skipped = {one["invoice"]: Refused(one["reason"]) for one in dispatch.skipped}
    customers = dict(documents(batch).filter(pk__in=skipped).values_list("pk", "customer_id"))
    failures: Failures = [(customers[pk], pk, refusal) for pk, refusal in skipped.items()]
    return len(invoice_ids) - len(skipped), failures


_STEPS: dict[RunKind, Step] = {
    RunKind.GENERATE: generate,
    RunKind.FINALISE: finalise,
    RunKind.SEND: send,
}


def _together(refusals: list[Refused]) -> Refused:
    return refusals[0] if len(refusals) == 1 else RefusedTogether(refusals)


def _let_others(run: BatchRun) -> None:
    with in_organisation(run.organisation_id):
        if run.finish(State.QUEUED, next_at=timezone.now()):
            background.enqueue(run)


def _end(run: BatchRun, *, actor: Actor) -> None:
    """Note that a run is done, and order the one that follows it, in one transaction."""
    now = timezone.now()
    if not run.finish(State.DONE, finished_at=now):
        raise Superseded
    kind, *then = run.then.split() or [""]
    if kind:
        _follow(run.batch, actor=actor, kind=kind, then=then, run=run, now=now)


@operation("batches.run")
def _follow(
    batch: Batch, *, actor: Actor, kind: str, then: Sequence[str], run: BatchRun, now: datetime
) -> None:
    total = count_left(batch, kind)
    if total:
        order(
            batch,
            actor=actor,
            kind=kind,
            total=total,
            now=now,
            issue_date=run.issue_date,
            then=then,
        )


def _give_up(run: BatchRun, refusal: Refused | PermissionDenied) -> None:
    """End a run that is refused as a whole: by its date, or because its person may not any more."""
    told = refusal if isinstance(refusal, Refused) else Refused(str(refusal))
    with in_organisation(run.organisation_id):
        run.finish(State.FAILED, refusals=as_rows(told), finished_at=timezone.now())


@operation("batches.run")
def retry(failure: RunFailure, *, actor: Actor, today: date) -> None:
    """Try one failed document again, now. Raises Refused with what still is wrong."""
    run = failure.run
    batch = Batch.lock(run.batch_id)
    key = failure.customer_id if failure.invoice_id is None else failure.invoice_id
    done, failures = _STEPS[RunKind(run.kind)](batch, actor, [key], run.issue_date or today)
    if failures:
        raise failures[0][2]
    failure.delete()
    BatchRun.objects.filter(pk=run.pk).update(done=min(run.done + done, run.total))
