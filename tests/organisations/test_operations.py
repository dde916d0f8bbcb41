"""Sellers, people and plans."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from facturier.catalogue.models import GLAccount, TaxCode
from facturier.invoices.models import Series
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Plan
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("region", ["FR", "DE", "IT", "CA-QC", "CA", "GB", "US", "AT", "JP"])
def test_a_new_seller_is_furnished_by_its_region(region: str) -> None:
    seller = operations.create(slug="new", region=region, legal_name="New Ltd")
    with scope(seller.pk):
        assert GLAccount.objects.filter(role="receivable", is_default=True).count() == 1
        assert TaxCode.objects.filter(is_default=True).count() == 1
        assert {series.kind for series in Series.objects.all()} == set(Kind)
    assert seller.currency == seller.rules.currency
    assert seller.strict_issuing == seller.rules.strict_issuing


@pytest.mark.parametrize("slug", ["sign-in", "api", "Upper", "with space", "a/b", ""])
def test_an_address_of_ours_is_no_short_name(slug: str) -> None:
    with pytest.raises(Refused) as refusal:
        operations.create(slug=slug, region="FR", legal_name="New")
    assert refusal.value.field == "slug"


def test_every_address_outside_of_organisations_is_reserved() -> None:
    firsts = {str(pattern.pattern).split("/")[0] for pattern in get_resolver().url_patterns}
    assert firsts - {"", "<slug:organisation>"} <= operations.RESERVED


def test_a_slug_and_an_address_are_taken_once(cast: Cast) -> None:
    with pytest.raises(Refused, match="taken"):
        operations.create(slug="lumen", region="FR", legal_name="Another")
    with pytest.raises(Refused, match="signs in"):
        operations.add_user(email="ANA@lumen.example", name="Ana", password="x", language="fr")


def test_an_unknown_region_names_those_there_are() -> None:
    with pytest.raises(Refused, match="FR, DE, IT, CA-QC, CA, GB, US"):
        operations.create(slug="x", region="XX", legal_name="X")


def test_a_seller_in_any_country_may_have_another_currency() -> None:
    seller = operations.create(slug="new", region="BR", legal_name="Nova Ltda", currency="USD")
    assert (seller.country, seller.currency, seller.rules.currency) == ("BR", "USD", "BRL")
    with pytest.raises(Refused) as refusal:
        operations.create(slug="newer", region="BR", legal_name="Nova Ltda", currency="ZZZ")
    assert refusal.value.field == "currency"


def test_a_plan_is_set_by_the_operator(cast: Cast) -> None:
    assert operations.set_plan(organisation=cast.lumen, plan=Plan.TRIAL).plan == Plan.TRIAL


def test_a_member_is_added_once(cast: Cast) -> None:
    system = Actor.system(cast.lumen.pk)
    with pytest.raises(Refused, match="member already"):
        operations.add_member(cast.lumen, actor=system, user=cast.users["ana"])
