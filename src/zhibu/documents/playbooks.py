"""Playbooks (样板) as one open file: a zip of JSON and Markdown with a manifest that the publisher has signed.

``docs/playbook.md`` says what stands where. The same playbook gives the same bytes on every machine, and a file that
is not letter for letter what would be written is refused: nothing of it can be altered, added or moved unseen.
Nothing is compressed and nothing is unpacked to a disk.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhibu.domain.playbooks import Item, Playbook, Saying
from zhibu.domain.seal import Canonical, NotCanonical, canonical
from zhibu.domain.terms import Bearer, ListKind, Proof

FORMAT, VERSION = "zhibu-playbook", 1

#: What stands before the manifest in what is signed, so that no signature of another purpose fits.
PURPOSE = b"zhibu-playbook-1\n"

#: Bytes of a playbook, its files, and its articles.
LARGEST, MOST_FILES, MOST_ITEMS = 8 * 2**20, 150, 500

#: Characters.
LONGEST_TITLE, LONGEST_NAME, LONGEST_STORY = 120, 120, 20_000
_LONGEST = {"section": 120, "text": 4000, "requirement": 60, "source": 200, "consequence": 500, "ask": 200}

#: No playbook has more editions.
LAST_EDITION = 9999

_MANIFEST, _SIGNATURE, _LISTS, _STORY = "manifest.json", "signature.json", "lists.json", "story.md"
_PLACE = re.compile(r"(?:[a-z0-9][a-z0-9_-]{0,60}/)?[a-z0-9][a-z0-9_-]{0,70}\.[a-z0-9]{1,8}")
_ENTRY = b"PK\x01\x02"
_HEX = re.compile(r"[0-9a-f]+")
_KEY_DIGITS, _SIGNATURE_DIGITS, _DIGEST_DIGITS = 64, 128, 64
#: What turns the order of letters around unseen.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class PlaybookFault(Enum):
    NO_PLAYBOOK = "no_playbook"
    TOO_LARGE = "too_large"
    ODD_FILE = "odd_file"  # a name that none has, one that is there twice or not named in the manifest
    MISSING = "missing"
    ALTERED = "altered"  # not the bytes that were signed, or not written as a playbook is
    SIGNATURE = "signature"
    OTHER_KEY = "other_key"
    OLDER = "older"
    NEWER = "newer"
    BAD_VALUE = "bad_value"


class PlaybookRefused(Exception):
    """``what``: the file or the part."""

    def __init__(self, fault: PlaybookFault, what: str = "") -> None:
        super().__init__(f"{fault.value}: {what}")
        self.fault, self.what = fault, what


@dataclass(frozen=True, slots=True)
class Signed:
    """``key``: the publisher's, as 64 hexadecimal digits."""

    playbook: Playbook
    key: str


def key_of(secret: Ed25519PrivateKey) -> str:
    return secret.public_key().public_bytes_raw().hex()


def fingerprint(key: str) -> str:
    """What two people read to each other: 24 digits of the key's SHA-256, in groups of four."""
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:24].upper()
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


# --- Written -------------------------------------------------------------------------------------------------------


def write(playbook: Playbook, secret: Ed25519PrivateKey) -> bytes:
    """The same playbook and key give the same bytes."""
    files = {
        _LISTS: canonical([_told(item) for item in playbook.items]).encode(),
        _STORY: playbook.story.encode(),
    }
    manifest = canonical(
        {
            "format": FORMAT,
            "version": VERSION,
            "id": playbook.id,
            "edition": playbook.edition,
            "title": playbook.title,
            "house": playbook.house,
            "branch": playbook.branch,
            "code": playbook.code,
            "published_on": playbook.published_on.isoformat(),
            "files": {
                name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
                for name, content in files.items()
            },
        }
    ).encode()
    signature = canonical(
        {"algorithm": "Ed25519", "key": key_of(secret), "signature": secret.sign(PURPOSE + manifest).hex()}
    )
    return _zipped({_MANIFEST: manifest, _SIGNATURE: signature.encode(), **files})


