"""Read the work of a saved batch back: what its claims hold and no document bills yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from facturier.batches.models import Batch, BilledWork
from facturier.batches.reading import EXPENSE, TIME, Codes, TicketRow, agreements, codes, faces_of
from facturier.rules.billing import Coding, Fee, Spending, Time, Work
from facturier.rules.periods import FeePeriod, Span, period_of
from facturier.rules.refusal import Refused
from facturier.work.models import Contract, Expense, Ticket, TimeEntry

_CLAIM = (
    *("pk", "customer_id", "contract_id", "ticket_id", "time_entry_id", "expense_id"),
    *("period_start", "period_end"),
)
_LACKS = {
    "no_tax_code": "No tax code is set for “%(name)s”: choose one for the contract or the customer.",
    "no_tax_rate": "The tax code of “%(name)s” has no rate on %(date)s.",
    "no_account": "No GL account is set for “%(name)s”: choose one for the contract.",
}


@dataclass(slots=True)
class Claimed:
    """The work of claims; `claim_ids` maps the key of a work to its claim."""

    codes: Codes
    works: list[tuple[int, Work]] = field(default_factory=list)
    claim_ids: dict[str, int] = field(default_factory=dict)
    refusals: dict[int, list[Refused]] = field(default_factory=dict)  # by customer


def pending(batch: Batch) -> QuerySet[Any]:
    """Claims of a batch that no document bills yet."""
    return BilledWork.objects.filter(batch=batch, invoice=None)


def read(batch: Batch, *, customer_ids: Iterable[int]) -> Claimed:
    """Read what a batch has claimed for some customers, in the form that the rules know.

    Customers of whose work something lacks a tax code, rate or account are listed with the refusals.
    """
    ids = list(customer_ids)
    claims = pending(batch).filter(customer_id__in=ids)
    rows = list(claims.values_list(*_CLAIM))
    terms = agreements(Contract.objects.filter(pk__in=claims.values("contract_id"))).by_id
    faces = _tickets(claims)
    entries = {row[0]: row for row in _values(TimeEntry, claims, "time_entry_id", TIME)}
    spent = {row[0]: row for row in _values(Expense, claims, "expense_id", EXPENSE)}
    found = Claimed(codes(ids))
    for pk, customer_id, contract_id, ticket_id, time_entry_id, expense_id, first, last in rows:
        agreement = terms.get(contract_id)
        face = faces[ticket_id].face if ticket_id else None
        work: Work
        if first is not None:
            assert agreement is not None
            coding = found.codes.coding(customer_id, last, agreement)
            whole = period_of(agreement.terms.cycle, first)
            work = Fee(agreement.terms, FeePeriod(Span.inclusive(first, last), whole), coding)
            day, name = last, agreement.terms.name
        elif time_entry_id is not None:
            assert agreement is not None
            _, _, _, _, person, day, seconds, project, task, description, _, rate = entries[time_entry_id]
            coding = found.codes.coding(customer_id, day, agreement)
            work = Time(
                *(time_entry_id, day, seconds, agreement.terms, coding, rate, face),
                *(person, project, task, description),
            )
            name = agreement.terms.name
        else:
            _, _, _, _, day, name, cost, currency, markup, _, tax_code_id, account_id = spent[expense_id]
            coding = found.codes.coding(
                customer_id, day, agreement, tax_code_id=tax_code_id, account_id=account_id
            )
            work = Spending(
                *(expense_id, day, name, cost, currency, coding, markup),
                *(agreement.terms if agreement else None, face),
            )
        _refuse_lacking(found, coding, customer_id=customer_id, day=day, name=name)
        found.works.append((customer_id, work))
        found.claim_ids[work.key] = pk
    return found


def _tickets(claims: QuerySet[Any]) -> dict[int, TicketRow]:
    return faces_of(Ticket.objects.filter(pk__in=claims.values("ticket_id")))


def _values(model: Any, claims: QuerySet[Any], column: str, names: tuple[str, ...]) -> Any:
    return model.objects.filter(pk__in=claims.values(column)).values_list(*names)


def _refuse_lacking(found: Claimed, coding: Coding, *, customer_id: int, day: date, name: str) -> None:
    lacks = found.codes.hold(coding, customer_id=customer_id, day=day)
    if lacks is not None:
        refusal = Refused(_LACKS[lacks], values={"name": name, "date": day})
        found.refusals.setdefault(customer_id, []).append(refusal)
