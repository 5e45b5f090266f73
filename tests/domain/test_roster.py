"""What keeps a person from a session; what a plan breaks and costs, held against a checker that others wrote."""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from dataclasses import fields, replace
from datetime import date

import pytest

from tests import planning
from tests.data.planning.check_plan import check
from tests.planning import PRICES, SHIFTS
from tests.planning import SLOTS_OF_A_DAY as DAY
from zhibu.domain.roster import (
    Attending,
    Cost,
    FaultCode,
    Item,
    Obstacle,
    Person,
    Plan,
    Post,
    Prices,
    Problem,
    Room,
    Rules,
    Session,
    attending,
    cost,
    faults,
)

COUNTS = tuple(each.name for each in fields(Prices))


def at(day, hour):
    """The slot of an hour; half hours are ``.5``."""
    return day * DAY + int(hour * 2)


def a_branch(*rosters, **facts):
    """People 0, 1, … of one post that nobody need stay at, and a study that 0 chairs and all attend."""
    people = {number: Person(number, "b", "p", member=True, roster=roster) for number, roster in enumerate(rosters)}
    days = len(rosters[0])
    study = Item(
        id="study",
        organization="b",
        kind="lecture",
        duration=2,
        first=0,
        last=days - 1,
        audience=tuple(people),
        chairs=(0,),
        voters=(),
        rooms=("r",),
        max_sessions=2,
        quorum=0,
        online=True,
    )
    return replace(
        Problem(
            name="a branch",
            start=date(2026, 3, 1),
            days=days,
            slot_minutes=30,
            rules=Rules(rest=22, adjacent=2, hours=(16, 40)),
            prices=PRICES,
            shifts=SHIFTS,
            sites=("HQ", "port"),
            travel=((0, 3), (3, 0)),
            organizations={},
            posts={"p": Post("p", "b", 0, ((),), (0,) * days)},
            rooms={"r": Room("r", 0, 10, 16, 40)},
            people=people,
            items={"study": study},
        ),
        **facts,
    )


def is_there(roster, first, last, *, online=False):
    problem = a_branch(roster)
    return attending(problem, problem.people[0], first, last, online)


@pytest.mark.parametrize(
    ("roster", "first", "last", "way"),
    [
        ("-D-", at(1, 8), at(1, 16), Attending.DUTY),
        ("-KJ", at(2, 7), at(2, 9), Attending.DUTY),  # one shift ends as the next begins
        ("-D-", at(1, 7), at(1, 8), Attending.EXTENSION),  # until it begins
        ("-D-", at(1, 6), at(1, 7), Attending.EXTENSION),  # an hour before
        ("-D-", at(1, 5.5), at(1, 6.5), Obstacle.TOO_CLOSE),
        ("-D-", at(1, 17), at(1, 18), Attending.EXTENSION),
        ("-D-", at(1, 17.5), at(1, 18.5), Obstacle.TOO_SOON),
        ("-D-", at(2, 2.5), at(2, 3.5), Obstacle.TOO_SOON),
        ("-D-", at(2, 3), at(2, 4), Attending.CALL_IN),  # eleven hours after
        ("--D", at(1, 20), at(1, 21), Attending.CALL_IN),  # eleven hours before
        ("--D", at(1, 20.5), at(1, 21.5), Obstacle.TOO_CLOSE),
        ("---", at(1, 9), at(1, 10), Attending.CALL_IN),
        ("-D-", at(1, 15.5), at(1, 16.5), Attending.EXTENSION),  # past the end of a day
        ("-N-", at(1, 7.5), at(1, 8.5), Obstacle.PAST_NIGHT),
        ("-N-", at(1, 8), at(1, 9), Obstacle.TOO_SOON),  # a night is never prolonged
        ("-N-", at(1, 19), at(1, 20), Attending.CALL_IN),
        ("-K-", at(1, 19), at(1, 20), Attending.EXTENSION),  # but begun early
        ("-K-", at(1, 19.5), at(1, 20.5), Attending.EXTENSION),
        ("DK-", at(0, 16), at(1, 20), Attending.EXTENSION),  # all the time between two shifts
        ("-PK", at(1, 13), at(1, 14.5), Attending.EXTENSION),
        ("LD-", at(0, 23), at(1, 9), Obstacle.ON_LEAVE),  # the way there begins in the leave
        ("LD-", at(1, 8), at(1, 9), Attending.DUTY),
    ],
)
def test_how_a_person_is_there_hangs_on_the_shifts_around(roster, first, last, way):
    assert is_there(roster, first, last) is way


