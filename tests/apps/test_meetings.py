"""A meeting from draft to filed record, and what refuses to go out of order."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests import world
from tests.apps.stages import (
    DONE,
    STARTS,
    announced,
    closed,
    entered_after,
    general_meeting,
    held,
    known_of,
    opened,
    with_session,
)
from tests.meetings import branch
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening, decisions, filing, minutes, roll, sign_in, taking_back, tasks
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import MinutesText, Task
from zhibu.apps.meetings.papers import sheet_of
from zhibu.apps.meetings.queries import count_of, previous_of, roll_of
from zhibu.apps.meetings.records import record_of
from zhibu.domain.assembly import Count, Presence, Votes
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage, VotingWay

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return branch()


# --- The way of a meeting ------------------------------------------------------------------------------------------


def test_a_meeting_goes_from_draft_to_a_filed_text_that_says_everything(house):
    meeting, session = opened(house)
    roll.mark(session, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    roll.mark_all_present(session, **DONE)
    item = meeting.agenda.get(position=2)
    decisions.take_vote(
        item, kind=Decision.RESOLUTION, text="同意。", way=VotingWay.HANDS, votes=Votes(8, 0, 1), **DONE
    )
    minutes.save_text(
        meeting, field=MinutesText.Field.DISCUSSION, item=item, text="林悦：同意。", based_on=0, by=None, **DONE
    )
    tasks.take_on(meeting, text="报送材料", holder=house.chen, due=DAY, item=item, **DONE)
    roll.close_session(session, **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filed = filing.file_meeting(meeting, **DONE)
    record = json.loads(filed.document.text)
    assert (record["expected"], record["present"], record["voters"], record["voters_present"]) == (10, 9, 10, 9)
    assert record["quorum"] == {"state": "met", "needed": 5}
    assert record["agenda"][1]["decisions"][0]["outcome"] == "passed"
    assert record["agenda"][1]["discussion"] == "林悦：同意。"
    assert record["tasks"] == [{"text": "报送材料", "holder": "陈星", "due": "2026-11-23"}]
    absent = [
        (line["name"], line["status"], line["reason"]) for line in record["roll"] if line["status"] != "present"
    ]
    assert absent == [("陈星", "absent", "shift")]
    assert filed.event.document_sha256 == filed.document_id
    assert filed.event.event_at == session.starts_at
    meeting.refresh_from_db()
    assert meeting.at_stage == MeetingStage.FILED


def test_nothing_of_a_filed_record_changes_and_a_correction_stands_beside_it(house):
    meeting, session = closed(house)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filed = filing.file_meeting(meeting, **DONE)
    before = filed.document.text
    for deed in (
        lambda: minutes.save_text(
            meeting, field=MinutesText.Field.SUMMARY, item=None, text="改", based_on=0, by=None, **DONE
        ),
        lambda: roll.mark(session, [house.chen], status=Presence.ABSENT, **DONE),
        lambda: convening.set_agenda(meeting.pk, ["别的"], **DONE),
        lambda: tasks.take_on(meeting, text="新任务", holder=house.chen, due=None, **DONE),
        lambda: convening.not_held(meeting.pk, reason="没开", **DONE),
        lambda: filing.file_meeting(meeting, **DONE),
    ):
        with pytest.raises(OutOfOrder):
            deed()
    correction = filing.correct(filed, text="列席人员漏记一人。", by=None, **DONE)
    filed.refresh_from_db()
    assert filed.document.text == before
    assert [c.text for c in filed.corrections.all()] == [correction.text]


def test_a_meeting_can_not_be_announced_without_a_session_or_an_audience(house):
    meeting = general_meeting(house)
    with pytest.raises(MeetingRefusal, match="时间"):
        convening.announce(meeting.pk, **DONE)
    nobody = general_meeting(house, audience=Audience.CHOSEN)
    with_session(nobody)
    with pytest.raises(MeetingRefusal):
        convening.announce(nobody.pk, **DONE)


def test_a_chair_who_is_not_on_the_roll_is_refused_by_name(house):
    meeting = general_meeting(house, chair=house.qiu)
    with_session(meeting)
    with pytest.raises(MeetingRefusal, match=r"邱禾.*先另选主持人"):
        convening.announce(meeting.pk, **DONE)
    assert not meeting.roll.exists(), "a refused announcement leaves no roll behind"


def test_a_chair_who_is_not_on_the_roll_is_refused_in_a_late_entry_too_and_on_its_other_day(house):
    meeting = general_meeting(house, chair=house.qiu)
    with_session(meeting, starts_at=AT - dt.timedelta(days=9))
    with pytest.raises(MeetingRefusal, match=r"邱禾.*先另选主持人"):
        filing.enter_after(meeting, reason="无网络", **DONE)
    newcomer = world.person("新党员")
    world.admit(newcomer, house.inspection, since=AT.date() - dt.timedelta(days=20))
    late_one, session = entered_after(house, chair=newcomer)
    with pytest.raises(MeetingRefusal, match="新党员"):
        held(session, 40)
    roll.change_roll(late_one.pk, house.qiu, observes=True, reason="上级主持", **DONE)
    people = {"convener": house.lin, "chair": house.qiu, "recorder": house.lin, **DONE}
    convening.set_people(late_one.pk, **people)
    held(session, 40)
    with pytest.raises(MeetingRefusal, match=r"闻宁.*列为列席人员"):
        convening.set_people(late_one.pk, **people | {"chair": house.wen})


def test_a_postponed_meeting_keeps_its_reason_and_is_announced_again(house):
    meeting, session = announced(house)
    convening.postpone(meeting.pk, reason="口岸通关高峰", **DONE)
    meeting.refresh_from_db()
    assert (meeting.at_stage, meeting.reason) == (MeetingStage.POSTPONED, "口岸通关高峰")
    later = STARTS + dt.timedelta(days=3)
    convening.change_session(session, starts_at=later, ends_at=later + dt.timedelta(hours=1), place="", **DONE)
    again = convening.announce(meeting.pk, **DONE)
    assert (again.at_stage, again.held_on) == (MeetingStage.ANNOUNCED, later.date())


@pytest.mark.parametrize("outcome", [convening.postpone, convening.not_held])
def test_an_outcome_without_a_reason_is_refused(house, outcome):
    meeting, _session = announced(house)
    with pytest.raises(MeetingRefusal):
        outcome(meeting.pk, reason="  ", **DONE)


def test_a_session_across_midnight_belongs_to_the_day_on_which_it_begins(house):
    meeting = general_meeting(house)
    with_session(meeting, starts_at=dt.datetime.fromisoformat("2026-11-30T23:00+08:00"), hours=2)
    meeting.refresh_from_db()
    assert meeting.held_on == dt.date(2026, 11, 30)


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_odd_hours_of_a_session_are_refused(house, hours):
    with pytest.raises(MeetingRefusal):
        with_session(general_meeting(house), hours=hours)


def test_a_sitting_has_one_session_and_only_a_lesson_is_held_in_turns(house):
    sitting = general_meeting(house)
    with_session(sitting)
    with pytest.raises(MeetingRefusal):
        with_session(sitting)
    with pytest.raises(MeetingRefusal):
        general_meeting(house, repeated=True)
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True)
    with_session(lesson)
    with_session(lesson, starts_at=STARTS + dt.timedelta(days=1))
    assert lesson.sessions.count() == 2


def test_a_group_holds_no_general_meeting(house):
    with pytest.raises(MeetingRefusal, match="第一党小组"):
        convening.draft(
            organization=house.first_group,
            kind=MeetingKind.GENERAL_MEETING,
            title="x",
            made_by=None,
            **DONE,
        )


def test_three_kinds_share_one_afternoon_with_one_roll_and_separate_records(house):
    meeting, session = announced(house)
    lesson = general_meeting(house, kind=MeetingKind.LESSON, host=meeting)
    convening.announce(lesson.pk, **DONE)
    roll.open_session(session, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    lesson.refresh_from_db()
    assert lesson.at_stage == MeetingStage.CLOSED
    assert count_of(roll_of(lesson)) == count_of(roll_of(meeting)) == Count(10, 10, 10, 10)
    assert not lesson.roll.exists()


# --- Minutes -------------------------------------------------------------------------------------------------------


def save(meeting, text, based_on, by=None):
    return minutes.save_text(
        meeting, field=MinutesText.Field.SUMMARY, item=None, text=text, based_on=based_on, by=by, **DONE
    )


def test_two_writers_of_one_field_lose_nothing(house):
    meeting, _session = closed(house)
    lin, chen = world.account(house.lin), world.account(house.chen)
    assert save(meeting, "一", 0, lin).text.version == 1
    met = save(meeting, "二", 0, chen)
    assert (met.text.text, met.aside.text) == ("一", "二")
    again = save(meeting, "二，改", 0, chen)
    assert met.text.set_aside.count() == 1, "a writer's own version is kept once, the newest"
    with pytest.raises(MeetingRefusal):
        minutes.hand_over(meeting, **DONE)
    settled = minutes.settle(again.aside, text="一；二", by=lin, **DONE)
    assert (settled.text, settled.set_aside.count()) == ("一；二", 0)


def test_the_same_text_again_changes_nothing(house):
    meeting, _session = closed(house)
    save(meeting, "一\r\n二  ", 0)
    assert save(meeting, "一\n二", 0).aside is None
    assert save(meeting, "一\n二", 1).text.version == 1


def test_a_text_keeps_its_paragraphs_and_loses_only_control_characters(house):
    meeting, _session = closed(house)
    assert save(meeting, "第一段\r\n\r\n第二段\x00\x07\t表 <b>x</b> 堃𠮷", 0).text.text == (
        "第一段\n\n第二段\t表 <b>x</b> 堃𠮷"
    )


def test_two_hundred_thousand_characters_fit_and_one_more_is_refused_with_the_number(house):
    meeting, _session = closed(house)
    save(meeting, "字" * 200_000, 0)
    with pytest.raises(MeetingRefusal, match="200001"):
        save(meeting, "字" * 200_001, 1)


def test_minutes_that_change_after_approval_are_approved_anew(house):
    meeting, _session = closed(house)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    save(meeting, "补充一句", 0)
    meeting.refresh_from_db()
    assert (meeting.at_stage, meeting.approvals.count()) == (MeetingStage.CLOSED, 0)
    with pytest.raises(OutOfOrder):
        filing.file_meeting(meeting, **DONE)


def test_only_the_chair_approves(house):
    meeting, _session = closed(house)
    minutes.hand_over(meeting, **DONE)
    with pytest.raises(MeetingRefusal):
        minutes.approve(meeting, house.chen, **DONE)


def test_minutes_are_handed_over_when_everybody_on_the_roll_is_accounted_for_while_marks_are_possible(house):
    meeting, session = opened(house)
    roll.mark(session, [house.lin], status=Presence.PRESENT, **DONE)
    roll.close_session(session, **DONE)
    with pytest.raises(MeetingRefusal, match="9人"):
        minutes.hand_over(meeting, **DONE)
    roll.mark_rest(session, status=Presence.ABSENT, **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filing.file_meeting(meeting, **DONE)


# --- After the event -----------------------------------------------------------------------------------------------


def test_a_meeting_entered_afterwards_says_when_it_was_and_when_it_was_recorded(house):
    meeting = general_meeting(house)
    past = AT - dt.timedelta(days=40)
    with_session(meeting, starts_at=past)
    with pytest.raises(MeetingRefusal):
        filing.enter_after(meeting, reason="", **DONE)
    filing.enter_after(meeting, reason="系统启用前的会议", **DONE)
    session = meeting.sessions.get()
    roll.mark_all_present(session, **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filed = filing.file_meeting(meeting, **DONE)
    assert (filed.event.event_at, filed.event.recorded_at) == (past, AT)
    assert json.loads(filed.document.text)["late_reason"] == "系统启用前的会议"


def test_a_meeting_to_come_is_not_entered_afterwards(house):
    meeting = general_meeting(house)
    with_session(meeting, starts_at=AT + dt.timedelta(days=1))
    with pytest.raises(MeetingRefusal):
        filing.enter_after(meeting, reason="补录", **DONE)


def test_a_comment_asks_for_a_supplement_that_a_correction_answers(house):
    meeting, _session = closed(house)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filed = filing.file_meeting(meeting, **DONE)
    with pytest.raises(MeetingRefusal):
        filing.comment(filed, by=house.fang, office=house.office, text="请补", due=DAY - dt.timedelta(days=1), **DONE)
    asked = filing.comment(filed, by=house.fang, office=house.office, text="请补充讨论要点。", due=DAY, **DONE)
    filing.correct(filed, text="讨论要点：……", by=None, answers=asked, **DONE)
    filing.close_comment(asked, **DONE)
    asked.refresh_from_db()
    assert (asked.closed_at, asked.answers.count()) == (AT, 1)


def test_a_task_is_reported_without_touching_the_record(house):
    meeting, _session = closed(house)
    task = tasks.take_on(meeting, text="报送材料", holder=house.chen, due=DAY, **DONE)
    with pytest.raises(MeetingRefusal):
        tasks.take_on(meeting, text="x", holder=house.chen, due=DAY - dt.timedelta(days=1), **DONE)
    tasks.report_task(task, report="已报送", done_on=DAY, **DONE)
    assert Task.objects.get(pk=task.pk).done_on == DAY


# --- The meeting before --------------------------------------------------------------------------------------------


def test_the_minutes_of_the_meeting_before_are_read_and_a_correction_is_typed_once(house):
    before, _session = closed(house)
    meeting, _session = opened(house)
    meeting.held_on = before.held_on + dt.timedelta(days=30)
    meeting.save()
    assert previous_of(meeting) == before
    with pytest.raises(MeetingRefusal, match=before.title):
        filing.read_previous(meeting, before, correction="", by=None, **DONE)
    before.refresh_from_db()
    filed = filing.finish(before, house.lin, **DONE)
    text = filed.document.text
    agreed = filing.read_previous(meeting, before, correction=" ", by=None, **DONE)
    assert agreed.correction is None
    put_right = filing.read_previous(meeting, before, correction="实到应为9人。", by=None, **DONE)
    assert [one.text for one in filed.corrections.all()] == ["实到应为9人。"]
    assert put_right.pk == agreed.pk
    filed.document.refresh_from_db()
    assert filed.document.text == text
    with pytest.raises(OutOfOrder):
        filing.read_previous(meeting, before, correction="再改。", by=None, **DONE)
    assert record_of(meeting)["previous"] == [
        {"title": before.title, "held_on": before.held_on.isoformat(), "correction": "实到应为9人。"}
    ]


def test_a_task_reported_at_the_next_meeting_stands_in_its_record(house):
    before, _session = closed(house)
    task = tasks.take_on(before, text="报送材料。", holder=house.chen, due=None, **DONE)
    meeting, _session = opened(house)
    tasks.report_task(task, report="已交办公室", done_on=DAY, meeting=meeting, **DONE)
    record = record_of(meeting)
    assert record["reports"] == [
        {"text": "报送材料。", "holder": "陈星", "report": "已交办公室", "done_on": "2026-11-23"}
    ]
    assert sheet_of(record, recorded_on=DAY, reasons=True).previously == ("报送材料（陈星）：已完成，已交办公室",)
    with pytest.raises(OutOfOrder):
        tasks.report_task(task, report="x", done_on=None, meeting=announced(house)[0], **DONE)


# --- Begun or closed by mistake ------------------------------------------------------------------------------------


def test_a_meeting_begun_by_mistake_is_still_to_come_and_only_marks_of_who_is_here_go(house):
    meeting, session = announced(house)
    lesson = general_meeting(house, kind=MeetingKind.LESSON, host=meeting)
    convening.announce(lesson.pk, **DONE)
    roll.mark(session, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    roll.call_roll(session, **DONE)
    taking_back.take_back_begin(session, **DONE)
    for one in (meeting, lesson, session):
        one.refresh_from_db()
    assert (meeting.at_stage, lesson.at_stage) == (MeetingStage.ANNOUNCED, MeetingStage.ANNOUNCED)
    assert (session.opened_at, known_of(meeting)) == (None, {"陈星": Presence.ABSENT})
    assert Event.objects.filter(type="begin_taken_back", subject=meeting.pk).count() == 1
    with pytest.raises(OutOfOrder):
        taking_back.take_back_begin(session, **DONE)
    convening.postpone(meeting.pk, reason="船期提前", **DONE)


def test_a_begin_on_which_a_vote_a_task_or_a_sign_in_rests_stays(house):
    meeting, session = opened(house)
    item = meeting.agenda.get(position=2)
    roll.mark_all_present(session, **DONE)
    decisions.take_vote(
        item, kind=Decision.RESOLUTION, text="同意。", way=VotingWay.HANDS, votes=Votes(10, 0, 0), **DONE
    )
    with pytest.raises(MeetingRefusal, match="表决"):
        taking_back.take_back_begin(session, **DONE)
    decisions.withdraw_vote(item.decisions.get(), reason="误记", **DONE)
    task = tasks.take_on(meeting, text="报送材料", holder=house.chen, due=None, **DONE)
    with pytest.raises(MeetingRefusal, match="任务"):
        taking_back.take_back_begin(session, **DONE)
    tasks.drop_task(task, **DONE)
    roll.mark(session, [house.chen], status=Presence.EXPECTED, **DONE)
    sign_in.sign_in(session=session, person=house.chen.pk, nonce="n1", **DONE)
    with pytest.raises(MeetingRefusal, match="1人"):
        taking_back.take_back_begin(session, **DONE)
    assert session.attendances.count() == 10, "a refused deed takes no mark away"


def test_of_a_lesson_in_turns_only_the_turn_that_was_begun_by_mistake_is_taken_back(house):
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True)
    first, second = with_session(lesson), with_session(lesson, starts_at=STARTS + dt.timedelta(days=1))
    convening.announce(lesson.pk, **DONE)
    roll.call_roll(first, **DONE)
    roll.open_session(second, **DONE)
    taking_back.take_back_begin(second, **DONE)
    lesson.refresh_from_db()
    assert (lesson.at_stage, first.attendances.count()) == (MeetingStage.OPEN, 10)
    roll.close_session(first, **DONE)
    taking_back.take_back_close(first, **DONE)
    first.refresh_from_db()
    assert first.is_open


def test_a_meeting_closed_by_mistake_goes_on_until_minutes_are_handed_over(house):
    meeting, session = closed(house)
    taking_back.take_back_close(session, **DONE)
    meeting.refresh_from_db()
    session.refresh_from_db()
    assert (meeting.at_stage, session.is_open) == (MeetingStage.OPEN, True)
    assert all(item.is_open for item in meeting.agenda.all())
    roll.close_session(session, **DONE)
    meeting.refresh_from_db()
    minutes.hand_over(meeting, **DONE)
    with pytest.raises(OutOfOrder):
        taking_back.take_back_close(session, **DONE)


def test_the_close_of_an_afternoon_stays_once_one_of_its_minutes_is_handed_over(house):
    meeting, session = announced(house)
    lesson = general_meeting(house, kind=MeetingKind.LESSON, title="宪法党课", host=meeting)
    convening.announce(lesson.pk, **DONE)
    roll.call_roll(session, **DONE)
    roll.close_session(session, **DONE)
    minutes.hand_over(lesson, **DONE)
    with pytest.raises(MeetingRefusal, match="宪法党课"):
        taking_back.take_back_close(session, **DONE)
    session.refresh_from_db()
    assert not session.is_open
