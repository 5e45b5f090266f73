"""A call of the platform: judged, put on the disk, acknowledged. The work is done after it.

Nothing here knows HTTP or Django's pages: ``door`` hands a call in and takes an answer out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zhibu.apps.account_content.queue import QUEUE, Kept, QueueAway, Row
from zhibu.domain.terms import AccountApp
from zhibu.wechat.envelope import Envelope
from zhibu.wechat.errors import CallRefused, NotSigned, TooLarge, Unreadable
from zhibu.wechat.messages import LARGEST, Message, fields_of, message_of, text_answer
from zhibu.wechat.signature import is_fresh, is_signed

#: Seconds that a call waits for the disk; the platform waits five and then delivers again.
PATIENCE = 3.0

#: Events that are not looked at: where somebody is, and what they opened.
_PASSED_OVER = frozenset({"location", "location_select", "view", "view_miniprogram", "scan"})


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


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is called at ``/wechat/<id>/``: what it signs with, and its envelope where it seals.

    ``at_once`` answers in the answer to the call, where the account can not do it afterwards (订阅号).
    """

    id: str
    app: AccountApp
    token: str
    envelope: Envelope | None
    at_once: Callable[[Message], str] | None = None


def receive(account: Account, call: Call, *, at: float, now: Callable[[], dt.datetime]) -> Answer:
    """``at`` is the real instant, ``now`` the clock of the house. Whatever is not taken changes nothing."""
    try:
        if call.method == "GET":
            return _echo(account, call.query, at)
        if len(call.body) > LARGEST:
            raise TooLarge
        return _take(account, call, at, now)
    except CallRefused as refusal:
        return Answer(refusal.status, b"")
    except QueueAway:
        return Answer(503, b"")


def _echo(account: Account, query: Mapping[str, str], at: float) -> Answer:
    """The platform asks whether this is the address; WeCom seals what is to be said back."""
    echo = query.get("echostr", "")
    if account.envelope is not None and "msg_signature" in query:
        _judge(account, query, at, "msg_signature", echo)
        return Answer(200, account.envelope.open(echo))
    _judge(account, query, at, "signature")
    return Answer(200, echo.encode())


def _judge(account: Account, query: Mapping[str, str], at: float, name: str, *sealed: str) -> str:
    """The signature, where it is right and the call no older than five minutes. Raises ``NotSigned``."""
    timestamp, nonce, signature = query.get("timestamp", ""), query.get("nonce", ""), query.get(name, "")
    is_right = is_signed(signature, account.token, timestamp, nonce, *sealed)
    if not is_right or not nonce or not is_fresh(timestamp, at):
        raise NotSigned
    return signature


def _take(account: Account, call: Call, at: float, now: Callable[[], dt.datetime]) -> Answer:
    envelope = account.envelope
    if envelope is None:
        signature = _judge(account, call.query, at, "signature")
        message = message_of(call.body)
    else:
        sealed = fields_of(call.body).get("Encrypt", "")
        if not sealed:
            raise Unreadable("not sealed")
        signature = _judge(account, call.query, at, "msg_signature", sealed)
        message = message_of(envelope.open(sealed))
    is_later = account.at_once is None and message.event not in _PASSED_OVER
    kept = QUEUE.put(_row(account, message, signature, now(), is_later=is_later), seconds=PATIENCE)
    if kept is Kept.FORGED:
        raise NotSigned
    if account.at_once is None or message.event in _PASSED_OVER:
        return SUCCESS
    said = account.at_once(message)
    if not said:
        return SUCCESS
    answer = text_answer(message, said, at=int(at))
    if envelope is not None:
        answer = envelope.answer(answer, timestamp=str(int(at)), nonce=call.query["nonce"])
    return Answer(200, answer.encode(), "application/xml; charset=utf-8")


def _row(account: Account, message: Message, signature: str, at: dt.datetime, *, is_later: bool) -> Row:
    """What nobody has to work on later is kept without what it says."""
    return Row(
        once=message.once(account.id),
        signature=signature,
        app=account.app,
        sender=message.sender,
        kind=message.kind,
        text=message.text if is_later else "",
        event=message.event,
        key=message.key if is_later else "",
        received_at=at,
        work_at=at if is_later else None,
    )
