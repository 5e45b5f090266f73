"""The year-book of a branch (工作手册): who it is, what it held, and every record, as .xlsx and .pdf in one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhibu.documents.ledger import Ledger, NotHeld, in_order, kind_of, ledger_paper, tables_of
from zhibu.documents.minutes import register_paper
from zhibu.documents.plain import cleaned, one_line
from zhibu.documents.press import pdf
from zhibu.documents.tables import Table, workbook
from zhibu.domain.minutes import RegisterSheet, correction_fields, register_fields
from zhibu.domain.phrases import NOT_SECRET, Label, day
from zhibu.domain.terms import MeetingKind, PostKind, Standing

MONTHS = tuple(f"{month}月" for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Officer:
    """Who held a post in the year; ``until`` is ``None`` for those who still hold it, and not included otherwise."""

    post: PostKind
    name: str
    since: dt.date
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the branch in the year. ``group`` is empty where the branch has none; ``joined_on`` is 入党时间."""

    name: str
    standing: Standing
    group: str = ""
    joined_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Yearbook:
    """A branch and its year. Officers and members stand in the order given; records are put in the order of time.

    ``as_of`` is the day on which the members were those of the list; ``None`` leaves it unsaid.
    """

    organization: str
    code: str
    year: int
    superior: str
    officers: tuple[Officer, ...]
    members: tuple[Member, ...]
    records: tuple[RegisterSheet, ...]
    not_held: tuple[NotHeld, ...] = ()
    as_of: dt.date | None = None

    @property
    def title(self) -> str:
        return f"{self.organization}{self.year}年工作手册"

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.organization, self.code, self.year, self.records, self.not_held)


def yearbook_xlsx(book: Yearbook, *, at: dt.datetime) -> bytes:
    """A sheet for each part; the records line by line, so that no cell cuts a long text."""
    book = cleaned(book)
    tables = (
        Table("基本情况", ("项目", "内容"), _facts(book)),
        Table("支部委员会", _OFFICERS, _officers(book)),
        Table("党员名册", _MEMBERS, _members(book)),
        Table("组织生活一览", ("类型", *MONTHS), _overview(book)),
        *tables_of(book.ledger),
        Table("会议记录", ("日期", "类型", "会议名称", "栏目", "内容"), _lines(book.records)),
    )
    notes = (book.title, *filter(None, [book.ledger.nothing]), NOT_SECRET)
    return workbook(tables, title=one_line(book.title), made_at=at, notes=notes)


def yearbook_pdf(book: Yearbook, *, at: dt.datetime) -> bytes:
    """Cover, contents, the branch and its people, the year at a glance, the ledger, then each record."""
    book = cleaned(book)
    paper: dict[str, Any] = {
        "notice": NOT_SECRET,
        "organization": one_line(book.organization),
        "year": str(book.year),
        "superior": one_line(book.superior),
        "facts": _facts(book),
        "officers_head": list(_OFFICERS),
        "officers": _officers(book),
        "members_head": list(_MEMBERS),
        "members": _members(book),
        "months": list(MONTHS),
        "overview": _overview(book),
        "ledger": ledger_paper(book.ledger),
        "records": [{**register_paper(sheet), "contents": _contents(sheet)} for sheet in in_order(book.records)],
    }
    return pdf("yearbook", paper, title=one_line(book.title), at=at)


def _contents(sheet: RegisterSheet) -> str:
    """How the table of contents names a record."""
    group = f"（{one_line(sheet.organization)}）" if sheet.code else ""
    return f"{day(sheet.held_on)}　{one_line(sheet.title)}{group}"


_OFFICERS = ("职务", "姓名", "任职时间")
_MEMBERS = ("序号", "姓名", "类别", "党小组", "入党时间")


def _facts(book: Yearbook) -> list[list[str]]:
    standings = [member.standing for member in book.members]
    groups = {member.group for member in book.members if member.group}
    return [
        ["党支部名称", one_line(book.organization)],
        ["上级党组织", one_line(book.superior)],
        ["党员总数", f"{len(standings)}人"],
        *(
            [f"其中：{standing.zh}", f"{standings.count(standing)}人"]
            for standing in Standing
            if standing in standings
        ),
        ["党小组", f"{len(groups)}个"],
        *([["名册日期", day(book.as_of)]] if book.as_of else []),
        ["全年会议", f"{len(book.records)}次"],
    ]


def _officers(book: Yearbook) -> list[list[str]]:
    return [
        [
            officer.post.zh,
            one_line(officer.name),
            f"{day(officer.since)}至{day(officer.until) if officer.until else '今'}",
        ]
        for officer in book.officers
    ]


def _members(book: Yearbook) -> list[list[str]]:
    return [
        [
            str(number),
            one_line(member.name),
            member.standing.zh,
            one_line(member.group),
            day(member.joined_on) if member.joined_on else "",
        ]
        for number, member in enumerate(book.members, 1)
    ]


def _overview(book: Yearbook) -> list[list[str]]:
    """A row for each kind that was held, a column for each month of the year, the days in the cells."""
    held: dict[MeetingKind, list[list[str]]] = {}
    for sheet in in_order(book.records):
        for on in dict.fromkeys(each.starts_at.date() for each in sheet.gatherings):
            if on.year == book.year:  # a lesson in turns may begin in the year before
                held.setdefault(sheet.kind, [[] for _ in MONTHS])[on.month - 1].append(f"{on.day}日")
    return [[kind.zh, *("、".join(days) for days in held[kind])] for kind in MeetingKind if kind in held]


def _lines(records: Iterable[RegisterSheet]) -> list[list[str]]:
    return [
        [
            sheet.held_on.isoformat(),
            kind_of(sheet),
            one_line(sheet.title),
            field.label,
            line.lead + one_line(line.text),
        ]
        for sheet in in_order(records)
        for field in (*register_fields(sheet), *correction_fields(sheet))
        if field.label is not Label.TITLE
        for line in field.lines
    ]
