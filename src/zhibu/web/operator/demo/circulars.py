"""What the committee that looks around in the demo has written to its branches lately."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.days import Days, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed


def circulars(days: Days, secretary: str) -> Iterator[MeetingDeed]:
    """One that asks for the theme day of this month, with a plan; and one that was withdrawn."""
    earlier = workdays_later(days.last, -8)
    yield deeds.SendCircular(
        on=earlier,
        time=dt.time(10, 10),
        by=secretary,
        meeting="circular of before",
        office=SUPERVISING,
        title="关于报送换届准备情况的通知",
        text="请各党支部于十五日内报送换届准备情况，内容包括任期届满时间、委员会组成和候选人酝酿情况。",
    )
    yield deeds.WithdrawCircular(
        on=workdays_later(earlier, 1),
        time=dt.time(16, 5),
        by=secretary,
        meeting="circular of before",
        reason="任期届满时间在系统中已有记录，不再重复报送。",
    )
    month = days.today.replace(day=1)
    yield deeds.SendCircular(
        on=workdays_later(days.last, -2),
        time=dt.time(9, 20),
        by=secretary,
        meeting="circular of the month",
        office=SUPERVISING,
        title="关于开展本月主题党日的通知",
        text="请各党支部结合班次安排开展本月主题党日，可分批进行。活动参考安排见附件，会后及时归档。",
        until=month.replace(day=calendar.monthrange(month.year, month.month)[1]),
        rule="theme_day",
        first=month,
        attached=(("主题党日参考安排.txt", "一、重温入党誓词\n二、学习讨论\n三、岗位实践\n四、小结\n"),),
    )
