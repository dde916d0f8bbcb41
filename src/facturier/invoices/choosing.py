"""Tell what would become of chosen documents before anything is done to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from facturier.customers.models import Customer
from facturier.invoices.issuing import why_not
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.rules import lifecycle
from facturier.rules.refusal import Refused


@dataclass(slots=True)
class Plan:
    """Which of the chosen documents it will be done to, and which are left out for which reason."""

    ready: list[Invoice] = field(default_factory=list)
    skipped: list[tuple[Invoice, Refused]] = field(default_factory=list)


def to_finalise(
    organisation: Organisation, *, actor: Actor, invoice_ids: Collection[int], issue_date: date
) -> Plan:
    """Sort out which drafts can be numbered on a day. Seven queries, whatever their number."""
    rows = _chosen(invoice_ids).order_by("reference")
    allowed, refused = split_by_owner(rows, actor=actor)
    return _plan(rows, refused | why_not(organisation, allowed, issue_date=issue_date))


def to_close(*, invoice_ids: Collection[int]) -> Plan:
    """Sort out which documents can be closed: one query."""
    rows = _chosen(invoice_ids).order_by("sort_key", "pk")
    refused: dict[int, Refused] = {}
    for row in rows:
        try:
            lifecycle.refuse_closing(row.facts)
        except Refused as refusal:
            refused[row.pk] = refusal
    return _plan(rows, refused)


def split_by_owner(rows: Sequence[Invoice], *, actor: Actor) -> tuple[list[Invoice], dict[int, Refused]]:
    """Split documents by whether the actor answers for their customer: one query."""
    if actor.is_admin:
        return list(rows), {}
    owned = set(
        Customer.objects.filter(
            pk__in={row.customer_id for row in rows},
            ownerships__membership_id=actor.membership_id,
        ).values_list("pk", flat=True)
    )
    reason = "Only an owner of this customer, or an administrator, may do this."
    refused = {row.pk: Refused(reason) for row in rows if row.customer_id not in owned}
    return [row for row in rows if row.customer_id in owned], refused


def _chosen(invoice_ids: Collection[int]) -> QuerySet[Invoice]:
    return Invoice.objects.filter(pk__in=invoice_ids).select_related("customer", "organisation")


def _plan(rows: Sequence[Invoice], refused: dict[int, Refused]) -> Plan:
    return Plan(
        ready=[row for row in rows if row.pk not in refused],
        skipped=[(row, refused[row.pk]) for row in rows if row.pk in refused],
    )
