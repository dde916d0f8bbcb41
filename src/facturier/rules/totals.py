"""The one way in which a document adds up.

EN 16931-1: each line is rounded to the currency's minor unit, then summed (BR-CO-10); tax is
computed once per tax, category and rate on the sum of its base (BR-CO-17), never per line.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

from facturier.rules.document import (
    Adjustment,
    AdjustmentTotal,
    Line,
    LineKind,
    LineTotal,
    Tax,
    TaxLeft,
    TaxTotal,
    Totals,
)
from facturier.rules.money import Exchange, Money

_EXACT = Context(prec=60)


def totals(
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment] = (),
    *,
    currency: str,
    prepaid_minor: int = 0,
    exchange: Exchange | None = None,
    taxes_left: Sequence[TaxLeft] = (),
) -> Totals:
    """Add up a document; the result lists a total per line, in the order of the lines.

    Prices are in major units and without tax. With `exchange` the whole tax is stated in its currency too,
    exchanged once (Directive 2006/112/EC, art. 230; BT-111). A credit note takes no more tax than its invoice
    has in `taxes_left`, and with the rest of a base the rest of its tax. Never refuses: what is missing (a
    tax code) counts as no tax, and it is the region that refuses to issue such a document.
    """
    line_totals = _line_totals(lines, currency)
    amounts = [
        (line, total.net)
        for line, total in zip(lines, line_totals, strict=True)
        if line.kind is LineKind.AMOUNT
    ]
    line_net = Money.total((net for _, net in amounts), currency)
    adjusted = [part for one in adjustments for part in _adjustment_totals(one, amounts, line_net, currency)]
    allowances = Money.total((one.amount for one in adjusted if not one.is_charge), currency)
    charges = Money.total((one.amount for one in adjusted if one.is_charge), currency)
    net = line_net - allowances + charges
    taxes = _tax_totals(amounts, adjusted, currency, taxes_left)
    tax = Money.total((one.amount for one in taxes), currency)
    gross = net + tax
    prepaid = Money(prepaid_minor, currency)
    return Totals(
        lines=tuple(line_totals),
        adjustments=tuple(adjusted),
        taxes=tuple(taxes),
        line_net=line_net,
        allowances=allowances,
        charges=charges,
        net=net,
        tax=tax,
        gross=gross,
        prepaid=prepaid,
        due=gross - prepaid,
        exchanged_tax_minor=exchange.of(tax).minor if exchange else None,
    )


def _line_totals(lines: Sequence[Line], currency: str) -> list[LineTotal]:
    zero = Money.zero(currency)
    result: list[LineTotal] = []
    running = zero
    for line in lines:
        if line.kind is LineKind.TEXT:
            result.append(LineTotal(zero, zero))
        elif line.kind is LineKind.SUBTOTAL:
            result.append(LineTotal(running, zero))
            running = zero
        else:
            total = line_total(line, currency)
            running += total.net
            result.append(total)
    return result


def line_total(line: Line, currency: str) -> LineTotal:
    """Round quantity × price, and the discount on it, each to the minor unit (BT-131, BT-136)."""
    full = Money.rounded(_EXACT.multiply(line.quantity, line.unit_price), currency)
    if line.discount_percent:
        discount = percentage(full, line.discount_percent)
    else:
        discount = Money(line.discount_minor, currency)
    return LineTotal(net=full - discount, discount=discount)


def _adjustment_totals(
    adjustment: Adjustment,
    amounts: Sequence[tuple[Line, Money]],
    line_net: Money,
    currency: str,
) -> list[AdjustmentTotal]:
    def part(amount: Money, taxes: tuple[Tax, ...]) -> AdjustmentTotal:
        return AdjustmentTotal(adjustment.reason, adjustment.is_charge, amount, taxes, adjustment.account)

    if adjustment.percent:
        whole = percentage(line_net, adjustment.percent)
    else:
        whole = Money(adjustment.amount_minor, currency)
    if adjustment.taxes is not None:
        return [part(whole, adjustment.taxes)]
    bases: dict[tuple[Tax, ...], int] = {}
    for line, net in amounts:
        bases[line.taxes] = bases.get(line.taxes, 0) + net.minor
    shares = spread(whole.minor, list(bases.values()))
    return [part(Money(minor, currency), taxes) for taxes, minor in zip(bases, shares, strict=True) if minor]


def spread(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights, to the last minor unit (largest remainder).

    The parts always sum to the amount, and those of -n are those of n with the other sign. Where
    the weights sum to zero, the first takes it all; without weights there is nothing to spread over
    and the list is empty.
    """
    if not weights:
        return []
    if amount_minor < 0:
        return [-part for part in spread(-amount_minor, weights)]
    whole = sum(weights)
    if whole == 0:
        return [amount_minor] + [0] * (len(weights) - 1)
    sign = 1 if whole > 0 else -1  # floor division needs a positive divisor
    split = [divmod(amount_minor * weight * sign, whole * sign) for weight in weights]
    parts = [quotient for quotient, _ in split]
    by_remainder = sorted(range(len(parts)), key=lambda k: (-split[k][1], k))
    for k in by_remainder[: amount_minor - sum(parts)]:
        parts[k] += 1
    return parts


def _tax_totals(
    amounts: Sequence[tuple[Line, Money]],
    adjusted: Sequence[AdjustmentTotal],
    currency: str,
    taxes_left: Sequence[TaxLeft],
) -> list[TaxTotal]:
    bases: dict[tuple[str, str, Decimal], int] = {}
    faces: dict[tuple[str, str, Decimal], Tax] = {}

    def add(taxes: tuple[Tax, ...], minor: int) -> None:
        for tax in taxes:
            key = (tax.scheme, tax.category, tax.rate)
            faces.setdefault(key, tax)
            bases[key] = bases.get(key, 0) + minor

    for line, net in amounts:
        add(line.taxes, net.minor)
    for one in adjusted:
        add(one.taxes, one.amount.minor if one.is_charge else -one.amount.minor)
    left = {(one.scheme, one.category, one.rate): one for one in taxes_left}
    return [
        TaxTotal(faces[key], base, _tax_within(base, faces[key].rate, left.get(key)))
        for key, base in ((key, Money(minor, currency)) for key, minor in bases.items())
    ]


def _tax_within(base: Money, rate: Decimal, left: TaxLeft | None) -> Money:
    """Return the tax on a base, or what is left of it where the base is the last or rounding gives more."""
    tax = tax_on(base, rate)
    if left is None:
        return tax
    if base.minor == left.base_minor or tax.minor * left.tax_minor > left.tax_minor**2:
        return Money(left.tax_minor, base.currency)
    return tax


def tax_on(base: Money, rate: Decimal) -> Money:
    """Return the tax on a base: base × rate / 100, rounded once (BR-CO-17)."""
    return percentage(base, rate)


def percentage(whole: Money, percent: Decimal) -> Money:
    """Return a percentage of an amount, rounded once."""
    hundredfold = _EXACT.multiply(whole.amount, percent)
    return Money.rounded(hundredfold.scaleb(-2, context=_EXACT), whole.currency)
