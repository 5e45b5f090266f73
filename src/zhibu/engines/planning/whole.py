"""A whole problem: what can be planned apart is, in processes of its own; what concerns many comes together after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import monotonic
from typing import Any

from zhibu.domain.roster import Id, Item, Plan, Problem, Session, cost
from zhibu.engines.planning.mip import INFINITY, Budget
from zhibu.engines.planning.search import (
    Found,
    Task,
    as_before,
    begin,
    better,
    by_cover,
    disjoint,
    exactly,
    finish,
    improve,
    one_by_one,
    whole_number,
)
from zhibu.engines.planning.seating import Pins
from zhibu.engines.planning.ways import Facts, Taken

#: Seconds that one of many parts has at first; who is not done by then goes on when all have had their turn.
FIRST = 12.0

#: Nodes of a search tree for each unit of effort.
NODES = 200

#: So many parts are planned again beside each other, so often.
FEW, AGAIN = 10, 3

#: What a bound of items that concern many parts is worth waiting for, in seconds.
JOINT = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``plan`` says what it costs and which bound no plan beats; ``impossible``: items that no sitting satisfies."""

    plan: Plan
    impossible: tuple[Id, ...]

    @property
    def is_proven(self) -> bool:
        return (
            self.plan.objective is not None and self.plan.bound is not None and self.plan.objective <= self.plan.bound
        )

    @property
    def gap(self) -> float:
        """How much of the cost might be saved at most, from 0 to 1."""
        if not self.plan.objective or self.plan.bound is None:
            return 0.0
        return max(0.0, 1 - self.plan.bound / self.plan.objective)


