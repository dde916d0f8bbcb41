"""Figures and dates as people of a language and a region write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import override

from facturier.rules.lifecycle import Status
from facturier.rules.money import Money
from facturier.rules.regions import region
from facturier.web import speech
from facturier.web.templatetags import words


@pytest.mark.parametrize(
    ("language", "seller", "currency", "written"),
    [
        ("fr", "FR", "EUR", "−1\xa0284,50\xa0€"),
        ("de", "DE", "EUR", "−1.284,50\xa0€"),
        ("it", "FR", "EUR", "−1.284,50\xa0€"),
        ("en", "FR", "EUR", "−€1,284.50"),
        ("fr", "CA-QC", "CAD", "−1\xa0284,50\xa0$"),
        ("en", "CA-QC", "CAD", "−$1,284.50"),
        ("fr", "FR", "JPY", "−128\xa0450\xa0JPY"),
        ("fr", "FR", "TND", "−128,450\xa0TND"),
    ],
)
def test_money_is_written_as_in_the_region(language: str, seller: str, currency: str, written: str) -> None:
    with override(language), speech.of(region(seller)):
        assert speech.money_text(-128450, currency) == written


def test_the_currency_is_dimmed_and_the_figure_is_not() -> None:
    with override("fr"):
        assert words.money(128400, "EUR") == '<span class="money">1\xa0284,00\xa0<i>€</i></span>'
        assert words.money(Money(-5, "EUR")) == '<span class="money">−0,05\xa0<i>€</i></span>'
        assert words.money(None, "EUR") == ""
    with override("en"):
        assert words.money(128400, "EUR") == '<span class="money"><i>€</i>1,284.00</span>'


def test_large_amounts_stay_exact() -> None:
    with override("en"):
        assert speech.money_text(9_007_199_254_740_993, "EUR") == "€90,071,992,547,409.93"


def test_days_moments_and_months() -> None:
    noon = datetime(2026, 11, 21, 11, 41, tzinfo=UTC)
    with override("fr"), timezone.override(ZoneInfo("Europe/Paris")):
        assert speech.day_text(date(2026, 11, 21)) == "21 nov. 2026"
        assert words.day(noon, "long") == "21 novembre 2026"
        assert speech.short_day_text(date(2026, 11, 4), today=date(2026, 11, 21)) == "4 nov."
        assert speech.short_day_text(date(2025, 11, 4), today=date(2026, 11, 21)) == "4 nov. 2025"
        assert speech.month_text(date(2026, 11, 21)) == "novembre 2026"
        assert speech.time_text(noon) == "12\xa0h\xa041"


def test_a_moment_is_told_by_the_day_of_the_reader() -> None:
    with override("en"), timezone.override(ZoneInfo("Pacific/Auckland")):
        now = timezone.now()
        assert speech.moment_text(now).startswith("today ")
        assert speech.moment_text(now - timedelta(days=1)).startswith("yesterday ")
        assert not speech.moment_text(now - timedelta(days=2)).startswith(("today", "yesterday"))
        assert words.moment(now).startswith(f'<time datetime="{now.isoformat(timespec="seconds")}"')


def test_numbers_keep_the_decimals_they_have() -> None:
    with override("de"):
        assert speech.number_text(Decimal("1234.5")) == "1.234,5"
        assert words.quantity(Decimal("3.5"), "h") == "3,50\xa0h"
        assert words.quantity(Decimal("0.333333")) == "0,333333"
        assert words.quantity(Decimal("1E+2")) == "100,00"
        assert words.percent(Decimal("9.975")) == "9,975\xa0%"
        assert words.percent(Decimal(20)) == "20\xa0%"
        assert words.hours(210) == "3,50\xa0h"


def test_every_status_has_words_and_a_tone() -> None:
    assert set(words.STATUS) == set(Status)
    with override("en"):
        assert words.status("final") == '<span class="chip waits">Final – ready to send</span>'
        late = words.status("sent", overdue=23)
        assert late.endswith('<span class="chip late">Overdue for 23 days</span>')
        assert "Overdue for 1 day<" in words.status("sent", overdue=1)


def test_countries_are_named_in_the_readers_language() -> None:
    with override("de"), speech.of(region("DE")):
        assert words.country("FR") == "Frankreich"
        assert words.country("ZZZ") == "ZZZ"
    with override("it"), speech.of(region("DE")):
        assert words.country("FR") == "Francia"
