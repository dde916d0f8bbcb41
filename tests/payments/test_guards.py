"""What the database refuses of payments, whatever SQL the application's role runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from facturier.invoices.models import Invoice
from facturier.organisations import operations as organisations
from facturier.organisations.tenancy import scope
from facturier.payments import queries
from facturier.payments.models import Allocation, Direction, Payment
from facturier.rules.document import Kind
from tests.payments.paying import DAY, TODAY, document, paid
from tests.support.cast import Cast, customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _active(cast: Cast) -> Iterator[None]:
    with scope(cast.lumen.pk):
        yield


@contextmanager
def refused(by: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=by), transaction.atomic():
        yield


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def payment(cast: Cast, amount: int = 1_000, **fields: Any) -> Payment:
    stated = {"customer": cast.bellecour, "currency": "EUR", "paid_on": DAY}
    return Payment.objects.create(organisation=cast.lumen, amount_minor=amount, **{**stated, **fields})


def allocate(cast: Cast, minor: int, **fields: Any) -> Allocation:
    return Allocation.objects.create(organisation=cast.lumen, amount_minor=minor, **fields)


def test_what_was_used_follows_the_allocations(cast: Cast) -> None:
    row, source = document(cast.lumen, cast.bellecour), payment(cast)
    first = allocate(cast, 300, payment=source, invoice=row)
    allocate(cast, 700, payment=source, invoice=row)
    source.refresh_from_db()
    assert source.used_minor == 1_000
    first.delete()
    source.refresh_from_db()
    assert source.used_minor == 700
    refund = payment(cast, 300, direction=Direction.REFUND)
    allocate(cast, 300, payment=refund, credit_of=source)
    source.refresh_from_db()
    refund.refresh_from_db()
    assert (source.used_minor, refund.used_minor) == (1_000, 300)


def test_a_payment_never_gives_more_than_it_has(cast: Cast) -> None:
    row, source = document(cast.lumen, cast.bellecour), payment(cast)
    with refused("payment_used_within_its_amount"):
        allocate(cast, 1_001, payment=source, invoice=row)
    allocate(cast, 1_000, payment=source, invoice=row)
    with refused("payment_used_within_its_amount"):
        allocate(cast, 1, payment=source, invoice=row)


def test_amounts_are_more_than_nothing(cast: Cast) -> None:
    row, source = document(cast.lumen, cast.bellecour), payment(cast)
    for minor in (0, -5):
        with refused("payment_of_something"):
            payment(cast, minor)
        with refused("allocation_of_something"):
            allocate(cast, minor, payment=source, invoice=row)


def test_an_allocation_has_one_source_and_one_place(cast: Cast) -> None:
    row, source = document(cast.lumen, cast.bellecour), payment(cast)
    note = document(cast.lumen, cast.bellecour, kind=Kind.CREDIT_NOTE)
    with refused("allocation_of_one_source"):
        allocate(cast, 1, invoice=row)
    with refused("allocation_of_one_source"):
        allocate(cast, 1, invoice=row, payment=source, credit_note=note)
    with refused("allocation_to_one_place"):
        allocate(cast, 1, payment=source)


def test_only_what_belongs_together_is_joined(cast: Cast) -> None:
    other = customer(cast.lumen, number="C002")
    source, refund = payment(cast), payment(cast, direction=Direction.REFUND)
    note = document(cast.lumen, cast.bellecour, kind=Kind.CREDIT_NOTE)
    row = document(cast.lumen, cast.bellecour)
    others = document(cast.lumen, other)
    dollars = document(cast.lumen, cast.bellecour, currency="USD")
    for joined in (
        {"payment": source, "invoice": others},
        {"payment": source, "invoice": dollars},
        {"payment": source, "invoice": note},
        {"payment": source, "invoice": document(cast.lumen, cast.bellecour, kind=Kind.PRO_FORMA)},
        {"credit_note": note, "invoice": others},
        {"credit_note": note, "invoice": dollars},
        {"credit_note": note, "invoice": note},
        {"credit_note": row, "invoice": row},
        {"payment": refund, "invoice": others},
        {"payment": refund, "credit_of": payment(cast, customer=other)},
        {"payment": refund, "credit_of": payment(cast, currency="USD")},
        {"payment": refund, "credit_of": refund},
        {"payment": source, "credit_of": source},
    ):
        with refused("facturier:payment_mismatch"):
            allocate(cast, 1, **joined)
    for joined in (
        {"payment": source, "invoice": row},
        {"credit_note": note, "invoice": row},
        {"payment": refund, "invoice": note},
        {"payment": refund, "credit_of": source},
    ):
        allocate(cast, 1, **joined)


def test_nothing_of_another_organisation_is_settled(cast: Cast) -> None:
    foreign = document(cast.cap, cast.festival)
    with refused("facturier:|row-level security"):
        allocate(cast, 1, payment=payment(cast), invoice=foreign)
    with refused("facturier:|row-level security"):
        payment(cast, customer=cast.festival)


def test_payments_and_allocations_do_not_change(cast: Cast) -> None:
    row, source = document(cast.lumen, cast.bellecour), payment(cast)
    allocate(cast, 300, payment=source, invoice=row)
    for change in ("amount_minor = 2000", "currency = 'USD'", "direction = 'refund'", "note = 'x'"):
        with refused("facturier:payment_fixed"):
            run(f"UPDATE payments_payment SET {change}")
    with refused("facturier:payment_fixed"):
        run("UPDATE payments_allocation SET amount_minor = 200")


def test_closed_books_take_and_give_nothing(cast: Cast) -> None:
    payment(cast)
    organisations.close_books(cast.lumen, actor=cast.ada, until=DAY, today=TODAY)
    with refused("facturier:books_closed"):
        payment(cast)
    with refused("facturier:books_closed"):
        run("DELETE FROM payments_payment")
    organisations.close_books(cast.lumen, actor=cast.ada, until=None, today=TODAY)
    run("DELETE FROM payments_payment")


def test_no_document_is_settled_beyond_its_amount(cast: Cast) -> None:
    row = document(cast.lumen, cast.bellecour)
    note = document(cast.lumen, cast.bellecour, kind=Kind.CREDIT_NOTE)
    for key, change in (
        (row.pk, "paid_minor = 10001"),
        (row.pk, "paid_minor = 9000, credited_minor = 1001"),
        (row.pk, "paid_minor = -1"),
        (row.pk, "refunded_minor = 1"),
        (note.pk, "paid_minor = 1"),
        (note.pk, "refunded_minor = 9000, credited_minor = 1001"),
    ):
        with refused("settled_within_its_amount"):
            run(f"UPDATE invoices_invoice SET {change} WHERE id = %s", key)
    run("UPDATE invoices_invoice SET paid_minor = 10000, refunded_minor = 10000 WHERE id = %s", row.pk)


def test_control_what_was_written_past_the_operations_is_found(cast: Cast) -> None:
    row = document(cast.lumen, cast.bellecour)
    kept = paid(cast.bellecour, 4_000)
    assert list(queries.disagreements()) == []
    Invoice.objects.filter(pk=row.pk).update(paid_minor=5_000)
    (found,) = queries.disagreements()
    assert (found.what, found.noted, found.counted) == (row.number, (5_000, 0, 0), (4_000, 0, 0))
    Invoice.objects.filter(pk=row.pk).update(paid_minor=0)
    assert [one.counted for one in queries.disagreements()] == [(4_000, 0, 0)]
    Invoice.objects.filter(pk=row.pk).update(paid_minor=4_000)
    Payment.objects.filter(pk=kept.pk).update(used_minor=3_999)
    (found,) = queries.disagreements()
    assert (found.what, found.noted, found.counted) == (f"payment {kept.pk}", (3_999,), (4_000,))
