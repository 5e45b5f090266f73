"""How long the papers take: cold (a new process, fonts unread) and warm, beside one plain page set by typst.

Rounds alternate between the papers, so that a slow minute of the machine falls on all of them. Prints medians, the
slowest round and the ratio to the plain page; exits 1 where a figure that is promised is not held.

With a demo, also ``zhibu compendium`` from the command to the written file: the demo's fifteen rules, start included,
judged by the seconds of the processor.

    python -m bench.papers [--rounds 7] [--demo DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from zhibu.documents import press
from zhibu.documents.compendium import Book, Chapter, Compendium, Entry, compendium_docx, compendium_pdf
from zhibu.documents.ledger import ledger_pdf, ledger_xlsx
from zhibu.documents.minutes import register_docx, register_pdf, summary_docx, summary_pdf
from zhibu.documents.papers import AttendanceSheet, SignLine, attendance_docx, attendance_pdf
from zhibu.documents.yearbook import Member, Officer, Yearbook, yearbook_pdf, yearbook_xlsx
from zhibu.domain.minutes import Absence, Gathering, Item, Point, RegisterSheet, Roll, Task, Vote
from zhibu.domain.summary import summary_of
from zhibu.domain.terms import MeetingKind, PostKind, Standing, VotingWay

AT = dt.datetime(2026, 12, 31, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))

#: Seconds that are promised for a paper, warm and cold.
PROMISED = {
    "minutes .pdf": 0.5,
    "year-book .pdf (60)": 5.0,
    "year-book .xlsx (60)": 5.0,
    "compendium .pdf (15 × 10)": 2.0,
    "compendium .docx (15 × 10)": 2.0,
}

SPOKEN = "夜班同志建议把学习会分两场开，第一场安排在早班交接之后，第二场安排在夜班上岗之前，不另外占用休息时间。"
NAMES = ("林志远", "陈守夜", "张堃", "李喆", "欧阳修文", "买买提·艾力")


def record(number: int) -> RegisterSheet:
    """A record of two to three pages; no two are the same, so that nothing is served from memory."""
    starts_at = dt.datetime(2026, number % 12 + 1, number % 28 + 1, 19, 0, tzinfo=AT.tzinfo)
    return RegisterSheet(
        organization="旅检一科党支部",
        kind=list(MeetingKind)[number % len(MeetingKind)],
        title=f"第{number}次会议",
        gatherings=(Gathering(starts_at, starts_at + dt.timedelta(minutes=90), "三楼会议室"),),
        chair=NAMES[0],
        recorder=NAMES[1],
        roll=Roll(23, 20, 20, 18, NAMES * 3, (Absence("李想", "当班", leave=True),), ("周列",)),
        items=(
            Item(
                f"审议第{number}号议题",
                points=tuple(Point(name, f"{number}：{SPOKEN}" * 3) for name in NAMES),
                votes=(Vote(f"审议第{number}号议题", VotingWay.HANDS, 17, 1, 0, "通过"),),
                resolutions=("通过，由支部委员会组织实施。",),
            ),
        ),
        conveyed=f"传达学习第{number}号文件。",
        tasks=(Task("制定夜班补学安排", NAMES[1], starts_at.date()),),
        closing="会议开得好，大家讲了真话。",
    )


def year_book(number: int) -> Yearbook:
    return Yearbook(
        organization="旅检一科党支部",
        code="GZ-A-01",
        year=2026,
        superior="局本部机关党委",
        officers=(Officer(PostKind.SECRETARY, NAMES[0], dt.date(2024, 6, 30)),),
        members=tuple(Member(NAMES[each % len(NAMES)], Standing.FULL, "第一党小组") for each in range(31)),
        records=tuple(record(1000 * number + each) for each in range(60)),
    )


def sheet_to_sign(number: int) -> AttendanceSheet:
    people = tuple(SignLine(f"{NAMES[each % len(NAMES)]}{number}") for each in range(1300))
    return AttendanceSheet("党组", "党课", record(number).gatherings[0], people)


def compendium(number: int) -> Compendium:
    """15 rules of 10 articles, and three lists of 20."""

    def chapter(title: str, articles: int) -> Chapter:
        entries = (
            Entry(f"第{each}条", f"{number}：{SPOKEN}" * 2, ("依据：支部工作条例第十一条",))
            for each in range(1, articles + 1)
        )
        return Chapter(title, tuple(entries))

    rules = Book("制度清单", tuple(chapter(f"第{each}项制度", 10) for each in range(1, 16)))
    lists = (Book(title, (chapter(title, 20),)) for title in ("责任清单", "负面清单", "其他清单"))
    return Compendium("局本部机关党委", "制度汇编", number + 1, AT.date(), (rules, *lists))


def plain_page(number: int) -> bytes:
    """The yardstick: one page of plain text, by the same press and fonts, without any of our layout."""
    import typst

    source = f'#set text(font: "FandolFang R", size: 12pt)\n第{number}页。{SPOKEN * 10}'
    made = typst.Compiler(source.encode(), font_paths=press._fonts()).compile(format="pdf")
    assert isinstance(made, bytes)
    return made


PAPERS: dict[str, Callable[[int], bytes]] = {
    "plain page": plain_page,
    "minutes .pdf": lambda number: register_pdf(record(number), at=AT),
    "minutes .docx": lambda number: register_docx(record(number), at=AT),
    "minutes .pdf (200,000 characters)": lambda number: register_pdf(
        replace(record(number), closing=f"{number}{SPOKEN}\n" * 3600), at=AT
    ),
    "summary .pdf": lambda number: summary_pdf(summary_of(record(number), issued_on=AT.date()), at=AT),
    "summary .docx": lambda number: summary_docx(summary_of(record(number), issued_on=AT.date()), at=AT),
    "sheet to sign .pdf (1,300)": lambda number: attendance_pdf(sheet_to_sign(number), at=AT),
    "sheet to sign .docx (1,300)": lambda number: attendance_docx(sheet_to_sign(number), at=AT),
    "ledger .pdf (60)": lambda number: ledger_pdf(year_book(number).ledger, at=AT),
    "ledger .xlsx (60)": lambda number: ledger_xlsx(year_book(number).ledger, at=AT),
    "year-book .pdf (60)": lambda number: yearbook_pdf(year_book(number), at=AT),
    "year-book .xlsx (60)": lambda number: yearbook_xlsx(year_book(number), at=AT),
    "compendium .pdf (15 × 10)": lambda number: compendium_pdf(compendium(number), at=AT),
    "compendium .docx (15 × 10)": lambda number: compendium_docx(compendium(number), at=AT),
}


def seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def cold(name: str) -> float:
    """The seconds of a first paper in a process of its own, the import of typst and the reading of fonts included."""
    script = f"from bench.papers import PAPERS, seconds; print(seconds(lambda: PAPERS[{name!r}](0)))"
    return float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)


def commanded(demo: Path, ending: str) -> tuple[float, float]:
    """``zhibu compendium`` from the command to the file: seconds of the processor, and of the clock."""
    with tempfile.TemporaryDirectory(prefix="zhibu-papers-") as folder:
        zhibu = Path(sys.executable).with_name("zhibu")
        command = [zhibu, "compendium", "GZ-101", "--out", f"{folder}/book.{ending}", "--data", demo]
        before = os.times()
        waited = seconds(partial(subprocess.run, command, check=True, capture_output=True))
        after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, waited


def by_command(demo: Path, rounds: int) -> list[str]:
    """Prints what each kind of file takes; returns those that take longer of the processor than is promised."""
    late = []
    for ending in ("pdf", "docx"):
        used, waited = zip(*(commanded(demo, ending) for _round in range(rounds)), strict=True)
        name, promised = f"zhibu compendium, .{ending}", PROMISED[f"compendium .{ending} (15 × 10)"]
        print(
            f"{name:<36}{statistics.median(used):>12.3f} s of the processor, {statistics.median(waited):.3f} s "
            f"of the clock, start included; promised {promised} s"
        )
        late += [name] if statistics.median(used) > promised else []
    return late


def main(rounds: int, demo: Path | None) -> int:
    warm: dict[str, list[float]] = {name: [] for name in PAPERS}
    first: dict[str, list[float]] = {name: [] for name in ("plain page", *PROMISED)}
    for make in PAPERS.values():
        make(0)
    for number in range(1, rounds + 1):
        for name, make in PAPERS.items():
            warm[name].append(seconds(partial(make, number)))
        for name, taken in first.items():
            taken.append(cold(name))
    yardstick = statistics.median(warm["plain page"])
    print(f"{rounds} rounds      {'':<24}warm, median   slowest   × plain page   cold, median   promised")
    late = []
    for name, taken in warm.items():
        median = statistics.median(taken)
        start = f"{statistics.median(first[name]):.3f} s" if name in first else "–"
        promised = PROMISED.get(name)
        print(
            f"{name:<36}{median:>12.3f} s{max(taken):>8.3f} s{median / yardstick:>13.1f}{start:>16}"
            f"{f'{promised} s' if promised else '–':>11}"
        )
        if promised and max(median, statistics.median(first[name])) > promised:
            late.append(name)
    late += by_command(demo, rounds) if demo else []
    print(f"load {os.getloadavg()[0]:.1f}")
    print("held" if not late else f"not held: {', '.join(late)}")
    return 1 if late else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--demo", type=Path, help="the folder of a demo")
    given = parser.parse_args()
    sys.exit(main(given.rounds, given.demo))
