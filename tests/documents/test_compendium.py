"""The compendium: one numbered book, the same as .pdf and as .docx, whatever was typed."""

from __future__ import annotations

import datetime as dt
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pymupdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.documents.printed import AT, HOSTILE, glyphs_of, letters, pages_of, text_of_docx
from tests.documents.test_papers_agree import OUR_FONTS
from zhibu.documents.compendium import (
    Book,
    Change,
    Chapter,
    Compendium,
    Entry,
    compendium_docx,
    compendium_paper,
    compendium_pdf,
)
from zhibu.domain.phrases import NOT_SECRET

RULE = Chapter(
    "三会一课制度",
    (
        Entry("第一条", "支部党员大会每季度召开一次。", ("依据：支部工作条例第十一条",)),
        Entry("第二条", "夜班同志分批参加。\n缺席的同志补课。", ("怎么办：报党小组组长、问谁：组织委员",)),
    ),
    lead="本制度适用于全体党员。",
)
COMPENDIUM = Compendium(
    organization="旅检一科党支部",
    title="制度汇编",
    edition=2,
    published_on=dt.date(2026, 11, 1),
    books=(
        Book("制度清单", (RULE, Chapter("主题党日制度", (Entry("第一条", "每月一次。"),))), lead="共两项制度。"),
        Book("责任清单", (Chapter("书记", (Entry("1.", "主持支部全面工作。"),)),)),
    ),
    standard="履行好职责、当好排头兵、树立好形象",
    audience="全体党员",
    changes=(Change("新增", "制度清单 三会一课制度 第二条"), Change("废止", "责任清单 书记 第九条")),
    previous="第1版（2026年3月1日）",
    digest="9f86d081884c7d65",
)
HOSTILE_ONE = replace(
    COMPENDIUM,
    organization=HOSTILE,
    standard=HOSTILE,
    audience=HOSTILE,
    previous=HOSTILE,
    books=(Book(HOSTILE, (Chapter(HOSTILE, (Entry(HOSTILE, HOSTILE, (HOSTILE,)),), HOSTILE),), HOSTILE),),
    changes=(Change(HOSTILE, HOSTILE),),
)
LONG = replace(
    COMPENDIUM,
    books=tuple(
        Book(
            f"清单{book}",
            tuple(
                Chapter(f"制度{book}之{chapter}", tuple(Entry(f"第{n}条", "夜班分批参加。" * 9) for n in range(9)))
                for chapter in range(6)
            ),
        )
        for book in range(3)
    ),
)


def body_of(pdf: bytes) -> str:
    """Cover and contents left out: they end where the first book begins."""
    with pymupdf.open(stream=pdf) as document:
        first = next((page for level, _, page in document.get_toc() if level == 1), len(document) + 1)
    return letters("".join(pages_of(pdf, above=90)[first - 1 :]))


def body_of_docx(docx: bytes) -> str:
    paragraphs = Document(io.BytesIO(docx)).paragraphs
    first = next(n for n, each in enumerate(paragraphs) if each.style.name == "Heading 1")
    return letters("".join(each.text for each in paragraphs[first:]))


def contents_of_docx(docx: bytes) -> list[tuple[int, str, int]]:
    """Level, heading and page of each prefilled line of the field."""
    found = []
    for each in Document(io.BytesIO(docx)).paragraphs:
        if each.style.name.lower().startswith("toc "):
            heading, _, page = "".join(
                node.text if node.tag == qn("w:t") else "\t" for node in each._p.iter(qn("w:t"), qn("w:tab"))
            ).rpartition("\t")
            found.append((int(each.style.name[-1]), heading.strip(), int(page)))
    return found


def toc_of(pdf: bytes) -> list[tuple[int, str, int]]:
    with pymupdf.open(stream=pdf) as document:
        return [tuple(line) for line in document.get_toc()]


