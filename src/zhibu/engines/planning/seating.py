"""From chosen start classes to sessions at a time in a room, and from these to who attends which, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from zhibu.domain.roster import Id, Session
from zhibu.engines.planning.classes import Catalogue, Price, StartClass
from zhibu.engines.planning.cover import Chosen
from zhibu.engines.planning.mip import Budget, Program
from zhibu.engines.planning.ways import Facts, Taken, Way

#: Item, start, room, whether it is the main sitting.
Sitting: TypeAlias = tuple[Id, int, Id, bool]

#: What a start costs that is not as good as the chosen class, beside slots that are merely close to others.
SECOND_BEST = 20


def seat(
    facts: Facts,
    chosen: Sequence[Chosen],
    catalogues: Mapping[Id, Catalogue],
    taken: Taken,
    budget: Budget,
    bound: float,
) -> list[Session] | None:
    """Sessions of the chosen classes with everybody's attendance; ``None`` where they overlap whatever one does."""
    sittings = place(facts, chosen, catalogues, budget)
    return attend(facts, sittings, taken, budget, bound) if sittings is not None else None


def place(
    facts: Facts, chosen: Sequence[Chosen], catalogues: Mapping[Id, Catalogue], budget: Budget
) -> list[Sitting] | None:
    """A time and room for each chosen session: disjoint, and where possible with the ways between two of them."""
    program = Program()
    options: list[dict[tuple[int, Id], int]] = []
    at: dict[int, dict[int, float]] = defaultdict(dict)
    near: dict[int, dict[int, float]] = defaultdict(dict)
    on_day: list[dict[int, dict[int, float]]] = []
    for one in chosen:
        mine: dict[tuple[int, Id], int] = {}
        days: dict[int, dict[int, float]] = defaultdict(dict)
        item = facts.problem.items[one.item]
        for (start, room), price in _options(one, catalogues[one.item]).items():
            variable = mine[start, room] = program.variable(1, price)
            days[start // facts.per_day][variable] = 1
            way_there = max(facts.travel(person, room) for person in item.audience)
            for slot in range(start - way_there, start + item.duration + way_there):
                near[slot][variable] = 1
                if start <= slot < start + item.duration:
                    at[slot][variable] = 1
        if not mine:
            return None
        program.row(1, 1, dict.fromkeys(mine.values(), 1))
        options.append(mine)
        on_day.append(days)
    for terms in at.values():
        program.at_most(1, terms)
    for slot, terms in near.items():
        if len(terms) > len(at.get(slot, ())):
            program.at_most(1, {**terms, program.variable(len(terms), 1): -1})
    _same_days(program, chosen, on_day)
    values = program.solve(budget.within(5)).values
    if values is None:
        return None
    return [
        (one.item, start, room, one.main)
        for one, mine in zip(chosen, options, strict=True)
        for (start, room), variable in mine.items()
        if values[variable]
    ]


def _same_days(
    program: Program, chosen: Sequence[Chosen], on_day: Sequence[Mapping[int, Mapping[int, float]]]
) -> None:
    """Whoever comes in does so once for all sessions of the day."""
    together: dict[Any, list[int]] = defaultdict(list)
    for number, one in enumerate(chosen):
        if one.called:
            together[one.start_class.day].append(number)
    for numbers in together.values():
        first = on_day[numbers[0]]
        for number in numbers[1:]:
            for day in {*first, *on_day[number]}:
                terms = dict(first.get(day, {}))
                terms.update(dict.fromkeys(on_day[number].get(day, ()), -1))
                program.row(0, 0, terms)


def _options(one: Chosen, catalogue: Catalogue) -> dict[tuple[int, Id], int]:
    """Starts of classes at least as good; of the same day, those of classes that it was chosen before, at a price."""
    wanted = one.start_class if one.called else one.start_class.without_calls()
    found: dict[tuple[int, Id], int] = {}
    for other in catalogue.classes:
        offered = other if one.called else other.without_calls()
        if offered.price <= wanted.price and dominates(offered, wanted):
            price = 0
        elif other.day == one.start_class.day and dominates(one.start_class, other):
            price = SECOND_BEST
        else:
            continue
        for start in other.starts:
            found[start] = min(price, found.get(start, price))
    return found


def _is_as_good(one: Price | None, other: Price | None) -> bool:
    if other is None:
        return True
    return one is not None and one[1] <= other[1] and (not one[0] or other[0])


def dominates(one: StartClass, other: StartClass) -> bool:
    """As ``Catalogue.dominance``, whatever the two cost, for two classes that need not be of one catalogue."""
    if one.pinned != other.pinned:
        return False
    if one.capacity is not None and (other.capacity is None or one.capacity < other.capacity):
        return False
    for group, (there, online) in other.ways.items():
        offered = one.ways.get(group, (None, None))
        if not (_is_as_good(offered[0], there) and _is_as_good(offered[1], online)):
            return False
    return all(any(uses <= wider and limit <= spare for wider, limit in other.rows) for uses, spare in one.rows)


class _Seats:
    """The program of who attends which of the ``sittings``."""

    def __init__(self, facts: Facts, sittings: Sequence[Sitting], taken: Taken) -> None:
        self.facts, self.taken = facts, taken
        self.program = Program()
        self.there: dict[tuple[int, Id, bool], int] = {}
        self.of_item: dict[tuple[Id, Id], dict[int, float]] = defaultdict(dict)
        self.busy: dict[Id, list[tuple[int, int, int, int]]] = defaultdict(list)
        self.away: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        self.called: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        for number, sitting in enumerate(sittings):
            self._sitting(number, *sitting)
        self._everybody_once({item for item, _, _, _ in sittings})
        self._one_place_at_a_time()
        for place, terms in self.away.items():
            spare = max(0, (facts.spare(*place) or 0) - taken.away.get(place, 0))
            if len(terms) > spare:
                self.program.at_most(spare, terms)
        self._coming_in()

    def _sitting(self, number: int, item_id: Id, start: int, room_id: Id, is_main: bool) -> None:  # noqa: FBT001
        facts, prices, program = self.facts, self.facts.problem.prices, self.program
        item, room = facts.problem.items[item_id], facts.problem.rooms[room_id]
        program.constant += facts.off_preference(item, start, room_id)
        in_person: dict[Id, int] = {}
        for person in dict.fromkeys((*item.audience, *item.chairs)):
            moved = 0
            if facts.kept_sessions is not None and (item_id, start) not in facts.kept_seats.get(person, ()):
                moved = prices.moved_attendee
            both: dict[int, float] = {}
            for online in (False, True) if item.online else (False,):
                first, last = facts.busy(person, item, start, room_id, online=online)
                way = facts.way(person, first, last, online=online)
                if way == Way.NONE or not self.taken.leaves_time(person, first, last):
                    continue
                price = {Way.EXTENSION: prices.extension, Way.HOME: prices.off_duty_online}.get(way, 0) + moved
                variable = self.there[number, person, online] = program.variable(1, price)
                both[variable] = 1
                self.of_item[item_id, person][variable] = 1
                self.busy[person].append((first, last, variable, number))
                if not online:
                    in_person[person] = variable
                if way == Way.CALL_IN and start // facts.per_day not in self.taken.called.get(person, ()):
                    self.called[person, start // facts.per_day][variable] = 1
                for place in facts.away(person, first, last):
                    self.away[place][variable] = 1
            if len(both) > 1:
                program.at_most(1, both)
        program.at_most(room.capacity, dict.fromkeys(in_person.values(), 1))
        program.at_least(1, {in_person[person]: 1 for person in item.chairs if person in in_person})
        if is_main:
            voters = {in_person[person]: 1.0 for person in item.voters if person in in_person}
            program.at_least(item.quorum, voters)

    def _everybody_once(self, items: set[Id]) -> None:
        for item_id in sorted(items, key=str):
            item = self.facts.problem.items[item_id]
            chairs = set(item.chairs)
            for person in item.audience:
                missed = self.program.variable(1, self.facts.problem.prices.missed)
                terms = {missed: 1.0, **self.of_item[item_id, person]}
                self.program.row(1, len(terms) if person in chairs else 1, terms)

    def _one_place_at_a_time(self) -> None:
        for intervals in self.busy.values():
            intervals.sort()
            for number, (_, last, variable, sitting) in enumerate(intervals):
                for first, _, other, other_sitting in intervals[number + 1 :]:
                    if first >= last:
                        break
                    if sitting != other_sitting:
                        self.program.at_most(1, {variable: 1, other: 1})

    def _coming_in(self) -> None:
        prices = self.facts.problem.prices
        days: dict[Id, list[int]] = defaultdict(list)
        for (person, _), terms in self.called.items():
            called = self.program.variable(1, prices.callin_day)
            days[person].append(called)
            for variable in terms:
                self.program.at_least(0, {called: 1, variable: -1})
        for person, variables in days.items():
            before = len(self.taken.called.get(person, ()))
            again = self.program.variable(10**6, 1)
            price = prices.repeat_callin
            paid = before * (before - 1) // 2
            for times in range(max(1, before), before + len(variables)):
                least = times * before - times * (times + 1) // 2 - paid
                self.program.at_least(price * least, {again: 1, **dict.fromkeys(variables, -price * times)})


def attend(
    facts: Facts, sittings: Sequence[Sitting], taken: Taken, budget: Budget, bound: float
) -> list[Session] | None:
    """Who attends which of the ``sittings``, at the least cost; ``bound``: it can not be less, all of it included."""
    seats = _Seats(facts, sittings, taken)
    if bound > 0:
        seats.program.at_least(
            bound - seats.program.constant,
            {number: price for number, price in enumerate(seats.program.prices) if price},
        )
    values = seats.program.solve(budget.within(10)).values
    if values is None:
        return None
    found = []
    for number, (item, start, room, is_main) in enumerate(sittings):
        people: dict[bool, Iterable[Id]] = {
            online: [
                person
                for (sitting, person, way), variable in seats.there.items()
                if sitting == number and way == online and values[variable]
            ]
            for online in (False, True)
        }
        found.append(Session(item, start, room, is_main, tuple(people[False]), tuple(people[True])))
    return found
