"""What goes out before a meeting: the notice, and its plain text for a group chat."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhibu.domain.minutes import Gathering
from zhibu.domain.phrases import Label, Section, day, numbered, verb
from zhibu.domain.terms import MeetingKind


@dataclass(frozen=True, slots=True)
class Notice:
    """What goes out before a meeting of at least one gathering.

    ``who`` says in words who is to come; ``remarks`` what to bring or prepare.
    """

    organization: str
    kind: MeetingKind
    title: str
    gatherings: tuple[Gathering, ...]
    agenda: tuple[str, ...]
    who: str
    issued_on: dt.date
    remarks: tuple[str, ...] = ()
    contact: str = ""
    link: str = ""

    @property
    def heading(self) -> str:
        return f"关于{verb(self.kind)}{self.title}的通知"

    @property
    def opening(self) -> str:
        first = self.gatherings[0].starts_at.date()
        return f"{self.organization}定于{day(first)}{verb(self.kind)}{self.kind.zh}。现将有关事项通知如下："


def notice_sections(notice: Notice) -> tuple[Section, ...]:
    """Time, place, agenda, who, and what else there is to say."""
    several = len(notice.gatherings) > 1
    times = [f"{each}，{each.place}" if several and each.place else str(each) for each in notice.gatherings]
    place = "" if several else notice.gatherings[0].place
    sections = (
        Section(Label.TIME, numbered(times)),
        Section(Label.PLACE, numbered([place] if place else [])),
        Section(Label.AGENDA, numbered(notice.agenda)),
        Section(Label.WHO, numbered([notice.who] if notice.who else [])),
        Section(Label.REMARKS, numbered(notice.remarks)),
        Section(Label.CONTACT, numbered([notice.contact] if notice.contact else [])),
    )
    return tuple(section for section in sections if section.lines)


def chat_text(notice: Notice) -> str:
    """The notice as plain text to paste into a group chat: a line for each fact, the link last."""
    lines = [f"【会议通知】{notice.title}"]
    for section in notice_sections(notice):
        texts = [line.lead + line.text for line in section.lines]
        lines += [f"{section.heading}：{texts[0]}"] if len(texts) == 1 else [f"{section.heading}：", *texts]
    lines.append(notice.organization)
    if notice.link:
        lines.append(f"{Label.LINK}：{notice.link}")
    return "\n".join(lines)
