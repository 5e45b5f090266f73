"""Meetings for any test: the inspection branch with enough voters, and a meeting of it at any stage."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests import world
from tests.world import AT, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, roll
from zhibu.apps.meetings.models import Meeting
from zhibu.domain.terms import MeetingKind

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}


def branch(more: int = 8) -> Bureau:
    """The small house, with so many more members in the first group of the inspection branch."""
    made = world.bureau()
    for number in range(more):
        world.member(f"党员{number}", made.inspection, group=made.first_group)
    return made


def announced(house: Bureau, kind: MeetingKind = MeetingKind.GENERAL_MEETING, **facts: Any) -> Meeting:
    """Convened by Lin, who chairs and records it, for this morning."""
    starts = facts.pop("starts", AT - dt.timedelta(hours=1))
    given = {
        "organization": house.inspection,
        "title": "",
        "hours": [convening.Hours(starts, starts + dt.timedelta(hours=2), "三楼会议室")],
        "agenda": ["讨论发展党员"],
        "audience": convening.default_audience(kind),
        "convener": house.lin,
        "chair": house.lin,
        "recorder": house.lin,
        "made_by": None,
    }
    return convening.convene(kind=kind, **given | facts, **DONE)


def closed(house: Bureau, kind: MeetingKind = MeetingKind.GENERAL_MEETING, **facts: Any) -> Meeting:
    """Everybody came, and it is over: its minutes are to be written."""
    meeting = announced(house, kind, **facts)
    session = meeting.sessions.get()
    roll.call_roll(session, **DONE)
    roll.close_session(session, **DONE)
    meeting.refresh_from_db()
    return meeting
