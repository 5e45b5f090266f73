"""How long the import of a bureau takes, beside a plain openpyxl read of the same file.

    .venv/bin/python bench/import_workbook.py [FILE.xlsx] [--rounds 5] [--ledger 3000]

Every round, in turn: openpyxl reads all cells; the workbook is imported into an empty database (SQLite unless
DATABASE_URL says otherwise); it is imported once more, which changes nothing; the import is undone. Medians of the
processor (what others do on the machine does not count; wall time stands beside it), and the ratio of each to the
openpyxl read of the same run. Exits 1 where the goal is missed: import ≤ 5 s, of the processor where others use the
machine, also with a ledger of 3,000 meetings (``--ledger``), made up for the branches of the file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BUREAU = Path(__file__).parent.parent / "tests" / "data" / "bureau.xlsx"
AS_OF = dt.date(2026, 11, 23)
GOAL = 5.0

#: Seconds of the processor and of the clock.
Taken = tuple[float, float]


def _openpyxl_reads(file: Path) -> int:
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    return sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) for _cell in row)


def _with_ledger(data: bytes, lines: int) -> bytes:
    """The workbook with a sheet of so many meetings, over the years before, with names as ledgers have them."""
    import io

    import openpyxl

    from zhibu.documents.workbooks.layout import LEDGER

    book = openpyxl.load_workbook(io.BytesIO(data))
    branches = [row[0] for row in book["组织机构"].iter_rows(values_only=True) if row[2] == "党支部"]
    heads, *people = book["人员花名册"].iter_rows(values_only=True)
    names: dict[object, list[object]] = {}
    for row in people:
        names.setdefault(row[heads.index("党支部编码")], []).append(row[heads.index("姓名")])
    sheet = book.create_sheet(LEDGER.name)
    sheet.append([*LEDGER.names[:-1]])
    for number in range(lines):
        branch, turn = branches[number % len(branches)], number // len(branches)
        who = names.get(branch) or ["某人", "某人"]
        day = dt.date(2026, 9, 30) - dt.timedelta(days=7 * turn)
        kind = ("支部党员大会", "支委会", "党课", "主题党日")[turn % 4]
        line = [branch, kind, day, "15:00-16:30", "会议室", f"第{turn}次会议", who[0], "", who[-1], len(who)]
        sheet.append([*line, len(who) - 1, f"{who[-1]}（当班）", "", "同意。"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _timed(deed: Callable[[], object]) -> Taken:
    processor, wall = time.process_time(), time.perf_counter()
    deed()
    return time.process_time() - processor, time.perf_counter() - wall


def _prepare() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure(file: Path, rounds: int, ledger: int) -> dict[str, list[Taken]]:
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.imports.actions import bring_in, undo
    from zhibu.apps.imports.models import Import
    from zhibu.apps.imports.plan import Options

    data = _with_ledger(file.read_bytes(), ledger) if ledger else file.read_bytes()
    at = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)

    def bring() -> None:
        report, _imported = bring_in(data, file_name=file.name, options=Options(AS_OF), actor=OPERATOR, at=at)
        assert report.applied, report.errors[:3]

    def take_back() -> None:
        undo(Import.objects.standing().latest("pk"), actor=OPERATOR, at=at)

    times: dict[str, list[Taken]] = {"openpyxl read": [], "import": [], "the same again": [], "undo": []}
    for _round in range(rounds):
        times["openpyxl read"].append(_timed(lambda: _openpyxl_reads(file)))
        times["import"].append(_timed(bring))
        times["the same again"].append(_timed(bring))
        times["undo"].append(_timed(take_back))
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=BUREAU)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ledger", type=int, default=0, help="so many meetings in the sheet 三会一课台账")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhibu-bench-") as folder:
        os.environ["ZHIBU_DATA_DIR"] = folder
        _prepare()
        load = os.getloadavg()[0]
        times = measure(given.file, given.rounds, given.ledger)
    about = f"{given.file.name}, {given.ledger} meetings in its ledger, {given.rounds} rounds, medians"
    print(f"{about}; load {load:.1f} on {os.cpu_count()} cores")
    middle = {name: [statistics.median(column) for column in zip(*each, strict=True)] for name, each in times.items()}
    for name, (processor, wall) in middle.items():
        spread = f"{min(times[name])[0]:.2f}–{max(times[name])[0]:.2f}"
        ratio = processor / middle["openpyxl read"][0]
        print(f"{name:16} {processor:6.2f} s  {ratio:5.2f} × openpyxl  ({spread} s; {wall:.2f} s wall)")
    well = min(middle["import"]) <= GOAL
    print(f"import {'within' if well else 'beyond'} the goal of {GOAL:g} s")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
