"""A session that was begun or closed by a slip of the finger: taken back, as long as nothing rests on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.stages import advance, locked, require
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import Attendance, Decision, Election, Meeting, Reading, Session, Task
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import MeetingStage


def here_at(session: Session) -> QuerySet[Attendance]:
    """Who is said to be there: what is lost where the session has not begun after all."""
    return Attendance.objects.filter(session=session, status__in=[Presence.PRESENT, Presence.OBSERVER])


@transaction.atomic
def take_back_begin(session: Session, *, actor: Actor, at: dt.datetime) -> None:
    """The session has not begun after all: nobody is there yet, who was noted as away stays so.

    Raises ``OutOfOrder`` unless it is open; ``MeetingRefusal`` where somebody has signed in, and where something
    was decided, taken on, reported or read at its meeting or another of the same afternoon.
    """
    meeting = locked(session.meeting_id)
    session.refresh_from_db()
    if not session.is_open:
        raise OutOfOrder(_("This session is not open."))
    here = here_at(session)
    if signed := here.exclude(nonce="").count():
        raise MeetingRefusal(
            _("%(number)s people have signed in by themselves, so it has begun. Close it once it is over.")
            % {"number": signed}
        )
    here.delete()
    session.opened_at, session.code_enabled = None, False
    session.save(update_fields=["opened_at", "code_enabled"])
    if not meeting.sessions.filter(opened_at__isnull=False).exists():
        together = _together(meeting, MeetingStage.OPEN)
        _refuse_begun(together)
        for one in together:
            advance(one, MeetingStage.ANNOUNCED)
    record("begin_taken_back", meeting.pk, actor=actor, at=at, document={"session": str(session.pk)})


@transaction.atomic
def take_back_close(session: Session, *, actor: Actor, at: dt.datetime) -> None:
    """The session goes on. Its code stays off until it is switched on again.

    Raises ``OutOfOrder`` where it is not closed, was entered after the event, or minutes of its meeting were handed
    over; ``MeetingRefusal`` where those of another meeting of the same afternoon were.
    """
    meeting = locked(session.meeting_id)
    session.refresh_from_db()
    if session.closed_at is None or meeting.late_reason:
        raise OutOfOrder(_("This session has not been closed."))
    require(meeting, MeetingStage.OPEN, MeetingStage.CLOSED)
    session.closed_at = None
    session.save(update_fields=["closed_at"])
    for one in _together(meeting, MeetingStage.CLOSED):
        advance(one, MeetingStage.OPEN)
        one.agenda.update(is_open=True)
    record("close_taken_back", meeting.pk, actor=actor, at=at, document={"session": str(session.pk)})


def _together(meeting: Meeting, stage: MeetingStage) -> list[Meeting]:
    """The meetings of its afternoon at this stage. Raises ``MeetingRefusal`` where another has its minutes done."""
    guests = list(meeting.guests.all())
    for guest in guests:
        if guest.at_stage in {MeetingStage.DRAFTED, MeetingStage.APPROVED, MeetingStage.FILED}:
            raise MeetingRefusal(
                _("The minutes of “%(title)s”, of the same afternoon, have been handed over. It stays closed.")
                % {"title": guest.title}
            )
    return [one for one in (meeting, *guests) if one.at_stage is stage]


def _refuse_begun(together: Iterable[Meeting]) -> None:
    for one in together:
        if (
            Decision.objects.filter(agenda_item__meeting=one).exists()
            or Election.objects.filter(agenda_item__meeting=one).exists()
            or Task.objects.filter(meeting=one).exists()
        ):
            raise MeetingRefusal(
                _("Votes or tasks of “%(title)s” are on record. Take them off its minutes first.")
                % {"title": one.title}
            )
        if Reading.objects.filter(meeting=one).exists() or Task.objects.filter(reported_at=one).exists():
            raise MeetingRefusal(
                _("Earlier minutes or tasks were dealt with at “%(title)s”: it has begun. Close it once it is over.")
                % {"title": one.title}
            )
