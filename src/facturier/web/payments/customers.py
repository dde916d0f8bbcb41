"""Payments of a customer: recorded over several invoices, and its credit used or paid back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from facturier.customers.models import Customer
from facturier.invoices.models import Invoice
from facturier.payments import operations, queries, recording
from facturier.rules import settling
from facturier.rules.lifecycle import days_overdue
from facturier.rules.refusal import Refused
from facturier.rules.settling import Spread
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.payments.documents import settled_text
from facturier.web.payments.forms import AmountField, PaymentForm
from facturier.web.refusals import each, refusal_text, refusals_as_messages

MOST_INVOICES = 200  # that the page lists; the oldest of them


@dataclass(frozen=True, slots=True)
class Share:
    """An open invoice, and what of the payment falls on it."""

    invoice: Invoice
    open_minor: int
    days_overdue: int
    name: str
    minor: int
    text: str
    error: str = ""


def _customer(pk: int) -> Customer:
    found: Customer = get_object_or_404(Customer.objects, pk=pk)
    return found


def _url(request: Any, customer: Customer) -> str:
    slug = request.organisation.slug
    return reverse("customer", kwargs={"organisation": slug, "pk": customer.pk}) + "?tab=payments"


@page("payments.record")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: Any, pk: int) -> HttpResponse:
    """Record a payment over open invoices: the oldest first, or shared out by hand.

    `shares` in the form asks how it would fall, and writes nothing: the page asks while somebody types.
    """
    customer, today = _customer(pk), timezone.localdate()
    rows = open_invoices(customer)
    owed = sum(settling.payable_minor(row.facts) for row in rows)
    form = PaymentForm(request.POST or None, currency=customer.currency, today=today, minor=owed or None)
    by_hand = request.POST.get("by_hand") == "1"
    asking_only = "shares" in request.POST
    proposed = not by_hand or "switched" in request.POST  # the shares are the rule's, not the person's
    parts, errors = (None, {}) if proposed else _parts(request, rows, customer.currency)
    if request.method == "POST" and form.is_valid() and not errors and not asking_only:
        with refusals_beside_fields(request, form) as done:
            payment = operations.record(
                customer, actor=request.actor, payment=form.given(), today=today, parts=parts
            )
        if done:
            messages.success(request, _("The payment was recorded."))
            slug = request.organisation.slug
            return HttpResponseRedirect(reverse("payment", kwargs={"organisation": slug, "pk": payment.pk}))
        errors = {one.field or "": refusal_text(one) for one in done.refusals}
    amount = _amount(form, owed)
    spread, excess = _spread(amount, parts, rows, customer.currency)
    values = {
        "customer": customer,
        "form": form,
        "by_hand": by_hand,
        "proposed": proposed,
        "shares": [_share(request, row, spread, errors, typed=not proposed) for row in rows],
        "rest_minor": spread.rest_minor,
        "excess": excess,
        "errors": errors,
        "back_url": _url(request, customer),
    }
    template = "payments/shares.html" if asking_only and request.htmx else "payments/pay.html"
    status = 422 if request.method == "POST" and not asking_only else 200
    return render(request, template, values, status=status)


def open_invoices(customer: Customer) -> list[Invoice]:
    """List what a customer owes in its currency, the oldest due date first. Two queries."""
    keys = recording.owed_ids(customer.pk, customer.currency)
    rows = Invoice.objects.filter(pk__in=keys).order_by("due_date", "sort_key")[:MOST_INVOICES]
    return [row for row in rows if settling.payable_minor(row.facts)]


def _amount(form: PaymentForm, owed: int) -> int:
    if not form.is_bound:
        return owed
    try:
        return form.fields["amount"].clean(form.data.get("amount", "")) or 0
    except forms.ValidationError:
        return 0


def _parts(request: Any, rows: list[Invoice], currency: str) -> tuple[dict[int, int], dict[str, str]]:
    """Read the amounts that were typed beside invoices, and what is wrong with them."""
    field = AmountField(currency=currency, required=False)
    parts: dict[int, int] = {}
    errors: dict[str, str] = {}
    for row in rows:
        name = f"part-{row.pk}"
        try:
            parts[row.pk] = field.clean(request.POST.get(name, "")) or 0
        except forms.ValidationError as error:
            errors[name] = " ".join(error.messages)
    return parts, errors


def _spread(
    amount: int, parts: dict[int, int] | None, rows: list[Invoice], currency: str
) -> tuple[Spread, list[str]]:
    """Say how the amount would fall, by the same rules that record it, and why it cannot."""
    found = recording.payable(rows)
    try:
        return recording.shared_out(amount, parts, found, currency=currency), []
    except Refused as refusal:
        shown = {key: minor for key, minor in (parts or {}).items() if minor}
        reasons = [refusal_text(one) for one in each(refusal)] if amount > 0 else []
        return Spread(shown, 0), reasons


def _share(request: Any, row: Invoice, spread: Spread, errors: dict[str, str], *, typed: bool) -> Share:
    name = f"part-{row.pk}"
    field = AmountField(currency=row.currency)
    minor = spread.parts.get(row.pk, 0)
    proposed = str(field.prepare_value(minor)) if minor else ""
    return Share(
        invoice=row,
        open_minor=settling.payable_minor(row.facts),
        days_overdue=days_overdue(row.facts, timezone.localdate()),
        name=name,
        minor=minor,
        text=request.POST.get(name, "") if typed else proposed,
        error=errors.get(name, ""),
    )


@page("payments.record")
@require_POST
def use_credit(request: Any, pk: int) -> HttpResponse:
    """Settle open invoices by the customer's credit, the oldest first."""
    customer = _customer(pk)
    with refusals_as_messages(request) as done:
        spread = operations.allocate(
            customer, actor=request.actor, currency=request.POST.get("currency", "")[:3]
        )
    if done:
        messages.success(request, settled_text(len(spread.parts)))
    return HttpResponseRedirect(_url(request, customer))


@page("payments.refund")
@require_http_methods(["GET", "HEAD", "POST"])
def refund_credit(request: Any, pk: int) -> HttpResponse:
    """Ask how a customer's credit was paid back, and record it."""
    customer = _customer(pk)
    held = {one.currency: one.payments_minor for one in queries.credits_of(customer.pk)}
    minor = held.get(customer.currency, 0)
    if request.method != "POST" and not minor:
        raise Refused("There is no credit left to use.")
    form = PaymentForm(
        request.POST or None, currency=customer.currency, today=timezone.localdate(), minor=minor
    )
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.refund_credit(
                customer, actor=request.actor, payment=form.given(), today=timezone.localdate()
            )
        if done:
            messages.success(request, _("The refund was recorded."))
            if request.htmx:
                return HttpResponse("", headers={"HX-Redirect": _url(request, customer)})
            return HttpResponseRedirect(_url(request, customer))
    values = {
        "customer": customer,
        "form": form,
        "minor": minor,
        "back_url": _url(request, customer),
        "part": "payments/refund_credit.html",
    }
    template = "payments/refund_credit.html" if request.htmx else "payments/alone.html"
    return render(request, template, values, status=422 if form.errors else 200)
