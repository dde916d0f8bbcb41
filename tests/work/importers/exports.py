"""Writes exports as the trackers do, so that tests can read them back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from facturier.work.importers import DateOrder, Problem, Reading, TimeRow, read

CLOCKIFY = (
    "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,"
    "End Time,Duration (h),Duration (decimal),Billable Rate (EUR),Billable Amount (EUR)"
)
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,"
    "Duration,Tags,Amount (EUR)"
)
HARVEST = (
    "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Approved?,First Name,"
    "Last Name,Roles,Employee?,Billable Rate,Billable Amount,Cost Rate,Cost Amount,Currency,"
    "External Reference URL"
)
KIMAI = (
    "Date,From,To,Duration,Currency,Price,Internal price,Hourly price,Fixed price,Name,User,E-mail,"
    "Staff number,Customer,Project,Activity,Description,Billable,Tags,Type,category,Account,"
    "Project number,VAT-ID,Order number"
)
HEADERS = {"clockify": CLOCKIFY, "toggl": TOGGL, "harvest": HARVEST, "kimai": KIMAI}

ANA = {
    "User": "Ana Silva",
    "Email": "ana@example.test",
    "Client": "Bakery",
    "Project": "Website",
    "Description": "Menu",
    "Billable": "Yes",
}
CLOCKIFY_ENTRY = ANA | {
    "Start Date": "2024-05-13",
    "Start Time": "09:00:00",
    "End Date": "2024-05-13",
    "End Time": "10:30:00",
    "Duration (h)": "01:30:00",
    "Duration (decimal)": "1.50",
}
TOGGL_ENTRY = ANA | {
    "Start date": "2024-05-13",
    "Start time": "09:00:00",
    "End date": "2024-05-13",
    "End time": "10:30:00",
    "Duration": "01:30:00",
}
HARVEST_ENTRY = {
    "Date": "2024-05-13",
    "Client": "Bakery",
    "Project": "Website",
    "Task": "Design",
    "Notes": "Menu",
    "Hours": "1.50",
    "Billable?": "Yes",
    "First Name": "Ana",
    "Last Name": "Silva",
    "Billable Rate": "80.00",
    "Billable Amount": "120.00",
    "Currency": "Euro - EUR",
}
KIMAI_ENTRY = {
    "Date": "2024-05-13",
    "From": "09:00",
    "To": "10:30",
    "Duration": "1:30",
    "Currency": "EUR",
    "Price": "120",
    "Hourly price": "80",
    "Fixed price": "0",
    "Name": "Ana Silva",
    "User": "ana",
    "Customer": "Bakery",
    "Project": "Website",
    "Activity": "Design",
    "Description": "Menu",
    "Billable": "1",
}
ENTRIES = {
    "clockify": CLOCKIFY_ENTRY,
    "toggl": TOGGL_ENTRY,
    "harvest": HARVEST_ENTRY,
    "kimai": KIMAI_ENTRY,
}


def export(
    header: str | Sequence[str], *entries: dict[str, str], delimiter: str = ",", line: str = "\n"
) -> str:
    """Write entries under a header; a heading that an entry lacks is an empty cell."""
    headings = header.split(",") if isinstance(header, str) else list(header)
    return table([headings, *([e.get(h, "") for h in headings] for e in entries)], delimiter, line)


def table(rows: Iterable[Sequence[str]], delimiter: str = ",", line: str = "\n") -> str:
    """Write rows of cells as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line).writerows(rows)
    return out.getvalue()


def reading(
    text: str | bytes, *, time_zone: str = "Europe/Berlin", date_order: DateOrder | None = None
) -> Reading:
    """Read a text or bytes."""
    data = text.encode() if isinstance(text, str) else text
    return read(data, time_zone=time_zone, date_order=date_order)


def rows(text: str | bytes, **settings: str) -> tuple[TimeRow, ...]:
    """Read a file that must have no problem."""
    result = reading(text, **settings)
    assert result.problems == ()
    return result.rows


def only(text: str | bytes, **settings: str) -> TimeRow:
    """Read a file that must have one row and no problem."""
    (row,) = rows(text, **settings)
    return row


def places(problems: Iterable[Problem]) -> list[tuple[int, str]]:
    """Where problems are."""
    return [(problem.row, problem.column) for problem in problems]
