"""纪要: what a meeting settled, for more readers than its record has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from zhibu.domain.minutes import RegisterSheet, said
from zhibu.domain.phrases import DRAFT, Label, Line, Section, day, lines_of, numbered, verb

#: What stands under an item of which nothing is recorded but that it was on the agenda.
UNRESOLVED = "未形成决议。"


@dataclass(frozen=True, slots=True)
class Summary:
    """纪要. ``head`` is the mark at the top, red on paper of the organization unless ``red_head`` is off.

    ``number`` is the number of the issue, such as 〔2026〕3号; empty where the branch keeps none.
    """

    organization: str
    head: str
    title: str
    opening: str
    sections: tuple[Section, ...]
    attending: tuple[str, ...]
    on_leave: tuple[str, ...]
    away: tuple[str, ...]
    observers: tuple[str, ...]
    issued_on: dt.date
    number: str = ""
    red_head: bool = True

    @property
    def attendance(self) -> tuple[tuple[Label, str], ...]:
        """Who attended, was on leave, away, or observed, as far as there is anybody to name."""
        groups = (
            (Label.ATTENDING, self.attending),
            (Label.ON_LEAVE, self.on_leave),
            (Label.AWAY, self.away),
            (Label.OBSERVERS, self.observers),
        )
        return tuple((label, "、".join(names)) for label, names in groups if names)


def summary_of(sheet: RegisterSheet, *, issued_on: dt.date, number: str = "", red_head: bool = True) -> Summary:
    """The summary that a record gives by itself: what was resolved, and where nothing was, what was said.

    Reasons of absence stay in the record: a summary goes to more readers.
    """
    return Summary(
        organization=sheet.organization,
        head=f"{sheet.organization}会议纪要",
        title=f"{sheet.title}{DRAFT if sheet.draft else ''}",
        opening=_opening(sheet),
        sections=tuple(_sections(sheet)),
        attending=sheet.roll.attending,
        on_leave=tuple(absence.name for absence in sheet.roll.on_leave),
        away=tuple(absence.name for absence in sheet.roll.away),
        observers=sheet.roll.observers,
        issued_on=issued_on,
        number=number,
        red_head=red_head,
    )


def _opening(sheet: RegisterSheet) -> str:
    roll = sheet.roll
    place = f"在{sheet.places}" if sheet.places else ""
    chair = f"，{sheet.chair}主持" if sheet.chair else ""
    turns = f"分{len(sheet.gatherings)}场" if len(sheet.gatherings) > 1 else ""
    voters = f"；有表决权的应到{roll.voters}人，实到{roll.voters_present}人" if roll.voters is not None else ""
    together = f"（与{'、'.join(sheet.together)}同场）" if sheet.together else ""
    late = f"会议记录于{day(sheet.late_entry.recorded_on)}补录。" if sheet.late_entry else ""
    return (
        f"{day(sheet.held_on)}，{sheet.organization}{place}{turns}{verb(sheet.kind)}{sheet.kind.zh}{together}{chair}。"
        f"应到{roll.expected}人，实到{roll.present}人{voters}。"
        f"{late}现将会议情况纪要如下："
    )


def _sections(sheet: RegisterSheet) -> Iterator[Section]:
    if sheet.conveyed.strip():
        yield Section(Label.CONVEYED, tuple(Line(text) for text in sheet.conveyed.splitlines() if text.strip()))
    if sheet.points:
        yield Section(Label.POINTS, tuple(said(sheet.points)))
    for item in sheet.items:
        settled = [*item.resolutions, *map(str, item.votes)]
        lines = tuple(Line(line) for text in settled for _, line in lines_of(text)) or tuple(said(item.points))
        yield Section(item.title, lines or (Line(UNRESOLVED),))
    if sheet.tasks:
        yield Section(Label.TASKS, numbered(map(str, sheet.tasks)))
    if sheet.closing.strip():
        yield Section(Label.CLOSING, tuple(Line(text) for text in sheet.closing.splitlines() if text.strip()))
