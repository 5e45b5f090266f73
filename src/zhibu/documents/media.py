"""Audio and video that people hand in: what they are is read off their content, from the first byte to the last.

A file that goes on after its end, or holds bytes that belong to no part of it, is none: it may be another kind of
file as well. Nothing is decoded; nothing of a name or a type that a client says is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: As what each kind is handed out.
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
AUDIO, VIDEO = ("mp3", "m4a", "ogg", "wav"), ("mp4", "webm")


def kind_of(content: bytes) -> str | None:
    """One of ``MEDIA_TYPES``; ``None`` for anything else, and for what is more than one thing."""
    for begins, reads in _READERS:
        if begins.match(content):
            return reads(content)
    return None


# --- MP4 and M4A: boxes in boxes -----------------------------------------------------------------------------------

_TOP_BOXES = {
    b"ftyp",
    b"moov",
    b"mdat",
    b"free",
    b"skip",
    b"wide",
    b"udta",
    b"uuid",
    b"meta",
    b"moof",
    b"mfra",
    b"sidx",
}
_INSIDE = {b"moov", b"trak", b"mdia"}
_MOST_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class _Box:
    word: bytes
    begin: int
    end: int


def _boxes(content: bytes, begin: int, end: int) -> Iterator[_Box]:
    """The boxes between two places; raises ``ValueError`` where they do not fill them."""
    while begin < end:
        size, head = int.from_bytes(content[begin : begin + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(content[begin + 8 : begin + 16], "big"), 16
        if size < head or begin + size > end:
            raise ValueError("a box that is longer than its place")
        yield _Box(content[begin + 4 : begin + 8], begin + head, begin + size)
        begin += size


def _mp4(content: bytes) -> str | None:
    handlers: set[bytes] = set()
    waiting = [_Box(b"", 0, len(content))]
    looked = 0
    try:
        while waiting:
            outer = waiting.pop()
            for box in _boxes(content, outer.begin, outer.end):
                looked += 1
                if looked > _MOST_BOXES or (not outer.word and box.word not in _TOP_BOXES):
                    return None
                if box.word == b"hdlr" and outer.word == b"mdia":
                    handlers.add(content[box.begin + 8 : box.begin + 12])
                if box.word in _INSIDE:
                    waiting.append(box)
    except ValueError:
        return None
    if b"vide" in handlers:
        return "mp4"
    return "m4a" if b"soun" in handlers else None


# --- The others ----------------------------------------------------------------------------------------------------


def _wav(content: bytes) -> str | None:
    if int.from_bytes(content[4:8], "little") + 8 not in {len(content), len(content) - 1}:
        return None
    place, words = 12, []
    while place + 8 <= len(content):
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        words.append(content[place : place + 4])
        place += 8 + size + size % 2
    is_whole = place in {len(content), len(content) + 1}
    return "wav" if is_whole and b"fmt " in words and b"data" in words else None


def _ogg(content: bytes) -> str | None:
    place = 0
    while place < len(content):
        if content[place : place + 4] != b"OggS" or place + 27 > len(content):
            return None
        number = content[place + 26]
        place += 27 + number + sum(content[place + 27 : place + 27 + number])
    head = content[:400]
    return "ogg" if place == len(content) and (b"OpusHead" in head or b"\x01vorbis" in head) else None


_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067
_LONGEST_HEAD = 200


def _number(content: bytes, place: int, *, keeps_mark: bool) -> tuple[int, int]:
    """A number of EBML and where it ends; its first bits say how long it is."""
    first = content[place] if place < len(content) else 0
    length = 9 - first.bit_length()
    if not first or place + length > len(content):
        raise ValueError("no number")
    number = int.from_bytes(content[place : place + length], "big")
    return (number if keeps_mark else number & ((1 << 7 * length) - 1)), place + length


def _webm(content: bytes) -> str | None:
    """The head says ``webm``; then one segment that reaches to the end.

    One of open length, as a live recording has it, is not taken: nothing tells where it ends.
    """
    try:
        word, place = _number(content, 0, keeps_mark=True)
        size, place = _number(content, place, keeps_mark=False)
        if word != _EBML or size > _LONGEST_HEAD or b"webm" not in content[place : place + size]:
            return None
        word, place = _number(content, place + size, keeps_mark=True)
        size, place = _number(content, place, keeps_mark=False)
    except ValueError:
        return None
    return "webm" if word == _SEGMENT and place + size == len(content) else None


#: By version and layer of MPEG audio: kilobits a second for each index. Only layer III is taken.
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
#: The bits of a frame's head that say version 1, 2 and 2.5, and layer III.
_VERSION_1, _VERSION_2, _VERSION_2_5, _LAYER_III = 3, 2, 0, 1
_HERTZ = {
    _VERSION_1: (44100, 48000, 32000),
    _VERSION_2: (22050, 24000, 16000),
    _VERSION_2_5: (11025, 12000, 8000),
}
#: What each frame begins with, and the index of hertz that stands for none.
_SYNC, _RESERVED = 0x7FF, 3
#: Fewer frames are an accident of other bytes.
_FEWEST_FRAMES = 4


def _mp3(content: bytes) -> str | None:
    """After its tag nothing but frames, then a tag of the old kind at most."""
    place = 0
    if content.startswith(b"ID3"):
        size = [byte & 0x7F for byte in content[6:10]]
        place = 10 + sum(byte << 7 * (3 - at) for at, byte in enumerate(size))
        while content[place : place + 1] == b"\0":  # what tags are filled up with
            place += 1
    end = len(content) - (128 if content[-128:-125] == b"TAG" else 0)
    frames = 0
    while place + 4 <= end:
        length = _frame(content[place : place + 4])
        if not length:
            return None
        place += length
        frames += 1
    is_whole = place >= end  # the last frame may be cut off, as recorders do
    return "mp3" if is_whole and frames >= _FEWEST_FRAMES else None


def _frame(head: bytes) -> int:
    """The length of a frame of layer III; 0 where it is none."""
    word = int.from_bytes(head, "big")
    version, layer = word >> 19 & 3, word >> 17 & 3
    rate, hertz = word >> 12 & 15, word >> 10 & 3
    if word >> 21 != _SYNC or layer != _LAYER_III or version not in _HERTZ or rate in {0, 15} or hertz == _RESERVED:
        return 0
    rates, samples = (_RATES_1, 144) if version == _VERSION_1 else (_RATES_2, 72)
    kilobits = rates[rate]
    return samples * kilobits * 1000 // _HERTZ[version][hertz] + (word >> 9 & 1)


_READERS = (
    (re.compile(rb".{4}ftyp", re.DOTALL), _mp4),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), _wav),
    (re.compile(rb"OggS"), _ogg),
    (re.compile(rb"\x1a\x45\xdf\xa3"), _webm),
    (re.compile(rb"ID3|\xff[\xe0-\xff]"), _mp3),
)
