"""Work as a door hands it over, and what is refused of it before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from facturier.customers.models import Customer
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.worktime import DAY
from facturier.work.models import BillingMethod, Contract, JobStatus, Period, Ticket, TicketStatus

HIGHEST_PRICE = Decimal(10) ** 9  # what a column of 15 digits, 6 of them decimals, holds
MOST_MARKUP = Decimal(1000)
MOST_ROUNDING = 240


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract. `fee` per period goes with the flat fee, `hourly_rate` with the hourly method."""

    name: str
    method: BillingMethod
    starts_on: date
    ends_on: date | None = None
    period: Period = Period.MONTHLY
    in_advance: bool = False
    fee: Decimal | None = None
    hourly_rate: Decimal | None = None
    rounding_minutes: int = 0
    tax_code_id: int | None = None
    account_id: int | None = None
    order_reference: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket. Without a contract it gets the one that the customer's work is billed by."""

    customer: Customer
    title: str
    opened_on: date
    contract: Contract | None = None
    status: TicketStatus = TicketStatus.OPEN


@dataclass(frozen=True, slots=True)
class NewTime:
    """A time entry. What stands on a ticket is its customer's; without a contract see NewTicket.

    `rate` per hour takes the place of the contract's.
    """

    person: str
    day: date
    seconds: int
    customer: Customer | None = None
    contract: Contract | None = None
    ticket: Ticket | None = None
    started_at: datetime | None = None
    project: str = ""
    task: str = ""
    description: str = ""
    billable: bool = True
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NewExpense:
    """An expense: its cost without tax, in the currency in which the customer is billed."""

    customer: Customer
    day: date
    description: str
    cost: Money
    markup_percent: Decimal = Decimal(0)
    contract: Contract | None = None
    ticket: Ticket | None = None
    billable: bool = True
    tax_code_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job: what was ordered, how many, at what price. An empty number takes the next one."""

    customer: Customer
    title: str
    quantity: Decimal
    unit_price: Decimal
    opened_on: date
    number: str = ""
    unit: str = "C62"
    order_reference: str = ""
    tax_code_id: int | None = None
    account_id: int | None = None
    status: JobStatus = JobStatus.PLANNED


def tidy(given: str, *, field: str, longest: int, needed: Refused | None = None) -> str:
    """Return a line of text with its blanks collapsed. Raises Refused where it is too long or missing."""
    line = " ".join(given.split())
    if needed is not None and not line:
        raise needed
    if len(line) > longest:
        raise Refused(
            "This is too long: at most %(longest)s characters.", field=field, values={"longest": longest}
        )
    return line


def check_price(given: Decimal | None, *, field: str) -> None:
    """Refuse a price below zero, above what is kept, or with more than six decimals."""
    if given is None:
        return
    if not given.is_finite() or given < 0:
        raise Refused("A price is zero or more.", field=field)
    if given >= HIGHEST_PRICE:
        raise Refused("This price is too high to be true.", field=field)
    if given != given.quantize(Decimal("0.000001")):
        raise Refused("A price has at most six decimals.", field=field)


def check_contract(given: NewContract) -> None:
    """Refuse a contract that lacks its price, or ends before it starts."""
    if given.method is BillingMethod.FLAT_FEE and given.fee is None:
        raise Refused("A flat fee needs an amount per period.", field="fee")
    if given.method is BillingMethod.HOURLY and given.hourly_rate is None:
        raise Refused("Hourly billing needs a rate.", field="hourly_rate")
    check_price(given.fee, field="fee")
    check_price(given.hourly_rate, field="hourly_rate")
    if given.ends_on is not None and given.ends_on < given.starts_on:
        raise Refused("The contract ends before it starts.", field="ends_on")
    if not 0 <= given.rounding_minutes <= MOST_ROUNDING:
        raise Refused(
            "Time is rounded up to at most %(most)s minutes.",
            field="rounding_minutes",
            values={"most": MOST_ROUNDING},
        )


def check_seconds(seconds: int) -> None:
    """Refuse a duration of nothing, or of more than a day."""
    if seconds <= 0:
        raise Refused("A duration is more than nothing.", field="duration")
    if seconds > DAY:
        raise Refused("A day has 24 hours: enter each day by itself.", field="duration")


def check_expense(given: NewExpense) -> None:
    """Refuse an expense in another currency than its customer's, and prices that cannot be."""
    if given.cost.currency != given.customer.currency:
        raise Refused(
            "%(customer)s is billed in %(currency)s: enter the cost in %(currency)s.",
            field="cost",
            values={"customer": given.customer.name, "currency": given.customer.currency},
        )
    if not 0 < given.cost.minor < 10**15:
        raise Refused("A cost is more than zero.", field="cost")
    if not 0 <= given.markup_percent < MOST_MARKUP:
        raise Refused(
            "A mark-up is between 0 and %(most)s %%.", field="markup_percent", values={"most": MOST_MARKUP}
        )
