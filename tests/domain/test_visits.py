"""Programs of visits, seats and the days after: what can be held, who gets which seat, when a branch is asked."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.visits import (
    MOST_SEATS,
    MOST_STOPS,
    MOST_TURNS,
    Fault,
    Program,
    Stop,
    Turn,
    Wrong,
    asked_now,
    faults,
    free_seat,
)

NINE, TEN = dt.time(9), dt.time(10)
HELD = dt.date(2026, 3, 5)


def test_a_program_that_can_be_held_has_no_fault():
    assert faults([Stop(NINE, TEN, "大厅", "看")], [Turn(NINE, TEN, 1), Turn(TEN, dt.time(11), MOST_SEATS)]) == []


def test_each_fault_names_its_line():
    stops = [Stop(NINE, TEN, "大厅", "看"), Stop(TEN, TEN, "大厅", "看")]
    turns = [Turn(NINE, TEN, 0), Turn(NINE, TEN, MOST_SEATS + 1), Turn(TEN, NINE, 1)]
    assert faults(stops, turns) == [
        Fault(Wrong.STOP_ENDS_EARLY, 2),
        Fault(Wrong.NO_SEATS, 1),
        Fault(Wrong.NO_SEATS, 2),
        Fault(Wrong.TURN_TWICE, 2),
        Fault(Wrong.TURN_ENDS_EARLY, 3),
    ]


def test_a_day_has_an_end():
    stops = [Stop(NINE, TEN, "大厅", "看")] * (MOST_STOPS + 1)
    turns = [Turn(dt.time(8, minute), TEN, 1) for minute in range(MOST_TURNS + 1)]
    assert faults(stops, turns) == [Fault(Wrong.TOO_MANY_STOPS), Fault(Wrong.TOO_MANY_TURNS)]
    assert faults(stops[1:], turns[1:]) == []


@given(st.integers(1, 30), st.sets(st.integers(1, 30)))
def test_a_seat_is_free_as_long_as_there_are_fewer_people_than_seats(seats, taken):
    found = free_seat(seats, taken)
    if found is None:
        assert set(range(1, seats + 1)) <= taken
    else:
        assert 1 <= found <= seats
        assert found not in taken


def test_a_branch_is_asked_from_the_thirtieth_and_the_ninetieth_day_on():
    def asked(days, *said):
        return asked_now(HELD, said, HELD + dt.timedelta(days=days))

    assert asked(29) == []
    assert asked(30) == [30]
    assert asked(89, 30) == []
    assert asked(90) == [30, 90]
    assert asked(90, 30) == [90]
    assert asked(400, 30, 90) == []


def test_the_program_on_paper_leaves_out_what_is_not_said():
    program = Program(
        organization="机关党委",
        title="现场推进会",
        held_on=HELD,
        place="一楼大厅",
        contents="",
        invited=["机关党委所属各支部书记"],
        stops=[Stop(NINE, TEN, "大厅", "看导办")],
        turns=[Turn(NINE, TEN, 20)],
        issued_on=HELD,
    )
    assert [line.text for line in program.lines] == [
        "一、时间地点",
        "时间：2026年3月5日（星期四）",
        "集合地点：一楼大厅",
        "二、参加人员",
        "机关党委所属各支部书记",
        "三、批次",
        "09:00–10:00，20个名额",
        "四、观摩点",
        "09:00–10:00　大厅：看导办",
    ]
