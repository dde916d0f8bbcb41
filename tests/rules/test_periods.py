"""Which days of a contract are due when."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.periods import (
    Cycle,
    Span,
    due_periods,
    is_closed_for_time,
    is_over,
    period_of,
    periods_of,
    running_periods,
)

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CYCLES = st.sampled_from(Cycle)


@st.composite
def spans(draw: st.DrawFn, longest: int = 900) -> Span:
    start = draw(DAYS)
    return Span(start, start + timedelta(days=draw(st.integers(1, longest))))


def days(span: Span) -> set[date]:
    return {span.start + timedelta(days=k) for k in range(span.days)}


def test_a_span_never_is_empty() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Span(date(2026, 1, 1), date(2026, 1, 1))
    assert Span.inclusive(date(2026, 1, 1), date(2026, 1, 1)).days == 1


@given(DAYS, CYCLES)
def test_calendar_periods_follow_each_other_without_gap(day: date, cycle: Cycle) -> None:
    period = period_of(cycle, day)
    assert day in period
    assert period.start.day == 1
    assert period_of(cycle, period.last) == period
    assert period_of(cycle, period.end).start == period.end


def test_quarters_and_years_start_where_the_calendar_starts_them() -> None:
    assert period_of(Cycle.QUARTERLY, date(2026, 5, 31)) == Span(date(2026, 4, 1), date(2026, 7, 1))
    assert period_of(Cycle.YEARLY, date(2026, 5, 31)) == Span(date(2026, 1, 1), date(2027, 1, 1))
    assert period_of(Cycle.MONTHLY, date(2028, 2, 29)).days == 29


@given(spans(), st.lists(spans(200), max_size=5))
def test_what_is_left_of_a_span_is_what_nobody_took(span: Span, taken: list[Span]) -> None:
    left = span.without(taken)
    assert set().union(*map(days, left)) == days(span) - set().union(*map(days, taken))
    assert all(one.end < other.start for one, other in itertools.pairwise(left))


@given(
    CYCLES,
    st.booleans(),
    spans(700),
    st.lists(spans(150), max_size=8),
    st.randoms(use_true_random=False),
)
def test_each_day_of_a_contract_is_billed_once_in_any_order_of_billing_periods(
    cycle: Cycle, in_advance: bool, in_force: Span, billings: list[Span], random: object
) -> None:
    whole = Span(in_force.start - timedelta(days=1), in_force.end + timedelta(days=1))
    billings = [*billings, whole]
    random.shuffle(billings)  # type: ignore[attr-defined]
    billed: list[Span] = []
    for billing in billings:
        found = due_periods(cycle, in_force=in_force, in_advance=in_advance, billing=billing, billed=billed)
        billed += [one.span for one in found]
    assert sum(one.days for one in billed) == in_force.days, "a day was billed twice or never"
    assert set().union(*map(days, billed)) == days(in_force)


@given(CYCLES, spans(400), st.integers(1, 200), spans(1200))
def test_a_contract_that_is_prolonged_is_billed_for_its_new_days_only(
    cycle: Cycle, in_force: Span, more: int, billing: Span
) -> None:
    longer = Span(in_force.start, in_force.end + timedelta(days=more))
    everything = Span(in_force.start, longer.end)
    first = due_periods(cycle, in_force=in_force, in_advance=False, billing=everything)
    billed = [one.span for one in first]
    second = due_periods(cycle, in_force=longer, in_advance=False, billing=everything, billed=billed)
    assert set().union(*(days(one.span) for one in second)) == days(longer) - days(in_force)


def test_without_knowing_what_was_billed_days_are_billed_twice() -> None:
    """The control of the two tests above."""
    january = Span(date(2026, 1, 1), date(2026, 2, 1))
    twice = [
        period.span
        for _ in range(2)
        for period in due_periods(Cycle.MONTHLY, in_force=january, in_advance=False, billing=january)
    ]
    assert sum(one.days for one in twice) == 62


def test_in_advance_is_due_on_the_first_day_and_in_arrears_on_the_last() -> None:
    in_force = Span.inclusive(date(2026, 1, 15), None)

    def due(in_advance: bool, first: date, last: date) -> list[Span]:
        billing = Span.inclusive(first, last)
        found = due_periods(Cycle.QUARTERLY, in_force=in_force, in_advance=in_advance, billing=billing)
        return [one.span for one in found]

    part = Span(date(2026, 1, 15), date(2026, 4, 1))
    assert due(True, date(2026, 1, 1), date(2026, 1, 31)) == [part]
    assert due(True, date(2026, 1, 16), date(2026, 3, 31)) == []
    assert due(False, date(2026, 1, 1), date(2026, 2, 28)) == []
    assert due(False, date(2026, 3, 31), date(2026, 3, 31)) == [part]


def test_what_still_runs_is_named_and_what_is_billed_in_advance_never_is() -> None:
    in_force = Span.inclusive(date(2025, 1, 1), None)
    billing = Span.inclusive(date(2026, 1, 1), date(2026, 1, 31))
    today = date(2026, 5, 1)

    def running(cycle: Cycle, *, in_advance: bool = False, today: date = today) -> list[Span]:
        found = running_periods(cycle, in_force=in_force, in_advance=in_advance, billing=billing, today=today)
        return [one.span for one in found]

    assert running(Cycle.MONTHLY) == []
    assert running(Cycle.MONTHLY, today=date(2026, 1, 31)) == [billing]
    assert running(Cycle.QUARTERLY) == [Span(date(2026, 1, 1), date(2026, 4, 1))]
    assert running(Cycle.QUARTERLY, in_advance=True) == []


def test_the_last_day_itself_is_not_over() -> None:
    january = Span.inclusive(date(2026, 1, 1), date(2026, 1, 31))
    assert not is_over(january, billing=january, today=date(2026, 1, 31))
    assert is_over(january, billing=january, today=date(2026, 2, 1))


def test_time_waits_for_a_quarter_that_runs_but_not_for_one_that_has_ended() -> None:
    in_force = Span.inclusive(date(2025, 1, 1), None)
    january = Span.inclusive(date(2026, 1, 1), date(2026, 1, 31))

    def closed(cycle: Cycle, today: date) -> bool:
        return is_closed_for_time(cycle, date(2026, 1, 20), in_force=in_force, billing=january, today=today)

    assert closed(Cycle.MONTHLY, date(2026, 1, 25))
    assert not closed(Cycle.QUARTERLY, date(2026, 2, 3))
    assert closed(Cycle.QUARTERLY, date(2026, 4, 1))


@given(CYCLES, spans())
def test_the_periods_of_a_span_cover_it(cycle: Cycle, span: Span) -> None:
    found = list(periods_of(cycle, span))
    assert found[0].start <= span.start
    assert found[-1].end >= span.end
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
