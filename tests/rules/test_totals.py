"""Documents add up as EN 16931-1 says (BR-CO-10 to BR-CO-17), whatever stands on them.

Expected sums are computed here in fractions, apart from the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.document import Adjustment, Line, LineKind, Tax, Totals
from facturier.rules.money import Money, minor_digits
from facturier.rules.totals import line_total, spread, tax_on, totals
from tests.rules.documents import ADJUSTMENTS, AMOUNT_LINES, CURRENCIES, LINES, MINOR, tax

VAT20 = (tax("VAT", "S", "20"),)
VAT10 = (tax("VAT", "S", "10"),)
QUEBEC = (tax("GST", "S", "5"), tax("QST", "S", "9.975"))


def half_up(value: Fraction) -> int:
    """Round halves away from zero, the schoolbook way."""
    return floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


def expected_net(line: Line, currency: str) -> int:
    full = half_up(Fraction(line.quantity) * Fraction(line.unit_price) * 10 ** minor_digits(currency))
    if line.discount_percent:
        return full - half_up(full * Fraction(line.discount_percent) / 100)
    return full - line.discount_minor


def bases(lines: Sequence[Line], result: Totals) -> dict[tuple[str, str, Decimal], int]:
    """Sum what each tax, category and rate is charged on (BR-S-08 and its like)."""
    found: dict[tuple[str, str, Decimal], int] = {}

    def add(taxes: tuple[Tax, ...], minor: int) -> None:
        for one in taxes:
            key = (one.scheme, one.category, one.rate)
            found[key] = found.get(key, 0) + minor

    for line, total in zip(lines, result.lines, strict=True):
        if line.kind is LineKind.AMOUNT:
            add(line.taxes, total.net.minor)
    for one in result.adjustments:
        add(one.taxes, one.amount.minor if one.is_charge else -one.amount.minor)
    return found


any_document = given(lines=LINES, adjustments=ADJUSTMENTS, currency=CURRENCIES, prepaid=MINOR)


@any_document
def test_a_document_obeys_en_16931(lines, adjustments, currency, prepaid):
    result = totals(lines, adjustments, currency=currency, prepaid_minor=prepaid)
    amounts = [
        total.net.minor
        for line, total in zip(lines, result.lines, strict=True)
        if line.kind is LineKind.AMOUNT
    ]
    allowances = [one.amount.minor for one in result.adjustments if not one.is_charge]
    charges = [one.amount.minor for one in result.adjustments if one.is_charge]

    assert result.line_net.minor == sum(amounts)  # BR-CO-10
    assert result.allowances.minor == sum(allowances)  # BR-CO-11
    assert result.charges.minor == sum(charges)  # BR-CO-12
    assert result.net == result.line_net - result.allowances + result.charges  # BR-CO-13
    assert result.tax.minor == sum(row.amount.minor for row in result.taxes)  # BR-CO-14
    assert result.gross == result.net + result.tax  # BR-CO-15
    assert result.due.minor == result.gross.minor - prepaid  # BR-CO-16
    for row in result.taxes:  # BR-CO-17
        assert row.amount.minor == half_up(Fraction(row.base.minor) * Fraction(row.tax.rate) / 100)
    assert {
        (row.tax.scheme, row.tax.category, row.tax.rate): row.base.minor for row in result.taxes
    } == bases(lines, result)


@any_document
def test_every_amount_is_in_the_currency_of_the_document(lines, adjustments, currency, prepaid):
    result = totals(lines, adjustments, currency=currency, prepaid_minor=prepaid)
    sums = [result.line_net, result.net, result.tax, result.gross, result.prepaid, result.due]
    rows = [row.base for row in result.taxes] + [row.amount for row in result.taxes]
    assert {money.currency for money in sums + rows} == {currency}


@given(line=AMOUNT_LINES, currency=CURRENCIES)
def test_each_line_is_rounded_by_itself(line, currency):
    assert line_total(line, currency).net.minor == expected_net(line, currency)


@given(lines=LINES, currency=CURRENCIES)
def test_each_tax_has_one_row(lines, currency):
    rows = totals(lines, currency=currency).taxes
    keys = [(row.tax.scheme, row.tax.category, row.tax.rate) for row in rows]
    assert len(set(keys)) == len(keys)


@given(lines=LINES, currency=CURRENCIES)
def test_subtotals_add_up_what_stands_above_them(lines, currency):
    result = totals(lines, currency=currency)
    running = 0
    for line, total in zip(lines, result.lines, strict=True):
        if line.kind is LineKind.AMOUNT:
            running += total.net.minor
        elif line.kind is LineKind.TEXT:
            assert total.net.minor == 0
        else:
            assert total.net.minor == running
            running = 0


@given(lines=LINES, currency=CURRENCIES)
def test_texts_and_subtotals_change_no_sum(lines, currency):
    bare = [line for line in lines if line.kind is LineKind.AMOUNT]
    full, without = totals(lines, currency=currency), totals(bare, currency=currency)
    assert (full.net, full.tax, full.gross) == (without.net, without.tax, without.gross)


@given(lines=LINES, adjustment=ADJUSTMENTS.filter(bool).map(lambda all_: all_[0]))
def test_a_spread_adjustment_arrives_whole(lines, adjustment):
    adjustment = replace(adjustment, taxes=None)
    result = totals(lines, [adjustment], currency="EUR")
    whole = half_up(Fraction(result.line_net.minor) * Fraction(adjustment.percent) / 100)
    if not adjustment.percent:
        whole = adjustment.amount_minor
    if any(line.kind is LineKind.AMOUNT for line in lines):
        assert sum(one.amount.minor for one in result.adjustments) == whole
    else:
        assert result.adjustments == ()


@given(lines=st.lists(AMOUNT_LINES, min_size=1, max_size=5), adjustments=ADJUSTMENTS)
def test_a_credit_of_everything_is_the_invoice_with_the_other_sign(lines, adjustments):
    invoice = totals(lines, adjustments, currency="EUR")
    credit = totals(
        [replace(line, quantity=-line.quantity, discount_minor=-line.discount_minor) for line in lines],
        [replace(one, amount_minor=-one.amount_minor) for one in adjustments],
        currency="EUR",
    )
    assert credit.gross == -invoice.gross
    assert [row.amount for row in credit.taxes] == [-row.amount for row in invoice.taxes]


WEIGHTS = st.lists(st.integers(-(10**15), 10**15), max_size=8)


@given(amount=st.integers(-(10**15), 10**15), weights=WEIGHTS)
def test_parts_sum_to_what_was_spread(amount, weights):
    parts = spread(amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == (amount if weights else 0)


@given(amount=st.integers(-(10**15), 10**15), weights=WEIGHTS.filter(lambda w: sum(w) != 0))
def test_each_part_is_within_one_unit_of_its_share(amount, weights):
    for part, weight in zip(spread(amount, weights), weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


def by_floats(amount: int, weights: Sequence[int]) -> list[int]:
    return [round(amount * weight / sum(weights)) for weight in weights]


@pytest.mark.parametrize(("split", "exact"), [(spread, True), (by_floats, False)], ids=["ours", "control"])
def test_thirds_of_a_cent_are_not_lost(split: Callable[..., list[int]], exact: bool):
    assert (sum(split(100, [1, 1, 1])) == 100) is exact


def test_quebec_charges_both_taxes_on_the_price_alone():
    line = Line("Impression", quantity=Decimal(1), unit_price=Decimal("15812.65"), taxes=QUEBEC)
    result = totals([line], currency="CAD")
    assert [(row.tax.scheme, row.amount) for row in result.taxes] == [
        ("GST", Money(79063, "CAD")),
        ("QST", Money(157731, "CAD")),
    ]
    assert result.gross == Money(1581265 + 79063 + 157731, "CAD")


def test_tax_is_rounded_on_the_sum_and_not_line_by_line():
    line = Line("Appel", quantity=Decimal(1), unit_price=Decimal("0.02"), taxes=VAT20)
    result = totals([line] * 10, currency="EUR")
    per_line = 10 * tax_on(Money(2, "EUR"), Decimal(20)).minor
    assert result.tax == Money(4, "EUR")
    assert per_line == 0, "the control: rounding each line would lose the tax"


def test_lines_are_rounded_before_they_are_summed():
    line = Line("Appel", quantity=Decimal(1), unit_price=Decimal("0.004"), taxes=VAT20)
    assert totals([line] * 10, currency="EUR").net == Money(0, "EUR")


def test_a_discount_on_the_document_is_spread_over_the_rates():
    lines = [
        Line("A", quantity=Decimal(1), unit_price=Decimal(200), taxes=VAT20),
        Line("B", quantity=Decimal(1), unit_price=Decimal(100), taxes=VAT10),
    ]
    discount = Adjustment(reason="Remise", amount_minor=1000)
    result = totals(lines, [discount], currency="EUR")
    assert [one.amount.minor for one in result.adjustments] == [667, 333]
    assert [row.base.minor for row in result.taxes] == [19333, 9667]
    assert [row.amount.minor for row in result.taxes] == [3867, 967]


def test_a_charge_with_a_tax_of_its_own_is_not_spread():
    line = Line("A", quantity=Decimal(1), unit_price=Decimal(100), taxes=VAT10)
    charge = Adjustment(reason="Port", is_charge=True, amount_minor=500, taxes=VAT20)
    result = totals([line], [charge], currency="EUR")
    assert [(row.tax.rate, row.base.minor) for row in result.taxes] == [(10, 10000), (20, 500)]


@pytest.mark.parametrize(
    ("currency", "net", "tax_minor"), [("JPY", 1235, 124), ("EUR", 123456, 12346), ("TND", 1234560, 123456)]
)
def test_minor_units_decide_the_rounding(currency, net, tax_minor):
    line = Line("A", quantity=Decimal(1), unit_price=Decimal("1234.56"), taxes=VAT10)
    result = totals([line], currency=currency)
    assert (result.net.minor, result.tax.minor) == (net, tax_minor)


def test_the_longest_amounts_stay_exact():
    line = Line(
        "A",
        quantity=Decimal("999999999.999999"),
        unit_price=Decimal("99999.999999"),
        discount_percent=Decimal("33.333333333333"),
        taxes=(tax("VAT", "S", "9.97512345678"),),
    )
    result = totals([line], currency="EUR")
    assert result.net.minor == expected_net(line, "EUR")
    exact = Fraction(result.net.minor) * Fraction(Decimal("9.97512345678")) / 100
    assert result.tax.minor == half_up(exact)