def _told(item: Item) -> dict[str, Canonical]:
    says = item.says
    return {
        "key": item.key,
        "list": says.kind.value,
        "section": says.section,
        "text": says.text,
        "bearer": says.bearer.value if says.bearer else None,
        "right": says.is_right,
        "proof": says.proof.value,
        "requirement": says.requirement,
        "source": says.source,
        "consequence": says.consequence,
        "ask": says.ask,
    }


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    """Manifest and signature, then the files by name; stored as they are."""
    first = [_MANIFEST, _SIGNATURE]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
        for name in [*first, *sorted(contents.keys() - set(first))]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            packed.writestr(entry, contents[name], zipfile.ZIP_STORED)
    return made.getvalue()


# --- Read ----------------------------------------------------------------------------------------------------------


def read(content: bytes, *, key: str | None = None) -> Signed:
    """Raises ``PlaybookRefused``. ``key``: whose it must be, where that is known.

    Parts that this version does not know are left alone and named in ``unknown``.
    """
    if len(content) > LARGEST or content.count(_ENTRY) > MOST_FILES + 2:  # before the list is read
        raise PlaybookRefused(PlaybookFault.TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            contents = _contents(packed)
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise PlaybookRefused(PlaybookFault.NO_PLAYBOOK) from error
    for name in (_MANIFEST, _SIGNATURE):
        if name not in contents:
            raise PlaybookRefused(PlaybookFault.MISSING, name)
    manifest = _object(contents[_MANIFEST], _MANIFEST)
    _refuse_other_forms(manifest)
    signer = _signer(contents)
    if key is not None and signer != key:
        raise PlaybookRefused(PlaybookFault.OTHER_KEY, fingerprint(signer))
    unknown = _refuse_other_files(manifest, contents)
    if _zipped(contents) != content:
        raise PlaybookRefused(PlaybookFault.ALTERED)
    return Signed(_playbook(manifest, contents, unknown), signer)


def _contents(packed: zipfile.ZipFile) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for entry in packed.infolist():
        if not _PLACE.fullmatch(entry.filename) or entry.filename in contents or entry.flag_bits & 1:
            raise PlaybookRefused(PlaybookFault.ODD_FILE, entry.filename[:80])
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise PlaybookRefused(PlaybookFault.ALTERED, entry.filename)
        with packed.open(entry) as file:
            contents[entry.filename] = file.read(entry.file_size + 1)
    return contents


def _object(content: bytes, name: str) -> dict[str, Any]:
    told = _json(content, name)
    if not isinstance(told, dict):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, name)
    return told


def _json(content: bytes, name: str) -> Any:
    """Only as it is written canonically: no key twice, no other spelling of the same."""
    try:
        told = json.loads(content.decode())
        is_canonical = canonical(told).encode() == content
    except (ValueError, RecursionError, NotCanonical) as error:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, name) from error
    if not is_canonical:
        raise PlaybookRefused(PlaybookFault.ALTERED, name)
    return told


def _refuse_other_forms(manifest: Mapping[str, Any]) -> None:
    version = manifest.get("version")
    if manifest.get("format") != FORMAT or type(version) is not int:
        raise PlaybookRefused(PlaybookFault.NO_PLAYBOOK)
    if version != VERSION:
        raise PlaybookRefused(PlaybookFault.NEWER if version > VERSION else PlaybookFault.OLDER, str(version)[:20])


def _signer(contents: Mapping[str, bytes]) -> str:
    told = _object(contents[_SIGNATURE], _SIGNATURE)
    if told.keys() != {"algorithm", "key", "signature"} or told["algorithm"] != "Ed25519":
        raise PlaybookRefused(PlaybookFault.SIGNATURE)
    key = _digits(told["key"], _KEY_DIGITS, _SIGNATURE)
    signature = _digits(told["signature"], _SIGNATURE_DIGITS, _SIGNATURE)
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), PURPOSE + contents[_MANIFEST])
    except (InvalidSignature, ValueError) as error:
        raise PlaybookRefused(PlaybookFault.SIGNATURE) from error
    return key


def _digits(said: Any, length: int, where: str) -> str:
    if not isinstance(said, str) or len(said) != length or not _HEX.fullmatch(said):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, where)
    return said


_KNOWN = ["format", "version", "id", "edition", "title", "house", "branch", "code", "published_on", "files"]


