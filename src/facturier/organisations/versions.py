"""Whether somebody else changed the settings since a person saw them, field by field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from facturier.organisations.models import Organisation
from facturier.organisations.values import Stated
from facturier.rules.refusal import Refused, refuse_all


def stated_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Name what a seller states one by one; of the identifiers, as `identifiers.<scheme>`, those it has."""
    named = {one.name: values[one.name] for one in fields(Stated) if one.name != "identifiers"}
    has = {f"identifiers.{scheme}": value for scheme, value in values["identifiers"].items() if value}
    return named | has


def version(organisation: Organisation) -> str:
    """Return what a form carries along to say which values it showed: each field with a hash of its value."""
    shown = stated_fields({one.name: getattr(organisation, one.name) for one in fields(Stated)})
    return " ".join(f"{name}:{_hash(value)}" for name, value in sorted(shown.items()))


def refuse_others_changes(organisation: Organisation, *, seen: str, wanted: Mapping[str, Any]) -> None:
    """Raise Refused for each field that changed since `seen` and that `wanted` would set back.

    What somebody else set to the same value is no conflict. An empty or damaged `seen` has seen nothing.
    """
    known = dict(part.rsplit(":", 1) for part in seen.split() if ":" in part)
    now = stated_fields({one.name: getattr(organisation, one.name) for one in fields(Stated)})
    then = stated_fields(wanted)
    differing = [
        name
        for name in sorted({*known, *now, *then})
        if known.get(name) != (_hash(now[name]) if name in now else None) and now.get(name) != then.get(name)
    ]
    if differing:
        refuse_all([_TOGETHER, *(_changed(name, now.get(name)) for name in differing)])


_TOGETHER = Refused(
    "Somebody else changed these settings meanwhile: look at the marked fields, and save again to keep yours."
)


def _changed(name: str, value: Any) -> Refused:
    if value in (None, ""):
        return Refused("Somebody else has emptied this field.", field=name)
    return Refused("Somebody else has set this to “%(value)s”.", field=name, values={"value": value})


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
