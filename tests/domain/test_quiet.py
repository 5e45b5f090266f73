"""When somebody may be written to: both edges of the hours, nights, and sleep after a night's work."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.quiet import Rest, Waking, next_moment

ZONE = dt.timezone(dt.timedelta(hours=8))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("23T08:29:59", "23T08:30:00"),
        ("23T08:30:00", "23T08:30:00"),
        ("23T19:59:59", "23T19:59:59"),
        ("23T20:00:00", "24T08:30:00"),
        ("23T00:00:00", "23T08:30:00"),
    ],
)
def test_the_usual_hours_begin_with_half_past_eight_and_end_before_eight(asked, told):
    assert next_moment(at(asked), Waking()) == at(told)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("23T19:59:59", "23T20:00:00"),
        ("23T23:00:00", "23T23:00:00"),
        ("24T07:59:59", "24T07:59:59"),
        ("24T08:00:00", "24T20:00:00"),
    ],
)
def test_hours_may_run_over_midnight(asked, told):
    assert next_moment(at(asked), Waking(dt.time(20), dt.time(8))) == at(told)


def test_hours_that_leave_no_time_are_refused():
    with pytest.raises(ValueError, match="no time"):
        Waking(dt.time(8), dt.time(8))


def test_one_who_sleeps_after_a_night_is_told_when_they_wake():
    night = Rest(at("23T08:00:00"), at("23T16:00:00"))
    assert next_moment(at("23T09:00:00"), Waking(), [night]) == at("23T16:00:00")
    assert next_moment(at("23T15:59:59"), Waking(), [night]) == at("23T16:00:00")
    assert next_moment(at("23T16:00:00"), Waking(), [night]) == at("23T16:00:00")
    assert next_moment(at("22T21:00:00"), Waking(), [night]) == at("23T16:00:00")


def test_one_whose_hours_lie_in_their_sleep_is_told_on_the_next_day():
    nights = [Rest(at("24T08:00:00"), at("24T16:00:00")), Rest(at("23T08:00:00"), at("23T16:00:00"))]
    assert next_moment(at("23T09:00:00"), Waking(dt.time(9), dt.time(12)), nights) == at("25T09:00:00")


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 9)).map(lambda one: one.replace(tzinfo=ZONE)),
    st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]),
    st.lists(st.integers(0, 240), max_size=4),
)
def test_nobody_is_ever_written_to_outside_their_hours_or_in_their_sleep(asked, hours, nights):
    waking = Waking(*hours)
    begins = [dt.datetime(2026, 1, 1, tzinfo=ZONE) + dt.timedelta(hours=hour) for hour in nights]
    rests = [Rest(begin, begin + dt.timedelta(hours=8)) for begin in begins]
    told = next_moment(asked, waking, rests)
    assert told >= asked
    assert waking.holds(told.time())
    assert not any(rest.since <= told < rest.until for rest in rests)
    assert next_moment(told, waking, rests) == told
