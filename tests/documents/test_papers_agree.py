"""A paper as .pdf and as .docx tells one story, letter for letter, whatever was typed."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pymupdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.documents.printed import AT, GATHERING, HOSTILE, NOTICE, SHEET, glyphs_of, letters, pages_of, text_of_docx
from zhibu.documents.minutes import register_docx, register_pdf, summary_docx, summary_pdf
from zhibu.documents.papers import (
    AttendanceSheet,
    SignLine,
    attendance_docx,
    attendance_pdf,
    notice_docx,
    notice_pdf,
    wrap_up_docx,
    wrap_up_pdf,
)
from zhibu.domain.minutes import Correction, Item, Point, RegisterSheet
from zhibu.domain.phrases import NOT_SECRET
from zhibu.domain.summary import summary_of
from zhibu.domain.wrap_up import WrapUp

OUR_FONTS = {
    "FandolFang-Regular", "ZhibuEmoji", "ZhibuHei", "ZhibuKai", "ZhibuRare", "ZhibuSong", "ZhibuTitle",
}  # fmt: skip

Printed = Callable[[RegisterSheet], bytes]


def register(sheet: RegisterSheet) -> tuple[bytes, bytes]:
    return register_pdf(sheet, at=AT), register_docx(sheet, at=AT)


def summary(sheet: RegisterSheet) -> tuple[bytes, bytes]:
    told = summary_of(sheet, issued_on=AT.date(), number="〔2026〕3号")
    return summary_pdf(told, at=AT), summary_docx(told, at=AT)


def notice(sheet: RegisterSheet) -> tuple[bytes, bytes]:
    told = replace(NOTICE, title=sheet.title, remarks=(sheet.closing,))
    return notice_pdf(told, at=AT), notice_docx(told, at=AT)


def wrap_up(sheet: RegisterSheet) -> tuple[bytes, bytes]:
    text = f"开头。\n一、做法\n{sheet.closing}\n1. 上党课\n二、参加情况\n{sheet.conveyed}"
    told = WrapUp(sheet.organization, sheet.title, text, AT.date(), draft=sheet.draft)
    return wrap_up_pdf(told, at=AT), wrap_up_docx(told, at=AT)


def attendance(sheet: RegisterSheet) -> tuple[bytes, bytes]:
    told = AttendanceSheet(
        sheet.organization, sheet.title, GATHERING, (SignLine("陈守夜", "预备党员"), SignLine("张堃")), spare=3
    )
    return attendance_pdf(told, at=AT), attendance_docx(told, at=AT)


ALL = pytest.mark.parametrize("paper", [register, summary, notice, wrap_up, attendance])
TEXTS = pytest.mark.parametrize("paper", [register, summary, notice, wrap_up])
HOSTILE_SHEET = replace(
    SHEET,
    closing=HOSTILE,
    conveyed=HOSTILE,
    chair=HOSTILE[:30],
    tasks=(),
    items=(Item(HOSTILE, points=(Point(HOSTILE[:20], HOSTILE),), resolutions=(HOSTILE,)),),
)


def told_in_pdf(pdf: bytes, sheet: RegisterSheet) -> str:
    """The text without page numbers and the title row that is repeated on each page."""
    first, *others = (re.sub(r"—\d+—$", "", letters(page)) for page in pages_of(pdf))
    repeated = letters(f"会议名称{sheet.title}")
    return first + "".join(page.removeprefix(repeated) for page in others)


@ALL
def test_both_files_tell_the_same_fields_in_the_same_order(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    pdf, docx = paper(SHEET)
    assert told_in_pdf(pdf, SHEET) == letters(text_of_docx(docx))


@TEXTS
def test_hostile_text_stays_text_in_both(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    pdf, docx = paper(HOSTILE_SHEET)
    assert letters(HOSTILE) in told_in_pdf(pdf, HOSTILE_SHEET)
    assert letters(HOSTILE) in letters(text_of_docx(docx))
    assert told_in_pdf(pdf, HOSTILE_SHEET) == letters(text_of_docx(docx))


@TEXTS
def test_what_can_not_be_seen_is_dropped_and_cells_of_a_pasted_table_stay_apart(
    paper: Callable[..., tuple[bytes, bytes]],
) -> None:
    pasted = "甲\x00\x07\x1b\u202e乙\u200f\ufeff\ud800丙\t丁\x0b戊\r\n己\u2028庚\ufffe"
    for told in (told_in_pdf(paper(replace(SHEET, closing=pasted))[0], SHEET),
                 letters(text_of_docx(paper(replace(SHEET, closing=pasted))[1]))):  # fmt: skip
        assert "甲乙丙丁戊己庚" in told
    assert "丙\u3000丁" in text_of_docx(register(replace(SHEET, closing=pasted))[1])


def test_two_hundred_thousand_pasted_characters_are_printed_whole() -> None:
    pasted = "\n".join(f"第{number}行　工号\t姓名\t说明会议内容" for number in range(11_000))
    assert len(pasted) > 200_000
    long = replace(SHEET, closing=pasted)
    pdf, docx = register(long)
    assert letters(pasted) in told_in_pdf(pdf, long)
    assert letters(pasted) in letters(text_of_docx(docx))


@ALL
def test_no_letter_is_an_empty_box_and_all_fonts_are_ours(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    printed = list(glyphs_of(paper(HOSTILE_SHEET)[0]))
    assert [letter for letter, _, glyph in printed if glyph == 0] == []
    assert {font for _, font, _ in printed} <= OUR_FONTS


def test_rare_characters_of_names_print_in_a_face_that_has_them() -> None:
    rare = "堃喆旻镕玥犇䶮㛃𬭎𬸚𠮷"
    printed = {letter: (font, glyph) for letter, font, glyph in glyphs_of(register(replace(SHEET, closing=rare))[0])}
    assert all(printed[letter][1] > 0 for letter in rare)
    assert {printed[letter][0] for letter in "堃喆旻镕玥犇"} == {"ZhibuRare"}


def test_a_character_that_no_font_has_is_spelled_out_on_paper_and_kept_in_the_file() -> None:
    pdf, docx = register(replace(SHEET, closing="姓\U0002a6d6"))
    assert "姓〔U+2A6D6〕" in told_in_pdf(pdf, SHEET)
    assert "姓\U0002a6d6" in text_of_docx(docx)


@pytest.mark.parametrize(
    "word",
    ["a" * 5000, "http://x.cn/" + "x" * 300, "a." * 300, "——" * 300, "，。" * 500, "=" * 400, "ａ" * 400, "1" * 800],
    ids=["letters", "address", "dots", "dashes", "punctuation", "signs", "wide", "digits"],
)  # fmt: skip
@TEXTS
def test_nothing_runs_out_of_its_column(paper: Callable[..., tuple[bytes, bytes]], word: str) -> None:
    pdf, docx = paper(replace(SHEET, closing=word))
    right = 521.7  # of the type area; a full-width mark may stand half in the margin, where it has no ink
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            inked = page.get_bboxlog()
            assert max(box[2] for kind, box in inked if kind == "fill-text") < right + 8.5
    assert letters(word) in told_in_pdf(pdf, SHEET)
    assert word in text_of_docx(docx)


@ALL
def test_the_same_paper_is_the_same_bytes_also_from_many_threads(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(paper, [SHEET] * 8))) == 1


def test_what_is_printed_first_does_not_colour_what_is_printed_next() -> None:
    before = register(SHEET)
    register(HOSTILE_SHEET)
    assert register(SHEET) == before


@ALL
def test_every_page_says_that_the_system_is_not_secret(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    pdf, docx = paper(SHEET)
    assert all(NOT_SECRET in page for page in pages_of(pdf, above=0))
    section = Document(io.BytesIO(docx)).sections[0]
    assert NOT_SECRET in section.header.paragraphs[0].text


@ALL
def test_the_docx_is_whole_and_carries_nothing_from_outside(paper: Callable[..., tuple[bytes, bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(paper(HOSTILE_SHEET)[1])) as package:
        names = package.namelist()
        types = ET.fromstring(package.read("[Content_Types].xml"))
        told = {node.get("PartName", "").lstrip("/") for node in types if node.get("PartName")}
        assert {name for name in names if name.endswith(".xml")} - {"[Content_Types].xml"} == told
        for name in names:
            ET.fromstring(package.read(name))
        assert not any(b"TargetMode" in package.read(name) for name in names if name.endswith(".rels"))
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_docx_names_the_national_fonts_and_open_ones_to_fall_back_on() -> None:
    with zipfile.ZipFile(io.BytesIO(summary(SHEET)[1])) as package:
        fonts = ET.fromstring(package.read("word/fontTable.xml"))
        styles = package.read("word/styles.xml").decode()
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    others = {font.get(f"{w}name"): font.find(f"{w}altName").get(f"{w}val") for font in fonts}
    assert {"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"} < others.keys()
    assert all("Noto" in names or "Fandol" in names or "LXGW" in names for names in others.values())
    assert 'w:eastAsia="仿宋_GB2312"' in styles
    assert 'w:eastAsia="方正小标宋简体"' in styles


def test_a_docx_knows_its_title_and_the_time_it_was_given() -> None:
    properties = Document(io.BytesIO(register(SHEET)[1])).core_properties
    assert (properties.title, properties.created) == ("支部党员大会记录", AT)


@pytest.mark.parametrize(
    ("closing", "beside"),
    [("一段话。", "一段话。"), ("首段。\n末段。", "末段。"), ("首段。\n" + "长" * 401, "")],
    ids=["one", "several", "long"],
)
def test_in_the_docx_the_signatures_share_an_unbroken_row_with_the_last_paragraph(closing: str, beside: str) -> None:
    (table,) = Document(io.BytesIO(register(replace(SHEET, closing=closing))[1])).tables
    row = table.rows[-1]
    assert row._tr.trPr.find(qn("w:cantSplit")) is not None
    told = [paragraph.text for paragraph in row.cells[-1].paragraphs if paragraph.text]
    assert told[-2:] == ["主持人签名：\t记录人签名：", "　　　　年　　月　　日\t　　　　年　　月　　日"]
    assert "".join(told[:-2]) == beside
    assert letters(closing) in letters(text_of_docx(register(replace(SHEET, closing=closing))[1]))


def test_a_correction_stands_below_the_signatures() -> None:
    corrected = replace(SHEET, corrections=(Correction(AT.date(), "实到应为21人。"),))
    for told in (told_in_pdf(register(corrected)[0], SHEET), letters(text_of_docx(register(corrected)[1]))):
        assert told.index("记录人签名") < told.index("更正") < told.index("实到应为21人。")
