"""The figures as a small table for people: each beside its limit and its target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HEADS = ("phase", "database", "what", "per s", "per CPU s", "ratio", "by CPU", "target", "holds")


def table(lines: Iterable[dict[str, Any]]) -> str:
    """Return the table as Markdown, so that it can be pasted into docs/performance.md."""
    rows = [HEADS, *(_cells(line) for line in lines if line["phase"].startswith("B"))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    drawn = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join(["", drawn[0], rule, *drawn[1:]])


def _cells(line: dict[str, Any]) -> tuple[str, ...]:
    what = line["what"] if line["peer"] == "facturier" else f"limit: {line['what']}"
    target = line.get("target", "")
    if "at_most" in line:
        target = f"≤ {line['at_most']}"
    elif target:
        target = f"≥ {target}"
    holds = {True: "yes", False: "no", None: ""}[line.get("holds")]
    return (
        line["phase"],
        line["database"],
        what,
        _number(line.get("per_s")),
        _number(line.get("per_cpu_s")),
        _number(line.get("ratio")),
        _number(line.get("ratio_cpu")),
        str(target),
        holds,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:g}"
