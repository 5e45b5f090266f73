"""窗口岗位: one post a row. What is not said stays unknown and is listed; it never becomes zero."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import WindowPostFact
from zhibu.apps.imports.gathering.line import Line
from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.reading import Cell


def window_post(line: Line) -> WindowPostFact:
    least = line.count("最少在岗")
    return WindowPostFact(
        code=line.code("岗位编码", 20, needed=True),
        name=line.text("岗位名称", 60, needed=True),
        section=line.text("科室", 60, needed=True),
        site=line.text("地点", 60, needed=True),
        opening_hours=line.read("开放时间", _opening_hours, _("Write it as 08:30-12:00;13:30-17:30.")) or "",
        organization=line.code("组织编码", 40),
        least_staffing=least,
        weekdays=line.read("开放星期", cells.weekdays, _("Write it as 一二三四五.")) or "",
        row=line.number,
        faulty=line.faulty,
    )


def _opening_hours(cell: Cell) -> str:
    found = cells.opening_hours(cell)
    if len(found) > 80:  # noqa: PLR2004 - what the column of the table holds
        raise cells.Unreadable
    return found
