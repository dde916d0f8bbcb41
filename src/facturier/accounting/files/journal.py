"""The journal as CSV (RFC 4180, UTF-8 with byte order mark, dates ISO 8601, decimal points) and as XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from facturier.accounting.entries import Entry
from facturier.rules.money import Money
from facturier.storage.tables import Cell, csv_chunks, xlsx_chunks

_WIDTHS = (12, 16, 12, 16, 32, 12, 32, 32, 14, 14, 10)


def headings() -> list[str]:
    """Name the columns in the reader's language."""
    return [
        _("Date"),
        _("Document"),
        _("Due date"),
        _("Customer number"),
        _("Customer"),
        _("Account"),
        _("Account name"),
        _("Label"),
        _("Debit"),
        _("Credit"),
        _("Currency"),
    ]


def to_csv(found: Iterable[Entry], *, names: Mapping[str, str]) -> Iterator[bytes]:
    """Return the file in pieces, so that a journal of any length can be streamed.

    `names` maps accounts to what they are called. The heads are translated now, whenever the pieces are read.
    """
    return csv_chunks(headings(), _rows(found, names))


def to_xlsx(found: Iterable[Entry], *, names: Mapping[str, str]) -> Iterator[bytes]:
    """Return a workbook in pieces, with dates as dates and amounts as numbers; otherwise like `to_csv`."""
    return xlsx_chunks(_("Journal"), headings(), _rows(found, names), widths=_WIDTHS)


def _rows(found: Iterable[Entry], names: Mapping[str, str]) -> Iterator[list[Cell]]:
    for entry in found:
        yield [
            entry.issue_date,
            entry.number,
            entry.due_date,
            entry.customer_number,
            entry.customer,
            entry.account,
            names.get(entry.account, ""),
            entry.label,
            Money(entry.debit_minor, entry.currency) if entry.debit_minor else None,
            Money(entry.credit_minor, entry.currency) if entry.credit_minor else None,
            entry.currency,
        ]
