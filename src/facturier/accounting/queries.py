"""Read the journal of a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from facturier.accounting.entries import Entry, entries
from facturier.catalogue.models import GLAccount, Role
from facturier.catalogue.queries import default_account
from facturier.invoices.models import IssuedDocument
from facturier.rules.document import Kind, from_json
from facturier.rules.refusal import Refused

CHUNK = 500


def journal(*, since: date, until: date) -> Iterator[Entry]:
    """Yield the entries of the documents issued in a period, both days included, in order of date and number.

    Reads document by document: memory stays constant. Raises Refused for a period that ends before it starts,
    and where the organisation has no receivable account.
    """
    if until < since:
        raise Refused("The period ends before it starts.", field="until")
    receivable = default_account(Role.RECEIVABLE)
    if receivable is None:
        raise Refused("Choose the GL account of receivables first.", field="receivable")
    return _entries(since=since, until=until, receivable=receivable.code)


def count(*, since: date, until: date) -> int:
    """Return how many documents the journal of a period holds."""
    return _rows(since=since, until=until).count()


def _rows(*, since: date, until: date) -> QuerySet[IssuedDocument]:
    rows = IssuedDocument.objects.filter(invoice__issue_date__gte=since, invoice__issue_date__lte=until)
    return rows.exclude(invoice__kind=Kind.PRO_FORMA)


def _entries(*, since: date, until: date, receivable: str) -> Iterator[Entry]:
    ordered = (
        _rows(since=since, until=until).order_by("invoice__sort_key").values_list("canonical", flat=True)
    )
    for canonical in ordered.iterator(chunk_size=CHUNK):
        yield from entries(from_json(canonical), receivable=receivable)


def account_names(language: str) -> dict[str, str]:
    """Map the codes of GL accounts to their names in a language."""
    return {account.code: account.label(language) for account in GLAccount.objects.all()}


@dataclass(slots=True)
class Balance:
    """What a period's journal comes to on one account and currency."""

    account: str
    currency: str
    debit_minor: int = 0
    credit_minor: int = 0


def balances(found: Iterator[Entry]) -> list[Balance]:
    """Sum entries per account and currency, in the order of accounts."""
    sums: dict[tuple[str, str], Balance] = {}
    for entry in found:
        key = (entry.account, entry.currency)
        one = sums.setdefault(key, Balance(*key))
        one.debit_minor += entry.debit_minor
        one.credit_minor += entry.credit_minor
    return [sums[key] for key in sorted(sums)]