def _refuse_other_files(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """Each file is named in the manifest, with its digest. Returns what is not known here."""
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(isinstance(told, dict) for told in files.values()):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, "files")
    for name in contents.keys() - files.keys() - {_MANIFEST, _SIGNATURE}:
        raise PlaybookRefused(PlaybookFault.ODD_FILE, name)
    for name, told in files.items():
        if name not in contents:
            raise PlaybookRefused(PlaybookFault.MISSING, name[:80])
        digest = _digits(told.get("sha256"), _DIGEST_DIGITS, "files")
        if hashlib.sha256(contents[name]).hexdigest() != digest or len(contents[name]) != told.get("size"):
            raise PlaybookRefused(PlaybookFault.ALTERED, name)
    return (*sorted(manifest.keys() - set(_KNOWN)), *sorted(files.keys() - {_LISTS, _STORY}))


def _playbook(manifest: Mapping[str, Any], contents: Mapping[str, bytes], unknown: tuple[str, ...]) -> Playbook:
    for name in (_LISTS, _STORY):
        if name not in contents:
            raise PlaybookRefused(PlaybookFault.MISSING, name)
    told = _json(contents[_LISTS], _LISTS)
    if not isinstance(told, list):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, _LISTS)
    if len(told) > MOST_ITEMS:
        raise PlaybookRefused(PlaybookFault.TOO_LARGE, _LISTS)
    items = tuple(_item(one) for one in told)
    if len({item.key for item in items}) != len(items):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, "key")
    fields = tuple(sorted({f"{_LISTS}: {name[:40]}" for one in told for name in one.keys() - _FIELDS}))
    edition = manifest.get("edition")
    if type(edition) is not int or not 1 <= edition <= LAST_EDITION:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, "edition")
    try:
        story = contents[_STORY].decode()
    except UnicodeDecodeError as error:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, _STORY) from error
    return Playbook(
        id=_uuid(manifest, "id"),
        edition=edition,
        title=_text(manifest, "title", LONGEST_TITLE, needed=True),
        house=_text(manifest, "house", LONGEST_NAME, needed=True),
        branch=_text(manifest, "branch", LONGEST_NAME, needed=True),
        code=_text(manifest, "code", LONGEST_NAME),
        published_on=_day(manifest, "published_on"),
        story=_text({_STORY: story}, _STORY, LONGEST_STORY),
        items=items,
        unknown=unknown + fields,
    )


_FIELDS = {"key", "list", "bearer", "right", "proof", *_LONGEST}


def _item(told: Any) -> Item:
    if not isinstance(told, dict) or type(told.get("right")) is not bool:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, _LISTS)
    texts = {name: _text(told, name, most, needed=name in {"section", "text"}) for name, most in _LONGEST.items()}
    try:
        says = Saying(
            kind=ListKind(str(told.get("list"))),
            bearer=None if told.get("bearer") is None else Bearer(told["bearer"]),
            is_right=told["right"],
            proof=Proof(str(told.get("proof"))),
            **texts,
        )
    except ValueError as error:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, str(error)[:60]) from error
    if not _may_stand(says):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, says.text[:40])
    return Item(_uuid(told, "key"), says)


def _may_stand(says: Saying) -> bool:
    """As the lists ask: a duty is borne by somebody, a prohibition says what happens and whom to ask."""
    is_duty = says.kind is ListKind.DUTIES
    return (
        is_duty == (says.bearer is not None)
        and (is_duty or (not says.is_right and says.proof is Proof.NONE))
        and (says.proof is Proof.REQUIREMENT) == bool(says.requirement)
        and (not says.forbids or bool(says.consequence and says.ask))
    )


def _uuid(told: Mapping[str, Any], name: str) -> str:
    said = told.get(name)
    try:
        is_one = isinstance(said, str) and str(UUID(said)) == said
    except ValueError:
        is_one = False
    if not is_one:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, name)
    return str(said)


def _day(told: Mapping[str, Any], name: str) -> dt.date:
    said = told.get(name)
    try:
        day = dt.date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != said:
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, name)
    return day


def _text(told: Mapping[str, Any], name: str, most: int, *, needed: bool = False) -> str:
    said = told.get(name)
    if not isinstance(said, str) or len(said) > most or (needed and not said.strip()) or any(_odd(said)):
        raise PlaybookRefused(PlaybookFault.BAD_VALUE, name)
    return said


def _odd(said: str) -> Iterator[bool]:
    """Characters that can not be seen and do something."""
    return (char in _TURNS or (unicodedata.category(char) == "Cc" and char not in "\n\t") for char in said)
