"""The exports that trackers really produced, where the shared folder is at hand."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facturier.work.importers import DateOrder, read

SHARED = Path(os.environ.get("FACTURIER_SHARED", Path(__file__).parents[3] / ".." / "shared"))
BERLIN = ZoneInfo("Europe/Berlin")
MARCH_4 = date(2024, 3, 4)


def sample(name: str) -> bytes:
    tracker, number = name.split("_")
    path = SHARED / "work" / f"{tracker}_time_entries_import_test_{number}.csv"
    if not path.exists():
        pytest.skip(f"The sample {path.name} is not here: set FACTURIER_SHARED to the shared folder.")
    return path.read_bytes()


def test_every_sample_is_read_without_a_problem() -> None:
    files = sorted((SHARED / "work").glob("*_time_entries_*.csv"))
    if not files:
        pytest.skip("The shared samples are not here: set FACTURIER_SHARED to the shared folder.")
    for file in files:
        reading = read(file.read_bytes(), time_zone="Europe/Berlin")
        assert file.name.startswith(reading.source)
        assert reading.problems == ()
        assert [row.row for row in reading.rows] == [2, 3]
        assert {row.day for row in reading.rows} == {MARCH_4}
        assert {row.person for row in reading.rows} == {"Peter Tester"}


@pytest.mark.parametrize("name", ["clockify_1", "clockify_4", "clockify_6", "toggl_1"])
def test_entries_with_a_clock(name: str) -> None:
    empty, hour = read(sample(name), time_zone="Europe/Berlin").rows
    assert empty.started_at == empty.ended_at == datetime(2024, 3, 4, 10, 23, 52, tzinfo=BERLIN)
    assert (empty.seconds, empty.tags) == (0, ("Development", "Backend"))
    assert hour.started_at == datetime(2024, 3, 4, 10, 23, tzinfo=BERLIN)
    assert hour.ended_at == datetime(2024, 3, 4, 11, 23, 1, tzinfo=BERLIN)
    assert (hour.seconds, hour.tags, hour.task) == (3601, (), "Task 1")
    assert (hour.person_email, hour.description) == ("peter.test@email.test", "Working hard")
    assert hour.billable
    assert hour.customer == ("" if name == "clockify_6" else "Big Company")


def test_clockify_on_the_12_hour_clock_means_the_month_first() -> None:
    reading = read(sample("clockify_1"), time_zone="Europe/Berlin")
    assert (reading.date_order, reading.ambiguous_dates) == (DateOrder.MONTH_FIRST, True)
    chosen = read(sample("clockify_1"), time_zone="Europe/Berlin", date_order=DateOrder.DAY_FIRST)
    assert {row.day for row in chosen.rows} == {date(2024, 4, 3)}


def test_clockify_rates_name_their_currency_in_the_heading() -> None:
    row = read(sample("clockify_1"), time_zone="Europe/Berlin").rows[1]
    assert (row.rate, row.amount, row.currency) == (Decimal("0.00"), Decimal("0.00"), "USD")


def test_toggl_amounts() -> None:
    empty, hour = read(sample("toggl_1"), time_zone="Europe/Berlin").rows
    assert (empty.amount, hour.amount, hour.currency) == (None, Decimal("111.11"), "EUR")


def test_harvest_with_decimal_commas_and_without_a_clock() -> None:
    long, short = read(sample("harvest_1"), time_zone="Europe/Berlin").rows
    assert (long.seconds, long.rate, long.amount) == (72_000, Decimal(100), Decimal(2000))
    assert (short.seconds, short.rate, short.amount) == (36, Decimal(100), Decimal(1))
    assert (long.started_at, long.ended_at, long.currency) == (None, None, "EUR")
    assert (long.billable, short.billable) == (False, True)
