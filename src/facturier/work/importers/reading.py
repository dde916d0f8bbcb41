"""From bytes to rows of cells: encoding, delimiter, quoting."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from facturier.rules.refusal import Refused
from facturier.work.importers.values import Problem

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
DELIMITERS = (",", ";", "\t", "|")

# The longest mark first: UTF-32 begins like UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_KINDS = {
    b"PK\x03\x04": "The file is an Excel workbook or a ZIP archive: export the detailed report as CSV.",
    b"\xd0\xcf\x11\xe0": "The file is an old Excel workbook: export the detailed report as CSV.",
    b"%PDF": "The file is a PDF: export the detailed report as CSV.",
    b"\x1f\x8b": "The file is a compressed archive: unpack it first.",
}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EXCEL_HINT = re.compile(r'\s*"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)


def decode(data: bytes) -> str:
    """Decode an export: by its byte order mark, else as UTF-8, UTF-16 or Windows-1252.

    Characters that no person types (other controls than tab and line break) are left out, so that
    they never reach a document.

    Raises Refused for what is empty, too large or no text.
    """
    if len(data) > MAX_BYTES:
        raise Refused(
            "The file is larger than %(limit)s MB: export a shorter period.",
            field="file",
            values={"limit": MAX_BYTES // (1024 * 1024)},
        )
    for signature in _OTHER_KINDS:
        if data.startswith(signature):
            raise Refused(_OTHER_KINDS[signature], field="file")
    text = _decoded(data)
    if not text.strip():
        raise Refused("The file is empty.", field="file")
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > 5 + len(text) // 200:
        raise _no_text()
    return _CONTROLS.sub(" ", text) if controls else text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise _no_text() from None
    unmarked = _unmarked_utf16(data)
    try:
        return data.decode(unmarked or "utf-8")
    except UnicodeDecodeError as error:
        if unmarked:
            raise _no_text() from None
        return _decoded_without_unicode(data, at=error.start)


def _unmarked_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: mostly Latin letters, so every other byte is zero."""
    head = data[:1000]
    half = len(head) // 2
    if half < 2:
        return None
    if head[1::2].count(0) > 0.7 * half and head[::2].count(0) == 0:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * half and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _decoded_without_unicode(data: bytes, *, at: int) -> str:
    """Decode Windows-1252, unless the file is UTF-8 that was damaged."""
    lenient = data.decode("utf-8", errors="replace")
    damaged = lenient.count("\ufffd")
    if sum(1 for character in lenient if character > "\x7f") - damaged > damaged:
        raise Refused(
            "The file is damaged at byte %(byte)s: export it again.",
            field="file",
            values={"byte": at + 1},
        )
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise _no_text() from None


def _no_text() -> Refused:
    return Refused(
        "The file is not text in UTF-8, UTF-16 or Windows-1252: export the detailed report as CSV.",
        field="file",
    )


def hinted_delimiter(text: str) -> tuple[str | None, str]:
    """Take off the line `sep=;` that spreadsheets understand and do not count as a row."""
    hint = _EXCEL_HINT.match(text)
    if hint is None:
        return None, text
    return hint[1], text[hint.end() :]


class Records:
    """The rows of a CSV text, numbered as a spreadsheet numbers them.

    Iterating gives (row number, cells). A quotation mark that is never closed would swallow the
    rows after it, so quoting is read strictly: iteration ends there, and `problem` says where and
    why.
    """

    def __init__(self, text: str, *, delimiter: str) -> None:
        self.problem: Problem | None = None
        self._text = text
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        lines = io.StringIO(self._text, newline="")
        number = 0
        try:
            for record in csv.reader(lines, delimiter=self._delimiter, strict=True):
                number += 1
                yield number, record
        except csv.Error as error:
            too_long = "field limit" in str(error)
            self.problem = Problem(
                number + 1,
                "",
                "A cell is too long to be read: is a quotation mark not closed?"
                if too_long
                else "A quotation mark is not closed, or stands in the middle of a cell.",
            )
