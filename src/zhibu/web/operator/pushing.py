"""Notices go out by the official account: a double rather than a missing one, each under one id.

A worker that is killed after the platform took one and before that was written down sends it again, under the same
id, by which the platform drops the second. Until then it stands as "maybe sent", which is what is known.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.timezone import localtime

from zhibu.apps.account_content.queries import phones_of
from zhibu.apps.notices.actions.telling import (
    let_word_be,
    note_handed_over,
    note_not_told,
    note_told,
    put_off_word,
)
from zhibu.apps.notices.queries import Word, words_due
from zhibu.apps.rosters.queries import rests_of
from zhibu.domain.quiet import next_moment
from zhibu.domain.terms import AccountApp
from zhibu.web.shell.navigation import address
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.web.shell.told import where
from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused
from zhibu.wechat.port import Note, Platform

#: So many notices are looked at before the worker looks around again.
BATCH = 50

log = logging.getLogger(__name__)


def tell_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Tell what is due; stops between two once ``is_over``. Returns how many notices were looked at.

    Where the platform is away nothing is lost; it is left alone for a while.
    """
    platform = platform_of(AccountApp.OFFICIAL) if settings.WECHAT_TELLS else None
    if platform is None:
        return 0
    at = now()
    if PAUSE.holds(at):
        return 0
    looked_at = words_due(at, most=BATCH)
    for word, phone in _wanted_now(looked_at, at):
        if is_over() or not _tell(word, phone, platform, now):
            break
    return len(looked_at)


def _wanted_now(words: Sequence[Word], at: dt.datetime) -> list[tuple[Word, str]]:
    """With their phones; those whose reader is outside their hours, or asleep, wait. No phone, no wish: let be."""
    here, wanted = localtime(at), []
    people = [word.person for word in words]
    rests = rests_of(people, here.date()) if people else {}
    phones = phones_of(people, AccountApp.OFFICIAL)
    for word in words:
        then = next_moment(here, word.waking, rests.get(word.person, ()))
        if not word.is_wished or word.person not in phones or word.is_stale:
            let_word_be(word.id)
        elif then > here:
            put_off_word(word.id, until=then)
        else:
            wanted.append((word, phones[word.person]))
    return wanted


def _tell(word: Word, phone: str, platform: Platform, now: Callable[[], dt.datetime]) -> bool:
    """Whether the platform can be asked further."""
    note_handed_over(word.id)
    try:
        platform.tell(note_of(word, phone))
    except PlatformRefused as refusal:
        log.warning("A notice was not taken: %s", refusal.code)
        if refusal.is_gone:
            let_word_be(word.id)
        else:
            note_not_told(word.id, at=now())
    except PlatformAway as away:
        log.warning("The platform is away: %s", away)
        note_not_told(word.id, at=now(), maybe_sent=isinstance(away, MaybeSent))
        PAUSE.begin(now())
        return False
    else:
        note_told(word.id)
    return True


def note_of(word: Word, phone: str) -> Note:
    """What a locked screen may show: why, when it was written, an address behind the log-in. No name, no title."""
    return Note(
        id=word.id.hex,
        to=phone,
        word=word.occasion.zh,
        day=f"{localtime(word.made_at):%Y-%m-%d %H:%M}",
        url=settings.URL + (where(word.about) or address("notices") or ""),
    )
