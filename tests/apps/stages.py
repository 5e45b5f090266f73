"""Meetings of the inspection branch at each of their stages, as tests of deeds make them."""

from __future__ import annotations

import datetime as dt

from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, late, roll
from zhibu.apps.meetings.queries import roll_of
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import MeetingKind

DONE = {"actor": OPERATOR, "at": AT}
STARTS = AT + dt.timedelta(hours=6)


def general_meeting(house, *, kind=MeetingKind.GENERAL_MEETING, **facts):
    return convening.draft(
        organization=house.inspection,
        kind=kind,
        title=facts.pop("title", "十一月支部党员大会"),
        made_by=None,
        agenda=["传达学习", "讨论发展党员"],
        convener=house.lin,
        chair=facts.pop("chair", house.lin),
        recorder=house.chen,
        **facts,
        **DONE,
    )


def with_session(meeting, *, starts_at=STARTS, hours=2, place="三楼会议室"):
    return convening.add_session(
        meeting.pk, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=hours), place=place, **DONE
    )


def announced(house, **facts):
    meeting = general_meeting(house, **facts)
    session = with_session(meeting)
    return convening.announce(meeting.pk, **DONE), session


def opened(house, **facts):
    meeting, session = announced(house, **facts)
    roll.open_session(session, **DONE)
    session.refresh_from_db()
    meeting.refresh_from_db()
    return meeting, session


def closed(house, **facts):
    meeting, session = opened(house, **facts)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    meeting.refresh_from_db()
    return meeting, session


def known_of(meeting):
    return {line.name: line.presence for line in roll_of(meeting) if line.presence is not Presence.EXPECTED}


def held(session, days):
    starts = AT - dt.timedelta(days=days)
    late.put_right(session, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), place="一楼", **DONE)
    session.refresh_from_db()


def entered_after(house, days=9, **facts):
    """Entered after the event, with everybody marked as present."""
    meeting = general_meeting(house, title="2026年11月支部党员大会", **facts)
    session = with_session(meeting, starts_at=AT - dt.timedelta(days=days))
    filing.enter_after(meeting, reason="无网络", **DONE)
    roll.mark_all_present(session, **DONE)
    meeting.refresh_from_db()
    return meeting, session
