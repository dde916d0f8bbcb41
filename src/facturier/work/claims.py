"""Work that stands in a batch or on a document cannot be changed: who holds it, said to the person.

The database refuses by itself (config/guards.py); these functions refuse first, and say why. A claim is a
row of `batches`, which this room never imports: it is reached by the name of its relation.
"""

from __future__ import annotations

from typing import Any

from facturier.rules.refusal import Refused
from facturier.work.models import Contract, Expense, Ticket, TimeEntry


def holder(claim: Any) -> tuple[str, str]:
    """Return what holds a claim: "invoice", "draft" or "batch", and what it is called."""
    if claim.invoice_id is not None:
        return ("invoice" if claim.invoice.is_issued else "draft"), str(claim.invoice)
    return "batch", str(claim.batch)


_HELD = {
    "invoice": "This work stands on %(name)s, which is issued: credit it to change the work.",
    "draft": "This work stands on draft %(name)s: delete the draft to change the work.",
    "batch": "This work stands in the batch “%(name)s”: delete the batch to change the work.",
}


def held(claim: Any) -> Refused:
    """Say why claimed work cannot be changed."""
    kind, name = holder(claim)
    return Refused(_HELD[kind], values={"name": name})


def refuse_claimed(work: TimeEntry | Expense) -> None:
    """Raise Refused, naming the holder, when a time entry or expense is claimed."""
    row = type(work).objects.filter(pk=work.pk, claim__isnull=False)
    claimed = row.select_related("claim__invoice", "claim__batch").first()
    if claimed is not None:
        raise held(claimed.claim)


def refuse_claimed_ticket(ticket: Ticket) -> None:
    """Raise Refused, naming the holder, when time or an expense of a ticket is claimed."""
    claim = _claims(ticket).first()
    if claim is not None:
        raise held(claim)


def billed_until(contract: Contract) -> Any:
    """Return the claim of the last period of a contract that was billed, or None."""
    return _claims(contract).filter(period_start__isnull=False).order_by("-period_start").first()


def _claims(work: Any) -> Any:
    return work.claims.select_related("invoice", "batch")
