"""Read the list of payments, page by page, by key: a page takes as long with a million as with a hundred."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from facturier.customers.models import Customer
from facturier.customers.names import folded
from facturier.invoices.models import Invoice
from facturier.payments.models import Allocation, Direction, Payment

PAGE = 50
MATCHES = 1000  # customers and documents that a search follows


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows; empty means everything."""

    search: str = ""
    customer_id: int | None = None
    direction: Direction | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of payments, the newest first; `after` is the key of the next, empty where there is none."""

    rows: list[Payment]
    documents: dict[int, list[Invoice]]
    after: str = ""


def page(chosen: Filter, *, after: str = "", limit: int = PAGE) -> Page:
    """Return a page of payments with the documents they settle. Two queries, three more for a search.

    Raises ValueError for a key that is none.
    """
    rows = _filtered(chosen)
    if after:
        day, pk = read_key(after)
        rows = rows.filter(paid_on__lte=day).filter(Q(paid_on__lt=day) | Q(paid_on=day, pk__lt=pk))
    found = list(rows.select_related("customer").order_by("-paid_on", "-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    last = found[-1] if more else None
    return Page(
        rows=found,
        documents=_documents([row.pk for row in found]),
        after=f"{last.paid_on.isoformat()}_{last.pk}" if last else "",
    )


def everything(chosen: Filter, *, at_once: int = 1000) -> Iterator[tuple[Payment, list[Invoice]]]:
    """Yield all payments of a filter with their documents, a page in memory at a time."""
    after = ""
    while True:
        found = page(chosen, after=after, limit=at_once)
        for row in found.rows:
            yield row, found.documents.get(row.pk, [])
        if not found.after:
            return
        after = found.after


def read_key(key: str) -> tuple[date, int]:
    """Take a page's key apart. Raises ValueError."""
    day, _, pk = key.rpartition("_")
    return date.fromisoformat(day), int(pk)


def _documents(keys: list[int]) -> dict[int, list[Invoice]]:
    """Map payments to the documents that they settle."""
    found: dict[int, list[Invoice]] = {}
    rows = Allocation.objects.filter(payment_id__in=keys, invoice__isnull=False).select_related("invoice")
    for row in rows.order_by("pk"):
        assert row.payment_id is not None
        assert row.invoice is not None
        found.setdefault(row.payment_id, []).append(row.invoice)
    return found


def _filtered(chosen: Filter) -> QuerySet[Payment]:
    rows: QuerySet[Payment] = Payment.objects.all()
    exact = {"customer_id": chosen.customer_id, "direction": chosen.direction}
    span = {"paid_on__gte": chosen.since, "paid_on__lte": chosen.until}
    rows = rows.filter(**{name: value for name, value in (exact | span).items() if value is not None})
    return _found(chosen.search.strip(), rows) if chosen.search.strip() else rows


def _found(words: str, rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Match the start of a reference, a part of the customer's name, or a document's number."""
    names = Customer.objects.filter(sort_name__contains=folded(words)).values_list("pk", flat=True)
    numbers = Invoice.objects.filter(number__iexact=words).values_list("pk", flat=True)
    settling = Allocation.objects.filter(invoice_id__in=list(numbers[:MATCHES]), payment__isnull=False)
    return rows.filter(
        Q(sort_reference__startswith=folded(words))
        | Q(customer_id__in=list(names[:MATCHES]))
        | Q(pk__in=list(settling.values_list("payment_id", flat=True)[:MATCHES]))
    )
