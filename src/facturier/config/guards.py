"""What the database itself refuses, whoever asks: written as triggers, policies and grants.

Applied after every migration (config/apps.py), because SQLite drops a table's triggers whenever a migration
remakes it. Everything here can be applied again and again. The words behind the keys ("facturier:…") stand
in organisations/access.py.

- issued documents, their lines and adjustments: frozen but for `MUTABLE_ONCE_ISSUED`;
- canonical documents, stored PDFs, logos and audit events: inserted once, never changed or deleted;
- counters and audit chains only grow;
- payments and what they settle: payment_guards.py;
- claimed work: not changed, not deleted; a claimed ticket may only be closed;
- a row never names a row of another organisation;
- on PostgreSQL, row level security per organisation, for the owner too, and no TRUNCATE for anyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from facturier.config import payment_guards
from facturier.config.triggers import checked_rows, postgresql_trigger, refusing, row_of
from facturier.invoices.models import MUTABLE_ONCE_ISSUED, Invoice
from facturier.organisations.tenancy import TenantModel

KEPT = {
    "invoices_issueddocument": ("kept_frozen", (("id",), ("invoice_id",))),
    "delivery_storedpdf": ("kept_frozen", (("id",), ("invoice_id",))),
    "organisations_logo": ("kept_frozen", (("id",), ("organisation_id", "sha256"))),
    "audit_event": ("append_only", (("id",), ("organisation_id", "sequence"))),
}
PARTS_OF_INVOICE = ("invoices_invoiceline", "invoices_invoiceadjustment", "invoices_creditedline")
GROWING = {
    "invoices_counter": (
        "kept_frozen",
        "last_number",
        ("id", "organisation_id", "series_id", "run"),
    ),
    "audit_chain": ("append_only", "sequence", ("organisation_id",)),
}
CLAIMED = {"work_timeentry": "time_entry_id", "work_expense": "expense_id"}
FROZEN_TICKET = (
    "id",
    "organisation_id",
    "customer_id",
    "contract_id",
    "number",
    "title",
    "opened_on",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key between two tables that both belong to organisations."""

    column: str
    parent: str


def tenant_tables() -> dict[str, list[Link]]:
    """Map each table of an organisation's rows to its links to other such tables."""
    tables: dict[str, list[Link]] = {}
    for model in apps.get_models():
        if not issubclass(model, TenantModel):
            continue
        tables[model._meta.db_table] = [
            Link(field.column, field.related_model._meta.db_table)
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and issubclass(field.related_model, models.Model)
            and (
                issubclass(field.related_model, TenantModel)
                or field.related_model._meta.label == "organisations.Membership"
            )
        ]
    return tables


def frozen_columns() -> list[str]:
    """Columns of the document table that never change once it is issued."""
    return [field.column for field in Invoice._meta.concrete_fields if field.name not in MUTABLE_ONCE_ISSUED]


