"""Pages on which contracts with a customer are agreed and changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from facturier.customers.models import Customer
from facturier.web.customers.forms import ContractForm
from facturier.web.customers.views import url
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.work import operations
from facturier.work.claims import billed_until
from facturier.work.models import BillingMethod, Contract, Period


@page("work.change")
def new(request: Any, customer_pk: int) -> HttpResponse:
    """Agree a contract with a customer."""
    customer = get_object_or_404(Customer.objects, pk=customer_pk)
    start = {
        "method": BillingMethod.HOURLY,
        "period": Period.MONTHLY,
        "starts_on": timezone.localdate().replace(day=1),
        "is_default": not customer.contracts.exists(),
    }
    form = ContractForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            row = operations.add_contract(customer, actor=request.actor, contract=form.values())
        if done:
            messages.success(request, _("Contract %(name)s was added.") % {"name": row.name})
            return HttpResponseRedirect(url(request, "customer", pk=customer.pk) + "?tab=contracts")
    return _form_page(request, form, customer)


@page("view")
def edit(request: Any, pk: int) -> HttpResponse:
    """Show a contract, and change it."""
    contract = get_object_or_404(Contract.objects.select_related("customer"), pk=pk)
    if request.method == "POST":
        request.actor.must("work.change", contract)
    form = ContractForm(request.POST or None, initial=ContractForm.of(contract))
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.change_contract(contract, actor=request.actor, values=form.values())
        if done:
            messages.success(request, _("Contract %(name)s was changed.") % {"name": contract.name})
            return HttpResponseRedirect(url(request, "customer", pk=contract.customer_id) + "?tab=contracts")
    return _form_page(request, form, contract.customer, contract)


def _form_page(
    request: Any, form: ContractForm, customer: Customer, contract: Contract | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "customer": customer,
        "contract": contract,
        "last": billed_until(contract) if contract else None,
        "lacks": request.actor.lacks("work.change"),
    }
    return render(request, "customers/contract.html", context, status=422 if form.errors else 200)
