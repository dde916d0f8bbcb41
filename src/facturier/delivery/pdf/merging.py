"""One PDF of many, written as they come: memory holds a number per object, and two per document.

A library that merges keeps every object of all documents until the end (pikepdf: 100 kB each). Here
pikepdf reads one document at a time, and what its pages show is written on at once under new numbers. What
belongs to a file as a whole stays behind: structure, metadata, output intents, attachments. The result is
a PDF 1.7 (ISO 32000-1) for printing, neither PDF/A nor PDF/UA.
"""

from __future__ import annotations

import io
from array import array
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO

import pikepdf

_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _PAGES, _OUTLINES, _INFO = 1, 2, 3, 4
_OF_THE_FILE = ("/Parent", "/StructParent", "/StructParents", "/Tabs", "/Metadata", "/AF", "/PieceInfo")
_AT_ONCE = 5_000  # lines of the table of objects that are written together


class Merger:
    """Writes to an empty file, which may be a pipe, or goes on where `suspend` left one."""

    def __init__(self, file: BinaryIO, *, title: str, state: dict[str, Any] | None = None) -> None:
        self._file = file
        self._title = title
        if state is None:
            self._offsets = array("Q", bytes(8 * (_INFO + 1)))
            self._documents: list[tuple[str, int, int, int]] = []  # name, node, first page, pages
            file.write(_HEAD)
            self._size = len(_HEAD)
        else:
            self._offsets = array("Q", b64decode(state["offsets"]))
            self._documents = [(name, node, page, count) for name, node, page, count in state["documents"]]
            self._size = state["size"]
            file.seek(self._size)

    def add(self, content: bytes, *, name: str) -> None:
        """Append all pages of a document, with a bookmark of that name."""
        with pikepdf.open(io.BytesIO(content)) as source:
            pages = [page.obj for page in source.pages]
            node = self._take()
            copy = _Copy(self._take)
            numbers = [copy.number_of(page) for page in pages]
            kids = b" ".join(map(_reference, numbers))
            self._write(node, b"<</Type/Pages/Parent 2 0 R/Count %d/Kids[%s]>>" % (len(pages), kids))
            for number, text in copy.objects(parent=node):
                self._write(number, text)
        self._documents.append((name, node, numbers[0], len(pages)))

    def suspend(self) -> dict[str, Any]:
        """Return what is needed to go on later, in values that JSON can carry."""
        self._file.flush()
        return {
            "size": self._size,
            "offsets": b64encode(self._offsets.tobytes()).decode(),
            "documents": self._documents,
        }

    def close(self) -> None:
        """Write what holds the pages together; the file is complete then."""
        count = sum(pages for _name, _node, _page, pages in self._documents)
        kids = b" ".join(_reference(node) for _name, node, _page, _pages in self._documents)
        self._write(_PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids))
        self._write_bookmarks()
        self._write(_INFO, b"<</Title %s/Producer(Facturier)>>" % _string(self._title))
        catalog = b"<</Type/Catalog/Pages 2 0 R/Outlines 3 0 R/PageMode/UseOutlines"
        self._write(_CATALOG, catalog + b"/ViewerPreferences<</DisplayDocTitle true>>>>")
        start = self._size
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets))
        for first in range(1, len(self._offsets), _AT_ONCE):
            lines = (b"%010d 00000 n \n" % one for one in self._offsets[first : first + _AT_ONCE])
            self._file.write(b"".join(lines))
        trailer = b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._file.write(trailer % (len(self._offsets), start))
        self._file.flush()

    def _write_bookmarks(self) -> None:
        first = len(self._offsets)
        last = first + len(self._documents) - 1
        for name, _node, page, _pages in self._documents:
            number = self._take()
            beside = b"/Prev %d 0 R" % (number - 1) if number > first else b""
            beside += b"/Next %d 0 R" % (number + 1) if number < last else b""
            text = b"<</Title %s/Parent 3 0 R/Dest[%d 0 R/Fit]%s>>" % (_string(name), page, beside)
            self._write(number, text)
        ends = b"/First %d 0 R/Last %d 0 R" % (first, last) if self._documents else b""
        self._write(_OUTLINES, b"<</Type/Outlines/Count %d%s>>" % (len(self._documents), ends))

    def _take(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _write(self, number: int, text: bytes) -> None:
        self._offsets[number] = self._size
        self._size += self._file.write(b"%d 0 obj\n%s\nendobj\n" % (number, text))


@dataclass(slots=True)
class _Copy:
    """The objects of one document under new numbers, each once, beginning with its pages."""

    take: Any
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    waiting: deque[tuple[int, Any]] = field(default_factory=deque)

    def number_of(self, value: Any) -> int:
        """Return the new number of an indirect object, which will be written after what waits already."""
        if value.objgen not in self.numbers:
            self.numbers[value.objgen] = self.take()
            self.waiting.append((self.numbers[value.objgen], value))
        return self.numbers[value.objgen]

    def objects(self, *, parent: int) -> Iterator[tuple[int, bytes]]:
        """Write out every object that the pages lead to; `parent` is the node that holds them."""
        while self.waiting:
            number, value = self.waiting.popleft()
            is_page = isinstance(value, pikepdf.Dictionary) and value.get("/Type") == "/Page"
            yield number, self._body(value, also=b"/Parent %d 0 R" % parent if is_page else b"")

    def _body(self, value: Any, *, also: bytes = b"") -> bytes:
        if isinstance(value, pikepdf.Stream):
            raw = value.read_raw_bytes()
            entries = ((key, one) for key, one in value.stream_dict.items() if key != "/Length")
            head = self._dictionary(entries, b"/Length %d" % len(raw))
            return b"%s\nstream\n%s\nendstream" % (head, raw)
        if isinstance(value, pikepdf.Dictionary):
            return self._dictionary(value.items(), also)
        if isinstance(value, pikepdf.Array):
            whole: bytes = value.unparse()  # widths of glyphs mostly: numbers, and many
            if b"R" not in whole and b"<<" not in whole:
                return whole
            return b"[%s]" % b" ".join(self._text(one) for one in value)
        return _scalar(value)

    def _dictionary(self, entries: Iterable[tuple[str, Any]], also: bytes) -> bytes:
        texts = [
            pikepdf.Name(key).unparse() + b" " + self._text(value)
            for key, value in entries
            if key not in _OF_THE_FILE
        ]
        return b"<<%s%s>>" % (b"".join(texts), also)

    def _text(self, value: Any) -> bytes:
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            return _reference(self.number_of(value))
        return self._body(value)


def _reference(number: int) -> bytes:
    return b"%d 0 R" % number


def _string(text: str) -> bytes:
    return pikepdf.String(text).unparse()


def _scalar(value: Any) -> bytes:
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, Decimal):
        return format(value, "f").encode()
    text: bytes = value.unparse()
    return text
