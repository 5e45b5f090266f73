"""How ballots are sealed: to the tellers' keys, one around the other, and the box once more around all of them.

A ballot is sealed to every teller in turn, so that only all of them together open it. The box is one value under a
key of the server's and a new nonce for every vote: whoever reads the database or its journal sees a value that
changed as a whole, and not where. A new ballot goes to a place in the box that chance chooses.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

from zhibu.apps.ballots.errors import BoxUnreadable, KeyRefused
from zhibu.domain.ballots import BALLOT_BYTES, CODE_BYTES, Ballot, NoBallot, read, written

#: Bytes that one seal adds, and of the mark by which a receipt finds its ballot in the box.
_SEAL_BYTES, _TAG_BYTES = 48, 16

SALT_BYTES = 32

# --- Receipts -------------------------------------------------------------------------------------------------------


def new_code() -> bytes:
    return secrets.token_bytes(CODE_BYTES)


def in_letters(code: bytes) -> str:
    """``ABCD-EFGH-…``: sixteen letters and digits of base32, in fours."""
    text = base64.b32encode(code).decode()
    return "-".join(text[first : first + 4] for first in range(0, len(text), 4))


def from_letters(text: str) -> bytes | None:
    """What ``in_letters`` wrote, however it was typed; ``None`` for anything else."""
    plain = "".join(text.split()).replace("-", "").upper()
    try:
        code = base64.b32decode(plain.encode("ascii"))
    except (binascii.Error, ValueError):
        return None
    return code if len(code) == CODE_BYTES else None


# --- The tellers' keys ----------------------------------------------------------------------------------------------

#: What a key file is, and the version of its form.
_KIND, _VERSION = "zhibu-teller-key", 1

#: A key file is no longer than this; a longer one is not read.
LONGEST_KEY_FILE = 4_096


@dataclass(frozen=True, slots=True)
class MadeKey:
    """``public``: 32 bytes to keep; ``file``: the bytes to hand over, which only the phrase opens."""

    public: bytes
    file: bytes


def make_key(ballot: UUID, teller: UUID, phrase: str) -> MadeKey:
    """A new pair of keys. What opens leaves this function only under the phrase."""
    key = PrivateKey.generate()
    salt = random_bytes(argon2id.SALTBYTES)
    kept = SecretBox(_stretched(phrase, salt)).encrypt(bytes(key))
    facts = {
        "kind": _KIND,
        "version": _VERSION,
        "ballot": str(ballot),
        "teller": str(teller),
        "salt": base64.b64encode(salt).decode(),
        "key": base64.b64encode(kept).decode(),
    }
    return MadeKey(bytes(key.public_key), json.dumps(facts, indent=1).encode())


def opened_key(file: bytes, phrase: str, *, ballot: UUID, teller: UUID, public: bytes) -> PrivateKey:
    """The key in a file. Raises ``KeyRefused`` with what is wrong with it."""
    facts = _facts_of(file)
    if facts.get("ballot") != str(ballot):
        raise KeyRefused(_("This key file belongs to another ballot. Choose the one of this ballot."))
    if facts.get("teller") != str(teller):
        raise KeyRefused(_("This key file belongs to another teller. Choose the one that this teller was given."))
    try:
        salt, kept = (base64.b64decode(str(facts.get(name)), validate=True) for name in ("salt", "key"))
        key = PrivateKey(SecretBox(_stretched(phrase, salt)).decrypt(kept))
    except (CryptoError, ValueError, TypeError) as error:
        raise KeyRefused(
            _("The phrase does not open this key file. Type it as it was typed when the key was made.")
        ) from error
    if bytes(key.public_key) != public:
        raise KeyRefused(_("This key was replaced by a later one. Choose the file that was made last."))
    return key


def _facts_of(file: bytes) -> Mapping[str, object]:
    try:
        facts = json.loads(file) if len(file) <= LONGEST_KEY_FILE else None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("kind") != _KIND or facts.get("version") != _VERSION:
        raise KeyRefused(_("This is no key file of a teller. Choose the file that was downloaded with the key."))
    return facts


def _stretched(phrase: str, salt: bytes) -> bytes:
    """Half a second and 64 MiB for each guess at the phrase."""
    return bytes(
        argon2id.kdf(
            SecretBox.KEY_SIZE,
            phrase.encode(),
            salt,
            opslimit=argon2id.OPSLIMIT_INTERACTIVE,
            memlimit=argon2id.MEMLIMIT_INTERACTIVE,
        )
    )


# --- One ballot -----------------------------------------------------------------------------------------------------


def sealed(ballot: Ballot, tellers: Sequence[bytes]) -> bytes:
    """Sealed to the first teller, that to the second, and so on."""
    text = written(ballot)
    for public in tellers:
        text = SealedBox(PublicKey(public)).encrypt(text)
    return text


def unsealed(text: bytes, tellers: Sequence[PrivateKey]) -> Ballot:
    """With the keys in the same order. Raises ``NoBallot`` for what was not sealed so."""
    try:
        for key in reversed(tellers):
            text = SealedBox(key).decrypt(text)
    except (CryptoError, ValueError, TypeError) as error:
        raise NoBallot from error
    return read(text)


# --- The box --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies in the box: the mark that the code of the receipt gives, and the sealed ballot."""

    tag: bytes
    ballot: bytes


