"""Duplicating a document, and the way from a pro forma to its invoice, on the pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from tests.support.cast import Cast
from tests.support.documents import DAY, invoice, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast) -> Client:
    cast.users["ana"].language = "en"
    cast.users["ana"].save()
    client = Client()
    client.force_login(cast.users["ana"])
    return client


def pro_forma(cast: Cast) -> Invoice:
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, kind=Kind.PRO_FORMA, lines=[line()])
    return operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)


def at(name: str, row: Invoice) -> str:
    return reverse(name, args=["lumen", row.pk])


def the(cast: Cast, **lookups: object) -> Invoice:
    with scope(cast.lumen.pk):
        return Invoice.objects.get(**lookups)


def test_a_pro_forma_is_begun_from_the_new_menu(cast: Cast, ana: Client) -> None:
    url = reverse("pro-forma-new", args=["lumen"])
    assert url in ana.get(reverse("billing", args=["lumen"])).content.decode()
    assert "New pro forma" in ana.get(url).content.decode()
    answer = ana.post(url, {"customer": str(cast.bellecour.pk)})
    row = the(cast)
    assert row.kind == Kind.PRO_FORMA
    assert answer["Location"] == at("document-edit", row)
    page = ana.get(answer["Location"]).content.decode()
    assert f"Pro forma {row.reference}" in page
    assert "Review and send" in page


def test_the_final_invoice_is_produced_from_the_page_and_linked_both_ways(cast: Cast, ana: Client) -> None:
    row = pro_forma(cast)
    assert "Produce the final invoice" in ana.get(at("document", row)).content.decode()
    answer = ana.post(at("document-convert", row), {"issue_date": DAY.isoformat()})
    final = the(cast, number="F2026-00001")
    assert answer["Location"] == at("document", final)
    there = ana.get(at("document", final)).content.decode()
    assert "Made from" in there
    assert at("document", row) in there
    back = ana.get(at("document", row)).content.decode()
    assert "Converted into" in back
    assert at("document", final) in back
    assert "Produce the final invoice" not in back
    assert ana.get(at("document-edit", row)).status_code == 302


def test_a_draft_can_be_made_of_a_pro_forma_first(cast: Cast, ana: Client) -> None:
    row = pro_forma(cast)
    answer = ana.post(at("document-convert", row), {"issue_date": DAY.isoformat(), "draft": "1"})
    made = the(cast, kind=Kind.INVOICE)
    assert made.number is None
    assert answer["Location"] == at("document-edit", made)
    again = ana.post(at("document-convert", row), {"issue_date": DAY.isoformat()}, follow=True)
    assert "This pro forma was converted already." in again.content.decode()


def test_a_pro_forma_is_numbered_without_being_sent(cast: Cast, ana: Client) -> None:
    row = pro_forma(cast)
    ana.post(at("document-number", row), {"issue_date": DAY.isoformat()})
    page = ana.get(at("document", row)).content.decode()
    assert "PF-2026-00001" in page
    assert "Number without sending" not in page
    assert "A pro forma that has its number cannot be deleted: close it." in page


def test_a_duplicate_opens_in_the_editor(cast: Cast, ana: Client) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    answer = ana.post(at("document-duplicate", row))
    made = the(cast, number=None)
    assert answer["Location"] == at("document-edit", made)
    assert "Made from F2026-00001" in ana.get(at("document", made)).content.decode()


def test_the_view_of_pro_formas_shows_what_is_under_way(cast: Cast, ana: Client) -> None:
    waiting, gone = pro_forma(cast), pro_forma(cast)
    ana.post(at("document-convert", gone), {"issue_date": DAY.isoformat()})
    final = the(cast, number="F2026-00001")
    page = ana.get(reverse("document-list", args=["lumen"])).content.decode()
    view = "?status=pro_forma_preparing&amp;status=pro_forma_sent&amp;status=final"
    assert view in page
    shown = ana.get(reverse("document-list", args=["lumen"]) + view.replace("&amp;", "&")).content.decode()
    for row in (waiting, final):
        assert at("document", row) in shown
    assert at("document", gone) not in shown


@pytest.mark.parametrize("name", ["document-duplicate", "document-convert", "document-number"])
def test_who_may_only_read_is_refused(cast: Cast, name: str) -> None:
    client = Client()
    client.force_login(cast.users["carol"])
    assert client.post(at(name, pro_forma(cast))).status_code == 403
    with scope(cast.lumen.pk):
        assert Invoice.objects.count() == 1
