"""Since when what a workbook says holds.

Where a table is still empty, its rows date from the facts themselves, *as far as known*: a member was in today's
branch ever since joining. Afterwards a change dates from the day of the workbook, unless the fact itself says a day
that the workbook before it could not have known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from zhibu.apps.imports.changes import Changes
from zhibu.apps.organizations.dated import Dated

D = TypeVar("D", bound=Dated)


class RecordedLater(Exception):
    """Something was recorded for a later day; a change on an earlier one would turn its history round."""

    def __init__(self, day: dt.date) -> None:
        self.day = day
        super().__init__(day.isoformat())


@dataclass(frozen=True, slots=True)
class Dating:
    """``as_of``: the day of this workbook; ``first`` and ``last``: of the first and the latest before it, if any."""

    as_of: dt.date
    first: dt.date | None
    last: dt.date | None

    def begins(self, day: dt.date | None, *, as_far_as_known: bool) -> dt.date:
        """Since when something new holds that began on ``day`` as the workbook says; never after ``as_of``."""
        if day is None or day > self.as_of:
            return self.as_of
        if as_far_as_known or (self.last is not None and day > self.last):
            return day
        return self.as_of

    def is_before_first(self, day: dt.date) -> bool:
        """Whether a row of that day was dated as far as known, so that a corrected fact corrects it."""
        return self.first is not None and day < self.first


def current(rows: list[D], on: dt.date) -> D | None:
    """The row that holds on that day."""
    return next((row for row in reversed(rows) if row.holds(on)), None)


def follow(changes: Changes, rows: list[D], on: dt.date, make: Callable[[], D], **values: Any) -> bool:
    """From ``on`` these values hold; whether that is new. The row of before ends on that day.

    ``make`` gives a new row, which is dated here. On the day on which the row began it is corrected instead. Raises
    ``RecordedLater``.
    """
    held = current(rows, on)
    if held is not None and all(getattr(held, name) == value for name, value in values.items()):
        return False
    _refuse_later(rows, on)
    if held is not None and held.since == on:
        return changes.alter(held, **values)
    if held is not None:
        changes.alter(held, until=on)
    row = make()
    row.since = on
    for name, value in values.items():
        setattr(row, name, value)
    rows.append(changes.make(row))
    return True


def end(changes: Changes, rows: list[D], on: dt.date) -> bool:
    """``on`` is the first day on which none of them holds; whether that is new. Raises ``RecordedLater``."""
    held = current(rows, on)
    if held is None:
        return False
    _refuse_later(rows, on)
    if held.since == on:
        raise RecordedLater(held.since)
    return changes.alter(held, until=on)


def _refuse_later(rows: list[D], on: dt.date) -> None:
    last = rows[-1] if rows else None
    if last is None:
        return
    if last.since > on:
        raise RecordedLater(last.since)
    if last.until is not None and last.until > on:
        raise RecordedLater(last.until)
