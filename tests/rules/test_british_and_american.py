"""The United Kingdom, Canada's provinces and the United States: what is proposed and what is printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facturier.rules.document import Address, Draft, Kind
from facturier.rules.issuing import preview
from facturier.rules.regions import REGIONS
from tests.rules.drafts import DAY, complete


def said(draft: Draft) -> str:
    return "\n".join(preview(draft, region=REGIONS[draft.region], issue_date=DAY).mentions)


@pytest.mark.parametrize(
    ("code", "country", "subdivision", "proposed"),
    [
        ("CA", "CA", "ON", "HST-ON"),
        ("CA", "CA", "CA-NS", "HST-NS"),
        ("CA", "CA", "nb", "HST-NB"),
        ("CA", "CA", "PE", "HST-PE"),
        ("CA", "CA", "NL", "HST-NL"),
        ("CA", "CA", "AB", "GST"),
        ("CA", "CA", "BC", "GST"),
        ("CA", "CA", "QC", "GST"),
        ("CA", "", "", "GST"),
        ("CA", "US", "NY", "ZERO"),
        ("CA-QC", "CA", "QC", "TPS-TVQ"),
        ("CA-QC", "CA", "Québec", "TPS-TVQ"),
        ("CA-QC", "CA", "", "TPS-TVQ"),
        ("CA-QC", "CA", "ON", "TVH-ON"),
        ("CA-QC", "CA", "AB", "TPS"),
        ("CA-QC", "FR", "", "DETAXE"),
    ],
)
def test_the_province_of_the_customer_proposes_the_tax(code, country, subdivision, proposed):
    """New Harmonized Value-added Tax System Regulations, SOR/2010-117, s. 13."""
    propose = REGIONS[code].proposes
    assert propose is not None
    assert propose(Address(country=country, subdivision=subdivision)) == proposed


@pytest.mark.parametrize("code", [code for code, one in REGIONS.items() if one.proposes])
def test_what_is_proposed_is_a_code_of_the_region(code):
    region = REGIONS[code]
    codes = {one.code for one in region.tax_codes}
    provinces = ("", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT", "Narnia")
    for country in ("", "CA", "US", "FR"):
        for one in provinces:
            assert region.proposes(Address(country=country, subdivision=one)) in codes


@pytest.mark.parametrize(
    ("price", "sum_"),
    [("416.66", "£40"), ("416.67", "£70"), ("4166.66", "£70"), ("4166.67", "£100")],
)
def test_british_late_payment_names_the_fixed_sum_of_the_debt(price, sum_):
    """Late Payment of Commercial Debts (Interest) Act 1998, s. 5A: 1,000 and 10,000 pounds with VAT."""
    text = said(complete("GB", price=price))
    assert f"compensation of {sum_}." in text
    assert "8 % over the Bank of England base rate" in text


@pytest.mark.parametrize(
    ("language", "rate", "pounds"),
    [
        ("fr", "8 % au-dessus du taux de la Banque d’Angleterre", "70 £"),
        ("it", "8 % oltre il tasso della Banca d’Inghilterra", "70 £"),
        ("de", "8 % über dem Satz der Bank of England", "70 £"),
        ("en", "8 % over the Bank of England base rate", "£70"),
    ],
)
def test_british_late_payment_is_said_in_four_languages(language, rate, pounds):
    text = said(complete("GB", language=language))
    assert rate in text
    assert pounds in text
    assert rate not in said(complete("GB", language=language, kind=Kind.CREDIT_NOTE))


def test_a_debt_in_another_currency_names_all_three_sums():
    draft = replace(complete("GB", tax_code="OVERSEAS"), currency="USD")
    assert "£40, £70 or £100" in said(draft)


def test_construction_names_the_rate_that_the_customer_pays():
    """VAT Act 1994, s. 55A; HMRC: the rate is stated where the amount is not."""
    for percent in ("20", "5"):
        text = said(complete("GB", tax_code=f"CONSTRUCTION{percent}"))
        assert f"Reverse charge: customer to pay the VAT of {percent} % to HMRC" in text


@pytest.mark.parametrize("code", ["CA", "US"])
def test_america_states_the_terms_of_payment(code):
    assert "net 30 days" in said(complete(code))
    assert "due on receipt" in said(replace(complete(code), payment_days=0))
    assert "Terms" not in said(complete(code, kind=Kind.CREDIT_NOTE))


def test_other_provinces_offer_french_to_customers_in_quebec():
    draft = complete("CA", tax_code="GST-QST")
    assert "version française" not in said(draft)
    address = replace(draft.buyer.address, subdivision="QC")
    assert "version française" in said(replace(draft, buyer=replace(draft.buyer, address=address)))


def test_what_american_services_are_not_taxed_by_is_said():
    assert "Not subject to sales tax" in said(complete("US"))
    assert "certificate" in said(complete("US", tax_code="RESALE"))
