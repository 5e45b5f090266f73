"""What the worker puts before the platform: published articles among its drafts. One at a time, each once.

A draft has no id by which the platform would drop a second one. What is not known to have arrived is therefore not
tried again by itself: it stands as "maybe", and a person looks there.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.conf import settings
from django.urls import reverse

from zhibu.apps.account_content.actions import drafting
from zhibu.apps.account_content.models import Article
from zhibu.apps.account_content.queries import articles_to_hand_over
from zhibu.documents.markdown import html
from zhibu.domain.terms import AccountApp
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused
from zhibu.wechat.port import Piece, Platform

#: So many articles are handed over before the worker looks around again.
BATCH = 5

_log = logging.getLogger(__name__)


def hand_over_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Returns how many articles were looked at."""
    if PAUSE.holds(now()):
        return 0
    waiting = articles_to_hand_over(now(), most=BATCH)
    platform = platform_of(AccountApp.OFFICIAL) if waiting else None
    for article in waiting:
        if is_over() or PAUSE.holds(now()):
            break
        if platform is None:
            drafting.note_refused(article, "")
        elif drafting.note_handing_over(article):
            _draft(article, platform, now)
    return len(waiting)


def _draft(article: Article, platform: Platform, now: Callable[[], dt.datetime]) -> None:
    try:
        number = platform.draft(piece_of(article))
    except PlatformRefused as refusal:
        _log.warning("An article was not taken: %s", refusal.code)
        drafting.note_refused(article, str(refusal))
    except MaybeSent as away:
        _log.warning("The platform is away: %s", away)
        PAUSE.begin(now())
    except PlatformAway as away:
        _log.warning("The platform is away: %s", away)
        drafting.note_away(article, at=now())
        PAUSE.begin(now())
    else:
        drafting.note_drafted(article, number)


def piece_of(article: Article) -> Piece:
    """As the platform keeps it. Addresses in it lead to the pages here, as seen from outside."""
    return Piece(
        title=article.title,
        digest=article.digest,
        html=html(article.text).replace('href="/', f'href="{settings.URL}/'),
        url=settings.URL + reverse("public_article", args=[article.pk]),
    )
