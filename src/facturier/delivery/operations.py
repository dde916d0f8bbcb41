"""Write deliveries: queue messages, note what became of them, and let a person decide what a machine may not.

Whatever changes a delivery locks its document first. In this order nobody waits for one another in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from facturier.audit import operations as audit
from facturier.delivery import recipients
from facturier.delivery.mail import Ending, Outcome, accepted
from facturier.delivery.models import Delivery, Dispatch
from facturier.delivery.planning import Message, plan
from facturier.delivery.refusals import NOT_FOUND, refuse_open, refuse_plan, refuse_unready
from facturier.invoices import operations as invoices
from facturier.invoices.issuing import finalise_documents
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.access import Actor, operation
from facturier.organisations.background import State
from facturier.organisations.models import Organisation
from facturier.rules import lifecycle
from facturier.rules.document import Kind
from facturier.rules.refusal import Refused, refuse_all

GIVE_UP_AFTER = timedelta(days=2)


@operation("delivery.send")
def queue(
    invoice: Invoice,
    *,
    actor: Actor,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    body: str,
    now: datetime,
) -> Delivery:
    """Queue one message with an issued document; a worker sends it. A pro forma takes its number by this.

    Raises Refused for a draft, on a trial, while an earlier message is open, and for what is missing or no
    address: `field` is then "to", "cc", "subject" or "body".
    """
    organisation = invoice.organisation
    refuse_plan(organisation)
    refuse_unready(invoice)
    refuse_open(invoice)
    to, wrong_to = recipients.checked(to, field="to")
    cc, wrong_cc = recipients.checked(cc, field="cc", seen=to)
    subject = recipients.one_line(subject)
    refuse_all([*wrong_to, *wrong_cc, *_missing(to or wrong_to, subject, body)])
    for refusal in _number(organisation, [invoice], now=now).values():
        raise refusal
    delivery = _delivery(
        invoice, Message(tuple(to), tuple(cc), subject, body.strip() + "\n"), actor=actor, now=now
    )
    delivery.save(force_insert=True)
    audit.record("invoice.queued", invoice, to=delivery.recipients)
    background.enqueue(delivery)
    return delivery


@operation("delivery.send")
def queue_many(
    organisation: Organisation, *, actor: Actor, invoice_ids: Sequence[int], now: datetime
) -> Dispatch:
    """Queue a message for each issued document that was not sent yet, with the default text.

    What is left out stands in the dispatch's `skipped`, with its reason. A constant number of statements, but
    for the tasks. Raises Refused on a trial.
    """
    refuse_plan(organisation)
    rows = list(Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("sort_key", "pk"))
    found = plan(rows, organisation=organisation, actor=actor)
    lacking = _number(organisation, [row for row, _message in found.ready], now=now)
    refused = dict.fromkeys(lacking, Refused("Something is missing on this pro forma: its page says what."))
    if refused or any(row.kind == Kind.PRO_FORMA for row in rows):  # the letter names the new number
        found = plan(rows, organisation=organisation, actor=actor, refused=refused)
    skipped: list[dict[str, object]] = [
        {"invoice": pk, "name": "", "reason": NOT_FOUND}
        for pk in sorted(set(invoice_ids) - {row.pk for row in rows})
    ]
    for row, refusal in found.skipped:
        skipped.append({"invoice": row.pk, "name": str(row), "reason": refusal.message})
    dispatch = Dispatch.objects.create(
        organisation=organisation, created_at=now, created_by=actor.name[:100], skipped=skipped
    )
    deliveries = [
        _delivery(row, message, actor=actor, now=now, dispatch=dispatch) for row, message in found.ready
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=1000)
    for (row, _message), delivery in zip(found.ready, deliveries, strict=True):
        audit.record("invoice.queued", row, to=delivery.recipients)
    background.enqueue_many(deliveries)
    return dispatch


def _number(organisation: Organisation, rows: Sequence[Invoice], *, now: datetime) -> dict[int, Refused]:
    """Number the pro formas that have no number yet; returns the refusals of those that lack something."""
    unnumbered = [row for row in rows if not row.is_issued]
    if not unnumbered:
        return {}
    today = now.astimezone(ZoneInfo(organisation.rules.time_zone)).date()
    return finalise_documents(
        organisation, unnumbered, issue_date=today, rule=lifecycle.refuse_numbering
    ).refusals


def _missing(to: object, subject: str, body: str) -> list[Refused]:
    missing = []
    if not to:
        missing.append(Refused("Name at least one recipient.", field="to"))
    if not subject:
        missing.append(Refused("The message has no subject.", field="subject"))
    if len(subject) > 300:
        missing.append(Refused("The subject is longer than 300 characters.", field="subject"))
    if not body.strip():
        missing.append(Refused("The message has no text.", field="body"))
    return missing


def _delivery(
    invoice: Invoice,
    message: Message,
    *,
    actor: Actor,
    now: datetime,
    dispatch: Dispatch | None = None,
) -> Delivery:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return Delivery(
        organisation_id=invoice.organisation_id,
        invoice=invoice,
        dispatch=dispatch,
        message_id=make_msgid(domain=domain),
        to=list(message.to),
        cc=list(message.cc),
        subject=message.subject[:300],
        body=message.body,
        next_at=now,
        give_up_at=now + GIVE_UP_AFTER,
        created_at=now,
        created_by=actor.name[:100],
    )


@operation("delivery.send", lock=False)
def resend(delivery: Delivery, *, actor: Actor, now: datetime) -> Delivery:
    """Send a message again that failed, was stopped, or whose outcome is unknown; its Message-ID stays.

    Raises Refused for any other, and while another message with the document is open.
    """
    invoice, delivery = _locked(delivery, actor=actor)
    refuse_plan(invoice.organisation)
    if delivery.state not in (State.UNKNOWN, State.FAILED, State.STOPPED):
        raise Refused("This message is on its way or has arrived: write a new one.")
    if delivery.state != State.UNKNOWN:
        refuse_open(invoice)
    delivery.state = State.QUEUED
    delivery.handing_over = False
    delivery.error = delivery.answer = ""
    delivery.refused = {}
    delivery.next_at = now
    delivery.give_up_at = now + GIVE_UP_AFTER
    delivery.save(
        update_fields=["state", "handing_over", "error", "answer", "refused", "next_at", "give_up_at"]
    )
    audit.record("invoice.queued", invoice, to=delivery.recipients, again=True)
    background.enqueue(delivery)
    return delivery


@operation("delivery.send", lock=False)
def confirm(delivery: Delivery, *, actor: Actor, now: datetime) -> Delivery:
    """Say that a message whose outcome is unknown has arrived: the document is sent.

    Raises Refused for any other message.
    """
    invoice, delivery = _locked(delivery, actor=actor)
    if delivery.state != State.UNKNOWN:
        raise Refused("Only a message whose outcome is unknown can be said to have arrived.")
    delivery.state = State.DONE
    delivery.accepted_at = now
    delivery.save(update_fields=["state", "accepted_at"])
    invoices.mark_sent(invoice, actor=actor, at=now, to=delivery.recipients)
    return delivery


@operation("delivery.send", lock=False)
def cancel(delivery: Delivery, *, actor: Actor) -> Delivery:
    """Take back a message that no worker has begun, or give up one whose outcome is unknown.

    Raises Refused for any other message.
    """
    invoice, delivery = _locked(delivery, actor=actor)
    if delivery.state not in (State.QUEUED, State.UNKNOWN):
        raise Refused("This message is on its way or has ended: it cannot be taken back.")
    delivery.state = State.STOPPED
    delivery.save(update_fields=["state"])
    audit.record("invoice.send_stopped", invoice)
    return delivery


@operation("delivery.send", lock=False)
def stop(dispatch: Dispatch, *, actor: Actor) -> int:
    """Take back all messages of a dispatch that no worker has begun; returns how many."""
    return _take_back(Delivery.objects.filter(dispatch=dispatch))


@operation("delivery.send")
def stop_all(organisation: Organisation, *, actor: Actor, documents: QuerySet[Any]) -> int:
    """Take back all messages with these documents that no worker has begun; returns how many."""
    return _take_back(Delivery.objects.filter(invoice__in=documents.order_by().values("pk")))


def _take_back(messages: QuerySet[Any]) -> int:
    """Lock the documents, then their messages, and stop what is still queued: a few statements."""
    queued = messages.filter(state=State.QUEUED)
    documents = (
        Invoice.objects.select_for_update()
        .filter(pk__in=queued.values("invoice_id"))
        .order_by("pk")
        .in_bulk()
    )
    waiting = list(queued.select_for_update().filter(invoice__in=documents).order_by("pk"))
    Delivery.objects.filter(pk__in=[one.pk for one in waiting]).update(state=State.STOPPED)
    for one in waiting:
        audit.record("invoice.send_stopped", documents[one.invoice_id])
    return len(waiting)


def _locked(delivery: Delivery, *, actor: Actor) -> tuple[Invoice, Delivery]:
    """Lock the document, then its delivery, and ask again whether the actor answers for the customer."""
    invoice = Invoice.lock(delivery.invoice_id)
    actor.must("delivery.send", invoice)
    return invoice, Delivery.lock(delivery.pk)


@operation("delivery.work", lock=False)
def hand_over(delivery: Delivery, *, actor: Actor, sha256: str, now: datetime) -> bool:
    """Write down that the message is about to be out of our hands, and what it carries.

    Returns False when the message was stopped or is another worker's by now: it must not be sent then.
    """
    lease = background.usual_lease() + timedelta(seconds=2 * settings.MAIL_ANSWER_SECONDS)
    return delivery.renew(now=now, lease=lease, handing_over=True, pdf_sha256=sha256)


@operation("delivery.work", lock=False)
def settle(delivery: Delivery, *, actor: Actor, outcome: Outcome, now: datetime, sha256: str = "") -> bool:
    """Write down how an attempt ended, and the SHA-256 of the PDF that an accepted message carries.

    Returns False, and changes nothing, when the message is another worker's.
    """
    if outcome.ending is Ending.OVERTAKEN:
        return False
    invoice = Invoice.lock(delivery.invoice_id)
    said = {"answer": outcome.answer, "refused": dict(outcome.refused)}
    match outcome.ending:
        case Ending.ACCEPTED:
            mine = delivery.finish(State.DONE, accepted_at=now, error="", pdf_sha256=sha256, **said)
            if mine:
                to = accepted(delivery.recipients, outcome)
                invoices.mark_sent(invoice, actor=actor, at=now, to=to)
            return mine
        case Ending.LATER:
            mine = delivery.put_back(now=now, error=outcome.answer, handing_over=False, **said)
            failed = mine and delivery.is_hopeless(now)
        case Ending.REFUSED:
            mine = delivery.finish(State.FAILED, error=outcome.answer, handing_over=False, **said)
            failed = mine
        case Ending.UNKNOWN:
            mine = delivery.finish(State.UNKNOWN, error=outcome.answer, **said)
            if mine:
                audit.record("invoice.send_unknown", invoice, answer=outcome.answer)
            return mine
    if failed:
        audit.record("invoice.send_failed", invoice, answer=outcome.answer)
    return mine
