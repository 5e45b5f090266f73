"""What the worker does where a relay takes the platform's calls: fetches them, judges them again, writes them down.

The relay forgets a call only when it is asked for more after the commit. Killed in between, this side fetches it
again and finds that it has it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings

from zhibu.apps.account_content.queue import Row, take_in
from zhibu.web.official_account.door import accounts
from zhibu.web.official_account.receiving import Account, row_of
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import Pause, relay
from zhibu.wechat.calls import Call, message_in
from zhibu.wechat.errors import CallRefused, NotSigned, PlatformAway
from zhibu.wechat.messages import Message
from zhibu.wechat.relay.store import LASTS, Held
from zhibu.wechat.signature import FRESH_FOR

_PAUSE = Pause()

#: The line to what waits, of this process.
there = cache(relay)

_log = logging.getLogger(__name__)


def fetch_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Until nothing waits there; returns how many calls were fetched. A relay that is away is left alone a while."""
    line = there()
    if line is None or _PAUSE.holds(now()):
        return 0
    account, fetched, done = accounts()[settings.WECHAT_APP_ID], 0, list[int]()
    try:
        while not is_over() and (held := line.fetch(done)):
            take_in(_rows(account, held, now()))
            done = [one.id for one in held]
            fetched += len(held)
    except PlatformAway as away:
        _log.warning("The relay is away: %s", away)
        _PAUSE.begin(now())
    return fetched


def _rows(account: Account, held: Sequence[Held], at: dt.datetime) -> list[Row]:
    found = []
    for one in held:
        try:
            message, signature = _judged(account, one)
        except CallRefused as refusal:
            _log.warning("What the relay took is no message: %s", type(refusal).__name__)
        else:
            found.append(row_of(account, message, signature, at))
    return found


def _judged(account: Account, held: Held) -> tuple[Message, str]:
    """The relay says when it came in; by then it was fresh. Older than the relay keeps anything it is not taken."""
    if not -FRESH_FOR <= clock.outside() - held.received_at <= LASTS + FRESH_FOR:
        raise NotSigned
    return message_in(account.token, account.envelope, Call("POST", held.query, held.body), held.received_at)
