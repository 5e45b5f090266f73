"""The compendium (制度汇编): the lists of a unit as one numbered book, as .pdf and .docx that agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhibu.documents.plain import cleaned, one_line, paragraphs
from zhibu.documents.press import pages_asked, pdf
from zhibu.documents.word import docx
from zhibu.domain.phrases import NONE, NOT_SECRET, day, numeral

CONTENTS, CHANGES = "目录", "与上一版的变化"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article. ``number`` is printed as given, such as 第一条; ``notes`` are small lines below the text."""

    number: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One rule of a list, or the part of a list that is one post's; numbered 一、 within its book."""

    title: str
    entries: tuple[Entry, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """One list, such as 制度清单. It begins on a page of its own."""

    title: str
    chapters: tuple[Chapter, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """``what`` is 新增, 修改 or 废止; ``where`` names list, rule and article."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Compendium:
    """An edition. ``title`` is 制度汇编 or what the unit calls it.

    ``standard`` is the unit's own (such as 三好), ``audience`` for whom it is published, ``previous`` how the edition
    before is called, ``digest`` what seals this one; empty where there is none.
    """

    organization: str
    title: str
    edition: int
    published_on: dt.date
    books: tuple[Book, ...]
    standard: str = ""
    audience: str = ""
    changes: tuple[Change, ...] = ()
    previous: str = ""
    digest: str = ""


def compendium_pdf(compendium: Compendium, *, at: dt.datetime) -> bytes:
    paper = compendium_paper(compendium)
    return pdf("compendium", paper, title=paper["heading"], at=at)


def compendium_docx(compendium: Compendium, *, at: dt.datetime) -> bytes:
    """Its table of contents is a field that Word renews; until then it names the pages of the .pdf."""
    paper = compendium_paper(compendium)
    asked = iter(pages_asked("compendium", paper, title=paper["heading"]))
    contents = [{**heading, "page": next(asked), "id": number} for number, heading in enumerate(_headings(paper), 1)]
    ids = iter(range(1, len(contents) + 1))
    return docx(
        "compendium",
        {**paper, "contents": contents, "next_id": lambda: next(ids)},
        title=paper["heading"],
        at=at,
        official=True,
    )


def compendium_paper(compendium: Compendium) -> dict[str, Any]:
    """What both templates of the compendium are given."""
    told = cleaned(compendium)
    organization, title, edition = one_line(told.organization), one_line(told.title), f"第{told.edition}版"
    facts = {
        "发布日期": day(told.published_on),
        "适用范围": one_line(told.audience),
        "上一版": one_line(told.previous),
        "校验码": one_line(told.digest),
    }
    return {
        "notice": NOT_SECRET,
        "organization": organization,
        "title": title,
        "edition": edition,
        "heading": f"{organization}{title}（{edition}）",
        "running": f"{organization}　{title}（{edition}）",
        "standard": list(paragraphs(told.standard)),
        "facts": [{"label": label, "text": text} for label, text in facts.items() if text],
        "contents_heading": CONTENTS,
        "books": [_book(number, book) for number, book in enumerate(told.books, 1)],
        "changes_heading": CHANGES,
        "changes": [{"what": one_line(each.what), "where": one_line(each.where)} for each in told.changes],
    }


def _book(number: int, book: Book) -> dict[str, Any]:
    return {
        "heading": f"第{numeral(number)}部分　{one_line(book.title)}",
        "lead": list(paragraphs(book.lead)) or ([] if book.chapters else [NONE]),
        "chapters": [
            {
                "heading": f"{numeral(place)}、{one_line(chapter.title)}",
                "lead": list(paragraphs(chapter.lead)) or ([] if chapter.entries else [NONE]),
                "entries": [_entry(entry) for entry in chapter.entries],
            }
            for place, chapter in enumerate(book.chapters, 1)
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """The number stands before the first paragraph."""
    number = one_line(entry.number)
    return {
        "number": f"{number}　" if number else "",
        "lines": list(paragraphs(entry.text)) or [NONE],
        "notes": [line for note in entry.notes for line in paragraphs(note)],
    }


def _headings(paper: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the table of contents names, in the order of the pages."""
    for book in paper["books"]:
        yield {"level": 1, "text": book["heading"]}
        for chapter in book["chapters"]:
            yield {"level": 2, "text": chapter["heading"]}
    if paper["changes"]:
        yield {"level": 1, "text": paper["changes_heading"]}
