"""What a credit note takes back of an invoice: by line, quantity or amount, and never more than is left.

A discount or charge on the whole invoice is shared out over its lines, so that each line has the amount it
really cost. What is credited of a line is a part of that amount; the credit that takes the rest takes it to
the cent. Directive 2006/112/EC, art. 90 (the taxable amount is reduced) and art. 219; CGI, art. 272;
UStG, § 17 (1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, ROUND_UP, Context, Decimal

from facturier.rules.document import Document, Line, LineKind, Tax, TaxLeft
from facturier.rules.money import Money
from facturier.rules.refusal import Refused, refuse_all
from facturier.rules.totals import line_total, spread

_EXACT = Context(prec=60)
_PRICE = Decimal("0.000001")  # unit prices have six decimals


@dataclass(frozen=True, slots=True)
class Taken:
    """What credit notes have taken of a line."""

    quantity: Decimal = Decimal(0)
    minor: int = 0


@dataclass(frozen=True, slots=True)
class Creditable:
    """A line of an invoice, by its place counted from 1, and what is left of it to credit."""

    position: int
    line: Line
    net_minor: int  # with its share of the document's discounts and charges
    left_quantity: Decimal
    left_minor: int

    @property
    def is_untouched(self) -> bool:
        return self.left_minor == self.net_minor and self.left_quantity == self.line.quantity


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be credited of a line: a quantity, an amount without tax, or else all that is left."""

    position: int
    quantity: Decimal | None = None
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of a credit note, and what it takes of the line that stands at `position` of the invoice.

    Text lines and subtotals take nothing. A credit by amount takes no quantity: as much stays billed.
    """

    position: int
    line: Line
    quantity: Decimal = Decimal(0)
    minor: int = 0


def creditable(invoice: Document, taken: Mapping[int, Taken]) -> list[Creditable]:
    """List the amount lines of an issued invoice with what is left of them.

    `taken` says, by position, what other credit notes hold.
    """
    return [
        Creditable(
            position,
            invoice.content.lines[position - 1],
            net_minor,
            invoice.content.lines[position - 1].quantity - taken.get(position, _NOTHING).quantity,
            net_minor - taken.get(position, _NOTHING).minor,
        )
        for position, net_minor in shared_out(invoice).items()
    ]


_NOTHING = Taken()


def shared_out(invoice: Document) -> dict[int, int]:
    """Return the net of each amount line, by position, with its share of discounts and charges.

    They sum, for each tax, to the base that the invoice states.
    """
    groups: dict[tuple[Tax, ...], dict[int, int]] = {}
    pairs = zip(invoice.content.lines, invoice.totals.lines, strict=True)
    for position, (line, total) in enumerate(pairs, start=1):
        if line.kind is LineKind.AMOUNT:
            groups.setdefault(line.taxes, {})[position] = total.net.minor
    nets: dict[int, int] = {}
    for taxes, lines in groups.items():
        adjusted = sum(
            one.amount.minor if one.is_charge else -one.amount.minor
            for one in invoice.totals.adjustments
            if one.taxes == taxes
        )
        shares = spread(adjusted, list(lines.values()))
        nets |= {position: net + share for (position, net), share in zip(lines.items(), shares, strict=True)}
    return dict(sorted(nets.items()))


def is_whole(items: Sequence[Creditable], choices: Sequence[Choice]) -> bool:
    """Tell whether the choices take all of an invoice that nothing was credited of."""
    chosen = {one.position for one in choices if _takes_all(one, items)}
    return all(one.is_untouched and one.position in chosen for one in items)


def _takes_all(choice: Choice, items: Sequence[Creditable]) -> bool:
    item = next((one for one in items if one.position == choice.position), None)
    if item is None or choice.minor is not None:
        return False
    return choice.quantity is None or choice.quantity == item.left_quantity


def credit(invoice: Document, items: Sequence[Creditable], choices: Sequence[Choice]) -> list[CreditLine]:
    """Return the lines of a credit note, in the invoice's order.

    The whole of an untouched invoice is credited by its own lines, texts and subtotals too: with its own
    discounts and charges they come to its own totals. Raises Refused naming each line that is asked for more
    than is left of it, or for nothing.
    """
    if not choices:
        raise Refused("Choose what to credit.", field="lines")
    if is_whole(items, choices):
        left = {one.position: one for one in items}
        return [
            CreditLine(position, line, left[position].left_quantity, left[position].left_minor)
            if position in left
            else CreditLine(position, line)
            for position, line in enumerate(invoice.content.lines, start=1)
        ]
    by_position = {one.position: one for one in items}
    found, refusals = [], []
    for choice in sorted(choices, key=lambda one: one.position):
        item = by_position.get(choice.position)
        try:
            found.append(_taken(item, choice, currency=invoice.content.currency))
        except Refused as refusal:
            refusals.append(refusal)
    refuse_all(refusals)
    return found


def _taken(item: Creditable | None, choice: Choice, *, currency: str) -> CreditLine:
    field = f"lines.{choice.position}"
    if item is None or not item.left_minor:
        raise Refused(
            "Line %(line)s: nothing is left to credit.", field=field, values={"line": choice.position}
        )
    if choice.minor is not None:
        return _by_amount(item, choice.minor, currency=currency, field=f"{field}.amount")
    quantity = item.left_quantity if choice.quantity is None else choice.quantity
    if quantity == item.left_quantity:
        return _rest(item, currency=currency)
    if item.line.quantity <= 0 or not 0 < quantity < item.left_quantity:
        raise Refused(
            "Line %(line)s: at most %(most)s can be credited.",
            field=f"{field}.quantity",
            values={"line": item.position, "most": item.left_quantity},
        )
    share = _EXACT.divide(_EXACT.multiply(Decimal(item.net_minor), quantity), item.line.quantity)
    minor = int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_EXACT))
    minor = _nearest_zero(minor, item.left_minor)
    return CreditLine(item.position, _of(item.line, quantity, Money(minor, currency)), quantity, minor)


def _by_amount(item: Creditable, minor: int, *, currency: str, field: str) -> CreditLine:
    same_side = (minor > 0) == (item.left_minor > 0)
    if not minor or not same_side or abs(minor) > abs(item.left_minor):
        raise Refused(
            "Line %(line)s: at most %(most)s can be credited.",
            field=field,
            values={"line": item.position, "most": Money(item.left_minor, currency)},
        )
    return CreditLine(item.position, _as_amount(item.line, Money(minor, currency)), Decimal(0), minor)


def _rest(item: Creditable, *, currency: str) -> CreditLine:
    rest = Money(item.left_minor, currency)
    if not item.left_quantity:
        return CreditLine(item.position, _as_amount(item.line, rest), Decimal(0), rest.minor)
    line = _of(item.line, item.left_quantity, rest)
    return CreditLine(item.position, line, item.left_quantity, rest.minor)


def _as_amount(line: Line, net: Money) -> Line:
    """Write an amount off a line: once, at that price; a negative amount is taken as minus one times."""
    quantity = Decimal(1 if net.minor > 0 else -1)
    return replace(
        line,
        quantity=quantity,
        unit="",
        unit_price=net.amount * quantity,
        discount_percent=Decimal(0),
        discount_minor=0,
    )


def _of(line: Line, quantity: Decimal, net: Money) -> Line:
    """Write a quantity of a line so that it comes to `net`: at its price, less a discount where that is due.

    Where the price would give too little, as rounding and charges can make it, the price follows the amount.
    """
    plain = replace(line, quantity=quantity, discount_percent=Decimal(0), discount_minor=0)
    kept = replace(plain, discount_percent=line.discount_percent)
    for one in (plain, kept):
        if line_total(one, net.currency).net == net:
            return one
    full = line_total(plain, net.currency).net
    price = line.unit_price
    if (full - net).minor * (1 if net.minor > 0 else -1) < 0:
        exact = _EXACT.divide(net.amount, quantity)
        price = exact.quantize(_PRICE, rounding=ROUND_HALF_UP, context=_EXACT)
        if line_total(replace(plain, unit_price=price), net.currency).net != net:
            price = exact.quantize(_PRICE, rounding=ROUND_UP, context=_EXACT)
        full = line_total(replace(plain, unit_price=price), net.currency).net
    return replace(plain, unit_price=price, discount_minor=(full - net).minor)


def _nearest_zero(minor: int, limit: int) -> int:
    return min(minor, limit) if limit > 0 else max(minor, limit)


def taxes_left(invoice: Document, credit_notes: Sequence[Document]) -> tuple[TaxLeft, ...]:
    """Return, for each tax of an invoice, the base and the tax that its credit notes have left."""
    sums = {
        (one.tax.scheme, one.tax.category, one.tax.rate): [one.base.minor, one.amount.minor]
        for one in invoice.totals.taxes
    }
    for note in credit_notes:
        for one in note.totals.taxes:
            left = sums[one.tax.scheme, one.tax.category, one.tax.rate]
            left[0] -= one.base.minor
            left[1] -= one.amount.minor
    return tuple(
        TaxLeft(scheme, category, rate, base, amount)
        for (scheme, category, rate), (base, amount) in sums.items()
    )


def refuse_more_than_left(gross: Money, *, left: Money) -> None:
    """Raise Refused where a credit note comes to more than its invoice has left."""
    if gross > left:
        raise Refused(
            "The invoice has only %(left)s left to credit, and this comes to %(gross)s.",
            field="lines",
            values={"left": left, "gross": gross},
        )
    if gross.minor <= 0:
        raise Refused("A credit note comes to more than nothing.", field="lines")
