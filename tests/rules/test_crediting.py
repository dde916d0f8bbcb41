"""What is credited is never more than what is left, and the last credit takes the rest to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facturier.rules.crediting import (
    Choice,
    CreditLine,
    Taken,
    credit,
    creditable,
    is_whole,
    refuse_more_than_left,
    shared_out,
    taxes_left,
)
from facturier.rules.document import Adjustment, Document, Draft, Kind, Line, LineKind, Tax, Totals
from facturier.rules.money import Money
from facturier.rules.refusal import Refused
from facturier.rules.totals import totals
from tests.rules.drafts import complete
from tests.support.documents import DAY

TWENTY = Tax("VAT", "S", Decimal(20), "TVA")
TEN = Tax("VAT", "S", Decimal(10), "TVA")
GST = Tax("GST", "S", Decimal(5), "TPS")
QST = Tax("QST", "S", Decimal("9.975"), "TVQ")
TAXES = [(TWENTY,), (TEN,), (GST, QST)]

QUANTITIES = st.decimals(Decimal("0.0001"), Decimal(500), places=4)
PRICES = st.decimals(Decimal("0.000001"), Decimal(900), places=6)
PERCENTS = st.sampled_from([Decimal(0), Decimal(0), Decimal(5), Decimal("33.3333"), Decimal("99.5")])
LINES = st.builds(
    Line,
    description=st.just("Work"),
    quantity=QUANTITIES,
    unit_price=PRICES,
    discount_percent=PERCENTS,
    taxes=st.sampled_from(TAXES),
)
ADJUSTMENTS = st.one_of(
    st.builds(Adjustment, reason=st.just("Less"), percent=st.sampled_from([Decimal(3), Decimal("12.5")])),
    st.builds(Adjustment, reason=st.just("Less"), amount_minor=st.integers(1, 9)),
    st.builds(Adjustment, reason=st.just("More"), is_charge=st.just(True), amount_minor=st.integers(1, 4000)),
)


def issued(
    lines: Sequence[Line], adjustments: Sequence[Adjustment] = (), kind: Kind = Kind.INVOICE
) -> Document:
    draft: Draft = replace(
        complete("FR"), kind=kind, lines=tuple(lines), adjustments=tuple(adjustments), currency="EUR"
    )
    sums = totals(draft.lines, draft.adjustments, currency="EUR")
    return Document(draft, "F1", DAY, DAY, sums)


INVOICES = st.builds(
    issued, st.lists(LINES, min_size=1, max_size=4), st.lists(ADJUSTMENTS, max_size=2)
).filter(lambda one: one.totals.net.minor > 0 and min(shared_out(one).values()) > 0)


class Story:
    """An invoice, and its credit notes one after the other."""

    def __init__(self, invoice: Document) -> None:
        self.invoice = invoice
        self.notes: list[Document] = []
        self.taken: dict[int, Taken] = {}

    def note(self, choices: Sequence[Choice]) -> tuple[list[CreditLine], Totals]:
        items = creditable(self.invoice, self.taken)
        found = credit(self.invoice, items, choices)
        adjustments = self.invoice.content.adjustments if is_whole(items, choices) else ()
        lines = tuple(one.line for one in found)
        left = taxes_left(self.invoice, self.notes)
        sums = totals(lines, adjustments, currency="EUR", taxes_left=left)
        draft = replace(self.invoice.content, kind=Kind.CREDIT_NOTE, lines=lines, adjustments=adjustments)
        self.notes.append(Document(draft, "A1", DAY, DAY, sums))
        for one in found:
            before = self.taken.get(one.position, Taken())
            self.taken[one.position] = Taken(before.quantity + one.quantity, before.minor + one.minor)
        return found, sums

    def rest(self) -> list[Choice]:
        return [Choice(one.position) for one in creditable(self.invoice, self.taken) if one.left_minor]


@settings(max_examples=300)
@given(INVOICES)
def test_what_the_lines_cost_comes_to_what_the_invoice_states_for_each_tax(invoice: Document) -> None:
    shares = shared_out(invoice)
    assert sum(shares.values()) == invoice.totals.net.minor
    for total in invoice.totals.taxes:
        lines = [
            minor for place, minor in shares.items() if total.tax in invoice.content.lines[place - 1].taxes
        ]
        assert sum(lines) == total.base.minor


@settings(max_examples=300)
@given(INVOICES)
def test_the_whole_of_an_invoice_is_credited_to_its_own_totals(invoice: Document) -> None:
    found, sums = Story(invoice).note([Choice(n) for n in range(1, len(invoice.content.lines) + 1)])
    assert sums == invoice.totals
    assert [one.line for one in found] == list(invoice.content.lines)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Some credits of any size, by quantity and by amount, that are each possible."""
    story = Story(draw(INVOICES))
    for _ in range(draw(st.integers(1, 4))):
        choices = []
        for item in creditable(story.invoice, story.taken):
            way = draw(st.sampled_from(["leave", "amount", "quantity", "rest"]))
            if not item.left_minor or way == "leave":
                continue
            if way == "amount":
                choices.append(Choice(item.position, minor=draw(st.integers(1, item.left_minor))))
            elif way == "rest" or item.left_quantity <= Decimal("0.0001"):
                choices.append(Choice(item.position))
            else:
                quantity = draw(st.decimals(Decimal("0.0001"), item.left_quantity, places=4))
                choices.append(Choice(item.position, quantity=quantity))
        if choices:
            story.note(choices)
    return story


