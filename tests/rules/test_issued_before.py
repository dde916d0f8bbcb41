"""Documents that were issued by earlier versions read as they did, and keep their hash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from facturier.rules.document import Nature, canonical_json, from_json, sha256

FOLDER = Path(__file__).with_name("issued_before")
HASHES = {
    "FR": "da9baa3cc6b4fba37181e3e1eb4b4ca074654a2ad335956211fcb69e2b71e0e0",
    "DE": "b8e2fbb0a60c1f92d82f6196a2d29e68121ab047ee96c6efa76fab5860ef9fde",
    "CA-QC": "f8a656988024618d9a3298b0c976b86cf433b11940c9b779c4520bed591ca5f3",
}


@pytest.mark.parametrize("code", HASHES)
def test_a_document_of_an_earlier_version_keeps_its_text_and_hash(code):
    text = (FOLDER / f"{code}.json").read_text(encoding="utf-8")
    document = from_json(text)
    assert canonical_json(document) == text
    assert sha256(canonical_json(document)) == HASHES[code]
    assert document.content.lines[0].nature is None
    assert document.exchanged_tax is None


def test_control_a_field_that_says_something_changes_the_text():
    document = from_json((FOLDER / "FR.json").read_text(encoding="utf-8"))
    line = replace(document.content.lines[0], nature=Nature.SERVICES)
    changed = replace(document, content=replace(document.content, lines=(line,)))
    assert sha256(canonical_json(changed)) != HASHES["FR"]