@pytest.mark.parametrize(
    ("roster", "first", "last", "way"),
    [
        ("-D-", at(1, 17.5), at(1, 18.5), Attending.HOME),  # no way to go, no rest lost
        ("-N-", at(1, 8), at(1, 9), Obstacle.RESTS_AFTER_NIGHT),
        ("-N-", at(1, 18.5), at(1, 19.5), Obstacle.RESTS_AFTER_NIGHT),
        ("-N-", at(1, 19), at(1, 20), Attending.HOME),
        ("-K-", at(1, 18), at(1, 19), Attending.HOME),
        ("-D-", at(1, 9), at(1, 10), Attending.DUTY),
        ("-D-", at(1, 15.5), at(1, 16.5), Attending.EXTENSION),
        ("-N-", at(1, 7.5), at(1, 8.5), Obstacle.PAST_NIGHT),
        ("-L-", at(1, 9), at(1, 10), Obstacle.ON_LEAVE),
    ],
)
def test_who_attends_on_line_from_home_only_has_to_rest_after_a_night(roster, first, last, way):
    assert is_there(roster, first, last, online=True) is way


def test_leave_outside_the_month_is_unknown_and_keeps_nobody_away():
    assert is_there("L--", at(-1, 23), at(0, 0)) is Attending.CALL_IN
    assert is_there("--L", at(3, 0), at(3, 1)) is Attending.CALL_IN


def a_plan(*sessions):
    return Plan("a branch", sessions)


def a_session(start, in_person=(0,), online=(), *, main=False, item="study", room="r"):
    return Session(item, start, room, main, tuple(in_person), tuple(online))


def test_several_sessions_of_a_day_are_one_coming_in_and_each_further_day_weighs_more():
    problem = a_branch("-----")
    days = [a_session(at(day, hour)) for day, hour in ((0, 9), (0, 10), (1, 9), (2, 9))]
    counted = cost(problem, a_plan(*days))
    assert (counted.callin_day, counted.repeat_callin, counted.session) == (3, 3, 4)
    assert counted.total == 3 * 50 + 3 * 10 + 4 * 20


def test_each_day_of_coming_in_pairs_with_those_of_the_months_before():
    problem = a_branch("-----", "-----")
    often = replace(problem.people[0], came_in=2)
    problem = replace(problem, people={**problem.people, 0: often})
    counted = cost(problem, a_plan(a_session(at(0, 9), [0, 1]), a_session(at(1, 9), [0])))
    # 0 comes in on two days (a pair) after two others (four pairs), 1 for the first time.
    assert (counted.callin_day, counted.repeat_callin) == (3, 5)


def test_the_way_to_another_site_is_part_of_being_away_but_nobody_travels_to_a_screen():
    problem = a_branch("D", "D", rooms={"r": Room("r", 1, 10, 16, 40)})
    counted = cost(problem, a_plan(a_session(at(0, 9), [0], [1])))
    # 7:30 to 11:30 begins half an hour before the shift.
    assert (counted.extension, counted.off_duty_online, counted.callin_day) == (1, 0, 0)


def test_a_post_may_be_short_by_itself_but_no_session_makes_it_so():
    least = Post("p", "b", 0, (((16, 32, 2),),), (0,))
    problem = a_branch("D", "D", posts={"p": least})
    [fault] = faults(problem, a_plan(a_session(at(0, 9), [0])))
    assert fault.code is FaultCode.UNDERSTAFFED
    assert fault.place == "post p, slots 18–20"
    assert fault.sentence == "1 left on 2026-03-01 09:00–10:00, where 2 have to stay."
    alone = a_branch("D", "-", posts={"p": least})
    assert faults(alone, a_plan(a_session(at(0, 9), [1, 0]))) != []
    assert [fault.code for fault in faults(alone, a_plan(a_session(at(0, 9), [1])))] == [FaultCode.NO_CHAIR]


def test_an_earlier_plan_of_the_plan_comes_before_that_of_the_problem():
    session = a_session(at(0, 9))
    problem = a_branch("-", baseline=(session,))
    assert cost(problem, a_plan(session)).moved_session == 0
    of_its_own = replace(a_plan(session), baseline=())
    assert (cost(problem, of_its_own).moved_session, cost(problem, of_its_own).moved_attendee) == (1, 1)


def test_a_plan_that_speaks_of_what_nobody_knows_says_so_and_is_judged_all_the_same():
    problem = a_branch("D")
    strange = a_plan(a_session(at(0, 9), item="x"), a_session(at(0, 10), room="y"), a_session(at(0, 11), [0, 7]))
    assert [(fault.place, fault.sentence) for fault in faults(problem, strange)] == [
        ("session 0 (x at 18)", "There is no item x."),
        ("session 1 (study at 20)", "There is no room y."),
        ("session 2 (study at 22)", "There is no person 7."),
    ]


