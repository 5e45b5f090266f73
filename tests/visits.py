"""Visits for tests: a demonstration branch of the small house, and a day on which others come to see it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from tests.playbooks import practice, published
from tests.world import AT, DAY, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.actions.marking import mark
from zhibu.apps.showcases.models import Playbook
from zhibu.apps.visits.actions import calling
from zhibu.apps.visits.actions.calling import Plan
from zhibu.apps.visits.models import Visit
from zhibu.domain.visits import Stop, Turn

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
#: The day of the visit, two weeks after ``DAY``; deeds of the day before, of that day and of later ones.
HELD = DAY + dt.timedelta(days=14)


def done(days: int) -> dict[str, Any]:
    """A deed so many days after the day of the visit."""
    return {"actor": OPERATOR, "at": AT + dt.timedelta(days=14 + days)}


MORNING, AFTERNOON = Turn(dt.time(9), dt.time(11), 1), Turn(dt.time(14), dt.time(16), 2)
STOPS = (
    Stop(dt.time(9), dt.time(9, 40), "综合服务大厅", "倒班支部怎么开会"),
    Stop(dt.time(9, 50), dt.time(11), "二楼会议室", "介绍经验，讨论党务与业务如何结合"),
)


def demonstration(house: Bureau) -> Playbook:
    """The playbook of the inspection branch, held up by the committee above it for two years."""
    practice(house.inspection)
    edition = published(house.inspection)
    mark(edition.playbook, house.office, reasons="倒班的支部也开得好。", until=DAY + dt.timedelta(days=700), **DONE)
    return edition.playbook


def plan(house: Bureau, **other: Any) -> Plan:
    said = Plan(
        title="检务支部现场推进会",
        text="看一看，问一问。",
        day=HELD,
        place="一楼大厅",
        answer_until=HELD - dt.timedelta(days=3),
        stops=STOPS,
        turns=(MORNING, AFTERNOON),
        invited=(f"leaders:{house.office.code}", f"secretaries:{house.root.code}"),
    )
    return replace(said, **other)


def drafted(house: Bureau, caller: Organization | None = None, **other: Any) -> Visit:
    return calling.draft_visit(demonstration(house), caller or house.office, plan(house, **other), **DONE)


def announced(house: Bureau, **other: Any) -> Visit:
    """Fang, of the committee, and Qiu, secretary of a branch elsewhere, are invited."""
    visit = drafted(house, **other)
    calling.announce_visit(visit, **DONE)
    visit.refresh_from_db()
    return visit


def turn(visit: Visit, said: Turn = AFTERNOON) -> Any:
    return visit.turns.get(starts=said.starts).pk
