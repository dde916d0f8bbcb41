"""Find the work that a choice bills, and say of the rest why it is held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from facturier.batches.choice import Choice, WorkKind
from facturier.batches.models import BilledWork
from facturier.batches.reading import (
    EXPENSE,
    TIME,
    Agreement,
    Agreements,
    Codes,
    TicketRow,
    all_agreements,
    codes,
    tickets,
    unclaimed_expenses,
    unclaimed_time,
)
from facturier.rules.billing import (
    Fee,
    Hold,
    Method,
    Spending,
    Time,
    Work,
    fees_due,
    hold_spending,
    hold_time,
)
from facturier.rules.periods import Span, running_periods

LOOK_BACK = timedelta(days=365)  # how far back work that nobody has billed is looked for
_LONGEST_PERIOD = timedelta(days=366)
_SILENT_WHEN_EARLIER = frozenset([Hold.NOT_BILLABLE, Hold.COVERED_BY_FEE])


@dataclass(slots=True)
class Held:
    """Work that is left out for one reason: of one ticket, contract, or project."""

    hold: Hold
    customer_id: int | None
    label: str
    first_day: date
    last_day: date
    count: int = 0
    seconds: int = 0

    @property
    def is_locked(self) -> bool:
        return self.hold is Hold.PERIOD_NOT_OVER


@dataclass(slots=True)
class Found:
    """Work to bill, and what is left out. A held piece joins those of its reason and ticket or contract."""

    codes: Codes
    works: list[tuple[int, Work]] = field(default_factory=list)
    held: dict[tuple[object, ...], Held] = field(default_factory=dict)

    def hold(
        self,
        hold: Hold,
        *,
        customer_id: int | None,
        label: str,
        first: date,
        last: date,
        seconds: int = 0,
    ) -> None:
        key = (hold, customer_id, label)
        held = self.held.get(key)
        if held is None:
            held = self.held[key] = Held(hold, customer_id, label, first, last)
        held.first_day = min(held.first_day, first)
        held.last_day = max(held.last_day, last)
        held.count += 1
        held.seconds += seconds


def find(choice: Choice, *, today: date, lock: bool = False) -> Found:
    """Sort all work that the choice could bill. `lock` keeps it from changing until the commit."""
    billing = choice.billing
    customer_ids = _customers(choice)
    time = _candidates(unclaimed_time(), choice, customer_ids, kind=WorkKind.TIME)
    expenses = _candidates(unclaimed_expenses(), choice, customer_ids, kind=WorkKind.EXPENSES)
    agreements = all_agreements(customer_ids=customer_ids, lock=lock)
    faces = tickets(time, expenses, lock=lock)
    entries = list(_read(time, TIME, lock=lock))
    spent = list(_read(expenses, EXPENSE, lock=lock))
    fee_agreements = _fee_agreements(agreements, choice)
    found = Found(codes(_concerned(entries, spent, fee_agreements)))
    if fee_agreements:
        _sort_fees(found, fee_agreements, billing=billing, today=today)
    for entry in entries:
        _sort_entry(found, entry, agreements, faces, choice=choice, billing=billing, today=today)
    for row in spent:
        _sort_expense(found, row, agreements, faces, choice=choice)
    return found


def _customers(choice: Choice) -> frozenset[int] | None:
    """Return the customers that the choice is about, None for all; contracts narrow it to theirs."""
    if choice.contract_ids is None:
        return choice.customer_ids
    named = all_agreements(customer_ids=choice.customer_ids, lock=False).by_id
    return frozenset(named[pk].terms.customer_id for pk in choice.contract_ids if pk in named)


def _candidates(
    rows: QuerySet[Any], choice: Choice, customer_ids: frozenset[int] | None, *, kind: WorkKind
) -> QuerySet[Any]:
    if not choice.wants(kind):
        return rows.none()
    if choice.earlier:  # of what came earlier only billable work is asked for again
        wanted = Q(day__gte=choice.period_start) | Q(billable=True)
        rows = rows.filter(wanted, day__gte=choice.period_start - LOOK_BACK)
    else:
        rows = rows.filter(day__gte=choice.period_start)
    rows = rows.filter(day__lte=choice.period_end)
    return rows if customer_ids is None else rows.filter(customer_id__in=customer_ids)


def _read(rows: QuerySet[Any], columns: tuple[str, ...], *, lock: bool) -> Iterable[tuple[Any, ...]]:
    if lock:
        rows = rows.order_by("pk").select_for_update()
    return rows.values_list(*columns)


def _concerned(
    entries: list[tuple[Any, ...]], spent: list[tuple[Any, ...]], fees: list[Agreement]
) -> Iterator[int]:
    yield from (row[1] for row in entries if row[1] is not None)
    yield from (row[1] for row in spent)
    yield from (one.terms.customer_id for one in fees)


def _fee_agreements(agreements: Agreements, choice: Choice) -> list[Agreement]:
    if not choice.wants(WorkKind.FEES):
        return []
    since = choice.period_start - LOOK_BACK
    return [
        one
        for one in agreements.by_id.values()
        if one.terms.method is Method.FLAT_FEE
        and one.terms.in_force.start <= choice.period_end
        and one.terms.in_force.end > since
        and _is_chosen(one, choice)
    ]


def _is_chosen(agreement: Agreement | None, choice: Choice) -> bool:
    if choice.contract_ids is None:
        return True
    return agreement is not None and agreement.terms.contract_id in choice.contract_ids


def _billed_periods(since: date) -> dict[int, list[Span]]:
    billed: dict[int, list[Span]] = {}
    claims = BilledWork.objects.filter(period_end__gte=since)
    for contract_id, first, last in claims.values_list("contract_id", "period_start", "period_end"):
        billed.setdefault(contract_id, []).append(Span.inclusive(first, last))
    return billed


def _sort_fees(found: Found, fees: list[Agreement], *, billing: Span, today: date) -> None:
    earlier = Span(billing.start - LOOK_BACK, billing.start)
    billed = _billed_periods(earlier.start - _LONGEST_PERIOD)
    for one in fees:
        terms = one.terms
        taken = billed.get(terms.contract_id, [])
        for period in fees_due(terms, billing=billing, billed=taken, today=today):
            last = period.span.last
            coding = found.codes.coding(terms.customer_id, last, one)
            lacks = found.codes.hold(coding, customer_id=terms.customer_id, day=last)
            if lacks is None:
                found.works.append((terms.customer_id, Fee(terms, period, coding)))
            else:
                _hold_period(found, lacks, one, period.span)
        for period in running_periods(
            terms.cycle,
            in_force=terms.in_force,
            in_advance=terms.in_advance,
            billing=billing,
            today=today,
        ):
            if period.span.without(taken):
                _hold_period(found, Hold.PERIOD_NOT_OVER, one, period.span)
        for period in fees_due(terms, billing=earlier, billed=taken, today=today):
            _hold_period(found, Hold.DUE_EARLIER, one, period.span)


def _hold_period(found: Found, hold: Hold, one: Agreement, span: Span) -> None:
    terms = one.terms
    found.hold(hold, customer_id=terms.customer_id, label=terms.name, first=span.start, last=span.last)


def _sort_entry(
    found: Found,
    row: tuple[Any, ...],
    agreements: Agreements,
    faces: dict[int, TicketRow],
    *,
    choice: Choice,
    billing: Span,
    today: date,
) -> None:
    (pk, customer_id, contract_id, ticket_id, person, day, seconds) = row[:7]
    (project, task, description, billable, rate) = row[7:]
    ticket = faces[ticket_id] if ticket_id else None
    face = ticket.face if ticket else None
    label = _label(face, project, task, description)

    def hold(reason: Hold) -> None:
        if day >= billing.start or reason not in _SILENT_WHEN_EARLIER:
            found.hold(reason, customer_id=customer_id, label=label, first=day, last=day, seconds=seconds)

    if customer_id is None:
        if choice.contract_ids is None:
            hold(Hold.NO_CUSTOMER if billable else Hold.NOT_BILLABLE)
        return
    agreement = agreements.of(customer_id, contract_id, ticket.contract_id if ticket else None)
    if not _is_chosen(agreement, choice):
        return
    terms = agreement.terms if agreement else None
    reason = hold_time(
        day,
        seconds=seconds,
        billable=billable,
        ticket=face,
        terms=terms,
        billing=billing,
        today=today,
    )
    if reason is not None or terms is None:
        hold(reason or Hold.NO_CONTRACT)
        return
    coding = found.codes.coding(customer_id, day, agreement)
    lacks = found.codes.hold(coding, customer_id=customer_id, day=day)
    if lacks is not None:
        hold(lacks)
        return
    work = Time(pk, day, seconds, terms, coding, rate, face, person, project, task, description)
    found.works.append((customer_id, work))


def _label(face: Any, project: str, task: str, description: str) -> str:
    if face is not None:
        return f"{face.number} – {face.title}"
    return " – ".join(part for part in (project, task) if part) or description[:80]


def _sort_expense(
    found: Found,
    row: tuple[Any, ...],
    agreements: Agreements,
    faces: dict[int, TicketRow],
    *,
    choice: Choice,
) -> None:
    (pk, customer_id, contract_id, ticket_id, day, description, cost_minor) = row[:7]
    (currency, markup_percent, billable, tax_code_id, account_id) = row[7:]
    ticket = faces[ticket_id] if ticket_id else None
    face = ticket.face if ticket else None
    agreement = agreements.of(customer_id, contract_id, ticket.contract_id if ticket else None)
    if not _is_chosen(agreement, choice):
        return
    terms = agreement.terms if agreement else None
    coding = found.codes.coding(customer_id, day, agreement, tax_code_id=tax_code_id, account_id=account_id)
    reason = hold_spending(
        billable=billable,
        ticket=face,
        terms=terms,
        currency=currency,
        customer_currency=found.codes.customers[customer_id].currency,
    ) or found.codes.hold(coding, customer_id=customer_id, day=day)
    if reason is not None:
        label = _label(face, "", "", description)
        found.hold(reason, customer_id=customer_id, label=label, first=day, last=day)
        return
    work = Spending(pk, day, description, cost_minor, currency, coding, markup_percent, terms, face)
    found.works.append((customer_id, work))
