"""What is done to several documents at once: told first, then done, to those it may be done to."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from facturier.audit.models import Event
from facturier.invoices.models import Invoice, InvoiceLine
from facturier.organisations.models import User
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status
from tests.support.cast import Cast, customer
from tests.support.documents import drafts, invoice
from tests.web.conftest import Visit

FINALISE = "/lumen/documents/finalise/"
CLOSE = "/lumen/documents/close/"
HTMX = {"HX-Request": "true", "HX-Target": "dialog-content"}


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    User.objects.update(language="en")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def statuses(cast: Cast, keys: list[int]) -> list[str]:
    with scope(cast.lumen.pk):
        found = dict(Invoice.objects.filter(pk__in=keys).values_list("pk", "status"))
    return [found[pk] for pk in keys]


def without_tax_code(cast: Cast, pk: int) -> None:
    with scope(cast.lumen.pk):
        InvoiceLine.objects.filter(invoice=pk).update(tax_code=None)


def test_first_it_says_what_would_happen_and_does_nothing(visit: Visit, cast: Cast) -> None:
    final = invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 3, 1))
    foreign = customer(cast.lumen, number="C002", name="Ville de Givors")
    keys = [*drafts(cast.lumen, cast.bellecour, count=3), *drafts(cast.lumen, foreign), final.pk]
    without_tax_code(cast, keys[1])
    answer = visit("ana").post(FINALISE, {"pk": keys}, headers=HTMX)
    told = words(answer)
    assert "2 drafts take their numbers and can no longer be changed." in told
    assert "3 documents are skipped:" in told
    assert "Line 1: choose a tax code." in told
    assert "Only an owner of this customer, or an administrator, may do this." in told
    assert "The document is already final." in told
    assert f'value="{timezone.localdate().isoformat()}"' in answer.content.decode()
    assert set(re.findall(r'name="pk" value="(\d+)"', answer.content.decode())) == {
        str(keys[0]),
        str(keys[2]),
    }
    assert statuses(cast, keys[:4]) == [Status.DRAFT] * 4


def test_once_confirmed_the_drafts_are_numbered_in_their_order(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=3)
    given = {"pk": list(reversed(keys)), "issue_date": "2026-04-02", "confirmed": "1"}
    answer = visit("ana").post(FINALISE, given, headers=HTMX)
    assert answer["HX-Trigger"] == "close-dialog, documents-changed"
    assert "3 documents were finalised: F2026-00001 to F2026-00003." in words(answer)
    with scope(cast.lumen.pk):
        rows = Invoice.objects.filter(pk__in=keys).order_by("reference")
        assert [(row.number, row.issue_date) for row in rows] == [
            (f"F2026-0000{number}", date(2026, 4, 2)) for number in (1, 2, 3)
        ]


def test_what_cannot_be_finalised_is_listed_with_its_reason(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=2)
    without_tax_code(cast, keys[0])
    given = {"pk": keys, "issue_date": "2026-04-02", "confirmed": "1"}
    answer = visit("ana").post(FINALISE, given, headers=HTMX)
    told = words(answer)
    assert "1 document was finalised: F2026-00001." in told
    assert "Draft 1" in told
    assert "Line 1: choose a tax code." in told
    assert answer["HX-Trigger"] == "documents-changed"
    assert statuses(cast, keys) == [Status.DRAFT, Status.FINAL]


def test_a_date_that_breaks_the_order_is_refused_beside_the_field(visit: Visit, cast: Cast) -> None:
    invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 4, 2))
    keys = drafts(cast.lumen, cast.bellecour, count=2)
    for day in ("2026-04-01", "soon", ""):
        answer = visit("ana").post(FINALISE, {"pk": keys, "issue_date": day, "confirmed": "1"}, headers=HTMX)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
    assert statuses(cast, keys) == [Status.DRAFT] * 2


def test_closing_hides_issued_documents_and_notes_it(visit: Visit, cast: Cast) -> None:
    first = invoice(cast.lumen, cast.bellecour, issue_date=date(2026, 3, 1))
    keys = [first.pk, *drafts(cast.lumen, cast.bellecour)]
    dora = visit("dora")  # closing asks for no owner
    told = words(dora.post(CLOSE, {"pk": keys}, headers=HTMX))
    assert "1 document leaves the list." in told
    assert "A draft cannot be closed: finalise or delete it." in told
    answer = dora.post(CLOSE, {"pk": keys[:1], "confirmed": "1"}, headers=HTMX)
    assert "1 document was closed." in words(answer)
    assert statuses(cast, keys) == [Status.CLOSED, Status.DRAFT]
    with scope(cast.lumen.pk):
        assert Invoice.objects.get(pk=first.pk).closed_at is not None
        assert Event.objects.filter(name="invoice.closed", subject_id=first.pk).count() == 1
    again = dora.post(CLOSE, {"pk": keys[:1], "confirmed": "1"}, headers=HTMX)
    assert "The document is closed already." in words(again)


def test_without_javascript_the_same_is_said_on_a_page(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=2)
    ana = visit("ana")
    page = ana.post(FINALISE, {"pk": keys})
    assert b"<html" in page.content
    assert "2 drafts take their numbers" in words(page)
    done = ana.post(FINALISE, {"pk": keys, "issue_date": "2026-04-02", "confirmed": "1"}, follow=True)
    assert done.redirect_chain == [("/lumen/documents/", 302)]
    assert "2 documents were finalised: F2026-00001 to F2026-00002." in words(done)


def test_who_lacks_the_permission_is_refused_and_told_why(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour)
    carol = visit("carol")
    for path in (FINALISE, CLOSE):
        answer = carol.post(path, {"pk": keys, "issue_date": "2026-04-02", "confirmed": "1"})
        assert answer.status_code == 403
        assert "process billing" in answer.content.decode()
        assert visit("bob").post(path, {"pk": keys}).status_code == 404
    shown = carol.get("/lumen/documents/").content.decode()
    # What is left to press changes nothing: PDFs may be taken by whoever may look.
    pressable = re.findall(r'<button[^>]*formaction="/lumen/([^"]*)"', shown)
    assert pressable
    assert all(path.startswith("documents/pdf") for path in pressable), pressable
    assert shown.count("You need the permission “process billing”.") >= 2
    assert statuses(cast, keys) == [Status.DRAFT]


def test_documents_of_another_organisation_are_not_even_named(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.cap, cast.festival)
    for path in (FINALISE, CLOSE):
        told = words(visit("ana").post(path, {"pk": keys}, headers=HTMX))
        assert "Nothing to" in told
        assert "Festival" not in told
        visit("ana").post(path, {"pk": keys, "issue_date": "2026-04-02", "confirmed": "1"}, headers=HTMX)
    with scope(cast.cap.pk):
        assert Invoice.objects.get(pk=keys[0]).status == Status.DRAFT


@pytest.mark.parametrize("given", [{}, {"pk": ["x"]}, {"pk": ["-1"]}, {"pk": list(range(1, 1002))}])
def test_nothing_and_too_much_are_refused(visit: Visit, cast: Cast, given: dict[str, Any]) -> None:
    answer = visit("ana").post(FINALISE, given, headers=HTMX)
    assert answer.status_code == 422
    assert "Select at" in words(answer)


def test_the_default_date_is_today_where_the_seller_is(visit: Visit, cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour)
    today = timezone.localdate()
    visit("ana").post(FINALISE, {"pk": keys, "issue_date": today, "confirmed": "1"}, headers=HTMX)
    with scope(cast.lumen.pk):
        row = Invoice.objects.get(pk=keys[0])
    assert row.issue_date == today
    assert row.due_date >= today + timedelta(days=1)