# The same, held against the checker.


@pytest.mark.parametrize("name", planning.NAMES)
def test_the_plans_given_hold_and_cost_what_their_makers_say(name):
    problem, plan = planning.problem(name), planning.plan(name)
    assert faults(problem, plan) == []
    assert cost(problem, plan).total == plan.objective


_SESSION = re.compile(r"(session \d+ \(.*? at -?\d+\)): (.*)")
_POST = re.compile(r"post (\S+) slot (\d+): (\d+) left, (\d+) needed")
_ITEM = re.compile(r"(\S+): (.*)")
_SAID = {
    r"unknown item": FaultCode.UNKNOWN,
    r"outside the item's window": FaultCode.OUTSIDE_WINDOW,
    r"outside permitted hours": FaultCode.OUTSIDE_HOURS,
    r"room closed": FaultCode.ROOM_CLOSED,
    r"room not allowed": FaultCode.ROOM_NOT_ALLOWED,
    r"room capacity exceeded": FaultCode.ROOM_FULL,
    r"room clash with session \d+": FaultCode.ROOM_CLASH,
    r"somebody listed twice": FaultCode.LISTED_TWICE,
    r"online attendance not allowed": FaultCode.NOT_ONLINE,
    r"no chair present": FaultCode.NO_CHAIR,
    r"person \S+ not invited": FaultCode.NOT_INVITED,
    r"person \S+ is also in session \d+": FaultCode.TWO_PLACES,
    r"person \S+: .*": FaultCode.CAN_NOT_ATTEND,
    r"too many sessions": FaultCode.TOO_MANY_SESSIONS,
    r"person \S+ attends \d+ times": FaultCode.ATTENDS_TWICE,
    r"needs exactly one main session": FaultCode.MAIN_SITTING,
    r"no quorum": FaultCode.NO_QUORUM,
}


def as_found(line):
    """``(code, place, obstacle)`` of a line of the checker."""
    if post := _POST.fullmatch(line):
        return FaultCode.UNDERSTAFFED, f"post {post[1]}, slot {post[2]}", f"{post[3]} left, {post[4]}"
    session = _SESSION.fullmatch(line)
    place, text = session.groups() if session else _ITEM.fullmatch(line).groups()
    code = next(code for said, code in _SAID.items() if re.fullmatch(said, text))
    obstacle = text.rpartition(": ")[2] if code is FaultCode.CAN_NOT_ATTEND else ""
    return code, place if session else f"item {place}", obstacle


def as_told(fault):
    """The same of a fault of ours; a run of slots as every single one of them."""
    if fault.code is FaultCode.UNDERSTAFFED:
        post, first, last = re.fullmatch(r"post (\S+), slots (-?\d+)–(-?\d+)", fault.place).groups()
        left, least = re.fullmatch(r"(-?\d+) left on .*, where (\d+) have to stay\.", fault.sentence).groups()
        for slot in range(int(first), int(last)):
            yield fault.code, f"post {post}, slot {slot}", f"{left} left, {least}"
    else:
        is_kept_away = fault.code is FaultCode.CAN_NOT_ATTEND
        yield fault.code, fault.place, fault.sentence.rpartition(": ")[2].rstrip(".") if is_kept_away else ""


