"""任职 and 荣誉: what people hold and were given."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import AppointmentFact, HonorFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.imports.gathering.line import Line
from zhibu.apps.imports.gathering.vocabulary import POSTS
from zhibu.documents.workbooks import cells


def appointment(line: Line) -> AppointmentFact:
    return AppointmentFact(
        number=line.code("工号", 20, needed=True),
        name=line.name("姓名", 40),
        organization=line.code("组织编码", 40, needed=True),
        post=line.word("职务", POSTS, needed=True),
        since=line.day("任职日期", needed=True),
        row=line.number,
        faulty=line.faulty,
    )


def honor(line: Line) -> HonorFact:
    year = line.read("年度", cells.year, _("Write the year with four digits."))
    if year is None and "年度" not in line.faulty:
        line.miss("年度")
    if year is not None and year > line.as_of.year:
        line.error("年度", Code.IN_FUTURE, _("this year has not come yet. Correct it."))
    return HonorFact(
        number=line.code("工号", 20, needed=True),
        name=line.name("姓名", 40),
        title=line.text("荣誉", 80, needed=True),
        year=year,
        row=line.number,
        faulty=line.faulty,
    )
