"""Text made safe for paper: what no font shows is replaced visibly, what deceives is left out.

PDF/A forbids a missing glyph (ISO 19005-3, 6.2.11.8), and control characters have none. Directional
overrides would let a name reorder the figures beside it (Unicode TR 36, 2.4): they are dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from facturier.delivery.pdf.fonts import coverage, printable

REPLACEMENT = "\ufffd"
_LONGEST_WORD = 24  # letters; what is longer may be broken anywhere

# Latin, Greek and Cyrillic letters, digits, punctuation and blanks that Lato holds without a gap.
_PLAIN = re.compile(
    "[\n\\x20-\\x7e\\xa0-\\xac\\xae-\u017f\u0410-\u044f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026"
    "\u2030\u2039\u203a\u20ac\u2116\u2122\u2212\u2009\u202f]*"
)
_LONG = re.compile(rf"[^\s\u200b]{{{_LONGEST_WORD + 1},}}")
_PIECES = re.compile(rf".{{1,{_LONGEST_WORD // 2}}}", re.DOTALL)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text as it can be printed; long words may break. Equal text gives equal text."""
    if not _PLAIN.fullmatch(text):
        text = _printable(text)
    if len(text) > _LONGEST_WORD and _LONG.search(text):
        text = _LONG.sub(lambda word: "\u200b".join(_PIECES.findall(word[0])), text)
    return text


def _printable(text: str) -> str:
    text = _DIRECTION.sub("", _BREAKS.sub("\n", text)).replace("\t", " ")
    text = unicodedata.normalize("NFC", _SURROGATES.sub(REPLACEMENT, text))
    glyphs = printable()
    shown = (one if one == "\n" or (ord(one) in glyphs and _is_shown(one)) else REPLACEMENT for one in text)
    return "".join(map(_in_one_font, _clusters(shown)))


def _clusters(text: Iterable[str]) -> Iterator[str]:
    """Walk through the letters, each with the marks that stand on it."""
    cluster = ""
    for one in text:
        if cluster and unicodedata.category(one)[0] != "M":
            yield cluster
            cluster = ""
        cluster += one
    yield cluster


def _in_one_font(cluster: str) -> str:
    """Keep a letter with its marks where one font has them all: a font is chosen per cluster."""
    if len(cluster) < 2 or any(points.issuperset(map(ord, cluster)) for points in coverage()):
        return cluster
    return cluster[0] + REPLACEMENT * (len(cluster) - 1)


def _is_shown(one: str) -> bool:
    return unicodedata.category(one) not in ("Cc", "Cs", "Co", "Cn")


def cleaned(value: Any) -> Any:
    """Clean every string of a tree of dicts, lists and tuples."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return value
