"""A small workbook of the cast, to be changed as a test needs it, and written as .xlsx."""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Mapping, Sequence

import xlsxwriter

Rows = list[list[object]]

_BUREAU: Mapping[str, Rows] = {
    "组织机构": [
        ["组织编码", "组织名称", "组织类别", "上级组织编码", "成立日期"],
        ["GZ", "广埠口岸局党组", "党组", "", dt.date(1999, 8, 10)],
        ["GZ-A", "局本部机关党委", "机关党委", "GZ", dt.date(2002, 8, 1)],
        ["GZ-A-01", "检务处党支部", "党支部", "GZ-A", dt.date(2005, 2, 16)],
        ["GZ-A-01-1", "检务处第一党小组", "党小组", "GZ-A-01", dt.date(2018, 3, 1)],
        ["GZ-A-02", "办公室党支部", "党支部", "GZ-A", dt.date(2010, 2, 10)],
    ],
    "人员花名册": [
        [
            *(
                "工号",
                "姓名",
                "性别",
                "出生日期",
                "手机号",
                "部门",
                "参加工作时间",
                "政治面貌",
                "入党时间",
                "转正时间",
            ),
            *("党支部编码", "党支部", "党小组编码", "单位编码", "岗位编码"),
        ],
        [
            *("10001", "林悦", "女", dt.date(1975, 5, 6), "10000000001", "检务处", dt.date(1997, 7, 1)),
            *("中共党员", dt.date(2000, 12, 5), dt.date(2001, 12, 5)),
            *("GZ-A-01", "检务处党支部", "GZ-A-01-1", "GZ-A-01", "W01"),
        ],
        [
            *("10002", "陈星", "男", dt.date(1985, 1, 9), "10000000002", "检务处", dt.date(2008, 7, 1)),
            *("中共党员", dt.date(2010, 6, 1), dt.date(2011, 6, 1)),
            *("GZ-A-01", "检务处党支部", "GZ-A-01-1", "GZ-A-01", "W02"),
        ],
        [
            *("10003", "方澄", "男", dt.date(1970, 3, 2), "10000000003", "办公室", dt.date(1992, 7, 1)),
            *("中共党员", dt.date(1995, 7, 1), dt.date(1996, 7, 1)),
            *("GZ-A-02", "办公室党支部", "", "GZ-A-02", ""),
        ],
        [
            *("10004", "闻宁", "女", dt.date(1990, 9, 9), "10000000004", "检务处", dt.date(2013, 7, 1)),
            *("群众", "", "", "", "", "", "GZ-A-01", ""),
        ],
        [
            *("10005", "邱禾", "女", dt.date(1998, 2, 3), "10000000005", "办公室", dt.date(2020, 7, 1)),
            *("中共预备党员", dt.date(2026, 3, 1), ""),
            *("GZ-A-02", "办公室党支部", "", "GZ-A-02", ""),
        ],
    ],
    "任职": [
        ["工号", "姓名", "组织编码", "职务", "任职日期"],
        ["10001", "林悦", "GZ-A-01", "书记", dt.date(2024, 6, 30)],
        ["10002", "陈星", "GZ-A-01-1", "党小组组长", dt.date(2024, 6, 30)],
        ["10003", "方澄", "GZ-A", "书记", dt.date(2024, 6, 30)],
    ],
    "窗口岗位": [
        ["岗位编码", "岗位名称", "科室", "地点", "开放时间", "组织编码", "最少在岗", "开放星期"],
        ["W01", "综合1号岗", "综合", "局本部报检大厅", "08:30-12:00;13:30-17:30", "GZ-A-01", 1, "一二三四五"],
        ["W02", "报检1号岗", "报检", "局本部报检大厅", "08:30-12:00;13:30-17:30", "GZ-A-01", 1, "一二三四五"],
    ],
    "班次": [
        ["代码", "开始", "结束", "名称"],
        ["白", "08:30", "17:30", "行政班"],
        ["夜", "20:00", "次日08:00", "夜班"],
        ["休", "", "", "休息"],
    ],
    "排班": [
        ["2026年11月排班表"],
        ["工号", "姓名", "部门", "11月1日", "11月2日", "11月3日"],
        ["10001", "林悦", "检务处", "休", "白", "白"],
        ["10002", "陈星", "检务处", "夜", "休", "夜"],
    ],
    "荣誉": [
        ["工号", "姓名", "荣誉", "年度"],
        ["10002", "陈星", "优秀共产党员", "2025"],
    ],
}

#: The day on which most tests import it.
AS_OF = dt.date(2026, 11, 23)


def bureau() -> dict[str, Rows]:
    """The sheets, each a list of rows from the first one on; change them as you like."""
    return copy.deepcopy(dict(_BUREAU))


def write(sheets: Mapping[str, Rows], sheet: str, row: int, column: str, value: object) -> None:
    """Write a cell, as a person with Excel would."""
    sheets[sheet][row - 1][_index(sheets, sheet, column)] = value


def without_column(sheets: Mapping[str, Rows], sheet: str, *columns: str) -> None:
    for column in columns:
        index = _index(sheets, sheet, column)
        for row in sheets[sheet]:
            del row[index : index + 1]


def _index(sheets: Mapping[str, Rows], sheet: str, column: str) -> int:
    return next(row.index(column) for row in sheets[sheet] if column in row)


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Dates as real ones, everything else as it is; "" leaves the cell empty."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(i, j, dt.datetime.combine(value, dt.time()), date)
                elif value not in {"", None}:
                    sheet.write(i, j, value)
    book.close()
    return buffer.getvalue()
