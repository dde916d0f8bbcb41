"""Thousands of rows of the active organisation in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from facturier.organisations.tenancy import TenantModel, active
from facturier.storage import bulk
from facturier.storage.bulk import Row, take_ids, update_many

__all__ = ["insert_many", "take_ids", "update_many"]


def insert_many(model: type[TenantModel], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of the active organisation; `columns` and `rows` leave `organisation_id` out.

    Raises NoOrganisation outside of any scope.
    """
    organisation_id = active()
    bulk.insert_many(model, ["organisation_id", *columns], [(organisation_id, *row) for row in rows])
