"""Money comes in, settles invoices, stays as credit, and goes back; everything is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from facturier.audit.models import Event
from facturier.audit.queries import timeline, verify
from facturier.customers.models import Customer
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.organisations import operations as organisations
from facturier.organisations.tenancy import scope
from facturier.payments import operations, queries
from facturier.payments.models import Allocation, Payment
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from facturier.rules.settling import Method
from tests.payments.paying import DAY, TODAY, again, document, facts, new, paid
from tests.support.cast import Cast, customer
from tests.support.documents import drafts

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _all_agrees(cast: Cast):  # type: ignore[no-untyped-def]
    """Whatever a test did, facts are what allocations come to, and the log is whole."""
    yield
    for seller in (cast.lumen, cast.cap):
        with scope(seller.pk):
            assert list(queries.disagreements()) == []
            assert verify(seller.pk).whole


def invoice(cast: Cast, gross: int = 10_000, **fields: object) -> Invoice:
    return document(cast.lumen, cast.bellecour, gross=gross, **fields)


def credit_note(cast: Cast, gross: int = 4_000) -> Invoice:
    return invoice(cast, gross, kind=Kind.CREDIT_NOTE)


def told(cast: Cast, row: Invoice | Payment) -> list[str]:
    with scope(cast.lumen.pk):
        return [one.name for one in timeline(cast.lumen.pk, row._meta.model_name, row.pk)]


def credit(customer: Customer) -> int:
    with scope(customer.organisation_id):
        return sum(one.payments_minor for one in queries.credits_of(customer.pk))


def test_a_whole_payment_pays_the_invoice(cast: Cast) -> None:
    row = invoice(cast)
    payment = operations.record(
        cast.bellecour, actor=cast.ana, payment=new(10_000, reference="VIR 42"), today=TODAY
    )
    assert facts(row) == (10_000, 0, 0, "PAID")
    assert (payment.used_minor, payment.credit_minor, payment.created_by) == (10_000, 0, "Ana")
    assert told(cast, row) == ["invoice.settled", "invoice.payment_recorded"]
    assert told(cast, payment) == ["payment.recorded"]


def test_a_part_payment_leaves_the_rest_open(cast: Cast) -> None:
    row = invoice(cast)
    paid(cast.bellecour, 4_000)
    assert facts(row) == (4_000, 0, 0, "PARTLY_PAID")
    assert again(row).balance_minor == 6_000


def test_a_payment_settles_the_oldest_first_and_leaves_credit(cast: Cast) -> None:
    late = invoice(cast, issue_date=DAY + timedelta(days=3))
    early, other = invoice(cast), invoice(cast, days=60)
    payment = paid(cast.bellecour, 15_000)
    assert [facts(one)[0] for one in (early, late, other)] == [10_000, 5_000, 0]
    more = paid(cast.bellecour, 20_000)
    assert [facts(one)[0] for one in (early, late, other)] == [10_000] * 3
    assert (payment.credit_minor, more.credit_minor, credit(cast.bellecour)) == (0, 5_000, 5_000)


def test_a_payment_settles_what_was_chosen(cast: Cast) -> None:
    one, two, three = invoice(cast), invoice(cast), invoice(cast)
    paid(cast.bellecour, 12_000, parts={one.pk: 0, two.pk: 2_500, three.pk: 9_500})
    assert [facts(row)[0] for row in (one, two, three)] == [0, 2_500, 9_500]
    paid(cast.bellecour, 100, parts={})
    assert credit(cast.bellecour) == 100


def test_more_than_is_open_or_than_was_paid_is_refused_and_leaves_nothing(cast: Cast) -> None:
    row = invoice(cast)
    for amount, part in ((20_000, 10_001), (5_000, 6_000), (5_000, -1)):
        with pytest.raises(Refused):
            paid(cast.bellecour, amount, parts={row.pk: part})
    with scope(cast.lumen.pk):
        assert not Payment.objects.exists()


def test_documents_of_others_drafts_and_credit_notes_are_not_paid(cast: Cast) -> None:
    other = customer(cast.lumen, number="C002")
    (draft,) = drafts(cast.lumen, cast.bellecour)
    foreign = [
        document(cast.lumen, other),
        document(cast.cap, cast.festival),
        invoice(cast, currency="USD"),
        credit_note(cast),
        invoice(cast, kind=Kind.PRO_FORMA),
    ]
    for pk in [draft, *(row.pk for row in foreign)]:
        with pytest.raises(Refused, match="still open"):
            paid(cast.bellecour, 1_000, parts={pk: 1})


def test_money_in_another_currency_settles_invoices_in_it(cast: Cast) -> None:
    euros, dollars = invoice(cast), invoice(cast, currency="USD")
    paid(cast.bellecour, 10_000, currency="USD")
    assert (facts(euros)[0], facts(dollars)[0]) == (0, 10_000)


def test_closed_invoices_are_paid_when_chosen_only(cast: Cast) -> None:
    row = invoices.close(invoice(cast), actor=cast.ana, now=NOON)
    paid(cast.bellecour, 1_000)
    assert facts(row)[0] == 0
    paid(cast.bellecour, 1_000, parts={row.pk: 1_000})
    assert facts(row) == (1_000, 0, 0, "CLOSED")


def test_the_same_form_is_recorded_once(cast: Cast) -> None:
    invoice(cast)
    once = uuid4()
    paid(cast.bellecour, 10_000, once=once)
    with pytest.raises(Refused, match="recorded already"):
        paid(cast.bellecour, 10_000, once=once)
    with scope(cast.lumen.pk):
        assert Payment.objects.count() == 1


def test_what_is_wrong_with_a_payment_is_named(cast: Cast) -> None:
    for bad, field in (
        (new(0), "amount"),
        (new(-5), "amount"),
        (new(100, on=TODAY + timedelta(days=1)), "on"),
        (new(100, reference="x" * 101), "reference"),
        (new(100, method="barter"), "method"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Refused) as refusal:
            operations.record(cast.bellecour, actor=cast.ana, payment=bad, today=TODAY)
        assert refusal.value.field == field


def test_many_invoices_are_paid_in_full_and_the_others_named(cast: Cast) -> None:
    (draft,) = drafts(cast.lumen, cast.bellecour)
    open_, part, done = invoice(cast), invoice(cast), invoice(cast)
    paid(cast.bellecour, 14_000, parts={part.pk: 4_000, done.pk: 10_000})
    foreign = document(cast.cap, cast.festival)
    outcome = operations.pay_many(
        cast.lumen,
        actor=cast.ana,
        invoice_ids=[open_.pk, part.pk, done.pk, draft, foreign.pk],
        on=DAY,
        today=TODAY,
        method=Method.CARD,
    )
    assert set(outcome.numbers) == {open_.pk, part.pk}
    assert {pk: str(refusal) for pk, refusal in outcome.refusals.items()} == {
        done.pk: "Nothing is left to pay.",
        draft: "A draft cannot be paid: finalise it first.",
    }
    with scope(cast.lumen.pk):
        amounts = sorted(Payment.objects.filter(method=Method.CARD).values_list("amount_minor", flat=True))
    assert amounts == [6_000, 10_000]
    assert facts(foreign)[0] == 0


@pytest.mark.parametrize("closes", [False, True])
def test_paying_many_takes_a_constant_number_of_queries(
    cast: Cast, django_assert_max_num_queries, closes: bool
) -> None:  # type: ignore[no-untyped-def]
    organisations.close_paid(cast.lumen, actor=cast.ada, closes=closes)
    few, many = ([invoice(cast).pk for _ in range(n)] for n in (2, 60))
    for keys in (few, many):
        with django_assert_max_num_queries(32):
            operations.pay_many(cast.lumen, actor=cast.ana, invoice_ids=keys, on=DAY, today=TODAY)


def test_paid_invoices_are_closed_where_the_seller_wants_that(cast: Cast) -> None:
    kept = invoice(cast)
    paid(cast.bellecour, 10_000)
    organisations.close_paid(cast.lumen, actor=cast.ada, closes=True)
    row, part = invoice(cast), invoice(cast, days=90)
    paid(cast.bellecour, 12_000)
    assert [facts(one)[3] for one in (kept, row, part)] == ["PAID", "CLOSED", "PARTLY_PAID"]
    assert told(cast, row)[:2] == ["invoice.closed", "invoice.settled"]


def test_the_balance_is_paid_by_one_call(cast: Cast) -> None:
    row = invoice(cast)
    paid(cast.bellecour, 2_500)
    payment = operations.pay_balance(row, actor=cast.ana, on=TODAY, method=Method.CASH, note="at the desk")
    assert (payment.amount_minor, payment.note, facts(row)[3]) == (7_500, "at the desk", "PAID")
    with pytest.raises(Refused, match="Nothing is left"):
        operations.pay_balance(row, actor=cast.ana, on=TODAY)


def test_credit_settles_later_invoices_oldest_payment_first(cast: Cast) -> None:
    first, second = paid(cast.bellecour, 3_000), paid(cast.bellecour, 9_000, on=DAY + timedelta(days=1))
    row = invoice(cast)
    spread = operations.allocate(cast.bellecour, actor=cast.ana)
    assert (spread.parts, spread.rest_minor) == ({row.pk: 10_000}, 2_000)
    with scope(cast.lumen.pk):
        left = [Payment.objects.get(pk=one.pk).credit_minor for one in (first, second)]
    assert left == [0, 2_000]
    assert told(cast, first) == ["payment.allocated", "payment.recorded"]
    with pytest.raises(Refused, match="Nothing was chosen"):
        operations.allocate(cast.bellecour, actor=cast.ana)


def test_credit_of_one_payment_can_be_chosen(cast: Cast) -> None:
    paid(cast.bellecour, 3_000)
    second = paid(cast.bellecour, 9_000)
    row = invoice(cast)
    with pytest.raises(Refused, match="more was shared out"):
        operations.allocate(cast.bellecour, actor=cast.ana, payment_id=second.pk, parts={row.pk: 9_001})
    operations.allocate(cast.bellecour, actor=cast.ana, payment_id=second.pk, parts={row.pk: 5_000})
    assert credit(cast.bellecour) == 7_000


def test_without_credit_nothing_is_allocated(cast: Cast) -> None:
    invoice(cast)
    with pytest.raises(Refused, match="no credit"):
        operations.allocate(cast.bellecour, actor=cast.ana)


def test_a_credit_note_is_set_against_invoices(cast: Cast) -> None:
    row, note = invoice(cast), credit_note(cast)
    spread = operations.set_against(note, actor=cast.ana, parts={row.pk: 1_500})
    assert (spread.rest_minor, facts(row), again(note).balance_minor) == (
        2_500,
        (0, 0, 1_500, "PARTLY_PAID"),
        2_500,
    )
    operations.set_against(note, actor=cast.ana)
    assert facts(row)[2] == 4_000
    assert facts(note) == (0, 0, 4_000, "CREDITED")
    assert told(cast, note)[0] == "invoice.set_against"
    with pytest.raises(Refused, match="Nothing of this credit note"):
        operations.set_against(note, actor=cast.ana, parts={row.pk: 1})


def test_an_invoice_credited_in_full_says_so(cast: Cast) -> None:
    row, note = invoice(cast), credit_note(cast, 10_000)
    operations.set_against(note, actor=cast.ana, parts={row.pk: 10_000})
    assert facts(row)[3] == facts(note)[3] == "CREDITED"


def test_only_issued_credit_notes_are_set_against_invoices(cast: Cast) -> None:
    row, other = invoice(cast), invoice(cast)
    with pytest.raises(Refused, match="Only an issued credit note"):
        operations.set_against(row, actor=cast.ana, parts={other.pk: 1})


def test_a_credit_note_is_refunded_as_far_as_it_holds(cast: Cast) -> None:
    note = credit_note(cast)
    operations.refund(note, actor=cast.ana, payment=new(1_000), today=TODAY)
    with pytest.raises(Refused) as refusal:
        operations.refund(note, actor=cast.ana, payment=new(3_001), today=TODAY)
    assert refusal.value.field == "amount"
    operations.refund_whole(note, actor=cast.ana, on=TODAY)
    assert facts(note) == (0, 4_000, 0, "REFUNDED")


def test_what_was_paid_is_refunded_in_part_and_in_whole(cast: Cast) -> None:
    row = invoice(cast)
    paid(cast.bellecour, 10_000)
    operations.refund(row, actor=cast.ana, payment=new(4_000), today=TODAY)
    assert facts(row) == (10_000, 4_000, 0, "PARTLY_PAID")
    refund = operations.refund_whole(row, actor=cast.ana, on=TODAY)
    assert (refund.amount_minor, facts(row)[3], again(row).balance_minor) == (6_000, "REFUNDED", 0)
    with pytest.raises(Refused, match="Nothing was paid"):
        operations.refund_whole(row, actor=cast.ana, on=TODAY)


def test_credit_is_refunded(cast: Cast) -> None:
    first, _second = paid(cast.bellecour, 3_000), paid(cast.bellecour, 2_000)
    refund = operations.refund_credit(cast.bellecour, actor=cast.ana, payment=new(4_000), today=TODAY)
    assert (refund.is_refund, credit(cast.bellecour)) == (True, 1_000)
    with pytest.raises(Refused, match=r"At most 10\.00 EUR"):
        operations.refund_credit(cast.bellecour, actor=cast.ana, payment=new(1_001), today=TODAY)
    with pytest.raises(Refused, match="delete that refund first"):
        operations.delete(first, actor=cast.ana)
    operations.delete(refund, actor=cast.ana)
    assert credit(cast.bellecour) == 5_000


def test_what_is_taken_off_an_invoice_is_credit_again(cast: Cast) -> None:
    row = invoice(cast)
    payment = paid(cast.bellecour, 10_000)
    with scope(cast.lumen.pk):
        allocation = payment.allocations.get()
    operations.unallocate(allocation, actor=cast.ana)
    assert facts(row) == (0, 0, 0, "FINAL")
    assert credit(cast.bellecour) == 10_000
    assert told(cast, row)[0] == "invoice.payment_removed"
    assert told(cast, payment)[0] == "payment.unallocated"
    with pytest.raises(Refused, match="before you"):
        operations.unallocate(allocation, actor=cast.ana)


def test_a_credit_note_is_taken_off_again(cast: Cast) -> None:
    row, note = invoice(cast), credit_note(cast)
    operations.set_against(note, actor=cast.ana, parts={row.pk: 4_000})
    with scope(cast.lumen.pk):
        allocation = Allocation.objects.get()
    operations.unallocate(allocation, actor=cast.ana)
    assert facts(row) == facts(note) == (0, 0, 0, "FINAL")


def test_what_was_refunded_stays_paid(cast: Cast) -> None:
    row = invoice(cast)
    payment = paid(cast.bellecour, 10_000)
    refund = operations.refund(row, actor=cast.ana, payment=new(1), today=TODAY)
    with scope(cast.lumen.pk):
        own, of_refund = payment.allocations.get(), refund.allocations.get()
    with pytest.raises(Refused, match="was refunded"):
        operations.unallocate(own, actor=cast.ana)
    with pytest.raises(Refused, match="was refunded"):
        operations.delete(payment, actor=cast.ana)
    with pytest.raises(Refused, match="delete it"):
        operations.unallocate(of_refund, actor=cast.ana)
    operations.delete(refund, actor=cast.ana)
    operations.delete(payment, actor=cast.ana)
    assert facts(row) == (0, 0, 0, "FINAL")


def test_a_refund_that_was_settled_on_top_of_is_kept(cast: Cast) -> None:
    row = invoice(cast)
    paid(cast.bellecour, 10_000)
    refund = operations.refund_whole(row, actor=cast.ana, on=TODAY)
    note = credit_note(cast, 10_000)
    operations.set_against(note, actor=cast.ana, parts={row.pk: 10_000})
    with pytest.raises(Refused, match="settled again"):
        operations.delete(refund, actor=cast.ana)


def test_a_deleted_payment_stays_in_the_log_with_all_it_said(cast: Cast) -> None:
    row = invoice(cast)
    payment = paid(cast.bellecour, 12_000, reference="VIR 42", note="twice", method=Method.CHEQUE)
    operations.delete(payment, actor=cast.ana)
    assert facts(row) == (0, 0, 0, "FINAL")
    assert credit(cast.bellecour) == 0
    with scope(cast.lumen.pk):
        event = Event.objects.get(name="payment.deleted", organisation_id=cast.lumen.pk)
    said = json.loads(event.data)
    assert event.actor_name == "Ana"
    assert {
        name: said[name] for name in ("amount_minor", "currency", "method", "reference", "note", "on")
    } == {
        "amount_minor": 12_000,
        "currency": "EUR",
        "method": "cheque",
        "reference": "VIR 42",
        "note": "twice",
        "on": "2026-03-31",
    }
    assert said["settled"] == [row.number]
    assert said["parts"] == [{"invoice_id": row.pk, "credit_of_id": None, "amount_minor": 10_000}]
    with scope(cast.lumen.pk):
        assert not Payment.objects.exists()


def test_closed_books_are_closed(cast: Cast) -> None:
    row = invoice(cast)
    payment = paid(cast.bellecour, 1_000)
    organisations.close_books(cast.lumen, actor=cast.ada, until=DAY, today=TODAY)
    with pytest.raises(Refused, match="can no longer be deleted"):
        operations.delete(payment, actor=cast.ana)
    for write in (
        lambda: paid(cast.bellecour, 100),
        lambda: operations.pay_balance(row, actor=cast.ana, on=DAY),
        lambda: operations.refund(row, actor=cast.ana, payment=new(1), today=TODAY),
        lambda: operations.pay_many(cast.lumen, actor=cast.ana, invoice_ids=[row.pk], on=DAY, today=TODAY),
    ):
        with pytest.raises(Refused, match="closed until 2026-03-31") as refusal:
            write()
        assert refusal.value.field == "on"
    later = paid(cast.bellecour, 1_000, on=DAY + timedelta(days=1))
    operations.delete(later, actor=cast.ana)
    organisations.close_books(cast.lumen, actor=cast.ada, until=None, today=TODAY)
    operations.delete(payment, actor=cast.ana)
    assert facts(row)[0] == 0


def test_books_are_closed_for_days_that_have_passed_by_who_may(cast: Cast) -> None:
    with pytest.raises(Refused, match="have passed"):
        organisations.close_books(cast.lumen, actor=cast.ada, until=TODAY, today=TODAY)
    with pytest.raises(PermissionDenied, match="export to accounting"):
        organisations.close_books(cast.lumen, actor=cast.ana, until=DAY, today=TODAY)
    for until in (DAY, date(2026, 2, 28), None):
        organisations.close_books(cast.lumen, actor=cast.ada, until=until, today=TODAY)
    with scope(cast.lumen.pk):
        moments = timeline(cast.lumen.pk, "organisation", cast.lumen.pk)[:3]
    assert [one.name.partition("_")[2] for one in moments] == ["reopened", "reopened", "closed"]


def test_who_may_only_read_and_who_is_a_stranger_may_not(cast: Cast) -> None:
    row, note = invoice(cast), credit_note(cast)
    payment = paid(cast.bellecour, 5_000)
    with scope(cast.lumen.pk):
        allocation = payment.allocations.get()
    for actor in (cast.carol, cast.bob):
        for write in (
            lambda actor: operations.record(cast.bellecour, actor=actor, payment=new(1), today=TODAY),
            lambda actor: operations.pay_balance(row, actor=actor, on=DAY),
            lambda actor: operations.allocate(cast.bellecour, actor=actor),
            lambda actor: operations.set_against(note, actor=actor),
            lambda actor: operations.unallocate(allocation, actor=actor),
            lambda actor: operations.refund(note, actor=actor, payment=new(1), today=TODAY),
            lambda actor: operations.refund_whole(note, actor=actor, on=DAY),
            lambda actor: operations.refund_credit(cast.bellecour, actor=actor, payment=new(1), today=TODAY),
            lambda actor: operations.delete(payment, actor=actor),
        ):
            with pytest.raises(PermissionDenied):
                write(actor)
    assert facts(row)[0] == 5_000


def test_credits_are_told_apart_by_where_they_come_from(cast: Cast) -> None:
    paid(cast.bellecour, 500)
    paid(cast.bellecour, 700, currency="USD")
    credit_note(cast)
    with scope(cast.lumen.pk):
        found = queries.credits_of(cast.bellecour.pk)
    assert [(one.currency, one.payments_minor, one.credit_notes_minor) for one in found] == [
        ("EUR", 500, 4_000),
        ("USD", 700, 0),
    ]
