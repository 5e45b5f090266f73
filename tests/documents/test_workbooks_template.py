"""The empty workbook to fill in."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from zhibu.documents.workbooks.layout import GUIDE, LAYOUTS
from zhibu.documents.workbooks.reading import read
from zhibu.documents.workbooks.tables import table_in
from zhibu.documents.workbooks.template import template

MONTH = dt.date(2026, 11, 1)
GUIDANCE = [["Sheet", "Column"], ["组织机构", "=1+1"]]


@pytest.fixture(scope="module")
def data():
    return template(GUIDANCE, month=MONTH)


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_it_has_every_sheet_with_every_column_and_no_row(data):
    book = read(data, wanted=[layout.name for layout in LAYOUTS])
    assert book.others == (GUIDE,)
    assert [sheet.name for sheet in book.sheets] == [layout.name for layout in LAYOUTS]
    for sheet, layout in zip(book.sheets, LAYOUTS, strict=True):
        table = table_in(sheet, layout)
        assert (tuple(table.columns), table.rows) == (layout.names, [])


def test_its_roster_has_the_days_of_the_month(data):
    sheet = opened(data)["排班"]
    assert sheet["A1"].value == "2026年11月排班表"
    assert [cell.value for cell in sheet[2]][3:] == [f"11月{day}日" for day in range(1, 31)]
    assert opened(template([], month=dt.date(2024, 2, 1)))["排班"].max_column == 3 + 29


def test_words_and_codes_come_in_drop_downs(data):
    offers = {
        (sheet.title, str(offer.sqref).split(":")[0]): offer.formula1
        for sheet in opened(data)
        for offer in sheet.data_validations.dataValidation
    }
    assert offers["组织机构", "C2"] == '"党组,机关党委,党总支,党支部,党小组"'
    assert offers["人员花名册", "C2"] == '"女,男"'
    assert offers["任职", "D2"].startswith('"书记,副书记,组织委员')
    assert offers["人员花名册", "K2"] == "组织机构!$A$2:$A$5000"
    assert offers["排班", "D3"] == "班次!$A$2:$A$50"


def test_codes_and_numbers_are_text_so_that_no_zero_is_lost(data):
    book = opened(data)
    assert book["人员花名册"].column_dimensions["A"].number_format == "@"
    assert book["人员花名册"].column_dimensions["D"].number_format == "yyyy-mm-dd"


def test_nothing_in_it_is_a_formula(data):
    assert not any(cell.data_type == "f" for sheet in opened(data) for row in sheet.iter_rows() for cell in row)
    assert opened(data)[GUIDE]["B2"].value == "=1+1"
