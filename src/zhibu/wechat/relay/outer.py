"""The relay itself, for WSGI: the platform's calls come in, and the inner server's requests; it calls nobody inward.

In sealed mode it has no key: it judges who signed what was sealed and when, and can not read what it keeps. What the
inner server says to the platform passes through; nothing of it is kept.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from zhibu.wechat.calls import SUCCESS, Answer, Begin, Call, Environ, body_of, call_of, echo, judge, said, sealed_in
from zhibu.wechat.errors import CallRefused, MaybeSent, NotSigned, PlatformAway, TooLarge
from zhibu.wechat.line import Line
from zhibu.wechat.messages import LARGEST, message_of
from zhibu.wechat.relay.signing import Heard, asked, say
from zhibu.wechat.relay.store import Store, StoreAway

#: Where the inner server asks, and where its health is seen.
PLACE, PULSE = "/relay/", "/healthz"
#: So much is handed over at once; together with its envelope it stays below what a line reads.
AT_ONCE, BYTES_AT_ONCE = 50, 512 * 1024
#: Of a request of the inner server, so much is read.
_LARGEST_ASKED = 1024 * 1024
#: Of the platform's calls, those that an account makes.
_OPEN_PATHS = ("/cgi-bin/", "/sns/")
#: What of a call's query is needed to judge it again.
_NEEDED = ("signature", "msg_signature", "timestamp", "nonce")

_NOT_THERE, _NOT_SO, _LATER = Answer(404, b""), Answer(405, b""), Answer(503, b"")


@dataclass(slots=True)
class Outer:
    """``account``: its AppID; ``secret``: shared with the inner server; ``platform``: the line to WeChat."""

    account: str
    token: str
    secret: str
    store: Store
    platform: Line
    is_plain: bool = False
    clock: Callable[[], float] = time.time
    _heard: Heard = field(init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._heard = Heard(since=self.clock())

    def __call__(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        return said(self._answer(environ), begin)

    def _answer(self, environ: Environ) -> Answer:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        try:
            if path == f"/wechat/{self.account}/":
                return self._called(call_of(environ)) if method in {"GET", "POST"} else _NOT_SO
            if path == PLACE:
                return self._asked(body_of(environ, _LARGEST_ASKED)) if method == "POST" else _NOT_SO
            if path == PULSE:
                return Answer(200, b"ok") if self.store.is_well() else _LATER
        except CallRefused as refusal:
            return Answer(refusal.status, b"")
        except StoreAway:
            return _LATER
        return _NOT_THERE

    # --- The platform ---

    def _called(self, call: Call) -> Answer:
        at = self.clock()
        if call.method == "GET":
            return echo(self.token, None, call.query, at)
        signature = self._judged(call, at)
        needed = {name: call.query[name] for name in _NEEDED if name in call.query}
        self.store.put(signature, needed, call.body, at=at)
        return SUCCESS

    def _judged(self, call: Call, at: float) -> str:
        if not self.is_plain:
            return sealed_in(self.token, call, at)[1]
        if len(call.body) > LARGEST:
            raise TooLarge
        signature = judge(self.token, call.query, at, "signature")
        message_of(call.body)
        return signature

    # --- The inner server ---

    def _asked(self, body: bytes) -> Answer:
        if len(body) > _LARGEST_ASKED:
            raise TooLarge
        document, nonce = asked(self.secret, body, self._heard, at=self.clock())
        answers = {"fetch": self._fetch, "platform": self._forward}
        try:
            found = answers[document["ask"]](document)
        except (KeyError, TypeError, ValueError) as error:
            raise CallRefused from error  # signed, but by another version of the program
        return Answer(200, say(self.secret, nonce, found), "application/json")

    def _fetch(self, document: dict[str, Any]) -> dict[str, Any]:
        held = self.store.hand_over(document["done"], most=AT_ONCE, largest=BYTES_AT_ONCE)
        return {
            "calls": [
                {
                    "id": one.id,
                    "query": one.query,
                    "body": base64.b64encode(one.body).decode(),
                    "received_at": one.received_at,
                }
                for one in held
            ]
        }

    def _forward(self, document: dict[str, Any]) -> dict[str, Any]:
        path, given = str(document["path"]), document["body"]
        if not path.startswith(_OPEN_PATHS):
            raise NotSigned
        body = None if given is None else base64.b64decode(given)
        with self._guard:
            try:
                return {"said": self.platform.send(path, document["query"], body, document["media_type"])}
            except MaybeSent as fault:
                return {"maybe": str(fault)}
            except PlatformAway as fault:
                return {"away": str(fault)}
