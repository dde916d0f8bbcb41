"""New batch: choose, look, leave out, save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from facturier.batches import operations, queries
from facturier.batches.models import Batch, Grouping, RunKind
from facturier.customers import queries as customers
from facturier.web.batches import choosing
from facturier.web.batches.choosing import Wish
from facturier.web.batches.views import url
from facturier.web.batches.words import KINDS
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages


@page("batches.run")
def new(request: Any) -> HttpResponse:
    """Show the form with its preview; save it when one of the two buttons that save was pressed."""
    data = request.POST if request.method == "POST" else request.GET
    wish = choosing.read(data, today=timezone.localdate(), language=get_language() or "en")
    if request.method == "POST" and wish.choice and ("save" in data or "generate" in data):
        batch = _save(request, wish, generate="generate" in data)
        if batch is not None:
            return HttpResponseRedirect(url(request, "batch", pk=batch.pk))
    return render(request, "batches/new.html", _context(request, wish))


@page("batches.run")
@require_POST
def preview(request: Any) -> HttpResponse:
    """Answer htmx with what the form would bill now."""
    wish = choosing.read(request.POST, today=timezone.localdate(), language=get_language() or "en")
    return render(request, "batches/preview.html", {**_context(request, wish), "is_fragment": True})


@page("batches.run")
@require_safe
def customer_options(request: Any) -> JsonResponse:
    """Offer customers to the form."""
    found = customers.choices(request.GET.get("q", "")[:100])
    return JsonResponse(
        {"options": [{"value": one.pk, "label": one.label, "detail": one.detail} for one in found]}
    )


def _save(request: Any, wish: Wish, *, generate: bool) -> Batch | None:
    assert wish.choice is not None
    with refusals_as_messages(request) as done:
        batch = operations.save(
            request.organisation,
            actor=request.actor,
            choice=wish.choice,
            name=wish.name,
            seen=wish.seen,
            today=timezone.localdate(),
        )
        if generate:
            operations.start(batch, actor=request.actor, kind=RunKind.GENERATE, now=timezone.now())
    if not done:
        return None
    messages.success(request, _("Batch %(name)s was saved: its work is locked.") % {"name": batch.name})
    return batch


def _context(request: Any, wish: Wish) -> dict[str, Any]:
    today = timezone.localdate()
    context = {
        "wish": wish,
        "kinds": [(kind, words, kind in wish.kinds) for kind, words in KINDS.items()],
        "groupings": Grouping.choices,
        "presets": choosing.presets(today),
    }
    if wish.choice is None:
        return context
    found = queries.preview(request.organisation, choice=wish.choice, today=today)
    return context | {
        "found": found,
        "minutes": found.seconds // 60,
        "arranged": choosing.arrange(found, wish, language=get_language() or "en"),
    }
