"""Bring in the exports of time trackers: rows of a file joined to customers and contracts, all or nothing.

A row is known by its `external_key`; what is there already is not added again, so that the same file twice
adds nothing and overlapping exports add only what is new. Reading a file needs no database and happens
before the transaction begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from facturier.audit import operations as audit
from facturier.customers import operations as customers
from facturier.customers.models import Customer
from facturier.customers.names import name_key
from facturier.customers.queries import by_name_key
from facturier.organisations.access import Actor, operation
from facturier.organisations.bulk import insert_many
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.money import round_half_up
from facturier.rules.refusal import Refused, refuse_all
from facturier.work.importers import DateOrder, Problem, Reading, TimeRow, read
from facturier.work.matching import ContractTable, contracts_of
from facturier.work.models import TimeEntry, TimeImport
from facturier.work.values import HIGHEST_PRICE

SHOWN_PROBLEMS = 50
CHUNK = 5000
_SEVERAL = "Several customers are called “%(name)s”: choose one of them."
_LONGEST = {"person": 100, "customer": 200, "project": 200, "task": 200}
_COLUMNS = (
    *("customer_id", "contract_id", "person", "day", "started_at", "seconds", "project", "task"),
    *("description", "billable", "rate", "imported_id", "external_key"),
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decides about a file.

    `customers` maps names of the file to ids of customers; "" is the name of rows without one. Names that
    are not mapped are matched; those that match nobody become new customers, or problems when
    `new_customers` is False. `date_order` matters only where the file leaves the order open.
    """

    date_order: DateOrder | None = None
    customers: Mapping[str, int] = field(default_factory=dict)
    new_customers: bool = True


@dataclass(slots=True)
class Group:
    """What a file holds of one customer or person. `customer` is None for one that will be added."""

    name: str
    customer: Customer | None = None
    rows: int = 0
    new_rows: int = 0
    seconds: int = 0
    billable_seconds: int = 0

    def count(self, row: TimeRow, *, is_new: bool) -> None:
        self.rows += 1
        self.new_rows += is_new
        self.seconds += row.seconds
        self.billable_seconds += row.seconds if row.billable else 0


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What importing a file would do. With `problems` nothing is imported.

    `known` rows are there already. `unmatched` are the names that would become new customers, `ambiguous`
    those of several customers. `without_customer` counts rows that nobody can be billed for until a
    customer is chosen.
    `foreign_rates` counts rates in a currency that the row's customer is not billed in: they are left out.
    """

    source: str
    rows: int
    known: int
    problems: tuple[Problem, ...]
    by_customer: tuple[Group, ...]
    by_person: tuple[Group, ...]
    unmatched: tuple[str, ...]
    ambiguous: tuple[str, ...]
    without_customer: int
    foreign_rates: int
    first_day: date | None
    last_day: date | None
    date_order: DateOrder | None
    ambiguous_dates: bool
    skipped: int

    @property
    def new(self) -> int:
        return self.rows - self.known

    @property
    def is_blocked(self) -> bool:
        """Whether the file itself must be mended; choosing among customers is not enough."""
        return len(self.problems) > len(self.ambiguous)

    @property
    def seconds(self) -> int:
        return sum(group.seconds for group in self.by_person)

    @property
    def billable_seconds(self) -> int:
        return sum(group.billable_seconds for group in self.by_person)


@dataclass(frozen=True, slots=True)
class _Joined:
    """A file joined to the organisation. `customers` maps keys of names to customers, None for new ones."""

    reading: Reading
    currency: str
    customers: Mapping[str, Customer | None]
    ambiguous: tuple[str, ...]
    problems: tuple[Problem, ...]
    known: frozenset[str]

    def customer(self, row: TimeRow) -> Customer | None:
        return self.customers.get(name_key(row.customer))

    def has_foreign_rate(self, row: TimeRow) -> bool:
        """Whether a row has a rate in another currency than its customer, or a new one, is billed in."""
        if not row.rate or not row.currency:
            return False
        customer = self.customer(row)
        return row.currency != (customer.currency if customer else self.currency)

    def rate(self, row: TimeRow) -> Decimal | None:
        """Return the file's rate per hour where it says one that can be billed."""
        if not row.rate or row.rate < 0 or self.has_foreign_rate(row):
            return None
        return round_half_up(row.rate, 6)


