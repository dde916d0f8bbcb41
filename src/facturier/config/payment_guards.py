"""What the database refuses of payments, and what it keeps of them by itself.

- a payment's `used_minor` is what its allocations come to: triggers add and subtract, and the constraint
  on the column refuses more than the amount, whoever is quicker;
- payments and allocations are not changed, but deleted and written anew;
- an allocation joins what belongs to one customer and one currency, and only what can settle what;
- nothing is written into closed books, and nothing deleted from them.
"""

from __future__ import annotations

from collections.abc import Iterator

from facturier.config.triggers import checked_rows, postgresql_trigger, refusing, row_of
from facturier.payments.models import Payment

PAYMENT, ALLOCATION = Payment._meta.db_table, "payments_allocation"
FIXED = [field.column for field in Payment._meta.concrete_fields if field.name != "used_minor"]
# A row `a` of allocations that joins what does not belong together.
MISMATCH = (
    f"EXISTS (SELECT 1 FROM {PAYMENT} p JOIN invoices_invoice i ON i.id = a.invoice_id "
    "WHERE p.id = a.payment_id AND (i.customer_id <> p.customer_id OR i.currency <> p.currency "
    "OR i.number IS NULL OR i.kind = 'pro_forma' OR (p.direction = 'received' AND i.kind <> 'invoice'))) "
    "OR EXISTS (SELECT 1 FROM invoices_invoice c JOIN invoices_invoice i ON i.id = a.invoice_id "
    "WHERE c.id = a.credit_note_id AND (i.customer_id <> c.customer_id OR i.currency <> c.currency "
    "OR c.number IS NULL OR c.kind <> 'credit_note' OR i.number IS NULL OR i.kind <> 'invoice')) "
    f"OR EXISTS (SELECT 1 FROM {PAYMENT} p JOIN {PAYMENT} o ON o.id = a.credit_of_id "
    "WHERE p.id = a.payment_id AND (o.customer_id <> p.customer_id OR o.currency <> p.currency "
    "OR p.direction <> 'refund' OR o.direction <> 'received'))"
)
_ADDED = {"INSERT": ("NEW", "+"), "DELETE": ("OLD", "-")}


def sqlite() -> Iterator[tuple[str, str, str]]:
    """Yield name, table and body of every trigger on SQLite."""
    changed = f"{row_of('NEW', FIXED)} IS NOT {row_of('OLD', FIXED)}"
    yield (
        f"{PAYMENT}_fixed",
        PAYMENT,
        f"BEFORE UPDATE ON {PAYMENT} WHEN {changed} {refusing('payment_fixed')}",
    )
    yield (
        f"{ALLOCATION}_fixed",
        ALLOCATION,
        f"BEFORE UPDATE ON {ALLOCATION} {refusing('payment_fixed')}",
    )
    mismatch = MISMATCH.replace("a.", "NEW.")
    yield (
        f"{ALLOCATION}_match",
        ALLOCATION,
        f"BEFORE INSERT ON {ALLOCATION} WHEN {mismatch} {refusing('payment_mismatch')}",
    )
    for event, (row, sign) in _ADDED.items():
        closed = (
            f"(SELECT books_closed_until FROM organisations_organisation WHERE id = {row}.organisation_id) "
            f">= {row}.paid_on"
        )
        yield (
            f"{PAYMENT}_books_{event.lower()}",
            PAYMENT,
            f"BEFORE {event} ON {PAYMENT} WHEN {closed} {refusing('books_closed')}",
        )
        yield (
            f"{ALLOCATION}_used_{event.lower()}",
            ALLOCATION,
            f"AFTER {event} ON {ALLOCATION} BEGIN UPDATE {PAYMENT} SET used_minor = used_minor "
            f"{sign} {row}.amount_minor WHERE id IN ({row}.payment_id, {row}.credit_of_id); END",
        )


def postgresql() -> Iterator[tuple[str, str]]:
    """Yield table and statement of every trigger on PostgreSQL."""
    changed = f"{row_of('NEW', FIXED)} IS DISTINCT FROM {row_of('OLD', FIXED)}"
    when = "BEFORE UPDATE"
    yield postgresql_trigger(PAYMENT, "fixed", when, "payment_fixed", row=f"FOR EACH ROW WHEN ({changed})")
    yield postgresql_trigger(ALLOCATION, "fixed", when, "payment_fixed", row="FOR EACH ROW")
    mismatch = f"EXISTS (SELECT 1 FROM new_rows a WHERE {MISMATCH})"
    yield from checked_rows(ALLOCATION, "insert", "match", mismatch, "payment_mismatch")
    for event, (row, sign) in _ADDED.items():
        rows = f"{row.lower()}_rows"
        closed = (
            f"EXISTS (SELECT 1 FROM {rows} r JOIN organisations_organisation o ON o.id = r.organisation_id "
            "WHERE o.books_closed_until >= r.paid_on)"
        )
        yield from checked_rows(PAYMENT, event.lower(), "books", closed, "books_closed")
        yield from _used(event, row, rows, sign)


def _used(event: str, row: str, rows: str, sign: str) -> Iterator[tuple[str, str]]:
    """Keep `used_minor` for all rows of a statement at once, in the order of keys."""
    function = f"facturier_{ALLOCATION}_used_{event.lower()}"
    yield (
        ALLOCATION,
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"UPDATE {PAYMENT} p SET used_minor = p.used_minor {sign} s.minor FROM "
        "(SELECT id, sum(minor)::bigint AS minor FROM ("
        f"SELECT payment_id AS id, amount_minor AS minor FROM {rows} "
        f"UNION ALL SELECT credit_of_id, amount_minor FROM {rows}) both_sides "
        "WHERE id IS NOT NULL GROUP BY id ORDER BY id) s WHERE p.id = s.id; RETURN NULL; END $$",
    )
    yield (
        ALLOCATION,
        f"CREATE OR REPLACE TRIGGER {ALLOCATION}_used_{event.lower()} AFTER {event} ON {ALLOCATION} "
        f"REFERENCING {row} TABLE AS {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )
