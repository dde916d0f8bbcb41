"""Customers: checked, numbered, owned, found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from facturier.audit.models import Event
from facturier.customers import operations, queries
from facturier.customers.models import Contact, Customer
from facturier.customers.names import folded
from facturier.customers.values import NewContact, NewCustomer
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused, RefusedTogether
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def add(cast: Cast, name: str = "Atelier Bonnard", **fields: Any) -> Customer:
    return operations.add(cast.lumen, actor=cast.ana, customer=NewCustomer(name, **fields))


@pytest.fixture
def lumen(cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


def test_customers_are_numbered_one_after_the_other(lumen: Cast) -> None:
    assert [add(lumen).number for _ in range(3)] == ["C0001", "C0002", "C0003"]
    assert add(lumen, number="C9999").number == "C9999"
    assert add(lumen).number == "C10000"
    assert add(lumen, number="C-77").number == "C-77"
    assert add(lumen).number == "C10001"


def test_a_number_is_given_once(lumen: Cast) -> None:
    add(lumen, number="X1")
    with pytest.raises(Refused) as refused:
        add(lumen, number="X1")
    assert refused.value.field == "number"
    with pytest.raises(Refused):
        operations.change(add(lumen), actor=lumen.ana, values=NewCustomer("Atelier Bonnard", number="X1"))


def test_a_customer_takes_language_and_currency_from_its_seller(lumen: Cast) -> None:
    row = add(lumen, "  Atelier \n Bonnard ")
    assert (row.name, row.language, row.currency) == ("Atelier Bonnard", "fr", "EUR")


def test_numbers_of_registers_are_checked_and_kept_compact(lumen: Cast) -> None:
    row = add(lumen, identifiers={"siren": "732 829 320", "vat": "de 136695976", "siret": " "})
    assert row.identifiers == {"siren": "732829320", "vat": "DE136695976"}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"identifiers": {"siren": "732829321"}}, "identifiers.siren"),
        ({"identifiers": {"vat": "DE136695975"}}, "identifiers.vat"),
        ({"identifiers": {"neq": "1140000000"}}, "identifiers.neq"),
        ({"country": "XX"}, "country"),
        ({"country": "France"}, "country"),
        ({"currency": "EURO"}, "currency"),
        ({"language": "es"}, "language"),
        ({"payment_days": 366}, "payment_days"),
        ({"city": "x" * 101}, "city"),
        ({"tax_code_id": 10**9}, "tax_code"),
        ({"name": " \t "}, "name"),
        ({"contacts": [NewContact("ana@")]}, "contacts.0.email"),
        ({"contacts": [NewContact("a@b.example"), NewContact("A@b.example")]}, "contacts.1.email"),
        ({"owner_ids": [10**9]}, "owners"),
    ],
)
def test_what_is_wrong_is_named(lumen: Cast, fields: dict[str, Any], place: str) -> None:
    before = Customer.objects.count()
    with pytest.raises(Refused) as refused:
        operations.add(lumen.lumen, actor=lumen.ana, customer=NewCustomer(**{"name": "A", **fields}))
    assert refused.value.field == place
    assert Customer.objects.count() == before


def test_everything_wrong_is_named_together(lumen: Cast) -> None:
    with pytest.raises(RefusedTogether) as refused:
        add(lumen, "", country="ZZ", identifiers={"siren": "1"})
    assert {one.field for one in refused.value.refusals} == {"name", "country", "identifiers.siren"}


def test_one_contact_receives_the_documents(lumen: Cast) -> None:
    first, second = NewContact("a@x.example"), NewContact("b@x.example", gets_copy=True)
    row = add(lumen, contacts=[first, second])
    assert [one.email for one in row.contacts.filter(is_billing=True)] == ["a@x.example"]
    values = queries.values_of(row)
    changed = [replace(values.contacts[1], is_billing=True), replace(values.contacts[0], is_billing=False)]
    operations.change(row, actor=lumen.ana, values=replace(values, contacts=changed))
    assert [one.email for one in row.contacts.filter(is_billing=True)] == ["b@x.example"]
    operations.change(row, actor=lumen.ana, values=replace(values, contacts=changed[:1]))
    assert [one.email for one in row.contacts.all()] == ["b@x.example"]
    both = [replace(first, is_billing=True), replace(second, is_billing=True)]
    with pytest.raises(Refused):
        operations.change(row, actor=lumen.ana, values=replace(values, contacts=both))


def test_the_database_holds_one_billing_contact_by_itself(lumen: Cast) -> None:
    row = add(lumen, contacts=[NewContact("a@x.example")])
    with pytest.raises(IntegrityError):
        Contact.objects.create(organisation=lumen.lumen, customer=row, email="b@x.example", is_billing=True)


def test_who_adds_a_customer_owns_it(lumen: Cast) -> None:
    row = add(lumen)
    assert row.owned_by(lumen.ana.membership_id)
    assert not row.owned_by(lumen.dora.membership_id)


def test_nobody_makes_themselves_an_owner(lumen: Cast) -> None:
    row = add(lumen)
    values = replace(queries.values_of(row), owner_ids=[lumen.dora.membership_id])
    with pytest.raises(Refused) as refused:
        operations.change(row, actor=lumen.dora, values=values)
    assert refused.value.field == "owners"
    assert not row.owned_by(lumen.dora.membership_id)
    operations.change(row, actor=lumen.ana, values=values)
    assert row.owned_by(lumen.dora.membership_id)
    back = replace(values, owner_ids=[lumen.ana.membership_id])
    operations.change(row, actor=lumen.ada, values=back)
    assert not row.owned_by(lumen.dora.membership_id)


def test_members_of_other_sellers_own_nobody_here(lumen: Cast) -> None:
    with pytest.raises(Refused):
        add(lumen, owner_ids=[lumen.bob.membership_id])


def test_readers_change_no_customer(lumen: Cast) -> None:
    with pytest.raises(PermissionDenied):
        operations.add(lumen.lumen, actor=lumen.carol, customer=NewCustomer("A"))
    with pytest.raises(PermissionDenied):
        operations.change(lumen.bellecour, actor=lumen.bob, values=NewCustomer("A"))


def test_a_change_says_what_changed(lumen: Cast) -> None:
    row = add(lumen)
    operations.change(row, actor=lumen.ana, values=replace(queries.values_of(row), city="Lyon"))
    event = Event.objects.filter(organisation_id=lumen.lumen.pk, name="customer.changed").get()
    assert event.data == '{"fields":["city"]}'


def test_pages_of_the_list_hold_each_customer_once(lumen: Cast) -> None:
    for name in ["b", "A", "c", "a", "D", "a"]:
        add(lumen, name)
    for sort in queries.SORTS:
        seen: list[int] = []
        after = ""
        for _page in range(20):
            page = queries.page(sort=sort, after=after, size=2)
            seen += [row.pk for row in page.rows]
            after = page.next
            if not after:
                break
        assert sorted(seen) == sorted(Customer.objects.values_list("pk", flat=True)), sort
        assert len(seen) == len(set(seen)), sort
    names = [row.name for row in queries.page(sort="name").rows]
    assert names == sorted(names, key=folded)


def test_accents_and_case_hide_nobody(lumen: Cast) -> None:
    add(lumen, "Zodiac")
    school = add(lumen, "École Saint-Irénée")
    assert [row.name for row in queries.page().rows] == [
        "Atelier Bellecour SAS",
        "École Saint-Irénée",
        "Zodiac",
    ]
    for text in ("école", "ECOLE", "irenee", "École Saint"):
        assert queries.page(text=text).rows == [school], text
    operations.change(school, actor=lumen.ana, values=replace(queries.values_of(school), name="Lycée"))
    assert queries.page(text="lycee").rows == [school]
    assert queries.page(text="ecole").rows == []


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WzEsMl0=", "é"])
def test_a_cursor_that_is_none_begins_anew(lumen: Cast, cursor: str) -> None:
    assert queries.page(after=cursor).rows == queries.page().rows


def test_customers_are_found_by_name_number_city_and_register(lumen: Cast) -> None:
    row = add(lumen, "Crêperie du Vieux Port", city="Sète", identifiers={"siren": "732829320"})
    for text in ["port creperie"[:4], "vieux PORT", row.number, "Sète", "732829"]:
        assert row in queries.page(text=text).rows, text
    assert queries.page(text="vieux nowhere").rows == []
    assert [one.pk for one in queries.choices("crê")] == [row.pk]


def test_another_seller_finds_none_of_them(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        add(cast, "Only Lumen")
    with scope(cast.cap.pk):
        assert queries.page(text="Only").rows == []
        assert queries.choices("Only") == []


def add_customers(*, organisation_id: int, number: int) -> None:
    from facturier.organisations.access import Actor
    from facturier.organisations.models import Organisation

    organisation = Organisation.objects.get(pk=organisation_id)
    for turn in range(10):
        operations.add(
            organisation,
            actor=Actor.system(organisation_id),
            customer=NewCustomer(f"Customer {number}.{turn}"),
        )
