"""The bytes of an issued document: rendered once, the same ever after."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from facturier.delivery import papers
from facturier.delivery.models import StoredPdf
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.models import Logo, Organisation
from facturier.organisations.tenancy import scope
from tests.delivery.post import DAY, issue
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import Crew


def test_an_issued_document_is_rendered_once_and_kept(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    first = papers.pdf_of(invoice, now=timezone.now())
    assert bytes(first.content).startswith(b"%PDF-")
    assert first.sha256 == hashlib.sha256(bytes(first.content)).hexdigest()
    # What the seller states today is not what the document states.
    Organisation.objects.filter(pk=cast.lumen.pk).update(legal_name="Another name", accent="#aa0000")
    again = papers.pdf_of(_again(invoice), now=timezone.now())
    assert (again.pk, bytes(again.content)) == (first.pk, bytes(first.content))


def _again(invoice: Invoice) -> Invoice:
    with scope(invoice.organisation_id):
        return Invoice.objects.select_related("organisation").get(pk=invoice.pk)


def test_kept_bytes_cannot_be_changed(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    papers.pdf_of(invoice, now=timezone.now())
    with scope(cast.lumen.pk):
        for change in (
            lambda: StoredPdf.objects.update(content=b"other"),
            lambda: StoredPdf.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="kept_frozen"), transaction.atomic():
                change()


def test_a_draft_is_rendered_but_not_kept(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        draft = invoices.create(cast.lumen, actor=cast.ana, draft=NewDraft(cast.bellecour), today=DAY)
        assert papers.preview_of(draft, today=DAY).startswith(b"%PDF-")
        assert papers.file_name(draft) == f"draft-{draft.reference}.pdf"
        with pytest.raises(ValueError, match="draft"):
            papers.pdf_of(draft, now=timezone.now())
        assert not StoredPdf.objects.exists()


def test_the_file_is_named_after_the_number(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    assert papers.file_name(invoice) == f"{invoice.number}.pdf"
    invoice.number = "A/B 2026\r\n../7"
    assert papers.file_name(invoice) == "A-B-2026-..-7.pdf"


def render_at_once(*, number: int, organisation_id: int, invoice_id: int, folder: str) -> None:
    with scope(organisation_id):
        invoice = Invoice.objects.select_related("organisation").get(pk=invoice_id)
    # Each renders at another moment, so that bytes of its own would show.
    kept = papers.pdf_of(invoice, now=timezone.now())
    Path(folder, f"seen-{number}").write_text(f"{kept.pk} {hashlib.sha256(bytes(kept.content)).hexdigest()}")


def test_of_first_renders_at_once_one_is_kept(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    crew = Crew(fresh_database, f"{__name__}:render_at_once", folder=tmp_path)
    crew.run(3, organisation_id=cast.lumen.pk, invoice_id=invoice.pk, folder=str(tmp_path))
    seen = {path.read_text() for path in tmp_path.glob("seen-*")}
    assert len(list(tmp_path.glob("seen-*"))) == 3
    assert len(seen) == 1
    with scope(cast.lumen.pk):
        assert StoredPdf.objects.count() == 1


def test_a_logo_that_came_later_is_not_on_the_document(cast: Cast) -> None:
    """The document names its logo by hash; another one is never put in its place."""
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    with scope(cast.lumen.pk):
        Logo.objects.create(organisation=cast.lumen, sha256="0" * 64, content=b"no picture at all")
    Organisation.objects.filter(pk=cast.lumen.pk).update(logo_sha256="0" * 64)
    papers.pdf_of(_again(invoice), now=timezone.now())  # the broken picture would raise RenderError
