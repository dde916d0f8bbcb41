"""Closed books: the day up to which what was paid stands in a balance that was handed in."""

from __future__ import annotations

from datetime import date

from django.db import connection

from facturier.organisations.models import Organisation
from facturier.storage.bulk import execute


def closed_until(organisation_id: int) -> date | None:
    """Return the last day whose books are closed, and keep it so until this transaction ends.

    Who closes the books waits for those who write into them, and they for who closes (`FOR SHARE`); SQLite
    has one writer.
    """
    if connection.vendor == "postgresql":
        share = "SELECT books_closed_until FROM organisations_organisation WHERE id = %s FOR SHARE"
        found: date | None = execute(share, [organisation_id])[0][0]
        return found
    rows = Organisation.objects.filter(pk=organisation_id).values_list("books_closed_until", flat=True)
    return rows.get()