def tag_of(ballot: UUID, code: bytes) -> bytes:
    return blake2b(ballot.bytes + code, digest_size=_TAG_BYTES, person=b"zhibu receipt", encoder=RawEncoder)


class OpenBox:
    """The entries of a box while it is written or counted; never kept anywhere as it is here."""

    def __init__(self, text: bytes, *, tellers: int) -> None:
        self._size = _TAG_BYTES + BALLOT_BYTES + _SEAL_BYTES * tellers
        if len(text) % self._size:
            raise NoBallot
        self._text = bytearray(text)

    def __len__(self) -> int:
        return len(self._text) // self._size

    def __iter__(self) -> Iterator[Entry]:
        for first in range(0, len(self._text), self._size):
            entry = bytes(self._text[first : first + self._size])
            yield Entry(entry[:_TAG_BYTES], entry[_TAG_BYTES:])

    def holds(self, tag: bytes) -> bool:
        place = self._text.find(tag)
        while place >= 0:
            if place % self._size == 0:
                return True
            place = self._text.find(tag, place + 1)
        return False

    def lay_in(self, entry: Entry) -> None:
        """At a place that chance chooses: every order of the entries is then as likely as every other."""
        place = secrets.randbelow(len(self) + 1) * self._size
        text = entry.tag + entry.ballot
        assert len(text) == self._size
        self._text[place:place] = text

    def __bytes__(self) -> bytes:
        return bytes(self._text)


def closed(box: OpenBox, salt: bytes) -> bytes:
    """The box as it is kept: every byte is another than before, whatever was laid in."""
    return bytes(SecretBox(_key_of_box(salt)).encrypt(bytes(box)))


def opened(content: bytes, salt: bytes, *, tellers: int) -> OpenBox:
    """Raises ``BoxUnreadable`` where the server has another secret than when the ballot was opened."""
    try:
        return OpenBox(SecretBox(_key_of_box(salt)).decrypt(content), tellers=tellers)
    except (CryptoError, NoBallot) as error:
        raise BoxUnreadable(
            _("The box can not be opened: the server's secret is another than when voting began. Vote on paper.")
        ) from error


def _key_of_box(salt: bytes) -> bytes:
    secret = blake2b(settings.SECRET_KEY.encode(), digest_size=32, encoder=RawEncoder)
    return blake2b(salt, key=secret, digest_size=SecretBox.KEY_SIZE, person=b"zhibu box", encoder=RawEncoder)
