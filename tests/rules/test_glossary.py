"""The glossary names everything once, in four languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
HEADER = ["English", "Français", "Italiano", "Deutsch"]

STATUSES = {
    Status.DRAFT: "Draft",
    Status.FINAL: "Final – ready to send",
    Status.EXPORTED: "Exported",
    Status.SENT: "Sent",
    Status.PARTLY_PAID: "Partly paid",
    Status.PAID: "Paid",
    Status.REFUNDED: "Refunded",
    Status.CREDITED: "Credited",
    Status.CLOSED: "Closed",
    Status.PRO_FORMA_PREPARING: "Pro forma – in preparation",
    Status.PRO_FORMA_SENT: "Pro forma – sent",
    Status.PRO_FORMA_CONVERTED: "Pro forma – converted",
}


def rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row != HEADER and not row[0].startswith("---")]


def test_every_term_is_said_in_four_languages():
    assert len(rows()) > 150
    for row in rows():
        assert len(row) == 4, row
        assert all(row), row


def test_every_term_stands_once():
    terms = [row[0] for row in rows()]
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("one", list(Status))
def test_every_status_is_named(one):
    assert STATUSES[one] in {row[0] for row in rows()}


@pytest.mark.parametrize("one", list(Kind))
def test_every_kind_of_document_is_named(one):
    assert one.value.replace("_", " ") in {row[0] for row in rows()}


def test_no_two_statuses_are_called_alike():
    named = [row for row in rows() if row[0] in STATUSES.values()]
    for language in range(4):
        assert len({row[language] for row in named}) == len(Status)
