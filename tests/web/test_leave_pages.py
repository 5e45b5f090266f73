"""Leave from a meeting, as the member asks it: one tap, taken back in one tap, and who is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import DONE, STARTS, announced, opened, shift, works
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening, roll
from zhibu.apps.meetings.models import Leave
from zhibu.domain.terms import AbsenceReason, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def meeting(house):
    return announced(house)


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


@pytest.fixture
def chen(house):
    return client_of(house.chen)


def page_of(client, meeting):
    return client.get(f"/meetings/{meeting.pk}/").content.decode()


def ask(client, meeting, reason="shift", **facts):
    return client.post(f"/meetings/{meeting.pk}/my-leave/", {"reason": reason, **facts})


def withdraw(client, meeting):
    return client.post(f"/meetings/{meeting.pk}/my-leave/withdraw/")


def leaves():
    return list(Leave.objects.values_list("person__name", "reason", "note", "granted"))


# --- Asking, answering, coming after all ----------------------------------------------------------------------------


def test_a_reason_is_one_button_and_one_tap_asks(chen, meeting):
    page = page_of(chen, meeting)
    for reason in AbsenceReason:
        assert f'name="reason" value="{reason.value}"' in page
    assert ask(chen, meeting)["Location"] == f"/meetings/{meeting.pk}/"
    assert leaves() == [("陈星", "shift", "", None)]
    assert "请假待答复" in page_of(chen, meeting)


def test_the_page_says_who_sees_the_reason_and_that_no_medical_detail_is_needed(chen, meeting):
    page = page_of(chen, meeting)
    assert "请假事由和说明仅供会议的组织者查看：本组织会议的召集人员，以及本次会议的召集人、主持人和记录人。" in page
    assert "本支部党员和上级组织从会议记录中只能看到你已请假，看不到事由。" in page
    assert "不需要病情细节" in page


def test_another_word_before_the_answer_replaces_the_first(chen, meeting):
    ask(chen, meeting, "shift", note="  夜班  ")
    ask(chen, meeting, "duty")
    assert leaves() == [("陈星", "duty", "", None)]


def test_one_tap_takes_it_back_and_a_second_changes_nothing(chen, meeting):
    ask(chen, meeting)
    for _tap in range(2):
        assert withdraw(chen, meeting).status_code == 302
    assert leaves() == []
    assert Event.objects.filter(type="leave_withdrawn").count() == 1


def test_who_has_leave_may_come_after_all_and_ask_again(chen, meeting):
    ask(chen, meeting)
    roll.answer_leave(Leave.objects.get(), granted=True, **DONE)
    assert "已准假" in page_of(chen, meeting)
    withdraw(chen, meeting)
    assert ask(chen, meeting, "personal").status_code == 302
    assert leaves() == [("陈星", "personal", "", None)]


def test_after_the_answer_nothing_is_asked_anew_and_a_declined_leave_is_not_taken_back(chen, meeting):
    ask(chen, meeting)
    roll.answer_leave(Leave.objects.get(), granted=False, **DONE)
    assert ask(chen, meeting, "health").status_code == 409
    assert withdraw(chen, meeting).status_code == 409
    assert leaves() == [("陈星", "shift", "", False)]
    page = page_of(chen, meeting)
    assert "请您参加" in page
    assert 'name="reason"' not in page


def test_the_afternoon_of_several_kinds_has_one_leave(house, chen):
    host = announced(house)
    guest = convening.draft(
        organization=house.inspection,
        kind=MeetingKind.THEME_DAY,
        title="主题党日",
        made_by=None,
        agenda=["学习"],
        host=host,
        convener=house.lin,
        chair=house.lin,
        recorder=house.lin,
        **DONE,
    )
    convening.announce(guest.pk, **DONE)
    ask(chen, guest)
    assert Leave.objects.get().meeting == host
    assert "请假待答复" in page_of(chen, host)
    withdraw(chen, host)
    assert leaves() == []


# --- What is refused ------------------------------------------------------------------------------------------------


def test_somebody_elses_meeting_is_not_there(house, meeting):
    qiu = client_of(house.qiu)
    assert ask(qiu, meeting).status_code == 404
    assert withdraw(qiu, meeting).status_code == 404


def test_who_sees_the_meeting_and_is_not_on_its_roll_is_403(house, meeting):
    fang = client_of(house.fang)
    assert fang.get(f"/meetings/{meeting.pk}/").status_code == 200
    assert (ask(fang, meeting).status_code, withdraw(fang, meeting).status_code) == (403, 403)
    assert leaves() == []


def test_nobody_takes_back_the_leave_of_another(house, chen, meeting):
    ask(chen, meeting)
    withdraw(client_of(house.lin), meeting)
    assert leaves() == [("陈星", "shift", "", None)]


def test_leave_from_a_draft_is_not_there_and_from_a_meeting_that_is_over_not_possible(house, chen):
    draft = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="草稿", made_by=None, agenda=[], **DONE
    )
    assert ask(chen, draft).status_code == 404
    session = opened(house)
    ask(chen, session.meeting)
    roll.close_session(session, **DONE)
    assert ask(chen, session.meeting, "duty").status_code == 409
    assert withdraw(chen, session.meeting).status_code == 409
    assert leaves() == [("陈星", "shift", "", None)]


def test_who_is_on_the_list_asks_no_leave(house, chen):
    session = opened(house)
    roll.mark_all_present(session, **DONE)
    assert ask(chen, session.meeting).status_code == 409
    assert 'name="reason"' not in page_of(chen, session.meeting)


def test_a_note_of_ten_thousand_characters_is_refused_and_nothing_is_cut(chen, meeting):
    assert ask(chen, meeting, note="夜" * 120).status_code == 302
    Leave.objects.all().delete()
    for length in (121, 10_000):
        answer = ask(chen, meeting, note="夜" * length)
        assert answer.status_code == 422
        assert f"{length}" in answer.content.decode()
    assert leaves() == []


@pytest.mark.parametrize("reason", ["", "sick", "SHIFT", "x" * 5000])
def test_a_reason_that_is_none_is_told_so(chen, meeting, reason):
    assert ask(chen, meeting, reason).status_code == 422
    assert leaves() == []


def test_a_note_stays_text(chen, house, meeting):
    ask(chen, meeting, note="<script>alert(1)</script>")
    for person in (house.chen, house.lin):
        page = page_of(client_of(person), meeting)
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_the_note_is_seen_by_those_who_run_the_meeting_and_by_nobody_else(house, meeting):
    ask(client_of(house.chen), meeting, note="夜班补觉")
    colleague = world.member("另一位", house.inspection)
    assert "夜班补觉" in page_of(client_of(house.lin), meeting)
    for person in (colleague, house.fang):
        page = page_of(client_of(person), meeting)
        assert "夜班补觉" not in page


def test_who_comes_back_from_the_log_in_page_stands_on_the_meetings_page(chen, meeting):
    for path in ("my-leave/", "my-leave/withdraw/"):
        assert chen.get(f"/meetings/{meeting.pk}/{path}")["Location"] == f"/meetings/{meeting.pk}/"
        assert "/login/" in Client().post(f"/meetings/{meeting.pk}/{path}")["Location"]


# --- My part in the meeting -----------------------------------------------------------------------------------------


def test_the_night_shift_is_said_where_it_reaches_into_the_meeting(house, chen):
    works(house.chen, DAY, shift())
    works(house.chen, DAY + dt.timedelta(days=1), shift("白", starts=10, hours=8))
    evening = announced(house, AT.replace(hour=19), title="晚上的会")
    morning = announced(house, AT.replace(hour=7, minute=0) + dt.timedelta(days=1), title="早上的会")
    page = page_of(chen, evening)
    assert "当日班次：夜班 20:00–次日 08:00" in page
    assert "与会议时间冲突" in page
    page = page_of(chen, morning)
    assert "11月23日的夜班" in page
    assert "与会议时间冲突" in page
    assert "与会议时间冲突" not in page_of(chen, announced(house, AT.replace(hour=15), title="下午的会"))


def test_a_lesson_in_turns_shows_each_session_and_where_i_was(house, chen):
    lesson = announced(house, STARTS, STARTS + dt.timedelta(days=1), kind=MeetingKind.LESSON, title="党课")
    first, second = lesson.sessions.all()
    roll.open_session(second, **DONE)
    assert "选一场参加即可" in page_of(chen, lesson)
    roll.call_roll(second, **DONE)
    page = page_of(chen, lesson)
    assert page.count("我已参加") == 1
    assert page.index(f"{first.starts_at:%-d}日") < page.index("我已参加")


def test_who_is_not_on_the_roll_has_no_part(house, meeting):
    assert 'id="mine"' in page_of(client_of(house.lin), meeting)
    assert 'id="mine"' not in page_of(client_of(house.fang), meeting)


def test_the_page_of_a_meeting_leads_to_the_digits_only_while_they_count(house, chen):
    session = opened(house)
    link = 'href="/sign-in/"'
    assert link in page_of(chen, session.meeting)
    roll.mark_all_present(session, **DONE)
    assert link not in page_of(chen, session.meeting)


@pytest.mark.parametrize("stage", ["announced", "open", "closed"])
@pytest.mark.parametrize("turns", [1, 3])
def test_the_page_of_a_meeting_asks_little_of_the_database_for_whoever_reads_it(house, chen, stage, turns):
    works(house.chen, DAY, shift())
    starts = [STARTS + dt.timedelta(days=day) for day in range(turns)]
    meeting = announced(house, *starts, kind=MeetingKind.LESSON)
    ask(chen, meeting)
    for session in meeting.sessions.all() if stage != "announced" else ():
        roll.call_roll(session, **DONE)
        if stage == "closed":
            roll.close_session(session, **DONE)
    for person in (house.chen, house.lin, house.fang):
        client, path = client_of(person), f"/meetings/{meeting.pk}/"
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 11, person.name  # views, threads and make-ups among them
