"""Playbooks for tests: a branch that has lists, its playbook, and what another takes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.lists.actions import writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Article, Section
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.actions.publishing import Gathering, publish
from zhibu.apps.showcases.models import PlaybookEdition
from zhibu.apps.showcases.queries import gathered, known_people
from zhibu.domain.terms import Bearer, ListKind, Readership

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
LATER: dict[str, Any] = {"actor": OPERATOR, "at": AT + dt.timedelta(days=7)}
AFTER = DAY + dt.timedelta(days=7)

MEETING = "支部党员大会每季度必须召开1次，分两批开，夜班有一批。"
RECORD = "会议记录必须在5日内归档。"
LESSON = "每年讲一次党课。"
SIGNING = "代他人签到。"


def section(of: Organization, kind: ListKind = ListKind.RULES, title: str = "会议制度") -> Section:
    return writing.write_section(organization=of, kind=kind, title=title, **DONE)


def article(of: Section, text: str, *, since: dt.date = DAY, **facts: Any) -> Article:
    return writing.write_article(section=of, words=Words(text=text, **facts), since=since, **DONE).article


def practice(of: Organization) -> dict[str, Article]:
    """Two rules, a duty and a prohibition."""
    rules, duties = section(of), section(of, ListKind.DUTIES, "书记职责")
    prohibitions = section(of, ListKind.PROHIBITIONS, "组织生活")
    return {
        MEETING: article(rules, MEETING, source="条例第十条"),
        RECORD: article(rules, RECORD),
        LESSON: article(duties, LESSON, bearer=Bearer.SECRETARY),
        SIGNING: article(prohibitions, SIGNING, consequence="提醒谈话", ask="纪检委员"),
    }


def keys_of(organization: Organization, on: dt.date = DAY) -> list[str]:
    return [one.item.key for one in gathered(organization, known_people(), on) if not one.findings]


def published(
    organization: Organization,
    *,
    story: str = "",
    title: str = "倒班支部怎么开会",
    readership: Readership = Readership.HOUSE,
    done: dict[str, Any] = DONE,
) -> PlaybookEdition:
    keys = keys_of(organization, done["at"].date())
    gathering = Gathering(title=title, story=story, keys=keys, readership=readership)
    return publish(organization, gathering, **done)
