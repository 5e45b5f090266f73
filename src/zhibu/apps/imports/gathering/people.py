"""人员花名册: one person a row, and whether the dates of a life can be true together."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import PersonFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.imports.gathering.line import Line
from zhibu.apps.imports.gathering.vocabulary import AFFILIATIONS, GENDERS
from zhibu.documents.workbooks import cells
from zhibu.domain.periods import add_months
from zhibu.domain.terms import Affiliation

#: Nobody works before that age in any workbook we would believe.
WORKING_AGE = 14
#: Source: 中国共产党章程, art. 1.
JOINING_AGE = 18

#: Who has 入党时间 without being a member of this party.
_MAY_HAVE_JOINED_ANOTHER = {Affiliation.OTHER_PARTY, None}


def person(line: Line) -> PersonFact:
    affiliation = line.word("政治面貌", AFFILIATIONS, needed=True)
    born, work_began = line.day("出生日期"), line.day("参加工作时间")
    joined, converted = line.day("入党时间"), line.day("转正时间")
    branch = line.code("党支部编码", 40)
    _judge_ages(line, born, work_began, joined)
    if affiliation in {Affiliation.FULL_MEMBER, Affiliation.PROBATIONARY_MEMBER}:
        _judge_member(line, affiliation, joined, converted, branch)
    else:
        _judge_other(line, affiliation, joined, branch)
    if work_began is None and line.has("参加工作时间") and "参加工作时间" not in line.faulty:
        line.warn(
            "参加工作时间",
            Code.MISSING,
            _("without it the work is taken to begin with this import, and years of service are unknown."),
        )
    return PersonFact(
        number=line.code("工号", 20, needed=True),
        name=line.name("姓名", 40, needed=True),
        gender=line.word("性别", GENDERS),
        born=born,
        phone=line.read("手机号", cells.phone, _("Write digits only.")) or "",
        department=line.text("部门", 60),
        work_began=work_began,
        affiliation=affiliation,
        joined=joined,
        converted=converted,
        branch=branch,
        branch_name=line.text("党支部", 80),
        group=line.code("党小组编码", 40),
        unit=line.code("单位编码", 40),
        post=line.code("岗位编码", 20),
        row=line.number,
        faulty=line.faulty,
    )


def _judge_ages(line: Line, born: dt.date | None, work_began: dt.date | None, joined: dt.date | None) -> None:
    """Where two dates come too soon after the birth, it is the date of birth that is not right."""
    if born is None:
        return
    early = []
    if work_began is not None and work_began < add_months(born, 12 * WORKING_AGE):
        early.append(("参加工作时间", work_began, WORKING_AGE))
    if joined is not None and joined < add_months(born, 12 * JOINING_AGE):
        early.append(("入党时间", joined, JOINING_AGE))
    if len(early) > 1:
        line.error(
            "出生日期",
            Code.OUT_OF_ORDER,
            _("born on %(born)s, and yet at work since %(work)s and a member since %(joined)s. Correct the date.")
            % {"born": born, "work": work_began, "joined": joined},
        )
    elif early:
        column, day, age = early[0]
        line.error(
            column,
            Code.OUT_OF_ORDER,
            _("%(date)s is before the age of %(age)s; born on %(born)s. Correct one of the two dates.")
            % {"date": day, "age": age, "born": born},
        )


def _judge_member(
    line: Line, affiliation: Affiliation, joined: dt.date | None, converted: dt.date | None, branch: str
) -> None:
    if not branch and line.has("党支部编码"):
        line.error("党支部编码", Code.MISSING, _("a member belongs to a branch. Write its code."))
    if joined is None and line.has("入党时间") and "入党时间" not in line.faulty:
        line.error("入党时间", Code.MISSING, _("a member joined on some day. Write the date."))
    if joined is not None and converted is not None and converted <= joined:
        line.error(
            "转正时间",
            Code.OUT_OF_ORDER,
            _("%(converted)s is not after %(joined)s, when the person joined. Correct one of the two dates.")
            % {"converted": converted, "joined": joined},
        )
    elif affiliation == Affiliation.PROBATIONARY_MEMBER and converted is not None:
        line.error(
            "转正时间",
            Code.BAD_VALUE,
            _("a probationary member has not been confirmed yet. Correct 政治面貌 or delete the date."),
        )
    if (
        affiliation == Affiliation.FULL_MEMBER
        and converted is None
        and line.has("转正时间")
        and "转正时间" not in line.faulty
    ):
        line.warn("转正时间", Code.MISSING, _("without it the person counts as a full member since joining."))


def _judge_other(line: Line, affiliation: Affiliation | None, joined: dt.date | None, branch: str) -> None:
    if joined is not None and affiliation not in _MAY_HAVE_JOINED_ANOTHER:
        line.error(
            "政治面貌",
            Code.BAD_VALUE,
            _("no member, and yet 入党时间 says %(joined)s. Correct 政治面貌 or delete the date.")
            % {"joined": joined},
        )
    elif branch and affiliation is not None:
        line.warn("党支部编码", Code.BAD_VALUE, _("not a member; the branch is not taken over."))
