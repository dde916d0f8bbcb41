"""Add up documents: what waits, what a list comes to, what was billed month by month. Amounts are gross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Max, Min, Q, QuerySet, Sum, When

from facturier.invoices.models import OWED, Invoice
from facturier.invoices.queries import COUNTED, OUTSTANDING, Filter, filtered
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status

_OWED_MINOR = F("gross_minor") + F("refunded_minor") - F("paid_minor") - F("credited_minor")
_SIGNED_MINOR = Case(
    When(kind=Kind.CREDIT_NOTE, then=-F("gross_minor")),
    default=F("gross_minor"),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """How many documents, and what they come to in minor units."""

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
    """Add up what waits: drafts, documents ready to send, what is owed, what of it is late. Two queries."""
    rows: QuerySet[Invoice] = Invoice.objects.filter(currency=currency)
    waiting = {
        row["status"]: Amount(row["documents"], row["minor"])
        for row in rows.filter(status__in=[Status.DRAFT, Status.FINAL])
        .values("status")
        .annotate(documents=Count("pk"), minor=Sum(_SIGNED_MINOR))
        .order_by()
    }
    outstanding, late = _owed(rows, today)
    nothing = Amount(0, 0)
    return Standing(
        drafts=waiting.get(Status.DRAFT, nothing),
        ready=waiting.get(Status.FINAL, nothing),
        outstanding=outstanding,
        overdue=late,
    )


def owed_by(customer_id: int, *, currency: str, today: date) -> tuple[Amount, Amount]:
    """Add up what a customer owes, and what of it is late. One query."""
    return _owed(Invoice.objects.filter(customer_id=customer_id, currency=currency), today)


def _owed(rows: QuerySet[Invoice], today: date) -> tuple[Amount, Amount]:
    late = Q(due_date__lt=today)
    owed = rows.filter(OWED, status__in=OUTSTANDING, kind=Kind.INVOICE).aggregate(
        documents=Count("pk"),
        minor=Sum(_OWED_MINOR, default=0),
        late=Count("pk", filter=late),
        late_minor=Sum(_OWED_MINOR, filter=late, default=0),
    )
    return Amount(owed["documents"], owed["minor"]), Amount(owed["late"], owed["late_minor"])


@dataclass(frozen=True, slots=True)
class Extent:
    """What a filter comes to: `minor` is None where currencies differ or there are too many to add up."""

    documents: int
    minor: int | None
    currency: str

    @property
    def is_capped(self) -> bool:
        return self.documents > COUNTED


def extent(chosen: Filter, *, dated: bool = False) -> Extent:
    """Count and add up what a filter shows, up to `COUNTED` documents; `dated` leaves drafts out."""
    rows = filtered(chosen)
    if dated:
        rows = rows.filter(due_date__isnull=False)
    found = rows.order_by()[: COUNTED + 1].aggregate(
        documents=Count("pk"), minor=Sum(_SIGNED_MINOR), first=Min("currency"), last=Max("currency")
    )
    whole = found["documents"] <= COUNTED and found["first"] == found["last"]
    return Extent(found["documents"], found["minor"] if whole else None, found["first"] or "")


def billed(months: Sequence[date], *, currency: str) -> list[int]:
    """Return what was billed in each of the months, given by their first days, less credit notes. One query.

    `months` follow one another. The month is read off the index by ranges, because a function of the date
    would be called for every row.
    """
    ends = [*months[1:], _next_month(months[-1])]
    rows = Invoice.objects.filter(
        issue_date__gte=months[0], issue_date__lt=ends[-1], currency=currency
    ).exclude(kind=Kind.PRO_FORMA)
    sums: dict[str, Any] = {
        f"month_{place}": Sum(_SIGNED_MINOR, filter=Q(issue_date__gte=start, issue_date__lt=end), default=0)
        for place, (start, end) in enumerate(zip(months, ends, strict=True))
    }
    found = rows.aggregate(**sums)
    return [found[f"month_{place}"] for place in range(len(months))]


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
