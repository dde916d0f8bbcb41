"""Work for the tests, with what does not matter filled in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from facturier.customers.models import Customer
from facturier.rules.money import Money
from facturier.work import operations
from facturier.work.models import BillingMethod, Contract, Expense, Ticket, TimeEntry
from facturier.work.values import NewContract, NewExpense, NewTicket, NewTime
from tests.support.cast import Cast

MARCH = date(2026, 3, 4)


def new_contract(**fields: Any) -> NewContract:
    stated = {
        "name": "Support",
        "method": BillingMethod.HOURLY,
        "starts_on": date(2026, 1, 1),
        "hourly_rate": Decimal(90),
    }
    return NewContract(**{**stated, **fields})


def contract(cast: Cast, customer: Customer | None = None, **fields: Any) -> Contract:
    return operations.add_contract(
        customer or cast.bellecour, actor=cast.ana, contract=new_contract(**fields)
    )


def new_ticket(cast: Cast, **fields: Any) -> NewTicket:
    return NewTicket(**{"customer": cast.bellecour, "title": "Printer", "opened_on": MARCH, **fields})


def ticket(cast: Cast, **fields: Any) -> Ticket:
    return operations.add_ticket(cast.lumen, actor=cast.ana, ticket=new_ticket(cast, **fields))


def new_time(cast: Cast, **fields: Any) -> NewTime:
    stated = {"person": "Ana", "day": MARCH, "seconds": 5400}
    if "ticket" not in fields:
        stated["customer"] = cast.bellecour
    return NewTime(**{**stated, **fields})


def time(cast: Cast, **fields: Any) -> TimeEntry:
    return operations.add_time(cast.lumen, actor=cast.ana, time=new_time(cast, **fields))


def new_expense(cast: Cast, **fields: Any) -> NewExpense:
    stated = {
        "customer": cast.bellecour,
        "day": MARCH,
        "description": "Cable",
        "cost": Money(1250, "EUR"),
    }
    return NewExpense(**{**stated, **fields})


def expense(cast: Cast, **fields: Any) -> Expense:
    return operations.add_expense(cast.lumen, actor=cast.ana, expense=new_expense(cast, **fields))


def claim(cast: Cast, **work: Any) -> Any:
    """Let a batch hold a piece of work, as saving the batch does."""
    from facturier.batches.models import Batch, BilledWork

    batch, _new = Batch.objects.get_or_create(
        organisation=cast.lumen,
        name="March",
        defaults={"period_start": date(2026, 3, 1), "period_end": date(2026, 3, 31)},
    )
    return BilledWork.objects.create(organisation=cast.lumen, batch=batch, customer=cast.bellecour, **work)
