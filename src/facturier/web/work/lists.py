"""Lists of work: what is unbilled by customer, time, tickets, expenses, jobs, imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from facturier.customers.models import Customer
from facturier.rules.money import Money
from facturier.web import charts, speech
from facturier.web.pages import page
from facturier.web.work.forms import ListFilter
from facturier.work import queries
from facturier.work.models import JobStatus, TicketStatus
from facturier.work.queries import BILLED, Filter, Unbilled

SHOWN = 100
IN_CHART = 6
LONGEST_NAME = 26
TABS = (
    ("work", _("Unbilled")),
    ("time-list", pgettext_lazy("work", "Time")),
    ("ticket-list", _("Tickets")),
    ("expense-list", _("Expenses")),
    ("job-list", _("Jobs")),
    ("import-list", _("Imports")),
)
BILLED_WORDS = {
    "": pgettext_lazy("work", "billed or not"),
    "unbilled": pgettext_lazy("work", "to be billed"),
    "billed": pgettext_lazy("work", "billed"),
    "not_billable": pgettext_lazy("work", "not billable"),
}
TICKET_WORDS = {
    "": _("all"),
    "active": _("open or pending"),
    **{str(key): label for key, label in TicketStatus.choices},
}
JOB_WORDS = {"": _("all"), **{str(key): label for key, label in JobStatus.choices}}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter as the page shows it: what was chosen, and the customer's row."""

    chosen: Filter
    form: ListFilter
    customer: Customer | None
    after: str

    @property
    def is_set(self) -> bool:
        return self.chosen != Filter()


def narrowed(request: Any, *, default_status: str = "") -> Narrowed:
    """Read the filter from the address; what is not understood there narrows nothing."""
    form = ListFilter(request.GET)
    form.is_valid()
    given = form.cleaned_data
    wanted = given.get("customer", "")
    customer_id = int(wanted) if wanted.isdigit() and len(wanted) < 19 else None
    customer = Customer.objects.filter(pk=customer_id).first() if customer_id else None
    billed = given.get("billed", "")
    chosen = Filter(
        customer_id=0 if customer_id == 0 else (customer.pk if customer else None),
        start=given.get("start"),
        end=given.get("end"),
        billed=billed if billed in BILLED else "",
        person=given.get("person", "").strip(),
        status=given.get("status", "") if "status" in request.GET else default_status,
        import_id=given.get("file"),
    )
    return Narrowed(chosen, form, customer, request.GET.get("after", ""))


def around(request: Any, tab: str) -> dict[str, Any]:
    """The head of the pages of work: tabs, and why this person may not add work where they may not."""
    slug = request.organisation.slug
    return {
        "lacks": request.actor.lacks("work.change"),
        "lacks_import": request.actor.lacks("work.import"),
        "tabs": [(label, reverse(name, args=[slug]), name == tab) for name, label in TABS],
    }


@page("view")
@require_safe
def unbilled(request: Any) -> HttpResponse:
    """Show what each customer is still to be billed."""
    found = queries.unbilled()
    currency = request.organisation.currency
    totals = _totals(found, currency)
    context = {
        **around(request, "work"),
        "rows": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "totals": totals,
        "currency": currency,
        "chart": _chart(found, currency),
        "lacks_batch": request.actor.lacks("batches.run"),
    }
    return render(request, "work/unbilled.html", context)


def _totals(found: list[Unbilled], currency: str) -> dict[str, Any]:
    own = [one for one in found if one.value.currency == currency]
    return {
        "seconds": sum(one.seconds for one in found),
        "value": Money.total([one.value for one in own], currency),
        "expenses": Money.total([one.expenses for one in own], currency),
        "expense_count": sum(one.expense_count for one in found),
        "unpriced": sum(one.unpriced_seconds for one in found),
    }


def _chart(found: list[Unbilled], currency: str) -> Any:
    own = [one for one in found if one.customer and one.value.currency == currency and one.total.minor]
    if len(own) < 2:
        return None
    shown = own[:IN_CHART]
    return charts.shares(
        _("Unbilled work by customer"),
        [Truncator(one.customer.name).chars(LONGEST_NAME) for one in shown if one.customer],
        [one.total.minor for one in shown],
        write=lambda minor: speech.money_text(minor, currency),
        name=_("Unbilled"),
    )


@page("view")
@require_safe
def time_list(request: Any) -> HttpResponse:
    """Show time entries, newest first."""
    shown = narrowed(request)
    found = queries.time_page(shown.chosen, after=shown.after)
    context = {
        **around(request, "time-list"),
        "shown": shown,
        "rows": [(row, queries.held_by(row)) for row in found.rows],
        "next": found.next,
        "billed_words": BILLED_WORDS[shown.chosen.billed],
        "billed_options": BILLED_WORDS.items(),
    }
    return render(request, "work/time_list.html", context)


@page("view")
@require_safe
def expense_list(request: Any) -> HttpResponse:
    """Show expenses, newest first."""
    shown = narrowed(request)
    found = queries.expense_page(shown.chosen, after=shown.after)
    context = {
        **around(request, "expense-list"),
        "shown": shown,
        "rows": [(row, queries.held_by(row)) for row in found.rows],
        "next": found.next,
        "billed_words": BILLED_WORDS[shown.chosen.billed],
        "billed_options": BILLED_WORDS.items(),
    }
    return render(request, "work/expense_list.html", context)


@page("view")
@require_safe
def ticket_list(request: Any) -> HttpResponse:
    """Show tickets, newest first; those being worked on unless another status is asked for."""
    shown = narrowed(request, default_status="active")
    status = shown.chosen.status if shown.chosen.status in TICKET_WORDS else ""
    found = queries.ticket_page(shown.chosen, after=shown.after)
    spent = queries.spent_on(found.rows)
    context = {
        **around(request, "ticket-list"),
        "shown": shown,
        "rows": [(row, spent[row.pk]) for row in found.rows],
        "next": found.next,
        "status": status,
        "status_words": TICKET_WORDS[status],
        "status_options": TICKET_WORDS.items(),
    }
    return render(request, "work/ticket_list.html", context)


@page("view")
@require_safe
def job_list(request: Any) -> HttpResponse:
    """Show jobs, the last added first."""
    shown = narrowed(request)
    status = shown.chosen.status if shown.chosen.status in JOB_WORDS else ""
    found = queries.job_page(shown.chosen, after=shown.after)
    context = {
        **around(request, "job-list"),
        "shown": shown,
        "rows": found.rows,
        "next": found.next,
        "status": status,
        "status_words": JOB_WORDS[status],
        "status_options": JOB_WORDS.items(),
    }
    return render(request, "work/job_list.html", context)


@page("view")
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Show what was imported, the last first."""
    found = queries.import_page(after=request.GET.get("after", ""))
    context = {**around(request, "import-list"), "rows": found.rows, "next": found.next}
    return render(request, "work/import_list.html", context)
