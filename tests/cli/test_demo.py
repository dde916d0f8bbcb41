"""The demo: three sellers with a year behind them, right in every number that a check digit covers."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from facturier.audit.queries import verify
from facturier.batches.models import Batch
from facturier.cli.demo import LOGINS, load
from facturier.customers.models import Customer
from facturier.invoices.models import Invoice
from facturier.organisations.models import Membership, Organisation
from facturier.organisations.tenancy import scope
from facturier.rules import identifiers, lifecycle
from facturier.rules.lifecycle import Status
from facturier.work.models import Expense, Job, Ticket, TimeEntry
from tests.support.databases import Database

TODAY = date(2026, 11, 22)


@pytest.mark.only_on("sqlite")
def test_the_demo_shows_a_year_of_three_sellers(fresh_database: Database) -> None:
    said: list[str] = []
    assert load(say=said.append, today=TODAY)
    assert not load(say=said.append, today=TODAY)  # it is there: nothing is loaded twice
    assert len(said) == 3
    statuses: Counter[str] = Counter()
    customers = 0
    for slug, region, language in (("lumen", "FR", "fr"), ("cap", "CA-QC", "fr"), ("isar", "DE", "de")):
        seller = Organisation.objects.get(slug=slug)
        assert (seller.region, seller.language) == (region, language)
        with scope(seller.pk):
            statuses.update(Invoice.objects.values_list("status", flat=True))
            customers += Customer.objects.count()
            assert verify(seller.pk).whole
            assert_numbers_run(seller)
            assert_identifiers_are_valid(seller)
            assert all(row.status == lifecycle.status(row.facts) for row in Invoice.objects.all())
    assert_work_is_left()
    assert 550 <= sum(statuses.values()) <= 700
    assert set(statuses) == {
        *(Status.DRAFT, Status.FINAL, Status.SENT, Status.CLOSED, Status.CREDITED),
        *(Status.PARTLY_PAID, Status.PAID, Status.REFUNDED),
        *(Status.PRO_FORMA_PREPARING, Status.PRO_FORMA_SENT, Status.PRO_FORMA_CONVERTED),
    }
    assert 38 <= customers <= 45
    assert Membership.objects.count() >= len(LOGINS)


def assert_work_is_left() -> None:
    """Whoever tries the main job finds something to bill."""
    for slug, models in (
        ("lumen", (Ticket, TimeEntry, Expense)),
        ("cap", (Job,)),
        ("isar", (TimeEntry, Batch)),
    ):
        with scope(Organisation.objects.get(slug=slug).pk):
            assert all(model.objects.exists() for model in models), slug
    with scope(Organisation.objects.get(slug="lumen").pk):
        october = TimeEntry.objects.filter(claim=None, day__month=10, billable=True)
        assert october.count() > 10


def assert_numbers_run(seller: Organisation) -> None:
    issued = Invoice.objects.exclude(number=None).order_by("issue_date", "ordinal")
    runs: dict[tuple[str, int], list[int]] = {}
    for kind, issue_date, ordinal in issued.values_list("kind", "issue_date", "ordinal"):
        runs.setdefault((kind, issue_date.year if seller.region != "CA-QC" else 0), []).append(ordinal)
    assert all(run == list(range(1, len(run) + 1)) for run in runs.values())


def assert_identifiers_are_valid(seller: Organisation) -> None:
    checks = {(one.scheme, one.seller): one.check for one in seller.rules.identifiers}
    for scheme, value in seller.identifiers.items():
        assert checks[scheme, True](value)
    if seller.iban:
        assert identifiers.check_iban(seller.iban)
    buyers = {one.scheme: one.check for one in seller.rules.identifiers if one.buyer}
    for stated in Customer.objects.values_list("identifiers", flat=True):
        for scheme, value in stated.items():
            assert buyers[scheme](value)


@pytest.mark.only_on("sqlite")
def test_control_a_wrong_check_digit_is_found(fresh_database: Database) -> None:
    from facturier.cli.demo import valid

    number = valid.siren(1)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert identifiers.check_siren(number)
    with pytest.raises(ValueError, match=r"\w"):
        identifiers.check_siren(wrong)
