"""Set-based writes for thousands of rows, which Django's ORM does value by value.

A billing run writes nine rows per invoice; `bulk_create` spends most of its time on each value's field. These
functions convert by column, and only where the database needs it. They run in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection, models, transaction

Row = Sequence[Any]
_NEEDS_CONVERSION = (models.DecimalField, models.DateField, models.JSONField)


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Return primary keys for new rows, so that rows that point to them can be built at once."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("Keys are taken inside a transaction.")
        # SQLite has one writer, and this transaction holds the lock: nobody else takes these.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return range(first, first + count)


def insert_many(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows: each of `rows` has a value per column ("customer_id"), in their order.

    Columns that are not named must have a database default or be null. One statement on PostgreSQL, one
    prepared statement on SQLite.
    """
    if not rows:
        return
    whole = _converted(model, columns, rows)
    table = connection.ops.quote_name(model._meta.db_table)
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _execute_by_column(
                f"INSERT INTO {table} ({quoted}) SELECT * FROM unnest({_arrays(model, columns)})", whole
            )
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", whole)


def update_many(model: type[models.Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write different values into many rows: each of `rows` is (primary key, value, value…).

    Names are those of columns. One statement on PostgreSQL, one prepared statement on SQLite. Does not check
    how many rows there were.
    """
    if not rows:
        return
    whole = _converted(model, ["id", *names], rows)
    table = connection.ops.quote_name(model._meta.db_table)
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{name} = v.c{k}" for k, name in enumerate(quoted))
            aliases = ", ".join(["id", *(f"c{k}" for k in range(len(names)))])
            _execute_by_column(
                f"UPDATE {table} AS t SET {sets} "
                f"FROM unnest({_arrays(model, ['id', *names])}) AS v({aliases}) WHERE t.id = v.id",
                whole,
            )
        else:
            sets = ", ".join(f"{name} = %s" for name in quoted)
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE id = %s", [(*values, pk) for pk, *values in whole]
            )


def _execute_by_column(statement: str, rows: Sequence[Row]) -> None:
    """Hand each column to PostgreSQL as one binary array; Django's cursor would quote value by value."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _arrays(model: type[models.Model], columns: Sequence[str]) -> str:
    """Name the array type of each column: an explicit type keeps PostgreSQL from guessing."""
    return ", ".join(f"%b::{_field(model, column).rel_db_type(connection)}[]" for column in columns)


def _field(model: type[models.Model], column: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _converted(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Row]:
    """Bring values into the database's form, a column at a time; psycopg needs that for JSON only."""
    converters: list[Callable[[Any], Any] | None] = []
    for column in columns:
        field = _field(model, column)
        adapted = models.JSONField if connection.vendor == "postgresql" else _NEEDS_CONVERSION
        converters.append(_prepare(field) if isinstance(field, adapted) else None)
    if not any(converters):
        return rows
    by_column = [
        values if convert is None else [convert(value) for value in values]
        for convert, values in zip(converters, zip(*rows, strict=True), strict=True)
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
