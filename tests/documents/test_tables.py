"""Tables hold texts and nothing that runs."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from zhibu.documents.tables import LONGEST_TEXT, Table, workbook

AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def read(content: bytes) -> dict[str, list[list[str | None]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def make(*rows, columns=("姓名", "工号"), name="党员", **options):
    return workbook([Table(name, columns, rows)], title="党员名单", made_at=AT, **options)


def test_what_goes_in_stands_in_the_sheet():
    assert read(make(("林悦", "10001"), ("陈星", "10002"))) == {
        "党员": [["姓名", "工号"], ["林悦", "10001"], ["陈星", "10002"]]
    }


def test_an_empty_table_keeps_its_headings():
    assert read(make()) == {"党员": [["姓名", "工号"]]}


def test_notes_stand_on_a_sheet_after_the_tables():
    assert read(make(("林悦", "10001"), notes=("截至2026年11月23日", "只计在册党员"))) == {
        "党员": [["姓名", "工号"], ["林悦", "10001"]],
        "党员名单": [["截至2026年11月23日"], ["只计在册党员"]],
    }


@pytest.mark.parametrize(
    "hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "{=1}", "http://a.cn", "\t=1"]
)
def test_a_cell_is_a_text_whatever_it_looks_like(hostile):
    content = make((hostile, "10001"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (sheet["A2"].data_type, sheet["A2"].value, sheet["A2"].hyperlink) == ("s", hostile, None)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()


def test_a_number_stays_the_text_it_was():
    sheet = openpyxl.load_workbook(
        io.BytesIO(
            make(
                ("林悦", "00010"),
            )
        )
    ).active
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("s", "00010")


def test_a_text_too_long_for_a_cell_is_cut_visibly():
    (_heading, (text, _number)) = read(make(("长" * (LONGEST_TEXT + 1), "1")))["党员"]
    assert text == "长" * (LONGEST_TEXT - 1) + "…"


def test_rare_characters_and_broken_ones_can_be_written():
    assert read(make(("堃喆旻镕玥犇𠮷", "\ud800x")))["党员"][1] == ["堃喆旻镕玥犇𠮷", "?x"]


def test_sheets_get_names_that_are_allowed_and_no_two_alike():
    long = "一二三四五六七八九十" * 4
    tables = [Table(name, ("甲",), []) for name in ("a/b", "A:B", "'", long, long)]
    names = list(read(workbook(tables, title="书", made_at=AT)))
    assert names == ["a b", "A B 2", "1", long[:31], f"{long[:29]} 2"]


def test_the_same_tables_are_the_same_bytes():
    assert make(("林悦", "10001")) == make(("林悦", "10001"))
