"""How many a post needs in which hours of a day, and in which of them too few are there: every edge."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.staffing import (
    DAY,
    Demand,
    Needed,
    Short,
    demands_of,
    hours_in,
    made_short,
    needed_on,
    overlap,
    shortages,
)

MONDAY = dt.date(2026, 11, 23)
SUNDAY = dt.date(2026, 11, 22)
ONE = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:30-12:00;13:30-17:30", ((510, 720), (810, 1050))),
        ("00:00-24:00", ((0, 1440),)),
        ("20:00-08:00", ((1200, 480),)),
        ("", None),
        ("工作日", None),
        ("8:30-12:00", None),
        ("08:60-12:00", None),
        ("24:00-24:00", None),
        ("08:00-24:01", None),
        ("08:00-12:00;", None),
    ],
)
def test_opening_hours_are_minutes_or_unknown(text, spans):
    assert hours_in(text) == spans


def test_what_is_unknown_never_becomes_zero():
    assert demands_of("08:30-12:00", "12345", None) is None
    assert demands_of("08:30-12:00", "", 1) is None
    assert demands_of("", "12345", 1) is None
    assert demands_of("08:30-12:00", "12345", 1) == (Demand("12345", 510, 720, 1),)


def test_on_a_weekday_that_is_not_told_nobody_is_needed():
    asked = (Demand("1", 510, 720, 1),)
    assert needed_on(MONDAY, asked, asked) == (Needed(510, 720, 1),)
    assert needed_on(SUNDAY, asked, asked) == ()


def test_a_night_reaches_into_the_morning_after_it():
    night = (Demand("7", 1200, 480, 2),)
    assert needed_on(SUNDAY, night, night) == (Needed(1200, DAY, 2),)
    assert needed_on(MONDAY, night, night) == (Needed(0, 480, 2),)
    assert needed_on(MONDAY, night, ()) == ()


def test_round_the_clock_is_the_whole_day():
    asked = (Demand("1234567", 0, DAY, 1),)
    assert needed_on(MONDAY, asked, asked) == (Needed(0, DAY, 1),)
    from_eight = (Demand("1234567", 480, 480, 1),)
    assert needed_on(MONDAY, from_eight, from_eight) == (Needed(0, DAY, 1),)


def test_where_hours_lie_over_one_another_the_higher_number_counts():
    asked = (Demand("1", 480, 720, 1), Demand("1", 600, 840, 2))
    assert needed_on(MONDAY, asked, ()) == (Needed(480, 600, 1), Needed(600, 840, 2))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Demand("1", 480, 720, 1), Demand("1", 720, 840, 1), False),
        (Demand("1", 480, 721, 1), Demand("1", 720, 840, 1), True),
        (Demand("1", 480, 720, 1), Demand("2", 480, 720, 1), False),
        (Demand("7", 1200, 481, 1), Demand("1", 480, 720, 1), True),
        (Demand("7", 1200, 480, 1), Demand("1", 480, 720, 1), False),
        (Demand("1", 1200, 480, 1), Demand("2", 0, 60, 1), True),
    ],
)
def test_two_that_ask_for_the_same_hour_are_found(one, other, meet):
    assert (overlap([one, other]) is not None) is meet
    assert (overlap([other, one]) is not None) is meet


def test_one_alone_lies_over_nothing():
    assert overlap([Demand("1234567", 480, 480, 1)]) is None
    assert overlap([]) is None


def test_the_hours_in_which_too_few_are_there_are_told():
    needed = (Needed(510, 720, 2), Needed(810, 1050, 1))
    assert shortages(needed, []) == (Short(510, 720, 2), Short(810, 1050, 1))
    assert shortages(needed, [(510, 1050)]) == (Short(510, 720, 1),)
    assert shortages(needed, [(510, 1050), (600, 720)]) == (Short(510, 600, 1),)
    assert shortages(needed, [(0, DAY), (-60, 900)]) == ()
    assert shortages((), []) == ()


minute = st.integers(0, DAY - 1)
demand = st.builds(
    Demand,
    st.sets(st.sampled_from("1234567"), min_size=1).map(lambda days: "".join(sorted(days))),
    minute,
    st.integers(1, DAY),
    st.integers(0, 3),
)


@given(
    st.lists(demand, max_size=4), st.lists(st.tuples(minute, minute).map(lambda two: (min(two), max(two)))), minute
)
def test_every_minute_is_needed_and_short_as_counted_one_by_one(demands, present, asked):
    needed = needed_on(MONDAY, demands, demands)
    assert list(needed) == sorted(needed, key=lambda each: each.starts)
    assert all(one.ends <= other.starts for one, other in pairwise(needed))
    assert all(0 <= each.starts < each.ends <= DAY for each in needed)
    least = max(
        [each.least for each in demands if "1" in each.weekdays and each.starts <= asked < each.until]
        + [each.least for each in demands if "7" in each.weekdays and each.starts <= asked + DAY < each.until],
        default=0,
    )
    assert sum(each.least for each in needed if each.starts <= asked < each.ends) == least
    there = sum(starts <= asked < ends for starts, ends in present)
    missing = sum(each.missing for each in shortages(needed, present) if each.starts <= asked < each.ends)
    assert missing == max(least - there, 0)


def test_what_a_change_leaves_short_is_what_was_not_short_before():
    before = (Short(540, 720, 1),)
    assert made_short(before, before) == ()
    assert made_short(before, ()) == ()
    assert made_short(before, (Short(540, 660, 1),)) == ()
    assert made_short(before, (Short(480, 720, 1),)) == (Short(480, 540, 1),)
    assert made_short(before, (Short(480, 720, 2),)) == (Short(480, 540, 2), Short(540, 720, 1))
