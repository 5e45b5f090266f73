"""A member's phone: Today, leave in one tap, the scan with the log-in in between, a network that fails."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.gatherings import DONE, STARTS, announced, file_session, opened, shift, works
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.world import AT, DAY
from zhibu.apps.meetings.actions import convening, roll, sign_in, tasks
from zhibu.apps.meetings.models import Attendance, Leave, Session, Task
from zhibu.domain.terms import AbsenceReason, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    def later(**by):
        monkeypatch.setattr(clock, "now", lambda: AT + dt.timedelta(**by))

    later()
    return later


@pytest.fixture
def house():
    return world.bureau()


def account_of(person):
    return getattr(person, "account", None) or world.account(person)


def scan_of(session: Session) -> str:
    return f"/scan/{session.pk}/{sign_in.current_code(session, AT).long}/"


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def marks():
    return list(Attendance.objects.values_list("person__name", "status"))


# --- Leave ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_leave_is_one_tap_from_today_and_one_tap_back(phone: Opens, house, scripts) -> None:
    works(house.chen, DAY, shift())
    meeting = announced(house, AT.replace(hour=19))
    page = phone(account_of(house.chen), scripts=scripts)
    page.goto("/today/")
    page.get_by_role("link", name=meeting.title).click()
    button(page, "当班").click()
    expect(page.get_by_text("请假待答复")).to_be_visible()
    assert Leave.objects.get().reason == AbsenceReason.SHIFT
    button(page, "改为参加").click()
    expect(page.get_by_text("已改为参加本次会议。")).to_be_visible()
    assert not Leave.objects.exists()


# --- The scan -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_a_scan_logs_in_between_and_signs_in_with_one_tap(phone: Opens, house, at, scripts) -> None:
    account, session = account_of(house.chen), opened(house)
    page = phone(scripts=scripts)
    page.goto(scan_of(session))
    at(minutes=5)
    page.get_by_label("登录名").or_(page.get_by_label("工号")).first.fill(account.login)
    page.locator('input[name="password"]').fill(world.PASSWORD)
    button(page, "登录").click()
    expect(button(page, "我已到会")).to_be_visible()
    assert marks() == []
    button(page, "我已到会").click()
    expect(page.get_by_text("您已签到")).to_be_visible()
    assert marks() == [("陈星", "present")]
    assert page.url.endswith(f"/sign-in/{session.pk}/")


def test_without_a_network_the_page_says_not_received_and_goes_on_when_it_is_back(phone: Opens, house) -> None:
    session = opened(house)
    page = phone(account_of(house.chen))
    page.goto(scan_of(session))
    page.context.set_offline(True)
    button(page, "我已到会").click()
    expect(page.get_by_text("未收到签到")).to_be_visible()
    assert_good(page, "sign-in-offline")
    assert marks() == []
    page.context.set_offline(False)
    expect(page.get_by_text("您已签到")).to_be_visible()
    assert marks() == [("陈星", "present")]


def test_after_503_the_same_try_is_sent_again_by_itself(phone: Opens, house) -> None:
    session = opened(house)
    page = phone(account_of(house.chen))
    page.goto(scan_of(session))
    sent: list[str] = []

    def busy_once(route):
        sent.append(route.request.post_data or "")
        if len(sent) == 1:
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="")
        else:
            route.continue_()

    page.route("**/sign-in/**", busy_once)
    button(page, "我已到会").click()
    expect(page.get_by_text("尚未收到")).to_be_visible()
    expect(page.get_by_text("您已签到")).to_be_visible()
    assert len(set(sent[:2])) == 1, "the same nonce"
    assert marks() == [("陈星", "present")]


def test_a_refusal_is_shown_in_place_with_what_to_do(phone: Opens, house, at) -> None:
    session = opened(house)
    page = phone(account_of(house.chen))
    page.goto(scan_of(session))
    at(minutes=11)
    button(page, "我已到会").click()
    expect(page.get_by_role("heading", name="未签到")).to_be_visible()
    assert marks() == []


def test_the_digits_are_typed_on_the_phone(phone: Opens, house) -> None:
    session = opened(house)
    page = phone(account_of(house.chen))
    page.goto("/today/")
    page.get_by_role("link", name="签到", exact=True).click()
    page.get_by_label("六位数字").fill(sign_in.current_code(session, AT).short)
    button(page, "我已到会").click()
    expect(page.get_by_text("您已签到")).to_be_visible()


# --- Looked at ------------------------------------------------------------------------------------------------------


def a_week(house):
    """An ordinary week: the night shift, a lesson in turns, leave asked, a task, filed meetings."""
    works(house.chen, DAY, shift())
    works(house.chen, DAY + dt.timedelta(days=2), shift("白", starts=8))
    big = announced(house, AT.replace(hour=19), title="十一月支部党员大会")
    roll.ask_leave(big, house.chen, reason=AbsenceReason.SHIFT, note="今晚通宵班", **DONE)
    lesson = STARTS + dt.timedelta(days=2), STARTS + dt.timedelta(days=3)
    turns = announced(house, *lesson, kind=MeetingKind.LESSON, title="党课：口岸检疫一线的担当", place="学习室")
    convening.postpone(announced(house, STARTS + dt.timedelta(days=4), title="主题观摩").pk, reason="台风", **DONE)
    running = opened(house, title="今天的党小组学习", kind=MeetingKind.LESSON)
    tasks.take_on(running.meeting, text="整理本月窗口咨询最多的三个问题", holder=house.chen, due=DAY, **DONE)
    file_session(opened(house, title="十月支部党员大会"), chair=house.lin)
    file_session(opened(house, title="九月党课"), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    return big, turns, running


def looked_at(page: Page, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        page.goto(path)
        assert_good(page, name)


def test_with_nothing_yet_each_page_says_so(phone: Opens, desk: Opens, house) -> None:
    pages = {
        "today-none": "/today/",
        "my-meetings-none": "/me/meetings/",
        "my-tasks-none": "/me/tasks/",
        "digits-none": "/sign-in/",
    }
    for opens in (phone, desk):
        looked_at(opens(account_of(house.chen)), pages)


def test_an_ordinary_week(phone: Opens, desk: Opens, house) -> None:
    big, turns, running = a_week(house)
    pages = {
        "today": "/today/",
        "meeting-member": f"/meetings/{big.pk}/",
        "lesson-member": f"/meetings/{turns.pk}/",
        "scan": scan_of(running),
        "scan-wrong": f"/scan/{running.pk}/{'A' * 24}/",
        "my-meetings": "/me/meetings/",
        "my-tasks": "/me/tasks/",
        "my-task": f"/me/tasks/{Task.objects.get().pk}/",
        "me": "/me/",
    }
    for opens in (phone, desk):
        looked_at(opens(account_of(house.chen)), pages)
        looked_at(opens(account_of(house.chen)), {"digits": "/sign-in/"})  # another browser: nothing scanned there
        looked_at(opens(account_of(house.lin)), {"meeting-secretary": f"/meetings/{big.pk}/"})
    anonymous = phone()
    anonymous.goto(scan_of(running))
    sign_in.sign_in(session=running, person=house.chen.pk, nonce="n", **DONE)
    looked_at(phone(account_of(house.chen)), {"signed-in": scan_of(running)})


def test_two_hundred_meetings(phone: Opens, desk: Opens, house) -> None:
    for i in range(200):
        meeting = announced(
            house, STARTS + dt.timedelta(days=i // 4, minutes=i % 4), title=f"第{i + 1}次很长很长的会议名称" * 3
        )
        Task.objects.create(meeting=meeting, text=f"任务{i}：" + "很长的任务" * 20, holder=house.chen, due=DAY)
    for i in range(30):
        file_session(opened(house, title=f"第{i}次归档的会"), chair=house.lin)
    pages = {"today-huge": "/today/", "my-meetings-huge": "/me/meetings/", "my-tasks-huge": "/me/tasks/"}
    for opens in (phone, desk):
        looked_at(opens(account_of(house.chen)), pages)
