"""Reads and writes of whole sets of rows, which Django's ORM does value by value.

A billing run writes nine rows per invoice; `bulk_create` spends most of its time on each value's field. These
functions convert by column, and only where the database needs it. Their statements do not depend on how many
rows there are, so that each is written once, and prepared once by the database: of finalising one document
the ORM would spend two thirds on composing the same statements again. They run in the caller's transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from psycopg.types.numeric import Int8

Row = Sequence[Any]
_NEEDS_CONVERSION = (models.DecimalField, models.DateField, models.JSONField)


def execute(statement: str, values: Sequence[Any]) -> list[Row]:
    """Execute a statement that is always the same text, and return the rows that it gives.

    It goes to the driver itself: Django's cursors look through the text again each time.
    """
    db = connections[DEFAULT_DB_ALIAS]
    db.ensure_connection()
    with db.wrap_database_errors:
        if db.vendor == "postgresql":
            cursor = psycopg.Cursor(db.connection)
            cursor.execute(statement, _as_typed(values), prepare=True)
            return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []
        db.validate_no_broken_transaction()
        found: list[Row] = db.connection.execute(_sqlite_text(statement), values).fetchall()
        return found


def _as_typed(values: Sequence[Any]) -> list[Any]:
    """Give whole numbers one type, whatever their size: a statement is prepared once per set of types."""
    return [Int8(value) if type(value) is int else value for value in values]


@lru_cache(maxsize=1024)
def _sqlite_text(statement: str) -> str:
    return statement.replace("%s", "?")


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Return primary keys for new rows, so that rows that point to them can be built at once."""
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        next_ids = (
            "SELECT nextval(keys.name) FROM generate_series(1, %s::bigint), "
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS keys"
        )
        return [row[0] for row in execute(next_ids, [count, table])]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Keys are taken inside a transaction.")
    # SQLite has one writer, and this transaction holds the lock: nobody else takes these.
    last = execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    first = (last[0][0] if last else 0) + 1
    return range(first, first + count)


def read_many(
    model: type[models.Model],
    columns: Sequence[str],
    *,
    where: Mapping[str, Any],
    by: str = "id",
    keys: Collection[int] | None = None,
    order: Sequence[str] = (),
    lock: bool = False,
) -> list[Row]:
    """Read the values of `columns` of the rows that have the values of `where`, and one of `keys` in `by`.

    With `lock`, no other transaction may change these rows until this one ends.
    """
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    if keys is not None and len(keys) == 1:  # the database plans for one key once, for a list each time
        where = {**where, by: next(iter(keys))}
        keys = None
    filters = (*where, "" if keys is None else by)
    statement = _selection(model, tuple(columns), filters, tuple(order), lock, vendor)
    values = list(where.values())
    if keys is not None:
        values.append(list(keys) if vendor == "postgresql" else json.dumps(list(keys)))
    rows = execute(statement, values)
    readers = _readers(model, tuple(columns), vendor)
    if not readers or not rows:
        return rows
    by_column = list(zip(*rows, strict=True))
    for place, read in readers:
        by_column[place] = tuple(map(read, by_column[place]))
    return list(zip(*by_column, strict=True))


def read_one[M: models.Model](model: type[M], *, where: Mapping[str, Any], lock: bool = False) -> M:
    """Read one row whole. Raises DoesNotExist."""
    columns = [field.column for field in model._meta.concrete_fields]
    rows = read_many(model, columns, where=where, lock=lock)
    if not rows:
        raise model.DoesNotExist(f"{model._meta.object_name} matching query does not exist.")  # type: ignore[attr-defined]
    (row,) = rows
    return model.from_db(connection.alias, [field.attname for field in model._meta.concrete_fields], row)


