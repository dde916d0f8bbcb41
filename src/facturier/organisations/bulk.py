"""Set-based writes that Django's ORM has no statement for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update_many(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write different values into many rows: each of `rows` is (primary key, value, value…).

    One statement on PostgreSQL, one prepared statement on SQLite. Does not check how many rows there were.
    """
    if not rows:
        return
    meta = model._meta
    columns = [meta.get_field(name) for name in fields]
    table = connection.ops.quote_name(meta.db_table)
    prepared = [
        (
            row[0],
            *(f.get_db_prep_save(v, connection) for f, v in zip(columns, row[1:], strict=True)),
        )
        for row in rows
    ]
    names = [connection.ops.quote_name(field.column) for field in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = ["bigint", *(field.db_type(connection) for field in columns)]
            arrays = ", ".join(f"%s::{kind}[]" for kind in types)
            sets = ", ".join(f"{name} = v.c{k}" for k, name in enumerate(names))
            aliases = ", ".join(["id", *(f"c{k}" for k in range(len(names)))])
            cursor.execute(
                f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v({aliases}) WHERE t.id = v.id",
                [list(column) for column in zip(*prepared, strict=True)],
            )
        else:
            sets = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE id = %s",
                [(*values, pk) for pk, *values in prepared],
            )
