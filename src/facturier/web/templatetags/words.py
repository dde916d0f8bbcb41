"""Filters and tags that every template has: figures, dates, status chips, icons, ids."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status
from facturier.rules.money import Money
from facturier.rules.worktime import duration_text
from facturier.web import icons, speech

register = template.Library()

STATUS: dict[Status, tuple[Any, str]] = {
    Status.DRAFT: (_("Draft"), "quiet"),
    Status.FINAL: (_("Final – ready to send"), "waits"),
    Status.EXPORTED: (_("Exported"), "moved"),
    Status.SENT: (_("Sent"), "moved"),
    Status.PARTLY_PAID: (_("Partly paid"), "waits"),
    Status.PAID: (_("Paid"), "good"),
    Status.REFUNDED: (_("Refunded"), "quiet"),
    Status.CREDITED: (_("Credited"), "quiet"),
    Status.CLOSED: (_("Closed"), "quiet"),
    Status.PRO_FORMA_PREPARING: (_("Pro forma – in preparation"), "quiet"),
    Status.PRO_FORMA_SENT: (_("Pro forma – sent"), "moved"),
    Status.PRO_FORMA_CONVERTED: (_("Pro forma – converted"), "good"),
}


@register.filter
def money(value: Any, currency: str = "") -> str:
    """Write minor units of a currency, or a Money, with the currency dimmed; nothing for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, Money):
        value, currency = value.minor, value.currency
    text = speech.money_text(value, currency)
    sign = speech.currency_sign(currency, speech.locale())
    before, found, after = text.partition(sign)
    if not found:
        return format_html('<span class="money">{}</span>', text)
    return format_html('<span class="money">{}<i>{}</i>{}</span>', before, sign, after)


@register.filter
def amount(value: Any, currency: str = "") -> str:
    """Write minor units, or a Money, as plain text: for attributes and sentences."""
    if value is None or value == "":
        return ""
    if isinstance(value, Money):
        value, currency = value.minor, value.currency
    return speech.money_text(value, currency)


@register.filter
def day(value: date | None, length: str = "medium") -> str:
    """Write a day: `short`, `medium` (21 Nov 2026), `long` or `full`."""
    return speech.day_text(_as_date(value), length) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """Write a day for a list, without the year while it is the current one."""
    return speech.short_day_text(_as_date(value), today=timezone.localdate()) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write when something happened, relative to today, as a <time> element with the exact moment."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>',
        value.isoformat(timespec="seconds"),
        speech.day_text(_as_date(value), "full"),
        speech.time_text(value),
        speech.moment_text(value),
    )


@register.filter
def month(value: date | None) -> str:
    """Write a month: November 2026."""
    return speech.month_text(value) if value else ""


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """Write a number, with the decimals it has or exactly as many as are asked for."""
    if value is None or value == "":
        return ""
    return speech.number_text(value, decimals=decimals)


@register.filter
def quantity(value: Decimal | None, unit: str = "") -> str:
    """Write a quantity with at least two decimals and at most those it has, and its unit."""
    if value is None:
        return ""
    exact = value.normalize().as_tuple().exponent
    text = speech.number_text(value, decimals=max(2, -exact if isinstance(exact, int) else 0))
    return f"{text}\xa0{unit}" if unit else text


@register.filter
def percent(value: Decimal | None) -> str:
    """Write a percentage that is given in per cent."""
    return "" if value is None else speech.percent_text(Decimal(value))


@register.filter
def hours(minutes: int | None) -> str:
    """Write minutes as hours with two decimals: 210 is 3.50 h."""
    if minutes is None:
        return ""
    return speech.number_text(Decimal(minutes) / 60, decimals=2) + "\xa0h"


@register.filter
def country(code: str) -> str:
    """A country's name by its ISO 3166-1 code of two letters; a code without a name stays as it is."""
    return str(speech.locale().territories.get(code, code))


@register.filter
def document_name(document: Any) -> str:
    """Name a document or a row of a list: its number, or what it is and its draft reference."""
    if document.number:
        return str(document.number)
    words = _("Pro forma %(reference)s") if document.kind == Kind.PRO_FORMA else _("Draft %(reference)s")
    return words % {"reference": document.reference}


@register.filter
def worked(seconds: int | None) -> str:
    """Write seconds as hours with two decimals: 5400 is 1.50 h."""
    if seconds is None:
        return ""
    return speech.number_text(Decimal(seconds) / 3600, decimals=2) + "\xa0h"


@register.filter
def clock(seconds: int | None) -> str:
    """Write seconds as hours and minutes: 5400 is 1:30."""
    return "" if seconds is None else duration_text(seconds)


@register.simple_tag
def status(value: str, overdue: int = 0) -> SafeString:
    """Write a document's status as a chip, and beside it for how many days it is overdue."""
    words, tone = STATUS[Status(value)]
    chip = format_html('<span class="chip {}">{}</span>', tone, words)
    if not overdue:
        return chip
    late = ngettext("Overdue for %(days)s day", "Overdue for %(days)s days", overdue)
    return format_html(
        '{} <span class="chip late">{}</span>', chip, late % {"days": speech.number_text(overdue)}
    )


@register.simple_tag
def status_words(value: str) -> Any:
    """Write a document's status as plain words: for filters and menus."""
    return STATUS[Status(value)][0]


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of icons.py; it is decoration, so the words stand beside it."""
    return mark_safe(icons.svg(name))


_numbers = count(1)


@register.simple_tag
def uid(prefix: str = "u") -> str:
    """Return an id that no other element of the page has, nor of a fragment put into it later."""
    return f"{prefix}-{next(_numbers):x}"


@register.simple_tag
def attributes(**given: Any) -> SafeString:
    """Write attributes, escaped, leaving out those that are None, False or empty; True stands alone."""
    pairs = [(k.replace("_", "-"), v) for k, v in given.items() if v not in (None, False, "")]
    return format_html_join(
        "", " {}{}", ((k, "" if v is True else format_html('="{}"', v)) for k, v in pairs)
    )


def _as_date(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
