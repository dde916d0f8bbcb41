"""Tax in another currency is stated in the seller's own, exchanged once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.document import Draft, Kind, canonical_json, from_json
from facturier.rules.issuing import issue, missing, preview
from facturier.rules.money import Exchange, Money, minor_digits
from facturier.rules.refusal import Refused
from facturier.rules.regions import REGIONS
from tests.rules.documents import CURRENCIES
from tests.rules.drafts import DAY, complete

RATES = st.decimals(min_value="0.000001", max_value="999999999", places=6)
ECB = Exchange("EUR", Decimal("1.0837"), "ECB, 31 March 2026")


def in_dollars(code: str = "FR", exchange: Exchange | None = ECB, **changes: object) -> Draft:
    return replace(complete(code), currency="USD", exchange=exchange, **changes)


@given(minor=st.integers(-(10**15), 10**15), rate=RATES, money=CURRENCIES, own=CURRENCIES)
def test_an_amount_is_exchanged_to_the_nearest_minor_unit(minor, rate, money, own):
    found = Exchange(own, rate).of(Money(minor, money))
    exact = Fraction(minor, 10 ** minor_digits(money)) / Fraction(rate) * 10 ** minor_digits(own)
    assert abs(found.minor - exact) <= Fraction(1, 2)
    assert found.currency == own
    assert Exchange(own, rate).of(Money(-minor, money)) == -found  # halves go away from zero


@given(minor=st.integers(-(10**15), 10**15), currency=CURRENCIES)
def test_at_par_nothing_changes(minor, currency):
    assert Exchange(currency, Decimal(1)).of(Money(minor, currency)) == Money(minor, currency)


def test_halves_are_rounded_away_from_zero():
    assert Exchange("EUR", Decimal(2)).of(Money(1, "USD")) == Money(1, "EUR")
    assert Exchange("EUR", Decimal(2)).of(Money(-1, "USD")) == Money(-1, "EUR")


@pytest.mark.parametrize("code", ["FR", "DE"])
def test_the_tax_is_stated_in_euros(code):
    document = issue(in_dollars(code), region=REGIONS[code], issue_date=DAY).numbered("1")
    tax = document.totals.tax
    assert document.exchanged_tax == Money.rounded(tax.amount / Decimal("1.0837"), "EUR")
    assert from_json(canonical_json(document)) == document
    assert from_json(canonical_json(document)).exchanged_tax == document.exchanged_tax


def fields_missing(draft: Draft) -> list[tuple[str | None, str | None]]:
    return [(one.field, one.link) for one in missing(draft, region=REGIONS[draft.region], issue_date=DAY)]


def test_a_taxed_document_in_another_currency_asks_for_the_rate_and_its_source():
    assert fields_missing(in_dollars(exchange=None)) == [("exchange_rate", "draft")]
    assert fields_missing(in_dollars(exchange=replace(ECB, currency="CHF"))) == [("exchange_rate", "draft")]
    assert fields_missing(in_dollars(exchange=replace(ECB, source=" "))) == [("exchange_source", "draft")]
    assert fields_missing(in_dollars()) == []
    with pytest.raises(Refused, match="exchange rate of EUR to USD"):
        issue(in_dollars(exchange=None), region=REGIONS["FR"], issue_date=DAY)


def test_nothing_is_asked_where_no_tax_is_or_none_is_claimed():
    assert fields_missing(in_dollars(exchange=None, kind=Kind.PRO_FORMA)) == []
    untaxed = replace(complete("FR", tax_code="HORS-UE"), currency="USD")
    assert fields_missing(untaxed) == []


def test_canada_converts_in_the_return_not_on_the_invoice():
    assert fields_missing(in_dollars("CA-QC", exchange=None)) == []


def test_in_the_seller_s_own_currency_nothing_is_exchanged():
    document = preview(complete("FR"), region=REGIONS["FR"], issue_date=DAY)
    assert document.exchanged_tax is None
    assert "exchange" not in canonical_json(document)
