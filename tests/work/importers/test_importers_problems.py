"""Every problem names its row and its column, and one bad row spoils no other."""

from __future__ import annotations

import pytest

from facturier.rules.refusal import Refused
from facturier.work.importers import MAX_PROBLEMS
from tests.work.importers.exports import (
    CLOCKIFY,
    CLOCKIFY_ENTRY,
    ENTRIES,
    HARVEST,
    HARVEST_ENTRY,
    HEADERS,
    KIMAI,
    KIMAI_ENTRY,
    TOGGL,
    TOGGL_ENTRY,
    export,
    places,
    reading,
    rows,
    table,
)

GOOD = CLOCKIFY_ENTRY


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"Start Date": "32.13.2024"}, "Start Date"),
        ({"Start Date": ""}, "Start Date"),
        ({"Start Time": "25:00"}, "Start Time"),
        ({"End Date": "soon"}, "End Date"),
        ({"End Time": "9.99"}, "End Time"),
        ({"End Time": "08:00:00"}, "End Time"),
        ({"End Date": "2024-05-12"}, "End Date"),
        ({"Duration (h)": "long"}, "Duration (h)"),
        ({"Duration (h)": "-01:30:00"}, "Duration (h)"),
        ({"Duration (h)": "", "Duration (decimal)": "x"}, "Duration (decimal)"),
        ({"Duration (h)": "", "Duration (decimal)": "-1.5"}, "Duration (decimal)"),
        ({"Duration (h)": "05:00:00"}, "Duration (h)"),
        ({"Billable": "perhaps"}, "Billable"),
        ({"Billable Rate (EUR)": "cheap"}, "Billable Rate (EUR)"),
        ({"Billable Amount (EUR)": "1.2.3"}, "Billable Amount (EUR)"),
        ({"User": "", "Email": ""}, "User"),
        (
            {"Duration (h)": "", "Duration (decimal)": "", "Start Time": "", "End Time": ""},
            "Duration (h)",
        ),
    ],
)
def test_a_problem_names_its_row_and_column(cells: dict[str, str], column: str) -> None:
    result = reading(export(CLOCKIFY, GOOD, GOOD | cells, GOOD))
    named = {"Duration (decimal)": "Duration (h)"} if "-1.5" in cells.values() else {}
    assert places(result.problems) == [(3, named.get(column, column))]
    assert [row.row for row in result.rows] == [2, 4]
    assert "%(" not in str(result.problems[0])


def test_a_row_with_several_problems_names_them_all() -> None:
    bad = {"Start Date": "?", "Duration (h)": "?", "Billable": "?"}
    result = reading(export(CLOCKIFY, GOOD | bad))
    assert sorted(places(result.problems)) == [
        (2, "Billable"),
        (2, "Duration (h)"),
        (2, "Start Date"),
    ]


def test_a_problem_quotes_the_cell_but_never_a_whole_novel() -> None:
    result = reading(export(CLOCKIFY, GOOD | {"Start Date": "x\n" * 5000}))
    assert "x x x" in str(result.problems[0])
    assert len(str(result.problems[0])) < 120


def test_an_entry_still_running_is_a_problem() -> None:
    running = {"End date": "", "End time": "", "Duration": ""}
    (problem,) = reading(export(TOGGL, TOGGL_ENTRY | running)).problems
    assert (problem.row, problem.column) == (2, "End time")
    assert "running" in str(problem)


@pytest.mark.parametrize("off", [0, 59, 60])
def test_a_duration_may_be_a_minute_off_its_clock(off: int) -> None:
    (row,) = rows(export(TOGGL, TOGGL_ENTRY | {"Duration": f"01:{29 + off // 60}:{off % 60:02d}"}))
    assert row.seconds == 5340 + off


def test_a_duration_more_than_a_minute_off_its_clock_is_a_problem() -> None:
    for duration in ("01:28:59", "01:31:01", "02:00:00"):
        wrong = reading(export(TOGGL, TOGGL_ENTRY | {"Duration": duration}))
        assert places(wrong.problems) == [(2, "Duration")]


