"""The page of one document: the paper in the middle, facts and timeline beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from facturier.audit.queries import timeline
from facturier.delivery.pdf import paper
from facturier.invoices.drafting import document_of, draft_of
from facturier.invoices.models import Invoice
from facturier.invoices.related import Relation, related
from facturier.rules import lifecycle, settling
from facturier.rules.refusal import Refused
from facturier.web.editor.edit import lacks
from facturier.web.pages import page
from facturier.web.payments.documents import movements
from facturier.web.refusals import refusal_text
from facturier.web.templatetags.words import document_name
from facturier.web.timeline import Told, tell

_RELATIONS = {
    Relation.MADE_FROM: gettext_lazy("Made from"),
    Relation.MADE_INTO: gettext_lazy("Converted into"),
    Relation.CREDITS: gettext_lazy("Credits"),
    Relation.CREDITED_BY: gettext_lazy("Credited by"),
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Why each action is not possible now; empty where it is."""

    edit: str
    finalise: str
    number: str
    convert: str
    duplicate: str
    credit: str
    reissue: str
    send: str
    close: str
    reopen: str
    pay: str
    refund: str
    set_against: str
    delete: str


@page("view")
@require_safe
def show(request: Any, pk: int) -> HttpResponse:
    """Show a document as it will print, what happened to it, and what can be done next."""
    invoice = get_object_or_404(Invoice.objects.select_related("customer"), pk=pk)
    today = timezone.localdate()
    organisation = request.organisation
    document = document_of(invoice, today=today)
    is_over = invoice.is_issued or invoice.converted_at is not None
    missing = [] if is_over else lacks(request, invoice, draft_of(invoice, on=today), today=today)
    context = {
        "invoice": invoice,
        "title": document_name(invoice),
        "paper": paper(document, region=organisation.rules),
        "digest": invoice.issued.sha256 if invoice.is_issued else "",
        "overdue": 0 if invoice.closed_at else lifecycle.days_overdue(invoice.facts, today),
        "lacks": missing,
        "allowed": _allowed(request, invoice, lacks_something=bool(missing)),
        "related": [(_RELATIONS[one.relation], one.invoice) for one in related(invoice)],
        "lacks_paying": request.actor.lacks("payments.record"),
        "movements": movements(invoice, slug=organisation.slug) if invoice.is_issued else [],
        "told": _told(organisation.pk, invoice),
        "today": today,
    }
    return render(request, "editor/show.html", context)


def _told(organisation_id: int, invoice: Invoice) -> list[Told]:
    return [tell(moment) for moment in timeline(organisation_id, "invoice", invoice.pk)]


def _why_not_more(invoice: Invoice) -> str:
    return _("Nothing is left to credit.") if invoice.corrected_minor >= invoice.gross_minor else ""


def _why_not_whole(invoice: Invoice) -> str:
    """Say why an invoice is not credited in full and drafted anew."""
    if not invoice.corrected_minor:
        return ""
    return _("Something of this invoice was credited already: credit the rest by itself.")


def _allowed(request: Any, invoice: Invoice, *, lacks_something: bool) -> Allowed:
    facts = invoice.facts

    def why_not(key: str, rule: Any) -> str:
        lacking = request.actor.lacks(key, invoice)
        if lacking is not None:
            return str(lacking)
        try:
            rule(facts)
        except Refused as refusal:
            return refusal_text(refusal)
        return ""

    def why_not_whole(key: str, rule: Any) -> str:
        reason = why_not(key, rule)
        return reason or (_("Something is missing: see beside.") if lacks_something else "")

    return Allowed(
        edit=why_not("invoices.draft", lifecycle.refuse_editing),
        finalise=why_not_whole("invoices.finalise", lifecycle.refuse_finalising),
        number=why_not_whole("invoices.finalise", lifecycle.refuse_numbering),
        convert=why_not("invoices.draft", lifecycle.refuse_converting),
        duplicate=why_not("invoices.draft", lifecycle.refuse_duplicating),
        credit=why_not("invoices.draft", lifecycle.refuse_crediting) or _why_not_more(invoice),
        reissue=why_not("invoices.finalise", lifecycle.refuse_crediting) or _why_not_whole(invoice),
        send=why_not("delivery.send", lifecycle.refuse_sending),
        close=why_not("invoices.close", lifecycle.refuse_closing),
        reopen=why_not("invoices.close", lifecycle.refuse_reopening),
        pay=why_not("payments.record", settling.refuse_paying),
        refund=why_not("payments.refund", settling.refuse_refunding),
        set_against=why_not("payments.record", settling.refuse_setting_against),
        delete=why_not("invoices.delete", lifecycle.refuse_deleting),
    )
