"""Who is on a roll is told once: that they are called, that something changed, that nobody has to come.

Only of what is still ahead: a meeting that is entered after the event calls nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.domain.minutes import Gathering
from zhibu.domain.stages import AHEAD
from zhibu.domain.terms import MeetingStage, Occasion

#: So many sessions of a lesson held in turns stand in the notice; the page shows all.
MOST_SESSIONS = 3


def about(meeting: Meeting) -> str:
    return f"meeting:{meeting.pk}"


def tell_called(meeting: Meeting, people: Collection[UUID], *, at: dt.datetime) -> None:
    """Whoever calls the meeting knows of it; so does everybody where it shares an afternoon already called.

    Whoever is meant for some of its sessions hears of these alone.
    """
    ahead = _ahead(meeting, at) if meeting.host_id is None else []
    if not ahead:
        return
    for sessions, those in _by_turns(ahead, set(people) - {meeting.convener_id}):
        with override(settings.LANGUAGE_CODE):
            message = Message(
                Occasion.CALLED,
                about(meeting),
                _("You are called: %(title)s") % {"title": meeting.title},
                _when_and_where(meeting, sessions),
                _last_day(sessions),
            )
        tell(those, message, key=f"called:{meeting.pk}:{meeting.announced_at}", at=at)


def _by_turns(ahead: Sequence[Session], people: set[UUID]) -> list[tuple[list[Session], set[UUID]]]:
    """The people by the sessions that are theirs: those they are meant for, or all where they are meant for none."""
    own: dict[UUID, list[Session]] = {}
    for session in ahead:
        for person in session.turns.values_list("person_id", flat=True):
            own.setdefault(person, []).append(session)
    grouped: dict[tuple[UUID, ...], tuple[list[Session], set[UUID]]] = {}
    for person in people:
        sessions = own.get(person, list(ahead))
        grouped.setdefault(tuple(one.pk for one in sessions), (sessions, set()))[1].add(person)
    return list(grouped.values())


def tell_moved(meeting: Meeting, moved: Collection[UUID], *, at: dt.datetime) -> None:
    """These people have another time or place at a meeting that stays announced; each hears of their own."""
    ahead = _ahead(meeting, at)
    for sessions, those in _by_turns(ahead, set(moved) & _listed(meeting)) if ahead else ():
        with override(settings.LANGUAGE_CODE):
            message = Message(
                Occasion.CHANGED,
                about(meeting),
                _("Changed: %(title)s") % {"title": meeting.title},
                _("Now: %(when)s") % {"when": _when_and_where(meeting, sessions)},
                _last_day(sessions),
            )
        tell(those, message, key=f"changed:{meeting.pk}:{at.isoformat()}", at=at)


def tell_changed(meeting: Meeting, *, at: dt.datetime, has_lapsed: bool = False) -> None:
    """The sessions of an announced meeting are others now. ``has_lapsed``: so is the day, and leave was asked."""
    if meeting.at_stage not in AHEAD:
        return
    ahead = _ahead(meeting, at)
    if not ahead:
        return
    with override(settings.LANGUAGE_CODE):
        text = _("Now: %(when)s") % {"when": _when_and_where(meeting, ahead)}
        if has_lapsed:
            text += " · " + _("Leave asked for the other day no longer counts; ask anew if you need it.")
        message = Message(
            Occasion.CHANGED,
            about(meeting),
            _("Changed: %(title)s") % {"title": meeting.title},
            text,
            _last_day(ahead),
        )
    tell(_listed(meeting), message, key=f"changed:{meeting.pk}:{at.isoformat()}", at=at)


def tell_turn_off(meeting: Meeting, turn: Session, reason: str, *, at: dt.datetime) -> None:
    """One of the turns of a lesson that has begun does not take place; those that are still to come are named."""
    if turn.ends_at <= at:
        return
    others = [session for session in _ahead(meeting, at) if session.pk != turn.pk]
    with override(settings.LANGUAGE_CODE):
        text = _when_and_where(meeting, [turn]) + " · " + reason
        if others:
            text += " · " + _("Still to come: %(when)s") % {"when": _when_and_where(meeting, others)}
        message = Message(
            Occasion.OFF,
            about(meeting),
            _("One time less: %(title)s") % {"title": meeting.title},
            text,
            _last_day([turn, *others]),
        )
    tell(_listed(meeting), message, key=f"turn-off:{turn.pk}", at=at)


def tell_off(meeting: Meeting, *, at: dt.datetime, others: Sequence[Meeting] = ()) -> None:
    """Postponed, or not held; ``others`` are those of the same afternoon that take place all the same."""
    ahead = _ahead(meeting, at)
    if not ahead:
        return
    with override(settings.LANGUAGE_CODE):
        off = _("Postponed: %(title)s") if meeting.at_stage is MeetingStage.POSTPONED else _("Not held: %(title)s")
        text = _when_and_where(meeting, ahead) + " · " + meeting.reason
        if others:
            text += " · " + _("Come all the same, to: %(titles)s") % {
                "titles": "、".join(one.title for one in others)
            }
        message = Message(Occasion.OFF, about(meeting), off % {"title": meeting.title}, text, _last_day(ahead))
    tell(_listed(meeting), message, key=f"off:{meeting.pk}:{at.isoformat()}", at=at)


def _listed(meeting: Meeting) -> set[UUID]:
    people = set(meeting.roll_of.roll.values_list("person_id", flat=True))
    return people - {meeting.convener_id} if meeting.convener_id else people


def _ahead(meeting: Meeting, at: dt.datetime) -> list[Session]:
    return [session for session in meeting.roll_of.sessions.all() if session.ends_at > at]


def _last_day(ahead: Sequence[Session]) -> dt.date:
    return max(localtime(session.ends_at).date() for session in ahead)


def _when_and_where(meeting: Meeting, ahead: Sequence[Session]) -> str:
    said = [
        " ".join(filter(None, (str(Gathering(localtime(one.starts_at), localtime(one.ends_at))), one.place)))
        for one in ahead[:MOST_SESSIONS]
    ]
    if len(ahead) > MOST_SESSIONS:
        said.append(_("and %(number)s more times") % {"number": len(ahead) - MOST_SESSIONS})
    return f"{meeting.organization.name} · " + "；".join(said)
