"""A call of the platform: judged, put on the disk, acknowledged. The work is done after it.

Nothing here knows HTTP or Django's pages: ``door`` hands a call in and takes an answer out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from zhibu.apps.account_content.queue import QUEUE, Kept, QueueAway, Row
from zhibu.domain.terms import AccountApp
from zhibu.wechat.calls import SUCCESS, Answer, Call, echo, message_in
from zhibu.wechat.envelope import Envelope
from zhibu.wechat.errors import CallRefused, NotSigned
from zhibu.wechat.messages import Message, text_answer

#: Seconds that a call waits for the disk; the platform waits five and then delivers again.
PATIENCE = 3.0

#: Events that are not looked at: where somebody is, and what they opened.
_PASSED_OVER = frozenset({"location", "location_select", "view", "view_miniprogram", "scan"})


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
            return echo(account.token, account.envelope, call.query, at)
        return _take(account, call, at, now)
    except CallRefused as refusal:
        return Answer(refusal.status, b"")
    except QueueAway:
        return Answer(503, b"")


def _take(account: Account, call: Call, at: float, now: Callable[[], dt.datetime]) -> Answer:
    message, signature = message_in(account.token, account.envelope, call, at)
    if QUEUE.put(row_of(account, message, signature, now()), seconds=PATIENCE) is Kept.FORGED:
        raise NotSigned
    if account.at_once is None or message.event in _PASSED_OVER:
        return SUCCESS
    said = account.at_once(message)
    if not said:
        return SUCCESS
    answer = text_answer(message, said, at=int(at))
    if account.envelope is not None:
        answer = account.envelope.answer(answer, timestamp=str(int(at)), nonce=call.query["nonce"])
    return Answer(200, answer.encode(), "application/xml; charset=utf-8")


def row_of(account: Account, message: Message, signature: str, at: dt.datetime) -> Row:
    """What nobody has to work on later is kept without what it says."""
    is_later = account.at_once is None and message.event not in _PASSED_OVER
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
