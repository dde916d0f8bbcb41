"""Documents that tests begin with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from facturier.catalogue.models import Role
from facturier.catalogue.queries import default_account, default_tax_code
from facturier.customers.models import Customer
from facturier.invoices import operations
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope

DAY = date(2026, 3, 31)


def line(description: str = "Maintenance", **fields: Any) -> NewLine:
    """A line of the active organisation that lacks nothing: its default tax code and revenue account."""
    tax_code, account = default_tax_code(), default_account(Role.REVENUE)
    assert tax_code is not None
    assert account is not None
    given = {
        "quantity": Decimal(2),
        "unit": "HUR",
        "unit_price": Decimal("95.50"),
        "tax_code_id": tax_code.pk,
        "account_id": account.pk,
        "service_start": DAY,
        "service_end": DAY,
    }
    return NewLine(description, **{**given, **fields})


def drafts(
    organisation: Organisation, customer: Customer, *, count: int = 1, actor: Actor | None = None
) -> list[int]:
    """Create drafts of two lines and return their keys."""
    with scope(organisation.pk):
        lines = [line(), line("Disque SSD", quantity=Decimal(1), unit="C62", unit_price=Decimal("138.75"))]
    created = operations.create_many(
        organisation,
        actor=actor or Actor.system(organisation.pk),
        drafts=[NewDraft(customer=customer, lines=lines) for _ in range(count)],
        today=DAY,
    )
    return created.invoice_ids


def invoice(organisation: Organisation, customer: Customer, *, issue_date: date = DAY) -> Invoice:
    """Create one draft and finalise it."""
    (pk,) = drafts(organisation, customer)
    with scope(organisation.pk):
        draft = Invoice.objects.get(pk=pk)
    return operations.finalise(draft, actor=Actor.system(organisation.pk), issue_date=issue_date)
