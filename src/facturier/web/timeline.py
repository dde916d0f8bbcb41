"""What the audit log says, as sentences for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from facturier.audit.queries import Moment
from facturier.batches.models import RunKind
from facturier.customers.models import Customer
from facturier.organisations.models import Membership, Organisation, Plan
from facturier.payments.models import METHODS, Direction
from facturier.web import speech
from facturier.work.models import Contract, Expense, Ticket, TicketStatus, TimeEntry

Words = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a timeline. `tone` is "late" for what went wrong."""

    words: str
    actor: str
    at: datetime
    tone: str = ""


def tell(moment: Moment) -> Told:
    """Word one event; one that has no words yet shows its name, so that nothing is hidden."""
    words = _WORDS.get(moment.name)
    sentence = words(moment.data) if words else moment.name
    tone = "late" if moment.name in _TROUBLES else ""
    return Told(sentence, moment.actor_name, moment.happened_at, tone)


_TROUBLES = {"invoice.send_failed", "invoice.send_unknown"}


def _drafted(data: dict[str, Any]) -> str:
    if data.get("batch"):
        return _("Created by the batch “%(batch)s”") % {"batch": data["batch"]}
    return _("Created")


def _sent(data: dict[str, Any]) -> str:
    if data.get("to"):
        return _("Sent to %(to)s") % {"to": ", ".join(data["to"])}
    return _("Sent by other means")


def _queued(data: dict[str, Any]) -> str:
    to = ", ".join(data.get("to", []))
    if data.get("again"):
        return _("Handed to the mail server again, for %(to)s") % {"to": to}
    return _("Waiting to be sent to %(to)s") % {"to": to}


def _finalised(data: dict[str, Any]) -> str:
    return _("Finalised, number %(number)s") % {"number": data.get("number", "")}


def _changed(model: type[Model]) -> Words:
    """Name the fields that were changed, as the forms name them."""

    def words(data: dict[str, Any]) -> str:
        fields = data.get("fields")
        if not fields:
            return _("Changed")
        names = dict.fromkeys(_field_name(model, field) for field in fields)
        return _("Changed: %(fields)s") % {"fields": ", ".join(names)}

    return words


def _field_name(model: type[Model], field: str) -> str:
    name, _dot, part = field.partition(".")
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        label = name.replace("_", " ")
    return f"{label} ({part.upper()})" if part else label


def _added(data: dict[str, Any], *parts: str) -> str:
    found = " ".join(str(data[part]) for part in parts if data.get(part))
    return _("Added: %(what)s") % {"what": found} if found else pgettext("event", "Added")


def _deleted(data: dict[str, Any], *parts: str) -> str:
    found = " ".join(str(data[part]) for part in parts if data.get(part))
    return _("Deleted: %(what)s") % {"what": found} if found else _("Deleted")


def _member_added(data: dict[str, Any]) -> str:
    return _("%(name)s was let in") % {"name": data.get("name", "")}


def _granted(data: dict[str, Any]) -> str:
    """Name what somebody may, as the boxes name it."""
    labels = [str(Membership._meta.get_field(name).verbose_name) for name in data.get("granted", ())]
    return ", ".join(labels) or _("read only")


def _invited(data: dict[str, Any]) -> str:
    return _("%(email)s was invited: %(granted)s") % {
        "email": data.get("email", ""),
        "granted": _granted(data),
    }


def _member_changed(data: dict[str, Any]) -> str:
    return _("%(name)s may now: %(granted)s") % {"name": data.get("name", ""), "granted": _granted(data)}


def _member_removed(data: dict[str, Any]) -> str:
    if data.get("heir"):
        words = _("%(name)s was removed; %(heir)s owns their customers")
        return words % {"name": data.get("name", ""), "heir": data["heir"]}
    return _("%(name)s was removed") % {"name": data.get("name", "")}


def _handed_over(data: dict[str, Any]) -> str:
    return _("The customers of %(name)s were handed over to %(heir)s") % {
        "name": data.get("name", ""),
        "heir": data.get("heir", ""),
    }


def _of_address(sentence: Any) -> Words:
    return lambda data: str(sentence) % {"email": data.get("email", "")}


def _plan_set(data: dict[str, Any]) -> str:
    plan = dict(Plan.choices).get(data.get("plan", ""), data.get("plan", ""))
    return _("Put on the plan “%(plan)s”") % {"plan": plan}


def _batch_saved(data: dict[str, Any]) -> str:
    count = data.get("documents") or 0
    words = ngettext("Saved, for %(count)s document", "Saved, for %(count)s documents", count)
    return words % {"count": count}


def _batch_deleted(data: dict[str, Any]) -> str:
    count = data.get("drafts") or 0
    words = ngettext(
        "Deleted, with %(count)s draft: %(name)s", "Deleted, with %(count)s drafts: %(name)s", count
    )
    return words % {"count": count, "name": data.get("name", "")}


