"""Admin > Journal: what the documents of a period come to in the ledger, and as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from facturier.accounting import operations, queries
from facturier.accounting.files.journal import to_csv, to_xlsx
from facturier.accounting.queries import Balance
from facturier.rules.refusal import Refused
from facturier.storage.tables import CSV, XLSX
from facturier.web.billing.asking import Period, periods
from facturier.web.pages import page

KEY = "accounting.export"
SUMMED_UNASKED = 300  # documents whose sums take less than a tenth of a second; more are summed when asked


class Asked(forms.Form):
    """The period, as the address has it."""

    since = forms.DateField(label=gettext_lazy("From"), input_formats=["%Y-%m-%d"], required=False)
    until = forms.DateField(label=gettext_lazy("Until"), input_formats=["%Y-%m-%d"], required=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that is one click away."""

    label: Any
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What the period comes to on one account and currency."""

    account: str
    name: str
    currency: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class Sum:
    """The two sides of one currency: equal, or the journal is wrong."""

    currency: str
    debit_minor: int
    credit_minor: int


@page(KEY)
@require_safe
def show(request: Any) -> HttpResponse:
    """Show a period: its documents, the balance of each account, and both sides' sums."""
    form, (since, until) = _period(request)
    documents = queries.count(since=since, until=until) if not form.errors else 0
    is_summed = not form.errors and (documents <= SUMMED_UNASKED or "sums" in request.GET)
    balances = queries.balances(queries.journal(since=since, until=until)) if is_summed else []
    span = urlencode({"since": since.isoformat(), "until": until.isoformat()})
    values = {
        "form": form,
        "since": since,
        "until": until,
        "choices": [_choice(one, since=since, until=until) for one in periods(timezone.localdate())],
        "documents": documents,
        "is_summed": is_summed,
        "balances": _named(balances, language=request.LANGUAGE_CODE[:2]),
        "sums": _sums(balances),
        "span": span,
    }
    return render(request, "admin/journal.html", values, status=422 if form.errors else 200)


def _choice(one: Period, *, since: date, until: date) -> Choice:
    span = urlencode({"since": one.since.isoformat(), "until": one.until.isoformat()})
    return Choice(one.label, f"?{span}", (one.since, one.until) == (since, until))


def _period(request: Any) -> tuple[Asked, tuple[date, date]]:
    """Return what was asked for; the last month where nothing or nonsense was."""
    last_month = periods(timezone.localdate())[1]
    form = Asked(request.GET)
    form.is_valid()
    since = form.cleaned_data.get("since") or last_month.since
    until = form.cleaned_data.get("until") or last_month.until
    if until < since and not form.errors:
        form.add_error("until", _("The period ends before it starts."))
    return form, (since, until)


def _named(balances: list[Balance], *, language: str) -> list[Row]:
    names = queries.account_names(language)
    return [
        Row(one.account, names.get(one.account, ""), one.currency, one.debit_minor, one.credit_minor)
        for one in balances
    ]


def _sums(balances: list[Balance]) -> list[Sum]:
    currencies = sorted({one.currency for one in balances})
    return [
        Sum(
            currency,
            sum(one.debit_minor for one in balances if one.currency == currency),
            sum(one.credit_minor for one in balances if one.currency == currency),
        )
        for currency in currencies
    ]


@page(KEY)
@require_safe
def as_csv(request: Any) -> StreamingHttpResponse:
    return _file(request, to_csv, content_type=CSV, ending="csv")


@page(KEY)
@require_safe
def as_xlsx(request: Any) -> StreamingHttpResponse:
    return _file(request, to_xlsx, content_type=XLSX, ending="xlsx")


def _file(
    request: Any, write: Callable[..., Iterator[bytes]], *, content_type: str, ending: str
) -> StreamingHttpResponse:
    since, until = _valid_period(request)
    found = operations.export_journal(
        request.organisation, actor=request.actor, since=since, until=until, format=ending
    )
    pieces = write(found, names=queries.account_names(request.LANGUAGE_CODE[:2]))
    name = f"{request.organisation.slug}-{_('journal')}-{since.isoformat()}-{until.isoformat()}.{ending}"
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _valid_period(request: Any) -> tuple[date, date]:
    form, period = _period(request)
    for name, words in form.errors.items():
        raise Refused(str(words[0]).replace("%", "%%"), field=name)
    return period
