"""One label per document, derived from its facts; what may happen next is decided on the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules.document import Kind
from facturier.rules.lifecycle import (
    Facts,
    Status,
    days_overdue,
    refuse_closing,
    refuse_converting,
    refuse_deleting,
    refuse_duplicating,
    refuse_editing,
    refuse_finalising,
    refuse_numbering,
    refuse_reopening,
    refuse_sending,
    status,
)
from facturier.rules.refusal import Refused

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
DUE = date(2026, 4, 30)

DRAFT = Facts(kind=Kind.INVOICE, gross_minor=12000)
FINAL = replace(DRAFT, issued=True, due_date=DUE)
CREDIT = replace(FINAL, kind=Kind.CREDIT_NOTE)
PRO_FORMA = replace(DRAFT, kind=Kind.PRO_FORMA)


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        (DRAFT, Status.DRAFT),
        (FINAL, Status.FINAL),
        (replace(FINAL, sent_at=NOON), Status.SENT),
        (replace(FINAL, exported_at=NOON), Status.EXPORTED),
        (replace(FINAL, sent_at=NOON, exported_at=LATER), Status.EXPORTED),
        (replace(FINAL, sent_at=LATER, exported_at=NOON), Status.SENT),
        (replace(FINAL, sent_at=NOON, exported_at=NOON), Status.SENT),
        (replace(FINAL, sent_at=NOON, paid_minor=1), Status.PARTLY_PAID),
        (replace(FINAL, sent_at=NOON, paid_minor=11999), Status.PARTLY_PAID),
        (replace(FINAL, paid_minor=12000), Status.PAID),
        (replace(FINAL, paid_minor=12001), Status.PAID),
        (replace(FINAL, paid_minor=7000, credited_minor=5000), Status.PAID),
        (replace(FINAL, credited_minor=5000), Status.PARTLY_PAID),
        (replace(FINAL, credited_minor=12000), Status.CREDITED),
        (replace(FINAL, paid_minor=12000, refunded_minor=12000), Status.REFUNDED),
        (replace(FINAL, paid_minor=12000, refunded_minor=1), Status.PARTLY_PAID),
        (replace(FINAL, paid_minor=12000, closed=True), Status.CLOSED),
        (replace(FINAL, gross_minor=0, sent_at=NOON), Status.SENT),
        (CREDIT, Status.FINAL),
        (replace(CREDIT, sent_at=NOON, refunded_minor=5000), Status.SENT),
        (replace(CREDIT, refunded_minor=12000), Status.REFUNDED),
        (replace(CREDIT, credited_minor=12000), Status.CREDITED),
        (replace(CREDIT, credited_minor=7000, refunded_minor=5000), Status.REFUNDED),
        (PRO_FORMA, Status.PRO_FORMA_PREPARING),
        (replace(PRO_FORMA, sent_at=NOON), Status.PRO_FORMA_SENT),
        (replace(PRO_FORMA, sent_at=NOON, converted=True), Status.PRO_FORMA_CONVERTED),
        (replace(PRO_FORMA, converted=True, closed=True), Status.CLOSED),
    ],
)
def test_the_label_follows_from_the_facts(facts, label):
    assert status(facts) is label


def test_every_label_can_be_reached():
    samples = test_the_label_follows_from_the_facts.pytestmark[0].args[1]
    assert {label for _, label in samples} == set(Status)


MINOR = st.integers(0, 10**9)
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(Kind),
    gross_minor=MINOR,
    paid_minor=MINOR,
    refunded_minor=MINOR,
    credited_minor=MINOR,
    issued=st.booleans(),
    sent_at=st.none() | st.just(NOON),
    exported_at=st.none() | st.just(LATER),
    closed=st.booleans(),
    converted=st.booleans(),
    due_date=st.none() | st.just(DUE),
)


@given(facts=FACTS)
def test_paid_means_that_nothing_is_owed(facts):
    if status(facts) is Status.PAID:
        assert facts.balance_minor <= 0
        assert days_overdue(facts, date(2030, 1, 1)) == 0


@given(facts=FACTS, today=st.dates())
def test_only_an_issued_invoice_with_a_balance_is_overdue(facts, today):
    if days_overdue(facts, today):
        assert facts.issued
        assert facts.kind is Kind.INVOICE
        assert facts.balance_minor > 0
        assert facts.due_date is not None
        assert today > facts.due_date


def test_days_overdue_are_counted_from_the_day_after():
    assert days_overdue(FINAL, DUE) == 0
    assert days_overdue(FINAL, DUE + timedelta(days=1)) == 1
    assert days_overdue(FINAL, DUE + timedelta(days=40)) == 40
    assert days_overdue(replace(FINAL, paid_minor=12000), DUE + timedelta(days=40)) == 0
    assert days_overdue(CREDIT, DUE + timedelta(days=40)) == 0


def test_the_balance_counts_every_movement():
    facts = replace(FINAL, paid_minor=5000, credited_minor=2000, refunded_minor=500)
    assert facts.balance_minor == 5500


def test_nothing_is_owed_on_a_pro_forma():
    assert replace(PRO_FORMA, gross_minor=12000, issued=True).balance_minor == 0


def test_a_credit_note_is_owed_until_refunded_or_set_off():
    assert CREDIT.balance_minor == 12000
    assert replace(CREDIT, refunded_minor=5000, credited_minor=4000).balance_minor == 3000


@pytest.mark.parametrize(
    ("refuse", "allowed", "refused"),
    [
        (
            refuse_editing,
            [DRAFT, PRO_FORMA, replace(PRO_FORMA, sent_at=NOON)],
            [
                *(FINAL, CREDIT, replace(FINAL, closed=True)),
                *(replace(PRO_FORMA, issued=True), replace(PRO_FORMA, converted=True)),
            ],
        ),
        (
            refuse_finalising,
            [DRAFT, replace(DRAFT, kind=Kind.CREDIT_NOTE)],
            [FINAL, CREDIT, PRO_FORMA],
        ),
        (
            refuse_sending,
            [FINAL, CREDIT, PRO_FORMA, replace(FINAL, sent_at=NOON)],
            [DRAFT, replace(DRAFT, kind=Kind.CREDIT_NOTE), replace(PRO_FORMA, converted=True)],
        ),
        (
            refuse_deleting,
            [DRAFT, PRO_FORMA],
            [
                *(FINAL, CREDIT, replace(PRO_FORMA, sent_at=NOON)),
                *(replace(PRO_FORMA, issued=True), replace(PRO_FORMA, converted=True)),
            ],
        ),
        (
            refuse_numbering,
            [PRO_FORMA, replace(PRO_FORMA, sent_at=NOON)],
            [DRAFT, FINAL, replace(PRO_FORMA, issued=True), replace(PRO_FORMA, converted=True)],
        ),
        (
            refuse_converting,
            [PRO_FORMA, replace(PRO_FORMA, issued=True, sent_at=NOON), replace(PRO_FORMA, closed=True)],
            [DRAFT, FINAL, CREDIT, replace(PRO_FORMA, converted=True)],
        ),
        (
            refuse_duplicating,
            [DRAFT, FINAL, PRO_FORMA, replace(PRO_FORMA, converted=True)],
            [CREDIT, replace(CREDIT, issued=False)],
        ),
        (
            refuse_closing,
            [FINAL, PRO_FORMA],
            [DRAFT, replace(FINAL, closed=True)],
        ),
        (
            refuse_reopening,
            [replace(FINAL, closed=True)],
            [FINAL, DRAFT],
        ),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_each_act_is_allowed_and_refused_by_the_facts(
    refuse: Callable[[Facts], None], allowed: list[Facts], refused: list[Facts]
):
    for facts in allowed:
        refuse(facts)
    for facts in refused:
        with pytest.raises(Refused):
            refuse(facts)
