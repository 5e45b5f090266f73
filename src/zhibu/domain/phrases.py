"""The Chinese that stands on papers: labels, days, numerals, and the shapes in which sentences are handed on.

National forms are Chinese whatever language a reader has chosen for the pages, so these words are not translated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from zhibu.domain.terms import MeetingKind

#: Stands at the head of every page that leaves the system.
NOT_SECRET = "非涉密系统，严禁处理、存储、传输国家秘密和工作秘密"  # noqa: S105 - no password

#: What a sheet says where there is nothing to say.
NONE = "无"

#: Stands behind the title of a paper that is made before the record is filed.
DRAFT = "（草稿）"

#: What it says there of a record taken over from a ledger kept before: nobody knows whether there was nothing.
NOT_IN_LEDGER = "台账未载"

#: Why such a record was entered after the event.
FROM_LEDGER = "据台账补录"


class Label(StrEnum):
    """The labels on the papers of a meeting, all of them."""

    TITLE = "会议名称"
    TIME = "时间"
    PLACE = "地点"
    CHAIR = "主持人"
    RECORDER = "记录人"
    LECTURER = "授课人"
    EXPECTED = "应到"
    PRESENT = "实到"
    VOTERS = "有表决权应到"
    VOTERS_PRESENT = "有表决权实到"
    ABSENT = "缺席及原因"
    OBSERVERS = "列席"
    AGENDA = "议题"
    PREVIOUSLY = "上次会议事项"
    CONVEYED = "传达学习内容"
    POINTS = "发言要点"
    VOTES = "表决"
    RESOLUTIONS = "决议"
    TASKS = "责任人与时限"
    CLOSING = "主持人总结"
    LATE_ENTRY = "补录说明"
    TOGETHER = "同场会议"
    CORRECTION = "更正"
    CHAIR_SIGNS = "主持人签名"
    RECORDER_SIGNS = "记录人签名"
    SIGNED_ON = "　　　　年　　月　　日"
    WHO = "参加人员"
    REMARKS = "有关事项"
    CONTACT = "联系人"
    LINK = "链接"
    ATTENDING = "出席"
    ON_LEAVE = "请假"
    AWAY = "缺席"
    ISSUED = "印发"
    NUMBER = "序号"
    NAME = "姓名"
    SIGNATURE = "签名"
    NOTE = "备注"


# --- Lines and sections ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. ``lead`` is set apart: a speaker, an item's number. A ``heading`` stands over those below it."""

    text: str
    lead: str = ""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of a summary or a notice."""

    heading: str
    lines: tuple[Line, ...]


def lines_of(text: str) -> Iterator[tuple[bool, str]]:
    """The lines of ``text`` that hold something, each with whether it is the first; without any, one empty line."""
    kept = [line.strip() for line in text.splitlines() if line.strip()]
    return ((index == 0, line) for index, line in enumerate(kept or [""]))


def numbered(texts: Iterable[str]) -> tuple[Line, ...]:
    """Numbered where there are several; further lines of one text stand under it."""
    kept = list(texts)
    leads = [f"{number}. " for number in range(1, len(kept) + 1)] if len(kept) > 1 else [""] * len(kept)
    return tuple(
        Line(line, lead if first else "")
        for lead, text in zip(leads, kept, strict=True)
        for first, line in lines_of(text)
    )


def or_none(lines: Iterable[Line], nothing: str = NONE) -> tuple[Line, ...]:
    """``lines``, or 无 (``nothing``) where there are none."""
    return tuple(lines) or (Line(nothing),)


# --- Deeds, days and numbers ----------------------------------------------------------------------------------------


_VERBS = {MeetingKind.LESSON: "举办", MeetingKind.THEME_DAY: "开展", MeetingKind.APPRAISAL: "开展"}


def verb(kind: MeetingKind) -> str:
    """What one does with a meeting of this kind: 召开 for most."""
    return _VERBS.get(kind, "召开")


def day(on: dt.date) -> str:
    """2026年3月5日."""
    return f"{on.year}年{on.month}月{on.day}日"


def weekday(on: dt.date) -> str:
    """星期四."""
    return "星期" + "一二三四五六日"[on.weekday()]


def clock(at: dt.datetime) -> str:
    """19:00."""
    return f"{at:%H:%M}"


def numeral(number: int) -> str:
    """``number`` from 1 to 99 in Chinese: 一, 十, 十二, 二十, 九十九; beyond, in digits."""
    tens, ones = divmod(number, 10)
    if tens >= len(_DIGITS):
        return str(number)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + _DIGITS[ones]


_DIGITS: tuple[str, ...] = ("", *"一二三四五六七八九")
