"""Numbers of legal documents: consecutive, and in the order of their dates.

French law: CGI, annexe II, art. 242 nonies A, I, 7° (unique number in a chronological and
continuous sequence). German law: § 14 (4) no. 4 UStG. Italian law: DPR 633/1972, art. 21 (2) b.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from facturier.rules.refusal import Refused

_PREFIX = re.compile(r"[A-Za-z0-9/._-]*")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of a series read: prefix, year if it starts anew each year, and digits."""

    prefix: str
    padding: int = 5
    yearly: bool = True

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise Refused("A number prefix may hold letters, digits and / . _ - only.", field="prefix")
        if not 1 <= self.padding <= 10:
            raise Refused("A number has 1 to 10 digits.", field="padding")

    def label(self, number: int, issue_date: date) -> str:
        """Write the n-th number: F2026-00042, or F00042 for a series that never starts anew."""
        year = f"{issue_date.year}-" if self.yearly else ""
        return f"{self.prefix}{year}{number:0{self.padding}d}"

    def run(self, issue_date: date) -> int:
        """Name the run that a date counts in: its year, or 0 where it never starts anew."""
        return issue_date.year if self.yearly else 0


def refuse_date_before(last_date: date) -> Refused:
    """The refusal for a date that would break the order of numbers."""
    return Refused(
        "A document of this series is already dated %(date)s: choose that date or a later one.",
        field="issue_date",
        values={"date": last_date},
    )
