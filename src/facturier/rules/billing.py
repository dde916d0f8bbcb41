"""From contracts and work to the lines of an invoice.

SPEC, section 6: only work under a contract is billed; tickets once they are resolved or closed; each piece
of work once. What is held back is held for one reason, which the preview names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_05UP, Context, Decimal
from enum import StrEnum
from functools import lru_cache

from babel.dates import format_date, format_interval

from facturier.rules.money import minor_digits, round_half_up
from facturier.rules.periods import (
    Cycle,
    FeePeriod,
    Span,
    due_periods,
    is_closed_for_time,
    is_over,
)
from facturier.rules.regions.base import Labels, words
from facturier.rules.regions.wording import four, same

HOUR = "HUR"  # UN/ECE Recommendation 20
ONE = "C62"
_PRICE_STEP = Decimal("0.000001")
_EXACT = Context(prec=60)


class Method(StrEnum):
    HOURLY = "hourly"
    FLAT_FEE = "flat_fee"


class Hold(StrEnum):
    """Why a piece of work is left out of a batch."""

    NO_CUSTOMER = "no_customer"
    NOT_BILLABLE = "not_billable"
    NO_DURATION = "no_duration"
    TICKET_OPEN = "ticket_open"
    NO_CONTRACT = "no_contract"
    NOT_IN_FORCE = "not_in_force"
    COVERED_BY_FEE = "covered_by_fee"
    PERIOD_NOT_OVER = "period_not_over"
    OTHER_CURRENCY = "other_currency"
    NO_TAX_CODE = "no_tax_code"
    NO_TAX_RATE = "no_tax_rate"
    NO_ACCOUNT = "no_account"
    DUE_EARLIER = "due_earlier"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract. `fee` is per whole period, `hourly_rate` per hour, both in the customer's currency."""

    contract_id: int
    customer_id: int
    name: str
    method: Method
    cycle: Cycle
    in_advance: bool
    in_force: Span
    fee: Decimal = Decimal(0)
    hourly_rate: Decimal = Decimal(0)
    rounding_minutes: int = 0
    order_reference: str = ""


@dataclass(frozen=True, slots=True)
class TicketFace:
    """What a line and a preview show of a ticket."""

    ticket_id: int
    number: int
    title: str
    is_done: bool  # resolved or closed


@dataclass(frozen=True, slots=True)
class Coding:
    """The tax code and GL account of a line, by their ids; None where nothing says one.

    `era` counts the changes of tax rates up to the day of the work: a line never spans one.
    """

    tax_code_id: int | None
    account_id: int | None
    era: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """A flat fee for some days."""

    terms: Terms
    period: FeePeriod
    coding: Coding

    @property
    def key(self) -> str:
        return f"fee:{self.terms.contract_id}:{self.period.span.start}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time entry. `rate` is its own hourly rate, which stands over its contract's."""

    entry_id: int
    day: date
    seconds: int
    terms: Terms
    coding: Coding
    rate: Decimal | None = None
    ticket: TicketFace | None = None
    person: str = ""
    project: str = ""
    task: str = ""
    description: str = ""

    @property
    def key(self) -> str:
        return f"time:{self.entry_id}"

    @property
    def hourly_rate(self) -> Decimal:
        return self.terms.hourly_rate if self.rate is None else self.rate

    @property
    def billed_seconds(self) -> int:
        return rounded_up(self.seconds, self.terms.rounding_minutes)


@dataclass(frozen=True, slots=True)
class Spending:
    """An expense; `cost_minor` is without tax, in the minor unit of `currency`."""

    expense_id: int
    day: date
    description: str
    cost_minor: int
    currency: str
    coding: Coding
    markup_percent: Decimal = Decimal(0)
    terms: Terms | None = None
    ticket: TicketFace | None = None

    @property
    def key(self) -> str:
        return f"expense:{self.expense_id}"


Work = Fee | Time | Spending


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line to be, and the work that it bills."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    coding: Coding
    service: Span
    order_reference: str
    works: tuple[Work, ...]


