"""Honors of the house, of branches and of people, and who holds a pioneer post at the windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from zhibu.domain.terms import HonorKind
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import ROOT, WINDOW_UNIT
from zhibu.web.operator.demo.people import Person
from zhibu.web.operator.demo.windows import Place

SUPPORT, SUPPORT_YEAR = "援外抗疫", 2015
#: Where the eight come from who had it; one of each has been at work for long enough whatever the served date.
SUPPORTERS = ("GZ-101", "GZ-108", "GZ-116", "GZ-203", "GZ-302", "GZ-305", "GZ-311", "GZ-402")

OF_ORGANIZATIONS = (
    (ROOT, "全国文明单位", 2015, "上级文明委（虚构）", "窗口服务和口岸把关"),
    (WINDOW_UNIT, "文明服务窗口", 2014, "港洲市（虚构）", "“一次办好”窗口改造"),
    ("GZ-207", "先进基层党组织", 2013, "港洲检验检疫局", "通宵班错时学习"),
)

CRITERIA = """正式党员，在本岗位工作满一年
本岗位责任清单逐项做到，有记录可查
愿意把怎么做写成承诺，贴在岗位上"""

#: Days before today on which each begins, days that it lasts, and what is committed to.
PIONEERS = (
    (500, 365, "材料一次说清，不让人跑第二趟\n下班铃响时在办的业务办完再走"),
    (120, 365, "通宵时段每两小时巡一次自助区\n新同事的第一个月，坐在旁边"),
    (60, 365, "每周写一条容易办错的事，讲给来办事的人"),
)


def honors(days: Days, people: Mapping[str, Sequence[Person]]) -> Iterator[Deed]:
    for code, title, year, conferred_by, reason in OF_ORGANIZATIONS:
        yield deeds.BestowOnOrganization(
            on=days.start, code=code, title=title, year=year, conferred_by=conferred_by, reason=reason
        )
    for unit in SUPPORTERS:
        members = [person for person in people[unit] if person.is_settled]
        honored = max(members, key=lambda person: person.service)
        yield deeds.Bestow(
            on=days.start,
            number=honored.number,
            title=SUPPORT,
            year=SUPPORT_YEAR,
            kind=HonorKind.SUPPORT,
            reason="随援外医疗队工作",
        )


def pioneers(days: Days, seated: Sequence[Place]) -> Iterator[Deed]:
    yield deeds.WriteCriteria(on=days.start, code=ROOT, text=CRITERIA)
    stayed = [place for place in seated if place.person.is_settled and len(place.person.work) == 1]
    for place, (ago, lasts, commitments) in zip(stayed, PIONEERS, strict=False):
        since = workday(days.today - dt.timedelta(days=ago))
        yield deeds.NamePioneer(
            on=since,
            number=place.person.number,
            code=WINDOW_UNIT,
            place=place.post.name,
            since=since,
            until=since + dt.timedelta(days=lasts),
            commitments=commitments,
        )
