"""The life of a document: five independent facts, one label derived from them.

SPEC, section 4: issued, sent, exported, settled (computed), closed. The label is for lists; what
may happen next is decided on the facts, never on the label.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from facturier.rules.document import Kind
from facturier.rules.refusal import Refused


class Status(StrEnum):
    DRAFT = "draft"
    FINAL = "final"
    EXPORTED = "exported"
    SENT = "sent"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    REFUNDED = "refunded"
    CREDITED = "credited"
    CLOSED = "closed"
    PRO_FORMA_PREPARING = "pro_forma_preparing"
    PRO_FORMA_SENT = "pro_forma_sent"
    PRO_FORMA_CONVERTED = "pro_forma_converted"


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened to a document. Amounts are minor units of its currency."""

    kind: Kind
    gross_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0
    credited_minor: int = 0
    issued: bool = False
    sent_at: datetime | None = None
    exported_at: datetime | None = None
    closed: bool = False
    converted: bool = False
    due_date: date | None = None

    @property
    def open_minor(self) -> int:
        """What neither payments nor credits cover: the gross less both, plus what was paid back.

        A credit note is owed to the customer: refunds and what is set against invoices settle it. Nothing is
        owed on a pro forma.
        """
        if self.kind is Kind.PRO_FORMA:
            return 0
        if self.kind is Kind.CREDIT_NOTE:
            return self.gross_minor - self.refunded_minor - self.credited_minor
        return self.gross_minor - self.paid_minor - self.credited_minor + self.refunded_minor

    @property
    def is_refunded(self) -> bool:
        """Whether an invoice was settled and all that was paid was paid back: nobody owes anything."""
        return (
            self.kind is Kind.INVOICE
            and self.refunded_minor > 0
            and self.refunded_minor >= self.paid_minor
            and self.paid_minor + self.credited_minor >= self.gross_minor
        )

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left to pay of an invoice, and money came for it."""
        return (
            self.kind is Kind.INVOICE
            and self.gross_minor > 0
            and self.open_minor <= 0
            and self.paid_minor > self.refunded_minor
        )

    @property
    def balance_minor(self) -> int:
        """What is still owed: what is open, unless the whole was refunded."""
        return 0 if self.is_refunded else self.open_minor


def status(facts: Facts) -> Status:
    """Derive the one label for lists."""
    if facts.kind is Kind.PRO_FORMA:
        return _pro_forma_status(facts)
    if not facts.issued:
        return Status.DRAFT
    if facts.closed:
        return Status.CLOSED
    return _settled_status(facts) or _moved_status(facts)


def _pro_forma_status(facts: Facts) -> Status:
    if facts.closed:
        return Status.CLOSED
    if facts.converted:
        return Status.PRO_FORMA_CONVERTED
    return Status.PRO_FORMA_SENT if facts.sent_at else Status.PRO_FORMA_PREPARING


def _settled_status(facts: Facts) -> Status | None:
    if facts.kind is Kind.CREDIT_NOTE:
        if not facts.gross_minor or facts.balance_minor > 0:
            return None
        return Status.REFUNDED if facts.refunded_minor else Status.CREDITED
    if facts.is_refunded:
        return Status.REFUNDED
    if facts.credited_minor and facts.credited_minor >= facts.gross_minor:
        return Status.CREDITED
    if facts.gross_minor and facts.balance_minor <= 0:
        return Status.PAID
    kept_minor = facts.paid_minor - facts.refunded_minor
    return Status.PARTLY_PAID if kept_minor > 0 or facts.credited_minor else None


def _moved_status(facts: Facts) -> Status:
    if facts.sent_at and facts.exported_at:
        return Status.SENT if facts.sent_at >= facts.exported_at else Status.EXPORTED
    if facts.sent_at:
        return Status.SENT
    return Status.EXPORTED if facts.exported_at else Status.FINAL


def days_overdue(facts: Facts, today: date) -> int:
    """Return how many days the balance is late, 0 when nothing is late."""
    if not facts.issued or facts.kind is not Kind.INVOICE or facts.due_date is None:
        return 0
    if facts.balance_minor <= 0:
        return 0
    return max(0, (today - facts.due_date).days)


def refuse_editing(facts: Facts) -> None:
    """Raise Refused unless the document is still a draft."""
    if facts.issued and facts.kind is Kind.PRO_FORMA:
        raise Refused("A pro forma that has its number cannot be changed: duplicate it.")
    if facts.issued:
        raise Refused("An issued document cannot be changed. Correct it by a credit note.")
    if facts.converted:
        raise Refused("This pro forma was converted: edit the invoice made from it.")


def refuse_finalising(facts: Facts) -> None:
    """Raise Refused unless the document is a draft that takes a fiscal number."""
    if facts.issued:
        raise Refused("The document is already final.")
    if facts.kind is Kind.PRO_FORMA:
        raise Refused("A pro forma is not finalised: produce the final invoice from it.")


def refuse_numbering(facts: Facts) -> None:
    """Raise Refused unless the document is a pro forma that has no number of its series yet."""
    if facts.kind is not Kind.PRO_FORMA:
        raise Refused("Only a pro forma takes a number without being final.")
    if facts.issued:
        raise Refused("The pro forma has its number already.")
    if facts.converted:
        raise Refused("This pro forma was converted: edit the invoice made from it.")


def refuse_converting(facts: Facts) -> None:
    """Raise Refused unless the document is a pro forma that no invoice was made from."""
    if facts.kind is not Kind.PRO_FORMA:
        raise Refused("Only a pro forma is converted into an invoice.")
    if facts.converted:
        raise Refused("This pro forma was converted already.")


def refuse_crediting(facts: Facts) -> None:
    """Raise Refused unless the document is an issued invoice."""
    if facts.kind is not Kind.INVOICE:
        raise Refused("Only an invoice can be credited.")
    if not facts.issued:
        raise Refused("A draft is not credited: change or delete it.")


def refuse_duplicating(facts: Facts) -> None:
    """Raise Refused for a credit note: it corrects its invoice, and nothing else."""
    if facts.kind is Kind.CREDIT_NOTE:
        raise Refused("A credit note is not duplicated: credit its invoice again.")


def refuse_sending(facts: Facts) -> None:
    """Raise Refused for a draft: what is sent must not change afterwards."""
    if facts.converted:
        raise Refused("This pro forma was converted: send the invoice made from it.")
    if not facts.issued and facts.kind is not Kind.PRO_FORMA:
        raise Refused("A draft cannot be sent: finalise it first.")


def refuse_deleting(facts: Facts) -> None:
    """Raise Refused unless nothing fiscal and nothing sent would be lost."""
    if facts.kind is Kind.PRO_FORMA and facts.sent_at:
        raise Refused("A pro forma that was sent cannot be deleted: close it.")
    if facts.issued and facts.kind is Kind.PRO_FORMA:
        raise Refused("A pro forma that has its number cannot be deleted: close it.")
    if facts.issued:
        raise Refused("A numbered document cannot be deleted. Correct it by a credit note.")
    if facts.converted:
        raise Refused("This pro forma was converted, and its invoice refers to it: close it instead.")


def refuse_closing(facts: Facts) -> None:
    """Raise Refused for drafts, and for what is closed already."""
    if facts.closed:
        raise Refused("The document is closed already.")
    if not facts.issued and facts.kind is not Kind.PRO_FORMA:
        raise Refused("A draft cannot be closed: finalise or delete it.")


def refuse_reopening(facts: Facts) -> None:
    """Raise Refused unless the document is closed."""
    if not facts.closed:
        raise Refused("Only a closed document can be reverted to final.")
