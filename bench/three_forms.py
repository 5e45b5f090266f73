"""Whether what is owed is the same in its three forms: kept live, judged by the pure form, and evaluated over files.

Every cell with its evidence, and every sum up the tree: of the house in a folder, or of one that is made of copies of
a demo, 95 of which are 10,000 organizations with all that was filed in them. Exits 1 where a row differs.

    python -m bench.three_forms [--data DIR | --demo DIR --copies 95]
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.house import multiply
from bench.live import run

Row = tuple[Any, ...]

#: Which part of a row is what.
_ORGANIZATION, _POST, _RULE, _FIRST, _LAST, _DUE = 0, 1, 2, 5, 6, 7
_COMPLETED, _EXPLAINED, _WHY = 12, 13, 15

#: Organizations whose records are asked for at once.
_BATCH = 500


def pure(on: dt.date) -> Iterator[Row]:
    """Every cell by ``domain.compliance``, straight from what is recorded, in the order of the tree."""
    from zhibu.apps.oversight.facts import calendar_of, organizations_of, records_of, waivers_of
    from zhibu.apps.oversight.live import window_on
    from zhibu.domain.compliance import evaluate
    from zhibu.domain.terms import PostKind

    calendar = calendar_of(*window_on(on))
    organizations = organizations_of()
    reasons = list(waivers_of(None))
    for some in (organizations[place : place + _BATCH] for place in range(0, len(organizations), _BATCH)):
        records, waivers = defaultdict(list), defaultdict(list)
        for record in records_of({one.id for one in some}, dt.date.min, dt.date.max):
            records[record.organization].append(record)
        for reason in reasons:
            waivers[reason.organization].append(reason)
        for one in some:
            for cell in evaluate(one, records[one.id], waivers[one.id], calendar, on):
                if not cell.rule.is_personal:  # the files name nobody
                    yield (
                        cell.organization,
                        cell.subject.value if isinstance(cell.subject, PostKind) else None,
                        cell.rule.id,
                        cell.rule.force.since,
                        cell.rule.requirement,
                        cell.first,
                        cell.last,
                        cell.due,
                        cell.status.value,
                        cell.needed,
                        cell.evidence,
                        cell.without_quorum,
                        cell.completed_on,
                        cell.explained_on,
                        cell.reason,
                        cell.why_not.value if cell.why_not else None,
                    )


def whole(out: Path) -> Iterator[Row]:
    """Every cell as it stands in the files of an evaluation."""
    import pyarrow.parquet as pq

    for path in sorted((out / "cells").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            row.pop("organization")
            row["id"] = UUID(bytes=row["id"])
            for name in ("evidence", "without_quorum"):
                row[name] = tuple(UUID(bytes=key) for key in row[name])
            yield tuple(row.values())


def kept() -> list[Row]:
    """What is kept of each cell in the database."""
    from zhibu.apps.oversight.models import Cell, Evidence

    records = defaultdict(list)
    for cell, record, had in Evidence.objects.values_list("cell", "record", "had_quorum").order_by():
        records[cell].append((str(record), had))
    names = ("organization", "rule", "post", "first", "last", "due", "needed", "completed_on", "explained_on")
    return sorted(
        (str(organization), *facts, tuple(sorted(records[key])))
        for key, organization, *facts in Cell.objects.values_list("pk", *names, "why_not").order_by()
    )


def as_kept(rows: Iterable[Row]) -> list[Row]:
    """The same of other forms. What an organization owed before it began is not kept; nor what follows by the day."""
    found = []
    for organization, post, rule, _version, _requirement, first, last, due, _status, needed, *rest in rows:
        evidence, without, completed, explained, _reason, why = rest
        if why != "not_begun":
            records = [(str(key), True) for key in evidence] + [(str(key), False) for key in without]
            days = (first, last, due, needed, completed, explained)
            found.append((str(organization), rule, post or "", *days, why or "", tuple(sorted(records))))
    return sorted(found)


Sums = dict[Row, tuple[int, ...]]


def sums_kept() -> Sums:
    """Owed, met, late and explained of each organization, rule and period."""
    from zhibu.apps.oversight.models import Counter

    names = ("organization", "rule", "first", "last", "due", "owed", "met", "late", "explained")
    return {row[:5]: row[5:] for row in Counter.objects.values_list(*names)}


def sums_of(rows: Iterable[Row], parents: dict[UUID, UUID | None]) -> Sums:
    """One cell and one superior at a time."""
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        if row[_WHY] is not None:
            continue
        completed, explained, due = row[_COMPLETED], row[_EXPLAINED], row[_DUE]
        above: UUID | None = row[_ORGANIZATION]
        while above is not None:
            numbers = found[above, row[_RULE], row[_FIRST], row[_LAST], due]
            numbers[0] += 1
            numbers[1] += completed is not None and completed <= due
            numbers[2] += completed is not None and completed > due
            numbers[3] += completed is None and explained is not None
            above = parents[above]
    return {key: tuple(numbers) for key, numbers in found.items()}


def sums_in(out: Path) -> Sums:
    import pyarrow.parquet as pq

    found: Sums = {}
    for path in sorted((out / "sums").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            key = (UUID(bytes=row["id"]), row["rule"], row["first"], row["last"], row["due"])
            assert key not in found
            found[key] = tuple(row[name] for name in ("owed", "met", "late", "explained"))
    return found


def differences(out: Path, on: dt.date) -> dict[str, int]:
    """How many rows there are, and in how many the forms differ; ``out`` is what was evaluated as of ``on``."""
    from zhibu.apps.oversight.facts import parents

    judged, evaluated, live = list(pure(on)), list(whole(out)), kept()
    above = parents()
    with_below = set(above.values())
    sums, of_all, counted = sums_in(out), sums_of(judged, above), sums_kept()
    in_files = as_kept(evaluated)
    return {
        "cells": len(evaluated),
        "with evidence": sum(bool(row[10]) for row in evaluated),
        "without a quorum": sum(bool(row[11]) for row in evaluated),
        "sums": len(sums),
        "pure and whole differ": sum(one != other for one, other in itertools.zip_longest(judged, evaluated)),
        "live and whole differ": sum(one != other for one, other in itertools.zip_longest(live, in_files)),
        "sums of pure and whole differ": _differing(
            {key: of_all[key] for key in of_all if key[0] in with_below}, sums
        ),
        "sums of live and whole differ": _differing(
            {key: counted[key] for key in counted if key[0] in with_below}, sums
        ),
        "sums of live and pure differ": _differing(counted, of_all),
    }


def _differing(one: Sums, other: Sums) -> int:
    return len({key for key in one.keys() | other.keys() if one.get(key) != other.get(key)})


def compare(folder: Path) -> dict[str, int]:
    """Of the house in ``folder``, as known on the day up to which it is kept live."""
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.oversight import live
    from zhibu.domain.tree import STEP

    window = live.current_window()
    assert window is not None
    # What was put above the copies has never owed anything yet, and their own heads have become other kinds.
    tops = [one.pk for one in Organization.objects.all() if len(one.path) <= 3 * STEP]
    live.refresh(tops, window.as_of)
    aside = Path(tempfile.mkdtemp(prefix="zhibu-three-forms-"))
    env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DATABASE_URL": ""}
    on, since, until = (str(day) for day in (window.as_of, window.since, window.until))
    facts, out = str(aside / "facts"), str(aside / "out")
    try:
        run("facts", "--out", facts, env=env)
        run("evaluate", "--facts", facts, "--on", on, "--from", since, "--to", until, "--out", out, env=env)
        return {"organizations": Organization.objects.count()} | differences(Path(out), window.as_of)
    finally:
        shutil.rmtree(aside)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a house that is there")
    parser.add_argument("--demo", type=Path, help="of which a house is made")
    parser.add_argument("--copies", type=int, default=95)
    asked = parser.parse_args()
    aside = Path(tempfile.mkdtemp(prefix="zhibu-house-"))
    began = time.perf_counter()
    try:
        folder = asked.data or aside / "house"
        if asked.data is None:
            demo = asked.demo or aside / "demo"
            if asked.demo is None:
                run("demo", "--no-serve", "--data", str(demo), env=dict(os.environ))
            multiply(demo, folder, asked.copies)
        os.environ |= {"ZHIBU_DATA_DIR": str(folder), "DATABASE_URL": ""}
        os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
        import django

        django.setup()
        found = compare(folder)
    finally:
        shutil.rmtree(aside)
    for name, number in found.items():
        print(f"{number:9} {name}")
    differing = sum(number for name, number in found.items() if name.endswith("differ"))
    print(f"{'the same' if not differing else 'NOT the same'}, {time.perf_counter() - began:.0f} s")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
