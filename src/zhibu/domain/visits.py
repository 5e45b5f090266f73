"""A visit to a demonstration branch (观摩, 现场推进会): its program, its seats, the days after it.

Nobody is counted and no branch is compared with another: what a visit leaves is what was told and what each branch
wanted to take home, in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhibu.domain.phrases import Line, day, numeral, weekday
from zhibu.domain.terms import Word

#: After so many days of a visit the branches say what has come of what they took home.
FOLLOW_UPS = (30, 90)

MOST_STOPS, MOST_TURNS, MOST_SEATS = 20, 12, 500
LONGEST_TITLE, LONGEST_PLACE, LONGEST_TEXT = 120, 120, 4000


@dataclass(frozen=True, slots=True)
class Stop:
    """观摩点: from when to when on the day, where, and what is shown or told there."""

    starts: dt.time
    ends: dt.time
    place: str
    title: str


@dataclass(frozen=True, slots=True)
class Turn:
    """批次: those who come together, at most ``seats``. ``key``: which turn of before it is; "" for a new one."""

    starts: dt.time
    ends: dt.time
    seats: int
    key: str = ""


# --- What is wrong with a program ----------------------------------------------------------------------------------


class Wrong(Word):
    """Why a program can not be held as it is written."""

    STOP_ENDS_EARLY = "stop_ends_early", "观摩点的结束时间不晚于开始时间"
    TURN_ENDS_EARLY = "turn_ends_early", "批次的结束时间不晚于开始时间"
    NO_SEATS = "no_seats", "批次的名额不在范围内"
    TURN_TWICE = "turn_twice", "两个批次的时间相同"
    TOO_MANY_STOPS = "too_many_stops", "观摩点太多"
    TOO_MANY_TURNS = "too_many_turns", "批次太多"


@dataclass(frozen=True, slots=True)
class Fault:
    """``line``: of the stops or turns, from 1; 0 where it is about all of them."""

    wrong: Wrong
    line: int = 0


def faults(stops: Sequence[Stop], turns: Sequence[Turn]) -> list[Fault]:
    """What has to be mended first, stops before turns; empty where the program can be held."""
    return [*_of_stops(stops), *_of_turns(turns)]


def _of_stops(stops: Sequence[Stop]) -> Iterator[Fault]:
    if len(stops) > MOST_STOPS:
        yield Fault(Wrong.TOO_MANY_STOPS)
    for number, stop in enumerate(stops, 1):
        if stop.ends <= stop.starts:
            yield Fault(Wrong.STOP_ENDS_EARLY, number)


def _of_turns(turns: Sequence[Turn]) -> Iterator[Fault]:
    if len(turns) > MOST_TURNS:
        yield Fault(Wrong.TOO_MANY_TURNS)
    seen = set()
    for number, turn in enumerate(turns, 1):
        if turn.ends <= turn.starts:
            yield Fault(Wrong.TURN_ENDS_EARLY, number)
        if not 1 <= turn.seats <= MOST_SEATS:
            yield Fault(Wrong.NO_SEATS, number)
        if (turn.starts, turn.ends) in seen:
            yield Fault(Wrong.TURN_TWICE, number)
        seen.add((turn.starts, turn.ends))


# --- Seats ---------------------------------------------------------------------------------------------------------


def free_seat(seats: int, taken: Collection[int]) -> int | None:
    """The lowest of the seats 1 … ``seats`` that nobody has; ``None`` where all are taken."""
    return next((seat for seat in range(1, seats + 1) if seat not in taken), None)


# --- What comes after ----------------------------------------------------------------------------------------------


def due_on(held_on: dt.date, after: int) -> dt.date:
    """The day from which a branch is asked what has come of it."""
    return held_on + dt.timedelta(days=after)


def asked_now(held_on: dt.date, said: Collection[int], today: dt.date) -> list[int]:
    """The follow-ups whose day has come and that have no answer, the earlier first."""
    return [after for after in FOLLOW_UPS if due_on(held_on, after) <= today and after not in said]


# --- On paper ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Program:
    """The program of a visit as it is printed. ``invited``: roles, in words; ``contents``: what it is about."""

    organization: str
    title: str
    held_on: dt.date
    place: str
    contents: str
    invited: Sequence[str]
    stops: Sequence[Stop]
    turns: Sequence[Turn]
    issued_on: dt.date

    @property
    def heading(self) -> str:
        return f"{self.title}议程"

    @property
    def lines(self) -> tuple[Line, ...]:
        parts: Mapping[str, list[str]] = {
            "时间地点": [f"时间：{day(self.held_on)}（{weekday(self.held_on)}）", f"集合地点：{self.place}"],
            "内容": [line.strip() for line in self.contents.splitlines() if line.strip()],
            "参加人员": list(self.invited),
            "批次": [f"{_hours(one)}，{one.seats}个名额" for one in self.turns],
            "观摩点": [f"{_hours(one)}　{one.place}：{one.title}" for one in self.stops],
        }
        return tuple(_numbered({heading: texts for heading, texts in parts.items() if texts}))


def _hours(one: Stop | Turn) -> str:
    return f"{one.starts:%H:%M}–{one.ends:%H:%M}"


def _numbered(parts: Mapping[str, Sequence[str]]) -> Iterator[Line]:
    for number, (heading, texts) in enumerate(parts.items(), 1):
        yield Line(f"{numeral(number)}、{heading}", heading=True)
        yield from (Line(text) for text in texts)
