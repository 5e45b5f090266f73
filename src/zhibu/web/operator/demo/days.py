"""The days of the story, all counted back from the served date."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cache

from zhibu.domain.periods import add_months

#: Between these days the demo can be served: its honors are of 2015, and somebody who had them still works.
EARLIEST, LATEST = dt.date(2018, 1, 1), dt.date(2040, 12, 31)

_SATURDAY = 5
_ROSTER_DAY = 24


@cache
def _holidays(year: int) -> frozenset[dt.date]:
    from holidays import country_holidays

    return frozenset(country_holidays("CN", years=year))


def is_off(day: dt.date) -> bool:
    """A weekend or a public holiday."""
    return day.weekday() >= _SATURDAY or day in _holidays(day.year)


def workday(day: dt.date) -> dt.date:
    """The day itself, or the next after a weekend or a public holiday."""
    while is_off(day):
        day += dt.timedelta(days=1)
    return day


def workday_before(day: dt.date) -> dt.date:
    """The last day before ``day`` that is no weekend and no public holiday."""
    return workdays_later(day, -1)


def workdays_later(day: dt.date, count: int) -> dt.date:
    """So many workdays later, or, below 0, earlier."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _i in range(abs(count)):
        day += step
        while is_off(day):
            day += step
    return day


@dataclass(frozen=True, slots=True)
class Days:
    """``today`` is the served date. Everything is recorded before it, so that what visitors do comes later."""

    today: dt.date

    @property
    def start(self) -> dt.date:
        """When the bureau began with zhibu: the first of the month two years ago. Before it is as far as known."""
        return workday(add_months(self.today.replace(day=1), -24))

    @property
    def meetings_since(self) -> dt.date:
        """From when meetings are kept here: the first of the month a year ago. Nothing is owed before it."""
        return add_months(self.today.replace(day=1), -12)

    @property
    def last(self) -> dt.date:
        """The last day on which something is recorded."""
        return workday_before(self.today)

    def ago(self, months: int, days: int = 0) -> dt.date:
        """So many months before the served date and so many days later, on a workday."""
        return workday(add_months(self.today, -months) + dt.timedelta(days=days))

    def began(self, service: int, *, month: int) -> dt.date:
        """The latest first of ``month`` since when ``service`` whole years of work have passed."""
        this_year = self.today.replace(month=month, day=1)
        return this_year.replace(year=self.today.year - service - (this_year > self.today))

    def roster_months(self) -> tuple[dt.date, ...]:
        """The first days of the month before, of this one and of the next."""
        first = self.today.replace(day=1)
        return tuple(add_months(first, months) for months in (-1, 0, 1))

    def roster_kept(self, month: dt.date) -> dt.date:
        """The roster of a month is kept on the 24th of the month before it."""
        return min(workday(add_months(month, -1).replace(day=_ROSTER_DAY)), self.last)


def days_of_month(month: dt.date) -> list[dt.date]:
    return [month.replace(day=day + 1) for day in range(calendar.monthrange(month.year, month.month)[1])]
