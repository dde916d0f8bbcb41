"""Numbers and durations as people and programs of several countries write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facturier.work.importers.numbers import DecimalMark, decimal_marks, duration, number
from tests.work.importers.exports import HARVEST, HARVEST_ENTRY, export, reading

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("2.000,0", "2000.0"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("12,34,567.00", "1234567.00"),
        ("1.234.567", "1234567"),
        ("0,01", "0.01"),
        ("0,500", "0.500"),
        (".5", "0.5"),
        ("€ 12,00", "12.00"),
        ("12.00 USD", "12.00"),
        ("CA$5.25", "5.25"),
        ("-100.92", "-100.92"),
        ("−5", "-5"),
        ("-€5", "-5"),
        ("(12.00)", "-12.00"),
    ],
)
def test_numbers_that_leave_nothing_open(text: str, value: str) -> None:
    assert number(text, POINT) == number(text, COMMA) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.2.3", "1,23,4", "1.23,456.7", "12 34", "--5", "NaN", "Infinity", "1e5", "١٢٣",
     "0x10", "1_000", "1234567890123456", "(5", "5)", "1,2,3"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert number(text, POINT) is None
    assert number(text, COMMA) is None


def test_a_number_that_could_be_either_follows_the_file() -> None:
    assert (number("1,234", POINT), number("1,234", COMMA)) == (Decimal(1234), Decimal("1.234"))
    assert (number("1.234", COMMA), number("1.234", POINT)) == (Decimal(1234), Decimal("1.234"))
    assert number("1,234", None) is None
    assert decimal_marks(["1,234", "5", "0,5"]) == {COMMA}
    assert decimal_marks(["1,234", "5", "0.5"]) == {POINT}
    assert decimal_marks(["1,234", "5"]) == set()
    assert decimal_marks(["0.5", "0,5"]) == {COMMA, POINT}


def test_the_decimal_mark_of_one_column_settles_another() -> None:
    cells = {"Hours": "1,5", "Billable Rate": "800", "Billable Amount": "1.234"}
    (row,) = reading(export(HARVEST, HARVEST_ENTRY | cells)).rows
    assert row.amount == Decimal(1234)


def test_where_a_file_has_both_marks_an_open_number_is_a_problem() -> None:
    cells = {"Hours": "1,5", "Billable Rate": "80.00", "Billable Amount": "1.234"}
    (problem,) = reading(export(HARVEST, HARVEST_ENTRY | cells)).problems
    assert (problem.row, problem.column) == (2, "Billable Amount")
    assert "two numbers" in str(problem)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:00:01", 3601),
        ("1:00", 3600),
        ("100:30:00", 361_800),
        ("47:06 min", 2826),
        ("0:47 h", 2820),
        ("1.5", 5400),
        ("1,5", 5400),
        ("0.33", 1188),
        ("8", 28_800),
        ("1h 30m", 5400),
        ("1h 30m 5s", 5405),
        ("1 h 30 min", 5400),
        ("1h30", 5400),
        ("1,5 h", 5400),
        ("90 min", 5400),
        ("90m", 5400),
        ("45s", 45),
        ("1 Std. 30 Min.", 5400),
        ("2 heures 5 minutes", 7500),
        ("1d 2h", 93_600),
        ("PT1H30M", 5400),
        ("PT45S", 45),
        ("-0:30", -1800),
        ("-1.5", -5400),
        ("0", 0),
    ],
)
def test_durations_as_trackers_write_them(text: str, seconds: int) -> None:
    found = duration(text, POINT)
    assert found is not None
    assert found.readings[0] == seconds


@pytest.mark.parametrize("text", ["", "1:60", "1:2:3", "abc", "1h x", ":", "P", "h", "1:00:61"])
def test_what_is_no_duration(text: str) -> None:
    assert duration(text, POINT) is None


def test_nobody_works_a_thousand_hours_in_a_day() -> None:
    for mark in DecimalMark:
        found = duration("1,500", mark)
        assert found is not None
        assert found.readings[0] == 5400


@settings(deadline=None)
@given(
    value=st.decimals(min_value=0, max_value=10**9, places=2),
    style=st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u202f", ","), (" ", ",")]),
)
def test_numbers_with_decimals_read_back(value: Decimal, style: tuple[str, str]) -> None:
    group, mark = style
    text = f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)
    assert number(text, POINT) == number(text, COMMA) == value


@settings(deadline=None)
@given(seconds=st.integers(0, 35_000_000))
def test_clock_durations_read_back(seconds: int) -> None:
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    found = duration(text, POINT)
    assert found is not None
    assert found.readings == (seconds,)


@settings(deadline=None)
@given(text=st.text(max_size=30))
def test_any_text_is_read_or_not_but_never_raises(text: str) -> None:
    for mark in DecimalMark:
        duration(text, mark)
        number(text, mark)