def test_books_and_chapters_are_numbered_and_articles_keep_their_own_numbers() -> None:
    assert [(level, heading) for level, heading, _ in toc_of(compendium_pdf(COMPENDIUM, at=AT))] == [
        (1, "第一部分　制度清单"),
        (2, "一、三会一课制度"),
        (2, "二、主题党日制度"),
        (1, "第二部分　责任清单"),
        (2, "一、书记"),
        (1, "与上一版的变化"),
    ]
    told = body_of(compendium_pdf(COMPENDIUM, at=AT))
    assert "本制度适用于全体党员。第一条支部党员大会每季度召开一次。依据：支部工作条例第十一条第二条" in told
    assert told.endswith("与上一版的变化新增制度清单三会一课制度第二条废止责任清单书记第九条—5—")


def test_the_cover_says_whose_it_is_which_edition_and_what_it_follows() -> None:
    cover = letters(pages_of(compendium_pdf(COMPENDIUM, at=AT), above=0)[0])
    assert cover == letters(
        f"{NOT_SECRET}旅检一科党支部制度汇编第2版履行好职责、当好排头兵、树立好形象"
        "发布日期：2026年11月1日适用范围：全体党员上一版：第1版（2026年3月1日）校验码：9f86d081884c7d65"
    )
    assert letters(text_of_docx(compendium_docx(COMPENDIUM, at=AT))).startswith(cover)


def test_an_edition_without_a_past_and_without_lists_is_a_cover_and_nothing_missing() -> None:
    first = Compendium("旅检一科党支部", "制度汇编", 1, dt.date(2026, 3, 1), ())
    (cover, contents) = pages_of(compendium_pdf(first, at=AT), above=90, below=745)
    assert "上一版" not in cover
    assert letters(contents) == "目录"
    assert "变化" not in text_of_docx(compendium_docx(first, at=AT))
    bare = replace(first, books=(Book("负面清单", ()), Book("责任清单", (Chapter("书记", ()),))))
    assert re.sub("—.—", "", body_of(compendium_pdf(bare, at=AT))) == "第一部分负面清单无第二部分责任清单一、书记无"


@pytest.mark.parametrize("told", [COMPENDIUM, HOSTILE_ONE, LONG], ids=["usual", "hostile", "long"])
def test_both_files_tell_the_same_in_the_same_order(told: Compendium) -> None:
    pdf, docx = compendium_pdf(told, at=AT), compendium_docx(told, at=AT)
    assert re.sub(r"—\d+—", "", body_of(pdf)) == body_of_docx(docx)


def test_hostile_text_stays_text_in_both() -> None:
    pdf, docx = compendium_pdf(HOSTILE_ONE, at=AT), compendium_docx(HOSTILE_ONE, at=AT)
    for text in (letters("".join(pages_of(pdf))), letters(text_of_docx(docx))):
        assert text.count(letters(HOSTILE)) >= 8 + 2  # the places above, and the two headings in the contents
    assert [letter for letter, _, glyph in glyphs_of(pdf) if glyph == 0] == []
    assert {font for _, font, _ in glyphs_of(pdf)} <= OUR_FONTS


def test_rare_characters_of_names_print_in_a_face_that_has_them() -> None:
    rare = "堃喆旻镕玥犇"
    told = replace(COMPENDIUM, books=(Book(rare, (Chapter(rare, (Entry("第一条", rare, (rare,)),)),)),))
    printed = [(letter, glyph) for letter, _, glyph in glyphs_of(compendium_pdf(told, at=AT)) if letter in rare]
    assert len(printed) >= 6 * 6
    assert all(glyph > 0 for _, glyph in printed)


def test_what_can_not_be_seen_is_dropped_and_lines_of_an_article_stay_paragraphs() -> None:
    pasted = "甲\x00\u202e乙\r\n丙\u2028丁"
    paper = compendium_paper(
        replace(COMPENDIUM, books=(Book("清单\n一", (Chapter("制\t度", (Entry("1\n.", pasted),)),)),))
    )
    (book,) = paper["books"]
    assert book["heading"] == "第一部分　清单 一"
    assert book["chapters"][0]["heading"] == "一、制 度"
    assert book["chapters"][0]["entries"] == [{"number": "1 .　", "lines": ["甲乙", "丙", "丁"], "notes": []}]


