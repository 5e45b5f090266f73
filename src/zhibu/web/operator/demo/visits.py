"""Others come to see how the window branch does it: a day that is over, and one that is ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from zhibu.domain.terms import PostKind
from zhibu.domain.visits import Stop, Turn
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.campaigns import Writers
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import ROOT, UNITS, WINDOW_UNIT
from zhibu.web.operator.demo.standing import Standings

#: Titles, by which the story knows the two days.
OVER, AHEAD = "“三会一课”示范点现场推进会", "看分批开会怎样排：现场观摩"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDeed(MeetingDeed):
    """Around the visit of that ``title``; ``meeting`` names none."""

    meeting: str = ""
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallVisit(VisitDeed):
    """``host`` is visited, called by ``caller``; who is ``invited`` is told at once. ``file``: name and text."""

    host: str
    caller: str
    text: str
    day: dt.date
    place: str
    answer_until: dt.date
    stops: tuple[Stop, ...]
    turns: tuple[Turn, ...]
    invited: tuple[str, ...]
    file: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSeat(VisitDeed):
    """In the turn that begins at that hour."""

    starts: dt.time


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineVisit(VisitDeed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBeforehand(VisitDeed):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBeforehand(VisitDeed):
    """The latest question without an answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVisit(VisitDeed):
    told: str
    discussed: str
    agreed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeHome(VisitDeed):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpVisit(VisitDeed):
    """Of what the branch with this code took home, after so many days."""

    organization: str
    after: int
    text: str


#: Which of those who answer can not come to the day ahead.
_BUSY = 3

#: Days before today: held, recorded, looked back on after 30 days. Days after today: the one that is ahead.
_HELD, _LOOKED_BACK, _COMES = 50, 9, 17

_MORNING, _AFTERNOON = Turn(dt.time(9), dt.time(11, 30), 45), Turn(dt.time(14), dt.time(16, 30), 45)
_STOPS = (
    Stop(dt.time(9), dt.time(9, 40), "望潮综合服务大厅", "看排班：窗口不停，会怎样分批开"),
    Stop(dt.time(9, 50), dt.time(10, 20), "二楼党员活动室", "看记录：点名、表决、当天整理、次日归档"),
    Stop(dt.time(10, 30), dt.time(11, 30), "二楼会议室", "介绍经验，讨论党务与业务如何结合"),
)

_TOLD = """窗口全年不关门，四个党小组三班倒，人从来到不齐。
我们的办法是先看排班表：要表决的会选到会最多的时段，一次开成；党课和主题党日分批开，每批讲的一样。
夜班的一批由书记或者委员到场，不让夜班的人下了班再赶来。没能到会的，原因记清楚，补学同样算数。
党务和业务结合，靠的是同一张排班表：排会先排岗，岗不缺人，会才开得住。"""
_DISCUSSED = """海港的支部问：分两批开的党员大会，表决怎么算？答：表决只在一批里做，另一批只学习；要表决的会不分批。
机场的支部问：夜班的党课谁来讲？答：书记、委员轮流讲，讲稿同一份。
大家议：党务和业务怎样结合。有的支部把窗口常见的差错编成案例，在党课上讲；有的支部把业务口径变动放进党小组会学。"""
_AGREED = """各支部回去先做一件事：把下个月的会和排班表放在一起排。
GZ-1 的各支部一个月后说说情况，做成没做成都照实写。"""

#: What branches took home, and what some of them said a month later; "" where they have not said it yet.
_HOMES = (
    (
        "GZ-102",
        "主题党日分两批开，夜班的放在交班后一小时。",
        "分两批开过一次，到会的人多了。第二批的记录还不熟，下次由组织委员带着记。",
    ),
    (
        "GZ-104",
        "把下月排班表先给组织委员，再定开会的日子。",
        "还没有做成：排班表下发得晚，已与办公室商定提前三天给。",
    ),
    ("GZ-110", "党课讲稿两批用同一份，讲完放进微课。", ""),
)


class _Said(TypedDict):
    on: dt.date
    time: dt.time
    by: str
    title: str


def visits(days: Days, by: Writers, standings: Standings) -> Iterator[MeetingDeed]:
    yield from _over(days, by, standings)
    yield from _ahead(days, by, standings)


def _at(on: dt.date, hour: int, minute: int, by: str, title: str) -> _Said:
    return {"on": on, "time": dt.time(hour, minute), "by": by, "title": title}


def _guests(standings: Standings, answers: dt.date, held: dt.date) -> list[tuple[str, str]]:
    """The branches, and the secretary of each who is the same when answers are given and on the day itself."""
    branches = (unit.code for unit in UNITS if unit.code != WINDOW_UNIT)
    found = ((code, _secretary(standings, code, answers, held)) for code in branches)
    return [(code, secretary) for code, secretary in found if secretary]


def _secretary(standings: Standings, code: str, answers: dt.date, held: dt.date) -> str | None:
    then = standings.holder(code, PostKind.SECRETARY, held)
    return then if then == standings.holder(code, PostKind.SECRETARY, answers) else None


def _over(days: Days, by: Writers, standings: Standings) -> Iterator[MeetingDeed]:
    held = workday(days.today - dt.timedelta(days=_HELD))
    called, answered = workdays_later(held, -12), workdays_later(held, -8)
    yield CallVisit(
        **_at(called, 10, 0, by.committee, OVER),
        host=WINDOW_UNIT,
        caller=SUPERVISING,
        text="请分管领导和全体支部书记到示范点看一看：倒班的支部怎样把“三会一课”开实。",
        day=held,
        place="望潮综合服务大厅一楼",
        answer_until=workdays_later(held, -2),
        stops=_STOPS,
        turns=(_MORNING, _AFTERNOON),
        invited=(f"leaders:{SUPERVISING}", f"secretaries:{ROOT}"),
        file=("示范点观摩手册.txt", "一、看排班表\n二、看会议记录\n三、听经验、提问题\n"),
    )
    if leader := _secretary(standings, SUPERVISING, answered, held):
        yield TakeSeat(**_at(answered, 9, 5, leader, OVER), starts=_MORNING.starts)
    guests = _guests(standings, answered, held)
    for place, (code, secretary) in enumerate(guests):
        when = _at(answered, 9 + place % 8, 10 + place * 7 % 50, secretary, OVER)
        if code in {"GZ-107", "GZ-309"}:
            yield DeclineVisit(**when, reason="当天带队外出查验，已请副书记看材料。")
        else:
            yield TakeSeat(**when, starts=(_MORNING, _AFTERNOON)[place % 2].starts)
    asks = dict(guests)
    if "GZ-102" in asks:
        yield AskBeforehand(
            **_at(workdays_later(held, -5), 11, 20, asks["GZ-102"], OVER), text="夜班的一批由谁主持？"
        )
        yield AnswerBeforehand(
            **_at(workdays_later(held, -4), 15, 10, by.branch, OVER),
            text="书记或者委员到场主持，流程与白天的一批相同。",
        )
    filed = workdays_later(held, 1)
    yield FileVisit(**_at(filed, 10, 30, by.branch, OVER), told=_TOLD, discussed=_DISCUSSED, agreed=_AGREED)
    yield from _homes(days, asks, filed)


def _homes(days: Days, secretaries: dict[str, str], filed: dt.date) -> Iterator[MeetingDeed]:
    looked_back = workday(days.today - dt.timedelta(days=_LOOKED_BACK))
    for place, (code, home, later) in enumerate(_HOMES):
        if code not in secretaries:
            continue
        when = _at(filed, 14 + place, 20, secretaries[code], OVER)
        yield TakeHome(**when, text=home)
        if later:
            after = _at(min(looked_back, days.last), 9 + place, 40, secretaries[code], OVER)
            yield FollowUpVisit(**after, organization=code, after=30, text=later)


def _ahead(days: Days, by: Writers, standings: Standings) -> Iterator[MeetingDeed]:
    comes = workday(days.today + dt.timedelta(days=_COMES))
    called, answered = workdays_later(days.last, -4), workdays_later(days.last, -2)
    yield CallVisit(
        **_at(called, 16, 20, by.branch, AHEAD),
        host=WINDOW_UNIT,
        caller=WINDOW_UNIT,
        text="应几个支部的要求，再开放半天：专看下个月的会怎样和排班表一起排。",
        day=comes,
        place="望潮综合服务大厅一楼",
        answer_until=workdays_later(comes, -3),
        stops=(_STOPS[0], _STOPS[2]),
        turns=(Turn(dt.time(9), dt.time(11, 30), 12), Turn(dt.time(14), dt.time(16, 30), 12)),
        invited=(f"secretaries:{SUPERVISING}",),
        file=("下月排会示例.txt", "先排岗，再排会；要表决的会不分批。\n"),
    )
    below = [one for one in _guests(standings, answered, comes) if one[0].startswith(f"{SUPERVISING}")]
    yield from _answers(below, answered)
    if below:
        _code, first = below[0]
        yield AskBeforehand(**_at(answered, 15, 30, first, AHEAD), text="能不能把排班表的格式给我们一份？")


def _answers(guests: Sequence[tuple[str, str]], on: dt.date) -> Iterator[MeetingDeed]:
    for place, (_code, secretary) in enumerate(guests[:7]):
        when = _at(on, 10 + place % 4, 15 + place * 5, secretary, AHEAD)
        if place == _BUSY:
            yield DeclineVisit(**when, reason="那天支部换届，走不开。")
        else:
            yield TakeSeat(**when, starts=(dt.time(9), dt.time(14))[place % 2])
