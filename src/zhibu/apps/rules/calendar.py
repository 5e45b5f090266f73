"""Which days are working days by the official calendar."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache


@lru_cache(maxsize=8)
def _working_days(year: int) -> frozenset[dt.date]:
    from holidays import country_holidays

    official = country_holidays("CN", years=year)
    day, found = dt.date(year, 1, 1), set()
    while day.year == year:
        if official.is_working_day(day):
            found.add(day)
        day += dt.timedelta(days=1)
    return frozenset(found)


def is_working_day(day: dt.date) -> bool:
    """By the official calendar: days worked instead of a bridge day included."""
    return day in _working_days(day.year)


@lru_cache(maxsize=8)
def is_provisional(year: int) -> bool:
    """Whether the days worked instead of bridge days are not known for the year: they are published late in the last.

    Of each official year since 1999 some are.
    """
    from holidays import country_holidays

    return not any(day.year == year for day in country_holidays("CN", years=year).weekend_workdays)
