"""The search: a bound from the cover, a plan from its solution, and what closes the gap between them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np

from zhibu.domain.roster import Id, Item, Plan, Session, cost
from zhibu.engines.planning.classes import Catalogue, Group, Share, StartClass, catalogue, groups_of, merged
from zhibu.engines.planning.cover import Chosen, Cover, greedily, most_attended
from zhibu.engines.planning.mip import EPSILON, Budget
from zhibu.engines.planning.seating import Pins, attend, choose, every, near, place, seat
from zhibu.engines.planning.ways import Facts, Taken, Way

#: Days of one kind on which people may be called in, told apart; those beyond share one that asks less.
COPIES = 2

#: Sittings that the exact model chooses from: all, where there are no more than so many, else so many near those of
#: the cover, for so many seconds.
EVERY, NEAR, SECONDS = 300, 150, 5

#: Seconds, and no more than a third of those left, that the cover of few items beside the others may take.
BESIDE = 10

#: How much of the time may go into asking what overlaps in the only room; the rest is for a better plan.
CLASHES = 0.75

#: So often a set of sessions that overlap whatever one does is forbidden and the cover asked anew.
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Found:
    """Sessions of some items, what they cost beside what stands already, and a bound that no plan of them beats."""

    sessions: tuple[Session, ...]
    cost: float
    bound: float
    impossible: tuple[Id, ...] = ()

    @property
    def is_proven(self) -> bool:
        return self.cost <= self.bound + EPSILON


@dataclass(slots=True)
class Task:
    """Items that are planned together, beside what is ``taken`` by sessions that stand."""

    facts: Facts
    items: Sequence[Item]
    taken: Taken
    standing: tuple[Session, ...]
    pins: Pins = field(default_factory=dict)
    shares: Sequence[Share] | None = None
    #: Of the start classes of each day the cover is offered so many that most could attend; ``None``: all.
    per_day: int | None = None

    def ground(self) -> Ground:
        groups = groups_of(self.facts, self.items, self.taken, self.shares or ())
        raw = {
            item.id: catalogue(self.facts, item, groups, self.taken, self.pins.get(item.id, ()))
            for item in self.items
        }
        return Ground(
            self.facts, groups, raw, {item: one.reduced() for item, one in raw.items()}, self.shares, self.per_day
        )

    def cost_of(self, sessions: Iterable[Session]) -> int:
        """What ``sessions`` add to what those standing cost; who misses one of the task's items included."""
        mine = {item.id for item in self.items}
        return _total(self.facts, (*self.standing, *sessions), mine) - _total(self.facts, self.standing, set())

    @property
    def only_room(self) -> bool:
        return len({room for item in self.items for room in item.rooms}) == 1


def _total(facts: Facts, sessions: Sequence[Session], items: set[Id]) -> int:
    """What a plan costs, of its misses only those of ``items``."""
    problem = facts.problem
    there: dict[Id, set[Id]] = defaultdict(set)
    for session in sessions:
        there[session.item].update(session.in_person, session.online)
    others = sum(len({*item.audience} - there[item.id]) for item in problem.items.values() if item.id not in items)
    return cost(problem, Plan(problem.name, tuple(sessions))).total - others * problem.prices.missed


@dataclass(slots=True)
class Ground:
    """The start classes of a task's items: all (``raw``), and of each day those that no other dominates."""

    facts: Facts
    groups: Sequence[Group]
    raw: Mapping[Id, Catalogue]
    full: Mapping[Id, Catalogue]
    shares: Sequence[Share] | None = None
    per_day: int | None = None

    @property
    def is_small(self) -> bool:
        """Whether every time and room can be looked at by itself."""
        return sum(len(each.starts) for one in self.raw.values() for each in one.classes) <= EVERY

    def cover(self, *, is_merged: bool = True) -> Cover:
        """With each day as it is, or without days that others do for."""
        offered = self.full
        if self.per_day is not None:
            offered = {item: most_attended(one, self.per_day) for item, one in offered.items()}
        into = merged(offered, self.shares or ()) if is_merged and self.per_day is None else {}
        needed = {
            item: one.only(
                [number for number, each in enumerate(one.classes) if each.day not in into]
            ).without_needless()
            for item, one in offered.items()
        }
        return Cover(self.facts, self.groups, needed, self.shares)


