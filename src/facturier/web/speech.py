"""Amounts, dates and numbers as the reader writes them: Babel, in their language and the seller's region.

The language is Django's active one; `of(region)` says which country's habits go with it (French in Quebec is
not French in France). Everything is cached, for a list formats hundreds of figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext

from facturier.organisations.background import InTurns
from facturier.rules.money import minor_digits
from facturier.rules.regions.base import Region

_region: ContextVar[Region | None] = ContextVar("region_of_speech", default=None)
_COUNTRY = {"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"}
# CLDR writes 09:41 for France, where typography asks for 9 h 41 (Imprimerie nationale, Lexique).
_TIME = {"fr": "H'\xa0h\xa0'mm"}
# The text face has no narrow no-break space and the browser would borrow it from another face.
_SPACES = str.maketrans({"\u202f": "\xa0", "-": "\u2212"})


@contextmanager
def of(region: Region) -> Iterator[None]:
    """Speak as people of this region do for everything inside."""
    token = _region.set(region)
    try:
        yield
    finally:
        _region.reset(token)


def locale() -> Locale:
    """Return the reader's locale: their language as it is written in the seller's region."""
    language = (get_language() or "en")[:2]
    region = _region.get()
    if region is not None:
        return _parsed(region.locale_of.get(language) or _COUNTRY[language])
    return _parsed(_COUNTRY.get(language, "en_GB"))


@lru_cache(maxsize=64)
def _parsed(name: str) -> Locale:
    return Locale.parse(name)


def money_text(minor: int, currency: str) -> str:
    """Write an amount of minor units with its currency: 1 284,00 €."""
    return _money(minor, currency, locale())


@lru_cache(maxsize=8192)
def _money(minor: int, currency: str, where: Locale) -> str:
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    text = format_currency(
        amount, currency, locale=where, currency_digits=False, format=_pattern(currency, where)
    )
    return text.translate(_SPACES)


@lru_cache(maxsize=256)
def _pattern(currency: str, where: Locale) -> str:
    """Return the locale's own pattern with the currency's own decimals."""
    digits = minor_digits(currency)
    decimals = f".{'0' * digits}" if digits else ""
    pattern = where.currency_formats["standard"].pattern
    return str(pattern.replace(".00", decimals))


@lru_cache(maxsize=256)
def currency_sign(currency: str, where: Locale) -> str:
    """Return how the locale writes the currency: €, $, $US."""
    return str(get_currency_symbol(currency, locale=where)).translate(_SPACES)


def number_text(value: Decimal | int, *, decimals: int | None = None) -> str:
    """Write a number with the decimals it has, or with exactly `decimals`."""
    return _number(Decimal(value), decimals, locale())


@lru_cache(maxsize=8192)
def _number(value: Decimal, decimals: int | None, where: Locale) -> str:
    pattern = "#,##0.######" if decimals is None else f"#,##0.{'0' * decimals}".rstrip(".")
    return str(format_decimal(value, pattern, locale=where)).translate(_SPACES)


def percent_text(value: Decimal) -> str:
    """Write a percentage given in per cent: Decimal("9.975") is 9,975 %."""
    where = locale()
    pattern = where.percent_formats[None].pattern.replace("#,##0", "#,##0.###")
    return str(format_percent(value / 100, pattern, locale=where)).translate(_SPACES)


def day_text(value: date, length: str = "medium") -> str:
    """Write a day: 21 nov. 2026; `length` as Babel has it (short, medium, long, full)."""
    return _day(value, length, locale())


@lru_cache(maxsize=4096)
def _day(value: date, length: str, where: Locale) -> str:
    return _spaced(format_date(value, format=length, locale=where))


def short_day_text(value: date, *, today: date) -> str:
    """Write a day for a list: without the year while it is this one."""
    if value.year != today.year:
        return day_text(value)
    return _skeleton(value, "MMMd", locale())


def month_text(value: date) -> str:
    """Write a month: novembre 2026."""
    return _skeleton(value, "yMMMM", locale())


def short_month_text(value: date) -> str:
    """Write a month for a chart: nov."""
    return _spaced(format_date(value, "LLL", locale=locale()))


@lru_cache(maxsize=4096)
def _skeleton(value: date, skeleton: str, where: Locale) -> str:
    return _spaced(format_skeleton(skeleton, value, locale=where))


def time_text(value: datetime) -> str:
    """Write a time of day in the active time zone: 9 h 41."""
    where = locale()
    local = timezone.localtime(value)
    return _spaced(format_time(local.time(), _TIME.get(where.language, "short"), locale=where))


def moment_text(value: datetime) -> str:
    """Write when something happened, as people say it: today 9:41, yesterday 17:05, 4 Nov, 11:20."""
    day, today = timezone.localtime(value).date(), timezone.localdate()
    if day == today:
        return gettext("today %(time)s") % {"time": time_text(value)}
    if day == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": time_text(value)}
    return gettext("%(day)s, %(time)s") % {
        "day": short_day_text(day, today=today),
        "time": time_text(value),
    }


def remaining_text(work: InTurns, *, now: datetime) -> str:
    """Guess how long the rest takes, in words, from what is done; nothing before there is anything done."""
    if work.started_at is None or not 0 < work.done < work.total:
        return ""
    seconds = (now - work.started_at).total_seconds() / work.done * (work.total - work.done)
    if seconds < 90:
        return gettext("%(seconds)s s") % {"seconds": max(1, round(seconds))}
    return gettext("%(minutes)s min") % {"minutes": round(seconds / 60)}


def _spaced(text: str) -> str:
    return str(text).replace("\u202f", "\xa0")
