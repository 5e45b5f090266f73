"""Calls around a session: open and close it, its code, signing in, its roll."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints, model_validator

from zhibu.apps.meetings.access import may_run, may_see_meeting, may_see_reasons, meetings_seen_by
from zhibu.apps.meetings.actions import roll, sign_in
from zhibu.apps.meetings.errors import CodeUnknown, MeetingRefusal, NotOnRoll
from zhibu.apps.meetings.models import RollEntry, Session
from zhibu.apps.meetings.queries import count_of, quorum_of, roll_of
from zhibu.apps.people.access import may_oversee
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason
from zhibu.web.feeds.auth import WRONG_CODES, ApiRequest
from zhibu.web.feeds.meetings import ONE_LINE, SessionState, state_of
from zhibu.web.feeds.problems import may_also_answer
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless

router = Router(tags=["sessions"])


class Switch(Schema):
    enabled: bool


class RoomCode(Schema):
    code: str
    short: str = Field(description="six digits that may be spoken")
    expires_at: dt.datetime


class SigningIn(Schema):
    """A code from the room or the ticket that a scan left, and a nonce of the caller's, the same for each retry."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None
    ticket: Annotated[str, StringConstraints(max_length=300)] | None = None
    nonce: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=ONE_LINE)]

    @model_validator(mode="after")
    def has_one(self) -> SigningIn:
        if (self.code is None) == (self.ticket is None):
            raise ValueError("give either a code or a ticket")
        return self


class SignedIn(Schema):
    status: Literal["signed_in", "already"]
    recorded_at: dt.datetime


class QuorumState(Schema):
    needed: int | None = Field(description="null where none is required, or no rule is known for the day")
    met: bool


class RollLine(Schema):
    staff_number: str
    status: Presence
    reason: AbsenceReason | None
    recorded_at: dt.datetime | None


class Roll(Schema):
    expected: int
    present: int
    voters: int
    voters_present: int
    quorum: QuorumState
    people: list[RollLine]


def _seen(request: ApiRequest, session_id: UUID) -> Session:
    return get_object_or_404(
        Session.objects.select_related("meeting__organization").filter(meeting__in=meetings_seen_by(request.asker)),
        pk=session_id,
    )


def _run(request: ApiRequest, session_id: UUID) -> Session:
    session = _seen(request, session_id)
    forbid_unless(may_run(request.asker, session.meeting))
    return session


@router.post("/{uuid:session_id}/open", response=SessionState, url_name="session_open")
def open_session(request: ApiRequest, session_id: UUID) -> SessionState:
    """The session begins; after the announcement and once. With its first session the meeting is open."""
    session = _run(request, session_id)
    roll.open_session(session, actor=request.auth.actor, at=clock.now())
    return state_of(session)


@router.post("/{uuid:session_id}/close", response=SessionState, url_name="session_close")
def close_session(request: ApiRequest, session_id: UUID) -> SessionState:
    """The session is over; after the last one the meeting is. Signing in by code is switched off with it."""
    session = _run(request, session_id)
    roll.close_session(session, actor=request.auth.actor, at=clock.now())
    return state_of(session)


@router.post("/{uuid:session_id}/code", response=Switch, url_name="session_code")
def switch_code(request: ApiRequest, session_id: UUID, switch: Switch) -> Switch:
    """Switch signing in by code on or off. It is off until somebody who runs the meeting switches it on."""
    session = _run(request, session_id)
    sign_in.switch_code(session, enabled=switch.enabled, actor=request.auth.actor, at=clock.now())
    return switch


