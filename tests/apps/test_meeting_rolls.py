"""Who is on the roll of a meeting, who is there, and signing in by code."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.apps.stages import DONE, STARTS, announced, closed, general_meeting, known_of, opened, with_session
from tests.meetings import branch
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.actions import convening, filing, minutes, roll, sign_in, tasks
from zhibu.apps.meetings.errors import CodeTooOld, CodeUnknown, MeetingRefusal, NotOnRoll, OutOfOrder
from zhibu.apps.meetings.models import Attendance, Leave
from zhibu.apps.meetings.queries import count_of, roll_of
from zhibu.apps.meetings.records import record_of
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Count, Presence
from zhibu.domain.terms import AbsenceReason, MeetingKind, MeetingStage, Standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return branch()


# --- The roll ------------------------------------------------------------------------------------------------------


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


# --- Signing in ----------------------------------------------------------------------------------------------------


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


# --- One roll for an afternoon -------------------------------------------------------------------------------------


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
