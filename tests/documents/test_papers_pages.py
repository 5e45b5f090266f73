"""How the papers stand on their pages: the measures of GB/T 9704-2012, heads, feet, signatures, rows to sign."""

from __future__ import annotations

import re
from dataclasses import replace

import pymupdf
import pytest

from tests.documents.printed import AT, GATHERING, SHEET, letters, lines_of_page, pages_of
from zhibu.documents.minutes import register_pdf, summary_pdf
from zhibu.documents.papers import AttendanceSheet, SignLine, attendance_paper, attendance_pdf
from zhibu.domain.summary import summary_of

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, (28 + 156) * MM, 37 * MM, (37 + 225) * MM
SUMMARY = summary_of(SHEET, issued_on=AT.date(), number="〔2026〕3号")


def body_lines(pdf: bytes, page: int) -> list[tuple[float, float, float, str]]:
    return [line for line in lines_of_page(pdf, page) if TOP - 1 < line[1] < BOTTOM]


# --- The official page ---------------------------------------------------------------------------------------------


def test_a_full_page_of_the_summary_has_22_lines_of_28_characters_inside_the_type_area() -> None:
    lines = body_lines(summary_pdf(replace(SUMMARY, opening="会议记录内容" * 400), at=AT), 1)
    assert [len(line[3]) for line in lines] == [28] * 22
    assert {round(left, 1) for left, *_ in lines} == {round(LEFT, 1)}
    assert max(right for _, _, right, _ in lines) <= RIGHT + 0.25
    assert lines[0][1] >= TOP - 0.1
    assert lines[-1][1] + 16 <= BOTTOM + 0.1
    assert (lines[-1][1] - lines[0][1]) / 21 == pytest.approx(225 * MM / 22, abs=0.02)


def test_a_paragraph_begins_two_characters_in() -> None:
    lines = body_lines(summary_pdf(replace(SUMMARY, opening="会议记录内容" * 20), at=AT), 0)
    first = next(line for line in lines if line[3].startswith("会议记录内容"))
    assert first[0] - LEFT == pytest.approx(2 * 16, abs=0.6)
    assert len(first[3]) == 26


def test_the_mark_stands_35_mm_below_the_edge_of_the_type_area_in_red_or_plain() -> None:
    for red, colour in ((True, 0xD7000F), (False, 0)):
        with pymupdf.open(stream=summary_pdf(replace(SUMMARY, red_head=red), at=AT)) as document:
            spans = [
                span
                for block in document[0].get_text("dict")["blocks"]
                for line in block.get("lines", [])
                for span in line["spans"]
            ]
        (mark,) = (span for span in spans if span["text"] == "旅检一科党支部会议纪要")
        assert mark["bbox"][1] == pytest.approx(TOP + 35 * MM, abs=1)
        assert (mark["color"], mark["font"]) == (colour, "ZhibuTitle")


def test_a_long_name_of_an_organization_keeps_its_mark_on_one_line() -> None:
    head = "广埠口岸局空港办事处旅客检查一科第一党支部会议纪要"
    lines = body_lines(summary_pdf(replace(SUMMARY, head=head[:19]), at=AT), 0)
    assert lines[0][3] == head[:19]
    assert lines[0][2] <= RIGHT


def test_title_and_body_have_the_sizes_and_faces_of_the_standard() -> None:
    with pymupdf.open(stream=summary_pdf(SUMMARY, at=AT)) as document:
        spans = {
            span["text"]: (span["font"], round(span["size"], 1))
            for page in document
            for block in page.get_text("dict")["blocks"]
            for line in block.get("lines", [])
            for span in line["spans"]
        }
    assert spans["2026年3月支部党员大会"] == ("ZhibuTitle", 22)
    assert spans["一、传达学习内容"] == ("ZhibuHei", 16)
    assert spans["传达上级会议精神。"] == ("FandolFang-Regular", 16)
    assert spans["出席："] == ("ZhibuHei", 16)


def test_page_numbers_stand_between_dashes_on_the_outer_side() -> None:
    pdf = summary_pdf(replace(SUMMARY, opening="会议记录内容" * 300), at=AT)
    for page in range(3):
        left, top, right, text = lines_of_page(pdf, page)[-1]
        assert letters(text) == f"—{page + 1}—"
        assert top == pytest.approx(BOTTOM + 7 * MM, abs=2)
        if page % 2 == 0:
            assert right == pytest.approx(RIGHT - 14, abs=1)
        else:
            assert left == pytest.approx(LEFT + 14, abs=1)


