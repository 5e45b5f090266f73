"""A study pack of the demo's committee: one branch took it in and called the lesson, another has it still to take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zhibu.apps.learning.actions.packs import pack_of_unit, take_in
from zhibu.apps.learning.models import Unit
from zhibu.apps.meetings.actions import convening
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.documents import packs
from zhibu.documents.packs import PackFile
from zhibu.web.operator.demo.days import Days, workdays_later
from zhibu.web.operator.demo.deeds import Hours, MeetingDeed
from zhibu.web.operator.demo.folder import STUDY_PACK
from zhibu.web.operator.demo.learning import CHECK
from zhibu.web.shell.signing import Signed

#: Whose branch has taken it in; the branch at the windows has not yet.
TAKER = "GZ-104"

_TITLE = "党课：守好签字盖章这道关"
_CONVEYED = "局机关党委下发本课：签字盖章代表国家行使职权，出证前逐项核对，不合规定的不签、不盖。"
_AGENDA = ("学习出证管理规定", "观看微课《出证前的三看》", "结合岗位讨论：怎样做到不漏看、不代签")
_OUTLINE = """讲课提纲

一、为什么要三看：证书出了错，企业在口岸外多等一天。
二、怎样三看：抬头、数量、日期。
三、讨论：忙的时候最容易漏看哪一项？夜班一个人怎样复核？
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePack(MeetingDeed):
    """``by`` takes the pack in, chairs and teaches the lesson that it becomes, and calls it."""

    organization: str
    hours: Hours


def study_packs(days: Days, by: str) -> Iterator[MeetingDeed]:
    """``by``: who keeps the branch that takes it in."""
    held = dt.datetime.combine(workdays_later(days.today, 3), dt.time(15))
    yield TakePack(
        on=workdays_later(days.last, -2),
        time=dt.time(11, 20),
        by=by,
        meeting=_TITLE,
        organization=TAKER,
        hours=Hours(held, held + dt.timedelta(hours=1), "六楼会议室"),
    )


def study_pack() -> bytes:
    """What the committee hands out: made of its unit, with a lesson around it."""
    unit = Unit.objects.select_related("organization").get(title=CHECK)
    pack = replace(
        packs.read(pack_of_unit(unit)),
        title=_TITLE,
        conveyed=_CONVEYED,
        agenda=_AGENDA,
        papers=(PackFile("讲课提纲.txt", _OUTLINE.encode()),),
    )
    return packs.write(pack)


def hand_out(folder: Path) -> None:
    """The pack lies in the folder of the demo, for whoever takes it in for another branch."""
    (folder / STUDY_PACK).write_bytes(study_pack())


def take_pack(
    organization: Organization, hours: convening.Hours, *, by: Person, account: Account, done: Signed
) -> None:
    lesson = take_in(organization, study_pack(), by=by, account=account, **done).meeting
    convening.set_people(lesson.pk, convener=by, chair=by, recorder=by, lecturer=by, **done)
    convening.add_session(lesson.pk, starts_at=hours.starts_at, ends_at=hours.ends_at, place=hours.place, **done)
    convening.announce(lesson.pk, **done)
