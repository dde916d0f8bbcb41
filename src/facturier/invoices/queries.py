"""Read documents: the list, page by page, and the sums that matter.

Lists are paged by key, never by offset, and never counted beyond `COUNTED`: the answer takes as long with a
million documents as with a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from facturier.customers.models import Customer
from facturier.invoices.models import Invoice, IssuedDocument
from facturier.rules.document import Kind, sha256
from facturier.rules.lifecycle import Facts, Status, days_overdue

PAGE = 50
COUNTED = 1000
OUTSTANDING = (Status.FINAL, Status.EXPORTED, Status.SENT, Status.PARTLY_PAID)
SORTS = {"number": "sort_key", "amount": "gross_minor", "due": "due_date"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. Empty means everything, but for closed documents, which are asked for."""

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

    One query, or three when something is searched for. Raises KeyError for an unknown sort and ValueError
    for a key that is none.
    """
    column = SORTS[sort]
    rows = filtered(chosen)
    if column != "sort_key":
        rows = rows.filter(**{f"{column}__isnull": False})
    backwards = bool(before)
    downwards = descending != backwards
    if key := after or before:
        value, pk = _read_key(key, column)
        side = "lt" if downwards else "gt"
        rows = rows.filter(Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk}))
        rows = rows.filter(**{f"{column}__{side}e": value})  # lets the index find where to start
    sign = "-" if downwards else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk").values_list(*_COLUMNS, column)[: limit + 1])
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


def _key(values: tuple[Any, ...]) -> str:
    return f"{values[-1]}_{values[0]}"


def _read_key(key: str, column: str) -> tuple[Any, int]:
    value, _, pk = key.rpartition("_")
    return (date.fromisoformat(value) if column == "due_date" else int(value)), int(pk)


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


def filtered(chosen: Filter) -> QuerySet[Invoice]:
    """Return the documents of the active organisation that a filter shows, in no order."""
    rows: QuerySet[Invoice] = Invoice.objects.all()
    if not chosen.statuses:
        rows = rows.exclude(status=Status.CLOSED)
    elif len(chosen.statuses) == 1:
        rows = rows.filter(status=chosen.statuses[0])
    else:
        rows = rows.filter(status__in=chosen.statuses)
    exact = {
        "kind__in": chosen.kinds,
        "customer_id": chosen.customer_id,
        "batch_name": chosen.batch_name,
        "issue_date__gte": chosen.since,
        "issue_date__lte": chosen.until,
        "gross_minor__gte": chosen.least_minor,
        "gross_minor__lte": chosen.most_minor,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value not in (None, "", ())})
    if chosen.overdue_on is not None:
        rows = rows.filter(_overdue(chosen.overdue_on))
    return rows.filter(_found(chosen.search)) if chosen.search.strip() else rows


def _overdue(today: date) -> Q:
    owed = Q(gross_minor__gt=F("paid_minor") + F("credited_minor") - F("refunded_minor"))
    return Q(status__in=OUTSTANDING, kind=Kind.INVOICE, due_date__lt=today) & owed


def _found(search: str) -> Q:
    """Match a number, the digits at its end, a draft reference, or a part of the customer's name."""
    words = search.strip()
    by_number = Q(number__iexact=words)
    if words.isdecimal() and len(words) <= 15:
        by_number |= Q(ordinal=int(words)) | Q(reference=int(words), number=None)
    numbers = list(Invoice.objects.filter(by_number).values_list("pk", flat=True)[:COUNTED])
    names = Customer.objects.filter(name__icontains=words)
    return Q(pk__in=numbers) | Q(customer__in=list(names.values_list("pk", flat=True)[:COUNTED]))


def count(chosen: Filter) -> int:
    """Count documents up to `COUNTED` + 1, which stands for "more than"."""
    return filtered(chosen).order_by()[: COUNTED + 1].count()


@dataclass(frozen=True, slots=True)
class Amount:
    """How many documents, and what they come to per currency in minor units."""

    documents: int
    minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The sums on top of the Billing page, in the organisation's currency."""

    drafts: Amount
    ready: Amount
    outstanding: Amount
    overdue: Amount


def standing(*, currency: str, today: date) -> Standing:
    """Add up what waits: drafts, documents ready to send, what is owed, what is late. One query each."""
    owed = F("gross_minor") + F("refunded_minor") - F("paid_minor") - F("credited_minor")

    def add_up(rows: QuerySet[Invoice]) -> Amount:
        found = rows.filter(currency=currency).aggregate(minor=Sum(owed), documents=Count("pk"))
        return Amount(found["documents"], found["minor"] or 0)

    invoices = Invoice.objects.filter(kind=Kind.INVOICE)
    return Standing(
        drafts=add_up(Invoice.objects.filter(status=Status.DRAFT)),
        ready=add_up(Invoice.objects.filter(status=Status.FINAL)),
        outstanding=add_up(invoices.filter(status__in=OUTSTANDING)),
        overdue=add_up(Invoice.objects.filter(_overdue(today))),
    )


def changed_documents() -> list[str]:
    """List the numbers of issued documents whose kept text does not give the hash noted at issuing."""
    rows = IssuedDocument.objects.order_by("pk").values_list("invoice__number", "canonical", "sha256")
    return [
        number for number, canonical, digest in rows.iterator(chunk_size=500) if sha256(canonical) != digest
    ]
