"""Write credit notes: drafted from their invoice, never for more than is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from facturier.audit import operations as audit
from facturier.catalogue.queries import tax_table
from facturier.invoices.copying import copy_of, insert_copy, move_work
from facturier.invoices.corrections import hold, left_of
from facturier.invoices.drafting import draft_of
from facturier.invoices.issuing import finalise_documents
from facturier.invoices.models import CreditedLine, Invoice
from facturier.invoices.writing import NewDraft, NewLine, draft_totals, insert_draft, replace_parts
from facturier.organisations.access import Actor, operation
from facturier.organisations.bulk import insert_many
from facturier.rules import lifecycle
from facturier.rules.crediting import Choice, CreditLine, credit, is_whole, refuse_more_than_left
from facturier.rules.document import Kind
from facturier.rules.issuing import prepare
from facturier.rules.money import Money
from facturier.rules.refusal import Refused

WHOLE = None  # in place of choices: everything that is left


@operation("invoices.draft")
def draft_credit(
    invoice: Invoice, *, actor: Actor, choices: Sequence[Choice] | None = WHOLE, reason: str = "", today: date
) -> Invoice:
    """Draft a credit note for an issued invoice: for what is chosen of its lines, or for all that is left.

    The draft holds what it takes: no other credit note can take it too. Raises Refused naming each line that
    is asked for more than is left.
    """
    return _drafted(invoice, actor=actor, choices=choices, reason=reason, today=today)


@operation("invoices.draft")
def change_credit(
    note: Invoice,
    *,
    actor: Actor,
    choices: Sequence[Choice] | None,
    reason: str,
    version: int,
    today: date,
) -> Invoice:
    """Let the draft of a credit note take something else of its invoice.

    Raises Refused for an issued one, for a `version` that someone else has saved since, and where more is
    asked for than is left.
    """
    lifecycle.refuse_editing(note.facts)
    if note.credits_id is None:
        raise Refused("Only a credit note takes something of an invoice.")
    if note.version != version:
        raise Refused(
            "Somebody else has changed this draft since you opened it: reload the page.",
            field="version",
        )
    _fill(note, Invoice.lock(note.credits_id), choices=choices, reason=reason, today=today)
    audit.record("invoice.edited", note, version=note.version, gross_minor=note.gross_minor)
    return note


@operation("invoices.finalise")
def reissue(invoice: Invoice, *, actor: Actor, reason: str = "", issue_date: date) -> tuple[Invoice, Invoice]:
    """Credit an invoice in full and draft it anew, in one step: returns the final credit note and the draft.

    The work that the invoice billed passes to the draft. Raises Refused where something was credited before.
    """
    if invoice.corrected_minor:
        raise Refused("Something of this invoice was credited already: credit the rest by itself.")
    note = _drafted(invoice, actor=actor, choices=WHOLE, reason=reason, today=issue_date)
    copy = copy_of(invoice, kind=Kind.INVOICE, dated=True)
    draft = insert_copy(invoice, copy, author=actor.name, today=issue_date)
    move_work(invoice, draft)
    outcome = finalise_documents(invoice.organisation, [note], issue_date=issue_date)
    if note.pk in outcome.refusals:
        raise outcome.refusals[note.pk]
    return note, draft


def _drafted(
    invoice: Invoice, *, actor: Actor, choices: Sequence[Choice] | None, reason: str, today: date
) -> Invoice:
    lifecycle.refuse_crediting(invoice.facts)
    copy = copy_of(invoice, kind=Kind.CREDIT_NOTE, dated=True)
    head = replace(copy, lines=(), adjustments=(), note="")
    note = insert_draft(invoice.organisation, head, author=actor.name, today=today)
    note.credits, note.organisation, note.customer = invoice, invoice.organisation, invoice.customer
    note.save(update_fields=["credits"])
    _fill(note, invoice, choices=choices, reason=reason, today=today)
    audit.record("invoice.copied", note, of=str(invoice))
    return note


def _fill(
    note: Invoice, invoice: Invoice, *, choices: Sequence[Choice] | None, reason: str, today: date
) -> None:
    """Write lines and sums of the draft of a credit note; the invoice is locked."""
    document, items = left_of(invoice, but=note)
    if choices is None:
        choices = [Choice(one.position) for one in items if one.left_minor]
    lines = credit(document, items, choices)
    copy = copy_of(invoice, kind=Kind.CREDIT_NOTE, dated=True)
    wanted = replace(
        copy,
        lines=[_line(copy, one) for one in lines],
        adjustments=copy.adjustments if is_whole(items, choices) else (),
    )
    found = draft_totals(
        wanted, currency=note.currency, language=note.language, taxes=tax_table(), today=today
    )
    CreditedLine.objects.filter(invoice=note).delete()
    replace_parts(note, wanted, found)
    _write_what_is_taken(note, invoice, lines)
    note.note = reason.strip()
    note.version += 1
    _write_sums(note, invoice, today=today)


def _line(copy: NewDraft, taken: CreditLine) -> NewLine:
    line = taken.line
    return replace(
        copy.lines[taken.position - 1],
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_minor=line.discount_minor,
    )


def _write_what_is_taken(note: Invoice, invoice: Invoice, lines: Sequence[CreditLine]) -> None:
    own = dict(note.lines.values_list("position", "pk"))
    theirs = dict(invoice.lines.values_list("position", "pk"))
    insert_many(
        CreditedLine,
        ["invoice_id", "line_id", "of_id", "quantity", "minor"],
        [
            (note.pk, own[place], theirs[one.position], one.quantity, one.minor)
            for place, one in enumerate(lines, start=1)
        ],
    )


def _write_sums(note: Invoice, invoice: Invoice, *, today: date) -> None:
    """Add the credit note up as it will be issued, and hold its gross of the invoice."""
    value = draft_of(note, on=today)
    sums = prepare(value, region=note.organisation.rules, issue_date=today).totals
    held = note.gross_minor
    left = Money(invoice.gross_minor - invoice.corrected_minor + held, note.currency)
    refuse_more_than_left(sums.gross, left=left)
    note.net_minor, note.tax_minor, note.gross_minor = sums.net.minor, sums.tax.minor, sums.gross.minor
    note.save(update_fields=["net_minor", "tax_minor", "gross_minor", "note", "version"])
    hold(invoice, note.gross_minor - held)
