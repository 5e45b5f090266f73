"""A lesson that somebody missed is made up: they declare it, who runs the lesson confirms it, and it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.learning.access import may_see_equal
from zhibu.apps.learning.actions.receiving import received
from zhibu.apps.learning.errors import LearningRefusal, NotMissed
from zhibu.apps.learning.making_up import has_missed, missed_session
from zhibu.apps.learning.models import Equal, MakeUp, Receipt, Unit
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept
from zhibu.domain.learning import OVER, STUDY, MakeUpState
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import MeetingStage

LONGEST_REASON = 300
MOST_EQUALS = 5


@transaction.atomic
def declare(
    meeting: Meeting, person: Person, *, studied_on: dt.date, nonce: str, actor: Actor, at: dt.datetime
) -> Receipt:
    """Somebody says that they learned on a day what they missed. One declaration for each lesson.

    The same nonce again changes nothing; from another phone the receipt says ``already``. After a refusal they may
    declare anew. Raises ``LearningRefusal`` where the lesson was withdrawn or has yet to take place, ``NotMissed``
    for who was there or was not called.
    """
    meeting = _locked(meeting)
    receipt, is_new = received(person, nonce, meeting.pk, at)
    if not is_new:
        return receipt
    _refuse_what_was_not_held(meeting)
    if not has_missed(meeting, person.pk):
        raise NotMissed(
            _(
                "You were at “%(title)s”, or were not expected: there is nothing to make up. If that is wrong, tell "
                "the recorder."
            )
            % {"title": meeting.title}
        )
    assert meeting.held_on is not None  # it is over
    if not meeting.held_on <= studied_on <= localtime(at).date():
        raise LearningRefusal(
            _("The day on which you learned it lies between %(first)s and today. Choose such a day.")
            % {"first": meeting.held_on}
        )
    known = MakeUp.objects.select_for_update().filter(meeting=meeting, person=person).first()
    if known is not None and known.word is not MakeUpState.REFUSED:
        receipt.already = True
        receipt.save(update_fields=["already"])
        return receipt
    session = missed_session(meeting, person.pk)
    minutes = round((session.ends_at - session.starts_at).total_seconds() / 60) if session else 0
    MakeUp.objects.update_or_create(
        meeting=meeting,
        person=person,
        defaults={
            "state": MakeUpState.DECLARED.value,
            "minutes": minutes,
            "studied_on": studied_on,
            "declared_at": at,
            "answered_at": None,
            "answered_by": None,
            "because": "",
        },
    )
    document: dict[str, Canonical] = {
        "person": str(person.pk),
        "studied_on": studied_on.isoformat(),
        "minutes": minutes,
    }
    record("make_up_declared", meeting.pk, actor=actor, at=at, document=document)
    return receipt


def _refuse_what_was_not_held(meeting: Meeting) -> None:
    facts = {"title": meeting.title}
    if meeting.word not in STUDY:
        raise LearningRefusal(_("“%(title)s” is no lesson: what it decided is not made up.") % facts)
    if meeting.at_stage in {MeetingStage.NOT_HELD, MeetingStage.POSTPONED, MeetingStage.DRAFT}:
        raise LearningRefusal(
            _("“%(title)s” was withdrawn or put off, so there is nothing to make up. Your declaration was not kept.")
            % facts
        )
    if meeting.at_stage not in OVER:
        raise LearningRefusal(_("“%(title)s” is not over yet. Come to one of its sessions.") % facts)


@transaction.atomic
def take_declaration_back(make_up: MakeUp, *, actor: Actor, at: dt.datetime) -> None:
    """By the one who declared it, before it is confirmed."""
    make_up = _waiting(make_up)
    record("make_up_taken_back", make_up.meeting_id, actor=actor, at=at, document=_about(make_up))
    make_up.delete()


@transaction.atomic
def confirm(meeting: Meeting, people: Collection[UUID], *, by: Person, actor: Actor, at: dt.datetime) -> int:
    """Those of ``people`` who wait for it made the lesson up; how many. Again, nothing changes.

    Refused for one's own: another who runs the lesson confirms that.
    """
    meeting = _locked(meeting)
    if by.pk in people:
        raise LearningRefusal(_("Your own make-up is confirmed by another who runs this lesson."))
    waiting = MakeUp.objects.select_for_update().filter(
        meeting=meeting, person__in=people, state=MakeUpState.DECLARED.value
    )
    found = list(waiting)
    for make_up in found:
        make_up.state, make_up.answered_at, make_up.answered_by = MakeUpState.CONFIRMED.value, at, by
        make_up.save(update_fields=["state", "answered_at", "answered_by"])
        record("make_up_confirmed", meeting.pk, actor=actor, at=at, document=_about(make_up))
    return len(found)


@transaction.atomic
def refuse(make_up: MakeUp, *, because: str, by: Person, actor: Actor, at: dt.datetime) -> None:
    """It is not confirmed, and why; they may declare it anew."""
    make_up = _waiting(make_up)
    said = kept(because)
    if not said:
        raise LearningRefusal(_("Say in a few words what is missing; the one who declared it reads that."))
    if by.pk == make_up.person_id:
        raise LearningRefusal(_("Your own make-up is answered by another. You can take it back yourself."))
    make_up.state, make_up.answered_at, make_up.answered_by = MakeUpState.REFUSED.value, at, by
    make_up.because = said[:LONGEST_REASON]
    make_up.save(update_fields=["state", "answered_at", "answered_by", "because"])
    record("make_up_refused", make_up.meeting_id, actor=actor, at=at, document=_about(make_up))


@transaction.atomic
def take_answer_back(make_up: MakeUp, *, actor: Actor, at: dt.datetime) -> None:
    """A slip of the finger: it waits again."""
    make_up = MakeUp.objects.select_for_update().get(pk=make_up.pk)
    if make_up.word is MakeUpState.DECLARED:
        return
    make_up.state, make_up.answered_at, make_up.answered_by, make_up.because = (
        MakeUpState.DECLARED.value,
        None,
        None,
        "",
    )
    make_up.save(update_fields=["state", "answered_at", "answered_by", "because"])
    record("make_up_answer_taken_back", make_up.meeting_id, actor=actor, at=at, document=_about(make_up))


# --- What stands for a lesson --------------------------------------------------------------------------------------


@transaction.atomic
def set_equal(meeting: Meeting, unit: Unit, *, actor: Actor, at: dt.datetime) -> None:
    """Whoever missed the lesson learns it by this unit. Again, nothing changes.

    Refused for a unit that not all of the organization may see.
    """
    meeting = _locked(meeting)
    if meeting.word not in STUDY:
        raise LearningRefusal(
            _("“%(title)s” is no lesson: what it decided is not made up.") % {"title": meeting.title}
        )
    if not unit.is_out or not may_see_equal(unit, meeting.organization):
        raise LearningRefusal(
            _("“%(unit)s” is not published for everybody of %(name)s. Choose another unit.")
            % {"unit": unit.title, "name": meeting.organization}
        )
    if meeting.equals.exclude(unit=unit).count() >= MOST_EQUALS:
        raise LearningRefusal(_("%(number)s units stand for this lesson already.") % {"number": MOST_EQUALS})
    _row, is_new = Equal.objects.get_or_create(meeting=meeting, unit=unit)
    if is_new:
        record("lesson_unit_set", meeting.pk, actor=actor, at=at, document={"unit": str(unit.pk)})


@transaction.atomic
def drop_equal(meeting: Meeting, unit: UUID, *, actor: Actor, at: dt.datetime) -> None:
    """Again, nothing changes. What was made up by it stays made up."""
    number, _by_model = Equal.objects.filter(meeting=meeting, unit=unit).delete()
    if number:
        record("lesson_unit_dropped", meeting.pk, actor=actor, at=at, document={"unit": str(unit)})


# --- Details -------------------------------------------------------------------------------------------------------


def _locked(meeting: Meeting) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("organization", "host")
    return rows.get(pk=meeting.pk)


def _waiting(make_up: MakeUp) -> MakeUp:
    found = MakeUp.objects.select_for_update().filter(pk=make_up.pk).first()
    if found is None or found.word is not MakeUpState.DECLARED:
        raise LearningRefusal(_("This declaration does not wait any more. Look at the page again."))
    return found


def _about(make_up: MakeUp) -> dict[str, str]:
    return {"person": str(make_up.person_id)}
