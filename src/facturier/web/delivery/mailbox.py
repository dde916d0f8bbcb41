"""Admin > Sent mail: every message, what the mail server said, and what a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from facturier.delivery import mailbox, operations, queries
from facturier.delivery.models import Delivery
from facturier.delivery.planning import owned
from facturier.organisations.access import NOT_OWNER
from facturier.organisations.background import State
from facturier.web.delivery.places import back, document_url, url
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages

PER_PAGE = 50
STATES: dict[str, tuple[Any, str]] = {
    State.QUEUED: (gettext_lazy("Waiting"), "waits"),
    State.RUNNING: (gettext_lazy("Being sent"), "moved"),
    State.DONE: (gettext_lazy("Accepted"), "good"),
    State.FAILED: (gettext_lazy("Failed"), "late"),
    State.STOPPED: (gettext_lazy("Taken back"), "quiet"),
    State.UNKNOWN: (gettext_lazy("Outcome unknown"), "late"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the page shows it. `lacks` says why this person may not decide about it."""

    delivery: Delivery
    words: Any
    tone: str
    document_url: str
    message_url: str
    lacks: Any

    @property
    def can_resend(self) -> bool:
        return self.delivery.state in (State.UNKNOWN, State.FAILED, State.STOPPED)

    @property
    def is_unknown(self) -> bool:
        return bool(self.delivery.state == State.UNKNOWN)

    @property
    def can_cancel(self) -> bool:
        return self.delivery.state in (State.QUEUED, State.UNKNOWN)


@page("view")
@require_safe
def sent_mail(request: Any) -> HttpResponse:
    """List messages, the newest first; `?before` continues below a key."""
    before = request.GET.get("before", "")
    found = queries.latest(
        before=int(before) if before.isdecimal() and len(before) <= 18 else None, count=PER_PAGE + 1
    )
    rows = found[:PER_PAGE]
    values = {
        "rows": _rows(request, rows),
        "older": f"?before={rows[-1].pk}" if len(found) > PER_PAGE else "",
        "in_folder": mailbox.in_use(),
        "doubtful": queries.needing_a_person(),
    }
    return render(request, "delivery/sent_mail.html", values)


def _rows(request: Any, deliveries: list[Delivery]) -> list[Row]:
    lacks = request.actor.lacks("delivery.send")
    own = owned({one.invoice.customer_id for one in deliveries}, actor=request.actor)
    return [
        Row(
            delivery=one,
            words=STATES[one.state][0],
            tone=STATES[one.state][1],
            document_url=document_url(request, one.invoice_id),
            message_url=url(request, "sent-message", pk=one.pk),
            lacks=lacks or (None if one.invoice.customer_id in own else NOT_OWNER),
        )
        for one in deliveries
    ]


def _delivery(pk: int) -> Delivery:
    found: Delivery = get_object_or_404(Delivery.objects.select_related("invoice__customer"), pk=pk)
    return found


def _kept(delivery: Delivery) -> mailbox.Kept | None:
    return mailbox.read(delivery.message_id) if mailbox.in_use() else None


@page("view")
@require_safe
def message(request: Any, pk: int) -> HttpResponse:
    """Show one message: what became of it, what it says, and, from the folder, what it carries."""
    delivery = _delivery(pk)
    kept = _kept(delivery)
    values = {
        "row": _rows(request, [delivery])[0],
        "kept": kept,
        "attachments": [
            (one, url(request, "sent-attachment", pk=pk, position=position))
            for position, one in enumerate(kept.attachments)
        ]
        if kept
        else [],
    }
    return render(request, "delivery/message.html", values)


@page("view")
@require_safe
def attachment(request: Any, pk: int, position: int) -> HttpResponse:
    """Offer what a message carried, as a file."""
    kept = _kept(_delivery(pk))
    if kept is None or position >= len(kept.attachments):
        raise Http404
    one = kept.attachments[position]
    return HttpResponse(
        one.content,
        content_type="application/pdf"
        if one.content_type == "application/pdf"
        else "application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(True, one.name or "attachment")},
    )


@page("delivery.send")
@require_POST
def resend(request: Any, pk: int) -> HttpResponse:
    """Send a message again that failed, was taken back, or whose outcome is unknown."""
    delivery = _delivery(pk)
    with refusals_as_messages(request) as done:
        operations.resend(delivery, actor=request.actor, now=timezone.now())
    if done:
        messages.success(request, _("%(number)s is on its way.") % {"number": delivery.invoice})
    return back(request, url(request, "sent-mail"))


@page("delivery.send")
@require_POST
def arrived(request: Any, pk: int) -> HttpResponse:
    """Note that a message whose outcome is unknown has arrived."""
    delivery = _delivery(pk)
    with refusals_as_messages(request) as done:
        operations.confirm(delivery, actor=request.actor, now=timezone.now())
    if done:
        messages.success(request, _("%(number)s counts as sent.") % {"number": delivery.invoice})
    return back(request, url(request, "sent-mail"))


@page("delivery.send")
@require_POST
def cancel(request: Any, pk: int) -> HttpResponse:
    """Take a message back that no worker has begun."""
    delivery = _delivery(pk)
    with refusals_as_messages(request) as done:
        operations.cancel(delivery, actor=request.actor)
    if done:
        text = _("The message with %(number)s was taken back.") % {"number": delivery.invoice}
        messages.success(request, text)
    return back(request, url(request, "sent-mail"))
