"""One planner on one instance, in a process of its own: what it made, how long that took, how much memory.

The clock starts when the instance has been read and OR-Tools is loaded. Memory is what the process and its children
hold at once, looked at twenty times a second; what they share is counted once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.data.planning.check_plan import check

from bench.planning.naive import naive_model
from bench.planning.planners import greedy_by_cost, most_available, poll
from zhibu.documents.plans.exchange import read_problem, write_plan
from zhibu.domain.roster import Plan
from zhibu.engines.planning import plan

ROOT = Path(__file__).resolve().parents[2]
POLL, MOST, GREEDY, NAIVE, OURS = "poll", "most available", "greedy by cost", "naive CP-SAT", "ours"
HEAVY = {NAIVE: "ortools.sat.python.cp_model", OURS: "ortools.math_opt.core.python.solver"}
TODAY = {POLL: poll, MOST: most_available, GREEDY: greedy_by_cost}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """``made``: the plan in the exchange format, ``None``: there was none; ``trace``: seconds, cost and bound.

    ``broken``, ``price`` and ``parts`` (days of coming in, misses) are the checker's, ``memory`` is in bytes.
    """

    planner: str
    instance: str
    seconds: float
    memory: int
    made: Json | None
    trace: list[tuple[float, float, float]]
    broken: int
    price: int
    parts: dict[str, int]

    @property
    def bound(self) -> float | None:
        """What the planner proved; ``None``: nothing."""
        return self.made["bound"] if self.made else None

    @property
    def gap(self) -> float:
        """How much of the cost might be saved at most."""
        return max(0.0, 1 - (self.bound or 0) / self.price) if self.price else 0.0

    @property
    def is_proven(self) -> bool:
        return self.made is not None and not self.broken and self.price <= (self.bound or 0)


def run(planner: str, file: Path, limit: float, workers: int) -> Run:
    """``limit`` seconds are for planners that have one."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan.json"
        asked = [sys.executable, "-m", "bench.planning.one", planner, str(file), str(limit), str(workers), str(out)]
        process, memory = subprocess.Popen(asked, cwd=ROOT), 0
        while process.poll() is None:
            memory = max(memory, sum(map(_held, _with_children(process.pid))))
            sleep(0.05)
        if process.returncode:
            raise SystemExit(f"{planner} on {file} ended with {process.returncode}")
        made = json.loads(out.read_bytes())
    instance = json.loads(file.read_bytes())
    seconds, trace = made.pop("seconds"), made.pop("trace")
    if made.pop("is_none"):
        return Run(planner, instance["name"], seconds, memory, None, trace, 0, 0, {})
    bad, price, parts = check(instance, made)
    return Run(planner, instance["name"], seconds, memory, made, trace, len(bad), price, parts)


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _with_children(int(child))


def _held(pid: int) -> int:
    """Bytes of memory, of what it shares with others its part (proportional set size); 0 of one that has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def main() -> None:
    planner, file, limit, workers, out = sys.argv[1:]
    problem = read_problem(Path(file).read_bytes())
    made: Plan | None
    trace: list[tuple[float, float, float]] = []
    if planner in HEAVY:
        import_module(HEAVY[planner])
    began = monotonic()
    if planner == OURS:

        def progress(cost: float, bound: float, _done: int, _of: int) -> None:
            trace.append((monotonic() - began, cost, bound))

        made = plan(problem, seconds=float(limit), workers=int(workers), progress=progress).plan
        trace.append((monotonic() - began, made.objective or 0, made.bound or 0))
    elif planner == NAIVE:
        made = naive_model(problem, float(limit), workers=2)
    else:
        made = TODAY[planner](problem)
    further = {"seconds": monotonic() - began, "trace": trace, "is_none": made is None}
    Path(out).write_bytes(write_plan(made or Plan(problem.name, ()), further))


if __name__ == "__main__":
    main()
