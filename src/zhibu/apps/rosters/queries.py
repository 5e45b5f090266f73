"""Reads of the roster: who has which shift, during which of them something falls, and who is at which post when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime, make_aware

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Employment, Person
from zhibu.apps.rosters.models import OPEN, RosterDay, Shift, SwapDay, SwapRequest
from zhibu.apps.windows.models import Seat, Section, Staffing, WindowPost
from zhibu.apps.windows.queries import seats_at, seats_between, staffing_of
from zhibu.domain.quiet import SLEEP, Rest
from zhibu.domain.staffing import DAY, Needed, Short, made_short, shortages

_ONE = dt.timedelta(days=1)


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


# --- Rosters of a unit ---------------------------------------------------------------------------------------------


def people_of(
    unit: Organization, first: dt.date, last: dt.date, *, section: Section | None = None
) -> QuerySet[Person]:
    """Who stands in the roster of the unit on these days, by staff number; of one section, who sits there.

    Those who work in the unit, and those who belong to one of its window posts.
    """
    theirs = Q(Q(until__isnull=True) | Q(until__gt=first), since__lte=last, person=OuterRef("pk"))
    seats = Seat.objects.filter(theirs, window_post__organization=unit)
    if section is not None:
        found = Person.objects.filter(Exists(seats.filter(window_post__section=section)))
    else:
        works = Employment.objects.filter(theirs, organization=unit)
        found = Person.objects.filter(Exists(seats) | Exists(works))
    return found.order_by("staff_number")


#: By person and day.
Said: TypeAlias = "dict[UUID, dict[dt.date, Shift]]"


def roster_of(people: Collection[UUID], first: dt.date, last: dt.date) -> Said:
    """Which shift these people have on which day; one query."""
    rows = RosterDay.objects.filter(person__in=people, day__range=(first, last)).select_related("shift").order_by()
    found: Said = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.day] = row.shift
    return found


# --- Who is at which post ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a post, in minutes from 00:00 of the day: below 0 since the day before, above 1440 beyond it."""

    person: UUID
    name: str
    shift: Shift
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One post on one day. ``needed`` is ``None`` where its staffing is unknown; then nothing is short."""

    needed: tuple[Needed, ...] | None
    present: tuple[Present, ...]
    short: tuple[Short, ...]


#: By post and day.
Covered: TypeAlias = "dict[UUID, dict[dt.date, Coverage]]"
#: What days would say instead of the roster, by person and day.
Instead: TypeAlias = "Mapping[tuple[UUID, dt.date], Shift | None]"


def coverage(
    posts: Sequence[WindowPost], first: dt.date, last: dt.date, *, lines: Sequence[Staffing] | None = None
) -> Covered:
    """Who is at each post from ``first`` to ``last``, both included, and in which hours too few; three queries.

    ``lines``: how many the posts need, where that is read already.
    """
    seats = seats_between([post.pk for post in posts], first - _ONE, last)
    return _read(posts, seats, (), first, last, lines=lines).covered()


def coverage_and_roster(
    posts: Sequence[WindowPost], people: Collection[UUID], first: dt.date, last: dt.date
) -> tuple[Covered, Said]:
    """The same, with the roster of these people besides; no more queries."""
    seats = seats_between([post.pk for post in posts], first - _ONE, last)
    read = _read(posts, seats, people, first, last)
    return read.covered(), {person: read.said[person] for person in people if person in read.said}


@dataclass(frozen=True, slots=True)
class _Read:
    """All that tells who is at some posts on some days."""

    posts: Sequence[WindowPost]
    days: Sequence[dt.date]
    needed: Mapping[UUID, Mapping[dt.date, tuple[Needed, ...]]]
    seats: Mapping[UUID, Sequence[Seat]]
    said: Said

    def covered(self, instead: Instead | None = None) -> Covered:
        shifts: dict[tuple[UUID, dt.date], Shift | None] = {
            (person, day): shift for person, by_day in self.said.items() for day, shift in by_day.items()
        }
        shifts |= instead or {}
        return {
            post.pk: {
                day: _coverage(
                    self.needed.get(post.pk, {}).get(day), _present(post, self.seats.get(post.pk, ()), shifts, day)
                )
                for day in self.days
            }
            for post in self.posts
        }


def _read(
    posts: Sequence[WindowPost],
    seats: Iterable[Seat],
    people: Collection[UUID],
    first: dt.date,
    last: dt.date,
    *,
    lines: Sequence[Staffing] | None = None,
) -> _Read:
    by_post: defaultdict[UUID, list[Seat]] = defaultdict(list)
    for seat in seats:
        by_post[seat.window_post_id].append(seat)
    seated = {seat.person_id for each in by_post.values() for seat in each}
    return _Read(
        posts,
        [first + _ONE * offset for offset in range((last - first).days + 1)],
        staffing_of(posts, first, last, lines=lines),
        by_post,
        roster_of(seated | set(people), first - _ONE, last),
    )


def _coverage(needed: tuple[Needed, ...] | None, present: tuple[Present, ...]) -> Coverage:
    short = shortages(needed or (), [(each.starts, each.ends) for each in present])
    return Coverage(needed, present, short)


def _present(
    post: WindowPost, seats: Sequence[Seat], shifts: Mapping[tuple[UUID, dt.date], Shift | None], day: dt.date
) -> tuple[Present, ...]:
    """Whose shift touches the day, the earliest first; only shifts in which people sit at the post."""
    serving = set(post.serving.split())
    found = []
    for seat in seats:
        for back in (1, 0):
            on = day - _ONE * back
            shift = shifts.get((seat.person_id, on)) if seat.holds(on) else None
            if shift is None or shift.span is None or (serving and shift.code not in serving):
                continue
            starts, ends = (minute - DAY * back for minute in shift.span)
            if ends > 0:
                found.append(Present(seat.person_id, seat.person.name, shift, starts, ends))
    return tuple(sorted(found, key=lambda each: (each.starts, each.ends, each.name)))


# --- Requests to exchange shifts -----------------------------------------------------------------------------------


def swaps_waiting_for(person: UUID, on: dt.date) -> QuerySet[SwapRequest]:
    """What somebody has asked or been asked and that still waits."""
    mine = Q(asker=person) | Q(other=person)
    return SwapRequest.objects.filter(
        mine, state__in=[state.value for state in OPEN], first_day__gte=on
    ).select_related("asker", "other")


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Hours of a day in which so many more would be missing at a post because of a change."""

    post: WindowPost
    day: dt.date
    short: Short


def uncovered_by(swap: SwapRequest, days: Sequence[SwapDay]) -> list[Uncovered]:
    """Where windows would run short that do not now, post by post and day by day; three queries.

    ``days``: those of the request in order, with their shifts.
    """
    first, last = days[0].day, days[-1].day + _ONE
    theirs = seats_at(first - _ONE, last).filter(person__in=[swap.asker_id, swap.other_id])
    seats = list(
        seats_at(first - _ONE, last)
        .filter(window_post__in=theirs.order_by().values("window_post"))
        .select_related("person", "window_post")
    )
    posts = sorted({seat.window_post for seat in seats}, key=lambda post: post.code)
    read = _read(posts, seats, (), first, last)
    instead: dict[tuple[UUID, dt.date], Shift | None] = {}
    for each in days:
        instead[swap.asker_id, each.day] = each.other_has
        instead[swap.other_id, each.day] = each.asker_has
    now, then = read.covered(), read.covered(instead)
    return [
        Uncovered(post, day, short)
        for post in posts
        for day, covered in then[post.pk].items()
        for short in made_short(now[post.pk][day].short, covered.short)
    ]