def by_cover(
    task: Task, ground: Ground, solving: Budget, budget: Budget, *, is_easy: bool = False
) -> tuple[Found, list[Chosen]]:
    """What the cover says, sought for as long as ``solving``: its bound, its sessions, and these seated.

    ``is_easy``: the bound is soon good; of a hall's many items the sessions are poor for long.
    """
    cover = ground.cover()
    answer = cover.program.solve(solving, is_easy=is_easy or ground.per_day is not None or len(task.items) == 1)
    bound = max(whole_number(answer.bound), 0) if ground.per_day is None else 0
    best = Found((), task.cost_of(()), bound, tuple(cover.impossible))
    if answer.values is None:
        return best, []
    chosen = cover.chosen(answer.values)
    return better(task, best, seat(task.facts, chosen, ground.full, task.taken, budget, bound)), chosen


def begin(task: Task, budget: Budget) -> Found:
    """A plan of the task's items from the cover, or one after the other where its sessions overlap; and a bound."""
    ground = task.ground()
    best, chosen = by_cover(task, ground, budget.but_last(3), budget)
    if not best.is_proven and task.facts.problem.baseline is not None:
        best = as_before(task, best, budget)
    if chosen and not best.is_proven and ground.is_small:
        best = exactly(task, ground, best, budget)
    if not best.sessions and len(task.items) > 1:
        best = one_by_one(task, best, budget)
    elif not best.sessions and chosen:
        best = disjoint(task, ground, best, budget.within(SECONDS))
    if not best.sessions and (task.per_day is not None or not chosen):
        best = _greedily(task, ground, best, budget)
    if chosen and not best.sessions:
        best = _chosen_among(task, chosen, ground, best, budget)
    return best


def _chosen_among(task: Task, chosen: Sequence[Chosen], ground: Ground, best: Found, budget: Budget) -> Found:
    """The exact model of the sittings near the ``chosen`` ones, or of all where there are few."""
    if ground.is_small:
        return exactly(task, ground, best, budget)
    held = {one.item for one in chosen}
    missing = sum(len(item.audience) for item in task.items if item.id not in held) * task.facts.problem.prices.missed
    offered = near(task.facts, chosen, ground.raw, NEAR)
    found, _ = choose(
        task.facts, offered, task.taken, budget.within(SECONDS), best.bound - missing, best.cost - missing, task.pins
    )
    return better(task, best, found)


def exactly(task: Task, ground: Ground, best: Found, budget: Budget) -> Found:
    """The model of every person and sitting; its bound is the best there is."""
    planned = {item: one for item, one in ground.raw.items() if item not in best.impossible}
    missing = sum(len(task.facts.problem.items[item].audience) for item in best.impossible)
    missing *= task.facts.problem.prices.missed
    found, bound = choose(
        task.facts,
        every(planned),
        task.taken,
        budget.but_last(1),
        best.bound - missing,
        best.cost - missing,
        task.pins,
    )
    return better(task, replace(best, bound=max(best.bound, whole_number(bound) + missing)), found)


def finish(task: Task, best: Found, budget: Budget) -> Found:
    """``best`` made better, and its bound, until they meet or the time is over."""
    best = replace(best, cost=task.cost_of(best.sessions))
    if best.cost - best.bound >= task.facts.problem.prices.missed:
        best = improve(task, best, budget, at_once=2)
    if not best.is_proven and task.only_room and len(task.items) > 1:
        best = _without_clashes(task, task.ground(), best, budget.within(CLASHES * budget.left))
    best = improve(task, best, budget, at_once=2)
    return improve(task, best, budget, at_once=3)


