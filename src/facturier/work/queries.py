"""Read work: lists a page at a time, and what of it is still to be billed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Sum, When

from facturier.customers.models import Customer
from facturier.rules.money import Money
from facturier.rules.worktime import marked_up, time_value
from facturier.work.claims import holder
from facturier.work.models import (
    BillingMethod,
    Contract,
    Expense,
    Job,
    Ticket,
    TicketStatus,
    TimeEntry,
    TimeImport,
)

PAGE = 50
BILLED = ("billed", "unbilled", "not_billable")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which work a list shows. `billed` is one of BILLED; `customer_id` 0 is work without a customer."""

    customer_id: int | None = None
    start: date | None = None
    end: date | None = None
    billed: str = ""
    person: str = ""
    status: str = ""
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """A page of a list, newest first, and the cursor of the next one, empty after the last."""

    rows: Sequence[Row]
    next: str


def time_page(chosen: Filter, *, after: str = "", size: int = PAGE) -> Page[TimeEntry]:
    """Return a page of time entries with their customers, tickets and claims: one query."""
    rows = _chosen(TimeEntry.objects.all(), chosen)
    if chosen.person:
        rows = rows.filter(person__icontains=chosen.person)
    if chosen.import_id is not None:
        rows = rows.filter(imported_id=chosen.import_id)
    related = ("customer", "contract", "ticket", "claim__invoice", "claim__batch")
    return _page(rows.select_related(*related), ("day", "pk"), after=after, size=size)


def expense_page(chosen: Filter, *, after: str = "", size: int = PAGE) -> Page[Expense]:
    """Return a page of expenses with their customers, tickets and claims: one query."""
    rows = _chosen(Expense.objects.all(), chosen)
    related = ("customer", "contract", "ticket", "claim__invoice", "claim__batch")
    return _page(rows.select_related(*related), ("day", "pk"), after=after, size=size)


def ticket_page(chosen: Filter, *, after: str = "", size: int = PAGE) -> Page[Ticket]:
    """Return a page of tickets; `status` is a status, or "active" for open and pending ones."""
    rows = Ticket.objects.all()
    if chosen.customer_id is not None:
        rows = rows.filter(customer_id=chosen.customer_id)
    if chosen.status == "active":
        rows = rows.filter(status__in=[TicketStatus.OPEN, TicketStatus.PENDING])
    elif chosen.status:
        rows = rows.filter(status=chosen.status)
    return _page(rows.select_related("customer", "contract"), ("number",), after=after, size=size)


def job_page(chosen: Filter, *, after: str = "", size: int = PAGE) -> Page[Job]:
    """Return a page of jobs, the last added first."""
    rows = Job.objects.all()
    if chosen.customer_id is not None:
        rows = rows.filter(customer_id=chosen.customer_id)
    if chosen.status:
        rows = rows.filter(status=chosen.status)
    return _page(rows.select_related("customer"), ("pk",), after=after, size=size)


def import_page(*, after: str = "", size: int = PAGE) -> Page[TimeImport]:
    """Return a page of what was imported."""
    return _page(TimeImport.objects.all(), ("pk",), after=after, size=size)


def _chosen(rows: Any, chosen: Filter) -> Any:
    if chosen.customer_id is not None:
        rows = rows.filter(customer_id=chosen.customer_id or None)
    if chosen.start is not None:
        rows = rows.filter(day__gte=chosen.start)
    if chosen.end is not None:
        rows = rows.filter(day__lte=chosen.end)
    match chosen.billed:
        case "billed":
            rows = rows.filter(claim__isnull=False)
        case "unbilled":
            rows = rows.filter(claim__isnull=True, billable=True)
        case "not_billable":
            rows = rows.filter(claim__isnull=True, billable=False)
    return rows


