"""What becomes of an invoice when a credit note for it is issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Sum

from facturier.audit import operations as audit
from facturier.invoices.corrections import hold
from facturier.invoices.models import Invoice
from facturier.rules.refusal import Refused

Held = Mapping[int, int]  # what drafts of credit notes came to before they were issued, by their key


def lock_corrected(documents: Sequence[Invoice]) -> Held:
    """Lock the invoices that credit notes correct, in one order for everybody: one query at most."""
    notes = [one for one in documents if one.credits_id is not None]
    if notes:
        keys = {one.credits_id for one in notes}
        rows = Invoice.objects.select_for_update().filter(pk__in=keys).order_by("pk").in_bulk()
        for one in notes:
            one.credits = rows[one.credits_id]
    return {one.pk: one.gross_minor for one in notes}


def refuse_together(note: Invoice, ready: Sequence[Invoice]) -> None:
    """Raise Refused where another credit note of the same invoice is issued by the same act.

    What the later may take of the tax depends on the earlier.
    """
    if note.credits_id is not None and any(one.credits_id == note.credits_id for one in ready):
        raise Refused("Another credit note of the same invoice comes first: finalise this one after it.")


def note_corrections(notes: Sequence[Invoice], held: Held) -> None:
    """Write down on each invoice what its credit note came to, on both timelines.

    The invoices were locked by `lock_corrected`, which returned `held`.
    An invoice of which nothing is left is told of as `invoice.credited_whole`: its work can be billed again.
    """
    for note in notes:
        invoice = note.credits
        assert invoice is not None
        hold(invoice, note.gross_minor - held[note.pk])
        audit.record("invoice.corrects", note, of=str(invoice))
        audit.record("invoice.corrected", invoice, by=str(note), gross_minor=note.gross_minor)
        issued = Invoice.objects.filter(credits=invoice, number__isnull=False)
        if issued.aggregate(sum=Sum("gross_minor"))["sum"] == invoice.gross_minor:
            audit.record("invoice.credited_whole", invoice)
