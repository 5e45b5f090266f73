"""How long the import of a bureau takes, beside a plain openpyxl read of the same file.

    .venv/bin/python bench/import_workbook.py [FILE.xlsx] [--rounds 5]

Every round, in turn: openpyxl reads all cells; the workbook is imported into an empty database (SQLite unless
DATABASE_URL says otherwise); it is imported once more, which changes nothing; the import is undone. Medians, and the
ratio of each to the openpyxl read of the same run; absolute times depend on the machine. The goal: import ≤ 5 s.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BUREAU = Path(__file__).parent.parent / "tests" / "data" / "bureau.xlsx"
AS_OF = dt.date(2026, 11, 23)
GOAL = 5.0


def _openpyxl_reads(file: Path) -> int:
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    return sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) for _cell in row)


def _timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def _prepare() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure(file: Path, rounds: int) -> dict[str, list[float]]:
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.imports.actions import bring_in, undo
    from zhibu.apps.imports.models import Import
    from zhibu.apps.imports.plan import Options

    data, at = file.read_bytes(), dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)

    def bring() -> None:
        report, _imported = bring_in(data, file_name=file.name, options=Options(AS_OF), actor=OPERATOR, at=at)
        assert report.applied, report.errors[:3]

    def take_back() -> None:
        undo(Import.objects.standing().latest("pk"), actor=OPERATOR, at=at)

    times: dict[str, list[float]] = {"openpyxl read": [], "import": [], "the same again": [], "undo": []}
    for _round in range(rounds):
        times["openpyxl read"].append(_timed(lambda: _openpyxl_reads(file)))
        times["import"].append(_timed(bring))
        times["the same again"].append(_timed(bring))
        times["undo"].append(_timed(take_back))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=BUREAU)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhibu-bench-") as folder:
        os.environ["ZHIBU_DATA_DIR"] = folder
        _prepare()
        load = os.getloadavg()[0]
        times = measure(given.file, given.rounds)
    medians = {name: statistics.median(each) for name, each in times.items()}
    unit = medians["openpyxl read"]
    print(f"{given.file.name}, {given.rounds} rounds, medians; load {load:.1f} on {os.cpu_count()} cores")
    for name, median in medians.items():
        spread = f"{min(times[name]):.2f}–{max(times[name]):.2f}"
        print(f"{name:16} {median:6.2f} s  {median / unit:5.2f} × openpyxl  ({spread} s)")
    verdict = "within" if medians["import"] <= GOAL else "beyond"
    print(f"import {verdict} the goal of {GOAL:g} s")


if __name__ == "__main__":
    main()
