"""三会一课台账: one meeting a row, as somebody kept it before zhibu."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import LedgerFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.imports.gathering.line import Line
from zhibu.apps.imports.gathering.vocabulary import MEETINGS
from zhibu.documents.workbooks import cells


def ledger_line(line: Line, *, year: int | None) -> LedgerFact:
    """``year``: of days that do not say theirs."""
    fact = LedgerFact(
        organization=line.code("组织编码", 40, needed=True),
        kind=line.word("类型", MEETINGS, needed=True),
        day=line.day("日期", needed=True, year=year),
        hours=_hours(line),
        place=line.text("地点", 80),
        title=line.text("主题", 120),
        chair=line.name("主持人", 60),
        lecturer=line.name("授课人", 60),
        recorder=line.name("记录人", 60),
        expected=line.count("应到", needed=True),
        present=line.count("实到", needed=True),
        absent=line.lines("缺席及原因", 2000),
        observers=line.lines("列席", 1000),
        resolutions=line.lines("决议", 4000),
        note=line.text("补录说明", 200),
        row=line.number,
        faulty=line.faulty,
    )
    if not fact.title and "主题" not in fact.faulty:
        line.warn("主题", Code.MISSING, _("without it the record is called after its kind and month."))
    if fact.expected is not None and fact.present is not None and fact.present > fact.expected:
        line.error(
            "实到",
            Code.BAD_VALUE,
            _("%(present)s came and %(expected)s were expected. Correct one of the two numbers.")
            % {"present": fact.present, "expected": fact.expected},
        )
    return fact


def _hours(line: Line) -> str:
    said = line.read("时间", cells.meeting_hours, _("Write it as 15:00-16:30.")) or ""
    if len(said) > 120:  # noqa: PLR2004 - what the column of the table holds
        line.error("时间", Code.BAD_VALUE, _("these are too many hours for one meeting. Write a row for each."))
        return ""
    return said
