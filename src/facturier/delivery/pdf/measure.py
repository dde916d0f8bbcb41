"""How wide figures will be, from the fonts' own tables.

The compiler would find out by laying every cell out twice, a tenth of the time of a page.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from struct import iter_unpack

from fontTools.ttLib import TTFont

from facturier.delivery.pdf.fonts import font_files
from facturier.delivery.pdf.paper import Paper

BODY_PT, HEAD_PT, FINAL_PT = 9.5, 8.5, 13.0
_INSET_PT = 2 * 2 * 72 / 25.4  # 2 mm on either side, as in template/paper.typ
_SPARE_PT = 0.5
_WIDEST_PT = 250.0  # what figures may take of the 467 points between the margins


_FACES = ("Lato-Regular", "Lato-Bold", "SourceSerifPro-Semibold")


@lru_cache(maxsize=1)
def _advances() -> dict[str, dict[int, float]]:
    return {file.stem: _advances_of(file) for file in font_files() if file.stem in _FACES}


def _advances_of(file: Path) -> dict[int, float]:
    """Read how far each character moves on, in ems (OpenType tables cmap, hhea, hmtx)."""
    with TTFont(file, lazy=True) as font:
        # Numbers instead of glyph names, which take half a second to read.
        font.setGlyphOrder([str(number) for number in range(font["maxp"].numGlyphs)])
        units, last = font["head"].unitsPerEm, font["hhea"].numberOfHMetrics - 1
        metrics = [advance for advance, _ in iter_unpack(">Hh", font.reader["hmtx"][: 4 * (last + 1)])]
        return {
            point: metrics[min(int(number), last)] / units for point, number in font.getBestCmap().items()
        }


def width_pt(text: str, *, face: str, size_pt: float) -> float:
    """Return how wide a line of text is at most, in points; a glyph of another font counts as one em."""
    known = _advances()[face]
    return round(size_pt * sum(known.get(ord(one), 1.0) for one in text), 2)


def column_widths(sheet: Paper) -> list[float] | None:
    """Return the width of each column after the description, or None where only trying tells."""
    widths = []
    for at, column in enumerate(sheet.columns[1:]):
        widest = width_pt(column.label, face="Lato-Bold", size_pt=HEAD_PT)
        for cell in {row.cells[at] for row in sheet.rows if row.cells}:
            widest = max(widest, width_pt(cell, face="Lato-Regular", size_pt=BODY_PT))
        widths.append(widest + _INSET_PT + _SPARE_PT)
    if widths and sheet.rows:
        sums = [row.amount for row in sheet.rows if not row.cells]
        bold = max((width_pt(one, face="Lato-Bold", size_pt=BODY_PT) for one in sums), default=0.0)
        widths[-1] = max(widths[-1], bold + _INSET_PT + _SPARE_PT)
    return widths if sum(widths) <= _WIDEST_PT else None


def sum_width(sheet: Paper) -> float:
    """Return the width of the column of sums."""
    return _SPARE_PT + max(
        width_pt(one.value, face="SourceSerifPro-Semibold", size_pt=FINAL_PT)
        if one.is_final
        else width_pt(one.value, face="Lato-Regular", size_pt=BODY_PT)
        for one in sheet.sums
    )
