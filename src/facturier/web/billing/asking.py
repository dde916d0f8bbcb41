"""What a list is asked for: the address is the state, and reads as a sentence."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from facturier.customers.models import Customer
from facturier.invoices import queries
from facturier.invoices.models import KINDS, STATUSES
from facturier.invoices.queries import SORTS, Filter
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status
from facturier.rules.money import minor_digits

# What this release cannot bring about yet is not offered.
OFFERED = (
    *(Status.DRAFT, Status.FINAL, Status.SENT, Status.PARTLY_PAID, Status.PAID),
    *(Status.REFUNDED, Status.CREDITED, Status.CLOSED),
    *(Status.PRO_FORMA_PREPARING, Status.PRO_FORMA_SENT, Status.PRO_FORMA_CONVERTED),
)


class Asked(forms.Form):
    """The parameters of a list; what is wrong is left out and said."""

    status = forms.MultipleChoiceField(label=_("Status"), choices=STATUSES, required=False)
    kind = forms.MultipleChoiceField(label=_("Kind"), choices=KINDS, required=False)
    customer = forms.IntegerField(label=_("Customer"), min_value=1, max_value=2**62, required=False)
    batch = forms.CharField(label=_("Batch"), max_length=100, required=False)
    since = forms.DateField(label=_("From"), input_formats=["%Y-%m-%d"], required=False)
    until = forms.DateField(label=_("Until"), input_formats=["%Y-%m-%d"], required=False)
    least = forms.DecimalField(label=_("At least"), max_digits=15, required=False)
    most = forms.DecimalField(label=_("At most"), max_digits=15, required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    q = forms.CharField(label=_("Search"), max_length=100, required=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A filter, an order and a place in it."""

    chosen: Filter
    customer: str = ""
    sort: str = "number"
    descending: bool = True
    after: str = ""
    before: str = ""
    errors: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def order(self) -> str:
        """The order as the address has it: `-number` is the newest first."""
        return f"-{self.sort}" if self.descending else self.sort

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return the parameters but for some, and but for the place: a changed filter begins at the top."""
        return [(name, value) for name, value in self.pairs if name not in names]

    def link(self, *names: str, **values: str) -> str:
        """Return the address of this list with some parameters left out and others set."""
        return "?" + urlencode([*self.without(*names, *values), *values.items()])


def read(parameters: Any, *, currency: str, today: date) -> Question:
    """Read the parameters of an address; one query when a customer is named."""
    form, found = _found(parameters)
    sort, descending = _order(parameters.get("sort", ""), overdue="overdue" in found)
    return Question(
        chosen=_filter(found, currency, today),
        customer=_customer(found.get("customer")),
        sort=sort,
        descending=descending,
        after=_key(parameters.get("after", ""), sort),
        before=_key(parameters.get("before", ""), sort),
        errors=tuple(f"{form.fields[name].label}: {' '.join(form.errors[name])}" for name in form.errors),
        pairs=tuple(_pairs(parameters, found)),
    )


def read_filter(query: str, *, currency: str, today: date) -> Filter:
    """Read the filter of a question that was kept; it asks the database nothing."""
    return _filter(_found(QueryDict(query))[1], currency, today)


def kept(query: str) -> str:
    """Write a question as it is kept and compared: what was set, in one order, without the place in it."""
    parameters = QueryDict(query)
    return urlencode(_pairs(parameters, _found(parameters)[1]))


def _found(parameters: Any) -> tuple[Asked, dict[str, Any]]:
    form = Asked(parameters)
    form.is_valid()
    set_ = {name: value for name, value in form.cleaned_data.items() if value not in (None, "", [], False)}
    return form, set_


def _filter(found: dict[str, Any], currency: str, today: date) -> Filter:
    return Filter(
        statuses=tuple(map(Status, found.get("status", ()))),
        kinds=tuple(map(Kind, found.get("kind", ()))),
        customer_id=found.get("customer"),
        batch_name=found.get("batch", ""),
        since=found.get("since"),
        until=found.get("until"),
        least_minor=_minor(found.get("least"), currency),
        most_minor=_minor(found.get("most"), currency),
        overdue_on=today if found.get("overdue") else None,
        search=found.get("q", ""),
    )


def _pairs(parameters: Any, found: dict[str, Any]) -> list[tuple[str, str]]:
    pairs = [
        (name, value) for name in Asked.base_fields if name in found for value in parameters.getlist(name)
    ]
    if parameters.get("sort") in _ORDERS:
        pairs.append(("sort", parameters["sort"]))
    return pairs


_ORDERS = {*SORTS, *(f"-{name}" for name in SORTS)}


def _order(sort: str, *, overdue: bool) -> tuple[str, bool]:
    """Return the column and whether it descends; what is overdue begins with what waits longest."""
    if sort not in _ORDERS:
        return ("due", False) if overdue else ("number", True)
    return sort.removeprefix("-"), sort.startswith("-")


def _key(text: str, sort: str) -> str:
    """Return the key of a place in the list, or nothing where it is none."""
    try:
        queries.read_key(text, sort)
    except ValueError:
        return ""
    return text


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else int(amount.scaleb(minor_digits(currency)))


def _customer(pk: int | None) -> str:
    if pk is None:
        return ""
    return Customer.objects.filter(pk=pk).values_list("name", flat=True).first() or "?"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days that is chosen by one click."""

    label: Any
    since: date
    until: date


def periods(today: date) -> list[Period]:
    """Return this month, the last one, this year and the last one."""
    this, last = _month(today), _month(today.replace(day=1) - timedelta(days=1))
    return [
        Period(_("This month"), *this),
        Period(_("Last month"), *last),
        Period(_("This year"), date(today.year, 1, 1), date(today.year, 12, 31)),
        Period(_("Last year"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_month(since: date, until: date) -> bool:
    """Tell whether a span is exactly one month."""
    return (since, until) == _month(since)


def is_year(since: date, until: date) -> bool:
    """Tell whether a span is exactly one year."""
    return (since, until) == (date(since.year, 1, 1), date(since.year, 12, 31))
