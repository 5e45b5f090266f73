"""A meeting entered after the event (补录) with a wrong day or hour: put right until it is filed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.convening import keep_day, refuse_odd_hours, session_facts, usual_title
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.roll import freeze_for_another_day, refuse_chair_off_roll, refuse_settled
from zhibu.apps.meetings.actions.stages import locked, require
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import Decision, Election, Meeting, Session
from zhibu.apps.meetings.queries import count_of, election_rule_of, roll_of, rule_of
from zhibu.domain.requirements import Decision as DecisionKind
from zhibu.domain.terms import MeetingStage

#: While these last, when it took place may be put right.
STILL_SET = (MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED)


@transaction.atomic
def put_right(
    session: Session, *, starts_at: dt.datetime, ends_at: dt.datetime, place: str, actor: Actor, at: dt.datetime
) -> None:
    """It took place at another time than was entered. On another day the roll is that of the day.

    Minutes that were handed over are approved anew. Raises ``OutOfOrder``; ``MeetingRefusal`` for a time to come,
    where the chair is not on the roll of that day, and where votes were counted that it would judge otherwise.
    """
    meeting = locked(session.meeting_id)
    require(meeting, *STILL_SET)
    if not meeting.late_reason:
        raise OutOfOrder(_("The hours of a meeting that was held here stay as they were."))
    refuse_settled(meeting, MeetingStage.FILED)
    refuse_odd_hours(starts_at, ends_at)
    if ends_at > at:
        raise MeetingRefusal(_("It has not ended yet at that time. Only what took place is entered afterwards."))
    session.starts_at, session.ends_at, session.place = starts_at, ends_at, place
    session.opened_at, session.closed_at = starts_at, ends_at
    session.save(update_fields=["starts_at", "ends_at", "place", "opened_at", "closed_at"])
    _move_day(meeting, actor=actor, at=at)
    for one in (meeting, *meeting.guests.all()):
        reopen_for_change(one, actor=actor, at=at)
    record("session_changed", meeting.pk, actor=actor, at=at, document=session_facts(session))


def _move_day(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    before, bases = meeting.held_on, _bases(meeting)
    keep_day(meeting, actor=actor, at=at)
    if before is None or meeting.held_on == before:
        return
    freeze_for_another_day(meeting, before)
    is_same_roll = _bases(meeting) == bases
    for one in (meeting, *meeting.guests.all()):
        refuse_chair_off_roll(one, one.chair)
        _refuse_other_votes(one, is_same_roll=is_same_roll)
        if one.title == usual_title(one.word, before):
            one.title = usual_title(one.word, one.held_on)
            one.save(update_fields=["title"])


def _bases(meeting: Meeting) -> tuple[int, int]:
    count = count_of(roll_of(meeting))
    return count.voters, count.voters_present


def _refuse_other_votes(meeting: Meeting, *, is_same_roll: bool) -> None:
    """Votes stand where roll and rule of the other day are the same."""
    votes = Decision.objects.filter(agenda_item__meeting=meeting)
    elections = Election.objects.filter(agenda_item__meeting=meeting)
    judged = [(vote.rule, rule_of(meeting, DecisionKind(vote.kind))) for vote in votes]
    judged += [(election.rule, election_rule_of(meeting)) for election in elections]
    if any(not is_same_roll or was != (rule.id if rule else "") for was, rule in judged):
        raise MeetingRefusal(
            _("For that day another roll or rule judges the votes of “%(title)s”. Withdraw them, then vote anew.")
            % {"title": meeting.title}
        )
