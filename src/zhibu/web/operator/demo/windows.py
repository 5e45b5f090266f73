"""The windows of the division, who belongs to which, and the rosters of the whole bureau."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, days_of_month
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import BY_CODE, HALLS, SEATS, WINDOW_POSTS, WINDOW_UNIT, WindowPost
from zhibu.web.operator.demo.people import Person, chance
from zhibu.web.operator.demo.rotations import CITY_WINDOW, SHIFTS, WINDOW_DAY, Shift, crew_shift, window_shift

_OPENED = dt.date(2010, 3, 1)
#: When some changed their windows with each other, in months ago, and how many pairs they were.
_CHANGED_AGO, _PAIRS = 7, 6
_HEADS_SERVICE = range(9, 15)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits on the served date; ``turn`` is 0 or 1 among the two of the post."""

    person: Person
    post: WindowPost
    turn: int

    def shift(self, day: dt.date) -> Shift:
        shift = WINDOW_DAY if self.post.hall is HALLS[0] else CITY_WINDOW
        return window_shift(self.post.hall.weekdays, self.turn, shift, day)


def heads(division: Sequence[Person]) -> list[Person]:
    """Those of the division who sit at no window."""
    count = len(division) - SEATS * len(WINDOW_POSTS)
    return [person for person in division if person.service in _HEADS_SERVICE and not person.is_busy][:count]


def places(division: Sequence[Person]) -> list[Place]:
    seated = [person for person in division if person not in heads(division)]
    chance("seats").shuffle(seated)
    return [Place(person, WINDOW_POSTS[place // SEATS], place % SEATS) for place, person in enumerate(seated)]


def windows(days: Days, seated: Sequence[Place], gone: Sequence[Person]) -> Iterator[Deed]:
    for post in WINDOW_POSTS:
        yield deeds.OpenWindowPost(
            on=days.start,
            code=post.code,
            name=post.name,
            site=post.hall.name,
            section=post.section,
            organization=WINDOW_UNIT,
            since=_OPENED,
            opening_hours=post.hall.opening_hours,
            weekdays=post.hall.weekdays,
        )
    before = _before_the_change(days, seated)
    for place in seated:
        arrived = place.person.work[-1].since
        first = before.get(place.person.number, place.post)
        yield _seat(days, place.person, first, arrived)
        if first is not place.post:
            yield _seat(days, place.person, place.post, days.ago(_CHANGED_AGO))
    newcomers = [place for place in seated if place.person.began > days.start]
    for leaver, heir in zip((person for person in gone if person.unit == WINDOW_UNIT), newcomers, strict=False):
        yield _seat(days, leaver, heir.post, leaver.began)
        yield deeds.Unseat(on=leaver.left or days.last, number=leaver.number)


def _before_the_change(days: Days, seated: Sequence[Place]) -> dict[str, WindowPost]:
    """Staff number → the post until then, for those who changed with somebody of another post."""
    settled = [place for place in seated[::SEATS] if place.person.work[-1].since < days.start][: 2 * _PAIRS]
    return {
        one.person.number: other.post
        for left, right in zip(settled[::2], settled[1::2], strict=True)
        for one, other in ((left, right), (right, left))
    }


def _seat(days: Days, person: Person, post: WindowPost, arrived: dt.date) -> deeds.Seat:
    return deeds.Seat(on=max(days.start, arrived), number=person.number, post=post.code, since=max(arrived, _OPENED))


# --- Rosters -------------------------------------------------------------------------------------------------------


def rosters(days: Days, people: Mapping[str, Sequence[Person]], seated: Sequence[Place]) -> Iterator[Deed]:
    """The months around the served date, for everybody: each unit keeps its own."""
    for shift in SHIFTS:
        yield deeds.NameShift(
            on=days.start,
            code=shift.code,
            name=shift.name,
            starts=shift.starts,
            ends=shift.ends,
            ends_next_day=shift.ends_next_day,
        )
    at_windows = {place.person.number: place for place in seated}
    for month in days.roster_months():
        for code, staff in people.items():
            rows = {
                person.number: tuple(_shift(person, place, at_windows, day).code for day in days_of_month(month))
                for place, person in enumerate(staff)
            }
            yield deeds.KeepRoster(on=days.roster_kept(month), unit=code, month=month, rows=rows)


def _shift(person: Person, place: int, at_windows: Mapping[str, Place], day: dt.date) -> Shift:
    if person.number in at_windows:
        return at_windows[person.number].shift(day)
    return crew_shift(BY_CODE[person.unit].rotation, place, day)


def on_shift(people: Mapping[str, Sequence[Person]], unit: str, shift: Shift, day: dt.date) -> Iterator[Person]:
    """Who of a unit whose crews rotate has this shift on the day."""
    rotation = BY_CODE[unit].rotation
    return (person for place, person in enumerate(people[unit]) if crew_shift(rotation, place, day) is shift)
