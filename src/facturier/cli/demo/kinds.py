"""Pro formas and credit notes: one of each kind and standing, for whoever looks around."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from facturier.customers.models import Customer
from facturier.invoices import copies, credits
from facturier.invoices import operations as invoices
from facturier.invoices.corrections import left_of
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.crediting import Choice
from facturier.rules.document import Kind


def show(
    seller: Organisation, customers: Sequence[Customer], lines: Sequence[NewLine], *, reason: str, today: date
) -> None:
    """Make a pro forma in preparation, one that was sent, and one whose final invoice was credited in part.

    The lines are those of the pro formas; `reason` stands on the credit note.
    """
    actor, now = Actor.system(seller.pk), datetime.now(UTC)
    drafts = [NewDraft(customer=one, kind=Kind.PRO_FORMA, lines=lines) for one in customers[:3]]
    made = invoices.create_many(seller, actor=actor, drafts=drafts, today=today)
    with scope(seller.pk):
        _preparing, sent, final = Invoice.objects.filter(pk__in=made.invoice_ids).order_by("reference")
    for row in (sent, final):
        copies.number_pro_forma(row, actor=actor, issue_date=today)
        invoices.mark_sent(row, actor=actor, at=now, to=[])
    bill = copies.produce_final(final, actor=actor, now=now, issue_date=today)
    with scope(seller.pk):
        _document, items = left_of(bill)
    part = Choice(items[0].position, minor=items[0].left_minor // 4)
    note = credits.draft_credit(bill, actor=actor, choices=[part], reason=reason, today=today)
    invoices.finalise(note, actor=actor, issue_date=today)
