"""Whatever is recorded in the audit log has words for people (web/timeline.py)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import facturier
from facturier.audit.queries import Moment
from facturier.web import timeline
from facturier.web.admin.audit import REASONS, SUBJECTS
from facturier.work.models import TicketStatus

ROOT = Path(facturier.__file__).parent
RECORDING = {"record", "record_of"}
# Names that are put together, with what they can come to.
COMPOSED = {"ticket.": [f"ticket.{status}" for status in TicketStatus]}


class Unreadable(Exception):
    """An event's name that cannot be read from the source."""


def recorded(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the name of each event that a module records, and the names of its data."""
    for call in ast.walk(ast.parse(source)):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in RECORDING
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "audit"
        ):
            keys = {one.arg for one in call.keywords if one.arg}
            for name in names(call.args[0]):
                yield name, keys


def names(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str() as name):
            return [name]
        case ast.IfExp(body=one, orelse=other):
            return names(one) + names(other)
        case ast.JoinedStr(values=[ast.Constant(value=str() as start), *_rest]) if start in COMPOSED:
            return COMPOSED[start]
    raise Unreadable(ast.unparse(node))


def everything() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for name, keys in recorded(path.read_text()):
            found.setdefault(name, set()).update(keys)
    return found


def without_words(found: dict[str, set[str]]) -> list[str]:
    return sorted(name for name in found if name not in timeline._WORDS)


def test_every_event_has_words() -> None:
    found = everything()
    assert len(found) > 30
    assert without_words(found) == []


def test_no_words_are_for_an_event_that_there_is_not() -> None:
    assert sorted(set(timeline._WORDS) - set(everything())) == []


@pytest.mark.parametrize("name", sorted(timeline._WORDS))
def test_words_do_with_any_data(name: str) -> None:
    """An event of years ago may lack what is noted today; no sentence shows a name of the code."""
    keys = everything()[name]
    lists = {key: ["one", "two"] for key in keys & {"to", "fields", "owners"}}
    lists |= {key: ["is_admin", "may_export"] for key in keys & {"granted"}}
    numbers = dict.fromkeys(keys & {"documents", "drafts", "added", "known", "done"}, 2)
    for data in ({}, {**dict.fromkeys(keys, "x"), **lists, **numbers}):
        told = timeline.tell(Moment(name, "Ana", datetime(2026, 1, 5, tzinfo=UTC), data))
        assert told.words
        assert told.words != name
        assert "%(" not in told.words


def test_control_an_event_without_words_is_found() -> None:
    source = (
        "audit.record('invoice.burnt', invoice, why=1)\naudit.record_of('invoice.sent', 'invoice', 1, {})"
    )
    found = dict(recorded(source))
    assert found == {"invoice.burnt": {"why"}, "invoice.sent": set()}
    assert without_words(found) == ["invoice.burnt"]
    with pytest.raises(Unreadable, match="name"):
        list(recorded("audit.record(name, invoice)"))


def test_every_subject_of_an_event_is_known_to_the_log() -> None:
    """The first part of a name tells what it is about, but for three that are named shorter."""
    about = {name.partition(".")[0] for name in everything()}
    short = {"time": "timeentry", "catalogue": "organisation", "view": "savedview"}
    assert {short.get(one, one) for one in about} <= set(SUBJECTS)


def test_every_verdict_has_words() -> None:
    source = (ROOT / "audit/queries.py").read_text()
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Verdict"
    ]
    reasons = {call.args[3].value for call in calls if len(call.args) == 4}  # type: ignore[attr-defined]
    assert reasons == set(REASONS)
