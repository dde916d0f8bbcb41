"""Pages of customers: the list, one customer with what belongs to it, and the form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from facturier.customers import operations, queries
from facturier.customers.models import Customer
from facturier.invoices import queries as documents
from facturier.invoices import sums
from facturier.organisations.access import NOT_OWNER
from facturier.payments import listing
from facturier.payments import queries as payments
from facturier.rules.regions.base import words
from facturier.web import speech
from facturier.web.customers.forms import ContactRow, CustomerForm, shown
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.payments.views import key_of
from facturier.work import queries as work
from facturier.work.queries import Filter

TABS = {
    "documents": gettext_lazy("Invoices"),
    "contracts": gettext_lazy("Contracts"),
    "jobs": gettext_lazy("Jobs"),
    "unbilled": gettext_lazy("Unbilled work"),
    "payments": gettext_lazy("Payments"),
}
LAST_OF_UNBILLED = 20


def url(request: Any, name: str, **values: Any) -> str:
    """Return the address of a page of the organisation at hand, or nothing where there is no such page."""
    try:
        return reverse(name, kwargs={"organisation": request.organisation.slug, **values})
    except NoReverseMatch:
        return ""


@page("view")
@require_safe
def customer_list(request: Any) -> HttpResponse:
    """Show customers, found by name, number, city or registration number."""
    text = request.GET.get("q", "").strip()[:100]
    sort = request.GET.get("sort", "")
    sort = sort if sort in queries.SORTS else "name"
    found = queries.page(text=text, sort=sort, after=request.GET.get("after", ""))
    unbilled = {one.customer.pk: one for one in work.unbilled([row.pk for row in found.rows]) if one.customer}
    context = {
        "rows": [(row, unbilled.get(row.pk)) for row in found.rows],
        "next": found.next,
        "text": text,
        "sort": sort,
        "lacks": request.actor.lacks("customers.change"),
    }
    return render(request, "customers/list.html", context)


@page("view")
@require_safe
def choices(request: Any) -> HttpResponse:
    """Offer customers to a combobox."""
    found = queries.choices(request.GET.get("q", "").strip()[:100])
    options = [{"value": one.pk, **asdict(one)} for one in found]
    return JsonResponse({"options": options})


@page("view")
@require_safe
def show(request: Any, pk: int) -> HttpResponse:
    """Show a customer and, under tabs, its documents, contracts, jobs and unbilled work."""
    customer = get_object_or_404(Customer.objects.select_related("tax_code"), pk=pk)
    tab = request.GET.get("tab", "documents")
    tab = tab if tab in TABS else "documents"
    today = timezone.localdate()
    owed, late = sums.owed_by(pk, currency=customer.currency, today=today)
    unbilled = next(iter(work.unbilled([pk])), None)
    here = url(request, "customer", pk=pk)
    context = {
        "customer": customer,
        "tab": tab,
        "tabs": [(label, f"{here}?tab={key}", key == tab) for key, label in TABS.items()],
        "owed": owed,
        "late": late,
        "unbilled": unbilled,
        "contacts": queries.values_of(customer).contacts,
        "owners": [str(one.user) for one in customer.owners.select_related("user").order_by("user__name")],
        "numbers": _numbers(request, customer),
        "document_new": url(request, "document-new"),
        "lacks": request.actor.lacks("customers.change"),
        "lacks_owners": request.actor.lacks("customers.change")
        or (None if queries.may_set_owners(customer, request.actor) else NOT_OWNER),
        "lacks_work": request.actor.lacks("work.change"),
        "lacks_draft": request.actor.lacks("invoices.draft"),
        **_TAB_CONTENTS[tab](request, customer),
    }
    return render(request, "customers/customer.html", context)


def _numbers(request: Any, customer: Customer) -> list[tuple[str, str]]:
    """The customer's registration and tax numbers under the names that people know."""
    labels = {one.scheme: one.labels for one in request.organisation.rules.identifiers if one.buyer}
    language = speech.locale().language
    return [
        (words(labels[scheme], language) if scheme in labels else scheme.upper(), value)
        for scheme, value in sorted(customer.identifiers.items())
    ]


def _documents(request: Any, customer: Customer) -> dict[str, Any]:
    """Every document of the customer, closed ones too."""
    found = documents.documents(
        documents.Filter(customer_id=customer.pk, closed_too=True),
        today=timezone.localdate(),
        after=_key(request, "after"),
        before=_key(request, "before"),
    )
    rows = [(row, url(request, "document", pk=row.pk)) for row in found.rows]
    return {"documents": rows, "before": found.before, "after": found.after}


