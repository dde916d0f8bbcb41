"""The same entry has the same key in every export of it; two like entries have two."""

from __future__ import annotations

import pytest

from facturier.work.importers import DateOrder
from tests.work.importers.exports import (
    CLOCKIFY,
    CLOCKIFY_ENTRY,
    ENTRIES,
    HARVEST,
    HARVEST_ENTRY,
    HEADERS,
    TOGGL,
    TOGGL_ENTRY,
    export,
    only,
    reading,
    rows,
)


def keys(text: str | bytes, **settings: str) -> list[str]:
    return [row.external_key for row in rows(text, **settings)]


def days(*numbers: int) -> list[dict[str, str]]:
    return [
        CLOCKIFY_ENTRY | {"Start Date": f"2024-05-{n:02d}", "End Date": f"2024-05-{n:02d}"} for n in numbers
    ]


@pytest.mark.parametrize("source", HEADERS)
def test_the_same_file_again_adds_nothing(source: str) -> None:
    text = export(HEADERS[source], ENTRIES[source])
    assert keys(text) == keys(text)
    assert all(len(key) == 64 for key in keys(text))


def test_overlapping_exports_share_the_keys_of_their_overlap() -> None:
    early, late = keys(export(CLOCKIFY, *days(1, 2, 3))), keys(export(CLOCKIFY, *days(2, 3, 4)))
    assert early[1:] == late[:2]
    assert len({*early, *late}) == 4


def test_the_order_of_rows_and_columns_changes_no_key() -> None:
    entries, headings = days(1, 2, 3), CLOCKIFY.split(",")
    expected = sorted(keys(export(headings, *entries)))
    assert sorted(keys(export(headings[::-1], *entries[::-1]))) == expected


def test_two_like_entries_in_one_file_both_count() -> None:
    once, twice = (keys(export(HARVEST, *[HARVEST_ENTRY] * n)) for n in (1, 2))
    assert len({*twice}) == 2
    assert once == twice[:1]
    assert keys(export(HARVEST, *[HARVEST_ENTRY] * 2)) == twice


@pytest.mark.parametrize(
    "change",
    [
        {"User": "Bob", "Email": "bob@example.test"},
        {"Client": "Butcher"},
        {"Project": "Shop"},
        {"Task": "Design"},
        {"Description": "Prices"},
        {"Start Date": "2024-05-14", "End Date": "2024-05-14"},
        {"Start Time": "09:00:30"},
        {"End Time": "11:30:00", "Duration (h)": "02:30:00"},
    ],
)
def test_what_makes_another_entry(change: dict[str, str]) -> None:
    assert keys(export(CLOCKIFY, CLOCKIFY_ENTRY)) != keys(export(CLOCKIFY, CLOCKIFY_ENTRY | change))


@pytest.mark.parametrize(
    "change",
    [
        {"Billable Rate (EUR)": "99.00", "Billable Amount (EUR)": "148.50"},
        {"Billable": "No"},
        {"Tags": "urgent"},
        {"Group": "Team"},
        {"Start Date": "13/05/2024", "End Date": "13/05/2024"},
        {"Start Time": "9:00 AM", "End Time": "10:30 AM"},
        {"Duration (h)": "1h 30m"},
        {"Email": "Ana@Example.test"},
    ],
)
def test_what_leaves_it_the_same_entry(change: dict[str, str]) -> None:
    assert keys(export(CLOCKIFY, CLOCKIFY_ENTRY)) == keys(export(CLOCKIFY, CLOCKIFY_ENTRY | change))


def test_an_export_without_the_columns_of_money_has_the_same_keys() -> None:
    header = CLOCKIFY.replace(",Billable Rate (EUR),Billable Amount (EUR)", "")
    assert keys(export(header, CLOCKIFY_ENTRY)) == keys(export(CLOCKIFY, CLOCKIFY_ENTRY))


def test_dialect_encoding_and_time_zone_change_no_key() -> None:
    entry = TOGGL_ENTRY | {"Description": "Menü\nfür zwei"}
    expected = keys(export(TOGGL, entry))
    assert keys(export(TOGGL, entry, delimiter=";", line="\r\n").encode("utf-16")) == expected
    assert keys(export(TOGGL, entry).encode("cp1252")) == expected
    assert keys(export(TOGGL, entry | {"Description": "Menu\u0308\r\nfu\u0308r zwei"})) == expected
    assert keys(export(TOGGL, entry), time_zone="America/Toronto") == expected


def test_the_same_cells_of_another_tracker_are_another_entry() -> None:
    clockify, toggl = only(export(CLOCKIFY, CLOCKIFY_ENTRY)), only(export(TOGGL, TOGGL_ENTRY))
    assert (clockify.started_at, clockify.seconds) == (toggl.started_at, toggl.seconds)
    assert clockify.external_key != toggl.external_key


def test_cells_do_not_run_into_each_other() -> None:
    one = keys(export(HARVEST, HARVEST_ENTRY | {"Project": "AB", "Task": "C"}))
    other = keys(export(HARVEST, HARVEST_ENTRY | {"Project": "A", "Task": "BC"}))
    assert one != other


def test_another_choice_of_date_order_makes_other_entries() -> None:
    text = export(HARVEST, HARVEST_ENTRY | {"Date": "03/04/2024"})
    first, second = (reading(text, date_order=order).rows[0] for order in DateOrder)
    assert first.external_key != second.external_key