@pytest.mark.parametrize("word", ["a" * 3000, "http://x.cn/" + "x" * 300, "——" * 300, "1" * 800])
def test_nothing_runs_out_of_its_column(word: str) -> None:
    told = replace(
        COMPENDIUM,
        organization=word[:400],
        digest=word[:128],
        books=(Book(word[:300], (Chapter(word[:300], (Entry("第一条", word, (word,)),), word),)),),
    )
    with pymupdf.open(stream=compendium_pdf(told, at=AT)) as document:
        for page in document:
            assert max(box[2] for kind, box in page.get_bboxlog() if kind == "fill-text") < 521.7 + 8.5


def test_the_same_compendium_is_the_same_bytes_also_from_many_threads() -> None:
    def printed(told: Compendium) -> tuple[bytes, bytes]:
        return compendium_pdf(told, at=AT), compendium_docx(told, at=AT)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(printed, [COMPENDIUM] * 8))) == 1


def test_a_page_says_whose_book_it_is_on_one_side_and_where_one_is_on_the_other() -> None:
    pdf = compendium_pdf(LONG, at=AT)
    assert all(NOT_SECRET in page for page in pages_of(pdf, above=0))
    heads = [letters(head) for head in pages_of(pdf, above=0, below=90)]
    assert all("旅检一科党支部制度汇编（第2版）" in head for head in heads[1:])
    assert heads[1].endswith("目录")
    toc = toc_of(pdf)
    for number, head in enumerate(heads[2:-1], 3):
        book = [heading for level, heading, page in toc if level == 1 and page <= number][-1]
        chapter = [heading for level, heading, page in toc if level == 2 and page <= number][-1]
        assert head.endswith(letters(book + chapter))
    assert heads[-1].endswith("与上一版的变化")


def test_page_numbers_stand_between_dashes_and_the_cover_has_none() -> None:
    feet = [letters(foot) for foot in pages_of(compendium_pdf(LONG, at=AT), above=760, below=840)]
    assert feet == ["", *(f"—{page}—" for page in range(2, len(feet) + 1))]


def test_a_heading_is_never_the_last_line_of_a_page() -> None:
    for count in range(1, 24):
        lead = "夜班同志分批参加。\n" * count
        told = replace(COMPENDIUM, books=(replace(COMPENDIUM.books[0], lead=lead),))
        for page in pages_of(compendium_pdf(told, at=AT), above=90, below=745)[2:-1]:
            assert not re.match("[一二]、", page.strip().splitlines()[-1])


def test_the_contents_of_the_docx_are_a_field_whose_lines_name_the_pages_of_the_pdf() -> None:
    docx = compendium_docx(LONG, at=AT)
    assert contents_of_docx(docx) == toc_of(compendium_pdf(LONG, at=AT))
    body = Document(io.BytesIO(docx)).element.body
    asked = [node.text.strip() for node in body.iter(qn("w:instrText"))]
    assert asked[0] == 'TOC \\o "1-2" \\h \\z \\u'
    marks = [node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))]
    assert asked[1:] == [f"PAGEREF {mark} \\h" for mark in marks]
    assert [node.get(qn("w:anchor")) for node in body.iter(qn("w:hyperlink"))] == marks
    assert len(set(marks)) == len(toc_of(compendium_pdf(LONG, at=AT)))
    ends = [node.get(qn("w:fldCharType")) for node in body.iter(qn("w:fldChar"))]
    assert (ends.count("begin"), ends.count("separate"), ends.count("end")) == (len(asked),) * 3


def test_the_docx_asks_nothing_when_it_is_opened_and_carries_nothing_from_outside() -> None:
    with zipfile.ZipFile(io.BytesIO(compendium_docx(HOSTILE_ONE, at=AT))) as package:
        for name in package.namelist():
            ET.fromstring(package.read(name))
        assert b"updateFields" not in package.read("word/settings.xml")
        assert b"dirty" not in package.read("word/document.xml")
        header = package.read("word/header.xml").decode()
        assert not any(b"TargetMode" in package.read(name) for name in package.namelist())
    assert NOT_SECRET in header
    assert "STYLEREF 1" in header


def test_a_docx_knows_its_title_and_the_time_it_was_given() -> None:
    properties = Document(io.BytesIO(compendium_docx(COMPENDIUM, at=AT))).core_properties
    assert (properties.title, properties.created) == ("旅检一科党支部制度汇编（第2版）", AT)
