"""Where the platform calls: ``/wechat/{account}/``. In front of Django's pages, for nothing of theirs is needed.

No session, no cookie, no form: a signature. What the pages go through first costs more than the answer itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from zhibu.domain.terms import AccountApp
from zhibu.web.official_account.receiving import Account, receive
from zhibu.web.official_account.replies import reply_to
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import NONE
from zhibu.wechat.calls import Answer, Begin, Environ, call_of, said
from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.messages import Message

PLACE = "/wechat/"
Application = Callable[[Environ, Begin], Any]


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
    if environ["REQUEST_METHOD"] not in {"GET", "POST"}:
        return said(Answer(405, b""), begin)
    return said(receive(account, call_of(environ), at=clock.outside(), now=clock.now), begin)
