"""Time that was worked: how people write it, and what it is worth."""

from __future__ import annotations

import re
from decimal import Decimal

from facturier.rules.billing import hours
from facturier.rules.money import Money
from facturier.rules.refusal import Refused

HOUR = 3600
DAY = 24 * HOUR

_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_UNITS = re.compile(
    r"(?:(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:h|hrs?|hours?|std\.?|ore|heures?)\s*)?"
    r"(?:(\d{1,4})\s*(?:m|min|mins|minutes?|minuti|minuten)?)?",
    re.ASCII,
)
_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|mins|minutes?|minuti|minuten)", re.ASCII)
_HOURS = re.compile(r"(\d{0,3}(?:[.,]\d{1,4})?)", re.ASCII)


def parse_duration(text: str, *, field: str = "duration") -> int:
    """Return the seconds that a person means by "1:30", "1,5", "1.5h", "1h30" or "90m".

    A bare number counts hours. Raises Refused for anything else, for nothing and for more than a day.
    """
    seconds = _seconds(" ".join(text.casefold().split()))
    if seconds is None:
        raise Refused("Write a duration as 1:30, 1.5 or 90m.", field=field)
    if seconds <= 0:
        raise Refused("A duration is more than nothing.", field=field)
    if seconds > DAY:
        raise Refused("A day has 24 hours: enter each day by itself.", field=field)
    return seconds


def _seconds(text: str) -> int | None:
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * HOUR + minutes * 60 + seconds
    if found := _MINUTES.fullmatch(text):
        return int(found[1]) * 60
    if (found := _HOURS.fullmatch(text)) and found[1].strip(".,"):
        return _of_hours(found[1])
    if (found := _UNITS.fullmatch(text)) and found[1]:
        return _of_hours(found[1]) + int(found[2] or 0) * 60
    return None


def _of_hours(text: str) -> int:
    return int((Decimal(text.replace(",", ".")) * HOUR).to_integral_value())


def duration_text(seconds: int) -> str:
    """Write a duration so that `parse_duration` reads it again: 1:30, or 1:30:15."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")


def time_value(seconds: int, rate: Decimal, currency: str) -> Money:
    """Return what time is worth: hours in the four decimals of a line's quantity, at a rate per hour."""
    return Money.rounded(hours(seconds) * rate, currency)


def marked_up(cost: Money, percent: Decimal) -> Money:
    """Return the price of an expense: its cost plus mark-up, rounded once."""
    return Money.rounded(cost.amount * (1 + percent / 100), cost.currency)
