"""Instances made for measuring are sound and like those given; who plans by the rules breaks none of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from bench.planning.generate import instances
from bench.planning.planners import greedy_by_cost, most_available, poll

from tests import planning
from tests.data.planning.check_plan import check
from zhibu.documents.plans.exchange import read_problem, write_plan


def made(kind, seed=7):
    return list(instances(kind, seed))


@pytest.mark.parametrize("kind", ["S", "M", "L", "branches"])
def test_an_instance_of_any_kind_is_sound_and_of_a_seed_always_the_same(kind):
    documents = made(kind)
    names = [read_problem(json.dumps(document).encode()).name for document in documents]
    assert len(set(names)) == {"S": 1, "M": 1, "L": 3, "branches": 54}[kind]
    assert made(kind) == documents
    assert made(kind, 8) != documents


def test_a_bureau_is_as_large_as_the_one_given():
    [bureau] = made("M")
    members = [person for person in bureau["people"] if person["member"]]
    assert (len(bureau["orgs"]), len(members)) == (59, 640)
    assert 1250 < len(bureau["people"]) < 1400
    assert 215 < len(bureau["items"]) < 250
    invited = sum(len(item["audience"]) for item in bureau["items"])
    assert 2600 < invited < 2900


def test_a_hall_is_made_of_the_same_rotations_as_the_one_given():
    given, [hall] = planning.instance("S-1"), made("S")
    assert Counter(item["kind"] for item in hall["items"]) == Counter(item["kind"] for item in given["items"])
    worked = [set("".join(person["roster"] for person in document["people"])) for document in (given, hall)]
    assert worked[0] == worked[1]
    assert 80 <= len(hall["people"]) <= 90


def test_the_rotations_of_a_quarter_go_on_from_month_to_month():
    months = made("L")
    assert [month["days"] for month in months] == [31, 30, 31]
    for people in zip(*(month["people"] for month in months), strict=True):
        letters = "".join(person["roster"] for person in people)
        if "K" in letters and "L" not in letters:
            start = letters.index("J")
            assert letters[start:] == ("JK-" * 31)[: len(letters) - start]


def judged(document, planner):
    problem = read_problem(json.dumps(document).encode())
    plan = planner(problem)
    broken, objective, parts = check(document, json.loads(write_plan(plan)))
    assert objective == plan.objective
    return broken, parts


@pytest.mark.parametrize("document", [planning.instance("S-1"), *made("S"), *made("branches")[:4]])
@pytest.mark.parametrize("planner", [most_available, greedy_by_cost])
def test_who_plans_by_the_rules_breaks_none(document, planner):
    assert judged(document, planner)[0] == []


def test_a_poll_calls_each_meeting_once_and_knows_neither_rest_nor_posts():
    broken, parts = judged(planning.instance("S-1"), poll)
    assert parts["session"] == 8
    assert parts["missed"] > 10
    assert {word for word in ("previous duty", "next duty", "needed") for line in broken if word in line} == {
        "previous duty",
        "next duty",
        "needed",
    }
