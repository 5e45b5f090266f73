"""What the worker does with messages that came in: works on each once, and says the answer by the account."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction

from zhibu.apps.account_content.actions.answering import (
    note_answer,
    note_away,
    note_done,
    note_handed_over,
)
from zhibu.apps.account_content.models import Incoming
from zhibu.apps.account_content.queries import waiting_for_work
from zhibu.domain.terms import AccountApp, Sending
from zhibu.web.official_account.replies import reply_to
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused

#: So many messages are looked at before the worker looks around again.
BATCH = 50

_log = logging.getLogger(__name__)


def answer_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Work on what waits; returns how many messages were looked at. Nothing is lost where the platform is away."""
    waiting = waiting_for_work(now(), most=BATCH)
    for incoming in waiting:
        if is_over():
            break
        if incoming.answer is None:
            _work_on_it(incoming, now())
        if incoming.answer and not PAUSE.holds(now()):
            _say(incoming, now)
    return len(waiting)


def _work_on_it(incoming: Incoming, at: dt.datetime) -> None:
    """A message at which something fails is tried again later, and keeps nobody else's waiting."""
    try:
        _work_on(incoming, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the others are answered
        _log.exception("a message could not be worked on")
        note_away(incoming, at=at, maybe_sent=False)


@transaction.atomic
def _work_on(incoming: Incoming, at: dt.datetime) -> None:
    """What it asks for is done and its answer written down, or neither."""
    answer = reply_to(
        AccountApp(incoming.app), incoming.sender, incoming.kind, incoming.text, incoming.event, incoming.key
    )
    note_answer(incoming, answer, at=at)


def _say(incoming: Incoming, now: Callable[[], dt.datetime]) -> None:
    platform = platform_of(AccountApp(incoming.app))
    if platform is None:
        note_done(incoming, Sending.GIVEN_UP)
        return
    note_handed_over(incoming)
    try:
        platform.say(incoming.sender, incoming.answer or "")
    except PlatformRefused as refusal:
        _log.warning("An answer was not taken: %s", refusal.code)
        note_done(incoming, Sending.GIVEN_UP)
    except PlatformAway as away:
        _log.warning("The platform is away: %s", away)
        note_away(incoming, at=now(), maybe_sent=isinstance(away, MaybeSent))
        PAUSE.begin(now())
    else:
        note_done(incoming, Sending.SENT)
