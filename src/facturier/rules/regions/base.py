"""What a region states: data, and which mentions the law demands on a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facturier.rules.document import Address, Draft, Kind, LineKind, Nature, Totals
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused

Labels = Mapping[str, str]  # language → words; always "fr", "it", "de" and "en"


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A percentage that applies from a day on."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class TaxComponentSeed:
    """One tax of a tax code. `account` is a GL account code of the same region.

    `exemption_code` is the reason in code (BT-121): a VATEX code, in Italy the Natura.
    """

    scheme: str
    category: str
    labels: Labels
    account: str
    rates: Sequence[DatedRate]
    exemption_reason: Labels | None = None
    exemption_code: str = ""


@dataclass(frozen=True, slots=True)
class TaxCodeSeed:
    """A tax code that a new organisation starts with; the first of a region is its default."""

    code: str
    labels: Labels
    components: Sequence[TaxComponentSeed]


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """A GL account. `role` is "receivable", "revenue", "tax", "bank", "expense" or "rounding".

    `nature` says what a line on it supplies, where the line itself does not.
    """

    code: str
    labels: Labels
    role: str
    nature: Nature = Nature.SERVICES


@dataclass(frozen=True, slots=True)
class IdentifierField:
    """A number that a party states.

    `check` returns the compact form, or raises ValueError with an English sentence naming what is
    wrong. `print_label` is what stands before it on a document.
    """

    scheme: str
    labels: Labels
    print_label: Labels
    check: Callable[[str], str]
    seller: bool = True
    buyer: bool = True


@dataclass(frozen=True, slots=True)
class Region:
    """Everything that differs by where the seller lives.

    `languages` starts with the default one; `locale_of` maps a language to the Babel locale of its
    formats. `missing` lists what the law asks for and the draft lacks; `mentions` writes the legal
    sentences, in the language of the document. `epc_qr` says whether transfers are paid by EPC QR
    code (SEPA, EPC069-12); `states_tax_at_home` whether a document in another currency states its tax in the
    region's own too; `vat_on_debits` whether sellers of services may opt for owing VAT once it is invoiced.
    `proposes` returns the tax code for a customer at an address, where the place of supply decides; without
    it the default code is proposed everywhere.
    """

    code: str
    country: str
    labels: Labels
    currency: str
    languages: Sequence[str]
    locale_of: Labels
    time_zone: str
    payment_days: int
    strict_issuing: bool
    retention_years: int
    series: Mapping[Kind, NumberFormat]
    accounts: Sequence[AccountSeed]
    tax_codes: Sequence[TaxCodeSeed]
    identifiers: Sequence[IdentifierField]
    missing: Callable[[Draft, date], list[Refused]]
    mentions: Callable[[Draft, Totals, date], tuple[str, ...]]
    epc_qr: bool = False
    states_tax_at_home: bool = True
    vat_on_debits: bool = False
    proposes: Callable[[Address], str] | None = None


def rate_on(rates: Sequence[DatedRate], day: date) -> Decimal | None:
    """Return the percentage that applies on a day, or None before the first one."""
    past = [one for one in rates if one.valid_from <= day]
    return max(past, key=lambda one: one.valid_from).percent if past else None


def words(labels: Labels, language: str) -> str:
    """Return the label in a language; English where the language is none of the four."""
    return labels.get(language) or labels["en"]


def missing_everywhere(draft: Draft) -> list[Refused]:
    """List what every region asks for: parties, a line, a tax code and account on each amount."""
    found: list[Refused] = []
    if not any(line.kind is LineKind.AMOUNT for line in draft.lines):
        found.append(Refused("The document has no line with an amount.", field="lines"))
    for position, line in enumerate(draft.lines, start=1):
        if line.kind is not LineKind.AMOUNT:
            continue
        place = {"line": position}
        if not line.description.strip():
            found.append(
                Refused(
                    "Line %(line)s has no description.",
                    field=f"lines.{position}.description",
                    values=place,
                )
            )
        if not line.tax_code:
            found.append(
                Refused(
                    "Line %(line)s: choose a tax code.",
                    field=f"lines.{position}.tax_code",
                    values=place,
                )
            )
        elif not line.taxes:  # its rate is unknown on that day: zero tax would be a guess
            found.append(
                Refused(
                    "Line %(line)s: the tax code has no rate on the day of the document.",
                    field=f"lines.{position}.tax_code",
                    values=place,
                )
            )
        if not line.account:
            found.append(
                Refused(
                    "Line %(line)s: choose a GL account.",
                    field=f"lines.{position}.account",
                    values=place,
                )
            )
    if not draft.buyer.name.strip():
        found.append(Refused("The customer has no name.", field="customer.name", link="customer"))
    if not draft.seller.name.strip():
        found.append(Refused("The seller has no legal name.", field="seller.name", link="organisation"))
    return found
