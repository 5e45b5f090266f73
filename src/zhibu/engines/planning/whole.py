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
from typing import Any, TypeVar

from zhibu.domain.roster import Id, Item, Plan, Problem, Session, cost
from zhibu.engines.planning.mip import INFINITY, Budget
from zhibu.engines.planning.parts import Parts, parts_of
from zhibu.engines.planning.search import (
    Found,
    Task,
    as_before,
    better,
    exactly,
    finish,
    improve,
    missing,
    one_by_one,
    quickly,
)
from zhibu.engines.planning.seating import Pins
from zhibu.engines.planning.shared import SharedDays
from zhibu.engines.planning.ways import Facts, fits
from zhibu.engines.planning.work import (
    again_beside,
    at_least,
    begin_part,
    begin_roughly,
    covered,
    disjointly,
    finish_part,
    open_here,
    open_there,
    task_of,
)

#: So much of the time, at least so many seconds, one of many parts has at first; then all others have their turn.
FIRST, FIRST_SECONDS = 0.15, 10.0

#: So much of the time may be taken beyond it, where something has no time yet.
MOMENT = 0.1

#: Nodes of a search tree for each unit of effort.
NODES = 200

#: Seconds that what was begun may take to end.
ENDING = 0.5

#: Seconds that have to be left for planning a hall's items from nothing once more.
ENOUGH = 15

#: Start classes of one day from which a hall's items are first planned anew, one by one.
FEW = 3

#: What is planned again beside what stands is so often.
AGAIN = 3

#: Times and rooms; where there are more, it is not even asked how many of them are possible.
MANY = 5000


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


Result = TypeVar("Result")

#: Seconds; the longest that can be waited for at once.
LONG = 10**6

#: Told what the best plan costs so far, the bound and how many parts of how many are done.
Progress = Callable[[float, float, int, int], None]


