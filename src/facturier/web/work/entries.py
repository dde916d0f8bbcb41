"""Pages on which time and expenses are entered, changed and deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from facturier.customers.models import Customer
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages
from facturier.web.work.forms import (
    Belonging,
    ExpenseForm,
    TimeForm,
    contract_options,
    ticket_options,
)
from facturier.work import operations, queries
from facturier.work.models import Expense, Ticket, TimeEntry

MOST_PEOPLE = 50


def url(request: Any, name: str, **values: Any) -> str:
    """Return the address of a page of the organisation at hand."""
    return reverse(name, kwargs={"organisation": request.organisation.slug, **values})


def belonging_of(form: Belonging) -> dict[str, Any]:
    """What the fields of customer, contract and ticket show."""
    customer = form.chosen_customer()
    context = {
        "form": form,
        "customer": customer,
        "contracts": contract_options(customer),
        "contract": form.chosen("contract"),
    }
    if "ticket" in form.fields:
        context["ticket"] = form.chosen("ticket")
        context["tickets"] = ticket_options(customer, context["ticket"])
    return context


@page("view")
@require_safe
def belonging(request: Any) -> HttpResponse:
    """Answer with the contracts and tickets of the customer that was just chosen."""
    wanted = request.GET.get("customer", "")
    known = wanted.isdigit() and len(wanted) < 19
    customer = Customer.objects.filter(pk=wanted).first() if known else None
    context = {"customer": customer, "contracts": contract_options(customer), "contract": ""}
    if request.GET.get("with") == "ticket":
        context |= {"ticket": "", "tickets": ticket_options(customer, "")}
    return render(request, "work/belonging.html", context)


def _start(request: Any) -> dict[str, Any]:
    """What a new entry begins with: a ticket or customer that the address names, today, this person."""
    wanted = request.GET.get("ticket", "")
    if wanted.isdigit() and len(wanted) < 19:
        ticket = Ticket.objects.filter(pk=wanted).first()
        if ticket is not None:
            return {"ticket": ticket.pk, "customer": ticket.customer_id, "contract": ticket.contract_id}
    return {"customer": request.GET.get("customer", "")}


@page("work.change")
def time_new(request: Any) -> HttpResponse:
    """Enter time; “Save and add another” keeps the customer, the day and the person."""
    start = {"person": str(request.user), "day": timezone.localdate(), "billable": True}
    form = TimeForm(request.POST or None, initial={**start, **_start(request)})
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form, TimeForm.names) as done:
            row = operations.add_time(request.organisation, actor=request.actor, time=form.values())
        if done:
            messages.success(request, _("The time was entered."))
            return HttpResponseRedirect(_after(request, row, "time-new", "time-list"))
    return _time_page(request, form)


@page("view")
def time_edit(request: Any, pk: int) -> HttpResponse:
    """Show an entry; change it, unless it stands in a batch or on a document."""
    entry = get_object_or_404(_with_claim(TimeEntry), pk=pk)
    if request.method == "POST":
        request.actor.must("work.change", entry)
    form = TimeForm(request.POST or None, initial=TimeForm.of(entry))
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form, TimeForm.names) as done:
            operations.change_time(entry, actor=request.actor, values=form.values(entry))
        if done:
            messages.success(request, _("The time was changed."))
            return HttpResponseRedirect(_after(request, entry, "time-new", "time-list"))
    return _time_page(request, form, entry)


def _time_page(request: Any, form: TimeForm, entry: TimeEntry | None = None) -> HttpResponse:
    context = {
        **belonging_of(form),
        "entry": entry,
        "held": queries.held_by(entry) if entry else None,
        "lacks": request.actor.lacks("work.change"),
        "people": queries.people()[:MOST_PEOPLE],
    }
    return render(request, "work/time.html", context, status=422 if form.errors else 200)


@page("work.change")
@require_POST
def time_delete(request: Any, pk: int) -> HttpResponse:
    """Delete an entry, unless it stands in a batch or on a document."""
    entry = get_object_or_404(TimeEntry.objects, pk=pk)
    to = _after(request, entry, "", "time-list")
    with refusals_as_messages(request) as done:
        operations.delete_time(entry, actor=request.actor)
    if not done:
        return HttpResponseRedirect(url(request, "time-edit", pk=pk))
    messages.success(request, _("The time was deleted."))
    return HttpResponseRedirect(to)


@page("work.change")
def expense_new(request: Any) -> HttpResponse:
    """Enter money that was spent for a customer."""
    start = {"day": timezone.localdate(), "billable": True, **_start(request)}
    form = ExpenseForm(request.POST or None, organisation=request.organisation, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            row = operations.add_expense(request.organisation, actor=request.actor, expense=form.values())
        if done:
            messages.success(request, _("The expense was entered."))
            return HttpResponseRedirect(_after(request, row, "expense-new", "expense-list"))
    return _expense_page(request, form)


@page("view")
def expense_edit(request: Any, pk: int) -> HttpResponse:
    """Show an expense; change it, unless it stands in a batch or on a document."""
    row = get_object_or_404(_with_claim(Expense), pk=pk)
    if request.method == "POST":
        request.actor.must("work.change", row)
    form = ExpenseForm(request.POST or None, organisation=request.organisation, initial=ExpenseForm.of(row))
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.change_expense(row, actor=request.actor, values=form.values())
        if done:
            messages.success(request, _("The expense was changed."))
            return HttpResponseRedirect(_after(request, row, "expense-new", "expense-list"))
    return _expense_page(request, form, row)


def _expense_page(request: Any, form: ExpenseForm, row: Expense | None = None) -> HttpResponse:
    context = {
        **belonging_of(form),
        "entry": row,
        "held": queries.held_by(row) if row else None,
        "lacks": request.actor.lacks("work.change"),
        "currency": form.currency(),
    }
    return render(request, "work/expense.html", context, status=422 if form.errors else 200)


@page("work.change")
@require_POST
def expense_delete(request: Any, pk: int) -> HttpResponse:
    """Delete an expense, unless it stands in a batch or on a document."""
    row = get_object_or_404(Expense.objects, pk=pk)
    to = _after(request, row, "", "expense-list")
    with refusals_as_messages(request) as done:
        operations.delete_expense(row, actor=request.actor)
    if not done:
        return HttpResponseRedirect(url(request, "expense-edit", pk=pk))
    messages.success(request, _("The expense was deleted."))
    return HttpResponseRedirect(to)


def _with_claim(model: Any) -> Any:
    return model.objects.select_related("claim__invoice", "claim__batch")


def _after(request: Any, row: Any, again: str, otherwise: str) -> str:
    """Where to go once an entry is saved: to another new one, back to its ticket, or to the list."""
    about = f"?ticket={row.ticket_id}" if row.ticket_id else f"?customer={row.customer_id or ''}"
    if again and "another" in request.POST:
        return url(request, again) + about
    if row.ticket_id:
        return url(request, "ticket", pk=row.ticket_id)
    return url(request, otherwise)
