"""Small files of each kind that a unit takes, as programs make them: whole, with nothing in them to hear or see."""

from __future__ import annotations

import io
import math
import struct
import wave


def wav(seconds: float = 0.1) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 3))) for n in range(int(8000 * seconds))))
    return made.getvalue()


def mp3(frames: int = 6, *, tagged: bool = False) -> bytes:
    """MPEG 1, layer III, 64 kbit/s, 44.1 kHz: frames of 208 bytes."""
    tag = b"ID3\x04\0\0\0\0\0\x0a" + b"TIT2\0\0\0\0\0\0" if tagged else b""
    return tag + (b"\xff\xfb\x50\xc4" + bytes(204)) * frames


def box(word: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + word + content


def mp4(handler: bytes = b"vide") -> bytes:
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12))))
    return box(b"ftyp", b"isomiso2mp41") + box(b"moov", box(b"mvhd", bytes(100)) + track) + box(b"mdat", bytes(64))


def ogg() -> bytes:
    head = b"OpusHead\x01\x01" + bytes(9)
    return b"OggS\0\x02" + bytes(20) + bytes([1, len(head)]) + head


def webm() -> bytes:
    head = b"\x42\x82\x84webm"
    inside = b"\xec\x84" + bytes(4)
    return (
        b"\x1a\x45\xdf\xa3"
        + bytes([0x80 | len(head)])
        + head
        + b"\x18\x53\x80\x67"
        + bytes([0x80 | len(inside)])
        + inside
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **facts: object) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(made, kind, **facts)
    return made.getvalue()
