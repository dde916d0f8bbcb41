"""One organisation at a time: no query runs without saying whose rows it may see.

`scope(organisation_id)` names the active organisation. Scoped managers filter by it and raise NoOrganisation
without it. On PostgreSQL row level security repeats this in the database, by a setting that ends with the
transaction; therefore a scope there holds a transaction open (and must stay short), while on SQLite readers
hold none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Self

from django.db import connection, models, transaction
from psycopg.pq import TransactionStatus

from facturier.storage.bulk import execute, read_one

_active: ContextVar[int | None] = ContextVar("active_organisation", default=None)


class NoOrganisation(RuntimeError):
    """A query for an organisation's rows ran outside of any scope: a bug."""


def active() -> int:
    """Return the id of the active organisation. Raises NoOrganisation outside of any scope."""
    organisation_id = _active.get()
    if organisation_id is None:
        raise NoOrganisation("No organisation is active: open a scope first.")
    return organisation_id


@contextmanager
def scope(organisation_id: int, *, writing: bool = False) -> Iterator[None]:
    """Make an organisation the active one for everything inside; `writing` does it in a transaction."""
    before = _active.get()
    within = connection.in_atomic_block
    if before == organisation_id and not writing and (within or not _is_postgresql()):
        yield
        return
    with ExitStack() as stack:
        if writing or (_is_postgresql() and not within):
            stack.enter_context(transaction.atomic())
        if _is_postgresql() and not (within and before == organisation_id):
            _tell_database(organisation_id)
            if within:  # else the setting ends with the transaction that was opened here
                stack.callback(_restore_database, before)
        token = _active.set(organisation_id)
        stack.callback(_active.reset, token)
        yield


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _tell_database(organisation_id: int | None) -> None:
    told = "" if organisation_id is None else str(organisation_id)
    execute("SELECT set_config('facturier.organisation', %s, true)", [told])


def _restore_database(before: int | None) -> None:
    """Put the setting back; in a transaction that failed the coming rollback does it."""
    if connection.connection is None or connection.needs_rollback:
        return
    if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
        _tell_database(before)


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of one organisation."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        organisation_id = active()
        objs = list(objs)
        for one in objs:
            if one.organisation_id != organisation_id:
                raise NoOrganisation("A row of another organisation was about to be created.")
        return super().bulk_create(objs, *args, **kwargs)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Sees the active organisation's rows, and raises NoOrganisation when none is active."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(organisation_id=active())


class TenantModel(models.Model):
    """A row that belongs to one organisation; structure tests ask every such table to inherit this."""

    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", editable=False
    )

    objects = TenantManager()

    class Meta:
        abstract = True

    @classmethod
    def lock(cls, pk: int) -> Self:
        """Read one row of the active organisation for writing. Raises DoesNotExist."""
        return read_one(cls, where={"id": pk, "organisation_id": active()}, lock=True)