def one_by_one(task: Task, best: Found, budget: Budget) -> Found:
    """Each item beside those before it, where that costs less than ``best``; each may take half the time left."""
    sessions: list[Session] = []
    for item in task.items:
        sessions += _beside(task, [item], sessions, budget.within(budget.left / 2))
    return better(task, best, sessions)


def missing(item: Item, sessions: Iterable[Session]) -> int:
    """So many of the audience have no session of the item."""
    return len({*item.audience} - _there(item, sessions))


def _there(item: Item, sessions: Iterable[Session]) -> set[Id]:
    return {
        person for session in sessions if session.item == item.id for person in (*session.in_person, *session.online)
    }


def kept(facts: Facts, sessions: Iterable[Session], standing: Iterable[Session]) -> list[Session]:
    """Of ``sessions`` those that can stand beside ``standing`` and each other, with those of their people who can.

    One without a chair, and a main sitting without its quorum, is left out.
    """
    taken = Taken.by(facts, standing)
    found = []
    for session in sessions:
        item = facts.problem.items[session.item]
        away = Counter[tuple[Id, int]]()
        in_person = _who_can(facts, taken, item, session, away, online=False)
        there = replace(session, in_person=in_person, online=_who_can(facts, taken, item, session, away, online=True))
        voters = sum(person in item.voters for person in in_person)
        has_room = taken.leaves_room(session.room, session.start, session.start + item.duration)
        if has_room and not {*item.chairs}.isdisjoint(in_person) and (not session.main or voters >= item.quorum):
            found.append(there)
            taken.add(facts, there)
    return found


def _who_can(
    facts: Facts, taken: Taken, item: Item, session: Session, away: Counter[tuple[Id, int]], *, online: bool
) -> tuple[Id, ...]:
    """Those of the session who can attend it, chairs first; ``away`` counts the places at posts that they take."""
    found = []
    for person in sorted(session.online if online else session.in_person, key=lambda one: one not in item.chairs):
        first, last = facts.busy(person, item, session.start, session.room, online=online)
        places = list(facts.away(person, first, last))
        if (
            facts.way(person, first, last, online=online) != Way.NONE
            and taken.leaves_time(person, first, last)
            and all(taken.away.get(place, 0) + away[place] < (facts.spare(*place) or 0) for place in places)
        ):
            found.append(person)
            away.update(places)
    return tuple(found)


def quickly(task: Task, best: Found, budget: Budget) -> Found:
    """Each item beside those before it by what each session adds, where that costs less: poor, but soon there.

    First what has one sitting, which finds its time with difficulty. What ``budget`` does not reach is left out.
    """
    sessions: list[Session] = []
    for item in sorted(task.items, key=lambda item: item.max_sessions):
        if budget.left <= 0:
            break
        standing = (*task.standing, *sessions)
        alone = Task(task.facts, [item], Taken.by(task.facts, standing), standing, task.pins)
        sessions += _greedily(alone, alone.ground(), Found((), alone.cost_of(()), 0), budget).sessions
    return better(task, best, sessions)


def as_before(task: Task, best: Found, budget: Budget) -> Found:
    """The earlier plan, with whoever can still attend it, where that costs less than ``best``.

    First with those alone who were to attend it before, which takes no time.
    """
    mine = {item.id for item in task.items}
    before = [session for session in task.facts.problem.baseline or () if session.item in mine]
    best = better(task, best, kept(task.facts, before, task.standing))
    if best.is_proven:
        return best
    sessions = [
        session
        for session in before
        if task.taken.leaves_room(
            session.room, session.start, session.start + task.facts.problem.items[session.item].duration
        )
    ]
    for items in ([*task.items], *([item] for item in task.items)):
        some = {item.id for item in items}
        sittings = [(each.item, each.start, each.room, each.main) for each in sessions if each.item in some]
        others = [session for session in best.sessions if session.item not in some]
        beside = Taken.by(task.facts, (*task.standing, *others))
        again = attend(task.facts, sittings, beside, budget.within(budget.left / 2), 0) if sittings else None
        if again is not None:
            best = better(task, best, [*others, *again])
        if len(best.sessions) >= len(sessions):
            break
    return best


