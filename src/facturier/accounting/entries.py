"""One issued document as journal entries.

The receivable is debited with the gross amount; revenue is credited per GL account and each tax per account
that it is owed on. A credit note is the same with sides exchanged. The sums are those of the document, to
the minor unit: nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facturier.rules.document import AdjustmentTotal, Document, Kind, LineKind, Tax
from facturier.rules.totals import spread


class Unbalanced(ArithmeticError):
    """Debits and credits of a document differ: a bug, and nothing may be exported."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal. Exactly one of debit and credit is not zero; both are minor units."""

    number: str
    issue_date: date
    due_date: date
    customer_number: str
    customer: str
    account: str
    label: str
    debit_minor: int
    credit_minor: int
    currency: str


def entries(document: Document, *, receivable: str) -> list[Entry]:
    """Write a document as balanced entries, the receivable first.

    Raises ValueError for a draft or a pro forma, which no ledger holds, and Unbalanced never, but for a bug.
    """
    content = document.content
    if document.is_draft or content.kind is Kind.PRO_FORMA:
        raise ValueError("only issued invoices and credit notes are journalised")
    sign = -1 if content.kind is Kind.CREDIT_NOTE else 1
    posted = [(receivable, content.buyer.name, document.totals.gross.minor)]
    posted += [(account, content.buyer.name, -minor) for account, minor in _revenue(document).items()]
    posted += [(account, label, -minor) for (account, label), minor in _taxes(document).items()]
    found = [_entry(document, account, label, sign * minor) for account, label, minor in posted if minor]
    if sum(one.debit_minor - one.credit_minor for one in found):
        raise Unbalanced(document.number)
    return found


def _entry(document: Document, account: str, label: str, debit_minor: int) -> Entry:
    buyer = document.content.buyer
    return Entry(
        number=document.number,
        issue_date=document.issue_date,
        due_date=document.due_date,
        customer_number=buyer.reference,
        customer=buyer.name,
        account=account,
        label=label,
        debit_minor=max(debit_minor, 0),
        credit_minor=max(-debit_minor, 0),
        currency=document.content.currency,
    )


def _amounts(document: Document) -> list[tuple[str, tuple[Tax, ...], int]]:
    """List account, taxes and net of every amount line."""
    pairs = zip(document.content.lines, document.totals.lines, strict=True)
    return [
        (line.account, line.taxes, total.net.minor) for line, total in pairs if line.kind is LineKind.AMOUNT
    ]


def _revenue(document: Document) -> dict[str, int]:
    """Sum the revenue per account; a discount without an account lowers those of its tax."""
    amounts = _amounts(document)
    sums: dict[str, int] = {}
    for account, _taxes_of_line, minor in amounts:
        sums[account] = sums.get(account, 0) + minor
    for one in document.totals.adjustments:
        for account, minor in _adjusted(one, amounts).items():
            sums[account] = sums.get(account, 0) + minor
    return sums


def _adjusted(one: AdjustmentTotal, amounts: Sequence[tuple[str, tuple[Tax, ...], int]]) -> Mapping[str, int]:
    signed = one.amount.minor if one.is_charge else -one.amount.minor
    if one.account:
        return {one.account: signed}
    same = {account: 0 for account, taxes, _ in amounts if taxes == one.taxes}
    for account, taxes, minor in amounts:
        if taxes == one.taxes:
            same[account] += minor
    if not same:  # a discount on a tax that no line has: the first account bears it
        return {amounts[0][0]: signed}
    return dict(zip(same, spread(signed, list(same.values())), strict=True))


def _taxes(document: Document) -> dict[tuple[str, str], int]:
    """Sum the taxes per account. Two tax codes may share a rate and not the account: it is split by base."""
    bases: dict[tuple[str, str, Decimal], dict[tuple[str, str], int]] = {}

    def add(taxes: tuple[Tax, ...], minor: int) -> None:
        for tax in taxes:
            accounts = bases.setdefault((tax.scheme, tax.category, tax.rate), {})
            face = (tax.account, tax.label)
            accounts[face] = accounts.get(face, 0) + minor

    for _account, taxes, minor in _amounts(document):
        add(taxes, minor)
    for one in document.totals.adjustments:
        add(one.taxes, one.amount.minor if one.is_charge else -one.amount.minor)
    sums: dict[tuple[str, str], int] = {}
    for total in document.totals.taxes:
        accounts = bases[total.tax.scheme, total.tax.category, total.tax.rate]
        parts = spread(total.amount.minor, list(accounts.values()))
        for face, minor in zip(accounts, parts, strict=True):
            sums[face] = sums.get(face, 0) + minor
    return sums
