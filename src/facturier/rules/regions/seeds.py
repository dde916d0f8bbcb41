"""Short ways to write down what a new organisation starts with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from facturier.rules.document import Nature
from facturier.rules.regions.base import (
    AccountSeed,
    DatedRate,
    Labels,
    TaxCodeSeed,
    TaxComponentSeed,
)
from facturier.rules.regions.wording import four

ALWAYS = date(1900, 1, 1)  # for what never had another rate: exemptions


def accounts(table: str) -> tuple[AccountSeed, ...]:
    """Read a chart of accounts: per line code, role, and the name in fr, it, de and en, between
    bars. The role "revenue goods" is revenue from goods; else revenue is from services.

    Raises ValueError for a line that has not these six cells.
    """
    rows = [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]
    return tuple(
        AccountSeed(
            code,
            four(fr=fr, it=it, de=de, en=en),
            role.split()[0],
            Nature.GOODS if role.endswith(" goods") else Nature.SERVICES,
        )
        for code, role, fr, it, de, en in rows
    )


def rates(*steps: tuple[date, str]) -> tuple[DatedRate, ...]:
    """Write down rates, each from its day on."""
    return tuple(DatedRate(day, Decimal(percent)) for day, percent in steps)


def untaxed(
    code: str, category: str, *, name: Labels, account: str, labels: Labels, reason: Labels
) -> TaxCodeSeed:
    """Make a tax code of rate zero that states its reason; `name` is the tax, e.g. TVA."""
    component = TaxComponentSeed("VAT", category, name, account, rates((ALWAYS, "0")), reason)
    return TaxCodeSeed(code, labels, (component,))
