"""What a document supplies, where it goes and its exchange rate reach the issued value."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from facturier.catalogue.models import GLAccount
from facturier.customers.models import Customer
from facturier.delivery.pdf.writing import paper
from facturier.invoices import operations
from facturier.invoices.drafting import document_of
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.tenancy import scope
from facturier.rules.document import Document, Nature
from facturier.rules.refusal import Refused
from tests.support.cast import Cast
from tests.support.documents import DAY, line

pytestmark = pytest.mark.django_db

DEPOT = {
    "name": "Dépôt",
    "line1": "25 avenue Jean Jaurès",
    "postcode": "69007",
    "city": "Lyon",
    "country": "FR",
}


def goods(cast: Cast) -> NewLine:
    with scope(cast.lumen.pk):
        return replace(line(), account_id=GLAccount.objects.get(code="707000").pk)


def issued(cast: Cast, draft: NewDraft) -> Document:
    row = operations.create(cast.lumen, actor=cast.ana, draft=draft, today=DAY)
    operations.finalise(row, actor=cast.ana, issue_date=DAY)
    with scope(cast.lumen.pk):
        return Invoice.objects.get(pk=row.pk).issued.as_document()


def test_a_line_is_what_its_account_supplies_unless_it_says_otherwise(cast: Cast) -> None:
    of_goods = goods(cast)
    said = replace(of_goods, nature=Nature.SERVICES)
    with scope(cast.lumen.pk):
        usual = line()
    document = issued(cast, NewDraft(customer=cast.bellecour, lines=[of_goods, said, usual]))
    assert [one.nature for one in document.content.lines] == [
        Nature.GOODS,
        Nature.SERVICES,
        Nature.SERVICES,
    ]
    assert "Catégorie de l’opération : livraison de biens et prestation de services." in document.mentions


def test_goods_go_to_the_customer_s_delivery_address_or_the_draft_s_own(cast: Cast) -> None:
    of_goods = goods(cast)
    with scope(cast.lumen.pk):
        Customer.objects.filter(pk=cast.bellecour.pk).update(delivery=DEPOT)
        customer = Customer.objects.get(pk=cast.bellecour.pk)
    usual = issued(cast, NewDraft(customer=customer, lines=[of_goods]))
    assert usual.content.deliver_to is not None
    assert usual.content.deliver_to.name == "Dépôt"
    facts = {one.label: one.value for one in paper(usual, region=cast.lumen.rules).facts}
    assert facts["Livré à"] == "Dépôt, 25 avenue Jean Jaurès, 69007 Lyon"
    own = issued(cast, NewDraft(customer=customer, lines=[of_goods], delivery={**DEPOT, "name": "Atelier"}))
    assert own.content.deliver_to is not None
    assert own.content.deliver_to.name == "Atelier"
    none = issued(cast, NewDraft(customer=customer, lines=[of_goods], delivery={}))
    assert none.content.deliver_to is None


def test_the_tax_of_a_document_in_dollars_is_stated_in_euros(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        draft = NewDraft(customer=cast.bellecour, lines=[line()], currency="USD")
    with pytest.raises(Refused, match="enter the exchange rate") as refused:
        issued(cast, draft)
    assert refused.value.field == "exchange_rate"
    document = issued(
        cast, replace(draft, exchange_rate=Decimal("1.0837"), exchange_source="BCE, 31 mars 2026")
    )
    tax = document.exchanged_tax
    assert tax is not None
    assert tax.minor == round(document.totals.tax.minor / Decimal("1.0837"))
    sums = {one.label: one.value for one in paper(document, region=cast.lumen.rules).sums}
    (label,) = (one for one in sums if "TVA en EUR" in one)
    assert "1,0837" in label
    assert "BCE, 31 mars 2026" in label
    assert "€" in sums[label]


def test_the_option_for_debits_is_printed_once_it_is_chosen(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        draft = NewDraft(customer=cast.bellecour, lines=[line()])
    row = operations.create(cast.lumen, actor=cast.ana, draft=draft, today=DAY)
    option = "Option pour le paiement de la taxe d’après les débits."
    with scope(cast.lumen.pk):
        assert option not in document_of(row, today=DAY).mentions
        row.organisation.vat_on_debits = True
        assert option in document_of(row, today=DAY).mentions
