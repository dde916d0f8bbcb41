"""Write allocations and take them back, with what they do to documents and what their timelines tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from facturier.audit import operations as audit
from facturier.invoices.models import Invoice
from facturier.invoices.settling import Change, settle
from facturier.organisations.bulk import insert_many
from facturier.payments.models import Allocation, Payment


@dataclass(frozen=True, slots=True)
class Part:
    """What one source gives to one place: see Allocation for which of them go together."""

    minor: int
    payment: Payment | None = None
    credit_note: Invoice | None = None
    invoice: Invoice | None = None
    credit_of: Payment | None = None


_COLUMNS = ("payment_id", "credit_note_id", "invoice_id", "credit_of_id", "amount_minor", "created_at")


def book(parts: Sequence[Part]) -> None:
    """Write parts down. Their documents were read by `for_settling`, their payments for writing."""
    now = datetime.now(UTC)
    rows = [
        (_key(one.payment), _key(one.credit_note), _key(one.invoice), _key(one.credit_of), one.minor, now)
        for one in parts
    ]
    insert_many(Allocation, _COLUMNS, rows)
    for one in parts:
        _tell(one, removed=False)
    _settle(parts, sign=1)


def unbook(allocations: Iterable[Allocation], documents: Mapping[int, Invoice]) -> None:
    """Take allocations back; `documents` are those that they name, read by `for_settling`."""
    rows = list(allocations)
    parts = [
        Part(
            minor=row.amount_minor,
            payment=row.payment,
            credit_note=None if row.credit_note_id is None else documents[row.credit_note_id],
            invoice=None if row.invoice_id is None else documents[row.invoice_id],
            credit_of=row.credit_of,
        )
        for row in rows
    ]
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for one in parts:
        _tell(one, removed=True)
    _settle(parts, sign=-1)


def _key(row: Any) -> int | None:
    return None if row is None else row.pk


def _settle(parts: Sequence[Part], *, sign: int) -> None:
    """Add up what the parts do to each document, and write it once."""
    documents: dict[int, Invoice] = {}
    changes: dict[int, Change] = {}

    def of(document: Invoice) -> Change:
        documents[document.pk] = document
        return changes.setdefault(document.pk, Change())

    for one in parts:
        if one.credit_note is not None and one.invoice is not None:
            of(one.credit_note).credited_minor += sign * one.minor
            of(one.invoice).credited_minor += sign * one.minor
        elif one.invoice is not None and one.payment is not None and one.payment.is_refund:
            of(one.invoice).refunded_minor += sign * one.minor
        elif one.invoice is not None:
            of(one.invoice).paid_minor += sign * one.minor
    settle(documents, changes)


def _tell(part: Part, *, removed: bool) -> None:
    """Note on the timelines of documents what a part does to them, or did."""
    if part.invoice is None:
        return
    if part.credit_note is not None:
        audit.record(
            "invoice.credit_removed" if removed else "invoice.credited",
            part.invoice,
            amount_minor=part.minor,
            currency=part.invoice.currency,
            credit_note=str(part.credit_note),
        )
        audit.record(
            "invoice.set_against_removed" if removed else "invoice.set_against",
            part.credit_note,
            amount_minor=part.minor,
            currency=part.invoice.currency,
            invoice=str(part.invoice),
        )
    elif part.payment is not None and part.payment.is_refund:
        audit.record(
            "invoice.refund_removed" if removed else "invoice.refunded",
            part.invoice,
            amount_minor=part.minor,
            currency=part.invoice.currency,
            **content(part.payment),
        )
    elif part.payment is not None:
        audit.record(
            "invoice.payment_removed" if removed else "invoice.payment_recorded",
            part.invoice,
            amount_minor=part.minor,
            currency=part.invoice.currency,
            **content(part.payment),
        )


def content(payment: Payment) -> dict[str, Any]:
    """Return what a payment says beside its amount, as the audit log keeps it: for good."""
    return {
        "payment": payment.pk,
        "on": payment.paid_on.isoformat(),
        "method": str(payment.method),
        "reference": payment.reference,
        "note": payment.note,
    }
