"""Read work from the database in the form that the rules know: a constant number of queries."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from facturier.batches.models import BilledWork
from facturier.catalogue.models import Role
from facturier.catalogue.queries import TaxTable, UsualCodes, default_account, tax_table, usual_codes
from facturier.customers.models import Customer
from facturier.rules.billing import Coding, Hold, Method, Terms, TicketFace, hold_coding
from facturier.rules.periods import Cycle, Span
from facturier.rules.refusal import Refused
from facturier.work.models import Contract, Expense, Ticket, TicketStatus, TimeEntry

_DONE = frozenset([TicketStatus.RESOLVED, TicketStatus.CLOSED])
_CONTRACT = (
    *("pk", "customer_id", "name", "method", "period", "in_advance", "starts_on", "ends_on"),
    *("fee", "hourly_rate", "rounding_minutes", "order_reference", "is_default"),
    *("tax_code_id", "account_id"),
)
TIME = (
    *("pk", "customer_id", "contract_id", "ticket_id", "person", "day", "seconds"),
    *("project", "task", "description", "billable", "rate"),
)
EXPENSE = (
    *("pk", "customer_id", "contract_id", "ticket_id", "day", "description", "cost_minor"),
    *("currency", "markup_percent", "billable", "tax_code_id", "account_id"),
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract's terms, and the tax code and GL account that it names, if any."""

    terms: Terms
    tax_code_id: int | None
    account_id: int | None


@dataclass(slots=True)
class Agreements:
    """Contracts by their id, and each customer's default one."""

    by_id: dict[int, Agreement] = field(default_factory=dict)
    defaults: dict[int, Agreement] = field(default_factory=dict)

    def of(self, customer_id: int, contract_id: int | None, ticket_contract_id: int | None) -> Any:
        """Return the agreement that work stands under: its own, its ticket's, else the customer's default."""
        found = contract_id or ticket_contract_id
        return self.by_id[found] if found else self.defaults.get(customer_id)


def agreements(rows: QuerySet[Any]) -> Agreements:
    """Read contracts as terms."""
    found = Agreements()
    for row in rows.values_list(*_CONTRACT):
        one = _agreement(*row)
        found.by_id[one.terms.contract_id] = one
        if row[_CONTRACT.index("is_default")]:
            found.defaults[one.terms.customer_id] = one
    return found


def _agreement(
    pk: int,
    customer_id: int,
    name: str,
    method: str,
    period: str,
    in_advance: bool,
    starts_on: date,
    ends_on: date | None,
    fee: Decimal | None,
    hourly_rate: Decimal | None,
    rounding_minutes: int,
    order_reference: str,
    _is_default: bool,
    tax_code_id: int | None,
    account_id: int | None,
) -> Agreement:
    terms = Terms(
        contract_id=pk,
        customer_id=customer_id,
        name=name,
        method=Method(method),
        cycle=Cycle(period),
        in_advance=in_advance,
        in_force=Span.inclusive(starts_on, ends_on),
        fee=fee or Decimal(0),
        hourly_rate=hourly_rate or Decimal(0),
        rounding_minutes=rounding_minutes,
        order_reference=order_reference,
    )
    return Agreement(terms, tax_code_id, account_id)


@dataclass(slots=True)
class Codes:
    """Which tax code and GL account work gets: its own, its contract's, the customer's, the default."""

    taxes: TaxTable
    usual: UsualCodes
    account_id: int | None
    customers: dict[int, Customer]
    changes: list[date]

    def coding(
        self,
        customer_id: int,
        day: date,
        agreement: Agreement | None,
        *,
        tax_code_id: int | None = None,
        account_id: int | None = None,
    ) -> Coding:
        """Return the coding of work on a day."""
        tax = tax_code_id or (agreement and agreement.tax_code_id)
        account = account_id or (agreement and agreement.account_id)
        customer = self.customers[customer_id]
        return Coding(
            tax
            or customer.tax_code_id
            or self.usual.of(country=customer.country, subdivision=customer.subdivision),
            account or self.account_id,
            bisect_right(self.changes, day),
        )

    def hold(self, coding: Coding, *, customer_id: int, day: date) -> Hold | None:
        """Return what keeps work from standing on a line, or None."""
        lacks = hold_coding(coding)
        if lacks is not None:
            return lacks
        try:
            self.taxes.taxes(coding.tax_code_id, on=day, language=self.customers[customer_id].language)
        except Refused:
            return Hold.NO_TAX_RATE
        return None


def codes(customer_ids: Iterable[int]) -> Codes:
    """Read tax codes, defaults and the customers."""
    taxes = tax_table()
    account = default_account(Role.REVENUE)
    starts = (start for parts in taxes.components.values() for part in parts for start, _ in part.rates)
    return Codes(
        taxes=taxes,
        usual=usual_codes(),
        account_id=account.pk if account else None,
        customers=Customer.objects.in_bulk(set(customer_ids)),
        changes=sorted(set(starts)),
    )


def unclaimed_time() -> QuerySet[Any]:
    """Time that stands in no batch and on no document."""
    claims = BilledWork.objects.filter(time_entry=OuterRef("pk"))
    return TimeEntry.objects.filter(~Exists(claims))


def unclaimed_expenses() -> QuerySet[Any]:
    """Expenses that stand in no batch and on no document."""
    claims = BilledWork.objects.filter(expense=OuterRef("pk"))
    return Expense.objects.filter(~Exists(claims))


@dataclass(frozen=True, slots=True)
class TicketRow:
    face: TicketFace
    contract_id: int | None


def tickets(time: QuerySet[Any], expenses: QuerySet[Any], *, lock: bool) -> dict[int, TicketRow]:
    """Read the tickets that some work stands on, by their id."""
    rows = Ticket.objects.filter(Q(pk__in=time.values("ticket_id")) | Q(pk__in=expenses.values("ticket_id")))
    return faces_of(rows.order_by("pk").select_for_update() if lock else rows)


def faces_of(rows: QuerySet[Any]) -> dict[int, TicketRow]:
    """Read tickets as what a line shows of them."""
    return {
        pk: TicketRow(TicketFace(pk, number, title, status in _DONE), contract_id)
        for pk, number, title, status, contract_id in rows.values_list(
            "pk", "number", "title", "status", "contract_id"
        )
    }


def all_agreements(*, customer_ids: frozenset[int] | None, lock: bool) -> Agreements:
    """Read the contracts of some customers, or of all."""
    rows = Contract.objects.all()
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    if lock:
        rows = rows.order_by("pk").select_for_update(no_key=True)
    return agreements(rows)
