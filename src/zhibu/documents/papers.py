"""The papers before a meeting, notice (会议通知) and sheet to sign (签到表), and the wrap-up (总结) of a campaign.

Each as .pdf and .docx that agree.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from zhibu.documents.minutes import sections
from zhibu.documents.plain import cleaned, one_line
from zhibu.documents.press import pdf
from zhibu.documents.word import docx
from zhibu.domain.election_papers import Told
from zhibu.domain.minutes import Gathering
from zhibu.domain.notice import Notice, notice_sections
from zhibu.domain.phrases import NOT_SECRET, Label, day
from zhibu.domain.selections import Volume
from zhibu.domain.visits import Program
from zhibu.domain.wrap_up import WrapUp

# --- The notice ----------------------------------------------------------------------------------------------------


def notice_pdf(notice: Notice, *, at: dt.datetime) -> bytes:
    paper = notice_paper(notice)
    return pdf("notice", paper, title=paper["heading"], at=at)


def notice_docx(notice: Notice, *, at: dt.datetime) -> bytes:
    paper = notice_paper(notice)
    return docx("notice", paper, title=paper["heading"], at=at, official=True)


def notice_paper(notice: Notice) -> dict[str, Any]:
    """What both templates of the notice are given."""
    notice = cleaned(notice)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(notice.organization),
        "heading": one_line(notice.heading),
        "to": f"{one_line(notice.who)}：" if notice.who else "",
        "opening": one_line(notice.opening),
        "parts": sections(notice_sections(notice)),
        "issued_on": day(notice.issued_on),
    }


# --- The sheet to sign ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignLine:
    """A name on the sheet, and a note beside it such as 预备党员 or 列席. Observers are not counted as expected."""

    name: str
    note: str = ""
    observes: bool = False


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """A sheet for one gathering; ``people`` in the order of the roll, then ``spare`` empty lines for guests."""

    organization: str
    title: str
    gathering: Gathering
    people: tuple[SignLine, ...]
    spare: int = 0


#: Rows of the form on its first page, below the title, and on the pages after it. Two people stand in a row.
_FIRST_ROWS, _MORE_ROWS = 21, 25


def attendance_pdf(sheet: AttendanceSheet, *, at: dt.datetime) -> bytes:
    paper = attendance_paper(sheet)
    return pdf("attendance", paper, title=paper["heading"], at=at)


def attendance_docx(sheet: AttendanceSheet, *, at: dt.datetime) -> bytes:
    paper = attendance_paper(sheet)
    return docx("attendance", paper, title=paper["heading"], at=at)


def attendance_paper(sheet: AttendanceSheet) -> dict[str, Any]:
    """What both templates of the sheet are given: its pages, each a list of rows of two lines.

    The order runs down the left half of a page, then down its right half.
    """
    sheet = cleaned(sheet)
    lines = [
        {"number": str(number), "name": one_line(line.name), "note": one_line(line.note)}
        for number, line in enumerate(sheet.people, 1)
    ]
    lines += [{"number": "", "name": "", "note": ""} for _ in range(sheet.spare)]
    empty = {"number": "", "name": "", "note": ""}
    pages = []
    for rows in itertools.chain([_FIRST_ROWS], itertools.repeat(_MORE_ROWS)):
        page, lines = lines[: 2 * rows], lines[2 * rows :]
        half = (len(page) + 1) // 2
        pages.append([list(row) for row in itertools.zip_longest(page[:half], page[half:], fillvalue=empty)])
        if not lines:
            break
    return {
        "notice": NOT_SECRET,
        "organization": one_line(sheet.organization),
        "heading": "签到表",
        "facts": [
            {"label": Label.TITLE, "text": one_line(sheet.title)},
            {"label": Label.TIME, "text": str(sheet.gathering)},
            {"label": Label.PLACE, "text": one_line(sheet.gathering.place)},
            {"label": Label.EXPECTED, "text": f"{sum(not line.observes for line in sheet.people)}人"},
        ],
        "head": [Label.NUMBER, Label.NAME, Label.SIGNATURE, Label.NOTE],
        "pages": pages,
    }


# --- Ballots -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BallotPaper:
    """One ballot to be copied: neither number nor mark nor time, so that all copies are alike.

    ``names`` in their order; ``empty``: lines at the end for other names to be written in.
    """

    organization: str
    heading: str
    names: tuple[str, ...]
    most: int
    empty: int = 0


def ballot_pdf(ballot: BallotPaper, *, at: dt.datetime) -> bytes:
    paper = ballot_paper(ballot)
    return pdf("ballot", paper, title=paper["heading"], at=at)


def ballot_docx(ballot: BallotPaper, *, at: dt.datetime) -> bytes:
    paper = ballot_paper(ballot)
    return docx("ballot", paper, title=paper["heading"], at=at)


def ballot_paper(ballot: BallotPaper) -> dict[str, Any]:
    """What both templates of the ballot are given."""
    ballot = cleaned(ballot)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(ballot.organization),
        "heading": one_line(ballot.heading),
        "stub": "票根（发票时由监票人沿线裁下，留存计数；选票本身不编号、不做标记）",
        "stub_lines": ["本票已发出", "监票人签名："],
        "head": ["选项", "赞成画“○”"],
        "names": [one_line(name) for name in ballot.names] + [""] * ballot.empty,
        "rules": [
            f"本票最多选{ballot.most}项；多于{ballot.most}项的，该票无效。",
            "在赞成的选项后画“○”；不画的为不赞成；一个都不画的，视为弃权。",
            "不署名，不另作记号；另作记号的，该票无效。填好后折叠，亲自投入票箱。",
        ],
    }


# --- The wrap-up of a campaign --------------------------------------------------------------------------------------


def wrap_up_pdf(wrap_up: WrapUp, *, at: dt.datetime) -> bytes:
    paper = wrap_up_paper(wrap_up)
    return pdf("wrap_up", paper, title=paper["heading"], at=at)


def wrap_up_docx(wrap_up: WrapUp, *, at: dt.datetime) -> bytes:
    paper = wrap_up_paper(wrap_up)
    return docx("wrap_up", paper, title=paper["heading"], at=at, official=True)


def volume_pdf(volume: Volume | Told, *, at: dt.datetime) -> bytes:
    """The file of a selection or an election, shaped as a wrap-up is."""
    paper = wrap_up_paper(volume)
    return pdf("wrap_up", paper, title=paper["heading"], at=at)


def volume_docx(volume: Volume | Told, *, at: dt.datetime) -> bytes:
    paper = wrap_up_paper(volume)
    return docx("wrap_up", paper, title=paper["heading"], at=at, official=True)


def program_pdf(program: Program, *, at: dt.datetime) -> bytes:
    """The program of a visit, shaped as a wrap-up is."""
    paper = wrap_up_paper(program)
    return pdf("wrap_up", paper, title=paper["heading"], at=at)


def program_docx(program: Program, *, at: dt.datetime) -> bytes:
    paper = wrap_up_paper(program)
    return docx("wrap_up", paper, title=paper["heading"], at=at, official=True)


def wrap_up_paper(wrap_up: WrapUp | Volume | Told | Program) -> dict[str, Any]:
    """What both templates of the wrap-up are given."""
    wrap_up = cleaned(wrap_up)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(wrap_up.organization),
        "heading": one_line(wrap_up.heading),
        "lines": [
            {"lead": line.lead, "text": one_line(line.text), "heading": line.heading} for line in wrap_up.lines
        ],
        "issued_on": day(wrap_up.issued_on),
    }