def hold_time(
    day: date,
    *,
    seconds: int,
    billable: bool,
    ticket: TicketFace | None,
    terms: Terms | None,
    billing: Span,
    today: date,
) -> Hold | None:
    """Return why a time entry is left out, or None when it is billed."""
    if not billable:
        return Hold.NOT_BILLABLE
    if terms is None:
        return Hold.NO_CONTRACT
    if terms.method is Method.FLAT_FEE:
        return Hold.COVERED_BY_FEE
    if ticket is not None and not ticket.is_done:
        return Hold.TICKET_OPEN
    if not seconds:
        return Hold.NO_DURATION
    if day not in terms.in_force:
        return Hold.NOT_IN_FORCE
    closed = is_closed_for_time(terms.cycle, day, in_force=terms.in_force, billing=billing, today=today)
    return None if closed else Hold.PERIOD_NOT_OVER


def hold_spending(
    *,
    billable: bool,
    ticket: TicketFace | None,
    terms: Terms | None,
    currency: str,
    customer_currency: str,
) -> Hold | None:
    """Return why an expense is left out, or None; it needs a contract only where it stands on a ticket."""
    if not billable:
        return Hold.NOT_BILLABLE
    if ticket is not None and terms is None:
        return Hold.NO_CONTRACT
    if ticket is not None and not ticket.is_done:
        return Hold.TICKET_OPEN
    return None if currency == customer_currency else Hold.OTHER_CURRENCY


def hold_coding(coding: Coding) -> Hold | None:
    """Return what a line lacks before it can be issued, or None."""
    if coding.tax_code_id is None:
        return Hold.NO_TAX_CODE
    return Hold.NO_ACCOUNT if coding.account_id is None else None


def fees_due(terms: Terms, *, billing: Span, billed: Iterable[Span], today: date) -> list[FeePeriod]:
    """List what a flat-fee contract owes in a billing period and has not been billed."""
    found = due_periods(
        terms.cycle,
        in_force=terms.in_force,
        in_advance=terms.in_advance,
        billing=billing,
        billed=billed,
    )
    if terms.in_advance:
        return found
    return [one for one in found if is_over(one.span, billing=billing, today=today)]


