"""Every fault of a workbook is found, once, with what it follows from; and nothing else is called a fault."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.workbook import AS_OF, bureau, without_column, write, xlsx
from tests.world import AT
from zhibu.apps.imports.plan import Options, plan
from zhibu.apps.organizations.models import Organization
from zhibu.documents.workbooks.limits import Limits

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"


def report_on(data, **options):
    return plan(data, Options(as_of=AS_OF, **options), at=AT).report


def errors_in(sheets, **options):
    """(row, column, code, because) of each error, by sheet."""
    return [
        (each.sheet, each.row, each.column, each.code.value, each.because)
        for each in report_on(xlsx(sheets), **options).errors
    ]


def warnings_in(sheets, **options):
    return [
        (each.sheet, each.row, each.column, each.code.value) for each in report_on(xlsx(sheets), **options).warnings
    ]


# --- The three bureaus --------------------------------------------------------------------------------------------


def test_all_planted_faults_of_the_bureau_are_found_and_no_other():
    report = report_on((DATA / "bureau-errors.xlsx").read_bytes())
    assert [
        (each.sheet, each.row, each.column, each.value, each.code.value, each.because) for each in report.errors
    ] == [
        ("组织机构", 129, "上级组织编码", "GZ-NOWHERE", "unknown", None),
        ("组织机构", 130, "上级组织编码", "GZ-Y2", "cycle", None),
        ("组织机构", 131, "上级组织编码", "GZ-Y1", "cycle", None),
        ("人员花名册", 4, "转正时间", "1993-05-21", "out_of_order", None),
        ("人员花名册", 350, "党支部编码", "GZ-Z-99", "unknown", None),
        ("人员花名册", 362, "出生日期", "2031/01/01", "in_future", None),
        ("人员花名册", 530, "工号", "10001", "duplicate", None),
        ("人员花名册", 536, "参加工作时间", "去年夏天", "bad_date", None),
        ("人员花名册", 1052, "姓名", None, "missing", None),
        ("任职", 347, "工号", "99999", "unknown", None),
        ("排班", 530, "工号", "10527", "unknown", "人员花名册!530"),
    ]
    assert {name: counts.document() for name, counts in report.sheets.items()} == {
        name: {"rows": rows, "created": 0, "updated": 0, "unchanged": 0}
        for name, rows in {
            "组织机构": 128,
            "人员花名册": 1300,
            "任职": 344,
            "窗口岗位": 22,
            "班次": 6,
            "排班": 1300,
            "荣誉": 8,
        }.items()
    }
    assert not report.applied


@pytest.mark.parametrize("name", ["bureau", "bureau-messy"])
def test_a_real_workbook_goes_in_without_help(name):
    report = report_on((DATA / f"{name}.xlsx").read_bytes())
    assert report.errors == ()
    # Whoever joined after taking the post, as the fictional bureaus have it; and the year of an untitled roster.
    assert {(each.sheet, each.column, each.code.value) for each in report.warnings} == {
        ("任职", "任职日期", "out_of_order"),
        *([("排班", "11月1日", "missing")] if name == "bureau" else []),
    }


def test_the_small_bureau_of_the_tests_is_clean():
    report = report_on(xlsx(bureau()))
    assert (report.errors, report.warnings) == ((), ())


# --- One fault each -----------------------------------------------------------------------------------------------

ONE_CELL = [
    # 组织机构
    ("组织机构", 4, "组织名称", "", [("组织机构", 4, "组织名称", "missing", None)]),
    ("组织机构", 4, "组织类别", "", [("组织机构", 4, "组织类别", "missing", None)]),
    ("组织机构", 4, "组织类别", "党办", [("组织机构", 4, "组织类别", "bad_value", None)]),
    ("组织机构", 4, "成立日期", "很久以前", [("组织机构", 4, "成立日期", "bad_date", None)]),
    ("组织机构", 4, "成立日期", "2030-01-01", [("组织机构", 4, "成立日期", "in_future", None)]),
    ("组织机构", 4, "上级组织编码", "", [("组织机构", 4, "上级组织编码", "missing", None)]),
    ("组织机构", 4, "上级组织编码", "GZ-Q", [("组织机构", 4, "上级组织编码", "unknown", None)]),
    ("组织机构", 4, "上级组织编码", "GZ-A-01", [("组织机构", 4, "上级组织编码", "cycle", None)]),
    ("组织机构", 4, "上级组织编码", "GZ-A-02", [("组织机构", 4, "上级组织编码", "bad_value", None)]),
    ("组织机构", 2, "上级组织编码", "GZ-A", [
        ("组织机构", 2, "上级组织编码", "cycle", None),
        ("组织机构", 3, "上级组织编码", "cycle", None),
    ]),
    ("组织机构", 5, "上级组织编码", "GZ-A-02", [
        ("人员花名册", 2, "党小组编码", "bad_value", None),
        ("人员花名册", 3, "党小组编码", "bad_value", None),
    ]),
    ("组织机构", 5, "上级组织编码", "GZ-A", [
        ("组织机构", 5, "上级组织编码", "bad_value", None),
        ("人员花名册", 2, "党小组编码", "bad_value", "组织机构!5"),
        ("人员花名册", 3, "党小组编码", "bad_value", "组织机构!5"),
    ]),
    ("组织机构", 3, "组织类别", "党组", [
        ("组织机构", 3, "上级组织编码", "bad_value", None),
        ("组织机构", 3, "组织类别", "duplicate", None),
    ]),
    # A row whose own code is lost takes others with it; they say so.
    ("组织机构", 6, "组织编码", "GZ-A-01", [
        ("组织机构", 6, "组织编码", "duplicate", None),
        ("人员花名册", 4, "党支部编码", "unknown", "组织机构!6"),
        ("人员花名册", 4, "单位编码", "unknown", "组织机构!6"),
        ("人员花名册", 6, "党支部编码", "unknown", "组织机构!6"),
        ("人员花名册", 6, "单位编码", "unknown", "组织机构!6"),
    ]),
    ("组织机构", 2, "组织编码", "", [
        ("组织机构", 2, "组织编码", "missing", None),
        ("组织机构", 3, "上级组织编码", "unknown", "组织机构!2"),
    ]),
    ("组织机构", 5, "组织编码", "", [
        ("组织机构", 5, "组织编码", "missing", None),
        ("人员花名册", 2, "党小组编码", "unknown", "组织机构!5"),
        ("人员花名册", 3, "党小组编码", "unknown", "组织机构!5"),
        ("任职", 3, "组织编码", "unknown", "组织机构!5"),
    ]),
    # 人员花名册
    ("人员花名册", 3, "工号", "", [
        ("人员花名册", 3, "工号", "missing", None),
        ("任职", 3, "工号", "unknown", "人员花名册!3"),
        ("排班", 4, "工号", "unknown", "人员花名册!3"),
        ("荣誉", 2, "工号", "unknown", "人员花名册!3"),
    ]),
    # Row 2 takes the number of row 3, whom the other sheets call by another name.
    ("人员花名册", 2, "工号", "10002", [
        ("人员花名册", 2, "工号", "duplicate", None),
        ("任职", 2, "工号", "unknown", "人员花名册!2"),
        ("排班", 3, "工号", "unknown", "人员花名册!2"),
    ]),
    ("人员花名册", 5, "姓名", "", [("人员花名册", 5, "姓名", "missing", None)]),
    ("人员花名册", 2, "姓名", "", [("人员花名册", 2, "姓名", "missing", None)]),
    ("人员花名册", 5, "姓名", "闻" * 41, [("人员花名册", 5, "姓名", "bad_value", None)]),
    ("人员花名册", 5, "性别", "妇", [("人员花名册", 5, "性别", "bad_value", None)]),
    ("人员花名册", 5, "手机号", "没有", [("人员花名册", 5, "手机号", "bad_value", None)]),
    ("人员花名册", 5, "政治面貌", "", [("人员花名册", 5, "政治面貌", "missing", None)]),
    ("人员花名册", 5, "政治面貌", "良好", [("人员花名册", 5, "政治面貌", "bad_value", None)]),
    ("人员花名册", 5, "政治面貌", "中共党员", [
        ("人员花名册", 5, "党支部编码", "missing", None),
        ("人员花名册", 5, "入党时间", "missing", None),
    ]),
    ("人员花名册", 4, "政治面貌", "群众", [("人员花名册", 4, "政治面貌", "bad_value", None)]),
    ("任职", 3, "工号", "10004", [("任职", 3, "姓名", "bad_value", None)]),
    ("人员花名册", 3, "出生日期", "1985-02-30", [("人员花名册", 3, "出生日期", "bad_date", None)]),
    ("人员花名册", 3, "出生日期", "2031-01-01", [("人员花名册", 3, "出生日期", "in_future", None)]),
    ("人员花名册", 3, "出生日期", "2005-01-01", [
        ("人员花名册", 3, "出生日期", "out_of_order", None),
    ]),
    ("人员花名册", 3, "参加工作时间", "1990-07-01", [("人员花名册", 3, "参加工作时间", "out_of_order", None)]),
    ("人员花名册", 3, "参加工作时间", "2027-07-01", [("人员花名册", 3, "参加工作时间", "in_future", None)]),
    ("人员花名册", 3, "入党时间", "1999-06-01", [("人员花名册", 3, "入党时间", "out_of_order", None)]),
    ("人员花名册", 3, "入党时间", "2012-06-01", [("人员花名册", 3, "转正时间", "out_of_order", None)]),
    ("人员花名册", 3, "入党时间", "", [("人员花名册", 3, "入党时间", "missing", None)]),
    ("人员花名册", 3, "入党时间", "不详", [("人员花名册", 3, "入党时间", "bad_date", None)]),
    ("人员花名册", 3, "转正时间", "2010-06-01", [("人员花名册", 3, "转正时间", "out_of_order", None)]),
    ("人员花名册", 6, "转正时间", "2026-09-01", [("人员花名册", 6, "转正时间", "bad_value", None)]),
    ("人员花名册", 3, "党支部编码", "", [("人员花名册", 3, "党支部编码", "missing", None)]),
    ("人员花名册", 3, "党支部编码", "GZ-Z-99", [("人员花名册", 3, "党支部编码", "unknown", None)]),
    ("人员花名册", 4, "党支部编码", "GZ-A", [("人员花名册", 4, "党支部编码", "bad_value", None)]),
    ("人员花名册", 3, "党小组编码", "GZ-A-01-9", [("人员花名册", 3, "党小组编码", "unknown", None)]),
    ("人员花名册", 4, "党小组编码", "GZ-A-01-1", [("人员花名册", 4, "党小组编码", "bad_value", None)]),
    ("人员花名册", 3, "党小组编码", "GZ-A-02", [("人员花名册", 3, "党小组编码", "bad_value", None)]),
    ("人员花名册", 3, "单位编码", "GZ-Z", [("人员花名册", 3, "单位编码", "unknown", None)]),
    ("人员花名册", 3, "岗位编码", "W99", [("人员花名册", 3, "岗位编码", "unknown", None)]),
    # 任职
    ("任职", 2, "工号", "99999", [("任职", 2, "工号", "unknown", None)]),
    ("任职", 2, "工号", "", [("任职", 2, "工号", "missing", None)]),
    ("任职", 2, "工号", "10003", [("任职", 2, "姓名", "bad_value", None)]),
    ("任职", 2, "姓名", "林越", [("任职", 2, "姓名", "bad_value", None)]),
    ("任职", 2, "组织编码", "GZ-Z", [("任职", 2, "组织编码", "unknown", None)]),
    ("任职", 2, "职务", "科长", [("任职", 2, "职务", "bad_value", None)]),
    ("任职", 2, "职务", "党小组组长", [("任职", 2, "职务", "bad_value", None)]),
    ("任职", 3, "职务", "书记", [("任职", 3, "职务", "bad_value", None)]),
    ("任职", 2, "任职日期", "", [("任职", 2, "任职日期", "missing", None)]),
    ("任职", 2, "任职日期", "2027-06-30", [("任职", 2, "任职日期", "in_future", None)]),
    ("任职", 2, "任职日期", "2001-06-30", [("任职", 2, "任职日期", "out_of_order", None)]),
    # 窗口岗位
    ("窗口岗位", 3, "岗位编码", "W01", [
        ("人员花名册", 3, "岗位编码", "unknown", "窗口岗位!3"),
        ("窗口岗位", 3, "岗位编码", "duplicate", None),
    ]),
    ("窗口岗位", 3, "科室", "", [("窗口岗位", 3, "科室", "missing", None)]),
    ("窗口岗位", 3, "组织编码", "GZ-Z", [("窗口岗位", 3, "组织编码", "unknown", None)]),
    ("窗口岗位", 3, "最少在岗", "一个", [("窗口岗位", 3, "最少在岗", "bad_value", None)]),
    ("窗口岗位", 3, "最少在岗", -1, [("窗口岗位", 3, "最少在岗", "bad_value", None)]),
    ("窗口岗位", 3, "最少在岗", 40_000, [("窗口岗位", 3, "最少在岗", "bad_value", None)]),
    ("窗口岗位", 3, "开放星期", "工作日", [("窗口岗位", 3, "开放星期", "bad_value", None)]),
    ("窗口岗位", 3, "开放时间", "早九晚五", [("窗口岗位", 3, "开放时间", "bad_value", None)]),
    # 班次 and 排班
    ("班次", 3, "开始", "晚上", [("班次", 3, "开始", "bad_value", None)]),
    ("班次", 3, "结束", "", [("班次", 3, "结束", "missing", None)]),
    ("班次", 3, "代码", "", [
        ("班次", 3, "代码", "missing", None),
        ("排班", 4, "11月1日", "unknown", "班次!3"),
    ]),
    ("排班", 4, "11月2日", "晚", [("排班", 4, "11月2日", "unknown", None)]),
    ("排班", 4, "工号", "10001", [("排班", 4, "工号", "duplicate", None), ("排班", 4, "姓名", "bad_value", None)]),
    ("排班", 4, "姓名", "陈行", [("排班", 4, "姓名", "bad_value", None)]),
    ("排班", 2, "11月3日", "11月31日", [("排班", 2, "11月31日", "bad_date", None)]),
    ("排班", 2, "11月3日", "11月2日 ", [("排班", 2, "11月2日", "duplicate", None)]),
    # 荣誉
    ("荣誉", 2, "工号", "77777", [("荣誉", 2, "工号", "unknown", None)]),
    ("荣誉", 2, "荣誉", "", [("荣誉", 2, "荣誉", "missing", None)]),
    ("荣誉", 2, "年度", "", [("荣誉", 2, "年度", "missing", None)]),
    ("荣誉", 2, "年度", "去年", [("荣誉", 2, "年度", "bad_value", None)]),
    ("荣誉", 2, "年度", "2027", [("荣誉", 2, "年度", "in_future", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "row", "column", "value", "errors"), ONE_CELL)
def test_a_fault_in_one_cell_is_found_there(sheet, row, column, value, errors):
    sheets = bureau()
    write(sheets, sheet, row, column, value)
    assert sorted(errors_in(sheets), key=str) == sorted(errors, key=str)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "warning"),
    [
        ("组织机构", 4, "成立日期", "", ("组织机构", 4, "成立日期", "missing")),
        ("人员花名册", 3, "参加工作时间", "", ("人员花名册", 3, "参加工作时间", "missing")),
        ("人员花名册", 3, "参加工作时间", "2008.07", ("人员花名册", 3, "参加工作时间", "bad_date")),
        ("人员花名册", 3, "转正时间", "", ("人员花名册", 3, "转正时间", "missing")),
        ("人员花名册", 3, "党支部", "检务处支部", ("人员花名册", 3, "党支部", "bad_value")),
        ("人员花名册", 5, "党支部编码", "GZ-A-01", ("人员花名册", 5, "党支部编码", "bad_value")),
        ("人员花名册", 5, "单位编码", "", ("人员花名册", 5, "单位编码", "missing")),
        ("人员花名册", 3, "岗位编码", "", ("窗口岗位", 3, "岗位编码", "missing")),
        ("窗口岗位", 3, "组织编码", "", ("窗口岗位", 3, "组织编码", "missing")),
        ("窗口岗位", 3, "最少在岗", "", ("窗口岗位", 3, "最少在岗", "missing")),
        ("窗口岗位", 3, "开放星期", "", ("窗口岗位", 3, "开放星期", "missing")),
        ("任职", 3, "任职日期", "2009-06-30", None),
        ("人员花名册", 1, "手机号", "电话", ("人员花名册", 1, "电话", "unknown")),
    ],
)
def test_what_is_only_doubtful_or_unknown_is_a_warning(sheet, row, column, value, warning):
    sheets = bureau()
    write(sheets, sheet, row, column, value)
    if warning is None:
        assert errors_in(sheets) == [("任职", 3, "任职日期", "out_of_order", None)]  # before the group was founded
        return
    assert (errors_in(sheets), warnings_in(sheets)) == ([], [warning])


def test_nobody_is_called_at_fault_for_another_partys_date():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "政治面貌", "民主党派")
    write(sheets, "人员花名册", 5, "入党时间", "2015-01-01")
    assert errors_in(sheets) == []


def test_only_members_hold_posts():
    sheets = bureau()
    write(sheets, "任职", 3, "工号", "10004")
    write(sheets, "任职", 3, "姓名", "闻宁")
    assert errors_in(sheets) == [("任职", 3, "工号", "bad_value", None)]


def test_two_secretaries_of_one_branch_are_one_too_many():
    sheets = bureau()
    sheets["任职"].append(["10002", "陈星", "GZ-A-01", "书记", "2025-01-01"])
    sheets["任职"].append(["10001", "林悦", "GZ-A-01", "书记", "2025-01-01"])
    assert errors_in(sheets) == [
        ("任职", 5, "职务", "duplicate", None),
        ("任职", 6, "职务", "duplicate", None),
    ]


def test_an_honor_given_twice_is_one_too_many():
    sheets = bureau()
    sheets["荣誉"].append(list(sheets["荣誉"][1]))
    assert errors_in(sheets) == [("荣誉", 3, "荣誉", "duplicate", None)]


def test_two_cycles_are_told_apart():
    sheets = bureau()
    for code, superior in [("Y1", "Y2"), ("Y2", "Y1"), ("Z1", "Z2"), ("Z2", "Z3"), ("Z3", "Z1"), ("V", "Z1")]:
        sheets["组织机构"].append([code, f"{code}党支部", "党支部", superior, dt.date(2020, 1, 1)])
    report = report_on(xlsx(sheets))
    assert [(each.row, each.code.value) for each in report.errors] == [
        *[(row, "cycle") for row in range(7, 12)],
        (12, "bad_value"),  # a branch under a branch, beside the cycle
    ]
    assert "Z1、Z2、Z3" in report.errors[2].message
    assert "Y1" not in report.errors[2].message


def test_a_second_root_is_one_too_many():
    sheets = bureau()
    sheets["组织机构"].append(["HZ", "另一党组", "党组", "", dt.date(2020, 1, 1)])
    assert errors_in(sheets) == [("组织机构", 7, "组织类别", "duplicate", None)]


# --- Columns and sheets -------------------------------------------------------------------------------------------


def test_the_optional_columns_may_be_missing_and_what_is_unassigned_is_listed():
    sheets = bureau()
    without_column(sheets, "人员花名册", "单位编码", "岗位编码")
    without_column(sheets, "窗口岗位", "组织编码", "最少在岗", "开放星期")
    assert errors_in(sheets) == []
    assert warnings_in(sheets) == [
        *[("人员花名册", row, "单位编码", "missing") for row in range(2, 7)],
        *[
            ("窗口岗位", row, column, "missing")
            for row in (2, 3)
            for column in ("组织编码", "最少在岗", "开放星期", "岗位编码")
        ],
    ]


def test_a_column_that_is_needed_and_missing_is_one_error_and_what_it_takes_along_says_so():
    sheets = bureau()
    without_column(sheets, "组织机构", "上级组织编码")
    errors = errors_in(sheets)
    assert errors[0] == ("组织机构", 1, "上级组织编码", "missing", None)
    assert {each[4] for each in errors[1:]} == {"组织机构!1"}


def test_a_column_that_stands_twice_is_an_error():
    sheets = bureau()
    sheets["荣誉"][0].append("年度")
    assert errors_in(sheets) == [("荣誉", 1, "年度", "duplicate", None)]


def test_a_sheet_without_a_header_is_an_error():
    sheets = bureau()
    del sheets["荣誉"][0]
    assert errors_in(sheets) == [("荣誉", None, "", "missing", None)]


def test_branches_are_found_by_their_name_where_there_is_no_code():
    sheets = bureau()
    without_column(sheets, "人员花名册", "党支部编码", "党小组编码")
    assert errors_in(sheets) == []
    write(sheets, "人员花名册", 3, "党支部", "检务处支部")
    write(sheets, "人员花名册", 4, "党支部", "")
    assert errors_in(sheets) == [
        ("人员花名册", 3, "党支部", "unknown", None),
        ("人员花名册", 4, "党支部", "missing", None),
    ]


def test_a_name_that_two_branches_share_tells_neither():
    sheets = bureau()
    without_column(sheets, "人员花名册", "党支部编码", "党小组编码")
    write(sheets, "组织机构", 6, "组织名称", "检务处党支部")
    assert {each[:4] for each in errors_in(sheets)} == {
        ("人员花名册", row, "党支部", "unknown") for row in (2, 3, 4, 6)
    }


def test_sheets_that_are_not_read_are_told():
    sheets = bureau() | {
        "党费": [["组织编码", "类型"], ["GZ-A-01", "党课"]],
        "草稿": [["x"]],
        "说明": [["…"]],
    }
    assert errors_in(sheets) == []
    assert warnings_in(sheets) == [
        ("党费", None, "", "unknown"),
        ("草稿", None, "", "unknown"),
    ]


@pytest.mark.parametrize("sheets", [{"Sheet1": [["a"]]}, {"人员花名册": []}, {"荣誉": [["工号", "荣誉", "年度"]]}])
def test_a_workbook_without_rows_has_nothing_to_import(sheets):
    assert [each[:4] for each in errors_in(sheets)] == [("", None, "", "missing")]


def test_a_workbook_that_is_refused_unread_says_why():
    report = report_on(b"PK\x03\x04")
    assert (report.applied, report.sheets, report.warnings) == (False, {}, ())
    assert [(each.sheet, each.row, each.code.value) for each in report.errors] == [("", None, "bad_value")]
    report = plan(xlsx(bureau()), Options(as_of=AS_OF), at=AT, limits=Limits(rows=3)).report
    assert [each.code.value for each in report.errors] == ["too_big"]
    assert "3" in report.errors[0].message


def test_after_too_many_errors_looking_on_is_of_no_use():
    sheets = bureau()
    sheets["荣誉"] += [["99999", "", "先进", "2025"]] * 6000
    errors = report_on(xlsx(sheets)).errors
    assert len(errors) == 5001
    assert errors[0].code.value == "too_big"


# --- Against what is recorded -------------------------------------------------------------------------------------


def test_a_reference_may_be_to_what_is_recorded_already(django_assert_max_num_queries):
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.imports.actions import bring_in

    at = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    bring_in(xlsx(bureau()), file_name="a", options=Options(AS_OF), actor=OPERATOR, at=at)
    sheets = {
        "荣誉": [
            ["工号", "姓名", "荣誉", "年度"],
            ["10001", "林悦", "先进", "2025"],
            ["10009", "林悦", "先进", "2025"],
        ]
    }
    with django_assert_max_num_queries(20):
        assert errors_in(sheets) == [("荣誉", 3, "工号", "unknown", None)]
    # In a complete workbook who is not in it is not there.
    people = bureau()["人员花名册"]
    sheets = {"人员花名册": [people[0], *people[2:]], "荣誉": [["工号", "荣誉", "年度"], ["10001", "先进", "2025"]]}
    assert errors_in(sheets) == []
    assert errors_in(sheets, complete=True) == [("荣誉", 2, "工号", "unknown", None)]
    assert Organization.objects.count() == 5


def test_a_message_names_sheet_row_and_field_and_says_what_to_do():
    sheets = bureau()
    write(sheets, "任职", 2, "工号", "99999")
    write(sheets, "人员花名册", 2, "转正时间", "去年")
    messages = [each.message for each in report_on(xlsx(sheets)).errors]
    assert all(part in messages[0] for part in ("人员花名册", "2", "转正时间", "去年", "2005-02-16"))
    assert all(part in messages[1] for part in ("任职", "2", "工号", "99999", "人员花名册"))
