"""Write PDFs into one file as they come: an archive of single ones, or one of all pages."""

from __future__ import annotations

import zipfile
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from django.utils import timezone

from facturier.delivery.models import Form
from facturier.delivery.pdf.merging import Merger


class Writer(Protocol):
    """Takes PDFs one by one, under names without an ending.

    `suspend` returns what a writer needs to go on with the same file later.
    """

    def add(self, content: bytes, *, name: str) -> None: ...

    def suspend(self) -> dict[str, Any]: ...

    def close(self) -> None: ...


class Zipper:
    """A ZIP archive with a file per document. PDFs are compressed already: they are stored as they are."""

    def __init__(self, file: BinaryIO, *, at: datetime, state: dict[str, Any] | None = None) -> None:
        self._archive = zipfile.ZipFile(file, "w" if state is None else "a", zipfile.ZIP_STORED)
        self._at = timezone.localtime(at).timetuple()[:6]
        self._names = {name.casefold() for name in self._archive.namelist()}

    def add(self, content: bytes, *, name: str) -> None:
        """Append a PDF; a name that stands in the archive already gets a number."""
        entry = zipfile.ZipInfo(self._free(name), self._at)
        entry.external_attr = 0o644 << 16
        self._archive.writestr(entry, content)

    def suspend(self) -> dict[str, Any]:
        self._archive.close()
        return {}

    def close(self) -> None:
        self._archive.close()

    def _free(self, name: str) -> str:
        """Return the name, or one like it: file systems that ignore case would overwrite one by another."""
        found, count = f"{name}.pdf", 1
        while found.casefold() in self._names:
            count += 1
            found = f"{name}-{count}.pdf"
        self._names.add(found.casefold())
        return found


def writer(
    form: str, file: BinaryIO, *, title: str, at: datetime, state: dict[str, Any] | None = None
) -> Writer:
    """Return the writer of a form. `at` is the time that the files of an archive bear."""
    if form == Form.ZIP:
        return Zipper(file, at=at, state=state)
    return Merger(file, title=title, state=state)
