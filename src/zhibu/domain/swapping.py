"""Whether people rest enough between their shifts, before and after these are changed.

A shift is a span of minutes from 00:00 of the day of the roster; one that ends on the next day ends after 1440.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from zhibu.domain.staffing import DAY

Span: TypeAlias = tuple[int, int]

#: Minutes between the end of a shift and the beginning of the next.
LEAST_REST = 11 * 60


@dataclass(frozen=True, slots=True)
class ShortRest:
    """Between the shift of one day and that of the other so few minutes; below 0 they lie over one another."""

    ends_on: dt.date
    begins_on: dt.date
    minutes: int


def rests(spans: Mapping[dt.date, Span | None]) -> dict[tuple[dt.date, dt.date], int]:
    """Minutes between each shift and the next, by the days of the two; days off lie between."""
    worked = sorted((day, span) for day, span in spans.items() if span is not None)
    return {
        (day, later): (later - day).days * DAY + span_later[0] - span[1]
        for (day, span), (later, span_later) in pairwise(worked)
    }


def rests_made_short(
    before: Mapping[dt.date, Span | None], after: Mapping[dt.date, Span | None]
) -> tuple[ShortRest, ...]:
    """Where a change leaves less than ``LEAST_REST``; what was as short before is not its doing."""
    were = rests(before)
    return tuple(
        ShortRest(*days, minutes)
        for days, minutes in rests(after).items()
        if minutes < LEAST_REST and minutes < were.get(days, LEAST_REST)
    )
