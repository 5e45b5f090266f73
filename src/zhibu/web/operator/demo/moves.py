"""What happened to those without a post: they changed units and groups, became members, lost their vote for a time.

Works backwards: everybody stands where the served date has them, and gets the steps that led there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from zhibu.domain.periods import add_months
from zhibu.domain.terms import Affiliation, Standing
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.house import (
    BY_CODE,
    DISSOLVED_UNIT,
    FOUNDED_UNIT,
    MERGED_UNIT,
    MOVED_UNIT,
    RENAMED_UNIT,
    UNITS,
    Unit,
)
from zhibu.web.operator.demo.people import SETTLED_SERVICE, Belongs, Person, chance
from zhibu.web.operator.demo.posts import FOUNDED_AGO, FROM_DISSOLVED, MERGED_AGO, group_before

PROBATIONARY = 16
_CONFIRMED, _TRANSFERRED, _REGROUPED = 32, 36, 12
#: Months ago: two whose rights are suspended on the served date, and one who had them back.
SUSPENDED_AGO, _LOST_AGO, _RESTORED_AGO = (5, 2), 16, 4
#: What the two merged sections were called, and from where the founded one got its people, in turns.
MERGED_DEPARTMENT, DISSOLVED_DEPARTMENT = "堆场一科", "堆场二科"
_FOUNDED_FROM = ("GZ-308", "GZ-308", "GZ-306", "GZ-307")
_WITH_A_STORY = {MERGED_UNIT, FOUNDED_UNIT, MOVED_UNIT, RENAMED_UNIT}
#: Smaller branches keep their seven full members.
_FEWEST_MEMBERS = 10


def tell_moves(days: Days, people: Mapping[str, Sequence[Person]]) -> None:
    _merge(days, people[MERGED_UNIT])
    _found(days, people[FOUNDED_UNIT])
    moves = _Moves(days, people)
    moves.become_members()
    moves.lose_their_vote()
    moves.change_units()
    moves.change_groups()


def _merge(days: Days, staff: Sequence[Person]) -> None:
    merged = days.ago(MERGED_AGO)
    for place, person in enumerate(staff):
        here = person.work[0]
        if person.began >= merged:
            continue
        if place < FROM_DISSOLVED:
            group, department = group_before(place), DISSOLVED_DEPARTMENT
            person.came_from(DISSOLVED_UNIT, on=merged, department=department, group=group)
        else:
            person.work[:] = [replace(here, department=MERGED_DEPARTMENT), replace(here, since=merged)]


def _found(days: Days, staff: Sequence[Person]) -> None:
    founded = days.ago(FOUNDED_AGO)
    for place, person in enumerate(person for person in staff if person.began < founded):
        unit = BY_CODE[_FOUNDED_FROM[place % len(_FOUNDED_FROM)]]
        person.came_from(unit.code, on=founded, department=unit.name, group=_group(unit, place))


def _group(unit: Unit, place: int) -> str | None:
    return f"{unit.code}-{place % unit.groups + 1}" if unit.groups else None


class _Moves:
    """Each person without a post has at most one story."""

    def __init__(self, days: Days, people: Mapping[str, Sequence[Person]]) -> None:
        self._days = days
        self._draw: Random = chance("moves")
        self._free = [
            person
            for code, staff in people.items()
            for person in staff
            if code not in _WITH_A_STORY and not person.is_busy
        ]
        self._draw.shuffle(self._free)

    def _take(self, count: int, fits: Callable[[Person], bool]) -> list[Person]:
        taken = [person for person in self._free if fits(person)][:count]
        if len(taken) < count:
            raise LookupError(f"{count} people wanted for a story, {len(taken)} free")
        for person in taken:
            self._free.remove(person)
        return taken

    def _spread(self, count: int, first: int, last: int) -> list[dt.date]:
        """So many workdays between ``first`` and ``last`` months ago, in order but for the days within a month."""
        return [
            self._days.ago(first - place * (first - last) // (count - 1), self._draw.randrange(18))
            for place in range(count)
        ]

    def become_members(self) -> None:
        def is_young(person: Person) -> bool:
            return (
                bool(person.membership)
                and 3 <= person.service <= 14  # noqa: PLR2004 - a range of ages
                and BY_CODE[person.unit].members >= _FEWEST_MEMBERS
            )

        admitted = self._spread(PROBATIONARY, 11, 1)
        for person, day in zip(self._take(PROBATIONARY, is_young), admitted, strict=True):
            person.affiliation = Affiliation.PROBATIONARY_MEMBER
            person.membership[:] = [replace(person.membership[0], since=day, standing=Standing.PROBATIONARY)]
        confirmed = self._spread(_CONFIRMED, 23, 1)
        for person, day in zip(self._take(_CONFIRMED, is_young), confirmed, strict=True):
            full = replace(person.membership[0], since=day)
            a_year_before = workday(add_months(day, -12))
            person.membership[:] = [replace(full, since=a_year_before, standing=Standing.PROBATIONARY), full]

    def lose_their_vote(self) -> None:
        *suspended, restored = self._take(len(SUSPENDED_AGO) + 1, lambda person: person.is_settled)
        for person, months in zip(suspended, SUSPENDED_AGO, strict=True):
            self._change_standing(person, Standing.SUSPENDED, months)
        self._change_standing(restored, Standing.SUSPENDED, _LOST_AGO)
        self._change_standing(restored, Standing.FULL, _RESTORED_AGO)

    def _change_standing(self, person: Person, to: Standing, months: int) -> None:
        person.membership.append(replace(person.membership[-1], since=self._days.ago(months), standing=to))

    def change_units(self) -> None:
        """Before the rosters that are kept: whoever stands in one works in that unit all the month."""
        units = [unit for unit in UNITS if unit.code not in _WITH_A_STORY]
        moved = self._take(_TRANSFERRED, lambda person: person.service >= SETTLED_SERVICE)
        for place, (person, day) in enumerate(zip(moved, self._spread(_TRANSFERRED, 22, 4), strict=True)):
            unit = self._draw.choice([unit for unit in units if unit.code != person.unit])
            person.came_from(unit.code, on=day, department=unit.name, group=_group(unit, place))

    def change_groups(self) -> None:
        def is_in_a_group(person: Person) -> bool:
            return person.is_settled and person.membership[0].group is not None

        moved = self._take(_REGROUPED, is_in_a_group)
        for person, day in zip(moved, self._spread(_REGROUPED, 21, 1), strict=True):
            here = person.membership[0]
            unit = BY_CODE[here.branch]
            groups = [f"{unit.code}-{number + 1}" for number in range(unit.groups)]
            other = self._draw.choice([group for group in groups if group != here.group])
            person.membership[:] = [replace(here, group=other), Belongs(day, here.branch, here.group, here.standing)]
