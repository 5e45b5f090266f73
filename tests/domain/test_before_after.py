"""Whole months before and after, equally many; the month between belongs to neither."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.before_after import LONGEST, spans

DAY = dt.date


def test_two_months_are_over_since() -> None:
    found = spans(DAY(2026, 9, 9), DAY(2026, 12, 5), DAY(2025, 1, 1))
    assert found is not None
    assert found.months == 2
    assert found.before == (DAY(2026, 7, 1), DAY(2026, 8, 31))
    assert found.after == (DAY(2026, 10, 1), DAY(2026, 11, 30))
    ended = (DAY(2026, 6, 30), DAY(2026, 7, 31), DAY(2026, 9, 30), DAY(2026, 11, 30))
    assert [found.place(day) for day in ended] == [None, "before", None, "after"]


def test_nothing_is_said_before_a_whole_month_is_over() -> None:
    assert spans(DAY(2026, 9, 9), DAY(2026, 9, 30), DAY(2025, 1, 1)) is None
    assert spans(DAY(2026, 9, 1), DAY(2026, 10, 31), DAY(2025, 1, 1)) is None
    assert spans(DAY(2026, 9, 30), DAY(2026, 11, 1), DAY(2025, 1, 1)) is not None


def test_what_was_before_the_records_is_not_counted() -> None:
    today = DAY(2026, 12, 5)
    for since, months in ((DAY(2026, 1, 1), 2), (DAY(2026, 1, 2), 1)):
        found = spans(DAY(2026, 3, 9), today, since)
        assert found is not None
        assert found.months == months
    assert spans(DAY(2026, 3, 9), today, DAY(2026, 2, 2)) is None


@given(st.dates(DAY(2020, 1, 1), DAY(2030, 1, 1)), st.integers(0, 2000), st.integers(0, 2000))
def test_both_are_whole_months_within_what_is_known(of: dt.date, later: int, earlier: int) -> None:
    today, since = of + dt.timedelta(days=later), of - dt.timedelta(days=earlier)
    found = spans(of, today, since)
    if found is None:
        return
    assert since <= found.before[0] <= found.before[1] < of.replace(day=1)
    assert of < found.after[0] <= found.after[1] < today
    assert 1 <= found.months <= LONGEST
    for first, last in (found.before, found.after):
        assert first.day == (last + dt.timedelta(days=1)).day == 1
        assert (last.year - first.year) * 12 + last.month - first.month + 1 == found.months
