"""What was issued stays as it is, whatever SQL the application's role runs.

Every statement here goes past the operations, straight to the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from facturier.audit.models import Chain, Event
from facturier.delivery.models import StoredPdf
from facturier.invoices import operations
from facturier.invoices.models import (
    MUTABLE_ONCE_ISSUED,
    Counter,
    Invoice,
    InvoiceAdjustment,
    InvoiceLine,
    IssuedDocument,
)
from facturier.invoices.operations import NewAdjustment, NewDraft
from facturier.organisations.tenancy import scope
from tests.support.cast import Cast
from tests.support.documents import DAY, drafts, line

pytestmark = pytest.mark.django_db

WHOLE = [InvoiceLine, InvoiceAdjustment, IssuedDocument, StoredPdf, Event]


@pytest.fixture
def issued(cast: Cast) -> Iterator[Invoice]:
    """An issued document with lines, an adjustment and a PDF; its organisation stays active."""
    with scope(cast.lumen.pk):
        wanted = NewDraft(
            customer=cast.bellecour,
            lines=[line(), line()],
            adjustments=[NewAdjustment("Remise", percent=Decimal(5))],
        )
        draft = operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)
        row = operations.finalise(draft, actor=cast.ana, issue_date=DAY)
        StoredPdf.objects.create(
            organisation=cast.lumen,
            invoice=row,
            content=b"%PDF",
            sha256="0" * 64,
            rendered_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        )
        yield row


@contextmanager
def refused(by: str = "facturier:|row-level security") -> Iterator[None]:
    """The guard itself must refuse, not a type or a foreign key that happens to be in the way."""
    with pytest.raises(DatabaseError, match=by), transaction.atomic():
        yield


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def other_value(field: Any) -> Any:
    """A value of the column's type that it does not have."""
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return dt.datetime(1999, 1, 1, tzinfo=dt.UTC)
    if isinstance(field, models.DateField):
        return dt.date(1999, 1, 1)
    if isinstance(field, models.DecimalField):
        return Decimal("77.77")
    if isinstance(field, models.BinaryField):
        return b"changed"
    if isinstance(field, models.CharField | models.TextField):
        return "changed"[: field.max_length or 7]
    return 31_999


def columns(model: type[models.Model], *, but: frozenset[str] = frozenset()) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.name not in but]


def test_no_column_of_an_issued_document_can_be_updated(issued: Invoice) -> None:
    for field in columns(Invoice, but=MUTABLE_ONCE_ISSUED):
        with refused():
            run(
                f"UPDATE invoices_invoice SET {field.column} = %s WHERE id = %s",
                field.get_db_prep_save(other_value(field), connection),
                issued.pk,
            )


def test_control_the_same_columns_of_a_draft_can(issued: Invoice, cast: Cast) -> None:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    for name in ("subject", "note", "net_minor", "gross_minor", "payment_days", "order_reference"):
        field = Invoice._meta.get_field(name)
        run(f"UPDATE invoices_invoice SET {name} = %s WHERE id = %s", other_value(field), pk)


def test_what_happened_to_a_document_can_be_noted(issued: Invoice) -> None:
    issued.set_facts(sent_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), paid_minor=5)


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model.__name__)
def test_no_column_of_what_belongs_to_it_can_be_updated(issued: Invoice, model: type[models.Model]) -> None:
    table = model._meta.db_table
    row = model._default_manager.latest("pk")
    for field in columns(model):
        with refused():
            run(
                f"UPDATE {table} SET {field.column} = %s WHERE id = %s",
                field.get_db_prep_save(other_value(field), connection),
                row.pk,
            )


