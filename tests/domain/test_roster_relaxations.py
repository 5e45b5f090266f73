"""A meeting that no sitting satisfies, and the smallest of each kind that would let it take place."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import chain, combinations, product

import pytest

from tests.domain.test_roster import a_branch, at
from zhibu.domain.roster import FaultCode, Plan, Post, Room, Rules, Session, faults
from zhibu.domain.roster_relaxations import RelaxationKind, fullest, impossible

KINDS = RelaxationKind


def sitting(problem, **facts):
    """The study of ``problem`` as a meeting of an hour that needs all its voters in one sitting."""
    study = problem.items["study"]
    asked = {"online": False, "voters": study.audience, "quorum": len(study.audience), "max_sessions": 1}
    return replace(problem, items={"study": replace(study, **(asked | facts))})


def staffed(*rows, days=1):
    """Some have to stay at the post, and meetings lie within the day shift."""
    return {
        "posts": {"p": Post("p", "b", 0, (tuple(rows),), (0,) * days)},
        "rules": Rules(rest=22, adjacent=2, hours=(16, 32)),
    }


def looked_at(problem):
    return impossible(problem, problem.items["study"])


def by_kind(found):
    return {each.kind: each for each in found.relaxations}


def test_what_some_sitting_satisfies_is_not_impossible():
    assert looked_at(sitting(a_branch("D", "D", "D"))) is None
    assert looked_at(a_branch("D", "L")) is None


def test_of_each_day_the_fullest_time_is_known_and_the_preferred_hours_come_first():
    problem = sitting(a_branch("D-N", "D-N", "-LL"), quorum=2, preferred_hours=(26, 32))
    needed, days = fullest(problem, problem.items["study"])
    assert needed == 2
    assert [(one.start, one.there) for one in days] == [(at(0, 13), 3), (at(1, 8), 2), (at(2, 19), 2)]


@pytest.mark.parametrize("seed", range(40))
def test_a_sitting_is_possible_where_the_fullest_time_is_full_enough_and_only_there(seed):
    chance = random.Random(seed)
    rosters = ["".join(chance.choice("DEN-L") for _ in range(3)) for _ in range(4)]
    problem = sitting(a_branch(*rosters), quorum=chance.randint(2, 4))
    needed, days = fullest(problem, problem.items["study"])
    found = looked_at(problem)
    most = max((one.there for one in days), default=0)
    assert (found is None) == (most >= needed)
    assert found is None or found.most == most


def test_one_more_at_the_post_is_enough_and_said_with_day_and_time():
    found = looked_at(sitting(a_branch("DD", "DD", **staffed((16, 24, 1), (24, 32, 2), days=2)), first=1))
    assert (found.most, found.needed, found.of) == (1, 2, 2)
    assert found.sentence == (
        "1 of 2 voters is the most at any time, with a chair; 2 are needed."
        " Days after 2026-03-02 are not in the roster and not known."
    )
    cover = by_kind(found)[KINDS.COVER]
    assert (cover.amount, cover.posts, cover.start, cover.there) == (1, (("p", 1),), at(1, 8), 2)
    assert cover.sentence == (
        "1 person more at post p on 2026-03-02 08:00–09:00."
        " Then 2 of 2 voters can sit together on 2026-03-02 08:00–09:00 in r."
    )


def test_a_post_that_a_leave_leaves_short_needs_those_who_are_missing_too():
    found = looked_at(sitting(a_branch("D", "L", **staffed((16, 32, 2))), quorum=1, last=0))
    assert by_kind(found)[KINDS.COVER].posts == (("p", 2),)


def test_the_ways_there_and_back_are_covered_too():
    far = a_branch("D", "D", **staffed((16, 32, 1)), rooms={"r": Room("r", 1, 10, 16, 40)})
    cover = by_kind(looked_at(sitting(far)))[KINDS.COVER]
    assert cover.sentence.startswith("1 person more at post p on 2026-03-01 08:00–10:30. Then 2 of 2 voters can sit")


def test_who_can_only_attend_on_line_would_have_to_be_counted():
    """One of them has just gone home: not enough rest for the way, but for a screen."""
    problem = sitting(a_branch("--", "D-", rules=Rules(rest=22, adjacent=0, hours=(34, 40))), last=0)
    found = looked_at(problem)
    online = by_kind(found)[KINDS.ONLINE]
    assert (found.most, online.there, online.start) == (1, 2, at(0, 17))
    assert online.sentence == (
        "On-line attendance allowed, and counted to the quorum where a rule of the unit allows it:"
        " 2 of 2 voters can then attend on 2026-03-01 17:00–18:00, the chair in r."
    )


@pytest.mark.parametrize(
    ("rosters", "window", "days", "says"),
    [
        (("D--D", "DLLD"), (1, 2), 1, "The window until 2026-03-04."),  # both sides are as near: rather later
        (("D---", "DLLL"), (2, 3), 2, "The window from 2026-03-01."),
        (("----", "LLL-"), (0, 1), 2, "The window until 2026-03-04."),
    ],
)
def test_the_nearest_day_on_which_all_can_sit_widens_the_window(rosters, window, days, says):
    found = looked_at(sitting(a_branch(*rosters), first=window[0], last=window[1]))
    widened = by_kind(found)[KINDS.WINDOW]
    assert widened.amount == days
    assert widened.sentence.startswith(says)
    assert ("are not in the roster" in found.sentence) == (window[1] == 3)


def test_days_beyond_the_roster_are_not_offered_but_said_to_be_unknown():
    found = looked_at(sitting(a_branch("--", "LL")))
    assert [each.kind for each in found.relaxations] == [KINDS.QUORUM]
    assert found.sentence.endswith("Days after 2026-03-02 are not in the roster and not known.")


def test_another_room_or_a_larger_one_helps_where_the_room_is_too_small():
    small, near = Room("r", 0, 2, 16, 40), Room("hall", 0, 3, 30, 40)
    found = looked_at(sitting(a_branch("D", "D", "D", rooms={"r": small, "hall": near})))
    there = by_kind(found)
    assert there[KINDS.ROOM].sentence == (
        "Room hall. Then 3 of 3 voters can sit together on 2026-03-01 15:00–16:00 in hall."
    )
    assert (there[KINDS.LARGER_ROOM].amount, there[KINDS.LARGER_ROOM].room) == (1, "r")
    assert there[KINDS.LARGER_ROOM].sentence.startswith("Room r with 3 places instead of 2.")
    assert KINDS.COVER not in there


def test_a_chair_who_has_no_vote_needs_a_place_of_their_own():
    found = looked_at(sitting(a_branch("D", "D", rooms={"r": Room("r", 0, 1, 16, 40)}), voters=(1,), quorum=1))
    assert (found.most, by_kind(found)[KINDS.LARGER_ROOM].amount) == (0, 1)


def test_the_most_at_any_time_is_the_quorum_that_could_be_met():
    found = looked_at(sitting(a_branch("-", "-", "L", "L"), quorum=3))
    lower = by_kind(found)[KINDS.QUORUM]
    assert (lower.amount, lower.there) == (1, 2)
    assert lower.sentence.startswith("A quorum of 2 instead of 3. Then 2 of 4 voters can sit together on 2026-03-01")


def test_without_anybody_who_can_chair_nothing_takes_place_and_nothing_may_help():
    found = looked_at(replace(sitting(a_branch("L", "-")), name="x"))
    assert found.most == 0
    assert found.sentence.startswith("At no time can somebody who may chair it be there")
    assert found.relaxations == ()
    lecture = looked_at(a_branch("L", "-"))
    assert (lecture.needed, lecture.of, lecture.relaxations) == (1, 2, ())


POSTS = ("p", "q")


def a_hard_month(seed):
    """Up to four people at two posts of two places, of whom most have to sit together within few hours."""
    chance = random.Random(seed)
    count = chance.randint(2, 4)
    rosters = ["".join(chance.choices("DDDDDPNN-LL", k=3)) for _ in range(count)]
    base = a_branch(*rosters, rules=Rules(rest=22, adjacent=2, hours=(22, 28)))
    people = {each.id: replace(each, post=chance.choice(POSTS)) for each in base.people.values()}
    row = (chance.randint(18, 25), chance.randint(27, 32))
    posts = {
        post: Post(post, "b", site, (((*row, chance.randint(0, 4)), (16, 30, chance.randint(0, 2))),), (0, 0, 0))
        for site, post in enumerate(POSTS)
    }
    rooms = {"r": Room("r", 0, chance.choice((1, 1, 2, 3)), 22, 28), "hall": Room("hall", 1, 5, 24, 28)}
    problem = replace(base, people=people, posts=posts, rooms=rooms)
    chairs = tuple(chance.sample(range(count), chance.randint(1, 2)))
    return sitting(problem, first=1, last=1, chairs=chairs, quorum=count - (chance.random() < 0.3))


def most_by_trial(problem):
    """Every time, room and set of people, judged by ``faults``; all but a chair on-line where that is allowed."""
    item = problem.items["study"]
    sets = list(chain.from_iterable(combinations(item.audience, size) for size in range(1, len(item.audience) + 1)))
    best = 0
    for day, begins, room, there in product(range(item.first, item.last + 1), range(22, 27), item.rooms, sets):
        if len(there) <= best:
            continue
        splits = [((one,), tuple({*there} - {one})) for one in there] if item.online else [(there, ())]
        for in_person, online in splits:
            session = Session("study", day * 48 + begins, room, main=True, in_person=in_person, online=online)
            if not {fault.code for fault in faults(problem, Plan("", (session,)))} - {FaultCode.NO_QUORUM}:
                best = len(there)
    return best


def with_cover(problem, posts):
    """So many less have to stay: to the others that is as if so many covered."""
    covered = {
        post.id: replace(
            post,
            profiles=tuple(
                tuple((start, end, max(0, least - posts.get(post.id, 0))) for start, end, least in profile)
                for profile in post.profiles
            ),
        )
        for post in problem.posts.values()
    }
    return replace(problem, posts=covered)


def with_room(problem, seats):
    return replace(problem, rooms=problem.rooms | {"r": replace(problem.rooms["r"], capacity=seats)})


def with_window(problem, first, last):
    return sitting(problem, **facts_of(problem) | {"first": first, "last": last})


def facts_of(problem):
    item = problem.items["study"]
    return {"first": item.first, "last": item.last, "chairs": item.chairs, "quorum": item.quorum}


def test_every_relaxation_is_enough_and_one_less_is_not():
    kinds = Counter()
    for seed in range(100):
        problem = a_hard_month(seed)
        needed, most = problem.items["study"].quorum, most_by_trial(problem)
        found = looked_at(problem)
        assert (found is None) == (most >= needed), seed
        if found is None:
            continue
        assert found.most == most, seed
        offered = by_kind(found)
        kinds.update(list(offered))
        if KINDS.COVER in offered:
            total = offered[KINDS.COVER].amount
            assert most_by_trial(with_cover(problem, dict(offered[KINDS.COVER].posts))) >= needed, seed
            for one in range(total):
                assert most_by_trial(with_cover(problem, {"p": one, "q": total - 1 - one})) < needed, seed
        else:
            assert most_by_trial(with_cover(problem, {"p": 9, "q": 9})) < needed, seed
        wider = [most_by_trial(with_window(problem, 1, 2)), most_by_trial(with_window(problem, 0, 1))]
        assert (KINDS.WINDOW in offered) == (max(wider) >= needed), seed
        hall = sitting(problem, **facts_of(problem), rooms=("hall",))
        assert (KINDS.ROOM in offered) == (most_by_trial(hall) >= needed), seed
        if KINDS.LARGER_ROOM in offered:
            seats = problem.rooms["r"].capacity + offered[KINDS.LARGER_ROOM].amount
            assert most_by_trial(with_room(problem, seats)) >= needed > most_by_trial(with_room(problem, seats - 1))
        else:
            assert most_by_trial(with_room(problem, 9)) < needed, seed
        screens = sitting(problem, **facts_of(problem), online=True)
        assert (KINDS.ONLINE in offered) == (most_by_trial(screens) >= needed), seed
        assert (KINDS.QUORUM in offered) == (most > 0), seed
    assert min(kinds[kind] for kind in KINDS) >= 2, kinds
