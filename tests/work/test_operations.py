"""Contracts, tickets, time and expenses: who may write them, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from facturier.organisations.access import refusals_of_the_database
from facturier.organisations.tenancy import scope
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.work import operations
from facturier.work.models import BillingMethod, Contract, Expense, Period, TicketStatus, TimeEntry
from tests.support import cast as casting
from tests.support.cast import Cast
from tests.work import works
from tests.work.works import MARCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def lumen(cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


# --- Contracts ---------------------------------------------------------------------------------


def test_a_customer_has_one_default_contract(lumen: Cast) -> None:
    first = works.contract(lumen, is_default=True)
    second = works.contract(lumen, name="Projects", is_default=True)
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)
    operations.change_contract(first, actor=lumen.ana, values=works.new_contract(is_default=True))
    assert Contract.objects.get(is_default=True) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=second.pk).update(is_default=True)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": " "}, "name"),
        ({"method": BillingMethod.FLAT_FEE}, "fee"),
        ({"hourly_rate": None}, "hourly_rate"),
        ({"hourly_rate": Decimal(-1)}, "hourly_rate"),
        ({"hourly_rate": Decimal("NaN")}, "hourly_rate"),
        ({"hourly_rate": Decimal("0.0000001")}, "hourly_rate"),
        ({"hourly_rate": Decimal(10) ** 9}, "hourly_rate"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
        ({"rounding_minutes": 241}, "rounding_minutes"),
        ({"tax_code_id": 10**9}, "tax_code"),
        ({"account_id": 10**9}, "account"),
    ],
)
def test_what_is_wrong_with_a_contract_is_named(lumen: Cast, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        works.contract(lumen, **fields)
    assert refused.value.field == place
    assert not Contract.objects.exists()


def test_a_contract_that_billed_a_period_keeps_its_periods(lumen: Cast) -> None:
    fee = works.new_contract(method=BillingMethod.FLAT_FEE, fee=Decimal(300))
    row = operations.add_contract(lumen.bellecour, actor=lumen.ana, contract=fee)
    free = replace(fee, period=Period.QUARTERLY)
    operations.change_contract(row, actor=lumen.ana, values=free)  # the control: nothing is billed yet
    operations.change_contract(row, actor=lumen.ana, values=fee)
    works.claim(lumen, contract=row, period_start=date(2026, 3, 1), period_end=date(2026, 3, 31))
    for change in (
        {"period": Period.QUARTERLY},
        {"starts_on": date(2026, 2, 1)},
        {"in_advance": True},
        {"method": BillingMethod.HOURLY},
        {"ends_on": date(2026, 3, 30)},
    ):
        with pytest.raises(Refused) as refused:
            operations.change_contract(row, actor=lumen.ana, values=replace(fee, **change))
        assert refused.value.field in change
    fine = replace(fee, fee=Decimal(320), ends_on=date(2026, 3, 31))
    assert operations.change_contract(row, actor=lumen.ana, values=fine).fee == 320


# --- Tickets -----------------------------------------------------------------------------------


def test_tickets_are_numbered_and_find_their_contract(lumen: Cast) -> None:
    first = works.ticket(lumen)
    assert (first.number, first.contract) == (1, None)
    support = works.contract(lumen)
    second = works.ticket(lumen)
    assert (second.number, second.contract) == (2, support)


def test_a_ticket_moves_with_its_time_and_expenses(lumen: Cast) -> None:
    row = works.ticket(lumen)
    entry = works.time(lumen, ticket=row)
    spent = works.expense(lumen, ticket=row)
    other = casting.customer(lumen.lumen, number="C002")
    support = works.contract(lumen, other)
    operations.change_ticket(row, actor=lumen.ana, values=works.new_ticket(lumen, customer=other))
    entry.refresh_from_db()
    spent.refresh_from_db()
    assert entry.customer == spent.customer == other
    assert entry.contract == spent.contract == support


def test_a_ticket_whose_work_is_billed_is_only_closed(lumen: Cast) -> None:
    row = works.ticket(lumen, status=TicketStatus.RESOLVED)
    operations.set_status(row, actor=lumen.ana, status=TicketStatus.OPEN)  # the control
    operations.set_status(row, actor=lumen.ana, status=TicketStatus.RESOLVED)
    works.claim(lumen, time_entry=works.time(lumen, ticket=row), ticket=row)
    for status in (TicketStatus.OPEN, TicketStatus.PENDING):
        with pytest.raises(Refused, match="batch “March”"):
            operations.set_status(row, actor=lumen.ana, status=status)
    with pytest.raises(Refused, match="batch “March”"):
        operations.change_ticket(row, actor=lumen.ana, values=works.new_ticket(lumen, title="Other"))
    assert operations.set_status(row, actor=lumen.ana, status=TicketStatus.CLOSED).status == "closed"


# --- Time and expenses -------------------------------------------------------------------------


def test_time_on_a_ticket_is_its_customers(lumen: Cast) -> None:
    support = works.contract(lumen)
    row = works.ticket(lumen, contract=support)
    entry = works.time(lumen, ticket=row)
    assert (entry.customer, entry.contract) == (lumen.bellecour, support)
    other = casting.customer(lumen.lumen, number="C002")
    with pytest.raises(Refused) as refused:
        works.time(lumen, ticket=row, customer=other)
    assert refused.value.field == "ticket"


def test_contracts_are_found_by_project_then_default_then_alone(lumen: Cast) -> None:
    assert works.time(lumen).contract is None
    support = works.contract(lumen)
    assert works.time(lumen).contract == support
    migration = works.contract(lumen, name="Migration 2026", starts_on=date(2026, 3, 1))
    assert works.time(lumen).contract is None
    assert works.time(lumen, project="migration  2026").contract == migration
    assert works.time(lumen, project="Migration 2026", day=date(2026, 2, 28)).contract == support
    default = works.contract(lumen, name="Default", is_default=True)
    assert works.time(lumen).contract == default
    assert works.time(lumen, contract=support).contract == support
    assert works.time(lumen, customer=None).contract is None


def test_flat_fees_take_time_only_when_they_are_named(lumen: Cast) -> None:
    flat = works.contract(lumen, name="Care", method=BillingMethod.FLAT_FEE, fee=Decimal(300))
    assert works.time(lumen).contract is None
    assert works.time(lumen, project="Care").contract == flat


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"person": ""}, "person"),
        ({"person": "x" * 101}, "person"),
        ({"project": "x" * 201}, "project"),
        ({"seconds": 0}, "duration"),
        ({"seconds": 86_401}, "duration"),
        ({"rate": Decimal(-1)}, "rate"),
    ],
)
def test_what_is_wrong_with_time_is_named(lumen: Cast, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        works.time(lumen, **fields)
    assert refused.value.field == place
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"description": ""}, "description"),
        ({"cost": Money(0, "EUR")}, "cost"),
        ({"cost": Money(100, "USD")}, "cost"),
        ({"markup_percent": Decimal(-1)}, "markup_percent"),
        ({"markup_percent": Decimal(1000)}, "markup_percent"),
        ({"account_id": 10**9}, "account"),
    ],
)
def test_what_is_wrong_with_an_expense_is_named(lumen: Cast, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        works.expense(lumen, **fields)
    assert refused.value.field == place
    assert not Expense.objects.exists()


def test_contracts_of_others_are_refused(lumen: Cast) -> None:
    other = casting.customer(lumen.lumen, number="C002")
    theirs = works.contract(lumen, other)
    row = works.ticket(lumen)
    for attempt in (
        lambda: works.time(lumen, contract=theirs),
        lambda: works.time(lumen, ticket=row, contract=theirs),
        lambda: works.expense(lumen, contract=theirs),
        lambda: works.ticket(lumen, contract=theirs),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.field == "contract"


def test_claimed_work_is_not_changed_and_says_who_holds_it(lumen: Cast) -> None:
    entry, spent = works.time(lumen), works.expense(lumen)
    changed = works.new_time(lumen, description="before it was claimed")
    operations.change_time(entry, actor=lumen.ana, values=changed)  # the control
    works.claim(lumen, time_entry=entry)
    works.claim(lumen, expense=spent)
    day = MARCH + timedelta(days=1)
    for attempt in (
        lambda: operations.change_time(entry, actor=lumen.ana, values=works.new_time(lumen, day=day)),
        lambda: operations.delete_time(entry, actor=lumen.ana),
        lambda: operations.change_expense(spent, actor=lumen.ada, values=works.new_expense(lumen, day=day)),
        lambda: operations.delete_expense(spent, actor=lumen.ada),
    ):
        with pytest.raises(Refused, match="batch “March”: delete the batch"):
            attempt()
    assert TimeEntry.objects.get(pk=entry.pk).day == Expense.objects.get(pk=spent.pk).day == MARCH


def test_the_database_refuses_claimed_work_without_being_asked_nicely(lumen: Cast) -> None:
    entry = works.time(lumen)
    works.claim(lumen, time_entry=entry)
    with pytest.raises(DatabaseError), transaction.atomic():
        TimeEntry.objects.filter(pk=entry.pk).update(seconds=1)
    with pytest.raises(Refused), refusals_of_the_database(), transaction.atomic():
        TimeEntry.objects.filter(pk=entry.pk)._raw_delete("default")


def test_work_that_was_released_can_be_changed_again(lumen: Cast) -> None:
    entry = works.time(lumen)
    works.claim(lumen, time_entry=entry).delete()
    operations.delete_time(entry, actor=lumen.ana)
    assert not TimeEntry.objects.exists()


def test_readers_and_strangers_write_no_work(lumen: Cast) -> None:
    entry = works.time(lumen)
    for actor in (lumen.carol, lumen.bob):
        with pytest.raises(PermissionDenied):
            operations.add_time(lumen.lumen, actor=actor, time=works.new_time(lumen))
        with pytest.raises(PermissionDenied):
            operations.delete_time(entry, actor=actor)
    assert TimeEntry.objects.count() == 1
