"""What a person chooses for a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from facturier.batches.models import Grouping
from facturier.rules.periods import Span
from facturier.rules.refusal import Refused

LONGEST_DAYS = 366 * 5


class WorkKind(StrEnum):
    FEES = "fees"
    TIME = "time"
    EXPENSES = "expenses"


@dataclass(frozen=True, slots=True)
class Choice:
    """A billing period (both days included), whose work of which kinds, and what is left out by hand.

    `excluded` holds keys of work ("time:7", "expense:3", "fee:5:2026-01-01") and of customers ("customer:2").
    `earlier` also takes time and expenses of the year before the period that nobody has billed.
    """

    period_start: date
    period_end: date
    customer_ids: frozenset[int] | None = None
    contract_ids: frozenset[int] | None = None
    kinds: frozenset[WorkKind] = frozenset(WorkKind)
    excluded: frozenset[str] = frozenset()
    earlier: bool = True
    grouping: Grouping = Grouping.CUSTOMER

    @property
    def billing(self) -> Span:
        """The period as a span. Raises Refused for one that ends before it starts, or is too long."""
        if self.period_end < self.period_start:
            raise Refused("The period ends before it starts.", field="period_end")
        if not 1900 <= self.period_start.year <= self.period_end.year <= 2999:
            raise Refused("The period lies outside of the years 1900 to 2999.", field="period_start")
        if (self.period_end - self.period_start).days > LONGEST_DAYS:
            raise Refused("A billing period is at most five years long.", field="period_end")
        return Span.inclusive(self.period_start, self.period_end)

    def wants(self, kind: WorkKind) -> bool:
        return kind in self.kinds

    def excludes(self, key: str, customer_id: int) -> bool:
        return key in self.excluded or f"customer:{customer_id}" in self.excluded
