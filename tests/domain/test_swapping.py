"""Rest between shifts: eleven hours to the minute, and only what a change makes worse."""

from __future__ import annotations

import datetime as dt

import pytest

from zhibu.domain.swapping import ShortRest, rests, rests_made_short

MONDAY = dt.date(2026, 11, 23)
TUESDAY, WEDNESDAY = MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=2)
DAY_SHIFT, LATE, NIGHT = (480, 960), (840, 1260), (1200, 1920)


@pytest.mark.parametrize(
    ("ends", "short"),
    [(1260, ()), (1261, (ShortRest(MONDAY, TUESDAY, 659),)), (1920, (ShortRest(MONDAY, TUESDAY, 0),))],
)
def test_eleven_hours_are_enough_and_a_minute_less_is_not(ends, short):
    assert rests_made_short({}, {MONDAY: (1200, ends), TUESDAY: (480, 960)}) == short


def test_days_off_and_days_unsaid_lie_between():
    assert rests({MONDAY: NIGHT, TUESDAY: None, WEDNESDAY: DAY_SHIFT}) == {(MONDAY, WEDNESDAY): 1440}
    assert rests({MONDAY: NIGHT, WEDNESDAY: DAY_SHIFT}) == {(MONDAY, WEDNESDAY): 1440}
    assert rests({MONDAY: None}) == {}


def test_what_was_as_short_before_is_not_the_doing_of_a_change():
    before = {MONDAY: NIGHT, TUESDAY: DAY_SHIFT}
    assert rests_made_short(before, before) == ()
    assert rests_made_short(before, {MONDAY: (1200, 1921), TUESDAY: DAY_SHIFT}) == (ShortRest(MONDAY, TUESDAY, -1),)
    assert rests_made_short(before, {MONDAY: NIGHT, TUESDAY: LATE}) == ()