@settings(max_examples=400, deadline=None)
@given(stories())
def test_any_credits_and_the_rest_come_to_the_invoice_to_the_cent(story: Story) -> None:
    invoice = story.invoice.totals
    for _ in range(2):
        credited = sum(note.totals.gross.minor for note in story.notes)
        assert credited <= invoice.gross.minor
        for left in taxes_left(story.invoice, story.notes):
            assert left.base_minor >= 0
            assert left.tax_minor >= 0
        for item in creditable(story.invoice, story.taken):
            assert item.left_minor >= 0
            assert item.left_quantity >= 0
        if rest := story.rest():
            story.note(rest)
    assert sum(note.totals.net.minor for note in story.notes) == invoice.net.minor
    assert sum(note.totals.tax.minor for note in story.notes) == invoice.tax.minor
    assert sum(note.totals.gross.minor for note in story.notes) == invoice.gross.minor
    assert not story.rest()


@settings(max_examples=200, deadline=None)
@given(stories())
def test_each_line_comes_to_what_it_takes(story: Story) -> None:
    for note in story.notes:
        if note.content.adjustments:
            continue
        for line, total in zip(note.content.lines, note.totals.lines, strict=True):
            assert total.net.minor >= 0  # of a tiny quantity nothing may remain
            assert line.quantity > 0
            assert line.discount_minor >= 0
            assert line.unit_price == round(line.unit_price, 6)
    taken = sum(one.minor for one in story.taken.values())
    assert taken == sum(note.totals.net.minor for note in story.notes)


THREE = Line("Day", quantity=Decimal(3), unit="DAY", unit_price=Decimal("100"), taxes=(TWENTY,))


def test_a_quantity_is_credited_at_its_price_less_its_discount() -> None:
    invoice = issued([replace(THREE, discount_percent=Decimal(10))])
    (line,) = credit(invoice, creditable(invoice, {}), [Choice(1, quantity=Decimal(1))])
    assert (line.quantity, line.minor) == (1, 9000)
    assert (line.line.unit_price, line.line.discount_percent, line.line.unit) == (100, 10, "DAY")


def test_a_discount_on_the_document_lowers_what_a_line_gives_back() -> None:
    invoice = issued([THREE], [Adjustment("Less", percent=Decimal(5))])
    (line,) = credit(invoice, creditable(invoice, {}), [Choice(1, quantity=Decimal(1))])
    assert line.minor == 9500
    assert line.line.discount_minor == 500


def test_an_amount_leaves_the_quantity_billed() -> None:
    invoice = issued([THREE])
    (line,) = credit(invoice, creditable(invoice, {}), [Choice(1, minor=5000)])
    assert (line.quantity, line.minor) == (0, 5000)
    assert (line.line.quantity, line.line.unit_price) == (1, 50)
    (left,) = creditable(invoice, {1: Taken(line.quantity, line.minor)})
    assert (left.left_quantity, left.left_minor) == (3, 25000)


def test_a_deduction_is_credited_as_it_was_billed() -> None:
    """A line of minus one, as a deposit is deducted: what is credited of it raises what is owed."""
    invoice = issued([THREE, replace(THREE, quantity=Decimal(-1))])
    found = credit(invoice, creditable(invoice, {}), [Choice(2)])
    assert [(one.quantity, one.minor) for one in found] == [(-1, -10000)]
    with pytest.raises(Refused, match="at most"):
        credit(invoice, creditable(invoice, {}), [Choice(2, quantity=Decimal("-0.5"))])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(1, quantity=Decimal("3.0001")), "at most"),
        (Choice(1, quantity=Decimal(0)), "at most"),
        (Choice(1, quantity=Decimal(-1)), "at most"),
        (Choice(1, minor=30001), "at most"),
        (Choice(1, minor=0), "at most"),
        (Choice(1, minor=-1), "at most"),
        (Choice(2), "nothing is left"),
        (Choice(9), "nothing is left"),
    ],
)
def test_more_than_is_left_is_refused(choice: Choice, message: str) -> None:
    invoice = issued([THREE, Line("Remark", kind=LineKind.TEXT)])
    with pytest.raises(Refused, match=message):
        credit(invoice, creditable(invoice, {}), [choice])
    with pytest.raises(Refused, match="Choose what"):
        credit(invoice, creditable(invoice, {}), [])


def test_a_credit_note_is_for_more_than_nothing_and_no_more_than_is_left() -> None:
    left = Money(1000, "EUR")
    refuse_more_than_left(left, left=left)
    for minor, message in ((1001, "only"), (0, "more than nothing"), (-5, "more than nothing")):
        with pytest.raises(Refused, match=message):
            refuse_more_than_left(Money(minor, "EUR"), left=left)


def test_control_without_what_is_left_of_the_tax_rounding_credits_more_than_was_billed() -> None:
    line = Line("Sheet", quantity=Decimal(3), unit_price=Decimal("0.03"), taxes=(TWENTY,))
    invoice = issued([line])
    one = totals([replace(line, quantity=Decimal(1))], currency="EUR")
    assert 3 * one.tax.minor > invoice.totals.tax.minor
