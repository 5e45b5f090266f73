"""Today: what is ahead of a member by day, their shifts, their leave, their tasks, the minutes that wait for them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import DONE, STARTS, announced, file_session, opened, shift, works
from tests.world import AT, DAY
from zhibu.apps.meetings.actions import convening, filing, minutes, roll, tasks
from zhibu.apps.meetings.mine import attended, filed_with
from zhibu.apps.meetings.models import Leave, Meeting, Task
from zhibu.apps.meetings.queries import roll_of
from zhibu.apps.people.queries import asker_of
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason, MeetingKind, Role
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

TOMORROW = STARTS + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


@pytest.fixture
def chen(house):
    return client_of(house.chen)


def text_of(client, path="/today/"):
    """The words between the tags of the page's main part."""
    page = client.get(path).content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def queries_of(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


# --- Who starts here ------------------------------------------------------------------------------------------------


def test_an_account_that_is_nobodys_has_no_today(house):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    client = Client()
    client.force_login(keeper)
    assert (client.get("/").status_code, client.get("/today/").status_code) == (200, 404)


def test_who_is_not_logged_in_is_led_to_the_door():
    for path in ("/today/", "/me/meetings/", "/me/tasks/", "/sign-in/"):
        assert "/login/" in Client().get(path)["Location"]


# --- What is ahead --------------------------------------------------------------------------------------------------


def test_with_nothing_ahead_the_page_says_so(chen):
    assert "目前没有您要参加的会议。" in text_of(chen)


def test_meetings_stand_by_day_with_kind_time_place_and_shift(house, chen):
    works(house.chen, DAY, shift())
    works(house.chen, TOMORROW.date(), shift("白", starts=8))
    announced(house, TOMORROW, title="明天的党课", kind=MeetingKind.LESSON, place="二楼")
    announced(house, title="今天的大会")
    page = text_of(chen)
    assert page.index("今天的大会") < page.index("明天的党课")
    assert "今天的大会 15:30–17:30 · 三楼会议室 检务处党支部 · 支部党员大会 当日班次：夜班 20:00–次日 08:00" in page
    assert "明天的党课 15:30–17:30 · 二楼 检务处党支部 · 党课 当日班次：白班 08:00–20:00 与会议时间冲突" in page
    assert page.index("11月23日") < page.index("今天的大会") < page.index("11月24日")


def test_another_branchs_meetings_drafts_and_what_is_over_are_not_ahead(house, chen):
    convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="草稿", made_by=None, agenda=[], **DONE
    )
    over = opened(house, title="散会的会")
    roll.mark_all_present(over, **DONE)
    roll.close_session(over, **DONE)
    announced(house, AT - dt.timedelta(days=1, hours=3), title="昨天没开的会")
    announced(house, organization=house.archive_branch, title="别的支部", kind=MeetingKind.LESSON)
    page = text_of(chen)
    for title in ("草稿", "散会的会", "昨天没开的会", "别的支部"):
        assert title not in page


def test_an_open_session_is_ahead_even_across_midnight(house, chen):
    session = opened(house, title="夜里的会")
    type(session).objects.filter(pk=session.pk).update(
        starts_at=AT - dt.timedelta(hours=11), ends_at=AT - dt.timedelta(hours=9)
    )
    assert "夜里的会" in text_of(chen)


def test_what_is_postponed_or_not_held_is_said_so_that_nobody_comes_in_vain(house, chen):
    convening.postpone(announced(house, title="延期的会").pk, reason="台风", **DONE)
    convening.not_held(announced(house, title="不开的会").pk, reason="合并", **DONE)
    page = text_of(chen)
    assert re.search("延期的会.*延期 ", page)
    assert re.search("不开的会.*未召开", page)


def test_a_lesson_in_turns_stands_there_until_i_was_at_one_of_them(house, chen):
    lesson = announced(house, STARTS, TOMORROW, kind=MeetingKind.LESSON, title="党课")
    assert text_of(chen).count("党课 15:30") == 2
    first = lesson.sessions.first()
    roll.open_session(first, **DONE)
    roll.mark(first, [house.chen], status=Presence.PRESENT, **DONE)
    page = text_of(chen)
    assert page.count("党课 15:30") == 1
    assert "已签到" in page


