"""A campaign in the small house, at any stage: the committee opens it, with one part that asks for a theme day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.world import AT, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.learning.actions.campaigns import Said, draft, open_campaign
from zhibu.apps.learning.actions.parts import Asked, add_part
from zhibu.apps.learning.models import Campaign, Part
from zhibu.apps.organizations.models import Organization
from zhibu.domain.terms import MeetingKind

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
SINCE, LAST = dt.date(2026, 9, 1), dt.date(2026, 12, 31)
TITLE = "“两学一做”学习教育"


def said(**facts: Any) -> Said:
    given: dict[str, Any] = {
        "title": TITLE,
        "text": "学党章党规，学系列讲话，做合格党员。",
        "since": SINCE,
        "issuer": "中共中央办公厅",
        "document": "关于在全体党员中开展学习教育的方案",
    }
    return Said(**given | facts)


def drafted(house: Bureau, office: Organization | None = None, **facts: Any) -> Campaign:
    return draft(office=office or house.office, by=house.fang, said=said(**facts), **DONE)


def opened(house: Bureau, office: Organization | None = None, **facts: Any) -> Campaign:
    return open_campaign(drafted(house, office, **facts), **DONE)


def asked(title: str = "开展一次主题党日", **facts: Any) -> Asked:
    given: dict[str, Any] = {"first": SINCE, "last": LAST, "kind": MeetingKind.THEME_DAY}
    return Asked(title, **given | facts)


def part(campaign: Campaign, house: Bureau, of: Organization | None = None, title: str = "", **facts: Any) -> Part:
    """Prescribed by the committee unless another organization is given."""
    what = asked(title or "开展一次主题党日", **facts)
    return add_part(campaign, of or house.office, by=house.fang, asked=what, **DONE)
