"""What `python -m bench.planning` says of planners, on runs that are written down here."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bench.planning.__main__ import Case, Seen, fallen_ill, goals
from bench.planning.one import MOST, OURS, POLL, Run, run
from bench.planning.picture import picture

from tests.planning import DATA, instance, plan_of


def of(planner: str, *, days: int, price: int = 400, bound: int | None = None, seconds: float = 0.1) -> Run:
    parts = {"callin_day": days}
    return Run(planner, "S-1", seconds, 10**8, {"bound": bound}, [(seconds, price, bound or 0)], 0, price, parts)


def seen(ours: Run) -> Seen:
    case = Case("S", DATA / "S-1.json", "S-1")
    beside = {POLL: [of(POLL, days=40)], MOST: [of(MOST, days=20)]}
    return Seen(beside=beside, ours={10.0: [(case, ours)]})


def test_every_goal_of_a_hall_is_held_by_a_plan_near_its_bound_with_few_days_of_coming_in() -> None:
    assert [is_held for is_held, _ in goals("S", seen(of(OURS, days=5, bound=397)))] == [True] * 4


def test_a_gap_and_a_day_too_much_are_missed_goals() -> None:
    told = goals("S", seen(of(OURS, days=6, bound=395)))
    assert [says for is_held, says in told if not is_held] == [
        "S in 10 s: gap 1.25% at most, of S-1 (1%)",
        "S: 6 days of coming in, 20 by most available (-75%)",
    ]


def test_a_poll_has_a_process_of_its_own_and_is_judged_by_the_independent_checker() -> None:
    one = run(POLL, DATA / "B-M-1-b11.json", 10, 1)
    assert (one.broken, one.price, one.parts["callin_day"]) == (6, 124, 1)
    assert one.memory > 10_000_000


def test_who_has_fallen_ill_was_to_come_from_a_shift_to_a_session_that_was_announced() -> None:
    before, plan = instance("B-M-1-b05"), plan_of("B-M-1-b05")
    changed = fallen_ill(before, plan)
    assert changed is not None
    pairs = zip(before["people"], changed["people"], strict=True)
    ((was, ill),) = [(was, becomes) for was, becomes in pairs if was != becomes]
    (day,) = [day for day, letter in enumerate(ill["roster"]) if letter != was["roster"][day]]
    sessions = [session for session in plan["sessions"] if session["start"] // 48 == day]
    assert was["roster"][day] in before["shifts"]
    assert any(was["id"] in session["in_person"] for session in sessions)
    assert changed["baseline"] == {"sessions": plan["sessions"]}


def test_cost_and_bound_are_drawn_as_a_line_each() -> None:
    whole = ET.fromstring(picture([of(OURS, days=5, bound=397)]))
    texts = [text.text for text in whole.iter("{http://www.w3.org/2000/svg}text")]
    assert {"cost 400", "bound 397"} < set(texts)
