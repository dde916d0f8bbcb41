"""Any other country: complete like those with a file of their own, by the law of the Union or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from facturier.rules.document import Address, Draft, Identifier, Kind, Party
from facturier.rules.issuing import issue, missing, preview
from facturier.rules.regions import REGIONS, is_region, region
from facturier.rules.regions.base import words
from facturier.rules.regions.generic.places import countries
from facturier.rules.regions.generic.union import COUNTRIES as UNION
from tests.rules.drafts import DAY, ITALIAN, line, taxes_of
from tests.rules.test_regions import EN_16931_CATEGORIES, LANGUAGES, ROLES, labels_in

OTHERS = sorted(countries() - set(REGIONS))
VAT_NUMBERS = {
    "AT": "ATU57194903",
    "BE": "BE0428759497",
    "GR": "EL094259216",
    "LU": "LU15027442",
    "NL": "NL004495445B01",
    "PL": "PL8567346215",
}


def draft_of(code: str, *, tax_code: str = "", language: str = "") -> Draft:
    """Return a draft that lacks nothing, from a seller in any country."""
    rules = region(code)
    language = language or rules.languages[0]
    address = Address(line1="1 Main Street", postcode="1000", city="Capital", country=code)
    number = Identifier("vat", VAT_NUMBERS[code]) if code in VAT_NUMBERS else Identifier("tax_id", "123")
    return Draft(
        kind=Kind.INVOICE,
        region=code,
        currency=rules.currency,
        language=language,
        seller=Party(name="Example Ltd", address=address, identifiers=(number,)),
        buyer=Party(name="Customer", address=replace(address, line1="2 Main Street")),
        lines=(line(rules, tax_code, language=language),),
    )


def fields_missing(draft: Draft) -> list[str | None]:
    return [one.field for one in missing(draft, region=region(draft.region), issue_date=DAY)]


def test_every_member_state_is_of_the_union():
    assert len(UNION) == 25  # 27 less France, Germany and Italy, with Monaco
    assert not UNION & set(REGIONS)


@pytest.mark.parametrize("code", OTHERS)
def test_every_country_has_a_complete_region(code):
    rules = region(code)
    assert (rules.code, rules.country, is_region(code)) == (code, code, True)
    assert set(rules.languages) == LANGUAGES == set(rules.locale_of)
    for language in rules.languages:
        assert Locale.parse(rules.locale_of[language]).language == language
    assert ZoneInfo(rules.time_zone)
    assert len(rules.currency) == 3
    accounts = {one.code: one.role for one in rules.accounts}
    assert set(accounts.values()) == ROLES
    codes = [one.code for one in rules.tax_codes]
    assert len(set(codes)) == len(codes)
    for label in (label for path, label in labels_in(rules) if not path.startswith(".locale_of")):
        assert set(label) == LANGUAGES
        assert all(label.values())
    for component in (part for one in rules.tax_codes for part in one.components):
        assert accounts[component.account] == "tax"
        assert component.category in EN_16931_CATEGORIES
        assert bool(component.exemption_reason) is (component.category not in ("S", "Z"))
        days = [rate.valid_from for rate in component.rates]
        assert days == sorted(set(days))


@pytest.mark.parametrize(
    ("code", "currency", "languages", "zone"),
    [
        ("AT", "EUR", ("de",), "Europe/Vienna"),
        ("BE", "EUR", ("fr", "de"), "Europe/Brussels"),
        ("BG", "EUR", ("en",), "Europe/Sofia"),
        ("CH", "CHF", ("de", "fr", "it"), "Europe/Zurich"),
        ("ES", "EUR", ("en",), "Europe/Madrid"),
        ("JP", "JPY", ("en",), "Asia/Tokyo"),
        ("MC", "EUR", ("fr",), "Europe/Monaco"),
        ("SE", "SEK", ("en",), "Europe/Stockholm"),
        ("SN", "XOF", ("fr",), "Africa/Dakar"),
        ("TN", "TND", ("fr",), "Africa/Tunis"),
    ],
)
def test_a_country_brings_its_currency_languages_and_time(code, currency, languages, zone):
    rules = region(code)
    assert (rules.currency, rules.languages[: len(languages)], rules.time_zone) == (
        currency,
        languages,
        zone,
    )


@pytest.mark.parametrize(
    ("code", "tax_code", "day", "rate"),
    [
        ("AT", "VAT20", date(2026, 1, 1), "20"),
        ("EE", "VAT24", date(2025, 6, 30), "22"),
        ("EE", "VAT24", date(2025, 7, 1), "24"),
        ("FI", "VAT25.5", date(2024, 8, 31), "24"),
        ("FI", "VAT25.5", date(2024, 9, 1), "25.5"),
        ("FI", "VAT13.5", date(2025, 12, 31), "14"),
        ("IE", "VAT23", date(2021, 2, 28), "21"),
        ("LT", "VAT12", date(2026, 1, 1), "12"),
        ("LU", "VAT17", date(2023, 12, 31), "16"),
        ("RO", "VAT21", date(2025, 7, 31), "19"),
        ("RO", "VAT21", date(2025, 8, 1), "21"),
        ("SK", "VAT23", date(2025, 1, 1), "23"),
        ("CH", "VAT8.1", date(2023, 12, 31), "7.7"),
        ("CH", "VAT8.1", date(2024, 1, 1), "8.1"),
        ("NO", "VAT25", date(2026, 1, 1), "25"),
        ("AU", "GST10", date(2026, 1, 1), "10"),
    ],
)
def test_known_rates_apply_from_their_day(code, tax_code, day, rate):
    taxes = taxes_of(region(code), tax_code, language="en", day=day)
    assert [tax.rate for tax in taxes] == [Decimal(rate)]


@pytest.mark.parametrize("code", sorted(VAT_NUMBERS))
def test_a_vat_number_is_that_of_the_country(code):
    check = next(one.check for one in region(code).identifiers if one.scheme == "vat" and one.seller)
    number = VAT_NUMBERS[code]
    assert check(number) == number
    assert check(number[2:]) == number
    with pytest.raises(ValueError, match="VAT number"):
        check("DE136695976")


@pytest.mark.parametrize("code", sorted(VAT_NUMBERS))
def test_the_union_asks_for_what_the_directive_lists(code):
    """Directive 2006/112/EC, art. 226."""
    draft = draft_of(code)
    assert fields_missing(draft) == []
    nameless = replace(draft, seller=replace(draft.seller, identifiers=()))
    assert fields_missing(nameless) == ["seller.identifiers.vat"]
    small = replace(nameless, lines=draft_of(code, tax_code="SMALL").lines)
    assert fields_missing(small) == []
    homeless = replace(draft, buyer=replace(draft.buyer, address=Address(country=code)))
    assert "customer.address.line1" in fields_missing(homeless)
    for tax_code in ("EU-SERVICES", "EU-GOODS", "REVERSE"):
        reverse = draft_of(code, tax_code=tax_code)
        assert fields_missing(reverse) == ["customer.identifiers.vat"]
        assert fields_missing(replace(reverse, buyer=ITALIAN)) == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("code", ["AT", "CH"])
def test_documents_say_why_no_tax_is_charged(code, language):
    for seed in region(code).tax_codes:
        draft = draft_of(code, tax_code=seed.code, language=language)
        said = "\n".join(preview(draft, region=region(code), issue_date=DAY).mentions)
        for component in seed.components:
            if component.exemption_reason:
                assert words(component.exemption_reason, language) in said


def test_the_world_asks_for_a_tax_number_where_tax_is_charged():
    draft = draft_of("CH")
    assert fields_missing(draft) == []
    unnumbered = replace(draft, seller=replace(draft.seller, identifiers=()))
    assert fields_missing(unnumbered) == ["seller.identifiers.tax_id"]
    assert fields_missing(replace(unnumbered, lines=draft_of("CH", tax_code="NO-TAX").lines)) == []


@pytest.mark.parametrize(("code", "minor"), [("JP", 2000), ("TN", 2_000_000), ("BR", 200_000)])
def test_totals_have_the_decimals_of_the_currency(code, minor):
    """ISO 4217: none for the yen, three for the Tunisian dinar."""
    document = issue(draft_of(code), region=region(code), issue_date=DAY).numbered("1")
    assert document.totals.gross.minor == minor
