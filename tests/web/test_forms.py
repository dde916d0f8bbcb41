"""Numbers as people write them, in the habits of their language."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from facturier.web.forms import read_number


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "1 234,56", "1234.56"),
        ("fr", "1\u202f234,56", "1234.56"),
        ("fr", "95.5", "95.5"),
        ("fr", "1,234", "1.234"),
        ("de", "1.234,56", "1234.56"),
        ("de", "1.234", "1234"),
        ("de", "95,50", "95.50"),
        ("en", "1,234.56", "1234.56"),
        ("en", "1,234", "1234"),
        ("en", "0,234", "0.234"),
        ("en", "1,234,567", "1234567"),
        ("it", "-3", "-3"),
        ("fr", "−3,5", "-3.5"),
    ],
)
def test_a_number_is_read_in_the_habits_of_its_language(language: str, text: str, number: str) -> None:
    with override(language):
        assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "NaN", "1.2.3,4", "12,34,567", "1.23,4", "--1", "٣", "1,2,3.4.5", ".", "=1"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    with override("en"):
        assert read_number(text) is None