def test_leave_is_said_as_it_stands(house, chen):
    meeting = announced(house)
    assert "请假" not in text_of(chen)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    assert "请假待答复" in text_of(chen)
    for granted, says in ((True, "已准假"), (False, "请您参加")):
        roll.answer_leave(leave, granted=granted, **DONE)
        assert says in text_of(chen)


def test_another_persons_leave_and_sign_in_are_not_mine(house, chen):
    session = opened(house)
    roll.ask_leave(session.meeting, house.lin, reason=AbsenceReason.SHIFT, note="", **DONE)
    page = text_of(chen)
    assert "请假" not in page
    assert "签到" in page
    roll.mark(session, [house.lin], status=Presence.PRESENT, **DONE)
    assert "已签到" not in text_of(chen)


def test_signing_in_is_offered_while_it_counts_for_me(house, chen):
    session = opened(house)
    assert 'href="/sign-in/"' in chen.get("/today/").content.decode()
    roll.mark(session, [house.chen], status=Presence.PRESENT, **DONE)
    assert 'href="/sign-in/"' not in chen.get("/today/").content.decode()


# --- Tasks and minutes ----------------------------------------------------------------------------------------------


def task_for(house, text, due=DAY, title="十月大会", done=False):
    session = opened(house, title=title)
    task = tasks.take_on(session.meeting, text=text, holder=house.chen, due=due, **DONE)
    if done:
        tasks.report_task(task, report="", done_on=DAY, **DONE)
    return task


def test_my_open_tasks_stand_there_with_their_day_and_where_they_come_from(house, chen):
    task_for(house, "报送材料")
    task_for(house, "已经办完", done=True)
    tasks.take_on(opened(house).meeting, text="林悦的任务", holder=house.lin, due=None, **DONE)
    page = text_of(chen)
    assert "报送材料 期限 2026年11月23日 · 十月大会" in page
    assert "已经办完" not in page
    assert "林悦的任务" not in page


def test_the_holder_reports_a_task_done_and_opens_it_again(house, chen):
    task = task_for(house, "报送材料")
    path = f"/me/tasks/{task.pk}/"
    assert "报送材料" in text_of(chen, path)
    assert chen.post(path, {"report": "已报送", "is_done": "on"})["Location"] == "/me/tasks/"
    assert Task.objects.values_list("report", "done_on").get() == ("已报送", DAY)
    assert "报送材料" not in text_of(chen)
    assert "已报送" in text_of(chen, "/me/tasks/")
    assert chen.post(path, {"report": "还差一份"}).status_code == 302
    assert Task.objects.values_list("report", "done_on").get() == ("还差一份", None)
    assert "已报送" not in text_of(client_of(house.lin), f"/meetings/{task.meeting_id}/")
    assert "还差一份" in text_of(client_of(house.lin), f"/meetings/{task.meeting_id}/")


def test_another_persons_task_is_not_there_and_a_report_has_its_limit(house, chen):
    task = task_for(house, "报送材料")
    for person in (house.lin, house.qiu):
        assert client_of(person).post(f"/me/tasks/{task.pk}/", {"report": "x"}).status_code == 404
    assert chen.post(f"/me/tasks/{task.pk}/", {"report": "x" * 501}).status_code == 422
    assert Task.objects.get().report == ""


def handed_over(house, **facts):
    session = opened(house, **facts)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    meeting = Meeting.objects.get(pk=session.meeting_id)
    minutes.hand_over(meeting, **DONE)
    return meeting


def test_minutes_wait_for_the_chair_until_they_are_approved(house, chen):
    meeting = handed_over(house, title="待确认的大会")
    lin = client_of(house.lin)
    assert "待您确认的会议记录 待确认的大会" in text_of(lin)
    assert "待确认的大会" not in text_of(chen)
    minutes.approve(meeting, house.lin, **DONE)
    assert "待确认的大会" not in text_of(lin)


def test_who_convenes_is_asked_where_nobody_chairs(house):
    meeting = handed_over(house, title="待确认的大会")
    Meeting.objects.filter(pk=meeting.pk).update(chair=None)
    assert "待确认的大会" in text_of(client_of(house.lin))


# --- What I was called to -------------------------------------------------------------------------------------------


