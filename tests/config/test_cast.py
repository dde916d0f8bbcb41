"""The cast can do what the tests take for granted, and no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from facturier.catalogue.models import GLAccount, Role, TaxCode
from facturier.customers.models import Customer
from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from tests.support.cast import PASSWORD, Cast
from tests.support.databases import Database

DAY = date(2026, 3, 31)


def a_draft(organisation: Organisation, customer: Customer) -> Invoice:
    """One line of two hours, with the default tax code and revenue account."""
    with scope(organisation.pk):
        line = NewLine(
            "Maintenance",
            quantity=Decimal(2),
            unit="HUR",
            unit_price=Decimal(85),
            tax_code_id=TaxCode.objects.get(is_default=True).pk,
            account_id=GLAccount.objects.get(role=Role.REVENUE, is_default=True).pk,
            service_start=DAY,
            service_end=DAY,
        )
        return operations.create(
            organisation,
            actor=Actor.system(organisation.pk),
            draft=NewDraft(customer=customer, lines=[line]),
            today=DAY,
        )


def test_every_seller_states_what_its_region_demands(cast: Cast) -> None:
    for organisation, customer in (
        (cast.lumen, cast.bellecour),
        (cast.cap, cast.festival),
        (cast.isar, cast.vogt),
    ):
        draft = a_draft(organisation, customer)
        with scope(organisation.pk):
            issued = operations.finalise(draft, actor=Actor.system(organisation.pk), issue_date=DAY)
        assert issued.number


def test_only_who_may_finalises(cast: Cast) -> None:
    draft = a_draft(cast.lumen, cast.bellecour)
    for actor in (cast.carol, cast.dora, cast.bob):
        with pytest.raises(PermissionDenied):
            operations.finalise(draft, actor=actor, issue_date=DAY)
    assert operations.finalise(draft, actor=cast.ana, issue_date=DAY).number


def test_people_can_sign_in(cast: Cast) -> None:
    assert all(user.check_password(PASSWORD) for user in cast.users.values())
    assert not cast.users["ana"].check_password("another")


def test_the_cast_can_be_committed(fresh_database: Database, cast: Cast) -> None:
    assert Organisation.objects.get(slug="lumen") == cast.lumen
