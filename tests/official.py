"""The platform's side for tests: calls of the official account, signed and sealed as it does, and mutated."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import LazySettings

from zhibu.domain.terms import AccountApp
from zhibu.web.official_account import door
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.messages import cdata
from zhibu.wechat.signature import signature_of
from zhibu.wechat.stand_in.facts import DEMO
from zhibu.wechat.stand_in.server import StandIn

APP, TOKEN, KEY = "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
REAL = 1795400000.0


def set_account(
    settings: LazySettings, *, sealed: bool = False, kind: str = "service", profile: str = "full"
) -> None:
    settings.WECHAT_PROFILE, settings.WECHAT_KIND = profile, kind
    settings.WECHAT_APP_ID, settings.WECHAT_TOKEN = APP, TOKEN
    settings.WECHAT_SECRET = "s" if kind == "service" else ""
    settings.WECHAT_AES_KEY = KEY if sealed else ""
    settings.WECHAT_TEMPLATE = "t" if kind == "service" else ""
    settings.WECHAT_TELLS = profile == "full" and kind == "service"
    settings.URL = "https://zhibu.example.cn"
    door.accounts.cache_clear()
    platform_of.cache_clear()
    PAUSE.end()


@contextmanager
def playing(settings: LazySettings) -> Iterator[StandIn]:
    """The platform's side, which the house calls meanwhile; what is said to a phone stands in its chat."""
    set_account(settings)
    settings.WECHAT_SECRET, settings.WECHAT_TEMPLATE, settings.WECHAT_APP_ID = DEMO.secret, DEMO.template, DEMO.app_id
    with StandIn(DEMO) as running:
        settings.WECHAT_API = running.url
        settings.WECHAT_AUTHORIZE = f"{running.url}/connect/oauth2/authorize"
        yield running
        platform = platform_of(AccountApp.OFFICIAL)
        assert platform is not None
        platform.close()
    door.accounts.cache_clear()
    platform_of.cache_clear()


def text(said: str, *, sender: str = "oChen", number: str = "1", made_at: int = int(REAL), to: str = "gh_1") -> str:
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{made_at}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{cdata(said)}</Content><MsgId>{number}</MsgId></xml>"
    )


def event(name: str, *, key: str = "", sender: str = "oChen", made_at: int = int(REAL), more: str = "") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{sender}</FromUserName><CreateTime>{made_at}</CreateTime>"
        f"<MsgType>event</MsgType><Event>{name}</Event><EventKey>{cdata(key)}</EventKey>{more}</xml>"
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it goes over the wire."""

    query: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Caller:
    """Signs (and seals) as the platform does."""

    sealed: bool = False
    token: str = TOKEN
    key: str = KEY
    app: str = APP
    path: str = f"/wechat/{APP}/"

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.token, key_of(self.key), self.app)

    def signed(self, message: str | bytes, *, at: float = REAL, nonce: str = "") -> Sent:
        body = message.encode() if isinstance(message, str) else message
        timestamp, nonce = str(int(at)), nonce or secrets.token_hex(5)
        query = {
            "signature": signature_of(self.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": "oChen",
        }
        if not self.sealed:
            return Sent(query, body)
        inside = self.envelope.seal(body)
        query |= {"encrypt_type": "aes", "msg_signature": signature_of(self.token, timestamp, nonce, inside)}
        return Sent(query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{cdata(inside)}</Encrypt></xml>".encode())

    def post(self, sent: Sent, *, method: str = "POST", length: str | None = None) -> tuple[int, bytes]:
        return call(self.path, sent.query, sent.body, method=method, length=length)

    def say(self, message: str | bytes, *, at: float = REAL, nonce: str = "") -> tuple[int, bytes]:
        return self.post(self.signed(message, at=at, nonce=nonce))


def call(
    path: str, query: dict[str, str] | str, body: bytes = b"", *, method: str = "POST", length: str | None = None
) -> tuple[int, bytes]:
    """What the server would hand in; the status and the body of the answer."""
    return call_at(door.with_callback(_pages), path, query, body, method=method, length=length)


def _pages(_environ: object, begin: Callable[..., object]) -> list[bytes]:
    begin("404 Not Found", [])
    return [b"page"]


def call_at(
    application: Callable[..., Iterable[bytes]],
    path: str,
    query: dict[str, str] | str,
    body: bytes = b"",
    *,
    method: str = "POST",
    length: str | None = None,
) -> tuple[int, bytes]:
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query if isinstance(query, str) else urlencode(query),
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
        "wsgi.input": io.BytesIO(body),
    }

    def begin(status: str, _headers: object) -> None:
        said.append(status)

    answer = b"".join(application(environ, begin))
    return int(said[0][:3]), answer
