"""The pieces that guards are written with, for both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def refusing(key: str) -> str:
    """Return the body of a trigger of SQLite that refuses."""
    return f"BEGIN SELECT RAISE(ABORT, 'facturier:{key}'); END"


def row_of(alias: str, columns: Sequence[str]) -> str:
    """Write columns of a row as a value, to be compared with another."""
    return "(" + ", ".join(f'{alias}."{column}"' for column in columns) + ")"


def postgresql_trigger(
    table: str, name: str, when: str, key: str, *, row: str = "FOR EACH STATEMENT"
) -> tuple[str, str]:
    """Return a table and the statement of a trigger of it on PostgreSQL that refuses."""
    return table, (
        f"CREATE OR REPLACE TRIGGER {table}_{name} {when} ON {table} {row} EXECUTE FUNCTION facturier_{key}()"
    )


def checked_rows(table: str, event: str, name: str, check: str, key: str) -> Iterator[tuple[str, str]]:
    """A trigger that looks at all rows of a statement at once: one look for 10,000 lines."""
    transition = {
        "insert": "REFERENCING NEW TABLE AS new_rows",
        "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "REFERENCING OLD TABLE AS old_rows",
    }[event]
    function = f"facturier_{table}_{name}_{event}"
    yield (
        table,
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {check} THEN RAISE EXCEPTION 'facturier:{key}'; END IF; RETURN NULL; END $$",
    )
    yield (
        table,
        f"CREATE OR REPLACE TRIGGER {table}_{name}_{event} AFTER {event.upper()} ON {table} "
        f"{transition} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )
