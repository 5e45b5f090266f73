"""Days, spans and whole years. Spans are half-open: ``since`` is the first day in, ``until`` the first day out."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``since`` (included) to ``until`` (not included); ``None`` means it still runs."""

    since: dt.date
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"a span ends after it begins: {self.since} – {self.until}")

    def holds(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def meets(self, other: Span) -> bool:
        """Whether the two share at least one day."""
        return (other.until is None or self.since < other.until) and (self.until is None or other.since < self.until)


def covered(spans: Iterable[Span], least: int = 1) -> list[Span]:
    """The stretches in which at least ``least`` of them hold, in the order of time."""
    return _stretches(_turns(spans), least)


def shared(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """The stretches that lie in both; neither may overlap with itself."""
    return covered([*one, *other], 2)


def outside(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The stretches of ``spans`` that lie in none of ``others``; neither may overlap with itself."""
    turns = _turns(spans)
    turns.subtract(_turns(others))
    return _stretches(turns, 1)


def _turns(spans: Iterable[Span]) -> Counter[dt.date]:
    """By how many the spans that hold become more on a day."""
    turns: Counter[dt.date] = Counter()
    for span in spans:
        turns[span.since] += 1
        if span.until is not None:
            turns[span.until] -= 1
    return turns


def _stretches(turns: Mapping[dt.date, int], least: int) -> list[Span]:
    found, holding, since = [], 0, None
    for day in sorted(turns):
        holding += turns[day]
        if holding >= least and since is None:
            since = day
        elif holding < least and since is not None:
            found.append(Span(since, day))
            since = None
    return found if since is None else [*found, Span(since)]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month ``months`` later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_of_month(day: dt.date) -> list[dt.date]:
    """Every day of the month in which ``day`` lies."""
    return [day.replace(day=1) + dt.timedelta(days=number) for number in range(month_end(day).day)]


def month_end(day: dt.date) -> dt.date:
    """The last day of the month in which ``day`` lies."""
    return add_months(day.replace(day=1), 1) - dt.timedelta(days=1)


def calendar_periods(months: int, since: dt.date, until: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each period of ``months`` that shares a day with ``since`` … ``until``, both included.

    Periods are those of the calendar: quarters begin in January, April, July and October.
    """
    first = since.replace(month=(since.month - 1) // months * months + 1, day=1)
    while first <= until:
        following = add_months(first, months)
        yield first, following - dt.timedelta(days=1)
        first = following


def whole_years(since: dt.date, on: dt.date) -> int:
    """Completed years from ``since`` to ``on``; a year that began on 29 February is complete on 1 March."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
