"""Several documents as one file, as a browser asks for it."""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from facturier.batches import operations as batches
from facturier.batches.models import RunKind
from facturier.delivery import papers
from facturier.delivery.bundles import files
from facturier.delivery.models import Bundle
from facturier.delivery.pdf import RenderError
from facturier.organisations.background import State, in_organisation, run
from facturier.organisations.models import User
from facturier.organisations.tenancy import scope
from facturier.web.delivery import bundles
from tests.batches import running, workload
from tests.delivery.post import issue
from tests.support.cast import Cast
from tests.support.documents import drafts

SELECTED = "/lumen/documents/pdf/"
MATCHING = "/lumen/documents/pdf/matching/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def in_english(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.BUNDLES_DIR = tmp_path / "bundles"
    User.objects.update(language="en")


@pytest.fixture
def carol(cast: Cast, client: Client) -> Client:
    """Who may only read may take the files of what she reads."""
    client.force_login(cast.users["carol"])
    return client


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\xa0", " ")


def names(answer: Any) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_few_documents_come_at_once_in_the_order_of_the_list(carol: Client, cast: Cast) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 3)
    keys = [rows[2].pk, rows[0].pk]
    asked = carol.post(SELECTED, {"pk": keys}, headers=HTMX)
    assert "PDF of 2 documents" in words(asked)
    assert "in the background" not in words(asked)
    assert re.findall(r'name="pk" value="(\d+)"', asked.content.decode()) == [str(pk) for pk in keys]
    answer = carol.post(SELECTED, {"pk": keys, "form": "zip"})
    today = timezone.localdate()
    assert answer["Content-Disposition"] == f'attachment; filename="lumen-documents-{today}.zip"'
    assert answer["Content-Type"] == "application/zip"
    body = answer.getvalue()
    assert int(answer["Content-Length"]) == len(body)
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == [f"{rows[2].number}.pdf", f"{rows[0].number}.pdf"]
    merged = carol.post(SELECTED, {"pk": keys, "form": "pdf"})
    assert len(PdfReader(io.BytesIO(merged.getvalue())).pages) == 2
    with scope(cast.lumen.pk):
        assert not Bundle.objects.exists()


def test_all_that_the_filter_shows_is_taken_and_nothing_else(carol: Client, cast: Cast) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 3)
    drafts(cast.lumen, cast.bellecour, count=2)
    assert "PDF of 5 documents" in words(carol.get(MATCHING, headers=HTMX))
    page = carol.get(f"{MATCHING}?status=final&sort=number")
    assert "PDF of 3 documents" in words(page)
    assert 'action="/lumen/documents/pdf/matching/?status=final&amp;sort=number"' in page.content.decode()
    answer = carol.post(f"{MATCHING}?status=final&sort=number", {"form": "zip"})
    assert names(answer) == [f"{row.number}.pdf" for row in rows]
    assert carol.get(f"{MATCHING}?status=sent").status_code == 422
    listed = carol.get("/lumen/documents/?status=final").content.decode()
    assert 'href="/lumen/documents/pdf/matching/?status=final"' in listed


def test_many_documents_are_made_in_the_background(
    carol: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "AT_ONCE", 2)
    rows = issue(cast.lumen, [cast.bellecour] * 3)
    assert "in the background and kept for 24 hours" in words(carol.get(MATCHING, headers=HTMX))
    ordered = carol.post(MATCHING, {"form": "zip"})
    with scope(cast.lumen.pk):
        bundle = Bundle.objects.get()
    here = f"/lumen/bundles/{bundle.pk}/"
    assert ordered["Location"] == here
    page = carol.get(here)
    assert "Making the file 0 of 3" in words(page)
    assert f'hx-get="{here}"' in page.content.decode()
    assert "0 of 3" in words(carol.get(here, headers=HTMX))
    assert carol.get(f"{here}download/").status_code == 422, "nothing is handed out before it is whole"
    run(bundle._meta.label, bundle.organisation_id, bundle.pk)
    assert carol.get(here, headers=HTMX)["HX-Refresh"] == "true"
    with scope(cast.lumen.pk):
        bundle = Bundle.objects.get()
    assert bundle.sha256 in words(carol.get(here))
    answer = carol.get(f"{here}download/")
    assert answer["Repr-Digest"] == f"sha-256=:{b64encode(bytes.fromhex(bundle.sha256)).decode()}:"
    assert names(answer) == [f"{row.number}.pdf" for row in reversed(rows)]


