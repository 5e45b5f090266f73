"""How many must be at a post in which hours of a day, and in which of them too few are there.

Hours are minutes from 00:00 of a day. Nothing here knows a post or a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

#: Minutes of a day: what 24:00 is.
DAY = 24 * 60
WEEK = 7 * DAY

_SPAN = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Demand:
    """On these weekdays (ISO digits) at least so many from ``starts`` until ``ends``, the end not included.

    An end that is not after the beginning is on the next day: 1200 to 480 is from 20:00 to 08:00 of the morning
    after. ``starts`` is below 1440, ``ends`` at most 1440; 0 to 1440 is round the clock.
    """

    weekdays: str
    starts: int
    ends: int
    least: int

    @property
    def until(self) -> int:
        """The end, counted from the day on which it began."""
        return self.ends if self.ends > self.starts else self.ends + DAY


@dataclass(frozen=True, slots=True)
class Needed:
    """In these hours of one day at least so many. ``ends`` is at most 1440 and not included."""

    starts: int
    ends: int
    least: int


@dataclass(frozen=True, slots=True)
class Short:
    """In these hours of one day so many too few. ``ends`` is at most 1440 and not included."""

    starts: int
    ends: int
    missing: int


def hours_in(opening: str) -> tuple[tuple[int, int], ...] | None:
    """``08:30-12:00;13:30-17:30`` in minutes; ``None`` where the text says nothing or can not be read."""
    found = [_SPAN.fullmatch(part.strip()) for part in opening.split(";")]
    spans = []
    for each in found:
        if each is None:
            return None
        hour, minute, last_hour, last_minute = map(int, each.groups())
        starts, ends = hour * 60 + minute, last_hour * 60 + last_minute
        if starts >= DAY or ends > DAY:
            return None
        spans.append((starts, ends))
    return tuple(spans)


def demands_of(opening: str, weekdays: str, least: int | None) -> tuple[Demand, ...] | None:
    """What opening hours and one number ask for; ``None`` where any of the three is unknown."""
    spans = hours_in(opening)
    if spans is None or not weekdays or least is None:
        return None
    return tuple(Demand(weekdays, starts, ends, least) for starts, ends in spans)


def needed_on(day: dt.date, here: Iterable[Demand], before: Iterable[Demand]) -> tuple[Needed, ...]:
    """The hours of a day, in order and apart. ``here`` holds on the day, ``before`` on the day before it.

    Where hours lie over one another the higher number counts.
    """
    spans = [_clipped(each, 0) for each in here if str(day.isoweekday()) in each.weekdays]
    yesterday = str((day - dt.timedelta(days=1)).isoweekday())
    spans += [_clipped(each, DAY) for each in before if yesterday in each.weekdays and each.until > DAY]
    edges = sorted({edge for span in spans for edge in (span.starts, span.ends)})
    found: list[Needed] = []
    for starts, ends in pairwise(edges):
        least = max((span.least for span in spans if span.starts <= starts and ends <= span.ends), default=0)
        if not least:
            continue
        if found and found[-1].ends == starts and found[-1].least == least:
            found[-1] = Needed(found[-1].starts, ends, least)
        else:
            found.append(Needed(starts, ends, least))
    return tuple(found)


def _clipped(each: Demand, back: int) -> Needed:
    return Needed(max(each.starts - back, 0), min(each.until - back, DAY), each.least)


def overlap(demands: Sequence[Demand]) -> tuple[Demand, Demand] | None:
    """The first two that ask for the same hour of the week twice; ``None`` where all lie apart."""
    return next((pair for pair in combinations(demands, 2) if _meet(*pair)), None)


def _meet(one: Demand, other: Demand) -> bool:
    """Whether they share a minute; Sunday night runs on into Monday."""
    return any(
        begins < other_ends + shift and other_begins + shift < ends
        for begins, ends in _in_week(one)
        for other_begins, other_ends in _in_week(other)
        for shift in (-WEEK, 0, WEEK)
    )


def _in_week(each: Demand) -> list[tuple[int, int]]:
    days = [(int(digit) - 1) * DAY for digit in each.weekdays]
    return [(day + each.starts, day + each.until) for day in days]


def shortages(needed: Iterable[Needed], present: Sequence[tuple[int, int]]) -> tuple[Short, ...]:
    """The hours in which fewer are there than needed, in order. ``present``: from when until when each of them is."""
    found: list[Short] = []
    for each in needed:
        inside = {edge for span in present for edge in span if each.starts < edge < each.ends}
        for starts, ends in pairwise(sorted({each.starts, each.ends} | inside)):
            missing = each.least - sum(begins <= starts and ends <= until for begins, until in present)
            if missing <= 0:
                continue
            if found and found[-1].ends == starts and found[-1].missing == missing:
                found[-1] = Short(found[-1].starts, ends, missing)
            else:
                found.append(Short(starts, ends, missing))
    return tuple(found)


def made_short(before: Sequence[Short], after: Sequence[Short]) -> tuple[Short, ...]:
    """The hours of a day in which more are missing after a change than before it, and how many more."""
    edges = sorted({edge for each in (*before, *after) for edge in (each.starts, each.ends)})
    found: list[Short] = []
    for starts, ends in pairwise(edges):
        more = _missing(after, starts) - _missing(before, starts)
        if more <= 0:
            continue
        if found and found[-1].ends == starts and found[-1].missing == more:
            found[-1] = Short(found[-1].starts, ends, more)
        else:
            found.append(Short(starts, ends, more))
    return tuple(found)


def _missing(shorts: Sequence[Short], minute: int) -> int:
    return sum(each.missing for each in shorts if each.starts <= minute < each.ends)


def open_hours(opening: str, weekdays: str, day: dt.date) -> tuple[tuple[int, int], ...] | None:
    """When a post is open on a day by what it says of itself, in minutes; ``None`` where that is unknown."""
    demands = demands_of(opening, weekdays, 1)
    return None if demands is None else tuple((each.starts, each.ends) for each in needed_on(day, demands, demands))
