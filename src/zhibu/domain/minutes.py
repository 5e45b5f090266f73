"""The record of a meeting: the points of those who spoke, the facts, and the register sheet made of them.

Facts come in as frozen dataclasses, with instants in local time; labels and sentences go out. How they stand on a
page is decided in ``documents``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from zhibu.domain.phrases import (
    DRAFT,
    NONE,
    NOT_IN_LEDGER,
    Label,
    Line,
    clock,
    day,
    lines_of,
    numbered,
    numeral,
    or_none,
    weekday,
)
from zhibu.domain.terms import MeetingKind, VotingWay

#: Marks a point that differs, after the name: 陈守夜（不同意见）：……
DIFFERING = "不同意见"


# --- Points of those who spoke --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """What one person said, in one or more lines. ``speaker`` is empty for text that stands under no name."""

    speaker: str
    text: str
    role: str = ""
    differs: bool = False

    @property
    def lead(self) -> str:
        """What stands before the text: 陈守夜（组织委员，不同意见）："""
        if not self.speaker:
            return ""
        notes = "，".join(note for note in (self.role, DIFFERING if self.differs else "") if note)
        return f"{self.speaker}（{notes}）：" if notes else f"{self.speaker}："


_LEAD = re.compile(r"([^：:（(]{1,60})(?:[（(]([^：:（()）]{1,60})[）)])?\s*[：:]\s*")


def points(text: str, speakers: Collection[str]) -> tuple[Point, ...]:
    """Read minutes as they are typed: a line that begins with a name and a colon begins a point.

    Only the names in ``speakers`` begin one, so that 「要求：」 stays text; 同志 after a name, spaces inside it and
    a note in brackets are understood. Lines without a name go on with the point before them. Empty lines are dropped.
    """
    known = {"".join(name.split()): name for name in speakers}
    spoken: list[tuple[Point, list[str]]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        lead = _LEAD.match(line)
        name = known.get("".join(lead[1].split()).removesuffix("同志")) if lead else None
        if lead and name:
            notes = [note.strip() for note in re.split("[，,、]", lead[2] or "") if note.strip()]
            role = "，".join(note for note in notes if note != DIFFERING)
            spoken.append((Point(name, "", role, DIFFERING in notes), [line[lead.end() :]]))
        elif spoken:
            spoken[-1][1].append(line)
        else:
            spoken.append((Point("", ""), [line]))
    return tuple(replace(point, text="\n".join(filter(None, lines))) for point, lines in spoken)


def text_of(spoken: Iterable[Point]) -> str:
    """Points as text that ``points`` reads back."""
    return "\n".join(point.lead + point.text for point in spoken)


# --- Facts of a meeting ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gathering:
    """One session: from when to when, in local time, and where.

    A ledger kept before may not tell the end (``None``), or tell the time in a word (``said``: 下午, or nothing);
    then ``starts_at`` is the first moment of the day.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime | None
    place: str = ""
    said: str | None = None

    def __str__(self) -> str:
        first = self.starts_at.date()
        return f"{day(first)}（{weekday(first)}）{self._hours('至')}"

    @property
    def hours(self) -> str:
        """Without the day: 15:00-16:30."""
        return self._hours("-")

    def _hours(self, to: str) -> str:
        if self.said is not None:
            return self.said
        if self.ends_at is None:
            return clock(self.starts_at)
        days = (self.ends_at.date() - self.starts_at.date()).days
        until = "" if days == 0 else "次日" if days == 1 else day(self.ends_at.date())
        return f"{clock(self.starts_at)}{to}{until}{clock(self.ends_at)}"


@dataclass(frozen=True, slots=True)
class Absence:
    """Who was not there and why; ``leave`` tells that it was asked for and granted."""

    name: str
    reason: str = ""
    leave: bool = False

    def __str__(self) -> str:
        return f"{self.name}（{self.reason}）" if self.reason else self.name


