"""The yearly selection of the committee: last year's from call to result, and this year's while people nominate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import WINDOW_UNIT
from zhibu.web.operator.demo.people import Person
from zhibu.web.operator.demo.windows import Place

TITLE = "十大“三好”典型"
TEXT = """履行好职责、当好排头兵、树立好形象。
各支部可以提名，党员群众也可以提名；写清做了什么，不打分。
提名后由党委审查，征得本人同意，公示期满再投票。"""
FINDING = "党龄、纪律和窗口记录均已查看，没有影响评选的情形。"
OBJECTION = "去年第三季度他带的班有一次交接晚了。"
OUTCOME = "查看了当天的交接记录：系统故障，已按规定报告，不影响评选。"
REASONS = (
    "通宵班连着三年没有一次空岗。",
    "把容易办错的事写成十条，贴在窗口旁。",
    "新同事都愿意坐在他旁边学。",
    "下班铃响了还在办的，一定办完再走。",
    "台风夜在岗位上守到天亮。",
    "材料一次说清，办事的人不用跑第二趟。",
    "外语问询都找他，他把常用的话写成了卡片。",
    "报检单差错，总是当天联系、当天改好。",
    "替同事顶班，从不问换不换得回来。",
    "台账记得清，换谁接都看得懂。",
    "主动教老人用自助机，教到会为止。",
    "连着两年负责应急值守，没有漏过一次。",
)

#: Days before today on which last year's was called; workdays from the call to each step.
_CALLED, _NOMINATED, _AGREED, _REVIEWED, _OBJECTED, _ANSWERED, _COUNTED, _CLOSED = 300, 3, 6, 12, 14, 16, 22, 23
#: Last year's paper: for so many places, and how often each candidate was named on it. Nobody is tied.
PLACES, VOTERS, ISSUED, RETURNED, VOID = 10, 64, 60, 58, 1
VOTES = (56, 55, 53, 52, 50, 49, 47, 46, 44, 41, 33, 30)
#: Workdays before today on which this year's was called, and how many days people nominate.
_CALLED_NOW, _NOMINATE_FOR = 8, 24


def selections(days: Days, committee: str, secretary: str, seated: Sequence[Place]) -> Iterator[MeetingDeed]:
    """Those who stand sit at the windows; colleagues and the branch nominate them."""
    stayed = [one.person for one in seated if one.person.is_settled and len(one.person.work) == 1]
    standing, others = stayed[: len(VOTES)], stayed[len(VOTES) :]
    now = workdays_later(days.today, -_CALLED_NOW)
    year = now.year
    yield from _last_year(
        workday(days.today - dt.timedelta(days=_CALLED)), year - 1, committee, secretary, standing, others
    )
    story = f"{TITLE}{year}"
    yield _call(story, now, year, committee, until=now + dt.timedelta(days=_NOMINATE_FOR))
    for place, (who, by) in enumerate(zip(others, standing, strict=False)):
        yield deeds.Nominate(
            on=workdays_later(now, 1 + place),
            time=dt.time(12, 20),
            by=by.number,
            meeting=story,
            number=who.number,
            reason=REASONS[-1 - place],
        )
    yield deeds.AgreeToStand(on=workdays_later(now, 3), time=dt.time(18, 5), by=others[0].number, meeting=story)


def _call(story: str, on: dt.date, year: int, committee: str, *, until: dt.date) -> MeetingDeed:
    return deeds.CallSelection(
        on=on,
        time=dt.time(9, 30),
        by=committee,
        meeting=story,
        organization=SUPERVISING,
        title=TITLE,
        year=year,
        text=TEXT,
        places=PLACES,
        nominate_until=until,
    )


def _last_year(
    called: dt.date,
    year: int,
    committee: str,
    secretary: str,
    standing: Sequence[Person],
    others: Sequence[Person],
) -> Iterator[MeetingDeed]:
    story = f"{TITLE}{year}"

    def after(workdays: int) -> dt.date:
        return workdays_later(called, workdays)

    yield _call(story, called, year, committee, until=after(_REVIEWED - 1))
    for place, (who, by) in enumerate(zip(standing, [*standing[1:], standing[0]], strict=True)):
        is_branch = place == 0
        yield deeds.Nominate(
            on=after(_NOMINATED),
            time=dt.time(12, 10 + place),
            by=secretary if is_branch else by.number,
            meeting=story,
            number=who.number,
            reason=REASONS[place],
            organization=WINDOW_UNIT if is_branch else "",
        )
        yield deeds.AgreeToStand(on=after(_AGREED), time=dt.time(18, 10 + place), by=who.number, meeting=story)
    given = {"by": committee, "meeting": story}
    yield deeds.ReviewSelection(on=after(_REVIEWED), time=dt.time(10, 0), finding=FINDING, **given)
    yield deeds.ObjectTo(
        on=after(_OBJECTED),
        time=dt.time(19, 40),
        by=others[0].number,
        meeting=story,
        number=standing[1].number,
        text=OBJECTION,
    )
    yield deeds.AnswerObjections(on=after(_ANSWERED), time=dt.time(16, 30), outcome=OUTCOME, **given)
    yield deeds.CountSelection(
        on=after(_COUNTED),
        time=dt.time(17, 0),
        voters=VOTERS,
        issued=ISSUED,
        returned=RETURNED,
        void=VOID,
        tellers="、".join(one.name for one in others[-2:]),
        votes=tuple((who.number, votes) for who, votes in zip(standing, VOTES, strict=True)),
        **given,
    )
    yield deeds.CloseSelection(on=after(_CLOSED), time=dt.time(9, 20), **given)
