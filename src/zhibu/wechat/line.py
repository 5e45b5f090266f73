"""One connection to the platform: JSON over HTTP, kept open, no redirect followed, nothing sent twice unseen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from zhibu.wechat.errors import MaybeSent, PlatformAway

#: Seconds that the platform has to answer.
PATIENCE = 8.0
#: Of an answer, so much is read.
_LARGEST = 1024 * 1024
_OK = 200


class Line:
    """Calls to ``base``, one after the other. After a fault the next call opens a new connection."""

    def __init__(self, base: str, *, patience: float = PATIENCE) -> None:
        split = urlsplit(base)
        self._make = HTTPSConnection if split.scheme == "https" else HTTPConnection
        self._where = (split.hostname or "", split.port)
        self._path, self._patience = split.path.rstrip("/"), patience
        self._open: HTTPConnection | None = None
        self._used = False

    def call(self, path: str, query: Mapping[str, str], document: object = None) -> dict[str, Any]:
        """GET, or POST where there is a document. Raises ``PlatformAway`` or ``MaybeSent``."""
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        return self.send(path, query, body, "application/json")

    def send(self, path: str, query: Mapping[str, str], body: bytes | None, media_type: str) -> dict[str, Any]:
        status, said = self._exchanged(f"{path}?{urlencode(query)}", body, media_type)
        if status != _OK:
            self.close()
            raise MaybeSent(f"answered with {status}")
        try:
            found = json.loads(said)
        except ValueError as error:
            self.close()
            raise MaybeSent("answered with what is no JSON") from error
        if not isinstance(found, dict):
            raise MaybeSent("answered with what is no JSON object")
        return found

    def _exchanged(self, path: str, body: bytes | None, media_type: str) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises ``PlatformAway`` or ``MaybeSent``."""
        line = self._connected()
        try:
            line.request(
                "GET" if body is None else "POST",
                f"{self._path}{path}",
                body=body,
                headers={"Content-Type": media_type} if body is not None else {},
            )
            answer = line.getresponse()
            return answer.status, answer.read(_LARGEST)
        except (OSError, HTTPException) as error:
            self.close()
            raise MaybeSent(f"no answer: {type(error).__name__}") from error

    def _connected(self) -> HTTPConnection:
        """Open, and not closed by the other side meanwhile. Raises ``PlatformAway``: nothing was sent."""
        if self._open is not None and self._open.sock is not None and _has_ended(self._open):
            self.close()
        if self._open is None or self._open.sock is None:
            line = self._make(*self._where, timeout=self._patience)
            try:
                line.connect()
            except (OSError, HTTPException) as error:
                raise PlatformAway(f"not reached: {type(error).__name__}") from error
            self._open = line
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _has_ended(line: HTTPConnection) -> bool:
    """Whether the other side has closed a connection that nobody used for a while."""
    import select

    readable, _writable, _odd = select.select([line.sock], [], [], 0)
    return bool(readable)