def improve(
    task: Task, best: Found, budget: Budget, is_over: Callable[[], bool] = lambda: False, *, at_once: int = 2
) -> Found:
    """So many items ``at_once`` are planned anew beside the others, as long as that helps. ``is_over`` ends it."""
    some = list(combinations(task.items, min(at_once, len(task.items))))
    number = since = 0
    while since < len(some) and not best.is_proven and budget.left > 0 and not is_over():
        anew = some[number % len(some)]
        ids = {item.id for item in anew}
        others = [session for session in best.sessions if session.item not in ids]
        before = best.cost
        best = better(task, best, [*others, *_beside(task, anew, others, budget)])
        number, since = number + 1, 0 if best.cost < before else since + 1
    return best


def _beside(task: Task, items: Sequence[Item], others: Sequence[Session], budget: Budget) -> list[Session]:
    """Sessions of ``items`` beside ``others``: by the cover where its sessions can be seated, else one item each."""
    standing = (*task.standing, *others)
    smaller = Task(task.facts, items, Taken.by(task.facts, standing), standing, task.pins, per_day=task.per_day)
    ground = smaller.ground()
    best, chosen = by_cover(smaller, ground, budget.within(min(BESIDE, budget.left / 3)), budget)
    if not chosen:
        return list(_greedily(smaller, ground, best, budget).sessions)
    if budget.left > 0 and (not best.sessions or (len(items) > 1 and not best.is_proven)):
        best = disjoint(smaller, ground, best, budget.within(SECONDS))
    if budget.left > 0 and not best.sessions:
        best = _chosen_among(smaller, chosen, ground, best, budget)
    return list(best.sessions)


def _greedily(task: Task, ground: Ground, best: Found, budget: Budget) -> Found:
    """Sessions by what each adds; then more of them for those who found no place, as long as that helps."""
    chosen: list[Chosen] = []
    lacking = {item.id: Counter(group.number for group in ground.groups for _ in group.people) for item in task.items}
    while True:
        more = [
            each
            for id_, one in ground.full.items()
            for each in greedily(task.facts, ground.groups, one, lacking[id_], sum(c.item == id_ for c in chosen))
        ]
        chosen += more
        seated = seat(task.facts, chosen, ground.full, task.taken, budget.at_least(1), 0) if more else None
        before, best = best, better(task, best, seated)
        if best.cost == before.cost:
            return best
        for item in task.items:
            there = _there(item, best.sessions)
            lacking[item.id] = Counter(
                group.number
                for group in ground.groups
                for person in group.people
                if person in item.audience and person not in there
            )


def whole_number(bound: float) -> float:
    """All prices are whole numbers."""
    return bound if math.isinf(bound) else math.ceil(bound - EPSILON)


def better(task: Task, best: Found, sessions: Sequence[Session] | None) -> Found:
    """``best``, or these sessions where they cost less."""
    if sessions is None:
        return best
    price = task.cost_of(sessions)
    return replace(best, sessions=tuple(sessions), cost=price) if price < best.cost else best


def disjoint(task: Task, ground: Ground, best: Found, budget: Budget) -> Found:
    """A plan from the cover in which no two sessions of a day overlap. It says nothing of the bound."""
    cover = ground.cover(is_merged=False)
    for row in _apart(task.facts, cover):
        cover.program.at_most(*row)
    answer = cover.program.solve(budget.but_last(3))
    if answer.values is None:
        return best
    chosen = cover.chosen(answer.values)
    return better(task, best, seat(task.facts, chosen, ground.full, task.taken, budget, best.bound))


