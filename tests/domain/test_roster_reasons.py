"""Why a plan asks people to come in, or leaves them out: in the words of what kept them from each other session."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from tests import planning
from tests.domain.test_roster import a_branch, at
from zhibu.domain.roster import Attending, Item, Obstacle, Plan, Post, Room, Session, faults
from zhibu.domain.roster_reasons import Hindrance, asked_of_people, attendances


def held(*sessions):
    return Plan("a branch", tuple(sessions))


def session(start, *there, online=(), item="study", main=False):
    return Session(item, start, "r", main=main, in_person=there, online=online)


def why(problem, plan, person):
    [one] = [one for one in asked_of_people(problem, plan) if one.person == person]
    return [reason.why for reason in one.reasons]


def test_how_many_attend_in_which_way_is_said_for_each_session():
    problem = a_branch("D-", "D-", "--", "--")
    [one] = attendances(problem, held(session(at(0, 15.5), 0, 2, online=(3,))))
    assert one.ways == {Attending.EXTENSION: 1, Attending.CALL_IN: 1, Attending.HOME: 1}
    assert one.sentence == (
        "study on 2026-03-01 15:30–16:30 in r: 1 beside their shift, 1 coming in, 1 on-line from home."
    )


def test_leave_and_rest_keep_somebody_from_the_other_sessions():
    problem = a_branch("DDD", "-LN", "-NL")
    study = replace(problem.items["study"], online=False, max_sessions=3)
    problem = replace(problem, items={"study": study})
    plan = held(session(at(0, 9), 0, 1), session(at(1, 9), 0), session(at(2, 9), 0))
    assert faults(problem, plan) == []
    assert why(problem, plan, 1) == [Obstacle.ON_LEAVE, Obstacle.TOO_SOON]
    assert why(problem, plan, 2) == [Hindrance.COMES_IN_TOO, Obstacle.TOO_SOON, Obstacle.ON_LEAVE]
    told = {one.person: one.sentence for one in asked_of_people(problem, plan)}
    assert told[1] == (
        "Person 1 comes in for study on 2026-03-01 09:00–10:00: 2026-03-02 09:00–10:00 on leave;"
        " 2026-03-03 09:00–10:00 too soon after the previous duty."
    )
    assert told[2].startswith("Person 2 misses study: 2026-03-01 09:00–10:00 would have to come in there too;")


def test_a_post_that_can_spare_nobody_more_is_named_with_its_time():
    staffed = {"p": Post("p", "b", 0, ((), ((16, 32, 1),)), (0, 1))}
    problem = a_branch("-D", "-D", posts=staffed)
    plan = held(session(at(0, 9), 0, 1), session(at(1, 9), 0))
    assert faults(problem, plan) == []
    [coming] = [one for one in asked_of_people(problem, plan) if one.person == 1]
    assert [reason.why for reason in coming.reasons] == [Hindrance.STAFFING]
    assert coming.sentence.endswith("2026-03-02 09:00–10:00 post p can spare nobody more at 09:00.")


def test_another_session_and_a_full_room_keep_somebody_away():
    problem = a_branch("DD", "-D", rooms={"r": Room("r", 0, 2, 16, 40), "s": Room("s", 0, 9, 16, 40)})
    other = Item("talk", "b", "lecture", 2, 0, 1, (1,), (1,), (), ("s",), 1, 0, online=False)
    study = replace(problem.items["study"], online=False)
    problem = replace(problem, items={"study": study, "talk": other})
    talk = Session("talk", at(1, 9), "s", main=False, in_person=(1,), online=())
    plan = held(session(at(0, 9), 0, 1), session(at(1, 9), 0), talk)
    assert faults(problem, plan) == []
    [coming] = asked_of_people(problem, plan)
    assert [(reason.why, reason.sentence) for reason in coming.reasons] == [
        (Hindrance.ELSEWHERE, "2026-03-02 09:00–10:00 then in talk")
    ]
    small = replace(problem, rooms=problem.rooms | {"r": Room("r", 0, 1, 16, 40)}, items={"study": study})
    assert why(small, held(session(at(0, 9), 0), session(at(1, 9), 0)), 1) == [
        Hindrance.ROOM_FULL,
        Hindrance.ROOM_FULL,
    ]


def test_who_makes_the_quorum_or_the_only_chair_is_told_so():
    problem = a_branch("-D", "DD", "DD")
    study = replace(problem.items["study"], online=False, voters=(0, 1, 2), quorum=3, chairs=(1,))
    problem = replace(problem, items={"study": study})
    plan = held(session(at(0, 9), 0, 1, 2, main=True), session(at(1, 9), 1))
    assert faults(problem, plan) == []
    assert why(problem, plan, 0) == [Hindrance.QUORUM]
    led = replace(problem, items={"study": replace(study, chairs=(0,), quorum=0, voters=())})
    assert why(led, held(session(at(0, 9), 0, 1), session(at(1, 9), 0, 2)), 0) == [Hindrance.CHAIR]


def test_an_item_without_a_session_is_missed_by_all_for_that_reason():
    problem = a_branch("D", "D")
    assert [one.sentence for one in asked_of_people(problem, held())] == [
        "Person 0 misses study: it has no session.",
        "Person 1 misses study: it has no session.",
    ]


def test_who_comes_in_that_day_for_something_else_is_told_so():
    problem = a_branch("D-D", "D-L")
    study = replace(problem.items["study"], online=False, max_sessions=2)
    talk = replace(study, id="talk", first=1, last=1, max_sessions=1)
    problem = replace(problem, items={"study": study, "talk": talk})
    plan = held(session(at(0, 9), 0), session(at(1, 9), 0, 1), session(at(1, 10), 0, 1, item="talk"))
    told = {(one.person, one.item): one.sentence for one in asked_of_people(problem, plan)}
    assert told[1, "study"] == (
        "Person 1 comes in for study on 2026-03-02 09:00–10:00:"
        " 2026-03-01 09:00–10:00 but comes in on the day of this one for talk anyway."
    )
    assert told[1, "talk"].endswith("it has no other session.")


def test_in_plans_that_others_made_each_day_of_coming_in_has_a_reason():
    free = {Hindrance.NONE, Hindrance.SAME_DAY}
    for name in planning.NAMES:
        problem, plan = planning.problem(name), planning.plan(name)
        days = defaultdict(list)
        for one in asked_of_people(problem, plan):
            if one.session is not None:
                days[one.person, plan.sessions[one.session].start // 48].append(
                    not free & {reason.why for reason in one.reasons}
                )
        assert days
        assert [day for day, has_reason in days.items() if not any(has_reason)] == [], name
