"""What is done to several documents at once: first what would happen, then, once confirmed, what did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from facturier.invoices import choosing, operations
from facturier.invoices.issuing import Outcome
from facturier.invoices.models import Invoice
from facturier.rules.refusal import Refused
from facturier.web.pages import page
from facturier.web.refusals import each, refusal_text
from facturier.web.templatetags.words import document_name

AT_MOST = 1_000
CHANGED = "documents-changed"  # what stands behind the dialog reads itself again


class Finalising(forms.Form):
    """The date that the documents will bear."""

    issue_date = forms.DateField(
        label=gettext_lazy("Date of the documents"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


@dataclass(frozen=True, slots=True)
class Left:
    """A document that is left out, with the reasons and the way to it."""

    name: str
    customer: str
    url: str
    reasons: list[str]


@page("invoices.finalise")
@require_POST
def finalise(request: Any) -> HttpResponse:
    """Say which drafts would be numbered, or number them once `confirmed`."""
    chosen = ticked(request)
    today = timezone.localdate()
    confirmed = "confirmed" in request.POST
    form = Finalising(request.POST if confirmed else None, initial={"issue_date": today})
    day = form.cleaned_data["issue_date"] if confirmed and form.is_valid() else today
    if confirmed and form.is_valid():
        try:
            outcome = operations.finalise_many(
                request.organisation, actor=request.actor, invoice_ids=chosen, issue_date=day
            )
        except Refused as refusal:
            for one in each(refusal):
                form.add_error("issue_date", refusal_text(one))
        else:
            return done(request, outcome, _finalised_text(outcome))
    plan = choosing.to_finalise(request.organisation, actor=request.actor, invoice_ids=chosen, issue_date=day)
    values = {"form": form, **planned(request, plan)}
    return show(request, "finalise", values, status=422 if form.errors else 200)


@page("invoices.close")
@require_POST
def close(request: Any) -> HttpResponse:
    """Say which documents would leave the default list, or close them once `confirmed`."""
    chosen = ticked(request)
    if "confirmed" in request.POST:
        outcome = operations.close_many(
            request.organisation, actor=request.actor, invoice_ids=chosen, now=timezone.now()
        )
        closed = len(outcome.numbers)
        text = ngettext("%(count)s document was closed.", "%(count)s documents were closed.", closed)
        return done(request, outcome, text % {"count": closed})
    plan = choosing.to_close(invoice_ids=chosen)
    return show(request, "close", planned(request, plan))


def ticked(request: Any) -> list[int]:
    """Return the keys that were ticked. Raises Refused for none, and for more than a request may hold."""
    keys = {int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) <= 18}
    if not keys:
        raise Refused("Select at least one document.", field="pk")
    if len(keys) > AT_MOST:
        raise Refused("Select at most %(most)s documents at once.", field="pk", values={"most": AT_MOST})
    return sorted(keys)


def planned(request: Any, plan: choosing.Plan) -> dict[str, Any]:
    return {
        "ready": plan.ready,
        "skipped": [_left(request, row, refusal) for row, refusal in plan.skipped],
    }


def _left(request: Any, row: Invoice, refusal: Refused) -> Left:
    return Left(
        name=document_name(row),
        customer=row.customer.name,
        url=_url(request, row.pk),
        reasons=[refusal_text(one) for one in each(refusal)],
    )


def _url(request: Any, pk: int) -> str:
    try:
        return reverse("document", kwargs={"organisation": request.organisation.slug, "pk": pk})
    except NoReverseMatch:
        return ""


def _finalised_text(outcome: Outcome) -> str:
    """Name what was numbered, from the first to the last."""
    numbers = list(outcome.numbers.values())
    if not numbers:
        return _("Nothing was finalised.")
    text = ngettext(
        "%(count)s document was finalised: %(first)s.",
        "%(count)s documents were finalised: %(first)s to %(last)s.",
        len(numbers),
    )
    return text % {"count": len(numbers), "first": numbers[0], "last": numbers[-1]}


def done(request: Any, outcome: Outcome, text: str) -> HttpResponse:
    """Tell what was done: in passing when all went well, in the dialog when something was left out."""
    if not outcome.refusals:
        messages.success(request, text)
        if request.htmx:
            return HttpResponse("", headers={"HX-Trigger": f"close-dialog, {CHANGED}"})
        return HttpResponseRedirect(_list_url(request))
    rows = Invoice.objects.filter(pk__in=outcome.refusals).select_related("customer").order_by("reference")
    values = {
        "text": text,
        "did_something": bool(outcome.numbers),
        "skipped": [_left(request, row, outcome.refusals[row.pk]) for row in rows],
    }
    response = show(request, "done", values)
    response.headers["HX-Trigger"] = CHANGED
    return response


def show(request: Any, what: str, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer htmx with a dialog, and who has no JavaScript with a page that says the same."""
    part = f"billing/{what}.html"
    values |= {"part": part, "list_url": _list_url(request)}
    template = part if request.htmx else "billing/bulk_page.html"
    return render(request, template, values, status=status)


def _list_url(request: Any) -> str:
    return reverse("document-list", kwargs={"organisation": request.organisation.slug})
