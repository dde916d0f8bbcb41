"""Read documents: the list, page by page.

Lists are paged by key, never by offset, and never counted beyond `COUNTED`: the answer takes as long with a
million documents as with a hundred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import F, Q, QuerySet

from facturier.customers.models import Customer
from facturier.customers.names import folded
from facturier.invoices.models import DRAFTS_FIRST, OWED, Invoice, IssuedDocument, first_key_of
from facturier.rules.document import Kind, sha256
from facturier.rules.lifecycle import Facts, Status, days_overdue

PAGE = 50
COUNTED = 1000
OUTSTANDING = (Status.FINAL, Status.EXPORTED, Status.SENT, Status.PARTLY_PAID)
_NOTHING = Q(pk__in=())
SORTS = {"number": "sort_key", "amount": "gross_minor", "due": "due_date"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. Empty means all that is at hand: what is closed or converted is asked for."""

    statuses: tuple[Status, ...] = ()
    kinds: tuple[Kind, ...] = ()
    customer_id: int | None = None
    batch_name: str = ""
    since: date | None = None
    until: date | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    overdue_on: date | None = None
    search: str = ""
    closed_too: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A document as lists show it."""

    pk: int
    kind: Kind
    number: str | None
    reference: int
    issue_date: date | None
    due_date: date | None
    created_at: datetime
    customer_id: int
    customer: str
    batch_name: str
    currency: str
    gross_minor: int
    balance_minor: int
    status: Status
    sent_at: datetime | None
    days_overdue: int = 0

    @property
    def is_draft(self) -> bool:
        return self.number is None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and the keys of its neighbours; a key is empty where there is none."""

    rows: list[Row] = field(default_factory=list)
    before: str = ""
    after: str = ""


_COLUMNS = (
    *("pk", "kind", "number", "reference", "issue_date", "due_date", "created_at"),
    *("customer_id", "customer__name", "batch_name", "currency", "gross_minor"),
    *("paid_minor", "refunded_minor", "credited_minor", "status", "sent_at"),
)


def documents(
    chosen: Filter,
    *,
    today: date,
    sort: str = "number",
    descending: bool = True,
    after: str = "",
    before: str = "",
    limit: int = PAGE,
) -> Page:
    """Return a page of documents; `after` and `before` are keys that an earlier page gave.

    Sorted by due date it shows issued documents only: drafts have none. One query, or one for each of several
    statuses, and at most three more when something is searched for. Raises KeyError for an unknown sort and
    ValueError for a key that is none.
    """
    column = SORTS[sort]
    backwards = bool(before)
    downwards = descending != backwards
    place = _place(after or before, sort, downwards=downwards)
    sign = "-" if downwards else ""
    found = _merged(
        [
            rows.filter(place).order_by(f"{sign}{column}", f"{sign}pk").values_list(*_COLUMNS, column)
            for rows in _parts(chosen, sort)
        ],
        downwards=downwards,
        limit=limit + 1,
    )
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    if not found:
        return Page()
    first, last = _key(found[0]), _key(found[-1])
    has_before = more if backwards else bool(after)
    has_after = True if backwards else more
    return Page(
        rows=[_row(values, today) for values in found],
        before=first if has_before else "",
        after=last if has_after else "",
    )


def _parts(chosen: Filter, sort: str) -> list[QuerySet[Invoice]]:
    """Split a filter so that an index holds each part in the order of the list.

    Of several statuses each is an index of its own; together they would have to be sorted.
    """
    if sort == "number" and len(chosen.statuses) > 1 and not chosen.overdue_on:
        parts = [replace(chosen, statuses=(status,)) for status in chosen.statuses]
        return [filtered(part, in_order=True) for part in parts]
    rows = filtered(chosen, in_order=sort == "number")
    return [rows.filter(due_date__isnull=False) if sort == "due" else rows]


def _merged(parts: list[Any], *, downwards: bool, limit: int) -> list[tuple[Any, ...]]:
    """Return the first rows of all parts, which are sorted alike."""
    if len(parts) == 1:
        return list(parts[0][:limit])
    found = chain.from_iterable(part[:limit] for part in parts)
    return sorted(found, key=lambda values: (values[-1], values[0]), reverse=downwards)[:limit]


def _place(key: str, sort: str, *, downwards: bool) -> Q:
    """Return the condition for what comes after a key, in a form that lets an index find where to start."""
    if not key:
        return Q()
    value, pk = read_key(key, sort)
    column, side = SORTS[sort], "lt" if downwards else "gt"
    beyond = Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
    return Q(**{f"{column}__{side}e": value}) & beyond


def _key(values: tuple[Any, ...]) -> str:
    return f"{values[-1]}_{values[0]}"


def read_key(key: str, sort: str) -> tuple[Any, int]:
    """Take a page's key apart: the value sorted by, and the primary key. Raises ValueError."""
    value, _, pk = key.rpartition("_")
    return (date.fromisoformat(value) if sort == "due" else int(value)), int(pk)


