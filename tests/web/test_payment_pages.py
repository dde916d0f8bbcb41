"""Pages of payments: recorded on a document, over several, for many; looked up, taken off and deleted."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import scope
from facturier.payments import operations, queries
from facturier.payments.models import Allocation, Payment
from facturier.rules.document import Kind
from tests.payments.paying import document, facts, new
from tests.support.cast import Cast
from tests.support.documents import invoice as issued

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
GROSS = 39_570


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    return signed_in(cast, client, "ana")


def signed_in(cast: Cast, client: Client, name: str) -> Client:
    user = cast.users[name]
    user.language = "en"
    user.save(update_fields=["language"])
    client.force_login(user)
    return client


@pytest.fixture
def row(cast: Cast) -> Invoice:
    return issued(cast.lumen, cast.bellecour)


def said(amount: str, **fields: Any) -> dict[str, Any]:
    return {"amount": amount, "on": timezone.localdate().isoformat(), "method": "transfer", **fields}


def test_the_dialog_proposes_the_balance_today(ana: Client, row: Invoice) -> None:
    page = ana.get(f"/lumen/documents/{row.pk}/pay/", headers=HTMX).content.decode()
    assert 'value="395.7"' in page or 'value="395.70"' in page
    assert f'value="{timezone.localdate().isoformat()}"' in page


def test_a_payment_is_recorded_on_the_document(ana: Client, row: Invoice) -> None:
    answer = ana.post(f"/lumen/documents/{row.pk}/pay/", said("100"), headers=HTMX)
    assert answer["HX-Redirect"] == f"/lumen/documents/{row.pk}/"
    assert facts(row) == (10_000, 0, 0, "PARTLY_PAID")
    page = ana.get(f"/lumen/documents/{row.pk}/").content.decode()
    assert "Payments and credits" in page
    assert "Partly paid" in page


def test_more_than_the_balance_stays_as_credit(cast: Cast, ana: Client, row: Invoice) -> None:
    answer = ana.post(f"/lumen/documents/{row.pk}/pay/", said("400"), follow=True)
    assert "4.30" in answer.content.decode()
    with scope(cast.lumen.pk):
        assert queries.credits_of(cast.bellecour.pk)[0].payments_minor == 40_000 - GROSS


@pytest.mark.parametrize("amount", ["", "0", "-5", "nonsense", "1.234"])
def test_what_is_wrong_is_said_beside_its_field(ana: Client, row: Invoice, amount: str) -> None:
    answer = ana.post(f"/lumen/documents/{row.pk}/pay/", said(amount), headers=HTMX)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert facts(row)[0] == 0


def test_a_refund_is_recorded(ana: Client, row: Invoice) -> None:
    assert ana.get(f"/lumen/documents/{row.pk}/refund/").status_code == 422
    ana.post(f"/lumen/documents/{row.pk}/pay/", said("395.70"))
    ana.post(f"/lumen/documents/{row.pk}/refund/", said("395,70"))
    assert facts(row) == (GROSS, GROSS, 0, "REFUNDED")


def test_a_payment_is_shared_out_over_invoices(cast: Cast, ana: Client, row: Invoice) -> None:
    other = issued(cast.lumen, cast.bellecour)
    address = f"/lumen/customers/{cast.bellecour.pk}/pay/"
    page = ana.get(address).content.decode()
    assert row.number in page
    assert other.number in page
    ana.post(address, said("400"))
    assert (facts(row)[0], facts(other)[0]) == (GROSS, 430)
    by_hand = said("100", by_hand="1", **{f"part-{other.pk}": "60"})
    ana.post(address, by_hand)
    assert facts(other)[0] == 6_430
    with scope(cast.lumen.pk):
        assert queries.credits_of(cast.bellecour.pk)[0].payments_minor == 4_000


def test_what_remains_is_told_while_somebody_types(cast: Cast, ana: Client, row: Invoice) -> None:
    address = f"/lumen/customers/{cast.bellecour.pk}/pay/"
    shown = ana.post(address, said("400", shares="1"), headers=HTMX).content.decode()
    assert "4.30" in shown
    assert row.number in shown
    by_hand = said("100", shares="1", by_hand="1", **{f"part-{row.pk}": "130"})
    assert "30.00" in ana.post(address, by_hand, headers=HTMX).content.decode()
    with scope(cast.lumen.pk):
        assert not Payment.objects.exists()


def test_too_much_by_hand_is_refused_and_named(cast: Cast, ana: Client, row: Invoice) -> None:
    address = f"/lumen/customers/{cast.bellecour.pk}/pay/"
    answer = ana.post(address, said("500", by_hand="1", **{f"part-{row.pk}": "400"}))
    assert answer.status_code == 422
    assert "still open there" in answer.content.decode()
    assert facts(row)[0] == 0


def test_many_are_paid_in_full_and_the_skipped_named(cast: Cast, ana: Client, row: Invoice) -> None:
    other = issued(cast.lumen, cast.bellecour)
    ana.post(f"/lumen/documents/{other.pk}/pay/", said("395.70"))
    chosen = {"pk": [row.pk, other.pk]}
    asked = ana.post("/lumen/documents/pay/", chosen, headers=HTMX).content.decode()
    assert "Record 1 payment" in asked
    assert "Nothing is left to pay." in asked
    assert facts(row)[0] == 0
    ana.post("/lumen/documents/pay/", {**chosen, **said(""), "confirmed": "1"}, headers=HTMX)
    assert facts(row) == (GROSS, 0, 0, "PAID")


def test_the_list_finds_by_customer_reference_and_number(cast: Cast, ana: Client, row: Invoice) -> None:
    ana.post(f"/lumen/documents/{row.pk}/pay/", said("100", reference="VIR 4711"))
    for words in ("vir 47", "bellecour", row.number.lower()):
        assert "VIR 4711" in ana.get("/lumen/payments/", {"q": words}).content.decode(), words
    assert "Nothing fits" in ana.get("/lumen/payments/", {"q": "zebra"}).content.decode()
    assert "Nothing fits" in ana.get("/lumen/payments/", {"kind": "refund"}).content.decode()


def test_the_list_is_read_page_by_page(cast: Cast, ana: Client, django_assert_max_num_queries: Any) -> None:
    for amount in range(1, 121):
        operations.record(
            cast.bellecour, actor=cast.ana, payment=new(amount, reference=f"R{amount}"), today=new(1).on
        )
    seen, address = [], "/lumen/payments/"
    while address:
        with django_assert_max_num_queries(30):
            answer = ana.get(address)
        seen += [row.reference for row, _documents in answer.context["rows"]]
        after = answer.context["after"]
        address = f"/lumen/payments/?after={after}" if after else ""
    assert seen == [f"R{amount}" for amount in range(120, 0, -1)]


def test_the_files_hold_what_the_filters_show(ana: Client, row: Invoice) -> None:
    ana.post(f"/lumen/documents/{row.pk}/pay/", said("400", reference="=1+1"))
    answer = ana.get("/lumen/payments.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (_heads, line) = csv.reader(io.StringIO(text))
    assert row.number in line
    assert "400.00" in line
    assert "'=1+1" in line
    workbook = b"".join(ana.get("/lumen/payments.xlsx").streaming_content)
    assert workbook[:2] == b"PK"


def test_a_payment_is_taken_off_used_again_and_deleted(cast: Cast, ana: Client, row: Invoice) -> None:
    ana.post(f"/lumen/documents/{row.pk}/pay/", said("395.70"))
    with scope(cast.lumen.pk):
        payment, share = Payment.objects.get(), Allocation.objects.get()
    assert row.number in ana.get(f"/lumen/payments/{payment.pk}/").content.decode()
    ana.post(f"/lumen/payments/shares/{share.pk}/take-off/")
    assert facts(row)[0] == 0
    tab = ana.get(f"/lumen/customers/{cast.bellecour.pk}/", {"tab": "payments"}).content.decode()
    assert "395.70" in tab
    ana.post(f"/lumen/customers/{cast.bellecour.pk}/use-credit/")
    assert facts(row)[3] == "PAID"
    ana.post(f"/lumen/payments/{payment.pk}/delete/")
    assert facts(row)[0] == 0
    assert ana.get(f"/lumen/payments/{payment.pk}/").status_code == 404


def test_credit_is_refunded_from_the_customers_page(cast: Cast, ana: Client) -> None:
    operations.record(cast.bellecour, actor=cast.ana, payment=new(5_000), today=new(1).on)
    address = f"/lumen/customers/{cast.bellecour.pk}/refund-credit/"
    assert "Refund the credit" in ana.get(address, headers=HTMX).content.decode()
    ana.post(address, said("50"), headers=HTMX)
    with scope(cast.lumen.pk):
        assert queries.credits_of(cast.bellecour.pk) == []


def test_a_credit_note_is_set_against_open_invoices(cast: Cast, ana: Client, row: Invoice) -> None:
    note = document(cast.lumen, cast.bellecour, gross=1_000, kind=Kind.CREDIT_NOTE)
    ana.post(f"/lumen/documents/{note.pk}/set-against/")
    assert facts(row)[2] == 1_000
    assert f"Credit note {note.number}" in ana.get(f"/lumen/documents/{row.pk}/").content.decode()


def test_the_books_are_closed_by_who_may(cast: Cast, client: Client, row: Invoice) -> None:
    ada = signed_in(cast, client, "ada")
    ada.post("/lumen/admin/accounting/", {"books_closed_until": "2026-01-31"})
    ada.post("/lumen/admin/accounting/paid/", {"closes": "1"})
    cast.lumen.refresh_from_db()
    assert (str(cast.lumen.books_closed_until), cast.lumen.closes_paid) == ("2026-01-31", True)
    late = ada.post(f"/lumen/documents/{row.pk}/pay/", said("1", on="2026-01-31"), headers=HTMX)
    assert "closed until" in late.content.decode()
    future = ada.post("/lumen/admin/accounting/", {"books_closed_until": "2999-01-31"})
    assert future.status_code == 422
    ana = signed_in(cast, client, "ana")
    answer = ana.post("/lumen/admin/accounting/", {"books_closed_until": ""})
    assert "export to accounting" in answer.content.decode()
    cast.lumen.refresh_from_db()
    assert cast.lumen.books_closed_until is not None
