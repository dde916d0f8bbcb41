"""One document: its PDF, and the dialog that e-mails it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from facturier.delivery import operations, papers, queries, recipients
from facturier.delivery.pdf import RenderError
from facturier.invoices.models import Invoice
from facturier.rules.refusal import Refused
from facturier.web.delivery.places import CHANGED, document_url, show, url
from facturier.web.pages import page
from facturier.web.refusals import each, refusal_text


class LetterForm(forms.Form):
    """A message with a document attached."""

    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        help_text=gettext_lazy("Several addresses are separated by commas."),
    )
    cc = forms.CharField(
        label=gettext_lazy("Copies to"),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12})
    )


def _document(pk: int) -> Invoice:
    found: Invoice = get_object_or_404(Invoice.objects.select_related("organisation", "customer"), pk=pk)
    return found


@page("view")
@require_safe
def pdf(request: Any, pk: int) -> HttpResponse:
    """Show the kept PDF of an issued document, or a draft's preview; `?download` offers it as a file."""
    invoice = _document(pk)
    try:
        response = _kept(request, invoice) if invoice.is_issued else _preview(invoice)
    except RenderError as error:
        raise Refused("The PDF cannot be made: %(reason)s", values={"reason": error}) from error
    if response.status_code == 200:
        response.headers["Content-Disposition"] = content_disposition_header(
            "download" in request.GET, papers.file_name(invoice)
        )
    return response


def _kept(request: Any, invoice: Invoice) -> HttpResponse:
    paper = papers.pdf_of(invoice, now=timezone.now())
    etag = f'"{paper.sha256}"'
    known = etag in parse_etags(request.headers.get("If-None-Match", ""))
    response: HttpResponse = (
        HttpResponseNotModified() if known else HttpResponse(paper.content, content_type="application/pdf")
    )
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _preview(invoice: Invoice) -> HttpResponse:
    content = papers.preview_of(invoice, today=timezone.localdate())
    return HttpResponse(content, content_type="application/pdf", headers={"Cache-Control": "no-store"})


@page("delivery.send")
@require_http_methods(["GET", "HEAD", "POST"])
def email_dialog(request: Any, pk: int) -> HttpResponse:
    """Propose a message with the document, or queue the one that was written."""
    invoice = _document(pk)
    reason = queries.why_not_send(invoice, actor=request.actor)
    if request.method == "POST":
        form = LetterForm(request.POST, auto_id="letter_%s")
        if form.is_valid() and _queued(request, invoice, form):
            return _sent(request, invoice)
    else:
        form = LetterForm(initial=_proposed(invoice, reason), auto_id="letter_%s")
    values = {
        "invoice": invoice,
        "form": form,
        "reason": refusal_text(reason) if isinstance(reason, Refused) else reason,
        "file_name": papers.file_name(invoice),
        "document_url": document_url(request, invoice.pk),
    }
    return show(request, "send", values, status=422 if form.errors else 200)


def _proposed(invoice: Invoice, reason: Any) -> dict[str, str]:
    if reason is not None:
        return {}
    proposed = queries.prefill(invoice)
    return {
        "to": ", ".join(proposed.to),
        "cc": ", ".join(proposed.cc),
        "subject": proposed.subject,
        "body": proposed.body,
    }


def _queued(request: Any, invoice: Invoice, form: LetterForm) -> bool:
    """Queue the message; what is refused stands beside its field, else on top."""
    written = form.cleaned_data
    try:
        delivery = operations.queue(
            invoice,
            actor=request.actor,
            to=recipients.split(written["to"]),
            cc=recipients.split(written["cc"]),
            subject=written["subject"],
            body=written["body"],
            now=timezone.now(),
        )
    except Refused as refusal:
        for one in each(refusal):
            form.add_error(one.field if one.field in form.fields else None, refusal_text(one))
        return False
    invoice.number = delivery.invoice.number  # a pro forma has taken it by this
    return True


def _sent(request: Any, invoice: Invoice) -> HttpResponse:
    messages.success(request, _("%(number)s is on its way.") % {"number": invoice})
    if request.htmx:
        return HttpResponse("", headers={"HX-Trigger": f"close-dialog, {CHANGED}"})
    return HttpResponseRedirect(document_url(request, invoice.pk) or url(request, "sent-mail"))
