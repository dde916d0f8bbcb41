"""Italian paper: courtesy copies, stamp duty, the regime forfettario, and a Natura on each code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facturier.rules.document import Adjustment, Draft, Identifier, Kind
from facturier.rules.issuing import preview
from facturier.rules.regions import REGIONS
from tests.rules.drafts import DAY, MUNICH, complete, line, taxes_of

IT = REGIONS["IT"]
COURTESY = "Copia di cortesia priva di valore fiscale"
STAMP = "Imposta di bollo di 2,00 € assolta in modo virtuale"
NATURA = {
    *("N1", "N2.1", "N2.2", "N3.1", "N3.2", "N3.3", "N3.4", "N3.5", "N3.6", "N4", "N5"),
    *("N6.1", "N6.3", "N6.4", "N6.5", "N6.6", "N6.7", "N6.8", "N6.9"),
}


def said(draft: Draft) -> str:
    return "\n".join(preview(draft, region=IT, issue_date=DAY).mentions)


def test_a_natura_stands_on_every_code_without_vat_and_on_no_other():
    components = [one for code in IT.tax_codes for one in code.components]
    assert {one.exemption_code for one in components if one.category != "S"} == NATURA
    assert {one.exemption_code for one in components if one.category == "S"} == {""}


def test_a_natura_goes_with_the_line():
    draft = complete("IT", tax_code="RC-6.3")
    assert [tax.exemption_code for tax in draft.lines[0].taxes] == ["N6.3"]


@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.CREDIT_NOTE])
def test_what_is_printed_for_customers_in_italy_is_a_courtesy_copy(kind):
    draft = complete("IT", kind=kind)
    assert COURTESY in said(draft)
    abroad = replace(draft, buyer=replace(draft.buyer, address=MUNICH))
    assert COURTESY not in said(abroad)


def test_a_pro_forma_is_no_courtesy_copy():
    text = said(complete("IT", kind=Kind.PRO_FORMA, tax_code="FORFETTARIO"))
    assert COURTESY not in text
    assert STAMP not in text


@pytest.mark.parametrize("tax_code", ["FORFETTARIO", "ESENTE", "EXTRA-UE", "INTENTO", "ART15"])
def test_stamp_duty_is_stated_above_77_47_euros_without_vat(tax_code):
    """DPR 642/1972, tariffa, art. 13, nota 2: two units of 38.735 come to 77.47."""
    assert STAMP not in said(complete("IT", tax_code=tax_code, price="38.735"))
    assert STAMP in said(complete("IT", tax_code=tax_code, price="38.74"))


@pytest.mark.parametrize("tax_code", ["IVA22", "RC-6.3", "ESPORTAZIONE", "UE-BENI", "MARGINE"])
def test_what_is_taxed_exported_or_reversed_bears_no_stamp_duty(tax_code):
    assert STAMP not in said(complete("IT", tax_code=tax_code))


def test_stamp_duty_follows_the_part_without_vat_alone():
    mixed = complete("IT", price="5000")
    small = replace(mixed, lines=(*mixed.lines, line(IT, "ESENTE", price="38.735")))
    assert STAMP not in said(small)
    assert STAMP in said(replace(mixed, lines=(*mixed.lines, line(IT, "ESENTE", price="38.74"))))


def test_a_discount_counts_and_the_stamp_duty_charged_does_not():
    draft = complete("IT", tax_code="ESENTE", price="38.74")
    discount = Adjustment(reason="Sconto", amount_minor=1)
    assert STAMP not in said(replace(draft, adjustments=(discount,)))
    bare = complete("IT", tax_code="ESENTE", price="38.735")
    charged = replace(bare, lines=(*bare.lines, line(IT, "BOLLO", price="1")))
    assert STAMP not in said(charged)


def test_the_regime_forfettario_names_its_law_and_no_withholding():
    draft = complete("IT", tax_code="FORFETTARIO")
    assert "art. 1, c. 54-89, L. 190/2014" in said(draft)
    assert "non soggetto a ritenuta" not in said(draft)
    numbers = tuple(one for one in draft.seller.identifiers if one.scheme != "regime")
    seller = replace(draft.seller, identifiers=(*numbers, Identifier("regime", "RF19")))
    assert "non soggetto a ritenuta d’acconto" in said(replace(draft, seller=seller))


@pytest.mark.parametrize(
    ("language", "copy", "late"),
    [
        ("fr", "Copie de courtoisie", "majoré de 8 points"),
        ("it", "Copia di cortesia", "maggiorato di 8 punti"),
        ("de", "Kopie ohne steuerliche Wirkung", "8 Prozentpunkten"),
        ("en", "Courtesy copy", "plus 8 points"),
    ],
)
def test_every_language_says_copy_and_late_interest(language, copy, late):
    text = said(complete("IT", language=language))
    assert copy in text
    assert late in text
    assert late not in said(complete("IT", language=language, kind=Kind.CREDIT_NOTE))


def test_words_of_the_law_are_kept():
    """DPR 633/1972, art. 21 (6) and (6-bis)."""
    for tax_code, word in [
        ("EXTRA-UE", "Operazione non soggetta"),
        ("UE-SERVIZI", "Inversione contabile"),
        ("ESPORTAZIONE", "Operazione non imponibile"),
        ("ESENTE", "Operazione esente"),
        ("MARGINE", "Regime del margine"),
    ]:
        assert word in taxes_of(IT, tax_code, language="it")[0].exemption_reason
