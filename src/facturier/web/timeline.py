"""What the audit log says, as sentences for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from facturier.audit.queries import Moment


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


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "invoice.drafted": _drafted,
    "invoice.edited": lambda data: _("Edited"),
    "invoice.finalised": lambda data: _("Finalised, number %(number)s") % {"number": data["number"]},
    "invoice.queued": _queued,
    "invoice.sent": _sent,
    "invoice.send_failed": lambda data: _("Sending failed: %(answer)s") % {"answer": data.get("answer", "")},
    "invoice.send_unknown": lambda data: _("It is unknown whether the e-mail arrived"),
    "invoice.send_stopped": lambda data: _("Sending was stopped"),
    "invoice.closed": lambda data: _("Closed"),
    "invoice.reopened": lambda data: _("Reverted to final"),
}