#: Told what the best plan costs so far, the bound and how many parts of how many are done.
Progress = Callable[[float, float, int, int], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """Items that can be planned apart from the others, and each that concerns several of these (``joint``)."""

    apart: tuple[tuple[Item, ...], ...]
    joint: tuple[Item, ...]


def parts_of(problem: Problem) -> Parts:  # noqa: C901 - a union-find is written in one piece
    """Items of organizations that share nobody and no room are apart; what a superior holds with several is joint."""
    concerned: dict[Id, set[Id]] = defaultdict(set)
    for item in problem.items.values():
        for person in (*item.audience, *item.chairs):
            concerned[person].add(item.organization)
    joint = []
    apart: dict[Id, list[Item]] = defaultdict(list)
    for item in problem.items.values():
        others = {other for person in (*item.audience, *item.chairs) for other in concerned[person]}
        if any(_is_above(problem, item.organization, other) for other in others):
            joint.append(item)
        else:
            apart[item.organization].append(item)
    together: dict[Id, Id] = {organization: organization for organization in apart}

    def top(organization: Id) -> Id:
        while together[organization] != organization:
            organization = together[organization]
        return organization

    first_of: dict[tuple[str, Id], Id] = {}
    for organization, items in apart.items():
        for item in items:
            people = {("person", person) for person in (*item.audience, *item.chairs)}
            for key in (*people, *(("room", room) for room in item.rooms)):
                together[top(organization)] = top(first_of.setdefault(key, organization))
    clusters: dict[Id, list[Item]] = defaultdict(list)
    for organization, items in apart.items():
        clusters[top(organization)] += items
    return Parts(tuple(tuple(items) for items in clusters.values()), tuple(joint))


def _is_above(problem: Problem, organization: Id, other: Id) -> bool:
    """Whether ``organization`` stands above ``other``."""
    seen = {other}
    while other in problem.organizations:
        parent = problem.organizations[other].parent
        if parent is None or parent in seen:
            return False
        if parent == organization:
            return True
        seen.add(parent)
        other = parent
    return False


class _Worker:
    """What a process of the pool keeps between its tasks."""

    facts: Facts


def _open(problem: Problem) -> None:
    _Worker.facts = Facts(problem)


def _task(facts: Facts, items: Sequence[Item], pins: Pins, standing: Iterable[Session] = ()) -> Task:
    stands = tuple(standing)
    return Task(facts, items, Taken.by(facts, stands), stands, pins)


def _begin_part(
    items: Sequence[Item], pins: Pins, budget: Budget, seconds: float, standing: tuple[Session, ...] = ()
) -> Found:
    """Beside what is ``standing``, within so many seconds from when its turn comes."""
    return begin(_task(_Worker.facts, items, pins, standing), budget.within(seconds))


def _finish_part(items: Sequence[Item], pins: Pins, found: Found, budget: Budget, seconds: float) -> Found:
    return finish(_task(_Worker.facts, items, pins), found, budget.within(seconds))


def _joint_bound(items: Sequence[Item], budget: Budget) -> float:
    """What ``items`` cost at least, whoever comes in for something else anyway."""
    cover = _task(_Worker.facts, items, {}).ground().cover(is_called_free=True)
    return max(whole_number(cover.program.solve(budget.within(JOINT)).bound), 0)


def _covered(items: Sequence[Item], pins: Pins, budget: Budget) -> Found:
    task = _task(_Worker.facts, items, pins)
    return by_cover(task, task.ground(), budget.but_last(3), budget)[0]


def _apart(items: Sequence[Item], pins: Pins, budget: Budget) -> Found:
    task = _task(_Worker.facts, items, pins)
    return disjoint(task, task.ground(), Found((), INFINITY, 0), budget)


class _Here:
    """Instead of a pool: everything is done at once, in this process."""

    def submit(self, does: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(does(*args))
        return future


@contextmanager
def _pool(problem: Problem, workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _open, (problem,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.terminate()


def plan(
    problem: Problem,
    *,
    seconds: float = 60,
    effort: int | None = None,
    pins: Iterable[tuple[Id, int, Id]] = (),
    workers: int = 2,
    progress: Progress | None = None,
) -> Outcome:
    """The best plan found within ``seconds``, or by ``effort`` (then the same on every machine), with its bound.

    ``pins``: (item, start, room) of sessions that take place as they are. An interruption (``KeyboardInterrupt``)
    ends the search, and the best plan so far is what is returned. Raises ``SolverMissing`` without OR-Tools.
    """
    budget = Budget(nodes=effort * NODES) if effort is not None else Budget(monotonic() + seconds)
    pinned: dict[Id, list[tuple[int, Id]]] = defaultdict(list)
    for item, start, room in pins:
        pinned[item].append((start, room))
    search = _Search(problem, parts_of(problem), pinned, budget, workers, progress)
    with suppress(KeyboardInterrupt):
        search.run()
    return search.outcome()


class _Search:
    def __init__(
        self, problem: Problem, parts: Parts, pins: Pins, budget: Budget, workers: int, progress: Progress | None
    ) -> None:
        self.problem, self.parts, self.pins, self.budget = problem, parts, pins, budget
        self.workers, self.progress = workers, progress
        self.facts = Facts(problem)
        self.found: dict[int, Found] = {}
        self.joint: dict[Id, Found] = {}
        self.joint_bounds: dict[Id, float] = {}
        self.sessions: tuple[Session, ...] = ()
        self.best: tuple[float, tuple[Session, ...]] = (INFINITY, ())
        self.exact = 0.0

    @property
    def bound(self) -> float:
        return max(self.exact, sum(found.bound for found in self.found.values()) + sum(self.joint_bounds.values()))

    def _best(self) -> tuple[float, tuple[Session, ...]]:
        """The cheapest of all plans so far: on the way to a better one, much may lie open."""
        total = cost(self.problem, Plan(self.problem.name, self.sessions)).total
        self.best = min(self.best, (total, self.sessions), key=lambda found: found[0])
        return self.best

    def outcome(self) -> Outcome:
        total, best = self._best()
        sat = {session.item for session in best if session.main}
        impossible = {item for found in (*self.found.values(), *self.joint.values()) for item in found.impossible}
        impossible |= {item.id for item in self.problem.items.values() if item.quorum and item.id not in sat}
        order = {item: number for number, item in enumerate(self.problem.items)}
        sessions = sorted(best, key=lambda session: (session.start, order[session.item]))
        made = Plan(
            self.problem.name, tuple(sessions), int(total), round(min(self.bound, total), 3), self.problem.baseline
        )
        return Outcome(made, tuple(sorted(impossible, key=order.__getitem__)))

    def tell(self, done: int, of: int) -> None:
        if self.progress is not None:
            self.progress(self._best()[0], self.bound, done, of)

    def run(self) -> None:
        is_small = self.is_one and len({room for item in self.problem.items.values() for room in item.rooms}) == 1
        if self.workers < 2 or is_small:  # noqa: PLR2004
            _open(self.problem)
            self._parts(_Here())
            return
        is_one = self.is_one and self.budget.nodes is None
        try:
            with _pool(self.problem, self.workers - is_one) as pool:
                if is_one:
                    self._one_part(pool)
                else:
                    self._parts(pool)
        except BrokenProcessPool:
            # Where no process can be started, or one was ended for want of memory, this one does it all.
            _open(self.problem)
            self._parts(_Here())

    @property
    def is_one(self) -> bool:
        return len(self.parts.apart) == 1 and not self.parts.joint

    def _one_part(self, pool: ProcessPoolExecutor) -> None:
        """The bound is sought there, a plan here, and what comes from there is a new beginning."""
        (items,) = self.parts.apart
        task = _task(self.facts, items, self.pins)
        waiting: set[Future[Found]] = {
            pool.submit(_covered, items, self.pins, self.budget),
            pool.submit(_apart, items, self.pins, self.budget),
        }

        def is_news() -> bool:
            return any(future.done() for future in waiting)

        best = Found((), task.cost_of(()), 0)
        if self.problem.baseline is not None:
            best = as_before(task, best, self.budget)
        if not best.sessions:
            best = one_by_one(task, best, self.budget.but_last(self.budget.left / 3), self._so_far)
        while True:
            for future in [future for future in waiting if future.done()]:
                waiting.remove(future)
                news = future.result()
                best = better(task, best, news.sessions)
                best = replace(best, bound=max(best.bound, news.bound), impossible=best.impossible or news.impossible)
            self.found[0], self.sessions = best, best.sessions
            self.tell(int(best.is_proven), 1)
            if best.is_proven or self.budget.left <= 0:
                break
            improved = improve(task, best, self.budget, is_news)
            if improved.cost == best.cost and not is_news():
                if not waiting:
                    best = finish(task, best, self.budget)
                    self.found[0], self.sessions = best, best.sessions
                    break
                wait(waiting, timeout=max(0.0, min(self.budget.left, 3600)), return_when=FIRST_COMPLETED)
            best = improved

    def _parts(self, pool: ProcessPoolExecutor | _Here) -> None:
        apart, joint = self.parts.apart, self.parts.joint
        order = sorted(range(len(apart)), key=lambda number: -sum(len(item.audience) for item in apart[number]))
        largest = sorted(joint, key=lambda item: -len(item.audience))
        work: dict[Future[Any], tuple[dict[Any, Any], Any]] = {}
        for item in largest:
            work[pool.submit(_begin_part, [item], self.pins, self.budget, FIRST)] = (self.joint, item.id)
        for number in order:
            work[pool.submit(_begin_part, apart[number], self.pins, self.budget, FIRST)] = (self.found, number)
        self._gather(work, self._together)
        self._joint_beside_each_other(largest)
        self._beside_joint(pool)
        self._beside_each_other()
        self._gather(
            {pool.submit(_joint_bound, [item], self.budget): (self.joint_bounds, item.id) for item in largest}
        )
        open_ones = [number for number in order if number in self.found and not self.found[number].is_proven]
        finished: dict[int, Found] = {}

        def adopt() -> None:
            for number in sorted(finished):
                self.found[number] = finished.pop(number)
                self._adopt(apart[number], self.found[number].sessions)

        until = self.budget.but_last(0.2 * self.budget.left) if self.budget.nodes is None else self.budget
        self._gather(
            {
                pool.submit(_finish_part, apart[number], self.pins, self.found[number], until, 2 * FIRST): (
                    finished,
                    number,
                )
                for number in open_ones
            },
            adopt,
        )
        self._once_more([*((item,) for item in largest), *apart])
        self._exactly()

    def _so_far(self, sessions: Sequence[Session]) -> None:
        self.sessions = tuple(sessions)

    def _exactly(self) -> None:
        """All at once, where there are few times and rooms in all."""
        task = _task(self.facts, list(self.problem.items.values()), self.pins)
        ground = task.ground()
        if self.is_one or not ground.is_small:
            return
        impossible = tuple(
            {item for found in (*self.found.values(), *self.joint.values()) for item in found.impossible}
        )
        now = Found(self.sessions, task.cost_of(self.sessions), self.bound, impossible)
        found = exactly(task, ground, now, self.budget)
        self.sessions, self.exact = found.sessions, found.bound

    def _once_more(self, parts: Sequence[Sequence[Item]]) -> None:
        """Each part beside all others, as long as that helps; where there are many, the joint ones only."""
        for _ in range(AGAIN):
            before = self.sessions
            for items in parts if len(parts) <= FEW else parts[: len(self.parts.joint)]:
                if self.budget.left > 1 and self.parts.joint:
                    self._adopt(items, ())
            if self.sessions == before:
                break

    def _gather(
        self, work: Mapping[Future[Any], tuple[dict[Any, Any], Any]], then: Callable[[], None] = lambda: None
    ) -> None:
        """What comes back from the pool. By effort it is looked at when all is there: what is first is chance."""
        waiting, of = set(work), len(work)
        is_timed = self.budget.nodes is None
        while waiting and self.budget.left > 0:
            timeout = self.budget.left if is_timed else None
            ready, waiting = wait(
                waiting, timeout=timeout, return_when=FIRST_COMPLETED if is_timed else ALL_COMPLETED
            )
            for future in sorted(ready, key=lambda each: str(work[each][1])):
                kept, key = work[future]
                kept[key] = future.result()
            then()
            self.tell(of - len(waiting), of)

    def _together(self) -> None:
        """What was found apart, side by side, as far as nothing gets in another's way."""
        sessions: list[Session] = []
        taken = Taken()
        for found in (*self.joint.values(), *self.found.values()):
            if _fits(self.facts, taken, found.sessions):
                sessions += found.sessions
                for session in found.sessions:
                    taken.add(self.facts, session)
        self.sessions = tuple(sessions)

    def _joint_beside_each_other(self, joint: Sequence[Item]) -> None:
        self.sessions = ()
        for item in joint:
            found = self.joint.get(item.id)
            self._adopt([item], found.sessions if found is not None else ())

    def _beside_joint(self, pool: ProcessPoolExecutor | _Here) -> None:
        """Parts that get in the way of what is joint are planned anew beside it; their bounds stay as they are."""
        standing = self.sessions
        taken = Taken.by(self.facts, standing)
        anew: dict[int, Found] = {}
        self._gather(
            {
                pool.submit(_begin_part, items, self.pins, self.budget, FIRST, standing): (anew, number)
                for number, items in enumerate(self.parts.apart)
                if number in self.found and not _fits(self.facts, taken, self.found[number].sessions)
            }
        )
        for number, found in self.found.items():
            sessions = anew[number].sessions if number in anew else found.sessions
            if _fits(self.facts, taken, sessions):
                self.sessions = (*self.sessions, *sessions)
                for session in sessions:
                    taken.add(self.facts, session)

    def _beside_each_other(self) -> None:
        """Whatever has found no place yet."""
        there = {session.item for session in self.sessions}
        for items in (*self.parts.apart, *((item,) for item in self.parts.joint)):
            if self.budget.left > 0 and not any(item.id in there for item in items):
                self._adopt(items, ())

    def _adopt(self, items: Sequence[Item], sessions: Sequence[Session]) -> None:
        """``sessions`` instead of those of ``items`` where they fit, else newly planned ones; if they cost less."""
        mine = {item.id for item in items}
        others = tuple(session for session in self.sessions if session.item not in mine)
        task = _task(self.facts, items, self.pins, others)
        if not sessions or not _fits(self.facts, task.taken, sessions):
            sessions = begin(task, self.budget.within(FIRST)).sessions
        before = task.cost_of([session for session in self.sessions if session.item in mine])
        if task.cost_of(sessions) < before:
            self.sessions = (*others, *sessions)


def _fits(facts: Facts, taken: Taken, sessions: Iterable[Session]) -> bool:
    """Whether ``sessions`` can stand beside what is taken: rooms, people and posts."""
    problem = facts.problem
    away: dict[tuple[Id, int], int] = defaultdict(int)
    for session in sessions:
        item = problem.items[session.item]
        if not taken.leaves_room(session.room, session.start, session.start + item.duration):
            return False
        for people, online in ((session.in_person, False), (session.online, True)):
            for person in people:
                first, last = facts.busy(person, item, session.start, session.room, online=online)
                if not taken.leaves_time(person, first, last):
                    return False
                for place in facts.away(person, first, last):
                    away[place] += 1
    return all(
        taken.away[place] + count <= (facts.spare(*place) or 0)
        for place, count in away.items()
        if place in taken.away
    )
