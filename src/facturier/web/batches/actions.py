"""What is done with a batch: run, stop, resume, retry, delete."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from facturier.batches import operations, runs
from facturier.batches.models import Batch, BatchRun, RunFailure, RunKind
from facturier.batches.queries import documents
from facturier.delivery import operations as deliveries
from facturier.web.batches.views import url
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages


@page("batches.run")
@require_POST
def run(request: Any, pk: int) -> HttpResponse:
    """Order a run, and what follows it."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    kind, then = request.POST.get("kind", ""), request.POST.getlist("then")
    if not {kind, *then} <= set(RunKind.values):
        return HttpResponseBadRequest()
    try:
        issue_date = date.fromisoformat(request.POST.get("issue_date") or str(timezone.localdate()))
    except ValueError:
        messages.error(request, _("Write a day, e.g. 2026-01-31."))
        return HttpResponseRedirect(url(request, "batch", pk=pk))
    with refusals_as_messages(request):
        operations.start(
            batch,
            actor=request.actor,
            kind=RunKind(kind),
            then=[RunKind(one) for one in then],
            issue_date=issue_date,
            now=timezone.now(),
        )
    return HttpResponseRedirect(url(request, "batch", pk=pk))


@page("batches.run")
@require_POST
def stop(request: Any, pk: int) -> HttpResponse:
    """Stop a run; the progress bar asks, or a form."""
    row = get_object_or_404(BatchRun.objects, pk=pk)
    with refusals_as_messages(request):
        operations.stop(row, actor=request.actor, now=timezone.now())
    if request.htmx:
        return HttpResponse("", headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(url(request, "batch", pk=row.batch_id))


@page("delivery.send")
@require_POST
def stop_sending(request: Any, pk: int) -> HttpResponse:
    """Take back the messages with a batch's documents that no worker has begun."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    stopped = deliveries.stop_all(request.organisation, actor=request.actor, documents=documents(batch))
    text = ngettext("%(count)s message was taken back.", "%(count)s messages were taken back.", stopped)
    messages.success(request, text % {"count": stopped})
    if request.htmx:
        return HttpResponse("", headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(url(request, "batch", pk=pk))


@page("batches.run")
@require_POST
def resume(request: Any, pk: int) -> HttpResponse:
    """Go on with a run that was stopped or failed."""
    row = get_object_or_404(BatchRun.objects, pk=pk)
    with refusals_as_messages(request):
        operations.resume(row, actor=request.actor, now=timezone.now())
    return HttpResponseRedirect(url(request, "batch", pk=row.batch_id))


@page("batches.run")
@require_POST
def retry(request: Any, pk: int) -> HttpResponse:
    """Try one document again that failed."""
    failure = get_object_or_404(RunFailure.objects.select_related("customer", "run"), pk=pk)
    with refusals_as_messages(request) as done:
        runs.retry(failure, actor=request.actor, today=timezone.localdate())
    if done:
        messages.success(request, _("%(customer)s: done.") % {"customer": failure.customer.name})
    return HttpResponseRedirect(url(request, "batch", pk=failure.run.batch_id))


@page("batches.run")
@require_POST
def delete(request: Any, pk: int) -> HttpResponse:
    """Delete a batch with its drafts."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    with refusals_as_messages(request) as done:
        operations.delete(batch, actor=request.actor)
    if not done:
        return HttpResponseRedirect(url(request, "batch", pk=pk))
    messages.success(
        request, _("Batch %(name)s was deleted: its work can be billed again.") % {"name": batch.name}
    )
    return HttpResponseRedirect(url(request, "batch-list"))
