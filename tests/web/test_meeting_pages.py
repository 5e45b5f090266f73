"""A secretary's meetings: the way from the notice to the filed record, page by page, without JavaScript."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import gatherings, meetings, world
from tests.meetings import DONE
from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import roll as deeds
from zhibu.apps.meetings.actions import tasks
from zhibu.apps.meetings.models import Election, Meeting
from zhibu.apps.people.models import Person
from zhibu.domain.terms import AbsenceReason, MeetingKind, MeetingStage, PostKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    made = world.bureau()
    for i in range(8):
        world.member(f"党员{i}", made.inspection, group=made.first_group)
    return made


@pytest.fixture
def lin(house) -> Client:
    client = Client()
    client.force_login(world.account(house.lin))
    return client


def convene(client: Client, **facts: str) -> Meeting:
    number = {"day_0": "2026-11-26", "starts_0": "15:00", "ends_0": "16:30", "place_0": "三楼会议室"} | facts
    late = "&late=1" if "late_reason" in facts else ""
    answer = client.post(
        f"/meetings/new/?organization=GZ-A-01&kind=general_meeting{late}",
        {
            "agenda": "传达学习\n讨论发展党员",
            "audience": "members",
            "chair": "10001",
            "recorder": "10001",
            "convener": "10001",
            "announce": "",
            **number,
        },
    )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    if late:
        return Meeting.objects.get(late_reason=facts["late_reason"])
    return Meeting.objects.get(pk=answer["Location"].strip("/").split("/")[-1])


def test_a_meeting_goes_from_the_notice_to_the_filed_record(lin, house):
    for path in (
        "/meetings/",
        "/meetings/new/",
        "/meetings/new/?organization=GZ-A-01&kind=general_meeting",
        "/meetings/new/?organization=GZ-A-01&kind=lesson&late=1",
    ):
        assert lin.get(path).status_code == 200, path
    meeting = convene(lin)
    here, session = f"/meetings/{meeting.pk}/", meeting.sessions.get()
    roll = f"/meetings/sessions/{session.pk}/"
    assert (meeting.at_stage, meeting.title) == (MeetingStage.ANNOUNCED, "2026年11月支部党员大会")
    for path in (here, f"{here}edit/", f"{roll}roll/", f"{here}postpone/", f"{here}record/"):
        assert lin.get(path).status_code == 200, path
    assert lin.post(f"{roll}begin/").status_code == 302
    absent = {"mark": f"{house.chen.pk}:absent:shift"}
    assert lin.post(f"{roll}roll/mark/", absent).status_code == 302
    assert lin.post(f"{roll}roll/mark/", absent, headers={"HX-Request": "true"}).status_code == 200
    lin.post(f"{roll}code/switch/", {"enabled": "yes"})
    assert lin.get(f"{roll}code/").status_code == 200
    item = meeting.agenda.get(position=2)
    for path in (f"{here}items/{item.pk}/vote/", f"{here}items/{item.pk}/election/", f"{roll}roll/count/"):
        assert lin.get(path).status_code == 200, path
    assert lin.post(f"{roll}close/")["Location"] == f"{here}minutes/"
    assert lin.get(f"{here}minutes/").status_code == 200
    lin.post(
        f"{here}minutes/",
        {f"text-discussion-{item.pk}": "林悦：同意。", "then": f"unanimous:{item.pk}", "settles": "yes"},
    )
    assert lin.post(f"{here}minutes/", {"then": "finish", "settles": "yes"})["Location"] == f"{here}record/"
    page = lin.get(f"{here}record/").content.decode()
    assert "同意发展党员。" in page
    assert "陈星（当班）" in page


def test_the_live_count_is_304_while_nobody_comes(lin, house):
    meeting = convene(lin)
    session = meeting.sessions.get()
    url = f"/meetings/sessions/{session.pk}/roll/count/"
    tag = lin.get(url)["ETag"]
    assert lin.get(url, headers={"If-None-Match": tag}).status_code == 304
    lin.post(f"/meetings/sessions/{session.pk}/begin/")
    assert lin.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_whose_leave_waits_for_an_answer_is_left_to_the_recorder_and_the_page_says_so(lin, house):
    meeting = convene(lin)
    session = meeting.sessions.get()
    deeds.ask_leave(meeting, house.chen, reason=AbsenceReason.DUTY, note="", actor=OPERATOR, at=AT)
    page = f"/meetings/sessions/{session.pk}/roll/"
    assert "1人请假尚未答复" in lin.get(page).content.decode()
    begun = lin.post(f"/meetings/sessions/{session.pk}/begin/", follow=True).content.decode()
    assert "请假的1人未登记到会：请答复，或点选其到会情况。" in begun
    assert f"/meetings/sessions/{session.pk}/begin/" not in begun, "there is nobody left whom it would mark"
    assert f"/meetings/sessions/{session.pk}/close/" in begun
    assert list(session.attendances.filter(person=house.chen)) == []
    deeds.answer_leave(meeting.leaves.get(), granted=True, actor=OPERATOR, at=AT)
    assert "尚未答复" not in lin.get(page).content.decode()


def test_a_tie_is_offered_to_a_second_ballot_until_one_has_decided_it(lin, house):
    session = gatherings.opened(house, codes=False)
    deeds.mark_all_present(session, actor=OPERATOR, at=AT)
    here, item = f"/meetings/{session.meeting_id}/", session.meeting.agenda.last()
    count = {"what": "委员", "seats": "2", "issued": "10", "returned": "10", "void": "0"}
    other = Person.objects.get(name="党员0")
    election = f"{here}items/{item.pk}/election/"
    names = [f"votes_{one.pk}" for one in (house.lin, house.chen, other)]
    all_three = f"{election}?c=10001&c=10002&c={other.staff_number}"
    assert lin.post(all_three, count | dict(zip(names, "866", strict=True))).status_code == 302
    first = Election.objects.get()
    assert f'value="second:{first.pk}"' in lin.get(f"{here}minutes/").content.decode()
    second = f"{election}?first={first.pk}"
    answer = count | {"seats": "1"} | dict(zip(names[1:], "46", strict=True))
    assert lin.post(second, answer).status_code == 302
    assert f'value="second:{first.pk}"' not in lin.get(f"{here}minutes/").content.decode()
    assert "已由第二次投票决定" in lin.get(second).content.decode()
    assert lin.post(second, answer).status_code == 409
    assert Election.objects.count() == 2


def test_nothing_is_foretold_of_a_vote_in_a_committee_whose_text_names_no_number_that_carries(lin, house):
    for person in (house.chen, world.member("党员甲", house.inspection)):
        world.appoint(person, house.inspection, PostKind.COMMITTEE_MEMBER)
    session = gatherings.opened(house, kind=MeetingKind.BRANCH_COMMITTEE_MEETING, codes=False)
    here, roll = f"/meetings/{session.meeting_id}/", f"/meetings/sessions/{session.pk}/"
    assert "再到2名有表决权的党员即可表决" in lin.get(here).content.decode()
    lin.post(f"{roll}begin/")
    item = session.meeting.agenda.first()
    for page in (here, f"{roll}roll/", f"{roll}roll/count/", f"{here}items/{item.pk}/vote/"):
        text = lin.get(page).content.decode()
        assert "可以表决" in text, page
        assert "即使全体赞成" not in text, page


def test_who_may_not_see_a_meeting_gets_404_and_who_only_sees_it_403(house, lin):
    meeting = convene(lin)
    for person, expected in ((house.qiu, 404), (house.chen, 403)):
        other = Client()
        other.force_login(world.account(person))
        assert other.get(f"/meetings/{meeting.pk}/minutes/").status_code == expected
        assert other.post(f"/meetings/sessions/{meeting.sessions.get().pk}/begin/").status_code == expected


def test_what_is_past_is_not_announced_but_entered_afterwards(lin):
    past = {"day_0": (AT.date() - dt.timedelta(days=9)).isoformat(), "starts_0": "15:00", "ends_0": "16:00"}
    facts = {"agenda": "党课", "audience": "members", "chair": "10001", **past}
    assert lin.post("/meetings/new/?organization=GZ-A-01&kind=lesson", {**facts, "announce": ""}).status_code == 422
    late = lin.post(
        "/meetings/new/?organization=GZ-A-01&kind=lesson&late=1", {**facts, "late_reason": "口岸无网络", "enter": ""}
    )
    assert late.status_code == 302
    assert Meeting.objects.get().late_reason == "口岸无网络"


def test_begin_and_close_are_taken_back_where_they_were_tapped(lin, house):
    meeting = convene(lin)
    roll = f"/meetings/sessions/{meeting.sessions.get().pk}"
    lin.post(f"{roll}/begin/")
    assert f"{roll}/not-begun/" in lin.get(f"{roll}/roll/").content.decode()
    assert "10人将取消标记" in lin.get(f"{roll}/not-begun/").content.decode()
    assert lin.post(f"{roll}/not-begun/").status_code == 302
    meeting.refresh_from_db()
    assert (meeting.at_stage, deeds.Attendance.objects.count()) == (MeetingStage.ANNOUNCED, 0)
    assert lin.post(f"{roll}/not-begun/").status_code == 409
    lin.post(f"{roll}/begin/")
    lin.post(f"{roll}/close/")
    assert f"{roll}/not-over/" in lin.get(f"{roll}/roll/").content.decode()
    assert lin.post(f"{roll}/not-over/").status_code == 302
    meeting.refresh_from_db()
    assert meeting.at_stage == MeetingStage.OPEN
    member = Client()
    member.force_login(world.account(house.chen))
    assert [member.post(f"{roll}/{deed}/").status_code for deed in ("not-begun", "not-over")] == [403, 403]


def changes_to(client: Client, meeting: Meeting, **changed: str):
    """The page of changes sent as it stands, but for what is changed."""
    page = f"/meetings/{meeting.pk}/edit/"
    form = client.get(page).context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None}
    numbered = {name: value.staff_number if isinstance(value, Person) else value for name, value in typed.items()}
    return client.post(page, numbered | changed)


def test_the_day_of_a_late_entry_is_put_right_on_the_page_of_changes(lin, house):
    late = convene(lin, day_0="2026-11-03", late_reason="无网络")
    assert 'edit/">修改</a>' in lin.get(f"/meetings/{late.pk}/").content.decode()
    answer = changes_to(lin, late, day_0="2026-11-30")
    assert (answer.status_code, "尚未结束" in answer.content.decode()) == (409, True)
    assert changes_to(lin, late, day_0="").status_code == 422
    assert changes_to(lin, late, day_0="2026-11-02").status_code == 302
    late.refresh_from_db()
    assert (late.held_on, late.chair) == (dt.date(2026, 11, 2), house.lin)


def test_a_turn_to_come_of_a_lesson_that_has_begun_is_dropped_with_a_reason(lin, house):
    lesson = gatherings.announced(house, AT, AT + dt.timedelta(days=1), kind=MeetingKind.LESSON)
    first, second = lesson.sessions.all()
    deeds.call_roll(first, actor=OPERATOR, at=AT)
    assert "尚未开始的场次" in lin.get(f"/meetings/{lesson.pk}/edit/").content.decode()
    assert changes_to(lin, lesson, place_0="码头").status_code == 422, "without a reason"
    assert changes_to(lin, lesson, place_0="码头", reason="会议室占用").status_code == 302
    second.refresh_from_db()
    assert second.place == "码头"
    assert changes_to(lin, lesson, day_0="", reason="船期提前").status_code == 302
    assert list(lesson.sessions.all()) == [first]


def test_the_recorder_of_a_later_meeting_reports_the_tasks_that_its_pages_offer(house):
    before = meetings.closed(house)
    task = tasks.take_on(before, text="报送材料", holder=house.lin, due=None, **DONE)
    helper = Person.objects.get(name="党员0")
    later = meetings.announced(house, recorder=helper, starts=AT + dt.timedelta(days=2))
    other = meetings.announced(
        house, organization=house.first_group, kind=MeetingKind.GROUP_MEETING, recorder=house.chen
    )
    client, chen = Client(), Client()
    client.force_login(world.account(helper))
    chen.force_login(world.account(house.chen))
    page = f"/meetings/{before.pk}/tasks/{task.pk}/"
    assert f"{page}?at={later.pk}" in client.get(f"/meetings/{later.pk}/").content.decode()
    assert client.get(f"{page}?at={later.pk}").status_code == 200
    assert client.post(f"{page}?at={later.pk}", {"report": "已起草"})["Location"] == f"/meetings/{later.pk}/"
    task.refresh_from_db()
    assert (task.report, task.reported_at) == ("已起草", None), "it has not begun: no record hears of it yet"
    deeds.call_roll(later.sessions.get(), **DONE)
    assert client.post(f"{page}?at={later.pk}", {"report": "已报送"})["Location"] == f"/meetings/{later.pk}/minutes/"
    task.refresh_from_db()
    assert task.reported_at == later
    assert [chen.get(f"{page}{at}").status_code for at in ("", f"?at={other.pk}", f"?at={later.pk}")] == [
        403,
        403,
        403,
    ]
    assert client.get(f"/meetings/{other.pk}/tasks/{task.pk}/").status_code == 404
