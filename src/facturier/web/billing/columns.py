"""The columns of the list of documents, of which each person chooses. Exports have all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from facturier.organisations.models import Membership

# The number always stands first: it leads to the document.
COLUMNS = {
    "date": _("Date"),
    "customer": _("Customer"),
    "batch": _("Batch"),
    "due": _("Due date"),
    "amount": _("Amount"),
    "balance": _("Balance"),
    "status": _("Status"),
}
ALL = tuple(COLUMNS)
ON_BILLING = ("date", "customer", "batch", "amount", "status")


@dataclass(frozen=True, slots=True)
class Choice:
    """A column to tick."""

    value: str
    label: Any
    current: bool


def chosen_by(membership: Membership) -> tuple[str, ...]:
    """Return the columns that a member wants to see, in the order of the list."""
    wanted = set(membership.document_columns.split(","))
    return tuple(one for one in ALL if one in wanted) or ALL


def known(names: Sequence[str]) -> list[str]:
    """Return those of the names that are columns, in the order of the list."""
    return [one for one in ALL if one in names]


def choices(shown: Collection[str]) -> list[Choice]:
    return [Choice(name, label, name in shown) for name, label in COLUMNS.items()]
