"""Read payments: what a document and a customer have of them, and whether all agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from facturier.invoices.models import Invoice
from facturier.payments.models import Allocation, Direction, Payment
from facturier.rules.document import Kind

PAGE = 50
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Credit:
    """What a customer has to its credit in one currency: of payments, and of credit notes."""

    currency: str
    payments_minor: int
    credit_notes_minor: int


def credits_of(customer_id: int) -> list[Credit]:
    """Add up what a customer has to its credit, by currency. Two queries."""
    held: dict[str, list[int]] = {}
    payments = Payment.objects.filter(
        Q(direction="received", used_minor__lt=F("amount_minor")), customer_id=customer_id
    )
    sums = payments.values("currency").annotate(minor=Sum(F("amount_minor") - F("used_minor")))
    for row in sums.order_by("currency"):
        held.setdefault(row["currency"], [0, 0])[0] = row["minor"]
    notes = Invoice.objects.filter(_open_credit_note(), customer_id=customer_id)
    open_minor = F("gross_minor") - F("refunded_minor") - F("credited_minor")
    for row in notes.values("currency").annotate(minor=Sum(open_minor)).order_by("currency"):
        held.setdefault(row["currency"], [0, 0])[1] = row["minor"]
    return [Credit(currency, *minors) for currency, minors in sorted(held.items())]


def _open_credit_note() -> Q:
    return Q(
        kind=Kind.CREDIT_NOTE,
        number__isnull=False,
        closed_at=None,
        gross_minor__gt=F("refunded_minor") + F("credited_minor"),
    )


def open_credit_notes(customer_id: int) -> list[Invoice]:
    """List the credit notes of a customer that still hold something, the oldest first."""
    return list(Invoice.objects.filter(_open_credit_note(), customer_id=customer_id).order_by("sort_key"))


def allocations_of(invoice: Invoice) -> list[Allocation]:
    """List what settled a document, or, of a credit note, what it settled; by day. One query."""
    rows = Allocation.objects.filter(Q(invoice=invoice) | Q(credit_note=invoice))
    return list(rows.select_related("payment", "credit_note", "invoice").order_by("payment__paid_on", "pk"))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A row whose figures are not what its allocations come to; minor units."""

    what: str
    noted: tuple[int, ...]
    counted: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.what}: noted {self.noted}, allocated {self.counted}"


def disagreements() -> Iterator[Disagreement]:
    """Yield the active organisation's documents and payments whose figures differ from their allocations.

    Three queries that read everything: for verifying, not for pages.
    """
    settled = _settled()
    facts = ("paid_minor", "refunded_minor", "credited_minor")
    touched = Q(paid_minor__gt=0) | Q(refunded_minor__gt=0) | Q(credited_minor__gt=0)
    rows = Invoice.objects.filter(touched).order_by("sort_key").values_list("pk", "number", *facts)
    for pk, number, *noted in rows.iterator(chunk_size=2000):
        counted = settled.pop(pk, (0, 0, 0))
        if tuple(noted) != counted:
            yield Disagreement(number or f"#{pk}", tuple(noted), counted)
    for pk, counted in settled.items():
        yield Disagreement(f"#{pk}", (0, 0, 0), counted)
    yield from _payments_that_disagree()


def _settled() -> dict[int, tuple[int, int, int]]:
    """Sum what was paid, refunded and credited, by document."""
    found: dict[int, list[int]] = {}
    columns = ("invoice_id", "credit_note_id", "payment__direction")
    sums = (
        Allocation.objects.filter(invoice__isnull=False).values_list(*columns).annotate(Sum("amount_minor"))
    )
    for invoice_id, credit_note_id, direction, minor in sums.order_by():
        place = {Direction.RECEIVED: 0, Direction.REFUND: 1, None: 2}[direction]
        found.setdefault(invoice_id, [0, 0, 0])[place] += minor
        if credit_note_id is not None:
            found.setdefault(credit_note_id, [0, 0, 0])[2] += minor
    return {pk: (paid, refunded, credited) for pk, (paid, refunded, credited) in found.items()}


def _payments_that_disagree() -> Iterator[Disagreement]:
    used: dict[int, int] = {}
    for name in ("payment_id", "credit_of_id"):
        sums = Allocation.objects.filter(**{f"{name}__isnull": False}).values_list(name)
        for pk, minor in sums.annotate(Sum("amount_minor")).order_by():
            used[pk] = used.get(pk, 0) + minor
    rows = Payment.objects.order_by("pk").values_list("pk", "used_minor", "amount_minor", "direction")
    for pk, noted, amount, direction in rows.iterator(chunk_size=2000):
        counted = used.get(pk, 0)
        whole = direction == Direction.RECEIVED or counted == amount
        if noted != counted or counted > amount or not whole:
            yield Disagreement(f"payment {pk}", (noted,), (counted,))
