"""How a file writes dates and numbers, decided once from all of its cells."""

from __future__ import annotations

from collections.abc import Iterable

from facturier.work.importers import dates, numbers
from facturier.work.importers.cells import Dialect
from facturier.work.importers.dates import OpenDate, OrderDecision
from facturier.work.importers.headings import Header, Meaning
from facturier.work.importers.numbers import DecimalMark
from facturier.work.importers.values import DateOrder

Body = list[tuple[int, list[str]]]
_NUMBERS = (Meaning.HOURS, Meaning.RATE, Meaning.FIXED_RATE, Meaning.AMOUNT, Meaning.DURATION)


def decide(
    header: Header, body: Body, *, delimiter: str, chosen: DateOrder | None
) -> tuple[Dialect, OrderDecision]:
    """Decide the decimal mark and the order of dates.

    Without proof the decimal mark is a comma in files that are parted by semicolons, else a point.
    Without proof and without a choice the month comes first where times are on the 12-hour clock,
    or where the file has no times and decimal points (Harvest in its American default).
    """
    marks = numbers.decimal_marks(_texts(header, body, _NUMBERS))
    marks = marks or {DecimalMark.COMMA if delimiter == ";" else DecimalMark.POINT}
    mark = marks.pop() if len(marks) == 1 else None
    times = _texts(header, body, (Meaning.START_TIME,))
    month_first = dates.has_half_days(times) if times else mark is DecimalMark.POINT and delimiter == ","
    dated = (Meaning.DAY, Meaning.END_DAY) if header.of(Meaning.DAY) else (Meaning.START_TIME,)
    opened = {
        text: moment.day
        for text in _texts(header, body, dated)
        if (moment := dates.moment(text)) and isinstance(moment.day, OpenDate)
    }
    decision = dates.decide_order(
        written=_days(header, body, opened),
        spans=_spans(header, body, opened),
        others=_others(header, body, opened),
        chosen=chosen,
        month_first=month_first,
    )
    return Dialect(decision.order or DateOrder.DAY_FIRST, mark), decision


def _places(header: Header, meanings: Iterable[Meaning]) -> list[int]:
    return [column.at for meaning in meanings for column in header.of(meaning)]


def _texts(header: Header, body: Body, meanings: Iterable[Meaning]) -> set[str]:
    places = _places(header, meanings)
    found: set[str] = set()
    for place in places:
        cells = {record[place] for _, record in body if len(record) > place}
        found.update(map(str.strip, cells))
    found.discard("")
    return found


def _days(header: Header, body: Body, opened: dict[str, OpenDate]) -> list[OpenDate]:
    """The days of the entries in the order of the file, each run of equal days once."""
    days: list[OpenDate] = []
    if not opened:
        return days
    place = _places(header, (Meaning.DAY, Meaning.START_TIME))[0]
    for _, record in body:
        day = opened.get(record[place].strip()) if len(record) > place else None
        if day is not None and (not days or days[-1] != day):
            days.append(day)
    return days


def _spans(header: Header, body: Body, opened: dict[str, OpenDate]) -> list[tuple[OpenDate, OpenDate]]:
    starts, ends = _places(header, (Meaning.DAY,)), _places(header, (Meaning.END_DAY,))
    if not (opened and starts and ends):
        return []
    start, end = starts[0], ends[0]
    pairs = {
        (record[start].strip(), record[end].strip())
        for _, record in body
        if len(record) > max(start, end) and record[start] != record[end]
    }
    return [(opened[a], opened[b]) for a, b in sorted(pairs) if a in opened and b in opened]


def _others(header: Header, body: Body, opened: dict[str, OpenDate]) -> list[OpenDate]:
    """Further dates (of creation) that are written like the days of the entries."""
    separators = {date.separator for date in opened.values()}
    found = []
    for text in _texts(header, body, (Meaning.OTHER_DAY,)) if opened else ():
        moment = dates.moment(text)
        if moment and isinstance(moment.day, OpenDate) and moment.day.separator in separators:
            found.append(moment.day)
    return found
