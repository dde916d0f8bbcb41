"""Money is exact, and rounds halves away from zero to its currency's minor unit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.money import CurrencyMismatch, Money, minor_digits, round_half_up

DIGITS = {"JPY": 0, "EUR": 2, "CAD": 2, "TND": 3, "CLF": 4}
CURRENCIES = st.sampled_from(sorted(DIGITS))
AMOUNTS = st.decimals(min_value=-(10**13), max_value=10**13, places=6, allow_nan=False, allow_infinity=False)
MINOR = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(("currency", "digits"), DIGITS.items())
def test_minor_units_follow_iso_4217(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.345", "EUR", 1235),
        ("-12.345", "EUR", -1235),
        ("12.344999", "EUR", 1234),
        ("0.5", "JPY", 1),
        ("-0.5", "JPY", -1),
        ("1.0005", "TND", 1001),
        ("0.004999", "EUR", 0),
        ("9999999999999.995", "EUR", 1000000000000000),
    ],
)
def test_halves_round_away_from_zero(amount, currency, minor):
    assert Money.rounded(Decimal(amount), currency) == Money(minor, currency)


@given(amount=AMOUNTS, currency=CURRENCIES)
def test_rounding_is_off_by_half_a_unit_at_most(amount, currency):
    exact = Fraction(amount) * 10 ** DIGITS[currency]
    assert abs(Money.rounded(amount, currency).minor - exact) <= Fraction(1, 2)


@given(amount=AMOUNTS, currency=CURRENCIES)
def test_a_credit_rounds_like_its_invoice(amount, currency):
    assert Money.rounded(-amount, currency) == -Money.rounded(amount, currency)


@given(minor=MINOR, currency=CURRENCIES)
def test_amounts_in_major_units_come_back(minor, currency):
    money = Money(minor, currency)
    assert Money.rounded(money.amount, currency) == money
    assert -money.amount.as_tuple().exponent == DIGITS[currency]


@given(one=MINOR, two=MINOR)
def test_sums_are_those_of_integers(one, two):
    a, b = Money(one, "EUR"), Money(two, "EUR")
    assert (a + b).minor == one + two
    assert (a - b).minor == one - two
    assert Money.total([a, b], "EUR") == a + b
    assert (a < b) is (one < two)


def test_currencies_never_mix():
    euro, dollar = Money(1, "EUR"), Money(1, "CAD")
    for act in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar):
        with pytest.raises(CurrencyMismatch):
            act()
    with pytest.raises(CurrencyMismatch):
        Money.total([euro, dollar], "EUR")
    assert euro != dollar


def test_nothing_is_falsy_and_sums_to_zero():
    assert not Money.zero("EUR")
    assert Money(-1, "EUR")
    assert Money.total([], "JPY") == Money(0, "JPY")
    assert str(Money(-1250, "EUR")) == "-12.50 EUR"


def test_decimals_round_to_any_number_of_places():
    assert round_half_up(Decimal("1.2345"), 3) == Decimal("1.235")
    assert round_half_up(Decimal("-2.5"), 0) == Decimal("-3")
