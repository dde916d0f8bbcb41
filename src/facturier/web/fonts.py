"""Serve the few faces we use straight from the packages that bring them, under assets/fonts/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import font_lato
import font_source_serif_pro
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

_LATO = Path(font_lato.__file__).parent / "files"
_SERIF = Path(font_source_serif_pro.__file__).parent / "files"
FACES = {
    "fonts/Lato-Regular.ttf": _LATO / "Lato-Regular.ttf",
    "fonts/Lato-Bold.ttf": _LATO / "Lato-Bold.ttf",
    "fonts/SourceSerifPro-Semibold.ttf": _SERIF / "SourceSerifPro-Semibold.ttf",
}


class FontFinder(BaseFinder):
    """Find the faces of FACES, and nothing else of their packages."""

    def check(self, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        face = FACES.get(path)
        if find_all:
            return [str(face)] if face else []
        return str(face) if face else None

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for face in FACES.values():
            storage = FileSystemStorage(location=face.parent)
            storage.prefix = "fonts"  # type: ignore[attr-defined]
            yield face.name, storage
