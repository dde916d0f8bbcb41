"""What was paid on one document: record payments and refunds, set credit notes against invoices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from facturier.invoices.models import Invoice
from facturier.payments import operations, queries
from facturier.payments.models import METHODS, Allocation, Payment
from facturier.rules import settling
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from facturier.web import speech
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.payments.forms import PaymentForm
from facturier.web.refusals import refusal_text, refusals_as_messages


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of what settled a document."""

    words: str
    url: str
    minor: int
    on: date | None
    how: str
    allocation_id: int
    payment_id: int | None
    can_take_off: bool


def movements(invoice: Invoice, *, slug: str) -> list[Movement]:
    """List what settled a document, in the order of days. One query."""
    return [_movement(row, invoice, slug) for row in queries.allocations_of(invoice)]


def _movement(row: Allocation, invoice: Invoice, slug: str) -> Movement:
    if row.payment is not None:
        words = _("Refund") if row.payment.is_refund else _("Payment")
        url = reverse("payment", kwargs={"organisation": slug, "pk": row.payment.pk})
        how = " · ".join(
            filter(None, (str(dict(METHODS)[row.payment.method]), row.payment.reference))  # type: ignore[index]
        )
        sign = -1 if row.payment.is_refund and invoice.kind == Kind.INVOICE else 1
        return Movement(
            words,
            url,
            sign * row.amount_minor,
            row.payment.paid_on,
            how,
            row.pk,
            row.payment.pk,
            can_take_off=not row.payment.is_refund,
        )
    other = row.invoice if row.credit_note_id == invoice.pk else row.credit_note
    assert other is not None
    words = (
        _("Set against %(document)s") if row.credit_note_id == invoice.pk else _("Credit note %(document)s")
    )
    url = reverse("document", kwargs={"organisation": slug, "pk": other.pk})
    return Movement(
        words % {"document": other},
        url,
        row.amount_minor,
        other.issue_date,
        "",
        row.pk,
        None,
        can_take_off=True,
    )


def why_not(request: Any, invoice: Invoice, key: str, rule: Callable[[Any], None]) -> str:
    """Say why an act is not possible now; nothing where it is."""
    lacking = request.actor.lacks(key, invoice)
    if lacking is not None:
        return str(lacking)
    try:
        rule(invoice.facts)
    except Refused as refusal:
        return refusal_text(refusal)
    return ""


def _invoice(pk: int) -> Invoice:
    found: Invoice = get_object_or_404(Invoice.objects.select_related("customer"), pk=pk)
    return found


@page("payments.record")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: Any, pk: int) -> HttpResponse:
    """Ask how an invoice was paid, and record it; what is more than the balance stays as credit."""
    invoice = _invoice(pk)
    if request.method != "POST":
        settling.refuse_paying(invoice.facts)
    form = PaymentForm(
        request.POST or None,
        currency=invoice.currency,
        today=timezone.localdate(),
        minor=settling.payable_minor(invoice.facts),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            settling.refuse_paying(invoice.facts)
            given = form.given()
            part = min(given.amount_minor, settling.payable_minor(invoice.facts))
            operations.record(
                invoice.customer,
                actor=request.actor,
                payment=given,
                today=timezone.localdate(),
                parts={invoice.pk: part},
            )
        if done:
            rest = speech.money_text(given.amount_minor - part, invoice.currency)
            text = _("The payment was recorded.")
            if given.amount_minor > part:
                text = _("The payment was recorded; %(rest)s stay as the customer’s credit.") % {"rest": rest}
            return _done(request, invoice, text)
    return _dialog(request, invoice, form, "pay")


@page("payments.refund")
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: Any, pk: int) -> HttpResponse:
    """Ask how money was paid back, and record it."""
    invoice = _invoice(pk)
    if request.method != "POST":
        settling.refuse_refunding(invoice.facts)
    form = PaymentForm(
        request.POST or None,
        currency=invoice.currency,
        today=timezone.localdate(),
        minor=settling.refundable_minor(invoice.facts),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.refund(invoice, actor=request.actor, payment=form.given(), today=timezone.localdate())
        if done:
            return _done(request, invoice, _("The refund was recorded."))
    return _dialog(request, invoice, form, "refund")


@page("payments.record")
@require_POST
def set_against(request: Any, pk: int) -> HttpResponse:
    """Set a credit note against the customer's open invoices, the oldest first."""
    with refusals_as_messages(request) as done:
        spread = operations.set_against(_invoice(pk), actor=request.actor)
    if done:
        messages.success(request, settled_text(len(spread.parts)))
    return HttpResponseRedirect(document_url(request, pk))


def settled_text(count: int) -> str:
    """Tell how many invoices an amount was used for."""
    return _("Invoices it was used for: %(count)s.") % {"count": count}


@page("payments.record")
@require_POST
def take_off(request: Any, pk: int) -> HttpResponse:
    """Take a payment or a credit note off a document: it is credit again."""
    row = get_object_or_404(Allocation.objects, pk=pk)
    with refusals_as_messages(request) as done:
        operations.unallocate(row, actor=request.actor)
    if done:
        messages.success(request, _("It was taken off, and is credit again."))
    return HttpResponseRedirect(document_url(request, row.invoice_id))


@page("payments.delete")
@require_POST
def delete(request: Any, pk: int) -> HttpResponse:
    """Delete a payment or refund; what it said stays in the audit log."""
    row = get_object_or_404(Payment.objects, pk=pk)
    with refusals_as_messages(request) as done:
        operations.delete(row, actor=request.actor)
    slug = request.organisation.slug
    if not done:
        return HttpResponseRedirect(reverse("payment", kwargs={"organisation": slug, "pk": pk}))
    messages.success(request, _("It was deleted; the audit log keeps what it said."))
    return HttpResponseRedirect(reverse("payment-list", kwargs={"organisation": slug}))


def document_url(request: Any, pk: int | None) -> str:
    """Return the page of a document, or of all payments where there is none."""
    slug = request.organisation.slug
    if pk is None:
        return reverse("payment-list", kwargs={"organisation": slug})
    return reverse("document", kwargs={"organisation": slug, "pk": pk})


def _dialog(request: Any, invoice: Invoice, form: PaymentForm, what: str) -> HttpResponse:
    values = {
        "invoice": invoice,
        "form": form,
        "what": what,
        "back_url": document_url(request, invoice.pk),
        "part": "payments/dialog.html",
    }
    template = "payments/dialog.html" if request.htmx else "payments/alone.html"
    return render(request, template, values, status=422 if form.errors else 200)


def _done(request: Any, invoice: Invoice, text: str) -> HttpResponse:
    messages.success(request, text)
    url = document_url(request, invoice.pk)
    if request.htmx:
        return HttpResponse("", headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
