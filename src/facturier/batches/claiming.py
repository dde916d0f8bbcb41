"""Claim work for a batch: what keeps it from being billed twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from facturier.batches.models import Batch, BilledWork
from facturier.batches.naming import named_works
from facturier.batches.proposing import Proposal
from facturier.organisations.bulk import insert_many
from facturier.rules.billing import Fee, Spending, Time, Work
from facturier.rules.refusal import Refused

_CLAIM = (
    *("batch_id", "customer_id", "contract_id", "ticket_id", "time_entry_id", "expense_id"),
    *("period_start", "period_end"),
)


def claim(batch: Batch, proposals: Sequence[Proposal]) -> None:
    """Insert a claim per piece of work, in one order for everybody: two batches never wait for each other.

    Raises Refused, naming it, when some of the work has a claim already: the database's constraint says so.
    """
    works = [(one.customer.pk, work) for one in proposals for work in one.works]
    rows = sorted(((batch.pk, customer_id, *_columns(work)) for customer_id, work in works), key=_claim_order)
    try:
        with transaction.atomic():
            insert_many(BilledWork, _CLAIM, rows)
    except IntegrityError as error:
        keys = _claimed_keys(works)
        taken = [work for _, work in works if work.key in keys]
        raise Refused(
            "Somebody else has just put some of this work into a batch: %(work)s. Look at the preview again.",
            values={"work": named_works(taken)},
        ) from error


def _columns(work: Work) -> tuple[Any, ...]:
    contract_id = work.terms.contract_id if work.terms else None
    if isinstance(work, Fee):
        return (contract_id, None, None, None, work.period.span.start, work.period.span.last)
    ticket_id = work.ticket.ticket_id if work.ticket else None
    if isinstance(work, Time):
        return (contract_id, ticket_id, work.entry_id, None, None, None)
    return (contract_id, ticket_id, None, work.expense_id, None, None)


def _claim_order(row: tuple[Any, ...]) -> tuple[Any, ...]:
    _, _, contract_id, _, time_entry_id, expense_id, period_start, _ = row
    return (time_entry_id or 0, expense_id or 0, contract_id or 0, period_start or date.min)


def _claimed_keys(works: Sequence[tuple[int, Work]]) -> set[str]:
    """Return which of these works have a claim by now."""
    entries = [work.entry_id for _, work in works if isinstance(work, Time)]
    expenses = [work.expense_id for _, work in works if isinstance(work, Spending)]
    contracts = {work.terms.contract_id for _, work in works if isinstance(work, Fee)}
    claims = BilledWork.objects.filter(
        Q(time_entry__in=entries)
        | Q(expense__in=expenses)
        | Q(period_start__isnull=False, contract__in=contracts)
    )
    keys = set()
    for entry_id, expense_id, contract_id, start in claims.values_list(
        "time_entry_id", "expense_id", "contract_id", "period_start"
    ):
        keys.add(
            f"time:{entry_id}"
            if entry_id
            else f"expense:{expense_id}"
            if expense_id
            else f"fee:{contract_id}:{start}"
        )
    return keys
