"""Planners side by side: how secretaries plan today, a naive model for CP-SAT, and ours, on instances of any seed.

Each planner has a process of its own, one after the other; an independent checker judges what it made. Prints what
each instance cost with each planner, then which goals are held; exits 1 where one is not. Ours plans a single branch
in one process and everything else in two, and plans again, within two seconds, after somebody has fallen ill who was
to come to a session from a shift.

    python -m bench.planning [--kinds branches,S,M,L] [--seeds 1,2] [--instances DIR] [--naive branches,S]
        [--seconds-branches 10] [--seconds-S 10,60] [--seconds-M 60,300] [--seconds-L 300] [--picture FILE.svg]

Of several limits ours has each in turn. ``--instances``: every instance in a folder instead of generated ones. A
quarter (L) is three months, which share its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.planning.generate import KINDS, instances
from bench.planning.one import GREEDY, MOST, NAIVE, OURS, POLL, Json, Run, run
from bench.planning.picture import picture
from zhibu.documents.plans import exchange
from zhibu.documents.plans.shape import PlanFileRefused
from zhibu.domain.roster import LEAVE

LIMITS = {"branches": "10", "S": "10,60", "M": "60,300", "L": "300"}
#: Kind -> seconds -> the gap that is to be held from then on.
GAPS = {"S": {10: 0.01, 60: 0.0}, "M": {60: 0.02, 300: 0.01}, "L": {300: 0.02}}
MEMORY = {"M": 500_000_000}
#: What ours is told, so that all of it is over after two seconds.
AGAIN, AGAIN_WITHIN, AGAIN_MOVED = 1.5, 2.0, 2
NAIVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Case:
    """One file; ``whole``: what it is a part of, by so much of the time."""

    kind: str
    file: Path
    whole: str
    share: float = 1

    @property
    def workers(self) -> int:
        return 1 if self.kind == "branches" else 2


@dataclass(slots=True)
class Seen:
    """Everything of one kind: today's planners and the naive one by name, ours by limit."""

    beside: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    ours: dict[float, list[tuple[Case, Run]]] = field(default_factory=lambda: defaultdict(list))
    again: list[Run] = field(default_factory=list)
    more_missed: list[int] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--instances", type=Path)
    parser.add_argument("--naive", default="branches,S")
    parser.add_argument("--naive-seconds", type=float, default=NAIVE_SECONDS)
    for kind, usual in LIMITS.items():
        parser.add_argument(f"--seconds-{kind}", default=usual)
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    kinds, naive = asked.kinds.split(","), asked.naive.split(",")
    limits = {kind: [float(each) for each in getattr(asked, f"seconds_{kind}").split(",")] for kind in KINDS}
    seen: dict[str, Seen] = defaultdict(Seen)
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{'':26}{'limit':>7}{'coming in':>11}{'missed':>8}{'broken':>8}{'cost':>9}{'bound':>9}{'gap':>8}", end="")
    print(f"{'seconds':>9}{'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        cases = given(asked.instances) if asked.instances else made(kinds, asked.seeds.split(","), Path(folder))
        for case in cases:
            if case.kind in kinds:
                beside = [POLL, MOST, GREEDY, *([NAIVE] if case.kind in naive else [])]
                measure(case, seen[case.kind], beside, asked.naive_seconds, limits[case.kind])
    print(f"load {os.getloadavg()[0]:.1f}")
    if asked.picture:
        longest = [one for kind in seen.values() for _, one in kind.ours[max(kind.ours)]]
        asked.picture.write_text(picture(longest))
    judged = [goal for kind, of_kind in seen.items() for goal in goals(kind, of_kind)]
    for is_held, says in judged:
        print(f"{'held  ' if is_held else 'MISSED'}  {says}")
    return int(not all(is_held for is_held, _ in judged))


def made(kinds: Iterable[str], seeds: Sequence[str], folder: Path) -> Iterator[Case]:
    for kind in kinds:
        for seed in map(int, seeds):
            those = list(instances(kind, seed))
            for instance in those:
                file = folder / f"{instance['name']}.json"
                file.write_text(json.dumps(instance, ensure_ascii=False))
                is_quarter = kind == "L"
                whole = f"our-L-{seed}" if is_quarter else instance["name"]
                yield Case(kind, file, whole, 1 / len(those) if is_quarter else 1)


def given(folder: Path) -> Iterator[Case]:
    """Plans, which may lie beside the instances, are passed over."""
    for file in sorted(folder.glob("*.json")):
        instance = json.loads(file.read_bytes())
        if "items" in instance:
            yield Case(_kind(instance), file, instance["name"])


def _kind(instance: Json) -> str:
    """By its size: one organization, a hall with its sections, a bureau for a month, or for longer."""
    if len(instance["orgs"]) == 1:
        return "branches"
    if len(instance["orgs"]) < 20:
        return "S"
    return "M" if instance["days"] <= 31 else "L"


def measure(case: Case, seen: Seen, beside: Iterable[str], naive_seconds: float, limits: Sequence[float]) -> None:
    print(case.whole if case.share == 1 else case.file.stem)
    for planner in beside:
        one = run(planner, case.file, naive_seconds, case.workers)
        seen.beside[planner].append(one)
        _tell(planner, naive_seconds if planner == NAIVE else None, one)
    for limit in limits:
        one = run(OURS, case.file, limit * case.share, case.workers)
        seen.ours[limit].append((case, one))
        _tell(OURS, limit * case.share, one)
    last = seen.ours[limits[-1]][-1][1]
    if case.kind in {"branches", "S"} and last.made is not None:
        changed = fallen_ill(json.loads(case.file.read_bytes()), last.made)
        if changed is not None:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / case.file.name
                file.write_text(json.dumps(changed, ensure_ascii=False))
                anew = run(OURS, file, AGAIN, case.workers)
            seen.again.append(anew)
            seen.more_missed.append(anew.parts.get("missed", 0) - last.parts.get("missed", 0))
            _tell(f"again, {anew.parts.get('moved_session', 0)} moved", AGAIN, anew)


def _tell(name: str, limit: float | None, one: Run) -> None:
    told = f"  {name:24}{'' if limit is None else f'{limit:.3g}':>7}"
    if one.made is None:
        told += f"{'no plan':>11}{'':42}"
    else:
        bound = "" if one.bound is None else f"{one.bound:.0f}"
        gap = "" if one.bound is None else f"{one.gap:.1%}"
        told += f"{one.parts.get('callin_day', 0):11}{one.parts.get('missed', 0):8}{one.broken:8}{one.price:9}"
        told += f"{bound:>9}{gap:>8}"
    print(f"{told}{one.seconds:9.2f}{one.memory / 1e6:6.0f}", flush=True)


def fallen_ill(instance: Json, plan: Json) -> Json | None:
    """The same month, when the first who was to come from a shift is on leave that day, and ``plan`` was announced.

    ``None``: nobody could be spared, or nobody was to come so.
    """
    per_day = 24 * 60 // instance["slot_minutes"]
    people = {person["id"]: person for person in instance["people"]}
    for session in plan["sessions"]:
        day = session["start"] // per_day
        for person in session["in_person"]:
            roster = people[person]["roster"]
            if roster[day] not in instance["shifts"]:
                continue
            ill = people[person] | {"roster": roster[:day] + LEAVE + roster[day + 1 :]}
            everybody = [ill if each["id"] == person else each for each in instance["people"]]
            changed = instance | {"people": everybody, "baseline": {"sessions": plan["sessions"]}}
            try:
                exchange.read_problem(json.dumps(changed).encode())
            except PlanFileRefused:
                continue
            return changed
    return None


def goals(kind: str, seen: Seen) -> Iterator[tuple[bool, str]]:
    """Whether each goal of what was measured is held, and in words."""
    every = [one for runs in seen.ours.values() for _, one in runs]
    broken = sum(one.broken for one in (*every, *seen.again))
    yield broken == 0, f"{kind}: {broken} broken rules in {len(every) + len(seen.again)} plans (0)"
    longest = [one for _, one in seen.ours[max(seen.ours)]]
    if kind == "branches":
        proven, seconds = sum(one.is_proven for one in longest), [one.seconds for one in longest]
        yield proven >= 0.95 * len(longest), f"branches: {proven} of {len(longest)} proven best (95 %)"
        median = statistics.median(seconds)
        yield median < 0.5, f"branches: {median:.2f} s at the median (< 0.5 s)"
        yield max(seconds) < 10, f"branches: {max(seconds):.2f} s at most (< 10 s)"
    for limit, runs in seen.ours.items():
        for since, allowed in GAPS.get(kind, {}).items():
            later = [each for each in GAPS[kind] if since < each <= limit]
            if since <= limit and not later:
                name, gap = _worst(runs)
                yield gap <= allowed, f"{kind} in {limit:.0f} s: gap {gap:.2%} at most, of {name} ({allowed:.0%})"
        if kind in MEMORY:
            most = max(one.memory for _, one in runs)
            yield most < MEMORY[kind], f"{kind} in {limit:.0f} s: {most / 1e6:.0f} MB (< {MEMORY[kind] / 1e6:.0f})"
    days = sum(one.parts.get("callin_day", 0) for one in longest)
    for planner, less in ((MOST, 0.75), (POLL, 0.85)):
        before = sum(one.parts.get("callin_day", 0) for one in seen.beside[planner])
        says = f"{kind}: {days} days of coming in, {before} by {planner} (-{less:.0%})"
        yield days <= (1 - less) * before, says
    if seen.again:
        slowest = max(one.seconds for one in seen.again)
        moved = max(one.parts.get("moved_session", 0) for one in seen.again)
        yield slowest < AGAIN_WITHIN, f"{kind}: planned again in {slowest:.2f} s at most (< {AGAIN_WITHIN:.0f} s)"
        yield moved <= AGAIN_MOVED, f"{kind}: {moved} sessions moved at most ({AGAIN_MOVED})"
        more = max(seen.more_missed)
        yield more <= 1, f"{kind}: {more} more missed at most (1, who fell ill)"


def _worst(runs: Iterable[tuple[Case, Run]]) -> tuple[str, float]:
    """The instance, or the quarter, with the largest gap. Without a plan all is gap."""
    costs: dict[str, float] = defaultdict(float)
    bounds: dict[str, float] = defaultdict(float)
    for case, one in runs:
        costs[case.whole] += one.price
        bounds[case.whole] += min(one.bound or 0, one.price)
    gaps = {whole: 1 - bounds[whole] / costs[whole] if costs[whole] else 0.0 for whole in costs}
    return max(gaps.items(), key=lambda each: each[1])


if __name__ == "__main__":
    sys.exit(main())
