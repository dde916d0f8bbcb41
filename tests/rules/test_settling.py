"""Money is shared out to the cent: nothing is lost, nothing is settled twice, and order does not matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules import settling
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Facts, Status, status
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.settling import Open, as_chosen, oldest_first, paired

DAY = date(2026, 3, 31)
DRAFT = Facts(kind=Kind.INVOICE, gross_minor=12000)
FINAL = replace(DRAFT, issued=True, due_date=DAY)
CREDIT = replace(FINAL, kind=Kind.CREDIT_NOTE)
PRO_FORMA = replace(FINAL, kind=Kind.PRO_FORMA)

AMOUNT = st.integers(1, 10**9)
OPEN = st.builds(
    Open,
    key=st.integers(1, 10**6),
    minor=st.integers(0, 10**6),
    due=st.dates(DAY, DAY + timedelta(days=5)),
    order=st.integers(0, 3),
)
FOUND = st.lists(OPEN, max_size=12, unique_by=lambda one: one.key)


@given(amount=AMOUNT, found=FOUND)
def test_nothing_of_an_amount_is_lost_and_no_document_takes_more_than_is_open(amount, found):
    spread = oldest_first(amount, found)
    assert sum(spread.parts.values()) + spread.rest_minor == amount
    still_open = {one.key: one.minor for one in found}
    assert all(0 < minor <= still_open[key] for key, minor in spread.parts.items())
    assert spread.rest_minor >= 0


@given(amount=AMOUNT, found=FOUND)
def test_something_is_left_over_only_when_everything_is_settled(amount, found):
    spread = oldest_first(amount, found)
    if spread.rest_minor:
        assert spread.parts == {one.key: one.minor for one in found if one.minor}


@given(amount=AMOUNT, found=FOUND, data=st.data())
def test_the_order_in_which_documents_come_does_not_matter(amount, found, data):
    shuffled = data.draw(st.permutations(found))
    assert oldest_first(amount, shuffled) == oldest_first(amount, found)


@given(amount=AMOUNT, found=FOUND)
def test_what_has_waited_longest_is_settled_first(amount, found):
    spread = oldest_first(amount, found)
    for one in found:
        if spread.parts.get(one.key, 0) < one.minor:
            later = [other for other in found if other.due > one.due]
            assert not any(other.key in spread.parts for other in later)


@given(first=AMOUNT, second=AMOUNT, found=FOUND)
def test_two_amounts_settle_what_their_sum_settles(first, second, found):
    one = oldest_first(first, found)
    left = [replace(each, minor=each.minor - one.parts.get(each.key, 0)) for each in found]
    two = oldest_first(second, left)
    both = {key: one.parts.get(key, 0) + two.parts.get(key, 0) for key in one.parts.keys() | two.parts.keys()}
    whole = oldest_first(first + second, found)
    assert (both, one.rest_minor + two.rest_minor) == (whole.parts, whole.rest_minor)


@given(amount=AMOUNT, found=FOUND, data=st.data())
def test_a_choice_is_kept_to_the_cent_or_refused(amount, found, data):
    chosen = {one.key: data.draw(st.integers(-5, one.minor + 5)) for one in found}
    wanted = {key: minor for key, minor in chosen.items() if minor}
    fits = all(
        0 < minor <= one.minor for one in found for minor in [wanted.get(one.key, 1)] if one.key in wanted
    )
    if fits and sum(wanted.values()) <= amount:
        spread = as_chosen(amount, chosen, found, currency="EUR")
        assert spread.parts == wanted
        assert spread.rest_minor == amount - sum(wanted.values())
    else:
        with pytest.raises(Refused):
            as_chosen(amount, chosen, found, currency="EUR")


def test_a_refused_choice_names_the_field_to_mend() -> None:
    found = [Open(7, 500, DAY)]
    with pytest.raises(Refused) as refusal:
        as_chosen(1000, {7: 501}, found, currency="EUR")
    assert (refusal.value.field, refusal.value.values) == ("part-7", {"open": Money(500, "EUR")})
    with pytest.raises(Refused) as refusal:
        as_chosen(1000, {8: 1}, found, currency="EUR")
    assert refusal.value.field == "part-8"
    with pytest.raises(Refused) as refusal:
        as_chosen(400, {7: 500}, found, currency="EUR")
    assert (refusal.value.field, refusal.value.values) == ("amount", {"excess": Money(100, "EUR")})


@pytest.mark.parametrize("amount", [0, -1, 10**15])
def test_an_amount_is_more_than_nothing_and_fits(amount: int) -> None:
    with pytest.raises(Refused):
        oldest_first(amount, [])
    with pytest.raises(Refused):
        as_chosen(amount, {}, [], currency="EUR")


@given(held=st.lists(AMOUNT, min_size=1, max_size=6), data=st.data())
def test_sources_pay_exactly_the_parts_each_used_up_before_the_next(held, data):
    sources = list(enumerate(held))
    total = sum(held)
    first = data.draw(st.integers(0, total))
    parts = {100: first, 101: data.draw(st.integers(0, total - first))}
    found = paired(sources, parts)
    for key, minor in parts.items():
        assert sum(taken for _source, other, taken in found if other == key) == minor
    used = [sum(taken for source, _key, taken in found if source == one) for one, _minor in sources]
    assert all(0 <= one <= minor for one, minor in zip(used, held, strict=True))
    assert all(taken > 0 for *_both, taken in found)
    begun = [place for place, one in enumerate(used) if one]
    assert used[: max(begun, default=0)] == held[: max(begun, default=0)]


def test_sources_that_hold_too_little_are_a_bug() -> None:
    with pytest.raises(ValueError, match="more than the sources hold"):
        paired([(1, 5)], {2: 6})


FACTS = st.builds(
    Facts,
    kind=st.sampled_from(Kind),
    gross_minor=st.integers(-100, 10**6),
    paid_minor=st.integers(0, 10**6),
    refunded_minor=st.integers(0, 10**6),
    credited_minor=st.integers(0, 10**6),
    issued=st.booleans(),
)


@given(facts=FACTS)
def test_what_may_be_paid_credited_or_refunded_is_never_negative(facts):
    assert settling.payable_minor(facts) >= 0
    assert settling.creditable_minor(facts) >= 0
    assert settling.refundable_minor(facts) >= 0


@given(facts=FACTS)
def test_an_act_is_refused_exactly_when_nothing_is_left_for_it(facts):
    for left, refuse in (
        (settling.payable_minor, settling.refuse_paying),
        (settling.refundable_minor, settling.refuse_refunding),
    ):
        if left(facts):
            refuse(facts)
        else:
            with pytest.raises(Refused):
                refuse(facts)


@given(facts=FACTS, amount=AMOUNT)
def test_who_pays_what_is_payable_has_paid(facts, amount):
    payable = settling.payable_minor(facts)
    after = replace(facts, paid_minor=facts.paid_minor + payable)
    assert settling.payable_minor(after) == 0
    if payable and after.paid_minor > after.refunded_minor:
        assert after.is_paid


@pytest.mark.parametrize(
    ("refuse", "allowed", "refused"),
    [
        (
            settling.refuse_paying,
            [FINAL, replace(FINAL, closed=True), replace(FINAL, paid_minor=12000, refunded_minor=1)],
            [DRAFT, CREDIT, PRO_FORMA, replace(FINAL, paid_minor=12000)],
        ),
        (
            settling.refuse_refunding,
            [replace(FINAL, paid_minor=1), CREDIT, replace(CREDIT, refunded_minor=11999)],
            [FINAL, DRAFT, PRO_FORMA, replace(CREDIT, refunded_minor=12000)],
        ),
        (
            settling.refuse_setting_against,
            [CREDIT, replace(CREDIT, credited_minor=11999)],
            [FINAL, replace(CREDIT, issued=False), replace(CREDIT, credited_minor=12000)],
        ),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_each_act_is_allowed_and_refused_by_the_facts(
    refuse: Callable[[Facts], None], allowed: list[Facts], refused: list[Facts]
) -> None:
    for facts in allowed:
        refuse(facts)
    for facts in refused:
        with pytest.raises(Refused):
            refuse(facts)


def test_what_was_refunded_in_whole_is_no_longer_owed_but_can_be_credited() -> None:
    facts = replace(FINAL, paid_minor=12000, refunded_minor=12000)
    assert status(facts) is Status.REFUNDED
    assert (facts.balance_minor, settling.payable_minor(facts)) == (0, 0)
    assert settling.creditable_minor(facts) == 12000
    assert status(replace(facts, credited_minor=12000)) is Status.REFUNDED


def test_a_part_payment_that_was_paid_back_leaves_the_invoice_as_it_was() -> None:
    facts = replace(FINAL, paid_minor=5000, refunded_minor=5000)
    assert status(facts) is Status.FINAL
    assert facts.balance_minor == settling.payable_minor(facts) == 12000


def test_closed_books_take_and_give_nothing() -> None:
    for refuse in (settling.refuse_closed_period, settling.refuse_deleting_in_closed_period):
        refuse(DAY, closed_until=None)
        refuse(DAY, closed_until=DAY - timedelta(days=1))
        with pytest.raises(Refused, match="2026-03-31"):
            refuse(DAY, closed_until=DAY)
