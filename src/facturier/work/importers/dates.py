"""Dates and times as trackers write them, and the order of day and month that a file uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from babel import Locale

from facturier.work.importers.values import DateOrder

FIRST_YEAR, LAST_YEAR = 1970, 2199
LANGUAGES = ("en", "de", "fr", "it", "es", "pt", "nl")

_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f]+")
_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NUMERIC = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})\.?")
_WORDED = re.compile(
    r"(?:(?P<d1>[0-9]{1,2})(?:\.|er|st|nd|rd|th|º|°)?[ -]?(?:de )?(?P<m1>[^\W\d_]+)\.?"
    r"|(?P<m2>[^\W\d_]+)\.?[ -]?(?P<d2>[0-9]{1,2})(?:st|nd|rd|th)?)"
    r",?[ -]?(?:de )?(?P<y>[0-9]{4}|[0-9]{2})"
)
_WEEKDAY_FIRST = re.compile(r"(?P<word>[^\W\d_]+)\.?,? (?P<rest>.*[0-9].*)")
_WEEKDAY_LAST = re.compile(r"(?P<rest>.*[0-9]),? \(?(?P<word>[^\W\d_]+)\.?\)?")
_TIME = re.compile(
    r"(?P<h>[0-9]{1,2})(?: ?[:.h] ?(?P<m>[0-5][0-9]))?(?:[:.](?P<s>[0-5][0-9])(?:[.,][0-9]+)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?(?: ?(?:uhr|h))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r" ?(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<h>[0-9]{2}):?(?P<m>[0-5][0-9]))$")


@dataclass(frozen=True, slots=True)
class OpenDate:
    """A date whose numbers stand before their order is known: 03/04/2024."""

    first: int
    second: int
    year: int
    separator: str
    weekday: int | None

    def on(self, order: DateOrder) -> date | None:
        """The day it is in that order, None where the calendar has none."""
        if order is DateOrder.DAY_FIRST:
            return _day(self.year, self.second, self.first)
        return _day(self.year, self.first, self.second)

    def proves(self) -> DateOrder | None:
        """The order that this date alone proves: a number above 12, or its weekday."""
        possible = [
            order for order in DateOrder if (day := self.on(order)) and self.weekday in (None, day.weekday())
        ]
        return possible[0] if len(possible) == 1 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, perhaps with a time (seconds since midnight) and an offset from UTC (seconds)."""

    day: date | OpenDate
    seconds: int | None = None
    offset: int | None = None


def moment(text: str) -> Moment | None:
    """Read a date, or a date and a time; None for what is neither."""
    text = _SPACES.sub(" ", text).strip()
    day = _written_date(text)
    if day is not None:
        return Moment(day)
    offset = _OFFSET.search(text)
    rest = text[: offset.start()] if offset else text
    for separator in ("T", ", ", " "):
        # From the right: a date may hold spaces of its own ("4 March 2024 10:23").
        for at in _positions(rest, separator):
            seconds = time(rest[at + len(separator) :])
            day = _written_date(rest[:at]) if seconds is not None else None
            if day is not None:
                return Moment(day, seconds, _offset_seconds(offset) if offset else None)
    return None


def _positions(text: str, separator: str) -> list[int]:
    found = [at for at in range(len(text)) if text.startswith(separator, at)]
    return found[:-4:-1]


def _offset_seconds(match: re.Match[str]) -> int:
    if match["utc"]:
        return 0
    seconds = int(match["h"]) * 3600 + int(match["m"]) * 60
    return -seconds if match["sign"] == "-" else seconds


def time(text: str) -> int | None:
    """Read 22:23, 10:23:52 AM, 10.23 or 10h23 as seconds since midnight; 24:00 is the day's end."""
    match = _TIME.fullmatch(text) or _TIME.fullmatch(_SPACES.sub(" ", text).strip())
    if match is None:
        return None
    written, minutes, seconds, half = match.groups()
    if not (minutes or half):
        return None
    hours = int(written)
    if half:
        afternoon = half in "pP"
        if hours > 12 and not afternoon:
            return None
        if hours <= 12:
            hours = hours % 12 + 12 * afternoon
    total = hours * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return total if total <= 86_400 else None


def has_half_days(texts: Iterable[str]) -> bool:
    """Whether a time is written on the 12-hour clock."""
    return any(
        match is not None and match["half"] is not None
        for match in (_TIME.fullmatch(_SPACES.sub(" ", text).strip()) for text in texts)
    )


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _written_date(text: str) -> date | OpenDate | None:
    for pattern in (_ISO, _COMPACT):
        match = pattern.fullmatch(text)
        if match:
            numbers = match.groups()
            return _day(int(numbers[0]), int(numbers[-2]), int(numbers[-1]))
    weekday, rest = _without_weekday(text)
    match = _NUMERIC.fullmatch(rest)
    if match:
        first, separator, second, year = match.groups()
        return OpenDate(int(first), int(second), _year(year), separator, weekday)
    if weekday is not None and (match := _ISO.fullmatch(rest)):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    match = _WORDED.fullmatch(rest)
    month = _months().get(_plain(match["m1"] or match["m2"])) if match else None
    if match is None or month is None:
        return None
    return _day(_year(match["y"]), month, int(match["d1"] or match["d2"]))


