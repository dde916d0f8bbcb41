"""The pages that send documents, as a browser asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facturier.delivery import operations, papers, queries
from facturier.delivery.models import Delivery
from facturier.delivery.refusals import ON_TRIAL
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.background import State, run
from facturier.organisations.models import Organisation, Plan, User
from facturier.organisations.tenancy import scope
from tests.delivery.post import DAY, issue
from tests.support.cast import Cast

HTMX = {"HX-Request": "true"}
LETTER = {"to": "anna@bellecour.example", "cc": "", "subject": "Invoice", "body": "Please find it attached."}


@pytest.fixture(autouse=True)
def in_english(cast: Cast) -> None:
    """These tests quote the pages in the language in which they are written."""
    User.objects.update(language="en")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.users["ana"])
    return client


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    return issue(cast.lumen, [cast.bellecour])[0]


def deliveries(cast: Cast) -> list[Delivery]:
    with scope(cast.lumen.pk):
        return list(Delivery.objects.order_by("pk"))


def test_the_pdf_is_the_kept_one_and_never_read_twice(ana: Client, cast: Cast, invoice: Invoice) -> None:
    first = ana.get(f"/lumen/documents/{invoice.pk}/pdf/")
    kept = papers.pdf_of(invoice, now=timezone.now())
    assert first.content == bytes(kept.content)
    assert first["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert "immutable" in first["Cache-Control"]
    again = ana.get(f"/lumen/documents/{invoice.pk}/pdf/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "attachment" in ana.get(f"/lumen/documents/{invoice.pk}/pdf/?download")["Content-Disposition"]


def test_a_drafts_preview_is_not_kept_anywhere(ana: Client, cast: Cast) -> None:
    with scope(cast.lumen.pk):
        draft = invoices.create(cast.lumen, actor=cast.ana, draft=NewDraft(cast.bellecour), today=DAY)
    answer = ana.get(f"/lumen/documents/{draft.pk}/pdf/")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_the_dialog_proposes_and_queues(ana: Client, cast: Cast, invoice: Invoice) -> None:
    address = f"/lumen/documents/{invoice.pk}/send/"
    dialog = ana.get(address, headers=HTMX).content.decode()
    assert 'value="c001@customer.example"' in dialog
    assert f"{invoice.number}.pdf" in dialog
    answer = ana.post(address, {**LETTER, "cc": "bo@b.example; li@b.example"}, headers=HTMX)
    assert answer["HX-Trigger"] == "close-dialog, documents-changed"
    (queued,) = deliveries(cast)
    assert (queued.to, queued.cc) == (["anna@bellecour.example"], ["bo@b.example", "li@b.example"])
    # Pressed twice, the second is told; nothing is queued again.
    second = ana.post(address, LETTER, headers=HTMX)
    assert second.status_code == 422
    assert "being sent" in second.content.decode()
    assert len(deliveries(cast)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"to": ""}, "to"), ({"to": "anna"}, "to"), ({"cc": "b@"}, "cc"), ({"body": " "}, "body")],
)
def test_what_is_wrong_stands_beside_its_field(
    ana: Client, cast: Cast, invoice: Invoice, changed: dict[str, str], field: str
) -> None:
    answer = ana.post(f"/lumen/documents/{invoice.pk}/send/", {**LETTER, **changed}, headers=HTMX)
    assert answer.status_code == 422
    assert f'id="letter_{field}_error"' in answer.content.decode()
    assert deliveries(cast) == []


def test_on_a_trial_the_dialog_says_why_not(ana: Client, cast: Cast, invoice: Invoice) -> None:
    Organisation.objects.filter(pk=cast.lumen.pk).update(plan=Plan.TRIAL)
    dialog = ana.get(f"/lumen/documents/{invoice.pk}/send/", headers=HTMX).content.decode()
    assert ON_TRIAL in dialog
    assert "<textarea" not in dialog
    refused = ana.post(f"/lumen/documents/{invoice.pk}/send/", LETTER, headers=HTMX)
    assert refused.status_code == 422
    assert ana.post("/lumen/documents/send/", {"pk": invoice.pk}, headers=HTMX).status_code == 422
    assert deliveries(cast) == []


def test_strangers_find_nothing_and_readers_may_not_send(
    client: Client, cast: Cast, invoice: Invoice
) -> None:
    address = f"/lumen/documents/{invoice.pk}/send/"
    client.force_login(cast.users["bob"])
    assert client.get(address).status_code == 404
    assert client.get(f"/cap/documents/{invoice.pk}/send/").status_code == 404
    assert client.get(f"/cap/documents/{invoice.pk}/pdf/").status_code == 404
    client.force_login(cast.users["carol"])
    assert client.get(f"/lumen/documents/{invoice.pk}/pdf/").status_code == 200
    assert client.post(address, LETTER).status_code == 403
    client.force_login(cast.users["dora"])
    assert client.post(address, LETTER).status_code == 403, "she does not own the customer"
    assert deliveries(cast) == []


def test_bulk_send_says_first_what_it_would_do_then_shows_how_far_it_is(ana: Client, cast: Cast) -> None:
    documents = issue(cast.lumen, [cast.bellecour] * 3)
    with scope(cast.lumen.pk):
        documents[2].set_facts(sent_at=timezone.now())
    keys = [one.pk for one in documents]
    plan = ana.post("/lumen/documents/send/", {"pk": keys}, headers=HTMX).content.decode()
    assert "Send 2 documents" in plan
    assert "sent already" in plan
    assert deliveries(cast) == []
    going = ana.post("/lumen/documents/send/", {"pk": keys, "confirmed": "1"}, headers=HTMX).content.decode()
    first, second = deliveries(cast)
    here = f"/lumen/dispatches/{first.dispatch_id}/"
    assert f'hx-get="{here}"' in going
    run("delivery.Delivery", cast.lumen.pk, first.pk)
    part = ana.get(here, headers=HTMX).content.decode()
    assert 'value="1" max="2"' in part
    assert "<html" not in part
    run("delivery.Delivery", cast.lumen.pk, second.pk)
    over = ana.get(here).content.decode()
    assert "2 messages were accepted." in over
    assert f'hx-get="{here}"' not in over, "nothing to poll for any more"
    assert "sent already" in over


def test_a_dispatch_can_be_stopped(ana: Client, cast: Cast) -> None:
    keys = [one.pk for one in issue(cast.lumen, [cast.bellecour] * 2)]
    ana.post("/lumen/documents/send/", {"pk": keys, "confirmed": "1"})
    here = f"/lumen/dispatches/{deliveries(cast)[0].dispatch_id}/"
    answer = ana.post(f"{here}stop/", headers=HTMX)
    assert "2 were taken back." in answer.content.decode()
    assert {one.state for one in deliveries(cast)} == {State.STOPPED}


def test_sent_mail_lists_what_became_of_messages_and_lets_a_person_decide(
    ana: Client, cast: Cast, invoice: Invoice
) -> None:
    row = operations.queue(
        invoice, actor=cast.ana, to=["anna@b.example"], cc=[], subject="S", body="B", now=timezone.now()
    )
    with scope(cast.lumen.pk):
        Delivery.objects.update(state=State.UNKNOWN, error="the line went dead", handing_over=True)
    page = ana.get("/lumen/admin/sent-mail/").content.decode()
    for words in ("Outcome unknown", "the line went dead", "anna@b.example", "Resend", "It arrived"):
        assert words in page
    assert ana.get(f"/lumen/admin/sent-mail/{row.pk}/").status_code == 200
    ana.post(f"/lumen/deliveries/{row.pk}/resend/")
    assert deliveries(cast)[0].state == State.QUEUED
    ana.post(f"/lumen/deliveries/{row.pk}/cancel/")
    assert deliveries(cast)[0].state == State.STOPPED
    with scope(cast.lumen.pk):
        Delivery.objects.update(state=State.UNKNOWN)
    ana.post(f"/lumen/deliveries/{row.pk}/arrived/")
    assert deliveries(cast)[0].state == State.DONE


def test_who_may_not_send_sees_why(client: Client, cast: Cast, invoice: Invoice) -> None:
    operations.queue(
        invoice, actor=cast.ana, to=["anna@b.example"], cc=[], subject="S", body="B", now=timezone.now()
    )
    with scope(cast.lumen.pk):
        Delivery.objects.update(state=State.FAILED)
    for name, reason in (("carol", "process billing"), ("dora", "Only an owner of this customer")):
        client.force_login(cast.users[name])
        page = client.get("/lumen/admin/sent-mail/").content.decode()
        assert reason in page
        assert "resend/" not in page


def test_the_folders_messages_can_be_read_by_their_organisation_only(
    ana: Client, cast: Cast, invoice: Invoice, settings: Any, tmp_path: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "facturier.delivery.mailbox.FolderBackend"}}
    settings.MAIL_DIR = tmp_path
    row = operations.queue(
        invoice, actor=cast.ana, to=["anna@b.example"], cc=[], subject="S", body="B", now=timezone.now()
    )
    run("delivery.Delivery", cast.lumen.pk, row.pk)
    assert "Nothing leaves this machine." in ana.get("/lumen/admin/sent-mail/").content.decode()
    page = ana.get(f"/lumen/admin/sent-mail/{row.pk}/").content.decode()
    assert f"{invoice.number}.pdf" in page
    file = ana.get(f"/lumen/admin/sent-mail/{row.pk}/files/0/")
    assert file.content == bytes(papers.pdf_of(invoice, now=timezone.now()).content)
    assert ana.get(f"/lumen/admin/sent-mail/{row.pk}/files/1/").status_code == 404
    ana.force_login(cast.users["bob"])
    for address in (f"{row.pk}/", f"{row.pk}/files/0/"):
        assert ana.get(f"/cap/admin/sent-mail/{address}").status_code == 404
        assert ana.get(f"/lumen/admin/sent-mail/{address}").status_code == 404


def test_sent_mail_takes_as_many_queries_for_two_as_for_twenty(ana: Client, cast: Cast) -> None:
    def queries_for(count: int) -> int:
        for one in issue(cast.lumen, [cast.bellecour] * count):
            operations.queue(
                one, actor=cast.ana, to=["a@b.example"], cc=[], subject="S", body="B", now=timezone.now()
            )
        with scope(cast.lumen.pk):
            Delivery.objects.update(state=State.FAILED)
        with CaptureQueriesContext(connection) as captured:
            assert ana.get("/lumen/admin/sent-mail/").status_code == 200
        return len(captured)

    ana.get("/lumen/admin/sent-mail/")  # notes the organisation in the session
    assert queries_for(2) == queries_for(18)
    with scope(cast.lumen.pk):
        assert len(queries.latest(count=50)) == 20
