"""The first model that comes to mind, given to CP-SAT: whether a person is in an item at a start in a room.

A hall branch has a third of a million such variables. Needs `ortools`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from bench.planning.planners import Month, bases_of, open_starts
from zhibu.domain.roster import Attending, Id, Item, Plan, Problem, Room, Session, cost

#: Item, start and room of a sitting; and somebody in one, on-line or not.
Place: TypeAlias = tuple[Id, int, Id]
Presence: TypeAlias = tuple[Id, Place, bool]


def naive_model(problem: Problem, seconds: float, *, workers: int = 2) -> Plan | None:
    """The best plan that was found in ``seconds``, the building of the model not counted; ``None``: none was."""
    from ortools.sat.python import cp_model

    naive = _Naive(problem, cp_model.CpModel())
    naive.build()
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    if solver.solve(naive.model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    plan = Plan(problem.name, naive.sessions(solver), bound=solver.best_objective_bound)
    return replace(plan, objective=cost(problem, plan).total)


class _Naive:
    def __init__(self, problem: Problem, model: Any) -> None:
        self.problem, self.model, self.month = problem, model, Month(problem)
        self.held: dict[Place, Any] = {}
        self.main: dict[Place, Any] = {}
        self.there: dict[Presence, Any] = {}
        self.price: list[Any] = []

    def build(self) -> None:
        for item in self.problem.items.values():
            bases = bases_of(self.problem, item)
            for room in (self.problem.rooms[room] for room in item.rooms):
                for start in map(int, open_starts(self.problem, item, room).nonzero()[0]):
                    self._sitting(item, room, start, int(bases[start]))
            self._item(item)
        self._rooms()
        self._people()
        self.model.minimize(sum(self.price))

    def sessions(self, solver: Any) -> tuple[Session, ...]:
        held = [place for place, variable in self.held.items() if solver.value(variable)]
        lists: dict[tuple[Place, bool], list[Id]] = defaultdict(list)
        for (person, place, online), variable in self.there.items():
            if solver.value(variable):
                lists[place, online].append(person)
        return tuple(
            Session(
                item=place[0],
                start=place[1],
                room=place[2],
                main=place in self.main and bool(solver.value(self.main[place])),
                in_person=tuple(lists[place, False]),
                online=tuple(lists[place, True]),
            )
            for place in held
        )

    def _sitting(self, item: Item, room: Room, start: int, base: int) -> None:
        """Whether it is held, whether it is the main one, and who is there, in person or on-line."""
        problem, prices, place = self.problem, self.problem.prices, (item.id, start, room.id)
        held = self.held[place] = self.model.new_bool_var("")
        self.price.append(base * held)
        for person in dict.fromkeys((*item.audience, *item.chairs)):
            for online in (False, True) if item.online else (False,):
                way = self.month.way(problem.people[person], item, room, start, online=online)
                if way is not None:
                    there = self.there[person, place, online] = self.model.new_bool_var("")
                    self.model.add_implication(there, held)
                    if way is Attending.EXTENSION:
                        self.price.append(prices.extension * there)
                    elif way is Attending.HOME:
                        self.price.append(prices.off_duty_online * there)
        self.model.add(sum(self._in_person(place, dict.fromkeys((*item.audience, *item.chairs)))) <= room.capacity)
        self.model.add(sum(self._in_person(place, item.chairs)) >= held)
        if item.quorum:
            main = self.main[place] = self.model.new_bool_var("")
            self.model.add_implication(main, held)
            self.model.add(sum(self._in_person(place, item.voters)) >= item.quorum * main)

    def _in_person(self, place: Place, people: Iterable[Id]) -> list[Any]:
        return [self.there[person, place, False] for person in people if (person, place, False) in self.there]

    def _item(self, item: Item) -> None:
        places = [place for place in self.held if place[0] == item.id]
        self.model.add(sum(self.held[place] for place in places) <= item.max_sessions)
        if item.quorum:
            self.model.add_exactly_one(self.main[place] for place in places)
        for person in dict.fromkeys((*item.audience, *item.chairs)):
            at = [
                self.there[person, place, online]
                for place in places
                for online in (False, True)
                if (person, place, online) in self.there
            ]
            if person not in item.chairs:
                self.model.add_at_most_one(at)
            if person in item.audience:
                missed = self.model.new_bool_var("")
                self.model.add_bool_or([*at, missed])
                self.price.append(self.problem.prices.missed * missed)

    def _rooms(self) -> None:
        used = defaultdict[tuple[Id, int], list[Any]](list)
        for (item, start, room), held in self.held.items():
            for slot in range(start, start + self.problem.items[item].duration):
                used[room, slot].append(held)
        for those in used.values():
            self.model.add_at_most_one(those)

    def _people(self) -> None:
        """Nobody is in two places, no post is left by more than it can spare, and coming in is paid by the day."""
        busy = defaultdict[tuple[Id, int], list[Any]](list)
        away = defaultdict[tuple[Id, int], list[Any]](list)
        comes_in = defaultdict[Id, dict[int, list[Any]]](lambda: defaultdict(list))
        for (id_, (item_id, start, room_id), online), there in self.there.items():
            person, item, room = self.problem.people[id_], self.problem.items[item_id], self.problem.rooms[room_id]
            span = self.month.span(item, room, person, start, online=online)
            for slot in range(span.start, span.stop):
                busy[id_, slot].append(there)
                if self.month.on_duty[id_][slot]:
                    away[person.post, slot].append(there)
            if self.month.way(person, item, room, start, online=online) is Attending.CALL_IN:
                comes_in[id_][start // self.problem.slots_per_day].append(there)
        for those in busy.values():
            self.model.add_at_most_one(those)
        for (post, slot), those in away.items():
            self.model.add(sum(those) <= int(self.month.spare[post][slot]))
        for by_day in comes_in.values():
            self._days_of_coming_in(list(by_day.values()))

    def _days_of_coming_in(self, by_day: list[list[Any]]) -> None:
        """Each day has its price, and the n-th what a pair with each of those before it costs."""
        prices, days = self.problem.prices, []
        for those in by_day:
            day = self.model.new_bool_var("")
            for there in those:
                self.model.add_implication(there, day)
            days.append(day)
        nth = [self.model.new_bool_var("") for _ in days]
        self.model.add(sum(nth) == sum(days))
        self.price += [prices.callin_day * day for day in days]
        self.price += [prices.repeat_callin * before * day for before, day in enumerate(nth)]
