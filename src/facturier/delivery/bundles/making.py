"""Make the file of a bundle, in turns: what the background engine calls with a row that it has claimed.

Documents are read and written a few at a time. A turn that ends by itself leaves the file for the next one;
one whose worker dies leaves nothing, and the next begins anew, with the PDFs that are kept by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.utils import timezone

from facturier.delivery import papers
from facturier.delivery.bundles import files
from facturier.delivery.bundles.writing import Writer, writer
from facturier.delivery.models import Bundle, StoredPdf
from facturier.delivery.pdf import RenderError
from facturier.delivery.refusals import NOT_FOUND
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.background import State, in_organisation
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused

TURN = 10.0  # seconds after which other work gets its turn
NOTE = 1.0  # seconds between two notes of how far it is
TOGETHER = 20  # documents that are read at once
NAMED = 100  # documents left out that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Paper:
    """A document's PDF under its name, or why there is none."""

    pk: int
    name: str
    content: bytes = b""
    refusal: Refused | None = None


def papers_of(organisation: Organisation, keys: Sequence[int], *, now: datetime) -> Iterator[Paper]:
    """Read the PDFs of documents in the order of their keys: those kept, and those made for it."""
    for start in range(0, len(keys), TOGETHER):
        some = keys[start : start + TOGETHER]
        with scope(organisation.pk):
            rows = Invoice.objects.select_related("organisation", "customer").in_bulk(some)
            kept = dict(StoredPdf.objects.filter(invoice__in=some).values_list("invoice_id", "content"))
        for pk in some:
            if pk not in rows:
                yield Paper(pk, "", refusal=Refused(NOT_FOUND))
            elif pk in kept:
                yield Paper(pk, _name(rows[pk]), bytes(kept[pk]))
            else:
                yield _made(rows[pk], now=now)


def _made(invoice: Invoice, *, now: datetime) -> Paper:
    try:
        if invoice.is_issued:
            content = bytes(papers.pdf_of(invoice, now=now).content)
        else:
            content = papers.preview_of(invoice, today=timezone.localdate(now))
    except RenderError as error:
        refusal = Refused("The PDF cannot be made: %(reason)s", values={"reason": str(error)})
        return Paper(invoice.pk, str(invoice), refusal=refusal)
    except Refused as refusal:
        return Paper(invoice.pk, str(invoice), refusal=refusal)
    return Paper(invoice.pk, _name(invoice), content)


def _name(invoice: Invoice) -> str:
    return papers.file_name(invoice).removesuffix(".pdf")


def title_of(organisation: Organisation, at: datetime) -> str:
    """Return the title of a merged PDF: whose documents, and of which day."""
    return f"{organisation.legal_name}, {timezone.localdate(at)}"


def write_all(
    organisation: Organisation, keys: Sequence[int], *, form: str, file: BinaryIO, now: datetime
) -> list[Paper]:
    """Write the PDFs of documents into a file at once, and return those that could not be made."""
    into = writer(form, file, title=title_of(organisation, now), at=now)
    left_out = []
    for paper in papers_of(organisation, keys, now=now):
        if paper.refusal is None:
            into.add(paper.content, name=paper.name)
        else:
            left_out.append(paper)
    into.close()
    return left_out


class Superseded(Exception):
    """The bundle was stopped, or another worker has it."""


def work(bundle: Bundle) -> None:
    """Do a turn of a claimed bundle, or all that is left of it. Raises files.Busy."""
    with files.part_of(bundle) as part:
        try:
            _turn(bundle, part)
        except Superseded:
            part.discard()


def _turn(bundle: Bundle, part: files.Part) -> None:
    with in_organisation(bundle.organisation_id):
        organisation = Organisation.objects.get(pk=bundle.organisation_id)
    at = bundle.created_at
    into = writer(bundle.form, part.file, title=title_of(organisation, at), at=at, state=part.writer_state)
    tally = _Tally(bundle, done=part.done)
    if part.done:
        tally.failed, tally.left_out = bundle.failed, bundle.left_out
    if tally.write(organisation, into):
        into.close()
        size, digest = part.complete()
        tally.finish(State.DONE, size=size, sha256=digest, finished_at=timezone.now(), error="")
        return
    part.suspend(done=tally.done, writer=into.suspend())
    with in_organisation(bundle.organisation_id):
        tally.finish(State.QUEUED, next_at=timezone.now())
        background.enqueue(bundle)


@dataclass(slots=True)
class _Tally:
    """How far a turn is, and what it had to leave out."""

    bundle: Bundle
    done: int
    failed: int = 0
    left_out: list[dict[str, Any]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    noted: float = field(default_factory=time.monotonic)

    def write(self, organisation: Organisation, into: Writer) -> bool:
        """Write documents until the turn is over; returns whether none is left."""
        self._note()
        left = self.bundle.keys[self.done :]
        for paper in papers_of(organisation, left, now=timezone.now()):
            if paper.refusal is None:
                into.add(paper.content, name=paper.name)
            else:
                self._leave_out(paper, paper.refusal)
            self.done += 1
            now = time.monotonic()
            if now > self.began + TURN:
                break
            if now > self.noted + NOTE:
                self._note()
        return self.done == len(self.bundle.keys)

    def finish(self, state: str, **fields: Any) -> None:
        """End the turn in that state. Raises Superseded."""
        with in_organisation(self.bundle.organisation_id):
            if not self.bundle.finish(state, troubles=0, **self._columns(), **fields):
                raise Superseded

    def _note(self) -> None:
        now = timezone.now()
        self.noted = time.monotonic()
        self.bundle.started_at = self.bundle.started_at or now
        with in_organisation(self.bundle.organisation_id):
            if not self.bundle.renew(now=now, started_at=self.bundle.started_at, **self._columns()):
                raise Superseded

    def _columns(self) -> dict[str, Any]:
        return {"done": self.done, "failed": self.failed, "left_out": self.left_out}

    def _leave_out(self, paper: Paper, refusal: Refused) -> None:
        self.failed += 1
        if self.failed <= NAMED:
            values = {name: str(value) for name, value in refusal.values.items()}
            reason = {"reason": refusal.message, "values": values}
            self.left_out.append({"invoice": paper.pk, "name": paper.name, **reason})
