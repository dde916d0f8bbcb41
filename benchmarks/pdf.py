"""B4: one-page PDFs per CPU second, beside the least that the same engine can do.

The documents are those of the other phases: customer k mod 100, five lines each,
quantity 1 + (k + j) % 7, price 40 + (3k + j) % 60, VAT 20 %. The limit is an empty page with the number of
the document, compiled by the same compiler with the same fonts to the same standards. Both are timed in turns
of 20, so that a busy machine slows both alike; each figure is the median of the turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks.data import CUSTOMERS, LINES, price, quantity
from benchmarks.measuring import Spent, median, row, timed
from facturier.delivery.pdf import paper, render
from facturier.delivery.pdf.engine import compile_pdf
from facturier.delivery.pdf.epc import epc_payload, qr_svg
from facturier.delivery.pdf.memory import resident_mib
from facturier.rules.document import Document
from tests.delivery import papers

WARM_UP, TURN = 10, 20
TARGET = 50  # pages per second of one processor
REGION = papers.region_of("FR")


def document(k: int) -> Document:
    """The k-th invoice of the benchmark."""
    content = papers.draft("FR", "fr")
    lines = tuple(
        papers.service(
            f"Intervention {j + 1} du dossier {k}",
            str(quantity(k, j)),
            str(price(k, j)),
            taxes=content.lines[0].taxes,
        )
        for j in range(LINES)
    )
    buyer = replace(content.buyer, name=f"Client {k % CUSTOMERS}", reference=f"C-{k % CUSTOMERS:04}")
    day = date(2026, 1, 1) + timedelta(days=k % 300)
    numbered = replace(content, lines=lines, buyer=buyer, prepaid_minor=int(Decimal(k % 3) * 100))
    return papers.issued(numbered, f"F2026-{k:05}", day)


def limit(one: Document) -> bytes:
    source = f'#set document(title: "x")\n#set text(font: "Lato", fallback: false)\n= {one.number}'
    return compile_pdf({"main.typ": source.encode()}, timestamp=0)


def turns(works: dict[str, Callable[[Document], object]], documents: list[Document]) -> dict[str, Spent]:
    """Time each work over all documents, in turns; returns what a turn of `TURN` took."""
    spent: dict[str, list[Spent]] = {name: [] for name in works}

    def over(work: Callable[[Document], object], part: list[Document]) -> None:
        for one in part:
            work(one)

    for work in works.values():
        over(work, documents[:WARM_UP])
    for start in range(WARM_UP, len(documents), TURN):
        part = documents[start : start + TURN]
        for name, work in works.items():
            spent[name].append(timed(partial(over, work, part)))
    return {name: median(times) for name, times in spent.items()}


def figures(*, count: int) -> Iterator[dict[str, Any]]:
    """Render `count` documents, whole and by their parts."""
    documents = [document(k) for k in range(WARM_UP + count)]
    times = turns(
        {
            "a page": lambda one: render(one, region=REGION),
            "an empty page by the same engine": limit,
            "words": lambda one: paper(one, region=REGION),
            "QR code": lambda one: qr_svg(epc_payload(one)),
        },
        documents,
    )
    least = times.pop("an empty page by the same engine")
    yield row("B4", "an empty page by the same engine", least, n=TURN, peer="limit")
    for name, spent in times.items():
        found = row("B4", name, spent, n=TURN, ratio_cpu=round(least.cpu / spent.cpu, 3))
        if name == "a page":
            found |= {
                "target": TARGET,
                "holds": found["per_cpu_s"] >= TARGET,
                "bytes": len(render(documents[0], region=REGION)),
                "rss_mib": resident_mib(),
            }
        yield found
