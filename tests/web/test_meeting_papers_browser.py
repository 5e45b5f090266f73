"""Where papers are taken from, in a real browser: on a phone and at a desk, with scripts and without."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.meetings.actions.convening import Hours
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.people.models import Account
from zhibu.domain.terms import Audience, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


def convened(lin: Account, kind: MeetingKind, title: str, days: int, turns: int = 1) -> Meeting:
    at = clock.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=days)
    hours = [Hours(at + dt.timedelta(days=i), at + dt.timedelta(days=i, hours=1), "三楼会议室") for i in range(turns)]
    assert lin.person is not None
    return convening.convene(
        organization=lin.person.memberships.get().organization,
        kind=kind,
        title=title,
        hours=hours,
        agenda=["讨论年度计划"],
        audience=Audience.MEMBERS,
        made_by=None,
        chair=lin.person,
        recorder=lin.person,
        convener=lin.person,
        actor=OPERATOR,
        at=clock.now(),
        late_reason="口岸无网络" if days < 0 else None,
    )


def filed(meeting: Meeting) -> Meeting:
    done = {"actor": OPERATOR, "at": clock.now()}
    for session in meeting.sessions.all():
        roll.mark_all_present(session, **done)
    minutes.hand_over(meeting, **done)
    minutes.approve(meeting, meeting.chair, **done)
    filing.file_meeting(meeting, **done)
    return meeting


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_papers_and_books_are_taken_from_their_pages(device: str, phone: Opens, desk: Opens, lin: Account) -> None:
    lesson = convened(lin, MeetingKind.LESSON, "廉政党课", days=1, turns=4)
    record = filed(convened(lin, MeetingKind.GENERAL_MEETING, "支部党员大会", days=-3))
    page = {"phone": phone, "desk": desk}[device](lin)
    page.goto(f"/meetings/{lesson.pk}/")
    page.locator("#chat summary").click()
    assert_good(page, "papers-hub")
    with page.expect_download() as notice:
        page.get_by_role("link", name="会议通知 .pdf").click()
    assert notice.value.suggested_filename == "检务处党支部廉政党课通知.pdf"
    page.goto(f"/meetings/{record.pk}/")
    assert_good(page, "papers-hub-filed")
    page.goto(f"/meetings/{record.pk}/record/")
    page.get_by_text("下载或打印").click()
    assert_good(page, "papers-record")
    box = page.get_by_role("link", name="会议记录 (.docx)").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    with page.expect_download() as sheet:
        page.get_by_role("link", name="会议记录 (.docx)").click()
    assert sheet.value.suggested_filename == "检务处党支部支部党员大会会议记录.docx"
    page.goto("/meetings/")
    assert_good(page, "papers-list")
    page.get_by_role("link", name="其他年份和组织").click()
    assert_good(page, "papers-books")
    with page.expect_download() as ledger:
        page.get_by_role("link", name="三会一课台账 .xlsx").click()
    assert ledger.value.suggested_filename == f"检务处党支部{clock.today().year}年三会一课台账.xlsx"
    page.goto("/meetings/books/?organization=GZ-A-01&year=2019")
    expect(page.get_by_text("2019年还没有归档的会议记录。")).to_be_visible()
    assert_good(page, "papers-books-empty")


def test_the_text_for_the_group_chat_can_be_copied_without_a_script(phone: Opens, lin: Account) -> None:
    meeting = convened(lin, MeetingKind.GENERAL_MEETING, "支部党员大会", days=1)
    page = phone(lin, scripts=False)
    page.goto(f"/meetings/{meeting.pk}/")
    page.locator("#chat summary").click()
    text = page.locator("#chat-text")
    expect(text).to_be_visible()
    assert text.is_enabled()
    assert text.input_value().startswith("【会议通知】支部党员大会\n时间：")
    expect(page.locator("[data-copy]")).to_be_hidden()
    page.goto("/meetings/books/")
    page.get_by_role("button", name="查看").click()
    assert "year=" in page.url
