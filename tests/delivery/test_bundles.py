"""Several documents as one file: what is in it, and that only a complete one is handed out."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pypdf import PdfReader

from facturier.delivery import papers
from facturier.delivery.bundles import files, making, operations, queries
from facturier.delivery.bundles.writing import writer
from facturier.delivery.models import Bundle, Form
from facturier.delivery.pdf import merging
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.invoices.queries import Filter
from facturier.organisations import background
from facturier.organisations.background import State, in_organisation
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused
from tests.delivery.post import DAY, issue
from tests.support.cast import Cast


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.BUNDLES_DIR = tmp_path / "bundles"
    return tmp_path / "bundles"


def order(cast: Cast, keys: list[int], form: Form = Form.ZIP) -> Bundle:
    return operations.order(cast.lumen, actor=cast.carol, keys=keys, form=form, now=timezone.now())


def work_once(bundle: Bundle) -> Bundle:
    """Let a worker do one turn."""
    assert background.run(bundle._meta.label, bundle.organisation_id, bundle.pk)
    with scope(bundle.organisation_id):
        return Bundle.objects.get(pk=bundle.pk)


def draft(cast: Cast) -> Invoice:
    with scope(cast.lumen.pk):
        return invoices.create(cast.lumen, actor=cast.ana, draft=NewDraft(cast.bellecour), today=DAY)


def kept(rows: list[Invoice]) -> list[bytes]:
    return [bytes(papers.pdf_of(row, now=timezone.now()).content) for row in rows]


def test_an_archive_holds_the_kept_bytes_under_their_numbers_in_the_order_chosen(cast: Cast) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 3)
    bundle = work_once(order(cast, [row.pk for row in reversed(rows)]))
    assert (bundle.state, bundle.done, bundle.failed) == (State.DONE, 3, 0)
    data = files.path_of(bundle).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (bundle.size, bundle.sha256)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{row.number}.pdf" for row in reversed(rows)]
        assert [archive.read(name) for name in archive.namelist()] == kept(rows)[::-1]


def test_a_merged_file_has_all_pages_in_order_with_a_bookmark_each(cast: Cast) -> None:
    rows = [*issue(cast.lumen, [cast.bellecour] * 2), draft(cast)]
    bundle = work_once(order(cast, [row.pk for row in rows], Form.MERGED))
    data = files.path_of(bundle).read_bytes()
    found = PdfReader(io.BytesIO(data), strict=True)
    texts = [page.extract_text() for page in found.pages]
    for row in rows[:2]:
        assert sum(row.number in text for text in texts) == 1
    names = [*(row.number for row in rows[:2]), f"draft-{rows[2].reference}"]
    assert [entry.title for entry in found.outline] == names
    assert [found.get_destination_page_number(entry) for entry in found.outline] == [0, 1, 2]
    assert b"pdfaid" not in data, "it does not say that it is PDF/A"
    with pikepdf.open(io.BytesIO(data)) as strict:
        assert strict.check_pdf_syntax() == []


def test_merging_loses_nothing_that_a_page_shows(cast: Cast) -> None:
    (row,) = issue(cast.lumen, [cast.bellecour])
    (one,) = kept([row])
    merged = io.BytesIO()
    into = merging.Merger(merged, title="Two")
    into.add(one, name="A (1) \\ é")
    into.add(one, name="B")
    into.close()
    with pikepdf.open(io.BytesIO(one)) as before, pikepdf.open(merged) as after:
        assert [entry.title for entry in after.open_outline().root] == ["A (1) \\ é", "B"]
        for page in after.pages:
            shown = before.pages[0].obj
            assert page.Contents.read_bytes() == shown.Contents.read_bytes()
            assert page.MediaBox == shown.MediaBox
            for name, font in shown.Resources.Font.items():
                ours, theirs = page.Resources.Font[name], font
                assert ours.ToUnicode.read_bytes() == theirs.ToUnicode.read_bytes()
                ours, theirs = ours.DescendantFonts[0], theirs.DescendantFonts[0]
                assert ours.W == theirs.W
                ours, theirs = ours.FontDescriptor, theirs.FontDescriptor
                (file,) = {key for key in theirs if key.startswith("/FontFile")}
                assert ours[file].read_bytes() == theirs[file].read_bytes()


@pytest.mark.parametrize("form", list(Form))
def test_a_file_made_in_turns_is_the_same_as_one_made_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    keys = [row.pk for row in issue(cast.lumen, [cast.bellecour] * 4)]
    at_once = order(cast, keys, form)
    with in_organisation(cast.lumen.pk):
        Bundle.objects.update(created_at=timezone.now() - timedelta(hours=1))
    in_turns = order(cast, keys, form)
    with in_organisation(cast.lumen.pk):
        Bundle.objects.update(created_at=at_once.created_at)
    at_once = work_once(at_once)
    monkeypatch.setattr(making, "TURN", 0.0)
    for turn in range(1, 4):
        in_turns = work_once(in_turns)
        assert (in_turns.state, in_turns.done, in_turns.attempts) == (State.QUEUED, turn, turn)
        assert not files.path_of(in_turns).exists()
    in_turns = work_once(in_turns)
    assert (in_turns.state, in_turns.done) == (State.DONE, 4)
    if form == Form.MERGED:
        assert in_turns.sha256 == at_once.sha256
        return
    with zipfile.ZipFile(files.path_of(at_once)) as one, zipfile.ZipFile(files.path_of(in_turns)) as other:
        assert one.namelist() == other.namelist()
        assert [one.read(name) for name in one.namelist()] == [other.read(name) for name in one.namelist()]


@pytest.mark.parametrize("form", list(Form))
def test_a_turn_that_died_is_begun_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, folder: Path, form: Form
) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 3)
    monkeypatch.setattr(making, "TURN", 0.0)
    bundle = work_once(order(cast, [row.pk for row in rows], form))
    (part,), (beside,) = folder.glob("*.part"), folder.glob("*.json")
    assert json.loads(beside.read_text())["done"] == 1
    # The next worker takes the note and dies while it writes: what it has written is garbage.
    beside.unlink()
    part.write_bytes(part.read_bytes()[:-100] + b"half a doc")
    monkeypatch.undo()
    bundle = work_once(bundle)
    assert (bundle.state, bundle.done) == (State.DONE, 3)
    data = files.path_of(bundle).read_bytes()
    assert hashlib.sha256(data).hexdigest() == bundle.sha256
    assert b"half a doc" not in data
    assert list(folder.glob("*.part")) == []


def test_a_worker_that_was_taken_for_dead_cannot_finish(cast: Cast, folder: Path) -> None:
    rows = issue(cast.lumen, [cast.bellecour])
    ordered = order(cast, [rows[0].pk])
    now = timezone.now()
    with in_organisation(cast.lumen.pk):
        slow = Bundle.claim(ordered.pk, now=now)
    with files.part_of(slow):
        with in_organisation(cast.lumen.pk):
            quick = Bundle.claim(ordered.pk, now=now + timedelta(hours=1))
        with pytest.raises(files.Busy):
            making.work(quick)
    making.work(slow)
    with scope(cast.lumen.pk):
        assert Bundle.objects.get().state == State.RUNNING
    assert list(folder.iterdir()) == [], "it has cleared up what was its own"
    making.work(quick)
    with scope(cast.lumen.pk):
        assert Bundle.objects.get().state == State.DONE
    assert files.path_of(quick).exists()


def test_a_stopped_file_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 2)
    bundle = order(cast, [row.pk for row in rows])
    real = making.papers_of

    def stopped_meanwhile(*given: Any, **named: Any) -> Iterator[making.Paper]:
        for paper in real(*given, **named):
            yield paper
            with scope(cast.lumen.pk):
                row = Bundle.objects.get()
            if row.is_active:
                operations.stop(row, actor=cast.carol, now=timezone.now())

    monkeypatch.setattr(making, "papers_of", stopped_meanwhile)
    bundle = work_once(bundle)
    assert bundle.state == State.STOPPED
    assert list(folder.iterdir()) == []
    with pytest.raises(Refused, match="ended already"):
        operations.stop(bundle, actor=cast.carol, now=timezone.now())
    monkeypatch.undo()
    again = operations.again(bundle, actor=cast.carol, now=timezone.now())
    assert work_once(again).state == State.DONE
    with pytest.raises(Refused, match="is there"):
        operations.again(bundle, actor=cast.carol, now=timezone.now())


def test_what_cannot_be_made_is_left_out_and_named(cast: Cast) -> None:
    rows = issue(cast.lumen, [cast.bellecour])
    gone = draft(cast)
    ordered = order(cast, [gone.pk, rows[0].pk])
    invoices.delete(gone, actor=cast.ana)
    bundle = work_once(ordered)
    assert (bundle.state, bundle.done, bundle.failed) == (State.DONE, 2, 1)
    assert [(one["invoice"], one["reason"]) for one in bundle.left_out] == [
        (gone.pk, "There is no such document.")
    ]
    with zipfile.ZipFile(files.path_of(bundle)) as archive:
        assert len(archive.namelist()) == 1


def test_names_that_a_file_system_takes_for_one_are_told_apart() -> None:
    file = io.BytesIO()
    into = writer(Form.ZIP, file, title="", at=timezone.now())
    for name in ("F-1", "f-1", "F-1", "F-2"):
        into.add(b"%PDF", name=name)
    into.close()
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["F-1.pdf", "f-1-2.pdf", "F-1-3.pdf", "F-2.pdf"]


def test_files_are_swept_a_day_after_they_were_written(cast: Cast, folder: Path) -> None:
    rows = issue(cast.lumen, [cast.bellecour])
    old, new = (work_once(order(cast, [rows[0].pk])) for _ in range(2))
    yesterday = time.time() - timedelta(hours=25).total_seconds()
    os.utime(files.path_of(old), (yesterday, yesterday))
    files.sweep()
    assert [path.name for path in folder.iterdir()] == [files.path_of(new).name]
    assert new.is_kept(timezone.now())
    assert not new.is_kept(timezone.now() + timedelta(hours=24))


def test_what_may_be_ordered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 2)
    keys = [row.pk for row in rows]
    with pytest.raises(Refused, match="at least one"):
        order(cast, [])
    with pytest.raises(PermissionDenied):
        operations.order(cast.lumen, actor=cast.bob, keys=keys, form=Form.ZIP, now=timezone.now())
    monkeypatch.setattr(operations, "AT_MOST", 1)
    with pytest.raises(Refused, match="at most"):
        order(cast, keys)


def test_a_list_is_read_in_its_order_page_after_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * 5)
    keys = [row.pk for row in rows]
    monkeypatch.setattr(queries, "_AT_ONCE", 2)
    with scope(cast.lumen.pk):
        assert queries.keys_matching(Filter(), today=DAY) == keys[::-1]
        assert queries.keys_matching(Filter(), today=DAY, descending=False) == keys
        assert queries.keys_of([keys[2], 10**9, keys[0], keys[2]]) == [keys[2], keys[0]]
    with scope(cast.cap.pk):
        assert queries.keys_of(keys) == []


def test_the_lock_is_what_keeps_two_workers_apart(cast: Cast, folder: Path) -> None:
    """The control of Busy: without the lock the second worker gets the file."""
    ordered = order(cast, [issue(cast.lumen, [cast.bellecour])[0].pk])
    with files.part_of(ordered) as part:
        fcntl.flock(part.file, fcntl.LOCK_UN)
        with files.part_of(ordered) as other:
            assert other.file is not part.file
