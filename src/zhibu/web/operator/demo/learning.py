"""What is learned in five minutes in the demo: units of three levels, and lessons that a shift made somebody miss."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from zhibu.domain.learning import UnitReach
from zhibu.domain.terms import MeetingKind
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.campaigns import RUNNING, Writers
from zhibu.web.operator.demo.days import Days, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import ROOT, WINDOW_UNIT

_STANDARD, _HANDOVER = "合格党员四条", "交接班五分钟"
CHECK = "出证前的三看"
_READING = "学习党章党规原文"

#: So many of the last lessons of the branch at the windows are looked at.
_LESSONS = 6


def learning(days: Days, held: Sequence[MeetingDeed], by: Writers) -> Iterator[MeetingDeed]:
    """``held``: what was done around meetings, of which some lessons are made up."""
    last = days.last
    yield deeds.PublishUnit(
        on=workdays_later(last, -34),
        time=dt.time(10, 20),
        by=by.committee,
        meeting=_STANDARD,
        organization=ROOT,
        title="合格党员的四条标准",
        text=(
            "# 四讲四有\n\n- 讲政治、有信念\n- 讲规矩、有纪律\n- 讲道德、有品行\n- 讲奉献、有作为\n\n"
            "对照自己的岗位，每一条想一件上周做过的事。"
        ),
        reach=UnitReach.PRESCRIBED,
        topic="学习教育",
        part=(RUNNING, _READING),
        questions=(
            "下列哪些属于“四讲四有”？\n* 讲规矩、有纪律\n* 讲奉献、有作为\n- 讲排场、有面子\n"
            "> 四讲四有：讲政治、有信念，讲规矩、有纪律，讲道德、有品行，讲奉献、有作为。"
        ),
    )
    yield deeds.PublishUnit(
        on=workdays_later(last, -26),
        time=dt.time(15, 30),
        by=by.branch,
        meeting=_HANDOVER,
        organization=WINDOW_UNIT,
        title=_HANDOVER,
        text=(
            "# 三步交接\n\n【图1】\n\n1. 看交接簿：未办结的事逐件问清。\n2. 当面清点：印章、单证、票据。\n"
            "3. 两人签字：时间写到分钟。\n\n上一班留下的事，下一班不用再问第二遍。"
        ),
        reach=UnitReach.PRESCRIBED,
        topic="交接班",
        picture="三个方框由箭头连成一行，依次是看交接簿、当面清点、两人签字",
        transcript="（叫号提示音）请三号到二号窗口办理。听到提示音，先请下一位坐下，再看屏幕核对号码。",
        questions=(
            "交接班先做什么？\n* 看交接簿\n- 签字\n- 下班\n> 交接簿上写着未办结的事，先看它才知道要清点什么。\n\n"
            "哪些要当面清点？\n* 印章\n* 单证\n- 茶杯\n> 印章、单证和票据当面清点，两人签字。"
        ),
    )
    yield deeds.PublishUnit(
        on=workdays_later(last, -15),
        time=dt.time(9, 50),
        by=by.committee,
        meeting=CHECK,
        organization=SUPERVISING,
        title=CHECK,
        text="# 三看\n\n- 看抬头：与报检单一致\n- 看数量：大小写一致\n- 看日期：不早于检验日期\n\n三看不过，不盖章。",
        reach=UnitReach.HOUSE,
        topic="业务",
        questions="日期要看什么？\n* 不早于检验日期\n- 越早越好\n> 证书日期早于检验日期，说明检验还没有做完。",
    )
    yield deeds.RecommendUnit(
        on=workdays_later(last, -10),
        time=dt.time(12, 35),
        by=by.older,
        meeting=_HANDOVER,
        sentence="五分钟就能看完，新来的同志上岗前看一遍。",
    )
    yield from _made_up(days, held, by)


def _made_up(days: Days, held: Sequence[MeetingDeed], by: Writers) -> Iterator[MeetingDeed]:
    """Of the last lessons of the branch: who was away declares it; of the last one it waits to be confirmed."""
    away = _away(held)
    filed = {deed.meeting: deed.on for deed in held if isinstance(deed, deeds.Finish)}
    lessons = {key: first for key, first in _lessons_of(held, WINDOW_UNIT) if key in filed}
    early = [key for key in lessons if filed[key] <= workdays_later(days.last, -8)]
    missed = {
        lesson: [number for number in away.get(lessons[lesson], ()) if number not in {by.branch, by.committee}][:4]
        for lesson in sorted(early, key=lambda one: filed[one])[-_LESSONS:]
    }
    *settled, waiting = (lesson for lesson, people in missed.items() if people)
    for lesson in (*settled, waiting):
        day = max(workdays_later(filed[lesson], 2), workdays_later(days.last, -25))
        yield deeds.SetEqual(on=day, time=dt.time(9, 30), by=by.branch, meeting=lesson, unit=_HANDOVER)
        for number in missed[lesson]:
            yield deeds.DeclareMakeUp(on=workdays_later(day, 1), time=dt.time(12, 15), by=number, meeting=lesson)
        if lesson != waiting:
            people, on = tuple(missed[lesson]), workdays_later(day, 3)
            yield deeds.ConfirmMakeUps(on=on, time=dt.time(16, 5), by=by.branch, meeting=lesson, numbers=people)


def _lessons_of(held: Sequence[MeetingDeed], organization: str) -> Iterator[tuple[str, str]]:
    """What the story calls each lesson, and the meeting whose roll it shares or keeps."""
    for deed in held:
        if isinstance(deed, deeds.Convene) and deed.organization == organization:
            if deed.kind is MeetingKind.LESSON:
                yield deed.meeting, deed.meeting
            elif any(kind is MeetingKind.LESSON for kind, _item in deed.also):
                yield f"{deed.meeting}/{MeetingKind.LESSON}", deed.meeting


def _away(held: Sequence[MeetingDeed]) -> dict[str, list[str]]:
    """Of each meeting that was held once, who was away."""
    found: dict[str, list[str]] = {}
    for deed in held:
        if isinstance(deed, deeds.CallRoll) and deed.present is None:
            found.setdefault(deed.meeting, []).extend(number for _reason, numbers in deed.away for number in numbers)
    return found
