"""Entries written as any tracker would write them are read back as they were."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from facturier.work.importers import TimeRow
from tests.work.importers.exports import HEADERS, export, reading

ZONE = ZoneInfo("Europe/Rome")
LATIN = "abcXYZ 0123456789=+@;,.|\"'\n\täöüßéèàçÄÖÜ"
TEXTS = {
    "utf-8": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    "utf-8-sig": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    "utf-16": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    "cp1252": st.text(LATIN, max_size=30),
}
DATES = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d.%m.%y"]
CLOCKS = ["%H:%M:%S", "%I:%M:%S %p"]


@dataclass(frozen=True)
class Entry:
    person: str
    customer: str
    project: str
    task: str
    description: str
    tags: tuple[str, ...]
    billable: bool
    start: datetime
    seconds: int
    rate: Decimal | None


@dataclass(frozen=True)
class Style:
    source: str
    encoding: str
    delimiter: str
    line: str
    dates: str
    clock: str
    comma: bool
    headings: tuple[str, ...]
    capitals: bool

    def day(self, moment: datetime) -> str:
        return moment.strftime(self.dates)

    def time(self, moment: datetime) -> str:
        return moment.strftime(self.clock)

    def number(self, value: Decimal | None) -> str:
        if value is None:
            return ""
        text = f"{value:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if self.comma else text


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@st.composite
def styles(draw: st.DrawFn) -> Style:
    source = draw(st.sampled_from(sorted(HEADERS)))
    headings = HEADERS[source].split(",")
    return Style(
        source,
        draw(st.sampled_from(sorted(TEXTS))),
        draw(st.sampled_from([",", ";", "\t"])),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from(DATES)),
        draw(st.sampled_from(CLOCKS)),
        draw(st.booleans()),
        tuple(draw(st.permutations(headings))),
        draw(st.booleans()),
    )


def entries(text: st.SearchStrategy[str]) -> st.SearchStrategy[Entry]:
    clean = text.map(str.strip).filter(lambda t: t != "-")
    tag = clean.map(lambda t: t.replace(",", "").strip()).filter(bool)
    # No changes of the clocks in these months: those have tests of their own.
    moment = st.datetimes(datetime(2024, 4, 2), datetime(2024, 10, 20))
    return st.builds(
        Entry,
        person=clean.filter(bool),
        customer=clean,
        project=clean,
        task=clean,
        description=clean,
        tags=st.lists(tag, max_size=3, unique=True).map(tuple),
        billable=st.booleans(),
        start=moment.map(lambda m: m.replace(microsecond=0)),
        seconds=st.integers(0, 20 * 3600),
        rate=st.none() | st.decimals(0, 5000, places=2),
    )


def written(entry: Entry, style: Style) -> dict[str, str]:
    """One entry in the columns of a tracker."""
    end = entry.start + timedelta(seconds=entry.seconds)
    yes = "Yes" if entry.billable else "No"
    day, rate, tags = style.day(entry.start), style.number(entry.rate), ", ".join(entry.tags)
    shared = {
        "Client": entry.customer,
        "Project": entry.project,
        "Task": entry.task,
        "Description": entry.description,
        "Tags": tags,
    }
    if style.source == "harvest":
        hours = style.number(Decimal(entry.seconds) / 3600)
        return shared | {
            "Date": day,
            "Notes": entry.description,
            "Hours": hours,
            "Billable?": yes,
            "Last Name": entry.person,
            "Billable Rate": rate,
        }
    if style.source == "kimai":
        return shared | {
            "Date": day,
            "From": style.time(entry.start),
            "To": style.time(end),
            "Duration": _hours(entry.seconds),
            "Hourly price": rate,
            "Name": entry.person,
            "Customer": entry.customer,
            "Activity": entry.task,
            "Billable": "1" if entry.billable else "",
        }
    lower = style.source == "toggl"
    times = {
        "Start Date": day,
        "Start Time": style.time(entry.start),
        "End Date": style.day(end),
        "End Time": style.time(end),
    }
    return (
        shared
        | {heading.capitalize() if lower else heading: cell for heading, cell in times.items()}
        | {"User": entry.person, "Billable": yes}
        | {"Duration": _hours(entry.seconds), "Duration (h)": _hours(entry.seconds)}
        | {"Billable Rate (EUR)": rate}
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), style=styles())
def test_entries_read_back_as_they_were(data: st.DataObject, style: Style) -> None:
    text = TEXTS[style.encoding]
    worked = data.draw(st.lists(entries(text), min_size=1, max_size=6))
    # A day above 12 proves the order of dates; without one that order is a choice, tested elsewhere.
    proof = Entry("Ana", "", "", "", "", (), True, datetime(2024, 5, 13, 9), 3600, Decimal("80.50"))
    worked.append(proof)
    cells = [written(entry, style) for entry in worked]
    headings = list(style.headings)
    if style.capitals:
        headings = [heading.upper() for heading in headings]
        cells = [{heading.upper(): cell for heading, cell in row.items()} for row in cells]
    exported = export(headings, *cells, delimiter=style.delimiter, line=style.line)
    result = reading(exported.encode(style.encoding), time_zone="Europe/Rome")
    assert result.problems == ()
    assert (result.source, result.ambiguous_dates) == (style.source, False)
    assert len(result.rows) == len(worked)
    for row, entry in zip(result.rows, worked, strict=True):
        _assert_same(row, entry, style)
    assert len({row.external_key for row in result.rows}) == len(worked)


def _assert_same(row: TimeRow, entry: Entry, style: Style) -> None:
    def same(a: str, b: str) -> bool:
        return unicodedata.normalize("NFC", a) == unicodedata.normalize("NFC", b)

    assert same(row.person, entry.person)
    assert same(row.customer, entry.customer)
    assert same(row.project, entry.project)
    assert same(row.task, entry.task)
    assert same(row.description, entry.description)
    assert row.billable == entry.billable
    assert row.day == date(entry.start.year, entry.start.month, entry.start.day)
    if style.source == "harvest":
        assert abs(row.seconds - entry.seconds) <= 18, "Hundredths of an hour are 36 seconds."
        assert row.rate == entry.rate
        return
    assert row.seconds == entry.seconds
    assert row.tags == tuple(tag.strip() for tag in entry.tags)
    assert row.started_at == entry.start.replace(tzinfo=ZONE)
    assert row.ended_at.timestamp() - row.started_at.timestamp() == entry.seconds
    if style.source != "toggl":
        assert row.rate == entry.rate
