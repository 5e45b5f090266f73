"""What is attached to units of the demo: a drawing of three steps and the chime of a hall, both made here."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Iterator

from zhibu.apps.learning.actions.unit_files import Brought
from zhibu.web.operator.demo.deeds import PublishUnit

_HERTZ = 8000


def brought_with(deed: PublishUnit) -> Iterator[Brought]:
    if deed.picture:
        yield Brought(name="示意图.png", content=_drawing(), said=deed.picture)
    if deed.transcript:
        yield Brought(name="提示音.wav", content=_chime(), said="叫号提示音", transcript=deed.transcript)


def _drawing() -> bytes:
    """Three boxes in a row, an arrow between each two."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (720, 200), "#f7f4ee")
    pen = ImageDraw.Draw(image)
    for place in range(3):
        left = 30 + 240 * place
        pen.rounded_rectangle((left, 50, left + 170, 150), radius=14, outline="#a6192e", width=5)
        for line in range(3):
            pen.line((left + 25, 78 + 22 * line, left + 145 - 20 * line, 78 + 22 * line), fill="#5b6770", width=6)
        if place:
            pen.line((left - 62, 100, left - 14, 100), fill="#1d5a96", width=6)
            pen.polygon([(left - 26, 88), (left - 26, 112), (left - 8, 100)], fill="#1d5a96")
    saved = io.BytesIO()
    image.save(saved, "PNG")
    return saved.getvalue()


def _chime() -> bytes:
    """Two tones that fade, a second and a half."""
    saved = io.BytesIO()
    with wave.open(saved, "wb") as file:
        file.setparams((1, 2, _HERTZ, 0, "NONE", ""))
        for tone, seconds in ((880, 0.6), (660, 0.9)):
            count = int(_HERTZ * seconds)
            file.writeframes(
                b"".join(
                    struct.pack("<h", int(9000 * (1 - n / count) * math.sin(2 * math.pi * tone * n / _HERTZ)))
                    for n in range(count)
                )
            )
    return saved.getvalue()
