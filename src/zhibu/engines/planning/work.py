"""What a process of the pool does: it keeps the facts of the problem, and is sent items and what stands beside."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING

from zhibu.domain.roster import Id, Item, Problem, Session
from zhibu.engines.planning.classes import Share
from zhibu.engines.planning.mip import INFINITY, Budget
from zhibu.engines.planning.search import (
    Found,
    Task,
    begin,
    better,
    by_cover,
    disjoint,
    finish,
    improve,
    whole_number,
)
from zhibu.engines.planning.seating import Pins
from zhibu.engines.planning.ways import Facts, Taken, fits

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess as ParentProcess

#: Of a program of more variables than that only the bound is asked for.
LARGE = 2000

#: Start classes of one day that a rough plan is made from.
PER_DAY = 4


class _Kept:
    """What the process keeps between its tasks."""

    facts: Facts


def open_here(problem: Problem) -> None:
    _Kept.facts = Facts(problem)


def open_there(problem: Problem) -> None:
    """In a process of its own: an interruption is for the one that sends the tasks, and it ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    open_here(problem)


def end_with_parent() -> None:
    """From now on this process ends when the one that began it does, in whatever way that ended."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: ParentProcess) -> None:
    parent.join()
    os._exit(1)


def task_of(facts: Facts, items: Sequence[Item], pins: Pins, standing: Iterable[Session] = ()) -> Task:
    stands = tuple(standing)
    return Task(facts, items, Taken.by(facts, stands), stands, pins)


def begin_part(
    items: Sequence[Item], pins: Pins, budget: Budget, seconds: float, standing: tuple[Session, ...] = ()
) -> Found:
    """Beside what is ``standing``, within so many seconds from when its turn comes."""
    return begin(task_of(_Kept.facts, items, pins, standing), budget.within(seconds))


def begin_roughly(
    items: Sequence[Item], pins: Pins, budget: Budget, seconds: float, standing: tuple[Session, ...]
) -> Found:
    """As ``begin_part``, from few start classes of each day: for items of many people that have many sessions."""
    task = task_of(_Kept.facts, items, pins, standing)
    task.per_day = PER_DAY
    return begin(task, budget.within(seconds))


def finish_part(items: Sequence[Item], pins: Pins, found: Found, budget: Budget, seconds: float) -> Found:
    return finish(task_of(_Kept.facts, items, pins), found, budget.within(seconds))


def again_beside(
    items: Sequence[Item],
    pins: Pins,
    budget: Budget,
    seconds: float,
    standing: tuple[Session, ...],
    now: tuple[Session, ...],
) -> tuple[Session, ...]:
    """``now`` where it fits, or what costs less for ``items``, beside what is ``standing``."""
    task, until = task_of(_Kept.facts, items, pins, standing), budget.within(seconds)
    if len(items) == 1 and items[0].max_sessions > 1:
        task.per_day = 2 * PER_DAY
    found = begin(task, until)
    if fits(task.facts, standing, now):
        found = better(task, found, now)
    return improve(task, found, until).sessions if len(items) > 1 else found.sessions


@dataclass(frozen=True, slots=True)
class Least:
    """What items cost at least, who is called in on which day where they cost that; which of them never can be."""

    bound: float
    called: frozenset[tuple[Id, int]]
    impossible: tuple[Id, ...]


def at_least(items: Sequence[Item], shares: Sequence[Share], budget: Budget, seconds: float) -> Least:
    """The cover's bound where days of coming in cost what ``shares`` say."""
    task = task_of(_Kept.facts, items, {})
    task.shares = shares
    ground = task.ground()
    cover = ground.cover()
    is_large = len(cover.program.prices) > LARGE
    answer = cover.program.solve(budget.within(seconds), is_easy=True, is_for_bound=is_large)
    chosen = cover.chosen(answer.values) if answer.values is not None else []
    called = frozenset(
        (ground.groups[group].people[0], one.start_class.day) for one in chosen for group in one.called
    )
    return Least(max(whole_number(answer.bound), 0), called, tuple(cover.impossible))


def covered(items: Sequence[Item], pins: Pins, budget: Budget) -> Found:
    task = task_of(_Kept.facts, items, pins)
    return by_cover(task, task.ground(), budget.but_last(3), budget.but_last(1), is_easy=True)[0]


def disjointly(items: Sequence[Item], pins: Pins, budget: Budget) -> Found:
    task = task_of(_Kept.facts, items, pins)
    return disjoint(task, task.ground(), Found((), INFINITY, 0), budget)
