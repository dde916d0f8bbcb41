"""Rows read and written as whole sets are those that the ORM would read and write."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DataError, connection, models, transaction

from facturier.catalogue.models import TaxComponent, TaxRate
from facturier.customers.models import Customer
from facturier.invoices.models import InvoiceLine
from facturier.organisations import bulk
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import NoOrganisation, TenantModel, scope
from facturier.storage.bulk import read_many, read_one, update_many
from tests.support import documents
from tests.support.cast import Cast, customer

READ = [Customer, InvoiceLine, TaxComponent, TaxRate]  # texts, decimals, dates, JSON, moments, nulls


@pytest.mark.parametrize("model", READ, ids=lambda model: model.__name__)
def test_values_are_those_of_the_orm(cast: Cast, model: type[TenantModel]) -> None:
    documents.drafts(cast.lumen, cast.bellecour)
    columns = [field.column for field in model._meta.concrete_fields]
    with scope(cast.lumen.pk):
        expected = list(model.objects.order_by("id").values_list(*columns))
        found = bulk.read_many(model, columns, order=("id",))
    assert found == expected
    assert [[type(value) for value in row] for row in found] == [
        [type(value) for value in row] for row in expected
    ]
    assert found


def test_only_rows_of_the_given_keys_are_read(cast: Cast) -> None:
    first, second = documents.drafts(cast.lumen, cast.bellecour, count=2)
    with scope(cast.lumen.pk):
        found = bulk.read_many(InvoiceLine, ["invoice_id", "unit_price"], by="invoice_id", keys=[second])
        nothing = bulk.read_many(InvoiceLine, ["invoice_id"], by="invoice_id", keys=[])
    assert sorted(found) == [(second, Decimal("95.50")), (second, Decimal("138.75"))]
    assert first not in dict(found)
    assert nothing == []


def test_rows_of_another_organisation_are_not_read(cast: Cast) -> None:
    with scope(cast.cap.pk):
        assert cast.bellecour.pk not in dict(bulk.read_many(Customer, ["id", "name"]))
        with pytest.raises(Customer.DoesNotExist):
            Customer.lock(cast.bellecour.pk)


def test_without_an_organisation_nothing_is_read(cast: Cast) -> None:
    with pytest.raises(NoOrganisation):
        bulk.read_many(Customer, ["id"])


@pytest.mark.parametrize("model", [Organisation, Customer], ids=lambda model: model.__name__)
def test_a_row_read_whole_is_the_row_of_the_orm(cast: Cast, model: type[models.Model]) -> None:
    own = cast.lumen if model is Organisation else cast.bellecour
    with scope(cast.lumen.pk):
        found = read_one(model, where={"id": own.pk})
        expected = model._default_manager.get(pk=own.pk)
    assert {name: getattr(found, name) for name in _names(model)} == {
        name: getattr(expected, name) for name in _names(model)
    }
    assert found._state.db == connection.alias
    assert not found._state.adding


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def test_what_is_read_whole_must_exist(cast: Cast) -> None:
    with pytest.raises(Organisation.DoesNotExist):
        read_one(Organisation, where={"slug": "nobody"})
    assert read_many(Organisation, ["slug"], where={"slug": "lumen"}) == [("lumen",)]


def test_a_text_that_is_too_long_is_never_cut(cast: Cast) -> None:
    """SQLite has no lengths and keeps it whole; PostgreSQL refuses it, of one row as of many."""
    long = "ä" * 201
    other = customer(cast.lumen, number="C-LONG")
    with scope(cast.lumen.pk):
        for ids in ([cast.bellecour.pk], [cast.bellecour.pk, other.pk]):
            try:
                with transaction.atomic():
                    update_many(Customer, ["name"], [(pk, long) for pk in ids])
            except DataError:
                assert connection.vendor == "postgresql"
            else:
                assert connection.vendor == "sqlite"
                assert {one.name for one in Customer.objects.filter(pk__in=ids)} == {long}
