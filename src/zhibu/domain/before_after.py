"""Two spans of equally many whole months, before and after something was taken over.

Setting them side by side shows what changed, not why: a month's work, people and rules change as well.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: No span is longer, in months.
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Spans:
    """``before`` and ``after``: first and last day, each of ``months`` calendar months, with one month between."""

    months: int
    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]

    def place(self, last: dt.date) -> str | None:
        """``before`` or ``after`` for a period that ended on ``last``; ``None`` where it ended in neither."""
        for name, (first, end) in (("before", self.before), ("after", self.after)):
            if first <= last <= end:
                return name
        return None


def spans(of: dt.date, today: dt.date, since: dt.date) -> Spans | None:
    """Around the month of ``of``, as long as there are whole months after it, and records from ``since`` before it.

    ``None`` while no month is over since, or where there is none before.
    """
    middle = _index(of)
    months = min(_index(today) - middle - 1, middle - _index(since - dt.timedelta(days=1)) - 1, LONGEST)
    if months < 1:
        return None
    return Spans(
        months,
        before=(_first(middle - months), _first(middle) - dt.timedelta(days=1)),
        after=(_first(middle + 1), _first(middle + 1 + months) - dt.timedelta(days=1)),
    )


def _index(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _first(index: int) -> dt.date:
    return dt.date(index // 12, index % 12 + 1, 1)