def _page(rows: Any, order: tuple[str, ...], *, after: str, size: int) -> Page[Any]:
    """Read one row more than a page, to know whether there is a next one."""
    place = _place(after, order)
    if place is not None:
        beyond = Q(**{f"{order[0]}__lt": place[0]})
        if len(order) == 2:
            beyond |= Q(**{order[0]: place[0], f"{order[1]}__lt": place[1]})
        rows = rows.filter(beyond)
    found = list(rows.order_by(*(f"-{name}" for name in order))[: size + 1])
    last = found[size - 1] if len(found) > size else None
    cursor = ".".join(str(getattr(last, name)) for name in order) if last is not None else ""
    return Page(found[:size], cursor)


def _place(cursor: str, order: tuple[str, ...]) -> tuple[Any, ...] | None:
    parts = cursor.split(".")
    if len(parts) != len(order):
        return None
    try:
        return tuple(
            date.fromisoformat(part) if name == "day" else int(part)
            for name, part in zip(order, parts, strict=True)
        )
    except ValueError:
        return None


@dataclass(slots=True)
class Spent:
    """What stands on a ticket."""

    seconds: int = 0
    expenses: int = 0


def spent_on(tickets: Iterable[Ticket]) -> dict[int, Spent]:
    """Map tickets to the time and number of expenses on them: two queries, whatever their number."""
    found = {ticket.pk: Spent() for ticket in tickets}
    times = TimeEntry.objects.filter(ticket_id__in=found).values_list("ticket_id").annotate(Sum("seconds"))
    for ticket_id, seconds in times.order_by():
        found[ticket_id].seconds = seconds
    expenses = Expense.objects.filter(ticket_id__in=found).values_list("ticket_id").annotate(Count("pk"))
    for ticket_id, count in expenses.order_by():
        found[ticket_id].expenses = count
    return found


def held_by(work: TimeEntry | Expense) -> tuple[str, str, int | None] | None:
    """Return what holds a piece of work: "invoice", "draft" or "batch", its name and the document's id.

    None for work that can be changed. Costs no query for rows of a page.
    """
    claim = getattr(work, "claim", None)
    return (*holder(claim), claim.invoice_id) if claim is not None else None


def people(*, recent: int = 500) -> list[str]:
    """Return who worked last, by name: to be offered where a person is asked for."""
    last = TimeEntry.objects.order_by("-pk").values_list("person", flat=True)[:recent]
    return sorted(set(last), key=str.casefold)


@dataclass(slots=True)
class Unbilled:
    """What is still to be billed to a customer; None for work without one.

    `value` is what the time is worth at its rates; `unpriced_seconds` have none. Time on a flat fee counts in
    `covered_seconds` and is worth nothing more. `expenses` include their mark-up.
    """

    customer: Customer | None
    seconds: int = 0
    unpriced_seconds: int = 0
    covered_seconds: int = 0
    entries: int = 0
    expense_count: int = 0
    value: Money = field(default_factory=lambda: Money.zero(""))
    expenses: Money = field(default_factory=lambda: Money.zero(""))
    oldest: date | None = None

    @property
    def total(self) -> Money:
        return self.value + self.expenses


def unbilled(customer_ids: Collection[int] | None = None) -> list[Unbilled]:
    """Return what each customer is still to be billed, the most valuable first: three queries.

    With `customer_ids` only theirs. Time is summed by rate, so that a rate is multiplied once.
    """
    found: dict[int | None, Unbilled] = {}
    times = list(_unbilled_time(customer_ids))
    expenses = list(_unbilled_expenses(customer_ids))
    ids = {row["customer_id"] for row in (*times, *expenses)}
    customers = Customer.objects.in_bulk([pk for pk in ids if pk is not None])
    for pk in ids:
        customer = customers.get(pk) if pk is not None else None
        zero = Money.zero(customer.currency if customer else "")
        found[pk] = Unbilled(customer, value=zero, expenses=zero)
    for row in times:
        _add_time(found[row["customer_id"]], row)
    for row in expenses:
        _add_expenses(found[row["customer_id"]], row)
    return sorted(found.values(), key=_most_valuable)


