"""How much a counter takes from people whom nobody tells apart."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import AT
from zhibu.domain.allowance import Allowance, take

THREE = Allowance(at_once=3, per_hour=6)
TEN = dt.timedelta(minutes=10)


def test_three_are_taken_at_once_the_fourth_hears_when_there_is_room() -> None:
    until = None
    for _one in range(3):
        taken = take(THREE, until, AT)
        assert taken.again is None
        until = taken.until
    full = take(THREE, until, AT)
    assert (full.until, full.again) == (until, AT + TEN)
    assert take(THREE, until, AT + TEN - dt.timedelta(seconds=1)).again == AT + TEN
    assert take(THREE, until, AT + TEN).again is None


@given(st.lists(st.integers(0, 600), max_size=60))
def test_never_are_more_taken_in_an_hour_than_at_once_and_per_hour_together(minutes: list[int]) -> None:
    until, taken_at = None, []
    for minute in sorted(minutes):
        at = AT + dt.timedelta(minutes=minute)
        taken = take(THREE, until, at)
        until = taken.until
        if taken.again is None:
            taken_at.append(at)
        else:
            assert at < taken.again <= at + TEN
    for start in taken_at:
        hour = [at for at in taken_at if start <= at < start + dt.timedelta(hours=1)]
        assert len(hour) <= THREE.at_once + THREE.per_hour


def test_a_counter_that_takes_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        Allowance(at_once=0, per_hour=1)
