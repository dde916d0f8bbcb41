"""The page of a document and the editor: what is typed is added up by the one `totals()`, and kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused
from facturier.web.editor.numbers import read_discount, read_number, write_number
from facturier.web.editor.reading import CELLS
from tests.support.cast import Cast
from tests.support.documents import DAY, drafts, invoice, line

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name])
    return client


def draft(cast: Cast) -> Invoice:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    with scope(cast.lumen.pk):
        return Invoice.objects.get(pk=pk)


def form(cast: Cast, row: Invoice, *lines: dict[str, str], **head: str) -> dict[str, Any]:
    """The editor's form as a browser sends it: a value per cell and line."""
    with scope(cast.lumen.pk):
        whole = line()
    usual = {
        **dict.fromkeys(CELLS, ""),
        "kind": "amount",
        "description": "Dépannage",
        "quantity": "1",
        "unit": "HUR",
        "unit_price": "100",
        "tax_code": str(whole.tax_code_id),
        "account": str(whole.account_id),
    }
    rows = [{**usual, **one} for one in lines]
    return {
        "version": str(row.version),
        "customer": str(cast.bellecour.pk),
        "payment_days": "30",
        "language": "fr",
        **head,
        **{name: [one[name] for one in rows] for name in CELLS},
    }


def save(client: Client, row: Invoice, data: dict[str, Any]) -> Any:
    url = reverse("document-save", args=["lumen", row.pk])
    return client.post(url, data, headers={"Accept": "application/json"})


def test_what_is_typed_is_added_up_and_kept(cast: Cast) -> None:
    row = draft(cast)
    typed = form(
        cast,
        row,
        {"quantity": "1,5", "unit_price": "1 284,50", "discount": "10 %"},
        {"kind": "text", "description": "Sur site", "quantity": "", "unit_price": "", "tax_code": ""},
        {"quantity": "3", "unit_price": "0,333333", "discount": "0,50"},
        document_discount="5 %",
        document_discount_reason="Fidélité",
    )
    answer = save(signed_in(cast, "ana"), row, typed)
    assert answer.status_code == 200, answer.content
    assert answer.json()["version"] == 2
    with scope(cast.lumen.pk):
        kept = Invoice.objects.get(pk=row.pk)
        assert [one.net_minor for one in kept.lines.all()] == [173407, 0, 50]
    assert (kept.net_minor, kept.tax_minor, kept.gross_minor) == (164784, 32957, 197741)
    assert "1\xa0977,41" in answer.json()["beside"]


def test_every_cell_that_cannot_be_read_is_named_and_nothing_is_kept(cast: Cast) -> None:
    row = draft(cast)
    typed = form(cast, row, {"quantity": "zwei"}, {"unit_price": "1,2,3x"}, {"discount": "120 %"})
    answer = save(signed_in(cast, "ana"), row, typed)
    assert answer.status_code == 422
    fields = [one["field"] for one in answer.json()["refusals"]]
    assert fields == ["lines.1.quantity", "lines.2.unit_price", "lines.3.discount"]
    with scope(cast.lumen.pk):
        assert Invoice.objects.get(pk=row.pk).version == 1


def test_the_second_editor_is_told(cast: Cast) -> None:
    row = draft(cast)
    typed = form(cast, row, {})
    assert save(signed_in(cast, "ana"), row, typed).status_code == 200
    late = save(signed_in(cast, "ada"), row, typed)
    assert late.status_code == 422
    assert late.json()["refusals"][0]["field"] == "version"


def test_without_a_script_the_form_saves_and_comes_back(cast: Cast) -> None:
    row = draft(cast)
    answer = signed_in(cast, "ana").post(
        reverse("document-save", args=["lumen", row.pk]), form(cast, row, {"unit_price": "50"})
    )
    assert answer.status_code == 302
    with scope(cast.lumen.pk):
        assert Invoice.objects.get(pk=row.pk).net_minor == 5000


def test_a_new_invoice_starts_from_its_customer(cast: Cast) -> None:
    answer = signed_in(cast, "ana").post(
        reverse("document-new", args=["lumen"]), {"customer": str(cast.bellecour.pk)}
    )
    with scope(cast.lumen.pk):
        row = Invoice.objects.get()
    assert answer["Location"] == reverse("document-edit", args=["lumen", row.pk])
    assert (row.customer_id, row.currency, row.language) == (cast.bellecour.pk, "EUR", "fr")


def test_another_sellers_customer_is_no_customer(cast: Cast) -> None:
    client = signed_in(cast, "ana")
    client.post(reverse("document-new", args=["lumen"]), {"customer": str(cast.festival.pk)})
    with scope(cast.lumen.pk):
        assert not Invoice.objects.exists()


