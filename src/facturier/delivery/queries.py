"""Read deliveries: what the e-mail dialog starts with, how far a dispatch is, what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from facturier.customers.models import Contact
from facturier.delivery.models import Delivery, Dispatch
from facturier.delivery.planning import Message, Plan, plan
from facturier.delivery.refusals import refuse_open, refuse_plan, refuse_unready
from facturier.delivery.texts import letter
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.background import State
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused


def prefill(invoice: Invoice) -> Message:
    """Return the message that is proposed for an issued document: to the billing contact, in its language."""
    contacts = list(Contact.objects.filter(customer=invoice.customer_id).order_by("pk"))
    billing = next((one for one in contacts if one.is_billing), None)
    name = billing.name if billing and billing.name else invoice.customer.name
    text = letter(invoice, organisation=invoice.organisation, name=name)
    return Message(
        to=(billing.email,) if billing else (),
        cc=tuple(one.email for one in contacts if one.gets_copy and not one.is_billing),
        subject=text.subject,
        body=text.body,
    )


def plan_of(organisation: Organisation, *, actor: Actor, invoice_ids: Sequence[int]) -> Plan:
    """Say what a bulk send would do, without doing it."""
    rows = Invoice.objects.filter(pk__in=invoice_ids).select_related("customer").order_by("sort_key", "pk")
    return plan(list(rows), organisation=organisation, actor=actor)


def why_not_send(invoice: Invoice, *, actor: Actor) -> Any:
    """Return why this actor cannot e-mail this document now, as a sentence or a Refused; None when it can."""
    reason = actor.lacks("delivery.send", invoice)
    if reason is not None:
        return reason
    try:
        refuse_plan(invoice.organisation)
        refuse_unready(invoice)
        refuse_open(invoice)
    except Refused as refusal:
        return refusal
    return None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a dispatch is, in messages."""

    total: int
    done: int
    failed: int
    unknown: int
    stopped: int
    waiting: int

    @property
    def ended(self) -> int:
        return self.total - self.waiting

    @property
    def is_over(self) -> bool:
        return self.waiting == 0


def progress(dispatch: Dispatch) -> Progress:
    """Count a dispatch's messages by their state: one query."""
    counts = Delivery.objects.filter(dispatch=dispatch).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=State.DONE)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        stopped=Count("pk", filter=Q(state=State.STOPPED)),
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.RUNNING])),
    )
    return Progress(**counts)


def troubled(dispatch: Dispatch) -> QuerySet[Any]:
    """List a dispatch's messages that a person has to look at, with their documents."""
    return (
        Delivery.objects.filter(dispatch=dispatch, state__in=[State.FAILED, State.UNKNOWN])
        .select_related("invoice__customer")
        .order_by("pk")
    )


def latest(*, before: int | None = None, count: int = 50) -> list[Delivery]:
    """List messages, the newest first, with their documents; `before` continues below that primary key."""
    rows = Delivery.objects.select_related("invoice__customer").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:count])


def of_document(invoice: Invoice) -> list[Delivery]:
    """List the messages of one document, the newest first."""
    return list(Delivery.objects.filter(invoice=invoice).order_by("-pk"))


def needing_a_person() -> int:
    """Count the messages whose outcome is unknown."""
    return int(Delivery.objects.filter(state=State.UNKNOWN).count())