def test_what_i_attended_is_what_the_records_say(house, chen):
    file_session(opened(house, title="到会"), chair=house.lin)
    file_session(opened(house, title="缺席"), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    away = announced(house, title="请假")
    leave = roll.ask_leave(away, house.chen, reason=AbsenceReason.HEALTH, note="保密的说明", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    file_session(away.sessions.get(), chair=house.lin)
    opened(house, title="没归档")
    page = text_of(chen, "/me/meetings/")
    assert re.search("到会 2026年11月23日 支部党员大会 到会", page)
    assert re.search("缺席 2026年11月23日 支部党员大会 缺席 当班", page)
    assert re.search("请假 2026年11月23日 支部党员大会 请假 身体原因", page)
    assert "没归档" not in page
    assert "保密的说明" not in page
    assert "还没有" in text_of(client_of(house.qiu), "/me/meetings/")


def test_it_is_the_same_as_the_line_of_the_roll_for_everybody(house):
    lesson = announced(house, STARTS, TOMORROW, kind=MeetingKind.LESSON, title="党课")
    first, second = lesson.sessions.all()
    another = world.member("后来", house.inspection)
    roll.change_roll(lesson.pk, another, observes=False, reason="新来", **DONE)
    roll.open_session(first, **DONE)
    roll.mark(first, [house.chen], status=Presence.PRESENT, **DONE)
    roll.mark(first, [house.lin, another], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    roll.close_session(first, **DONE)
    roll.open_session(second, **DONE)
    later = {"actor": DONE["actor"], "at": AT + dt.timedelta(days=1)}
    roll.mark(second, [house.chen], status=Presence.ABSENT, **later)
    roll.mark(second, [house.lin], status=Presence.ABSENT, reason=AbsenceReason.DUTY, **later)
    roll.mark(second, [another], status=Presence.PRESENT, **later)
    roll.close_session(second, **DONE)
    lesson = Meeting.objects.get(pk=lesson.pk)
    minutes.hand_over(lesson, **DONE)
    minutes.approve(lesson, house.lin, **DONE)
    filing.file_meeting(lesson, **DONE)
    said = {line.person: (line.presence, line.reason) for line in roll_of(lesson)}
    for person in (house.chen, house.lin, another):
        asker = asker_of(world.account(person), DAY)
        line = attended(filed_with(asker).get())
        assert (line.presence, line.reason) == said[person.pk], person.name


def test_a_year_is_chosen_and_many_come_on_several_pages(house, chen):
    for i in range(30):
        file_session(opened(house, title=f"第{i:02}次"), chair=house.lin)
    Meeting.objects.filter(title__in=["第00次", "第01次"]).update(held_on=dt.date(2025, 3, 1))
    assert text_of(chen, "/me/meetings/").count("次 20") == 25
    assert text_of(chen, "/me/meetings/?year=2025").count("2025年3月1日") == 2
    assert text_of(chen, "/me/meetings/?year=2026").count("2025年3月1日") == 0
    for odd in ("1", "x", "99999", "-1"):
        assert chen.get(f"/me/meetings/?year={odd}").status_code == 200
    assert text_of(chen, "/me/meetings/?page=2").count("次 20") == 5


# --- As much as it may ----------------------------------------------------------------------------------------------


def many(house, count):
    for i in range(count):
        meeting = announced(house, STARTS + dt.timedelta(days=i % 20, minutes=i), title=f"第{i:03}次会")
        Leave.objects.create(
            meeting=meeting, person=house.chen, reason="shift", asked_at=AT, granted=True, answered_at=AT
        )
        Task.objects.create(meeting=meeting, text=f"任务{i}", holder=house.chen, due=DAY)


@pytest.mark.parametrize("path", ["/today/", "/me/tasks/", "/me/meetings/", "/sign-in/"])
def test_more_of_everything_asks_no_more_of_the_database(house, chen, path):
    works(house.chen, DAY, shift())
    many(house, 1)
    file_session(opened(house), chair=house.lin)
    opened(house)
    few = queries_of(chen, path)
    many(house, 12)
    file_session(opened(house), chair=house.lin)
    opened(house)
    assert queries_of(chen, path) == few <= 8


@pytest.mark.slow
def test_two_hundred_meetings_are_cut_to_what_is_near_with_a_way_to_all(house, chen):
    many(house, 200)
    page = chen.get("/today/").content.decode()
    assert page.count("次会</strong>") == 30
    assert 'href="/meetings/?sort=day&amp;stage=announced"' in page
    assert page.count("/me/tasks/") == 11
