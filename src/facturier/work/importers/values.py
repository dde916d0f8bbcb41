"""What reading an export gives: rows, problems, and what was understood of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class DateOrder(StrEnum):
    """In which order a file writes the day and the month of 03/04/2024."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One time entry as the tracker exported it.

    `row` counts as a spreadsheet does: the header is row 1 and a cell with line breaks is one row.
    `day` is the day as written. `started_at` and `ended_at` are aware, in the time zone asked for,
    and None where the file has no clock. `seconds` is what was worked: the file's duration, not
    the difference of the clocks. `rate` is per hour; `amount` is what the tracker made of the
    entry; both are in `currency` (ISO 4217, empty where the file names none), and None where the
    file has none. `external_key` is the same for the same entry in every export of it.
    """

    row: int
    person: str
    person_email: str
    customer: str
    project: str
    task: str
    description: str
    tags: tuple[str, ...]
    billable: bool
    day: date
    started_at: datetime | None
    ended_at: datetime | None
    seconds: int
    rate: Decimal | None
    amount: Decimal | None
    currency: str
    external_key: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be imported: the row, the column as the file heads it, and the reason.

    `message` is an English sentence with `%(name)s` places for `values`, as in `Refused`.
    """

    row: int
    column: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and what it was understood as: an empty `meaning` is not read."""

    heading: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read.

    `date_order` is None where no date of the file leaves the order open. `ambiguous_dates` says
    that the order was a choice and not proven by the file: a person should look at the dates.
    `skipped` counts rows that are no entries (totals).
    """

    source: str
    rows: tuple[TimeRow, ...]
    problems: tuple[Problem, ...]
    date_order: DateOrder | None
    ambiguous_dates: bool
    columns: tuple[Column, ...]
    skipped: int = 0


SHOWN_CHARACTERS = 60


def shown(text: str) -> str:
    """Shorten a cell for a message, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
