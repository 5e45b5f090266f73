"""Shifts are named, and the roster of a unit is kept month by month."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import RosterDay, Shift

#: A month of one person, from its first day to its last; ``None`` is a day on which the roster does not say.
Row: TypeAlias = "Sequence[Shift | None]"


@transaction.atomic
def name_shift(
    *,
    code: str,
    name: str,
    starts: dt.time | None,
    ends: dt.time | None,
    ends_next_day: bool = False,
    actor: Actor,
    at: dt.datetime,
) -> Shift:
    """A shift with its code for the roster, or another name and other hours for one. The same changes nothing."""
    shift = Shift.objects.filter(code=code).first() or Shift(code=code)
    facts = (name, starts, ends, ends_next_day)
    if (shift.name, shift.starts, shift.ends, shift.ends_next_day) == facts:
        return shift
    shift.name, shift.starts, shift.ends, shift.ends_next_day = facts
    shift.save()
    record(
        "shift_named",
        shift.pk,
        actor=actor,
        at=at,
        document={
            "code": code,
            "name": name,
            "starts": starts.isoformat("minutes") if starts else None,
            "ends": ends.isoformat("minutes") if ends else None,
            "ends_next_day": ends_next_day,
        },
    )
    return shift


@transaction.atomic
def keep_roster(
    unit: Organization, *, month: dt.date, rows: Mapping[Person, Row], actor: Actor, at: dt.datetime
) -> bool:
    """The roster of these people of a unit for the month of ``month``, instead of what it said about them.

    One deed, however many people and days. Whether it changed anything; the same roster again does not.
    """
    first = month.replace(day=1)
    days = [first.replace(day=day) for day in range(1, calendar.monthrange(first.year, first.month)[1] + 1)]
    for person, row in rows.items():
        if len(row) != len(days):
            raise RosterRefusal(
                _("The roster of %(name)s has %(given)s days; %(month)s has %(days)s. Correct the row.")
                % {"name": person.name, "given": len(row), "month": f"{first:%Y-%m}", "days": len(days)}
            )
    said: dict[tuple[UUID, dt.date], Shift] = {
        (person.pk, day): shift
        for person, row in rows.items()
        for day, shift in zip(days, row, strict=True)
        if shift is not None
    }
    kept = RosterDay.objects.filter(person__in=rows, day__range=(days[0], days[-1]))
    before = {(person, day): shift for person, day, shift in kept.values_list("person", "day", "shift").order_by()}
    if before == {key: shift.pk for key, shift in said.items()}:
        return False
    kept.delete()
    _write(said)
    record(
        "roster_kept",
        unit.pk,
        actor=actor,
        at=at,
        document={
            "month": f"{first:%Y-%m}",
            "rows": {
                str(person.pk): [shift.code if shift else None for shift in row] for person, row in rows.items()
            },
        },
    )
    return True


def _write(said: Mapping[tuple[UUID, dt.date], Shift]) -> None:
    """The rows straight into the table: to build 40,000 objects for a month of the house took ten times as long."""
    key, date = models.UUIDField(), models.DateField()
    people = {person: key.get_db_prep_value(person, connection) for person in {person for person, _day in said}}
    days = {day: date.get_db_prep_value(day, connection) for day in {day for _person, day in said}}
    shifts = {shift: key.get_db_prep_value(shift.pk, connection) for shift in set(said.values())}
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO rosters_rosterday (person_id, day, shift_id) VALUES (%s, %s, %s)",
            [(people[person], days[day], shifts[shift]) for (person, day), shift in said.items()],
        )
