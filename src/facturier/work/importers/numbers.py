"""Numbers and durations as people and programs of several countries write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MAX_DIGITS = 15
MAX_SECONDS = 9_999 * 3600

_SPACES = "\u00a0\u2007\u2009\u202f"
_GROUP_MARK = re.compile(rf"(?<=[0-9])[ '’{_SPACES}](?=[0-9]{{3}}(?![0-9]))")
_AFFIX = r"(?:[A-Z]{3}|[A-Z]{0,3}[$€£¥]|Fr\.|Kč|zł|kr)?"
_NUMBER = re.compile(
    rf"(?P<bracket>\()?\s*(?P<sign>[+-]?)\s*{_AFFIX}\s*(?P<sign2>[+-]?)"
    rf"(?P<body>[0-9][0-9.,]*|[.,][0-9]+)\s*{_AFFIX}\s*\)?"
)


# What most cells look like, and what leaves nothing open.
_PLAIN = re.compile(r"-?[0-9]{1,10}(?:\.(?:[0-9]{1,2}|[0-9]{4,5}))?")


class DecimalMark(StrEnum):
    """Which mark a file puts before the decimals."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class _Written:
    negative: bool
    body: str


def _written(text: str) -> _Written | None:
    text = _GROUP_MARK.sub("", text.strip(" \t\r\n" + _SPACES).replace("−", "-"))
    match = _NUMBER.fullmatch(text)
    if match is None or (match["sign"] and match["sign2"]):
        return None
    bracketed = match["bracket"] is not None
    if bracketed != text.endswith(")"):
        return None
    return _Written(bracketed or "-" in (match["sign"], match["sign2"]), match["body"])


def _grouped(digits: str, mark: str) -> bool:
    """Whether the mark stands only between groups of digits: 1.234.567, or 12,34,567 in India."""
    groups = digits.split(mark)
    middle = groups[1:-1]
    return (
        1 <= len(groups[0]) <= 3
        and len(groups[-1]) == 3
        and (all(len(g) == 3 for g in middle) or all(len(g) == 2 for g in middle))
    )


def decimal_mark_of(text: str) -> DecimalMark | None:
    """Say which decimal mark a number proves, or None where it could be either."""
    written = _written(text)
    if written is None:
        return None
    body = written.body
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return None
    mark = DecimalMark(body[last])
    other = DecimalMark.COMMA if mark is DecimalMark.POINT else DecimalMark.POINT
    if other in body:
        return mark
    if body.count(mark) > 1:
        return other
    return None if _could_be_group(body, last) else mark


def _could_be_group(body: str, at: int) -> bool:
    return len(body) - at - 1 == 3 and 1 <= at <= 3 and body[0] != "0"


def decimal_marks(texts: Iterable[str]) -> set[DecimalMark]:
    """Find the decimal marks that the numbers of a file prove: none, one, or even both."""
    found: set[DecimalMark] = set()
    for text in texts:
        if _PLAIN.fullmatch(text):
            if "." in text:
                found.add(DecimalMark.POINT)
        elif proven := decimal_mark_of(text):
            found.add(proven)
    return found


def number(text: str, mark: DecimalMark | None) -> Decimal | None:
    """Read a number; `mark` decides only where the number itself leaves it open (1,234).

    None for what is no number, has more than 15 digits, or is left open without a mark.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    written = _written(text)
    if written is None:
        return None
    body = written.body
    if "." in body or "," in body:
        point = decimal_mark_of(text) or mark
        if point is None:
            return None
        group = DecimalMark.COMMA if point is DecimalMark.POINT else DecimalMark.POINT
        whole, _, decimals = body.partition(point)
        if point in decimals or group in decimals or (group in whole and not _grouped(whole, group)):
            return None
        body = f"{whole.replace(group, '')}.{decimals}"
    value = Decimal(body.rstrip(".") or "0")
    if len(value.as_tuple().digits) > MAX_DIGITS:
        return None
    return -value if written.negative else value


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in seconds, in the likeliest reading first.

    `decimals` is how many decimals the hours were written with, None where they were not: 0.33 h
    stands for anything that rounds to it.
    """

    readings: tuple[int, ...]
    decimals: int | None = None
    hours: Decimal = Decimal(0)