def test_a_report_that_rounds_every_duration_is_believed() -> None:
    spans = [
        ("10:07:00", "1:15:00"),
        ("10:31:00", "1:45:00"),
        ("09:15:00", "0:15:00"),
        ("09:01:30", "0:15:00"),
    ]
    entries = [TOGGL_ENTRY | {"End time": end, "Duration": duration} for end, duration in spans]
    assert [row.seconds for row in rows(export(TOGGL, *entries))] == [4500, 6300, 900, 900]
    unrounded = TOGGL_ENTRY | {"End time": "09:07:01", "Duration": "0:07:01"}
    result = reading(export(TOGGL, *entries, unrounded))
    assert places(result.problems) == [(2, "Duration"), (3, "Duration"), (5, "Duration")]
    assert [row.row for row in result.rows] == [4, 6]
    few = reading(export(TOGGL, *entries[:3]))
    assert places(few.problems) == [(2, "Duration"), (3, "Duration")]


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        ("clockify", "Start Date"),
        ("toggl", "Start date"),
        ("harvest", "Date"),
        ("harvest", "Hours"),
    ],
)
def test_a_missing_column_is_a_problem_of_the_first_row(source: str, heading: str) -> None:
    headings = [h for h in HEADERS[source].split(",") if h != heading]
    result = reading(export(headings, ENTRIES[source]))
    assert result.source == source
    assert result.rows == ()
    assert places(result.problems) == [(1, heading)]
    assert heading in str(result.problems[0])


def test_a_row_with_too_few_or_too_many_cells() -> None:
    good = [HARVEST_ENTRY.get(h, "") for h in HARVEST.split(",")]
    result = reading(table([HARVEST.split(","), good, good[:3], [*good, "more"], [*good, "", ""]]))
    assert places(result.problems) == [(3, "Project Code"), (4, "External Reference URL")]
    assert [row.row for row in result.rows] == [2, 5]
    assert "3 cells where the header has 20" in str(result.problems[0])


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    lines = {"Description": 'first\nsecond, "third"\n'}
    text = export(CLOCKIFY, GOOD | lines, GOOD | {"Start Date": "?"})
    assert places(reading(text).problems) == [(3, "Start Date")]
    blank = text.replace("\n", "\n\n", 1)
    assert places(reading(blank).problems) == [(4, "Start Date")]
    assert reading(text).rows[0].description == 'first\nsecond, "third"'


def test_blank_lines_and_totals_are_no_entries() -> None:
    total = {"Date": "Total", "Hours": "1.50"}
    sums = {"Hours": "1.50", "Billable Amount": "120.00"}
    text = export(HARVEST, HARVEST_ENTRY, {}, total, sums) + "\n\n,,,\n"
    result = reading(text)
    assert (len(result.rows), result.problems, result.skipped) == (1, (), 2)


def test_a_row_of_sums_in_the_middle_is_an_entry_without_a_date() -> None:
    result = reading(export(HARVEST, HARVEST_ENTRY, {"Hours": "1.50"}, HARVEST_ENTRY))
    assert (3, "Date") in places(result.problems)


def test_an_entry_about_totals_is_still_an_entry() -> None:
    assert len(rows(export(HARVEST, HARVEST_ENTRY | {"Notes": "Total"}))) == 1


def test_an_open_quotation_mark_swallows_no_rows() -> None:
    text = export(KIMAI, KIMAI_ENTRY, KIMAI_ENTRY)
    broken = text.rstrip("\n").removesuffix(",,,,,,,") + ',,,,,,,"open\n' + text.split("\n")[1]
    result = reading(broken)
    assert [row.row for row in result.rows] == [2]
    assert [problem.row for problem in result.problems] == [3]
    assert "quotation mark" in str(result.problems[0])


def test_reading_stops_after_a_thousand_problems() -> None:
    result = reading(export(CLOCKIFY, *[GOOD | {"Start Date": "?"}] * (MAX_PROBLEMS + 500), GOOD))
    assert len(result.problems) == MAX_PROBLEMS + 1
    assert result.problems[-1].row == MAX_PROBLEMS + 1


def test_a_file_of_no_tracker_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(Refused) as refused:
        reading("Name,Street,City\nAna,Main,Town\n")
    for word in ("Clockify", "Toggl Track", "Harvest", "Kimai", "Name, Street, City"):
        assert word in str(refused.value)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    "header",
    [
        "Date,Description,Amount",
        "Date,Project,Description,Duration",
        "Project,Client,Time (h)",
        "Name,Client,Status,Visibility,Billability,Billable rate",
        "id,name",
    ],
)
def test_other_tables_are_refused(header: str) -> None:
    with pytest.raises(Refused, match="not a detailed time export"):
        reading(f"{header}\n{','.join('x' for _ in header.split(','))}\n")


def test_an_unknown_time_zone_is_refused() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(Refused, match="not a time zone"):
            reading(export(TOGGL, TOGGL_ENTRY), time_zone=name)
