"""Run one phase in the database of the environment: a JSON line per figure."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import django

from benchmarks.measuring import emit, probes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("phase")
    for name in ("n", "repeat", "large", "listed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    chosen = parser.parse_args()
    django.setup()
    from django.db import connection

    emit({"database": connection.vendor, "of": chosen.phase, **probes()})
    for line in _lines(chosen):
        emit({"database": connection.vendor, **line})


def _lines(chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from benchmarks import batches, invoicing, lists, pdf

    n, repeat = chosen.n, chosen.repeat
    match chosen.phase:
        case "B0":
            return batches.figures(n=n)
        case "B1":
            return invoicing.batch(n=n, repeat=repeat)
        case "B2":
            return invoicing.at_scale(n=n, large=chosen.large, repeat=repeat)
        case "B3":
            return invoicing.single(n=n, repeat=repeat)
        case "B4":
            return pdf.figures(count=200)
        case "B7":
            return lists.figures(1_000, chosen.listed)
    raise ValueError(chosen.phase)


if __name__ == "__main__":
    main()
