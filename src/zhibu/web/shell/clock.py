"""The one clock. Whatever stands below ``web`` takes ``at`` or ``on``.

A demo serves the date on which its replay ended: the clock then runs with the real time of day on that date.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def now() -> dt.datetime:
    """The instant, aware, in the local zone."""
    reading = dt.datetime.now(_zone())
    if settings.SERVED_DATE is None:
        return reading
    return dt.datetime.combine(settings.SERVED_DATE, reading.timetz())


def outside() -> float:
    """Seconds since 1970 as the world outside counts them, also in a demo: calls from there are judged by it."""
    return dt.datetime.now(dt.UTC).timestamp()


def today() -> dt.date:
    return now().date()
