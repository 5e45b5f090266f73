"""What is studied together in the demo: a campaign that runs, by three levels; one wrapped up; two of before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from zhibu.domain.periods import add_months
from zhibu.domain.terms import MeetingKind
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed, PartAsked
from zhibu.web.operator.demo.house import BY_CODE, ROOT, WINDOW_UNIT
from zhibu.web.operator.demo.people import chance

RUNNING = "两学一做"
_READING = "学习党章党规原文"
_LESSON, _THEME, _GROUP = "以“做合格党员”为主题上一次党课", "开展一次“对照标准找差距”主题党日", "新老党员交流学习体会"

#: Branches, in so many of a hundred, that have not come to linking a meeting yet.
_NOT_YET = 12


@dataclass(frozen=True, slots=True)
class Writers:
    """Staff numbers: the secretaries of the committee and of the window branch, and two members who share a note."""

    committee: str
    branch: str
    older: str
    younger: str


def campaigns(days: Days, held: Sequence[MeetingDeed], by: Writers) -> Iterator[MeetingDeed]:
    """``held``: what was done around meetings, of which some serve the campaign that runs."""
    began = workday(add_months(days.today.replace(day=1), -5))
    last = add_months(days.today.replace(day=1), 2) - dt.timedelta(days=1)
    yield from _over(days, held, by)
    yield from _of_before(workdays_later(began, -6), by.committee)
    yield deeds.OpenCampaign(
        on=began,
        time=dt.time(9, 5),
        by=by.committee,
        meeting=RUNNING,
        organization=ROOT,
        title=f"推进“两学一做”学习教育常态化制度化（{began.year}年）",
        text=(
            "学党章党规、学系列讲话，做合格党员。融入“三会一课”，结合班次分批开展，不另设台账、不要求手抄笔记；"
            "心得自愿撰写，不统计、不评比。"
        ),
        issuer="中共中央办公厅",
        document="关于推进“两学一做”学习教育常态化制度化的意见",
        since=began,
        parts=(
            PartAsked(_LESSON, began, last, MeetingKind.LESSON, "由支部书记或者委员讲，结合岗位，可以分批上。"),
            PartAsked(_READING, began, last, None, "在任何一次会议上学习即可，材料见附件。"),
        ),
        attached=(
            (
                "学习内容目录.txt",
                "一、《中国共产党章程》\n二、《中国共产党支部工作条例（试行）》\n三、岗位制度选读\n",
            ),
        ),
    )
    asked = {"by": by.committee, "meeting": RUNNING, "organization": SUPERVISING}
    theme = PartAsked(_THEME, began, last, MeetingKind.THEME_DAY, "对照党员标准，在岗位上找差距，当场能改的当场改。")
    yield deeds.AddPart(on=workdays_later(began, 2), time=dt.time(10, 15), part=theme, **asked)
    own = PartAsked(_GROUP, began, last, MeetingKind.GROUP_MEETING, "每个党小组一次，新老同志结对谈，不求长。")
    yield deeds.AddPart(
        on=workdays_later(began, 4),
        time=dt.time(16, 40),
        by=by.branch,
        meeting=RUNNING,
        organization=WINDOW_UNIT,
        part=own,
    )
    yield from _served(held, RUNNING, _part_for, (workdays_later(began, 5), last), by)
    yield from _notes(days, by)


def _served(
    held: Sequence[MeetingDeed],
    campaign: str,
    part_for: Callable[[deeds.Convene], str | None],
    within: tuple[dt.date, dt.date],
    by: Writers,
) -> Iterator[MeetingDeed]:
    """The first meeting of most branches, and of each group at the windows, that fits a part on one of these days."""
    convened = {deed.meeting: deed for deed in held if isinstance(deed, deeds.Convene)}
    served: set[tuple[str, str]] = set()
    for deed in held:
        if not isinstance(deed, deeds.Finish) or deed.meeting not in convened:
            continue
        meeting = convened[deed.meeting]
        part, branch = part_for(meeting), _branch_of(meeting.organization)
        fits = within[0] <= meeting.hours[0].starts.date() <= within[1]
        if part is None or not fits or (part, meeting.organization) in served:
            continue
        served.add((part, meeting.organization))
        if chance(f"links {part} of {branch}").randrange(100) >= _NOT_YET or branch == WINDOW_UNIT:
            yield deeds.LinkMeeting(
                on=deed.on,
                time=deed.time,
                by=by.branch if branch == WINDOW_UNIT else deed.by,
                meeting=deed.meeting,
                campaign=campaign,
                part=part,
                organization=branch,
            )


def _part_for(meeting: deeds.Convene) -> str | None:
    unit = BY_CODE.get(meeting.organization)
    match meeting.kind:
        case MeetingKind.GENERAL_MEETING if unit is not None:
            return _READING
        case MeetingKind.LESSON if unit is not None:
            return _LESSON
        case MeetingKind.THEME_DAY if unit is not None and unit.parent == SUPERVISING:
            return _THEME
        case MeetingKind.GROUP_MEETING if _branch_of(meeting.organization) == WINDOW_UNIT:
            return _GROUP
        case _:
            return None


def _branch_of(organization: str) -> str:
    """A group's branch; a branch itself."""
    return "-".join(organization.split("-")[:2])


