"""Study packs (学习包): a zip with a manifest; a lesson's agenda and papers, and the units that stand for it.

``docs/study-pack.md`` says what stands where. Bytes in, a dataclass out, and back. Nothing is unpacked to a disk, and
nothing of a pack is believed: each file is named by its digest, its size is known before it is read.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

FORMAT, VERSION = "zhibu-study-pack", 1

#: Bytes of a pack, and of all that is in it; files, and bytes of the manifest.
LARGEST, LARGEST_UNPACKED, MOST_FILES, LARGEST_MANIFEST = 100 * 2**20, 150 * 2**20, 150, 2 * 2**20
MOST_UNITS, MOST_AGENDA = 5, 20

_MANIFEST = "manifest.json"
_PLACE = re.compile(r"files/[0-9a-f]{64}")
_ENTRY = b"PK\x01\x02"


class PackFault(Enum):
    NO_PACK = "no_pack"
    TOO_LARGE = "too_large"
    ODD_FILE = "odd_file"  # a name that none has, a way out of the folder, a file that is locked or not named
    MISSING = "missing"
    ALTERED = "altered"
    VERSION = "version"
    UNKNOWN = "unknown"  # a part that this version does not know
    BAD_VALUE = "bad_value"


class PackRefused(Exception):
    """``what``: the file or the part."""

    def __init__(self, fault: PackFault, what: str = "") -> None:
        super().__init__(f"{fault.value}: {what}")
        self.fault, self.what = fault, what


@dataclass(frozen=True, slots=True)
class PackFile:
    """``said``, ``transcript`` and ``captions`` as of a file of a unit; of a paper they are empty."""

    name: str
    content: bytes
    said: str = ""
    transcript: str = ""
    captions: str = ""


@dataclass(frozen=True, slots=True)
class PackUnit:
    """``id``: the key of the unit where the pack was made; ``questions`` as they are typed."""

    id: str
    title: str
    text: str
    minutes: int
    topic: str
    questions: str
    files: tuple[PackFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """``conveyed``: what the record begins with."""

    title: str
    source: str
    conveyed: str
    agenda: tuple[str, ...]
    papers: tuple[PackFile, ...]
    units: tuple[PackUnit, ...]


# --- Written -------------------------------------------------------------------------------------------------------


def write(pack: Pack) -> bytes:
    """The same pack gives the same bytes."""
    contents: dict[str, bytes] = {}

    def told(file: PackFile) -> dict[str, object]:
        digest = hashlib.sha256(file.content).hexdigest()
        contents[f"files/{digest}"] = file.content
        texts = {"said": file.said, "transcript": file.transcript, "captions": file.captions}
        return {"name": file.name, "sha256": digest, "size": len(file.content), **texts}

    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "title": pack.title,
        "source": pack.source,
        "conveyed": pack.conveyed,
        "agenda": list(pack.agenda),
        "papers": [told(file) for file in pack.papers],
        "units": [
            {
                "id": unit.id,
                "title": unit.title,
                "text": unit.text,
                "minutes": unit.minutes,
                "topic": unit.topic,
                "questions": unit.questions,
                "files": [told(file) for file in unit.files],
            }
            for unit in pack.units
        ],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        for name, content in [(_MANIFEST, text.encode()), *sorted(contents.items())]:
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


# --- Read ----------------------------------------------------------------------------------------------------------


def read(content: bytes) -> Pack:
    """Raises ``PackRefused``; what it holds is as it says, and nothing else is in it."""
    if len(content) > LARGEST:
        raise PackRefused(PackFault.TOO_LARGE)
    if content.count(_ENTRY) > MOST_FILES + 1:  # before the list is read
        raise PackRefused(PackFault.TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _pack(packed)
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, EOFError) as error:
        raise PackRefused(PackFault.NO_PACK) from error


def _pack(packed: zipfile.ZipFile) -> Pack:
    entries = {}
    for entry in packed.infolist():
        is_known = entry.filename == _MANIFEST or _PLACE.fullmatch(entry.filename)
        if not is_known or entry.filename in entries or entry.flag_bits & 1:
            raise PackRefused(PackFault.ODD_FILE, entry.filename)
        entries[entry.filename] = entry
    if sum(entry.file_size for entry in entries.values()) > LARGEST_UNPACKED:
        raise PackRefused(PackFault.TOO_LARGE)
    if _MANIFEST not in entries:
        raise PackRefused(PackFault.MISSING, _MANIFEST)
    if entries[_MANIFEST].file_size > LARGEST_MANIFEST:
        raise PackRefused(PackFault.TOO_LARGE, _MANIFEST)
    contents = {name: _unpacked(packed, entry) for name, entry in entries.items()}
    try:
        manifest = json.loads(contents.pop(_MANIFEST).decode())
    except (ValueError, RecursionError) as error:
        raise PackRefused(PackFault.BAD_VALUE, _MANIFEST) from error
    return _Reader(contents).pack(manifest)


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Never more than the list says: whatever is longer is another file."""
    with packed.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise PackRefused(PackFault.ALTERED, entry.filename)
    return content


