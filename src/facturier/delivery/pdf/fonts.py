"""The fonts that documents are set in, and which characters they can print.

All come as files of Python packages, under the SIL Open Font License: Lato and Source Serif Pro for
our own words, Noto for what a customer's name may hold besides (Hebrew, Arabic, Thai, emoji…).
Chinese, Japanese and Korean weigh 33 MB more: `pip install facturier[cjk]` adds them.
"""

from __future__ import annotations

import importlib.util
import shutil
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

_LATO = ("Lato-Regular.ttf", "Lato-Bold.ttf")
_SERIF = ("SourceSerifPro-Semibold.otf",)


def _folder(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.submodule_search_locations[0]) if found else None  # type: ignore[index]


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, ...]:
    """Return every font file in use, one per family and weight.

    Raises FileNotFoundError naming what is missing.
    """
    files = []
    for package, folder, names in (
        ("fontpkg_lato", "files", _LATO),
        ("font_source_serif_pro", "files", _SERIF),
        ("manimgx_fonts", "", ()),
        ("manimgx_fonts_cjk", "", ()),
    ):
        home = _folder(package)
        if home is None:
            if package == "manimgx_fonts_cjk":
                continue
            raise FileNotFoundError(f"The fonts of the package {package} are not installed.")
        home = home / folder
        files += [home / name for name in names] or sorted(
            one for one in home.iterdir() if one.suffix in (".ttf", ".ttc") and "Italic" not in one.name
        )
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing.")
    return tuple(files)


def gather(folder: Path) -> None:
    """Put exactly the fonts in use into a folder.

    Typst takes whole folders, in no certain order: two files of one face would make chance choose.
    """
    for file in font_files():
        try:
            (folder / file.name).symlink_to(file)
        except OSError:  # a file system without links
            shutil.copyfile(file, folder / file.name)


@lru_cache(maxsize=1)
def coverage() -> tuple[frozenset[int], ...]:
    """Return, font by font, the code points that it has a glyph for; slow, once per process."""
    found = []
    for file in font_files():
        with TTFont(file, fontNumber=0, lazy=True) as font:
            found.append(frozenset(font.getBestCmap()))
    return tuple(found)


@lru_cache(maxsize=1)
def printable() -> frozenset[int]:
    """Return every code point that some font in use has a glyph for."""
    return frozenset().union(*coverage())
