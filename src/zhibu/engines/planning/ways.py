"""How each person could attend at each time, and how many may leave each post: what every model here stands on.

Shares nothing with ``domain.roster``, which judges what comes out; a test holds the two against each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np

from zhibu.domain.roster import LEAVE, Id, Item, Problem, Rules, Session, Shift

Slots: TypeAlias = np.ndarray[Any, Any]

#: More slots than any rest, and more people than any post.
FAR = UNASKED = 10**6


class Way(IntEnum):
    """On duty, staying on beside one's shift, coming in on purpose, on-line from home; ``NONE``: not at all."""

    DUTY = 0
    EXTENSION = 1
    CALL_IN = 2
    HOME = 3
    NONE = 4


class Roster:
    """One row of letters: its duties in the order of time, and how each interval lies to them.

    ``on_duty[slot]``: whether on duty then, ``at_post[slot]``: whether at the post too, with ``margin`` slots before
    the first and after the last day.
    """

    def __init__(self, letters: str, shifts: Mapping[str, Shift], per_day: int, rules: Rules) -> None:
        worked = sorted(
            (
                day * per_day + shifts[code].start,
                day * per_day + shifts[code].end,
                shifts[code].night,
                shifts[code].serves,
            )
            for day, code in enumerate(letters)
            if code in shifts
        )
        self.starts = np.array([start for start, *_ in worked], dtype=np.int64)
        self.ends = np.array([end for _, end, *_ in worked], dtype=np.int64)
        self.nights = np.array([night for _, _, night, _ in worked], dtype=bool)
        self.margin = 2 * per_day
        length = len(letters) * per_day + 2 * self.margin
        self.on_duty = np.zeros(length, dtype=bool)
        self.at_post = np.zeros(length, dtype=bool)
        for start, end, _, serves in worked:
            self.on_duty[start + self.margin : end + self.margin] = True
            self.at_post[start + self.margin : end + self.margin] = serves
        self._on_leave = np.zeros(length, dtype=bool)
        for day, code in enumerate(letters):
            if code == LEAVE or (code in shifts and shifts[code].stays):
                self._on_leave[day * per_day + self.margin : (day + 1) * per_day + self.margin] = True
        self._duty_until = np.concatenate(([0], np.cumsum(self.on_duty)))
        self._leave_until = np.concatenate(([0], np.cumsum(self._on_leave)))
        self._rest, self._adjacent = rules.rest, rules.adjacent

    def way(self, first: int, last: int, *, online: bool) -> Way:
        return Way(int(self.ways(np.array([first]), np.array([last]), online=online)[0]))

    def ways(self, first: Slots, last: Slots, *, online: bool) -> Slots:
        """The ``Way`` of each interval ``[first, last)``."""
        low, high = first + self.margin, last + self.margin
        inside = self._duty_until[high] - self._duty_until[low]
        before = np.searchsorted(self.ends, first, side="right") - 1
        since = np.where(before >= 0, first - self._of(self.ends, before), FAR)
        after_night = (before >= 0) & self._of(self.nights, before)
        after = np.searchsorted(self.starts, last, side="left")
        until = np.where(after < len(self.starts), self._of(self.starts, after) - last, FAR)
        begins_off, ends_off = ~self.on_duty[low], ~self.on_duty[high - 1]
        beside_last = begins_off & (since <= self._adjacent) & ~after_night
        beside_next = ends_off & (until <= self._adjacent)
        ended = np.searchsorted(self.ends, last, side="right") - 1
        runs_past_night = ends_off & (inside > 0) & (ended >= 0) & self._of(self.nights, ended)
        too_soon = begins_off & ~beside_last & (since < self._rest)
        too_close = ends_off & ~beside_next & (until < self._rest)
        found = np.where((inside > 0) | beside_last | beside_next, Way.EXTENSION, Way.CALL_IN)
        found = np.where(too_soon | too_close | runs_past_night, Way.NONE, found)
        if online:
            at_home = np.where(after_night & (since < self._rest), Way.NONE, Way.HOME)
            found = np.where(inside == 0, at_home, found)
        found = np.where(inside == last - first, Way.DUTY, found)
        return np.where(self._leave_until[high] > self._leave_until[low], Way.NONE, found)

    @staticmethod
    def _of(values: Slots, index: Slots) -> Slots:
        return values[np.clip(index, 0, len(values) - 1)] if len(values) else np.zeros(len(index), dtype=values.dtype)


