"""Whatever is done in whatever order: facts are what allocations come to, and money is neither lost nor made.

A second book is kept here, of sums alone, apart from the code under test.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from facturier.audit.queries import verify
from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import scope
from facturier.payments import operations, queries
from facturier.payments.models import Allocation, Payment
from facturier.rules import lifecycle
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused
from tests.payments.paying import TODAY, document, new, paid
from tests.support.cast import Cast

AMOUNTS = st.integers(1, 15_000)


class Till(RuleBasedStateMachine):
    """A customer who pays, is credited and refunded, and a clerk who takes things back."""

    cast: Cast

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint_create()
        self.received = self.paid_back = 0
        self.documents = [
            *(document(self.cast.lumen, self.cast.bellecour, gross=gross) for gross in (10_000, 3_333, 1)),
            document(self.cast.lumen, self.cast.bellecour, gross=4_000, kind=Kind.CREDIT_NOTE),
        ]

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def _do(self, write: Any, *given: Any, **named: Any) -> Any:
        with suppress(Refused):
            return write(*given, actor=self.cast.ana, **named)
        return None

    @rule(amount=AMOUNTS)
    def pay_oldest_first(self, amount: int) -> None:
        paid(self.cast.bellecour, amount)
        self.received += amount

    @rule(amount=AMOUNTS, place=st.integers(0, 3), part=AMOUNTS)
    def pay_one(self, amount: int, place: int, part: int) -> None:
        key = self.documents[place].pk
        given = {"payment": new(amount), "today": TODAY, "parts": {key: part}}
        if self._do(operations.record, self.cast.bellecour, **given):
            self.received += amount

    @rule(place=st.integers(0, 3))
    def pay_balance(self, place: int) -> None:
        if made := self._do(operations.pay_balance, self.documents[place], on=TODAY):
            self.received += made.amount_minor

    @rule()
    def use_credit(self) -> None:
        self._do(operations.allocate, self.cast.bellecour)

    @rule(place=st.integers(0, 3), part=AMOUNTS)
    def set_against(self, place: int, part: int) -> None:
        self._do(operations.set_against, self.documents[3], parts={self.documents[place].pk: part})

    @rule(place=st.integers(0, 3), amount=AMOUNTS)
    def refund(self, place: int, amount: int) -> None:
        if self._do(operations.refund, self.documents[place], payment=new(amount), today=TODAY):
            self.paid_back += amount

    @rule(place=st.integers(0, 3))
    def refund_whole(self, place: int) -> None:
        if made := self._do(operations.refund_whole, self.documents[place], on=TODAY):
            self.paid_back += made.amount_minor

    @rule(amount=AMOUNTS)
    def refund_credit(self, amount: int) -> None:
        if self._do(operations.refund_credit, self.cast.bellecour, payment=new(amount), today=TODAY):
            self.paid_back += amount

    @precondition(lambda self: Allocation.objects.exists())
    @rule(data=st.data())
    def take_off(self, data: Any) -> None:
        row = data.draw(st.sampled_from(list(Allocation.objects.order_by("pk"))), label="allocation")
        self._do(operations.unallocate, row)

    @precondition(lambda self: Payment.objects.exists())
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        row = data.draw(st.sampled_from(list(Payment.objects.order_by("pk"))), label="payment")
        is_refund, amount = row.is_refund, row.amount_minor
        self._do(operations.delete, row)
        if not Payment.objects.filter(pk=row.pk).exists():
            self.paid_back -= amount if is_refund else 0
            self.received -= 0 if is_refund else amount

    @invariant()
    def facts_are_what_allocations_come_to(self) -> None:
        if hasattr(self, "documents"):
            assert list(queries.disagreements()) == []

    @invariant()
    def money_is_neither_lost_nor_made(self) -> None:
        if not hasattr(self, "documents"):
            return
        rows = list(Invoice.objects.all())
        notes = [row for row in rows if row.kind == Kind.CREDIT_NOTE]
        bills = [row for row in rows if row.kind == Kind.INVOICE]
        credit = sum(one.payments_minor for one in queries.credits_of(self.cast.bellecour.pk))
        kept = sum(row.paid_minor - row.refunded_minor for row in bills)
        assert self.received - self.paid_back == kept + credit - sum(row.refunded_minor for row in notes)
        assert sum(row.credited_minor for row in notes) == sum(row.credited_minor for row in bills)
        for row in rows:
            assert 0 <= row.facts.open_minor <= row.gross_minor
            assert Status(row.status) is lifecycle.status(row.facts)


@pytest.mark.django_db
def test_any_sequence_of_acts_agrees(cast: Cast) -> None:
    """On the databases alike; SQLite, which is quicker, tries more."""
    quick = connection.vendor == "sqlite"
    chosen = settings(
        max_examples=24 if quick else 8,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with scope(cast.lumen.pk):
        run_state_machine_as_test(type("Till", (Till,), {"cast": cast}), settings=chosen)
        assert verify(cast.lumen.pk).whole
