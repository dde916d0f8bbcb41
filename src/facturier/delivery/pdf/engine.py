"""Typst, kept warm: one compiler per thread, fixed fonts, a root of our own, no warning let through.

What a document says reaches Typst as a JSON file in memory, never as source. The root holds nothing but our
template, because a compiler reads any file below its root and follows links.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from pathlib import Path

import typst

from facturier.delivery.pdf.fonts import gather
from facturier.delivery.pdf.memory import give_back, resident_mib

ROOT = Path(__file__).parent / "template"
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


# Typst remembers the layout of the last documents: 70 MiB for one of a thousand lines. Past this growth it is
# made to forget; where memory is not measured, ten large documents are the bound.
GROWTH_MIB = 256
_CACHED_DOCUMENTS = 10
_EMPTY = b'#set document(title: "empty")'


class RenderError(RuntimeError):
    """Typst refused a document or warned about it: a bug of ours, not of who wrote it."""


class _Workshop:
    """The folders and fonts of one process; compilers of its threads share them."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._home = tempfile.TemporaryDirectory(prefix="facturier-pdf-", ignore_cleanup_errors=True)
        atexit.register(self._close)
        home = Path(self._home.name)
        (home / "fonts").mkdir()
        gather(home / "fonts")
        self.root = str(ROOT)
        self.fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(home / "fonts")],
        )
        self.compilers = threading.local()
        self.start_mib = resident_mib()

    def _close(self) -> None:
        if os.getpid() == self.pid:  # a forked child leaves its parent's folder alone
            self._home.cleanup()

    def compiler(self) -> typst.Compiler:
        found = getattr(self.compilers, "one", None)
        if found is None:
            found = typst.Compiler(root=self.root, font_paths=self.fonts)
            self.compilers.one = found
        return found


_lock = threading.Lock()
_workshop: _Workshop | None = None


def _shop() -> _Workshop:
    global _workshop
    with _lock:
        if _workshop is None or _workshop.pid != os.getpid():
            _workshop = _Workshop()
        return _workshop


def fallback_families() -> list[str]:
    """Return the font families to look for a glyph in where Lato has none, always in the same order."""
    rest = sorted(set(_shop().fonts.families()) - {"Lato", "Noto Sans"}, key=_last_emoji)
    return ["Noto Sans", *rest]


def _last_emoji(family: str) -> tuple[bool, str]:
    return ("Emoji" in family, family)


def compile_pdf(files: dict[str, bytes], *, timestamp: int) -> bytes:
    """Compile `main.typ` among the files to PDF/A-3a and PDF/UA-1.

    Equal files and time give equal bytes. Raises RenderError where Typst fails or warns.
    """
    shop = _shop()
    pdf = _compile(shop.compiler(), files, timestamp)
    if resident_mib() - shop.start_mib > GROWTH_MIB:
        _forget(shop)
    return pdf


def _compile(compiler: typst.Compiler, files: dict[str, bytes], timestamp: int) -> bytes:
    try:
        pdf, warnings = compiler.compile_with_warnings(
            files, format="pdf", pdf_standards=_STANDARDS, timestamp=timestamp, sys_inputs=None
        )
    except RuntimeError as error:  # TypstError, or what the binding itself refuses
        raise RenderError(getattr(error, "diagnostic", "") or str(error)) from error
    if warnings:
        raise RenderError("; ".join(one.message for one in warnings))
    assert isinstance(pdf, bytes)
    return pdf


def _forget(shop: _Workshop) -> None:
    """Empty Typst's cache, which drops what the last ten documents did not use, and start measuring anew."""
    for _ in range(_CACHED_DOCUMENTS + 1):
        _compile(shop.compiler(), {"main.typ": _EMPTY}, 0)
    give_back()
    shop.start_mib = resident_mib()
