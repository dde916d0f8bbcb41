"""When an entry was worked: its date, start, end and duration cells brought together."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from facturier.work.importers.cells import Cells, Point, Texts
from facturier.work.importers.clocks import (
    TOLERANCE_SECONDS,
    Clocks,
    Mismatch,
    Stint,
    between,
    until_duration,
    without_clock,
)
from facturier.work.importers.headings import Meaning
from facturier.work.importers.numbers import Duration
from facturier.work.importers.values import shown


class Timing:
    """Reads the times of one row after the other; what does not fit is blamed in the cells."""

    def __init__(self, cells: Cells, zone: ZoneInfo) -> None:
        self._cells = cells
        self._clocks = Clocks(zone)
        self._breaks_shorten = cells.header.tracker.breaks_shorten

    def read(self, texts: Texts) -> tuple[Point, Stint] | None:
        """Read when the entry started, as written, and when and how long it was worked."""
        start = self._start(texts)
        end_day, end = self._end(texts)
        duration = self._duration(texts)
        pause = self._pause(texts.pause) if texts.pause else 0
        if start is None or self._cells.bad:
            return None
        try:
            if start.seconds is None:
                return start, without_clock(duration)
            if end is None:
                return start, until_duration(self._clocks, start, duration)
            if not end_day:
                later = _days_later(start.seconds, end.seconds or 0, duration)
                end = end._replace(day=start.day + timedelta(days=later)) if later else end
            stint = between(
                self._clocks,
                start,
                end,
                duration,
                pause=pause,
                breaks_shorten=self._breaks_shorten,
            )
        except Mismatch as mismatch:
            self._cells.blame(mismatch.meaning, mismatch.message, **mismatch.values)
            return None
        return start, stint

    def _start(self, texts: Texts) -> Point | None:
        cells = self._cells
        if not texts.day:
            if texts.start_time and (point := cells.points[texts.start_time]):
                return self._clocks.local(point)
            cells.blame(Meaning.DAY, "The date is missing.")
            return None
        point = cells.points[texts.day]
        if point is None:
            cells.blame(Meaning.DAY, "“%(text)s” is not a date.", text=shown(texts.day))
            return None
        if not texts.start_time:
            return self._clocks.local(point)
        seconds = cells.times[texts.start_time]
        if seconds is not None:
            return Point(point.day, seconds, None)
        whole = cells.points[texts.start_time]
        if whole is None or whole.seconds is None:
            text = shown(texts.start_time)
            cells.blame(Meaning.START_TIME, "“%(text)s” is not a time.", text=text)
            return None
        return self._clocks.local(whole)

    def _end(self, texts: Texts) -> tuple[bool, Point | None]:
        """Read the end and whether it names its day; where it does not, it has the start's."""
        cells = self._cells
        point = cells.points[texts.end_day] if texts.end_day else None
        seconds = cells.times[texts.end_time] if texts.end_time else None
        if texts.end_day and point is None:
            seconds = cells.times[texts.end_day] if not texts.end_time else None
            if seconds is None:
                text = shown(texts.end_day)
                cells.blame(Meaning.END_DAY, "“%(text)s” is not a date.", text=text)
        elif texts.end_time and seconds is None:
            point = cells.points[texts.end_time]
            if point is None or point.seconds is None:
                text = shown(texts.end_time)
                cells.blame(Meaning.END_TIME, "“%(text)s” is not a time.", text=text)
        if seconds is None:
            return True, point if point and point.seconds is not None else None
        if point:
            return True, Point(point.day, seconds, None)
        day = cells.points[texts.day or texts.start_time]
        return False, Point(day.day, seconds, None) if day else None

    def _duration(self, texts: Texts) -> Duration | None:
        text = texts.duration or texts.hours
        if not text:
            return None
        duration = self._cells.durations[text]
        if duration is None:
            meaning = Meaning.DURATION if texts.duration else Meaning.HOURS
            self._cells.blame(meaning, "“%(text)s” is not a duration.", text=shown(text))
        return duration

    def _pause(self, text: str) -> int:
        pause = self._cells.durations[text]
        if pause is None or pause.readings[0] < 0:
            self._cells.blame(Meaning.PAUSE, "“%(text)s” is not a duration.", text=shown(text))
            return 0
        return pause.readings[0]


def _days_later(start: int, end: int, duration: Duration | None) -> int:
    """How many days after its start an entry ends that names no end date."""
    overnight = 1 if end < start else 0
    if duration is None:
        return overnight
    left = [reading - (overnight * 86_400 + end - start) for reading in duration.readings]
    if any(abs(seconds) <= TOLERANCE_SECONDS for seconds in left):
        return overnight
    return overnight + max(0, (left[0] + 3600) // 86_400)
