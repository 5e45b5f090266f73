"""What is said in the forum of the demo: old and new members, a question that became a guide, a view beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from zhibu.apps.meetings.access import OPEN_TO_MEMBERS
from zhibu.domain.terms import AbsenceReason
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.campaigns import Writers
from zhibu.web.operator.demo.days import Days, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import WINDOW_UNIT

#: Rooms as the story calls them.
BRANCH, HOUSE = f"branch {WINDOW_UNIT}", "house"
BUSINESS = "报检"
SECTION = f"section {BUSINESS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumDeed(MeetingDeed):
    """In the forum, where threads are known by their titles and ``meeting`` names none."""

    meeting: str = ""
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginThread(ForumDeed):
    room: str
    text: str
    is_question: bool = False
    asks_confirmation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePost(ForumDeed):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAnswer(ForumDeed):
    """The latest post of the thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGuideOfAnswer(ForumDeed):
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOpinion(MeetingDeed):
    """On the first item of the meeting."""

    text: str


class _When(TypedDict):
    on: dt.date
    time: dt.time


@dataclass(frozen=True, slots=True)
class _Ago:
    """So many working days before the last, at that hour."""

    last: dt.date

    def __call__(self, days: int, hour: int, minute: int) -> _When:
        return {"on": workdays_later(self.last, -days), "time": dt.time(hour, minute)}


_SHARED, _ASKED = "新老党员交流学习体会", "胶合板托盘要不要加施标识？"


def forum(days: Days, held: Sequence[MeetingDeed], by: Writers, seated: Sequence[str]) -> Iterator[MeetingDeed]:
    """``seated``: two at the posts of the section that talks business."""
    at = _Ago(days.last)
    yield BeginThread(
        **at(14, 12, 30),
        by=by.branch,
        room=BRANCH,
        title=_SHARED,
        text="四个党小组都开过会了，没说完的放到这里接着说：怎样把学到的用在窗口上？一句话也行，什么时候看到什么时候说。",
    )
    yield WritePost(
        **at(13, 12, 40),
        by=by.older,
        title=_SHARED,
        text=(
            "我刚来的时候，师傅让我先背口径。后来明白，背得再熟，不如当面把道理讲清楚。\n\n"
            "口径都在 /guides/ 里，讲法要自己练。"
        ),
    )
    yield WritePost(
        **at(12, 20, 10),
        by=by.younger,
        title=_SHARED,
        text="夜班看到，回一句：交接时把没办完的事写清楚，比学十遍制度都管用。谢谢各位师傅。",
    )
    rules = "年末假期值班安排，请确认看过"
    yield BeginThread(
        **at(4, 16, 20),
        by=by.branch,
        room=BRANCH,
        title=rules,
        text="值班表已经排好，在各自的排班里。有不合适的，三天内跟我说。看过的请点一下“我已阅读”，不点也不要紧。",
        asks_confirmation=True,
    )
    yield from _question(at, seated)
    yield BeginThread(
        **at(3, 10, 30),
        by=by.committee,
        room=HOUSE,
        title="党务和业务怎样互相促进，请大家说说做法",
        text="不要材料，不评比。哪个支部有管用的做法，说一两句就好。",
    )
    yield WritePost(
        **at(2, 12, 45),
        by=by.branch,
        title="党务和业务怎样互相促进，请大家说说做法",
        text="我们把每月新口径放进党课的最后十分钟，讲的人轮流来，窗口的人最爱听这一段。",
    )
    yield from _opinion(days, held, by)


def _question(at: _Ago, seated: Sequence[str]) -> Iterator[MeetingDeed]:
    """Asked, answered and accepted; the draft of a guide was made of it."""
    asker, answerer = seated
    yield BeginThread(
        **at(8, 11, 5),
        by=asker,
        room=SECTION,
        title=_ASKED,
        text="今天有企业拿胶合板托盘来问，要不要像原木那样加施标识？",
        is_question=True,
    )
    yield WritePost(
        **at(7, 9, 20),
        by=answerer,
        title=_ASKED,
        text="胶合板属于人造板，不用除害处理，也不用加施标识。请企业在申报时写明材质；混有原木构件的，按原木办。",
    )
    yield AcceptAnswer(**at(7, 9, 50), by=asker, title=_ASKED)
    yield MakeGuideOfAnswer(**at(6, 15, 10), by=asker, title=_ASKED, section=BUSINESS)


def _opinion(days: Days, held: Sequence[MeetingDeed], by: Writers) -> Iterator[MeetingDeed]:
    """Of the next meeting of the branch that is announced, by somebody who has leave; nothing where none is."""
    ahead = [
        deed
        for deed in held
        if isinstance(deed, deeds.Convene)
        and (deed.organization, deed.announced) == (WINDOW_UNIT, True)
        and deed.kind in OPEN_TO_MEMBERS
        and deed.agenda
        and deed.hours
        and deed.hours[0].starts.date() > days.last
    ]
    if not ahead:
        return
    convened = min(ahead, key=lambda deed: deed.hours[0].starts)
    meeting, on = convened.meeting, max(convened.on, workdays_later(days.last, -1))
    has_asked = any(
        isinstance(deed, deeds.AskLeave) and (deed.meeting, deed.by) == (meeting, by.younger) for deed in held
    )
    if not has_asked:
        yield deeds.AskLeave(
            on=on, time=dt.time(18, 40), meeting=meeting, by=by.younger, reason=AbsenceReason.SHIFT, note="通宵班"
        )
        yield deeds.AnswerLeave(
            on=on, time=dt.time(18, 50), meeting=meeting, by=by.branch, number=by.younger, granted=True
        )
    yield GiveOpinion(
        on=on,
        time=dt.time(19, 5),
        meeting=meeting,
        by=by.younger,
        text="那天我上通宵班，来不了。建议把夜班交接单上常写漏的几项也放进岗位标准，我可以先拟一稿。",
    )
