"""Write documents that come of others: duplicates, and invoices made from pro formas."""

from __future__ import annotations

from datetime import date, datetime

from facturier.audit import operations as audit
from facturier.invoices.copying import copy_of, insert_copy, link, move_work
from facturier.invoices.issuing import Outcome, finalise_documents
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor, operation
from facturier.rules import lifecycle
from facturier.rules.document import Kind


@operation("invoices.draft")
def duplicate(invoice: Invoice, *, actor: Actor, today: date) -> Invoice:
    """Make a new draft that says what a document says, without its number, its dates and the work it bills.

    Raises Refused for a credit note.
    """
    lifecycle.refuse_duplicating(invoice.facts)
    copy = copy_of(invoice, kind=Kind(invoice.kind), dated=False)
    return insert_copy(invoice, copy, author=actor.name, today=today)


@operation("invoices.finalise")
def number_pro_forma(invoice: Invoice, *, actor: Actor, issue_date: date) -> Invoice:
    """Give a pro forma the next number of its series and freeze it: it can be handed over as it is.

    Raises Refused naming everything that is missing.
    """
    outcome = finalise_documents(
        invoice.organisation, [invoice], issue_date=issue_date, rule=lifecycle.refuse_numbering
    )
    return _ready(invoice, outcome)


@operation("invoices.draft")
def convert(invoice: Invoice, *, actor: Actor, now: datetime, today: date) -> Invoice:
    """Make an invoice draft from a pro forma, once; the work that it bills passes to the draft.

    Raises Refused for a pro forma that was converted already.
    """
    made = _converted(invoice, actor=actor, now=now, today=today)
    audit.record("invoice.converted", invoice, into=str(made))
    return made


@operation("invoices.finalise")
def produce_final(invoice: Invoice, *, actor: Actor, now: datetime, issue_date: date) -> Invoice:
    """Make the final invoice of a pro forma: converted, numbered in the invoices' series and frozen.

    Raises Refused, and converts nothing, where the invoice lacks something or there is one already.
    """
    made = _converted(invoice, actor=actor, now=now, today=issue_date)
    _ready(made, finalise_documents(invoice.organisation, [made], issue_date=issue_date))
    audit.record("invoice.converted", invoice, into=str(made))
    return made


def _ready(invoice: Invoice, outcome: Outcome) -> Invoice:
    if invoice.pk in outcome.refusals:
        raise outcome.refusals[invoice.pk]
    return invoice


def _converted(invoice: Invoice, *, actor: Actor, now: datetime, today: date) -> Invoice:
    lifecycle.refuse_converting(invoice.facts)
    copy = copy_of(invoice, kind=Kind.INVOICE, dated=True)
    made = insert_copy(invoice, copy, author=actor.name, today=today)
    made.organisation, made.customer = invoice.organisation, invoice.customer
    link(made, invoice)
    move_work(invoice, made)
    invoice.set_facts(converted_at=now)
    return made
