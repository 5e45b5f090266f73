"""A lesson that a shift made somebody miss is made up by their own word and the recorder's; it counts the same."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.campaigns import opened as campaign_opened
from tests.campaigns import part
from tests.gatherings import STARTS, announced, file_session, opened
from tests.units import DONE, prescribed, published
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.learning.access import make_ups_answered_by, may_answer_make_up
from zhibu.apps.learning.actions import make_ups, parts, self_study, units
from zhibu.apps.learning.errors import LearningRefusal, NotMissed
from zhibu.apps.learning.making_up import equals_of, missed_by
from zhibu.apps.learning.models import MakeUp, Receipt
from zhibu.apps.learning.queries import places_of, reach_in, spreading
from zhibu.apps.learning.units import next_units, published_of
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.facts import hours_of
from zhibu.apps.people.queries import asker_of
from zhibu.domain.assembly import Presence
from zhibu.domain.learning import MakeUpState
from zhibu.domain.terms import AbsenceReason, MeetingKind

pytestmark = pytest.mark.django_db

YEAR = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def house():
    return world.bureau()


def lesson(house, *starts, **facts):
    given = {"kind": MeetingKind.LESSON, "title": "十一月党课"} | facts
    return announced(house, *starts, **given)


def missed(house, **facts):
    """A filed lesson of two hours, to which Chen could not come because of a shift."""
    one = lesson(house, AT - dt.timedelta(days=3), **facts)
    file_session(one.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    one.refresh_from_db()
    return one


def declared(house, meeting, nonce="one", day=DAY, at=AT):
    return make_ups.declare(meeting, house.chen, studied_on=day, nonce=nonce, actor=DONE["actor"], at=at)


def refused(deed, *args, **facts):
    with pytest.raises(LearningRefusal) as refusal, transaction.atomic():
        deed(*args, **facts)
    return str(refusal.value)


def hours(person, on=YEAR):
    return sum((record.amount for record in hours_of([person.pk], *on)), Fraction(0))


def asker(person):
    return asker_of(getattr(person, "account", None) or world.account(person), DAY)


def test_who_missed_it_finds_it_by_itself_until_it_is_confirmed(house):
    meeting = missed(house)
    assert [(one.meeting, one.make_up) for one in missed_by(house.chen.pk, DAY, most=5)] == [(meeting, None)]
    assert missed_by(house.lin.pk, DAY, most=5) == []
    declared(house, meeting)
    assert missed_by(house.chen.pk, DAY, most=5)[0].make_up.word is MakeUpState.DECLARED
    assert make_ups.confirm(meeting, [house.chen.pk], by=house.lin, **DONE) == 1
    assert missed_by(house.chen.pk, DAY, most=5) == []


def test_confirmed_it_counts_as_many_hours_as_the_session_on_the_day_it_was_learned(house):
    meeting = missed(house)
    assert hours(house.chen) == 0
    declared(house, meeting, day=DAY - dt.timedelta(days=1))
    assert hours(house.chen) == 0
    make_ups.confirm(meeting, [house.chen.pk], by=house.lin, **DONE)
    assert hours(house.chen) == hours(house.lin) == 2
    (record,) = hours_of([house.chen.pk], *YEAR)
    assert (record.id, record.held_on, record.filed_on) == (meeting.pk, DAY - dt.timedelta(days=1), DAY)
    make_ups.take_answer_back(MakeUp.objects.get(), **DONE)
    assert hours(house.chen) == 0


def test_learned_in_the_next_year_it_counts_for_that_year(house):
    meeting = missed(house)
    later = AT + dt.timedelta(days=60)
    declared(house, meeting, day=dt.date(2027, 1, 9), at=later)
    make_ups.confirm(meeting, [house.chen.pk], by=house.lin, actor=DONE["actor"], at=later)
    assert hours(house.chen) == 0
    assert hours(house.chen, (dt.date(2027, 1, 1), dt.date(2027, 12, 31))) == 2


def test_a_lesson_that_is_not_filed_counts_for_nobody_yet(house):
    session = opened(house, kind=MeetingKind.LESSON, codes=False)
    roll.mark(session, [house.chen], status=Presence.LEAVE, reason=AbsenceReason.SHIFT, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    declared(house, session.meeting)
    make_ups.confirm(session.meeting, [house.chen.pk], by=house.lin, **DONE)
    assert hours(house.chen) == 0


def test_who_is_put_on_the_roll_after_all_has_the_hours_once(house):
    session = opened(house, kind=MeetingKind.LESSON, codes=False)
    roll.mark(session, [house.chen], status=Presence.LEAVE, reason=AbsenceReason.SHIFT, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    declared(house, session.meeting)
    make_ups.confirm(session.meeting, [house.chen.pk], by=house.lin, **DONE)
    roll.mark(session, [house.chen], status=Presence.PRESENT, **DONE)
    file_closed(house, session.meeting)
    assert hours(house.chen) == 2


def file_closed(house, meeting):
    meeting.refresh_from_db()
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filing.file_meeting(meeting, **DONE)


def test_a_campaign_has_reached_who_made_its_lesson_up(house):
    campaign = campaign_opened(house)
    one = part(campaign, house, kind=MeetingKind.LESSON)
    meeting = lesson(house, AT - dt.timedelta(days=3))
    parts.link(one, house.inspection, meeting, **DONE)
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    assert reach_in(campaign, house.inspection, DAY).unreached == (house.chen,)
    declared(house, meeting)
    assert reach_in(campaign, house.inspection, DAY).unreached == (house.chen,)
    make_ups.confirm(meeting, [house.chen.pk], by=house.lin, **DONE)
    assert reach_in(campaign, house.inspection, DAY).unreached == ()
    found = spreading(campaign, places_of(Organization.objects.under(house.office.path), campaign, DAY), DAY)
    assert found.all.members.reached == 2


def test_of_a_lesson_in_turns_whoever_came_to_another_turn_missed_nothing(house):
    first, second = AT - dt.timedelta(days=3), AT - dt.timedelta(days=2)
    meeting = lesson(house, first, second)
    one, other = meeting.sessions.order_by("starts_at")
    for session, here in ((one, [house.lin]), (other, [house.chen])):
        roll.open_session(session, **DONE)
        roll.mark(session, here, status=Presence.PRESENT, **DONE)
        assert missed_by(house.chen.pk, DAY, most=5) == []
        if session == one:
            assert "还没有结束" in refused(declared, house, meeting)
        roll.close_session(session, **DONE)
    assert missed_by(house.chen.pk, DAY, most=5) == []


# --- Declared once -------------------------------------------------------------------------------------------------


def test_the_same_nonce_is_one_row_one_event_and_the_same_answer(house):
    meeting = missed(house)
    first = declared(house, meeting)
    again = declared(house, meeting, at=AT + dt.timedelta(hours=1))
    assert (first.received_at, first.already) == (again.received_at, again.already) == (AT, False)
    assert (MakeUp.objects.count(), Event.objects.filter(type="make_up_declared").count()) == (1, 1)


def test_the_same_work_from_two_phones_is_one_declaration_and_the_second_hears_so(house):
    meeting = missed(house)
    assert [declared(house, meeting, nonce).already for nonce in ("one", "two", "one")] == [False, True, False]
    assert MakeUp.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        MakeUp.objects.create(meeting=meeting, person=house.chen, minutes=1, studied_on=DAY, declared_at=AT)


@pytest.mark.parametrize("off", ["not_held", "postpone"])
def test_a_session_that_was_withdrawn_is_refused_by_its_name_and_leaves_no_receipt(house, off):
    meeting = lesson(house, STARTS)
    getattr(convening, off)(meeting.pk, reason="台风", **DONE)
    assert "“十一月党课”已取消或者改期" in refused(declared, house, meeting)
    assert (MakeUp.objects.count(), Receipt.objects.count()) == (0, 0)


def test_what_is_ahead_what_decides_and_who_was_there_are_refused(house):
    assert "还没有结束" in refused(declared, house, lesson(house, STARTS))
    assert "不是党课" in refused(declared, house, announced(house))
    meeting = missed(house)
    for person in (house.lin, house.qiu):
        with pytest.raises(NotMissed):
            make_ups.declare(meeting, person, studied_on=DAY, nonce="x", **DONE)
    for day in (DAY + dt.timedelta(days=2), meeting.held_on - dt.timedelta(days=1)):
        assert "补学日期" in refused(declared, house, meeting, day=day)


# --- Answered ------------------------------------------------------------------------------------------------------


def test_not_confirmed_it_says_why_and_may_be_declared_anew(house):
    meeting = missed(house)
    declared(house, meeting)
    own = MakeUp.objects.get()
    refused(make_ups.refuse, own, because=" ", by=house.lin, **DONE)
    make_ups.refuse(own, because="还没看记录", by=house.lin, **DONE)
    assert missed_by(house.chen.pk, DAY, most=5)[0].make_up.because == "还没看记录"
    assert make_ups.confirm(meeting, [house.chen.pk], by=house.lin, **DONE) == 0
    assert declared(house, meeting, "two").already is False
    assert MakeUp.objects.get().word is MakeUpState.DECLARED


def test_it_is_taken_back_only_while_it_waits(house):
    meeting = missed(house)
    declared(house, meeting)
    make_ups.take_declaration_back(MakeUp.objects.get(), **DONE)
    declared(house, meeting, "two")
    make_ups.confirm(meeting, [house.chen.pk], by=house.lin, **DONE)
    refused(make_ups.take_declaration_back, MakeUp.objects.get(), **DONE)


def test_nobody_confirms_their_own_not_even_in_the_database(house):
    meeting = missed(house)
    declared(house, meeting)
    assert "其他负责人" in refused(make_ups.confirm, meeting, [house.chen.pk], by=house.chen, **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        MakeUp.objects.update(state="confirmed", answered_at=AT, answered_by=house.chen)


def test_both_forms_of_who_may_answer_agree(house):
    meeting = missed(house)
    declared(house, meeting)
    own = MakeUp.objects.get()
    for person in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        may = may_answer_make_up(asker(person), own)
        assert may == make_ups_answered_by(asker(person)).filter(pk=own.pk).exists()
        assert may == (person == house.lin)


# --- What stands for it --------------------------------------------------------------------------------------------


def test_a_unit_for_all_of_the_branch_stands_for_the_lesson_until_it_is_withdrawn(house):
    meeting, unit = missed(house), published(house)
    make_ups.set_equal(meeting, unit, **DONE)
    make_ups.set_equal(meeting, unit, **DONE)
    assert equals_of(meeting) == [unit]
    foreign = published(house, house.archive_branch, title="别的支部的")
    assert "别的支部的" in refused(make_ups.set_equal, meeting, foreign, **DONE)
    units.withdraw_unit(unit, because="规定改了", **DONE)
    assert equals_of(meeting) == []
    make_ups.drop_equal(meeting, unit.pk, **DONE)
    make_ups.drop_equal(meeting, unit.pk, **DONE)


def test_what_is_prescribed_and_not_on_ones_list_comes_next(house):
    unit = prescribed(house)
    published(house, title="自选的")
    assert next_units(asker(house.chen), DAY, most=3) == [unit]
    self_study.study(published_of(unit), house.chen, answers=[], nonce="n", at=AT)
    assert next_units(asker(house.chen), DAY, most=3) == []
    assert next_units(asker(house.qiu), DAY, most=3) == []