def preview(organisation: Organisation, data: bytes, *, choices: Choices | None = None) -> ImportPreview:
    """Say what importing a file would do, and what keeps it from being imported.

    Raises Refused for a file that cannot be read at all.
    """
    choices = choices or Choices()
    reading = _read(organisation, data, choices)
    with scope(organisation.pk):
        joined = _join(organisation, reading, choices)
    return _summed(joined)


def import_time(
    organisation: Organisation,
    data: bytes,
    *,
    actor: Actor,
    file_name: str,
    choices: Choices | None = None,
) -> TimeImport:
    """Import a time tracker's export: every row, or none. `added` and `known` count what came of the rows.

    Raises Refused, or RefusedTogether with row and column of each problem, and PermissionDenied.
    """
    actor.must("work.import", organisation)
    choices = choices or Choices()
    reading = _read(organisation, data, choices)
    sha256 = hashlib.sha256(data).hexdigest()
    return add_reading(
        organisation, actor=actor, reading=reading, choices=choices, file_name=file_name, sha256=sha256
    )


@operation("work.import")
def add_reading(
    organisation: Organisation,
    *,
    actor: Actor,
    reading: Reading,
    choices: Choices,
    file_name: str,
    sha256: str,
) -> TimeImport:
    """Add the rows of a file that was read, and the customers they need. Raises Refused as `import_time`."""
    _one_at_a_time(organisation)
    joined = _join(organisation, reading, choices)
    _refuse(joined.problems)
    joined = _with_new_customers(organisation, joined, actor)
    rows = [row for row in reading.rows if row.external_key not in joined.known]
    row = TimeImport.objects.create(
        organisation=organisation,
        source=reading.source,
        file_name=" ".join(file_name.split())[-200:],
        sha256=sha256,
        added=len(rows),
        known=len(reading.rows) - len(rows),
        imported_by=actor.name[:100],
    )
    contracts = contracts_of(one.pk for one in joined.customers.values() if one is not None)
    insert_many(TimeEntry, _COLUMNS, [_columns(one, joined, contracts, row.pk) for one in rows])
    audit.record("time.imported", row, file=row.file_name, sha256=sha256, added=row.added, known=row.known)
    return row


def _one_at_a_time(organisation: Organisation) -> None:
    """Let one import of an organisation wait for the other, so that it sees what the other added."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _read(organisation: Organisation, data: bytes, choices: Choices) -> Reading:
    return read(data, time_zone=organisation.rules.time_zone, date_order=choices.date_order)


def _join(organisation: Organisation, reading: Reading, choices: Choices) -> _Joined:
    names = _names(reading.rows)
    found, problems = _match(names, choices)
    ambiguous = tuple(str(one.values["name"]) for one in problems if one.message == _SEVERAL)
    problems += _beyond_columns(reading.rows)
    headings = {column.meaning: column.heading for column in reversed(reading.columns)}
    problems = [replace(one, column=headings.get(one.column, one.column)) for one in problems]
    problems = sorted([*reading.problems, *problems], key=lambda problem: problem.row)
    return _Joined(reading, organisation.currency, found, ambiguous, tuple(problems), _known(reading.rows))


def _names(rows: Iterable[TimeRow]) -> dict[str, TimeRow]:
    """Map the key of each customer's name to the first row that has it."""
    spelt: dict[str, TimeRow] = {}
    for row in rows:
        spelt.setdefault(row.customer, row)
    names: dict[str, TimeRow] = {}
    for row in spelt.values():
        names.setdefault(name_key(row.customer), row)
    return names


def _match(
    names: Mapping[str, TimeRow], choices: Choices
) -> tuple[dict[str, Customer | None], list[Problem]]:
    chosen = {name_key(name): pk for name, pk in choices.customers.items()}
    by_id = Customer.objects.in_bulk(list(set(chosen.values())))
    alike = by_name_key(key for key in names if key and key not in chosen)
    found: dict[str, Customer | None] = {}
    problems: list[Problem] = []
    for key, row in names.items():
        if key in chosen:
            if chosen[key] not in by_id:
                raise Refused("Choose one of your customers.", field="customers")
            found[key] = by_id[chosen[key]]
        elif key:
            candidates = alike.get(key, [])
            found[key] = candidates[0] if candidates else None
            values = {"name": row.customer}
            if len(candidates) > 1:
                problems.append(Problem(row.row, "customer", _SEVERAL, values))
            elif not candidates and not choices.new_customers:
                words = "There is no customer called “%(name)s”."
                problems.append(Problem(row.row, "customer", words, values))
    return found, problems


