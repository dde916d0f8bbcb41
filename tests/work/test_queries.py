"""Lists of work, and what is still to be billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from facturier.organisations.tenancy import scope
from facturier.rules.money import Money
from facturier.work import queries
from facturier.work.models import BillingMethod
from facturier.work.queries import Filter
from tests.support import cast as casting
from tests.support.cast import Cast
from tests.work import works
from tests.work.works import MARCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def lumen(cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


def test_unbilled_work_is_worth_its_rounded_hours_and_expenses(lumen: Cast) -> None:
    works.contract(lumen, rounding_minutes=15, hourly_rate=Decimal(90))
    works.time(lumen, seconds=60, project="A")  # rounded up to 0:15
    works.time(lumen, seconds=901, project="A")  # to 0:30
    works.time(lumen, seconds=3600, project="A", rate=Decimal(120))
    works.time(lumen, seconds=3600, billable=False)
    works.claim(lumen, time_entry=works.time(lumen, seconds=7200))
    works.expense(lumen, cost=Money(1000, "EUR"), markup_percent=Decimal(10))
    works.expense(lumen, cost=Money(1000, "EUR"), markup_percent=Decimal(10), day=date(2026, 2, 1))
    works.claim(lumen, expense=works.expense(lumen))
    (found,) = queries.unbilled()
    assert found.customer == lumen.bellecour
    assert (found.seconds, found.entries, found.expense_count) == (4561, 3, 2)
    assert found.value == Money(6750 + 12000, "EUR")
    assert found.expenses == Money(2200, "EUR")
    assert found.oldest == date(2026, 2, 1)
    assert found.total == Money(20950, "EUR")


def test_time_without_a_price_is_said_to_have_none(lumen: Cast) -> None:
    works.time(lumen)
    works.time(lumen, rate=Decimal(50))  # a rate alone bills nothing: only work under a contract is billed
    flat = works.contract(lumen, method=BillingMethod.FLAT_FEE, fee=Decimal(300))
    works.time(lumen, contract=flat, seconds=60)
    works.time(lumen, customer=None, seconds=1)
    bellecour, nobody = queries.unbilled()
    assert (bellecour.unpriced_seconds, bellecour.covered_seconds, bellecour.value.minor) == (10800, 60, 0)
    assert (nobody.customer, nobody.seconds) == (None, 1)


def test_unbilled_work_takes_as_many_queries_for_any_number_of_customers(
    lumen: Cast, django_assert_num_queries: Any
) -> None:
    works.time(lumen)
    with django_assert_num_queries(3):
        queries.unbilled()
    for number in range(5):
        other = casting.customer(lumen.lumen, number=f"X{number}")
        works.time(lumen, customer=other)
        works.expense(lumen, customer=other)
    with django_assert_num_queries(3):
        assert len(queries.unbilled()) == 6
    assert len(queries.unbilled([other.pk])) == 1


def test_pages_of_time_hold_each_entry_once_newest_first(lumen: Cast) -> None:
    days = [MARCH - timedelta(days=number // 3) for number in range(10)]
    made = {works.time(lumen, day=day).pk for day in days}
    seen = []
    after = ""
    while True:
        page = queries.time_page(Filter(), after=after, size=3)
        seen += [(row.day, row.pk) for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == sorted(seen, reverse=True)
    assert {pk for _day, pk in seen} == made


@pytest.mark.parametrize("cursor", ["x", "2026-03-04", "2026-03-04.x", "1.2.3", "2026-13-01.1"])
def test_a_cursor_that_is_none_begins_anew(lumen: Cast, cursor: str) -> None:
    works.time(lumen)
    assert queries.time_page(Filter(), after=cursor).rows == queries.time_page(Filter()).rows


def test_work_is_filtered(lumen: Cast) -> None:
    other = casting.customer(lumen.lumen, number="C002")
    plain = works.time(lumen)
    billed = works.time(lumen, person="Bruno")
    works.claim(lumen, time_entry=billed)
    unbillable = works.time(lumen, billable=False, day=date(2026, 5, 1))
    theirs = works.time(lumen, customer=other, day=date(2026, 1, 1))
    nobodys = works.time(lumen, customer=None, day=date(2026, 1, 2))

    def found(**fields: Any) -> set[Any]:
        return set(queries.time_page(Filter(**fields)).rows)

    assert found() == {plain, billed, unbillable, theirs, nobodys}
    assert found(billed="unbilled") == {plain, theirs, nobodys}
    assert found(billed="billed") == {billed}
    assert found(billed="not_billable") == {unbillable}
    assert found(customer_id=other.pk) == {theirs}
    assert found(customer_id=0) == {nobodys}
    assert found(person="brun") == {billed}
    assert found(start=date(2026, 1, 2), end=MARCH) == {plain, billed, nobodys}


def test_a_page_says_who_holds_its_rows_without_asking_again(
    lumen: Cast, django_assert_num_queries: Any
) -> None:
    works.time(lumen)
    works.claim(lumen, time_entry=works.time(lumen, day=date(2026, 1, 1)))
    with django_assert_num_queries(1):
        free, held = queries.time_page(Filter()).rows
        assert queries.held_by(free) is None
        assert queries.held_by(held) == ("batch", "March", None)


def test_tickets_show_what_was_spent_on_them(lumen: Cast, django_assert_num_queries: Any) -> None:
    rows = [works.ticket(lumen) for _ in range(3)]
    works.time(lumen, ticket=rows[0], seconds=60)
    works.time(lumen, ticket=rows[0], seconds=30)
    works.expense(lumen, ticket=rows[1])
    with django_assert_num_queries(3):
        page = queries.ticket_page(Filter(status="active"))
        spent = queries.spent_on(page.rows)
    assert [row.number for row in page.rows] == [3, 2, 1]
    assert [(spent[row.pk].seconds, spent[row.pk].expenses) for row in rows] == [(90, 0), (0, 1), (0, 0)]


def test_another_seller_sees_no_work(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        works.time(cast)
        works.expense(cast)
        works.ticket(cast)
    with scope(cast.cap.pk):
        assert queries.unbilled() == []
        assert queries.time_page(Filter()).rows == []
        assert queries.ticket_page(Filter()).rows == []
        assert queries.people() == []
