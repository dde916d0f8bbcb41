"""From a document that is there to a draft that says the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from facturier.audit import operations as audit
from facturier.invoices.models import Invoice
from facturier.invoices.writing import NewAdjustment, NewDraft, NewLine, insert_drafts
from facturier.rules.document import Kind, LineKind, Nature
from facturier.rules.refusal import Refused
from facturier.storage.bulk import read_one

_NOT_OF_HEAD = {"customer", "kind", "lines", "adjustments", "batch_name"}
_OF_A_DAY = {"service_start", "service_end", "exchange_rate", "exchange_source"}


def copy_of(invoice: Invoice, *, kind: Kind, dated: bool) -> NewDraft:
    """Return a draft with the customer, texts, lines and adjustments of a document.

    The columns are those that a door can hand over, whatever they are. `dated` keeps the days of service and
    the exchange rate: a draft that bills the same work states them, one that bills the like again does not.
    """
    left_out = {"kind", "nature", "pk"} | (set() if dated else _OF_A_DAY)
    head = _values(invoice, _names(NewDraft) - _NOT_OF_HEAD - left_out)
    return NewDraft(
        customer=invoice.customer,
        kind=kind,
        lines=[
            NewLine(
                kind=LineKind(line.kind),
                nature=Nature(line.nature) if line.nature else None,
                **_values(line, _names(NewLine) - left_out),
            )
            for line in invoice.lines.order_by("position")
        ],
        adjustments=[
            NewAdjustment(**_values(one, _names(NewAdjustment)))
            for one in invoice.adjustments.order_by("position")
        ],
        **head,
    )


def insert_copy(invoice: Invoice, copy: NewDraft, *, author: str, today: date) -> Invoice:
    """Insert a draft that was made from a document, and note on its timeline which one that was."""
    created = insert_drafts(invoice.organisation, [copy], author=author, today=today)
    own = {"id": created.invoice_ids[0], "organisation_id": invoice.organisation_id}
    row = read_one(Invoice, where=own)
    audit.record("invoice.copied", row, of=str(invoice))
    return row


def link(made: Invoice, pro_forma: Invoice) -> None:
    """Write down which pro forma an invoice was made from.

    Raises Refused where another was made from it: the database says so, whatever was seen before.
    """
    made.converted_from = pro_forma
    try:
        with transaction.atomic():
            made.save(update_fields=["converted_from"])
    except IntegrityError as error:
        raise Refused("This pro forma was converted already.") from error


Mover = Callable[[Invoice, Invoice], None]
_movers: list[Mover] = []


def on_move(mover: Mover) -> None:
    """Let a room above move what it holds of one document to another; used by reactions.py alone."""
    if mover not in _movers:
        _movers.append(mover)


def move_work(source: Invoice, target: Invoice) -> None:
    """Pass the work that a document bills to another one that bills it instead, in this transaction."""
    for mover in _movers:
        mover(source, target)


def _names(shape: type) -> set[str]:
    return {one.name for one in fields(shape)}


def _values(row: Any, names: set[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
