"""The hours of a meeting as a ledger kept before tells them: a text in one form, and what it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

NEXT_DAY = "次日"
_SPAN = re.compile(rf"(\d\d:\d\d)(?:-({NEXT_DAY})?(\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when on the day of the meeting; ``ends`` is ``None`` where only the beginning is told."""

    starts: dt.time
    ends: dt.time | None = None
    ends_next_day: bool = False

    def __str__(self) -> str:
        if self.ends is None:
            return f"{self.starts:%H:%M}"
        return f"{self.starts:%H:%M}-{NEXT_DAY if self.ends_next_day else ''}{self.ends:%H:%M}"


def hours_of(spans: Iterable[Span]) -> str:
    """15:00-16:30；22:00-次日01:00."""
    return "；".join(map(str, spans))


def beginning(hours: str) -> dt.time | str:
    """By what two meetings of a day are told apart: the hour at which it began, else the word, or nothing."""
    spans = spans_in(hours)
    return spans[0].starts if spans else hours


def spans_in(hours: str) -> tuple[Span, ...]:
    """What ``hours_of`` wrote; empty for a word such as 下午, and for nothing."""
    found = [_SPAN.fullmatch(part) for part in hours.split("；")]
    return tuple(
        Span(dt.time.fromisoformat(each[1]), dt.time.fromisoformat(each[3]) if each[3] else None, bool(each[2]))
        for each in found
        if each is not None
    )
