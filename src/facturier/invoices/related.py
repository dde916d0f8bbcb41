"""Which documents a document is linked to, read both ways."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from facturier.invoices.models import Invoice


class Relation(StrEnum):
    """What the other document is to the one at hand."""

    MADE_FROM = "made_from"
    MADE_INTO = "made_into"
    CREDITS = "credits"
    CREDITED_BY = "credited_by"


@dataclass(frozen=True, slots=True)
class Related:
    """Another document, and what it is to the one at hand."""

    relation: Relation
    invoice: Invoice


def related(invoice: Invoice) -> list[Related]:
    """List the documents that one is linked to: one query."""
    linked = Q(pk__in=[pk for pk in (invoice.converted_from_id, invoice.credits_id) if pk is not None])
    rows = Invoice.objects.filter(linked | Q(converted_from=invoice) | Q(credits=invoice))
    return [Related(_relation(invoice, row), row) for row in rows.order_by("sort_key")]


def _relation(invoice: Invoice, row: Invoice) -> Relation:
    if row.converted_from_id == invoice.pk:
        return Relation.MADE_INTO
    if row.credits_id == invoice.pk:
        return Relation.CREDITED_BY
    return Relation.CREDITS if row.pk == invoice.credits_id else Relation.MADE_FROM
