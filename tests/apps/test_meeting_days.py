"""Lessons in turns, joint meetings, afternoons that several share, and days that change."""

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
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.actions import convening, decisions, filing, minutes, roll
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import Attendance, MinutesText
from zhibu.apps.meetings.queries import count_of, pulse_of, quorum_of, roll_of
from zhibu.apps.meetings.records import record_of
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Count, Presence, QuorumState, Votes
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage, PostKind, VotingWay

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return branch()


# --- Lessons and joint meetings ------------------------------------------------------------------------------------


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


# --- One afternoon -------------------------------------------------------------------------------------------------


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


# --- Odd times -----------------------------------------------------------------------------------------------------


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


# --- Turns of a lesson that has begun ------------------------------------------------------------------------------


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


# --- A late entry with the wrong day -------------------------------------------------------------------------------


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
