"""Customers added from several processes at once."""

from __future__ import annotations

from pathlib import Path

from facturier.customers.models import Customer
from facturier.organisations.tenancy import scope
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import Crew


def test_numbers_stay_apart_when_several_people_add(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    crew = Crew(fresh_database, "tests.customers.test_customers:add_customers", folder=tmp_path)
    crew.run(4, organisation_id=cast.lumen.pk)
    with scope(cast.lumen.pk):
        numbers = sorted(Customer.objects.filter(number__startswith="C00").values_list("number", flat=True))
    assert [number for number in numbers if len(number) == 5] == [f"C{n:04}" for n in range(1, 41)]
