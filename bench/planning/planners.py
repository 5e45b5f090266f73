"""How a secretary plans today, three ways: by a poll, by who is available under the rules, and by the price list.

Each takes the meetings in the order of the instance and never goes back. What they know of the instance is what
`domain.roster` says of it; they share nothing with the planner that is measured beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zhibu.domain.roster import (
    LEAVE,
    Attending,
    Id,
    Item,
    Person,
    Plan,
    Problem,
    Room,
    Session,
    attending,
    cost,
    duties,
)

Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int64]
Ranks: TypeAlias = NDArray[np.float64]

#: The price of what can not be.
NEVER = 1_000_000


def poll(problem: Problem) -> Plan:
    """Each meeting once, at the time for which most of the audience, as far as it finds seats, says that it is free.

    Free is who is neither on leave, nor on duty at night, nor in a meeting that was called before. Nobody asks who is
    then left at the post and how long ago a shift has ended. Whoever was not free misses it. Of equal times it is the
    earliest, the first that such a poll lists.
    """
    free = {person.id: _says_free(problem, person) for person in problem.people.values()}
    taken = {room: _flags(problem) for room in problem.rooms}
    sessions = []
    for item in problem.items.values():
        whole = _throughout(np.array([free[person] for person in item.audience]), item.duration)
        chaired = _throughout(np.array([free[person] for person in item.chairs]), item.duration)
        polled = []
        for room in (problem.rooms[room] for room in item.rooms):
            can = (
                chaired.any(axis=0) & open_starts(problem, item, room) & ~_sometime(taken[room.id], 0, item.duration)
            )
            there = whole.sum(axis=0) if item.online else np.minimum(whole.sum(axis=0), room.capacity)
            start = int(np.argmax(np.where(can, there, -1)))
            if can[start]:
                polled.append((-int(there[start]), start, room))
        if not polled:
            continue
        _, start, room = min(polled, key=lambda each: each[:2])
        chair = next(person for person, says in zip(item.chairs, chaired[:, start], strict=True) if says)
        others = (person for person, says in zip(item.audience, whole[:, start], strict=True) if says)
        come = [chair, *(person for person in others if person != chair)]
        come = come if item.online else come[: room.capacity]
        in_person, online = tuple(come[: room.capacity]), tuple(come[room.capacity :])
        sessions.append(Session(item.id, start, room.id, bool(item.quorum), in_person, online))
        taken[room.id][start : start + item.duration] = True
        for person in come:
            free[person][start : start + item.duration] = False
    return _finished(problem, sessions)


def _says_free(problem: Problem, person: Person) -> Flags:
    free = ~_flags(problem)
    for day, letter in enumerate(person.roster):
        free[day * problem.slots_per_day : (day + 1) * problem.slots_per_day] = letter != LEAVE
    for duty in duties(problem, person):
        if duty.night:
            free[duty.start : duty.end] = False
    return free


@dataclass(frozen=True)
class Seat:
    person: Id
    online: bool
    price: int


@dataclass(frozen=True)
class Offer:
    """A sitting that the rules allow. ``new``: how many have not been to one before.

    ``price``: of all of it; ``base``: with nobody in it.
    """

    start: int
    room: Room
    seats: tuple[Seat, ...]
    new: int
    base: int
    price: int


@dataclass(frozen=True)
class Manner:
    """Which offer is taken: the first of those with the least ``rank``.

    ``outlook(bases, prices)``: by start, a rank that no offer goes below, if a sitting costs ``bases`` with nobody in
    it and the people, by row, no less than ``prices``. ``is_thrifty``: nobody is seated who makes it dearer for each
    of the others.
    """

    rank: Callable[[Offer], float]
    outlook: Callable[[Numbers, Numbers], Ranks]
    is_thrifty: bool


def most_available(problem: Problem) -> Plan:
    """The time at which most can be there who have not been, by all the rules; again, until nobody is left.

    Of equal times that on a preferred day and in preferred hours, then the earliest.
    """
    return _repeated(problem, Manner(lambda offer: offer.base - NEVER * offer.new, _how_many, is_thrifty=False))


def greedy_by_cost(problem: Problem) -> Plan:
    """The sitting that costs least for each of those who have not been to one; again, until nobody is left."""
    return _repeated(problem, Manner(lambda offer: offer.price / offer.new, _how_dear, is_thrifty=True))


def _how_many(bases: Numbers, prices: Numbers) -> Ranks:
    return np.asarray(bases - NEVER * (prices < NEVER).sum(axis=0), float)


def _how_dear(bases: Numbers, prices: Numbers) -> Ranks:
    together = bases + np.cumsum(np.sort(prices, axis=0), axis=0)
    return np.asarray((together / np.arange(1, len(prices) + 1)[:, None]).min(axis=0))


def _repeated(problem: Problem, manner: Manner) -> Plan:
    month = Month(problem)
    for item in problem.items.values():
        left, sittings, is_main = list(item.audience), 0, bool(item.quorum)
        while left and sittings < item.max_sessions:
            offer = month.best(item, left, manner, is_main=is_main)
            if offer is not None:
                month.take(item, offer, is_main=is_main)
                seated = {seat.person for seat in offer.seats}
                left = [person for person in left if person not in seated]
                sittings += 1
            elif not is_main:
                break
            # Where it has a quorum at no time, they meet all the same.
            is_main = False
    return _finished(problem, month.sessions)


class Month:
    """What is taken already: rooms, people, and those whom each post can spare."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.sessions: list[Session] = []
        self.taken = {room: _flags(problem) for room in problem.rooms}
        self.busy = {person: _flags(problem) for person in problem.people}
        self.come_in = defaultdict[Id, set[int]](set)
        self.on_duty = {person.id: self._on_duty(person) for person in problem.people.values()}
        self.spare = self._spare()
        self._ways: dict[tuple[str, int, int, bool], list[Attending | None]] = {}

    def _on_duty(self, person: Person) -> Flags:
        flags = _flags(self.problem)
        for duty in duties(self.problem, person):
            flags[duty.start : duty.end] = True
        return flags

    def _spare(self) -> dict[Id, Numbers]:
        """Of each post and slot, how many may leave it."""
        rostered = {post: np.zeros(_slots(self.problem), int) for post in self.problem.posts}
        for person in self.problem.people.values():
            rostered[person.post] += self.on_duty[person.id]
        spare = {post: on_duty.copy() for post, on_duty in rostered.items()}
        for post in self.problem.posts.values():
            for day, profile in enumerate(post.day_profile):
                midnight = day * self.problem.slots_per_day
                for start, end, least in post.profiles[profile]:
                    span = slice(midnight + start, midnight + end)
                    may_leave = np.maximum(0, rostered[post.id][span] - least)
                    spare[post.id][span] = np.minimum(spare[post.id][span], may_leave)
        return spare

    def best(self, item: Item, left: Sequence[Id], manner: Manner, *, is_main: bool) -> Offer | None:
        """The best offer of all rooms and starts, the earliest of equals; the most promising are looked at first."""
        promising = []
        for room in (self.problem.rooms[room] for room in item.rooms):
            seating = Seating(self, item, room, left)
            outlook = manner.outlook(seating.bases, seating.at_least)
            promising += [(outlook[start], int(start), seating) for start in np.flatnonzero(seating.can)]
        best: Offer | None = None
        for outlook, start, seating in sorted(promising, key=lambda each: each[:2]):
            if best is not None and manner.rank(best) <= outlook:
                break
            offer = seating.offer(start, is_main=is_main, is_thrifty=manner.is_thrifty)
            if offer is not None and (best is None or manner.rank(offer) < manner.rank(best)):
                best = offer
        return best

    def take(self, item: Item, offer: Offer, *, is_main: bool) -> None:
        in_person = tuple(seat.person for seat in offer.seats if not seat.online)
        online = tuple(seat.person for seat in offer.seats if seat.online)
        self.sessions.append(Session(item.id, offer.start, offer.room.id, is_main, in_person, online))
        self.taken[offer.room.id][offer.start : offer.start + item.duration] = True
        for seat in offer.seats:
            person = self.problem.people[seat.person]
            span = self.span(item, offer.room, person, offer.start, online=seat.online)
            self.busy[person.id][span] = True
            self.spare[person.post][span] -= self.on_duty[person.id][span]
            if self.way(person, item, offer.room, offer.start, online=seat.online) is Attending.CALL_IN:
                self.come_in[person.id].add(offer.start // self.problem.slots_per_day)

    def way_there(self, person: Person, room: Room) -> int:
        return self.problem.travel[self.problem.posts[person.post].site][room.site]

    def span(self, item: Item, room: Room, person: Person, start: int, *, online: bool) -> slice:
        way_there = 0 if online else self.way_there(person, room)
        return slice(max(0, start - way_there), start + item.duration + way_there)

    def way(self, person: Person, item: Item, room: Room, start: int, *, online: bool) -> Attending | None:
        """How ``person`` is there; ``None``: not at all."""
        return self._ways_of(person, 0 if online else self.way_there(person, room), item, online=online)[start]

    def _ways_of(self, person: Person, way_there: int, item: Item, *, online: bool) -> list[Attending | None]:
        """The same by start."""
        key = person.roster, way_there, item.duration, online
        if key not in self._ways:
            self._ways[key] = [None] * _slots(self.problem)
            for start in _starts(self.problem, item.duration):
                first, last = start - way_there, start + item.duration + way_there
                way = attending(self.problem, person, first, last, online)
                self._ways[key][start] = way if isinstance(way, Attending) else None
        return self._ways[key]

    def prices(self, person: Person, item: Item, room: Room, *, online: bool) -> Numbers:
        """What it costs by start to have ``person`` there, as far as this month goes; ``NEVER``: it can not be."""
        listed, days = self.problem.prices, self.come_in[person.id]
        price_of = {
            None: NEVER,
            Attending.DUTY: 0,
            Attending.EXTENSION: listed.extension,
            Attending.HOME: listed.off_duty_online,
            Attending.CALL_IN: listed.callin_day + listed.repeat_callin * len(days),
        }
        way_there = 0 if online else self.way_there(person, room)
        ways = self._ways_of(person, way_there, item, online=online)
        prices = np.array([price_of[way] for way in ways])
        for day in days:
            for start in range(day * self.problem.slots_per_day, (day + 1) * self.problem.slots_per_day):
                if ways[start] is Attending.CALL_IN:
                    prices[start] = 0
        prices[_sometime(self.busy[person.id], way_there, item.duration + way_there)] = NEVER
        return prices


class Seating:
    """One item in one room, at any start: who could be there and at which price."""

    def __init__(self, month: Month, item: Item, room: Room, left: Sequence[Id]) -> None:
        problem = month.problem
        self.month, self.item, self.room, self.left = month, item, room, left
        people = [problem.people[person] for person in dict.fromkeys((*item.audience, *item.chairs))]
        nobody = np.full(_slots(problem), NEVER)
        self.in_person = {each.id: month.prices(each, item, room, online=False) for each in people}
        self.online = {
            each.id: month.prices(each, item, room, online=True) if item.online else nobody for each in people
        }
        self.at_least = np.array([np.minimum(self.in_person[person], self.online[person]) for person in left])
        chaired = np.array([self.in_person[chair] < NEVER for chair in item.chairs]).any(axis=0)
        self.can = chaired & open_starts(problem, item, room) & ~_sometime(month.taken[room.id], 0, item.duration)
        self.bases = bases_of(problem, item)

    def offer(self, start: int, *, is_main: bool, is_thrifty: bool) -> Offer | None:
        """Who is seated at ``start``: a chair, a quorum where it has to be, then who is left, the cheapest first."""
        table = Table(self, start)
        chairs = sorted(self.item.chairs, key=lambda chair: (chair not in self.left, self.in_person[chair][start]))
        if not any(table.seat(chair, online=False) for chair in chairs):
            return None
        if is_main:
            for voter in sorted(self.item.voters, key=lambda voter: int(self.in_person[voter][start])):
                if table.voters() < self.item.quorum:
                    table.seat(voter, online=False)
            if table.voters() < self.item.quorum:
                return None
        for price, online, number in self._choices(start):
            if is_thrifty and table.new() and price * table.new() > table.price:
                break
            table.seat(self.left[number], online=online)
        new = table.new()
        return Offer(start, self.room, tuple(table.seats.values()), new, table.base, table.price) if new else None

    def _choices(self, start: int) -> list[tuple[int, bool, int]]:
        """``(price, online, number in left)``, in the order in which they are seated."""
        tables = ((False, self.in_person), (True, self.online))
        return sorted(
            (int(prices[person][start]), online, number)
            for number, person in enumerate(self.left)
            for online, prices in tables
            if prices[person][start] < NEVER
        )


class Table:
    """Who is seated at one sitting, as far as seats and posts allow."""

    def __init__(self, seating: Seating, start: int) -> None:
        self.seating, self.start = seating, start
        self.seats: dict[Id, Seat] = {}
        self.base = self.price = int(seating.bases[start])
        self._spare: dict[Id, Numbers] = {}

    def new(self) -> int:
        return sum(person in self.seats for person in self.seating.left)

    def voters(self) -> int:
        return sum(person in self.seats for person in self.seating.item.voters)

    def seat(self, id_: Id, *, online: bool) -> bool:
        """Whether there is a place for them, and their post can spare them. Who sits already keeps their seat."""
        seating, month = self.seating, self.seating.month
        price = int((seating.online if online else seating.in_person)[id_][self.start])
        in_room = sum(not seat.online for seat in self.seats.values())
        if id_ in self.seats or price >= NEVER or (not online and in_room >= seating.room.capacity):
            return False
        person = month.problem.people[id_]
        span = month.span(seating.item, seating.room, person, self.start, online=online)
        spare = self._spare.setdefault(person.post, month.spare[person.post].copy())
        leaves = month.on_duty[id_][span]
        if (spare[span][leaves] < 1).any():
            return False
        spare[span] -= leaves
        self.seats[id_] = Seat(id_, online, price)
        self.price += price
        return True


def _slots(problem: Problem) -> int:
    """Of the month, and of the days after it on which a shift or a way back may end."""
    return (problem.days + 2) * problem.slots_per_day


def _flags(problem: Problem) -> Flags:
    return np.zeros(_slots(problem), bool)


def _starts(problem: Problem, duration: int) -> Iterator[int]:
    first, last = problem.rules.hours
    for day in range(problem.days):
        yield from range(day * problem.slots_per_day + first, day * problem.slots_per_day + last - duration + 1)


def open_starts(problem: Problem, item: Item, room: Room) -> Flags:
    """The starts that the window of ``item``, the hours and ``room`` allow."""
    starts = [
        start
        for start in _starts(problem, item.duration)
        if item.first <= start // problem.slots_per_day <= item.last
        and room.opens <= start % problem.slots_per_day <= room.closes - item.duration
    ]
    flags = _flags(problem)
    flags[starts] = True
    return flags


def bases_of(problem: Problem, item: Item) -> Numbers:
    """The price of a sitting with nobody in it, by start."""
    bases = np.full(_slots(problem), problem.prices.session)
    for start in _starts(problem, item.duration):
        day, hour = divmod(start, problem.slots_per_day)
        if item.preferred_days and day not in item.preferred_days:
            bases[start] += problem.prices.off_preferred_day
        first, last = item.preferred_hours or (0, problem.slots_per_day)
        if not first <= hour <= last - item.duration:
            bases[start] += problem.prices.off_preferred_hours
    return bases


def _sometime(flags: Flags, before: int, after: int) -> Flags:
    """For each slot, whether one of ``[slot - before, slot + after)`` is flagged."""
    found = np.zeros_like(flags)
    for step in range(-before, after):
        found[max(0, -step) : len(flags) - max(0, step)] |= flags[max(0, step) : len(flags) - max(0, -step)]
    return found


def _throughout(flags: Flags, duration: int) -> Flags:
    """By row, for each slot, whether it and those that follow, ``duration`` in all, are flagged."""
    return np.array([~_sometime(~row, 0, duration) for row in flags])


def _finished(problem: Problem, sessions: Iterable[Session]) -> Plan:
    plan = Plan(problem.name, tuple(sessions))
    return replace(plan, objective=cost(problem, plan).total)
