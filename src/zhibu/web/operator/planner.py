"""The worker's planner: one plan at a time, in a process of its own beside everything else the worker does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from zhibu.apps.planning.actions.making import Task
    from zhibu.apps.planning.facts import Pin
    from zhibu.domain.roster import Problem
    from zhibu.engines.planning import Outcome

#: Seconds that a process has to end when told to.
_TIME_TO_END = 5.0


def solve(answer: Connection, problem: Problem, seconds: float, pins: tuple[Pin, ...]) -> None:
    """Runs in the process of the planner: sends the outcome, or what went wrong."""
    from zhibu.engines.planning import SolverMissing, plan
    from zhibu.engines.planning.work import end_with_parent

    end_with_parent()
    try:
        answer.send(plan(problem, seconds=seconds, pins=pins))
    except SolverMissing as missing:
        answer.send(missing)


@dataclass(frozen=True, slots=True)
class _Run:
    """A plan that is being made. Its process ends with this one; those it begins end with it."""

    task: Task
    process: BaseProcess
    answer: Connection

    @classmethod
    def of(cls, task: Task) -> _Run:
        context = get_context("spawn")
        receives, sends = context.Pipe(duplex=False)
        gathered = task.gathered
        process = context.Process(target=solve, args=(sends, gathered.problem, task.seconds, gathered.pins))
        process.start()
        sends.close()
        return cls(task, process, receives)

    def end(self) -> None:
        self.process.terminate()
        self.process.join(_TIME_TO_END)
        self.answer.close()


class Planner:
    """``step`` never waits: it begins the next plan, or takes over the one that has been found."""

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._is_new = True

    def step(self, now: Callable[[], dt.datetime]) -> None:
        from zhibu.apps.planning.actions.making import begin_next, look_again, resume

        if self._run is not None:
            if self._run.answer.poll():
                self._take_over(self._run, now())
            return
        if self._is_new:
            resume()
            self._is_new = False
        task = begin_next(now(), now().date())
        if task is not None:
            self._run = _Run.of(task)
        else:
            look_again(now().date())

    @property
    def is_busy(self) -> bool:
        return self._run is not None

    def _take_over(self, run: _Run, at: dt.datetime) -> None:
        from zhibu.apps.planning.actions.making import fail, finish

        try:
            found: Outcome | Exception = run.answer.recv()
        except EOFError:  # the process has ended without a word
            found = RuntimeError(
                _("The planner has ended before its time. There may be too little memory; plan again.")
            )
        self.close()
        if isinstance(found, Exception):
            fail(run.task.plan, str(found), at=at)
        else:
            finish(run.task, found.plan, found.impossible, at=at)

    def close(self) -> None:
        """Ends a plan that is being made; it is made anew by the next worker."""
        if self._run is not None:
            self._run.end()
            self._run = None
