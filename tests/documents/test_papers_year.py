"""The ledger and the year-book: every meeting of the year, in the order of time, as .xlsx and .pdf."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pymupdf
import pytest

from tests.documents.printed import AT, HOSTILE, SHANGHAI, SHEET, glyphs_of, letters, pages_of
from zhibu.documents.ledger import COLUMNS, Ledger, NotHeld, ledger_pdf, ledger_xlsx
from zhibu.documents.yearbook import Member, Officer, Yearbook, yearbook_pdf, yearbook_xlsx
from zhibu.domain.minutes import Gathering, RegisterSheet
from zhibu.domain.terms import MeetingKind, PostKind, Standing

NOT_HELD = NotHeld(MeetingKind.THEME_DAY, dt.date(2026, 8, 20), "八月主题党日", "延期", "台风防御，全员在岗")


def held(month: int, day: int, kind: MeetingKind = MeetingKind.GENERAL_MEETING) -> RegisterSheet:
    starts_at = dt.datetime(2026, month, day, 19, 0, tzinfo=SHANGHAI)
    gathering = Gathering(starts_at, starts_at + dt.timedelta(minutes=90), "三楼会议室")
    return replace(SHEET, kind=kind, title=f"{month}月{kind.zh}", gatherings=(gathering,), late_entry=None)


LEDGER = Ledger("旅检一科党支部", "GZ-A-01", 2026, (held(5, 8), held(1, 9, MeetingKind.LESSON), SHEET), (NOT_HELD,))
BOOK = Yearbook(
    organization="旅检一科党支部",
    code="GZ-A-01",
    year=2026,
    superior="局本部机关党委",
    officers=(
        Officer(PostKind.SECRETARY, "林志远", dt.date(2024, 6, 30)),
        Officer(PostKind.PUBLICITY_OFFICER, "张堃", dt.date(2024, 6, 30), dt.date(2026, 4, 1)),
    ),
    members=(
        Member("林志远", Standing.FULL, "第一党小组", dt.date(2001, 7, 1)),
        Member("陈守夜", Standing.PROBATIONARY, "第二党小组"),
    ),
    records=LEDGER.records,
    not_held=LEDGER.not_held,
)


def sheets_of(xlsx: bytes) -> dict[str, list[list[str]]]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def contents_of(pdf: bytes) -> list[str]:
    with pymupdf.open(stream=pdf) as document:
        return [title for _, title, _ in document.get_toc()]


def test_the_ledger_has_a_line_for_each_record_in_the_order_of_time() -> None:
    head, *lines = sheets_of(ledger_xlsx(LEDGER, at=AT))["三会一课台账"]
    assert head == list(COLUMNS)
    assert [line[2] for line in lines] == ["2026-01-09", "2026-03-05", "2026-05-08"]
    assert dict(zip(COLUMNS, lines[1], strict=True)) == {
        "组织编码": "GZ-A-01",
        "类型": "支部党员大会",
        "日期": "2026-03-05",
        "时间": "19:00-20:30",
        "地点": "三楼会议室",
        "主题": "2026年3月支部党员大会",
        "主持人": "林志远",
        "授课人": "",
        "记录人": "陈守夜",
        "应到": "23",
        "实到": "20",
        "缺席及原因": "请假1人：李想（当班）；缺席1人：赵一",
        "列席": "周列",
        "决议": "通过年度工作计划，由支部委员会组织实施；同意接收张堃同志为预备党员",
        "补录说明": "2026年3月6日补录：当日系统停用",
    }


def test_what_was_not_held_is_told_with_its_reason_beside_what_was() -> None:
    assert sheets_of(ledger_xlsx(LEDGER, at=AT))["延期和未召开"][1:] == [
        ["主题党日", "2026年8月20日", "八月主题党日", "延期", "台风防御，全员在岗"]
    ]
    printed = letters("".join(pages_of(ledger_pdf(LEDGER, at=AT), below=10_000)))
    assert "延期和未召开" in printed
    assert "台风防御，全员在岗" in printed
    assert "2026年3月支部党员大会（2026年3月6日补录）" in printed
    assert printed.index("2026-01-09") < printed.index("2026-03-05") < printed.index("2026-05-08")


def test_a_ledger_of_a_year_without_meetings_is_an_empty_table_that_says_so() -> None:
    empty = Ledger("旅检一科党支部", "GZ-A-01", 2026, ())
    sheets = sheets_of(ledger_xlsx(empty, at=AT))
    assert sheets["三会一课台账"] == [list(COLUMNS)]
    assert ["2026年没有归档的会议记录。"] in sheets["旅检一科党支部2026年三会一课台账"]
    printed = letters("".join(pages_of(ledger_pdf(empty, at=AT))))
    assert "2026年三会一课台账" in printed
    assert "2026年没有归档的会议记录。" in printed
    assert "2026年没有归档的会议记录。" not in letters("".join(pages_of(ledger_pdf(LEDGER, at=AT))))


def test_a_branch_keeps_the_meetings_of_its_groups_under_their_own_code_and_name() -> None:
    group = replace(held(4, 3), organization="第一党小组", code="GZ-A-01-1", kind=MeetingKind.GROUP_MEETING)
    missed = NotHeld(MeetingKind.GROUP_MEETING, None, "六月党小组会", "未召开", "全组支援", group="第一党小组")
    book = replace(BOOK, records=(*BOOK.records, group), not_held=(missed,))
    sheets = sheets_of(ledger_xlsx(book.ledger, at=AT))
    assert [row[:3] for row in sheets["三会一课台账"] if row[1] == "党小组会"] == [
        ["GZ-A-01-1", "党小组会", "2026-04-03"]
    ]
    assert sheets["延期和未召开"][1:] == [["党小组会（第一党小组）", "未定", "六月党小组会", "未召开", "全组支援"]]
    assert "党小组会（第一党小组）" in letters("".join(pages_of(ledger_pdf(book.ledger, at=AT))))
    assert any(title.endswith("（第一党小组）") for title in contents_of(yearbook_pdf(book, at=AT)))


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+1", "-1", '=HYPERLINK("http://x")', HOSTILE])
def test_no_cell_is_a_formula_or_a_link(formula: str) -> None:
    hostile = replace(held(1, 9), title=formula, chair=formula, closing=formula, organization=formula)
    for xlsx in (
        ledger_xlsx(replace(LEDGER, records=(hostile,)), at=AT),
        yearbook_xlsx(replace(BOOK, records=(hostile,), superior=formula), at=AT),
    ):
        for sheet in openpyxl.load_workbook(io.BytesIO(xlsx)):
            assert all(cell.data_type in {"s", "n"} and not cell.hyperlink for row in sheet for cell in row)
            assert not any(cell.data_type == "n" and cell.value is not None for row in sheet for cell in row)


def test_the_year_book_tells_the_branch_its_people_and_its_year() -> None:
    sheets = sheets_of(yearbook_xlsx(BOOK, at=AT))
    assert list(sheets)[:7] == [
        "基本情况", "支部委员会", "党员名册", "组织生活一览", "三会一课台账", "延期和未召开", "会议记录",
    ]  # fmt: skip
    assert sheets["基本情况"][1:] == [
        ["党支部名称", "旅检一科党支部"],
        ["上级党组织", "局本部机关党委"],
        ["党员总数", "2人"],
        ["其中：正式党员", "1人"],
        ["其中：预备党员", "1人"],
        ["党小组", "2个"],
        ["全年会议", "3次"],
    ]
    assert sheets["支部委员会"][1:] == [
        ["书记", "林志远", "2024年6月30日至今"],
        ["宣传委员", "张堃", "2024年6月30日至2026年4月1日"],
    ]
    assert sheets["党员名册"][1:] == [
        ["1", "林志远", "正式党员", "第一党小组", "2001年7月1日"],
        ["2", "陈守夜", "预备党员", "第二党小组", ""],
    ]
    assert [row for row in sheets["组织生活一览"] if row[0] == "支部党员大会"] == [
        ["支部党员大会", "", "", "5日", "", "8日", *[""] * 7]
    ]
    assert ["2026-03-05", "支部党员大会", "2026年3月支部党员大会", "主持人", "林志远"] in sheets["会议记录"]


def test_a_lesson_in_turns_shows_each_of_its_days_in_the_year_at_a_glance() -> None:
    turns = tuple(replace(SHEET.gatherings[0], starts_at=day, ends_at=day) for day in (
        dt.datetime(2026, 3, 30, 19, tzinfo=SHANGHAI), dt.datetime(2026, 3, 31, 9, tzinfo=SHANGHAI),
        dt.datetime(2026, 3, 31, 19, tzinfo=SHANGHAI), dt.datetime(2026, 4, 1, 9, tzinfo=SHANGHAI),
    ))  # fmt: skip
    lesson = replace(SHEET, kind=MeetingKind.LESSON, gatherings=turns)
    overview = sheets_of(yearbook_xlsx(replace(BOOK, records=(lesson,)), at=AT))["组织生活一览"]
    assert overview[1][:5] == ["党课", "", "", "30日、31日", "1日"]


def test_the_days_of_a_lesson_that_began_in_the_year_before_are_left_to_that_year() -> None:
    days = (dt.datetime(2025, 12, 31, 19, tzinfo=SHANGHAI), dt.datetime(2026, 1, 2, 9, tzinfo=SHANGHAI))
    turns = tuple(replace(SHEET.gatherings[0], starts_at=day, ends_at=day) for day in days)
    lesson = replace(SHEET, kind=MeetingKind.LESSON, gatherings=turns)
    overview = sheets_of(yearbook_xlsx(replace(BOOK, records=(lesson,)), at=AT))["组织生活一览"]
    assert overview[1] == ["党课", "2日", *[""] * 11]


def test_the_year_book_says_of_which_day_its_members_are() -> None:
    facts = sheets_of(yearbook_xlsx(replace(BOOK, as_of=dt.date(2026, 12, 31)), at=AT))["基本情况"]
    assert ["名册日期", "2026年12月31日"] in facts


def test_a_long_record_is_whole_in_the_year_book_though_a_cell_holds_less() -> None:
    long = replace(held(1, 9), closing="\n".join(f"第{number}段{'话' * 100}" for number in range(1000)))
    rows = sheets_of(yearbook_xlsx(replace(BOOK, records=(long,)), at=AT))["会议记录"]
    assert [row[4] for row in rows if row[3] == "主持人总结"] == long.closing.split("\n")


def test_the_printed_year_book_has_a_table_of_contents_that_leads_to_each_record() -> None:
    pdf = yearbook_pdf(BOOK, at=AT)
    assert contents_of(pdf) == [
        "一、支部基本情况",
        "二、支部委员会",
        "三、党员名册",
        "四、组织生活一览",
        "五、三会一课台账",
        "六、会议记录",
        "2026年1月9日　1月党课",
        "2026年3月5日　2026年3月支部党员大会",
        "2026年5月8日　5月支部党员大会",
    ]
    cover, contents, *others = (letters(page) for page in pages_of(pdf, above=0, below=10_000))
    assert "党支部工作手册" in cover
    assert "2026年3月5日2026年3月支部党员大会" in contents
    assert sum("主持人签名：" in page for page in others) == 3


def test_both_forms_of_the_year_book_tell_the_whole_of_each_record() -> None:
    pdf = letters("".join(pages_of(yearbook_pdf(BOOK, at=AT))))
    rows = sheets_of(yearbook_xlsx(BOOK, at=AT))["会议记录"]
    assert len(rows) > 60
    assert all(letters(row[4]) in pdf for row in rows[1:] if len(row[4]) < 100)


def test_no_letter_of_the_year_book_is_an_empty_box() -> None:
    hostile = replace(held(1, 9), title=HOSTILE[:100], closing=HOSTILE)
    printed = glyphs_of(yearbook_pdf(replace(BOOK, records=(hostile,)), at=AT))
    assert [letter for letter, _, glyph in printed if glyph == 0] == []


def test_the_same_year_is_the_same_bytes() -> None:
    for make, thing in ((ledger_pdf, LEDGER), (ledger_xlsx, LEDGER), (yearbook_pdf, BOOK), (yearbook_xlsx, BOOK)):
        assert make(thing, at=AT) == make(thing, at=AT)
