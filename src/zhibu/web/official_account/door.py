"""Where the platform calls: ``/wechat/{account}/``. In front of Django's pages, for nothing of theirs is needed.

No session, no cookie, no form: a signature. What the pages go through first costs more than the answer itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import close_old_connections

from zhibu.domain.terms import AccountApp
from zhibu.web.official_account.receiving import Account, Answer, Call, receive
from zhibu.web.official_account.replies import reply_to
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import NONE
from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.messages import LARGEST, Message

PLACE = "/wechat/"
#: Nobody announces a length of so many digits in earnest.
_DIGITS = 10

Environ = dict[str, Any]
Begin = Callable[..., object]
Application = Callable[[Environ, Begin], Any]

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@cache
def accounts() -> Mapping[str, Account]:
    """Those that the settings name, by their id."""
    found = {}
    if settings.WECHAT_PROFILE != NONE:
        found[settings.WECHAT_APP_ID] = Account(
            id=settings.WECHAT_APP_ID,
            app=AccountApp.OFFICIAL,
            token=settings.WECHAT_TOKEN,
            envelope=_envelope(),
            at_once=_at_once if settings.WECHAT_KIND == "subscription" else None,
        )
    return found


def _envelope() -> Envelope | None:
    if not settings.WECHAT_AES_KEY:
        return None
    return Envelope(settings.WECHAT_TOKEN, key_of(settings.WECHAT_AES_KEY), settings.WECHAT_APP_ID)


def _at_once(message: Message) -> str:
    close_old_connections()
    try:
        return reply_to(AccountApp.OFFICIAL, message.sender, message.kind, message.text, message.event, message.key)
    finally:
        close_old_connections()


def with_callback(pages: Callable[[Environ, Any], Any]) -> Application:
    """The same pages, and before them the place where the platform calls."""

    def answer(environ: Environ, begin: Begin) -> Any:
        path: str = environ["PATH_INFO"]
        if not path.startswith(PLACE):
            return pages(environ, begin)
        account = accounts().get(path[len(PLACE) :].removesuffix("/"))
        return pages(environ, begin) if account is None else _answer(account, environ, begin)

    return answer


def _answer(account: Account, environ: Environ, begin: Begin) -> Iterable[bytes]:
    method = environ["REQUEST_METHOD"]
    if method not in {"GET", "POST"}:
        return _said(Answer(405, b""), begin)
    # One byte more than the largest tells that there is more, whatever length was announced.
    announced: str = environ.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdecimal() and len(announced) < _DIGITS else LARGEST + 1
    body = environ["wsgi.input"].read(min(length, LARGEST + 1)) if method == "POST" else b""
    call = Call(method, _once_each(environ.get("QUERY_STRING", "")), body)
    return _said(receive(account, call, at=clock.outside(), now=clock.now), begin)


def _once_each(query: str) -> dict[str, str]:
    try:
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    found = dict(given)
    return found if len(found) == len(given) else {}


def _said(answer: Answer, begin: Begin) -> Iterable[bytes]:
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
