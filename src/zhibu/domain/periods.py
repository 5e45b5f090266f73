"""Days, spans and whole years. Spans are half-open: ``since`` is the first day in, ``until`` the first day out."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
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


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month ``months`` later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


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
