"""B4: one-page PDFs per CPU second, beside the least that the same engine can do.

    python benchmarks/pdf.py [COUNT]

Prints JSON lines. The documents are those of the other phases: customer k mod 100, five lines each,
quantity 1 + (k + j) % 7, price 40 + (3k + j) % 60, VAT 20 %. The limit is an empty page with the number of
the document, compiled by the same compiler with the same fonts to the same standards. Both are timed in turns
of 20, so that a busy machine slows both alike; each figure is the median of the turns.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from facturier.delivery.pdf import paper, render
from facturier.delivery.pdf.engine import compile_pdf
from facturier.delivery.pdf.epc import epc_payload, qr_svg
from facturier.delivery.pdf.memory import resident_mib
from facturier.rules.document import Document
from tests.delivery import papers

WARM_UP, TURN = 10, 20
REGION = papers.region_of("FR")


def document(k: int) -> Document:
    """The k-th invoice of the benchmark."""
    content = papers.draft("FR", "fr")
    lines = tuple(
        papers.service(
            f"Intervention {j + 1} du dossier {k}",
            str(1 + (k + j) % 7),
            str(40 + (3 * k + j) % 60),
            taxes=content.lines[0].taxes,
        )
        for j in range(5)
    )
    buyer = replace(content.buyer, name=f"Client {k % 100}", reference=f"C-{k % 100:04}")
    day = date(2026, 1, 1) + timedelta(days=k % 300)
    numbered = replace(content, lines=lines, buyer=buyer, prepaid_minor=int(Decimal(k % 3) * 100))
    return papers.issued(numbered, f"F2026-{k:05}", day)


def limit(one: Document) -> bytes:
    source = f'#set document(title: "x")\n#set text(font: "Lato", fallback: false)\n= {one.number}'
    return compile_pdf({"main.typ": source.encode()}, timestamp=0)


def turns(works: dict[str, Callable[[Document], object]], documents: list[Document]) -> dict[str, float]:
    """Time each work over all documents, in turns; returns CPU milliseconds per document."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        for one in documents[:WARM_UP]:
            work(one)
    for start in range(WARM_UP, len(documents), TURN):
        part = documents[start : start + TURN]
        for name, work in works.items():
            began = time.process_time()
            for one in part:
                work(one)
            spent[name].append((time.process_time() - began) / len(part) * 1000)
    return {name: statistics.median(times) for name, times in spent.items()}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    documents = [document(k) for k in range(WARM_UP + count)]
    times = turns(
        {
            "plain": lambda one: render(one, region=REGION),
            "limit": limit,
            "words": lambda one: paper(one, region=REGION),
            "qr": lambda one: qr_svg(epc_payload(one)),
        },
        documents,
    )
    for name, spent in times.items():
        row = {
            "phase": "B4",
            "what": name,
            "per_cpu_s": round(1000 / spent, 1),
            "cpu_ms": round(spent, 2),
            "of_limit": round(times["limit"] / spent, 3),
        }
        if name == "plain":
            row |= {"bytes": len(render(documents[0], region=REGION)), "rss_mib": resident_mib()}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
