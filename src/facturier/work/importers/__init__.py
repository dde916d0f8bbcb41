"""Read the detailed time exports of Clockify, Toggl Track, Harvest and Kimai.

`read` takes the bytes of a file and gives a `Reading`: what was understood, row by row, and each
problem with its row and column. It knows no Django and no database; who the customers are is
decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from facturier.rules.refusal import Refused
from facturier.work.importers import clockify, harvest, kimai, toggl
from facturier.work.importers.dialect import decide
from facturier.work.importers.headings import Header, Tracker, recognise
from facturier.work.importers.reading import (
    DELIMITERS,
    MAX_ROWS,
    Records,
    decode,
    hinted_delimiter,
)
from facturier.work.importers.rows import RowReader
from facturier.work.importers.values import Column, DateOrder, Problem, Reading, TimeRow, shown

__all__ = ["TRACKERS", "Column", "DateOrder", "Problem", "Reading", "TimeRow", "read"]

TRACKERS: tuple[Tracker, ...] = (
    clockify.TRACKER,
    toggl.TRACKER,
    harvest.TRACKER,
    kimai.TRACKER,
)
MAX_PROBLEMS = 1_000
HEADER_WITHIN_ROWS = 10


def read(data: bytes, *, time_zone: str, date_order: DateOrder | None = None) -> Reading:
    """Read a detailed time export.

    `time_zone` is the IANA name of the zone in which the file's times are meant. `date_order`
    decides between 3 April and 4 March only where the file does not.

    Raises Refused for a file that is no text, empty, too large or of no known tracker, and for an
    unknown time zone. Whatever is wrong in a row becomes a `Problem`.
    """
    zone = _zone(time_zone)
    hint, text = hinted_delimiter(decode(data))
    delimiter, header_row, header = _find_header(text, hint)
    records = Records(text, delimiter=delimiter)
    body = _body(records, after=header_row)
    columns = tuple(
        Column(column.heading, column.meaning.value if column.meaning else "")
        for column in header.columns
        if column.heading
    )
    source = header.tracker.source
    problems = [
        Problem(
            header_row,
            heading,
            "The column “%(column)s” is missing: export the detailed report with it.",
            {"column": heading},
        )
        for heading in header.missing()
    ]
    if problems:
        return Reading(source, (), tuple(problems), None, False, columns)
    dialect, decision = decide(header, body, delimiter=delimiter, chosen=date_order)
    reader = RowReader(header, dialect, zone)
    rows = _rows(reader, body)
    doubts = reader.doubts()
    doubted = {problem.row for problem in doubts}
    problems = sorted([*reader.problems, *doubts], key=lambda problem: problem.row)
    if records.problem:
        problems.append(records.problem)
    return Reading(
        source,
        tuple(row for row in rows if row.row not in doubted) if doubted else tuple(rows),
        tuple(problems),
        decision.order,
        decision.ambiguous,
        columns,
        reader.skipped,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused("%(name)s is not a time zone.", field="time_zone", values={"name": name}) from None


def _find_header(text: str, hint: str | None) -> tuple[str, int, Header]:
    """Find the delimiter and the row under which a tracker is recognised best."""
    best: tuple[str, int, Header] | None = None
    seen: list[str] = []
    for delimiter in dict.fromkeys((hint, *DELIMITERS) if hint else DELIMITERS):
        for number, cells in Records(text[:200_000], delimiter=delimiter):
            if number > HEADER_WITHIN_ROWS:
                break
            if len(cells) > len(seen) and number == 1:
                seen = cells
            header = recognise(cells, TRACKERS)
            if header and (best is None or header.score > best[2].score):
                best = (delimiter, number, header)
    if best is None:
        raise _unknown(seen)
    return best


def _unknown(cells: list[str]) -> Refused:
    names = [shown(cell) for cell in cells if cell.strip()]
    more = ", …" if len(names) > 20 else ""
    return Refused(
        "This is not a detailed time export of %(trackers)s. Its columns are: %(columns)s.",
        field="file",
        values={
            "trackers": ", ".join(tracker.title for tracker in TRACKERS),
            "columns": ", ".join(names[:20]) + more,
        },
    )


def _body(records: Iterable[tuple[int, list[str]]], *, after: int) -> list[tuple[int, list[str]]]:
    body: list[tuple[int, list[str]]] = []
    for number, record in records:
        if number <= after or not record:
            continue
        if len(body) >= MAX_ROWS:
            raise Refused(
                "The file has more than %(limit)s rows: export a shorter period.",
                field="file",
                values={"limit": MAX_ROWS},
            )
        body.append((number, record))
    return body


def _rows(reader: RowReader, body: list[tuple[int, list[str]]]) -> list[TimeRow]:
    while body and reader.only_numbers(body[-1][1]):
        reader.skipped += any(cell.strip() for cell in body.pop()[1])
    rows: list[TimeRow] = []
    for number, record in body:
        row = reader.read(number, record)
        if row is not None:
            rows.append(row)
        elif len(reader.problems) >= MAX_PROBLEMS:
            reader.problems.append(
                Problem(
                    number,
                    "",
                    "Reading stopped here, after %(count)s problems.",
                    {"count": len(reader.problems)},
                )
            )
            break
    return rows
