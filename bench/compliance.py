"""What is owed over files: `zhibu evaluate` beside the plain scan of its facts and beside plain SQL.

Makes facts (`bench.facts`), then in alternating rounds reads all of them and does nothing else; evaluates them from
files to files; writes the same result again and does nothing else; and has DuckDB find the simple ones of the cells
from the same files by one statement (`bench.plain_sql` says which; each has to be the same).

The scan decodes every column of the five sorted files into Arrow, row group by row group, the columns side by side on
all cores: the very reading that the evaluation begins with, from the same cache of files.
All three are counted twice: in seconds, and in seconds of the processor over all cores, which other work on the
machine changes less. Scan and writing together are the floor: what an evaluation costs that judges nothing.
Prints medians, what the sums up the tree took of the evaluation, time per organization and the most memory held
before the first SQL; exits 1 where a figure is not held or a cell differs.

    python -m bench.compliance [--organizations 10000 100000] [--rounds 5] [--no-sql]
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench import facts, plain_sql
from zhibu.engines.compliance import run
from zhibu.engines.compliance.files import SCHEMAS, file_of

#: Times the scan; of the evaluation; bytes.
SCANS, ROLL_UP, MEMORY = 3.0, 0.25, 4 * 2**30

ON = dt.date(facts.YEAR, 12, 20)
SINCE, UNTIL = dt.date(facts.YEAR, 1, 1), dt.date(facts.YEAR, 12, 31)


class Timed:
    """How long something takes, in seconds and in seconds of the processor: the sum of all ``with`` of a round."""

    def __init__(self) -> None:
        self._rounds = np.zeros((0, 2))

    def begin_round(self) -> None:
        self._rounds = np.vstack([self._rounds, [0, 0]])

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_error: object) -> None:
        self._rounds[-1] += time.perf_counter() - self._began[0], time.process_time() - self._began[1]

    @property
    def medians(self) -> tuple[float, float]:
        seconds, worked = np.median(self._rounds, axis=0)
        return float(seconds), float(worked)


def scan(folder: Path) -> None:
    for name in SCHEMAS:
        with pq.ParquetFile(file_of(folder, name)) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)


def evaluate(folder: Path, out: Path) -> tuple[float, run.Outcome]:
    """What part of the work were the sums up the tree, and what was found."""
    spent = 0.0
    adding = Lock()
    sums_of = run.sums_of

    def timed(*asked: Any) -> Any:
        nonlocal spent
        began = time.thread_time()
        found = sums_of(*asked)
        with adding:
            spent += time.thread_time() - began
        return found

    run.sums_of = timed
    try:
        worked = time.process_time()
        outcome = run.evaluate(run.Question(facts=folder, on=ON, since=SINCE, until=UNTIL), out)
        return spent / (time.process_time() - worked), outcome
    finally:
        run.sums_of = sums_of


def write_again(out: Path, aside: Path, writing: Timed) -> None:
    """Write the files of a result once more, without those of the borders, one after the other."""
    for path in sorted(out.glob("*/0*.parquet")):
        table = pq.read_table(path).combine_chunks()
        with writing:
            run.write(aside, table)


def measure(organizations: int, rounds: int, *, sql: bool) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-compliance-"))
    facts_in, out, aside = folder / "facts", folder / "out", folder / "aside.parquet"
    scanning, evaluating, writing, asking = every = tuple(Timed() for _ in range(4))
    ups, checksums, differing, in_sql, memory = [], set(), 0, 0, 0
    try:
        facts.write(facts_in, organizations)
        for _ in range(rounds):
            for timed in every:
                timed.begin_round()
            with scanning:
                scan(facts_in)
            with evaluating:
                up, outcome = evaluate(facts_in, out)
            memory = memory or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            ups.append(up)
            checksums.add(outcome.checksum)
            write_again(out, aside, writing)
            if sql:
                with asking:
                    plain_sql.evaluate(facts_in, ON, SINCE, UNTIL, aside)
                if not in_sql:
                    differing, in_sql = plain_sql.difference(out / "cells", aside)
            shutil.rmtree(out)
    finally:
        shutil.rmtree(folder)
    (scanned, scan_worked), (took, worked) = scanning.medians, evaluating.medians
    write_worked = writing.medians[1]
    up = statistics.median(ups)
    print(
        f"{organizations:9} organizations {outcome.cells:11} cells  scan {scanned:6.2f} s  evaluated {took:7.2f} s"
        f" = {took / scanned:5.1f} x  sums {up:4.2f} of it"
        f"  {took / organizations * 1e6:5.0f} us each  {memory / 2**20:5.0f} MiB at most  {outcome.checksum}\n"
        f"{'':9} of the processor {'':14} scan {scan_worked:6.2f} s  evaluated {worked:7.2f} s"
        f" = {worked / scan_worked:5.1f} x  scanned and written alone {1 + write_worked / scan_worked:4.1f} x"
        f"  {worked / organizations * 1e6:5.0f} us each  load {os.getloadavg()[0]:.1f}"
    )
    if sql:
        asked = asking.medians[0]
        print(
            f"{'':9} by SQL        {in_sql:11} cells  {asked:21.2f} s = {asked / scanned:5.1f} x"
            f"  {asked / took:.1f} x as long as the evaluation of all cells; {differing} cells differ"
        )
    held = took <= SCANS * scanned and up <= ROLL_UP and memory <= MEMORY
    return held and len(checksums) == 1 and not differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organizations", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-sql", dest="sql", action="store_false")
    asked = parser.parse_args()
    # Each size in a process of its own: what it holds at most is its own.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        held = [
            pool.submit(measure, organizations, asked.rounds, sql=asked.sql).result()
            for organizations in sorted(asked.organizations)
        ]
    print(
        f"at most {SCANS} x the scan, sums {ROLL_UP} of it, {MEMORY / 2**30:.0f} GiB: "
        f"{'held' if all(held) else 'NOT held'}  load {os.getloadavg()[0]:.1f}"
    )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