def insert_many(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows: each of `rows` has a value per column ("customer_id"), in their order.

    Columns that are not named must have a database default or be null. One statement on PostgreSQL, one
    prepared statement on SQLite.
    """
    if not rows:
        return
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    whole = _converted(model, tuple(columns), rows, vendor)
    if len(rows) == 1:
        execute(_insertion(model, tuple(columns), "one"), whole[0])
    else:
        _execute_for_all(_insertion(model, tuple(columns), vendor), whole)


def update_many(model: type[models.Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write different values into many rows: each of `rows` is (primary key, value, value…).

    Names are those of columns. One statement on PostgreSQL, one prepared statement on SQLite. Does not check
    how many rows there were.
    """
    if not rows:
        return
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    whole = _converted(model, ("id", *names), rows, vendor)
    if vendor == "sqlite" or len(rows) == 1:
        whole = [(*values, pk) for pk, *values in whole]
    if len(rows) == 1:
        execute(_updating(model, tuple(names), "one"), whole[0])
    else:
        _execute_for_all(_updating(model, tuple(names), vendor), whole)


def _execute_for_all(statement: str, rows: Sequence[Row]) -> None:
    """Execute once: on PostgreSQL each column is one binary array; Django would quote value by value."""
    db = connections[DEFAULT_DB_ALIAS]
    if db.vendor == "postgresql":
        execute(statement, [_as_typed(column) for column in zip(*rows, strict=True)])
        return
    db.ensure_connection()
    db.validate_no_broken_transaction()
    with db.wrap_database_errors:
        db.connection.executemany(_sqlite_text(statement), rows)


@lru_cache(maxsize=256)
def _selection(
    model: type[models.Model],
    columns: tuple[str, ...],
    filters: tuple[str, ...],
    order: tuple[str, ...],
    lock: bool,
    vendor: str,
) -> str:
    *fixed, by = filters
    conditions = [f"{_quoted(column)} = %s" for column in fixed]
    if by:
        among = " = ANY(%b::bigint[])" if vendor == "postgresql" else " IN (SELECT value FROM json_each(%s))"
        conditions.append(_quoted(by) + among)
    return (
        f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(model._meta.db_table)} "
        f"WHERE {' AND '.join(conditions)}"
        + (f" ORDER BY {', '.join(map(_quoted, order))}" if order else "")
        + (" FOR UPDATE" if lock and vendor == "postgresql" else "")
    )


@lru_cache(maxsize=256)
def _insertion(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> str:
    into = f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(map(_quoted, columns))})"
    if vendor == "postgresql":
        return f"{into} SELECT * FROM unnest({_arrays(model, columns)})"
    return f"{into} VALUES ({', '.join(['%s'] * len(columns))})"


@lru_cache(maxsize=256)
def _updating(model: type[models.Model], names: tuple[str, ...], vendor: str) -> str:
    table = _quoted(model._meta.db_table)
    if vendor == "postgresql":
        sets = ", ".join(f"{_quoted(name)} = v.c{k}" for k, name in enumerate(names))
        aliases = ", ".join(["id", *(f"c{k}" for k in range(len(names)))])
        return (
            f"UPDATE {table} AS t SET {sets} "
            f"FROM unnest({_arrays(model, ('id', *names))}) AS v({aliases}) WHERE t.id = v.id"
        )
    sets = ", ".join(f"{_quoted(name)} = %s" for name in names)
    return f"UPDATE {table} SET {sets} WHERE id = %s"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _arrays(model: type[models.Model], columns: Sequence[str]) -> str:
    """Name the array type of each column: an explicit type keeps PostgreSQL from guessing.

    Without the length, because an explicit cast cuts what is too long where an insert refuses it.
    """
    types = (_field(model, column).rel_db_type(connection) for column in columns)
    return ", ".join(f"%b::{re.sub(r'^varchar.*', 'varchar', kind)}[]" for kind in types)


def _field(model: type[models.Model], column: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.column == column)


@lru_cache(maxsize=256)
def _readers(
    model: type[models.Model], columns: tuple[str, ...], vendor: str
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return what brings the database's values into Python's form, for the columns that need it."""
    readers = []
    for place, column in enumerate(columns):
        col = _field(model, column).get_col(model._meta.db_table)
        steps = [*connection.ops.get_db_converters(col), *col.get_db_converters(connection)]
        if steps:
            readers.append((place, _reader(col, steps)))
    return readers


def _reader(col: Any, steps: Sequence[Callable[..., Any]]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        for step in steps:
            value = step(value, col, connection)
        return value

    return read


@lru_cache(maxsize=256)
def _writers(
    model: type[models.Model], columns: tuple[str, ...], vendor: str
) -> list[Callable[[], Callable[[Any], Any]] | None]:
    """Return, for the columns that need it, what makes a converter into the database's form.

    psycopg needs that for JSON only.
    """
    adapted = models.JSONField if vendor == "postgresql" else _NEEDS_CONVERSION
    found = [_field(model, column) for column in columns]
    return [partial(_prepare, field) if isinstance(field, adapted) else None for field in found]


def _converted(
    model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Row], vendor: str
) -> Sequence[Row]:
    """Bring values into the database's form, a column at a time."""
    writers = _writers(model, columns, vendor)
    if not any(writers):
        return rows
    by_column = [
        values if make is None else map(make(), values)
        for make, values in zip(writers, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*by_column, strict=True))


def _prepare(field: Any) -> Callable[[Any], Any]:
    known: dict[Any, Any] = {}

    def convert(value: Any) -> Any:
        """Convert a value once: the rows of a run share most of their dates and rates."""
        try:
            return known[value]
        except KeyError:
            known[value] = converted = field.get_db_prep_save(value, connection)
            return converted
        except TypeError:  # a value that cannot be hashed, such as a JSON object
            return field.get_db_prep_save(value, connection)

    return convert