def rounded_up(seconds: int, minutes: int) -> int:
    """Round a duration up to whole steps of so many minutes; 0 minutes leaves it as it is."""
    step = minutes * 60
    return -(-seconds // step) * step if step else seconds


def hours(seconds: int) -> Decimal:
    """Return hours in the four decimals of a line's quantity: a step of 0.36 seconds."""
    return round_half_up(_EXACT.divide(Decimal(seconds), Decimal(3600)), 4)


def unit_price(exact: Decimal) -> Decimal:
    """Cut a price to six decimals such that rounding it to cents again gives what the exact one gives.

    ROUND_05UP exists for this: it never stops on a digit that the next rounding would take for a half.
    """
    return exact.quantize(_PRICE_STEP, rounding=ROUND_05UP, context=_EXACT).normalize() + 0


def prorated(fee: Decimal, period: FeePeriod) -> Decimal:
    """Return the fee for the days of a period: the whole one, or days owed ÷ days of the period."""
    if period.is_whole:
        return fee
    return unit_price(_EXACT.divide(_EXACT.multiply(fee, Decimal(period.span.days)), period.whole.days))


def marked_up(spending: Spending) -> Decimal:
    """Return the price of an expense: its cost plus mark-up."""
    cost = Decimal(spending.cost_minor).scaleb(-minor_digits(spending.currency))
    return unit_price(_EXACT.multiply(cost, 1 + spending.markup_percent.scaleb(-2)))


def lines(works: Sequence[Work], *, language: str) -> list[BilledLine]:
    """Return the lines that bill some work of one customer: fees, tickets, projects, expenses.

    One line per fee and expense; time is summed per ticket, else per project and task, else stands alone,
    and never over two contracts, rates, tax codes or tax rates.
    """
    fees = [one for one in works if isinstance(one, Fee)]
    spent = [one for one in works if isinstance(one, Spending)]
    groups: dict[tuple[object, ...], list[Time]] = {}
    for one in works:
        if isinstance(one, Time):
            groups.setdefault(_group(one), []).append(one)
    fees.sort(key=lambda one: (one.terms.name, one.terms.contract_id, one.period.span))
    spent.sort(key=lambda one: (one.day, one.expense_id))
    return [
        *(_fee_line(one, language) for one in fees),
        *(_time_line(groups[key], language) for key in sorted(groups, key=lambda k: _place(groups[k]))),
        *(_spending_line(one) for one in spent),
    ]


def _group(one: Time) -> tuple[object, ...]:
    shared = (one.terms.contract_id, one.hourly_rate, one.coding)
    if one.ticket is not None:
        return (*shared, one.ticket.ticket_id)
    if one.project or one.task:
        return (*shared, one.project, one.task)
    return (*shared, None, one.entry_id)


def _place(group: Sequence[Time]) -> tuple[object, ...]:
    """Order the lines of time: tickets by number, then engagements by name and day."""
    first = min(group, key=lambda one: (one.day, one.entry_id))
    if first.ticket is not None:
        return (0, first.ticket.number, "", "", first.day, first.entry_id)
    return (1, 0, first.project, first.task, first.day, first.entry_id)


def _fee_line(fee: Fee, language: str) -> BilledLine:
    return BilledLine(
        description=f"{fee.terms.name} – {period_words(fee.period, fee.terms.cycle, language)}",
        quantity=Decimal(1),
        unit=ONE,
        unit_price=prorated(fee.terms.fee, fee.period),
        coding=fee.coding,
        service=fee.period.span,
        order_reference=fee.terms.order_reference,
        works=(fee,),
    )


def _time_line(group: Sequence[Time], language: str) -> BilledLine:
    ordered = sorted(group, key=lambda one: (one.day, one.entry_id))
    first = ordered[0]
    return BilledLine(
        description=_time_words(first, language),
        quantity=hours(sum(one.billed_seconds for one in ordered)),
        unit=HOUR,
        unit_price=first.hourly_rate,
        coding=first.coding,
        service=Span.inclusive(first.day, ordered[-1].day),
        order_reference=first.terms.order_reference,
        works=tuple(ordered),
    )


def _spending_line(spending: Spending) -> BilledLine:
    return BilledLine(
        description=spending.description,
        quantity=Decimal(1),
        unit=ONE,
        unit_price=marked_up(spending),
        coding=spending.coding,
        service=Span.inclusive(spending.day, spending.day),
        order_reference=spending.terms.order_reference if spending.terms else "",
        works=(spending,),
    )


TICKET = same("Ticket %(number)s – %(title)s")
WORK_OF = four(
    fr="Prestation du %(day)s",
    it="Prestazione del %(day)s",
    de="Leistung vom %(day)s",
    en="Work on %(day)s",
)
PRORATED = four(
    fr="%(days)s (%(part)s jours sur %(whole)s)",
    it="%(days)s (%(part)s giorni su %(whole)s)",
    de="%(days)s (%(part)s von %(whole)s Tagen)",
    en="%(days)s (%(part)s of %(whole)s days)",
)
_LOCALES: Labels = {"fr": "fr", "it": "it", "de": "de", "en": "en_GB"}
_PATTERNS = {Cycle.MONTHLY: "LLLL y", Cycle.QUARTERLY: "QQQQ y", Cycle.YEARLY: "y"}


@lru_cache(maxsize=4096)
def period_words(period: FeePeriod, cycle: Cycle, language: str) -> str:
    """Name a period as on a document: “mars 2026”, or “15.–31. Jan. 2026 (17 von 31 Tagen)”."""
    locale = words(_LOCALES, language)
    if period.is_whole:
        return format_date(period.whole.start, _PATTERNS[cycle], locale=locale)
    days = format_interval(period.span.start, period.span.last, "yMMMMd", locale=locale)
    return words(PRORATED, language) % {
        "days": days,
        "part": period.span.days,
        "whole": period.whole.days,
    }


def _time_words(one: Time, language: str) -> str:
    if one.ticket is not None:
        return words(TICKET, language) % {"number": one.ticket.number, "title": one.ticket.title}
    named = " – ".join(part for part in (one.project, one.task) if part) or one.description.strip()
    if named:
        return named
    return words(WORK_OF, language) % {"day": format_date(one.day, "long", locale=words(_LOCALES, language))}
