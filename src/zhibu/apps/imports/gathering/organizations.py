"""组织机构: one organization a row."""

from __future__ import annotations

from zhibu.apps.imports.facts import OrganizationFact
from zhibu.apps.imports.gathering.line import Line
from zhibu.apps.imports.gathering.vocabulary import KINDS


def organization(line: Line) -> OrganizationFact:
    return OrganizationFact(
        code=line.code("组织编码", 40, needed=True),
        name=line.text("组织名称", 80, needed=True),
        kind=line.word("组织类别", KINDS, needed=True),
        superior=line.code("上级组织编码", 40),
        founded=line.day("成立日期"),
        row=line.number,
        faulty=line.faulty,
    )
