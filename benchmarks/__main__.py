"""Time the main job: `make bench`, or a part of it by `make bench ARGS="B1 B3 --database=sqlite"`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from benchmarks.databases import VENDORS, fresh
from benchmarks.table import table

# Phases that belong together run in one process; what is not about a database runs on SQLite alone.
PHASES = {
    "B0": "from work by batches: preview, save, generate, finalise",
    "B1": "drafts and finals by the thousand (B1 and B2)",
    "B2": "the same at scale: ten thousand in chunks, and the memory",
    "B3": "one document at a time, a durable commit each",
    "B4": "PDFs of one page",
    "B7": "lists of 50 among few and among many documents",
}
WITHOUT_DATABASE = ("B4",)


def main() -> None:
    chosen = _arguments()
    phases = list(dict.fromkeys(chosen.phases)) or list(PHASES)
    vendors = VENDORS if chosen.database == "both" else (chosen.database,)
    lines: list[dict[str, Any]] = []
    for vendor in vendors:
        own = [one for one in phases if one not in WITHOUT_DATABASE or vendor == vendors[0]]
        with fresh(vendor) as environment:
            for phase in own:
                lines += _run(phase, chosen, environment)
    print(table(lines))
    sys.exit(0 if all(line.get("holds", True) for line in lines) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks",
        description="Time the main job, each figure beside the limit measured in the same run.",
        epilog="; ".join(f"{name}: {what}" for name, what in PHASES.items()),
    )
    parser.add_argument("phases", nargs="*", metavar="B0…B7", help="what to time (default: all)")
    parser.add_argument("--database", choices=[*VENDORS, "both"], default="both")
    parser.add_argument("--n", type=int, default=1_000, help="invoices of a run")
    parser.add_argument("--repeat", type=int, default=3, help="runs, of which the median counts")
    parser.add_argument("--large", type=int, default=10_000, help="invoices of B2's large run")
    parser.add_argument("--listed", type=int, default=100_000, help="documents of B7's large list")
    chosen = parser.parse_args()
    unknown = [one for one in chosen.phases if one not in PHASES]
    if unknown:
        parser.error(f"there is no phase {unknown[0]}; there are {', '.join(PHASES)}")
    return chosen


def _run(phase: str, chosen: argparse.Namespace, environment: dict[str, str]) -> list[dict[str, Any]]:
    """Run a phase in a process of its own, show its lines as they come, and return them."""
    numbers = [f"--{name}={getattr(chosen, name)}" for name in ("n", "repeat", "large", "listed")]
    command = [sys.executable, "-m", "benchmarks.phases", phase, *numbers]
    lines = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for text in process.stdout:
            print(text, end="", flush=True)
            lines.append(json.loads(text))
    if process.returncode:
        sys.exit(process.returncode)
    return lines


if __name__ == "__main__":
    main()
