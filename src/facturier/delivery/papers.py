"""The PDF of a document: an issued one is rendered once, and the same bytes serve ever after."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime

from django.db import IntegrityError, transaction

from facturier.delivery.models import StoredPdf
from facturier.delivery.pdf import render
from facturier.invoices.drafting import document_of
from facturier.invoices.models import Invoice
from facturier.organisations.queries import logo
from facturier.organisations.tenancy import scope
from facturier.rules.document import Document

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def pdf_of(invoice: Invoice, *, now: datetime) -> StoredPdf:
    """Return the kept PDF of an issued document, rendering and keeping it when it is asked for first.

    Nothing is locked while it renders. Of several first renders one is kept, and all return that one.
    Raises ValueError for a document that is not issued, RenderError where it cannot be rendered.
    """
    if not invoice.is_issued:
        raise ValueError("A draft's PDF is not kept: use preview_of.")
    with scope(invoice.organisation_id):
        kept = StoredPdf.objects.filter(invoice=invoice).first()
        if kept is not None:
            return kept
        document = document_of(invoice, today=now.date())
    content = _rendered(invoice, document)
    with scope(invoice.organisation_id):
        try:
            with transaction.atomic():
                StoredPdf.objects.create(
                    organisation_id=invoice.organisation_id,
                    invoice=invoice,
                    content=content,
                    sha256=hashlib.sha256(content).hexdigest(),
                    rendered_at=now,
                )
        except IntegrityError:
            pass  # another one was faster: its bytes are the document's
        return StoredPdf.objects.get(invoice=invoice)


def preview_of(invoice: Invoice, *, today: date) -> bytes:
    """Render a draft as it would be issued today, with its watermark; nothing is kept."""
    with scope(invoice.organisation_id):
        document = document_of(invoice, today=today)
    return _rendered(invoice, document)


def file_name(invoice: Invoice) -> str:
    """Return the PDF's name: F2026-00042.pdf. What a file system could stumble over becomes a hyphen."""
    return _ODD.sub("-", invoice.number or f"draft-{invoice.reference}").strip("-.") + ".pdf"


def _rendered(invoice: Invoice, document: Document) -> bytes:
    with scope(invoice.organisation_id):
        # The logo that the document was issued with, never one that was uploaded since.
        own = logo(document.content.look.logo_sha256)
    return render(document, region=invoice.organisation.rules, logo=own)
