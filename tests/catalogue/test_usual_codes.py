"""Which tax code a customer without one gets."""

from __future__ import annotations

import pytest

from facturier.catalogue.models import TaxCode
from facturier.catalogue.queries import usual_codes
from facturier.organisations import operations
from facturier.organisations.tenancy import scope

pytestmark = pytest.mark.django_db


def code_for(region: str, *, default: str = "", **address: str) -> str:
    """Create a seller, choose its default code, and say which code a customer there gets."""
    seller = operations.create(slug="new", region=region, legal_name="New Ltd")
    with scope(seller.pk):
        if default:
            TaxCode.objects.filter(is_default=True).update(is_default=False)
            TaxCode.objects.filter(code=default).update(is_default=True)
        found = usual_codes().of(**{"country": "", "subdivision": "", **address})
        return TaxCode.objects.get(pk=found).code


def test_the_province_of_the_customer_decides_in_canada() -> None:
    assert code_for("CA", country="CA", subdivision="ON") == "HST-ON"


def test_elsewhere_the_default_is_usual_for_all() -> None:
    assert code_for("DE", country="CA", subdivision="ON") == "UST19"


def test_a_default_that_the_seller_chose_wins() -> None:
    """A small supplier who is not registered charges no HST, wherever the customer is."""
    assert code_for("CA", default="UNREGISTERED", country="CA", subdivision="ON") == "UNREGISTERED"


def test_without_a_default_nothing_is_proposed() -> None:
    seller = operations.create(slug="new", region="CA", legal_name="New Ltd")
    with scope(seller.pk):
        TaxCode.objects.update(is_default=False)
        assert usual_codes().of(country="CA", subdivision="ON") is None
