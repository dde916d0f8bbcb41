"""Hand the journal over, and note that it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from facturier.accounting import queries
from facturier.accounting.entries import Entry
from facturier.audit import operations as audit
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation


@operation("accounting.export")
def export_journal(
    organisation: Organisation, *, actor: Actor, since: date, until: date, format: str
) -> Iterator[Entry]:
    """Return the entries of a period, to be written as a file of `format`, and record who took which period.

    The entries are read when they are written, in the caller's scope. Raises what `queries.journal` raises.
    """
    found = queries.journal(since=since, until=until)
    audit.record(
        "organisation.journal_exported",
        organisation,
        since=since.isoformat(),
        until=until.isoformat(),
        format=format,
    )
    return found
