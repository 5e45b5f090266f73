"""Who belongs to what, holds which post and is at work, on a day of the story: what a roll would find there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zhibu.domain.terms import PostKind, Standing
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import BY_CODE, SUPERIORS
from zhibu.web.operator.demo.people import Person
from zhibu.web.operator.demo.rotations import (
    CITY_WINDOW,
    LONG_DAY,
    LONG_NIGHT,
    MIDDLE,
    MORNING,
    NIGHT,
    ROUND,
    WINDOW_DAY,
    Shift,
    crew_shift,
)
from zhibu.web.operator.demo.windows import Place

#: Nobody comes away from these.
_TIED = (WINDOW_DAY, CITY_WINDOW, MORNING, MIDDLE, NIGHT, LONG_DAY, LONG_NIGHT, ROUND)
_ABOVE = {superior.code for superior in SUPERIORS}


@dataclass(frozen=True, slots=True)
class Belonging:
    """From ``since`` on; ``branch`` empty: to none any more."""

    since: dt.date
    branch: str
    group: str | None
    standing: Standing


@dataclass(slots=True)
class Held:
    number: str
    post: PostKind
    since: dt.date
    until: dt.date | None = None


class Standings:
    """As recorded by the end of a day on which the office has done its part of the story."""

    def __init__(self, office: Iterable[Deed]) -> None:
        self._belonging: dict[str, list[Belonging]] = defaultdict(list)
        self._ever: dict[str, set[str]] = defaultdict(set)
        self._posts: dict[str, list[Held]] = defaultdict(list)
        for deed in office:
            self._hear(deed)

    def _hear(self, deed: Deed) -> None:
        match deed:
            case deeds.Admit():
                self._step(deed.number, Belonging(deed.on, deed.to, deed.group, deed.standing))
            case deeds.ChangeStanding():
                before = self._belonging[deed.number][-1]
                self._step(deed.number, replace(before, since=deed.on, standing=deed.to))
            case deeds.TransferMembership():
                before = self._belonging[deed.number][-1]
                self._step(deed.number, replace(before, since=deed.on, branch=deed.to, group=deed.group))
            case deeds.Leave():
                if deed.number in self._belonging:
                    self._step(deed.number, Belonging(deed.on, "", None, Standing.FULL))
                for held in self._posts.values():
                    self._end(deed.on, [one for one in held if one.number == deed.number])
            case _:
                self._hear_of_posts(deed)

    def _hear_of_posts(self, deed: Deed) -> None:
        match deed:
            case deeds.BeginTerm():
                self._end(deed.on, self._posts[deed.code])
            case deeds.Appoint():
                if deed.post in {PostKind.SECRETARY, PostKind.GROUP_LEADER}:
                    self._end(deed.on, [held for held in self._posts[deed.of] if held.post is deed.post])
                self._posts[deed.of].append(Held(deed.number, deed.post, deed.on))
            case deeds.EndAppointment():
                self._end(deed.on, [held for held in self._posts[deed.of] if held.number == deed.number])

    def _step(self, number: str, belonging: Belonging) -> None:
        self._belonging[number].append(belonging)
        for place in (belonging.branch, belonging.group):
            if place:
                self._ever[place].add(number)

    @staticmethod
    def _end(on: dt.date, posts: Iterable[Held]) -> None:
        for held in posts:
            held.until = held.until or on

    def _on(self, number: str, day: dt.date) -> Belonging | None:
        held = [step for step in self._belonging[number] if step.since <= day]
        return held[-1] if held else None

    def members(self, code: str, day: dt.date) -> dict[str, Standing]:
        """Staff number → standing, of a branch, a group, or of all below a committee, by staff number."""
        if code in _ABOVE:
            below = [unit.code for unit in BY_CODE.values() if unit.parent == code]
            return dict(sorted(pair for branch in below for pair in self.members(branch, day).items()))
        found = {}
        for number in sorted(self._ever[code]):
            belonging = self._on(number, day)
            if belonging is not None and code in {belonging.branch, belonging.group}:
                found[number] = belonging.standing
        return found

    def committee(self, code: str, day: dt.date) -> dict[str, PostKind]:
        """Staff number → post, in the order of the posts."""
        held = [one for one in self._posts[code] if one.since <= day and (one.until is None or day < one.until)]
        order = list(PostKind)
        return {one.number: one.post for one in sorted(held, key=lambda one: order.index(one.post))}

    def holder(self, code: str, post: PostKind, day: dt.date) -> str | None:
        return next((number for number, held in self.committee(code, day).items() if held is post), None)


class Shifts:
    """Who is at work when, and can not come away. Rotations ran in the past as they do in the rosters."""

    def __init__(self, people: Mapping[str, Sequence[Person]], seated: Sequence[Place]) -> None:
        self._places = {
            person.number: (person, place) for staff in people.values() for place, person in enumerate(staff)
        }
        self._seated = {place.person.number: place for place in seated}

    def is_tied(self, number: str, starts: dt.datetime, ends: dt.datetime) -> bool:
        """Whether a shift that nobody leaves meets the hours. Of those who left since nothing is known."""
        return any(
            began < ends and starts < ended
            for day in (starts.date() - dt.timedelta(days=1), starts.date())
            for began, ended in self._tied_hours(number, day)
        )

    def _tied_hours(self, number: str, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        shift = self._shift(number, day)
        if shift not in _TIED or shift.starts is None or shift.ends is None:
            return []
        over = dt.timedelta(days=1) if shift.ends_next_day else dt.timedelta()
        return [(dt.datetime.combine(day, shift.starts), dt.datetime.combine(day, shift.ends) + over)]

    def _shift(self, number: str, day: dt.date) -> Shift | None:
        if number not in self._places:
            return None
        person, place = self._places[number]
        worked = [step for step in person.work if step.since <= day]
        unit = BY_CODE.get(worked[-1].unit) if worked else None
        if unit is None:
            return None
        seat = self._seated.get(number)
        if seat is not None and unit.code == person.unit:
            return seat.shift(day)
        return crew_shift(unit.rotation, place, day)
