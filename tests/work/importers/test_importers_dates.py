"""The order of day and month, clocks, and the days on which the clocks change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from facturier.work.importers import DateOrder
from facturier.work.importers.dates import moment, time
from tests.work.importers.exports import (
    CLOCKIFY,
    CLOCKIFY_ENTRY,
    HARVEST,
    HARVEST_ENTRY,
    TOGGL,
    TOGGL_ENTRY,
    export,
    only,
    reading,
)

BERLIN = ZoneInfo("Europe/Berlin")
D, M = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


def harvest(*days: str, hours: str = "1.00") -> str:
    cells = {"Hours": hours, "Billable Rate": "", "Billable Amount": ""}
    return export(HARVEST, *(HARVEST_ENTRY | cells | {"Date": day} for day in days))


def clockify(start: str, end: str, **cells: str) -> str:
    return export(CLOCKIFY, CLOCKIFY_ENTRY | {"Start Date": start, "End Date": end} | cells)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-12-31", date(2024, 12, 31)),
        ("2024/12/31", date(2024, 12, 31)),
        ("2024.12.31", date(2024, 12, 31)),
        ("20241231", date(2024, 12, 31)),
        ("31.12.2024", date(2024, 12, 31)),
        ("31. 12. 2024", date(2024, 12, 31)),
        ("31/12/24", date(2024, 12, 31)),
        ("12/31/24", date(2024, 12, 31)),
        ("31-12-2024", date(2024, 12, 31)),
        ("12-31-2024", date(2024, 12, 31)),
        ("Dec 31, 2024", date(2024, 12, 31)),
        ("31 Dec 2024", date(2024, 12, 31)),
        ("31-Dec-2024", date(2024, 12, 31)),
        ("31. Dezember 2024", date(2024, 12, 31)),
        ("31 déc. 2024", date(2024, 12, 31)),
        ("1er août 2024", date(2024, 8, 1)),
        ("31 dicembre 2024", date(2024, 12, 31)),
        ("Tue 31/12/2024", date(2024, 12, 31)),
        ("Dienstag, 31. Dezember 2024", date(2024, 12, 31)),
        ("2024-12-31 00:00:00", date(2024, 12, 31)),
        ("2024-12-31\u00a0", date(2024, 12, 31)),
    ],
)
def test_dates_as_trackers_write_them(text: str, day: date) -> None:
    assert [row.day for row in reading(harvest(text)).rows] == [day]


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "31.02.2024", "13/13/2024", "0000-01-01", "yesterday", "31/12", "2024", "1/2/3/4",
     "99999999", "2024-1-1-1", "45000", "٢٠٢٤-٠١-٠١", "31. Foo 2024", "03/04/0024"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    result = reading(harvest("2024-05-13", text))
    assert [(p.row, p.column) for p in result.problems] == [(3, "Date")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10:23:52 AM", 37_432),
        ("10:23 PM", 80_580),
        ("10:23\u202fPM", 80_580),
        ("12:00 AM", 0),
        ("12:05 pm", 43_500),
        ("9am", 32_400),
        ("9:30 p. m.", 77_400),
        ("13:00 PM", 46_800),
        ("00:00", 0),
        ("24:00", 86_400),
        ("9.30", 34_200),
        ("9h30", 34_200),
        ("9:30 Uhr", 34_200),
        ("09:30:15.123", 34_215),
    ],
)
def test_times_as_trackers_write_them(text: str, seconds: int) -> None:
    assert time(text) == seconds


@pytest.mark.parametrize("text", ["25:00", "24:01", "10:60", "14:00 AM", "10", "noon", "", "-1:00"])
def test_what_is_no_time(text: str) -> None:
    assert time(text) is None


def test_a_moment_may_have_an_offset() -> None:
    found = moment("2024-05-13T09:00:00+05:30")
    assert found is not None
    assert (found.day, found.seconds, found.offset) == (date(2024, 5, 13), 32_400, 19_800)


def test_moments_with_an_offset_move_to_the_time_zone() -> None:
    header = TOGGL.replace("Start time,End date,End time,", "End date,").replace("Start date", "Start")
    entry = TOGGL_ENTRY | {"Start": "2024-05-13T23:00:00Z", "End date": "2024-05-14T00:30:00Z"}
    row = only(export(header, entry))
    assert row.started_at == datetime(2024, 5, 14, 1, tzinfo=BERLIN)
    assert (row.day, row.seconds) == (date(2024, 5, 14), 5400)


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (["03/04/2024", "13/04/2024"], D),
        (["03/04/2024", "04/13/2024"], M),
        (["13-04-2024", "03-04-2024"], D),
        (["Mon 03/04/2024"], M),
        (["Wed 03/04/2024"], D),
        (["03.04.2024"], D),
        (["03.04.2024", "12.31.2024"], M),
    ],
)
def test_the_file_proves_its_order(days: list[str], order: DateOrder) -> None:
    for chosen in (None, D, M):
        result = reading(harvest(*days), date_order=chosen)
        assert (result.date_order, result.ambiguous_dates) == (order, False)


@pytest.mark.parametrize(("end", "order"), [("04/04/2024", D), ("03/05/2024", M)])
def test_an_entry_past_midnight_proves_the_order(end: str, order: DateOrder) -> None:
    night = {"Start Time": "23:00", "End Time": "01:00", "Duration (h)": "02:00:00"}
    result = reading(clockify("03/04/2024", end, **night))
    assert (result.date_order, result.ambiguous_dates) == (order, False)
    assert [row.seconds for row in result.rows] == [7200]


def test_a_longer_sorted_file_proves_the_order() -> None:
    months = [f"{day:02d}/{month:02d}/2024" for month in (1, 2, 3) for day in (5, 8, 11)]
    result = reading(harvest(*months))
    assert (result.date_order, result.ambiguous_dates) == (D, False)
    backwards = reading(harvest(*months[::-1]))
    assert (backwards.date_order, backwards.ambiguous_dates) == (D, False)


def test_a_shorter_sorted_file_is_still_ambiguous() -> None:
    result = reading(harvest("05/01/2024", "08/01/2024", "05/02/2024"))
    assert (result.date_order, result.ambiguous_dates) == (D, True)


def test_days_of_one_month_lie_closer_than_the_same_day_of_many() -> None:
    result = reading(harvest("02/04/2024", "03/04/2024", "05/04/2024", "08/04/2024"))
    assert (result.date_order, result.ambiguous_dates) == (D, True)


def test_the_choice_decides_what_the_file_leaves_open() -> None:
    for chosen, day in ((D, date(2024, 4, 3)), (M, date(2024, 3, 4))):
        result = reading(harvest("03/04/2024"), date_order=chosen)
        assert (result.date_order, result.ambiguous_dates) == (chosen, True)
        assert [row.day for row in result.rows] == [day]


def test_without_a_choice_the_clock_decides() -> None:
    half_days = {"Start Time": "09:00 AM", "End Time": "10:30 AM"}
    assert reading(clockify("03/04/2024", "03/04/2024", **half_days)).date_order is M
    assert reading(clockify("03/04/2024", "03/04/2024")).date_order is D


def test_without_a_clock_the_decimal_mark_decides() -> None:
    assert reading(harvest("03/04/2024", hours="1.50")).date_order is M
    assert reading(harvest("03/04/2024", hours="1,50")).date_order is D


def test_dates_that_read_the_same_both_ways_leave_nothing_open() -> None:
    assert not reading(harvest("04/04/2024", "05/05/2024")).ambiguous_dates


def test_iso_dates_leave_nothing_open() -> None:
    result = reading(harvest("2024-04-03"), date_order=M)
    assert (result.date_order, result.ambiguous_dates) == (None, False)


def test_the_date_of_creation_proves_the_order_too() -> None:
    header = f"{CLOCKIFY},Date of creation"
    entry = CLOCKIFY_ENTRY | {"Start Date": "03/04/2024", "End Date": "03/04/2024"}
    result = reading(export(header, entry | {"Date of creation": "22/04/2024"}))
    assert (result.date_order, result.ambiguous_dates) == (D, False)


def test_a_date_that_breaks_the_order_of_the_file_is_a_problem() -> None:
    result = reading(harvest("13/04/2024", "14/04/2024", "04/15/2024"))
    assert [(p.row, p.column) for p in result.problems] == [(4, "Date")]


def test_a_time_that_the_clocks_skip_is_an_hour_later() -> None:
    spring = {"Start Time": "02:30:00", "End Time": "03:45:00", "Duration (h)": "00:15:00"}
    row = only(clockify("2024-03-31", "2024-03-31", **spring))
    assert row.started_at == datetime(2024, 3, 31, 3, 30, tzinfo=BERLIN)
    assert (row.day, row.seconds) == (date(2024, 3, 31), 900)


def test_of_a_time_that_the_clocks_show_twice_the_first_is_meant() -> None:
    autumn = {"Start Time": "02:30:00", "End Time": "03:30:00", "Duration (h)": "01:00:00"}
    row = only(clockify("2024-10-27", "2024-10-27", **autumn))
    assert row.started_at is not None
    assert row.started_at.utcoffset() == timedelta(hours=2)
    assert row.seconds == 3600, "The duration wins over the two hours between the first 2:30 and 3:30."


def test_an_entry_that_ends_on_the_second_showing_of_an_hour() -> None:
    autumn = {"Start Time": "02:50:00", "End Time": "02:10:00", "Duration (h)": "00:20:00"}
    row = only(clockify("2024-10-27", "2024-10-27", **autumn))
    assert row.started_at is not None
    assert row.ended_at is not None
    assert row.ended_at.timestamp() - row.started_at.timestamp() == 1200
    assert row.seconds == 1200


def test_over_a_change_of_the_clocks_both_ways_of_counting_are_right() -> None:
    night = {"Start Time": "23:00:00", "End Time": "07:00:00"}
    for duration, seconds in (("07:00:00", 25_200), ("08:00:00", 28_800)):
        row = only(clockify("2024-03-30", "2024-03-31", **night, **{"Duration (h)": duration}))
        assert row.seconds == seconds
    wrong = reading(clockify("2024-03-30", "2024-03-31", **night, **{"Duration (h)": "06:00:00"}))
    assert [p.column for p in wrong.problems] == ["Duration (h)"]


def test_times_are_meant_in_the_time_zone_asked_for() -> None:
    row = only(clockify("2024-05-13", "2024-05-13"), time_zone="America/Toronto")
    assert row.started_at == datetime(2024, 5, 13, 9, tzinfo=ZoneInfo("America/Toronto"))
