"""What work becomes on paper, and what is held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.billing import (
    Coding,
    Fee,
    Hold,
    Method,
    Spending,
    Terms,
    TicketFace,
    Time,
    fees_due,
    hold_coding,
    hold_spending,
    hold_time,
    hours,
    lines,
    marked_up,
    period_words,
    prorated,
    rounded_up,
    unit_price,
)
from facturier.rules.document import Line
from facturier.rules.money import Money, minor_digits
from facturier.rules.periods import Cycle, FeePeriod, Span, period_of
from facturier.rules.totals import line_total

CODING = Coding(1, 2)
RETAINER = Terms(
    contract_id=1,
    customer_id=1,
    name="Maintenance",
    method=Method.FLAT_FEE,
    cycle=Cycle.MONTHLY,
    in_advance=False,
    in_force=Span.inclusive(date(2025, 1, 1), None),
    fee=Decimal("500"),
)
SUPPORT = Terms(
    contract_id=2,
    customer_id=1,
    name="Support",
    method=Method.HOURLY,
    cycle=Cycle.MONTHLY,
    in_advance=False,
    in_force=Span.inclusive(date(2025, 1, 1), date(2026, 12, 31)),
    hourly_rate=Decimal("90"),
    rounding_minutes=15,
)
PRINTER = TicketFace(7, 2214, "Imprimante en panne", is_done=True)
OPEN = TicketFace(8, 2215, "VPN", is_done=False)
JANUARY = Span.inclusive(date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY_FIRST = date(2026, 2, 1)


def entry(entry_id: int, day: int = 5, seconds: int = 3600, **fields: Any) -> Time:
    return Time(entry_id, date(2026, 1, day), seconds, **{"terms": SUPPORT, "coding": CODING, **fields})


def half_up(exact: Fraction, currency: str) -> int:
    """Round an exact amount to minor units, halves away from zero."""
    minor = abs(exact) * 10 ** minor_digits(currency)
    return int(minor + Fraction(1, 2)) * (1 if exact >= 0 else -1)


FEES = st.decimals(0, 10**9, places=6, allow_nan=False)


@given(FEES, st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.sampled_from(Cycle), st.data())
def test_a_part_of_a_period_costs_its_share_of_the_days_to_the_cent(
    fee: Decimal, day: date, cycle: Cycle, data: st.DataObject
) -> None:
    whole = period_of(cycle, day)
    days = data.draw(st.integers(1, whole.days))
    period = FeePeriod(Span(whole.start, date.fromordinal(whole.start.toordinal() + days)), whole)
    price = prorated(fee, period)
    for currency in ("EUR", "JPY", "TND"):
        line = Line("fee", quantity=Decimal(1), unit_price=price)
        exact = Fraction(fee) * days / whole.days
        assert line_total(line, currency).net == Money(half_up(exact, currency), currency)


def test_cutting_a_price_the_usual_way_would_lose_a_cent() -> None:
    """The control: 274.1949999… is 274.19, but by way of 274.195000 it becomes 274.20."""
    exact = Decimal("274.1949999999")
    assert Money.rounded(exact.quantize(Decimal("0.000001")), "EUR").minor == 27420
    assert Money.rounded(unit_price(exact), "EUR").minor == 27419


def test_seventeen_days_of_january_are_billed_by_the_day() -> None:
    period = FeePeriod(Span.inclusive(date(2026, 1, 15), date(2026, 1, 31)), JANUARY)
    (line,) = lines([Fee(RETAINER, period, CODING)], language="de")
    assert line.description == "Maintenance – 15.–31. Jan. 2026 (17 von 31 Tagen)"
    assert (line.quantity, line.unit_price) == (1, Decimal("274.193548"))
    assert line.service == period.span


@given(
    st.integers(0, 10**9),
    st.decimals(0, 999, places=4),
    st.sampled_from(["EUR", "JPY", "TND"]),
)
def test_an_expense_is_billed_at_cost_and_mark_up_to_the_cent(
    cost_minor: int, markup: Decimal, currency: str
) -> None:
    spent = Spending(1, date(2026, 1, 5), "Train", cost_minor, currency, CODING, markup)
    exact = Fraction(cost_minor, 10 ** minor_digits(currency)) * (1 + Fraction(markup) / 100)
    assert Money.rounded(marked_up(spent), currency).minor == half_up(exact, currency)


@pytest.mark.parametrize(
    ("seconds", "minutes", "billed"),
    [
        (1, 15, 900),
        (900, 15, 900),
        (901, 15, 1800),
        (0, 15, 0),
        (4321, 0, 4321),
        (3599, 6, 3600),
    ],
)
def test_time_is_rounded_up_to_whole_steps(seconds: int, minutes: int, billed: int) -> None:
    assert rounded_up(seconds, minutes) == billed


def test_each_entry_is_rounded_and_then_the_ticket_is_summed() -> None:
    works = [entry(1, 5, 60, ticket=PRINTER), entry(2, 9, 60, ticket=PRINTER)]
    (line,) = lines(works, language="fr")
    assert line.description == "Ticket 2214 – Imprimante en panne"
    assert (line.quantity, line.unit, line.unit_price) == (Decimal("0.5"), "HUR", Decimal(90))
    assert line.service == Span.inclusive(date(2026, 1, 5), date(2026, 1, 9))


def test_an_entrys_own_rate_stands_over_its_contracts_and_gets_its_own_line() -> None:
    works = [entry(1, ticket=PRINTER), entry(2, ticket=PRINTER, rate=Decimal(120))]
    assert [(line.unit_price, line.quantity) for line in lines(works, language="en")] == [
        (Decimal(90), Decimal(1)),
        (Decimal(120), Decimal(1)),
    ]


def test_a_line_never_spans_two_tax_rates() -> None:
    works = [entry(1, ticket=PRINTER), entry(2, ticket=PRINTER, coding=replace(CODING, era=1))]
    assert len(lines(works, language="en")) == 2


def test_time_without_ticket_is_summed_by_project_and_task() -> None:
    works = [
        entry(1, project="Audit", task="Interviews"),
        entry(2, project="Audit", task="Report"),
        entry(3, project="Audit", task="Interviews"),
        entry(4, description="Call with the bank"),
        entry(5, day=6),
    ]
    found = [(line.description, line.quantity) for line in lines(works, language="en")]
    assert found == [
        ("Call with the bank", 1),
        ("Work on 6 January 2026", 1),
        ("Audit – Interviews", 2),
        ("Audit – Report", 1),
    ]


def test_the_words_of_a_line_are_in_the_language_of_the_document() -> None:
    quarter = period_of(Cycle.QUARTERLY, date(2026, 4, 1))
    said = {
        language: (
            period_words(FeePeriod(JANUARY, JANUARY), Cycle.MONTHLY, language),
            period_words(FeePeriod(quarter, quarter), Cycle.QUARTERLY, language),
            lines([entry(1)], language=language)[0].description,
        )
        for language in ("fr", "it", "de", "en")
    }
    assert said == {
        "fr": ("janvier 2026", "2e trimestre 2026", "Prestation du 5 janvier 2026"),
        "it": ("gennaio 2026", "2º trimestre 2026", "Prestazione del 5 gennaio 2026"),
        "de": ("Januar 2026", "2. Quartal 2026", "Leistung vom 5. Januar 2026"),
        "en": ("January 2026", "2nd quarter 2026", "Work on 5 January 2026"),
    }


@st.composite
def entries(draw: st.DrawFn) -> list[Time]:
    count = draw(st.integers(0, 30))
    return [
        entry(
            pk,
            draw(st.integers(1, 31)),
            draw(st.integers(0, 40_000)),
            ticket=draw(st.sampled_from([None, PRINTER, OPEN])),
            project=draw(st.sampled_from(["", "Audit"])),
            rate=draw(st.sampled_from([None, Decimal(100)])),
            terms=replace(SUPPORT, rounding_minutes=draw(st.sampled_from([0, 6, 15]))),
        )
        for pk in range(count)
    ]


@given(entries(), st.randoms(use_true_random=False))
def test_each_entry_stands_on_exactly_one_line(works: list[Time], random: Any) -> None:
    found = lines(works, language="en")
    billed = list(chain.from_iterable(line.works for line in found))
    assert sorted(work.key for work in billed) == sorted(work.key for work in works)
    for line in found:
        seconds = sum(work.billed_seconds for work in line.works if isinstance(work, Time))
        assert line.quantity == hours(seconds)
        assert {work.hourly_rate for work in line.works if isinstance(work, Time)} == {line.unit_price}
    shuffled = list(works)
    random.shuffle(shuffled)
    assert [line.description for line in lines(shuffled, language="en")] == [
        line.description for line in found
    ]


def held(**fields: Any) -> Hold | None:
    return hold_time(
        fields.pop("day", date(2026, 1, 5)),
        **{
            "seconds": 3600,
            "billable": True,
            "ticket": PRINTER,
            "terms": SUPPORT,
            "billing": JANUARY,
            "today": FEBRUARY_FIRST,
            **fields,
        },
    )


def test_only_done_tickets_under_a_contract_are_billed() -> None:
    assert held() is None
    assert held(ticket=None) is None
    assert held(ticket=OPEN) is Hold.TICKET_OPEN
    assert held(terms=None) is Hold.NO_CONTRACT
    assert held(terms=RETAINER) is Hold.COVERED_BY_FEE
    assert held(billable=False) is Hold.NOT_BILLABLE
    assert held(seconds=0) is Hold.NO_DURATION
    assert held(day=date(2024, 12, 31)) is Hold.NOT_IN_FORCE
    quarterly = replace(SUPPORT, cycle=Cycle.QUARTERLY)
    assert held(terms=quarterly) is Hold.PERIOD_NOT_OVER


def test_an_expense_needs_a_contract_on_a_ticket_only() -> None:
    def held(**fields: Any) -> Hold | None:
        known = {"billable": True, "ticket": None, "terms": None, "currency": "EUR"}
        return hold_spending(**{**known, "customer_currency": "EUR", **fields})

    assert held() is None
    assert held(ticket=PRINTER) is Hold.NO_CONTRACT
    assert held(ticket=PRINTER, terms=SUPPORT) is None
    assert held(ticket=OPEN, terms=SUPPORT) is Hold.TICKET_OPEN
    assert held(currency="CHF") is Hold.OTHER_CURRENCY
    assert held(billable=False) is Hold.NOT_BILLABLE


def test_a_line_needs_a_tax_code_and_an_account() -> None:
    assert hold_coding(CODING) is None
    assert hold_coding(Coding(None, 2)) is Hold.NO_TAX_CODE
    assert hold_coding(Coding(1, None)) is Hold.NO_ACCOUNT


def test_fees_in_arrears_wait_for_the_end_and_fees_in_advance_do_not() -> None:
    def due(in_advance: bool, today: date) -> int:
        terms = replace(RETAINER, in_advance=in_advance)
        return len(fees_due(terms, billing=JANUARY, billed=(), today=today))

    found = {
        (in_advance, day): due(in_advance, date(2026, 1, day))
        for in_advance, day in product((True, False), (1, 31))
    }
    assert found == {(True, 1): 1, (True, 31): 1, (False, 1): 0, (False, 31): 0}
    assert due(False, FEBRUARY_FIRST) == 1


def test_fees_come_first_then_tickets_then_projects_then_expenses() -> None:
    fee = Fee(RETAINER, FeePeriod(JANUARY, JANUARY), CODING)
    spent = Spending(1, date(2026, 1, 2), "Train", 4200, "EUR", CODING)
    works = [spent, entry(1, project="Audit"), entry(2, ticket=PRINTER), fee]
    assert [line.description for line in lines(works, language="en")] == [
        "Maintenance – January 2026",
        "Ticket 2214 – Imprimante en panne",
        "Audit",
        "Train",
    ]