def _beyond_columns(rows: Iterable[TimeRow]) -> list[Problem]:
    """Report texts and rates that are longer than what is kept."""
    problems: list[Problem] = []
    for row in rows:
        for name, longest in _LONGEST.items():
            if len(getattr(row, name)) > longest:
                words = "This is too long: at most %(longest)s characters."
                problems.append(Problem(row.row, name, words, {"longest": longest}))
        if row.rate is not None and row.rate >= HIGHEST_PRICE:
            problems.append(Problem(row.row, "rate", "This price is too high to be true."))
    return problems


def _known(rows: Sequence[TimeRow]) -> frozenset[str]:
    """Return the keys of the rows that are there already, whatever was changed of them since."""
    keys = [row.external_key for row in rows]
    known: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        there = TimeEntry.objects.filter(external_key__in=keys[start : start + CHUNK])
        known.update(there.values_list("external_key", flat=True))
    return frozenset(known)


def _refuse(problems: Sequence[Problem]) -> None:
    refusals = [_refusal(one) for one in problems[:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        more = {"count": len(problems) - SHOWN_PROBLEMS}
        refusals.append(Refused("Further problems, not shown: %(count)s.", values=more))
    refuse_all(refusals)


def _refusal(problem: Problem) -> Refused:
    place = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
    return Refused(problem.message, field=place, values=problem.values)


def _with_new_customers(organisation: Organisation, joined: _Joined, actor: Actor) -> _Joined:
    names = {name_key(row.customer): row.customer for row in _names(joined.reading.rows).values()}
    missing = [key for key, customer in joined.customers.items() if customer is None]
    if not missing:
        return joined
    added = customers.add_named(organisation, actor=actor, names=[names[key] for key in missing])
    return replace(joined, customers={**joined.customers, **dict(zip(missing, added, strict=True))})


def _columns(row: TimeRow, joined: _Joined, contracts: ContractTable, import_id: int) -> tuple[object, ...]:
    customer = joined.customer(row)
    contract = (
        contracts.choose(customer.pk, project=row.project, day=row.day) if customer is not None else None
    )
    return (
        customer.pk if customer else None,
        contract.pk if contract else None,
        row.person,
        row.day,
        row.started_at,
        row.seconds,
        row.project,
        row.task,
        row.description,
        row.billable,
        joined.rate(row),
        import_id,
        row.external_key,
    )


def _summed(joined: _Joined) -> ImportPreview:
    reading = joined.reading
    by_customer: dict[str, Group] = {}
    by_person: dict[str, Group] = {}
    foreign = without = 0
    for row in reading.rows:
        is_new = row.external_key not in joined.known
        key = name_key(row.customer)
        if key not in by_customer:
            by_customer[key] = Group(row.customer, joined.customers.get(key))
        by_customer[key].count(row, is_new=is_new)
        by_person.setdefault(row.person, Group(row.person)).count(row, is_new=is_new)
        foreign += is_new and joined.has_foreign_rate(row)
        without += is_new and key not in joined.customers
    days = [row.day for row in reading.rows]
    return ImportPreview(
        source=reading.source,
        rows=len(reading.rows),
        known=sum(row.external_key in joined.known for row in reading.rows),
        problems=joined.problems,
        by_customer=_most_first(by_customer),
        by_person=_most_first(by_person),
        unmatched=tuple(by_customer[key].name for key, one in joined.customers.items() if one is None),
        ambiguous=joined.ambiguous,
        without_customer=without,
        foreign_rates=foreign,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        date_order=reading.date_order,
        ambiguous_dates=reading.ambiguous_dates,
        skipped=reading.skipped,
    )


def _most_first(groups: Mapping[str, Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups.values(), key=lambda group: (-group.seconds, group.name)))
