"""How customers of the demo pay: most in time, some in part, some not; one too much, one is refunded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.payments import operations
from facturier.payments.operations import Method, NewPayment
from facturier.rules.document import Kind

EARLY = timedelta(days=2)  # before the due date
METHODS = (Method.TRANSFER, Method.TRANSFER, Method.TRANSFER, Method.CARD, Method.CHEQUE)


def settle(seller: Organisation, rows: Sequence[Invoice], *, actor: Actor, today: date) -> None:
    """Record what was paid until today on issued documents, the oldest first."""
    due: dict[date, list[int]] = {}
    partly: list[Invoice] = []
    for place, row in enumerate(rows):
        if row.kind != Kind.INVOICE or row.due_date is None or row.due_date > today or row.gross_minor < 100:
            continue
        if place % 19 == 7:
            partly.append(row)
        elif place % 29 != 11:  # the others are still waited for
            due.setdefault(row.due_date - EARLY, []).append(row.pk)
    for number, (on, keys) in enumerate(sorted(due.items())):
        method = METHODS[number % len(METHODS)]
        operations.pay_many(
            seller,
            actor=actor,
            invoice_ids=keys,
            on=on,
            today=today,
            method=method,
            reference=f"R-{on:%y%m%d}",
        )
    for row in partly:
        _pay(row, row.gross_minor // 2, {row.pk: row.gross_minor // 2}, actor=actor, today=today)
    if partly:
        _pay(partly[-1], 5_000, {}, actor=actor, today=today)
    if due:
        first = next(row for row in rows if row.pk == due[min(due)][0])
        operations.refund_whole(first, actor=actor, on=today - EARLY)


def _pay(row: Invoice, minor: int, parts: dict[int, int], *, actor: Actor, today: date) -> None:
    assert row.due_date is not None
    payment = NewPayment(row.due_date - EARLY, minor, currency=row.currency)
    operations.record(row.customer, actor=actor, payment=payment, today=today, parts=parts)
