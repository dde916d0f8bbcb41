"""Read what the page New batch holds, and arrange the preview for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from facturier.batches.choice import Choice, WorkKind
from facturier.batches.models import Grouping
from facturier.batches.queries import Preview
from facturier.customers.models import Customer
from facturier.rules.billing import Fee, Spending, Time, Work, marked_up, period_words, prorated
from facturier.rules.money import Money
from facturier.rules.periods import Cycle, Span, period_of
from facturier.rules.refusal import Refused
from facturier.web.batches.words import HOLDS
from facturier.web.refusals import refusal_text
from facturier.work.models import Contract

PAGE = 50
_HELD_SHOWN = 30
_MOST = 100  # customers that can be chosen one by one


@dataclass(slots=True)
class Wish:
    """What the form says. `choice` is None while its period cannot be read; `errors` are by field."""

    period_start: str
    period_end: str
    kinds: frozenset[WorkKind]
    grouping: str
    earlier: bool
    name: str
    seen: str
    page: int
    customers: Sequence[Customer]
    contracts: Sequence[tuple[Contract, bool]]
    excluded: frozenset[str]
    unfolded: frozenset[int]
    choice: Choice | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read(data: Any, *, today: date, language: str) -> Wish:
    """Read the form's data, or the address of a page that is opened, with last month as the default."""
    is_form = "form" in data
    last_month = period_of(Cycle.MONTHLY, today.replace(day=1) - timedelta(days=1))
    customers = _customers(data)
    contracts = _contracts(customers, {*_numbers(data.getlist("contract"))})
    kinds = {kind for kind in WorkKind if kind.value in data.getlist("kind")}
    wish = Wish(
        period_start=data.get("period_start", "") or ("" if is_form else str(last_month.start)),
        period_end=data.get("period_end", "") or ("" if is_form else str(last_month.last)),
        kinds=frozenset(kinds if is_form or kinds else WorkKind),
        grouping=data.get("grouping", Grouping.CUSTOMER),
        earlier="earlier" in data or not is_form,
        name=data.get("name", "")[:100],
        seen=data.get("seen", ""),
        page=max(1, *_numbers(data.getlist("page")[-1:]), 1),
        customers=customers,
        contracts=contracts,
        excluded=_excluded(data),
        unfolded=_unfolded(data),
    )
    _choose(wish)
    return wish


def _choose(wish: Wish) -> None:
    days: dict[str, date] = {}
    for name in ("period_start", "period_end"):
        try:
            days[name] = date.fromisoformat(getattr(wish, name))
        except ValueError:
            wish.errors[name] = _("Write a day, e.g. 2026-01-31.")
    if not wish.kinds:
        wish.errors["kind"] = _("Choose at least one kind of work.")
    if wish.grouping not in Grouping.values:
        wish.errors["grouping"] = _("Choose one of the list.")
    if wish.errors:
        return
    contracts = frozenset(contract.pk for contract, chosen in wish.contracts if chosen)
    choice = Choice(
        days["period_start"],
        days["period_end"],
        customer_ids=frozenset(one.pk for one in wish.customers) or None,
        contract_ids=contracts or None,
        kinds=wish.kinds,
        excluded=wish.excluded,
        earlier=wish.earlier,
        grouping=Grouping(wish.grouping),
    )
    try:
        _span = choice.billing
    except Refused as refusal:
        wish.errors[refusal.field or "period_start"] = refusal_text(refusal)
        return
    wish.choice = choice


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _customers(data: Any) -> list[Customer]:
    wanted = _numbers([*data.getlist("customer"), *data.getlist("add_customer")])
    dropped = set(_numbers(data.getlist("drop_customer")))
    keys = [pk for pk in dict.fromkeys(wanted) if pk not in dropped][:_MOST]
    return list(Customer.objects.filter(pk__in=keys).order_by("name", "pk"))


def _contracts(customers: Sequence[Customer], chosen: set[int]) -> list[tuple[Contract, bool]]:
    if not customers:
        return []
    rows = Contract.objects.filter(customer__in=customers).select_related("customer")
    return [(row, row.pk in chosen) for row in rows.order_by("customer__name", "name", "pk")]


def _excluded(data: Any) -> frozenset[str]:
    """What was left out before and is not on the page, and what is on the page without its tick."""
    shown, billed = set(data.getlist("shown")), set(data.getlist("billed"))
    return frozenset((set(data.getlist("excluded")) - shown) | (shown - billed))


