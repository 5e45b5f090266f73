"""A meeting from draft to filed record, and what refuses to go out of order."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.actions import convening, decisions, filing, late, minutes, roll, sign_in, taking_back, tasks
from zhibu.apps.meetings.errors import (
    CodeTooOld,
    CodeUnknown,
    CountRefused,
    MeetingRefusal,
    NotOnRoll,
    OutOfOrder,
)
from zhibu.apps.meetings.models import Attendance, Election, Leave, MinutesText, Task
from zhibu.apps.meetings.papers import sheet_of
from zhibu.apps.meetings.queries import count_of, previous_of, pulse_of, quorum_of, roll_of
from zhibu.apps.meetings.records import record_of
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Ballots, Count, NextStep, Outcome, Presence, QuorumState, Votes, Written
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage, PostKind, Standing, VotingWay

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
STARTS = AT + dt.timedelta(hours=6)


@pytest.fixture
def house():
    """The small bureau, with enough members in the inspection branch to vote: Lin, Chen and eight more."""
    made = world.bureau()
    for i in range(8):
        world.member(f"党员{i}", made.inspection, group=made.first_group)
    return made


def general_meeting(house, *, kind=MeetingKind.GENERAL_MEETING, **facts):
    return convening.draft(
        organization=house.inspection,
        kind=kind,
        title=facts.pop("title", "十一月支部党员大会"),
        made_by=None,
        agenda=["传达学习", "讨论发展党员"],
        convener=house.lin,
        chair=facts.pop("chair", house.lin),
        recorder=house.chen,
        **facts,
        **DONE,
    )


def with_session(meeting, *, starts_at=STARTS, hours=2, place="三楼会议室"):
    return convening.add_session(
        meeting.pk, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=hours), place=place, **DONE
    )


def announced(house, **facts):
    meeting = general_meeting(house, **facts)
    session = with_session(meeting)
    return convening.announce(meeting.pk, **DONE), session


def opened(house, **facts):
    meeting, session = announced(house, **facts)
    roll.open_session(session, **DONE)
    session.refresh_from_db()
    meeting.refresh_from_db()
    return meeting, session


def closed(house, **facts):
    meeting, session = opened(house, **facts)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    meeting.refresh_from_db()
    return meeting, session


# --- The way of a meeting ---


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


# --- The roll ---


def test_the_roll_is_frozen_with_the_standings_of_the_day_of_the_meeting(house):
    probationary = world.member("新党员", house.inspection, standing=Standing.PROBATIONARY)
    suspended = world.member("停权者", house.inspection, standing=Standing.SUSPENDED)
    meeting, session = announced(house)
    world.member("后来者", house.inspection)
    votes = {line.name: line.votes for line in roll_of(meeting)}
    assert "后来者" not in votes
    assert (votes["新党员"], votes["停权者"], votes["林悦"]) == (False, False, True)
    roll.open_session(session, **DONE)
    roll.mark(session, [probationary, suspended], status=Presence.PRESENT, **DONE)
    assert count_of(roll_of(meeting)) == Count(expected=12, present=2, voters=10, voters_present=0)


def test_a_frozen_roll_changes_only_with_a_reason_and_never_drops_who_came(house):
    meeting, session = opened(house)
    with pytest.raises(MeetingRefusal):
        roll.change_roll(meeting.pk, house.qiu, observes=True, reason=" ", **DONE)
    roll.change_roll(meeting.pk, house.qiu, observes=True, reason="上级列席", **DONE)
    roll.mark(session, [house.qiu], status=Presence.PRESENT, **DONE)
    line = next(line for line in roll_of(meeting) if line.name == "邱禾")
    assert (line.presence, line.votes) == (Presence.OBSERVER, False)
    assert count_of(roll_of(meeting)) == Count(10, 0, 10, 0), "an observer counts nowhere"
    with pytest.raises(MeetingRefusal, match="邱禾"):
        roll.change_roll(meeting.pk, house.qiu, observes=None, reason="误加", **DONE)


def test_who_is_here_and_becomes_an_observer_or_is_expected_after_all_counts_as_what_they_are_now(house):
    meeting, session = opened(house)
    roll.mark(session, [house.lin, house.chen], status=Presence.PRESENT, **DONE)
    assert count_of(roll_of(meeting)) == Count(10, 2, 10, 2)
    roll.change_roll(meeting.pk, house.chen, observes=True, reason="只列席", **DONE)
    assert count_of(roll_of(meeting)) == Count(9, 1, 9, 1)
    assert sum(line.presence is Presence.OBSERVER for line in roll_of(meeting)) == 1
    roll.change_roll(meeting.pk, house.chen, observes=False, reason="应到会", **DONE)
    assert count_of(roll_of(meeting)) == Count(10, 2, 10, 2)
    assert not any(line.presence is Presence.OBSERVER for line in roll_of(meeting))


def test_who_is_not_on_the_roll_can_not_be_marked(house):
    _meeting, session = opened(house)
    with pytest.raises(NotOnRoll, match="邱禾"):
        roll.mark(session, [house.chen, house.qiu], status=Presence.PRESENT, **DONE)
    assert not session.attendances.exists(), "nothing half-done is kept"


def test_all_present_leaves_granted_leave_and_earlier_marks_alone(house):
    meeting, session = opened(house)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    roll.mark(session, [house.lin], status=Presence.ABSENT, **DONE)
    assert roll.mark_all_present(session, **DONE) == 8
    states = {line.name: line.presence for line in roll_of(meeting)}
    assert (states["陈星"], states["林悦"]) == (Presence.LEAVE, Presence.ABSENT)


def test_all_present_does_not_take_those_to_be_here_whose_leave_waits_for_an_answer(house):
    meeting, session = announced(house)
    asked = {name: Person.objects.get(name=name) for name in ("陈星", "党员0", "党员1")}
    for person in asked.values():
        roll.ask_leave(meeting, person, reason=AbsenceReason.DUTY, note="", **DONE)
    roll.answer_leave(meeting.leaves.get(person=asked["党员1"]), granted=False, **DONE)
    assert roll.call_roll(session, **DONE) == 8
    states = {line.name: line.presence for line in roll_of(meeting) if line.name in asked}
    assert states == {"陈星": Presence.EXPECTED, "党员0": Presence.EXPECTED, "党员1": Presence.PRESENT}


def test_leave_is_asked_once_more_before_the_answer_and_not_after(house):
    meeting, _session = announced(house)
    roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="夜班", **DONE)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.DUTY, note="", **DONE)
    assert leave.reason == AbsenceReason.DUTY
    roll.answer_leave(leave, granted=False, **DONE)
    with pytest.raises(OutOfOrder):
        roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    with pytest.raises(NotOnRoll):
        roll.ask_leave(meeting, house.qiu, reason=AbsenceReason.SHIFT, note="", **DONE)


def move(session, *, days=0, hours=0):
    """To a later time; done at a moment of its own."""
    at = AT + dt.timedelta(minutes=1 + days)
    starts = session.starts_at + dt.timedelta(days=days, hours=hours)
    ends = starts + dt.timedelta(hours=2)
    convening.change_session(session, starts_at=starts, ends_at=ends, place=session.place, actor=OPERATOR, at=at)


def away(house, **facts):
    """A meeting from which Chen has leave, for which Lin was noted as absent beforehand."""
    meeting, session = announced(house, **facts)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    roll.mark(session, [house.lin], status=Presence.ABSENT, reason=AbsenceReason.DUTY, **DONE)
    session.refresh_from_db()
    return meeting, session


def known_of(meeting):
    return {line.name: line.presence for line in roll_of(meeting) if line.presence is not Presence.EXPECTED}


def test_leave_and_marks_for_the_old_day_do_not_count_on_another_and_everybody_hears_of_it(house):
    meeting, session = away(house)
    move(session, hours=1)
    assert known_of(meeting) == {"陈星": Presence.LEAVE, "林悦": Presence.ABSENT}
    move(session, days=1)
    assert known_of(meeting) == {}
    lapsed = Event.objects.get(type="leaves_lapsed", subject=meeting.pk)
    assert str(house.chen.pk) in Document.objects.get(sha256=lapsed.document_sha256).text
    assert "重新请假" in Notice.objects.get(person=house.chen, overtaken=False).text
    roll.ask_leave(meeting, house.chen, reason=AbsenceReason.DUTY, note="", **DONE)
    move(session, days=1)
    move(session, days=1)
    assert Event.objects.filter(type="leaves_lapsed").count() == 2, "nothing lapsed where nobody had asked"


def test_a_postponed_meeting_is_announced_again_without_the_leave_and_the_marks_of_the_day_that_was_off(house):
    meeting, session = away(house)
    convening.postpone(meeting.pk, reason="船期提前", **DONE)
    assert Event.objects.filter(type="leaves_lapsed", subject=meeting.pk).count() == 1
    move(session, days=7)
    convening.announce(meeting.pk, **DONE)
    assert known_of(meeting) == {}
    assert roll.ask_leave(meeting, house.chen, reason=AbsenceReason.DUTY, note="", **DONE).granted is None


def test_leave_is_answered_until_the_minutes_are_written_and_not_once_it_was_taken_back(house):
    meeting, session = opened(house)
    leave, other = (
        roll.ask_leave(meeting, person, reason=AbsenceReason.DUTY, note="", **DONE)
        for person in (house.chen, Person.objects.get(name="党员0"))
    )
    roll.withdraw_leave(Leave.objects.get(pk=other.pk), **DONE)
    with pytest.raises(OutOfOrder, match="收回"):
        roll.answer_leave(other, granted=True, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    minutes.hand_over(meeting, **DONE)
    with pytest.raises(OutOfOrder):
        roll.answer_leave(leave, granted=False, **DONE)
    leave.refresh_from_db()
    assert leave.granted is True


def test_present_at_any_session_of_a_lesson_held_in_turns_is_present(house):
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True)
    first = with_session(lesson)
    second = with_session(lesson, starts_at=STARTS + dt.timedelta(days=1))
    convening.announce(lesson.pk, **DONE)
    roll.open_session(first, **DONE)
    roll.mark(first, [house.lin], status=Presence.PRESENT, **DONE)
    roll.mark(first, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    roll.close_session(first, **DONE)
    lesson.refresh_from_db()
    assert lesson.at_stage == MeetingStage.OPEN, "the second session is still to come"
    roll.open_session(second, **DONE)
    assert roll.mark_all_present(second, **DONE) == 9, "Lin was there already"
    roll.close_session(second, **DONE)
    lesson.refresh_from_db()
    assert lesson.at_stage == MeetingStage.CLOSED
    assert count_of(roll_of(lesson)).present == 10


@pytest.mark.parametrize("place", [0, 1])
def test_away_at_one_session_of_a_lesson_held_in_turns_is_known_of_the_lesson(house, place):
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True)
    sessions = [with_session(lesson), with_session(lesson, starts_at=STARTS + dt.timedelta(days=1))]
    convening.announce(lesson.pk, **DONE)
    roll.mark(sessions[place], [house.chen], status=Presence.LEAVE, reason=AbsenceReason.SHIFT, **DONE)
    line = next(line for line in roll_of(lesson) if line.person == house.chen.pk)
    assert (line.presence, line.reason) == (Presence.LEAVE, AbsenceReason.SHIFT)


def test_a_clock_that_jumps_back_closes_the_session_when_it_opened(house):
    _meeting, session = opened(house)
    roll.close_session(session, actor=OPERATOR, at=AT - dt.timedelta(hours=1))
    session.refresh_from_db()
    assert session.closed_at == session.opened_at


# --- Signing in ---


def code_for(session):
    sign_in.switch_code(session, enabled=True, **DONE)
    return sign_in.current_code(session, AT)


def test_a_second_scan_leaves_one_sign_in_and_one_event(house):
    _meeting, session = opened(house)
    first = sign_in.sign_in(session=session, person=house.chen.pk, nonce="n1", **DONE)
    later = AT + dt.timedelta(seconds=5)
    second = sign_in.sign_in(session=session, person=house.chen.pk, nonce="n2", actor=OPERATOR, at=later)
    assert (first.already, second.already, second.recorded_at) == (False, True, AT)
    assert Attendance.objects.filter(session=session, person=house.chen).count() == 1
    assert Event.objects.filter(type="signed_in").count() == 1
    assert sign_in.earlier_answer(session, house.chen.pk, "n1") == first
    assert sign_in.earlier_answer(session, house.chen.pk, "n2") == second
    assert sign_in.earlier_answer(session, house.chen.pk, "n3") is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(session=session, person=house.chen, status="present", recorded_at=AT)


def test_who_was_marked_absent_and_comes_late_signs_in(house):
    meeting, session = opened(house)
    roll.mark(session, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    later = AT + dt.timedelta(minutes=5)
    answer = sign_in.sign_in(session=session, person=house.chen.pk, nonce="n1", actor=OPERATOR, at=later)
    assert (answer.already, answer.recorded_at) == (False, later)
    assert next(line for line in roll_of(meeting) if line.name == "陈星").presence == Presence.PRESENT


def test_an_old_altered_foreign_or_guessed_code_is_refused(house):
    _meeting, session = opened(house)
    code = code_for(session)
    _other_meeting, other = opened(house)
    foreign = code_for(other)
    session.refresh_from_db()
    sign_in.check_code(session, code.long, AT)
    sign_in.check_code(session, code.short, AT + dt.timedelta(seconds=20))
    with pytest.raises(CodeTooOld):
        sign_in.check_code(session, code.long, AT + dt.timedelta(seconds=60))
    altered = code.long[:-1] + ("A" if code.long[-1] != "A" else "B")
    for wrong in (altered, foreign.long, "", "000000", "堃" * 24, code.long * 2):
        if wrong != code.short:
            with pytest.raises(CodeUnknown):
                sign_in.check_code(session, wrong, AT)


def test_a_ticket_counts_ten_minutes_for_its_session_and_its_browser_only(house):
    _meeting, session = opened(house)
    code_for(session)
    _other_meeting, other = opened(house)
    code_for(other)
    ticket = sign_in.make_ticket(session, browser="b1", at=AT)
    sign_in.check_ticket(session, ticket, browser="b1", at=AT + dt.timedelta(minutes=10))
    with pytest.raises(CodeTooOld):
        sign_in.check_ticket(session, ticket, browser="b1", at=AT + dt.timedelta(minutes=10, seconds=1))
    for wrong in (
        lambda: sign_in.check_ticket(session, ticket, browser="b2", at=AT),
        lambda: sign_in.check_ticket(other, ticket, browser="b1", at=AT),
        lambda: sign_in.check_ticket(session, ticket[:-1], browser="b1", at=AT),
        lambda: sign_in.check_ticket(session, "", browser="b1", at=AT),
    ):
        with pytest.raises(CodeUnknown):
            wrong()


def test_nobody_signs_in_before_it_opens_after_it_closes_or_while_codes_are_off(house):
    _meeting, session = announced(house)
    with pytest.raises(OutOfOrder):
        sign_in.sign_in(session=session, person=house.chen.pk, nonce="n", **DONE)
    roll.open_session(session, **DONE)
    session.refresh_from_db()
    with pytest.raises(OutOfOrder):
        sign_in.check_code(session, "000000", AT)
    roll.close_session(session, **DONE)
    with pytest.raises(OutOfOrder):
        sign_in.sign_in(session=session, person=house.chen.pk, nonce="n", **DONE)
    _another_meeting, another = opened(house)
    with pytest.raises(NotOnRoll):
        sign_in.sign_in(session=another, person=house.qiu.pk, nonce="n", **DONE)


# --- Votes ---


def room_of(house, present, **facts):
    """A general meeting of ten voters with so many of them in the room."""
    meeting, session = opened(house, **facts)
    people = [line.person for line in roll_of(meeting)][:present]
    roll.mark(session, Person.objects.filter(pk__in=people), status=Presence.PRESENT, **DONE)
    return meeting, session


def vote(meeting, votes, kind=Decision.RESOLUTION, **facts):
    return decisions.take_vote(
        meeting.agenda.get(position=2), kind=kind, text="同意。", way=VotingWay.HANDS, votes=votes, **facts, **DONE
    )


def test_a_vote_is_judged_by_the_rule_of_the_day_and_says_which(house):
    meeting, _session = room_of(house, 6)
    counted = vote(meeting, Votes(6))
    assert counted.verdict.outcome is Outcome.PASSED
    assert (counted.decision.voters, counted.decision.voters_present) == (10, 6)
    assert counted.decision.citation == "《中国共产党支部工作条例（试行）》第十一条"


def test_half_of_the_voters_may_vote_and_can_not_pass(house):
    meeting, _session = room_of(house, 5)
    assert quorum_of(meeting, count_of(roll_of(meeting))).state is QuorumState.MET
    assert vote(meeting, Votes(5)).verdict.outcome is Outcome.NOT_PASSED


def test_without_a_quorum_no_vote_is_recorded(house):
    meeting, _session = room_of(house, 4)
    with pytest.raises(CountRefused, match="有表决权的应到会10人，已到4人"):
        vote(meeting, Votes(4))
    assert not meeting.agenda.get(position=2).decisions.exists()


@pytest.mark.parametrize("votes", [Votes(7), Votes(3, 2, 2), Votes(1, written=Written(5))])
def test_more_hands_or_letters_than_there_are_voters_are_refused(house, votes):
    meeting, _session = room_of(house, 6)
    with pytest.raises(CountRefused):
        vote(meeting, votes, kind=Decision.ADMISSION)


def test_written_opinions_count_for_an_admission(house):
    meeting, _session = room_of(house, 6)
    counted = vote(meeting, Votes(4, 2, written=Written(in_favour=2)), kind=Decision.ADMISSION, about=house.wen)
    assert (counted.verdict.outcome, counted.verdict.in_favour) == (Outcome.PASSED, 6)


def test_written_opinions_are_refused_where_the_rule_does_not_count_them(house):
    meeting, _session = room_of(house, 6)
    with pytest.raises(CountRefused, match="书面意见"):
        vote(meeting, Votes(6, written=Written(in_favour=2)))
    assert not meeting.agenda.get(position=2).decisions.exists()
    assert vote(meeting, Votes(6)).verdict.outcome is Outcome.PASSED


def test_what_a_committee_resolved_stands_among_the_resolutions_with_its_count(house):
    for post in (PostKind.PUBLICITY_OFFICER, PostKind.ORGANIZATION_OFFICER):
        world.appoint(world.member(post.zh, house.inspection), house.inspection, post)
    meeting, session = opened(house, kind=MeetingKind.BRANCH_COMMITTEE_MEETING)
    roll.mark_all_present(session, **DONE)
    assert vote(meeting, Votes(2, 1)).verdict.outcome is Outcome.NO_PASSING_RULE
    sheet = sheet_of(record_of(meeting), recorded_on=DAY, reasons=True)
    assert [item.resolutions for item in sheet.items] == [
        (),
        ("同意：举手表决，赞成2票，反对1票，弃权0票。",),
    ]


def test_what_did_not_pass_is_no_resolution(house):
    meeting, _session = room_of(house, 5)
    assert vote(meeting, Votes(5)).verdict.outcome is Outcome.NOT_PASSED
    assert [item.resolutions for item in sheet_of(record_of(meeting), recorded_on=DAY, reasons=True).items] == [
        (),
        (),
    ]


def test_a_tie_is_decided_once_a_void_ballot_decides_nothing_and_a_tie_again_by_a_ballot_of_its_own(house):
    meeting, _session = room_of(house, 10)
    other = Person.objects.get(name="党员0")

    def count(votes, *, first=None, issued=10):
        decisions.count_election(
            meeting.agenda.get(position=2),
            what="委员",
            seats=2,
            ballots=Ballots(issued=issued, returned=10),
            votes=votes,
            first=first,
            **DONE,
        )
        return Election.objects.order_by("pk").last()

    first = count({house.lin: 8, house.chen: 6, other: 6})
    level = {house.chen: 5, other: 5}
    void = count(level, first=first, issued=9)
    again = count(level, first=first)
    assert (void.next_step, again.next_step) == (NextStep.ELECT_ANEW, NextStep.SECOND_BALLOT)
    with pytest.raises(CountRefused, match="已由"):
        count(level, first=first)
    third = count({house.chen: 4, other: 6}, first=again)
    assert [one.person for one in third.candidates.filter(elected=True)] == [other]


def test_an_election_keeps_its_tie_and_the_second_ballot_decides_it(house):
    meeting, _session = room_of(house, 10)
    item = meeting.agenda.get(position=2)
    facts = {"what": "支部委员会委员", "ballots": Ballots(issued=10, returned=10), **DONE}
    third = roll_of(meeting)[-1]
    other = Person.objects.get(pk=third.person)
    first = decisions.count_election(item, seats=2, votes={house.lin: 8, house.chen: 6, other: 6}, **facts)
    assert (first.next_step, first.elected, first.tied) == (NextStep.SECOND_BALLOT, (house.lin,), (house.chen, other))
    kept = Election.objects.get()
    with pytest.raises(CountRefused):
        decisions.count_election(item, seats=1, votes={house.lin: 10}, first=kept, **facts)
    second = decisions.count_election(item, seats=1, votes={house.chen: 3, other: 7}, first=kept, **facts)
    assert (second.next_step, second.elected) == (NextStep.DONE, (other,))


def test_more_ballots_than_were_issued_make_an_election_void_and_more_votes_than_ballots_are_refused(house):
    meeting, _session = room_of(house, 10)
    item = meeting.agenda.get(position=2)
    void = decisions.count_election(
        item, what="委员", seats=1, ballots=Ballots(issued=9, returned=10), votes={house.lin: 10}, **DONE
    )
    assert (void.next_step, void.elected) == (NextStep.ELECT_ANEW, ())
    with pytest.raises(CountRefused):
        decisions.count_election(
            item, what="委员", seats=1, ballots=Ballots(issued=10, returned=9, void=1), votes={house.lin: 9}, **DONE
        )


def test_an_election_with_fewer_than_four_fifths_is_void(house):
    meeting, _session = room_of(house, 7)
    result = decisions.count_election(
        meeting.agenda.get(position=2),
        what="支部委员会委员",
        seats=1,
        ballots=Ballots(issued=7, returned=7),
        votes={house.lin: 7},
        **DONE,
    )
    assert (result.next_step, result.elected) == (NextStep.ELECT_ANEW, ())


# --- Minutes ---


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


# --- After the event ---


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


# --- Lessons and joint meetings ---


def joint_group_meeting(house, **facts):
    facts = {"organization": house.first_group, "joint_with": [house.second_group]} | facts
    return convening.draft(kind=MeetingKind.GROUP_MEETING, title="十一月党小组会", made_by=None, **facts, **DONE)


def test_two_groups_hold_one_meeting_with_one_roll_and_its_record_names_both(house):
    meeting = joint_group_meeting(house)
    with_session(meeting)
    convening.announce(meeting.pk, **DONE)
    assert {line.name for line in roll_of(meeting)} == {"林悦", "陈星", *(f"党员{i}" for i in range(8))}
    assert record_of(meeting)["joint_with"] == [{"code": "GZ-A-01-2", "name": "第二党小组"}]


def test_a_meeting_is_joint_with_others_of_its_kind_only(house):
    for other in (house.inspection, house.first_group):
        with pytest.raises(MeetingRefusal, match=other.name):
            joint_group_meeting(house, joint_with=[other])


def test_who_teaches_is_kept_with_a_lesson_and_comes_as_an_observer_where_nobody_called_them(house):
    lesson = general_meeting(house, kind=MeetingKind.LESSON, lecturer=house.fang)
    with_session(lesson)
    convening.announce(lesson.pk, **DONE)
    assert [line.name for line in roll_of(lesson) if line.observes] == ["方澄"]
    assert record_of(lesson)["lecturer"] == "方澄"
    assert general_meeting(house, lecturer=house.fang).lecturer is None


# --- One afternoon ---


def afternoon(house, *, announced=True):
    """A general meeting, a lesson and a theme day on one afternoon, convened in one deed."""
    host = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="",
        hours=[convening.Hours(STARTS, STARTS + dt.timedelta(hours=2), "三楼会议室")],
        agenda=["讨论发展党员"],
        audience=Audience.MEMBERS,
        chair=house.lin,
        convener=house.lin,
        also={MeetingKind.LESSON: "学习条例", MeetingKind.THEME_DAY: ""},
        announced=announced,
        made_by=None,
        **DONE,
    )
    lesson, theme_day = host.guests.order_by("kind")
    return host, lesson, theme_day


def stages_of(*meetings):
    for one in meetings:
        one.refresh_from_db()
    return [one.at_stage for one in meetings]


def test_a_committee_has_a_roll_of_its_own_whatever_else_is_on_that_afternoon(house):
    meeting = general_meeting(house)
    with pytest.raises(MeetingRefusal, match="自己的应到名单"):
        general_meeting(house, kind=MeetingKind.BRANCH_COMMITTEE_MEETING, host=meeting)


def test_what_decides_does_not_share_the_turns_of_a_lesson_and_a_theme_day_that_does_is_held_in_turns(house):
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True)
    with pytest.raises(MeetingRefusal, match="集中召开一次"):
        general_meeting(house, host=lesson)
    assert general_meeting(house, kind=MeetingKind.THEME_DAY, host=lesson).repeated
    sitting = general_meeting(house, kind=MeetingKind.LESSON)
    assert not general_meeting(house, host=sitting).repeated


def test_a_drafted_afternoon_is_announced_in_one_deed(house):
    together = afternoon(house, announced=False)
    convening.announce(together[0].pk, **DONE)
    assert stages_of(*together) == [MeetingStage.ANNOUNCED] * 3


def test_a_postponed_afternoon_is_postponed_and_announced_again_as_a_whole(house):
    together = afternoon(house)
    with pytest.raises(MeetingRefusal):
        convening.postpone(together[1].pk, reason="船期提前", **DONE)
    convening.postpone(together[0].pk, reason="船期提前", **DONE)
    assert stages_of(*together) == [MeetingStage.POSTPONED] * 3
    assert {one.reason for one in together} == {"船期提前"}
    session = together[0].sessions.get()
    later = STARTS + dt.timedelta(days=3)
    convening.change_session(
        session, starts_at=later, ends_at=later + dt.timedelta(hours=2), place="三楼会议室", **DONE
    )
    convening.announce(together[0].pk, **DONE)
    assert stages_of(*together) == [MeetingStage.ANNOUNCED] * 3
    assert {one.held_on for one in together} == {later.date()}


def test_where_the_first_meeting_of_an_afternoon_is_not_held_the_others_keep_its_session_and_roll(house):
    host, lesson, theme_day = afternoon(house)
    roll.ask_leave(host, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    convening.not_held(host.pk, reason="到会人数不足", **DONE)
    assert stages_of(host, lesson, theme_day) == [
        MeetingStage.NOT_HELD,
        MeetingStage.ANNOUNCED,
        MeetingStage.ANNOUNCED,
    ]
    assert (lesson.host, theme_day.host) == (None, lesson)
    assert (lesson.sessions.count(), lesson.roll.count(), lesson.leaves.count()) == (1, 10, 1)
    roll.call_roll(lesson.sessions.get(), **DONE)
    assert stages_of(lesson, theme_day) == [MeetingStage.OPEN, MeetingStage.OPEN]


# --- Odd times ---


def test_a_meeting_across_midnight_is_of_the_day_on_which_it_begins(house):
    """23:30 in Guangzhou is 15:30 UTC of the same day; half past midnight is already the next."""
    meeting = general_meeting(house)
    starts = dt.datetime(2026, 11, 30, 23, 30, tzinfo=AT.tzinfo)
    with_session(meeting, starts_at=starts, hours=1)
    world.admit(world.person("次日入党"), house.inspection, since=dt.date(2026, 12, 1))
    convening.announce(meeting.pk, **DONE)
    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.roll.count()) == (dt.date(2026, 11, 30), 10)
    after = general_meeting(house)
    with_session(after, starts_at=starts + dt.timedelta(hours=1), hours=1)
    convening.announce(after.pk, **DONE)
    after.refresh_from_db()
    assert (after.held_on, after.roll.count()) == (dt.date(2026, 12, 1), 11)


def test_a_clock_that_jumps_back_loses_no_mark_and_the_live_count_still_moves(house):
    meeting, session = opened(house)
    roll.mark_all_present(session, **DONE)
    before = pulse_of(session)
    earlier = {"actor": OPERATOR, "at": AT - dt.timedelta(hours=3)}
    roll.mark(session, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **earlier)
    assert pulse_of(session) != before
    saved = minutes.save_text(
        meeting, field=MinutesText.Field.SUMMARY, item=None, text="一", based_on=0, by=None, **DONE
    )
    again = minutes.save_text(
        meeting, field=MinutesText.Field.SUMMARY, item=None, text="二", based_on=1, by=None, **earlier
    )
    assert (saved.text.version, again.text.text, again.text.version, again.aside) == (1, "二", 2, None)
    roll.close_session(session, **earlier)
    meeting.refresh_from_db()
    filed = filing.finish(meeting, house.lin, **earlier)
    assert (count_of(roll_of(meeting)).present, filed.filed_at) == (9, earlier["at"])


def test_who_joined_the_committee_after_the_announcement_votes_in_it_and_a_guest_does_not(house):
    world.appoint(house.chen, house.inspection, PostKind.PUBLICITY_OFFICER, since=DAY)
    meeting, _session = announced(house, kind=MeetingKind.BRANCH_COMMITTEE_MEETING)
    late = Person.objects.get(name="党员0")
    world.appoint(late, house.inspection, PostKind.ORGANIZATION_OFFICER, since=DAY)
    for person in (late, Person.objects.get(name="党员1")):
        roll.change_roll(meeting.pk, person, observes=False, reason="公告后增补", **DONE)
    assert {name: (votes, observes) for name, votes, observes in on_roll(meeting)} == {
        "林悦": (True, False),
        "陈星": (True, False),
        "党员0": (True, False),
        "党员1": (False, True),
    }


def on_roll(meeting):
    return list(meeting.roll.values_list("person__name", "votes", "observes"))


def test_whoever_is_called_to_a_committees_meeting_from_outside_it_observes_and_makes_no_quorum(house):
    for post in (PostKind.PUBLICITY_OFFICER, PostKind.ORGANIZATION_OFFICER):
        world.appoint(world.member(post.zh, house.inspection), house.inspection, post)
    kind = MeetingKind.BRANCH_COMMITTEE_MEETING
    meeting, session = opened(house, kind=kind, audience=Audience.MEMBERS)
    assert sorted(name for name, _votes, observes in on_roll(meeting) if not observes) == sorted(
        ["林悦", PostKind.PUBLICITY_OFFICER.zh, PostKind.ORGANIZATION_OFFICER.zh]
    )
    here = Person.objects.filter(name__in=["林悦", "陈星", "党员0", "党员1"])
    roll.mark(session, here, status=Presence.PRESENT, **DONE)
    count = count_of(roll_of(meeting))
    assert count == Count(expected=3, present=1, voters=3, voters_present=1)
    assert quorum_of(meeting, count).state is QuorumState.SHORT


# --- The meeting before ---


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


# --- Begun or closed by mistake ---


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


# --- Turns of a lesson that has begun ---


def lesson_in_turns(house, **facts):
    """On two days; the first turn has begun and is over, Chen has leave."""
    lesson = general_meeting(house, kind=MeetingKind.LESSON, repeated=True, **facts)
    first, second = with_session(lesson), with_session(lesson, starts_at=STARTS + dt.timedelta(days=1))
    convening.announce(lesson.pk, **DONE)
    leave = roll.ask_leave(lesson, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    roll.call_roll(first, **DONE)
    roll.close_session(first, **DONE)
    lesson.refresh_from_db()
    return lesson, first, second


def test_a_turn_to_come_is_moved_with_a_reason_while_earlier_turns_stand(house):
    lesson, first, second = lesson_in_turns(house)
    later = STARTS + dt.timedelta(days=3)
    moved = {"starts_at": later, "ends_at": later + dt.timedelta(hours=1), "place": "", **DONE}
    with pytest.raises(MeetingRefusal, match="原因"):
        convening.change_session(second, **moved)
    with pytest.raises(OutOfOrder, match="已经开始"):
        convening.change_session(first, reason="船期提前", **moved)
    convening.change_session(second, reason="船期提前", **moved)
    lesson.refresh_from_db()
    assert (lesson.at_stage, lesson.held_on) == (MeetingStage.OPEN, later.date())
    assert known_of(lesson)["陈星"] is Presence.LEAVE, "leave from a lesson that has begun stays"
    event = Event.objects.get(type="session_changed", subject=lesson.pk)
    assert json.loads(Document.objects.get(sha256=event.document_sha256).text)["reason"] == "船期提前"
    assert "11月26日" in Notice.objects.get(person=house.chen, overtaken=False).text


def test_the_last_turn_is_dropped_with_a_reason_and_the_lesson_is_over(house):
    lesson, first, second = lesson_in_turns(house)
    with pytest.raises(OutOfOrder):
        convening.remove_session(first, reason="船期提前", **DONE)
    with pytest.raises(MeetingRefusal, match="原因"):
        convening.remove_session(second, **DONE)
    convening.remove_session(second, reason="船期提前", **DONE)
    lesson.refresh_from_db()
    assert (lesson.at_stage, lesson.held_on) == (MeetingStage.CLOSED, STARTS.date())
    told = Notice.objects.get(person=house.chen, overtaken=False)
    assert ("取消一场" in told.title, "船期提前" in told.text) == (True, True)
    assert list(lesson.sessions.all()) == [first]


def test_a_sitting_that_has_begun_is_not_moved(house):
    _meeting, session = opened(house)
    with pytest.raises(OutOfOrder):
        convening.remove_session(session, reason="船期提前", **DONE)


# --- A late entry with the wrong day ---


def entered_after(house, days=9, **facts):
    """Entered after the event, with everybody marked as present."""
    meeting = general_meeting(house, title="2026年11月支部党员大会", **facts)
    session = with_session(meeting, starts_at=AT - dt.timedelta(days=days))
    filing.enter_after(meeting, reason="无网络", **DONE)
    roll.mark_all_present(session, **DONE)
    meeting.refresh_from_db()
    return meeting, session


def held(session, days):
    starts = AT - dt.timedelta(days=days)
    late.put_right(session, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), place="一楼", **DONE)
    session.refresh_from_db()


def test_the_day_of_a_late_entry_is_put_right_until_the_filing_and_the_roll_is_that_of_the_day(house):
    newcomer = world.person("新党员")
    world.admit(newcomer, house.inspection, since=AT.date() - dt.timedelta(days=20))
    meeting, session = entered_after(house)
    roll.change_roll(meeting.pk, house.qiu, observes=True, reason="上级列席", **DONE)
    minutes.hand_over(meeting, **DONE)
    held(session, 40)
    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.title) == (AT.date() - dt.timedelta(days=40), "2026年10月支部党员大会")
    assert (meeting.at_stage, session.opened_at) == (MeetingStage.CLOSED, session.starts_at)
    names = {line.name: line.observes for line in roll_of(meeting)}
    assert (newcomer.name in names, names["邱禾"]) == (False, True), "changed by hand it stays"
    assert not Attendance.objects.filter(person=newcomer).exists()
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    roll_names = [line.name for line in roll_of(meeting) if line.presence is Presence.EXPECTED and not line.observes]
    assert roll_names == []
    filing.file_meeting(meeting, **DONE)
    with pytest.raises(OutOfOrder):
        held(session, 41)


def test_a_late_entry_is_not_moved_to_a_time_to_come_nor_is_a_meeting_held_here(house):
    _meeting, session = entered_after(house)
    with pytest.raises(MeetingRefusal, match="尚未结束"):
        held(session, -1)
    _here, session = closed(house)
    with pytest.raises(OutOfOrder, match="当时记录"):
        held(session, 1)


def test_votes_of_a_late_entry_stand_where_the_other_day_judges_them_alike_and_are_withdrawn_else(house):
    world.admit(world.person("新党员"), house.inspection, since=AT.date() - dt.timedelta(days=20))
    meeting, session = entered_after(house)
    item = meeting.agenda.get(position=2)
    decisions.take_vote(
        item, kind=Decision.RESOLUTION, text="同意。", way=VotingWay.HANDS, votes=Votes(11, 0, 0), **DONE
    )
    held(session, 8)
    assert item.decisions.count() == 1
    with pytest.raises(MeetingRefusal, match="撤回表决"):
        held(session, 40)
    meeting.refresh_from_db()
    assert meeting.held_on == AT.date() - dt.timedelta(days=8)


# --- One roll for an afternoon ---


@pytest.mark.parametrize("is_filed", [False, True])
def test_the_roll_of_an_afternoon_stays_once_another_meeting_has_its_minutes_done_with_it(house, is_filed):
    meeting, session = announced(house)
    lesson = general_meeting(house, kind=MeetingKind.LESSON, title="宪法党课", host=meeting)
    convening.announce(lesson.pk, **DONE)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    roll.call_roll(session, **DONE)
    roll.mark(session, [house.chen], status=Presence.LEAVE, reason=AbsenceReason.SHIFT, **DONE)
    roll.close_session(session, **DONE)
    lesson.refresh_from_db()
    minutes.hand_over(lesson, **DONE)
    if is_filed:
        minutes.approve(lesson, house.lin, **DONE)
        filing.file_meeting(lesson, **DONE)
    before = roll_of(lesson)
    for deed in (
        lambda: roll.change_roll(meeting.pk, house.qiu, observes=True, reason="上级列席", **DONE),
        lambda: roll.mark(session, [house.chen], status=Presence.PRESENT, **DONE),
        lambda: roll.mark_all_present(session, **DONE),
        lambda: roll.answer_leave(leave, granted=False, **DONE),
        lambda: roll.count_heads(session, heads=3, **DONE),
    ):
        with pytest.raises(OutOfOrder, match="宪法党课"):
            deed()
    assert roll_of(lesson) == before
    if not is_filed:
        minutes.send_back(lesson, reason="名单有误", **DONE)
        assert roll.mark(session, [house.chen], status=Presence.PRESENT, **DONE) == 1


def test_a_report_stays_as_it_was_approved_until_the_record_is_filed(house):
    before, _session = closed(house)
    task = tasks.take_on(before, text="报送材料", holder=house.chen, due=None, **DONE)
    meeting, _session = closed(house)
    tasks.report_task(task, report="已起草", done_on=None, meeting=meeting, **DONE)
    tasks.report_task(task, report="已起草一半", done_on=None, **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    meeting.refresh_from_db()
    approved = record_of(meeting)
    later, _session = closed(house)
    for where in (None, later):
        with pytest.raises(MeetingRefusal, match="尚未归档"):
            tasks.report_task(task, report="已报送", done_on=DAY, meeting=where, **DONE)
    assert record_of(meeting) == approved
    filing.file_meeting(meeting, **DONE)
    tasks.report_task(task, report="已报送", done_on=DAY, **DONE)
