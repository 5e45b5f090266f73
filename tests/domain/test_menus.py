"""The menu of the account: lengths and counts that the platform takes, at both edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.menus import LONGEST, LONGEST_BELOW, Fault, Line, Wrong, faults, width


@pytest.mark.parametrize(("name", "wide"), [("帮助", 2), ("AB", 1), ("本月A", 2.5), ("（）", 2), ("", 0)])
def test_a_letter_is_half_of_a_character(name: str, wide: float) -> None:
    assert width(name) == wide


def test_a_name_is_good_up_to_its_edge_above_and_below() -> None:
    below = tuple(Line("八" * number, "帮助") for number in (8, 9))
    menu = (Line("四" * 4, "帮助"), Line("五" * 5, "帮助"), Line("下", below=below))
    assert faults(menu) == (Fault((2,), Wrong.TOO_LONG), Fault((3, 2), Wrong.TOO_LONG))


def test_three_lines_and_five_below_each_are_the_most_and_one_the_least() -> None:
    line = Line("一", "帮助")
    full = Line("一", below=(line,) * 5)
    assert faults((full,) * 3) == ()
    assert faults((line,) * 4) == (Fault((), Wrong.TOO_MANY),)
    assert faults((Line("一", below=(line,) * 6),)) == (Fault((1,), Wrong.TOO_MANY),)
    assert faults(()) == (Fault((), Wrong.NOTHING),)


def test_a_line_has_a_name_and_does_one_thing() -> None:
    one = Line("一", "帮助")
    menu = (Line(" ", "帮助"), Line("空"), Line("两", "帮助", (one, Line("深", below=(one,)))))
    assert faults(menu) == (
        Fault((1,), Wrong.NO_NAME),
        Fault((2,), Wrong.DOES_NOTHING),
        Fault((3,), Wrong.DOES_TWO_THINGS),
        Fault((3, 2), Wrong.DOES_TWO_THINGS),
    )


NAMES = st.text(st.characters(codec="utf-8"), max_size=10)


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=6)), max_size=4))
def test_what_has_no_fault_is_short_enough_for_the_bytes_of_the_platform(menu: list[tuple[str, list[str]]]) -> None:
    lines = [Line(name, "" if below else "帮助", tuple(Line(each, "帮助") for each in below)) for name, below in menu]
    if faults(lines):
        return
    assert 1 <= len(lines) <= 3
    assert all(width(line.name) <= LONGEST for line in lines)
    assert all(width(one.name) <= LONGEST_BELOW for line in lines for one in line.below)
