"""Documents that come of others: duplicates, numbered pro formas, and the invoices made from them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facturier.invoices import copies
from facturier.web.editor.actions import back, day_of, document
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages
from facturier.web.templatetags.words import document_name


@page("invoices.draft")
@require_POST
def duplicate(request: Any, pk: int) -> HttpResponse:
    """Make a new draft that says the same, and open it."""
    with refusals_as_messages(request) as done:
        made = copies.duplicate(document(pk), actor=request.actor, today=timezone.localdate())
    if not done:
        return back(request, pk)
    return redirect("document-edit", organisation=request.organisation.slug, pk=made.pk)


@page("invoices.draft")
@require_POST
def number(request: Any, pk: int) -> HttpResponse:
    """Give a pro forma its number."""
    with refusals_as_messages(request) as done:
        made = copies.number_pro_forma(
            document(pk), actor=request.actor, issue_date=day_of(request.POST.get("issue_date", ""))
        )
    if done:
        messages.success(request, _("The pro forma has the number %(number)s.") % {"number": made.number})
    return back(request, pk)


@page("invoices.draft")
@require_POST
def convert(request: Any, pk: int) -> HttpResponse:
    """Make the invoice of a pro forma: final at once, or a draft to work on where `draft` is asked for."""
    now = timezone.now()
    with refusals_as_messages(request) as done:
        day = day_of(request.POST.get("issue_date", ""))
        if "draft" in request.POST:
            made = copies.convert(document(pk), actor=request.actor, now=now, today=day)
        else:
            made = copies.produce_final(document(pk), actor=request.actor, now=now, issue_date=day)
    if not done:
        return back(request, pk)
    messages.success(request, _("%(name)s was made from the pro forma.") % {"name": document_name(made)})
    name = "document" if made.is_issued else "document-edit"
    return redirect(name, organisation=request.organisation.slug, pk=made.pk)
