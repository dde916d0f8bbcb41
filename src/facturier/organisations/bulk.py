"""Any number of rows of the active organisation in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from facturier.organisations.tenancy import TenantModel, active
from facturier.storage import bulk
from facturier.storage.bulk import Row, take_ids, update_many

__all__ = ["insert_many", "read_many", "take_ids", "update_many"]


def read_many(
    model: type[TenantModel],
    columns: Sequence[str],
    *,
    by: str = "id",
    keys: Collection[int] | None = None,
    order: Sequence[str] = (),
) -> list[Row]:
    """Read columns of the active organisation's rows, all of them or those that have one of `keys` in `by`.

    Raises NoOrganisation outside of any scope.
    """
    own = {"organisation_id": active()}
    return bulk.read_many(model, columns, where=own, by=by, keys=keys, order=order)


def insert_many(model: type[TenantModel], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of the active organisation; `columns` and `rows` leave `organisation_id` out.

    Raises NoOrganisation outside of any scope.
    """
    organisation_id = active()
    bulk.insert_many(model, ["organisation_id", *columns], [(organisation_id, *row) for row in rows])
