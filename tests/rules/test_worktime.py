"""How people write durations, and what time is worth."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.worktime import DAY, duration_text, marked_up, parse_duration, time_value


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        ("01:05", 65),
        ("0:01", 1),
        ("1,5", 90),
        ("1.5", 90),
        (".5", 30),
        ("2", 120),
        ("1.5h", 90),
        ("1,5 h", 90),
        ("1h30", 90),
        ("1 h 30 min", 90),
        ("2h", 120),
        ("90m", 90),
        ("90 min", 90),
        ("3 Std", 180),
        ("2 heures", 120),
        (" 0,25 ", 15),
        ("24:00", 1440),
        ("1,0833", 65),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert abs(parse_duration(text) - minutes * 60) < 1


@pytest.mark.parametrize(
    "text",
    ["", "0", "0:00", "0m", "-1", "1:60", "1:5", "abc", "1:30:", "25", "24:01", "1e3", "1.5.2", "m",
     "h", ".", ",", "1 30", "٣", "=1+1", "1,5h30x", "9" * 400],
)  # fmt: skip
def test_anything_else_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_duration(text, field="hours")
    assert refused.value.field == "hours"


@given(st.integers(1, DAY))
def test_what_is_written_is_read_again(seconds: int) -> None:
    assert parse_duration(duration_text(seconds)) == seconds


@given(st.text(max_size=12))
def test_no_text_crashes(text: str) -> None:
    with contextlib.suppress(Refused):
        assert 0 < parse_duration(text) <= DAY


def test_time_is_worth_its_hours_at_the_rate() -> None:
    assert time_value(5400, Decimal(95), "EUR") == Money(14250, "EUR")
    assert time_value(1, Decimal(3600), "EUR") == Money(108, "EUR")  # 0.0003 h, as a line prints it
    assert time_value(3600, Decimal("1234.5"), "JPY") == Money(1235, "JPY")


def test_expenses_are_marked_up_to_the_cent() -> None:
    assert marked_up(Money(1001, "EUR"), Decimal("7.5")) == Money(1076, "EUR")
    assert marked_up(Money(1001, "EUR"), Decimal(0)) == Money(1001, "EUR")