def lift(connection: BaseDatabaseWrapper, *, backwards: bool) -> None:
    """Take triggers off before a migration that they stand in the way of; `apply` puts them back after it.

    On SQLite a migration remakes a table under its name, which is refused while a trigger names the one it
    replaces. On PostgreSQL going forward never touches a column that a trigger names, so that documents stay
    guarded while others work; going back drops such columns, and those
    that policies name. A database that was left between the two is not
    served: its migrations are not complete.
    """
    if connection.vendor != "sqlite" and not backwards:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        else:
            cursor.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal "
                "AND tgrelid IN (SELECT oid FROM pg_class "
                "WHERE relnamespace = current_schema()::regnamespace)"
            )
            for name, table in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)} ON {table}")
            cursor.execute(
                "SELECT policyname, tablename FROM pg_policies WHERE schemaname = current_schema()"
            )
            for name, table in cursor.fetchall():
                # Without its policy a table shows the application nothing until `apply` has run.
                cursor.execute(f"DROP POLICY {connection.ops.quote_name(name)} ON {table}")
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def apply(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, for the tables that exist."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, table, body in sqlite_triggers():
                if table in existing:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(f"CREATE TRIGGER {name} {body}")
        else:
            for table, statement in postgresql_guards():
                if table in existing:
                    cursor.execute(statement)
            _secure_rows(cursor, existing)
            _grant(cursor, connection.settings_dict["USER"])


# --- SQLite ------------------------------------------------------------------------------------


def sqlite_triggers() -> Iterator[tuple[str, str, str]]:
    """Yield name, table and body of every trigger on SQLite."""
    yield from _sqlite_invoice()
    for table in PARTS_OF_INVOICE:
        issued = "(SELECT number FROM invoices_invoice WHERE id = {row}.invoice_id) IS NOT NULL"
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            when = " OR ".join(issued.format(row=row) for row in rows)
            body = f"BEFORE {event} ON {table} WHEN {when} {refusing('issued_frozen')}"
            yield f"{table}_frozen_{event.lower()}", table, body
        yield _sqlite_no_replace(table, (("id",),), issued.format(row="kept"), "issued_frozen")
    for table, (key, keys) in KEPT.items():
        for event in ("UPDATE", "DELETE"):
            yield f"{table}_kept_{event.lower()}", table, f"BEFORE {event} ON {table} {refusing(key)}"
        yield _sqlite_no_replace(table, keys, "1", key)
    for table, (key, column, fixed) in GROWING.items():
        shrinks = f"NEW.{column} < OLD.{column} OR {row_of('NEW', fixed)} IS NOT {row_of('OLD', fixed)}"
        yield f"{table}_grows", table, f"BEFORE UPDATE ON {table} WHEN {shrinks} {refusing(key)}"
        yield f"{table}_stays", table, f"BEFORE DELETE ON {table} {refusing(key)}"
    yield from _sqlite_claims()
    yield from payment_guards.sqlite()
    for table, links in tenant_tables().items():
        for link in links:
            body = (
                f"ON {table} WHEN NEW.{link.column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
                f"{link.parent} parent WHERE parent.id = NEW.{link.column} "
                f"AND parent.organisation_id = NEW.organisation_id) {refusing('other_tenant')}"
            )
            name = f"{table}_{link.column}_tenant"
            yield f"{name}_insert", table, f"BEFORE INSERT {body}"
            columns = f"{link.column}, organisation_id"
            yield f"{name}_update", table, f"BEFORE UPDATE OF {columns} {body}"


def _sqlite_invoice() -> Iterator[tuple[str, str, str]]:
    table = "invoices_invoice"
    refuse = refusing("issued_frozen")
    changed = f"{row_of('NEW', frozen_columns())} IS NOT {row_of('OLD', frozen_columns())}"
    yield (
        f"{table}_frozen_update",
        table,
        f"BEFORE UPDATE ON {table} WHEN OLD.number IS NOT NULL AND {changed} {refuse}",
    )
    yield (
        f"{table}_frozen_delete",
        table,
        f"BEFORE DELETE ON {table} WHEN OLD.number IS NOT NULL {refuse}",
    )
    yield _sqlite_no_replace(
        table,
        (("id",), ("organisation_id", "number"), ("organisation_id", "reference")),
        "kept.number IS NOT NULL",
        "issued_frozen",
    )
    # UPDATE OR REPLACE of a draft could push an issued document aside.
    clash = (
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM invoices_invoice kept WHERE kept.id <> OLD.id "
        "AND kept.number IS NOT NULL AND kept.organisation_id = NEW.organisation_id "
        "AND (kept.number = NEW.number OR kept.reference = NEW.reference))"
    )
    yield (
        f"{table}_no_replace_update",
        table,
        f"BEFORE UPDATE OF id, number, reference ON {table} WHEN {clash} {refuse}",
    )


def _sqlite_no_replace(
    table: str, keys: tuple[tuple[str, ...], ...], frozen: str, key: str
) -> tuple[str, str, str]:
    """REPLACE skips DELETE triggers unless recursive_triggers is on, so it is refused by itself."""
    clashes = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} kept WHERE {same} AND {frozen})"
        for same in (" AND ".join(f"kept.{column} = NEW.{column}" for column in one) for one in keys)
    )
    return f"{table}_no_replace", table, f"BEFORE INSERT ON {table} WHEN {clashes} {refusing(key)}"


def _sqlite_claims() -> Iterator[tuple[str, str, str]]:
    refuse = refusing("work_claimed")
    for table, column in CLAIMED.items():
        claimed = f"EXISTS (SELECT 1 FROM batches_billedwork claim WHERE claim.{column} = OLD.id)"
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_claimed_{event.lower()}"
            yield name, table, f"BEFORE {event} ON {table} WHEN {claimed} {refuse}"
    claimed = "EXISTS (SELECT 1 FROM batches_billedwork claim WHERE claim.ticket_id = OLD.id)"
    changed = f"{row_of('NEW', FROZEN_TICKET)} IS NOT {row_of('OLD', FROZEN_TICKET)}"
    reopened = "NEW.status NOT IN (OLD.status, 'closed')"
    yield (
        "work_ticket_claimed_update",
        "work_ticket",
        f"BEFORE UPDATE ON work_ticket WHEN ({changed} OR {reopened}) AND {claimed} {refuse}",
    )


# --- PostgreSQL --------------------------------------------------------------------------------


def postgresql_guards() -> Iterator[tuple[str, str]]:
    """Yield table and statement of every trigger on PostgreSQL."""
    keys = {"issued_frozen", "kept_frozen", "append_only", "work_claimed", "payment_fixed"}
    for key in sorted(keys):
        yield (
            "audit_event",
            f"CREATE OR REPLACE FUNCTION facturier_{key}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'facturier:{key}'; END $$",
        )
    yield from _postgresql_invoice()
    for table in PARTS_OF_INVOICE:
        for event in ("insert", "update", "delete"):
            yield from _postgresql_parts(table, event)
        yield postgresql_trigger(table, "truncate", "BEFORE TRUNCATE", "issued_frozen")
    for table, (key, _keys) in KEPT.items():
        for event in ("update", "delete"):
            yield postgresql_trigger(table, event, f"BEFORE {event.upper()}", key, row="FOR EACH ROW")
        yield postgresql_trigger(table, "truncate", "BEFORE TRUNCATE", key)
    for table, (key, column, fixed) in GROWING.items():
        shrinks = (
            f"NEW.{column} < OLD.{column} OR {row_of('NEW', fixed)} IS DISTINCT FROM {row_of('OLD', fixed)}"
        )
        yield postgresql_trigger(table, "grows", "BEFORE UPDATE", key, row=f"FOR EACH ROW WHEN ({shrinks})")
        yield postgresql_trigger(table, "stays", "BEFORE DELETE", key, row="FOR EACH ROW")
        yield postgresql_trigger(table, "truncate", "BEFORE TRUNCATE", key)
    yield from _postgresql_claims()
    yield from payment_guards.postgresql()
    for table, links in tenant_tables().items():
        if links:
            yield from _postgresql_tenant(table, links)


