"""Money: an exact amount in the minor unit of one currency (ISO 4217)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import total_ordering

# ISO 4217, table A.1: the currencies whose minor unit is not 1/100.
_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

# Room for the longest product we allow: 15 digits times 15 digits, and a rate.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a bug, never shown to a person."""


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217): EUR 2, JPY 0, TND 3."""
    return _MINOR_DIGITS.get(currency, 2)


def round_half_up(value: Decimal, digits: int) -> Decimal:
    """Round to `digits` decimals, halves away from zero (EN 16931-1, 6.5.11 leaves the method
    open; commercial rounding is what the German, French and Canadian tax offices compute)."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_EXACT)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """`minor` counts the currency's smallest unit: Money(1250, "EUR") is 12.50 EUR."""

    minor: int
    currency: str

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """Round an amount in major units to the currency's minor unit, halves away from zero."""
        scaled = amount.scaleb(minor_digits(currency), context=_EXACT)
        return cls(int(scaled.quantize(Decimal(1), context=_EXACT)), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Sum amounts of one currency; nothing sums to zero.

        Raises CurrencyMismatch where one of them is in another currency.
        """
        sum_minor = 0
        for amount in amounts:
            if amount.currency != currency:
                raise CurrencyMismatch(f"{currency} + {amount.currency}")
            sum_minor += amount.minor
        return cls(sum_minor, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """How many units of a document's currency one unit of `currency` is, and who says so.

    This is how central banks of the euro and the pound publish rates: EUR 1 = USD 1.0837. `currency` is
    the one that the seller accounts for tax in (EN 16931, BT-6).
    """

    currency: str
    rate: Decimal
    source: str = ""

    def of(self, money: Money) -> Money:
        """Return an amount in `currency`, rounded once, halves away from zero."""
        return Money.rounded(_EXACT.divide(money.amount, self.rate), self.currency)
