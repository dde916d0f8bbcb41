"""Work to bill, in as many pieces as a test asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from facturier.batches.choice import Choice
from facturier.customers.models import Customer
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.work.models import BillingMethod, Contract, Expense, Ticket, TicketStatus, TimeEntry

JANUARY = Choice(date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = Choice(date(2026, 2, 1), date(2026, 2, 28))
TODAY = date(2026, 2, 3)


def retainer(customer: Customer, **fields: Any) -> Contract:
    """A flat fee of 500 a month in arrears, in force since 2026."""
    known: dict[str, Any] = {
        "name": "Maintenance",
        "method": BillingMethod.FLAT_FEE,
        "fee": Decimal(500),
        "starts_on": date(2026, 1, 1),
    }
    return Contract.objects.create(
        organisation_id=customer.organisation_id, customer=customer, **{**known, **fields}
    )


def support(customer: Customer, **fields: Any) -> Contract:
    """An hourly contract at 90, in steps of 15 minutes, the customer's default."""
    known: dict[str, Any] = {
        "name": "Support",
        "method": BillingMethod.HOURLY,
        "hourly_rate": Decimal(90),
        "rounding_minutes": 15,
        "starts_on": date(2025, 1, 1),
        "is_default": True,
    }
    return Contract.objects.create(
        organisation_id=customer.organisation_id, customer=customer, **{**known, **fields}
    )


def ticket(customer: Customer, number: int = 2214, **fields: Any) -> Ticket:
    known = {"title": "Printer", "status": TicketStatus.CLOSED, "opened_on": date(2026, 1, 5)}
    return Ticket.objects.create(
        organisation_id=customer.organisation_id,
        customer=customer,
        number=number,
        **{**known, **fields},
    )


def entry(customer: Customer | None, organisation: Organisation | None = None, **fields: Any) -> TimeEntry:
    """One hour on 5 January 2026."""
    known = {"person": "Ana", "day": date(2026, 1, 5), "seconds": 3600}
    organisation_id = organisation.pk if organisation else customer and customer.organisation_id
    return TimeEntry.objects.create(organisation_id=organisation_id, customer=customer, **{**known, **fields})


def expense(customer: Customer, **fields: Any) -> Expense:
    """A train ticket of 42.00 with 10 % mark-up."""
    known = {
        "day": date(2026, 1, 6),
        "description": "Train",
        "cost_minor": 4200,
        "currency": customer.currency,
        "markup_percent": Decimal(10),
    }
    return Expense.objects.create(
        organisation_id=customer.organisation_id, customer=customer, **{**known, **fields}
    )


def month_of(customer: Customer, *, number: int = 2214) -> None:
    """A usual month of one customer: a retainer, a ticket with two entries, and an expense."""
    retainer(customer)
    support(customer)
    one = ticket(customer, number)
    entry(customer, ticket=one, seconds=3000)
    entry(customer, ticket=one, day=date(2026, 1, 9), seconds=600)
    expense(customer, ticket=one)


def many(organisation: Organisation, count: int) -> None:
    """As many customers, each with a usual month."""
    with scope(organisation.pk):
        shared = {
            "organisation": organisation,
            "language": organisation.language,
            "currency": organisation.currency,
            "line1": "1 rue de la Paix",
            "postcode": "69001",
            "city": "Lyon",
            "country": organisation.country,
        }
        customers = Customer.objects.bulk_create(
            Customer(number=f"M{k:05}", name=f"Customer {k:05}", **shared) for k in range(count)
        )
        common = {"organisation": organisation, "starts_on": date(2026, 1, 1)}
        Contract.objects.bulk_create(
            Contract(customer=one, name="Maintenance", method="flat_fee", fee=500, **common)
            for one in customers
        )
        Contract.objects.bulk_create(
            Contract(
                customer=one,
                name="Support",
                method="hourly",
                hourly_rate=90,
                rounding_minutes=15,
                is_default=True,
                **common,
            )
            for one in customers
        )
        tickets = Ticket.objects.bulk_create(
            Ticket(
                organisation=organisation,
                customer=one,
                number=10_000 + k,
                title="Printer",
                status=TicketStatus.CLOSED,
                opened_on=date(2026, 1, 5),
            )
            for k, one in enumerate(customers)
        )
        TimeEntry.objects.bulk_create(
            TimeEntry(
                organisation=organisation,
                customer=one.customer,
                ticket=one,
                person="Ana",
                day=date(2026, 1, 5),
                seconds=seconds,
            )
            for one in tickets
            for seconds in (3000, 600)
        )
        Expense.objects.bulk_create(
            Expense(
                organisation=organisation,
                customer=one,
                day=date(2026, 1, 6),
                description="Train",
                cost_minor=4200,
                currency=one.currency,
                markup_percent=10,
            )
            for one in customers
        )
