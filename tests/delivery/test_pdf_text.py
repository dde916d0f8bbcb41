"""What reaches the page, and the code that pays it."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from zxingcpp import read_barcodes

from facturier.delivery.pdf import render
from facturier.delivery.pdf.epc import epc_payload, qr_svg
from facturier.delivery.pdf.fonts import font_files, printable
from facturier.delivery.pdf.text import REPLACEMENT, clean
from facturier.rules.document import Kind, Line, LineKind, PaymentMeans
from tests.delivery import papers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Menuiserie Carret", "Menuiserie Carret"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\there", "tab here"),
        ("bell\x07", f"bell{REPLACEMENT}"),
        ("\u202eevil\u202c", "evil"),
        ("private \ue000", f"private {REPLACEMENT}"),
        ("lone \ud800", f"lone {REPLACEMENT}"),
        ("e\u0301", "é"),
        ("\u09af\u0335", f"\u09af{REPLACEMENT}"),  # no font has both, and a font is chosen per letter
        ("1\u202f284,00\xa0€", "1\u202f284,00\xa0€"),
        ("x" * 30, "x" * 12 + "\u200b" + "x" * 12 + "\u200b" + "x" * 6),
    ],
)
def test_text_is_cleaned_visibly(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_every_letter_of_europe_has_a_glyph() -> None:
    letters = "čďěňřšťůžőűășțşğıİłńśźżđćðþœæøåßẞĳŀβΩЖї€№–—…‘’“”«»‹›\u202f"
    assert [clean(letter) for letter in letters] == list(letters)
    assert len(font_files()) == len({file.name for file in font_files()})


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1, max_size=400))
def test_any_text_at_all_can_be_set(text: str) -> None:
    content = papers.draft("FR")
    lines = (Line(text, kind=LineKind.TEXT), *content.lines[:1])
    buyer = replace(content.buyer, name=text)
    document = papers.issued(replace(content, lines=lines, buyer=buyer))
    assert render(document, region=papers.region_of("FR")).startswith(b"%PDF")


def test_every_character_that_passes_can_be_set() -> None:
    """All code points with a glyph, 2,000 at a time: none may stop a document."""
    shown = [
        chr(point)
        for point in sorted(printable())
        if unicodedata.category(chr(point)) not in ("Cc", "Cs", "Co", "Cn") and point < 0x30000
    ]
    content = papers.draft("FR")
    size = 2000
    for start in range(0, len(shown), size):
        text = " ".join(shown[start : start + size])
        lines = (Line(text, kind=LineKind.TEXT), *content.lines[:1])
        render(papers.issued(replace(content, lines=lines)), region=papers.region_of("FR"))


def test_the_code_pays_the_amount_due_into_the_account() -> None:
    payload = epc_payload(papers.issued(papers.draft("FR")))
    assert payload == "\n".join(
        (
            "BCD",
            "002",
            "1",
            "SCT",
            "AGRIFRPP",
            "Lumen Infogérance SAS",
            "FR7630006000011234567890189",
            "EUR1284.00",
            "",
            "",
            "F2026-00412",
        )
    )


@pytest.mark.parametrize("name", ["Lumen Infogérance SAS", "Ελλάδα ΑΕ · 東京", "x" * 70])
def test_a_reader_finds_the_payload_in_the_drawing(name: str) -> None:
    content = papers.draft("DE")
    content = replace(content, payment=replace(content.payment, account_name=name))
    payload = epc_payload(papers.issued(content, "RE-1"))
    found = read_barcodes(drawn(qr_svg(payload)))
    assert [one.bytes for one in found] == [payload.encode()]
    assert found[0].ec_level == "M"
    assert found[0].symbology_identifier == "]Q1"  # plain: no ECI, which banks' readers may not know
    assert name in payload
    assert read_barcodes(drawn(qr_svg(payload).replace(b"v1", b"v3"))) == []  # the control


def drawn(svg: bytes) -> Image.Image:
    page = b'#set page(width: 60mm, height: 60mm, margin: 8mm)\n#image("qr.svg", width: 100%)'
    png = typst.compile({"main.typ": page, "qr.svg": svg}, format="png", ppi=150)
    assert isinstance(png, bytes)
    return Image.open(io.BytesIO(png)).convert("L")


def test_nothing_is_paid_by_a_draft_a_credit_note_or_dollars() -> None:
    assert epc_payload(papers.issued(papers.draft("FR"), "")) == ""
    assert epc_payload(papers.issued(papers.draft("FR", kind=Kind.CREDIT_NOTE))) == ""
    assert epc_payload(papers.issued(papers.draft("CA-QC"))) == ""
    paid = replace(papers.draft("FR"), prepaid_minor=128400)
    assert epc_payload(papers.issued(paid)) == ""
    huge = replace(papers.draft("FR"), prepaid_minor=-(10**12))
    assert epc_payload(papers.issued(huge)) == ""
    without = replace(papers.draft("FR"), payment=PaymentMeans())
    assert epc_payload(papers.issued(without)) == ""


def test_a_long_name_is_cut_to_what_the_code_holds() -> None:
    content = papers.draft("FR")
    long = replace(content, payment=replace(content.payment, account_name="É\n" * 200))
    name = epc_payload(papers.issued(long)).split("\n")[5]
    assert len(name) <= 70
    assert qr_svg(epc_payload(papers.issued(long))).startswith(b"<svg")