def _run(sentence: Any) -> Words:
    """Tell of a run of a batch: what it does, in the words of its button."""

    def words(data: dict[str, Any]) -> str:
        kind = dict(RunKind.choices).get(data.get("kind", ""), data.get("kind", ""))
        return str(sentence) % {"kind": kind}

    return words


def _imported(data: dict[str, Any]) -> str:
    added = data.get("added") or 0
    words = ngettext(
        "Imported %(file)s: %(added)s new entry, %(known)s known already",
        "Imported %(file)s: %(added)s new entries, %(known)s known already",
        added,
    )
    return words % {"file": data.get("file", ""), "added": added, "known": data.get("known", 0)}


def _journal_exported(data: dict[str, Any]) -> str:
    if not data.get("since"):
        return _("The journal was exported")
    return _("Journal of %(since)s to %(until)s exported as %(format)s") % {
        "since": _day(data["since"]),
        "until": _day(data.get("until", "")),
        "format": data.get("format", "").upper(),
    }


def _day(text: str) -> str:
    try:
        return speech.day_text(date.fromisoformat(text))
    except ValueError:  # an event is shown whatever it holds
        return text


def _renamed(data: dict[str, Any]) -> str:
    names = {"before": data.get("before", ""), "name": data.get("name", "")}
    return _("Renamed from “%(before)s” to “%(name)s”") % names


def _ticket_set(status: TicketStatus) -> Words:
    return lambda data: _("Set to “%(status)s”") % {"status": status.label}


def _money(data: dict[str, Any]) -> str:
    minor, currency = data.get("amount_minor"), data.get("currency")
    return speech.money_text(minor, currency) if isinstance(minor, int) and currency else "?"


def _paid(sentence: Any) -> Words:
    """Tell of a payment: its amount, and the day and way where they are known."""

    def words(data: dict[str, Any]) -> str:
        told = str(sentence) % {"amount": _money(data)}
        method = dict(METHODS).get(data.get("method", ""))
        details = [str(method) if method else "", _day(data.get("on")), data.get("reference", "")]
        return " · ".join([told, *(one for one in details if one)])

    return words


def _day(text: Any) -> str:
    try:
        return speech.day_text(date.fromisoformat(text)) if text else ""
    except ValueError:
        return ""


def _shared(sentence: Any) -> Words:
    """Tell of a payment's share in documents."""

    def words(data: dict[str, Any]) -> str:
        documents = data.get("settled") or []
        return str(sentence) % {"amount": _money(data), "documents": ", ".join(map(str, documents)) or "–"}

    return words


def _credited(sentence: Any) -> Words:
    """Tell of a credit note and an invoice, each on the timeline of the other."""

    def words(data: dict[str, Any]) -> str:
        other = data.get("credit_note") or data.get("invoice") or "?"
        return str(sentence) % {"amount": _money(data), "document": other}

    return words


def _payment_deleted(data: dict[str, Any]) -> str:
    is_refund = data.get("direction") == Direction.REFUND
    sentence = gettext_lazy("Refund of %(amount)s deleted") if is_refund else _PAYMENT_DELETED
    return _paid(sentence)(data)


_PAYMENT_DELETED = gettext_lazy("Payment of %(amount)s deleted")


def _books(sentence: Any, otherwise: Any) -> Words:
    def words(data: dict[str, Any]) -> str:
        day = _day(data.get("until"))
        return str(sentence) % {"day": day} if day else str(otherwise)

    return words


