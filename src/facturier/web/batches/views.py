"""Batches: the list, one batch, and how far its run is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from facturier.batches import queries
from facturier.batches.failures import from_rows
from facturier.batches.models import Batch, BatchRun, RunFailure, RunKind
from facturier.batches.proposing import Sums
from facturier.batches.queries import Sending, Standing
from facturier.delivery.refusals import refuse_plan
from facturier.organisations.background import State
from facturier.rules.refusal import Refused
from facturier.web.batches.words import RUNNING, STANDING
from facturier.web.pages import page
from facturier.web.refusals import refusal_text
from facturier.web.speech import remaining_text

LIST = 50


def url(request: Any, name: str, **kwargs: Any) -> str:
    """Return the address of a page of this organisation."""
    return reverse(name, kwargs={"organisation": request.organisation.slug, **kwargs})


@page("view")
@require_safe
def batch_list(request: Any) -> HttpResponse:
    """List batches, the newest first."""
    before = request.GET.get("before", "")
    rows = Batch.objects.order_by("-pk")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before))
    batches = list(rows[: LIST + 1])
    shown = batches[:LIST]
    standing = queries.standings(shown)
    context = {
        "rows": [(one, STANDING[standing[one.pk].key], standing[one.pk]) for one in shown],
        "older": shown[-1].pk if len(batches) > LIST else None,
        "first": bool(before),
        "lacks": request.actor.lacks("batches.run"),
    }
    return render(request, "batches/list.html", context)


@page("view")
@require_safe
def show(request: Any, pk: int) -> HttpResponse:
    """Show a batch: how far it is, what it makes or has made, what failed, what can be done next."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    standing = queries.standings([batch])[batch.pk]
    run = queries.latest_run(batch)
    sending = queries.sending(batch)
    context = {
        "batch": batch,
        "standing": standing,
        "state": STANDING[standing.key],
        "sums": _sums(batch, standing),
        "minutes": batch.seconds // 60,
        "run": run,
        "running": _running(request, batch, run, standing, sending),
        "stopped": _stopped(request, run),
        "failures": _failures(batch),
        "sending": sending,
        "today": timezone.localdate(),
        **_reasons(request, batch, standing, run, sending),
        **_documents(request, batch, standing),
    }
    return render(request, "batches/batch.html", context)


@page("view")
@require_safe
def progress(request: Any, pk: int) -> HttpResponse:
    """Answer the progress bar: how far the run is, or that the page has something new to show."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    standing = queries.standings([batch])[batch.pk]
    running = _running(request, batch, queries.latest_run(batch), standing, queries.sending(batch))
    if running is None:
        return HttpResponse("", headers={"HX-Refresh": "true"})
    return render(request, "batches/progress.html", {"running": running})


@dataclass(frozen=True, slots=True)
class Running:
    """What the progress bar shows."""

    label: Any
    done: int
    total: int
    remaining: str
    poll: str
    stop: str


def _running(
    request: Any, batch: Batch, run: BatchRun | None, standing: Standing, sending: Sending
) -> Running | None:
    poll = url(request, "batch-progress", pk=batch.pk)
    if run is not None and run.is_active:
        stop = url(request, "batch-run-stop", pk=run.pk) if request.actor.may("batches.run") else ""
        label = RUNNING[RunKind(run.kind)]
        return Running(label, run.done, run.total, remaining_text(run, now=timezone.now()), poll, stop)
    if sending.waiting:
        total = standing.sent + sending.waiting
        may_stop = sending.queued and request.actor.may("delivery.send")
        stop = url(request, "batch-sending-stop", pk=batch.pk) if may_stop else ""
        return Running(_("Sending"), standing.sent, total, "", poll, stop)
    return None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A run that has not come to its end, and why."""

    title: str
    reasons: list[str]
    resume: str


def _stopped(request: Any, run: BatchRun | None) -> Stopped | None:
    if run is None or run.state not in (State.STOPPED, State.FAILED):
        return None
    counts = {"done": run.done, "total": run.total}
    if run.state == State.STOPPED:
        title = ngettext(
            "Stopped after %(done)s of %(total)s document",
            "Stopped after %(done)s of %(total)s documents",
            run.total,
        )
    else:
        title = ngettext(
            "Failed after %(done)s of %(total)s document",
            "Failed after %(done)s of %(total)s documents",
            run.total,
        )
    reasons = [refusal_text(one) for one in from_rows(run.refusals)]
    if run.error and not reasons:
        reasons = [_("Something went wrong that was not expected. Resume it, or ask your operator.")]
    return Stopped(title % counts, reasons, url(request, "batch-run-resume", pk=run.pk))


def _failures(batch: Batch) -> list[tuple[RunFailure, list[str]]]:
    rows = (
        RunFailure.objects.filter(run__batch=batch)
        .select_related("customer", "invoice", "run")
        .order_by("pk")[:200]
    )
    return [(row, [refusal_text(one) for one in from_rows(row.refusals)]) for row in rows]


def _sums(batch: Batch, standing: Standing) -> list[Sums]:
    """What the documents come to; what was saved, as long as not all of them are made."""
    if standing.waiting or not standing.made:
        return [Sums(**one) for one in batch.sums]
    return queries.sums_of_documents(batch)


def _reasons(
    request: Any, batch: Batch, standing: Standing, run: BatchRun | None, sending: Sending
) -> dict[str, Any]:
    """Say why each button cannot be pressed now, or None."""
    busy = _("A run is at work.") if run is not None and run.is_active else None
    lacks = request.actor.lacks("batches.run") or busy
    return {
        "lacks": lacks,
        "no_generate": lacks or (None if standing.waiting else _("All drafts are made.")),
        "no_finalise": lacks or (None if standing.drafts else _("There are no drafts.")),
        "no_send": lacks or _no_send(batch, standing, sending),
        "no_pdf": None if standing.made else _("There are no documents yet."),
        "no_delete": request.actor.lacks("batches.run")
        or _translated(queries.why_not_deleted(batch, standing)),
    }


def _no_send(batch: Batch, standing: Standing, sending: Sending) -> Any:
    try:
        refuse_plan(batch.organisation)
    except Refused as refusal:
        return refusal_text(refusal)
    if sending.waiting:
        return _("The documents are being sent.")
    return None if standing.issued > standing.sent else _("There is nothing final that was not sent.")


def _translated(sentence: str) -> str | None:
    return refusal_text(Refused(sentence)) if sentence else None


def _documents(request: Any, batch: Batch, standing: Standing) -> dict[str, Any]:
    """One page of the documents made, and of those that wait to be made."""
    after = request.GET.get("after", "")
    rows = queries.documents(batch).select_related("customer").order_by("reference")
    if after.isascii() and after.isdigit():
        rows = rows.filter(reference__gt=int(after))
    documents = list(rows[: LIST + 1])
    text = request.GET.get("from", "")
    offset = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return {
        "documents": documents[:LIST],
        "documents_after": documents[LIST - 1].reference if len(documents) > LIST else None,
        "is_first_page": not after and not offset,
        "waiting": SimpleLazyObject(
            lambda: queries.waiting(batch, offset=offset, today=timezone.localdate())
        ),
        "waiting_after": offset + LIST if standing.waiting > offset + LIST else None,
    }
