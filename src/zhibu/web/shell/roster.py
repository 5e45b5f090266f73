"""The roster of a month as any page draws it: people down, days across; on a phone a calendar for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhibu.apps.people.models import Person
from zhibu.apps.rosters.models import Shift


@dataclass(frozen=True, slots=True)
class Cell:
    """``code`` is "" on a day of which the roster says nothing. ``kind``: work, rest, leave or nothing."""

    day: dt.date
    code: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    person: UUID
    name: str
    number: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """``shifts``: those that stand in it, to be explained beneath."""

    days: Sequence[dt.date]
    rows: Sequence[Row]
    shifts: Sequence[Shift]


def grid(people: Iterable[Person], said: Mapping[UUID, Mapping[dt.date, Shift]], days: Sequence[dt.date]) -> Grid:
    rows = [
        Row(
            person.pk,
            person.name,
            person.staff_number,
            [cell(day, said.get(person.pk, {}).get(day)) for day in days],
        )
        for person in people
    ]
    met = {shift.code: shift for by_day in said.values() for shift in by_day.values()}
    return Grid(days, rows, [met[code] for code in sorted(met)])


def cell(day: dt.date, shift: Shift | None) -> Cell:
    if shift is None:
        return Cell(day, "", "nothing", "")
    kind = "leave" if shift.is_leave else "rest" if shift.span is None else "work"
    return Cell(day, shift.code, kind, shift.name)