def test_a_file_is_gone_after_a_day_and_made_again(
    carol: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "AT_ONCE", 0)
    issue(cast.lumen, [cast.bellecour])
    here = carol.post(MATCHING, {"form": "pdf"})["Location"]
    with scope(cast.lumen.pk):
        bundle = Bundle.objects.get()
    run(bundle._meta.label, bundle.organisation_id, bundle.pk)
    assert "only the single files are PDF/A" in words(carol.get(here))
    with in_organisation(cast.lumen.pk):
        Bundle.objects.update(finished_at=timezone.now() - timedelta(hours=24))
    assert "The file is gone" in words(carol.get(here))
    assert carol.get(f"{here}download/").status_code == 422
    assert carol.post(f"{here}again/")["Location"] == here
    run(bundle._meta.label, bundle.organisation_id, bundle.pk)
    assert carol.get(f"{here}download/").getvalue().startswith(b"%PDF-1.7")
    with scope(cast.lumen.pk):
        files.path_of(Bundle.objects.get()).unlink()
    assert carol.get(f"{here}download/").status_code == 422, "on a machine that has not got the file"


def test_a_file_is_stopped(carol: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "AT_ONCE", 0)
    issue(cast.lumen, [cast.bellecour])
    here = carol.post(MATCHING, {"form": "zip"})["Location"]
    assert carol.post(f"{here}stop/", headers=HTMX)["HX-Refresh"] == "true"
    page = words(carol.get(here))
    assert "Making the file was stopped." in page
    assert "After 0 of 1. Nothing of it is kept." in page
    assert "This run has ended already." in words(carol.post(f"{here}stop/", follow=True))


def test_a_batch_is_taken_as_a_whole(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        workload.month_of(cast.bellecour)
    batch = batches.save(cast.lumen, actor=cast.ana, choice=workload.JANUARY, today=workload.TODAY)
    client = Client()
    client.force_login(cast.users["carol"])
    address = f"/lumen/batches/{batch.pk}/"
    assert "There are no documents yet." in words(client.get(address))
    running.run(batch, RunKind.GENERATE, actor=cast.ana)
    assert f'hx-get="{address}pdf/"' in client.get(address).content.decode()
    assert "PDF of 1 document" in words(client.get(f"{address}pdf/", headers=HTMX))
    (name,) = names(client.post(f"{address}pdf/", {"form": "zip"}))
    assert name.startswith("draft-")


def test_what_has_no_pdf_is_named(carol: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 2)

    def broken(*_given: Any, **_named: Any) -> None:
        raise RenderError("a missing glyph")

    monkeypatch.setattr(papers, "render", broken)
    told = words(carol.post(SELECTED, {"pk": [rows[0].pk], "form": "zip"}, follow=True))
    assert f"{rows[0].number} has no PDF" in told
    assert "a missing glyph" in told
    monkeypatch.setattr(bundles, "AT_ONCE", 0)
    here = carol.post(MATCHING, {"form": "zip"})["Location"]
    with scope(cast.lumen.pk):
        bundle = Bundle.objects.get()
    run(bundle._meta.label, bundle.organisation_id, bundle.pk)
    with scope(cast.lumen.pk):
        assert (Bundle.objects.get().state, Bundle.objects.get().failed) == (State.DONE, 2)
    told = words(carol.get(here))
    assert "2 documents are not in the file:" in told
    assert "The PDF cannot be made: a missing glyph" in told


def test_nothing_and_nonsense_are_refused(carol: Client, cast: Cast) -> None:
    (theirs,) = issue(cast.cap, [cast.festival])
    for given in ({}, {"pk": ["x", "9" * 30]}, {"pk": [theirs.pk], "form": "zip"}):
        told = words(carol.post(SELECTED, given, follow=True))
        assert "Select at least one document." in told
    issue(cast.lumen, [cast.bellecour])
    assert "PDF of 1 document" in words(carol.post(MATCHING, {"form": "exe"}))


def test_print_opens_the_pdf_and_marks_nothing(carol: Client, cast: Cast) -> None:
    (row,) = issue(cast.lumen, [cast.bellecour])
    page = carol.get(f"/lumen/documents/{row.pk}/").content.decode()
    found = re.search(r'<a class="item" href="([^"]+)" target="_blank">Print</a>', page)
    assert found
    answer = carol.get(found[1])
    assert answer["Content-Disposition"].startswith("inline")
    with scope(cast.lumen.pk):
        row.refresh_from_db()
    assert (row.sent_at, row.status) == (None, "final")
