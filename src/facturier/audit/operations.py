"""Write the audit log: recorded as things happen, appended as the last step of the transaction.

The hash of an event covers the hash before it, so that an edit, deletion or swap breaks the chain:
sha256("facturier-audit-v1" NUL, previous hash, canonical JSON of the event).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from facturier.audit.models import Chain, Event
from facturier.storage.bulk import Row, execute, insert_many, read_one

SALT = b"facturier-audit-v1\0"


class NotRecording(RuntimeError):
    """Something was recorded outside of an operation: a bug."""


@dataclass(slots=True)
class _Recorder:
    organisation_id: int
    actor_id: int | None
    actor_name: str
    pending: list[tuple[str, str, int, str]]


_recorder: ContextVar[_Recorder | None] = ContextVar("audit_recorder", default=None)


@dataclass(frozen=True, slots=True)
class Happened:
    """What a reaction is told."""

    name: str
    organisation_id: int
    subject_type: str
    subject_id: int


Reaction = Callable[[Happened], None]
ReactionToAll = Callable[[Sequence[Happened]], None]
_reactions: dict[str, list[Reaction]] = {}
_reactions_to_all: dict[str, list[ReactionToAll]] = {}


def react(name: str, reaction: Reaction) -> None:
    """Let something follow an event, in the transaction of its cause; used by reactions.py alone."""
    if reaction not in _reactions.setdefault(name, []):
        _reactions[name].append(reaction)


def react_to_all(name: str, reaction: ReactionToAll) -> None:
    """Like `react`, but called once for all events of that name: what follows a thousand is done at once."""
    if reaction not in _reactions_to_all.setdefault(name, []):
        _reactions_to_all[name].append(reaction)


@contextmanager
def recording(organisation_id: int, actor: Any) -> Iterator[None]:
    """Collect what happens inside and append it to the organisation's chain at the end.

    Inside another recording of the same organisation it joins that one. Must run in a transaction.
    """
    outer = _recorder.get()
    if outer is not None and outer.organisation_id == organisation_id:
        yield
        return
    recorder = _Recorder(organisation_id, actor.user_id, actor.name, [])
    token = _recorder.set(recorder)
    try:
        yield
        _follow_up(recorder)
    finally:
        _recorder.reset(token)
    if recorder.pending:
        _append(recorder)


def _follow_up(recorder: _Recorder) -> None:
    """Run the reactions to what was recorded; they may record more, which is followed up in turn."""
    done = 0
    while done < len(recorder.pending):
        fresh = [
            Happened(name, recorder.organisation_id, subject_type, subject_id)
            for name, subject_type, subject_id, _data in recorder.pending[done:]
        ]
        done += len(fresh)
        for happened in fresh:
            for reaction in _reactions.get(happened.name, ()):
                reaction(happened)
        for name in dict.fromkeys(one.name for one in fresh):
            for reaction_to_all in _reactions_to_all.get(name, ()):
                reaction_to_all([one for one in fresh if one.name == name])


def record(name: str, subject: Any, /, **data: Any) -> None:
    """Note that something happened to a row; `data` holds plain values that JSON can carry.

    Raises NotRecording outside of an operation.
    """
    record_of(name, type(subject)._meta.model_name, subject.pk, data)


def record_of(name: str, subject_type: str, subject_id: int, data: dict[str, Any]) -> None:
    """Like `record`, for a row that is known by its type and id only."""
    recorder = _recorder.get()
    if recorder is None:
        raise NotRecording(f"{name} was recorded outside of an operation.")
    recorder.pending.append((name, subject_type, subject_id, canonical(data)))


def canonical(data: Any) -> str:
    """Write data as canonical JSON: sorted keys, no white space, UTF-8."""
    return _ENCODE(data)


_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode


# The columns that a link covers, in the order in which they are hashed.
LINKED = (
    *("organisation_id", "sequence", "happened_at", "name"),
    *("subject_type", "subject_id", "actor_id", "actor_name", "data"),
)


def link(previous: str, event: Sequence[Any]) -> str:
    """Return the hash of an event, given as its `LINKED` values, that follows the hash `previous`."""
    organisation_id, sequence, happened_at, *rest = event
    moment = happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    body = canonical([organisation_id, sequence, moment, *rest])
    return hashlib.sha256(SALT + previous.encode() + b"\0" + body.encode()).hexdigest()


def _append(recorder: _Recorder) -> None:
    head = _head(recorder.organisation_id)
    now = datetime.now(UTC)
    rows: list[Row] = []
    previous, sequence = head.sha256, head.sequence
    for name, subject_type, subject_id, data in recorder.pending:
        sequence += 1
        event = (
            recorder.organisation_id,
            sequence,
            now,
            name,
            subject_type,
            subject_id,
            recorder.actor_id,
            recorder.actor_name[:100],
            data,
        )
        previous = link(previous, event)
        rows.append((*event, previous))
    insert_many(Event, [*LINKED, "sha256"], rows)
    execute(
        "UPDATE audit_chain SET sequence = %s, sha256 = %s WHERE organisation_id = %s",
        [sequence, previous, recorder.organisation_id],
    )


def _head(organisation_id: int) -> Chain:
    """Lock the head of an organisation's chain, which its first event makes."""
    own = {"organisation_id": organisation_id}
    try:
        return read_one(Chain, where=own, lock=True)
    except Chain.DoesNotExist:
        Chain.objects.bulk_create([Chain(**own)], ignore_conflicts=True)
        return read_one(Chain, where=own, lock=True)