def test_a_heading_is_never_the_last_line_of_a_page() -> None:
    for count in range(380, 440, 6):
        pdf = summary_pdf(replace(SUMMARY, opening="会" * count), at=AT)
        with pymupdf.open(stream=pdf) as document:
            pages = len(document)
        for page in range(pages - 1):
            assert not re.match("[一二三四五六]、", body_lines(pdf, page)[-1][3].strip())


def test_the_imprint_stands_at_the_foot_of_the_last_page() -> None:
    pdf = summary_pdf(SUMMARY, at=AT)
    with pymupdf.open(stream=pdf) as document:
        last = len(document) - 1
    _, top, _, text = body_lines(pdf, last)[-1]
    assert letters(text) == "旅检一科党支部2026年3月6日印发"
    assert top > BOTTOM - 40


# --- The register sheet --------------------------------------------------------------------------------------------


def test_the_form_goes_on_over_pages_under_the_name_of_the_meeting() -> None:
    pages = pages_of(register_pdf(replace(SHEET, closing="总结讲话内容。\n" * 120), at=AT))
    assert len(pages) > 3
    assert all(letters(page).startswith("会议名称2026年3月支部党员大会") for page in pages[1:])
    feet = pages_of(register_pdf(SHEET, at=AT), above=785, below=830)
    assert [letters(foot) for foot in feet] == [f"第{page}页共{len(feet)}页" for page in range(1, len(feet) + 1)]


@pytest.mark.parametrize("lines", range(20, 44))
def test_signatures_are_never_alone_on_a_page(lines: int) -> None:
    last = letters(pages_of(register_pdf(replace(SHEET, closing="\n".join(["发言"] * lines)), at=AT))[-1])
    told, _, signatures = last.removeprefix("会议名称2026年3月支部党员大会").partition("主持人签名：")
    assert told.endswith("发言")
    assert "记录人签名：" in signatures


@pytest.mark.parametrize("length", range(500, 900, 25))
def test_a_long_last_paragraph_keeps_a_line_with_the_signatures(length: int) -> None:
    last = letters(pages_of(register_pdf(replace(SHEET, closing="讲" * length), at=AT))[-1])
    assert "讲主持人签名：" in last or "主持人总结讲" in last


# --- The sheet to sign ---------------------------------------------------------------------------------------------


def sheet_for(people: int, spare: int = 0) -> AttendanceSheet:
    names = tuple(SignLine(f"陈{number}", "预备党员" if number % 9 == 0 else "") for number in range(1, people + 1))
    return AttendanceSheet("旅检一科党支部", "党课", GATHERING, names, spare)


@pytest.mark.parametrize("people", [1, 2, 41, 42, 43, 92, 93, 1300])
def test_everybody_stands_on_the_sheet_once_in_order_down_the_left_half_then_the_right(people: int) -> None:
    pages = attendance_paper(sheet_for(people))["pages"]
    down = [row[side]["number"] for page in pages for side in (0, 1) for row in page]
    assert [number for number in down if number] == [str(number) for number in range(1, people + 1)]
    assert all(page for page in pages)


@pytest.mark.parametrize(("people", "pages"), [(42, 1), (43, 2), (92, 2), (1300, 27)])
def test_the_rows_fill_their_pages_and_no_more(people: int, pages: int) -> None:
    printed = pages_of(attendance_pdf(sheet_for(people), at=AT))
    assert len(printed) == pages
    assert sum(len(re.findall(r"^陈\d+$", page, re.MULTILINE)) for page in printed) == people
    assert all("签名" in page for page in printed)


def test_spare_lines_are_empty_and_a_long_name_stays_in_its_cell() -> None:
    long = replace(
        sheet_for(3, spare=5), people=(SignLine("买买提·艾合买提江"), SignLine("长" * 40), SignLine("x" * 60))
    )
    (page,) = attendance_paper(long)["pages"]
    assert sum(cell["number"] == "" for row in page for cell in row) == 5
    with pymupdf.open(stream=attendance_pdf(long, at=AT)) as document:
        (one,) = document
        name_column = (LEFT + 12 * MM, LEFT + 34 * MM)
        spans = [
            span["bbox"]
            for block in one.get_text("dict")["blocks"]
            for line in block.get("lines", [])
            for span in line["spans"]
            if set(span["text"]) & {"长", "x", "艾"} and span["bbox"][0] < RIGHT / 2
        ]
    assert spans
    assert all(name_column[0] <= box[0] and box[2] <= name_column[1] for box in spans)