@dataclass(frozen=True, slots=True)
class Roll:
    """The two pairs of numbers, and the names. ``attending`` may be empty where only the count is known.

    A ledger kept before gives one pair (``voters`` is ``None``) and tells of those away in its own words
    (``absent_said``).
    """

    expected: int
    present: int
    voters: int | None
    voters_present: int | None
    attending: tuple[str, ...] = ()
    absent: tuple[Absence, ...] = ()
    observers: tuple[str, ...] = ()
    absent_said: str = ""

    @property
    def on_leave(self) -> tuple[Absence, ...]:
        return tuple(absence for absence in self.absent if absence.leave)

    @property
    def away(self) -> tuple[Absence, ...]:
        return tuple(absence for absence in self.absent if not absence.leave)


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as counted. Written opinions are among the votes, and how many is said beside them.

    ``outcome`` is the verdict in words, such as 通过; empty where none is recorded.
    """

    subject: str
    way: VotingWay
    in_favour: int
    against: int = 0
    abstained: int = 0
    outcome: str = ""
    written: int = 0

    def __str__(self) -> str:
        written = f"（含书面意见{self.written}票）" if self.written else ""
        count = f"赞成{self.in_favour}票，反对{self.against}票，弃权{self.abstained}票{written}"
        outcome = f"，{self.outcome}" if self.outcome else ""
        return f"{self.subject.rstrip('。；，')}：{self.way.zh}，{count}{outcome}。"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda: who said what, how it was voted on, what was resolved."""

    title: str
    points: tuple[Point, ...] = ()
    votes: tuple[Vote, ...] = ()
    resolutions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody took on; ``None``: no date was set."""

    text: str
    holder: str
    due: dt.date | None = None

    def __str__(self) -> str:
        due = f"，{day(self.due)}前" if self.due else ""
        return f"{self.text.rstrip('。；，')}（{self.holder}{due}）"


@dataclass(frozen=True, slots=True)
class LateEntry:
    """The record was entered after the event: when, and why."""

    recorded_on: dt.date
    reason: str

    def __str__(self) -> str:
        return f"{day(self.recorded_on)}补录：{self.reason}"


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right after filing. It stands beside what was filed."""

    made_on: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class RegisterSheet:
    """All that the record of one meeting says (会议记录); every other paper after the meeting is derived from it.

    ``previously``: minutes of before that were read, and tasks reported on; each a sentence. ``conveyed`` and
    ``closing`` are texts of any number of lines; ``points`` were said outside any item.
    ``lecturer`` is empty where nobody taught. There is at least one gathering. ``together`` are the titles of other
    meetings that shared this one's time and roll and have records of their own. A ``draft`` is not filed yet.
    ``code`` is that of the organization, where a book holds the records of several; empty: the book's own.
    ``from_ledger``: taken over from a ledger kept before, which tells less; what it does not tell is said to be not
    in it, never to have been none.
    """

    organization: str
    kind: MeetingKind
    title: str
    gatherings: tuple[Gathering, ...]
    chair: str
    recorder: str
    roll: Roll
    items: tuple[Item, ...] = ()
    lecturer: str = ""
    previously: tuple[str, ...] = ()
    conveyed: str = ""
    points: tuple[Point, ...] = ()
    tasks: tuple[Task, ...] = ()
    closing: str = ""
    late_entry: LateEntry | None = None
    corrections: tuple[Correction, ...] = ()
    together: tuple[str, ...] = ()
    draft: bool = False
    code: str = ""
    from_ledger: bool = False

    @property
    def held_on(self) -> dt.date:
        """The day of the first gathering."""
        return self.gatherings[0].starts_at.date()

    @property
    def places(self) -> str:
        return "、".join(dict.fromkeys(each.place for each in self.gatherings if each.place))

    @property
    def heading(self) -> str:
        return f"{self.kind.zh}记录{DRAFT if self.draft else ''}"


