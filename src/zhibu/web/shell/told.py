"""A notice as any page or mail says it: its word, its state, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from zhibu.apps.notices.models import Notice
from zhibu.web.shell.navigation import address

#: Which page each kind of thing opens on, and how many parts of ``about`` its address takes.
_PAGES = {
    "meeting": ("meeting", 1),
    "circular": ("circular", 1),
    "campaign": ("campaign", 1),
    "cell": ("obligation", 3),
    "edition": ("edition", 1),
    "swap": ("my_swap", 1),
    "swap-decision": ("swap", 1),
    "question": ("question", 1),
    "guide": ("guide", 1),
    "feedback-inbox": ("feedback", 0),
    "forum-post": ("forum_post", 1),
    "forum-own": ("forum_own", 1),
    "forum-appeal": ("forum_appeal", 1),
    "ballot": ("ballot", 1),
    "visit": ("visit", 1),
    "consent": ("exhibit_consent", 1),
    "exhibition": ("exhibition", 1),
    "exhibit-kept": ("exhibit_keep", 1),
    "forum-followed": ("forum_followed", 0),
}


@dataclass(frozen=True, slots=True)
class Told:
    """``url`` is empty where no page shows what it is about."""

    notice: Notice
    url: str


def told(notice: Notice) -> Told:
    return Told(notice, where(notice.about))


def where(about: str) -> str:
    """The address of what a notice is about: ``meeting:<id>``, ``cell:<organization>/<rule>/<first>/<post>``."""
    kind, _colon, key = about.partition(":")
    if kind not in _PAGES:
        return ""
    page, parts = _PAGES[kind]
    given = key.split("/")
    url = address(page, *given[:parts]) or ""
    post = given[parts] if len(given) > parts else ""
    return f"{url}?{urlencode({'post': post})}" if post else url
