"""A record to print, and what stands on the printed paper."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator

import pymupdf
from docx import Document
from docx.oxml.ns import qn

from zhibu.domain.minutes import Absence, Gathering, Item, LateEntry, Point, RegisterSheet, Roll, Task, Vote
from zhibu.domain.notice import Notice
from zhibu.domain.terms import MeetingKind, VotingWay

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
AT = dt.datetime(2026, 3, 6, 9, 0, tzinfo=SHANGHAI)

#: Markup of every language on the way to paper, and letters that fonts and printers stumble over.
HOSTILE = (
    '#eval("1+1") $x^2$ *b* _i_ \\ @ref <label> // /* `raw` */ = - + {{7*7}} {% x %} {_{ &amp; &#1; <w:p/> ]]> '
    "堃喆旻镕玥犇䶮𬭎𠮷 👍"
)

GATHERING = Gathering(
    dt.datetime(2026, 3, 5, 19, 0, tzinfo=SHANGHAI), dt.datetime(2026, 3, 5, 20, 30, tzinfo=SHANGHAI), "三楼会议室"
)

SHEET = RegisterSheet(
    organization="旅检一科党支部",
    kind=MeetingKind.GENERAL_MEETING,
    title="2026年3月支部党员大会",
    gatherings=(GATHERING,),
    chair="林志远",
    recorder="陈守夜",
    roll=Roll(
        expected=23,
        present=20,
        voters=20,
        voters_present=18,
        attending=("林志远", "陈守夜", "张堃", "买买提·艾力"),
        absent=(Absence("李想", "当班", leave=True), Absence("赵一")),
        observers=("周列",),
    ),
    items=(
        Item(
            "审议支部年度工作计划",
            points=(
                Point("林志远", "计划已征求意见。\n请大家审议。", role="书记"),
                Point("陈守夜", "夜班同志如何参加学习？" * 12, differs=True),
            ),
            votes=(Vote("审议支部年度工作计划", VotingWay.HANDS, 17, 1, 0, "通过"),),
            resolutions=("通过年度工作计划，由支部委员会组织实施。",),
        ),
        Item(
            "讨论接收张堃同志为预备党员",
            points=(Point("林志远", "同意接收。"),),
            votes=(Vote("接收张堃同志为预备党员", VotingWay.BALLOT, 18, 0, 2, "通过", written=2),),
            resolutions=("同意接收张堃同志为预备党员。",),
        ),
    ),
    conveyed="传达上级会议精神。\n学习支部工作条例第三章。",
    tasks=(Task("制定夜班补学安排", "陈守夜", dt.date(2026, 3, 31)), Task("联系讲师", "李想")),
    closing="会议开得好。\n请各位委员抓紧落实。",
    late_entry=LateEntry(dt.date(2026, 3, 6), "当日系统停用"),
)

NOTICE = Notice(
    organization="旅检一科党支部",
    kind=MeetingKind.GENERAL_MEETING,
    title="2026年3月支部党员大会",
    gatherings=(GATHERING,),
    agenda=("审议支部年度工作计划", "讨论接收张堃同志为预备党员"),
    who="全体党员",
    issued_on=dt.date(2026, 3, 2),
    remarks=("请提前阅读年度计划。",),
    contact="陈守夜",
)


def letters(text: str) -> str:
    """``text`` without white space, in which lines on paper and lines in a file differ."""
    return "".join(text.split())


def pages_of(pdf: bytes, *, above: float = 66, below: float = 785) -> list[str]:
    """The text of each page between its head and its foot, whose edges are given in points from the top."""
    with pymupdf.open(stream=pdf) as document:
        return [page.get_text(clip=pymupdf.Rect(0, above, page.rect.width, below)) for page in document]


def text_of_docx(docx: bytes) -> str:
    """The text of the body in reading order: paragraphs, and in tables row by row."""
    body = Document(io.BytesIO(docx)).element.body
    return "\n".join("".join(_runs(paragraph)) for paragraph in body.iter(qn("w:p")))


def _runs(paragraph: object) -> Iterator[str]:
    for node in paragraph.iter(qn("w:t"), qn("w:tab")):  # type: ignore[attr-defined]
        yield node.text or " "


def glyphs_of(pdf: bytes) -> Iterator[tuple[str, str, int]]:
    """Each character that is printed: the letter, its font, and the number of its glyph (0: an empty box)."""
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            for span in page.get_texttrace():
                for letter, glyph, *_ in span["chars"]:
                    yield chr(letter), re.sub(r"^[A-Z]{6}\+", "", span["font"]), glyph


def lines_of_page(pdf: bytes, number: int) -> list[tuple[float, float, float, str]]:
    """The lines of a page from its top: left, top, right in points, and the text; spans side by side are one line."""
    with pymupdf.open(stream=pdf) as document:
        found: dict[int, list[tuple[float, float, float, str]]] = {}
        for block in document[number].get_text("dict")["blocks"]:
            for line in block.get("lines", []):
                left, top, right, _ = line["bbox"]
                text = "".join(span["text"] for span in line["spans"])
                if text.strip():
                    found.setdefault(round(top), []).append((left, top, right, text))
    rows = []
    for top in sorted(found):
        parts = sorted(found[top])
        rows.append((parts[0][0], parts[0][1], max(part[2] for part in parts), "".join(part[3] for part in parts)))
    return rows
