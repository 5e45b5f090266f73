"""A call of the platform as it comes over HTTP, and the judgment of it: who signed it, when, and what is in it.

For WSGI, and for nobody's pages: no session, no cookie, no form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from zhibu.wechat.envelope import Envelope
from zhibu.wechat.errors import NotSigned, TooLarge, Unreadable
from zhibu.wechat.messages import LARGEST, Message, fields_of, message_of
from zhibu.wechat.signature import is_fresh, is_signed

#: Nobody announces a length of so many digits in earnest.
_DIGITS = 10
#: A call of the platform has seven.
_MOST_NAMES = 20

Environ = dict[str, Any]
Begin = Callable[..., object]

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Call:
    """``query`` holds each name once; a name given twice is in none of the platform's calls and is left out."""

    method: str
    query: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


#: What the platform takes for: it has come in, say nothing.
SUCCESS = Answer(200, b"success")


def call_of(environ: Environ) -> Call:
    method: str = environ["REQUEST_METHOD"]
    body = body_of(environ, LARGEST) if method == "POST" else b""
    return Call(method, _once_each(environ.get("QUERY_STRING", "")), body)


def body_of(environ: Environ, largest: int) -> bytes:
    """One byte more than the largest tells that there is more, whatever length was announced."""
    announced: str = environ.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdecimal() and len(announced) < _DIGITS else largest + 1
    body: bytes = environ["wsgi.input"].read(min(length, largest + 1))
    return body


def _once_each(query: str) -> dict[str, str]:
    try:
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_NAMES)
    except ValueError:
        return {}
    found = dict(given)
    return found if len(found) == len(given) else {}


def said(answer: Answer, begin: Begin) -> Iterable[bytes]:
    headers = [
        ("Content-Type", answer.media_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "5"))
    begin(_STATUS[answer.status], headers)
    return [answer.body]


# --- Judged --------------------------------------------------------------------------------------------------------


def judge(token: str, query: Mapping[str, str], at: float, name: str, *sealed: str) -> str:
    """The signature, where it is right and the call no older than five minutes. Raises ``NotSigned``."""
    timestamp, nonce, signature = query.get("timestamp", ""), query.get("nonce", ""), query.get(name, "")
    is_right = is_signed(signature, token, timestamp, nonce, *sealed)
    if not is_right or not nonce or not is_fresh(timestamp, at):
        raise NotSigned
    return signature


def echo(token: str, envelope: Envelope | None, query: Mapping[str, str], at: float) -> Answer:
    """The platform asks whether this is the address; WeCom seals what is to be said back."""
    asked = query.get("echostr", "")
    if envelope is not None and "msg_signature" in query:
        judge(token, query, at, "msg_signature", asked)
        return Answer(200, envelope.open(asked))
    judge(token, query, at, "signature")
    return Answer(200, asked.encode())


def sealed_in(token: str, call: Call, at: float) -> tuple[str, str]:
    """The sealed text of a call, not opened, and the signature of it. Raises ``CallRefused``."""
    _refuse_large(call)
    sealed = fields_of(call.body).get("Encrypt", "")
    if not sealed:
        raise Unreadable("not sealed")
    return sealed, judge(token, call.query, at, "msg_signature", sealed)


def message_in(token: str, envelope: Envelope | None, call: Call, at: float) -> tuple[Message, str]:
    """The message of a call, in the clear or out of its envelope, and the signature. Raises ``CallRefused``."""
    if envelope is not None:
        sealed, signature = sealed_in(token, call, at)
        return message_of(envelope.open(sealed)), signature
    _refuse_large(call)
    signature = judge(token, call.query, at, "signature")
    return message_of(call.body), signature


def _refuse_large(call: Call) -> None:
    if len(call.body) > LARGEST:
        raise TooLarge
