"""Every region is complete: words in four languages, accounts that exist, rates on their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from facturier.rules.document import Kind
from facturier.rules.regions import REGIONS, region
from facturier.rules.regions.base import DatedRate, rate_on, words
from facturier.rules.totals import totals
from tests.rules.drafts import complete, taxes_of

LANGUAGES = {"fr", "it", "de", "en"}
EN_16931_CATEGORIES = {"S", "Z", "E", "AE", "K", "G", "O"}
ROLES = {"receivable", "revenue", "tax", "bank", "expense", "rounding"}

each_region = pytest.mark.parametrize("code", list(REGIONS))


def labels_in(value: object, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Find every mapping from language to words, wherever it stands in a region."""
    if isinstance(value, dict) and value and set(value) & LANGUAGES:
        yield path, value
    elif isinstance(value, (list, tuple)):
        for position, one in enumerate(value):
            yield from labels_in(one, f"{path}[{position}]")
    elif is_dataclass(value):
        for one in fields(value):
            yield from labels_in(getattr(value, one.name), f"{path}.{one.name}")


@each_region
def test_every_label_is_said_in_four_languages(code):
    found = list(labels_in(REGIONS[code]))
    assert len(found) > 25
    for path, label in found:
        assert set(label) == LANGUAGES, path
        assert all(text.strip() == text and text for text in label.values()), path


def test_the_search_for_labels_sees_one_that_is_missing():
    forgetful = ({"fr": "Clients", "en": "Customers"},)
    assert [set(label) for _, label in labels_in(forgetful)] != [LANGUAGES]


@each_region
def test_every_tax_is_owed_on_an_account_of_the_region(code):
    accounts = {one.code: one.role for one in REGIONS[code].accounts}
    for tax_code in REGIONS[code].tax_codes:
        for component in tax_code.components:
            assert accounts[component.account] == "tax", tax_code.code


@each_region
def test_codes_are_unique_and_every_role_is_there(code):
    accounts = REGIONS[code].accounts
    assert len({one.code for one in accounts}) == len(accounts)
    assert {one.role for one in accounts} == ROLES
    assert sum(one.role == "receivable" for one in accounts) == 1
    codes = [one.code for one in REGIONS[code].tax_codes]
    assert len(set(codes)) == len(codes)


@each_region
def test_categories_and_exemption_reasons_agree(code):
    for tax_code in REGIONS[code].tax_codes:
        for component in tax_code.components:
            assert component.category in EN_16931_CATEGORIES
            needs_reason = component.category not in ("S", "Z")
            assert bool(component.exemption_reason) is needs_reason, tax_code.code
            if component.category != "S":
                assert {rate.percent for rate in component.rates} == {Decimal(0)}, tax_code.code


@each_region
def test_rates_are_dated_in_order(code):
    for tax_code in REGIONS[code].tax_codes:
        for component in tax_code.components:
            days = [rate.valid_from for rate in component.rates]
            assert days == sorted(set(days)), tax_code.code


@each_region
def test_formats_and_places_are_known(code):
    stated = REGIONS[code]
    assert set(stated.languages) == LANGUAGES == set(stated.locale_of)
    for language in stated.languages:
        assert Locale.parse(stated.locale_of[language]).language == language
    assert ZoneInfo(stated.time_zone)
    assert stated.country == code[:2]


@each_region
def test_series_never_give_the_same_number(code):
    series = REGIONS[code].series
    assert set(series) == set(Kind)
    labels = {one.label(1, date(2026, 1, 1)) for one in series.values()}
    assert len(labels) == len(Kind)
    assert series[Kind.PRO_FORMA].prefix == "PF-"


@each_region
def test_each_side_states_a_number_once(code):
    stated = REGIONS[code].identifiers
    for side in ("seller", "buyer"):
        schemes = [one.scheme for one in stated if getattr(one, side)]
        assert len(set(schemes)) == len(schemes), side
    assert all(one.seller or one.buyer for one in stated)


