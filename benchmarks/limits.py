"""The least that the same rows cost: plain tables without tenants, guards or chains, written by Django.

Eight rows per invoice: itself, five lines, one row of tax, one of audit; with foreign keys and indexes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import connections, models, transaction

from benchmarks.data import CUSTOMERS, LINES, TODAY, VAT, price, quantity
from benchmarks.measuring import Prepared, Work

CENT = Decimal("0.01")
ALIAS = "limits"
TABLES = """
CREATE TABLE party (id {key}, name text NOT NULL);
CREATE TABLE invoice (id {key}, party_id bigint NOT NULL REFERENCES party (id), number text UNIQUE,
    state text NOT NULL, issue_date date, due_date date, currency text NOT NULL, untaxed {amount} NOT NULL,
    tax {amount} NOT NULL, total {amount} NOT NULL, seller {json}, note text, created_at {moment} NOT NULL);
CREATE TABLE invoice_line (id {key}, invoice_id bigint NOT NULL REFERENCES invoice (id),
    position integer NOT NULL, description text NOT NULL, quantity {amount} NOT NULL,
    unit_price {amount} NOT NULL, rate {amount} NOT NULL, net {amount} NOT NULL);
CREATE TABLE invoice_tax (id {key}, invoice_id bigint NOT NULL REFERENCES invoice (id),
    rate {amount} NOT NULL, base {amount} NOT NULL, amount {amount} NOT NULL);
CREATE TABLE audit (id {key}, at {moment} NOT NULL, actor bigint, action text NOT NULL, object text NOT NULL,
    object_id bigint NOT NULL, payload {json});
CREATE INDEX invoice_list ON invoice (party_id, state, number DESC);
CREATE INDEX line_of_invoice ON invoice_line (invoice_id);
CREATE INDEX tax_of_invoice ON invoice_tax (invoice_id);
CREATE INDEX audit_of_object ON audit (object, object_id)
"""
TYPES = {
    "postgresql": {
        "key": "bigint PRIMARY KEY",
        "amount": "numeric(14,2)",
        "json": "jsonb",
        "moment": "timestamptz",
    },
    "sqlite": {"key": "integer PRIMARY KEY", "amount": "text", "json": "text", "moment": "text"},
}
SELLER = {
    "name": "ACME SAS",
    "siren": "123456789",
    "vat": "FR32123456789",
    "address": "1 rue de la Paix 75002 Paris",
}


class Plain(models.Model):
    id = models.BigIntegerField(primary_key=True)

    class Meta:
        abstract = True


def _amount() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=14, decimal_places=2)


class PlainInvoice(Plain):
    party_id = models.BigIntegerField()
    number = models.TextField(null=True)
    state = models.TextField()
    issue_date = models.DateField()
    due_date = models.DateField()
    currency = models.TextField()
    untaxed, tax, total = _amount(), _amount(), _amount()
    seller = models.JSONField()
    note = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        app_label, db_table, managed = "benchmarks", "invoice", False


class PlainLine(Plain):
    invoice_id = models.BigIntegerField()
    position = models.IntegerField()
    description = models.TextField()
    quantity, unit_price, rate, net = _amount(), _amount(), _amount(), _amount()

    class Meta:
        app_label, db_table, managed = "benchmarks", "invoice_line", False


class PlainTax(Plain):
    invoice_id = models.BigIntegerField()
    rate, base, amount = _amount(), _amount(), _amount()

    class Meta:
        app_label, db_table, managed = "benchmarks", "invoice_tax", False


class PlainAudit(Plain):
    at = models.DateTimeField()
    actor = models.BigIntegerField()
    action = models.TextField()
    object = models.TextField()
    object_id = models.BigIntegerField()
    payload = models.JSONField()

    class Meta:
        app_label, db_table, managed = "benchmarks", "audit", False


Rows = tuple[PlainInvoice, list[PlainLine], PlainTax, PlainAudit]


class Limits:
    """Invoices into plain tables; keys go on from one to the next."""

    def __init__(self) -> None:
        connection = connections[ALIAS]
        with connection.cursor() as cursor:
            for table in ("audit", "invoice_tax", "invoice_line", "invoice", "party"):
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in TABLES.format(**TYPES[connection.vendor]).split(";"):
                cursor.execute(statement)
            parties = [(k + 1, f"Client {k}") for k in range(CUSTOMERS)]
            cursor.executemany("INSERT INTO party (id, name) VALUES (%s, %s)", parties)
        self._keys = itertools.count(1)

    def bulk(self, n: int) -> Prepared:
        """Compute n invoices and write them with bulk_create, in one transaction."""
        return lambda: lambda: self._write([self._rows(k) for k in range(n)])

    def one_by_one(self, n: int) -> Prepared:
        """Save each object of n invoices by itself, a durable commit per invoice; computed before."""
        return lambda: self._saving([self._rows(k) for k in range(n)])

    def _saving(self, invoices: Sequence[Rows]) -> Work:
        def work() -> None:
            for invoice, lines, tax, event in invoices:
                with transaction.atomic(using=ALIAS):
                    for one in (invoice, *lines, tax, event):
                        one.save(force_insert=True, using=ALIAS)

        return work

    def _write(self, invoices: Sequence[Rows]) -> None:
        with transaction.atomic(using=ALIAS):
            _insert(PlainInvoice, (one[0] for one in invoices))
            _insert(PlainLine, (line for one in invoices for line in one[1]))
            _insert(PlainTax, (one[2] for one in invoices))
            _insert(PlainAudit, (one[3] for one in invoices))

    def _rows(self, k: int) -> Rows:
        key, now = next(self._keys), datetime.now(UTC)
        net, lines = Decimal(0), []
        for j in range(LINES):
            many, each = Decimal(quantity(k, j)), Decimal(price(k, j))
            amount = (many * each).quantize(CENT, ROUND_HALF_UP)
            net += amount
            lines.append(
                PlainLine(key * 8 + j, key, j, f"Prestation {j} mois {k % 12}", many, each, VAT, amount)
            )
        tax = (net * VAT / 100).quantize(CENT, ROUND_HALF_UP)
        number = f"F2026-{key:07}"
        invoice = PlainInvoice(
            key, k % CUSTOMERS + 1, number, "posted", TODAY, TODAY + timedelta(30), "EUR",
            net, tax, net + tax, SELLER, "", now,
        )  # fmt: skip
        payload = {"number": number, "total": str(net + tax)}
        event = PlainAudit(key, now, 1, "invoice.finalise", "invoice", key, payload)
        return invoice, lines, PlainTax(key, key, VAT, net, tax), event


def _insert(model: type[Plain], rows: Iterable[Plain]) -> None:
    model._default_manager.using(ALIAS).bulk_create(rows, batch_size=1000)
