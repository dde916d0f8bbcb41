"""What can be done with one document; each is one call."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.rules.refusal import Refused
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages


def document(pk: int) -> Invoice:
    found: Invoice = get_object_or_404(Invoice.objects.select_related("customer"), pk=pk)
    return found


def back(request: Any, pk: int) -> HttpResponse:
    return redirect("document", organisation=request.organisation.slug, pk=pk)


@page("invoices.draft")
@require_POST
def finalise(request: Any, pk: int) -> HttpResponse:
    """Number the draft and freeze it."""
    invoice = document(pk)
    with refusals_as_messages(request) as done:
        issue_date = day_of(request.POST.get("issue_date", ""))
        invoice = operations.finalise(invoice, actor=request.actor, issue_date=issue_date)
    if done:
        messages.success(request, _("Invoice %(number)s was finalised.") % {"number": invoice.number})
    return back(request, pk)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        raise Refused(gettext_noop("This is no date."), field="issue_date") from None


@page("invoices.delete")
@require_POST
def delete(request: Any, pk: int) -> HttpResponse:
    """Delete a draft; the work that it held can be billed again."""
    invoice = document(pk)
    with refusals_as_messages(request) as done:
        operations.delete(invoice, actor=request.actor)
    if not done:
        return back(request, pk)
    messages.success(request, _("Draft %(reference)s was deleted.") % {"reference": invoice.reference})
    return redirect("billing", organisation=request.organisation.slug)


@page("invoices.close")
@require_POST
def close(request: Any, pk: int) -> HttpResponse:
    """Take the document off the default list."""
    with refusals_as_messages(request) as done:
        invoice = operations.close(document(pk), actor=request.actor, now=timezone.now())
    if done:
        messages.success(request, _("%(number)s was closed.") % {"number": invoice.number})
    return back(request, pk)


@page("invoices.close")
@require_POST
def reopen(request: Any, pk: int) -> HttpResponse:
    """Revert a closed document to final."""
    with refusals_as_messages(request) as done:
        invoice = operations.reopen(document(pk), actor=request.actor)
    if done:
        messages.success(request, _("%(number)s is final again.") % {"number": invoice.number})
    return back(request, pk)
