"""How people work in turns: the shifts, and who of a unit has which one on a day.

A rotation is counted from a fixed day, so it runs on over the ends of months and of years.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhibu.domain.terms import Word

_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Shift:
    code: str
    name: str
    starts: dt.time | None = None
    ends: dt.time | None = None
    ends_next_day: bool = False


OFFICE_DAY = Shift("白", "行政班", dt.time(8, 30), dt.time(17, 30))
WINDOW_DAY = Shift("窗", "大厅窗口班", dt.time(8, 30), dt.time(17, 30))
CITY_WINDOW = Shift("政", "市民中心窗口班", dt.time(9), dt.time(17))
MORNING = Shift("早", "早班", dt.time(8), dt.time(16))
MIDDLE = Shift("中", "中班", dt.time(16), dt.time(0), ends_next_day=True)
NIGHT = Shift("夜", "夜班", dt.time(0), dt.time(8))
LONG_DAY = Shift("日", "日班", dt.time(8), dt.time(20))
LONG_NIGHT = Shift("晚", "通宵班", dt.time(20), dt.time(8), ends_next_day=True)
ROUND = Shift("全", "二十四小时班", dt.time(8), dt.time(8), ends_next_day=True)
REST = Shift("休", "休息")

SHIFTS = (
    *(OFFICE_DAY, WINDOW_DAY, CITY_WINDOW, MORNING, MIDDLE, NIGHT, LONG_DAY, LONG_NIGHT, ROUND),
    REST,
)


class Rotation(Word):
    OFFICE = "office", "行政班"
    WINDOW = "window", "窗口轮岗"
    THREE_SHIFTS = "three_shifts", "四班三运转"
    TWO_SHIFTS = "two_shifts", "四班两运转"
    ROUND_THE_CLOCK = "round_the_clock", "上二十四休四十八"


#: What a crew goes through; crews stand evenly apart in it, so that every day each shift has one.
CYCLES: dict[Rotation, tuple[int, tuple[Shift, ...]]] = {
    Rotation.THREE_SHIFTS: (4, (MORNING, MORNING, MIDDLE, MIDDLE, NIGHT, NIGHT, REST, REST)),
    Rotation.TWO_SHIFTS: (4, (LONG_DAY, LONG_NIGHT, REST, REST)),
    Rotation.ROUND_THE_CLOCK: (3, (ROUND, REST, REST)),
}


def crew_shift(rotation: Rotation, place: int, day: dt.date) -> Shift:
    """The shift of the person who stands at ``place`` in the list of the unit. Office hours rest on weekends."""
    if rotation not in CYCLES:
        return REST if day.weekday() >= _SATURDAY else OFFICE_DAY
    crews, cycle = CYCLES[rotation]
    return cycle[(day.toordinal() + place % crews * (len(cycle) // crews)) % len(cycle)]


def window_shift(weekdays: str, turn: int, window: Shift, day: dt.date) -> Shift:
    """At a post with two people they take turns from day to day: one at the window, one in the office behind it.

    ``weekdays`` are the ISO digits of the days on which the window is open; ``turn`` is 0 or 1.
    """
    if str(day.isoweekday()) not in weekdays:
        return REST
    if day.toordinal() % 2 == turn:
        return window
    return crew_shift(Rotation.OFFICE, 0, day)
