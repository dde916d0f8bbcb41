"""A document has one canonical text, and comes back from it unchanged."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.document import (
    FORMAT,
    Document,
    Draft,
    Line,
    canonical_json,
    from_json,
    sha256,
)
from facturier.rules.issuing import prepare, preview
from facturier.rules.regions import REGIONS
from tests.rules.documents import DATES, DRAFTS, TEXTS
from tests.rules.drafts import DAY, complete


def document_of(draft: Draft) -> Document:
    return preview(draft, region=REGIONS[draft.region], issue_date=DAY)


DOCUMENTS = st.builds(
    lambda draft, day, number: prepare(draft, region=REGIONS[draft.region], issue_date=day).numbered(number),
    DRAFTS,
    DATES,
    TEXTS,
)


@given(document=DOCUMENTS)
def test_a_document_comes_back_from_its_text(document):
    text = canonical_json(document)
    again = from_json(text)
    assert again == document
    assert canonical_json(again) == text


def padded(value: Decimal) -> Decimal:
    """Write the same number with more zeros."""
    return value.quantize(Decimal("1.000000000"))


@given(document=DOCUMENTS)
def test_equal_documents_have_equal_texts(document):
    lines = tuple(
        replace(
            line,
            quantity=padded(line.quantity),
            unit_price=padded(line.unit_price),
            discount_percent=padded(line.discount_percent),
            taxes=tuple(replace(tax, rate=padded(tax.rate)) for tax in line.taxes),
        )
        for line in document.content.lines
    )
    twin = replace(document, content=replace(document.content, lines=lines))
    assert twin == document
    assert canonical_json(twin) == canonical_json(document)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.500", "1.5"),
        ("1", "1"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("-0", "0"),
        ("1E-6", "0.000001"),
        ("-12.340", "-12.34"),
    ],
)
def test_a_decimal_has_one_spelling(written, text):
    line = Line("A", quantity=Decimal(written))
    document = document_of(replace(complete("FR"), lines=(line,)))
    data = json.loads(canonical_json(document))
    assert data["content"]["lines"][0]["quantity"] == text


@pytest.mark.parametrize("field", [one.name for one in fields(Line)])
def test_each_field_of_a_line_is_in_the_text(field):
    """The control of the hash: whatever changes, the text changes."""
    document = document_of(complete("FR"))
    text = canonical_json(document)
    other = {
        "kind": "text",
        "quantity": Decimal(7),
        "unit_price": Decimal(7),
        "discount_percent": Decimal(7),
        "discount_minor": 7,
        "taxes": (),
        "service_start": None,
        "service_end": None,
    }
    line = replace(document.content.lines[0], **{field: other.get(field, "changed")})
    changed = replace(document, content=replace(document.content, lines=(line,)))
    assert canonical_json(changed) != text
    assert sha256(canonical_json(changed)) != sha256(text)


def test_the_text_is_sorted_and_without_blanks():
    text = canonical_json(document_of(complete("FR")))
    data = json.loads(text)
    again = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert text == again
    assert "è" in text
    assert data["format"] == FORMAT


def test_amounts_are_minor_units_and_dates_iso():
    data = json.loads(canonical_json(document_of(complete("CA-QC"))))
    assert data["totals"]["net"] == 200000
    assert data["issue_date"] == "2026-03-31"


@pytest.mark.parametrize("unknown", [0, 2, "1", None])
def test_a_format_that_is_not_known_is_refused(unknown):
    data = json.loads(canonical_json(document_of(complete("FR"))))
    data["format"] = unknown
    with pytest.raises(ValueError, match="format"):
        from_json(json.dumps(data))


def test_a_document_cannot_be_changed():
    document = document_of(complete("FR"))
    with pytest.raises(FrozenInstanceError):
        document.number = "F1"
    with pytest.raises(FrozenInstanceError):
        document.content.lines[0].quantity = Decimal(9)


def test_the_hash_is_sha_256_of_the_utf_8_text():
    assert sha256("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_a_party_finds_its_numbers():
    seller = complete("FR").seller
    assert seller.identifier("siren") == "732829320"
    assert seller.identifier("gst") == ""
