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


@dataclass(frozen=True, slots=True)
class Related:
    """Another document, and what it is to the one at hand."""

    relation: Relation
    invoice: Invoice


def related(invoice: Invoice) -> list[Related]:
    """List the documents that one is linked to: one query."""
    rows = Invoice.objects.filter(Q(pk=invoice.converted_from_id) | Q(converted_from=invoice))
    return [
        Related(Relation.MADE_INTO if row.converted_from_id == invoice.pk else Relation.MADE_FROM, row)
        for row in rows.order_by("sort_key")
    ]