@pytest.mark.parametrize(
    ("code", "tax_code", "day", "rates"),
    [
        ("FR", "TVA20", date(2013, 12, 31), ["19.6"]),
        ("FR", "TVA20", date(2014, 1, 1), ["20"]),
        ("FR", "TVA10", date(2014, 1, 1), ["10"]),
        ("FR", "TVA55", date(2026, 1, 1), ["5.5"]),
        ("FR", "TVA21", date(2026, 1, 1), ["2.1"]),
        ("FR", "FRANCHISE", date(2026, 1, 1), ["0"]),
        ("DE", "UST19", date(2020, 6, 30), ["19"]),
        ("DE", "UST19", date(2020, 7, 1), ["16"]),
        ("DE", "UST19", date(2020, 12, 31), ["16"]),
        ("DE", "UST19", date(2021, 1, 1), ["19"]),
        ("DE", "UST7", date(2020, 8, 1), ["5"]),
        ("DE", "UST7", date(2026, 1, 1), ["7"]),
        ("IT", "IVA22", date(2013, 9, 30), ["21"]),
        ("IT", "IVA22", date(2013, 10, 1), ["22"]),
        ("IT", "IVA10", date(2026, 1, 1), ["10"]),
        ("IT", "IVA5", date(2026, 1, 1), ["5"]),
        ("IT", "IVA4", date(2026, 1, 1), ["4"]),
        ("CA-QC", "TPS-TVQ", date(2026, 1, 1), ["5", "9.975"]),
        ("CA-QC", "TPS", date(2007, 12, 31), ["6"]),
        ("CA-QC", "TPS", date(2008, 1, 1), ["5"]),
        ("CA-QC", "TVH-ON", date(2026, 1, 1), ["13"]),
        ("CA-QC", "TVH-NB", date(2026, 1, 1), ["15"]),
        ("CA-QC", "TVH-NL", date(2026, 1, 1), ["15"]),
        ("CA-QC", "TVH-PE", date(2026, 1, 1), ["15"]),
        ("CA-QC", "TVH-NS", date(2025, 3, 31), ["15"]),
        ("CA-QC", "TVH-NS", date(2025, 4, 1), ["14"]),
        ("CA-QC", "DETAXE", date(2026, 1, 1), ["0", "0"]),
        ("CA", "GST", date(2008, 1, 1), ["5"]),
        ("CA", "HST-ON", date(2026, 1, 1), ["13"]),
        ("CA", "HST-NS", date(2025, 3, 31), ["15"]),
        ("CA", "HST-NS", date(2025, 4, 1), ["14"]),
        ("CA", "GST-PST-BC", date(2026, 1, 1), ["5", "7"]),
        ("CA", "GST-PST-SK", date(2017, 3, 22), ["5", "5"]),
        ("CA", "GST-PST-SK", date(2017, 3, 23), ["5", "6"]),
        ("CA", "GST-RST-MB", date(2019, 6, 30), ["5", "8"]),
        ("CA", "GST-RST-MB", date(2019, 7, 1), ["5", "7"]),
        ("CA", "GST-QST", date(2026, 1, 1), ["5", "9.975"]),
        ("CA", "ZERO", date(2026, 1, 1), ["0"]),
        ("GB", "VAT20", date(2008, 12, 1), ["15"]),
        ("GB", "VAT20", date(2011, 1, 3), ["17.5"]),
        ("GB", "VAT20", date(2011, 1, 4), ["20"]),
        ("GB", "VAT5", date(2026, 1, 1), ["5"]),
        ("GB", "ZERO", date(2026, 1, 1), ["0"]),
        ("US", "NONTAXABLE", date(2026, 1, 1), ["0"]),
    ],
)
def test_a_rate_applies_from_its_day(code, tax_code, day, rates):
    taxes = taxes_of(REGIONS[code], tax_code, language="fr", day=day)
    assert [tax.rate for tax in taxes] == [Decimal(rate) for rate in rates]


def test_before_the_first_rate_there_is_none():
    rates = [DatedRate(date(2013, 1, 1), Decimal("9.975"))]
    assert rate_on(rates, date(2012, 12, 31)) is None
    assert rate_on([], date(2026, 1, 1)) is None


def test_rates_out_of_order_are_read_by_their_days():
    rates = [DatedRate(date(2021, 1, 1), Decimal(19)), DatedRate(date(2020, 7, 1), Decimal(16))]
    assert rate_on(rates, date(2020, 8, 1)) == 16
    assert rate_on(rates, date(2022, 8, 1)) == 19


@pytest.mark.parametrize(
    ("code", "taxes"),
    [
        ("FR", {"VAT": 316253}),
        ("DE", {"VAT": 300440}),
        ("IT", {"VAT": 347878}),
        ("CA-QC", {"GST": 79063, "QST": 157731}),
        ("CA", {"GST": 79063}),
        ("GB", {"VAT": 316253}),
        ("US", {"SALES": 0}),
    ],
)
def test_the_default_code_taxes_15812_65(code, taxes):
    draft = complete(code, price="7906.325")  # two of them: 15,812.65
    sums = totals(draft.lines, currency=draft.currency)
    assert sums.net.minor == 1581265
    assert {row.tax.scheme: row.amount.minor for row in sums.taxes} == taxes
    assert sums.gross.minor == 1581265 + sum(taxes.values())


def test_strict_issuing_and_retention_follow_the_law():
    assert {code: one.strict_issuing for code, one in REGIONS.items()} == {
        "FR": True,
        "DE": True,
        "IT": True,
        "CA-QC": False,
        "CA": False,
        "GB": True,
        "US": False,
    }
    assert {code: one.retention_years for code, one in REGIONS.items()} == {
        "FR": 10,
        "DE": 8,
        "IT": 10,
        "CA-QC": 6,
        "CA": 6,
        "GB": 6,
        "US": 7,
    }


def test_what_is_no_country_is_no_region():
    for unknown in ("XX", "FRA", "fr", "", "EU", "CA-ON"):
        with pytest.raises(KeyError):
            region(unknown)
    assert region("DE") is REGIONS["DE"]


def test_words_fall_back_to_english():
    label = REGIONS["DE"].labels
    assert words(label, "de") == "Deutschland"
    assert words(label, "es") == "Germany"