class _Reader:
    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._used: set[str] = set()

    def pack(self, told: Any) -> Pack:
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise PackRefused(PackFault.NO_PACK)
        if told.get("version") != VERSION:
            raise PackRefused(PackFault.VERSION, str(told.get("version"))[:20])
        parts = "format version title source conveyed agenda papers units"
        _only(told, parts, "")
        found = Pack(
            title=_text(told, "title"),
            source=_text(told, "source"),
            conveyed=_text(told, "conveyed"),
            agenda=tuple(_item(item, "agenda") for item in _list(told, "agenda", MOST_AGENDA)),
            papers=tuple(self._file(file, "papers") for file in _list(told, "papers", MOST_FILES)),
            units=tuple(self._unit(unit) for unit in _list(told, "units", MOST_UNITS)),
        )
        for name in self._contents.keys() - self._used:
            raise PackRefused(PackFault.ODD_FILE, name)
        return found

    def _unit(self, told: Any) -> PackUnit:
        _only(told, "id title text minutes topic questions files", "units")
        minutes = told.get("minutes")
        if type(minutes) is not int:
            raise PackRefused(PackFault.BAD_VALUE, "minutes")
        texts = {name: _text(told, name) for name in ("id", "title", "text", "topic", "questions")}
        return PackUnit(**texts, minutes=minutes, files=tuple(self._files(told)))

    def _files(self, told: Any) -> Iterator[PackFile]:
        return (self._file(file, "files") for file in _list(told, "files", MOST_FILES))

    def _file(self, told: Any, where: str) -> PackFile:
        _only(told, "name sha256 size said transcript captions", where)
        name, place = _text(told, "name"), f"files/{_text(told, 'sha256')}"
        content = self._contents.get(place)
        if content is None:
            raise PackRefused(PackFault.MISSING, name)
        if hashlib.sha256(content).hexdigest() != told["sha256"] or len(content) != told.get("size"):
            raise PackRefused(PackFault.ALTERED, name)
        self._used.add(place)
        return PackFile(name, content, *(_text(told, each) for each in ("said", "transcript", "captions")))


def _only(told: Any, known: str, where: str) -> None:
    if not isinstance(told, dict):
        raise PackRefused(PackFault.BAD_VALUE, where)
    for name in told.keys() - set(known.split()):
        raise PackRefused(PackFault.UNKNOWN, f"{where}.{name}".strip(".")[:60])


def _text(told: Mapping[str, Any], name: str) -> str:
    return _item(told.get(name), name)


def _item(said: Any, name: str) -> str:
    if not isinstance(said, str):
        raise PackRefused(PackFault.BAD_VALUE, name)
    return said


def _list(told: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = told.get(name)
    if not isinstance(found, list):
        raise PackRefused(PackFault.BAD_VALUE, name)
    if len(found) > most:
        raise PackRefused(PackFault.TOO_LARGE, name)
    return found
