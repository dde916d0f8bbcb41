"""Documents say what the law wants said, in their own language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facturier.rules.document import Draft, Kind
from facturier.rules.issuing import preview
from facturier.rules.regions import REGIONS
from facturier.rules.regions.base import words
from tests.rules.drafts import DAY, ITALIAN, complete, line, taxes_of

LANGUAGES = ["fr", "it", "de", "en"]
each_region = pytest.mark.parametrize("code", list(REGIONS))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def said(draft: Draft) -> str:
    document = preview(draft, region=REGIONS[draft.region], issue_date=DAY)
    assert all(mention.strip() == mention and mention for mention in document.mentions)
    assert len(set(document.mentions)) == len(document.mentions)
    return "\n".join(document.mentions)


def undated(draft: Draft) -> Draft:
    lines = tuple(replace(one, service_start=None, service_end=None) for one in draft.lines)
    return replace(draft, lines=lines)


@each_region
@pytest.mark.parametrize("kind", list(Kind))
def test_no_two_languages_say_the_same(code, kind):
    texts = [said(undated(complete(code, language=one, kind=kind))) for one in LANGUAGES]
    if any(texts):
        assert len(set(texts)) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "penalties", "discount"),
    [
        ("fr", "trois fois le taux d’intérêt légal", "Pas d’escompte"),
        ("it", "tre volte il tasso legale", "Nessuno sconto"),
        ("de", "dreifachen französischen gesetzlichen Zinssatzes", "Kein Skonto"),
        ("en", "three times the French statutory rate", "No discount"),
    ],
)
def test_french_invoices_state_penalties_fee_and_discount(language, penalties, discount):
    text = said(complete("FR", language=language))
    assert penalties in text
    assert discount in text
    assert "40" in text
    credit = said(complete("FR", language=language, kind=Kind.CREDIT_NOTE))
    assert penalties not in credit
    assert discount not in credit


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("fr", "Facture corrigée : F2026-00007."),
        ("it", "Fattura rettificata: F2026-00007."),
        ("de", "Korrigierte Rechnung: F2026-00007."),
        ("en", "Invoice corrected: F2026-00007."),
    ],
)
@each_region
def test_a_credit_note_refers_to_its_invoice(code, language, start):
    assert start in said(complete(code, language=language, kind=Kind.CREDIT_NOTE))
    assert start not in said(complete(code, language=language))


def test_a_credit_note_on_several_invoices_names_them_all():
    draft = replace(complete("DE", kind=Kind.CREDIT_NOTE), preceding=("R1", "R2"))
    assert "Korrigierte Rechnungen: R1, R2." in said(draft)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "ce document n’est pas une facture"),
        ("it", "non è una fattura"),
        ("de", "Dieses Dokument ist keine Rechnung"),
        ("en", "this document is not an invoice"),
    ],
)
@each_region
def test_a_pro_forma_says_that_it_is_no_invoice(code, language, sentence):
    assert sentence in said(complete(code, language=language, kind=Kind.PRO_FORMA))
    assert sentence not in said(complete(code, language=language))


@each_region
@each_language
def test_every_exemption_is_explained(code, language):
    for seed in REGIONS[code].tax_codes:
        text = said(complete(code, tax_code=seed.code, language=language))
        for component in seed.components:
            if component.exemption_reason:
                assert words(component.exemption_reason, language) in text, seed.code


@pytest.mark.parametrize(
    ("language", "words_of_the_directive"),
    [
        ("fr", "Autoliquidation"),
        ("it", "Inversione contabile"),
        ("de", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("en", "Reverse charge"),
    ],
)
@pytest.mark.parametrize(
    ("code", "tax_code"),
    [
        ("FR", "AUTOLIQ"),
        ("FR", "INTRA-S"),
        ("DE", "P13B"),
        ("DE", "EU-LEISTUNG"),
        ("IT", "UE-SERVIZI"),
        ("IT", "RC-6.3"),
        ("GB", "CONSTRUCTION20"),
    ],
)
def test_reverse_charge_is_said_in_the_words_of_the_directive(
    code, tax_code, language, words_of_the_directive
):
    """Directive 2006/112/EC, art. 226, no. 11a; § 14a (5) UStG; annexe II, 242 nonies A, I, 13°."""
    draft = replace(complete(code, tax_code=tax_code, language=language), buyer=ITALIAN)
    assert words_of_the_directive in said(draft)


def test_small_businesses_name_their_exemption():
    assert "TVA non applicable, art. 293 B du CGI" in said(complete("FR", tax_code="FRANCHISE"))
    assert "Kleinunternehmers nach § 19 Abs. 1 UStG" in said(complete("DE", tax_code="P19"))


def test_two_exemptions_of_one_category_are_both_explained():
    region = REGIONS["FR"]
    draft = complete("FR", tax_code="EXO")
    draft = replace(draft, lines=(*draft.lines, line(region, "FRANCHISE")))
    text = said(draft)
    assert "article 261" in text
    assert "293 B" in text


def test_a_reason_is_given_once():
    draft = complete("FR", tax_code="EXPORT")
    draft = replace(draft, lines=draft.lines * 3)
    reason = taxes_of(REGIONS["FR"], "EXPORT", language="fr")[0].exemption_reason
    assert said(draft).count(reason) == 1


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "la date de l’opération est celle de la facture"),
        ("it", "la data dell’operazione coincide con la data della fattura"),
        ("de", "entspricht das Leistungsdatum dem Rechnungsdatum"),
        ("en", "the date of supply is the date of the invoice"),
    ],
)
@pytest.mark.parametrize("code", ["FR", "DE", "IT", "GB"])
def test_lines_without_a_period_are_of_the_day_of_the_invoice(code, language, sentence):
    draft = complete(code, language=language)
    assert sentence not in said(draft)
    assert sentence in said(undated(draft))
    half = replace(draft, lines=(*draft.lines, *undated(draft).lines))
    assert sentence in said(half)
    credit = undated(complete(code, language=language, kind=Kind.CREDIT_NOTE))
    assert sentence not in said(credit)


def test_a_german_invoice_with_everything_on_it_needs_no_sentence():
    assert said(complete("DE")) == ""


@pytest.mark.parametrize(
    ("language", "terms", "at_once", "interest"),
    [
        ("fr", "net 30 jours", "payable à réception", "5 % par an"),
        ("it", "30 giorni netti", "alla ricezione", "5 % annuo"),
        ("de", "30 Tage netto", "zahlbar bei Erhalt", "5 % pro Jahr"),
        ("en", "net 30 days", "due on receipt", "5 % per year"),
    ],
)
def test_quebec_states_terms_and_interest(language, terms, at_once, interest):
    draft = complete("CA-QC", language=language)
    assert terms in said(draft)
    assert interest in said(draft)
    assert at_once in said(replace(draft, payment_days=0))


@each_language
def test_quebec_offers_french_to_its_own(language):
    """Charter of the French language, s. 57."""
    sentence = "La version française de ce document est disponible sur demande."
    draft = complete("CA-QC", language=language)
    assert (sentence in said(draft)) is (language != "fr")
    address = replace(draft.buyer.address, subdivision="ON")
    assert sentence not in said(replace(draft, buyer=replace(draft.buyer, address=address)))