_WORDS: dict[str, Words] = {
    "batch.deleted": _batch_deleted,
    "batch.run_ordered": _run(gettext_lazy("Begun: %(kind)s")),
    "batch.run_resumed": _run(gettext_lazy("Resumed: %(kind)s")),
    "batch.run_stopped": _run(gettext_lazy("Stopped: %(kind)s")),
    "batch.saved": _batch_saved,
    "catalogue.seeded": lambda data: _("Accounts and tax codes of the region were set up"),
    "contract.added": lambda data: _added(data, "name"),
    "contract.changed": _changed(Contract),
    "customer.added": lambda data: _added(data, "number", "name"),
    "customer.changed": _changed(Customer),
    "customer.owners_set": lambda data: _("Its owners were changed"),
    "expense.added": lambda data: _added(data, "description"),
    "expense.changed": _changed(Expense),
    "expense.deleted": lambda data: _deleted(data, "description"),
    "invoice.closed": lambda data: pgettext("event", "Closed"),
    "invoice.converted": lambda data: _("Converted into %(name)s") % {"name": data.get("into", "")},
    "invoice.copied": lambda data: _("Made from %(name)s") % {"name": data.get("of", "")},
    "invoice.credit_removed": _credited(gettext_lazy("%(amount)s of credit note %(document)s taken off")),
    "invoice.credited": _credited(gettext_lazy("%(amount)s credited by %(document)s")),
    "invoice.corrected": lambda data: _("Credited by %(name)s") % {"name": data.get("by", "")},
    "invoice.corrects": lambda data: _("Credits %(name)s") % {"name": data.get("of", "")},
    "invoice.credited_whole": lambda data: _("Credited in full: its work can be billed again"),
    "invoice.deleted": lambda data: (
        _("Draft %(reference)s was deleted") % {"reference": data.get("reference", "")}
    ),
    "invoice.drafted": _drafted,
    "invoice.edited": lambda data: _("Edited"),
    "invoice.finalised": _finalised,
    "invoice.numbered": lambda data: _("Numbered %(number)s") % {"number": data.get("number", "")},
    "invoice.payment_recorded": _paid(gettext_lazy("Payment of %(amount)s")),
    "invoice.payment_removed": _paid(gettext_lazy("Payment of %(amount)s taken off")),
    "invoice.queued": _queued,
    "invoice.refund_removed": _paid(gettext_lazy("Refund of %(amount)s deleted")),
    "invoice.refunded": _paid(gettext_lazy("Refund of %(amount)s")),
    "invoice.reopened": lambda data: _("Reverted to final"),
    "invoice.send_failed": lambda data: _("Sending failed: %(answer)s") % {"answer": data.get("answer", "")},
    "invoice.send_stopped": lambda data: _("Sending was stopped"),
    "invoice.send_unknown": lambda data: _("It is unknown whether the e-mail arrived"),
    "invoice.sent": _sent,
    "invoice.set_against": _credited(gettext_lazy("%(amount)s set against %(document)s")),
    "invoice.set_against_removed": _credited(gettext_lazy("%(amount)s taken off %(document)s again")),
    "invoice.settled": lambda data: _("Paid in full"),
    "invitation.accepted": _of_address(gettext_lazy("%(email)s accepted the invitation")),
    "invitation.made": _invited,
    "invitation.revoked": _of_address(gettext_lazy("The invitation for %(email)s was revoked")),
    "invitation.sent_again": _of_address(gettext_lazy("The invitation for %(email)s was sent again")),
    "invoice.unconverted": lambda data: (
        _("Draft %(draft)s, made from it, was deleted") % {"draft": data.get("draft", "")}
    ),
    "job.opened": lambda data: _("Opened, number %(number)s") % {"number": data.get("number", "")},
    "membership.changed": _member_changed,
    "membership.handed_over": _handed_over,
    "membership.removed": _member_removed,
    "membership.second_factors_forgotten": lambda data: (
        _("The second step of %(name)s was taken off by the operator") % {"name": data.get("name", "")}
    ),
    "organisation.books_closed": _books(
        gettext_lazy("Books closed until %(day)s"), gettext_lazy("Books closed")
    ),
    "organisation.books_reopened": _books(
        gettext_lazy("Books open again, closed until %(day)s only"), gettext_lazy("Books open again")
    ),
    "organisation.changed": _changed(Organisation),
    "organisation.journal_exported": _journal_exported,
    "organisation.created": lambda data: _("Created"),
    "organisation.logo_removed": lambda data: _("The logo was removed"),
    "organisation.logo_set": lambda data: _("A new logo was set"),
    "organisation.member_added": _member_added,
    "organisation.plan_set": _plan_set,
    "payment.allocated": _shared(gettext_lazy("%(amount)s used for %(documents)s")),
    "payment.deleted": _payment_deleted,
    "payment.recorded": _paid(gettext_lazy("Payment of %(amount)s")),
    "payment.refunded": _paid(gettext_lazy("Refund of %(amount)s")),
    "payment.unallocated": _shared(gettext_lazy("%(amount)s taken off %(documents)s, and credit again")),
    "product.added": lambda data: _added(data, "code"),
    "taxcode.added": lambda data: _added(data, "code"),
    "taxcode.made_default": lambda data: _("Became the default tax code"),
    "taxcode.rate_added": lambda data: (
        _("Rate of %(percent)s %% from %(date)s on")
        % {
            "percent": data.get("percent", ""),
            "date": data.get("valid_from", ""),
        }
    ),
    "ticket.added": lambda data: _added(data, "number", "title"),
    "ticket.changed": _changed(Ticket),
    "ticket.reopened": lambda data: _("Reopened"),
    **{f"ticket.{status}": _ticket_set(status) for status in TicketStatus},
    "time.added": lambda data: _added(data, "person", "duration"),
    "time.changed": _changed(TimeEntry),
    "time.deleted": lambda data: _deleted(data, "person", "day"),
    "time.imported": _imported,
    "view.deleted": lambda data: _deleted(data, "name"),
    "view.renamed": _renamed,
    "view.shared": lambda data: _("Shared with everybody: %(name)s") % {"name": data.get("name", "")},
}
