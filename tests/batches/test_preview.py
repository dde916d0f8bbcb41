"""What a batch would bill, and what it leaves out and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facturier.batches import operations, queries
from facturier.batches.choice import Choice, WorkKind
from facturier.batches.models import Grouping
from facturier.batches.queries import Preview
from facturier.catalogue.models import GLAccount, TaxCode
from facturier.organisations.tenancy import scope
from facturier.rules.billing import Hold
from facturier.rules.refusal import Refused
from facturier.work.models import Contract, TicketStatus
from tests.batches import workload
from tests.batches.workload import FEBRUARY, JANUARY, TODAY
from tests.support.cast import Cast, customer


def preview(cast: Cast, choice: Choice = JANUARY, *, today: date = TODAY) -> Preview:
    return queries.preview(cast.lumen, choice=choice, today=today)


def left_out(found: Preview) -> list[tuple[Hold, str]]:
    return [(one.hold, one.label) for one in found.left_out]


@pytest.fixture
def month(cast: Cast) -> Cast:
    with scope(cast.lumen.pk):
        workload.month_of(cast.bellecour)
    return cast


def test_a_usual_month_becomes_one_document_of_three_lines(month: Cast) -> None:
    found = preview(month)
    (one,) = found.proposals
    assert [(line.description, line.quantity, line.unit_price) for line in one.draft.lines] == [
        ("Maintenance – janvier 2026", Decimal(1), Decimal(500)),
        ("Ticket 2214 – Printer", Decimal("1.25"), Decimal(90)),
        ("Train", Decimal(1), Decimal("46.2")),
    ]
    (sums,) = found.sums
    assert (sums.net_minor, sums.tax_minor, sums.gross_minor) == (65870, 13174, 79044)
    assert (found.tickets, found.seconds, found.left_out) == (1, 4500, [])


def test_each_contract_can_have_its_own_document(month: Cast) -> None:
    found = preview(month, replace(JANUARY, grouping=Grouping.CONTRACT))
    assert [(one.draft.subject, len(one.lines)) for one in found.proposals] == [
        ("Maintenance", 1),
        ("Support", 2),
    ]


def test_kinds_customers_and_contracts_narrow_the_choice(month: Cast) -> None:
    def lines(choice: Choice) -> int:
        return sum(len(one.lines) for one in preview(month, choice).proposals)

    with scope(month.lumen.pk):
        contract = Contract.objects.get(name="Maintenance")
    assert lines(replace(JANUARY, kinds=frozenset([WorkKind.FEES]))) == 1
    assert lines(replace(JANUARY, kinds=frozenset([WorkKind.TIME, WorkKind.EXPENSES]))) == 2
    assert lines(replace(JANUARY, customer_ids=frozenset([month.bellecour.pk]))) == 3
    assert lines(replace(JANUARY, customer_ids=frozenset([month.festival.pk]))) == 0
    assert lines(replace(JANUARY, contract_ids=frozenset([contract.pk]))) == 1


def test_single_items_and_whole_customers_are_left_out_by_hand(month: Cast) -> None:
    everything = preview(month).proposals[0].works
    some = frozenset(work.key for work in everything[:2])
    found = preview(month, replace(JANUARY, excluded=some))
    assert {work.key for work in found.excluded[month.bellecour.pk]} == some
    assert len(found.proposals[0].works) == len(everything) - 2
    nobody = preview(month, replace(JANUARY, excluded=frozenset([f"customer:{month.bellecour.pk}"])))
    assert nobody.proposals == []
    assert len(nobody.excluded[month.bellecour.pk]) == len(everything)


def test_what_is_left_out_is_named_with_its_reason(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        workload.support(cast.bellecour, starts_on=date(2025, 6, 1))
        vpn = workload.ticket(cast.bellecour, 2215, title="VPN", status=TicketStatus.OPEN)
        workload.entry(cast.bellecour, ticket=vpn)
        workload.entry(cast.bellecour, project="Talk", billable=False)
        workload.entry(cast.bellecour, project="Old", day=date(2025, 3, 1))
        workload.entry(None, cast.lumen, project="Somebody")
        workload.expense(cast.bellecour, description="Hotel", currency="CHF")
        other = customer(cast.lumen, number="C002", name="Without")
        workload.entry(other, project="Audit")
        workload.retainer(other, name="Yearly", period="yearly", starts_on=date(2026, 1, 1))
        workload.retainer(other, name="Past", starts_on=date(2025, 11, 1), ends_on=date(2025, 12, 31))
    found = preview(cast)
    assert found.proposals == []
    assert left_out(found) == [
        (Hold.DUE_EARLIER, "Past"),
        (Hold.NO_CONTRACT, "Audit"),
        (Hold.NO_CUSTOMER, "Somebody"),
        (Hold.NOT_BILLABLE, "Talk"),
        (Hold.NOT_IN_FORCE, "Old"),
        (Hold.OTHER_CURRENCY, "Hotel"),
        (Hold.PERIOD_NOT_OVER, "Yearly"),
        (Hold.TICKET_OPEN, "2215 – VPN"),
    ]
    (locked,) = [one for one in found.left_out if one.is_locked]
    assert (locked.first_day, locked.last_day) == (date(2026, 1, 1), date(2026, 12, 31))


def test_without_tax_code_rate_or_account_nothing_is_billed(month: Cast) -> None:
    with scope(month.lumen.pk):
        GLAccount.objects.filter(is_default=True, role="revenue").update(is_default=False)
        assert {one.hold for one in preview(month).left_out} == {Hold.NO_ACCOUNT}
        TaxCode.objects.filter(is_default=True).update(is_default=False)
        assert {one.hold for one in preview(month).left_out} == {Hold.NO_TAX_CODE}
        exotic = TaxCode.objects.create(organisation=month.lumen, code="X")
        revenue = GLAccount.objects.filter(role="revenue").first()
        part = exotic.components.create(organisation=month.lumen, scheme="VAT", category="S", account=revenue)
        part.rates.create(organisation=month.lumen, valid_from=date(2030, 1, 1), percent=20)
        Contract.objects.update(tax_code=exotic, account=revenue)
    assert {one.hold for one in preview(month).left_out} == {Hold.NO_TAX_RATE}


def test_a_ticket_closed_late_is_billed_with_the_next_period(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        workload.support(cast.bellecour)
        late = workload.ticket(cast.bellecour)
        workload.entry(cast.bellecour, ticket=late)
    march = date(2026, 3, 2)
    assert len(preview(cast, FEBRUARY, today=march).proposals) == 1
    assert preview(cast, replace(FEBRUARY, earlier=False), today=march).proposals == []


def test_earlier_work_is_looked_for_a_year_back(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        workload.support(cast.bellecour, starts_on=date(2020, 1, 1))
        workload.entry(cast.bellecour, project="A year", day=date(2025, 1, 2))
        workload.entry(cast.bellecour, project="Longer", day=date(2024, 12, 30))
    (one,) = preview(cast).proposals
    assert [line.description for line in one.lines] == ["A year"]


def test_what_is_claimed_is_not_shown_again(month: Cast) -> None:
    operations.save(month.lumen, actor=month.ana, choice=JANUARY, today=TODAY)
    found = preview(month)
    assert (found.proposals, found.left_out) == ([], [])


def test_a_period_must_be_possible(month: Cast) -> None:
    with pytest.raises(Refused, match="ends before it starts"):
        preview(month, Choice(date(2026, 2, 1), date(2026, 1, 1)))
    with pytest.raises(Refused, match="five years"):
        preview(month, Choice(date(2010, 1, 1), date(2026, 1, 1)))


def test_nobody_sees_the_work_of_another_seller(month: Cast) -> None:
    found = queries.preview(month.isar, choice=JANUARY, today=TODAY)
    assert (found.proposals, found.left_out) == ([], [])


def test_the_number_of_queries_does_not_grow(cast: Cast) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries_made:
            preview(cast)
        return len(queries_made)

    workload.many(cast.lumen, 1)
    few = count()
    with scope(cast.lumen.pk):
        for number in range(2, 30):
            workload.month_of(customer(cast.lumen, number=f"N{number}"), number=number)
    assert count() == few
    assert few <= 16


def test_a_preview_writes_nothing_and_is_what_is_saved(month: Cast) -> None:
    with CaptureQueriesContext(connection) as made:
        found = preview(month)
    verbs = {query["sql"].split()[0] for query in made}
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE", "BEGIN"}, verbs
    batch = operations.save(month.lumen, actor=month.ana, choice=JANUARY, today=TODAY, seen=found.fingerprint)
    assert batch.documents == len(found.proposals)
    assert batch.sums[0]["gross_minor"] == found.sums[0].gross_minor