@router.get(
    "/{uuid:session_id}/code",
    response=RoomCode,
    openapi_extra=may_also_answer(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def show_code(request: ApiRequest, session_id: UUID) -> RoomCode:
    """What the room shows now, to those who run the meeting; 409 while the session or signing in by code is off."""
    code = sign_in.current_code(_run(request, session_id), clock.now())
    return RoomCode(code=code.long, short=code.short, expires_at=code.expires_at)


@router.post(
    "/{uuid:session_id}/sign-in",
    response=SignedIn,
    url_name="session_sign_in",
    openapi_extra=may_also_answer(HTTPStatus.GONE),
)
def sign_in_here(request: ApiRequest, session_id: UUID, asked: SigningIn) -> SignedIn:
    """Sign in. The same nonce gets its first answer again, even when the code has grown old since.

    404 without a valid code or ticket to those who may not see the session, 403 to who is not on its roll, 400 for a
    wrong code, 410 for one that was right and has turned since, 409 while the session or signing in by code is off.
    """
    at, account = clock.now(), str(request.auth.pk)
    WRONG_CODES.refuse_further(account, at)
    try:
        return _signed_in(request, session_id, asked, at)
    except (CodeUnknown, Http404):
        WRONG_CODES.count(account, at)
        raise


def _signed_in(request: ApiRequest, session_id: UUID, asked: SigningIn, at: dt.datetime) -> SignedIn:
    """A good code is looked up no further: ``sign_in`` itself asks the roll, and knows of earlier answers."""
    session = get_object_or_404(Session, pk=session_id)
    person = request.auth.person_id
    try:
        _check(request, session, asked, at)
    except MeetingRefusal as refusal:
        if person is not None and (answer := sign_in.earlier_answer(session, person, asked.nonce)):
            return _told(answer)
        _turn_strangers_away(request, session, refusal)
        raise
    if person is None:
        raise _not_on_roll()
    return _told(sign_in.sign_in(session=session, person=person, nonce=asked.nonce, actor=request.auth.actor, at=at))


def _told(answer: sign_in.SignedIn) -> SignedIn:
    return SignedIn(status="already" if answer.already else "signed_in", recorded_at=answer.recorded_at)


def _check(request: ApiRequest, session: Session, asked: SigningIn, at: dt.datetime) -> None:
    if asked.ticket is not None:
        browser = request.COOKIES.get(sign_in.BROWSER_COOKIE, "")
        sign_in.check_ticket(session, asked.ticket, browser=browser, at=at)
    else:
        sign_in.check_code(session, asked.code or "", at)


def _turn_strangers_away(request: ApiRequest, session: Session, refusal: MeetingRefusal) -> None:
    """Who is not on the roll and has no good code: 403 where they see the meeting anyway, else as if not there."""
    person = request.auth.person_id
    if person is not None and RollEntry.objects.filter(meeting=session.meeting_id, person=person).exists():
        return
    if not may_see_meeting(request.asker, session.meeting):
        raise Http404 from refusal
    raise _not_on_roll()


def _not_on_roll() -> NotOnRoll:
    return NotOnRoll(_("You are not on the roll of this meeting. Ask the recorder."))


@router.get(
    "/{uuid:session_id}/roll",
    response=Roll,
    url_name="session_roll",
    openapi_extra=may_also_answer(HTTPStatus.FORBIDDEN),
)
def show_roll(request: ApiRequest, session_id: UUID) -> Roll:
    """Who is here, to those who run the meeting and those who oversee it. Reasons are shown to the first only."""
    session = _seen(request, session_id)
    meeting = session.meeting
    forbid_unless(may_run(request.asker, meeting) or may_oversee(request.asker, meeting.organization))
    lines = roll_of(meeting, session)
    count = count_of(lines)
    quorum = quorum_of(meeting, count)
    reasons = may_see_reasons(request.asker, meeting)
    return Roll(
        expected=count.expected,
        present=count.present,
        voters=count.voters,
        voters_present=count.voters_present,
        quorum=QuorumState(needed=quorum.needed, met=quorum.is_met),
        people=[
            RollLine(
                staff_number=line.staff_number,
                status=line.presence,
                reason=line.reason if reasons else None,
                recorded_at=line.recorded_at,
            )
            for line in lines
        ],
    )
