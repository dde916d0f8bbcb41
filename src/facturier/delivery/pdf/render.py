"""From a document to its PDF."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime

from facturier.delivery.pdf.engine import compile_pdf, fallback_families
from facturier.delivery.pdf.epc import qr_svg
from facturier.delivery.pdf.logo import logo_svg
from facturier.delivery.pdf.measure import column_widths, sum_width
from facturier.delivery.pdf.text import cleaned
from facturier.delivery.pdf.writing import paper
from facturier.rules.document import Document
from facturier.rules.regions.base import Region

_NOON = 12  # of the issue date, UTC: the same day in every time zone but the farthest
_MAIN = b'#import "paper.typ": paper\n#paper(json("paper.json"))\n'

# Counting pages lays a document out twice. So few rows are tried as one page, which needs no counting; words
# that look like a page (the metadata are plain text) only cost that second layout.
_ROWS_OF_A_PAGE = 14
_PAGE = re.compile(rb"/Type\s*/Page\b")


def render(document: Document, *, region: Region, logo: bytes | None = None) -> bytes:
    """Set a document as PDF/A-3a and PDF/UA-1, the same bytes each time.

    `logo` is a PNG in sRGB, as it was stored when uploaded. Nothing but the arguments decides the
    result: the time of creation that the file states is noon of the issue date.
    Raises NoLogo where the logo is not a PNG.
    """
    sheet = paper(document, region=region)
    data = cleaned(asdict(sheet))
    data["day"] = [document.issue_date.year, document.issue_date.month, document.issue_date.day]
    data["fallbacks"] = fallback_families()
    data["widths"] = column_widths(sheet)
    data["sum_width"] = sum_width(sheet)
    data["has_logo"] = logo is not None
    sources = {"main.typ": _MAIN}
    if logo is not None:
        sources["logo.svg"] = logo_svg(logo)
    if sheet.payment is not None and sheet.payment.qr_payload:
        sources["qr.svg"] = qr_svg(sheet.payment.qr_payload)
    day = document.issue_date
    noon = datetime(day.year, day.month, day.day, _NOON, tzinfo=UTC)

    def on_paper(*, is_single: bool) -> bytes:
        text = json.dumps(data | {"is_single": is_single}, ensure_ascii=False, separators=(",", ":"))
        return compile_pdf(sources | {"paper.json": text.encode()}, timestamp=int(noon.timestamp()))

    if len(sheet.rows) <= _ROWS_OF_A_PAGE:
        single = on_paper(is_single=True)
        if len(_PAGE.findall(single)) == 1:
            return single
    return on_paper(is_single=False)
