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
    sequence: int = 0
    subject_type: str = ""
    subject_id: int = 0


def _moment(event: Event) -> Moment:
    return Moment(
        name=event.name,
        actor_name=event.actor_name,
        happened_at=event.happened_at,
        data=json.loads(event.data),
        sequence=event.sequence,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
    )


def timeline(organisation_id: int, subject_type: str, subject_id: int) -> list[Moment]:
    """List what happened to a row, newest first."""
    events = Event.objects.filter(
        organisation_id=organisation_id, subject_type=subject_type, subject_id=subject_id
    ).order_by("-sequence")
    return [_moment(event) for event in events]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which events to list. `actor_id` 0 stands for what no person did."""

    actor_id: int | None = None
    subject_types: tuple[str, ...] = ()
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Some events, the newest first. `older` is the place to go on from; None where the log begins."""

    moments: list[Moment]
    older: int | None


WINDOW = 20_000  # events that one look goes through: rare ones are found by going on, in constant time


def events(organisation_id: int, *, chosen: Chosen, before: int | None = None, limit: int = 50) -> Listed:
    """List events below a place of the chain, or from its head on; always with the same two queries."""
    if before is None:
        head = Chain.objects.filter(organisation_id=organisation_id).first()
        before = head.sequence + 1 if head else 1
    rows = Event.objects.filter(organisation_id=organisation_id, sequence__lt=before)
    by_subject = chosen.subject_id is not None and len(chosen.subject_types) == 1  # has an index of its own
    floor = 1 if by_subject else max(1, before - WINDOW)
    rows = rows.filter(sequence__gte=floor)
    if chosen.actor_id is not None:
        rows = rows.filter(actor_id=chosen.actor_id or None)
    if chosen.subject_types:
        rows = rows.filter(subject_type__in=chosen.subject_types)
    if chosen.subject_id is not None:
        rows = rows.filter(subject_id=chosen.subject_id)
    found = list(rows.order_by("-sequence")[: limit + 1])
    if len(found) > limit:
        return Listed([_moment(event) for event in found[:limit]], found[limit - 1].sequence)
    return Listed([_moment(event) for event in found], floor if floor > 1 else None)


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
