"""Refuse to start where a committed invoice could be lost."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections


def database_is_durable(*, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Report a PostgreSQL server that acknowledges a commit before it is on disk."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            for setting, lossy in (("fsync", "off"), ("synchronous_commit", "off")):
                cursor.execute("SELECT current_setting(%s)", [setting])
                if cursor.fetchone()[0] == lossy:
                    found.append(
                        Error(
                            f"PostgreSQL runs with {setting} = off: a crash could lose invoices.",
                            hint=f"Set {setting} = on in postgresql.conf and restart the server.",
                            id="facturier.E010",
                        )
                    )
    return found