def _row(values: tuple[Any, ...], today: date) -> Row:
    *head, paid, refunded, credited, status, sent_at, _sorted_by = values
    pk, kind, number, reference, issue_date, due_date, created_at, *rest = head
    customer_id, customer, batch_name, currency, gross = rest
    facts = Facts(
        kind=Kind(kind),
        gross_minor=gross,
        paid_minor=paid,
        refunded_minor=refunded,
        credited_minor=credited,
        issued=number is not None,
        closed=status == Status.CLOSED,
        due_date=due_date,
    )
    return Row(
        pk=pk,
        kind=Kind(kind),
        number=number,
        reference=reference,
        issue_date=issue_date,
        due_date=due_date,
        created_at=created_at,
        customer_id=customer_id,
        customer=customer,
        batch_name=batch_name,
        currency=currency,
        gross_minor=gross,
        balance_minor=facts.balance_minor if number is not None else 0,
        status=Status(status),
        sent_at=sent_at,
        days_overdue=0 if facts.closed else days_overdue(facts, today),
    )


def filtered(chosen: Filter, *, in_order: bool = False) -> QuerySet[Invoice]:
    """Return the documents of the active organisation that a filter shows, in no order.

    `in_order` says that they will be read by number; it may cost a query to learn which index suits that.
    """
    rows: QuerySet[Invoice] = Invoice.objects.all()
    if not chosen.statuses:
        rows = rows if chosen.closed_too else rows.filter(closed_at=None, converted_at=None)
    elif len(chosen.statuses) == 1:
        rows = rows.filter(status=chosen.statuses[0])
    else:
        rows = rows.filter(status__in=chosen.statuses)
    exact = {
        "kind__in": chosen.kinds,
        "customer_id": chosen.customer_id,
        "batch_name": chosen.batch_name,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value not in (None, "", ())})
    rows = rows.filter(_dated(chosen.since, chosen.until))
    if chosen.overdue_on is not None:
        rows = rows.filter(overdue(chosen.overdue_on))
    bounds = {"gte": chosen.least_minor, "lte": chosen.most_minor}
    amounts = {name: value for name, value in bounds.items() if value is not None}
    if amounts:
        rows = _chosen_by("gross_minor", rows, amounts, in_order=in_order)
    return _found(chosen.search, rows, in_order=in_order) if chosen.search.strip() else rows


def _chosen_by(
    column: str,
    rows: QuerySet[Invoice],
    lookups: dict[str, Any],
    *,
    in_order: bool,
    besides: Q = _NOTHING,
) -> QuerySet[Invoice]:
    """Filter by a column: by its index when few rows match, else along the list, where many stand near.

    A sum is not in the index, so adding nothing to the column keeps a database without statistics from it.
    """
    few = rows.filter(besides | Q(**{f"{column}__{name}": value for name, value in lookups.items()}))
    if not in_order or few.order_by()[: COUNTED + 1].count() <= COUNTED:
        return few
    hidden = Q(**{f"unindexed_{column}__{name}": value for name, value in lookups.items()})
    return rows.alias(**{f"unindexed_{column}": F(column) + 0}).filter(besides | hidden)


def _dated(since: date | None, until: date | None) -> Q:
    """Match a period by the key that lists are sorted by, so that a period is a part of that index."""
    if since is None and until is None:
        return Q()
    last = first_key_of(until + timedelta(days=1)) if until else DRAFTS_FIRST
    return Q(sort_key__gte=first_key_of(since) if since else 0, sort_key__lt=last)


def overdue(today: date) -> Q:
    """Match invoices whose balance was due before today."""
    return OWED & Q(status__in=OUTSTANDING, kind=Kind.INVOICE, due_date__lt=today)


NUMBER = re.compile(r"(.*?)(\d{1,15})")


def _found(search: str, rows: QuerySet[Invoice], *, in_order: bool) -> QuerySet[Invoice]:
    """Match a number, the digits at its end, a draft reference, or a part of the customer's name."""
    words = search.strip()
    numbers = _by_number(words)
    names = Customer.objects.filter(sort_name__contains=folded(words)).values_list("pk", flat=True)
    customers = list(names[:COUNTED])
    if not customers:
        return rows.filter(pk__in=numbers)
    besides = Q(pk__in=numbers) if numbers else _NOTHING
    return _chosen_by("customer_id", rows, {"in": customers}, in_order=in_order, besides=besides)


def _by_number(words: str) -> list[int]:
    """Find documents by their number, with or without its prefix and its zeros, or by draft reference."""
    parts = NUMBER.fullmatch(words)
    if parts is None:
        return []
    prefix, digits = parts[1].casefold(), int(parts[2])
    wanted = Q(ordinal=digits)
    if not prefix:
        wanted |= Q(reference=digits, number=None)
    found = Invoice.objects.filter(wanted).values_list("pk", "number")[:COUNTED]
    return [pk for pk, number in found if (number or "").casefold().startswith(prefix)]


def count(chosen: Filter) -> int:
    """Count documents up to `COUNTED` + 1, which stands for "more than"."""
    return filtered(chosen).order_by()[: COUNTED + 1].count()


def changed_documents() -> list[str]:
    """List the numbers of issued documents whose kept text does not give the hash noted at issuing."""
    rows = IssuedDocument.objects.order_by("pk").values_list("invoice__number", "canonical", "sha256")
    return [
        number for number, canonical, digest in rows.iterator(chunk_size=500) if sha256(canonical) != digest
    ]
