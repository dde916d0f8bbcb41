"""Numbers, money and dates as the reader's locale writes them (CLDR, by Babel)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import NumberPattern, parse_pattern

from facturier.rules.money import Money, minor_digits

_MOST_DIGITS = 6  # what a quantity or a unit price may have
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")  # CLDR's currencySpacing, which Babel leaves out: HUF 1,284.05


def digits_needed(values: Iterable[Decimal], *, least: int) -> int:
    """Return the decimals that a column of figures needs so that none is cut and all align."""
    found = least
    for value in values:
        exponent = value.normalize().as_tuple().exponent
        if isinstance(exponent, int):
            found = max(found, -exponent)
    return min(found, _MOST_DIGITS)


@lru_cache(maxsize=256)
def _pattern(text: str, fewest: int, most: int) -> NumberPattern:
    pattern = parse_pattern(text)
    pattern.frac_prec = (fewest, most)
    return pattern


@lru_cache(maxsize=64)
def formats(locale: str) -> Formats:
    """Return the formats of a locale, made once per process. Raises UnknownLocaleError."""
    return Formats(Locale.parse(locale))


class Formats:
    """The formats of one locale; stateless, so shared by threads."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self._decimal = locale.decimal_formats[None].pattern
        self._percent = locale.percent_formats[None].pattern
        self._currency = locale.currency_formats["standard"].pattern

    def number(self, value: Decimal, *, digits: int) -> str:
        """Write a number with exactly so many decimals: 1 284,50."""
        return _pattern(self._decimal, digits, digits).apply(value, self.locale)

    def percent(self, value: Decimal) -> str:
        """Write a percentage without needless zeros: 20 %, 9,975 %."""
        pattern = _pattern(self._percent, 0, _MOST_DIGITS)
        return pattern.apply(value.scaleb(-2), self.locale)

    def amount(self, money: Money) -> str:
        """Write an amount in its currency's decimals, without the currency."""
        return self.number(money.amount, digits=minor_digits(money.currency))

    def money(self, money: Money) -> str:
        """Write an amount with its currency, in the decimals of ISO 4217: 1 284,00 €, $1,284.00."""
        digits = minor_digits(money.currency)
        pattern = _pattern(self._currency, digits, digits)
        text = pattern.apply(money.amount, self.locale, currency=money.currency, currency_digits=False)
        return _GLUED.sub("\xa0", text)

    def is_many(self, quantity: Decimal) -> bool:
        """Say whether the language uses the plural for a quantity: 1,5 is one in French."""
        return self.locale.plural_form(abs(quantity)) != "one"

    def day(self, value: date) -> str:
        """Write a date in full: 21 novembre 2026."""
        return format_date(value, "long", locale=self.locale)

    def period(self, start: date | None, end: date | None) -> str:
        """Write when a service was rendered: a day, a whole month, or from – to."""
        return _period(start or end, end or start, self.locale)

    def country(self, code: str) -> str:
        """Name a country in the reader's language; the code itself where CLDR has no name."""
        return self.locale.territories.get(code, code)


@lru_cache(maxsize=4096)
def _period(start: date | None, end: date | None, locale: Locale) -> str:
    if start is None or end is None:
        return ""
    if start == end:
        return format_date(start, "long", locale=locale)
    whole_month = (
        start.day == 1
        and (start.year, start.month) == (end.year, end.month)
        and (end + timedelta(days=1)).day == 1
    )
    if whole_month:
        return format_date(start, "LLLL y", locale=locale)
    return format_interval(start, end, "yMMMd", locale=locale)
