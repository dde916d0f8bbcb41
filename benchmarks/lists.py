"""B7: a list of 50 takes as long with 100,000 documents as with 1,000.

Of each question the p50 in milliseconds with few and with many documents, and their ratio; `door` is "query"
(the domain's function) or "page" (the whole page through Django's test client). Two sellers of one database
are asked in turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.databases import refresh

TODAY = date(2026, 11, 21)
CUSTOMERS = 15  # so that few documents, too, fill a page for each
YEARS = 3
LIMIT = 1.5
WARM_UP = 5
PASSES = 31


def figures(small: int, large: int) -> Iterator[dict[str, Any]]:
    """Ask a seller with few and one with many documents the same questions."""
    questions = []
    for size in (small, large):
        organisation, customers = _people(size)
        _fill(organisation, customers, size)
        questions.append((organisation, customers))
    refresh()
    asked = [[*_queries(*one), *_pages(*one)] for one in questions]
    for (door, question, few), (_door, _question, many) in zip(*asked, strict=True):
        of_few, of_many = _p50(few, many)
        ratio = round(of_many / of_few, 2)
        yield {
            "phase": "B7",
            "what": f"{door}: {question}",
            "peer": "facturier",
            "n": large,
            f"p50_ms_{small}": round(of_few, 2),
            f"p50_ms_{large}": round(of_many, 2),
            "per_s": round(1000 / of_many, 1),
            "ratio": ratio,
            "at_most": LIMIT,
            "holds": ratio <= LIMIT,
        }


def _people(size: int) -> tuple[Any, list[int]]:
    """Write a seller, its customers and one person who administers it."""
    from facturier.customers.models import Customer
    from facturier.organisations import operations
    from facturier.organisations.access import Actor
    from facturier.organisations.tenancy import scope

    organisation = operations.create(slug=f"bench-{size}", region="FR", legal_name="Bench")
    user = operations.add_user(
        email=f"ana@bench-{size}.example", name="Ana", password="x" * 20, language="fr"
    )
    operations.add_member(organisation, actor=Actor.system(organisation.pk), user=user, is_admin=True)
    with scope(organisation.pk):
        Customer.objects.bulk_create(
            Customer(
                organisation=organisation,
                number=f"C{k:04}",
                name=f"Customer {k:04}",
                language="fr",
                currency="EUR",
            )
            for k in range(CUSTOMERS)
        )
        return organisation, list(Customer.objects.order_by("pk").values_list("pk", flat=True))


def _fill(organisation: Any, customers: list[int], size: int) -> None:
    """Write three years of documents, most of them settled."""
    from facturier.invoices.models import Invoice
    from facturier.organisations.bulk import insert_many
    from facturier.organisations.tenancy import scope

    columns = [
        *("kind", "customer_id", "reference", "number", "ordinal", "issue_date", "due_date", "sort_key"),
        *("status", "currency", "language", "payment_days", "order_reference", "subject", "note"),
        *("batch_name", "net_minor", "tax_minor", "gross_minor", "paid_minor", "refunded_minor"),
        *("credited_minor", "sent_at", "closed_at", "version", "created_at", "created_by"),
    ]
    with scope(organisation.pk):
        for start in range(0, size, 10_000):
            stop = min(start + 10_000, size)
            insert_many(Invoice, columns, [_document(k, size, customers) for k in range(start, stop)])


def _document(k: int, size: int, customers: list[int]) -> tuple[Any, ...]:
    from facturier.invoices.models import DRAFTS_FIRST, sort_key
    from facturier.rules.lifecycle import Status

    now = datetime(2026, 11, 21, 9, tzinfo=UTC)
    gross = 1_000 + k * 7_919 % 900_000
    customer = customers[k % len(customers)]
    common = ("EUR", "fr", 30, "", "", "", f"Batch {k % 12}", gross * 5 // 6, gross - gross * 5 // 6, gross)
    if k % 200 == 0:
        return ("invoice", customer, k + 1, None, None, None, None, DRAFTS_FIRST + k, Status.DRAFT.value,
                *common, 0, 0, 0, None, None, 1, now, "Ana")  # fmt: skip
    day = TODAY - timedelta(days=YEARS * 365 - int(k * YEARS * 365 / size))
    due = day + timedelta(days=30)
    if k % 20 == 1:
        status, paid, closed = Status.CLOSED, gross, now
    elif k % 100 == 2:
        status, paid, closed = Status.FINAL, 0, None
    elif due >= TODAY or k % 50 == 3:
        status, paid, closed = Status.SENT, 0, None
    else:
        status, paid, closed = Status.PAID, gross, None
    number = f"F{day.year}-{k + 1:06}"
    return ("invoice", customer, k + 1, number, k + 1, day, due, sort_key("invoice", day, k + 1),
            status.value, *common, paid, 0, 0, None if status is Status.FINAL else now, closed, 1,
            now, "Ana")  # fmt: skip


Question = tuple[str, str, Callable[[], Any]]


def _queries(organisation: Any, customers: list[int]) -> Iterator[Question]:
    from facturier.invoices import sums
    from facturier.invoices.queries import Filter, count, documents
    from facturier.organisations.tenancy import scope
    from facturier.rules.lifecycle import Status

    def asked(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[[], Any]:
        def ask() -> Any:
            with scope(organisation.pk):
                return function(*args, **kwargs)

        return ask

    def listed(chosen: Filter | None = None, **kwargs: Any) -> Callable[[], Any]:
        return asked(documents, chosen or Filter(), today=TODAY, **kwargs)

    number, deep = _middle(organisation)
    year = (date(2025, 1, 1), date(2025, 12, 31))
    paid = Filter(statuses=(Status.PAID,))
    months = [date(2026, month, 1) for month in range(6, 12)]
    yield "query", "all", listed()
    yield "query", "deep page", listed(after=deep)
    yield "query", "deep page, backwards", listed(before=deep)
    yield "query", "one status", listed(paid)
    yield "query", "several statuses", listed(Filter(statuses=(Status.DRAFT, Status.SENT, Status.PAID)))
    yield "query", "customer", listed(Filter(customer_id=customers[7]))
    yield "query", "customer and status", listed(Filter(customer_id=customers[7], statuses=(Status.PAID,)))
    yield "query", "batch", listed(Filter(batch_name="Batch 7"))
    yield "query", "period", listed(Filter(since=year[0], until=year[1]))
    yield "query", "overdue, by due date", listed(Filter(overdue_on=TODAY), sort="due", descending=False)
    yield "query", "overdue, by number", listed(Filter(overdue_on=TODAY))
    yield "query", "by amount", listed(sort="amount")
    yield "query", "by due date", listed(sort="due")
    yield "query", "amount range", listed(Filter(least_minor=500_000, most_minor=600_000))
    yield "query", "number", listed(Filter(search=number))
    yield "query", "digits of a number", listed(Filter(search=number.rpartition("-")[2]))
    yield "query", "customer's name", listed(Filter(search="Customer 0007"))
    yield "query", "part of every name", listed(Filter(search="omer"))
    yield "query", "closed", listed(Filter(statuses=(Status.CLOSED,)))
    yield "query", "count of all", asked(count, Filter())
    yield "query", "count of overdue", asked(count, Filter(overdue_on=TODAY))
    yield "query", "extent", asked(sums.extent, Filter())
    yield "query", "standing", asked(sums.standing, currency="EUR", today=TODAY)
    yield "query", "billed per month", asked(sums.billed, months, currency="EUR")


def _pages(organisation: Any, customers: list[int]) -> Iterator[Question]:
    from django.test import Client

    from facturier.organisations.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email=f"ana@{organisation.slug}.example"))

    def got(path: str, **query: Any) -> Callable[[], Any]:
        def ask() -> Any:
            response = client.get(f"/{organisation.slug}/{path}", query)
            assert response.status_code == 200, response.status_code
            return response.content

        return ask

    number, deep = _middle(organisation)
    yield "page", "all", got("documents/")
    yield "page", "deep page", got("documents/", after=deep)
    yield "page", "one status", got("documents/", status="paid")
    yield "page", "customer", got("documents/", customer=customers[7])
    yield "page", "overdue", got("documents/", overdue="1", sort="due")
    yield "page", "number", got("documents/", q=number)
    yield "page", "billing", got("")


def _middle(organisation: Any) -> tuple[str, str]:
    """Return a number in the middle of the list, and a key nine tenths down."""
    from facturier.invoices.models import Invoice
    from facturier.organisations.tenancy import scope

    with scope(organisation.pk):
        rows = Invoice.objects.filter(number__isnull=False, closed_at=None).order_by("-sort_key")
        size = rows.count()
        number = rows.values_list("number", flat=True)[size // 2]
        key, pk = rows.values_list("sort_key", "pk")[size * 9 // 10]
    return number, f"{key}_{pk}"


def _p50(*asks: Callable[[], Any]) -> list[float]:
    """Return the median of each, asked in turns."""
    taken: list[list[float]] = [[] for _ in asks]
    for number in range(WARM_UP + PASSES):
        for ask, times in zip(asks, taken, strict=True):
            start = time.perf_counter()
            ask()
            if number >= WARM_UP:
                times.append((time.perf_counter() - start) * 1000)
    return [statistics.median(times) for times in taken]
