"""Calendar feeds (RFC 5545, RFC 7986): sessions in, bytes out. Times are written in UTC, so every reader agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from icalendar import Event

#: How often a reader is asked to come again.
AGAIN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One session. ``is_off`` tells subscribers that it does not take place.

    ``changed_at`` and ``version`` (which only grows) order what is said of it; the same facts are the same bytes.
    """

    id: UUID
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    text: str
    changed_at: dt.datetime
    version: int = 0
    url: str = ""
    is_off: bool = False


def calendar(name: str, entries: Iterable[Entry], *, zone: str) -> bytes:
    """A feed called ``name``; ``zone`` is the one in which its readers live.

    The ids of entries stay the same from one reading to the next and whatever the server is called, so that
    nothing is doubled.
    """
    from icalendar import Calendar

    feed = Calendar()
    feed.add("prodid", "-//zhibu//zhibu//ZH")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", _text(name))
    feed.add("x-wr-timezone", zone)
    feed.add("refresh-interval", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for entry in entries:
        feed.add_component(_event(entry))
    made: bytes = feed.to_ical()
    return made


def _event(entry: Entry) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", str(entry.id))
    event.add("summary", _text(entry.title))
    event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
    event.add("dtend", entry.ends_at.astimezone(dt.UTC))
    event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
    event.add("last-modified", entry.changed_at.astimezone(dt.UTC))
    event.add("sequence", entry.version)
    if entry.place:
        event.add("location", _text(entry.place))
    if entry.text:
        event.add("description", _text(entry.text))
    if entry.url:
        event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_off else "OPAQUE")
    return event


def _text(text: str) -> str:
    """Without the control characters that the format forbids; the library escapes what has a meaning in it."""
    return "".join(char for char in text if char >= " " or char in "\n\t").replace("\x7f", "")
