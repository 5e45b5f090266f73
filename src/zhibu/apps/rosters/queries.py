"""Reads of the roster: which shift somebody has on which day, and during which of them something falls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.timezone import localtime, make_aware

from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.domain.quiet import SLEEP, Rest


def shifts_of(person: UUID, days: Collection[dt.date]) -> dict[dt.date, Shift]:
    """The shifts of these days and of the days before them, whose nights reach into them; one query."""
    asked = {day - dt.timedelta(days=back) for day in days for back in (0, 1)}
    rows = RosterDay.objects.filter(person=person, day__in=asked).select_related("shift")
    return {row.day: row.shift for row in rows}


def shift_during(
    shifts: Mapping[dt.date, Shift], starts_at: dt.datetime, ends_at: dt.datetime
) -> tuple[dt.date, Shift] | None:
    """The shift, with the day of the roster, into which the time falls; ``None`` where it falls into free hours."""
    for day in (localtime(starts_at).date(), localtime(starts_at).date() - dt.timedelta(days=1)):
        shift = shifts.get(day)
        hours = hours_of(shift, day) if shift else None
        if shift and hours and starts_at < hours[1] and hours[0] < ends_at:
            return day, shift
    return None


def hours_of(shift: Shift, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
    """From when to when a shift of that day lasts; ``None`` for a rest."""
    if shift.starts is None or shift.ends is None:
        return None
    last = day + dt.timedelta(days=1) if shift.ends_next_day else day
    return make_aware(dt.datetime.combine(day, shift.starts)), make_aware(dt.datetime.combine(last, shift.ends))


def rests_of(people: Collection[UUID], on: dt.date) -> dict[UUID, list[Rest]]:
    """When these people sleep after a night's work that ends on ``on`` or the day after; one query.

    A night's work is a shift that ends on the next day of the roster.
    """
    nights = RosterDay.objects.filter(
        person__in=people, day__in=[on - dt.timedelta(days=1), on], shift__ends_next_day=True
    ).select_related("shift")
    found: dict[UUID, list[Rest]] = {}
    for night in nights:
        hours = hours_of(night.shift, night.day)
        if hours is not None:
            found.setdefault(night.person_id, []).append(Rest(hours[1], hours[1] + SLEEP))
    return found
