"""B1, B2 and B3: drafts made, numbered and frozen, by the thousand and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Max, Min, Sum

from benchmarks.data import LINES, TODAY, bench, gross_minor
from benchmarks.databases import refresh, shrink
from benchmarks.limits import Limits
from benchmarks.measuring import Spent, Work, beside, in_turns, median, row, rss_mib, timed
from facturier.audit.models import Event
from facturier.audit.queries import verify
from facturier.batches.runs import CHUNK
from facturier.invoices import operations
from facturier.invoices.models import Invoice, InvoiceLine, IssuedDocument
from facturier.organisations.tenancy import scope

WARM_UP = 10
THIRD, HALF = 0.333, 0.5
SAME_RATE = 1.15
GROWTH_MIB = 32
Rows = Iterator[dict[str, Any]]


class Invoicing:
    """One seller's invoices, and what they must have come to in the end."""

    def __init__(self, slug: str) -> None:
        self.bench = bench(slug)
        self.documents = 0
        self.gross_minor = 0
        self.in_chunks(CHUNK, CHUNK)
        refresh()

    def expect(self, n: int) -> None:
        """Note that invoices 0 to n are made once more."""
        self.documents += n
        self.gross_minor += sum(map(gross_minor, range(n)))

    def create(self, start: int, stop: int) -> list[int]:
        """Create drafts in one transaction; returns their keys."""
        created = operations.create_many(
            self.bench.organisation,
            actor=self.bench.actor,
            drafts=list(self.bench.drafts(start, stop)),
            today=TODAY,
        )
        return created.invoice_ids

    def in_chunks(self, n: int, size: int) -> tuple[Spent, Spent]:
        """Create n drafts, then finalise them, `size` per transaction: what B1 and B2 took."""
        self.expect(n)
        chunks: list[list[int]] = []

        def create() -> None:
            for start in range(0, n, size):
                chunks.append(self.create(start, min(start + size, n)))

        def finalise() -> None:
            for keys in chunks:
                operations.finalise_many(
                    self.bench.organisation, actor=self.bench.actor, invoice_ids=keys, issue_date=TODAY
                )

        return timed(create), timed(finalise)

    def create_and_finalise(self, n: int) -> Work:
        """Return the work of n invoices, each created and finalised by itself: two commits each."""
        self.expect(n)
        drafts = list(self.bench.drafts(0, n))

        def work() -> None:
            for draft in drafts:
                invoice = operations.create(
                    self.bench.organisation, actor=self.bench.actor, draft=draft, today=TODAY
                )
                operations.finalise(invoice, actor=self.bench.actor, issue_date=TODAY)

        return work

    def finalise_each(self, n: int) -> Work:
        """Return the work of finalising n drafts, each by itself: a commit each."""
        self.expect(n)
        keys = self.create(0, n)
        with scope(self.bench.organisation.pk):
            drafts = list(Invoice.objects.filter(pk__in=keys).order_by("reference"))

        def work() -> None:
            for draft in drafts:
                operations.finalise(draft, actor=self.bench.actor, issue_date=TODAY)

        return work

    def check(self) -> dict[str, Any]:
        """Assert that what was written is what should have been, and return what was looked at."""
        organisation_id, count = self.bench.organisation.pk, self.documents
        with scope(organisation_id):
            found = Invoice.objects.filter(number__isnull=False).aggregate(
                gross=Sum("gross_minor"), first=Min("ordinal"), last=Max("ordinal")
            )
            numbers = Invoice.objects.filter(number__isnull=False).values("number").distinct().count()
            assert found["gross"] == self.gross_minor, (found["gross"], self.gross_minor)
            assert (found["first"], found["last"], numbers) == (1, count, count), (found, numbers, count)
            assert InvoiceLine.objects.count() == LINES * count
            assert IssuedDocument.objects.count() == count
            events = Event.objects.filter(organisation_id=organisation_id, name="invoice.finalised").count()
            assert events == count, (events, count)
            verdict = verify(organisation_id)
            assert verdict.whole, verdict
        return {
            "phase": "check",
            "documents": count,
            "gross_minor": self.gross_minor,
            "events": verdict.events,
        }


def batch(*, n: int, repeat: int) -> Rows:
    """B1 and B2: n invoices in one transaction each, and in chunks, beside bulk_create."""
    invoicing, limits = Invoicing("bench-batch"), Limits()
    limits.bulk(WARM_UP)()()
    sizes = {"one transaction": n, "100 per transaction": 100, "200 per transaction": 200}
    taken: dict[str, list[tuple[Spent, Spent]]] = {name: [] for name in sizes}
    least = []
    for _ in range(repeat):
        least.append(timed(limits.bulk(n)()))
        for name, size in sizes.items():
            taken[name].append(invoicing.in_chunks(n, size))
    limit = median(least)
    yield row("B1+B2", "compute and bulk_create", limit, n=n, peer="limit")
    for name, times in taken.items():
        drafts, finals = median([one[0] for one in times]), median([one[1] for one in times])
        both = median([one[0] + one[1] for one in times])
        yield row("B1", f"drafts, {name}", drafts, n=n)
        yield row("B2", f"finalise, {name}", finals, n=n)
        yield row("B1+B2", name, both, n=n, **beside(both, limit, n=n, limit_n=n, target=THIRD))
    yield invoicing.check()


def at_scale(*, n: int, large: int, repeat: int) -> Rows:
    """B1 and B2 of many at the rate of few, in chunks as batches run, and what the memory grows by."""
    invoicing = Invoicing("bench-scale")
    few = [sum_of(invoicing.in_chunks(n, CHUNK)) for _ in range(repeat)]
    shrink()
    before = rss_mib()
    many = sum_of(invoicing.in_chunks(large, CHUNK))
    shrink()
    grown = rss_mib() - before
    few += [sum_of(invoicing.in_chunks(n, CHUNK)) for _ in range(repeat)]
    small = median(few)
    each = (many.cpu / large) / (small.cpu / n)
    yield row("B1+B2", f"{n} in chunks", small, n=n)
    yield row(
        "B1+B2",
        f"{large} in chunks",
        many,
        n=large,
        each_of_small=round(each, 3),
        each_of_small_wall=round((many.wall / large) / (small.wall / n), 3),
        at_most=SAME_RATE,
        grown_mib=round(grown, 1),
        grown_at_most=GROWTH_MIB,
        holds=each <= SAME_RATE and grown <= GROWTH_MIB,
    )
    yield invoicing.check()


def sum_of(parts: tuple[Spent, Spent]) -> Spent:
    return parts[0] + parts[1]


def single(*, n: int, repeat: int) -> Rows:
    """B3: one at a time, a durable commit each, beside each object saved by Django."""
    invoicing, limits = Invoicing("bench-single"), Limits()
    invoicing.create_and_finalise(WARM_UP)()
    limits.one_by_one(WARM_UP)()()
    times = in_turns(
        {
            "limit": limits.one_by_one(n),
            "finalise": lambda: invoicing.finalise_each(n),
            "create and finalise": lambda: invoicing.create_and_finalise(n),
        },
        repeat=repeat,
    )
    limit = times.pop("limit")
    yield row("B3", "save each object, a commit per invoice", limit, n=n, peer="limit")
    for name, spent in times.items():
        yield row("B3", name, spent, n=n, **beside(spent, limit, n=n, limit_n=n, target=HALF))
    yield invoicing.check()
