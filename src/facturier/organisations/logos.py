"""A seller's logo: any usual picture becomes the one kind that paper takes, a PNG in sRGB."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from facturier.rules.refusal import Refused

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 50_000_000  # of what is uploaded: memory is taken for each
WIDEST, TALLEST = 1600, 800  # of what is kept: 600 dpi on 68 × 34 mm


@dataclass(frozen=True, slots=True)
class Png:
    """A picture as it is kept, and its hash; made by `to_png`."""

    content: bytes
    sha256: str


def to_png(data: bytes) -> Png:
    """Return a picture as PNG in sRGB, 8 bits, at most 1600 × 800, without anything but its pixels.

    PDF/A asks for a known colour space (ISO 19005-3, 6.2.4), so profiles are applied and left out.
    Raises Refused, naming the field `logo`, for what is no whole picture and for what is too big.
    """
    if len(data) > MOST_BYTES:
        raise Refused("The file is too big: at most 5 MB.", field="logo")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("The picture is too big: at most 50 million pixels.", field="logo")
            # Shrinking while reading, which JPEG can, costs the least memory.
            opened.draft(None, (2 * WIDEST, 2 * TALLEST))
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            picture = _in_srgb(upright)
    except Image.DecompressionBombError as error:
        raise Refused("The picture is too big: at most 50 million pixels.", field="logo") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(
            "Choose a PNG, JPEG, WebP or GIF picture; this file is none, or not whole.", field="logo"
        ) from error
    picture.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
    kept = Image.new(picture.mode, picture.size)  # pixels only: no text, no profile, no place it was taken
    kept.paste(picture)
    written = io.BytesIO()
    kept.save(written, "PNG", optimize=True)
    content = written.getvalue()
    return Png(content, hashlib.sha256(content).hexdigest())


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return 8-bit sRGB, with transparency where the picture has it."""
    clear = picture.has_transparency_data
    alpha = picture.convert("RGBA").getchannel("A") if clear else None
    profile = picture.info.get("icc_profile")
    if picture.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        picture = _eight_bits(picture)
    elif picture.mode in ("P", "PA", "LA", "1", "La", "RGBa"):
        picture = picture.convert("RGBA" if picture.mode != "1" else "L")
    flat = picture.convert("RGB") if picture.mode == "RGBA" else picture
    flat = _profiled(flat, profile).convert("RGB")
    if alpha is not None:
        flat.putalpha(alpha)
    return flat


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring grey of 16 bits to 8: converting cuts off what is above 255."""
    return picture.convert("I").point(lambda value: value / 256).convert("L")


def _profiled(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the picture's own colour profile; one that does not fit or is broken is left out."""
    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        found = ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return found if found is not None else picture
