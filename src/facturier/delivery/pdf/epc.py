"""The QR code that pays a SEPA transfer: EPC069-12 v2.1, version 002, UTF-8, error correction M."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from zxingcpp import BarcodeFormat, create_barcode

from facturier.rules.document import Document, Kind

# EPC069-12, 3.1: field lengths; AT-44 amount from 0.01 to 999 999 999.99 EUR.
_NAME, _REMITTANCE, _MOST_MINOR, _MOST_BYTES = 70, 140, 99_999_999_999, 331

_RUN = re.compile(b"\x00+|[^\x00]+")  # of dark modules, or of light ones


def epc_payload(document: Document) -> str:
    """Return the text of the code, or an empty string where the scheme has no way to pay this.

    It pays in euros into a named account; a draft has no number to refer to and gets none.
    """
    means, due = document.content.payment, document.totals.due
    iban = "".join(means.iban.split())
    name = _plain(means.account_name or document.content.seller.name)[:_NAME]
    payable = due.currency == "EUR" and 0 < due.minor <= _MOST_MINOR
    if not (payable and iban and name and document.number):
        return ""
    if document.content.kind is Kind.CREDIT_NOTE:
        return ""
    text = _plain(document.number)[:_REMITTANCE]
    bic = "".join(means.bic.split())
    payload = "\n".join(("BCD", "002", "1", "SCT", bic, name, iban, f"EUR{due.amount}", "", "", text))
    return payload if len(payload.encode()) <= _MOST_BYTES else ""


def qr_svg(payload: str) -> bytes:
    """Draw a payload of `epc_payload` as SVG, one unit per module, without white border."""
    # Bytes, not text: as text the library would write ISO 8859-1, and the payload announces UTF-8.
    code = create_barcode(payload.encode(), BarcodeFormat.QRCode, ec_level="M")
    modules = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    side = modules.shape[0]
    rows = modules.tobytes()
    # The pen walks along each row; a run of modules is the same stroke wherever it stands.
    back = f"m-{side} 1"
    path = back.join(
        "".join(map(_stroke, _RUN.findall(rows[start : start + side]))) for start in range(0, len(rows), side)
    )
    box = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
    return f'{box}<path d="M0 0{path}"/></svg>'.encode()


@cache
def _stroke(run: bytes) -> str:
    length = len(run)
    dark = f"h{length}v1h-{length}z" if run[0] == 0 else ""
    return f"{dark}m{length} 0"


def _plain(text: str) -> str:
    """Keep what may stand on one line of the code."""
    kept = (one if unicodedata.category(one)[0] != "C" else " " for one in text)
    return " ".join("".join(kept).split())