def _without_weekday(text: str) -> tuple[int | None, str]:
    for pattern in (_WEEKDAY_FIRST, _WEEKDAY_LAST):
        match = pattern.fullmatch(text)
        weekday = _weekdays().get(_plain(match["word"])) if match else None
        if match and weekday is not None:
            return weekday, match["rest"].strip()
    return None, text


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if letter.isalpha())


@cache
def _months() -> dict[str, int]:
    return _names("months")


@cache
def _weekdays() -> dict[str, int]:
    months = _months()
    return {word: day for word, day in _names("days").items() if word not in months}


def _names(kind: str) -> dict[str, int]:
    """The names, whole and short, of months (1–12) or weekdays (Monday is 0) that no two share."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        locale = Locale.parse(language)
        contexts = locale.months if kind == "months" else locale.days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in contexts[context][width].items():
                    found.setdefault(_plain(name), set()).add(number)
    return {word: numbers.pop() for word, numbers in found.items() if len(numbers) == 1}


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """The order of a file's dates, and whether the file proves it."""

    order: DateOrder | None
    ambiguous: bool


def decide_order(
    *,
    written: Sequence[OpenDate],
    spans: Iterable[tuple[OpenDate, OpenDate]],
    others: Iterable[OpenDate],
    chosen: DateOrder | None,
    month_first: bool,
) -> OrderDecision:
    """Decide in which order a file writes day and month, once for the whole file.

    `written` are the days of the entries in the order of the file, `spans` their first and last
    days where they differ, `others` further dates of the file. Proof comes first: a number above
    12 or a weekday; then entries that would last weeks or end before they start. Then the order of
    the rows, since exports are sorted: proof when long enough. Without proof `chosen` decides,
    then the reading in which the dates lie close together, then `month_first`; the decision is
    ambiguous.
    """
    every = [*written, *others]
    if not every:
        return OrderDecision(None, ambiguous=False)
    proven = _majority(date.proves() for date in dict.fromkeys(every))
    proven = proven or _majority(map(_plausible_span, spans))
    if proven:
        return OrderDecision(proven, ambiguous=False)
    if all(date.first == date.second for date in every):
        return OrderDecision(chosen or _default(every, month_first=month_first), ambiguous=False)
    sorted_order, changes = _sorted_order(written)
    if sorted_order and changes >= PROVING_CHANGES:
        return OrderDecision(sorted_order, ambiguous=False)
    if all(date.separator == "." for date in every):
        # Nobody writes the month first with full stops.
        return OrderDecision(DateOrder.DAY_FIRST, ambiguous=False)
    order = chosen or sorted_order or _denser_order(written)
    return OrderDecision(order or _default(every, month_first=month_first), ambiguous=True)


PROVING_CHANGES = 6
LONGEST_ENTRY_DAYS = 7


def _default(every: Sequence[OpenDate], *, month_first: bool) -> DateOrder:
    slashed = any(date.separator != "." for date in every)
    return DateOrder.MONTH_FIRST if month_first and slashed else DateOrder.DAY_FIRST


def _majority(votes: Iterable[DateOrder | None]) -> DateOrder | None:
    counted = [vote for vote in votes if vote is not None]
    day_first = counted.count(DateOrder.DAY_FIRST)
    month_first = len(counted) - day_first
    if day_first == month_first:
        return None
    return DateOrder.DAY_FIRST if day_first > month_first else DateOrder.MONTH_FIRST


def _plausible_span(span: tuple[OpenDate, OpenDate]) -> DateOrder | None:
    """The one order in which an entry ends after its start and within a week."""
    possible = []
    for order in DateOrder:
        start, end = span[0].on(order), span[1].on(order)
        if start and end and 0 <= (end - start).days <= LONGEST_ENTRY_DAYS:
            possible.append(order)
    return possible[0] if len(possible) == 1 else None


def _sorted_order(written: Sequence[OpenDate]) -> tuple[DateOrder | None, int]:
    """The one order in which the rows are sorted by day, and how often the day changes."""
    possible, changes = [], 0
    for order in DateOrder:
        days = [day for date in written if (day := date.on(order))]
        steps = [b > a for a, b in pairwise(days) if a != b]
        if all(steps) or not any(steps):
            possible.append(order)
            changes = len(steps)
    return (possible[0], changes) if len(possible) == 1 else (None, 0)


def _denser_order(written: Sequence[OpenDate]) -> DateOrder | None:
    """The order in which four days or more lie four times closer together: a month, not a year."""
    lengths = []
    for order in DateOrder:
        days = {day for date in written if (day := date.on(order))}
        if len(days) < 4:
            return None
        lengths.append((max(days) - min(days)).days)
    day_first, month_first = lengths
    if day_first * 4 <= month_first:
        return DateOrder.DAY_FIRST
    if month_first * 4 <= day_first:
        return DateOrder.MONTH_FIRST
    return None
