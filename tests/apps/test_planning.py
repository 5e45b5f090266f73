"""A plan of a month: what is owed gets a time around the shifts, is accepted, and follows the roster."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils.timezone import localtime

from tests import world
from tests.gatherings import announced, shift
from tests.planned import DONE, FIRST, MONTH, asked, hall, made, narrowed, planned, rotates
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening
from zhibu.apps.meetings.actions.roll import _entries
from zhibu.apps.meetings.mine import ahead_of
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.notices.models import Notice
from zhibu.apps.people import access as people_access
from zhibu.apps.people.models import Membership
from zhibu.apps.people.queries import asker_of
from zhibu.apps.planning import access
from zhibu.apps.planning.actions import accepting, hindering, making, proposing, rooms
from zhibu.apps.planning.actions.proposing import Pinned, Wish
from zhibu.apps.planning.elections import election_in
from zhibu.apps.planning.errors import NotNow, PlanningRefusal
from zhibu.apps.planning.facts import gather, gather_items
from zhibu.apps.planning.models import Hindered, Journey, Plan, PlanItem, PlanSeat, PlanSession, Room
from zhibu.apps.planning.previews import moved
from zhibu.apps.planning.queries import days_came_in, lines_of, parts_of, plan_shown, seat_of
from zhibu.apps.rosters.actions.keeping import keep_roster
from zhibu.apps.rosters.models import RosterDay
from zhibu.apps.windows.models import Site
from zhibu.domain import roster
from zhibu.domain.minutes import Gathering
from zhibu.domain.planning import PlanState, Way, is_night
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.engines.planning import plan as solved

#: Each has a plan made by the solver.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def place():
    return hall()


@pytest.fixture
def proposal(place):
    plan = planned(place.branch)
    assert plan.state == PlanState.PROPOSED, plan.trouble
    return plan


def sessions_of(plan):
    return list(PlanSession.objects.filter(item__plan=plan).select_related("item").order_by("starts_at"))


def of_kind(plan, kind):
    return [one for one in sessions_of(plan) if one.item.kind == kind]


# --- Asking --------------------------------------------------------------------------------------------------------


def test_what_the_branch_and_its_groups_owe_in_the_month_is_planned(place):
    plan = asked(place.branch)
    wanted = {(one.organization, one.word) for one in plan.items.filter(is_wanted=True)}
    assert (place.branch, MeetingKind.GENERAL_MEETING) in wanted
    assert (place.branch, MeetingKind.BRANCH_COMMITTEE_MEETING) in wanted
    assert (place.house.first_group, MeetingKind.GROUP_MEETING) in wanted
    assert {one.organization for one in plan.items.all()} <= {
        place.branch,
        place.house.first_group,
        place.house.second_group,
    }


def test_what_may_still_be_held_after_the_month_is_left_for_later(place):
    plan = asked(place.branch, month=MONTH)
    november = asked(place.branch, month=dt.date(2026, 11, 1))
    assert not plan.items.filter(kind=MeetingKind.GENERAL_MEETING, is_wanted=False).exists()
    assert not november.items.get(kind=MeetingKind.GENERAL_MEETING).is_wanted  # owed in the quarter, until December
    assert november.items.filter(is_wanted=True).exists()


def test_a_month_gone_by_is_refused(place):
    with pytest.raises(PlanningRefusal, match="2026-10"):
        asked(place.branch, month=dt.date(2026, 10, 1))


def test_an_organization_that_owes_nothing_is_refused(place):
    with pytest.raises(PlanningRefusal, match="2026-12"):
        asked(place.house.root)


def test_an_announced_meeting_is_not_planned_a_second_time_and_a_draft_gets_its_time(place):
    announced(place.house, AT + dt.timedelta(days=16))  # on 9 December
    draft = convening.draft(
        organization=place.branch, kind=MeetingKind.THEME_DAY, title="参观展室", made_by=None, **DONE
    )
    plan = planned(place.branch)
    assert not plan.items.filter(kind=MeetingKind.GENERAL_MEETING).exists()
    assert plan.items.get(kind=MeetingKind.THEME_DAY).meeting == draft
    accepting.accept(plan, by=None, **DONE)
    draft.refresh_from_db()
    assert draft.at_stage is MeetingStage.ANNOUNCED
    assert draft.sessions.exists()


def test_asking_once_more_gives_up_what_was_proposed_before(place):
    first = asked(place.branch)
    second = asked(place.branch)
    first.refresh_from_db()
    assert first.state == PlanState.DROPPED
    assert plan_shown(place.branch, MONTH) == second


# --- What comes out ------------------------------------------------------------------------------------------------


def test_a_proposal_breaks_nothing_and_seats_everybody_once(place, proposal):
    for item in proposal.items.filter(is_wanted=True):
        seats = list(item.seats.all())
        assert len({seat.person_id for seat in seats}) == len(seats) == item.audience
    assert making.broken_by(proposal, DAY) == []
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    assert sitting.is_main
    assert sitting.seats.count() >= sitting.item.quorum == 7  # more than half of twelve
    assert proposal.bound <= proposal.objective == proposal.counted["total"]


def test_who_comes_in_on_a_day_off_is_told_why(proposal):
    asked_for = PlanSeat.objects.filter(item__plan=proposal, way__in=[Way.CALL_IN.value, Way.MISSED.value])
    for seat in asked_for.select_related("item"):
        others = seat.item.sessions.exclude(pk=seat.session_id).count()
        assert len(seat.why) == others


def test_a_plan_keeps_to_what_is_announced_already(place):
    taken = announced(
        place.house, AT.replace(month=12, day=9, hour=14, minute=0), kind=MeetingKind.LESSON, title="党课"
    )
    there = taken.sessions.get()
    plan = narrowed(asked(place.branch))
    gathered = gather(plan, DAY)
    name = f"session:{there.pk}"
    assert (name, gathered.slot(there.starts_at), name) in gathered.pins
    assert gathered.problem.items[name].audience
    busy = set(gathered.problem.items[name].audience)
    for session in sessions_of(made(plan)):
        if session.starts_at < there.ends_at and there.starts_at < session.ends_at:
            assert not busy & {str(seat.person_id) for seat in session.seats.all()}


def test_nobody_without_a_roster_is_forgotten_and_the_page_is_told():
    place = hall(with_roster=False)
    rotates(place.people[0], place.shifts, 0)
    plan = planned(place.branch)
    assert plan.assumed["unrostered"] == len(place.people) - 1
    # Taken to work in an office: on a Sunday they would have to come in.
    seats = (
        PlanSeat.objects.filter(session__item__plan=plan).exclude(person=place.people[0]).select_related("session")
    )
    assert seats
    for seat in seats:
        is_weekend = localtime(seat.session.starts_at).weekday() > 4
        assert (seat.way == Way.CALL_IN) is is_weekend


def test_a_post_whose_need_is_unknown_is_told(place):
    post = place.posts[0]
    post.least_staffing = None
    post.save()
    plan = planned(place.branch)
    assert plan.assumed["unstaffed"] == ["W01"]


def test_nobody_is_taken_from_a_post_that_needs_them():
    place = hall(members=6, least=1)  # eight people, four at each post, one of whom is on duty at a time
    plan = planned(place.branch)
    assert not PlanSeat.objects.filter(item__plan=plan, way=Way.DUTY.value).exists()


def test_who_works_behind_the_window_leaves_it_to_whoever_sits_there(place):
    for post in place.posts:
        post.serving = "早 中 夜"
        post.save()
    behind = shift("后", starts=8, hours=8)
    RosterDay.objects.filter(person__in=place.people[4:]).update(shift=behind)
    plan = planned(place.branch)
    away = PlanSeat.objects.filter(session__item__plan=plan, way=Way.DUTY.value)
    days = {(seat.person_id, localtime(seat.session.starts_at).date()) for seat in away.select_related("session")}
    worked = {(row.person_id, row.day): row.shift for row in RosterDay.objects.filter(day__gte=FIRST)}
    assert days
    # Each early shift has one person at each post: nobody of them leaves it, who sits behind it does.
    assert {worked[key] for key in days} == {behind}


def test_whoever_an_accepted_plan_called_in_is_known_in_the_three_months_after(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    called = PlanSeat.objects.filter(item__plan=proposal, way=Way.CALL_IN.value).first()
    if called is None:
        called = PlanSeat.objects.filter(item__plan=proposal, session__isnull=False).first()
        PlanSeat.objects.filter(pk=called.pk).update(way=Way.CALL_IN.value)
    person, january = called.person_id, dt.date(2027, 1, 1)
    days = {localtime(seat.session.starts_at).date() for seat in PlanSeat.objects.filter(person=person, way="callin")}
    assert days_came_in([person], january) == {person: len(days)}
    assert days_came_in([person], dt.date(2027, 3, 31)) == {person: len(days)}
    assert not days_came_in([person], dt.date(2027, 4, 1))
    assert not days_came_in([person], MONTH)  # the month itself is in the plan
    later = PlanItem(
        plan=Plan(month=january), organization=place.branch, kind="lesson", first=january, last=january, minutes=60
    )
    known = gather_items(place.branch, [later], DAY).problem.people
    assert {int(name == str(person)) * len(days) for name in known} == {one.came_in for one in known.values()}
    Plan.objects.filter(pk=proposal.pk).update(state=PlanState.DROPPED.value)
    assert not days_came_in([person], january)


def test_an_election_is_possible_where_four_fifths_can_sit_together(place):
    found = election_in(place.branch, MONTH, DAY)
    assert (found.voters, found.needed) == (12, 10)
    assert found.citation is not None
    assert len(found.sittings) == 31
    best = found.best
    assert best.is_enough is found.is_possible is (best.there >= 10)
    assert bool(found.relaxations) is not found.is_possible


def test_where_no_election_is_possible_the_smallest_cover_is_said():
    place = hall(members=6, least=2)
    # All eight work until eight in the evening, four at each post, of whom two can go.
    RosterDay.objects.update(shift=shift("长", starts=8, hours=12))
    found = election_in(place.branch, MONTH, DAY)
    assert not found.is_possible
    first, *changes = found.relaxations
    assert first["needed"] == found.needed == 7
    assert first["most"] == found.best.there == 4
    cover = next(one for one in changes if one["kind"] == "cover")
    assert (cover["amount"], cover["there"]) == (3, 7)
    assert not Plan.objects.exists()


def test_an_election_in_a_month_gone_by_or_of_nobody_is_refused(place):
    with pytest.raises(PlanningRefusal, match="2026-10"):
        election_in(place.branch, dt.date(2026, 10, 1), DAY)
    Membership.objects.all().delete()
    with pytest.raises(PlanningRefusal, match=place.branch.name):
        election_in(place.branch, MONTH, DAY)


def test_a_sitting_nobody_can_hold_says_the_smallest_changes():
    place = hall(members=6)
    plan = asked(place.branch)
    item = plan.items.get(kind=MeetingKind.GENERAL_MEETING)
    # On a single day, when half of them are at night or at a post that can spare nobody.
    narrowed(plan, MeetingKind.GENERAL_MEETING)
    PlanItem.objects.filter(pk=item.pk).update(first=MONTH, last=MONTH)
    made(plan)
    item.refresh_from_db()
    first, *changes = item.relaxations
    assert first["most"] < first["needed"] <= first["of"]
    assert {one["kind"] for one in changes} >= {"cover"}
    assert all(one["there"] >= first["needed"] for one in changes if one["kind"] == "cover")


def test_what_can_not_be_held_to_is_let_go_and_told(place):
    plan = planned(place.branch)
    one = of_kind(plan, MeetingKind.THEME_DAY)[0]
    # At six in the evening of a day on which everybody who may chair comes from a night or is on leave.
    for person in (place.house.lin, *place.people[2:4]):
        Hindered.objects.create(
            person=person, organization=place.branch, day=dt.date(2026, 12, 10), reason="出差", said_at=AT
        )
    pin = Pinned(one.item_id, AT.replace(month=12, day=10, hour=18, minute=0))
    again = made(proposing.ask_again(plan, by=None, pins=[pin], **DONE))
    assert again.state == PlanState.PROPOSED
    assert again.assumed["let_go"] == [{"kind": "theme_day", "at": "2026-12-10T10:00:00+00:00"}]


def test_what_does_not_hold_is_never_shown(place):
    plan = asked(place.branch)
    task = making.begin_next(AT, DAY)
    item = next(iter(task.gathered.problem.items.values()))
    midnight = roster.Session(item.id, item.first * 48, item.rooms[0], True, item.audience, ())
    making.finish(task, roster.Plan("", (midnight,)), (), at=AT)
    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert not sessions_of(plan)


def test_a_plan_that_was_given_up_meanwhile_gets_no_sessions(place):
    plan = narrowed(asked(place.branch))
    task = making.begin_next(AT, DAY)
    found = solved(task.gathered.problem, effort=1, pins=task.gathered.pins, workers=1)
    proposing.give_up(plan, **DONE)
    making.finish(task, found.plan, found.impossible, at=AT)
    plan.refresh_from_db()
    assert plan.state == PlanState.DROPPED
    assert not sessions_of(plan)


def test_a_plan_that_a_worker_had_begun_is_made_by_the_next(place):
    plan = asked(place.branch)
    making.begin_next(AT, DAY)
    assert making.begin_next(AT, DAY) is None
    making.resume()
    assert made(plan).state == PlanState.PROPOSED


# --- The facts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [MeetingKind.GENERAL_MEETING, MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.GROUP_MEETING]
)
def test_a_plan_calls_whom_the_meeting_will_call(place, kind):
    plan = asked(place.branch)
    known = gather(plan, DAY).problem.items
    for item in plan.items.filter(kind=kind, is_wanted=True):
        meeting = Meeting(
            organization=item.organization, kind=kind.value, audience=convening.default_audience(kind).value
        )
        meeting.made_at = AT
        meeting.save()
        entries = [entry for entry in _entries(meeting, MONTH) if not entry.observes]
        assert set(known[str(item.pk)].audience) == {str(entry.person_id) for entry in entries}
        assert set(known[str(item.pk)].voters) == {str(entry.person_id) for entry in entries if entry.votes}


@pytest.mark.parametrize(
    ("starts", "ends", "night"),
    [(0, 8, True), (8, 16, False), (16, 24, False), (20, 32, True), (8, 32, True), (19, 25, True), (18, 24, False)],
)
def test_a_night_is_three_hours_between_ten_and_six(starts, ends, night):
    assert is_night(starts * 60, ends * 60) is night


def test_a_shift_that_ends_at_midnight_ends_on_its_day(place):
    assert place.shifts["中"].span == (16 * 60, 24 * 60)


def test_quarters_of_an_hour_are_kept_and_finer_times_widened(place):
    late = place.shifts["中"]
    late.starts = dt.time(15, 50)
    late.save()
    problem = gather(asked(place.branch), DAY).problem
    assert problem.slot_minutes == 15
    assert 15 * 4 + 3 in {one.start for one in problem.shifts.values()}


def test_a_way_between_sites_takes_its_time(place):
    there = Site.objects.create(name="车站")
    room = rooms.keep_room(
        None,
        name="车站会议室",
        organization=place.branch,
        site=there,
        capacity=40,
        opens=dt.time(8),
        closes=dt.time(20),
        **DONE,
    )
    rooms.set_journey(there, place.posts[0].site, 45, **DONE)
    problem = gather(asked(place.branch), DAY).problem
    own = problem.posts[str(place.posts[0].pk)].site
    assert problem.travel[own][problem.rooms[str(room.pk)].site] == 2  # three quarters, in half hours
    assert {one.rooms for one in problem.items.values()} == {(str(room.pk),)}


# --- Accepting -----------------------------------------------------------------------------------------------------


def test_accepting_announces_every_meeting_at_its_time(place, proposal):
    number = accepting.accept(proposal, by=None, **DONE)
    assert number == proposal.items.filter(is_wanted=True).count()
    for one in sessions_of(proposal):
        one.item.refresh_from_db()
        assert one.item.meeting.at_stage is MeetingStage.ANNOUNCED
        assert (one.session.starts_at, one.session.ends_at) == (one.starts_at, one.ends_at)
        if one.item.organization == place.branch:
            assert one.item.meeting.chair is not None
    assert Event.objects.filter(type="plan_accepted").count() == 1


def test_of_a_lesson_in_turns_everybody_hears_of_their_own_alone(place, proposal):
    (day, *_) = [item for item in proposal.items.all() if item.turns > 1]
    turns = list(day.sessions.order_by("starts_at"))
    if len(turns) == 1:
        # Everybody fits into one; it is held twice all the same, one crew each.
        seats = list(turns[0].seats.all())
        other = PlanSession.objects.create(
            item=day,
            starts_at=turns[0].starts_at + dt.timedelta(days=2),
            ends_at=turns[0].ends_at + dt.timedelta(days=2),
        )
        for seat in seats[: len(seats) // 2]:
            seat.session = other
            seat.save()
        turns.append(other)
    accepting.accept(proposal, by=None, **DONE)
    day.refresh_from_db()
    sessions = list(day.meeting.sessions.order_by("starts_at"))
    assert len(sessions) == len(turns)
    for session, turn in zip(sessions, turns, strict=True):
        meant = set(turn.seats.values_list("person", flat=True))
        assert set(session.turns.values_list("person", flat=True)) == meant
        for person in meant:
            own = [one.session for one in ahead_of(person, AT, most=30) if one.session.meeting_id == day.meeting_id]
            assert own == [session]
            text = Notice.objects.get(person=person, about=f"meeting:{day.meeting_id}", overtaken=False).text
            assert str(Gathering(localtime(session.starts_at), localtime(session.ends_at))) in text
            assert "；" not in text  # what stands between two sessions


def test_a_plan_is_accepted_once_and_not_when_a_session_has_passed(place, proposal):
    late = DONE | {"at": sessions_of(proposal)[0].starts_at + dt.timedelta(minutes=1)}
    with pytest.raises(PlanningRefusal):
        accepting.accept(proposal, by=None, **late)
    assert not Meeting.objects.exists()
    accepting.accept(proposal, by=None, **DONE)
    with pytest.raises(NotNow):
        accepting.accept(proposal, by=None, **DONE)


def test_what_was_accepted_is_not_planned_a_second_time(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    left = {item.kind for item in asked(place.branch).items.all()}
    assert not left & {item.kind for item in proposal.items.filter(is_wanted=True)}


# --- After the roster changed --------------------------------------------------------------------------------------


def on_leave(place, people, day):
    """All of them are said to be at rest after a night that ends on ``day``: nobody of them can come on it."""
    for person in people:
        row = {one.day: one.shift for one in RosterDay.objects.filter(person=person, day__month=12)}
        month = [row.get(MONTH + dt.timedelta(days=number)) for number in range(31)]
        month[day.day - 1] = place.shifts["夜"]
        keep_roster(place.branch, month=MONTH, rows={person: month}, **DONE)


def test_a_change_of_the_roster_is_noticed_and_mended_with_few_moves(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    proposal.refresh_from_db()
    assert not proposal.is_stale
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    day = localtime(sitting.starts_at).date()
    away = [seat.person for seat in sitting.seats.select_related("person")][:6]
    on_leave(place, away, day)
    proposal.refresh_from_db()
    assert proposal.is_stale
    assert making.look_again(DAY) == 1
    proposal.refresh_from_db()
    assert proposal.broken
    before = {(one.item.kind, one.item.organization_id, one.starts_at) for one in sessions_of(proposal)}

    again = made(proposing.ask_again(proposal, by=None, **DONE))
    assert again.state == PlanState.PROPOSED
    after = {(one.item.kind, one.item.organization_id, one.starts_at) for one in sessions_of(again)}
    assert len(after - before) <= 2
    told = Notice.objects.count()
    accepting.accept(again, by=None, **DONE)
    proposal.refresh_from_db()
    assert proposal.state == PlanState.DROPPED
    assert {one.starts_at for one in Session.objects.all()} == {one.starts_at for one in sessions_of(again)}
    assert Meeting.objects.count() == again.items.filter(is_wanted=True).count()
    assert Notice.objects.count() - told <= 2 * len(place.people)
    assert making.broken_by(again, DAY) == []


def test_who_can_not_come_on_a_day_is_planned_around_it(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    seat = sitting.seats.exclude(person=place.house.lin).select_related("person").first()
    hindering.say_hindered(seat.person, sitting.session, reason="孩子住院", **DONE)
    proposal.refresh_from_db()
    assert proposal.is_stale
    making.look_again(DAY)
    proposal.refresh_from_db()
    assert [one["code"] for one in proposal.broken] == ["can_not_attend"]
    again = made(proposing.ask_again(proposal, by=None, **DONE))
    day = localtime(sitting.starts_at).date()
    theirs = PlanSession.objects.filter(item__plan=again, seats__person=seat.person)
    assert day not in {localtime(one.starts_at).date() for one in theirs}


def test_saying_so_needs_a_reason_and_time_left_and_can_be_taken_back(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    for reason, at in (("  ", AT), ("有事", sitting.starts_at)):
        with pytest.raises(PlanningRefusal):
            hindering.say_hindered(place.house.chen, sitting.session, reason=reason, **DONE | {"at": at})
    first = hindering.say_hindered(place.house.chen, sitting.session, reason="有事", **DONE)
    assert hindering.say_hindered(place.house.chen, sitting.session, reason="还是有事", **DONE) == first
    hindering.take_back(first, **DONE)
    making.look_again(DAY)
    proposal.refresh_from_db()
    assert proposal.broken == []


# --- Holding to a session, wishes ----------------------------------------------------------------------------------


def test_what_is_held_to_stays_when_it_is_planned_again(place, proposal):
    one = of_kind(proposal, MeetingKind.THEME_DAY)[0]
    proposing.pin(one, is_pinned=True, **DONE)
    again = made(proposing.ask_again(proposal, by=None, **DONE))
    (same,) = [other for other in of_kind(again, MeetingKind.THEME_DAY) if other.is_pinned]
    assert same.starts_at == one.starts_at
    proposing.pin(same, is_pinned=False, **DONE)
    third = made(proposing.ask_again(again, by=None, **DONE))
    assert not any(other.is_pinned for other in sessions_of(third))


def test_a_session_is_moved_to_another_time_and_the_rest_planned_around_it(place, proposal):
    one = of_kind(proposal, MeetingKind.THEME_DAY)[0]
    start = dt.datetime.combine(FIRST, dt.time(9), AT.tzinfo)
    hours = [start + dt.timedelta(days=day, hours=hour) for day in range(9) for hour in range(8)]
    there = next(at for at in hours if not moved(one, at, None, DAY).broken)
    again = made(proposing.ask_again(proposal, by=None, pins=[Pinned(one.item_id, there)], **DONE))
    assert there in {other.starts_at for other in of_kind(again, MeetingKind.THEME_DAY)}


def test_one_sees_what_another_time_would_break_and_nothing_changes(place, proposal):
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    same = moved(sitting, sitting.starts_at, None, DAY)
    assert same.holds
    assert same.dearer == 0
    night = moved(sitting, AT.replace(month=12, day=9, hour=3, minute=0), None, DAY)
    assert {one["code"] for one in night.broken} >= {"room_closed"}
    assert night.absent
    sitting.refresh_from_db()
    assert Session.objects.count() == 0


def wish(item, **other):
    return replace(Wish(item.is_wanted, item.first, item.last, item.minutes, item.turns), **other)


@pytest.mark.parametrize(
    "other",
    [{"minutes": 5}, {"minutes": 481}, {"turns": 0}, {"turns": 13}, {"first": MONTH + dt.timedelta(days=20)}],
)
def test_odd_wishes_are_refused_and_nothing_of_the_proposal_is_lost(proposal, other):
    item = proposal.items.filter(turns__gt=1).first()
    with pytest.raises(PlanningRefusal):
        proposing.ask_again(
            proposal, by=None, wishes={item.pk: wish(item, last=MONTH + dt.timedelta(days=5), **other)}, **DONE
        )
    proposal.refresh_from_db()
    assert proposal.state == PlanState.PROPOSED


def test_wishes_are_kept_to(proposal):
    item = proposal.items.get(kind=MeetingKind.THEME_DAY)
    first, last = dt.date(2026, 12, 14), dt.date(2026, 12, 18)
    again = made(
        proposing.ask_again(
            proposal, by=None, wishes={item.pk: wish(item, first=first, last=last, minutes=60, turns=2)}, **DONE
        )
    )
    theirs = of_kind(again, MeetingKind.THEME_DAY)
    assert 1 <= len(theirs) <= 2
    assert all(first <= localtime(one.starts_at).date() <= last for one in theirs)
    assert all(one.ends_at - one.starts_at == dt.timedelta(hours=1) for one in theirs)


# --- Committees ----------------------------------------------------------------------------------------------------


def test_a_committee_plans_all_below_and_each_gets_its_part_as_a_proposal(place):
    plan = planned(place.house.office, is_whole=True)
    assert plan.state == PlanState.PROPOSED, plan.trouble
    parts = {part.organization for part in parts_of(lines_of(plan))}
    assert place.branch in parts
    accepting.accept(plan, by=None, **DONE)
    assert not Meeting.objects.filter(organization=place.branch).exists()
    theirs = plan_shown(place.branch, MONTH)
    assert theirs.state == PlanState.PROPOSED
    assert {item.organization for item in theirs.items.all()} <= {
        place.branch,
        place.house.first_group,
        place.house.second_group,
    }
    assert making.broken_by(theirs, DAY) == []
    accepting.accept(theirs, by=None, **DONE)
    assert Meeting.objects.filter(organization=place.branch).exists()


# --- Who may -------------------------------------------------------------------------------------------------------


def askers(house):
    return [
        asker_of(world.account(person), DAY) for person in (house.lin, house.chen, house.fang, house.qiu, house.wen)
    ]


def test_who_plans_is_asked_and_listed_alike(place):
    asked(place.branch)
    asked(place.house.office, is_whole=True)
    from zhibu.apps.organizations.models import Organization

    for asker in askers(place.house):
        listed = set(access.organizations_planned_by(asker))
        assert listed == {one for one in Organization.objects.all() if access.may_plan(asker, one)}
        seen = set(access.plans_seen_by(asker))
        assert seen == {plan for plan in Plan.objects.all() if access.may_see_plan(asker, plan)}
    assert people_access.may_convene(askers_of_lin(place), place.branch)


def askers_of_lin(place):
    return asker_of(place.house.lin.account, DAY)


def test_a_superior_never_sees_the_plan_of_a_branch(place):
    plan = asked(place.branch)
    fang = asker_of(world.account(place.house.fang), DAY)
    assert not access.may_see_plan(fang, plan)


# --- Rooms ---------------------------------------------------------------------------------------------------------


def test_rooms_are_kept_by_name_and_closed(place):
    facts = {
        "name": "三楼会议室",
        "organization": None,
        "site": None,
        "capacity": 12,
        "opens": dt.time(9),
        "closes": dt.time(17),
    }
    room = rooms.keep_room(None, **facts, **DONE)
    with pytest.raises(PlanningRefusal, match="三楼会议室"):
        rooms.keep_room(None, **facts, **DONE)
    with pytest.raises(PlanningRefusal):
        rooms.keep_room(room, **facts | {"closes": dt.time(9)}, **DONE)
    rooms.close_room(room, **DONE)
    assert not Room.objects.filter(closed_at__isnull=True).exists()
    one = Site.objects.create(name="甲")
    with pytest.raises(PlanningRefusal):
        rooms.set_journey(one, one, 10, **DONE)
    assert not Journey.objects.exists()


def test_a_session_stays_within_the_hours_and_seats_of_its_room(place):
    rooms.keep_room(
        None,
        name="小会议室",
        organization=place.branch,
        site=None,
        capacity=9,
        opens=dt.time(9),
        closes=dt.time(12),
        **DONE,
    )
    plan = planned(place.branch)
    for one in sessions_of(plan):
        assert one.place == "小会议室"
        assert one.seats.count() <= 9
        assert dt.time(9) <= localtime(one.starts_at).time()
        assert localtime(one.ends_at).time() <= dt.time(12)


def test_somebody_is_told_where_a_plan_seats_them(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    (sitting,) = of_kind(proposal, MeetingKind.GENERAL_MEETING)
    sitting.item.refresh_from_db()
    seat = sitting.seats.first()
    assert seat_of(seat.person_id, sitting.item.meeting_id) == seat
    assert seat_of(place.house.wen.pk, sitting.item.meeting_id) is None
