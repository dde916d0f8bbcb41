"""Read the audit log: the timeline of a row, and whether the chain is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from facturier.audit.models import Chain, Event
from facturier.audit.operations import LINKED, link


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline."""

    name: str
    actor_name: str
    happened_at: datetime
    data: dict[str, Any]


def timeline(organisation_id: int, subject_type: str, subject_id: int) -> list[Moment]:
    """List what happened to a row, newest first."""
    events = Event.objects.filter(
        organisation_id=organisation_id, subject_type=subject_type, subject_id=subject_id
    ).order_by("-sequence")
    return [Moment(e.name, e.actor_name, e.happened_at, json.loads(e.data)) for e in events]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a chain found. `broken_at` is the first place that does not fit, None when whole."""

    events: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify(organisation_id: int, *, anchor: str = "") -> Verdict:
    """Walk an organisation's chain from its first event to its head.

    Finds every edited, deleted, inserted or swapped event. Someone who rewrites the whole chain and its head
    is found only by a head written down elsewhere: `anchor` must then stand somewhere in the chain.
    """
    head = Chain.objects.filter(organisation_id=organisation_id).first()
    previous, sequence, seen_anchor = "", 0, anchor == ""
    for *event, digest in _events(organisation_id):
        sequence += 1
        if event[LINKED.index("sequence")] != sequence:
            return Verdict(sequence - 1, previous, sequence, "an event is missing or misplaced")
        if digest != link(previous, event):
            return Verdict(sequence - 1, previous, sequence, "an event was changed")
        previous = digest
        seen_anchor = seen_anchor or previous == anchor
    expected = (head.sequence, head.sha256) if head else (0, "")
    if (sequence, previous) != expected:
        return Verdict(sequence, previous, sequence + 1, "events are missing at the end")
    if not seen_anchor:
        return Verdict(sequence, previous, 1, "the chain does not contain the given anchor")
    return Verdict(sequence, previous)


def _events(organisation_id: int) -> Iterator[tuple[Any, ...]]:
    rows = Event.objects.filter(organisation_id=organisation_id).order_by("sequence")
    return rows.values_list(*LINKED, "sha256").iterator(chunk_size=5000)
