"""The main server's side of the relay: fetches what came in, and says to the platform through it what goes out."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from zhibu.wechat.errors import MaybeSent, NotSigned, PlatformAway
from zhibu.wechat.line import PATIENCE, Line
from zhibu.wechat.relay.outer import PLACE
from zhibu.wechat.relay.signing import ask, said
from zhibu.wechat.relay.store import Held

#: The relay itself waits for the platform; this side waits a little longer.
_LONGER = 4.0


class Relay(Line):
    """A line to the platform by way of the relay at ``base``, and the calls that wait there."""

    def __init__(self, base: str, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(base, patience=PATIENCE + _LONGER)
        self._secret, self._clock = secret, clock

    def fetch(self, done: Sequence[int]) -> list[Held]:
        """Those that wait, the oldest first; ``done`` need not be kept any longer. Asked again it says the same."""
        found = self._asked({"ask": "fetch", "done": list(done)})
        return [
            Held(one["id"], one["query"], base64.b64decode(one["body"]), one["received_at"]) for one in found["calls"]
        ]

    def send(self, path: str, query: Mapping[str, str], body: bytes | None, media_type: str) -> dict[str, Any]:
        found = self._asked(
            {
                "ask": "platform",
                "path": path,
                "query": dict(query),
                "body": None if body is None else base64.b64encode(body).decode(),
                "media_type": media_type,
            }
        )
        if "away" in found:
            raise PlatformAway(f"by way of the relay: {found['away']}")
        if "maybe" in found:
            raise MaybeSent(f"by way of the relay: {found['maybe']}")
        answer: dict[str, Any] = found["said"]
        return answer

    def _asked(self, document: dict[str, Any]) -> dict[str, Any]:
        body, nonce = ask(self._secret, document, at=self._clock())
        status, answer = self._exchanged(PLACE, body, "application/json")
        if status == HTTPStatus.FORBIDDEN:
            raise PlatformAway("the relay refuses: another secret, or the clocks differ by more than five minutes")
        if status != HTTPStatus.OK:
            self.close()
            raise MaybeSent(f"the relay answered with {status}")
        try:
            return said(self._secret, nonce, answer)
        except NotSigned as error:
            self.close()
            raise MaybeSent("what answered is not the relay: another secret") from error
