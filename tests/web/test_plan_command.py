"""``zhibu plan`` at the terminal: plans that an independent checker accepts, with their bound and their reasons."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import planning
from tests.data.planning.check_plan import check
from zhibu.domain.roster import Fault, FaultCode
from zhibu.domain.roster_relaxations import RelaxationKind
from zhibu.web.operator.main import app

ROOT = Path(__file__).parents[2]

NAME = "B-M-1-b29"
FILE = planning.DATA / f"{NAME}.json"
GIVEN = planning.instance(NAME)
#: What the best plan costs: no plan costs less than its bound. The one that came with the instance costs more.
BEST = 394


def zhibu(*words):
    return CliRunner().invoke(app, ["plan", *(str(word) for word in words)])


def planned(*words, instance=FILE):
    done = zhibu(instance, "--json", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def written(folder, document, name="instance.json"):
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def with_item(given, number, **facts):
    items = list(given["items"])
    items[number] = items[number] | facts
    return given | {"items": items}


def said(text):
    return " ".join(text.split())


def test_a_branch_is_planned_to_its_proven_best_and_said_in_words(tmp_path):
    out = tmp_path / "plan.json"
    done = zhibu(FILE, "-o", out)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"cost {BEST} bound {BEST} gap 0.00% (proven)" in said(done.stdout)
    assert "missed 0" in said(done.stdout)
    plan = json.loads(out.read_bytes())
    assert (plan["format"], plan["instance"], plan["objective"], plan["bound"]) == ("zhibu-plan/1", NAME, BEST, BEST)
    assert check(GIVEN, plan)[:2] == ([], BEST)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_as_json_it_is_the_plan_itself_and_beside_a_file_what_it_costs(tmp_path):
    plan = planned("--effort", 1)
    assert check(GIVEN, plan)[:2] == ([], BEST)
    assert (plan["proven"], plan["gap"], plan["impossible"], plan["cost"]["total"]) == (True, 0, [], BEST)
    assert "explanations" not in plan
    summary = planned("--effort", 1, "-o", tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_bytes()) == plan
    beside = ("out", "instance", "objective", "bound", "sessions", "cost")
    assert [summary[key] for key in beside] == [
        str(tmp_path / "plan.json"),
        NAME,
        BEST,
        BEST,
        len(plan["sessions"]),
        plan["cost"],
    ]
    assert summary["seconds"] > 0


def test_without_a_file_the_sessions_are_said():
    done = zhibu(FILE, "--effort", 1)
    assert done.exit_code == 0
    plan = planned("--effort", 1)
    first = plan["sessions"][0]
    lines = [line for line in done.stdout.splitlines() if line.startswith("2026-03-")]
    assert len(lines) == len(plan["sessions"])
    assert f"{first['item']} {first['room']}: {len(first['in_person']) + len(first['online'])}" in lines[0]


def test_the_same_effort_gives_the_same_bytes():
    first, second = (zhibu(FILE, "--json", "--explain", "--effort", 1) for _ in range(2))
    assert first.stdout_bytes == second.stdout_bytes


def test_it_explains_who_attends_how_and_why_anybody_comes_in(tmp_path):
    plan = planned("--effort", 1, "--explain")
    told = plan["explanations"]
    assert [one["session"] for one in told["sessions"]] == list(range(len(plan["sessions"])))
    for one, session in zip(told["sessions"], plan["sessions"], strict=True):
        assert sum(one["ways"].values()) == len(session["in_person"]) + len(session["online"])
    days = {(one["person"], plan["sessions"][one["session"]]["start"] // 48) for one in told["people"]}
    assert len(days) == plan["cost"]["callin_day"] > 0
    assert told["distance"] == f"It costs {BEST}, and no plan costs less."
    done = zhibu(FILE, "--effort", 1, "--explain", "-o", tmp_path / "plan.json")
    lines = done.stdout.splitlines()
    for one in (*told["sessions"], *told["people"]):
        assert one["words"] in lines


def test_after_a_change_in_the_roster_the_earlier_plan_is_kept_as_far_as_it_can_be(tmp_path):
    earlier = planned("--effort", 1)
    session = earlier["sessions"][0]
    day = session["start"] // 48
    person = session["in_person"][0]
    people = [
        each | {"roster": each["roster"][:day] + "L" + each["roster"][day + 1 :]} if each["id"] == person else each
        for each in GIVEN["people"]
    ]
    changed = GIVEN | {"people": people}
    assert check(changed, earlier)[0] != []
    previous = written(tmp_path, earlier, "previous.json")
    plan = planned("--effort", 1, "--previous", previous, instance=written(tmp_path, changed))
    assert plan["baseline"] == {"sessions": earlier["sessions"]}
    assert check(changed, plan)[:2] == ([], plan["objective"])
    assert plan["cost"]["moved_session"] <= 2
    assert plan["cost"]["moved_attendee"] > 0


ITEM, ROOM = GIVEN["items"][0]["id"], GIVEN["rooms"][0]["id"]


def test_a_pinned_session_takes_place_as_it_is():
    free = planned("--effort", 1)
    times = {(session["item"], session["start"], session["room"]) for session in free["sessions"]}
    item, start, room = next(each for each in sorted(times) if each[0] == ITEM)
    start -= 1
    assert (item, start, room) not in times
    plan = planned("--effort", 1, "--pin", f"{item}@{start}@{room}")
    assert (item, start, room) in {
        (session["item"], session["start"], session["room"]) for session in plan["sessions"]
    }
    assert check(GIVEN, plan)[:2] == ([], plan["objective"])
    assert plan["objective"] >= BEST


@pytest.mark.parametrize(
    ("pins", "says"),
    [
        (["x@20@" + ROOM], "--pin x@20@{room}: there is no item x."),
        ([f"{ITEM}@20@x"], "--pin {item}@20@x: there is no room x."),
        ([f"{ITEM}@99999@{ROOM}"], "--pin {item}@99999@{room}: It is on day 2083; the window of {item} is 0–30."),
        ([f"{ITEM}@4@{ROOM}"], "--pin {item}@4@{room}: It lasts 02:00–03:30; sessions lie within 08:00–20:00."),
        ([f"{ITEM}@20@hall"], "--pin {item}@20@hall: hall is not among the rooms of {item}."),
        ([f"{ITEM}@39@{ROOM}"], "sessions lie within 08:00–20:00."),
        (
            [f"{ITEM}@20@{ROOM}", f"{GIVEN['items'][1]['id']}@21@{ROOM}"],
            "beside the other pins: {room} is taken by session 0 ({item}).",
        ),
    ],
)
def test_a_pin_that_can_not_be_is_refused_by_its_name(tmp_path, pins, says):
    hall = {"id": "hall", "site": 0, "capacity": 90, "open": [16, 40]}
    instance = written(tmp_path, GIVEN | {"rooms": [*GIVEN["rooms"], hall]})
    done = zhibu(instance, "--json", *(word for pin in pins for word in ("--pin", pin)))
    assert (done.exit_code, done.stdout) == (1, "")
    assert says.format(item=ITEM, room=ROOM) in said(done.stderr)


def test_a_pin_into_a_closed_room_is_refused(tmp_path):
    rooms = [each | {"open": [18, 24]} for each in GIVEN["rooms"]]
    done = zhibu(written(tmp_path, GIVEN | {"rooms": rooms}), "--pin", f"{ITEM}@26@{ROOM}")
    assert done.exit_code == 1
    assert f"It lasts 13:00–14:30; {ROOM} is open 09:00–12:00." in said(done.stderr)


def test_a_pin_that_no_plan_keeps_is_named_and_the_rest_is_planned(tmp_path):
    chairs = GIVEN["items"][0]["chairs"]
    away = [each | {"roster": "L" + each["roster"][1:]} if each["id"] in chairs else each for each in GIVEN["people"]]
    instance, pin = written(tmp_path, GIVEN | {"people": away}), f"{ITEM}@20@{ROOM}"
    done = zhibu(instance, "--json", "--effort", 1, "--pin", pin)
    assert done.exit_code == 1
    assert f"--pin {pin}: no plan was found that keeps it." in said(done.stderr)
    plan = json.loads(done.stdout)
    assert plan["pins_not_kept"] == [pin]
    assert plan["sessions"]


def test_every_key_of_what_is_written_is_described():
    described = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")))
    plan = planned("--effort", 1, "--explain", "--previous", planning.DATA / f"{NAME}.plan.json")
    assert set(plan) - described == set()
    assert set(plan["explanations"]) - described == set()
    assert {str(kind) for kind in RelaxationKind} - described == set()


def test_an_impossible_item_ends_with_1_the_plan_of_the_others_and_what_would_help(tmp_path):
    hard = with_item(GIVEN, 0, quorum=len(GIVEN["items"][0]["voters"]), max_sessions=1)
    done = zhibu(written(tmp_path, hard), "--json", "--effort", 1)
    assert done.exit_code == 1
    plan = json.loads(done.stdout)
    [one] = plan["impossible"]
    voters = len(GIVEN["items"][0]["voters"])
    assert (one["item"], one["needed"], one["of"]) == (ITEM, voters, voters)
    assert one["words"].startswith(f"{one['most']} of {voters} voters is the most at any time")
    assert {"kind", "amount", "start", "room", "there", "posts", "words"} == set(one["relaxations"][0])
    [lower] = [each for each in one["relaxations"] if each["kind"] == "quorum"]
    assert lower["there"] == one["most"] == voters - lower["amount"]
    assert one["words"] in said(done.stderr)
    assert lower["words"] in said(done.stderr)
    assert {session["item"] for session in plan["sessions"]} == {item["id"] for item in hard["items"][1:]}
    others = hard | {"items": hard["items"][1:]}
    assert check(others, plan)[0] == []
    eased = planned("--effort", 1, instance=written(tmp_path, with_item(hard, 0, quorum=lower["there"])))
    assert ITEM in {session["item"] for session in eased["sessions"]}


def test_a_time_that_is_too_short_gives_what_there_is_with_a_finite_bound():
    done = zhibu(FILE, "--json", "--time-limit", 0)
    plan = json.loads(done.stdout)
    assert math.isfinite(plan["bound"])
    assert plan["bound"] <= plan["objective"]
    missing = [
        item["id"]
        for item in GIVEN["items"]
        if item["quorum"] and item["id"] not in {s["item"] for s in plan["sessions"]}
    ]
    assert plan["unplanned"] == missing
    assert plan["impossible"] == []
    assert done.exit_code == bool(missing)
    for item in missing:
        assert f"Item {item} has no sitting in this plan. Give it more time or effort." in said(done.stderr)


def test_files_that_are_no_instance_or_a_plan_of_another_are_refused_by_place(tmp_path):
    no_instance = zhibu(planning.DATA / f"{NAME}.plan.json", "--json")
    assert (no_instance.exit_code, no_instance.stdout) == (1, "")
    assert 'format: "zhibu-plan/1" is not zhibu-plan-instance/1' in said(no_instance.stderr)
    other = zhibu(FILE, "--previous", planning.DATA / "S-1.plan.json")
    assert other.exit_code == 1
    assert f"S-1.plan.json: instance: this is a plan of S-1, not of {NAME}." in said(other.stderr)
    strange = planning.plan_of("S-1") | {"instance": NAME}
    done = zhibu(FILE, "--previous", written(tmp_path, strange))
    assert done.exit_code == 1
    assert "session 0, item: there is no item" in said(done.stderr)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere.json"], "nowhere.json"),
        ([], "Missing argument"),
        ([FILE, "--previous", "nowhere.json"], "nowhere.json"),
        ([FILE, "--time-limit", "5", "--effort", "1"], "exclude each other"),
        ([FILE, "--time-limit", "-1"], "--time-limit"),
        ([FILE, "--effort", "0"], "--effort"),
        ([FILE, "--pin", "b29.gm@9"], "--pin b29.gm@9: this is not ITEM@START@ROOM"),
        ([FILE, "--pin", "b29.gm@nine@r"], "this is not ITEM@START@ROOM"),
        ([FILE, "-o", "no/such/folder/plan.json"], "--out: there is no folder"),
    ],
)
def test_wrong_usage_ends_with_2_before_anything_is_planned(words, says):
    done = zhibu(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in said(done.stderr)


def test_without_its_libraries_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("zhibu.web.operator.terminal.find_spec", lambda name: None if name == "ortools" else name)
    done = zhibu(FILE)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "This needs ortools: install zhibu[plan]." in said(done.stderr)


def test_a_plan_that_breaks_a_rule_is_never_written(monkeypatch, tmp_path):
    broken = Fault(FaultCode.UNDERSTAFFED, "post p, slots 1–2", "0 left, where 1 have to stay.")
    monkeypatch.setattr("zhibu.web.operator.plan.faults", lambda _problem, _plan: [broken])
    done = zhibu(FILE, "--effort", 1, "--json", "-o", tmp_path / "plan.json")
    assert (done.exit_code, done.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert "Internal error, nothing is written" in said(done.stderr)
    assert "post p, slots 1–2: understaffed: 0 left, where 1 have to stay." in said(done.stderr)
