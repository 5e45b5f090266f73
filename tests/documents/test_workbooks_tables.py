"""The table in a sheet, wherever people put it."""

from __future__ import annotations

from zhibu.documents.workbooks.layout import APPOINTMENTS, HONORS, ROSTER
from zhibu.documents.workbooks.reading import Sheet
from zhibu.documents.workbooks.tables import table_in

HEAD = ["工号", "姓名", "荣誉", "年度"]


def found(rows, layout=HONORS):
    return table_in(Sheet(layout.name, rows), layout)


def rows_of(table):
    return [(row.number, row["工号"]) for row in table.rows]


def test_title_rows_above_the_header_are_the_title():
    table = found([["荣誉一览", "荣誉一览", "", ""], ["", "", "", ""], HEAD, ["10001", "林悦", "先进", "2025"]])
    assert (table.header, table.title, rows_of(table)) == (3, "荣誉一览", [(4, "10001")])


def test_blank_rows_are_skipped_and_the_numbers_stay():
    table = found([HEAD, ["", "", "", ""], ["10001", "", "", ""], [" ", "\u3000", "", "\xa0"], ["10002", "", "", ""]])
    assert rows_of(table) == [(3, "10001"), (5, "10002")]


def test_a_header_repeated_on_each_printed_page_is_no_data():
    table = found([HEAD, ["10001", "林悦", "先进", "2025"], list(HEAD), ["10002", "陈星", "先进", "2025"]])
    assert rows_of(table) == [(2, "10001"), (4, "10002")]


def test_a_footer_is_no_data():
    table = found(
        [HEAD, ["10001", "林悦", "先进", "2025"], ["合计：1人", "", "", ""], ["制表人：方澄", "制表人：方澄", "", ""]]
    )
    assert rows_of(table) == [(2, "10001")]


def test_a_row_with_one_cell_that_is_no_footer_is_data():
    assert rows_of(found([HEAD, ["10001", "", "", ""]])) == [(2, "10001")]


def test_columns_may_stand_in_any_order_and_be_marked():
    table = found([["年度（四位）", "备注", "＊姓名", "工号*", "荣 誉"], ["2025", "x", "林悦", "10001", "先进"]])
    row = table.rows[0]
    assert [row[name] for name in HEAD] == ["10001", "林悦", "先进", "2025"]
    assert table.heads == {1: "备注"}


def test_a_column_that_is_not_there_is_blank():
    table = found([["工号", "荣誉"], ["10001", "先进"]])
    assert table.rows[0]["年度"] == ""
    assert set(table.columns) == {"工号", "荣誉"}


def test_a_column_that_stands_twice_is_told():
    table = found([["工号", "姓名", "工号", "荣誉"], ["1", "林悦", "2", "先进"]])
    assert (table.twice, table.rows[0]["工号"]) == (("工号",), "1")


def test_the_row_that_names_most_columns_is_the_header():
    table = found([["基本信息", "基本信息", "荣誉", "荣誉"], HEAD, ["10001", "林悦", "先进", "2025"]])
    assert table.header == 2


def test_a_header_merged_over_two_rows_is_not_read_as_data():
    table = found([HEAD, HEAD, ["10001", "林悦", "先进", "2025"]])
    assert rows_of(table) == [(3, "10001")]


def test_without_a_header_there_is_no_table():
    assert found([["10001", "林悦", "先进", "2025"]]) is None
    assert found([["工号", "a", "b", "c"]], APPOINTMENTS) is None
    assert found([]) is None


def test_the_days_of_a_roster_are_heads():
    table = found([["工号", "姓名", "11月1日", "", "11月2日"], ["10001", "林悦", "白", "", "夜"]], ROSTER)
    assert table.heads == {2: "11月1日", 4: "11月2日"}
