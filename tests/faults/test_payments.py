"""Two who record payments at the same moment never settle an invoice twice, nor spend a credit twice.

Each race is run by processes of their own; the control settles without the lock, and must lose money.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from facturier.audit.queries import verify
from facturier.customers.models import Customer
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.payments import operations, queries
from facturier.payments.models import Payment
from facturier.rules.refusal import Refused
from tests.payments.paying import DAY, TODAY, document, new, paid
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import Crew

ROUNDS = 25


def meet(folder: str, round_: int, number: int) -> None:
    """Wait until both processes have come to this point of the round."""
    (Path(folder) / f"{round_}-{number}").touch()
    other = Path(folder) / f"{round_}-{3 - number}"
    end = time.monotonic() + 60
    while not other.exists():
        assert time.monotonic() < end, "the other process did not come"
        time.sleep(0.001)


def people(organisation_id: int) -> tuple[Organisation, Customer, Actor]:
    organisation = Organisation.objects.get(pk=organisation_id)
    with scope(organisation_id):
        return organisation, Customer.objects.get(), Actor.system(organisation_id)


def pay_the_balance(*, number: int, organisation_id: int, invoices: list[int], folder: str) -> None:
    """Pay each invoice in full, at the same moment as the other process."""
    _organisation, _customer, actor = people(organisation_id)
    for round_, pk in enumerate(invoices):
        with scope(organisation_id):
            row = Invoice.objects.get(pk=pk)
        meet(folder, round_, number)
        with suppress(Refused):
            operations.pay_balance(row, actor=actor, on=DAY)


def pay_oldest_first(*, number: int, organisation_id: int, invoices: list[int], folder: str) -> None:
    """Record payments over several invoices; whatever comes too late stays as credit."""
    _organisation, customer, actor = people(organisation_id)
    for round_, _pk in enumerate(invoices):
        meet(folder, round_, number)
        operations.record(customer, actor=actor, payment=new(15_000), today=TODAY)


def spend_the_credit(*, number: int, organisation_id: int, invoices: list[int], folder: str) -> None:
    """One spends the customer's credit on invoices while the other pays it back."""
    _organisation, customer, actor = people(organisation_id)
    for round_, pk in enumerate(invoices):
        meet(folder, round_, number)
        with suppress(Refused):
            if number == 1:
                operations.allocate(customer, actor=actor, parts={pk: 6_000})
            else:
                operations.refund_credit(customer, actor=actor, payment=new(6_000), today=TODAY)


def pay_many_in_any_order(*, number: int, organisation_id: int, invoices: list[int], folder: str) -> None:
    """Pay the same invoices all at once, named in opposite order; neither waits for the other in a ring."""
    organisation, _customer, actor = people(organisation_id)
    for round_ in range(len(invoices)):
        chosen = invoices if number == 1 else invoices[::-1]
        meet(folder, round_, number)
        operations.pay_many(
            organisation, actor=actor, invoice_ids=chosen, on=DAY, today=TODAY, note=f"{round_}"
        )


def pay_without_lock(*, number: int, organisation_id: int, invoices: list[int], folder: str) -> None:
    """The control: read what is open, then write what was paid, with nothing in between."""
    for round_, pk in enumerate(invoices):
        with scope(organisation_id), transaction.atomic():
            row = Invoice.objects.get(pk=pk)
            meet(folder, round_, number)
            row.set_facts(paid_minor=row.paid_minor + 1_000)


def race(target: Any, database: Database, cast: Cast, folder: Path, invoices: list[int]) -> None:
    (folder / "meetings").mkdir()
    connection.close()
    Crew(database, f"{__name__}:{target.__name__}", folder=folder).run(
        2, organisation_id=cast.lumen.pk, invoices=invoices, folder=str(folder / "meetings")
    )


def bills(cast: Cast, count: int = ROUNDS) -> list[int]:
    return [document(cast.lumen, cast.bellecour).pk for _ in range(count)]


def agrees(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        assert list(queries.disagreements()) == []
        assert verify(cast.lumen.pk).whole


def test_two_who_pay_the_same_invoice_at_once_pay_it_once(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(pay_the_balance, fresh_database, cast, tmp_path, bills(cast))
    agrees(cast)
    with scope(cast.lumen.pk):
        assert Payment.objects.count() == ROUNDS
        assert set(Invoice.objects.values_list("paid_minor", flat=True)) == {10_000}


def test_two_who_pay_several_invoices_at_once_lose_nothing(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(pay_oldest_first, fresh_database, cast, tmp_path, bills(cast))
    agrees(cast)
    with scope(cast.lumen.pk):
        received, settled = 2 * ROUNDS * 15_000, ROUNDS * 10_000
        assert sum(Invoice.objects.values_list("paid_minor", flat=True)) == settled
        assert queries.credits_of(cast.bellecour.pk)[0].payments_minor == received - settled


def test_a_credit_is_spent_once(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    """There is credit for every second of them."""
    invoices = bills(cast)
    for _ in range(ROUNDS):
        paid(cast.bellecour, 6_000, parts={})
    race(spend_the_credit, fresh_database, cast, tmp_path, invoices)
    agrees(cast)
    with scope(cast.lumen.pk):
        spent = sum(Invoice.objects.values_list("paid_minor", flat=True))
        back = sum(Payment.objects.filter(direction="refund").values_list("amount_minor", flat=True))
        assert spent + back == ROUNDS * 6_000
        assert queries.credits_of(cast.bellecour.pk) == []


def test_who_names_the_same_invoices_in_another_order_does_not_wait_in_a_ring(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(pay_many_in_any_order, fresh_database, cast, tmp_path, bills(cast))
    agrees(cast)
    with scope(cast.lumen.pk):
        assert Payment.objects.count() == ROUNDS


@pytest.mark.only_on("postgresql")  # SQLite has one writer, and refuses the second
def test_control_without_the_lock_a_payment_is_lost(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    race(pay_without_lock, fresh_database, cast, tmp_path, bills(cast))
    with scope(cast.lumen.pk):
        assert sum(Invoice.objects.values_list("paid_minor", flat=True)) < 2 * ROUNDS * 1_000
