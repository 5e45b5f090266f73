"""The guide in a template: what each column is for, in the reader's language. The names of columns are the file's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhibu.documents.workbooks.layout import LAYOUTS, ROSTER, Column, Layout


def guide() -> list[list[str]]:
    """Rows for the first sheet of a template, the heads first."""
    said = _said()
    heads = [
        pgettext("workbook", "Sheet"),
        pgettext("workbook", "Column"),
        pgettext("workbook", "What to write"),
        pgettext("workbook", "Needed"),
        pgettext("workbook", "For example"),
    ]
    return [heads, *(row for layout in LAYOUTS for row in _rows(layout, said))]


def _rows(layout: Layout, said: Mapping[tuple[str, str], str]) -> Iterator[list[str]]:
    for column in layout.columns:
        needed = pgettext("workbook", "yes") if column.needed else ""
        yield [layout.name, column.name, said.get((layout.name, column.name), _what(column)), needed, column.example]
    if layout is ROSTER:
        yield [
            layout.name,
            "11月1日…",
            _("the code of a shift of 班次; leave it blank where nothing is planned"),
            "",
            "夜",
        ]


def _what(column: Column) -> str:
    if column.choices:
        return _("one of %(words)s") % {"words": "、".join(column.choices)}
    if column.refers:
        return _("as in sheet %(sheet)s, column %(column)s") % {"sheet": column.refers[0], "column": column.refers[1]}
    return ""


def _said() -> dict[tuple[str, str], str]:
    return {
        ("组织机构", "组织编码"): _("a code of your own, each once; it stays the same when the name changes"),
        ("组织机构", "上级组织编码"): _("the code of the superior; only the leading group has none"),
        ("组织机构", "成立日期"): _("year, month and day"),
        ("人员花名册", "工号"): _("each person's own; nobody else ever gets it"),
        ("人员花名册", "姓名"): _("as in the personnel file"),
        ("人员花名册", "手机号"): _("digits only; may stay blank"),
        ("人员花名册", "参加工作时间"): _("years of service are counted from it"),
        ("人员花名册", "入党时间"): _("of members, probationary ones included"),
        ("人员花名册", "转正时间"): _("of full members"),
        ("人员花名册", "党支部编码"): _("of members: the code of their branch in 组织机构"),
        ("人员花名册", "党支部"): _("its name, only to check the code"),
        ("人员花名册", "党小组编码"): _("where the branch has groups"),
        ("人员花名册", "单位编码"): _("where the person works, by the code of its organization; may stay blank"),
        ("人员花名册", "岗位编码"): _("of people at a window; may stay blank"),
        ("任职", "姓名"): _("only to check the number"),
        ("任职", "任职日期"): _("the day on which the person was elected or appointed"),
        ("窗口岗位", "开放时间"): _("from–to, several with a semicolon"),
        ("窗口岗位", "组织编码"): _("the unit to which the post belongs; may stay blank"),
        ("窗口岗位", "最少在岗"): _("how many must be there while it is open; blank means unknown"),
        ("窗口岗位", "开放星期"): _("the weekdays on which it is open; blank means unknown"),
        ("班次", "代码"): _("one letter or word, as it stands in the roster"),
        ("班次", "开始"): _("blank for a rest"),
        ("班次", "结束"): _("with 次日 where it is the next day; blank for a rest"),
        ("排班", "姓名"): _("only to check the number"),
        ("荣誉", "姓名"): _("only to check the number"),
        ("荣誉", "年度"): _("four digits"),
        ("三会一课台账", "组织编码"): _("whose meeting it was; a group's own meetings under the code of the group"),
        ("三会一课台账", "日期"): _("year, month and day"),
        ("三会一课台账", "时间"): _("from–to; the beginning alone, or 上午, where the ledger tells no more"),
        ("三会一课台账", "主题"): _("in one sentence; blank: kind and month"),
        ("三会一课台账", "授课人"): _("of a lesson"),
        ("三会一课台账", "应到"): _("how many should have come, as in the ledger"),
        ("三会一课台账", "实到"): _("how many came, as in the ledger"),
        ("三会一课台账", "缺席及原因"): _("as in the ledger: names, with the reason in brackets"),
        ("三会一课台账", "补录说明"): _("where this ledger comes from; may stay blank"),
    }
