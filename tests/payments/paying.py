"""What tests of payments begin with: issued documents of round amounts, and what was paid."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from facturier.customers.models import Customer
from facturier.invoices.models import Invoice, sort_key
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.payments import operations
from facturier.payments.models import Payment
from facturier.payments.values import NewPayment
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status

DAY = date(2026, 3, 31)
TODAY = date(2026, 5, 1)
_ordinals = itertools.count(1)


def document(
    organisation: Organisation,
    customer: Customer,
    *,
    gross: int = 10_000,
    kind: Kind = Kind.INVOICE,
    issue_date: date = DAY,
    days: int = 30,
    **fields: Any,
) -> Invoice:
    """An issued document of that amount in minor units; what it says does not matter here."""
    ordinal = next(_ordinals)
    stated = {
        "number": f"{kind.value[0].upper()}-{ordinal:05d}",
        "status": Status.FINAL,
        "issue_date": issue_date,
        "due_date": issue_date + timedelta(days=days),
        "sort_key": sort_key(kind, issue_date, ordinal),
        "currency": organisation.currency,
    }
    with scope(organisation.pk):
        return Invoice.objects.create(
            organisation=organisation,
            customer=customer,
            kind=kind,
            reference=10**6 + ordinal,
            ordinal=ordinal,
            language=organisation.language,
            payment_days=days,
            net_minor=gross,
            gross_minor=gross,
            **{**stated, **fields},
        )


def again(row: Invoice) -> Invoice:
    """The document as it stands now."""
    with scope(row.organisation_id):
        return Invoice.objects.get(pk=row.pk)


def facts(row: Invoice) -> tuple[int, int, int, str]:
    """What was paid, refunded and credited, and the label."""
    now = again(row)
    return now.paid_minor, now.refunded_minor, now.credited_minor, Status(now.status).name


def new(amount: int, *, on: date = DAY, **fields: Any) -> NewPayment:
    return NewPayment(on, amount, **fields)


def paid(customer: Customer, amount: int, *, parts: Any = None, on: date = DAY, **fields: Any) -> Payment:
    """Record a payment as the system."""
    return operations.record(
        customer,
        actor=Actor.system(customer.organisation_id),
        payment=new(amount, on=on, **fields),
        today=TODAY,
        parts=parts,
    )
