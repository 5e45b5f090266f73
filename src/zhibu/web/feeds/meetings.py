"""Calls that convene a meeting: draft it, give it sessions, announce it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from zhibu.apps.meetings.access import may_run, meetings_seen_by
from zhibu.apps.meetings.actions import convening
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.people.access import may_convene, organizations_seen_by, people_seen_by
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Audience, MeetingKind, MeetingStage
from zhibu.web.feeds.auth import ApiRequest
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless

router = Router(tags=["meetings"])

#: Control characters belong into no line of text; a database may refuse them.
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=ONE_LINE)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=ONE_LINE)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=ONE_LINE)]
StaffNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=ONE_LINE)]

#: Years a session may lie in: a slip such as 0202 or 20266 is told at once.
EARLIEST, LATEST = 1949, 2199


def _as_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(_("Write the instant as a text, such as 2026-11-23T15:00:00+08:00."))  # noqa: TRY004 - pydantic's
    return value


def _in_our_time(instant: dt.datetime) -> dt.datetime:
    if not EARLIEST <= instant.year <= LATEST:
        raise ValueError(_("The year is not between %(first)s and %(last)s.") % {"first": EARLIEST, "last": LATEST})
    return instant


Instant = Annotated[dt.datetime, BeforeValidator(_as_text), AfterValidator(_in_our_time)]


class NewItem(Schema):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]


#: More people than any roll has.
StaffNumbers = Annotated[list[StaffNumber], Field(max_length=5000)]


class NewMeeting(Schema):
    organization: Code = Field(description="the code of the organization that holds it")
    kind: MeetingKind
    title: Title
    audience: Literal["voters", "members", "staff"] | StaffNumbers | None = Field(
        None, description="who is expected; a list names people by staff number; left out: who such a meeting calls"
    )
    agenda: list[NewItem] = Field(default_factory=list, max_length=100)
    repeated: bool = Field(default=False, description="held in turns; lessons and theme days only")


class NewSession(Schema):
    starts_at: Instant = Field(description="without an offset: local time")
    ends_at: Instant = Field(description="may lie on the next day; at most 24 hours after the beginning")
    place: Place = ""


class Made(Schema):
    id: UUID


class SessionState(Schema):
    id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    opened_at: dt.datetime | None
    closed_at: dt.datetime | None


class MeetingState(Schema):
    id: UUID
    organization: str
    kind: MeetingKind
    title: str
    stage: MeetingStage
    held_on: dt.date | None
    agenda: list[str]
    sessions: list[SessionState]


def meeting_of(request: ApiRequest, meeting_id: UUID) -> Meeting:
    """The meeting, or 404 where it is not there or not visible."""
    return get_object_or_404(meetings_seen_by(request.asker).select_related("organization", "host"), pk=meeting_id)


def run_by(request: ApiRequest, meeting_id: UUID) -> Meeting:
    """The meeting, or 404 where it is not visible, 403 where it is another's to run."""
    meeting = meeting_of(request, meeting_id)
    forbid_unless(may_run(request.asker, meeting))
    return meeting


def state_of(session: Session) -> SessionState:
    return SessionState.from_orm(session)


@router.post("", response={201: Made}, url_name="meetings")
def draft_meeting(request: ApiRequest, facts: NewMeeting) -> Made:
    """Draft a meeting. The caller convenes, chairs and records it until others are named."""
    organization = (
        organizations_seen_by(request.asker).filter(code=facts.organization, dissolved__isnull=True).first()
    )
    if organization is None:
        raise Http404
    forbid_unless(may_convene(request.asker, organization))
    chosen = _people(request, facts.audience) if isinstance(facts.audience, list) else []
    meeting = convening.draft(
        organization=organization,
        kind=facts.kind,
        title=facts.title,
        audience=_audience(facts),
        chosen=chosen,
        agenda=[item.title for item in facts.agenda],
        repeated=facts.repeated,
        convener=request.auth.person,
        chair=request.auth.person,
        recorder=request.auth.person,
        made_by=request.auth,
        actor=request.auth.actor,
        at=clock.now(),
    )
    return Made(id=meeting.pk)


def _audience(facts: NewMeeting) -> Audience | None:
    if isinstance(facts.audience, list):
        return Audience.CHOSEN
    return Audience(facts.audience) if facts.audience is not None else None


def _people(request: ApiRequest, staff_numbers: list[str]) -> list[Person]:
    found = {
        person.staff_number: person for person in people_seen_by(request.asker).filter(staff_number__in=staff_numbers)
    }
    unknown = [number for number in staff_numbers if number not in found]
    if unknown:
        says = _("There is nobody with this staff number that you may see: %(number)s.") % {"number": unknown[0]}
        raise ValidationError([{"loc": ("body", "facts", "audience"), "msg": says, "type": "unknown"}])
    return list(found.values())


@router.get("/{uuid:meeting_id}", response=MeetingState, url_name="meeting")
def show_meeting(request: ApiRequest, meeting_id: UUID) -> MeetingState:
    """How far a meeting is, its agenda and its sessions."""
    meeting = meeting_of(request, meeting_id)
    return MeetingState(
        id=meeting.pk,
        organization=meeting.organization.code,
        kind=meeting.word,
        title=meeting.title,
        stage=meeting.at_stage,
        held_on=meeting.held_on,
        agenda=[item.title for item in meeting.agenda.all()],
        sessions=[state_of(session) for session in meeting.roll_of.sessions.all()],
    )


@router.post("/{uuid:meeting_id}/sessions", response={201: Made}, url_name="meeting_sessions")
def add_session(request: ApiRequest, meeting_id: UUID, facts: NewSession) -> Made:
    """Give the meeting a time and a place."""
    meeting = run_by(request, meeting_id)
    session = convening.add_session(
        meeting.pk,
        starts_at=_local(facts.starts_at),
        ends_at=_local(facts.ends_at),
        place=facts.place,
        actor=request.auth.actor,
        at=clock.now(),
    )
    return Made(id=session.pk)


def _local(instant: dt.datetime) -> dt.datetime:
    return make_aware(instant) if is_naive(instant) else instant


@router.post("/{uuid:meeting_id}/announce", response=MeetingState, url_name="meeting_announce")
def announce_meeting(request: ApiRequest, meeting_id: UUID) -> MeetingState:
    """Announce the meeting: its roll is frozen."""
    meeting = run_by(request, meeting_id)
    convening.announce(meeting.pk, actor=request.auth.actor, at=clock.now())
    return show_meeting(request, meeting_id)