class Mutations:
    """Plans and rosters made wrong in every way, each a little or a lot."""

    def __init__(self, name, seed):
        self.chance = random.Random(f"{name} {seed}")
        self.instance = planning.instance(name)
        self.plan = {"format": "zhibu-plan/1", "instance": name, "sessions": []}
        if name != planning.UNPLANNED:
            self.plan = planning.plan_of(name)
        self.everybody = [person["id"] for person in self.instance["people"]]

    def mutated(self):
        """A plan, and the rosters it is judged by: ``(plan, {person: roster})``."""
        plan = copy.deepcopy(self.plan)
        if self.chance.random() < 0.3:
            plan["baseline"] = {"sessions": copy.deepcopy(plan["sessions"])}
        ways = [self.move, self.move_far, self.another_room, self.drop, self.add, self.invite, self.repeat, self.swap]
        ways += [self.other_main, self.further, self.further, self.remove]
        for _ in range(self.chance.choice([0, 1, 1, 2, 3, 8])):
            if plan["sessions"]:
                self.chance.choice(ways)(plan["sessions"], self.chance.choice(plan["sessions"]))
            else:
                self.further(plan["sessions"], None)
        return plan, dict(self.rosters()) if self.chance.random() < 0.4 else {}

    def move(self, _sessions, session):
        session["start"] += self.chance.choice([-4, -2, -1, 1, 2, 4, DAY, -DAY])

    def move_far(self, _sessions, session):
        session["start"] = self.chance.randrange(-DAY, (self.instance["days"] + 1) * DAY)

    def another_room(self, _sessions, session):
        session["room"] = self.chance.choice(self.instance["rooms"])["id"]

    def drop(self, _sessions, session):
        listed = session[self.chance.choice(["in_person", "online"])]
        if listed:
            listed.remove(self.chance.choice(listed))

    def add(self, _sessions, session):
        session[self.chance.choice(["in_person", "online"])].append(self.chance.choice(self.everybody))

    def invite(self, _sessions, session):
        for item in self.instance["items"]:
            if item["id"] == session["item"]:
                session[self.chance.choice(["in_person", "online"])] += self.chance.sample(item["audience"], 2)

    def repeat(self, sessions, session):
        if session["in_person"]:
            into = self.chance.choice([session, self.chance.choice(sessions)])
            into[self.chance.choice(["in_person", "online"])].append(self.chance.choice(session["in_person"]))

    def swap(self, _sessions, session):
        session["in_person"], session["online"] = session["online"], session["in_person"]

    def other_main(self, sessions, session):
        for each in [session, self.chance.choice(sessions)]:
            each["main"] = not each["main"]

    def remove(self, sessions, session):
        sessions.remove(session)

    def further(self, sessions, _session):
        item = self.chance.choice(self.instance["items"])
        there = [person for person in item["audience"] if self.chance.random() < 0.5]
        day, slot = self.chance.randrange(self.instance["days"]), self.chance.randrange(14, 40)
        half = self.chance.randrange(len(there) + 1) if item["online"] else len(there)
        sessions.append(
            {
                "item": item["id"] if self.chance.random() < 0.95 else "no.such",
                "start": day * DAY + slot,
                "room": self.chance.choice(item["rooms"]),
                "main": self.chance.random() < 0.3,
                "in_person": there[:half],
                "online": there[half:],
            }
        )

    def rosters(self):
        """Some people with shifts of any kind, one after the other but never two at once."""
        for person in self.chance.sample(self.everybody, 4):
            ended, letters = 0, ""
            for day in range(self.instance["days"]):
                letter = self.chance.choice("-LDENJKFBPQR")
                shift = self.instance["shifts"].get(letter, {"start": 0, "end": 0})
                if day * DAY + shift["start"] < ended:
                    letter = "-"
                elif shift["end"]:
                    ended = day * DAY + shift["end"]
                letters += letter
            yield person, letters


def sessions_of(document):
    return tuple(
        Session(**session | {"in_person": tuple(session["in_person"]), "online": tuple(session["online"])})
        for session in document["sessions"]
    )


def judged_by_us(problem, document, rosters):
    """``(faults as the checker tells them, cost)``."""
    people = {id_: replace(person, roster=rosters.get(id_, person.roster)) for id_, person in problem.people.items()}
    problem = replace(problem, people=people)
    baseline = sessions_of(document["baseline"]) if "baseline" in document else None
    plan = Plan(document["instance"], sessions_of(document), baseline=baseline)
    return Counter(told for fault in faults(problem, plan) for told in as_told(fault)), cost(problem, plan)


def judged_by_the_checker(instance, document, rosters):
    people = [person | {"roster": rosters.get(person["id"], person["roster"])} for person in instance["people"]]
    lines, objective, parts = check(instance | {"people": people}, document)
    return Counter(map(as_found, lines)), Cost(**{count: parts.get(count, 0) for count in COUNTS}, total=objective)


#: Of the small ones many, for they take milliseconds.
TIMES = {"S-1": 50, "S-3": 50, "B-M-1-b05": 100, "B-M-1-b11": 1400, "B-M-1-b29": 300, "B-M-1-b41": 150}


@pytest.mark.slow
def test_thousands_of_wrong_plans_are_judged_and_priced_as_the_checker_does():
    codes, obstacles, counts, holding = set(), set(), set(), 0
    for name, times in TIMES.items():
        mutations, problem = Mutations(name, 1), planning.problem(name)
        for _ in range(times):
            document, rosters = mutations.mutated()
            found, counted = judged_by_us(problem, document, rosters)
            assert (found, counted) == judged_by_the_checker(mutations.instance, document, rosters), document
            codes.update(code for code, _place, _more in found)
            obstacles.update(more for code, _place, more in found if code is FaultCode.CAN_NOT_ATTEND)
            counts.update(count for count in COUNTS if getattr(counted, count))
            holding += not found
    # Nothing went untried.
    assert (codes, obstacles, counts) == (set(FaultCode), set(Obstacle), set(COUNTS))
    assert holding > 100
