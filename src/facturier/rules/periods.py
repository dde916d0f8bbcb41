"""Spans of days, the calendar periods that contracts are billed by, and which of them are due.

A span is half-open: its last day is the day before `end`. Days are local dates, so that neither time zones
nor clock changes can move work from one period to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days from `start` up to, and without, `end`; never empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"A span of days ends after it starts: {self.start}, {self.end}")

    @classmethod
    def inclusive(cls, first: date, last: date | None) -> Span:
        """Return the span of a first and a last day; without a last day it never ends."""
        return cls(first, date.max if last is None else last + ONE_DAY)

    @property
    def last(self) -> date:
        return self.end - ONE_DAY

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __and__(self, other: Span) -> Span | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def without(self, taken: Iterable[Span]) -> list[Span]:
        """Return what is left of the span when others are taken out, in order."""
        left = []
        start = self.start
        for one in sorted(taken):
            if start < one.start and start < self.end:
                left.append(Span(start, min(one.start, self.end)))
            start = max(start, one.end)
        if start < self.end:
            left.append(Span(start, self.end))
        return left


class Cycle(StrEnum):
    """How often a contract is billed; its periods are those of the calendar."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


_MONTHS = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.YEARLY: 12}


@lru_cache(maxsize=16_384)
def period_of(cycle: Cycle, day: date) -> Span:
    """Return the calendar month, quarter or year that a day is in."""
    length = _MONTHS[cycle]
    first = (day.month - 1) // length * length
    past = day.year * 12 + first + length
    return Span(date(day.year, first + 1, 1), date(past // 12, past % 12 + 1, 1))


@lru_cache(maxsize=1024)
def periods_of(cycle: Cycle, span: Span) -> tuple[Span, ...]:
    """Return the calendar periods that touch a span, in order."""
    found = [period_of(cycle, span.start)]
    while found[-1].end < span.end:
        found.append(period_of(cycle, found[-1].end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class FeePeriod:
    """Days for which a flat fee is owed. `whole` is the calendar period that the fee is agreed for."""

    span: Span
    whole: Span

    @property
    def is_whole(self) -> bool:
        return self.span == self.whole


def due_periods(
    cycle: Cycle,
    *,
    in_force: Span,
    in_advance: bool,
    billing: Span,
    billed: Iterable[Span] = (),
) -> list[FeePeriod]:
    """List what a flat-fee contract owes in a billing period, less the days that are billed already.

    A period is due on its first day in advance, on its last day in arrears, and each on one day only;
    therefore billing periods that cover the contract, in any order and overlapping, bill each day once.
    """
    taken = list(billed)
    found = []
    for whole, part in _parts(cycle, in_force, billing):
        if (part.start if in_advance else part.last) in billing:
            found += [FeePeriod(span, whole) for span in part.without(taken)]
    return found


def running_periods(
    cycle: Cycle, *, in_force: Span, in_advance: bool, billing: Span, today: date
) -> list[FeePeriod]:
    """List the periods that a billing period touches but that are not over: billed in arrears, later."""
    if in_advance:
        return []
    return [
        FeePeriod(part, whole)
        for whole, part in _parts(cycle, in_force, billing)
        if not is_over(part, billing=billing, today=today)
    ]


def is_over(period: Span, *, billing: Span, today: date) -> bool:
    """Say whether nothing can be added to a period: it ended, and not after the billing period."""
    return period.end <= today and period.end <= billing.end


def is_closed_for_time(cycle: Cycle, day: date, *, in_force: Span, billing: Span, today: date) -> bool:
    """Say whether the time of a day may be billed: its period ends with the billing period, or has ended.

    Who bills a whole month before its last evening may; a part of a quarter that still runs waits.
    """
    part = period_of(cycle, day) & in_force
    return part is None or part.end <= billing.end or part.end <= today


def _parts(cycle: Cycle, in_force: Span, billing: Span) -> Iterator[tuple[Span, Span]]:
    """Yield the calendar periods that a billing period touches, each with its days under contract."""
    for whole in periods_of(cycle, billing):
        part = whole & in_force
        if part is not None:
            yield whole, part
