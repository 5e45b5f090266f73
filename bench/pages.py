"""Every page of the demo for every account it shows, and the same in a house of 5,000 organizations, side by side.

Makes a demo, puts one organization above it, and once more with 47 of it below (``bench.house``); each house is
walked in a process of its own, in turn. Prints the slowest pages: 95 of 100 requests of a kind of page and an account
took so many milliseconds of the processor (what others do on the machine does not count; wall time stands beside it),
with how many statements; and how much slower the same addresses are in the large house. Goals are those of pages for
the accounts of the demo; files (.xlsx, .pdf, …) and pages of whoever oversees all 5,000 organizations are measured
beside them. Exits 1 where a goal is missed.

    python -m bench.pages [--rounds 7] [--demo DIR] [--small DIR --large DIR] [--top 25]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bench.house import COPIES, OVERSEER, multiply
from bench.live import run

#: Milliseconds and statements of a page; how many times slower it may be in the large house.
GOAL, STATEMENTS, SLOWER = 50.0, 8, 3.0

#: Pages of a thousand boxes: milliseconds in either house.
GOALS = {"obligations": (100.0, 300.0)}

Place = tuple[str, str, str]


@dataclass(slots=True)
class Taken:
    """What the requests of one kind of page by one account took: milliseconds of the processor and of the clock."""

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    statements: int = 0
    size: int = 0
    slowest: tuple[float, str] = (0.0, "")

    def add(self, address: str, measured: tuple[float, float, int, int]) -> None:
        processor, wall, statements, size = measured
        self.processor.append(processor)
        self.wall.append(wall)
        self.statements, self.size = max(self.statements, statements), max(self.size, size)
        self.slowest = max(self.slowest, (processor, address))


def p95(values: list[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


class Walker:
    """A house and the process that walks it."""

    def __init__(self, folder: Path, known: dict[str, list[str]]) -> None:
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DATABASE_URL": ""}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.walk"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.places: list[Place] = [tuple(place) for place in self._say(json.dumps(known))]
        self.taken: dict[tuple[str, str], Taken] = defaultdict(Taken)

    def _say(self, line: str) -> list:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return list(json.loads(self._process.stdout.readline()))

    def round(self) -> None:
        for (login, kind, address), measured in zip(self.places, self._say("once more"), strict=True):
            self.taken[login, kind].add(address, measured)

    def addresses(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for login, _kind, address in self.places:
            found[login].append(address)
        return found

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of page for one account, in both houses. ``small`` is ``None`` where only the large one has it."""

    kind: str
    role: str
    small: Taken | None
    large: Taken

    @property
    def is_beside(self) -> bool:
        """A file, or for somebody the demo has not: without a goal."""
        return self.role == OVERSEER or self.kind.endswith(("_xlsx", "_json", "_pdf", "_docx"))

    def faults(self) -> list[str]:
        asks = max(taken.statements for taken in self._both)
        small, large = GOALS.get(self.kind, (GOAL, SLOWER * GOAL))
        told = {
            "slow": self.small and p95(self.small.processor) > small,
            "slow in the large house": p95(self.large.processor) > large,
            "asks too often": asks > STATEMENTS,
        }
        return [fault for fault, is_so in told.items() if is_so]

    @property
    def _both(self) -> list[Taken]:
        return [taken for taken in (self.small, self.large) if taken]

    def __str__(self) -> str:
        times = p95(self.large.processor) / p95(self.small.processor) if self.small else 0.0
        small = _columns(self.small) if self.small else " " * 29
        faults = self.faults()
        told = f"  {', '.join(faults)}: {self.large.slowest[1]}" if faults else ""
        return f"{self.kind:30} {self.role:15} {small} | {_columns(self.large)} {times:6.1f}{told}"


_HEAD = f"{'p95 ms':>8} {'wall':>7} {'asks':>5} {'KB':>6}"


def _columns(taken: Taken) -> str:
    return f"{p95(taken.processor):8.1f} {p95(taken.wall):7.1f} {taken.statements:5} {taken.size / 1024:6.0f}"


def report(small: Walker, large: Walker, roles: dict[str, str], top: int) -> bool:
    lines = [
        Line(kind, roles[login], small.taken.get((login, kind)), at) for (login, kind), at in large.taken.items()
    ]
    lines.sort(key=lambda line: p95(line.large.processor), reverse=True)
    goals = [line for line in lines if not line.is_beside]
    missed = [line for line in goals if line.faults()]
    print(f"{'page':30} {'as':15} {_HEAD} | {_HEAD}      ×")
    for line in [*lines[:top], *(line for line in lines[top:] if line in missed)]:
        print(line)
    print(
        f"{len(lines)} kinds of pages and accounts, {len(small.places)} addresses; load {os.getloadavg()[0]:.1f}; "
        f"goals: p95 ≤ {GOAL:.0f} ms, ≤ {STATEMENTS} statements, ≤ {SLOWER * GOAL:.0f} ms in the large house, "
        f"{', '.join(f'{kind} ≤ {goal[0]:.0f} and {goal[1]:.0f} ms' for kind, goal in GOALS.items())}; "
        f"missed by {len(missed)} of {len(goals)}; beside them {len(lines) - len(goals)}, of which "
        f"{len([line for line in lines if line.is_beside and line.faults()])} would miss them"
    )
    return not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--small", type=Path)
    parser.add_argument("--large", type=Path)
    asked = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="zhibu-pages-"))
    demo, small, large = asked.demo or work / "demo", asked.small or work / "small", asked.large or work / "large"
    if asked.demo is None and asked.small is None:
        env = {**os.environ, "DATABASE_URL": ""}
        run("demo", "--no-serve", "--data", str(demo), "--today", "2026-11-23", env=env)
    if asked.small is None:
        multiply(demo, small, 1)
    if asked.large is None:
        multiply(demo, large, COPIES)
    accounts = json.loads((small / "demo.json").read_text())["accounts"]
    roles = {account["login"]: account["role"] for account in accounts} | {OVERSEER: OVERSEER}
    walks = [Walker(small, {login: [] for login in roles})]
    walks.append(Walker(large, walks[0].addresses()))
    for _round in range(asked.rounds):
        for walker in walks:
            walker.round()
    for walker in walks:
        walker.end()
    well = report(*walks, roles, asked.top)
    shutil.rmtree(work)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
