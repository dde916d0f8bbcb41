"""The document as people read it: a tree of strings, ready to be set on paper or on screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says: "Échéance", "21 décembre 2026"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """A party: its name, its address line by line, and its numbers and contacts."""

    heading: str
    name: str
    lines: tuple[str, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lines.

    `key` is "description", "quantity", "unit", "price", "discount", "tax" or "net".
    """

    key: str
    label: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line; `kind` is the value of its LineKind.

    Amounts have a cell per column after the description; subtotals have `amount` alone.
    """

    kind: str
    description: str
    details: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    amount: str = ""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax on the whole document (BG-23)."""

    name: str
    rate: str
    base: str
    amount: str


@dataclass(frozen=True, slots=True)
class TaxTable:
    heading: str
    columns: tuple[str, str, str, str]
    rows: tuple[TaxRow, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of the totals; `is_final` marks what is to be paid."""

    label: str
    value: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay. `qr_payload` is the text of the EPC QR code, empty where there is none."""

    heading: str
    facts: tuple[Fact, ...]
    instructions: str = ""
    qr_payload: str = ""
    qr_alt: str = ""
    qr_caption: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in words. `watermark` is empty unless it is a draft or a pro forma.

    `window_side` says on which side envelopes of the seller's country show the address.
    """

    language: str
    size: str
    window_side: str
    accent: str
    title: str
    number: str
    name: str
    watermark: str
    seller: Block
    logo_alt: str
    buyer: Block
    facts: tuple[Fact, ...]
    subject: str
    lines_heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    taxes: TaxTable | None
    sums: tuple[Sum, ...]
    note: str
    payment: Payment | None
    mentions_heading: str
    mentions: tuple[str, ...]
    message: str
    footer: tuple[str, ...]
    page_word: str
    of_word: str
