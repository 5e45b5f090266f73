"""Rotations: which shift falls on a day, over the ends of months and years, and crews that stand evenly apart."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from zhibu.domain.rotations import SHIPPED, evenly_apart, shift_on, with_codes

MONDAY = dt.date(2026, 11, 23)
DAYS = [dt.date(2026, 12, 1) + dt.timedelta(days=count) for count in range(84)]


def test_a_week_begins_on_a_monday():
    week = tuple("1234567")
    assert [shift_on(week, MONDAY + dt.timedelta(days=count)) for count in range(8)] == list("12345671")
    assert shift_on(week, dt.date(2027, 1, 1)) == "5"  # a Friday


def test_who_is_ahead_has_today_what_others_have_later():
    cycle = tuple("DDEENN--")
    assert [shift_on(cycle, day, 2) for day in DAYS] == [shift_on(cycle, day + dt.timedelta(days=2)) for day in DAYS]


def test_a_day_left_open_says_nothing():
    assert shift_on(("-",), MONDAY) is None


@pytest.mark.parametrize("pattern", SHIPPED, ids=lambda pattern: pattern.key)
def test_crews_that_stand_evenly_apart_keep_each_day_like_the_others(pattern):
    length = len(pattern.cycle)
    assert length % pattern.crews == 0
    assert set(pattern.cycle) == set(pattern.hours)
    offsets = [evenly_apart(place, length=length, crews=pattern.crews) for place in range(pattern.crews)]
    assert len(set(offsets)) == pattern.crews
    if pattern.key not in {"office", "peak"}:
        manned = {
            frozenset(Counter(shift_on(pattern.cycle, day, offset) for offset in offsets).items()) for day in DAYS
        }
        assert len(manned) == 1


def test_a_shipped_rotation_is_said_in_the_codes_of_the_house():
    three = next(pattern for pattern in SHIPPED if pattern.key == "three_shifts")
    shifts = [("早", (480, 960)), ("中", (960, 1440)), ("夜", (0, 480)), ("休", None), ("假", None)]
    assert with_codes(three, shifts) == tuple("早早中中夜夜休休")
    assert with_codes(three, shifts[:1]) == tuple("早早EENN--")
