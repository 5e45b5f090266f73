"""The sessions of an announced meeting are set anew, all at once, with whom each is meant for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.convening import (
    BEFORE_ROLL,
    MAY_BE_REPEATED,
    Hours,
    announce,
    keep_day,
    mean_for,
    refuse_odd_hours,
    session_facts,
)
from zhibu.apps.meetings.actions.roll import lapse_marks
from zhibu.apps.meetings.actions.stages import locked, require
from zhibu.apps.meetings.actions.telling import tell_moved
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.domain.terms import MeetingStage


@dataclass(frozen=True, slots=True)
class Retimed:
    """A session that is kept at these hours, or a new one (``session`` ``None``). ``people`` empty: for everybody."""

    session: Session | None
    hours: Hours
    people: Collection[UUID] = ()


@transaction.atomic
def set_anew(meeting_id: UUID, wanted: Sequence[Retimed], *, actor: Actor, at: dt.datetime) -> list[Session]:
    """The sessions of an announced meeting are these from now on; only who has another time or place is told.

    Refused once one of them has begun. Returns the sessions in the order of ``wanted``.
    """
    meeting = locked(meeting_id)
    require(meeting, MeetingStage.ANNOUNCED)
    kept = {session.pk: session for session in meeting.sessions.all()}
    if any(session.opened_at is not None for session in kept.values()):
        raise OutOfOrder(_("“%(title)s” has begun and stays as it is.") % {"title": meeting.title})
    _hold_in(meeting, len(wanted))
    before = _own_times(meeting)
    named = {one.session.pk for one in wanted if one.session is not None}
    for key in kept.keys() - named:
        facts = session_facts(kept[key])
        kept[key].delete()
        record("session_removed", meeting.pk, actor=actor, at=at, document=facts)
    found = [_set(meeting, one, actor=actor, at=at) for one in wanted]
    keep_day(meeting, actor=actor, at=at)
    after = _own_times(meeting)
    moved = {person for person in before.keys() | after.keys() if before.get(person) != after.get(person)}
    tell_moved(meeting, moved, at=at)
    return found


@transaction.atomic
def give_times(meeting_id: UUID, wanted: Sequence[Retimed], *, actor: Actor, at: dt.datetime) -> list[Session]:
    """A meeting that waits for its time gets these sessions and is announced. Returns them in that order."""
    meeting = locked(meeting_id)
    require(meeting, *BEFORE_ROLL)
    _hold_in(meeting, len(wanted))
    meeting.sessions.all().delete()
    found = [_set(meeting, one, actor=actor, at=at) for one in wanted]
    keep_day(meeting, actor=actor, at=at)
    announce(meeting_id, actor=actor, at=at)
    return found


def _hold_in(meeting: Meeting, number: int) -> None:
    """What is held several times is held in turns; refused for what decides."""
    if number > 1 and meeting.word not in MAY_BE_REPEATED:
        raise MeetingRefusal(_("A meeting that decides takes place once, for all together. Only lessons repeat."))
    meeting.repeated = number > 1
    meeting.save(update_fields=["repeated"])


def _set(meeting: Meeting, one: Retimed, *, actor: Actor, at: dt.datetime) -> Session:
    hours = one.hours
    refuse_odd_hours(hours.starts_at, hours.ends_at)
    session = one.session or Session(meeting=meeting)
    is_new = one.session is None
    if not is_new and session.starts_at.date() != hours.starts_at.date():
        lapse_marks([session])
    is_other = (session.starts_at, session.ends_at, session.place) != (hours.starts_at, hours.ends_at, hours.place)
    session.starts_at, session.ends_at, session.place = hours.starts_at, hours.ends_at, hours.place
    if is_new or is_other:
        session.save()
        if is_new:
            record("session_set", meeting.pk, actor=actor, at=at, document=session_facts(session))
        else:
            record("session_changed", meeting.pk, actor=actor, at=at, document=session_facts(session))
    mean_for(session, one.people)
    return session


def _own_times(meeting: Meeting) -> dict[UUID, set[tuple[dt.datetime, dt.datetime, str]]]:
    """Of everybody on the roll when and where they are meant to come; all sessions where none is meant for them."""
    sessions = list(meeting.sessions.prefetch_related("turns"))
    own: dict[UUID, set[tuple[dt.datetime, dt.datetime, str]]] = defaultdict(set)
    for session in sessions:
        for turn in session.turns.all():
            own[turn.person_id].add((session.starts_at, session.ends_at, session.place))
    everything = {(session.starts_at, session.ends_at, session.place) for session in sessions}
    roll = meeting.roll.values_list("person_id", flat=True)
    return {person: own.get(person) or everything for person in roll}
