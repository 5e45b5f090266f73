"""The ledger of a year (三会一课台账): one line for each meeting held, as .xlsx and .pdf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhibu.documents.plain import cleaned, one_line
from zhibu.documents.press import pdf
from zhibu.documents.tables import Table, workbook
from zhibu.domain.minutes import RegisterSheet, absent
from zhibu.domain.phrases import NOT_SECRET, day
from zhibu.domain.terms import MeetingKind

NAME = "三会一课台账"

#: The columns of the sheet of this name that a workbook may bring in, so that a ledger can be read back; then 补录.
COLUMNS = (
    "组织编码",
    "类型",
    "日期",
    "时间",
    "地点",
    "主题",
    "主持人",
    "授课人",
    "记录人",
    "应到",
    "实到",
    "缺席及原因",
    "列席",
    "决议",
    "补录说明",
)

#: The columns on paper, with their widths in millimetres on a sheet of A4 on its side (257 mm).
_PRINTED = {
    "日期": 22,
    "类型": 26,
    "主题": 42,
    "地点": 22,
    "主持人": 17,
    "记录人": 17,
    "应到": 11,
    "实到": 11,
    "缺席及原因": 34,
    "决议": 55,
}

_NOT_HELD = ("类型", "原定日期", "主题", "结果", "原因")


@dataclass(frozen=True, slots=True)
class NotHeld:
    """A meeting that was postponed or not held: an honest outcome, with its reason. ``outcome`` is said in words.

    ``planned_on`` is ``None`` where no day had been set. ``group`` names the group of a branch that planned it.
    """

    kind: MeetingKind
    planned_on: dt.date | None
    title: str
    outcome: str
    reason: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The filed records of one organization and year, in any order: the ledger puts them in the order of time.

    A branch keeps those of its groups with its own; they are the ones with a ``code`` of theirs.
    """

    organization: str
    code: str
    year: int
    records: tuple[RegisterSheet, ...]
    not_held: tuple[NotHeld, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.organization}{self.year}年{NAME}"

    @property
    def nothing(self) -> str:
        """What is said where the year has no line."""
        return "" if self.records else f"{self.year}年没有归档的会议记录。"


def ledger_xlsx(ledger: Ledger, *, at: dt.datetime) -> bytes:
    """One sheet of texts that an import can read again, and a second for what was not held."""
    ledger = cleaned(ledger)
    notes = (ledger.title, *filter(None, [ledger.nothing]), NOT_SECRET)
    return workbook(tables_of(ledger), title=one_line(ledger.title), made_at=at, notes=notes)


def ledger_pdf(ledger: Ledger, *, at: dt.datetime) -> bytes:
    paper = ledger_paper(cleaned(ledger))
    return pdf("ledger", paper, title=paper["heading"], at=at)


def tables_of(ledger: Ledger) -> tuple[Table, ...]:
    told = [{"组织编码": sheet.code or ledger.code, **_line(sheet)} for sheet in in_order(ledger.records)]
    lines = Table(NAME, COLUMNS, [[line[column] for column in COLUMNS] for line in told])
    if not ledger.not_held:
        return (lines,)
    return lines, Table("延期和未召开", _NOT_HELD, _not_held(ledger.not_held))


def ledger_paper(ledger: Ledger) -> dict[str, Any]:
    """What the template of the ledger is given; the texts of ``ledger`` are clean."""
    return {
        "notice": NOT_SECRET,
        "organization": one_line(ledger.organization),
        "heading": f"{ledger.year}年{NAME}",
        "columns": [{"label": label, "width": width} for label, width in _PRINTED.items()],
        "lines": [_printed(sheet) for sheet in in_order(ledger.records)],
        "nothing": ledger.nothing,
        "not_held_columns": list(_NOT_HELD),
        "not_held": _not_held(ledger.not_held),
    }


def _printed(sheet: RegisterSheet) -> list[str]:
    """What stands on paper: as in the workbook, with the group beside the kind and the day of a late entry."""
    line = _line(sheet) | {"类型": kind_of(sheet)}
    if sheet.late_entry:
        line["主题"] += f"（{day(sheet.late_entry.recorded_on)}补录）"
    return [line[column] for column in _PRINTED]


def kind_of(sheet: RegisterSheet) -> str:
    """The kind of a meeting in words, with the group beside it where it was a group's."""
    return _of_group(sheet.kind, sheet.organization if sheet.code else "")


def _of_group(kind: MeetingKind, group: str) -> str:
    return f"{kind.zh}（{one_line(group)}）" if group else kind.zh


def in_order(records: Iterable[RegisterSheet]) -> list[RegisterSheet]:
    return sorted(records, key=lambda sheet: (sheet.gatherings[0].starts_at, sheet.title))


def _line(sheet: RegisterSheet) -> dict[str, str]:
    resolutions = [text for item in sheet.items for text in item.resolutions]
    return {
        "类型": sheet.kind.zh,
        "日期": sheet.held_on.isoformat(),
        "时间": one_line("；".join(each.hours for each in sheet.gatherings)),
        "地点": one_line(sheet.places),
        "主题": one_line(sheet.title),
        "主持人": one_line(sheet.chair),
        "授课人": one_line(sheet.lecturer),
        "记录人": one_line(sheet.recorder),
        "应到": str(sheet.roll.expected),
        "实到": str(sheet.roll.present),
        "缺席及原因": one_line(absent(sheet.roll)),
        "列席": one_line("、".join(sheet.roll.observers)),
        "决议": one_line("；".join(text.rstrip("。；") for text in resolutions)),
        "补录说明": one_line(str(sheet.late_entry)) if sheet.late_entry else "",
    }


def _not_held(meetings: Iterable[NotHeld]) -> list[list[str]]:
    return [
        [
            _of_group(each.kind, each.group),
            day(each.planned_on) if each.planned_on else "未定",
            one_line(each.title),
            one_line(each.outcome),
            one_line(each.reason),
        ]
        for each in sorted(meetings, key=lambda each: (each.planned_on or dt.date.max, each.title))
    ]