@pytest.mark.parametrize("model", [Invoice, *WHOLE, Counter, Chain], ids=lambda model: model.__name__)
def test_nothing_of_it_can_be_deleted(issued: Invoice, model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
    with refused():
        run(f"DELETE FROM {table}")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("model", [Invoice, *WHOLE, Counter, Chain], ids=lambda model: model.__name__)
def test_nothing_of_it_can_be_truncated(issued: Invoice, model: type[models.Model]) -> None:
    with refused(by="permission denied"):
        run(f"TRUNCATE {model._meta.db_table} CASCADE")


def test_no_line_can_be_added_to_an_issued_document(issued: Invoice) -> None:
    with refused():
        InvoiceLine.objects.create(
            organisation=issued.organisation, invoice=issued, position=9, description="Extra"
        )
    with refused():
        InvoiceAdjustment.objects.create(
            organisation=issued.organisation, invoice=issued, position=9, reason="Extra"
        )


def test_no_line_can_be_moved_onto_or_off_an_issued_document(issued: Invoice, cast: Cast) -> None:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    with refused():
        run("UPDATE invoices_invoiceline SET invoice_id = %s WHERE invoice_id = %s", issued.pk, pk)
    with refused():
        run("UPDATE invoices_invoiceline SET invoice_id = %s WHERE invoice_id = %s", pk, issued.pk)


def test_counters_and_chains_never_go_back(issued: Invoice) -> None:
    with refused():
        run("UPDATE invoices_counter SET last_number = 0")
    with refused():
        run("UPDATE audit_chain SET sequence = 0")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_replace_pushes_nothing_aside(issued: Invoice, cast: Cast, recursive: str) -> None:
    """Without recursive_triggers REPLACE deletes behind the back of DELETE triggers."""
    (pk,) = drafts(cast.lumen, cast.bellecour)
    run(f"PRAGMA recursive_triggers={recursive}")
    try:
        for table in ("invoices_invoice", "invoices_invoiceline", "invoices_issueddocument"):
            with refused():
                run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        for column, value in (("id", issued.pk), ("number", issued.number), ("reference", issued.reference)):
            with refused():
                run(f"UPDATE OR REPLACE invoices_invoice SET {column} = %s WHERE id = %s", value, pk)
        for table in ("audit_event", "delivery_storedpdf"):
            with refused():
                run(f"REPLACE INTO {table} SELECT * FROM {table}")
    finally:
        run("PRAGMA recursive_triggers=ON")


@pytest.mark.only_on("postgresql")
def test_the_application_may_not_switch_the_guards_off(issued: Invoice) -> None:
    for statement in (
        "ALTER TABLE invoices_invoice DISABLE TRIGGER ALL",
        "DROP TRIGGER invoices_invoice_frozen_update ON invoices_invoice",
        "ALTER TABLE invoices_invoice DISABLE ROW LEVEL SECURITY",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION facturier_issued_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
    ):
        with refused(by="must be owner|permission denied"):
            run(statement)


def test_a_row_of_another_organisation_cannot_be_named(issued: Invoice, cast: Cast) -> None:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    with refused():
        run("UPDATE invoices_invoice SET customer_id = %s WHERE id = %s", cast.festival.pk, pk)
    with refused():  # together with rows that do not move
        run(
            "UPDATE invoices_invoice SET customer_id = CASE id WHEN %s THEN %s ELSE customer_id END",
            *(pk, cast.festival.pk),
        )
    with refused():
        run("UPDATE invoices_invoice SET organisation_id = %s WHERE id = %s", cast.cap.pk, pk)
    run("UPDATE invoices_invoice SET customer_id = %s WHERE id = %s", cast.bellecour.pk, pk)


@pytest.mark.only_on("postgresql")
def test_the_database_shows_each_organisation_its_own_rows(issued: Invoice, cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM invoices_invoice")
        assert cursor.fetchone()[0] == 1
    with scope(cast.cap.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM invoices_invoice")
        assert cursor.fetchone()[0] == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('facturier.organisation', '', true)")
        cursor.execute("SELECT count(*) FROM invoices_invoice")
        assert cursor.fetchone()[0] == 0