_CLOCK = re.compile(
    r"(?P<sign>[+-])?(?:(?P<d>[0-9]{1,3})[.d]\s*)?(?P<a>[0-9]{1,5}):(?P<b>[0-5][0-9])"
    r"(?::(?P<c>[0-5][0-9])(?:[.,][0-9]+)?)?\s*(?P<unit>h|hrs?|hours?|min)?",
    re.IGNORECASE,
)
_DAY_WORDS = r"d|days?|j|jours?|tage?|g|giorn[oi]|días?"
_HOUR_WORDS = r"h|hrs?|hours?|std?\.?|stunden?|heures?|ore|ora|horas?"
_MINUTE_WORDS = r"m|min\.?|mins|minutes?|minuten?|minut[oi]s?"
_SECOND_WORDS = r"s|secs?\.?|seconds?|sek\.?|sekunden?|secondes?|second[oi]|segundos?"
_AMOUNT = r"[0-9]{1,6}(?:[.,][0-9]{1,6})?"
_UNITS = re.compile(
    rf"(?P<sign>-)?\s*(?:(?P<d>{_AMOUNT})\s*(?:{_DAY_WORDS})[\s,]*)?"
    rf"(?:(?P<h>{_AMOUNT})\s*(?:{_HOUR_WORDS})[\s,]*)?"
    rf"(?:(?P<m>{_AMOUNT})\s*(?:{_MINUTE_WORDS})[\s,]*)?"
    rf"(?:(?P<s>{_AMOUNT})\s*(?:{_SECOND_WORDS}))?",
    re.IGNORECASE,
)
_BARE_MINUTES = re.compile(r"(?P<h>[0-9]{1,5})\s*h\s*(?P<m>[0-5]?[0-9])", re.IGNORECASE)
_ISO = re.compile(
    rf"(?P<sign>-)?P(?:(?P<d>{_AMOUNT})D)?(?:T(?:(?P<h>{_AMOUNT})H)?(?:(?P<m>{_AMOUNT})M)?"
    rf"(?:(?P<s>{_AMOUNT})S)?)?",
    re.IGNORECASE,
)


def duration(text: str, mark: DecimalMark | None) -> Duration | None:
    """Read 01:00:01, 1:30, 1.5, 1,5, 1h 30m, 90 min or PT1H30M; None for what is no duration.

    1:30 is one hour and a half; `47:06` may also be minutes and a whole number may also be seconds,
    so these have a second reading for where start and end tell. A negative one is negative.
    """
    text = text.strip(" \t\r\n" + _SPACES).replace("−", "-")
    if not text:
        return None
    clock = _CLOCK.fullmatch(text)
    if clock:
        return _clock_duration(clock)
    for pattern in (_UNITS, _BARE_MINUTES, _ISO):
        match = pattern.fullmatch(text)
        if match and any(part is not None for k, part in match.groupdict().items() if k != "sign"):
            return _unit_duration(match.groupdict())
    return _decimal_duration(text, mark)


def _clock_duration(match: re.Match[str]) -> Duration:
    minus, days, hours, minutes, seconds, unit = match.groups()
    sign = -1 if minus == "-" else 1
    total = int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    if seconds is not None or days is not None:
        return Duration((sign * total,))
    as_minutes = sign * (int(hours) * 60 + int(minutes))
    if unit and unit.lower() == "min":
        return Duration((as_minutes,))
    return Duration((sign * total,) if unit else (sign * total, as_minutes))


def _unit_duration(parts: dict[str, str | None]) -> Duration:
    total = Decimal(0)
    for name, factor in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        if written := parts.get(name):
            total += Decimal(written.replace(",", ".")) * factor
    sign = -1 if parts.get("sign") else 1
    return Duration((sign * _whole(total),))


def _decimal_duration(text: str, mark: DecimalMark | None) -> Duration | None:
    mark = mark or DecimalMark.POINT
    hours = number(text, mark)
    if hours is None or abs(hours) > MAX_SECONDS:
        return None
    decimals = max(0, -int(hours.as_tuple().exponent))
    readings = [_whole(hours * 3600)]
    other = number(text, DecimalMark.COMMA if mark is DecimalMark.POINT else DecimalMark.POINT)
    if other is not None and other != hours:
        # 1,500 is an hour and a half or fifteen hundred: nobody works more than a day in a day.
        readings.append(_whole(other * 3600))
        readings.sort(key=lambda seconds: abs(seconds) > 86_400)
    elif decimals == 0:
        readings.append(int(hours))
    return Duration(tuple(readings), decimals, hours)


def _whole(seconds: Decimal) -> int:
    return int(seconds.quantize(Decimal(1), rounding=ROUND_HALF_UP))
