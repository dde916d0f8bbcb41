"""Taxes that a seller writes down: what is charged, from which day, and by default."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from facturier.audit.models import Event
from facturier.catalogue import operations
from facturier.catalogue.models import TaxCode
from facturier.catalogue.queries import tax_table, usual_codes
from facturier.organisations import operations as sellers
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2026, 1, 1)
JULY = date(2026, 7, 1)


def american() -> Organisation:
    return sellers.create(slug="austin", region="US", legal_name="Congress LLC")


def add(seller: Organisation, **changes: Any) -> TaxCode:
    given = {"code": "TX", "name": "Texas sales tax", "percent": Decimal("8.25"), "valid_from": NEW_YEAR}
    return operations.add_tax_code(seller, actor=Actor.system(seller.pk), **{**given, **changes})


def rates_of(row: TaxCode, day: date) -> list[tuple[str, str, Decimal, str]]:
    with scope(row.organisation_id):
        taxes = tax_table().taxes(row.pk, on=day, language="en")
    return [(tax.scheme, tax.category, tax.rate, tax.exemption_reason) for tax in taxes]


def test_a_state_s_sales_tax_is_charged_from_its_day() -> None:
    row = add(american())
    assert rates_of(row, NEW_YEAR) == [("SALES", "S", Decimal("8.25"), "")]
    with pytest.raises(Refused, match="no rate"):
        rates_of(row, date(2025, 12, 31))


def test_a_new_rate_leaves_the_days_before_alone() -> None:
    row = add(american())
    operations.add_tax_rate(
        row, actor=Actor.system(row.organisation_id), percent=Decimal("8.5"), valid_from=JULY
    )
    assert rates_of(row, date(2026, 6, 30))[0][2] == Decimal("8.25")
    assert rates_of(row, JULY)[0][2] == Decimal("8.5")


def test_a_code_of_zero_is_exempt_for_a_reason_or_zero_rated() -> None:
    seller = american()
    exempt = add(seller, code="GOV", percent=Decimal(0), reason="Sales to a public body")
    assert rates_of(exempt, NEW_YEAR) == [("SALES", "E", Decimal(0), "Sales to a public body")]
    assert rates_of(add(seller, code="ZERO", percent=Decimal(0)), NEW_YEAR)[0][1] == "Z"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "A B"}, "code"),
        ({"code": "X" * 21}, "code"),
        ({"code": "nontaxable"}, "code"),
        ({"name": " "}, "name"),
        ({"percent": Decimal("-1")}, "percent"),
        ({"percent": Decimal("100.1")}, "percent"),
        ({"percent": Decimal("1.23456")}, "percent"),
        ({"reason": "Because"}, "reason"),
    ],
)
def test_what_cannot_be_a_tax_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        add(american(), **changes)
    assert refusal.value.field == field


def test_a_rate_is_added_once_a_day_and_to_one_tax_that_is_charged() -> None:
    seller = american()
    row, actor = add(seller), Actor.system(seller.pk)
    with pytest.raises(Refused, match="already"):
        operations.add_tax_rate(row, actor=actor, percent=Decimal(9), valid_from=NEW_YEAR)
    with pytest.raises(Refused, match="above zero"):
        operations.add_tax_rate(row, actor=actor, percent=Decimal(0), valid_from=JULY)
    with scope(seller.pk):
        untaxed = TaxCode.objects.get(code="NONTAXABLE")
    with pytest.raises(Refused, match="one tax that is charged"):
        operations.add_tax_rate(untaxed, actor=actor, percent=Decimal(9), valid_from=JULY)


def test_there_is_one_default_and_new_lines_start_with_it() -> None:
    seller = american()
    row = operations.make_default(add(seller), actor=Actor.system(seller.pk))
    with scope(seller.pk):
        assert list(TaxCode.objects.filter(is_default=True)) == [row]
        assert usual_codes().of(country="US", subdivision="TX") == row.pk
        assert {"taxcode.added", "taxcode.made_default"} <= set(Event.objects.values_list("name", flat=True))


def test_ana_may_and_carol_and_bob_may_not(cast: Cast) -> None:
    given = {"code": "T", "name": "Tax", "percent": Decimal(1), "valid_from": NEW_YEAR}
    assert operations.add_tax_code(cast.lumen, actor=cast.ana, **given).code == "T"
    for actor in (cast.carol, cast.bob):
        with pytest.raises(PermissionDenied):
            operations.add_tax_code(cast.lumen, actor=actor, **{**given, "code": "U"})