def _postgresql_invoice() -> Iterator[tuple[str, str]]:
    table = "invoices_invoice"
    changed = f"{row_of('NEW', frozen_columns())} IS DISTINCT FROM {row_of('OLD', frozen_columns())}"
    yield postgresql_trigger(
        table,
        "frozen_update",
        "BEFORE UPDATE",
        "issued_frozen",
        row=f"FOR EACH ROW WHEN (OLD.number IS NOT NULL AND {changed})",
    )
    yield postgresql_trigger(
        table,
        "frozen_delete",
        "BEFORE DELETE",
        "issued_frozen",
        row="FOR EACH ROW WHEN (OLD.number IS NOT NULL)",
    )
    yield postgresql_trigger(table, "frozen_truncate", "BEFORE TRUNCATE", "issued_frozen")


def _postgresql_parts(table: str, event: str) -> Iterator[tuple[str, str]]:
    sources = {"insert": ["new_rows"], "update": ["old_rows", "new_rows"], "delete": ["old_rows"]}
    check = " OR ".join(
        f"EXISTS (SELECT 1 FROM {rows} r JOIN invoices_invoice i ON i.id = r.invoice_id "
        "WHERE i.number IS NOT NULL)"
        for rows in sources[event]
    )
    return checked_rows(table, event, "frozen", check, "issued_frozen")


def _postgresql_claims() -> Iterator[tuple[str, str]]:
    for table, column in CLAIMED.items():
        for event in ("update", "delete"):
            check = (
                f"EXISTS (SELECT 1 FROM old_rows r JOIN batches_billedwork claim ON claim.{column} = r.id)"
            )
            yield from checked_rows(table, event, "claimed", check, "work_claimed")
    changed = f"{row_of('n', FROZEN_TICKET)} IS DISTINCT FROM {row_of('o', FROZEN_TICKET)}"
    check = (
        "EXISTS (SELECT 1 FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id "
        "JOIN batches_billedwork claim ON claim.ticket_id = o.id "
        f"WHERE {changed} OR n.status NOT IN (o.status, 'closed'))"
    )
    yield from checked_rows("work_ticket", "update", "claimed", check, "work_claimed")


def _postgresql_tenant(table: str, links: list[Link]) -> Iterator[tuple[str, str]]:
    """New rows are looked at together, changed ones only where a link or their organisation changed."""
    check = " OR ".join(
        f"EXISTS (SELECT 1 FROM new_rows r LEFT JOIN {link.parent} parent "
        f"ON parent.id = r.{link.column} AND parent.organisation_id = r.organisation_id "
        f"WHERE r.{link.column} IS NOT NULL AND parent.id IS NULL)"
        for link in links
    )
    yield from checked_rows(table, "insert", "tenant", check, "other_tenant")
    strange = " OR ".join(
        f"(NEW.{link.column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {link.parent} parent "
        f"WHERE parent.id = NEW.{link.column} AND parent.organisation_id = NEW.organisation_id))"
        for link in links
    )
    function, columns = f"facturier_{table}_tenant_moved", ["organisation_id", *(one.column for one in links)]
    yield (
        table,
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {strange} THEN RAISE EXCEPTION 'facturier:other_tenant'; END IF; RETURN NULL; END $$",
    )
    yield (
        table,
        f"CREATE OR REPLACE TRIGGER {table}_tenant_update AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({row_of('NEW', columns)} IS DISTINCT FROM {row_of('OLD', columns)}) "
        f"EXECUTE FUNCTION {function}()",
    )


def _secure_rows(cursor: CursorWrapper, existing: set[str]) -> None:
    """Show each organisation its own rows only. Locks a table only when something changes."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity "
        "AND relnamespace = current_schema()::regnamespace"
    )
    secured = {row[0] for row in cursor.fetchall()}
    own = "organisation_id = nullif(current_setting('facturier.organisation', true), '')::bigint"
    tables = [*tenant_tables(), "audit_event", "audit_chain"]
    for table in tables:
        if table in existing and table not in secured:
            cursor.execute(f"CREATE POLICY organisation ON {table} USING ({own}) WITH CHECK ({own})")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _grant(cursor: CursorWrapper, owner: str) -> None:
    """Let the application's role read and write rows, and nothing more."""
    role = settings.APPLICATION_ROLE
    if not role or role == owner:
        return
    quoted = '"' + role.replace('"', '""') + '"'
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
