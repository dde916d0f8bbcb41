"""What is supplied, and where it goes: goods or services, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from facturier.rules.document import DeliverTo, Draft, Line, LineKind, Nature, Party, Tax

# Supplies of goods by their tax category: within the Union (K), and exports (G).
_OF_GOODS = frozenset(("K", "G"))


def nature_of(stated: str, *, taxes: Collection[Tax], account: str) -> Nature:
    """Return what a line supplies: what it states, else what its tax is for, else what its account is for."""
    if stated:
        return Nature(stated)
    if any(tax.category in _OF_GOODS for tax in taxes):
        return Nature.GOODS
    return Nature(account) if account else Nature.SERVICES


def natures(draft: Draft) -> frozenset[Nature]:
    """Return what the amounts of a draft supply."""
    return frozenset(line.nature for line in _amounts(draft.lines) if line.nature)


def delivery_of(place: DeliverTo | None, *, lines: Iterable[Line], buyer: Party) -> DeliverTo | None:
    """Return where goods go, if any do and it is not where the invoice goes.

    CGI, annexe II, art. 242 nonies A, I; EN 16931 BG-13.
    """
    if place is None or (place.name in ("", buyer.name) and place.address == buyer.address):
        return None
    return place if any(line.nature is Nature.GOODS for line in _amounts(lines)) else None


def _amounts(lines: Iterable[Line]) -> Iterable[Line]:
    return (line for line in lines if line.kind is LineKind.AMOUNT)
