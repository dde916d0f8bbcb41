"""Keep refusals with a run, so that a page can say them in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from facturier.rules.refusal import Refused, RefusedTogether


def as_rows(refusal: Refused) -> list[dict[str, Any]]:
    """Write a refusal as JSON: one object per sentence."""
    parts = refusal.refusals if isinstance(refusal, RefusedTogether) else [refusal]
    return [
        {
            "message": one.message,
            "field": one.field,
            "link": one.link,
            "values": {name: _plain(value) for name, value in one.values.items()},
        }
        for one in parts
    ]


def from_rows(rows: list[dict[str, Any]]) -> list[Refused]:
    """Read refusals back as they were raised."""
    return [
        Refused(
            row["message"],
            field=row["field"],
            link=row["link"],
            values={name: _value(value) for name, value in row["values"].items()},
        )
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value if isinstance(value, int | bool) else str(value)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return date.fromisoformat(value["date"]) if "date" in value else Decimal(value["decimal"])
    return value