# --- The register sheet ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A label of the register sheet and what stands beside it. Two ``short`` ones share a row."""

    label: Label
    lines: tuple[Line, ...]
    short: bool = False


def register_fields(sheet: RegisterSheet) -> tuple[Field, ...]:
    """The sheet down to the closing words, under which the signatures stand.

    Nothing recorded is said as 无, and of a ledger kept before as 台账未载.
    """
    roll = sheet.roll
    nothing = NOT_IN_LEDGER if sheet.from_ledger else NONE

    def field(label: Label, lines: Iterable[Line | str], *, short: bool = False) -> Field:
        told = (line if isinstance(line, Line) else Line(line) for line in lines)
        return Field(label, or_none((line for line in told if line.text.strip() or line.lead), nothing), short)

    return (
        field(Label.TITLE, [sheet.title]),
        field(Label.TIME, map(str, sheet.gatherings)),
        *([field(Label.LATE_ENTRY, [str(sheet.late_entry)])] if sheet.late_entry else []),
        *([field(Label.TOGETHER, [f"{'、'.join(sheet.together)}（同一签到，分别记录）"])] if sheet.together else []),
        field(Label.PLACE, [sheet.places]),
        field(Label.CHAIR, [sheet.chair], short=True),
        field(Label.RECORDER, [sheet.recorder], short=True),
        *([field(Label.LECTURER, [sheet.lecturer])] if sheet.lecturer else []),
        field(Label.EXPECTED, [_people(roll.expected)], short=True),
        field(Label.PRESENT, [_people(roll.present)], short=True),
        field(Label.VOTERS, [_people(roll.voters)], short=True),
        field(Label.VOTERS_PRESENT, [_people(roll.voters_present)], short=True),
        field(Label.ABSENT, [absent(roll)]),
        field(Label.OBSERVERS, ["、".join(roll.observers)]),
        field(Label.AGENDA, numbered(item.title for item in sheet.items)),
        *([field(Label.PREVIOUSLY, numbered(sheet.previously))] if sheet.previously else []),
        field(Label.CONVEYED, sheet.conveyed.splitlines()),
        field(Label.POINTS, _spoken(sheet)),
        field(Label.VOTES, numbered(str(vote) for item in sheet.items for vote in item.votes)),
        field(Label.RESOLUTIONS, numbered(text for item in sheet.items for text in item.resolutions)),
        field(Label.TASKS, numbered(map(str, sheet.tasks))),
        field(Label.CLOSING, sheet.closing.splitlines()),
    )


def _people(number: int | None) -> str:
    """How many; empty where nobody says."""
    return "" if number is None else f"{number}人"


def correction_fields(sheet: RegisterSheet) -> tuple[Field, ...]:
    """What was put right after filing; it stands below the signatures. Empty where there was nothing to correct."""
    return tuple(
        Field(
            Label.CORRECTION,
            tuple(Line(t, f"{day(each.made_on)}：" if first else "") for first, t in lines_of(each.text)),
        )
        for each in sheet.corrections
    )


def absent(roll: Roll) -> str:
    """请假2人：李想（当班）、王勤（休假）；缺席1人：赵一. Or a ledger's words. Empty where nobody was away."""
    if roll.absent_said:
        return roll.absent_said
    groups = ((Label.ON_LEAVE, roll.on_leave), (Label.AWAY, roll.away))
    return "；".join(f"{label}{len(people)}人：{'、'.join(map(str, people))}" for label, people in groups if people)


def _spoken(sheet: RegisterSheet) -> Iterator[Line]:
    yield from said(sheet.points)
    several = len(sheet.items) > 1
    for number, item in enumerate(sheet.items, 1):
        if item.points and several:
            yield Line(f"议题{numeral(number)}：{item.title}", heading=True)
        yield from said(item.points)


def said(spoken: Iterable[Point]) -> Iterator[Line]:
    """The lines of points, each point led by its speaker."""
    return (Line(text, point.lead if first else "") for point in spoken for first, text in lines_of(point.text))
