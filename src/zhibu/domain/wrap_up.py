"""The wrap-up (总结) of a campaign, written from records in plain sentences: nothing in it was typed by hand.

It names nobody, holds no rate and no comparison, and knows nothing of study notes: they are never counted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhibu.domain.phrases import DRAFT, Line, day, numeral, verb
from zhibu.domain.terms import MeetingKind

#: What stands under a part of which no record is filed.
NO_RECORD = "没有归档的会议记录。"


#: A line that stands over those below it: 一、规定内容.
_HEADING = re.compile(r"[一二三四五六七八九十]+、")


@dataclass(frozen=True, slots=True)
class WrapUp:
    """总结 as it goes out: the text that was filed, or still a draft of it."""

    organization: str
    campaign: str
    text: str
    issued_on: dt.date
    draft: bool = False

    @property
    def heading(self) -> str:
        return f"{self.campaign}总结{DRAFT if self.draft else ''}"

    @property
    def lines(self) -> tuple[Line, ...]:
        kept = [line.strip() for line in self.text.splitlines() if line.strip()]
        return tuple(Line(line, heading=_HEADING.match(line) is not None) for line in kept)


@dataclass(frozen=True, slots=True)
class Launched:
    """The campaign: the organization that opened it here, the document that launched it, from when until when.

    ``number`` and ``dated`` of the document are empty and ``None`` where they are not known.
    """

    title: str
    office: str
    issuer: str
    document: str
    number: str
    dated: dt.date | None
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Held:
    """A filed meeting that served a part; ``present`` counts all that came, as its record does.

    ``by``: who held it where that was not the branch itself, such as one of its groups; else empty.
    """

    on: dt.date
    kind: MeetingKind
    title: str
    expected: int
    present: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """A part, by whom it was prescribed (empty: the branch's own), and the meetings filed for it, by day."""

    title: str
    prescribed_by: str
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """Members on the last day, and how many of them came to at least one session."""

    members: int
    reached: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A part as it stands below a superior: how many branches owe it, how many have a filed record for it."""

    title: str
    prescribed_by: str
    owed: int
    done: int


def of_branch(launched: Launched, organization: str, parts: Sequence[Served], members: Reached) -> str:
    """What a branch did: part by part with its meetings, then whom it reached, in sums."""
    prescribed = [part for part in parts if part.prescribed_by]
    own = [part for part in parts if not part.prescribed_by]
    sections = [
        ("规定内容", [line for number, part in enumerate(prescribed, 1) for line in _served(number, part)]),
        ("自选内容", [line for number, part in enumerate(own, 1) for line in _served(number, part)]),
        ("参加情况", [_reached("本支部", members)]),
    ]
    return _text(_opening(launched, organization), sections)


def of_superior(
    launched: Launched, organization: str, parts: Sequence[Spread], *, branches: int, members: Reached
) -> str:
    """What the branches below did, in sums: no branch is named, so none stands before another."""
    spread = [_spread(number, part) for number, part in enumerate(parts, 1)]
    sections = [
        ("落实情况", [f"所属党支部{branches}个。", *spread]),
        ("参加情况", [_reached("所属各党支部", members)]),
    ]
    return _text(_opening(launched, organization), sections)


def _opening(launched: Launched, organization: str) -> str:
    number = f"（{launched.number}）" if launched.number else ""
    dated = f"{day(launched.dated)}" if launched.dated else ""
    source = f"根据{dated}{launched.issuer}《{launched.document}》{number}，" if launched.document else ""
    return (
        f"{source}{launched.office}部署开展{launched.title}，时间为{day(launched.since)}至{day(launched.until)}。"
        f"{organization}的开展情况根据归档记录汇总如下。"
    )


def _text(opening: str, sections: Sequence[tuple[str, list[str]]]) -> str:
    kept = [(heading, lines) for heading, lines in sections if lines]
    told = [opening]
    for number, (heading, lines) in enumerate(kept, 1):
        told += [f"{numeral(number)}、{heading}", *lines]
    return "\n".join(told)


def _served(number: int, part: Served) -> Iterator[str]:
    by = f"（{part.prescribed_by}规定）" if part.prescribed_by else ""
    held = "".join(_held(one) for one in part.held) or NO_RECORD
    yield f"{number}. {part.title}{by}：{held}"


def _held(one: Held) -> str:
    what = f"{one.by}{verb(one.kind)}{one.kind.zh}《{one.title}》"
    return f"{day(one.on)}{what}，应到{one.expected}人，实到{one.present}人。"


def _spread(number: int, part: Spread) -> str:
    counts = f"应开展的党支部{part.owed}个，已有归档记录的{part.done}个"
    return f"{number}. {part.title}（{part.prescribed_by}规定）：{counts}。"


def _reached(whose: str, members: Reached) -> str:
    return f"{whose}党员{members.members}人，其中{members.reached}人参加过本次学习教育的集中活动。"