def _key(request: Any, name: str) -> str:
    """Return a key of the address, or nothing where it is none."""
    key: str = request.GET.get(name, "")
    value, _mark, pk = key.rpartition("_")
    return key if value.isdecimal() and pk.isdecimal() and len(key) < 60 else ""


def _contracts(request: Any, customer: Customer) -> dict[str, Any]:
    return {"contracts": work.contracts_of_customer(customer.pk), "today": timezone.localdate()}


def _jobs(request: Any, customer: Customer) -> dict[str, Any]:
    found = work.job_page(Filter(customer_id=customer.pk), after=request.GET.get("after", ""))
    return {"rows": found.rows, "next": found.next}


def _unbilled(request: Any, customer: Customer) -> dict[str, Any]:
    chosen = Filter(customer_id=customer.pk, billed="unbilled")
    return {
        "times": work.time_page(chosen, size=LAST_OF_UNBILLED),
        "expenses": work.expense_page(chosen, size=LAST_OF_UNBILLED),
    }


def _payments(request: Any, customer: Customer) -> dict[str, Any]:
    """What the customer paid and got back, and what it has to its credit."""
    found = listing.page(listing.Filter(customer_id=customer.pk), after=key_of(request))
    return {
        "rows": [(row, found.documents.get(row.pk, [])) for row in found.rows],
        "after": found.after,
        "is_later": bool(key_of(request)),
        "credits": payments.credits_of(customer.pk),
        "credit_notes": payments.open_credit_notes(customer.pk),
        "lacks_paying": request.actor.lacks("payments.record"),
        "lacks_refunding": request.actor.lacks("payments.refund"),
    }


_TAB_CONTENTS = {
    "documents": _documents,
    "contracts": _contracts,
    "jobs": _jobs,
    "unbilled": _unbilled,
    "payments": _payments,
}


@page("customers.change")
def new(request: Any) -> HttpResponse:
    """Add a customer; who adds it owns it unless others are chosen."""
    organisation = request.organisation
    start = {
        "name": request.GET.get("name", "")[:200],
        "language": organisation.language,
        "currency": organisation.currency,
        "country": organisation.country,
    }
    owners = [request.membership.pk]
    form = CustomerForm(
        request.POST or None, organisation=organisation, customer=None, owners=owners, initial=start
    )
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form, CustomerForm.names) as done:
            row = operations.add(organisation, actor=request.actor, customer=form.values(with_owners=True))
        form.refuse(done.refusals)
        if done:
            messages.success(request, _("Customer %(name)s was added.") % {"name": row.name})
            return HttpResponseRedirect(url(request, "customer", pk=row.pk))
    return _form_page(request, form)


@page("customers.change")
def edit(request: Any, pk: int) -> HttpResponse:
    """Change a customer."""
    customer = get_object_or_404(Customer.objects, pk=pk)
    values = queries.values_of(customer)
    may_own = queries.may_set_owners(customer, request.actor)
    form = CustomerForm(
        request.POST or None,
        organisation=request.organisation,
        customer=customer,
        contacts=values.contacts,
        owners=customer.ownerships.values_list("membership_id", flat=True),
        initial=shown(values),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form, CustomerForm.names) as done:
            operations.change(customer, actor=request.actor, values=form.values(with_owners=may_own))
        form.refuse(done.refusals)
        if done:
            messages.success(request, _("Customer %(name)s was changed.") % {"name": customer.name})
            return HttpResponseRedirect(url(request, "customer", pk=pk))
    return _form_page(request, form, customer, lacks_owners=None if may_own else NOT_OWNER)


def _form_page(
    request: Any, form: CustomerForm, customer: Customer | None = None, *, lacks_owners: Any = None
) -> HttpResponse:
    context = {"form": form, "customer": customer, "lacks_owners": lacks_owners}
    return render(request, "customers/form.html", context, status=422 if form.errors else 200)


@page("customers.change")
def contact_row(request: Any) -> HttpResponse:
    """Answer with the fields of one more contact."""
    place = request.GET.get("place", "")
    row = ContactRow(int(place) if place.isdecimal() and len(place) < 6 else 0)
    return render(request, "customers/contact_more.html", {"row": row, "next_place": row.place + 1})