def _most_valuable(one: Unbilled) -> tuple[bool, int, str]:
    return (one.customer is None, -one.total.minor, one.customer.name if one.customer else "")


def _unbilled_time(customer_ids: Collection[int] | None) -> QuerySet[Any]:
    """Sum unbilled time as the lines of an invoice will: by contract, rate, and ticket or engagement."""
    rows = _of(TimeEntry.objects.filter(claim__isnull=True, billable=True), customer_ids)
    groups = ("customer_id", "rate", "contract_id", "ticket_id", "project", "task")
    terms = {"hourly_rate": F("contract__hourly_rate"), "method": F("contract__method")}
    sums = {"billed": Sum(_ROUNDED), "worked": Sum("seconds"), "entries": Count("pk"), "oldest": Min("day")}
    return rows.values(*groups, **terms).annotate(**sums).order_by()  # type: ignore[no-any-return]


_STEP = F("contract__rounding_minutes") * 60
_ROUNDED = Case(
    When(contract__rounding_minutes__gt=0, then=F("seconds") + (_STEP - F("seconds") % _STEP) % _STEP),
    default=F("seconds"),
    output_field=IntegerField(),
)


def _add_time(one: Unbilled, row: Any) -> None:
    one.seconds += row["worked"]
    one.entries += row["entries"]
    one.oldest = min(filter(None, [one.oldest, row["oldest"]]))
    rate = row["hourly_rate"] if row["rate"] is None else row["rate"]
    if row["method"] == BillingMethod.FLAT_FEE:
        one.covered_seconds += row["worked"]
    elif row["contract_id"] is None or rate is None:
        one.unpriced_seconds += row["worked"]
    else:
        one.value += time_value(row["billed"], rate, one.value.currency)


def _unbilled_expenses(customer_ids: Collection[int] | None) -> QuerySet[Any]:
    rows = _of(Expense.objects.filter(claim__isnull=True, billable=True), customer_ids)
    groups = ("customer_id", "currency", "markup_percent", "cost_minor")
    sums = {"count": Count("pk"), "oldest": Min("day")}
    return rows.values(*groups).annotate(**sums).order_by()  # type: ignore[no-any-return]


def _add_expenses(one: Unbilled, row: Any) -> None:
    one.expense_count += row["count"]
    one.oldest = min(filter(None, [one.oldest, row["oldest"]]))
    if row["currency"] == one.expenses.currency:
        each = marked_up(Money(row["cost_minor"], row["currency"]), row["markup_percent"])
        one.expenses += Money(each.minor * row["count"], each.currency)


def _of(rows: Any, customer_ids: Collection[int] | None) -> Any:
    return rows if customer_ids is None else rows.filter(customer_id__in=customer_ids)


def contracts_of_customer(customer_id: int) -> list[Contract]:
    """Return the contracts of a customer, those that run on before those that ended."""
    rows = Contract.objects.filter(customer_id=customer_id).select_related("tax_code", "account")
    return list(rows.order_by(F("ends_on").desc(nulls_first=True), "name", "pk"))


def tickets_to_choose(customer_id: int, *, keep: int | None, limit: int = 100) -> list[Ticket]:
    """Return a customer's tickets that are not closed, newest first, and the one to keep whatever it is."""
    wanted = Q(pk=keep) | ~Q(status=TicketStatus.CLOSED)
    return list(Ticket.objects.filter(wanted, customer_id=customer_id).order_by("-number")[:limit])


def of_ticket(ticket: Ticket) -> tuple[list[TimeEntry], list[Expense]]:
    """Return the time and expenses on a ticket, in the order of their days: two queries."""
    claims = ("claim__invoice", "claim__batch")
    times = TimeEntry.objects.filter(ticket=ticket).select_related(*claims).order_by("day", "pk")
    expenses = Expense.objects.filter(ticket=ticket).select_related(*claims).order_by("day", "pk")
    return list(times), list(expenses)