def test_a_draft_is_finalised_from_its_page(cast: Cast) -> None:
    row = draft(cast)
    client = signed_in(cast, "ana")
    client.post(reverse("document-finalise", args=["lumen", row.pk]), {"issue_date": DAY.isoformat()})
    page = client.get(reverse("document", args=["lumen", row.pk])).content.decode()
    assert "F2026-00001" in page
    assert "395,70" in page


def test_the_page_says_what_is_missing_and_where(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        bare = [line(tax_code_id=None)]
    row = operations.create(
        cast.lumen,
        actor=cast.ana,
        draft=operations.NewDraft(customer=cast.bellecour, lines=bare),
        today=DAY,
    )
    cast.users["ana"].language = "en"
    cast.users["ana"].save()
    page = signed_in(cast, "ana").get(reverse("document", args=["lumen", row.pk])).content.decode()
    assert "Line 1: choose a tax code." in page
    assert f"{reverse('document-edit', args=['lumen', row.pk])}#lines-1-tax_code" in page


def test_who_may_only_read_sees_why_and_is_refused(cast: Cast) -> None:
    row = draft(cast)
    client = signed_in(cast, "carol")
    assert client.get(reverse("document", args=["lumen", row.pk])).status_code == 200
    assert client.get(reverse("document-edit", args=["lumen", row.pk])).status_code == 403
    for name in ("document-save", "document-finalise", "document-delete", "document-close"):
        assert client.post(reverse(name, args=["lumen", row.pk])).status_code == 403


def test_an_issued_document_has_no_editor(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    answer = signed_in(cast, "ana").get(reverse("document-edit", args=["lumen", row.pk]))
    assert answer["Location"] == reverse("document", args=["lumen", row.pk])


def test_hostile_words_stay_words(cast: Cast) -> None:
    row = draft(cast)
    client = signed_in(cast, "ana")
    save(client, row, form(cast, row, {"description": "</textarea><script>alert(1)</script>"}))
    for name in ("document", "document-edit"):
        page = client.get(reverse(name, args=["lumen", row.pk])).content.decode()
        assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("fr", "1 284,50", "1284.50"),
        ("fr", "1284.50", "1284.50"),
        ("fr", "1.234", "1.234"),
        ("de", "1.234", "1234"),
        ("de", "1.284,50", "1284.50"),
        ("en", "1,284.50", "1284.50"),
        ("en", "1,234", "1234"),
        ("en", "0,5", "0.5"),
        ("it", "1.234.567", "1234567"),
        ("de", "-3", "-3"),
        ("fr", "", "0"),
    ],
)
def test_numbers_are_read_as_their_reader_writes_them(language: str, text: str, value: str) -> None:
    with translation.override(language):
        assert read_number(text, field="x", places=6) == Decimal(value)


@pytest.mark.parametrize("text", ["zwei", "1e5x", "--1", "NaN", "Infinity", "1" * 12, "0.1234567"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_number(text, field="x", places=6)


def test_discounts_are_percentages_or_amounts() -> None:
    assert read_discount("10 %", field="x", minor_digits=2) == (Decimal(10), 0)
    assert read_discount("15,25", field="x", minor_digits=2) == (Decimal(0), 1525)


def test_what_is_written_can_be_read_again() -> None:
    for language in ("fr", "de", "it", "en"):
        with translation.override(language):
            for text in ("0", "0.5", "1234.567891", "-3", "100"):
                value = Decimal(text)
                assert read_number(write_number(value), field="x", places=6) == value


def test_a_draft_has_a_delivery_address_of_its_own_only_where_it_differs(cast: Cast) -> None:
    row = draft(cast)
    client = signed_in(cast, "ana")
    url = reverse("document-save", args=[cast.lumen.slug, row.pk])
    shown = {"delivery_of": str(cast.bellecour.pk)}
    place = {"delivery.line1": "25 avenue Jean Jaurès", "delivery.postcode": "69007", "delivery.city": "Lyon"}

    def saved(**head: str) -> Invoice:
        with scope(cast.lumen.pk):
            row.refresh_from_db()
        answer = client.post(url, form(cast, row, {"nature": "goods"}, **shown, **head))
        assert answer.status_code == 302
        with scope(cast.lumen.pk):
            return Invoice.objects.get(pk=row.pk)

    assert saved().delivery is None
    own = saved(**place)
    assert own.delivery == {
        "line1": "25 avenue Jean Jaurès",
        "postcode": "69007",
        "city": "Lyon",
        "country": "FR",
    }
    with scope(cast.lumen.pk):
        assert own.lines.get().nature == "goods"
    assert saved().delivery is None
