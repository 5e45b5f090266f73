"""From chosen start classes to sessions at a time in a room, and from these to who attends which, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from zhibu.domain.roster import Id, Item, Session
from zhibu.engines.planning.classes import Catalogue, Price, StartClass
from zhibu.engines.planning.cover import Chosen
from zhibu.engines.planning.mip import Budget, Program
from zhibu.engines.planning.ways import Facts, Taken, Way

#: Item, start, room, whether it is the main sitting.
Sitting: TypeAlias = tuple[Id, int, Id, bool]

#: Of an item, start and room of sessions that take place as they are.
Pins: TypeAlias = Mapping[Id, Sequence[tuple[int, Id]]]

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
    """The program of who attends which of the ``sittings``; with ``pins`` also which are held, those in any case."""

    def __init__(self, facts: Facts, sittings: Sequence[Sitting], taken: Taken, pins: Pins | None = None) -> None:
        self.facts, self.taken, self.sittings = facts, taken, sittings
        self.program = Program()
        self.held: list[int] = []
        self.main: list[int] = []
        for item, start, room, is_main in sittings:
            is_held = pins is None or (start, room) in pins.get(item, ())
            price = facts.off_preference(facts.problem.items[item], start, room)
            self.held.append(self.program.variable(1, price, int(is_held)))
            self.main.append(self.program.variable(int(is_main or pins is not None), 0, int(is_main)))
        self.there: dict[tuple[int, Id, bool], int] = {}
        self.of_item: dict[tuple[Id, Id], dict[int, float]] = defaultdict(dict)
        self.busy: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        self.rooms: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        self.away: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        self.called: dict[tuple[Id, int], dict[int, float]] = defaultdict(dict)
        for number, (item, start, room, _) in enumerate(sittings):
            self._sitting(number, facts.problem.items[item], start, room)
        self._items()
        for terms in (*self.busy.values(), *self.rooms.values()):
            if len(terms) > 1:
                self.program.at_most(1, terms)
        for place, terms in self.away.items():
            spare = max(0, (facts.spare(*place) or 0) - taken.away.get(place, 0))
            if len(terms) > spare:
                self.program.at_most(spare, terms)
        self._coming_in()

    def _sitting(self, number: int, item: Item, start: int, room_id: Id) -> None:
        facts, program, held = self.facts, self.program, self.held[number]
        for slot in range(start, start + item.duration):
            self.rooms[room_id, slot][held] = 1
        in_person: dict[Id, int] = {}
        for person in dict.fromkeys((*item.audience, *item.chairs)):
            both: dict[int, float] = {}
            for online in (False, True) if item.online else (False,):
                variable = self._seat(number, item, start, room_id, person, online=online)
                if variable is not None:
                    both[variable] = 1
                    if not online:
                        in_person[person] = variable
            if both:
                program.at_most(0, {**both, held: -1})
        program.at_most(0, {**dict.fromkeys(in_person.values(), 1), held: -facts.problem.rooms[room_id].capacity})
        program.at_least(0, {**{in_person[person]: 1 for person in item.chairs if person in in_person}, held: -1})
        main = self.main[number]
        program.at_most(0, {main: 1, held: -1})
        voters = {in_person[person]: 1.0 for person in item.voters if person in in_person}
        program.at_least(0, {**voters, main: -item.quorum})

    def _seat(self, number: int, item: Item, start: int, room: Id, person: Id, *, online: bool) -> int | None:
        facts, prices = self.facts, self.facts.problem.prices
        first, last = facts.busy(person, item, start, room, online=online)
        way = facts.way(person, first, last, online=online)
        if way == Way.NONE or not self.taken.leaves_time(person, first, last):
            return None
        price = {Way.EXTENSION: prices.extension, Way.HOME: prices.off_duty_online}.get(way, 0)
        if facts.kept_sessions is not None and (item.id, start) not in facts.kept_seats.get(person, ()):
            price += prices.moved_attendee
        variable = self.there[number, person, online] = self.program.variable(1, price)
        self.of_item[item.id, person][variable] = 1
        for slot in range(first, last):
            self.busy[person, slot][variable] = 1
        if way == Way.CALL_IN and start // facts.per_day not in self.taken.called.get(person, ()):
            self.called[person, start // facts.per_day][variable] = 1
        for place in facts.away(person, first, last):
            self.away[place][variable] = 1
        return variable

    def _items(self) -> None:
        """Everybody of the audience once, chairs as often as they like; one main sitting where there is a quorum."""
        sittings: dict[Id, list[int]] = defaultdict(list)
        for number, (item_id, _, _, _) in enumerate(self.sittings):
            sittings[item_id].append(number)
        for item_id, numbers in sittings.items():
            item = self.facts.problem.items[item_id]
            chairs = set(item.chairs)
            self.program.at_most(item.max_sessions, {self.held[number]: 1 for number in numbers})
            mains = {self.main[number]: 1.0 for number in numbers}
            self.program.row(int(item.quorum > 0), int(item.quorum > 0), mains)
            for person in item.audience:
                missed = self.program.variable(1, self.facts.problem.prices.missed)
                terms = {missed: 1.0, **self.of_item[item_id, person]}
                self.program.row(1, len(terms) if person in chairs else 1, terms)

    def _coming_in(self) -> None:
        prices = self.facts.problem.prices
        days: dict[Id, list[int]] = defaultdict(list)
        for (person, _), terms in self.called.items():
            called = self.program.variable(1, prices.callin_day)
            days[person].append(called)
            for variable in terms:
                self.program.at_least(0, {called: 1, variable: -1})
        for person, variables in days.items():
            before = len(self.taken.called.get(person, ())) + self.facts.problem.people[person].came_in
            self.program.pairs(variables, prices.repeat_callin, len(variables), before=before)

    def sessions(self, values: Sequence[int] | None) -> list[Session] | None:
        if values is None:
            return None
        people: dict[tuple[int, bool], list[Id]] = defaultdict(list)
        for (number, person, online), variable in self.there.items():
            if values[variable]:
                people[number, online].append(person)
        return [
            Session(
                item, start, room, bool(values[self.main[number]]),
                tuple(people[number, False]), tuple(people[number, True]),
            )
            for number, (item, start, room, _) in enumerate(self.sittings)
            if values[self.held[number]]
        ]  # fmt: skip


def attend(
    facts: Facts, sittings: Sequence[Sitting], taken: Taken, budget: Budget, bound: float
) -> list[Session] | None:
    """Who attends which of the ``sittings``, at the least cost; ``bound``: it can not be less, all of it included."""
    seats = _Seats(facts, sittings, taken)
    seats.program.costs_at_least(bound)
    return seats.sessions(seats.program.solve(budget.within(10)).values)


def choose(
    facts: Facts,
    sittings: Sequence[Sitting],
    taken: Taken,
    budget: Budget,
    bound: float,
    below: float,
    pins: Pins,
) -> tuple[list[Session] | None, float]:
    """Which of the ``sittings`` are held and who attends, exactly; ``None``: nothing ``below`` that cost was found.

    And what no choice of them can cost less than.
    """
    seats = _Seats(facts, sittings, taken, pins)
    seats.program.costs_at_least(bound)
    seats.program.cheaper_than(below)
    answer = seats.program.solve(budget)
    return seats.sessions(answer.values), min(answer.bound, below)


def every(catalogues: Mapping[Id, Catalogue]) -> list[Sitting]:
    """All times and rooms there are."""
    found = {
        (item, start, room, False)
        for item, one in catalogues.items()
        for each in one.classes
        for start, room in each.starts
    }
    return sorted(found, key=lambda sitting: (str(sitting[0]), sitting[1], str(sitting[2])))


def near(facts: Facts, chosen: Sequence[Chosen], catalogues: Mapping[Id, Catalogue], most: int) -> list[Sitting]:
    """Times and rooms near those of the ``chosen`` classes, and the pinned ones."""
    found: dict[Sitting, None] = {
        (item, start, room, False): None
        for item, one in catalogues.items()
        for each in one.classes
        if each.pinned
        for start, room in each.starts
    }
    share = max(1, most // max(1, len(chosen)))
    for one in chosen:
        options = _options(one, catalogues[one.item])
        nearest = sorted(options, key=lambda place: (place[0] // facts.per_day != one.start_class.day, *place[:1]))
        step = max(1, len(nearest) // share)
        for start, room in nearest[::step][:share]:
            found[one.item, start, room, False] = None
    return list(found)
