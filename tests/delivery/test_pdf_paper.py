"""The words, figures and dates of a document, before they are set."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from facturier.delivery.pdf import paper
from facturier.delivery.pdf.addresses import address_lines
from facturier.delivery.pdf.formats import formats
from facturier.delivery.pdf.paper import Paper
from facturier.delivery.pdf.units import UNITS, unit_words
from facturier.delivery.pdf.words import words_for
from facturier.rules.document import Address, Document, Kind
from facturier.rules.money import Money
from tests.delivery import papers


def paper_of(document: Document) -> Paper:
    return paper(document, region=papers.region_of(document.content.region))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_a_french_invoice_says_what_the_mock_says() -> None:
    sheet = paper_of(papers.issued(papers.draft("FR")))
    assert (sheet.title, sheet.number, sheet.name) == ("Facture", "F2026-00412", "Facture F2026-00412")
    assert [column.label for column in sheet.columns] == [
        "Désignation",
        "Qté",
        "Unité",
        "Prix HT",
        "TVA",
        "Montant HT",
    ]
    assert [plain(cell) for cell in sheet.rows[1].cells] == ["3,50", "h", "95,00", "20 %", "332,50"]
    assert sheet.rows[1].details == ("novembre 2026",)
    assert [(one.label, plain(one.value)) for one in sheet.sums][0::2] == [
        ("Total HT", "1 070,00 €"),
        ("À payer", "1 284,00 €"),
    ]
    assert plain(sheet.sums[1].label) == "TVA 20 %"
    assert [(one.label, one.value) for one in sheet.facts][:3] == [
        ("Numéro", "F2026-00412"),
        ("Date d’émission", "21 novembre 2026"),
        ("Échéance", "21 décembre 2026"),
    ]
    assert plain(sheet.footer[-1]).startswith("SIREN 552 100 554")


def test_quebec_writes_each_tax_and_the_dollar_behind() -> None:
    sheet = paper_of(papers.issued(papers.draft("CA-QC")))
    assert sheet.size == "us-letter"
    assert sheet.taxes is not None
    assert [(row.name, plain(row.rate), plain(row.amount)) for row in sheet.taxes.rows] == [
        ("TPS", "5 %", "53,50 $"),
        ("TVQ", "9,975 %", "106,73 $"),
    ]
    assert plain(sheet.sums[-1].value) == "1 230,23 $"
    assert sheet.columns[-2].label == "Taxes"
    assert sheet.payment is not None
    assert sheet.payment.qr_payload == ""


@pytest.mark.parametrize(
    ("code", "language", "title"),
    [
        ("FR", "fr", "Avoir"),
        ("CA-QC", "fr", "Note de crédit"),
        ("DE", "de", "Rechnungskorrektur"),
        ("DE", "it", "Nota di credito"),
        ("CA-QC", "en", "Credit note"),
    ],
)
def test_a_credit_note_bears_the_name_its_law_gives_it(code: str, language: str, title: str) -> None:
    sheet = paper_of(papers.issued(papers.draft(code, language, kind=Kind.CREDIT_NOTE), "A-1"))
    assert sheet.title == title
    assert sheet.payment is None
    assert sheet.facts[-1].value == "F2026-00398"
    assert not any(one.value == sheet.facts[1].value for one in sheet.facts[2:])  # no due date


def test_german_paper_never_says_gutschrift() -> None:
    for country in ("DE", "CA"):
        for value_added_tax in (True, False):
            said = words_for("de", country=country, value_added_tax=value_added_tax)
            assert "Gutschrift" not in " ".join(said.values())


def test_every_word_and_unit_is_there_in_four_languages() -> None:
    english = words_for("en", country="FR", value_added_tax=True)
    for language in papers.LANGUAGES:
        for value_added_tax in (True, False):
            said = words_for(language, country="FR", value_added_tax=value_added_tax)
            assert said.keys() == english.keys()
            assert all(said.values())
        for code in UNITS:
            assert unit_words(code, language)
            assert "/" not in unit_words(code, language, many=True)
    assert words_for("pt", country="FR", value_added_tax=True) == english


@pytest.mark.parametrize(
    ("code", "quantity", "language", "expected"),
    [
        ("DAY", "3", "fr", "jours"),
        ("DAY", "1.5", "fr", "jour"),
        ("DAY", "1.5", "en", "days"),
        ("MON", "12", "de", "Monate"),
        ("HUR", "2", "de", "Std."),
        ("C62", "2", "it", ""),
        ("ZZ9", "2", "it", "ZZ9"),
    ],
)
def test_a_unit_agrees_with_its_quantity(code: str, quantity: str, language: str, expected: str) -> None:
    many = formats(language).is_many(Decimal(quantity))
    assert unit_words(code, language, many=many) == expected


def test_a_draft_says_so_and_has_nothing_to_pay_by() -> None:
    for language, word in zip(papers.LANGUAGES, ("Brouillon", "Entwurf", "Bozza", "Draft"), strict=True):
        sheet = paper_of(papers.issued(papers.draft("FR", language), ""))
        assert sheet.watermark == word
        assert sheet.number == word
        assert sheet.payment is not None
        assert sheet.payment.qr_payload == ""
    assert paper_of(papers.issued(papers.draft("FR"))).watermark == ""
    pro_forma = papers.issued(papers.draft("FR", kind=Kind.PRO_FORMA), "PF-1")
    assert paper_of(pro_forma).watermark == "Pro forma"


def test_discounts_charges_deposits_and_rates_are_all_shown() -> None:
    document = papers.issued(papers.rich("FR"))
    sheet = paper_of(document)
    assert "discount" in [column.key for column in sheet.columns]
    said = [(plain(one.label), plain(one.value)) for one in sheet.sums]
    assert said == [
        ("Somme des lignes", "1 058,12 €"),
        ("Remise de fidélité", "-21,16 €"),
        ("Port", "12,00 €"),
        ("Total HT", "1 048,96 €"),
        ("TVA 20 %", "182,60 €"),
        ("TVA 5,5 %", "7,48 €"),
        ("Total TTC", "1 239,04 €"),
        ("Déjà réglé", "-100,00 €"),
        ("À payer", "1 139,04 €"),
    ]
    assert [row.kind for row in sheet.rows] == ["text", "amount", "amount", "amount", "subtotal", "amount"]
    assert sheet.rows[4].amount == sheet.rows[4].amount.strip() != ""
    assert plain(sheet.rows[5].cells[2]) == "138,754321"


def test_a_reason_for_no_tax_is_said_once() -> None:
    exempt = (papers.tax("VAT", "0", "fr", "E", "TVA non applicable, art. 293 B du CGI"),)
    content = papers.draft("FR")
    content = replace(content, lines=tuple(replace(line, taxes=exempt) for line in content.lines))
    said = "\n".join(paper_of(papers.issued(content)).mentions)
    assert said.count("293 B") == 1
    silent = replace(papers.issued(content), mentions=())
    assert paper_of(silent).mentions == ("TVA non applicable, art. 293 B du CGI",)


def test_an_accent_that_is_no_colour_is_not_trusted() -> None:
    content = papers.draft("FR")
    for accent in ("red", '#fff") #panic("', ""):
        odd = replace(content, look=replace(content.look, accent=accent))
        assert paper_of(papers.issued(odd)).accent == "#17563f"
    blue = replace(content, look=replace(content.look, accent="#24506f"))
    assert paper_of(papers.issued(blue)).accent == "#24506f"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            Address("3 quai Perrache", "Bât. B", "69002", "Lyon", "", "FR"),
            "3 quai Perrache|Bât. B|69002 Lyon",
        ),
        (
            Address("1 Main St", "", "H2X 1Y4", "Montréal", "CA-QC", "CA"),
            "1 Main St|Montréal QC  H2X 1Y4|CANADA",
        ),
        (Address("10 Downing Street", "", "SW1A 2AA", "London", "", "GB"), None),
        (Address("Via Roma 1", "", "20121", "Milano", "MI", "IT"), "Via Roma 1|20121 Milano (MI)|ITALIE"),
        (Address(), ""),
    ],
)
def test_an_address_reads_as_its_own_post_writes_it(address: Address, expected: str | None) -> None:
    lines = address_lines(address, sender_country="FR", country_name=formats("fr_FR").country)
    wanted = "10 Downing Street|London|SW1A 2AA|ROYAUME-UNI" if expected is None else expected
    assert "|".join(lines) == wanted


@pytest.mark.parametrize(
    ("currency", "minor", "locale", "expected"),
    [
        ("EUR", 128400, "fr_FR", "1 284,00 €"),
        ("CAD", 128400, "fr_CA", "1 284,00 $"),
        ("CAD", 128400, "en_CA", "$1,284.00"),
        ("EUR", -128405, "de_DE", "-1.284,05 €"),
        ("JPY", 1284, "en_GB", "JP¥1,284"),
        ("TND", 1284567, "fr_FR", "1 284,567 TND"),
        ("HUF", 128405, "en_GB", "HUF 1,284.05"),
        ("EUR", 10**14 + 1, "it_IT", "1.000.000.000.000,01 €"),
    ],
)
def test_money_keeps_the_decimals_of_its_currency(
    currency: str, minor: int, locale: str, expected: str
) -> None:
    assert plain(formats(locale).money(Money(minor, currency))) == expected


def test_a_period_reads_as_people_say_it() -> None:
    french = formats("fr_FR")
    assert french.period(date(2026, 11, 1), date(2026, 11, 30)) == "novembre 2026"
    assert french.period(date(2026, 11, 3), date(2026, 11, 3)) == "3 novembre 2026"
    assert french.period(date(2026, 11, 3), None) == "3 novembre 2026"
    assert french.period(None, None) == ""
    assert plain(formats("de_DE").period(date(2026, 11, 3), date(2026, 11, 17))) == "3.–17. Nov. 2026"


def test_no_figure_is_ever_cut() -> None:
    """A quantity of six decimals, a price of fifteen digits: every digit is on the paper."""
    content = papers.draft("FR")
    odd = replace(content.lines[0], quantity=Decimal("0.000125"), unit_price=Decimal("123456789.123456"))
    cells = paper_of(papers.issued(replace(content, lines=(odd,)))).rows[0].cells
    assert plain(cells[0]) == "0,000125"
    assert plain(cells[2]) == "123 456 789,123456"


def test_the_paper_is_strings_all_the_way() -> None:
    """The screen shows what the paper shows: there is nothing left to format."""

    def leaves(value: object) -> list[object]:
        if isinstance(value, tuple):
            return [leaf for one in value for leaf in leaves(one)]
        if hasattr(value, "__dataclass_fields__"):
            return [leaf for one in fields(value) for leaf in leaves(getattr(value, one.name))]
        return [value]

    found = leaves(paper_of(papers.issued(papers.rich("DE"))))
    assert all(isinstance(one, str | bool | None) for one in found)
    assert len(found) > 80
