"""Add and change contracts, tickets, time and expenses. Time trackers' exports: see importing.py."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from facturier.audit import operations as audit
from facturier.catalogue.models import GLAccount, TaxCode
from facturier.customers.models import Customer
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused
from facturier.rules.worktime import duration_text
from facturier.work.claims import billed_until, refuse_claimed, refuse_claimed_ticket
from facturier.work.matching import contracts_of
from facturier.work.models import Contract, Expense, Ticket, TicketStatus, TimeEntry
from facturier.work.values import (
    NewContract,
    NewExpense,
    NewTicket,
    NewTime,
    check_contract,
    check_expense,
    check_price,
    check_seconds,
    tidy,
)

TRIES = 20
_BILLED_BY = ("method", "period", "in_advance", "starts_on")
_REOPENED = (TicketStatus.OPEN, TicketStatus.PENDING)


@operation("work.change")
def add_contract(customer: Customer, *, actor: Actor, contract: NewContract) -> Contract:
    """Agree a contract with a customer. As the default it takes the place of the one before."""
    columns = _contract_columns(contract)
    if contract.is_default:
        Contract.objects.filter(customer=customer, is_default=True).update(is_default=False)
    row = Contract.objects.create(organisation_id=customer.organisation_id, customer=customer, **columns)
    audit.record("contract.added", row, name=row.name, customer=customer.name)
    return row


@operation("work.change")
def change_contract(contract: Contract, *, actor: Actor, values: NewContract) -> Contract:
    """Change a contract; what was billed stays as it is.

    Raises Refused for a change of method, period or start once a period was billed, because periods would
    overlap those that were, and for an end before the last one billed.
    """
    columns = _contract_columns(values)
    changed = [name for name, value in columns.items() if getattr(contract, name) != value]
    _refuse_overlap(contract, columns, changed)
    if "is_default" in changed and values.is_default:
        Customer.lock(contract.customer_id)
        others = Contract.objects.filter(customer_id=contract.customer_id, is_default=True)
        others.exclude(pk=contract.pk).update(is_default=False)
    _write(contract, columns, changed)
    audit.record("contract.changed", contract, fields=sorted(changed))
    return contract


def _contract_columns(given: NewContract) -> dict[str, Any]:
    check_contract(given)
    needed = Refused("Name the contract.", field="name")
    _catalogue(given.tax_code_id, given.account_id)
    return {
        **_columns(given),
        "name": tidy(given.name, field="name", longest=200, needed=needed),
        "order_reference": tidy(given.order_reference, field="order_reference", longest=100),
    }


def _refuse_overlap(contract: Contract, columns: dict[str, Any], changed: list[str]) -> None:
    last = billed_until(contract)
    if last is None:
        return
    for name in _BILLED_BY:
        if name in changed:
            raise Refused(
                "Periods until %(day)s were billed: end this contract and add a new one.",
                field=name,
                values={"day": last.period_end},
            )
    if "ends_on" in changed and columns["ends_on"] and columns["ends_on"] < last.period_end:
        raise Refused(
            "The period until %(day)s was billed: end the contract on that day or later.",
            field="ends_on",
            values={"day": last.period_end},
        )


@operation("work.change")
def add_ticket(organisation: Organisation, *, actor: Actor, ticket: NewTicket) -> Ticket:
    """Open a ticket under the next number."""
    columns = _ticket_columns(ticket)
    for _try in range(TRIES):
        last = Ticket.objects.aggregate(last=Max("number"))["last"] or 0
        row = Ticket(organisation=organisation, number=last + 1, **columns)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            break
        except IntegrityError:
            continue
    else:
        raise Refused("Many tickets are being opened at this moment: try again.")
    audit.record("ticket.added", row, number=row.number, title=row.title)
    return row


@operation("work.change")
def change_ticket(ticket: Ticket, *, actor: Actor, values: NewTicket) -> Ticket:
    """Change a ticket; its time and expenses go with it to another customer or contract.

    Raises Refused when some of them stand in a batch or on a document.
    """
    columns = _ticket_columns(values)
    changed = [name for name, value in columns.items() if getattr(ticket, name) != value]
    if changed == ["status"] or not changed:
        return _set_status(ticket, values.status)
    refuse_claimed_ticket(ticket)
    _write(ticket, columns, changed)
    moved = {name: columns[name] for name in ("customer", "contract") if name in changed}
    if moved:
        _refuse_foreign_currency(ticket)
        ticket.time_entries.update(**moved)
        ticket.expenses.update(**moved)
    audit.record("ticket.changed", ticket, fields=sorted(changed))
    return ticket


@operation("work.change")
def set_status(ticket: Ticket, *, actor: Actor, status: TicketStatus) -> Ticket:
    """Move a ticket along. Raises Refused for reopening one whose work is being billed, or was."""
    return _set_status(ticket, status)


def _set_status(ticket: Ticket, status: TicketStatus) -> Ticket:
    before = TicketStatus(ticket.status)
    if before is status:
        return ticket
    if status is not TicketStatus.CLOSED:
        refuse_claimed_ticket(ticket)
    ticket.status = status
    ticket.save(update_fields=["status"])
    reopened = before not in _REOPENED and status in _REOPENED
    audit.record("ticket.reopened" if reopened else f"ticket.{status}", ticket, before=str(before))
    return ticket


def _ticket_columns(given: NewTicket) -> dict[str, Any]:
    needed = Refused("Give the ticket a title.", field="title")
    title = tidy(given.title, field="title", longest=200, needed=needed)
    contract = _contract_for(given.customer, given.contract, project="", day=given.opened_on)
    return {**_columns(given), "title": title, "contract": contract}


def _refuse_foreign_currency(ticket: Ticket) -> None:
    currency = ticket.customer.currency
    if ticket.expenses.exclude(currency=currency).exists():
        raise Refused(
            "The ticket has expenses in another currency than %(currency)s: delete them first.",
            field="customer",
            values={"currency": currency},
        )


@operation("work.change")
def add_time(organisation: Organisation, *, actor: Actor, time: NewTime) -> TimeEntry:
    """Enter time that was worked."""
    row = TimeEntry.objects.create(organisation=organisation, **_time_columns(time))
    audit.record("time.added", row, person=row.person, day=row.day, duration=duration_text(row.seconds))
    return row


@operation("work.change")
def change_time(entry: TimeEntry, *, actor: Actor, values: NewTime) -> TimeEntry:
    """Change a time entry. Raises Refused when it stands in a batch or on a document."""
    refuse_claimed(entry)
    columns = _time_columns(values)
    changed = [name for name, value in columns.items() if getattr(entry, name) != value]
    _write(entry, columns, changed)
    audit.record("time.changed", entry, fields=sorted(changed))
    return entry


@operation("work.change")
def delete_time(entry: TimeEntry, *, actor: Actor) -> None:
    """Delete a time entry. Raises Refused when it stands in a batch or on a document."""
    refuse_claimed(entry)
    audit.record("time.deleted", entry, person=entry.person, day=entry.day, seconds=entry.seconds)
    entry.delete()


def _time_columns(given: NewTime) -> dict[str, Any]:
    needed = Refused("Say who worked.", field="person")
    check_seconds(given.seconds)
    check_price(given.rate, field="rate")
    customer, contract = _belongs(given, project=given.project)
    return {
        **_columns(given),
        "person": tidy(given.person, field="person", longest=100, needed=needed),
        "project": tidy(given.project, field="project", longest=200),
        "task": tidy(given.task, field="task", longest=200),
        "description": given.description.strip(),
        "customer": customer,
        "contract": contract,
    }


@operation("work.change")
def add_expense(organisation: Organisation, *, actor: Actor, expense: NewExpense) -> Expense:
    """Enter money that was spent for a customer."""
    row = Expense.objects.create(organisation=organisation, **_expense_columns(expense))
    audit.record("expense.added", row, description=row.description, cost=str(expense.cost))
    return row


@operation("work.change")
def change_expense(expense: Expense, *, actor: Actor, values: NewExpense) -> Expense:
    """Change an expense. Raises Refused when it stands in a batch or on a document."""
    refuse_claimed(expense)
    columns = _expense_columns(values)
    changed = [name for name, value in columns.items() if getattr(expense, name) != value]
    _write(expense, columns, changed)
    audit.record("expense.changed", expense, fields=sorted(changed))
    return expense


@operation("work.change")
def delete_expense(expense: Expense, *, actor: Actor) -> None:
    """Delete an expense. Raises Refused when it stands in a batch or on a document."""
    refuse_claimed(expense)
    audit.record("expense.deleted", expense, description=expense.description, cost=expense.cost_minor)
    expense.delete()


def _expense_columns(given: NewExpense) -> dict[str, Any]:
    check_expense(given)
    needed = Refused("Say what the money was spent on.", field="description")
    _catalogue(given.tax_code_id, given.account_id)
    customer, contract = _belongs(given, project="")
    columns = _columns(given)
    cost = columns.pop("cost")
    return {
        **columns,
        "description": tidy(given.description, field="description", longest=300, needed=needed),
        "customer": customer,
        "contract": contract,
        "cost_minor": cost.minor,
        "currency": cost.currency,
    }


def _belongs(given: NewTime | NewExpense, *, project: str) -> tuple[Customer | None, Contract | None]:
    """Return the customer and contract of work: those of its ticket, else those given or matched."""
    ticket = given.ticket
    if ticket is not None:
        if given.customer is not None and given.customer.pk != ticket.customer_id:
            raise Refused(
                "The ticket is %(customer)s’s.", field="ticket", values={"customer": ticket.customer.name}
            )
        if given.contract is not None and given.contract.customer_id != ticket.customer_id:
            raise Refused("The contract is with another customer.", field="contract")
        return ticket.customer, given.contract or ticket.contract
    if given.customer is None:
        if given.contract is not None:
            raise Refused("Choose the contract’s customer too.", field="customer")
        return None, None
    return given.customer, _contract_for(given.customer, given.contract, project=project, day=given.day)


def _contract_for(
    customer: Customer, contract: Contract | None, *, project: str, day: date
) -> Contract | None:
    if contract is None:
        return contracts_of([customer.pk]).choose(customer.pk, project=project, day=day)
    if contract.customer_id != customer.pk:
        raise Refused("The contract is with another customer.", field="contract")
    return contract


def _columns(given: Any) -> dict[str, Any]:
    return {one.name: getattr(given, one.name) for one in fields(given)}


def _write(row: Any, columns: dict[str, Any], changed: list[str]) -> None:
    for name in changed:
        setattr(row, name, columns[name])
    row.save(update_fields=changed)


def _catalogue(tax_code_id: int | None, account_id: int | None) -> None:
    if tax_code_id is not None and not TaxCode.objects.filter(pk=tax_code_id).exists():
        raise Refused("Choose one of your tax codes.", field="tax_code")
    if account_id is not None and not GLAccount.objects.filter(pk=account_id).exists():
        raise Refused("Choose one of your GL accounts.", field="account")
