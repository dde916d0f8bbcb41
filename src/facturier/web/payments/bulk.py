"""Record that several invoices were paid in full: first what would happen, then, once confirmed, what did."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from facturier.invoices.choosing import Plan
from facturier.invoices.models import Invoice
from facturier.payments import operations
from facturier.rules import settling
from facturier.rules.refusal import Refused
from facturier.rules.settling import Method
from facturier.web.billing import bulk
from facturier.web.pages import page
from facturier.web.payments.forms import HowForm
from facturier.web.refusals import each, refusal_text


@page("payments.record")
@require_POST
def pay(request: Any) -> HttpResponse:
    """Say which invoices would be paid in full, or record it once `confirmed`."""
    chosen = bulk.ticked(request)
    today = timezone.localdate()
    confirmed = "confirmed" in request.POST
    form = HowForm(request.POST if confirmed else None, initial={"on": today})
    if confirmed and form.is_valid():
        said = form.cleaned_data
        try:
            outcome = operations.pay_many(
                request.organisation,
                actor=request.actor,
                invoice_ids=chosen,
                on=said["on"],
                today=today,
                method=Method(said["method"]),
                reference=said["reference"],
                note=said["note"],
            )
        except Refused as refusal:
            for one in each(refusal):
                form.add_error(one.field if one.field in form.fields else None, refusal_text(one))
        else:
            paid = len(outcome.numbers)
            text = ngettext("%(count)s payment was recorded.", "%(count)s payments were recorded.", paid)
            return bulk.done(request, outcome, text % {"count": paid})
    plan = _plan(chosen)
    sums: dict[str, int] = {}
    for row in plan.ready:
        sums[row.currency] = sums.get(row.currency, 0) + row.balance_minor
    values = {"form": form, "sums": sorted(sums.items()), **bulk.planned(request, plan)}
    return bulk.show(request, "pay", values, status=422 if form.errors else 200)


def _plan(keys: list[int]) -> Plan:
    """Sort out what can be paid: one query."""
    plan = Plan()
    rows = Invoice.objects.filter(pk__in=keys).select_related("customer").order_by("sort_key", "pk")
    for row in rows:
        try:
            settling.refuse_paying(row.facts)
        except Refused as refusal:
            plan.skipped.append((row, refusal))
        else:
            plan.ready.append(row)
    return plan
