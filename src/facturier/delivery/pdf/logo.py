"""The seller's logo as the compiler takes it: its files in memory are text, so a PNG goes inside an SVG."""

from __future__ import annotations

import io
from base64 import b64encode
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

_MOST_PIXELS = 4_000_000


class NoLogo(ValueError):
    """The bytes are not a PNG that can be printed."""


@lru_cache(maxsize=32)
def logo_svg(png: bytes) -> bytes:
    """Wrap a PNG, checked to be whole. Raises NoLogo for anything else, or one of over 4 megapixels."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS:
                raise NoLogo(f"The logo has {width} × {height} pixels; 4 million are the limit.")
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise NoLogo("The logo is not a whole PNG file.") from error
    size = f'width="{width}" height="{height}"'
    data = b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f'<image {size} href="data:image/png;base64,{data}"/></svg>'
    ).encode()
