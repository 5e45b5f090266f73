"""Rotations as data: which shift follows which, and which one falls on a day.

A cycle is counted from a fixed Monday, so it runs on over the ends of months and of years; one of 7 or 14 days
begins on a Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from zhibu.domain.staffing import DAY

#: In a cycle: a day of which the roster says nothing.
NOTHING = "-"

#: From which minute of the day until which; ``None`` for a rest.
Hours: TypeAlias = "tuple[int, int] | None"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rotation as it is usual. ``cycle`` is in letters, ``hours`` says what each of them usually is.

    ``crews``: how many stand evenly apart in it, so that every day each shift has one.
    """

    key: str
    zh: str
    cycle: tuple[str, ...]
    hours: Mapping[str, Hours]
    crews: int = 1


_DAY, _EVENING, _NIGHT, _REST = (480, 960), (960, DAY), (0, 480), None
_LONG_DAY, _LONG_NIGHT, _ROUND = (480, 1200), (1200, DAY + 480), (480, DAY + 480)
_OFFICE, _EARLY, _LATE = (510, 1050), (420, 900), (840, 1320)

#: Those that come with zhibu. A unit takes one over with its own codes, or writes its own.
SHIPPED: tuple[Pattern, ...] = (
    Pattern("office", "行政班", tuple("OOOOO--"), {"O": _OFFICE, "-": _REST}),
    Pattern(
        "three_shifts",
        "四班三运转",
        tuple("DDEENN--"),
        {"D": _DAY, "E": _EVENING, "N": _NIGHT, "-": _REST},
        crews=4,
    ),
    Pattern("two_shifts", "四班两运转", tuple("LM--"), {"L": _LONG_DAY, "M": _LONG_NIGHT, "-": _REST}, crews=4),
    Pattern("three_crews", "三班两倒", tuple("LLMM--"), {"L": _LONG_DAY, "M": _LONG_NIGHT, "-": _REST}, crews=3),
    Pattern("round_the_clock", "上二十四休四十八", tuple("R--"), {"R": _ROUND, "-": _REST}, crews=3),
    Pattern(
        "peak",
        "高峰错时班",
        tuple("EEEEO--LLLLO--"),
        {"E": _EARLY, "L": _LATE, "O": _OFFICE, "-": _REST},
        crews=2,
    ),
)


def with_codes(pattern: Pattern, shifts: Iterable[tuple[str, Hours]]) -> tuple[str, ...]:
    """The cycle in the codes of a house whose shifts have the same hours; a letter that none has stays as it is."""
    known: dict[Hours, str] = {}
    for code, hours in shifts:
        known.setdefault(hours, code)
    return tuple(known.get(pattern.hours[letter], letter) for letter in pattern.cycle)


def shift_on(cycle: Sequence[str], day: dt.date, offset: int = 0) -> str | None:
    """The code that falls on the day for somebody who is ``offset`` days ahead; ``None`` where it says nothing."""
    code = cycle[(day.toordinal() - 1 + offset) % len(cycle)]
    return None if code == NOTHING else code


def evenly_apart(place: int, *, length: int, crews: int) -> int:
    """How far ahead the crew of the ``place``-th person is (from 0), where the crews stand evenly apart."""
    return place % crews * (length // crews)
