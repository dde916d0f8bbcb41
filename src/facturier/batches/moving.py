"""Pass claims of work from one document to another that bills the work instead, or let them go."""

from __future__ import annotations

from facturier.batches.models import BilledWork
from facturier.invoices.models import Invoice, InvoiceLine
from facturier.organisations.bulk import update_many


def move(source: Invoice, target: Invoice) -> None:
    """Let the target hold what the source held: each claim on the line that stands where its own stood.

    A claim whose line has no counterpart, in place and words, is held by the document as a whole.
    """
    columns = ("pk", "line__position", "line__description")
    claims = list(BilledWork.objects.filter(invoice=source).values_list(*columns))
    if not claims:
        return
    lines = InvoiceLine.objects.filter(invoice=target).values_list("position", "description", "pk")
    places = {(position, words): pk for position, words, pk in lines}
    update_many(
        BilledWork,
        ["invoice_id", "line_id"],
        [(pk, target.pk, places.get((position, words))) for pk, position, words in claims],
    )


def release(source: Invoice) -> None:
    """Let go of the work that a document held: it can be changed, and billed again."""
    BilledWork.objects.filter(invoice=source).delete()
