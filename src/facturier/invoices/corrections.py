"""Read what credit notes take of invoices, and what is left of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F, Sum

from facturier.invoices.models import CreditedLine, Invoice, IssuedDocument
from facturier.rules.crediting import Creditable, Taken, creditable, taxes_left
from facturier.rules.document import Document, Draft


def left_of(invoice: Invoice, *, but: Invoice | None = None) -> tuple[Document, list[Creditable]]:
    """Return an issued invoice and its lines with what is left to credit: two queries.

    Drafts of credit notes hold what they take, like issued ones; `but` leaves one of them out.
    """
    rows = CreditedLine.objects.filter(of__invoice=invoice)
    if but is not None:
        rows = rows.exclude(invoice=but)
    sums = rows.values_list("of__position").annotate(Sum("quantity"), Sum("minor")).order_by()
    taken = {position: Taken(quantity, minor) for position, quantity, minor in sums}
    document = invoice.issued.as_document()
    return document, creditable(document, taken)


def credited_quantities(line_ids: Collection[int]) -> dict[int, Decimal]:
    """Return, by line, the quantities that issued credit notes have taken back; amounts take none.

    What is billed of a job is the quantities of its lines less these.
    """
    rows = CreditedLine.objects.filter(of__in=line_ids, invoice__number__isnull=False)
    return dict(rows.values_list("of").annotate(Sum("quantity")).order_by())


def hold(invoice: Invoice, minor: int) -> None:
    """Count on an invoice what its credit notes come to; a constraint keeps it within the amount."""
    Invoice.objects.filter(pk=invoice.pk).update(corrected_minor=F("corrected_minor") + minor)
    invoice.corrected_minor += minor


@dataclass(slots=True)
class _Original:
    """An invoice, and the credit notes that were issued for it."""

    document: Document
    credit_notes: list[Document]


class Corrections:
    """What any number of credit notes correct: three queries, none where there is no credit note."""

    def __init__(self, documents: Sequence[Invoice]) -> None:
        notes = [one.pk for one in documents if one.credits_id is not None]
        self._originals: dict[int, _Original] = {}
        self._places: dict[int, dict[int, int]] = {}
        if not notes:
            return
        keys = {one.credits_id for one in documents if one.credits_id is not None}
        for row in IssuedDocument.objects.filter(invoice__in=keys):
            self._originals[row.invoice_id] = _Original(row.as_document(), [])
        issued = IssuedDocument.objects.filter(invoice__credits__in=keys).annotate(of=F("invoice__credits"))
        for row in issued:
            self._originals[row.of].credit_notes.append(row.as_document())
        places = CreditedLine.objects.filter(invoice__in=notes)
        for pk, own, of in places.values_list("invoice_id", "line__position", "of__position"):
            self._places.setdefault(pk, {})[own] = of

    def applied(self, invoice: Invoice, draft: Draft) -> Draft:
        """Let a credit note say what it corrects, taxed as the invoice was; other drafts stay as they are.

        The rate is that of the supply, whenever it is credited (Directive 2006/112/EC, art. 93).
        """
        if invoice.credits_id is None:
            return draft
        original = self._originals[invoice.credits_id]
        billed, places = original.document.content.lines, self._places.get(invoice.pk, {})
        lines = tuple(
            replace(line, taxes=billed[places[own] - 1].taxes) if own in places else line
            for own, line in enumerate(draft.lines, start=1)
        )
        return replace(
            draft,
            lines=lines,
            preceding=(original.document.number,),
            preceding_dates=(original.document.issue_date,),
            taxes_left=taxes_left(original.document, original.credit_notes),
        )
