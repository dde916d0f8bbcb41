"""A ticket: its time and expenses, and its way from open to closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.refusals import refusal_text, refusals_as_messages
from facturier.web.work.entries import belonging_of, url
from facturier.web.work.forms import TicketForm
from facturier.work import operations, queries
from facturier.work.claims import held
from facturier.work.models import Ticket, TicketStatus

TONES = {
    TicketStatus.OPEN: "waits",
    TicketStatus.PENDING: "moved",
    TicketStatus.RESOLVED: "good",
    TicketStatus.CLOSED: "quiet",
}


@page("view")
@require_safe
def show(request: Any, pk: int) -> HttpResponse:
    """Show a ticket with what stands on it."""
    ticket = get_object_or_404(Ticket.objects.select_related("customer", "contract"), pk=pk)
    times, expenses = queries.of_ticket(ticket)
    claims = [row.claim for row in (*times, *expenses) if getattr(row, "claim", None) is not None]
    lacks = request.actor.lacks("work.change")
    billed = refusal_text(held(claims[0])) if claims else None
    context = {
        "ticket": ticket,
        "tone": TONES[TicketStatus(ticket.status)],
        "times": [(row, queries.held_by(row)) for row in times],
        "expenses": [(row, queries.held_by(row)) for row in expenses],
        "seconds": sum(row.seconds for row in times),
        "billable_seconds": sum(row.seconds for row in times if row.billable),
        "lacks": lacks,
        "billed": billed,
        "edit_reason": lacks or billed,
        "statuses": [
            (value, label, lacks or (billed if value != TicketStatus.CLOSED else None))
            for value, label in TicketStatus.choices
            if value != ticket.status
        ],
    }
    return render(request, "work/ticket.html", context)


@page("work.change")
@require_POST
def set_status(request: Any, pk: int) -> HttpResponse:
    """Move a ticket along."""
    ticket = get_object_or_404(Ticket.objects, pk=pk)
    wanted = request.POST.get("status", "")
    if wanted not in TicketStatus.values:
        return HttpResponseBadRequest()
    with refusals_as_messages(request) as done:
        ticket = operations.set_status(ticket, actor=request.actor, status=TicketStatus(wanted))
    if done:
        words = {"number": ticket.number, "status": ticket.get_status_display()}
        messages.success(request, _("Ticket %(number)s: %(status)s.") % words)
    return HttpResponseRedirect(url(request, "ticket", pk=pk))


@page("work.change")
def new(request: Any) -> HttpResponse:
    """Open a ticket."""
    start = {
        "customer": request.GET.get("customer", ""),
        "opened_on": timezone.localdate(),
        "status": TicketStatus.OPEN,
    }
    form = TicketForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            ticket = operations.add_ticket(request.organisation, actor=request.actor, ticket=form.values())
        if done:
            messages.success(request, _("Ticket %(number)s was opened.") % {"number": ticket.number})
            return HttpResponseRedirect(url(request, "ticket", pk=ticket.pk))
    return _form_page(request, form)


@page("work.change")
def edit(request: Any, pk: int) -> HttpResponse:
    """Change a ticket; its time and expenses go with it to another customer."""
    ticket = get_object_or_404(Ticket.objects, pk=pk)
    form = TicketForm(request.POST or None, initial=TicketForm.of(ticket))
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.change_ticket(ticket, actor=request.actor, values=form.values())
        if done:
            messages.success(request, _("Ticket %(number)s was changed.") % {"number": ticket.number})
            return HttpResponseRedirect(url(request, "ticket", pk=pk))
    return _form_page(request, form, ticket)


def _form_page(request: Any, form: TicketForm, ticket: Ticket | None = None) -> HttpResponse:
    context = {**belonging_of(form), "edited": ticket}
    return render(request, "work/ticket_form.html", context, status=422 if form.errors else 200)
