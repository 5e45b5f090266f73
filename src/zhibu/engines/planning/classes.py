"""Start classes: thousands of times fall into tens, for a time matters only by who could attend how.

People who are alike in everything that matters here form a ``Group``. A ``StartClass`` is all starts of an item on
one day that give every group the same ways, leave the same places at posts and cost the same. One class *dominates*
another if whoever could attend there can attend here as cheaply: then nothing is lost by looking at the first alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from zhibu.domain.roster import Id, Item
from zhibu.engines.planning.ways import UNASKED, Facts, Slots, Taken, Way

#: How a group attends: whether it has to be called in (paid once a day, by person), and what each attendance costs.
Price: TypeAlias = tuple[bool, int]

#: In person, on-line; ``None``: not that way.
Ways: TypeAlias = tuple[Price | None, Price | None]

#: ``(group, 0 in person | 1 on-line)``
Use: TypeAlias = tuple[int, int]

#: Of these uses at most so many at once.
Row: TypeAlias = tuple[frozenset[Use], int]

NEVER = 30_000


@dataclass(frozen=True, slots=True)
class Group:
    """People with the same post, roster and part in every item, ``called`` on the same days already.

    ``before``: the days that each day of coming in pairs with, those of the months before included.
    """

    number: int
    post: Id
    letters: str
    people: tuple[Id, ...]
    called: frozenset[int]
    busy: tuple[tuple[int, int], ...]
    kept: frozenset[tuple[Id, int]]
    before: int

    @property
    def size(self) -> int:
        return len(self.people)


@dataclass(frozen=True, slots=True, eq=False)
class StartClass:
    """``day`` is a day of the month, or ``(day, copy)``; ``capacity`` ``None``: the room holds whoever can come."""

    item: Id
    day: Any
    ways: Mapping[int, Ways]
    rows: tuple[Row, ...]
    capacity: int | None
    price: int
    starts: tuple[tuple[int, Id], ...]
    pinned: int = 0

    @property
    def is_calling(self) -> bool:
        return any(there is not None and there[0] for there, _ in self.ways.values())

    def begins(self, per_day: int) -> tuple[int, int]:
        """Earliest and latest, in slots from midnight."""
        begins = [start % per_day for start, _ in self.starts]
        return min(begins), max(begins)

    def at(self, day: Any) -> StartClass:
        return replace(self, day=day)

    def without_calls(self) -> StartClass:
        ways = {
            group: (None if there is not None and there[0] else there, online)
            for group, (there, online) in self.ways.items()
        }
        return replace(self, ways={group: both for group, both in ways.items() if both != (None, None)})


@dataclass(frozen=True, slots=True)
class Share:
    """What coming in by ``people`` costs items that share them with others: ``price`` a day, less ``free`` in all.

    ``by_day``: days that have a price of their own; there is nothing free then.
    """

    people: frozenset[Id]
    price: int
    free: int
    by_day: Mapping[Any, int] = field(default_factory=dict)

    def on(self, day: Any) -> int:
        return self.by_day.get(day, self.price)


def groups_of(facts: Facts, items: Sequence[Item], taken: Taken, shares: Sequence[Share] = ()) -> list[Group]:
    """Everybody whom one of ``items`` concerns, in the order in which the items name them; no group in two shares."""
    share_of = {person: number for number, share in enumerate(shares) for person in share.people}
    parts: dict[Id, list[tuple[int, str]]] = defaultdict(list)
    for number, item in enumerate(items):
        for part, people in (("a", item.audience), ("c", item.chairs), ("v", item.voters)):
            for person in people:
                parts[person].append((number, part))
    alike: dict[Any, list[Id]] = {}
    for person, concerned in parts.items():
        known = facts.problem.people[person]
        key = (
            known.post,
            known.roster,
            tuple(concerned),
            frozenset(taken.called.get(person, ())),
            tuple(sorted(taken.people.get(person, ()))),
            facts.kept_seats.get(person, frozenset()),
            known.came_in,
            share_of.get(person),
        )
        alike.setdefault(key, []).append(person)
    return [
        Group(number, post, letters, tuple(people), called, busy, kept, len(called) + came_in)
        for number, ((post, letters, _, called, busy, kept, came_in, _), people) in enumerate(alike.items())
    ]


def invited(item: Item, groups: Iterable[Group]) -> list[Group]:
    there = {*item.audience, *item.chairs}
    return [group for group in groups if group.people[0] in there]


class Catalogue:
    """All start classes of ``item``, the ways of its groups as one array, so that thousands are compared at once."""

    def __init__(self, item: Item, classes: Sequence[StartClass], groups: Sequence[Group], per_day: int) -> None:
        self.item = item
        self.per_day = per_day
        self.classes = list(classes)
        self.groups = groups
        self._ways = _as_array(self.classes, groups, calls=True)
        self._free = _as_array(self.classes, groups, calls=False)

    def dominance(self, rows: Sequence[int], columns: Sequence[int], *, calls: bool = True) -> np.ndarray[Any, Any]:
        """Whether class ``rows[i]`` dominates ``columns[j]``; without ``calls``, as if nobody could be called in."""
        ways = self._ways if calls else self._free
        right = ways[list(columns)]
        found = np.zeros((len(rows), len(columns)), dtype=bool)
        implied: dict[tuple[tuple[Row, ...], tuple[Row, ...]], bool] = {}
        for place, number in enumerate(rows):
            one = self.classes[number]
            for other_place in np.flatnonzero((ways[number] <= right).all(axis=1)).tolist():
                other = self.classes[columns[other_place]]
                if one.price > other.price or one.pinned != other.pinned or not _is_wide_enough(one, other):
                    continue
                if one.rows:
                    key = (one.rows, other.rows)
                    if key not in implied:
                        implied[key] = _are_implied(one.rows, other.rows)
                    if not implied[key]:
                        continue
                found[place, other_place] = True
        return found

    def undominated(self, numbers: Sequence[int], *, calls: bool = True) -> list[int]:
        """Of equals, the first."""
        better = self.dominance(numbers, numbers, calls=calls)
        mutual = better & better.T
        earlier = np.tri(len(numbers), k=-1, dtype=bool).T
        beaten = better & (~mutual | earlier)
        np.fill_diagonal(beaten, val=False)
        return [number for number, is_beaten in zip(numbers, beaten.any(axis=0), strict=True) if not is_beaten]

    def numbers_of(self, people: Iterable[Id]) -> set[int]:
        """The groups that belong to ``people``."""
        some = set(people)
        return {group.number for group in self.groups if group.people[0] in some}

    def by_day(self) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = defaultdict(list)
        for number, one in enumerate(self.classes):
            found[one.day].append(number)
        return dict(found)

    def only(self, numbers: Sequence[int]) -> Catalogue:
        return Catalogue(self.item, [self.classes[number] for number in numbers], self.groups, self.per_day)

    def reduced(self) -> Catalogue:
        """The classes of each day that no other of the same day dominates."""
        return self.only([number for numbers in self.by_day().values() for number in self.undominated(numbers)])

    def without_needless(self) -> Catalogue:
        """Less those with nobody to call in that a class of another day does as well."""
        numbers = list(range(len(self.classes)))
        kept = set(self.undominated(numbers, calls=False))
        return self.only([number for number in numbers if number in kept or self.classes[number].is_calling])


def _as_array(classes: Sequence[StartClass], groups: Sequence[Group], *, calls: bool) -> np.ndarray[Any, Any]:
    place = {group.number: position for position, group in enumerate(groups)}
    ways = np.full((len(classes), 3 * len(groups)), NEVER, dtype=np.int16)
    for number, one in enumerate(classes):
        for group, (there, online) in one.ways.items():
            column = 3 * place[group]
            if there is not None and not there[0]:
                ways[number, column] = ways[number, column + 1] = there[1]
            elif there is not None and calls:
                ways[number, column + 1] = there[1]
            if online is not None:
                ways[number, column + 2] = online[1]
    return ways


def _is_wide_enough(one: StartClass, other: StartClass) -> bool:
    return one.capacity is None or (other.capacity is not None and one.capacity >= other.capacity)


def _are_implied(rows: tuple[Row, ...], by: tuple[Row, ...]) -> bool:
    return all(any(uses <= wider and limit <= spare for wider, limit in by) for uses, spare in rows)


def catalogue(
    facts: Facts, item: Item, groups: Sequence[Group], taken: Taken, pins: Iterable[tuple[int, Id]] = ()
) -> Catalogue:
    """The start classes of ``item`` beside what is ``taken``; those of the ``pins`` (start, room) stand alone."""
    mine = invited(item, groups)
    chairs = {group.number for group in mine if group.people[0] in set(item.chairs)}
    pinned = set(pins)
    by_site: dict[int, list[tuple[int, Id]]] = defaultdict(list)
    for start, room in facts.starts(item):
        if taken.leaves_room(room, start, start + item.duration):
            by_site[facts.problem.rooms[room].site].append((start, room))
    table: dict[Any, list[tuple[int, Id]]] = {}
    for site, places in by_site.items():
        # Rooms of one site differ in size and price only.
        times = np.array(sorted({start for start, _ in places}))
        alike = _AtSite(facts, item, mine, taken, site, times).kinds()
        number_of = dict(zip(times.tolist(), range(len(times)), strict=True))
        for start, room in places:
            ways, rows, most = alike[number_of[start]]
            if not any(number in chairs and there is not None for number, there, _ in ways):
                continue
            capacity = facts.problem.rooms[room].capacity
            key = (
                start // facts.per_day,
                ways,
                rows,
                capacity if capacity < most else None,
                facts.off_preference(item, start, room),
                (start, room) if (start, room) in pinned else None,
            )
            table.setdefault(key, []).append((start, room))
    classes = [
        StartClass(
            item.id,
            day,
            {number: (there, online) for number, there, online in ways},
            rows,
            capacity,
            price,
            tuple(starts),
            int(pin is not None),
        )
        for (day, ways, rows, capacity, price, pin), starts in table.items()
    ]
    return Catalogue(item, classes, mine, facts.per_day)


#: Group, in person, on-line.
_Way: TypeAlias = tuple[int, Price | None, Price | None]

#: How groups attend, which places that takes, how many at most could come in person.
_Kind: TypeAlias = tuple[tuple[_Way, ...], tuple[Row, ...], int]


class _AtSite:
    """Everything about the ``times`` of one item at one site that does not depend on the room."""

    def __init__(
        self, facts: Facts, item: Item, groups: Sequence[Group], taken: Taken, site: int, times: Slots
    ) -> None:
        self.facts, self.item, self.taken, self.times = facts, item, taken, times
        self.days = times // facts.per_day
        self.posts: dict[Id, list[Group]] = defaultdict(list)
        for group in groups:
            self.posts[group.post].append(group)
        self.travel = {post: facts.problem.travel[facts.problem.posts[post].site][site] for post in self.posts}

    def kinds(self) -> list[_Kind]:
        """Of each time, its kind; times that are alike share it."""
        parts = [self._post(post, groups) for post, groups in self.posts.items()]
        alike = np.stack([number for number, _ in parts], axis=1)
        firsts, inverse = np.unique(alike, axis=0, return_inverse=True)
        kinds = [
            _joined([made[number] for number, (_, made) in zip(one, parts, strict=True)]) for one in firsts.tolist()
        ]
        return [kinds[number] for number in inverse.reshape(-1).tolist()]

    def _post(self, post: Id, groups: Sequence[Group]) -> tuple[Slots, list[_Kind]]:
        """The number of the part of each time that concerns one post, and these parts."""
        facts, way_there = self.facts, self.travel[post]
        end = self.times + self.item.duration
        columns = []
        for group in groups:
            columns.append(self._prices(group, self.times - way_there, end + way_there, online=False))
            if self.item.online:
                columns.append(self._prices(group, self.times, end, online=True))
            else:
                columns.append(np.full(len(self.times), NEVER))
        width = self.item.duration + 2 * way_there
        window = self.times[:, None] - way_there + np.arange(width) + facts.margin
        spare = facts.spare_at[post][window]
        for slot, count in self._away_at(post):
            is_there = (window == slot + facts.margin) & (spare != UNASKED)
            spare = np.where(is_there, np.maximum(0, spare - count), spare)
        on_duty = [facts.roster(group.letters).at_post[window] for group in groups]
        seen = np.concatenate([np.stack(columns, axis=1), spare, *on_duty], axis=1).astype(np.int32)
        firsts, inverse = np.unique(seen, axis=0, return_inverse=True)
        count = 2 * len(groups)
        made = [
            self._part(
                groups, one[:count], one[count : count + width], one[count + width :].reshape(len(groups), width)
            )
            for one in firsts
        ]
        return inverse.reshape(-1), made

    def _away_at(self, post: Id) -> list[tuple[int, int]]:
        return [(slot, count) for (other, slot), count in self.taken.away.items() if other == post]

    def _prices(self, group: Group, first: Slots, last: Slots, *, online: bool) -> Slots:
        """What attending costs at each time: twice the price, plus one where the group has to be called in."""
        prices = self.facts.problem.prices
        ways = self.facts.roster(group.letters).ways(first, last, online=online)
        found = np.select(
            [ways == Way.DUTY, ways == Way.EXTENSION, ways == Way.HOME, ways == Way.CALL_IN],
            [0, 2 * prices.extension, 2 * prices.off_duty_online, 1],
            NEVER,
        )
        for day in group.called:
            found = np.where((found == 1) & (self.days == day), 0, found)
        if self.facts.kept_sessions is not None:
            kept = [start for item, start in group.kept if item == self.item.id]
            moved = np.where(np.isin(self.times, kept), 0, 2 * prices.moved_attendee)
            found = np.where(found == NEVER, NEVER, found + moved)
        for since, until in group.busy:
            found = np.where((first < until) & (since < last), NEVER, found)
        return found

    def _part(self, groups: Sequence[Group], prices: Slots, spare: Slots, on_duty: Slots) -> _Kind:
        """Ways and rows of one post: ``prices`` two of each group, ``spare`` by slot, ``on_duty`` by group, slot."""
        way_there = (len(spare) - self.item.duration) // 2
        found: dict[int, list[Price | None]] = {}
        at: dict[int, list[Use]] = defaultdict(list)
        for place, group in enumerate(groups):
            both: list[Price | None] = []
            for online in (0, 1):
                price = int(prices[2 * place + online])
                both.append(None if price == NEVER else (bool(price % 2), price // 2))
                if price == NEVER:
                    continue
                span = range(way_there, way_there + self.item.duration) if online else range(len(spare))
                for slot in span:
                    if on_duty[place, slot] and spare[slot] != UNASKED:
                        at[slot].append((group.number, online))
            found[group.number] = both
        sizes = {group.number: group.size for group in groups}
        rows = {(frozenset(uses), int(spare[slot])) for slot, uses in at.items()}
        for uses, left in rows:
            if left == 0:
                for number, online in uses:
                    found[number][online] = None
        live = {(number, online) for number, both in found.items() for online in (0, 1) if both[online] is not None}
        rows = {(frozenset(uses & live), left) for uses, left in rows if left}
        rows = {
            (uses, left)
            for uses, left in rows
            if sum(sizes[number] for number in {number for number, _ in uses}) > left
        }
        narrow = [
            row
            for row in rows
            if not any(row != other and row[0] <= other[0] and other[1] <= row[1] for other in rows)
        ]
        ways = tuple((number, both[0], both[1]) for number, both in found.items() if both != [None, None])
        most = sum(sizes[number] for number, there, _ in ways if there is not None)
        return ways, tuple(sorted(narrow, key=lambda row: (sorted(row[0]), row[1]))), most


def _joined(parts: Sequence[_Kind]) -> _Kind:
    return (
        tuple(way for ways, _, _ in parts for way in ways),
        tuple(row for _, rows, _ in parts for row in rows),
        sum(most for _, _, most in parts),
    )


def merged(
    catalogues: Mapping[Id, Catalogue], shares: Sequence[Share] = (), *, by_time: bool = False
) -> dict[Any, Any]:
    """Days that need not be looked at, each with the day that does for it: all its classes are dominated there.

    And coming in costs no more there by any of ``shares``. ``by_time``: only by classes of the same times and rooms,
    so that what is disjoint on one day is on the other.
    """
    days = sorted({day for one in catalogues.values() for day in one.by_day()})
    number_of = {day: number for number, day in enumerate(days)}
    does = np.ones((len(days), len(days)), dtype=bool)
    for share in shares:
        prices = np.array([share.on(day) for day in days])
        does &= prices[:, None] <= prices[None, :]
    for one in catalogues.values():
        by_day = one.by_day()
        if by_time:
            does &= _does_by_time(one, days, number_of)
            continue
        everything = list(range(len(one.classes)))
        better = one.dominance(everything, everything)
        for other, there in by_day.items():
            for day in days:
                here = by_day.get(day, [])
                covered = bool(here) and bool(better[np.ix_(here, there)].any(axis=0).all())
                does[number_of[day], number_of[other]] &= covered
    into: dict[Any, Any] = {}
    for other in days:
        for day in days:
            if day != other and day not in into and does[number_of[day], number_of[other]]:
                into[other] = day
                break
    return into


def _does_by_time(one: Catalogue, days: Sequence[Any], number_of: Mapping[Any, int]) -> np.ndarray[Any, Any]:
    does = np.ones((len(days), len(days)), dtype=bool)
    everything = list(range(len(one.classes)))
    better = one.dominance(everything, everything)
    at: dict[Any, dict[tuple[int, Id], int]] = {day: {} for day in days}
    for number, start_class in enumerate(one.classes):
        for start, room in start_class.starts:
            at[start_class.day][start % one.per_day, room] = number
    for other in days:
        for day in days:
            does[number_of[day], number_of[other]] = all(
                key in at[day] and better[at[day][key], number] for key, number in at[other].items()
            )
    return does
