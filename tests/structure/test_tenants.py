"""What belongs to an organisation is seen by it alone, in Django and in the database (decision 6)."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from facturier.organisations.tenancy import TenantModel
from tests.support.databases import Database

# Read before any organisation is active, or kept per organisation by other means; each says why itself.
EXCEPT = {"organisations.Membership", "audit.Chain", "audit.Event"}
EXCEPT_TABLES = {"organisations_membership"}


def unscoped(found: Iterable[type[models.Model]]) -> list[str]:
    """Models with a column for the organisation that any query sees whole."""
    return [
        model._meta.label
        for model in found
        if any(field.attname == "organisation_id" for field in model._meta.concrete_fields)
        and not issubclass(model, TenantModel)
        and model._meta.label not in EXCEPT
    ]


def test_every_model_of_an_organisation_is_scoped() -> None:
    assert sum(issubclass(model, TenantModel) for model in apps.get_models()) > 10
    assert unscoped(apps.get_models()) == []


def test_every_exception_is_one() -> None:
    labels = {model._meta.label for model in apps.get_models() if not issubclass(model, TenantModel)}
    assert labels >= EXCEPT


@isolate_apps("tests")
def test_control_a_model_that_is_not_scoped_is_found() -> None:
    class Leak(models.Model):
        organisation = models.ForeignKey("organisations.Organisation", models.CASCADE)

        class Meta:
            app_label = "tests"

    assert unscoped([Leak]) == ["tests.Leak"]


UNGUARDED = """
SELECT c.relname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT (
    c.relrowsecurity AND c.relforcerowsecurity
    AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
) ORDER BY 1
"""


def tables_without_policy() -> set[str]:
    """Tables with an organisation whose rows PostgreSQL shows to everyone."""
    with connection.cursor() as cursor:
        cursor.execute(UNGUARDED)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.only_on("postgresql")
def test_every_table_of_an_organisation_has_row_level_security(db: None) -> None:
    assert tables_without_policy() == EXCEPT_TABLES


@pytest.mark.only_on("postgresql")
def test_control_a_table_without_row_level_security_is_found(fresh_database: Database) -> None:
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE leak (organisation_id bigint)")
    assert tables_without_policy() == {*EXCEPT_TABLES, "leak"}
