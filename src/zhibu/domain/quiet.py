"""When somebody may be written to: the hours they set, and not while they sleep after a night's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

#: How long one who came home from a night's shift is left alone.
SLEEP = dt.timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Waking:
    """From which local time until which somebody may be written to; the end is not included.

    An end before the beginning is on the next day: 20:00 to 08:00 for one who always works at night.
    """

    starts: dt.time = dt.time(8, 30)
    ends: dt.time = dt.time(20)

    def __post_init__(self) -> None:
        if self.starts == self.ends:
            raise ValueError("hours that end where they begin leave no time, or all of it")

    def holds(self, at: dt.time) -> bool:
        if self.starts < self.ends:
            return self.starts <= at < self.ends
        return at >= self.starts or at < self.ends


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody sleeps: from when until when, the end not included."""

    since: dt.datetime
    until: dt.datetime


def next_moment(at: dt.datetime, waking: Waking, rests: Iterable[Rest] = ()) -> dt.datetime:
    """The first instant, ``at`` or later, inside the hours and outside every rest. ``at`` is in the local zone.

    One whose hours lie wholly inside a rest is written to in the hours of the next day.
    """
    for rest in sorted(rests, key=lambda rest: rest.since):
        at = _into(at, waking)
        if rest.since <= at < rest.until:
            at = rest.until.astimezone(at.tzinfo)
    return _into(at, waking)


def _into(at: dt.datetime, waking: Waking) -> dt.datetime:
    if waking.holds(at.time()):
        return at
    begins = at.replace(hour=waking.starts.hour, minute=waking.starts.minute, second=0, microsecond=0)
    return begins if begins >= at else begins + dt.timedelta(days=1)
