"""What the two sides say to each other, signed with one secret: HMAC-SHA-256, fresh, each request once.

An answer is bound to its request: nobody in between can put another in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from typing import Any

from zhibu.wechat.errors import NotSigned
from zhibu.wechat.signature import FRESH_FOR

#: A secret that is shorter can be guessed.
SHORTEST_SECRET = 32

_ASKED, _SAID = "zhibu relay asks", "zhibu relay says"


def _code(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def ask(secret: str, document: dict[str, Any], *, at: float) -> tuple[bytes, str]:
    """A request as it goes out, and its nonce."""
    text, stamp, nonce = json.dumps(document), f"{at:.3f}", secrets.token_hex(16)
    code = _code(secret, _ASKED, stamp, nonce, text)
    return json.dumps({"text": text, "stamp": stamp, "nonce": nonce, "code": code}).encode(), nonce


class Heard:
    """The requests that one process has heard. Those from before it began are not taken: it knows nothing of them."""

    def __init__(self, *, since: float) -> None:
        self._since = since
        self._guard = threading.Lock()
        self._nonces: dict[str, float] = {}

    def is_first(self, nonce: str, stamp: float, at: float) -> bool:
        with self._guard:
            if stamp < self._since or abs(stamp - at) > FRESH_FOR or nonce in self._nonces:
                return False
            for old in [known for known, when in self._nonces.items() if when < at - 2 * FRESH_FOR]:
                del self._nonces[old]
            self._nonces[nonce] = stamp
            return True


def asked(secret: str, body: bytes, heard: Heard, *, at: float) -> tuple[dict[str, Any], str]:
    """The document of a request and its nonce. Raises ``NotSigned``."""
    given = _texts(body, "text", "stamp", "nonce", "code")
    if not _is_right(given["code"], _code(secret, _ASKED, given["stamp"], given["nonce"], given["text"])):
        raise NotSigned
    document = json.loads(given["text"])
    if not heard.is_first(given["nonce"], float(given["stamp"]), at):
        raise NotSigned
    return document, given["nonce"]


def say(secret: str, nonce: str, document: dict[str, Any]) -> bytes:
    """The answer to the request with this nonce."""
    text = json.dumps(document)
    return json.dumps({"text": text, "code": _code(secret, _SAID, nonce, text)}).encode()


def said(secret: str, nonce: str, body: bytes) -> dict[str, Any]:
    """Raises ``NotSigned``."""
    given = _texts(body, "text", "code")
    if not _is_right(given["code"], _code(secret, _SAID, nonce, given["text"])):
        raise NotSigned
    document: dict[str, Any] = json.loads(given["text"])
    return document


def _is_right(code: str, expected: str) -> bool:
    return hmac.compare_digest(code.encode(errors="replace"), expected.encode())


def _texts(body: bytes, *names: str) -> dict[str, str]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotSigned from error
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in names):
        raise NotSigned
    try:
        "".join(given[name] for name in names).encode()
    except UnicodeEncodeError as error:
        raise NotSigned from error
    return {name: given[name] for name in names}
