"""Numbers read as their series says, and tell years apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.numbering import NumberFormat, refuse_date_before
from facturier.rules.refusal import Refused

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))


def test_a_yearly_number_shows_its_year():
    assert NumberFormat("F").label(42, date(2026, 7, 1)) == "F2026-00042"


def test_a_number_that_never_starts_anew_shows_none():
    assert NumberFormat("NC", yearly=False).label(42, date(2026, 7, 1)) == "NC00042"


def test_more_digits_than_the_padding_are_all_shown():
    assert NumberFormat("F", padding=3).label(12345, date(2026, 1, 1)) == "F2026-12345"


def test_each_year_is_a_run_of_its_own_or_all_are_one():
    assert NumberFormat("F").run(date(2026, 12, 31)) == 2026
    assert NumberFormat("F").run(date(2027, 1, 1)) == 2027
    assert NumberFormat("F", yearly=False).run(date(2027, 1, 1)) == 0


@given(
    first=st.tuples(st.integers(1, 10**9), DAYS),
    second=st.tuples(st.integers(1, 10**9), DAYS),
    padding=st.integers(1, 10),
    yearly=st.booleans(),
)
def test_two_numbers_of_a_series_never_read_alike(first, second, padding, yearly):
    series = NumberFormat("F", padding=padding, yearly=yearly)
    places = {(series.run(day), number) for number, day in (first, second)}
    assert len({series.label(*first), series.label(*second)}) == len(places)


@given(number=st.integers(1, 99_998), day=DAYS)
def test_labels_sort_like_their_numbers(number, day):
    series = NumberFormat("F")
    assert series.label(number, day) < series.label(number + 1, day)


@pytest.mark.parametrize("prefix", ["F 1", "é", "F\n", "<b>", "%s"])
def test_a_prefix_of_other_characters_is_refused(prefix):
    with pytest.raises(Refused) as refusal:
        NumberFormat(prefix)
    assert refusal.value.field == "prefix"


@pytest.mark.parametrize("padding", [0, -1, 11])
def test_a_padding_out_of_range_is_refused(padding):
    with pytest.raises(Refused) as refusal:
        NumberFormat("F", padding=padding)
    assert refusal.value.field == "padding"


def test_a_date_that_breaks_the_order_is_named():
    refusal = refuse_date_before(date(2026, 5, 4))
    assert refusal.field == "issue_date"
    assert "2026-05-04" in str(refusal)
