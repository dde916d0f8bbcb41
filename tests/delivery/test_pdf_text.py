"""What reaches the page, and the code that pays it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segno import helpers

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


def test_the_code_agrees_with_segno_s_own() -> None:
    """segno writes EPC codes too, but tries eight masks for each: compare what it encodes."""
    document = papers.issued(papers.draft("DE"), "RE-1")
    fields = epc_payload(document).split("\n")
    theirs = helpers._make_epc_qr_data(  # the text behind make_epc_qr
        name=fields[5],
        iban=fields[6],
        amount=document.totals.due.amount,
        text=fields[10],
        bic=fields[4],
        encoding="utf-8",
    )
    ours = epc_payload(document).encode()
    assert (theirs if isinstance(theirs, bytes) else theirs[0]).replace(b"\r\n", b"\n").startswith(ours[:40])


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
