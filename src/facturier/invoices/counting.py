"""Count what several filters show, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import IntegerField, Q, QuerySet, Subquery

from facturier.customers.models import Customer
from facturier.customers.names import folded
from facturier.invoices import queries
from facturier.invoices.models import Invoice
from facturier.invoices.queries import Filter, filtered
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import active


class _Count(Subquery):
    """How many rows a query gives, as one value beside others."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS shown)"
    output_field = IntegerField()
    empty_result_set_value = 0


def counts(chosen: Sequence[Filter]) -> list[int]:
    """Count the documents of each filter, up to `queries.COUNTED` + 1, which stands for "more than".

    One query, whatever the filters: what they search for is looked up inside of it.
    """
    if not chosen:
        return []
    parts = [
        _Count(
            _searched(one.search, filtered(replace(one, search="")))
            .order_by()
            .values("pk")[: queries.COUNTED + 1]
        )
        for one in chosen
    ]
    return list(Organisation.objects.filter(pk=active()).values_list(*parts).get())


def _searched(search: str, rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Match like the list does (queries.py), but by subqueries in place of queries before."""
    words = search.strip()
    if not words:
        return rows
    names = Customer.objects.filter(sort_name__contains=folded(words)).values("pk")
    matches = Q(customer_id__in=names)
    if parts := queries.NUMBER.fullmatch(words):
        prefix, digits = parts[1], int(parts[2])
        wanted = Q(ordinal=digits, number__istartswith=prefix)
        if not prefix:
            wanted |= Q(reference=digits, number=None)
        matches |= Q(pk__in=Invoice.objects.filter(wanted).values("pk"))
    return rows.filter(matches)
