"""Write documents: drafts that change, and the one step that freezes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from facturier.audit import operations as audit
from facturier.catalogue.queries import tax_table
from facturier.invoices.choosing import split_by_owner
from facturier.invoices.copying import move_work
from facturier.invoices.corrections import hold
from facturier.invoices.issuing import Outcome, finalise_documents
from facturier.invoices.models import DraftCounter, Invoice, Series
from facturier.invoices.writing import (
    Created,
    NewAdjustment,
    NewDraft,
    NewLine,
    draft_totals,
    headers,
    insert_draft,
    insert_drafts,
    replace_parts,
)
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules import lifecycle
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused

__all__ = ["Created", "NewAdjustment", "NewDraft", "NewLine", "Outcome"]


@operation("invoices.draft")
def seed(organisation: Organisation, *, actor: Actor) -> None:
    """Give a new organisation the number series of its region."""
    Series.objects.bulk_create(
        Series(
            organisation=organisation,
            kind=kind,
            prefix=one.prefix,
            padding=one.padding,
            yearly=one.yearly,
        )
        for kind, one in organisation.rules.series.items()
    )
    DraftCounter.objects.create(organisation=organisation)


@operation("invoices.draft")
def create(organisation: Organisation, *, actor: Actor, draft: NewDraft, today: date) -> Invoice:
    """Create one draft."""
    return insert_draft(organisation, draft, author=actor.name, today=today)


@operation("invoices.draft")
def create_many(
    organisation: Organisation, *, actor: Actor, drafts: Sequence[NewDraft], today: date
) -> Created:
    """Create any number of drafts with a constant number of statements."""
    return insert_drafts(organisation, drafts, author=actor.name, today=today)


@operation("invoices.draft")
def save_draft(invoice: Invoice, *, actor: Actor, draft: NewDraft, version: int, today: date) -> Invoice:
    """Replace what a draft says; its kind, reference and batch stay.

    Raises Refused for an issued document, for a credit note (it is changed by what it takes of its invoice),
    and for a `version` that someone else has saved since.
    """
    lifecycle.refuse_editing(invoice.facts)
    if invoice.credits_id is not None:
        raise Refused("A credit note is changed by choosing again what it credits.")
    if invoice.version != version:
        raise Refused(
            "Somebody else has changed this draft since you opened it: reload the page.",
            field="version",
        )
    head = headers(invoice.organisation, draft)
    found = draft_totals(
        draft, currency=head["currency"], language=head["language"], taxes=tax_table(), today=today
    )
    replace_parts(invoice, draft, found)
    changed = head | {
        "net_minor": found.net.minor,
        "tax_minor": found.tax.minor,
        "gross_minor": found.gross.minor,
        "version": version + 1,
    }
    Invoice.objects.filter(pk=invoice.pk).update(**changed)
    audit.record("invoice.edited", invoice, version=version + 1, gross_minor=found.gross.minor)
    invoice.refresh_from_db()
    return invoice


@operation("invoices.finalise")
def finalise(invoice: Invoice, *, actor: Actor, issue_date: date) -> Invoice:
    """Number the draft and freeze it, or raise Refused naming everything that is missing."""
    outcome = finalise_documents(invoice.organisation, [invoice], issue_date=issue_date)
    if invoice.pk in outcome.refusals:
        raise outcome.refusals[invoice.pk]
    return invoice


@operation("invoices.finalise")
def finalise_many(
    organisation: Organisation, *, actor: Actor, invoice_ids: Sequence[int], issue_date: date
) -> Outcome:
    """Number and freeze drafts, in the order of their draft references, in one transaction.

    What cannot be finalised stays a draft and is listed with its reason.
    """
    rows = list(Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("reference"))
    allowed, refused = split_by_owner(rows, actor=actor)
    outcome = finalise_documents(organisation, allowed, issue_date=issue_date)
    outcome.refusals.update(refused)
    return outcome


@operation("invoices.delete")
def delete(invoice: Invoice, *, actor: Actor) -> None:
    """Delete a draft or an unsent pro forma; the work that it held can be billed again.

    A draft that was made from a pro forma gives it back: the pro forma can be converted anew.
    """
    lifecycle.refuse_deleting(invoice.facts)
    if invoice.converted_from_id is not None:
        _give_back(invoice, Invoice.lock(invoice.converted_from_id))
    if invoice.credits_id is not None:
        hold(Invoice.lock(invoice.credits_id), -invoice.gross_minor)
    audit.record("invoice.deleted", invoice, reference=invoice.reference)
    invoice.delete()


def _give_back(invoice: Invoice, pro_forma: Invoice) -> None:
    move_work(invoice, pro_forma)
    pro_forma.set_facts(converted_at=None)
    audit.record("invoice.unconverted", pro_forma, draft=invoice.reference)


@operation("invoices.close")
def close(invoice: Invoice, *, actor: Actor, now: datetime) -> Invoice:
    """Take a document off the default list; what it says does not change."""
    lifecycle.refuse_closing(invoice.facts)
    invoice.set_facts(closed_at=now)
    audit.record("invoice.closed", invoice)
    return invoice


@operation("invoices.close")
def close_many(
    organisation: Organisation, *, actor: Actor, invoice_ids: Sequence[int], now: datetime
) -> Outcome:
    """Take documents off the default list; what cannot be closed is listed with its reason."""
    outcome = Outcome()
    rows = Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("sort_key", "pk")
    for row in rows:
        try:
            lifecycle.refuse_closing(row.facts)
        except Refused as refusal:
            outcome.refusals[row.pk] = refusal
        else:
            outcome.numbers[row.pk] = str(row)
            audit.record("invoice.closed", row)
    Invoice.objects.filter(pk__in=outcome.numbers).update(closed_at=now, status=Status.CLOSED)
    return outcome


@operation("invoices.close")
def reopen(invoice: Invoice, *, actor: Actor) -> Invoice:
    """Revert a closed document to final."""
    lifecycle.refuse_reopening(invoice.facts)
    invoice.set_facts(closed_at=None)
    audit.record("invoice.reopened", invoice)
    return invoice


@operation("delivery.work")
def mark_sent(invoice: Invoice, *, actor: Actor, at: datetime, to: Sequence[str]) -> Invoice:
    """Record that a mail server accepted the document."""
    invoice.set_facts(sent_at=at)
    audit.record("invoice.sent", invoice, to=list(to))
    return invoice
