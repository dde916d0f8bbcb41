"""Start, end and duration of an entry brought together, across days and changes of the clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from facturier.work.importers.cells import Point
from facturier.work.importers.headings import Meaning
from facturier.work.importers.numbers import MAX_SECONDS, Duration

TOLERANCE_SECONDS = 60
DAY = 86_400
# How trackers round durations in their reports, in seconds.
ROUNDING_STEPS = (300, 360, 600, 720, 900, 1800)


class Mismatch(Exception):
    """What does not fit in an entry: the column to blame and why."""

    def __init__(self, meaning: Meaning, message: str, **values: object) -> None:
        self.meaning = meaning
        self.message = message
        self.values = values
        super().__init__(message)


class Stint(NamedTuple):
    """When an entry was worked and for how long.

    `span` is what lies between start and end, None without a clock; `agrees` is False where the
    duration is more than a minute off it.
    """

    started_at: datetime | None
    ended_at: datetime | None
    seconds: int
    span: int | None = None
    agrees: bool = True


# A moment twice: aware, and in seconds since 1970.
type Fixed = tuple[datetime, int]


class Clocks:
    """The wall clock of one time zone.

    A time that the clocks skip in spring is the time an hour later that they show instead; of a
    time that they show twice in autumn the first is meant. Where that contradicts the file's
    duration, the duration wins.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._midnights: dict[date, int | None] = {}
        self._times: dict[int, time] = {}

    def fix(self, point: Point) -> Fixed:
        """The moment at which the wall clock shows this; 24:00 is the next day's midnight."""
        day, seconds = point.day, point.seconds or 0
        if point.offset is not None:
            epoch = _days_since_1970(day) * DAY + seconds - point.offset
            return datetime.fromtimestamp(epoch, self.zone), epoch
        if seconds == DAY:
            day, seconds = day + timedelta(days=1), 0
        shown = datetime.combine(day, self._time(seconds))
        midnight = self._midnight(day)
        if midnight is not None:
            return shown, midnight + seconds
        epoch = int(shown.timestamp())
        return datetime.fromtimestamp(epoch, self.zone), epoch

    def local(self, point: Point) -> Point:
        """Move a point with its own offset to the day and time that it is in this zone."""
        if point.offset is None or point.seconds is None:
            return point
        moment = self.fix(point)[0]
        offset = moment.utcoffset() or timedelta(0)
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return Point(moment.date(), seconds, int(offset.total_seconds()))

    def after(self, start: Fixed, seconds: int) -> datetime:
        """The moment that many seconds later, on this zone's clock."""
        return datetime.fromtimestamp(start[1] + seconds, self.zone)

    def spans(self, start: Point, end: Point) -> list[int]:
        """The seconds between two points: as time ran, as clocks show, and where they repeat."""
        first, last = self.fix(start), self.fix(end)
        days = (end.day - start.day).days
        return [
            last[1] - first[1],
            days * DAY + (end.seconds or 0) - (start.seconds or 0),
            *(
                int(last[0].replace(fold=b).timestamp()) - int(first[0].replace(fold=a).timestamp())
                for a, b in ((0, 1), (1, 0), (1, 1))
            ),
        ]

    def _time(self, seconds: int) -> time:
        shown = self._times.get(seconds)
        if shown is None:
            hour, rest = divmod(seconds, 3600)
            shown = time(hour, rest // 60, rest % 60, tzinfo=self.zone)
            self._times[seconds] = shown
        return shown

    def _midnight(self, day: date) -> int | None:
        """When the day began, in seconds since 1970; None on a day on which the clocks change."""
        if day in self._midnights:
            return self._midnights[day]
        begin = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        steady = begin.utcoffset() == (begin + timedelta(days=1)).utcoffset()
        self._midnights[day] = epoch = int(begin.timestamp()) if steady else None
        return epoch


def _days_since_1970(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def without_clock(duration: Duration | None) -> Stint:
    """An entry of which only the day and the hours are known."""
    if duration is None:
        raise Mismatch(Meaning.DURATION, "The duration is missing.")
    return Stint(None, None, checked(duration.readings[0]))


def until_duration(clocks: Clocks, start: Point, duration: Duration | None) -> Stint:
    """An entry that names its start and its duration."""
    if duration is None:
        raise Mismatch(Meaning.END_TIME, "The entry has neither an end nor a duration: is it still running?")
    seconds = checked(duration.readings[0])
    first = clocks.fix(start)
    return Stint(first[0], clocks.after(first, seconds), seconds)


def between(
    clocks: Clocks,
    start: Point,
    end: Point,
    duration: Duration | None,
    *,
    pause: int = 0,
    breaks_shorten: bool = False,
) -> Stint:
    """An entry that names its start and its end, and perhaps its duration, which wins."""
    first, last = clocks.fix(start), clocks.fix(end)
    span = last[1] - first[1]
    if duration is not None and duration.decimals is None and not pause and span >= 0:
        seconds = duration.readings[0]
        if seconds >= 0 and abs(span - seconds) <= TOLERANCE_SECONDS:
            return Stint(first[0], last[0], seconds, span)
    spans = clocks.spans(start, end)
    ended_at = last[0]
    if span < 0:
        span = max(spans)
        if span < 0:
            meaning = Meaning.END_DAY if end.day < start.day else Meaning.END_TIME
            raise Mismatch(meaning, "The entry ends before it starts.")
        # The clocks went back in between: the second time that they showed the end is meant.
        ended_at = clocks.after(first, span)
    if duration is None:
        return Stint(first[0], ended_at, checked(max(span - pause, 0)), span)
    checked(duration.readings[0])
    worked = [span - pause, *(s - taken for s in spans for taken in {0, pause})]
    seconds, agrees = _worked(duration, worked)
    shorter = breaks_shorten and seconds < span
    return Stint(first[0], ended_at, seconds, span, agrees=agrees or shorter)


def _worked(duration: Duration, possible: list[int]) -> tuple[int, bool]:
    """Choose the reading that one of the possible differences supports, and whether one does."""
    if duration.decimals:
        for difference in possible:
            if _rounds_to(duration, difference):
                return difference, True
    for at, reading in enumerate(duration.readings):
        for difference in possible:
            if difference >= 0 and _agrees(reading, difference, likely=at == 0):
                return reading, True
    return duration.readings[0], False


def checked(seconds: int) -> int:
    """Refuse a duration that is negative or longer than any entry."""
    if seconds < 0:
        raise Mismatch(Meaning.DURATION, "The duration is negative.")
    if seconds > MAX_SECONDS:
        raise Mismatch(
            Meaning.DURATION,
            "The duration is longer than %(limit)s hours.",
            limit=MAX_SECONDS // 3600,
        )
    return seconds


def _agrees(reading: int, possible: int, *, likely: bool) -> bool:
    # An unlikely reading (minutes instead of hours) must fit closely, or it would excuse anything.
    tolerance = TOLERANCE_SECONDS if likely else min(TOLERANCE_SECONDS, possible // 10)
    return abs(possible - reading) <= tolerance


def _rounds_to(duration: Duration, difference: int) -> bool:
    """Whether the decimal hours are but the rounding of a difference: 0.33 h for 20 minutes."""
    unit = Decimal(1).scaleb(-(duration.decimals or 0))
    rounded = (Decimal(difference) / 3600).quantize(unit, rounding=ROUND_HALF_UP)
    return difference >= 0 and rounded == duration.hours


def rounding_step(pairs: Iterable[tuple[int, int]]) -> int | None:
    """Find the step to which a report rounded all its durations, from (span, duration) pairs."""
    steps = list(ROUNDING_STEPS)
    for span, seconds in pairs:
        down = [span // step * step for step in steps]
        steps = [
            step
            for step, low in zip(steps, down, strict=True)
            if seconds == low or (seconds == low + step and low != span)
        ]
        if not steps:
            return None
    return steps[0] if steps else None
