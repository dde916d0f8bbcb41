"""Goods or services, where goods go, and what French documents say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from facturier.rules.document import DeliverTo, Draft, Kind, Line, LineKind, Nature, canonical_json, from_json
from facturier.rules.issuing import issue, missing, preview
from facturier.rules.regions import REGIONS
from facturier.rules.regions.base import AccountSeed
from facturier.rules.supply import delivery_of, nature_of
from tests.rules.documents import tax
from tests.rules.drafts import DAY, LYON, complete

ON_DEBITS = "Option pour le paiement de la taxe d’après les débits."
DEPOT = DeliverTo("Dépôt Gerland", replace(LYON, line1="25 avenue Jean Jaurès", postcode="69007"))


def supplying(*natures: Nature, **changes: object) -> Draft:
    """A complete French draft with a line of each nature."""
    draft = complete("FR")
    lines = tuple(replace(draft.lines[0], nature=nature) for nature in natures)
    return replace(draft, lines=lines, **changes)


def mentions(draft: Draft) -> tuple[str, ...]:
    return preview(draft, region=REGIONS[draft.region], issue_date=DAY).mentions


@pytest.mark.parametrize(
    ("stated", "category", "account", "found"),
    [
        ("", "S", "goods", Nature.GOODS),
        ("", "S", "services", Nature.SERVICES),
        ("", "S", "", Nature.SERVICES),
        ("goods", "S", "services", Nature.GOODS),
        ("", "K", "services", Nature.GOODS),
        ("", "G", "services", Nature.GOODS),
        ("services", "G", "goods", Nature.SERVICES),
    ],
)
def test_a_line_is_what_it_states_else_what_its_tax_or_account_is_for(stated, category, account, found):
    assert nature_of(stated, taxes=(tax("VAT", category, "0"),), account=account) is found


@pytest.mark.parametrize(
    ("natures", "said"),
    [
        ([Nature.GOODS], "Catégorie de l’opération : livraison de biens."),
        ([Nature.SERVICES, Nature.SERVICES], "Catégorie de l’opération : prestation de services."),
        (
            [Nature.GOODS, Nature.SERVICES],
            "Catégorie de l’opération : livraison de biens et prestation de services.",
        ),
    ],
)
def test_french_documents_state_the_category_of_the_operation(natures, said):
    found = mentions(supplying(*natures))
    assert [one for one in found if one.startswith("Catégorie")] == [said]
    credit = supplying(*natures, kind=Kind.CREDIT_NOTE, preceding=("F2026-00001",))
    assert said in mentions(credit)
    assert said not in mentions(supplying(*natures, kind=Kind.PRO_FORMA))


@pytest.mark.parametrize("code", sorted({*REGIONS} - {"FR"}))
def test_elsewhere_no_category_is_stated(code):
    draft = complete(code)
    stated = replace(draft, lines=(replace(draft.lines[0], nature=Nature.GOODS),))
    assert mentions(stated) == mentions(draft)


def test_the_option_for_debits_is_stated_where_services_are_taxed():
    assert ON_DEBITS in mentions(supplying(Nature.SERVICES, vat_on_debits=True))
    assert ON_DEBITS in mentions(supplying(Nature.GOODS, Nature.SERVICES, vat_on_debits=True))
    assert ON_DEBITS not in mentions(supplying(Nature.GOODS, vat_on_debits=True))
    assert ON_DEBITS not in mentions(supplying(Nature.SERVICES))
    untaxed = complete("FR", tax_code="FRANCHISE")
    line = replace(untaxed.lines[0], nature=Nature.SERVICES)
    assert ON_DEBITS not in mentions(replace(untaxed, lines=(line,), vat_on_debits=True))


def test_goods_are_delivered_where_the_customer_wants_them():
    draft = supplying(Nature.GOODS)
    home = DeliverTo(address=draft.buyer.address)
    text = Line("Livré", kind=LineKind.TEXT)

    def found(place: DeliverTo | None, *lines: Line) -> DeliverTo | None:
        return delivery_of(place, lines=lines, buyer=draft.buyer)

    services = supplying(Nature.SERVICES).lines[0]
    assert found(DEPOT, draft.lines[0], services, text) == DEPOT
    assert found(DEPOT, services, text) is None
    assert found(home, draft.lines[0]) is None
    assert found(replace(home, name=draft.buyer.name), draft.lines[0]) is None
    assert found(replace(home, name="Dépôt"), draft.lines[0]) == replace(home, name="Dépôt")
    assert found(None, draft.lines[0]) is None


@pytest.mark.parametrize("code", list(REGIONS))
def test_a_delivery_address_is_whole(code):
    draft = replace(complete(code), deliver_to=replace(DEPOT, address=replace(DEPOT.address, city="")))
    found = missing(draft, region=REGIONS[code], issue_date=DAY)
    assert [one.field for one in found] == ["delivery.city"]
    assert missing(replace(draft, deliver_to=DEPOT), region=REGIONS[code], issue_date=DAY) == []


def test_what_is_supplied_and_where_is_frozen():
    draft = supplying(Nature.GOODS, deliver_to=DEPOT, vat_on_debits=True)
    document = issue(draft, region=REGIONS["FR"], issue_date=date(2027, 9, 1)).numbered("F2027-00001")
    again = from_json(canonical_json(document))
    assert again == document
    assert again.content.deliver_to == DEPOT
    assert again.content.lines[0].nature is Nature.GOODS
    assert again.content.vat_on_debits


@pytest.mark.parametrize(
    ("code", "accounts"),
    [("FR", {"707000"}), ("DE", {"8125", "8120"}), ("IT", {"5802"}), ("CA-QC", {"8010"})],
)
def test_a_region_says_which_accounts_are_of_goods(code, accounts):
    def of_goods(one: AccountSeed) -> bool:
        return one.nature is Nature.GOODS

    assert {one.code for one in REGIONS[code].accounts if of_goods(one)} == accounts
