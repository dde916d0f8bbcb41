"""Read numbers as people type them, in the reader's own way of writing and with some patience."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_noop

from facturier.rules.refusal import Refused
from facturier.web import forms, speech

_BLANKS = str.maketrans("", "", "   \t'’")


def read_number(text: str, *, field: str, places: int, digits: int = 15) -> Decimal:
    """Read "1 284,50", "1.284,50" or "1284.50"; an empty text is zero.

    Where only one kind of mark stands there, it separates decimals, unless three digits follow it and the
    reader's language groups thousands by it. Raises Refused naming the field.
    """
    plain = text.strip().translate(_BLANKS)
    if not plain:
        return Decimal(0)
    value = forms.read_number(plain)
    if value is None:
        raise Refused(gettext_noop("“%(text)s” is no number."), field=field, values={"text": text})
    if abs(value) >= Decimal(10) ** (digits - places):
        raise Refused(gettext_noop("“%(text)s” is too large."), field=field, values={"text": text})
    if value != round(value, places):
        raise Refused(
            gettext_noop("“%(text)s” has more than %(places)s decimals."),
            field=field,
            values={"text": text, "places": places},
        )
    return value


def read_discount(text: str, *, field: str, minor_digits: int) -> tuple[Decimal, int]:
    """Read a discount: "10 %" is a percentage, "15,00" an amount in minor units. Raises Refused."""
    plain = text.strip()
    if plain.endswith("%"):
        percent = read_number(plain[:-1], field=field, places=4, digits=7)
        if not 0 <= percent <= 100:
            raise Refused(gettext_noop("A discount is between 0 and 100 %%."), field=field)
        return percent, 0
    amount = read_number(plain, field=field, places=minor_digits)
    return Decimal(0), int(amount.scaleb(minor_digits))


def write_number(value: Decimal) -> str:
    """Write a number into a field, in the reader's way and without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", speech.locale().number_symbols["latn"]["decimal"])
