"""The documents of every phase: invoice k has five lines, line j of quantity 1 + (k + j) mod 7 and price
40 + (3k + j) mod 60, VAT 20 %, for customer k mod 100. What they come to is known without our code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facturier.catalogue.models import Role
from facturier.catalogue.queries import default_account, default_tax_code
from facturier.customers.models import Customer
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from tests.support import cast

TODAY = date(2026, 11, 30)
CUSTOMERS, LINES = 100, 5
VAT = Decimal(20)


def quantity(k: int, j: int) -> int:
    return 1 + (k + j) % 7


def price(k: int, j: int) -> int:
    """The price in euros."""
    return 40 + (3 * k + j) % 60


def gross_minor(k: int) -> int:
    """What invoice k comes to with its tax, in cents: its net is whole euros, so that no rounding is left."""
    return sum(quantity(k, j) * price(k, j) for j in range(LINES)) * 120


@dataclass(frozen=True, slots=True)
class Bench:
    """The seller of the benchmark, with what its documents need."""

    organisation: Organisation
    actor: Actor
    customers: Sequence[Customer]
    tax_code_id: int
    account_id: int

    def drafts(self, start: int, stop: int) -> Iterator[NewDraft]:
        """Yield invoices start to stop as a door would hand them over."""
        for k in range(start, stop):
            lines = [
                NewLine(
                    f"Prestation {j} mois {k % 12}",
                    quantity=Decimal(quantity(k, j)),
                    unit="HUR",
                    unit_price=Decimal(price(k, j)),
                    tax_code_id=self.tax_code_id,
                    account_id=self.account_id,
                )
                for j in range(LINES)
            ]
            yield NewDraft(customer=self.customers[k % CUSTOMERS], lines=lines)


def bench(slug: str) -> Bench:
    """Write a French seller that lacks nothing, and its customers."""
    organisation = cast.seller(slug, "FR")
    customers = [cast.customer(organisation, number=f"C{k:04}", name=f"Client {k}") for k in range(CUSTOMERS)]
    with scope(organisation.pk):
        tax_code, account = default_tax_code(), default_account(Role.REVENUE)
    assert tax_code is not None
    assert account is not None
    return Bench(organisation, Actor.system(organisation.pk), customers, tax_code.pk, account.pk)