class _Here:
    """Instead of a pool: everything is done at once, in this process."""

    def submit(self, does: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(does(*args))
        return future


@contextmanager
def _pool(problem: Problem, workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(workers, get_context("spawn"), open_there, (problem,))
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
    search.complete()
    return search.outcome()


class _Search:
    def __init__(
        self, problem: Problem, parts: Parts, pins: Pins, budget: Budget, workers: int, progress: Progress | None
    ) -> None:
        self.problem, self.parts, self.pins, self.budget = problem, parts, pins, budget
        self.workers, self.progress = workers, progress
        self.facts = Facts(problem)
        self.found: dict[int, Found] = {}
        self.impossible: set[Id] = set()
        self.joint_bounds: dict[Id, float] = {}
        self.sessions: tuple[Session, ...] = ()
        self.best: tuple[float, tuple[Session, ...]] = (INFINITY, ())
        self.known = 0.0
        self.first = max(FIRST * budget.left, FIRST_SECONDS)
        self.moment = MOMENT * budget.left

    @property
    def bound(self) -> float:
        return max(self.known, sum(found.bound for found in self.found.values()) + sum(self.joint_bounds.values()))

    def _best(self) -> tuple[float, tuple[Session, ...]]:
        """The cheapest of all plans so far: on the way to a better one, much may lie open."""
        total = cost(self.problem, Plan(self.problem.name, self.sessions)).total
        self.best = min(self.best, (total, self.sessions), key=lambda found: found[0])
        return self.best

    def outcome(self) -> Outcome:
        total, best = self._best()
        sat = {session.item for session in best if session.main}
        impossible = self._impossible()
        impossible |= {item.id for item in self.problem.items.values() if item.quorum and item.id not in sat}
        order = {item: number for number, item in enumerate(self.problem.items)}
        sessions = sorted(best, key=lambda session: (session.start, order[session.item]))
        made = Plan(
            self.problem.name, tuple(sessions), int(total), round(min(self.bound, total), 3), self.problem.baseline
        )
        return Outcome(made, tuple(sorted(impossible, key=order.__getitem__)))

    def _impossible(self) -> set[Id]:
        """What nothing satisfies even where nothing else stands."""
        return {item for found in self.found.values() for item in found.impossible} | self.impossible

    def complete(self) -> None:
        """What was not reached is planned poorly rather than not at all; for a moment more than was given."""
        _, best = self._best()
        held = {session.item for session in best} | self._impossible()
        lacking = [item for item in self.problem.items.values() if item.id not in held]
        if lacking:
            task = task_of(self.facts, lacking, self.pins, best)
            budget = self.budget if self.budget.nodes is not None else Budget(monotonic() + self.moment)
            self.sessions = (*best, *quickly(task, Found((), task.cost_of(()), 0), budget).sessions)

    def tell(self, done: int, of: int) -> None:
        if self.progress is not None:
            self.progress(self._best()[0], self.bound, done, of)

    def run(self) -> None:
        is_small = self.is_one and len({room for item in self.problem.items.values() for room in item.rooms}) == 1
        if self.workers < 2 or is_small:  # noqa: PLR2004
            open_here(self.problem)
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
            open_here(self.problem)
            self._parts(_Here())

    @property
    def is_one(self) -> bool:
        return len(self.parts.apart) == 1 and not self.parts.joint

    def _one_part(self, pool: ProcessPoolExecutor) -> None:
        """The bound is sought there, a plan here, and what comes from there is a new beginning."""
        (items,) = self.parts.apart
        task = task_of(self.facts, items, self.pins)
        waiting: set[Future[Found]] = {
            pool.submit(covered, items, self.pins, self.budget),
            pool.submit(disjointly, items, self.pins, self.budget),
        }

        def is_news() -> bool:
            return any(future.done() for future in waiting)

        budget = self.budget.but_last(ENDING)
        best = Found((), task.cost_of(()), 0)
        if self.problem.baseline is not None:
            best = as_before(task, best, budget)
        if not best.sessions:
            best = quickly(task, best, budget)
        best = self._each_anew(task, best, budget, is_news, FEW)
        if self.problem.baseline is None and budget.left > ENOUGH:
            # From nothing once more: a poor beginning may be one that no small change leaves.
            best = one_by_one(task, best, budget.within(budget.left / 2))
        best = self._each_anew(task, best, budget, is_news, None)
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
            improved = improve(task, best, budget, is_news)
            if improved.cost == best.cost and not is_news():
                if not waiting:
                    best = finish(task, best, self.budget)
                    self.found[0], self.sessions = best, best.sessions
                    break
                wait(waiting, timeout=max(0.0, min(self.budget.left, 3600)), return_when=FIRST_COMPLETED)
            best = improved

    def _each_anew(
        self, task: Task, best: Found, budget: Budget, is_over: Callable[[], bool], per_day: int | None
    ) -> Found:
        """Each item beside the others: first what somebody misses, then what came last and found least room."""
        self.found[0], self.sessions = best, best.sessions
        self.tell(0, 1)
        missed = [missing(item, self.sessions) for item in task.items]
        order = sorted(range(len(task.items)), key=lambda number: (-missed[number], -number))
        some = replace(task, items=[task.items[number] for number in order], per_day=per_day)
        return improve(some, best, budget, is_over, at_once=1)

    def _parts(self, pool: ProcessPoolExecutor | _Here) -> None:
        """What is apart first; then what is joint, its bound and beside all; then what could cost less beside it."""
        apart = self.parts.apart
        order = sorted(range(len(apart)), key=lambda number: -sum(len(item.audience) for item in apart[number]))
        self._ask(
            pool,
            begin_part,
            {number: (apart[number], self.pins, self._until(0.5), self.first) for number in order},
            self._found,
        )
        if self.parts.joint:
            days = self._shared_days(pool)
            self._beside_all(pool)
            self._make_ways(pool, days)
            self._finish(pool, self._until(0.5), INFINITY)
            self._beside_again(pool, days)
            if any(self.found[number].cost < costs for number, costs in days.costs.items()):
                self._shared_days(pool)
        self._finish(pool, self.budget, INFINITY)
        self._exactly()

    def _until(self, share: float) -> Budget:
        """So much of the time that is left."""
        return self.budget.within(share * self.budget.left)

    def _ask(
        self,
        pool: ProcessPoolExecutor | _Here,
        does: Callable[..., Result],
        jobs: Mapping[Any, tuple[Any, ...]],
        then: Callable[[Any, Result], None] = lambda _key, _result: None,
    ) -> dict[Any, Result]:
        """What comes back, as far as there is time. By effort all is waited for, since what is first is chance."""
        keys = {pool.submit(does, *args): key for key, args in jobs.items()}
        waiting, found = set(keys), dict[Any, Result]()
        is_timed = self.budget.nodes is None
        while waiting and self.budget.left > 0:
            timeout = min(self.budget.left, LONG) if is_timed else None
            ready, waiting = wait(
                waiting, timeout=timeout, return_when=FIRST_COMPLETED if is_timed else ALL_COMPLETED
            )
            for future in sorted(ready, key=[*keys].index):
                found[keys[future]] = future.result()
                then(keys[future], future.result())
            self.tell(len(jobs) - len(waiting), len(jobs))
        for future in waiting:
            future.cancel()
        return found

    def _found(self, number: int, found: Found) -> None:
        """Of a part by itself. Its bound holds whatever stands beside it."""
        self.found[number] = found
        self._adopt(self.parts.apart[number], found.sessions)

    def _finish(self, pool: ProcessPoolExecutor | _Here, until: Budget, seconds: float) -> None:
        """What is open by itself, that with the largest gap first."""
        order = sorted(self.found, key=lambda number: self.found[number].bound - self.found[number].cost)
        jobs = {
            number: (self.parts.apart[number], self.pins, self.found[number], until, seconds)
            for number in order
            if not self.found[number].is_proven
        }
        self._ask(pool, finish_part, jobs, self._found)

    def _beside_all(self, pool: ProcessPoolExecutor | _Here) -> None:
        """What is joint beside all that stands; what gets in the way of another has its turn in the next round."""
        waiting = sorted(self.parts.joint, key=lambda item: (item.max_sessions, len(item.audience)))
        while waiting:
            jobs = {item.id: ([item], self.pins, self._until(0.5), self.first, self._but([item])) for item in waiting}
            found = self._ask(pool, begin_roughly, jobs, self._adopt_joint)
            left = [item for item in waiting if item.id not in {session.item for session in self.sessions}]
            if not found or len(left) == len(waiting):
                break
            waiting = left

    def _adopt_joint(self, id_: Id, found: Found) -> None:
        self._adopt([self.problem.items[id_]], found.sessions)

    def _shared_days(self, pool: ProcessPoolExecutor | _Here) -> SharedDays:
        """The bounds of what is joint: the better, the less the parts cost. What was known of the whole stands."""
        self.known = self.bound
        days = SharedDays(
            self.parts,
            {number: found.cost for number, found in self.found.items()},
            self.problem.prices.callin_day,
            lambda asked: self._ask(
                pool, at_least, {key: (*job, self.budget, self.first / 2) for key, job in asked.items()}
            ),
        )
        self.joint_bounds, self.impossible = days.bounds, days.impossible
        days.seek()
        return days

    def _make_ways(self, pool: ProcessPoolExecutor | _Here, days: SharedDays) -> None:
        """For items of one sitting, on the days on which they cost least; for whatever somebody misses needlessly."""
        for id_, (day, numbers) in days.hints.items():
            if id_ not in self.pins and self.budget.left > 0:
                self._make_way(pool, replace(self.problem.items[id_], first=day, last=day), numbers)
        for item in self.parts.joint if self.budget.left > 0 else ():
            beyond = self._costs([item]) - self.joint_bounds.get(item.id, 0)
            if beyond >= (1 if item.max_sessions == 1 else self.problem.prices.missed):
                self._make_way(pool, item, days.people[item.id])

    def _beside_again(self, pool: ProcessPoolExecutor | _Here, days: SharedDays) -> None:
        for _ in range(AGAIN):
            before = self.sessions
            if self.budget.left > 0:
                self._again(pool, days)
            if self.sessions == before:
                break

    def _make_way(self, pool: ProcessPoolExecutor | _Here, item: Item, numbers: Iterable[int]) -> None:
        """``item`` beside all but what these parts hold, and that beside it, if all of it costs less."""
        apart = {number: self.parts.apart[number] for number in sorted(numbers)}
        ours = [item, *(each for items in apart.values() for each in items)]
        now = self._but(ours)
        found = self._ask(pool, begin_part, {item.id: ([item], self.pins, self._until(0.5), self.first, now)})
        for made in found.values():
            now = (*now, *made.sessions)
        again = self._ask(
            pool,
            again_beside,
            {
                number: (items, self.pins, self.budget, self.first, now, self._of(items))
                for number, items in apart.items()
                if found
            },
        )
        self._adopt(ours, [session for some in again.values() for session in some] + [*now[len(self._but(ours)) :]])

    def _again(self, pool: ProcessPoolExecutor | _Here, days: SharedDays) -> None:
        """What costs more than it has to by itself, or parts that could come in with others, beside what stands."""
        least: dict[tuple[Item, ...], float] = {
            (item,): self.joint_bounds.get(item.id, 0) for item in self.parts.joint
        }
        for number, found in self.found.items():
            least[self.parts.apart[number]] = -INFINITY if days.free.get(number) else found.bound
        jobs = {
            tuple(item.id for item in items): (items, self.pins, self.budget, self.first, self._but(items), now)
            for items, bound in least.items()
            for now in [self._of(items)]
            if bound == -INFINITY or self._costs(items) > bound
        }
        for ids, sessions in self._ask(pool, again_beside, jobs).items():
            self._adopt([self.problem.items[id_] for id_ in ids], sessions)

    def _of(self, items: Iterable[Item]) -> tuple[Session, ...]:
        mine = {item.id for item in items}
        return tuple(session for session in self.sessions if session.item in mine)

    def _but(self, items: Iterable[Item]) -> tuple[Session, ...]:
        mine = {item.id for item in items}
        return tuple(session for session in self.sessions if session.item not in mine)

    def _costs(self, items: Sequence[Item]) -> float:
        """What ``items`` add to what else stands."""
        return task_of(self.facts, items, self.pins, self._but(items)).cost_of(self._of(items))

    def _adopt(self, items: Iterable[Item], sessions: Iterable[Session]) -> None:
        """``sessions`` instead of those of ``items``, where they fit beside the others and all costs less."""
        others, new = self._but(items), tuple(sessions)
        if fits(self.facts, others, new):
            self.sessions = min(
                self.sessions, (*others, *new), key=lambda some: cost(self.problem, Plan("", some)).total
            )

    def _exactly(self) -> None:
        """All at once, where there are few times and rooms in all."""
        items = self.problem.items.values()
        if self.is_one or sum(1 for item in items for _ in self.facts.starts(item)) > MANY:
            return
        task = task_of(self.facts, list(items), self.pins)
        ground = task.ground()
        if not ground.is_small:
            return
        impossible = tuple(sorted(self._impossible(), key=str))
        now = Found(self.sessions, task.cost_of(self.sessions), self.bound, impossible)
        found = exactly(task, ground, now, self.budget)
        self.sessions, self.known = found.sessions, found.bound
