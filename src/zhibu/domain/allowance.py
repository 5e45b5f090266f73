"""How much is taken in an hour from people whom nobody tells apart: so many at once, then one after the other.

One instant is kept for a counter: until when it is full. Of whoever came nothing is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """``at_once``: as many are taken in one go; ``per_hour``: as fast there is room again."""

    at_once: int
    per_hour: int

    def __post_init__(self) -> None:
        if self.at_once < 1 or self.per_hour < 1:
            raise ValueError("a counter that takes nobody is closed, not full")

    @property
    def step(self) -> dt.timedelta:
        return _HOUR / self.per_hour


@dataclass(frozen=True, slots=True)
class Taken:
    """``until``: what is kept from now on. ``again``: ``None`` where one was taken, else from when there is room."""

    until: dt.datetime
    again: dt.datetime | None = None


def take(allowance: Allowance, until: dt.datetime | None, at: dt.datetime) -> Taken:
    """One comes ``at`` a counter of which ``until`` is kept; ``None``: nobody ever came."""
    busy = at if until is None or until < at else until
    room = busy - allowance.step * (allowance.at_once - 1)
    if room > at:
        return Taken(busy, room)
    return Taken(busy + allowance.step)