def _apart(facts: Facts, cover: Cover) -> Iterator[tuple[float, dict[int, float]]]:
    """Rows: of each slot at most one class that can not but lie over it; in each span no more than fits into it."""
    by_day: dict[Any, list[tuple[int, StartClass]]] = defaultdict(list)
    for variable, start_class in cover.classes:
        by_day[start_class.day].append((variable, start_class))
    for classes in by_day.values():
        spans = [(variable, *_span(facts, one, with_ways=True)) for variable, one in classes]
        seen: set[frozenset[int]] = set()
        for slot in sorted({latest for _, _, latest, _, _, _ in spans}):
            over = frozenset(variable for variable, _, latest, earliest, _, _ in spans if latest <= slot < earliest)
            if len(over) > 1 and over not in seen:
                seen.add(over)
                yield 1, dict.fromkeys(over, 1)
        yield from _spans_hold(spans)


def _spans_hold(spans: Sequence[tuple[int, int, int, int, int, int]]) -> Iterator[tuple[float, dict[int, float]]]:
    """Energy: sessions that all lie within a span take at most its length."""
    shortest: dict[frozenset[int], int] = {}
    lengths = {variable: length for variable, _, _, _, _, length in spans}
    for opens in {first for _, first, _, _, _, _ in spans}:
        for closes in {last for _, _, _, _, last, _ in spans}:
            within = frozenset(
                variable for variable, first, _, _, last, _ in spans if opens <= first and last <= closes
            )
            if within:
                shortest[within] = min(closes - opens, shortest.get(within, closes))
    for within, length in shortest.items():
        # Of one class alone only a second session can be too much.
        if len(within) > 1 or 2 * max(lengths[variable] for variable in within) > length:
            yield length, {variable: lengths[variable] for variable in sorted(within)}


def _span(facts: Facts, one: StartClass, *, with_ways: bool) -> tuple[int, int, int, int, int]:
    """Earliest begin, latest begin, earliest end, latest end and length, the ways there and back in it or not."""
    item = facts.problem.items[one.item]
    way = {
        room: max(facts.travel(person, room) for person in item.audience) if with_ways else 0
        for _, room in one.starts
    }
    begins = [start % facts.per_day - way[room] for start, room in one.starts]
    ends = [start % facts.per_day + item.duration + way[room] for start, room in one.starts]
    return min(begins), max(begins), min(ends), max(ends), item.duration + 2 * min(way.values())


def _without_clashes(task: Task, ground: Ground, best: Found, budget: Budget) -> Found:
    """The cover once more, where days of coming in know that sessions in the only room can not overlap.

    Sessions that call nobody in may lie on any day, so they are as before. Those that do lie on a copy of their kind
    of day; two copies are exact, a third one, which asks nothing of the hours, stands for all further days and may be
    used only beside both. Its bound is therefore one of the whole.
    """
    raw = ground.raw
    into = merged(raw, by_time=True)
    kinds = Counter(_last(into, day) for day in {day for one in raw.values() for day in one.by_day()})
    catalogues = {item: _with_copies(one, kinds) for item, one in raw.items()}
    forbidden: list[tuple[Chosen, ...]] = []
    for _ in range(ROUNDS):
        cover = Cover(task.facts, ground.groups, catalogues)
        _ask_of_copies(task.facts, cover, forbidden)
        cover.program.cheaper_than(best.cost)
        answer = cover.program.solve(budget.but_last(1), is_easy=True)
        bound = min(whole_number(answer.bound), best.cost)
        best = replace(best, bound=max(best.bound, bound))
        if answer.values is None or best.is_proven:
            break
        chosen = cover.chosen(answer.values)
        best = better(task, best, seat(task.facts, chosen, raw, task.taken, budget, bound))
        if best.is_proven or budget.left <= 0:
            break
        clashes = _clashes(task, chosen, raw, budget)
        if not clashes:
            break
        forbidden += clashes
    return best


