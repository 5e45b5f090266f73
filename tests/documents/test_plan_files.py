"""Instances and plans in the exchange format: what is bad is refused by name and place; the rest comes back whole."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest

from tests import planning
from zhibu.documents.plans.exchange import read_plan, read_problem, write_plan
from zhibu.documents.plans.shape import MOST_ERRORS, PlanFileRefused
from zhibu.domain.roster import Rules, Session, Shift

NAME = "B-M-1-b11"
GOOD = planning.instance(NAME)
PLAN = planning.plan_of(NAME)
POST, PEOPLE, ITEMS = GOOD["posts"][0]["id"], [person["id"] for person in GOOD["people"]], GOOD["items"]


def without(document, *path):
    changed = copy.deepcopy(document)
    *above, last = path
    place = changed
    for key in above:
        place = place[key]
    del place[last]
    return changed


def with_(document, value, *path):
    changed = copy.deepcopy(document)
    *above, last = path
    place = changed
    for key in above:
        place = place[key]
    place[last] = value
    return changed


def written(document):
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def refused(document):
    with pytest.raises(PlanFileRefused) as refusal:
        read_problem(written(document))
    return [(wrong.place, wrong.sentence) for wrong in refusal.value.errors]


def plan_refused(document):
    with pytest.raises(PlanFileRefused) as refusal:
        read_plan(written(document), planning.problem(NAME))
    return [(wrong.place, wrong.sentence) for wrong in refusal.value.errors]


@pytest.mark.parametrize("name", [*planning.NAMES, planning.UNPLANNED])
def test_an_instance_is_read_in_its_order(name):
    given, problem = planning.instance(name), planning.problem(name)
    assert (problem.name, problem.days, problem.slots_per_day) == (name, 31, 48)
    for key, things in (("posts", problem.posts), ("rooms", problem.rooms), ("people", problem.people)):
        assert list(things) == [each["id"] for each in given[key]]
    assert [item.audience for item in problem.items.values()] == [tuple(item["audience"]) for item in given["items"]]


def test_what_an_instance_says_is_what_is_read():
    problem = planning.problem(NAME)
    assert problem.start == dt.date(2026, 3, 1)
    assert problem.rules == Rules(rest=22, adjacent=2, hours=(16, 40))
    assert problem.shifts["N"] == Shift("N", 0, 16, night=True)
    assert problem.prices.missed == 1000
    item = problem.items[ITEMS[0]["id"]]
    assert (item.first, item.last, item.preferred_hours) == (0, 30, (18, 34))
    assert item.preferred_days == frozenset(ITEMS[0]["preferred_days"])
    assert problem.baseline is None


def test_what_need_not_be_said_may_be_left_out():
    changed = without(without(GOOD, "items", 0, "preferred_days"), "items", 0, "preferred_hours")
    item = read_problem(written(changed)).items[ITEMS[0]["id"]]
    assert (item.preferred_days, item.preferred_hours) == (frozenset(), None)
    session = without(without(PLAN, "sessions", 0, "main"), "bound")
    plan = read_plan(written(session), planning.problem(NAME))
    assert (plan.sessions[0].main, plan.bound) == (False, None)


def test_ids_may_be_texts_or_numbers_and_never_are_both():
    named = json.loads(json.dumps(GOOD).replace(f'"{POST}"', "7"))
    assert next(iter(read_problem(written(named)).posts)) == 7
    [error] = refused(with_(named, "7", "people", 0, "post"))
    assert error == (f"person {PEOPLE[0]}, post", "there is no post 7. Add it to posts or name another one.")


@pytest.mark.parametrize("name", planning.NAMES)
def test_a_plan_that_is_written_is_read_again_as_it_was(name):
    problem, plan = planning.problem(name), planning.plan(name)
    assert read_plan(write_plan(plan), problem) == plan


def test_a_plan_is_written_with_what_it_had_to_keep_and_what_its_maker_adds():
    problem = planning.problem(NAME)
    document = PLAN | {"baseline": {"sessions": PLAN["sessions"][:1]}}
    plan = read_plan(written(document), problem)
    assert [session.item for session in plan.baseline] == [PLAN["sessions"][0]["item"]]
    again = json.loads(write_plan(plan, {"impossible": []}))
    assert again == document | {"impossible": []}
    assert read_plan(written(again), problem) == plan


def test_an_earlier_plan_in_an_instance_may_be_of_another_name():
    earlier = PLAN | {"instance": "last week"}
    problem = read_problem(written(GOOD | {"baseline": earlier}))
    assert len(problem.baseline) == len(PLAN["sessions"])
    assert isinstance(problem.baseline[0], Session)


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        (b"", "the file", "it is not JSON"),
        (b"PK\x03\x04\xff", "the file", "it is not JSON"),
        (b"[" * 100_000, "the file", "it is not JSON"),
        (json.dumps(GOOD).replace('"rest": 22', '"rest": NaN').encode(), "the file", "NaN is no number"),
        (b"[]", "format", "Give a file of zhibu-plan-instance/1"),
        (
            GOOD | {"format": "zhibu-plan-instance/2"},
            "format",
            '"zhibu-plan-instance/2" is not zhibu-plan-instance/1',
        ),
        (PLAN, "format", "Give a file of zhibu-plan-instance/1"),
        (without(GOOD, "format"), "format", "null is not zhibu-plan-instance/1"),
        *((without(GOOD, key), key, "this key is missing") for key in GOOD if key not in {"format", "seed"}),
        *((without(GOOD, "weights", price), f"weights, {price}", "is missing") for price in GOOD["weights"]),
        *((without(GOOD, "rules", rule), f"rules, {rule}", "is missing") for rule in GOOD["rules"]),
        *((without(GOOD, "people", 0, key), f"person {PEOPLE[0]}, {key}", "missing") for key in ("post", "roster")),
        *(
            (without(GOOD, "items", 0, key), f"item {ITEMS[0]['id']}, {key}", "is missing")
            for key in ITEMS[0]
            if key not in {"id", "preferred_days", "preferred_hours"}
        ),
        (without(GOOD, "people", 2, "id"), "people[2], id", "is missing"),
        (GOOD | {"days": "31"}, "days", '"31" is not a whole number'),
        (GOOD | {"days": True}, "days", "true is not a whole number"),
        (GOOD | {"days": 31.0}, "days", "31.0 is not a whole number"),
        (GOOD | {"days": 0}, "days", "0 is less than 1"),
        (GOOD | {"slot_minutes": 7}, "slot_minutes", "7 minutes do not divide a day"),
        (GOOD | {"slot_minutes": 0}, "slot_minutes", "0 is less than 1"),
        (GOOD | {"name": 5}, "name", "5 is not a text"),
        (GOOD | {"start": "1 March"}, "start", '"1 March" is not a day'),
        (GOOD | {"people": {}}, "people", "{} is not a list"),
        (with_(GOOD, 5, "people", 3), "people[3]", "5 is not an object"),
        (with_(GOOD, None, "people", 3, "id"), "people[3], id", "null is not a text or a whole number"),
        (with_(GOOD, "yes", "people", 3, "member"), f"person {PEOPLE[3]}, member", '"yes" is not true or false'),
        (with_(GOOD, [20, 18], "rules", "hours"), "rules, hours", "[20, 18] is not [from, to]"),
        (with_(GOOD, [0, 49], "rooms", 0, "open"), f"room {GOOD['rooms'][0]['id']}, open[1]", "49 is more than 48"),
        (with_(GOOD, [3], "items", 0, "window"), f"item {ITEMS[0]['id']}, window", "is not [first, last]"),
        (with_(GOOD, 0, "items", 0, "duration"), f"item {ITEMS[0]['id']}, duration", "0 is less than 1"),
        (with_(GOOD, [[0, 9]], "posts", 0, "profiles", 0), f"post {POST}, profiles[0][0]", "not [from, to, least]"),
        (with_(GOOD, [[9, 9, 1]], "posts", 0, "profiles", 0), f"post {POST}, profiles[0][0]", "ends at 9, not after"),
        (
            with_(GOOD, [[0, 9, -1]], "posts", 0, "profiles", 0),
            f"post {POST}, profiles[0][0][2]",
            "-1 is less than 0",
        ),
        (with_(GOOD, {"start": 9, "end": 9}, "shifts", "D"), "shifts, D", "it ends at 9, not after 9"),
        (with_(GOOD, {"start": 9, "end": 12}, "shifts", "L"), "shifts, L", "a shift is one letter"),
        (with_(GOOD, {"start": 9, "end": 12}, "shifts", "DD"), "shifts, DD", "a shift is one letter"),
        (with_(GOOD, -1, "weights", "session"), "weights, session", "-1 is less than 0"),
    ],
)
def test_what_is_missing_or_of_the_wrong_kind_is_refused(document, place, says):
    [(where, sentence)] = refused(document)
    assert where == place
    assert says in sentence


def with_roster(letters):
    return with_(GOOD, letters, "people", 0, "roster")


ITEM = f"item {ITEMS[0]['id']}"
FIRST, ROOM = f"person {PEOPLE[0]}", GOOD["rooms"][0]["id"]


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        (with_(GOOD, "x", "posts", 0, "org"), f"post {POST}, org", "there is no organization x"),
        (with_(GOOD, 9, "posts", 0, "site"), f"post {POST}, site", "there is no site 9"),
        (with_(GOOD, 4, "rooms", 0, "site"), f"room {ROOM}, site", "there is no site 4"),
        (with_(GOOD, [[0]], "travel"), "travel", "it is not 4 rows of 4 numbers"),
        (with_(GOOD, [0, 1], "posts", 0, "day_profile"), f"post {POST}, day_profile", "has 2 days, the month 31"),
        (with_(GOOD, 5, "posts", 0, "day_profile", 3), f"post {POST}, day_profile[3]", "there is no profile 5"),
        (with_(GOOD, "x", "people", 0, "org"), f"{FIRST}, org", "there is no organization x"),
        (with_(GOOD, "x", "people", 0, "post"), f"{FIRST}, post", "there is no post x"),
        (with_roster("-" * 30), f"{FIRST}, roster", "it has 30 letters, the month 31 days"),
        (with_roster("-" * 32), f"{FIRST}, roster", "it has 32 letters, the month 31 days"),
        (with_roster("-" * 5 + "X" + "-" * 25), f"{FIRST}, roster, day 5", "there is no shift X"),
        (
            with_roster("-KN" + "-" * 28),
            f"{FIRST}, roster, day 2",
            "begins at 2026-03-03 00:00, when the last has not",
        ),
        (with_(GOOD, "x", "items", 0, "org"), f"{ITEM}, org", "there is no organization x"),
        (with_(GOOD, [PEOPLE[0], "x"], "items", 1, "audience"), f"item {ITEMS[1]['id']}, audience", "no person x"),
        (with_(GOOD, [99], "items", 0, "chairs"), f"{ITEM}, chairs", "there is no person 99"),
        (with_(GOOD, [*ITEMS[0]["voters"], 99], "items", 0, "voters"), f"{ITEM}, voters", "there is no person 99"),
        (with_(GOOD, ["x"], "items", 0, "rooms"), f"{ITEM}, rooms", "there is no room x"),
        (with_(GOOD, [ROOM, ROOM], "items", 0, "rooms"), f"{ITEM}, rooms", "is named 2 times"),
        (with_(GOOD, [], "items", 1, "audience"), f"item {ITEMS[1]['id']}, audience", "nobody is invited"),
        (with_(GOOD, [], "items", 0, "chairs"), f"{ITEM}, chairs", "nobody may chair"),
        (with_(GOOD, [], "items", 0, "rooms"), f"{ITEM}, rooms", "no room is named"),
        (with_(GOOD, 6, "items", 0, "quorum"), f"{ITEM}, quorum", "6 voters are needed and 5 are invited"),
        (with_(GOOD, ITEMS[0]["voters"][:2], "items", 0, "voters"), f"{ITEM}, quorum", "3 voters are needed and 2"),
        (with_(GOOD, [0, 31], "items", 0, "window"), f"{ITEM}, window", "0–31 is not inside the month"),
        (with_(GOOD, [-1, 3], "items", 0, "window"), f"{ITEM}, window", "-1–3 is not inside the month"),
        (with_(GOOD, [9, 8], "items", 0, "window"), f"{ITEM}, window", "9–8 is not inside the month"),
        (with_(GOOD, 25, "items", 0, "duration"), f"{ITEM}, duration", "25 slots are longer"),
        (with_(GOOD, [20, 22], "rooms", 0, "open"), f"{ITEM}, duration", "3 slots are longer than any"),
        (
            GOOD | {"baseline": with_(PLAN, "x", "sessions", 2, "item")},
            "baseline, session 2, item",
            "there is no item x",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(document, place, says):
    where, sentence = refused(document)[0]
    assert where == place
    assert says in sentence


@pytest.mark.parametrize("kind", ["orgs", "posts", "rooms", "people", "items"])
def test_an_id_that_comes_twice_is_refused(kind):
    [(place, sentence)] = refused(GOOD | {kind: [*GOOD[kind], GOOD[kind][-1]]})
    assert place == f"{kind}[{len(GOOD[kind])}], id"
    assert f"{GOOD[kind][-1]['id']} before this one. Give each an id of its own." in sentence


def test_a_post_where_more_have_to_stay_than_hold_it_is_refused():
    holders = sum(person["post"] == POST for person in GOOD["people"])
    profiles = [[[0, 48, 1]], [[16, 18, holders], [18, 20, holders + 1]]]
    unused = with_(GOOD, profiles, "posts", 0, "profiles")
    assert read_problem(written(unused)).posts[POST].profiles[1][1] == (18, 20, holders + 1)
    [(place, sentence)] = refused(with_(unused, 1, "posts", 0, "day_profile", 30))
    assert place == f"post {POST}, profiles[1][1]"
    assert sentence.startswith(f"{holders + 1} have to stay, and {holders} people hold the post.")


def test_a_post_that_too_few_are_on_duty_at_is_no_error():
    away = [person | {"roster": "L" * 31} if person["post"] == POST else person for person in GOOD["people"]]
    problem = read_problem(written(GOOD | {"people": away}))
    assert {person.roster for person in problem.people.values() if person.post == POST} == {"L" * 31}


def test_everything_that_is_wrong_is_said_at_once_but_not_without_end():
    changed = with_(with_(GOOD, -1, "weights", "missed"), "x", "people", 0, "member")
    assert [place for place, _ in refused(changed)] == ["weights, missed", f"{FIRST}, member"]
    strange = GOOD | {"items": [item | {"audience": list(range(500, 540))} for item in ITEMS]}
    assert len(refused(strange)) == MOST_ERRORS


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        (b"{", "the file", "it is not JSON"),
        (GOOD, "format", "Give a file of zhibu-plan/1"),
        (without(PLAN, "instance"), "instance", "this key is missing"),
        (without(PLAN, "sessions"), "sessions", "this key is missing"),
        (without(PLAN, "sessions", 1, "room"), "sessions[1], room", "this key is missing"),
        (with_(PLAN, "9:00", "sessions", 1, "start"), "sessions[1], start", '"9:00" is not a whole number'),
        (PLAN | {"objective": "cheap"}, "objective", '"cheap" is not a whole number'),
        (PLAN | {"bound": []}, "bound", "[] is not a whole number"),
        (PLAN | {"instance": "S-1"}, "instance", f"this is a plan of S-1, not of {NAME}"),
        (with_(PLAN, "x", "sessions", 0, "item"), "session 0, item", "there is no item x"),
        (with_(PLAN, "x", "sessions", 1, "room"), "session 1, room", "there is no room x"),
        (with_(PLAN, [9999], "sessions", 1, "in_person"), "session 1, people", "there is no person 9999"),
        (with_(PLAN, -1, "sessions", 0, "start"), "session 0, start", "slot -1 is not in the month"),
        (with_(PLAN, 31 * 48, "sessions", 0, "start"), "session 0, start", "slot 1488 is not in the month"),
        (PLAN | {"baseline": with_(PLAN, 8, "sessions", 0, "item")}, "baseline, session 0, item", "no item 8"),
        (planning.plan_of("S-1") | {"instance": NAME}, "session 0, item", "Give a plan of this instance"),
    ],
)
def test_a_plan_of_something_else_is_refused(document, place, says):
    where, sentence = plan_refused(document)[0]
    assert where == place
    assert says in sentence
