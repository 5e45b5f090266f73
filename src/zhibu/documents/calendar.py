"""Calendar feeds (RFC 5545): sessions in, bytes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One session. ``changed_at`` orders versions of it; ``is_off`` tells subscribers that it does not take place."""

    id: UUID
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    text: str
    changed_at: dt.datetime
    is_off: bool = False


def calendar(name: str, entries: Iterable[Entry], *, host: str) -> bytes:
    """A feed called ``name``. Ids stay the same from one reading to the next, so that nothing is doubled."""
    feed = Calendar()
    feed.add("prodid", "-//zhibu//zhibu//ZH")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", name)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.id}@{host}")
        event.add("summary", entry.title)
        event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
        event.add("dtend", entry.ends_at.astimezone(dt.UTC))
        event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
        event.add("location", entry.place)
        event.add("description", entry.text)
        event.add("class", "PRIVATE")
        event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED")
        feed.add_component(event)
    made: bytes = feed.to_ical()
    return made
