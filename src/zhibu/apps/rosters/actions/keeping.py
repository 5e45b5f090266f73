"""The roster of a unit is kept month by month, changed day by day, and a change is taken back."""

from __future__ import annotations

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
from zhibu.apps.rosters.models import OPEN, LastChange, RosterDay, Shift, SwapDay
from zhibu.domain.periods import days_of_month
from zhibu.domain.terms import RosterWay

#: A month of one person, from its first day to its last; ``None`` is a day on which the roster does not say.
Row: TypeAlias = "Sequence[Shift | None]"
#: Of some people, what some days say from now on; ``None`` is a day on which the roster does not say.
Cells: TypeAlias = "Mapping[UUID, Mapping[dt.date, Shift | None]]"


@transaction.atomic
def keep_roster(
    unit: Organization, *, month: dt.date, rows: Mapping[Person, Row], actor: Actor, at: dt.datetime
) -> bool:
    """The roster of these people of a unit for the month of ``month``, instead of what it said about them.

    One deed, however many people and days. Whether it changed anything; the same roster again does not.
    """
    first = month.replace(day=1)
    days = days_of_month(first)
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


@transaction.atomic
def change_roster(
    unit: Organization, *, month: dt.date, cells: Cells, way: RosterWay, actor: Actor, at: dt.datetime
) -> int:
    """Some days of some people in the month of ``month``; all other days stay. One deed, which ``undo`` takes back.

    Returns how many days say something else now; where none does, nothing is recorded.
    """
    first = month.replace(day=1)
    outside = [day for days in cells.values() for day in days if day.replace(day=1) != first]
    if outside:
        raise RosterRefusal(
            _("%(day)s is not in %(month)s. Change each month by itself.")
            % {"day": min(outside), "month": f"{first:%Y-%m}"}
        )
    changed = write_cells(cells)
    if not changed:
        return 0
    last = {
        str(person): {str(day.day): list(codes) for day, codes in days.items()} for person, days in changed.items()
    }
    LastChange.objects.update_or_create(
        unit=unit, month=first, defaults={"way": way.value, "cells": last, "made_at": at}
    )
    record(
        "roster_changed",
        unit.pk,
        actor=actor,
        at=at,
        document={"month": f"{first:%Y-%m}", "way": way.value, "cells": _sealed(changed)},
    )
    return sum(len(days) for days in changed.values())


#: What really changed: the code before and after, "" for none.
Changed: TypeAlias = "dict[UUID, dict[dt.date, tuple[str, str]]]"


def write_cells(cells: Cells) -> Changed:
    """Write what differs from the roster, inside the deed of the caller, and say what did."""
    days = {day for said in cells.values() for day in said}
    kept = RosterDay.objects.filter(person__in=cells, day__in=days).order_by()
    before = {
        (person, day): (key, code)
        for key, person, day, code in kept.values_list("pk", "person_id", "day", "shift__code")
    }
    changed: Changed = {}
    gone, said_now = [], {}
    for person, said in cells.items():
        for day, shift in said.items():
            key, code = before.get((person, day), (None, ""))
            if code == (shift.code if shift else ""):
                continue
            changed.setdefault(person, {})[day] = (code, shift.code if shift else "")
            if key is not None:
                gone.append(key)
            if shift is not None:
                said_now[person, day] = shift
    for start in range(0, len(gone), _BATCH):
        RosterDay.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    _write(said_now)
    return changed


#: As many keys in one condition as every database takes.
_BATCH = 500


def _sealed(changed: Changed) -> dict[str, dict[str, str | None]]:
    return {
        str(person): {day.isoformat(): after or None for day, (_before, after) in days.items()}
        for person, days in changed.items()
    }


@transaction.atomic
def undo(change: LastChange, *, actor: Actor, at: dt.datetime) -> None:
    """Every day says again what it said before the last change of the month.

    Refused once a day of it says something else, or an open request to exchange shifts rests on one.
    """
    cells = cells_of(change)
    days = {day for said in cells.values() for day in said}
    rows = RosterDay.objects.filter(person__in=cells, day__in=days).order_by()
    now = {(person, day): code for person, day, code in rows.values_list("person_id", "day", "shift__code")}
    if any(
        now.get((person, day), "") != after for person, said in cells.items() for day, (_b, after) in said.items()
    ):
        raise RosterRefusal(_("Days of this change have been changed again since. It can not be taken back."))
    _refuse_rested_upon(cells)
    codes = {code for said in cells.values() for before, _after in said.values() for code in [before] if code}
    shifts = {shift.code: shift for shift in Shift.objects.filter(code__in=codes)}
    changed = write_cells(
        {
            person: {day: shifts.get(before) for day, (before, _after) in said.items()}
            for person, said in cells.items()
        }
    )
    unit, month = change.unit_id, change.month
    change.delete()
    record(
        "roster_change_undone",
        unit,
        actor=actor,
        at=at,
        document={"month": f"{month:%Y-%m}", "cells": _sealed(changed)},
    )


def cells_of(change: LastChange) -> Changed:
    """What the change said, by person and day: the code before and after."""
    return {
        UUID(person): {change.month.replace(day=int(day)): (before, after) for day, (before, after) in said.items()}
        for person, said in change.cells.items()
    }


def _refuse_rested_upon(cells: Changed) -> None:
    open_days = SwapDay.objects.filter(
        swap__state__in=[state.value for state in OPEN], day__in={day for said in cells.values() for day in said}
    ).select_related("swap__asker", "swap__other")
    for each in open_days:
        for person in (each.swap.asker, each.swap.other):
            if each.day in cells.get(person.pk, {}):
                raise RosterRefusal(
                    _("%(name)s has asked or been asked to exchange the shift of %(day)s. Decide that request first.")
                    % {"name": person.name, "day": each.day}
                )


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