def _unfolded(data: Any) -> frozenset[int]:
    """Customers whose items are shown; the button that was pressed turns its own."""
    unfolded = set(_numbers(data.getlist("unfolded")))
    return frozenset(unfolded.symmetric_difference(_numbers(data.getlist("fold"))))


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work in an unfolded customer."""

    key: str
    day: date | None
    words: str
    minutes: int | None
    price: Money | None
    is_billed: bool


@dataclass(slots=True)
class Group:
    """A line to be with its pieces of work, or what was left out by hand."""

    words: str
    net: Money | None
    items: list[Item]


@dataclass(slots=True)
class Row:
    """A customer in the preview."""

    customer: Customer
    documents: int = 0
    tickets: int = 0
    minutes: int = 0
    net_minor: int = 0
    gross_minor: int = 0
    is_billed: bool = True
    is_unfolded: bool = False
    left_out: int = 0
    groups: list[Group] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"customer:{self.customer.pk}"


@dataclass(slots=True)
class HeldGroup:
    """What is left out for one reason."""

    title: Any
    hint: Any
    rows: list[Any]
    more: int
    is_locked: bool


@dataclass(slots=True)
class Arranged:
    """The preview as the page shows it: one page of customers, and what stands on others in hidden fields."""

    rows: list[Row]
    held: list[HeldGroup]
    page: int
    pages: int
    customers: int
    carried: list[str]  # keys left out that have no tick on this page
    unfolded: list[int]


def arrange(found: Preview, wish: Wish, *, language: str) -> Arranged:
    """Cut the preview to the page that is shown."""
    proposals: dict[int, list[Any]] = {}
    for one in found.proposals:
        proposals.setdefault(one.customer.pk, []).append(one)
    keys = list(proposals) + [pk for pk in found.excluded if pk not in proposals]
    if found.excluded:
        keys.sort(key=lambda pk: (found.customers[pk].name.casefold(), pk))
    pages = max(1, -(-len(keys) // PAGE))
    page = min(wish.page, pages)
    rows = []
    for pk in keys[(page - 1) * PAGE : page * PAGE]:
        row = _row(found.customers[pk], proposals.get(pk, ()), found.excluded.get(pk, ()))
        row.is_billed = row.key not in wish.excluded
        row.is_unfolded = pk in wish.unfolded and row.is_billed
        if row.is_unfolded:
            row.groups = _groups(proposals.get(pk, ()), found.excluded.get(pk, ()), row.customer, language)
        rows.append(row)
    ticked = {row.key for row in rows}
    ticked |= {item.key for row in rows for group in row.groups for item in group.items}
    return Arranged(
        rows=rows,
        held=_held(found),
        page=page,
        pages=pages,
        customers=len(keys),
        carried=sorted(wish.excluded - ticked),
        unfolded=sorted(wish.unfolded),
    )


def _row(customer: Customer, proposals: Iterable[Any], excluded: Sequence[Work]) -> Row:
    row = Row(customer, left_out=len(excluded))
    for one in proposals:
        row.documents += 1
        row.tickets += len(one.ticket_ids)
        row.minutes += one.seconds // 60
        row.net_minor += one.totals.net.minor
        row.gross_minor += one.totals.gross.minor
    return row


def _groups(
    proposals: Iterable[Any], excluded: Sequence[Work], customer: Customer, language: str
) -> list[Group]:
    groups = [
        Group(
            line.description,
            total.net,
            [_item(work, customer.currency, language, is_billed=True) for work in line.works],
        )
        for one in proposals
        for line, total in zip(one.lines, one.totals.lines, strict=True)
    ]
    if excluded:
        items = [_item(work, customer.currency, language, is_billed=False) for work in excluded]
        groups.append(Group(pgettext("work", "Left out"), None, items))
    return groups


def _item(work: Work, currency: str, language: str, *, is_billed: bool) -> Item:
    if isinstance(work, Fee):
        words = f"{work.terms.name} – {period_words(work.period, work.terms.cycle, language)}"
        price = Money.rounded(prorated(work.terms.fee, work.period), currency)
        return Item(work.key, None, words, None, price, is_billed)
    if isinstance(work, Spending):
        price = Money.rounded(marked_up(work), currency)
        return Item(work.key, work.day, work.description, None, price, is_billed)
    assert isinstance(work, Time)
    told = work.description or " – ".join(part for part in (work.project, work.task) if part)
    if work.ticket is not None and not is_billed:
        told = f"{work.ticket.number} – {work.ticket.title}" + (f": {told}" if told else "")
    words = " · ".join(part for part in (work.person, told[:120]) if part)
    return Item(work.key, work.day, words, work.billed_seconds // 60, None, is_billed)


def _held(found: Preview) -> list[HeldGroup]:
    by_hold: dict[Any, list[Any]] = {}
    for one in found.left_out:
        by_hold.setdefault(one.hold, []).append(one)
    return [
        HeldGroup(
            *HOLDS[hold],
            rows=[
                (one, found.customers.get(one.customer_id), one.seconds // 60)
                for one in by_hold[hold][:_HELD_SHOWN]
            ],
            more=max(0, len(by_hold[hold]) - _HELD_SHOWN),
            is_locked=by_hold[hold][0].is_locked,
        )
        for hold in HOLDS
        if hold in by_hold
    ]


def presets(today: date) -> list[tuple[Any, Span]]:
    """Periods that people bill by, beside the one they type."""
    this_month = period_of(Cycle.MONTHLY, today)
    before = this_month.start - timedelta(days=1)
    quarter = period_of(Cycle.QUARTERLY, today)
    last_quarter = period_of(Cycle.QUARTERLY, quarter.start - timedelta(days=1))
    return [
        (_("Last month"), period_of(Cycle.MONTHLY, before)),
        (_("This month"), this_month),
        (_("Last quarter"), last_quarter),
        (_("This quarter"), quarter),
    ]
