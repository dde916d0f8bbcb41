"""Which contract a piece of work is billed by, when nobody says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from facturier.customers.names import name_key
from facturier.work.models import BillingMethod, Contract


@dataclass(frozen=True, slots=True)
class ContractTable:
    """The contracts of some customers, read once."""

    by_customer: dict[int, list[Contract]]

    def choose(self, customer_id: int, *, project: str, day: date) -> Contract | None:
        """Return the contract named like the project, else the default, else the only hourly one.

        Only contracts that run on that day count; None where that leaves none, or several.
        """
        running = [one for one in self.by_customer.get(customer_id, ()) if runs(one, on=day)]
        wanted = name_key(project)
        if wanted and (named := [one for one in running if name_key(one.name) == wanted]):
            return named[0] if len(named) == 1 else None
        hourly = [one for one in running if one.method == BillingMethod.HOURLY]
        default = [one for one in hourly if one.is_default]
        candidates = default or hourly
        return candidates[0] if len(candidates) == 1 else None


def runs(contract: Contract, *, on: date) -> bool:
    """Whether a day lies within a contract."""
    return contract.starts_on <= on and (contract.ends_on is None or on <= contract.ends_on)


def contracts_of(customer_ids: Iterable[int]) -> ContractTable:
    """Read the contracts of these customers: one query."""
    found: dict[int, list[Contract]] = {}
    for contract in Contract.objects.filter(customer_id__in=set(customer_ids)).order_by("pk"):
        found.setdefault(contract.customer_id, []).append(contract)
    return ContractTable(found)
