"""The worker's planner: one plan at a time, in a process of its own beside everything else the worker does."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from zhibu.apps.planning.actions.making import Task
    from zhibu.apps.planning.facts import Pin
    from zhibu.domain.roster import Problem
    from zhibu.engines.planning import Outcome

_log = logging.getLogger(__name__)


def solve(problem: Problem, seconds: float, pins: tuple[Pin, ...]) -> Outcome:
    """Runs in the process of the planner."""
    from zhibu.engines.planning import plan

    return plan(problem, seconds=seconds, pins=pins)


class Planner:
    """``step`` never waits: it begins the next plan, or takes over the one that has been found."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._running: tuple[Task, Future[Outcome]] | None = None
        self._is_new = True

    def step(self, now: Callable[[], dt.datetime]) -> bool:
        """Whether there was anything to do, or is still."""
        from zhibu.apps.planning.actions.making import begin_next, look_again, resume

        if self._running is not None:
            return self._take_over(now)
        if self._is_new:
            resume()
            self._is_new = False
        today = now().date()
        task = begin_next(now(), today)
        if task is None:
            return look_again(today) > 0
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
        gathered = task.gathered
        self._running = task, self._pool.submit(solve, gathered.problem, task.seconds, gathered.pins)
        return True

    def _take_over(self, now: Callable[[], dt.datetime]) -> bool:
        from zhibu.apps.planning.actions.making import fail, finish
        from zhibu.engines.planning import SolverMissing

        assert self._running is not None
        task, future = self._running
        if not future.done():
            return True
        self.close()
        try:
            outcome = future.result()
        except SolverMissing as missing:
            fail(task.plan, str(missing), at=now())
        except BrokenProcessPool:
            fail(
                task.plan,
                _("The planner has ended before its time. There may be too little memory; plan again."),
                at=now(),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on and the page says it
            _log.exception("a plan could not be made")
            fail(task.plan, f"{type(error).__name__}: {error}", at=now())
        else:
            finish(task, outcome.plan, outcome.impossible, at=now())
        return True

    def close(self) -> None:
        """Ends a plan that is being made; it is made anew by the next worker."""
        self._running = None
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - no other way to end one
                process.terminate()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
