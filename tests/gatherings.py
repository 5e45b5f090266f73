"""Meetings of the small bureau for tests of several floors: announced, opened, filed, one call each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tests.world import AT, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, minutes, roll, sign_in
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason, MeetingKind

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
_NOBODY: Mapping[Person, AbsenceReason] = {}
#: This afternoon at half past three.
STARTS = AT + dt.timedelta(hours=6)


def announced(
    house: Bureau,
    *starts: dt.datetime,
    title: str = "十一月支部党员大会",
    kind: MeetingKind = MeetingKind.GENERAL_MEETING,
    place: str = "三楼会议室",
    **facts: Any,
) -> Meeting:
    """A meeting of the inspection branch with a session of two hours at each of ``starts``; Lin runs it."""
    meeting = convening.draft(
        organization=facts.pop("organization", house.inspection),
        kind=kind,
        title=title,
        made_by=None,
        agenda=["传达学习", "讨论发展党员"],
        convener=house.lin,
        chair=house.lin,
        recorder=house.lin,
        repeated=len(starts) > 1,
        **facts,
        **DONE,
    )
    for begins in starts or (STARTS,):
        ends = begins + dt.timedelta(hours=2)
        convening.add_session(meeting.pk, starts_at=begins, ends_at=ends, place=place, **DONE)
    return convening.announce(meeting.pk, **DONE)


def opened(house: Bureau, *, codes: bool = True, **facts: Any) -> Session:
    """The session of a meeting that is open; ``codes``: signing in by code is on."""
    session = announced(house, **facts).sessions.get()
    roll.open_session(session, **DONE)
    if codes:
        sign_in.switch_code(session, enabled=True, **DONE)
    session.refresh_from_db()
    return session


def file_session(session: Session, *, chair: Person, absent: Mapping[Person, AbsenceReason] = _NOBODY) -> None:
    """Everybody but the absent was there; the record is written, approved by the chair and filed."""
    if session.opened_at is None:
        roll.open_session(session, **DONE)
    for person, reason in absent.items():
        roll.mark(session, [person], status=Presence.ABSENT, reason=reason, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    meeting = Meeting.objects.get(pk=session.meeting_id)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, chair, **DONE)
    filing.file_meeting(meeting, **DONE)


def shift(code: str = "夜", *, starts: int = 20, hours: int = 12) -> Shift:
    """A shift of so many hours; the night shift ends on the next morning."""
    ends = (starts + hours) % 24
    made, _made = Shift.objects.get_or_create(
        code=code,
        defaults={
            "name": f"{code}班",
            "starts": dt.time(starts),
            "ends": dt.time(ends),
            "ends_next_day": starts + hours >= 24,
        },
    )
    return made


def works(person: Person, day: dt.date, on: Shift) -> None:
    RosterDay.objects.create(person=person, day=day, shift=on)
