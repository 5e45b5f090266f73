"""Pictures that people hand in are drawn anew: small enough for a phone, and nothing is left of what was in the file.

Where and with what a photograph was taken (EXIF), comments, and whatever was hidden before, in or behind it stay
outside. Nothing is unpacked before its size is known.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import Enum

#: Pixels of the longer side that are kept: twice the width of a phone's column.
LONGEST_SIDE = 960
QUALITY = 78

#: Pixels that are read. A plain JPEG is read small at once, so it may be larger.
MOST_PIXELS, MOST_PIXELS_JPEG = 16_000_000, 80_000_000
#: Passes of a progressive JPEG: each of them goes over the whole picture.
MOST_PASSES = 64
_PASS = b"\xff\xda"


class PictureFault(Enum):
    UNKNOWN = "unknown"  # no picture of a kind that is taken
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"


class PictureRefused(Exception):
    def __init__(self, fault: PictureFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Drawn:
    """A JPEG, and its size in pixels."""

    content: bytes
    width: int
    height: int


def drawn_anew(content: bytes, *, longest: int = LONGEST_SIDE) -> Drawn:
    """From JPEG, PNG or WebP, turned upright, on white where it is transparent; the first picture of a moving one.

    ``longest``: pixels of the longer side that are kept at most. Raises ``PictureRefused``.
    """
    from PIL import Image, ImageOps

    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureRefused(PictureFault.UNKNOWN) from error
    is_plain = picture.format == "JPEG" and not picture.info.get("progressive")
    pixels = picture.width * picture.height
    passes = content.count(_PASS) if picture.format == "JPEG" else 0  # in another file the two bytes mean nothing
    if pixels > (MOST_PIXELS_JPEG if is_plain else MOST_PIXELS) or passes > MOST_PASSES:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS)
    try:
        picture.draft("RGB", (longest, longest))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((longest, longest))
        flat = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA")
        flat.paste(seen, mask=seen)
        saved = io.BytesIO()
        flat.save(saved, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused(PictureFault.BROKEN) from error
    return Drawn(saved.getvalue(), flat.width, flat.height)
