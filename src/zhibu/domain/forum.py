"""The forum: who is meant by @, on which page a post stands, how many come in an hour, what becomes of a post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from zhibu.domain.terms import MeetingStage, Word

#: Posts on one page of a thread. The address of a post counts on it: changed, links lead to the page beside.
ON_A_PAGE = 25

#: Posts of one writer in an hour.
IN_AN_HOUR = 30

#: Pictures of one post.
MOST_PICTURES = 4

#: Names after one @ that are tried, and @ in one text that are read.
LONGEST_NAME, MOST_NAMED = 12, 20

_HOUR = dt.timedelta(hours=1)


class RoomKind(Word):
    """Who talks there."""

    HOUSE = "house", "全局"
    BRANCH = "branch", "支部"
    SECTION = "section", "业务"
    UNITS = "units", "对口指导"


class PostState(Word):
    """``WITHDRAWN`` by its writer, ``HIDDEN`` by a moderator; of what is ``DELETED`` only the place is left."""

    SHOWN = "shown", "显示"
    WITHDRAWN = "withdrawn", "已撤回"
    HIDDEN = "hidden", "已隐藏"
    DELETED = "deleted", "已删除"


class AppealOutcome(Word):
    """What a superior's moderator said to an appeal."""

    STANDS = "stands", "维持隐藏"
    LIFTED = "lifted", "恢复显示"


def page_with(number: int) -> int:
    """The page of a thread on which its post of that number stands; the first of both is 1."""
    return (number - 1) // ON_A_PAGE + 1


def numbers_on(page: int) -> tuple[int, int]:
    """The first and the last number that may stand on a page."""
    return (page - 1) * ON_A_PAGE + 1, page * ON_A_PAGE


def room_again(latest: Sequence[dt.datetime], at: dt.datetime) -> dt.datetime | None:
    """When there is room for another post; ``None``: now. ``latest``: when the writer's last ones were written."""
    recent = sorted(when for when in latest if when > at - _HOUR)
    return recent[-IN_AN_HOUR] + _HOUR if len(recent) >= IN_AN_HOUR else None


# --- Who is meant by @ ---------------------------------------------------------------------------------------------


def tried_names(text: str) -> frozenset[str]:
    """What may be a name after each @ in ``text``: names end nowhere in Chinese, so every beginning is one."""
    found: set[str] = set()
    for said in text.replace("＠", "@").split("@")[1 : MOST_NAMED + 1]:
        line = said.split("\n", 1)[0][:LONGEST_NAME]
        found.update(line[:end] for end in range(2, len(line) + 1))
    return frozenset(found)


def named(text: str, names: Collection[str]) -> frozenset[str]:
    """Those of ``names`` who are meant in ``text``: after each @ the longest that stands there."""
    found: set[str] = set()
    for said in text.replace("＠", "@").split("@")[1 : MOST_NAMED + 1]:
        there = [name for name in names if name and said.startswith(name)]
        if there:
            found.add(max(there, key=len))
    return frozenset(found)


# --- A view before the meeting -------------------------------------------------------------------------------------


#: From the announcement on, as long as the meeting is not over.
TAKES_VIEWS = (MeetingStage.ANNOUNCED, MeetingStage.OPEN)


def takes_views(stage: MeetingStage, *, is_decided: bool) -> bool:
    """Whether somebody who will be away may still say something on an item: until it is decided or all is over."""
    return stage in TAKES_VIEWS and not is_decided
