"""Find the documents of a file to order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from facturier.delivery.bundles.operations import AT_MOST
from facturier.invoices import queries
from facturier.invoices.models import Invoice
from facturier.invoices.queries import Filter

_AT_ONCE = 1_000


def keys_matching(
    chosen: Filter,
    *,
    today: date,
    sort: str = "number",
    descending: bool = True,
    at_most: int | None = AT_MOST,
) -> list[int]:
    """Return the primary keys of what a list shows, in its order; one more than `at_most` stands for more.

    A few queries per thousand documents.
    """
    keys: list[int] = []
    after = ""
    while at_most is None or len(keys) <= at_most:
        page = queries.documents(
            chosen, today=today, sort=sort, descending=descending, after=after, limit=_AT_ONCE
        )
        keys += [row.pk for row in page.rows]
        if not page.after:
            break
        after = page.after
    return keys if at_most is None else keys[: at_most + 1]


def keys_of(chosen: Sequence[int]) -> list[int]:
    """Return which of these documents there are, in the order given: one query."""
    known = set(Invoice.objects.filter(pk__in=chosen).values_list("pk", flat=True))
    return [pk for pk in dict.fromkeys(chosen) if pk in known]