@dataclass(frozen=True, slots=True)
class Takes:
    """What one session takes: the room from when until when, people's time, places at posts; who comes in for it."""

    span: tuple[int, int]
    people: tuple[tuple[Id, tuple[int, int]], ...]
    away: tuple[tuple[tuple[Id, int], int], ...]
    called: tuple[Id, ...]


class Facts:
    """A problem made ready for many questions."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.per_day = problem.slots_per_day
        self.rosters: dict[str, Roster] = {}
        self.margin = 2 * self.per_day
        length = problem.days * self.per_day + 2 * self.margin
        at_post = {post: np.zeros(length, dtype=np.int64) for post in problem.posts}
        for person in problem.people.values():
            at_post[person.post] += self.roster(person.roster).at_post
        self.spare_at: dict[Id, Slots] = {}
        for post in problem.posts.values():
            spare = self.spare_at[post.id] = np.full(length, UNASKED)
            for day, profile in enumerate(post.day_profile):
                for start, end, least in post.profiles[profile]:
                    span = slice(day * self.per_day + start + self.margin, day * self.per_day + end + self.margin)
                    spare[span] = np.minimum(spare[span], np.maximum(0, at_post[post.id][span] - least))
        self._takes: dict[Session, Takes] = {}
        self.kept_sessions: set[tuple[Id, int, Id]] | None = None
        self.kept_seats: dict[Id, frozenset[tuple[Id, int]]] = {}
        if problem.baseline is not None:
            self.kept_sessions = {(session.item, session.start, session.room) for session in problem.baseline}
            seats: dict[Id, set[tuple[Id, int]]] = defaultdict(set)
            for session in problem.baseline:
                for person_id in (*session.in_person, *session.online):
                    seats[person_id].add((session.item, session.start))
            self.kept_seats = {person_id: frozenset(kept) for person_id, kept in seats.items()}

    def spare(self, post: Id, slot: int) -> int | None:
        """So many of the post may be away then; ``None``: nobody asks."""
        found = int(self.spare_at[post][slot + self.margin])
        return None if found == UNASKED else found

    def away(self, person: Id, first: int, last: int) -> Iterator[tuple[Id, int]]:
        """The places (post, slot) that ``person`` leaves in ``[first, last)`` where staffing is asked."""
        known = self.problem.people[person]
        roster, spare = self.roster(known.roster), self.spare_at[known.post]
        for slot in range(first, last):
            if roster.at_post[slot + roster.margin] and spare[slot + self.margin] != UNASKED:
                yield known.post, slot

    def roster(self, letters: str) -> Roster:
        if letters not in self.rosters:
            self.rosters[letters] = Roster(letters, self.problem.shifts, self.per_day, self.problem.rules)
        return self.rosters[letters]

    def travel(self, person: Id, room: Id) -> int:
        """Slots from the post of ``person`` to ``room``."""
        post = self.problem.posts[self.problem.people[person].post]
        return self.problem.travel[post.site][self.problem.rooms[room].site]

    def busy(self, person: Id, item: Item, start: int, room: Id, *, online: bool) -> tuple[int, int]:
        """From when until when ``person`` is busy with that session, the ways there and back included."""
        way_there = 0 if online else self.travel(person, room)
        return start - way_there, start + item.duration + way_there

    def takes(self, session: Session) -> Takes:
        """Looked up once for each session."""
        if session not in self._takes:
            self._takes[session] = self._taken_by(session)
        return self._takes[session]

    def _taken_by(self, session: Session) -> Takes:
        item = self.problem.items[session.item]
        people, away, called = [], Counter[tuple[Id, int]](), []
        for those, online in ((session.in_person, False), (session.online, True)):
            for person in those:
                first, last = self.busy(person, item, session.start, session.room, online=online)
                people.append((person, (first, last)))
                away.update(self.away(person, first, last))
                if self.way(person, first, last, online=online) == Way.CALL_IN:
                    called.append(person)
        span = (session.start, session.start + item.duration)
        return Takes(span, tuple(people), tuple(away.items()), tuple(called))

    def way(self, person: Id, first: int, last: int, *, online: bool) -> Way:
        return self.roster(self.problem.people[person].roster).way(first, last, online=online)

    def off_preference(self, item: Item, start: int, room: Id) -> int:
        """What a session costs at that time and place, itself and moving it included."""
        prices = self.problem.prices
        day, begins = divmod(start, self.per_day)
        price = prices.session
        if item.preferred_days and day not in item.preferred_days:
            price += prices.off_preferred_day
        hours = item.preferred_hours
        if hours is not None and (begins < hours[0] or begins + item.duration > hours[1]):
            price += prices.off_preferred_hours
        if self.kept_sessions is not None and (item.id, start, room) not in self.kept_sessions:
            price += prices.moved_session
        return price

    def starts(self, item: Item) -> Iterator[tuple[int, Id]]:
        """Every time and room that the window, the hours and the rooms allow."""
        opens, closes = self.problem.rules.hours
        for room_id in item.rooms:
            room = self.problem.rooms[room_id]
            for day in range(item.first, item.last + 1):
                midnight = day * self.per_day
                for begins in range(max(opens, room.opens), min(closes, room.closes) - item.duration + 1):
                    yield midnight + begins, room_id


@dataclass(slots=True)
class Taken:
    """What sessions that stand take from the others: rooms, people's time, places at posts; days of coming in."""

    rooms: dict[Id, list[tuple[int, int]]] = field(default_factory=dict)
    people: dict[Id, list[tuple[int, int]]] = field(default_factory=dict)
    away: dict[tuple[Id, int], int] = field(default_factory=dict)
    called: dict[Id, set[int]] = field(default_factory=dict)

    @classmethod
    def by(cls, facts: Facts, sessions: Iterable[Session]) -> Taken:
        taken = cls()
        for session in sessions:
            taken.add(facts, session)
        return taken

    def add(self, facts: Facts, session: Session) -> None:
        takes = facts.takes(session)
        self.rooms.setdefault(session.room, []).append(takes.span)
        for person, busy in takes.people:
            self.people.setdefault(person, []).append(busy)
        for place, count in takes.away:
            self.away[place] = self.away.get(place, 0) + count
        for person in takes.called:
            self.called.setdefault(person, set()).add(session.start // facts.per_day)

    def leaves_room(self, room: Id, first: int, last: int) -> bool:
        return all(last <= start or end <= first for start, end in self.rooms.get(room, ()))

    def leaves_time(self, person: Id, first: int, last: int) -> bool:
        return all(last <= start or end <= first for start, end in self.people.get(person, ()))


def fits(facts: Facts, standing: Iterable[Session], sessions: Iterable[Session]) -> bool:
    """Whether ``sessions`` can stand beside those standing, and beside each other: rooms, people and posts."""
    taken = Taken.by(facts, standing)
    for session in sessions:
        takes = facts.takes(session)
        if not (
            taken.leaves_room(session.room, *takes.span)
            and all(taken.leaves_time(person, *busy) for person, busy in takes.people)
            and all(taken.away.get(place, 0) + count <= (facts.spare(*place) or 0) for place, count in takes.away)
        ):
            return False
        taken.add(facts, session)
    return True