def _notes(days: Days, by: Writers) -> Iterator[MeetingDeed]:
    """Two colleagues let their branch read what they wrote. That nobody else did means nothing."""
    for days_ago, number, text in (
        (-12, by.older, _OLDER),
        (-7, by.younger, _YOUNGER),
    ):
        yield deeds.ShareNote(
            on=workdays_later(days.last, days_ago), time=dt.time(12, 20), by=number, meeting=RUNNING, text=text
        )


_OLDER = "在窗口站了这些年，最要紧的还是那一句：来的人不懂，不是他的错。年轻同志愿意听，我就接着讲。"
_YOUNGER = "跟着师傅学交接班，才明白“合格”两个字在哪里：上一班留下的事，下一班不用再问第二遍。"


OVER = "学条例"
_TAUGHT, _READ, _LOOKED = "讲一次支部工作条例专题党课", "在党员大会上学习支部工作条例原文", "各党小组对照条例找不足"


def _over(days: Days, held: Sequence[MeetingDeed], by: Writers) -> Iterator[MeetingDeed]:
    """Four months of the year that is shown; then the branch at the windows and those above it say what was done."""
    began = workday(add_months(days.today.replace(day=1), -11))
    last = add_months(days.today.replace(day=1), -7) - dt.timedelta(days=1)
    yield deeds.OpenCampaign(
        on=began,
        time=dt.time(9, 15),
        by=by.committee,
        meeting=OVER,
        organization=ROOT,
        title="“学条例、用条例”专题学习",
        text="原原本本学习支部工作条例，对照查找组织生活中的不足。结合“三会一课”进行，不另设台账，不统计心得。",
        issuer="局党组",
        document="关于开展“学条例、用条例”专题学习的通知",
        since=began,
        parts=(
            PartAsked(_TAUGHT, began, last, MeetingKind.LESSON, "结合本支部的记录讲，可以分批上。"),
            PartAsked(_READ, began, last, MeetingKind.GENERAL_MEETING, "选学与本支部有关的条款。"),
        ),
    )
    yield deeds.AddPart(
        on=workdays_later(began, 3),
        time=dt.time(16, 20),
        by=by.branch,
        meeting=OVER,
        organization=WINDOW_UNIT,
        part=PartAsked(_LOOKED, began, last, MeetingKind.GROUP_MEETING, "每个党小组一次，找到一处改一处。"),
    )
    yield from _served(held, OVER, _part_of_over, (workdays_later(began, 4), last), by)
    closed = workday(last + dt.timedelta(days=1))
    yield deeds.CloseCampaign(on=closed, time=dt.time(9, 20), by=by.committee, meeting=OVER, until=last)
    for later, who, place, text in (
        (14, by.branch, WINDOW_UNIT, "四、下一步\n上夜班的同志继续分批学，会议记录按条例规定的内容记全。"),
        (18, by.committee, SUPERVISING, "三、下一步\n尚未开展的支部结合第三季度党课补上，不另报材料。"),
        (19, by.committee, ROOT, "三、下一步\n条例的学习转入日常的“三会一课”。"),
    ):
        yield deeds.FileWrapUp(
            on=workdays_later(closed, later),
            time=dt.time(10, 40),
            by=who,
            meeting=OVER,
            organization=place,
            text=text,
        )


def _part_of_over(meeting: deeds.Convene) -> str | None:
    unit = BY_CODE.get(meeting.organization)
    match meeting.kind:
        case MeetingKind.GENERAL_MEETING if unit is not None:
            return _READ
        case MeetingKind.LESSON if unit is not None:
            return _TAUGHT
        case MeetingKind.GROUP_MEETING if _branch_of(meeting.organization) == WINDOW_UNIT:
            return _LOOKED
        case _:
            return None


def _of_before(on: dt.date, by: str) -> Iterator[MeetingDeed]:
    """Before the bureau began with zhibu: what is known is what they were, and when."""
    yield deeds.OpenCampaign(
        on=on,
        time=dt.time(9, 30),
        by=by,
        meeting="群众路线",
        organization=ROOT,
        title="党的群众路线教育实践活动",
        text="以为民务实清廉为主要内容，照镜子、正衣冠、洗洗澡、治治病。当时的记录在纸质档案中，这里只存文件和时间。",
        issuer="中共中央",
        document="关于在全党深入开展党的群众路线教育实践活动的意见",
        since=dt.date(2013, 6, 18),
        until=dt.date(2014, 10, 8),
    )
    yield deeds.OpenCampaign(
        on=on,
        time=dt.time(9, 45),
        by=by,
        meeting="三严三实",
        organization=ROOT,
        title="“三严三实”专题教育",
        text=(
            "严以修身、严以用权、严以律己，谋事要实、创业要实、做人要实。当时的记录在纸质档案中，这里只存文件和时间。"
        ),
        issuer="中共中央办公厅",
        document="关于在县处级以上领导干部中开展“三严三实”专题教育方案",
        since=dt.date(2015, 4, 21),
        until=dt.date(2015, 12, 31),
    )
