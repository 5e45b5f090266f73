"""The papers after a meeting: the register sheet (会议记录) and the summary (纪要), as .pdf and .docx that agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhibu.documents.plain import cleaned, one_line
from zhibu.documents.press import pdf
from zhibu.documents.word import docx
from zhibu.domain.minutes import Field, RegisterSheet, correction_fields, register_fields
from zhibu.domain.phrases import NOT_SECRET, Label, Line, Section, day, numeral
from zhibu.domain.summary import Summary


def register_pdf(sheet: RegisterSheet, *, at: dt.datetime) -> bytes:
    paper = register_paper(sheet)
    return pdf("register", paper, title=paper["heading"], at=at)


def register_docx(sheet: RegisterSheet, *, at: dt.datetime) -> bytes:
    paper = register_paper(sheet)
    return docx("register", paper, title=paper["heading"], at=at)


def summary_pdf(summary: Summary, *, at: dt.datetime) -> bytes:
    paper = summary_paper(summary)
    return pdf("summary", paper, title=paper["title"], at=at)


def summary_docx(summary: Summary, *, at: dt.datetime) -> bytes:
    paper = summary_paper(summary)
    return docx("summary", paper, title=paper["title"], at=at, official=True)


def register_paper(sheet: RegisterSheet) -> dict[str, Any]:
    """What both templates of the register sheet are given."""
    sheet = cleaned(sheet)
    return {
        "notice": NOT_SECRET,
        "organization": sheet.organization,
        "heading": sheet.heading,
        "rows": _rows(register_fields(sheet)),
        "corrections": _rows(correction_fields(sheet)),
        "signs": [Label.CHAIR_SIGNS, Label.RECORDER_SIGNS],
        "signed_on": Label.SIGNED_ON,
    }


def summary_paper(summary: Summary) -> dict[str, Any]:
    """What both templates of the summary are given."""
    summary = cleaned(summary)
    head = one_line(summary.head)
    return {
        "notice": NOT_SECRET,
        "organization": one_line(summary.organization),
        "head": head,
        "head_size": max(44, min(80, 860 // max(len(head), 1))),
        "red_head": summary.red_head,
        "number": one_line(summary.number),
        "title": one_line(summary.title),
        "opening": one_line(summary.opening),
        "parts": sections(summary.sections),
        "attendance": [{"label": label, "names": one_line(names)} for label, names in summary.attendance],
        "issued": f"{day(summary.issued_on)}{Label.ISSUED}",
    }


def sections(parts: tuple[Section, ...]) -> list[dict[str, Any]]:
    """Sections numbered 一、二、, for the templates of the official page."""
    return [
        {"heading": f"{numeral(number)}、{one_line(part.heading)}", "lines": [_line(line) for line in part.lines]}
        for number, part in enumerate(parts, 1)
    ]


def _rows(fields: tuple[Field, ...]) -> list[list[dict[str, Any]]]:
    """The fields in rows: two short ones that follow each other share one."""
    rows: list[list[dict[str, Any]]] = []
    waiting = False
    for field in fields:
        told = {"label": field.label, "lines": [_line(line) for line in field.lines]}
        if field.short and waiting:
            rows[-1].append(told)
        else:
            rows.append([told])
        waiting = field.short and not waiting
    return rows


def _line(line: Line) -> dict[str, Any]:
    return {"lead": line.lead.replace("\n", " "), "text": line.text.replace("\n", " "), "heading": line.heading}
