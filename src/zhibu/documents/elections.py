"""The papers of an election: letters, lists and count sheets, ballots. Each as .pdf and .docx that agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from zhibu.documents.plain import cleaned, one_line
from zhibu.documents.press import pdf
from zhibu.documents.word import docx
from zhibu.domain.election_papers import EMPTY_ROWS, MOST_ON_HALF, LetterPaper, SheetPaper
from zhibu.domain.phrases import NOT_SECRET, Label, day

#: Twentieths of a point in a millimetre, as Word measures.
_TWIPS = 1440 / 25.4

#: Ballots of one file; more than that are copies of a sheet.
MOST_BALLOTS = 400

#: All copies are made at one instant, so that no file tells when it was asked for.
NO_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


# --- Letters -------------------------------------------------------------------------------------------------------


def letter_pdf(letter: LetterPaper, *, at: dt.datetime) -> bytes:
    paper = letter_paper(letter)
    return pdf("letter", paper, title=paper["heading"], at=at)


def letter_docx(letter: LetterPaper, *, at: dt.datetime) -> bytes:
    paper = letter_paper(letter)
    return docx("letter", paper, title=paper["heading"], at=at, official=True)


def letter_paper(letter: LetterPaper) -> dict[str, Any]:
    """What both templates of a letter are given."""
    letter = cleaned(letter)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(letter.organization),
        "heading": one_line(letter.heading),
        "number": one_line(letter.number),
        "to": f"{one_line(letter.to)}：",
        "lines": [{"lead": one.lead, "text": one_line(one.text), "heading": one.heading} for one in letter.lines],
        "issued_on": day(letter.issued_on),
    }


# --- Sheets --------------------------------------------------------------------------------------------------------


def sheet_pdf(sheet: SheetPaper, *, at: dt.datetime) -> bytes:
    paper = sheet_paper(sheet)
    return pdf("sheet", paper, title=paper["heading"], at=at)


def sheet_docx(sheet: SheetPaper, *, at: dt.datetime) -> bytes:
    paper = sheet_paper(sheet)
    return docx("sheet", paper, title=paper["heading"], at=at)


def sheet_paper(sheet: SheetPaper) -> dict[str, Any]:
    """What both templates of a sheet are given. Blanks of a fact are kept: numbers are written into them."""
    sheet = cleaned(sheet)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(sheet.organization),
        "heading": one_line(sheet.heading),
        "facts": [{"label": label, "text": text} for label, text in sheet.facts],
        "head": list(sheet.head),
        "widths": list(sheet.widths),
        "twips": [round(width * _TWIPS) for width in sheet.widths],
        "rows": [[one_line(text) for text in row] for row in sheet.rows],
        "notes": list(sheet.notes),
        "signatures": list(sheet.signatures),
        "signed_on": Label.SIGNED_ON,
    }


# --- Ballots -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ElectionBallots:
    """``copies`` of one ballot. ``names`` by the strokes of the surname; of ``seats`` at most are chosen."""

    organization: str
    what: str
    names: tuple[str, ...]
    seats: int
    copies: int


def ballots_pdf(ballots: ElectionBallots) -> bytes:
    paper = ballots_paper(ballots)
    return pdf("ballots", paper, title=paper["heading"], at=NO_TIME)


def ballots_docx(ballots: ElectionBallots) -> bytes:
    paper = ballots_paper(ballots)
    return docx("ballots", paper, title=paper["heading"], at=NO_TIME)


def ballots_paper(ballots: ElectionBallots) -> dict[str, Any]:
    """What both templates of the ballots are given: one ballot, and how many sheets of it."""
    ballots = cleaned(ballots)
    names = [one_line(name) for name in ballots.names] + [""] * EMPTY_ROWS
    on_a_sheet = 2 if len(ballots.names) <= MOST_ON_HALF else 1
    copies = max(1, min(ballots.copies, MOST_BALLOTS))
    return {
        "notice": NOT_SECRET,
        "organization": one_line(ballots.organization),
        "heading": f"选举{one_line(ballots.what)}选票",
        "stub": "票根（发票时由监票人沿线裁下，留存计数；选票本身不编号、不作记号）",
        "stub_lines": ["本票已发出", "监票人签名："],
        "head": ["候选人（按姓氏笔画为序）", "符号"],
        "names": names,
        "rules": [
            f"应选{ballots.seats}名。所选人数等于或者少于{ballots.seats}名的有效，多于{ballots.seats}名的无效。",
            "赞成的画“○”，不赞成的画“×”，弃权的不画；另选他人的，在空格内写上姓名并画“○”。",
            "不署名，不编号，不作其他记号；有编号或者记号的选票无效。",
        ],
        "sheets": -(-copies // on_a_sheet),
        "on_a_sheet": on_a_sheet,
    }
