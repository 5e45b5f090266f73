"""Minutes: written field by field, nothing lost between two writers, handed over for approval, approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.stages import advance, locked, require
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Approval, Meeting, MinutesText, SetAside
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import MeetingStage

#: Characters of one field. The longest minutes we know have a tenth of it.
LONGEST_TEXT = 200_000

WRITABLE = (
    MeetingStage.DRAFT,
    MeetingStage.ANNOUNCED,
    MeetingStage.OPEN,
    MeetingStage.CLOSED,
    MeetingStage.DRAFTED,
    MeetingStage.APPROVED,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save came to. ``aside`` is the writer's own text where a newer one stood: both are kept."""

    text: MinutesText
    aside: SetAside | None


def plain(text: str) -> str:
    """Ordinary text: one kind of line end, no control characters, no blanks at the ends of lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if c >= " " or c == "\t").rstrip() for line in lines)
    return "\n".join(kept).strip("\n").replace("\x7f", "")


@transaction.atomic
def save_text(
    meeting: Meeting,
    *,
    field: MinutesText.Field,
    item: AgendaItem | None,
    text: str,
    based_on: int,
    by: Account | None,
    actor: Actor,
    at: dt.datetime,
) -> Saved:
    """Save one field. ``based_on`` is the version the writer had before them, 0 where there was none.

    Where somebody else has saved in between, the newer text stays and this one is set aside beside it; the same
    text again changes nothing. Saving after the minutes were handed over or approved takes that back.
    """
    meeting = locked(meeting.pk)
    require(meeting, *WRITABLE)
    written = plain(text)
    if len(written) > LONGEST_TEXT:
        raise MeetingRefusal(
            _("This text has %(length)s characters; %(limit)s fit. Attach the long part as a paper.")
            % {"length": len(written), "limit": LONGEST_TEXT}
        )
    current = MinutesText.objects.filter(meeting=meeting, agenda_item=item, field=field).first()
    if current is None:
        if not written:
            return Saved(MinutesText(meeting=meeting, agenda_item=item, field=field, version=0, saved_at=at), None)
        current = MinutesText(meeting=meeting, agenda_item=item, field=field, version=0, text="")
    if current.text == written:
        return Saved(current, None)
    if based_on != current.version:
        aside = SetAside.objects.filter(beside=current, saved_by=by, based_on=based_on).first()
        aside = aside or SetAside(beside=current, based_on=based_on, saved_by=by)
        aside.text, aside.saved_at = written, at
        aside.save()
        return Saved(current, aside)
    current.text, current.version, current.saved_at, current.saved_by = written, current.version + 1, at, by
    current.save()
    reopen_for_change(meeting, actor=actor, at=at)
    return Saved(current, None)


@transaction.atomic
def settle(aside: SetAside, *, text: str, by: Account | None, actor: Actor, at: dt.datetime) -> MinutesText:
    """Two versions become one: ``text`` is what somebody made of both. The other one is dropped on purpose."""
    beside = aside.beside
    saved = save_text(
        beside.meeting,
        field=MinutesText.Field(beside.field),
        item=beside.agenda_item,
        text=text,
        based_on=beside.version,
        by=by,
        actor=actor,
        at=at,
    )
    aside.delete()
    return saved.text


@transaction.atomic
def keep_open(meeting: Meeting, items: Collection[UUID], *, actor: Actor, at: dt.datetime) -> None:
    """Which items of the agenda go on at the next meeting; the others are settled. The same again changes nothing."""
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED)
    changed = [item for item in meeting.agenda.all() if item.is_open != (item.pk in items)]
    if not changed:
        return
    for item in changed:
        item.is_open = item.pk in items
        item.save(update_fields=["is_open"])
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "agenda_settled",
        meeting.pk,
        actor=actor,
        at=at,
        document={"open": sorted(str(item) for item in items)},
    )


def reopen_for_change(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    """Minutes that change are approved anew: approvals end, and the meeting waits for its minutes again."""
    if meeting.at_stage in {MeetingStage.DRAFTED, MeetingStage.APPROVED}:
        meeting.approvals.all().delete()
        advance(meeting, MeetingStage.CLOSED)
        record("minutes_changed", meeting.pk, actor=actor, at=at)


def approvers(meeting: Meeting) -> list[Person]:
    """Who must approve: the chair; without one the convener."""
    return [person for person in (meeting.chair or meeting.convener,) if person is not None]


@transaction.atomic
def hand_over(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    """The recorder is done: the minutes wait for approval. Refused while two versions of a text wait."""
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.CLOSED)
    if SetAside.objects.filter(beside__meeting=meeting).exists():
        raise MeetingRefusal(_("Two versions of a text wait to be settled. Settle them first."))
    if not approvers(meeting):
        raise MeetingRefusal(_("Nobody chairs this meeting, so nobody can approve its minutes. Name the chair."))
    advance(meeting, MeetingStage.DRAFTED)
    record("minutes_handed_over", meeting.pk, actor=actor, at=at)


@transaction.atomic
def approve(meeting: Meeting, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """One of those who must approve does; with the last of them the minutes are approved."""
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.DRAFTED)
    needed = {one.pk for one in approvers(meeting)}
    if person.pk not in needed:
        raise MeetingRefusal(_("The chair approves these minutes."))
    Approval.objects.get_or_create(meeting=meeting, person=person, defaults={"approved_at": at})
    record("minutes_approved", meeting.pk, actor=actor, at=at, document={"person": str(person.pk)})
    if needed <= set(meeting.approvals.values_list("person_id", flat=True)):
        advance(meeting, MeetingStage.APPROVED)


@transaction.atomic
def send_back(meeting: Meeting, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The chair asks for a change before approving."""
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.DRAFTED, MeetingStage.APPROVED)
    if not reason.strip():
        raise MeetingRefusal(_("Say what should be changed, so that the recorder can."))
    meeting.approvals.all().delete()
    advance(meeting, MeetingStage.CLOSED)
    record("minutes_sent_back", meeting.pk, actor=actor, at=at, document={"reason": reason.strip()})
