"""Several documents sent together: what would be sent, and how far it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from facturier.delivery import operations, queries
from facturier.delivery.models import Dispatch
from facturier.delivery.refusals import refuse_plan
from facturier.rules.refusal import Refused
from facturier.web.delivery.places import CHANGED, document_url, show, url
from facturier.web.pages import page
from facturier.web.refusals import refusal_text

AT_MOST = 1_000


@page("delivery.send")
@require_POST
def send(request: Any) -> HttpResponse:
    """Say which documents would be sent to whom, or queue their messages once `confirmed`."""
    chosen = _chosen(request)
    if "confirmed" in request.POST:
        dispatch = operations.queue_many(
            request.organisation, actor=request.actor, invoice_ids=chosen, now=timezone.now()
        )
        if not request.htmx:
            return HttpResponseRedirect(url(request, "dispatch", pk=dispatch.pk))
        response = render(request, "delivery/dispatched.html", _progress(request, dispatch))
        response.headers["HX-Trigger"] = CHANGED
        return response
    refuse_plan(request.organisation)
    found = queries.plan_of(request.organisation, actor=request.actor, invoice_ids=chosen)
    values = {
        "keys": chosen,
        "ready": [(row, message) for row, message in found.ready],
        "skipped": [
            {"name": str(row), "url": document_url(request, row.pk), "reason": refusal_text(refusal)}
            for row, refusal in found.skipped
        ],
    }
    return show(request, "bulk", values)


def _chosen(request: Any) -> list[int]:
    """Return the keys that were ticked. Raises Refused for none, and for more than a request may hold."""
    keys = {int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) <= 18}
    if not keys:
        raise Refused("Select at least one document.", field="pk")
    if len(keys) > AT_MOST:
        raise Refused("Select at most %(most)s documents at once.", field="pk", values={"most": AT_MOST})
    return sorted(keys)


@page("delivery.send")
@require_safe
def dispatch(request: Any, pk: int) -> HttpResponse:
    """Show how far a dispatch is: the page, or for htmx its progress alone."""
    row = get_object_or_404(Dispatch.objects, pk=pk)
    template = "delivery/progress.html" if request.htmx else "delivery/dispatch.html"
    return render(request, template, _progress(request, row))


@page("delivery.send")
@require_POST
def stop(request: Any, pk: int) -> HttpResponse:
    """Take back the messages of a dispatch that no worker has begun."""
    row = get_object_or_404(Dispatch.objects, pk=pk)
    stopped = operations.stop(row, actor=request.actor)
    text = ngettext("%(count)s message was taken back.", "%(count)s messages were taken back.", stopped)
    messages.success(request, text % {"count": stopped})
    if not request.htmx:
        return HttpResponseRedirect(url(request, "dispatch", pk=row.pk))
    return render(request, "delivery/progress.html", _progress(request, row))


def _progress(request: Any, row: Dispatch) -> dict[str, Any]:
    progress = queries.progress(row)
    here = url(request, "dispatch", pk=row.pk)
    return {
        "dispatch": row,
        "progress": progress,
        "here": here,
        "poll": "" if progress.is_over else here,
        "stop": "" if progress.is_over else url(request, "dispatch-stop", pk=row.pk),
        "troubled": [(one, document_url(request, one.invoice_id)) for one in queries.troubled(row)[:100]],
        "skipped": [
            {
                "name": one["name"],
                "url": document_url(request, one["invoice"]),
                "reason": gettext(one["reason"]),
            }
            for one in row.skipped
        ],
        "sent_mail": url(request, "sent-mail"),
    }
