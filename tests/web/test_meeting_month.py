"""A branch's whole month on a phone: from notice to filed records, with what it asks of the secretary."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from tests import meetings, world
from tests.web.browser import assert_good
from tests.web.burden import Burden
from tests.web.conftest import Opens
from tests.world import AT, Bureau
from zhibu.apps.meetings.models import Filing, Meeting, MinutesText
from zhibu.domain.terms import MeetingKind, PostKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db(transaction=True)

#: Four weeks before: what this month's meetings are like.
LAST_MONTH = AT.replace(hour=15, minute=0) - dt.timedelta(days=28)

POINTS = "textarea[id^=text-discussion]"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Bureau:
    """Last month everything was held: the committee, an afternoon of three kinds, both groups."""
    made = meetings.branch()
    world.appoint(made.chen, made.inspection, PostKind.ORGANIZATION_OFFICER)
    meetings.announced(made, MeetingKind.BRANCH_COMMITTEE_MEETING, starts=LAST_MONTH, agenda=["研究工作"])
    also = {MeetingKind.LESSON: "上月党课", MeetingKind.THEME_DAY: ""}
    meetings.announced(made, starts=LAST_MONTH, also=also)
    for group in (made.first_group, made.second_group):
        # Lin works for both groups as the secretary of their branch, and chairs where the group knows her.
        chair = made.lin if group == made.first_group else made.chen
        meetings.announced(made, MeetingKind.GROUP_MEETING, organization=group, starts=LAST_MONTH, chair=chair)
    return made


def convene(burden: Burden, kind: str, *, of: str = "") -> None:
    """From the list of meetings to the announced one; day, hours, place and people are as last time."""
    burden.tap("召集会议")
    if of:
        burden.tap(of)
    burden.tap(kind)


def hold(burden: Burden, *, absent: str = "") -> None:
    """The roll: all present, then the exception; then the minutes."""
    burden.tap("点名")
    burden.tap("开始：全体到会")
    if absent:
        burden.tap(f"{absent} 未到")
    burden.tap("散会，写记录")


def test_a_whole_month_on_a_phone_takes_no_more_than_forty_taps(
    phone: Opens, house: Bureau, capsys: pytest.CaptureFixture[str]
) -> None:
    page = phone(world.account(house.lin))
    page.goto("/meetings/")
    burden = Burden(page, "一个支部的一个月")

    convene(burden, "支部委员会会议")
    burden.type("议题", "研究十一月工作")
    burden.tap("发出通知")
    hold(burden)
    burden.type(page.locator(POINTS), "林悦：十一月工作安排如下。")
    assert_good(page, "month-committee-minutes")
    burden.tap("确认并归档")

    burden.tap("会议", within="nav.tabs, nav")
    convene(burden, "支部党员大会")
    burden.type("议题", "讨论接收陈晨为预备党员")
    burden.type("内容：党课", "学习党员权利保障条例")
    assert_good(page, "month-convene-afternoon")
    burden.tap("发出通知")
    hold(burden, absent="陈星")
    burden.type(page.locator(POINTS), "党员0：同意。\n党员1：同意。")
    burden.tap("全体赞成")
    assert_good(page, "month-general-minutes")
    burden.tap("确认并归档")
    for said in ("林悦：讲授条例第二章。", "党员2：参观港区。"):
        burden.type(page.locator(POINTS).first, said)
        burden.tap("确认并归档")

    for group in ("第一党小组", "第二党小组"):
        burden.tap("会议", within="nav.tabs, nav")
        convene(burden, "党小组会", of=group)
        burden.type("议题", f"{group}学习讨论")
        burden.tap("发出通知")
        hold(burden)
        burden.type(page.locator(POINTS), f"{group}：学习讨论情况。")
        burden.tap("确认并归档" if group == "第一党小组" else "交主持人确认")

    with capsys.disabled():
        sys.stdout.write(f"\n{burden}\n  {' '.join(burden.steps)}\n")
    filed = list(Filing.objects.order_by("filed_at").values_list("meeting__kind", flat=True))
    assert sorted(filed) == sorted(
        ["branch_committee_meeting", "general_meeting", "lesson", "theme_day", "group_meeting"]
    )
    assert Meeting.objects.get(stage="drafted").word is MeetingKind.GROUP_MEETING
    assert MinutesText.objects.count() == 6
    assert burden.taps <= 40
