"""Note on documents what payments, refunds and credits came to. The one way these facts change.

The room above (payments) decides what settles what, on rows that it has read here for writing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from facturier.audit import operations as audit
from facturier.invoices.models import Invoice
from facturier.organisations.bulk import update_many
from facturier.rules import lifecycle
from facturier.rules.lifecycle import Status

_FACTS = ("paid_minor", "refunded_minor", "credited_minor")


@dataclass(slots=True)
class Change:
    """By how much the facts of a document change, in minor units."""

    paid_minor: int = 0
    refunded_minor: int = 0
    credited_minor: int = 0


def for_settling(invoice_ids: Collection[int]) -> dict[int, Invoice]:
    """Read issued documents for writing, by key; what is no issued document is left out. One query.

    Always locked in the order of their numbers, so that two who settle the same never wait for each other.
    """
    rows: QuerySet[Invoice] = Invoice.objects.select_for_update()
    rows = rows.filter(pk__in=invoice_ids, number__isnull=False).order_by("sort_key", "pk")
    return {row.pk: row for row in rows}


def settle(rows: Mapping[int, Invoice], changes: Mapping[int, Change]) -> None:
    """Add changes to the facts of documents that `for_settling` has read, and write the labels that follow.

    An invoice that is paid by it is told of as `invoice.settled`. One statement, whatever their number.
    """
    written = []
    for key, change in changes.items():
        row = rows[key]
        was_paid = row.facts.is_paid
        for name in _FACTS:
            setattr(row, name, getattr(row, name) + getattr(change, name))
        row.status = lifecycle.status(row.facts)
        written.append((row.pk, *(getattr(row, name) for name in _FACTS), Status(row.status).value))
        if row.facts.is_paid and not was_paid:
            audit.record("invoice.settled", row)
    update_many(Invoice, [*_FACTS, "status"], written)
