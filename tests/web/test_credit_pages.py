"""Crediting an invoice on its pages: whole, by line, by quantity, by amount, and anew."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from facturier.invoices import credits
from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import scope
from facturier.rules.crediting import Choice
from facturier.rules.document import Kind
from tests.support.cast import Cast
from tests.support.documents import DAY, invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast) -> Client:
    cast.users["ana"].language = "en"
    cast.users["ana"].save()
    client = Client()
    client.force_login(cast.users["ana"])
    return client


def at(name: str, row: Invoice) -> str:
    return reverse(name, args=["lumen", row.pk])


def the_note(cast: Cast) -> Invoice:
    with scope(cast.lumen.pk):
        return Invoice.objects.get(kind=Kind.CREDIT_NOTE)


def test_everything_is_credited_by_one_choice(cast: Cast, ana: Client) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    assert at("document-credit", row) in ana.get(at("document", row)).content.decode()
    page = ana.get(at("document-credit", row)).content.decode()
    assert "Everything that is left: €329.75 without tax" in page
    answer = ana.post(at("document-credit", row), {"what": "all", "reason": "Wrong order"})
    note = the_note(cast)
    assert answer["Location"] == at("document", note)
    assert (note.gross_minor, note.note) == (row.gross_minor, "Wrong order")
    there = ana.get(at("document", note)).content.decode()
    assert at("document", row) in there
    assert "Nothing is left to credit." in ana.get(at("document", row)).content.decode()


def test_lines_are_credited_by_quantity_amount_and_whole(cast: Cast, ana: Client) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    form = {"what": "some", "quantity_1": "0.5", "amount_2": "38.75"}
    ana.post(at("document-credit", row), form)
    note = the_note(cast)
    assert note.net_minor == 4775 + 3875
    editor = ana.get(at("document-edit", note))
    assert editor["Location"] == at("credit-edit", note)
    page = ana.get(editor["Location"]).content.decode()
    assert 'name="quantity_1" value="0.5"' in page
    assert 'name="amount_2" value="38.75"' in page
    ana.post(at("credit-edit", note), {"what": "some", "whole_2": "on", "version": str(note.version)})
    assert the_note(cast).net_minor == 13875


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"quantity_1": "2.5"}, "Line 1: at most 2 can be credited."),
        ({"amount_1": "500"}, "Line 1: at most €191.00 can be credited."),
        ({"quantity_1": "1", "amount_1": "5"}, "Line 1: credit a quantity or an amount, not both."),
        ({"quantity_1": "two"}, "“two” is no number."),
        ({}, "Choose what to credit."),
    ],
)
def test_what_cannot_be_credited_is_said_beside_its_line(
    cast: Cast, ana: Client, form: dict[str, str], words: str
) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    answer = ana.post(at("document-credit", row), {"what": "some", **form})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    for name, value in form.items():
        assert f'name="{name}" value="{value}"' in page
    with scope(cast.lumen.pk):
        assert Invoice.objects.count() == 1


def test_an_invoice_is_credited_and_issued_anew(cast: Cast, ana: Client) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    answer = ana.post(at("document-reissue", row), {"issue_date": DAY.isoformat(), "reason": "Address"})
    with scope(cast.lumen.pk):
        draft = Invoice.objects.get(number=None)
    assert answer["Location"] == at("document-edit", draft)
    assert the_note(cast).number == "A2026-00001"
    told = ana.get(at("document", row)).content.decode()
    assert "Credited by A2026-00001" in told
    assert "Something of this invoice was credited already" in told


def test_who_may_only_read_is_refused(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    note = credits.draft_credit(row, actor=cast.ana, choices=[Choice(1, quantity=Decimal(1))], today=DAY)
    client = Client()
    client.force_login(cast.users["carol"])
    for name, one in (("document-credit", row), ("document-reissue", row), ("credit-edit", note)):
        assert client.post(at(name, one)).status_code == 403
