"""A record is filed and stays. What comes after stands beside it: corrections, a superior's comments."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.indexing import index_record
from zhibu.apps.meetings.actions.minutes import approve_held, hand_over_held, reopen_for_change
from zhibu.apps.meetings.actions.roll import freeze, refuse_chair_off_roll, settle_agenda
from zhibu.apps.meetings.actions.stages import VOTABLE, advance, locked, require
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import Comment, Correction, Filing, Meeting, Reading
from zhibu.apps.meetings.queries import count_of, roll_of
from zhibu.apps.meetings.records import has_election, record_as_held
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import MeetingStage


@transaction.atomic
def enter_after(meeting: Meeting, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """A meeting that took place is entered after the event (补录): the roll is that of its day, the reason stays.

    When it happened is what the sessions say; when it was recorded is the clock's reading. Refused for a day to
    come.
    """
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.DRAFT)
    sessions = list(meeting.roll_of.sessions.all())
    if not sessions or any(session.ends_at > at for session in sessions):
        raise MeetingRefusal(_("Set when and where it took place; this is for meetings that are over."))
    if not reason.strip():
        raise MeetingRefusal(_("Say in a few words why it is entered afterwards; the record keeps it."))
    if meeting.host_id is None:
        freeze(meeting)
        for session in sessions:
            session.opened_at, session.closed_at = session.starts_at, session.ends_at
            session.save(update_fields=["opened_at", "closed_at"])
    refuse_chair_off_roll(meeting, meeting.chair)
    meeting.late_reason = reason.strip()[:300]
    advance(meeting, MeetingStage.CLOSED, "late_reason")
    settle_agenda(meeting)
    record("meeting_entered_after", meeting.pk, actor=actor, at=at, document={"reason": meeting.late_reason})


@transaction.atomic
def file_meeting(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> Filing:
    """Seal the approved record. From now on nothing in it changes; a correction may stand beside it."""
    return _file_held(locked(meeting.pk), actor=actor, at=at)


def _file_held(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> Filing:
    require(meeting, MeetingStage.APPROVED)
    lines = roll_of(meeting)
    assert meeting.held_on is not None
    meeting.filed_at = at
    advance(meeting, MeetingStage.FILED, "filed_at")
    sessions = list(meeting.roll_of.sessions.all())
    count, document = count_of(lines), record_as_held(meeting, lines, sessions)
    event = record(
        "meeting_filed",
        meeting.pk,
        actor=actor,
        at=at,
        event_at=localtime(sessions[-1].starts_at) if sessions else at,
        document=document,
    )
    assert event.document_sha256 is not None
    filing = Filing.objects.create(
        meeting=meeting,
        event=event,
        document_id=event.document_sha256,
        filed_at=at,
        voters=count.voters,
        voters_present=count.voters_present,
        has_election=has_election(document),
    )
    index_record(filing, document)
    return filing


@transaction.atomic
def finish(meeting: Meeting, person: Person, *, actor: Actor, at: dt.datetime) -> Filing:
    """Hand over, approve and file in one deed, by somebody who may do all three: the chair who also runs it.

    Each step stays an event of its own, and each may refuse; then none of them has happened.
    """
    meeting = locked(meeting.pk)
    if meeting.at_stage == MeetingStage.CLOSED:
        hand_over_held(meeting, actor=actor, at=at)
    if meeting.at_stage == MeetingStage.DRAFTED:
        approve_held(meeting, person, actor=actor, at=at)
    return _file_held(meeting, actor=actor, at=at)


@transaction.atomic
def correct(
    filing: Filing, *, text: str, by: Account | None, actor: Actor, at: dt.datetime, answers: Comment | None = None
) -> Correction:
    """Something in the record was wrong or missing: said beside it. The original stays as it was.

    ``answers``: the comment whose request it meets. The same text sent twice in a row is one correction.
    """
    said = text.strip()
    if not said:
        raise MeetingRefusal(_("Say what is put right."))
    if answers is not None and answers.filing_id != filing.pk:
        raise MeetingRefusal(_("The comment is about another record. Answer it there."))
    locked(filing.meeting_id)
    last = filing.corrections.last()
    if last is not None and (last.text, last.answers_id) == (said, answers.pk if answers else None):
        return last
    correction = Correction.objects.create(filing=filing, text=said, made_at=at, made_by=by, answers=answers)
    record(
        "record_corrected",
        filing.meeting_id,
        actor=actor,
        at=at,
        document={
            "record": filing.document_id,
            "text": correction.text,
            "answers": str(answers.pk) if answers else None,
        },
    )
    corrections = Correction.objects.filter(filing=filing).values_list("text", flat=True)
    index_record(filing, json.loads(filing.document.text), corrections)
    return correction


@transaction.atomic
def read_previous(
    meeting: Meeting, before: Meeting, *, correction: str, by: Account | None, actor: Actor, at: dt.datetime
) -> Reading:
    """The minutes of the meeting before are read at this one: agreed to, or with ``correction`` put right.

    The correction stands beside the earlier record, typed once. Read twice: the later word counts where the first
    was an agreement.
    """
    meeting = locked(meeting.pk)
    require(meeting, *VOTABLE)
    filed = Filing.objects.filter(meeting=before).first()
    if filed is None:
        raise MeetingRefusal(
            _("The minutes of “%(title)s” are not filed yet. Finish them first; until then they can be changed.")
            % {"title": before.title}
        )
    reading = Reading.objects.filter(meeting=meeting, before=before).first() or Reading(
        meeting=meeting, before=before
    )
    if reading.correction_id is not None:
        raise OutOfOrder(_("A correction from this meeting stands already beside that record."))
    reading.read_at = at
    if correction.strip():
        reading.correction = correct(filed, text=correction, by=by, actor=actor, at=at)
    reading.save()
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "minutes_read",
        meeting.pk,
        actor=actor,
        at=at,
        document={
            "before": str(before.pk),
            "correction": str(reading.correction.pk) if reading.correction else None,
        },
    )
    return reading


# --- What those above say about a record ----------------------------------------------------------------------------


@transaction.atomic
def comment(
    filing: Filing,
    *,
    by: Person,
    office: Organization,
    text: str,
    due: dt.date | None,
    actor: Actor,
    at: dt.datetime,
) -> Comment:
    """``office``, a superior committee, says something about the record by the mouth of ``by``.

    With ``due`` it asks for a supplement by that day. The same words sent twice in a row are one comment.
    """
    said = text.strip()
    if not said:
        raise MeetingRefusal(_("Write what you want to say about this record."))
    if due is not None and due < localtime(at).date():
        raise MeetingRefusal(_("The day for the supplement is past. Choose a later one."))
    locked(filing.meeting_id)
    last = filing.comments.last()
    if last is not None and (last.text, last.due, last.by_id, last.closed_at) == (said, due, by.pk, None):
        return last
    made = Comment.objects.create(filing=filing, by=by, office=office, text=said, due=due, made_at=at)
    record(
        "record_commented",
        filing.meeting_id,
        actor=actor,
        at=at,
        document={
            "comment": str(made.pk),
            "office": str(office.pk),
            "text": made.text,
            "due": due.isoformat() if due else None,
        },
    )
    return made


@transaction.atomic
def close_comment(comment: Comment, *, actor: Actor, at: dt.datetime) -> None:
    """Settled: the one who asked, or a colleague of the same committee, says so. Closing twice changes nothing."""
    if _held(comment).closed_at is None:
        _set_closed(comment, at)
        record("comment_closed", comment.filing.meeting_id, actor=actor, at=at, document={"comment": str(comment.pk)})


@transaction.atomic
def reopen_comment(comment: Comment, *, actor: Actor, at: dt.datetime) -> None:
    """Not settled after all. What is open stays open; nothing else changes."""
    if _held(comment).closed_at is not None:
        _set_closed(comment, None)
        record(
            "comment_reopened", comment.filing.meeting_id, actor=actor, at=at, document={"comment": str(comment.pk)}
        )


@transaction.atomic
def withdraw_comment(comment: Comment, *, actor: Actor, at: dt.datetime) -> None:
    """Said by mistake: it goes, its events stay. Refused once somebody has answered; then it is settled instead."""
    _held(comment)
    if comment.answers.exists():
        raise MeetingRefusal(_("It has been answered and stays beside the record. Settle it instead."))
    record("comment_withdrawn", comment.filing.meeting_id, actor=actor, at=at, document={"comment": str(comment.pk)})
    comment.delete()


def _held(comment: Comment) -> Comment:
    """The comment as it stands now; deeds on one record follow each other."""
    locked(comment.filing.meeting_id)
    try:
        return Comment.objects.get(pk=comment.pk)
    except Comment.DoesNotExist as gone:
        raise MeetingRefusal(_("This comment has been taken back by the committee.")) from gone


def _set_closed(comment: Comment, closed_at: dt.datetime | None) -> None:
    comment.closed_at = closed_at
    comment.save(update_fields=["closed_at"])