def _last(into: Mapping[Any, Any], day: Any) -> Any:
    while day in into:
        day = into[day]
    return day


def _with_copies(one: Catalogue, kinds: Mapping[Any, int]) -> Catalogue:
    beaten: set[int] = set()
    for numbers in one.by_day().values():
        better = one.dominance(numbers, numbers)
        spans = [one.classes[number].begins(one.per_day) for number in numbers]
        for row, number in enumerate(numbers):
            beaten |= {
                numbers[other]
                for other in np.flatnonzero(better[row]).tolist()
                if numbers[other] != number
                and spans[row][0] <= spans[other][0]
                and spans[other][1] <= spans[row][1]
                and (spans[row] != spans[other] or not better[other, row] or number < numbers[other])
            }
    there = [each for number, each in enumerate(one.classes) if each.day in kinds and number not in beaten]
    chairs = one.numbers_of(one.item.chairs)
    alone = [
        each
        for each in (each.without_calls() for each in there)
        if any(way is not None and group in chairs for group, (way, _) in each.ways.items())
    ]
    free = Catalogue(one.item, alone, one.groups, one.per_day)
    free = free.only(free.undominated(range(len(alone))))
    copies = [
        each.at((each.day, copy))
        for each in there
        if each.is_calling
        for copy in range(1, min(COPIES + 1, kinds[each.day]) + 1)
    ]
    return Catalogue(one.item, [*free.classes, *copies], one.groups, one.per_day)


def _ask_of_copies(facts: Facts, cover: Cover, forbidden: Iterable[tuple[Chosen, ...]]) -> None:
    by_copy: dict[tuple[Any, int], list[tuple[int, StartClass]]] = defaultdict(list)
    for variable, one in cover.classes:
        if isinstance(one.day, tuple):
            by_copy[one.day].append((variable, one))
    for (_, copy), classes in by_copy.items():
        if copy <= COPIES:
            spans = [(variable, *_span(facts, one, with_ways=False)) for variable, one in classes]
            for row in _spans_hold(spans):
                cover.program.at_most(*row)
    _copies_in_order(cover)
    variables = {(one.item, one.day, one.starts): variable for variable, one in cover.classes}
    for chosen in forbidden:
        kind = chosen[0].start_class.day[0]
        for copy in range(1, COPIES + 1):
            keys = [(one.item, (kind, copy), one.start_class.starts) for one in chosen]
            if all(key in variables for key in keys):
                cover.program.at_most(len(keys) - 1, {**Counter(variables[key] for key in keys)})


def _copies_in_order(cover: Cover) -> None:
    """More people come in on the first copy than on the second; on the one of further days only beside both."""
    coming: dict[tuple[Any, int], dict[int, int]] = defaultdict(dict)
    for (day, group), variable in cover.called.items():
        if isinstance(day, tuple):
            coming[day][variable] = cover.groups[group].size
    for (day, copy), here in list(coming.items()):
        for before in range(1, copy) if copy > COPIES else ():
            for variable, size in here.items():
                cover.program.at_least(0, {**dict.fromkeys(coming[day, before], size), variable: -1})
        if 1 < copy <= COPIES:
            cover.program.at_least(0, {**dict.fromkeys(coming[day, copy - 1], 1), **dict.fromkeys(here, -1)})


def _clashes(
    task: Task, chosen: Sequence[Chosen], raw: Mapping[Id, Catalogue], budget: Budget
) -> list[tuple[Chosen, ...]]:
    """Sessions of one day that can not all lie on it."""
    by_day: dict[Any, list[Chosen]] = defaultdict(list)
    for one in chosen:
        if one.called and isinstance(one.start_class.day, tuple) and one.start_class.day[1] <= COPIES:
            by_day[one.start_class.day].append(one)
    return [tuple(each) for each in by_day.values() if place(task.facts, each, raw, budget) is None]
