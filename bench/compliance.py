"""What is owed over files: `zhibu evaluate` beside the plain scan of its facts, for one size after the other.

Makes facts (`bench.facts`), then in alternating rounds reads all of them and does nothing else, and evaluates them
from files to files. Prints medians, what the sums up the tree took of it, time per organization and the most memory
held; exits 1 where a figure is not held.

    python -m bench.compliance [--organizations 10000 100000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench import facts
from zhibu.engines.compliance import run
from zhibu.engines.compliance.files import SCHEMAS, file_of

#: Times the scan; of the evaluation; bytes.
SCANS, ROLL_UP, MEMORY = 3.0, 0.25, 4 * 2**30

ON = dt.date(facts.YEAR, 12, 20)


def scan(folder: Path) -> float:
    began = time.perf_counter()
    for name in SCHEMAS:
        with pq.ParquetFile(file_of(folder, name)) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    return time.perf_counter() - began


def evaluate(folder: Path, out: Path) -> tuple[float, float, run.Outcome]:
    """How long it took, how long of it the sums up the tree, and what it found."""
    spent = 0.0
    sums_of = run.sums_of

    def timed(*asked: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        found = sums_of(*asked)
        spent += time.perf_counter() - began
        return found

    run.sums_of = timed
    try:
        began = time.perf_counter()
        question = run.Question(
            facts=folder, on=ON, since=dt.date(facts.YEAR, 1, 1), until=dt.date(facts.YEAR, 12, 31)
        )
        outcome = run.evaluate(question, out)
        return time.perf_counter() - began, spent, outcome
    finally:
        run.sums_of = sums_of
        shutil.rmtree(out)


def measure(organizations: int, rounds: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-compliance-"))
    try:
        facts.write(folder / "facts", organizations)
        scans, whole, sums, outcomes = [], [], [], set()
        for _ in range(rounds):
            scans.append(scan(folder / "facts"))
            took, up, outcome = evaluate(folder / "facts", folder / "out")
            whole.append(took)
            sums.append(up)
            outcomes.add(outcome.checksum)
    finally:
        shutil.rmtree(folder)
    scanned, took, up = (statistics.median(times) for times in (scans, whole, sums))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{organizations:9} organizations {outcome.cells:11} cells  scan {scanned:7.2f} s  evaluated {took:7.2f} s"
        f" = {took / scanned:5.1f} x  sums {up / took:5.2f} x  {took / organizations * 1e6:6.0f} us each"
        f"  {memory / 2**20:6.0f} MiB at most  {outcome.checksum}"
    )
    return len(outcomes) == 1 and took <= SCANS * scanned and up <= ROLL_UP * took and memory <= MEMORY


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organizations", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    held = [measure(organizations, asked.rounds) for organizations in sorted(asked.organizations)]
    print(
        f"at most {SCANS} x the scan, sums {ROLL_UP} x of it, {MEMORY / 2**30:.0f} GiB: "
        f"{'held' if all(held) else 'NOT held'}  load {os.getloadavg()[0]:.1f}"
    )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
