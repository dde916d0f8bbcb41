"""What may be queued, with which words, and what is left out of a bulk send and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from facturier.audit.queries import timeline
from facturier.customers.models import Contact
from facturier.delivery import operations, queries, recipients
from facturier.delivery.models import Delivery
from facturier.delivery.refusals import ALREADY_SENT, BEING_SENT, IN_DOUBT, NO_ADDRESS, NOT_FOUND, NOT_OWNER
from facturier.delivery.texts import letter
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.background import State
from facturier.organisations.models import Organisation, Plan
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused, RefusedTogether
from tests.delivery.post import DAY, issue
from tests.support.cast import Cast, customer

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
GOOD = {"to": ["anna@bellecour.example"], "cc": [], "subject": "Invoice", "body": "Please find it attached."}


def queue(invoice: Invoice, actor: object, **changed: object) -> Delivery:
    return operations.queue(invoice, actor=actor, now=NOW, **{**GOOD, **changed})


def test_queuing_writes_the_message_and_a_task_that_carries_its_id_alone(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    delivery = queue(invoice, cast.ana, cc=["Bo Li <bo@bellecour.example>", "ANNA@bellecour.example"])
    assert delivery.to == ["anna@bellecour.example"]
    assert delivery.cc == ["bo@bellecour.example"], "nobody gets it twice"
    assert delivery.message_id.startswith("<")
    (task,) = DBTaskResult.objects.all()
    assert task.args_kwargs["args"] == ["delivery.Delivery", cast.lumen.pk, [delivery.pk]]
    with scope(cast.lumen.pk):
        assert timeline(cast.lumen.pk, "invoice", invoice.pk)[0].name == "invoice.queued"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"to": []}, "to"),
        ({"to": ["anna"]}, "to"),
        ({"to": ["anna@bellecour.example\nBcc: eve@evil.example"]}, "to"),
        ({"cc": ["bo@"]}, "cc"),
        ({"subject": " \r\n "}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"body": "\n"}, "body"),
        ({"to": [f"a{n}@b.example" for n in range(60)]}, "to"),
    ],
)
def test_what_is_missing_or_wrong_is_named(cast: Cast, changed: dict[str, object], field: str) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    with pytest.raises(Refused) as refused:
        queue(invoice, cast.ana, **changed)
    assert refused.value.field == field
    with scope(cast.lumen.pk):
        assert not Delivery.objects.exists()


def test_all_that_is_wrong_is_said_at_once(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    with pytest.raises(RefusedTogether) as refused:
        queue(invoice, cast.ana, to=["anna", "bo@b.example"], subject="", body="")
    assert [one.field for one in refused.value.refusals] == ["to", "subject", "body"]


def test_a_line_break_in_the_subject_starts_no_header(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    assert queue(invoice, cast.ana, subject="Hello\r\nBcc: eve@evil.example").subject == (
        "Hello Bcc: eve@evil.example"
    )


def test_a_draft_is_not_sent(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        draft = invoices.create(cast.lumen, actor=cast.ana, draft=NewDraft(cast.bellecour), today=DAY)
    with pytest.raises(Refused, match="finalise it first"):
        queue(draft, cast.ana)


def test_on_a_trial_nothing_is_sent_and_the_reason_is_said(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    Organisation.objects.filter(pk=cast.lumen.pk).update(plan=Plan.TRIAL)
    with scope(cast.lumen.pk):
        invoice = Invoice.objects.get(pk=invoice.pk)
        assert "trial" in str(queries.why_not_send(invoice, actor=cast.ana))
    with pytest.raises(Refused, match="trial"):
        queue(invoice, cast.ana)
    organisation = Organisation.objects.get(pk=cast.lumen.pk)
    with pytest.raises(Refused, match="trial"):
        operations.queue_many(organisation, actor=cast.ana, invoice_ids=[invoice.pk], now=NOW)


def test_sending_asks_for_an_owner_of_the_customer_who_processes_billing(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    for actor in (cast.dora, cast.carol, cast.bob):
        with pytest.raises(PermissionDenied):
            queue(invoice, actor)
    queue(invoice, cast.ada)


def test_a_document_has_one_message_on_its_way(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    first = queue(invoice, cast.ana)
    with pytest.raises(Refused) as refused:
        queue(invoice, cast.ana)
    assert refused.value.message == BEING_SENT
    with scope(cast.lumen.pk):
        assert queries.why_not_send(invoice, actor=cast.ana).message == BEING_SENT
        # The database says so too, should two people press the button at once.
        first.pk, first.message_id = None, "<another@localhost>"
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)


def test_bulk_send_takes_what_was_not_sent_and_says_what_it_left_out(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        silent = customer(cast.lumen, number="C002", owner=None)
        Contact.objects.filter(customer=silent).delete()
        foreign = customer(cast.lumen, number="C003")
    documents = issue(cast.lumen, [cast.bellecour] * 4 + [silent, foreign])
    sent, doubtful, waiting, good, mute, others = documents
    with scope(cast.lumen.pk):
        draft = invoices.create(cast.lumen, actor=cast.ana, draft=NewDraft(cast.bellecour), today=DAY)
        sent.set_facts(sent_at=NOW)
        queue(waiting, cast.ana)
        parked = queue(doubtful, cast.ana)
        Delivery.objects.filter(pk=parked.pk).update(state=State.UNKNOWN)
        mute_reason = {True: NOT_OWNER, False: NO_ADDRESS}[not silent.owned_by(cast.ana.membership_id)]
    ids = [one.pk for one in documents] + [draft.pk, 999_999]
    dispatch = operations.queue_many(cast.lumen, actor=cast.ana, invoice_ids=ids, now=NOW)
    left_out = {one["invoice"]: one["reason"] for one in dispatch.skipped}
    assert left_out == {
        sent.pk: ALREADY_SENT,
        doubtful.pk: IN_DOUBT,
        waiting.pk: BEING_SENT,
        mute.pk: mute_reason,
        others.pk: NOT_OWNER,
        draft.pk: "A draft cannot be sent: finalise it first.",
        999_999: NOT_FOUND,
    }
    with scope(cast.lumen.pk):
        (delivery,) = Delivery.objects.filter(dispatch=dispatch)
        assert delivery.invoice_id == good.pk
        assert delivery.to == ["c001@customer.example"]
        assert good.number in delivery.subject
        again = operations.queue_many(cast.lumen, actor=cast.ada, invoice_ids=[mute.pk], now=NOW)
        assert again.skipped == [{"invoice": mute.pk, "name": mute.number, "reason": NO_ADDRESS}]


def test_bulk_send_takes_as_many_statements_for_two_as_for_twenty(cast: Cast) -> None:
    def statements(count: int) -> int:
        documents = issue(cast.lumen, [cast.bellecour] * count)
        with CaptureQueriesContext(connection) as captured:
            operations.queue_many(
                cast.lumen, actor=cast.ana, invoice_ids=[one.pk for one in documents], now=NOW
            )
        return len([one for one in captured if "dbtaskresult" not in one["sql"]])

    assert statements(20) == statements(2)


def test_the_default_message_speaks_the_documents_language_as_its_region_writes(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    texts = {}
    for language in ("fr", "it", "de", "en"):
        invoice.language = language
        texts[language] = letter(invoice, organisation=cast.lumen, name="Anna Roux")
    number = invoice.number
    assert texts["fr"].subject == f"Facture {number} – {cast.lumen.name}"
    assert texts["fr"].body.startswith(
        f"Bonjour Anna Roux,\n\nVeuillez trouver ci-joint notre facture {number}"
    )
    assert "au plus tard le 20 décembre 2026" in texts["fr"].body
    assert "307,80 €" in texts["fr"].body.replace("\u202f", " ").replace("\xa0", " ")
    assert texts["de"].body.startswith("Guten Tag Anna Roux,\n\nanbei erhalten Sie")
    assert "bis zum 20. Dezember 2026" in texts["de"].body
    assert "Scadenza del pagamento: 20 dicembre 2026" in texts["it"].body
    assert "due by 20 December 2026" in texts["en"].body
    for text in texts.values():
        assert cast.lumen.name in text.body
        assert "%" not in text.subject + text.body
        assert number in text.body


def test_a_credit_note_asks_for_no_payment_and_has_its_name_in_quebec(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    invoice.kind, invoice.language = Kind.CREDIT_NOTE, "fr"
    french = letter(invoice, organisation=cast.lumen, name="Anna Roux")
    assert "avoir" in french.body
    assert "règlement" not in french.body
    quebec = letter(invoice, organisation=cast.cap, name="Anna Roux")
    assert "note de crédit" in quebec.body
    assert "avoir" not in quebec.body


def test_the_dialog_starts_with_the_billing_contact_and_who_gets_copies(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        Contact.objects.create(
            organisation=cast.lumen, customer=cast.bellecour, email="copy@bellecour.example", gets_copy=True
        )
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    with scope(cast.lumen.pk):
        found = queries.prefill(invoice)
    assert (found.to, found.cc) == (("c001@customer.example",), ("copy@bellecour.example",))
    assert found.body.startswith(f"Bonjour {cast.bellecour.name},")


def test_what_was_typed_into_one_field_is_taken_apart() -> None:
    typed = " a@b.example; c@d.example,\nAnna Roux <e@f.example>,, "
    assert recipients.split(typed) == ["a@b.example", "c@d.example", "Anna Roux <e@f.example>"]
    assert recipients.split("  ") == []


def test_stopping_a_dispatch_takes_back_what_no_worker_has_begun(cast: Cast) -> None:
    documents = issue(cast.lumen, [cast.bellecour] * 3)
    dispatch = operations.queue_many(
        cast.lumen, actor=cast.ana, invoice_ids=[one.pk for one in documents], now=NOW
    )
    with scope(cast.lumen.pk):
        begun = Delivery.objects.filter(dispatch=dispatch).order_by("pk").first()
        assert Delivery.claim(begun.pk, now=NOW)
        assert queries.progress(dispatch).waiting == 3
    assert operations.stop(dispatch, actor=cast.ana) == 2
    with scope(cast.lumen.pk):
        now = queries.progress(dispatch)
        assert (now.total, now.waiting, now.stopped, now.is_over) == (3, 1, 2, False)
        # What was stopped can be sent after all, by itself.
        last = Delivery.objects.filter(state=State.STOPPED).first()
    again = operations.resend(last, actor=cast.ana, now=NOW + timedelta(minutes=5))
    assert (again.state, again.message_id) == (State.QUEUED, last.message_id)


def test_stopping_all_takes_back_the_messages_of_these_documents_alone(cast: Cast) -> None:
    begun, waiting, other = issue(cast.lumen, [cast.bellecour] * 3)
    for one in (begun, waiting, other):
        queue(one, cast.ana)
    with scope(cast.lumen.pk):
        assert Delivery.claim(queries.of_document(begun)[0].pk, now=NOW)
        ours = Invoice.objects.filter(pk__in=[begun.pk, waiting.pk])
    with pytest.raises(PermissionDenied):
        operations.stop_all(cast.lumen, actor=cast.carol, documents=ours)
    assert operations.stop_all(cast.lumen, actor=cast.ana, documents=ours) == 1
    assert operations.stop_all(cast.lumen, actor=cast.ana, documents=ours) == 0
    with scope(cast.lumen.pk):
        states = [queries.of_document(one)[0].state for one in (begun, waiting, other)]
        assert states == [State.RUNNING, State.STOPPED, State.QUEUED]
        last = [timeline(cast.lumen.pk, "invoice", one.pk)[0].name for one in (begun, waiting)]
    assert last == ["invoice.queued", "invoice.send_stopped"]


def test_a_queued_message_can_be_taken_back_and_no_other(cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    delivery = queue(invoice, cast.ana)
    with pytest.raises(Refused, match="on its way"):
        operations.resend(delivery, actor=cast.ana, now=NOW)
    with pytest.raises(Refused, match="unknown"):
        operations.confirm(delivery, actor=cast.ana, now=NOW)
    with pytest.raises(PermissionDenied):
        operations.cancel(delivery, actor=cast.dora)
    assert operations.cancel(delivery, actor=cast.ana).state == State.STOPPED
    with pytest.raises(Refused, match="cannot be taken back"):
        operations.cancel(delivery, actor=cast.ana)
