"""The Billing page and the list of documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from facturier.batches.models import Batch, BatchRun, RunKind
from facturier.batches.queries import Standing, standings
from facturier.customers import queries as customers
from facturier.invoices import queries, sums
from facturier.invoices.models import Invoice
from facturier.invoices.queries import Filter
from facturier.organisations.background import State
from facturier.rules.money import Money
from facturier.web import charts, speech
from facturier.web.batches.words import RUNNING, STANDING
from facturier.web.billing.listing import Listing
from facturier.web.billing.tabs import count_text
from facturier.web.frame import count
from facturier.web.pages import page
from facturier.work.queries import unbilled

ROWS_ON_BILLING = 20
BATCHES = 4
MONTHS = 6


@count("documents")
def documents_in_rail(request: Any) -> str:
    return count_text(queries.count(Filter()))


@page("view")
@require_safe
def billing(request: Any) -> HttpResponse:
    """Show what waits, the documents beside the batches, and what was billed."""
    listing = Listing(request, limit=ROWS_ON_BILLING, is_wide=False)
    today, currency = listing.today, listing.currency
    values = {
        "listing": listing,
        "facts": SimpleLazyObject(lambda: sums.standing(currency=currency, today=today)),
        "to_bill": SimpleLazyObject(lambda: _to_bill(currency)),
        "batches": SimpleLazyObject(_latest_batches),
        "chart": SimpleLazyObject(lambda: _chart(today, currency)),
        "currency": currency,
    }
    return _list_or_page(request, "billing/billing.html", values)


@page("view")
@require_safe
def document_list(request: Any) -> HttpResponse:
    """Show documents, filtered, sorted and paged as the address says."""
    values = {"listing": Listing(request, limit=queries.PAGE, is_wide=True)}
    return _list_or_page(request, "billing/documents.html", values)


def _list_or_page(request: Any, template: str, values: dict[str, Any]) -> HttpResponse:
    """Answer htmx with the list alone, anybody else with the page around it."""
    listing: Listing = values["listing"]
    values |= {
        "nothing_at_all": SimpleLazyObject(lambda: listing.is_untouched and not Invoice.objects.exists()),
        "lacks_drafting": request.actor.lacks("invoices.draft"),
        "lacks_batches": request.actor.lacks("batches.run"),
        "lacks_finalising": request.actor.lacks("invoices.finalise"),
        "lacks_sending": request.actor.lacks("delivery.send"),
        "lacks_paying": request.actor.lacks("payments.record"),
        "lacks_closing": request.actor.lacks("invoices.close"),
        "lacks_sharing": request.actor.lacks("organisations.change"),
    }
    is_part = request.htmx and request.htmx.target == "documents"
    response = render(request, "billing/list.html" if is_part else template, values)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@page("view")
@require_safe
def customer_options(request: Any) -> JsonResponse:
    """Offer customers to the filter."""
    found = customers.choices(request.GET.get("q", "")[:100])
    return JsonResponse(
        {"options": [{"value": one.pk, "label": one.label, "detail": one.detail} for one in found]}
    )


@page("view")
@require_safe
def batch_options(request: Any) -> JsonResponse:
    """Offer batches to the filter, the newest first."""
    names = Batch.objects.filter(name__icontains=request.GET.get("q", "")[:100]).order_by("-pk")
    return JsonResponse(
        {"options": [{"value": name, "label": name} for name in names.values_list("name", flat=True)[:20]]}
    )


@dataclass(frozen=True, slots=True)
class ToBill:
    """What work is worth that stands on no document yet."""

    total: Money
    seconds: int
    expenses: int

    @property
    def minutes(self) -> int:
        return self.seconds // 60


def _to_bill(currency: str) -> ToBill:
    """Add up unbilled work in the organisation's own currency."""
    found = [one for one in unbilled() if one.total.currency == currency]
    return ToBill(
        total=Money.total((one.total for one in found), currency),
        seconds=sum(one.seconds for one in found),
        expenses=sum(one.expense_count for one in found),
    )


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A batch of the last ones, where it stands, and the run that is at work on it."""

    batch: Batch
    standing: Standing
    run: BatchRun | None

    @property
    def words(self) -> Any:
        return STANDING[self.standing.key][0]

    @property
    def tone(self) -> str:
        return STANDING[self.standing.key][1]

    @property
    def running(self) -> Any:
        return RUNNING[RunKind(self.run.kind)] if self.run else ""

    @property
    def query(self) -> str:
        """The filter that shows its documents."""
        return urlencode({"batch": self.batch.name})


def _latest_batches() -> list[BatchEntry]:
    """Read the last batches: four queries."""
    batches = list(Batch.objects.order_by("-pk")[:BATCHES])
    if not batches:
        return []
    found = standings(batches)
    active = BatchRun.objects.filter(batch__in=batches, state__in=[State.QUEUED, State.RUNNING])
    runs = {run.batch_id: run for run in active}
    return [BatchEntry(batch, found[batch.pk], runs.get(batch.pk)) for batch in batches]


def _chart(today: date, currency: str) -> Any:
    """Draw what was billed in each of the last months, or nothing where nothing was."""
    months = _months_until(today)
    minor = sums.billed(months, currency=currency)
    if not any(minor):
        return ""
    return charts.bars(
        gettext("Billed per month"),
        [speech.short_month_text(month) for month in months],
        [charts.Series(gettext("Billed"), minor)],
        write=lambda amount: speech.money_text(amount, currency),
    )


def _months_until(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]
