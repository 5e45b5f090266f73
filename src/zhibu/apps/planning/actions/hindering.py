"""Somebody says that they can not come on the day of a session; then it is planned around that."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.models import Session
from zhibu.apps.people.models import Person
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Hindered


@transaction.atomic
def say_hindered(person: Person, session: Session, *, reason: str, actor: Actor, at: dt.datetime) -> Hindered:
    """They attend nothing that is planned on that day. The reason is read by whoever plans; it may be short.

    Refused once the session has begun, and without a reason.
    """
    said = reason.strip()
    if not said:
        raise PlanningRefusal(_("Say why, in a few words: whoever plans reads it, nobody else."))
    if session.starts_at <= at:
        raise PlanningRefusal(_("This session has begun. Ask the recorder to note it."))
    day = localtime(session.starts_at).date()
    row, is_new = Hindered.objects.get_or_create(
        person=person,
        day=day,
        taken_back_at=None,
        defaults={
            "session": session,
            "organization": session.meeting.organization,
            "reason": said[:120],
            "said_at": at,
        },
    )
    if is_new:
        record("hindrance_said", person.pk, actor=actor, at=at, document={"day": day.isoformat()})
    return row


@transaction.atomic
def take_back(row: Hindered, *, actor: Actor, at: dt.datetime) -> None:
    """They can come after all."""
    row.taken_back_at = at
    row.save(update_fields=["taken_back_at"])
    record("hindrance_taken_back", row.person_id, actor=actor, at=at, document={"day": row.day.isoformat()})
