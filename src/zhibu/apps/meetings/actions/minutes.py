"""Minutes: written field by field, nothing lost between two writers, handed over for approval, approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.meetings.actions.stages import advance, locked, require
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Approval, Meeting, MinutesText, SetAside
from zhibu.apps.meetings.queries import roll_of
from zhibu.apps.people.models import Account, Person
from zhibu.domain.assembly import Presence
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
    """What a save came to. ``aside`` is the writer's own text where a newer one stood: both are kept.

    ``is_changed``: one of the two is not what it was.
    """

    text: MinutesText
    aside: SetAside | None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A text for one field. ``item`` ``None``: of the whole meeting; ``based_on``, ``page`` as in ``save_text``."""

    field: MinutesText.Field
    item: AgendaItem | None
    text: str
    based_on: int = 0
    page: str = ""


def plain(text: str) -> str:
    """Ordinary text: one kind of line end, no control characters, no blanks at the ends of lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if c >= " " or c == "\t").rstrip() for line in lines)
    return "\n".join(kept).strip("\n").replace("\x7f", "")


def digest(text: str) -> str:
    """Tells whether a text is still the one that was read."""
    return sha256(plain(text).encode()).hexdigest()[:16]


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
    page: str = "",
    is_no_mark: bool = False,
) -> Saved:
    """Save one field. ``based_on`` is the version the writer had before them, 0 where there was none.

    Where somebody else has saved in between, the newer text stays and this one is set aside beside it: once for
    each ``page`` on which it is written, the latest of that page. The same text again changes nothing. Saving after
    the minutes were handed over or approved takes that back, and so does setting aside.

    Raises ``BearsMark`` where words come to it that may be a mark of secrecy; ``is_no_mark`` says that they are none.
    """
    written = [Written(field, item, text, based_on, page)]
    return save_texts(meeting, written, by=by, actor=actor, at=at, is_no_mark=is_no_mark)[0]


@transaction.atomic
def save_texts(
    meeting: Meeting,
    texts: Sequence[Written],
    *,
    by: Account | None,
    actor: Actor,
    at: dt.datetime,
    is_no_mark: bool = False,
) -> list[Saved]:
    """The same for several fields that were written together."""
    meeting = locked(meeting.pk)
    require(meeting, *WRITABLE)
    wanted = reduce(or_, (Q(agenda_item=one.item, field=one.field) for one in texts))
    known = {(row.agenda_item_id, row.field): row for row in MinutesText.objects.filter(wanted, meeting=meeting)}
    saved = []
    for one in texts:
        current = known.get((one.item.pk if one.item else None, one.field.value))
        refuse_marks([one.text], is_no_mark=is_no_mark, known=current.text if current else "")
        saved.append(_save(meeting, one, current, by, at))
    if any(one.is_changed for one in saved):
        reopen_for_change(meeting, actor=actor, at=at)
    return saved


def _save(meeting: Meeting, one: Written, current: MinutesText | None, by: Account | None, at: dt.datetime) -> Saved:
    field, item, based_on = one.field, one.item, one.based_on
    written = plain(one.text)
    if len(written) > LONGEST_TEXT:
        raise MeetingRefusal(
            _("This text has %(length)s characters; %(limit)s fit. Attach the long part as a paper.")
            % {"length": len(written), "limit": LONGEST_TEXT}
        )
    if current is None:
        if not written:
            return Saved(MinutesText(meeting=meeting, agenda_item=item, field=field, version=0, saved_at=at), None)
        current = MinutesText(meeting=meeting, agenda_item=item, field=field, version=0, text="")
    if current.text == written:
        return Saved(current, None)
    if based_on != current.version:
        return _set_aside(current, one, written, by, at)
    current.text, current.version, current.saved_at, current.saved_by = written, current.version + 1, at, by
    current.save()
    return Saved(current, None, is_changed=True)


def _set_aside(current: MinutesText, one: Written, written: str, by: Account | None, at: dt.datetime) -> Saved:
    mine = current.set_aside.filter(saved_by=by)
    if same := mine.filter(text=written).first():
        return Saved(current, same)
    aside = mine.filter(based_on=one.based_on, page=one.page).first()
    aside = aside or SetAside(beside=current, based_on=one.based_on, page=one.page, saved_by=by)
    aside.text, aside.saved_at = written, at
    aside.save()
    return Saved(current, aside, is_changed=True)


@transaction.atomic
def settle(aside: SetAside, *, text: str, by: Account | None, actor: Actor, at: dt.datetime) -> MinutesText:
    """Two versions become one: ``text`` is what somebody made of both. The other one is dropped on purpose.

    ``aside`` and ``aside.beside`` are the two as they were read. Raises ``MeetingRefusal`` where one of them has
    changed since.
    """
    read = aside.beside
    locked(read.meeting_id)
    now = SetAside.objects.select_related("beside__meeting", "beside__agenda_item").filter(pk=aside.pk).first()
    if now is None or (now.saved_at, now.text, now.beside.version) != (aside.saved_at, aside.text, read.version):
        raise MeetingRefusal(_("One of the versions has changed in between. Look at both once more."))
    beside = now.beside
    saved = save_text(
        beside.meeting,
        field=MinutesText.Field(beside.field),
        item=beside.agenda_item,
        text=text,
        based_on=beside.version,
        by=by,
        actor=actor,
        at=at,
        is_no_mark=True,  # both were looked at when they were saved
    )
    now.delete()
    return saved.text


@transaction.atomic
def keep_open(meeting: Meeting, goes_on: Mapping[UUID, bool], *, actor: Actor, at: dt.datetime) -> None:
    """Whether these items of the agenda go on at the next meeting or are settled; the others stay as they are.

    The same again changes nothing.
    """
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED)
    items = list(meeting.agenda.all())
    changed = [item for item in items if item.is_open != goes_on.get(item.pk, item.is_open)]
    if not changed:
        return
    for item in changed:
        item.is_open = goes_on[item.pk]
        item.save(update_fields=["is_open"])
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "agenda_settled",
        meeting.pk,
        actor=actor,
        at=at,
        document={"open": sorted(str(item.pk) for item in items if item.is_open)},
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


def _approver(meeting: Meeting) -> UUID | None:
    return meeting.chair_id or meeting.convener_id


@transaction.atomic
def hand_over(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    """The recorder is done: the minutes wait for approval, and the roll stays.

    Refused while two versions of a text wait, without a chair, and while nothing is known of somebody expected.
    """
    hand_over_held(locked(meeting.pk), actor=actor, at=at)


def hand_over_held(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    """The same of a meeting that this transaction holds already."""
    require(meeting, MeetingStage.CLOSED)
    if SetAside.objects.filter(beside__meeting=meeting).exists():
        raise MeetingRefusal(_("Two versions of a text wait to be settled. Open the minutes and settle them first."))
    if _approver(meeting) is None:
        raise MeetingRefusal(_("Nobody chairs this meeting, so nobody can approve its minutes. Name the chair."))
    _refuse_unknown(meeting)
    meeting.asked_for = ""
    advance(meeting, MeetingStage.DRAFTED, "asked_for")
    record("minutes_handed_over", meeting.pk, actor=actor, at=at)


def _refuse_unknown(meeting: Meeting) -> None:
    """Now they can be marked; once the minutes are handed over the roll stays."""
    lines = roll_of(meeting)
    unknown = [line.name for line in lines if line.presence is Presence.EXPECTED and not line.observes]
    if unknown:
        raise MeetingRefusal(
            _("Nothing is known yet of %(number)s people on the roll, such as %(name)s. Mark them first.")
            % {"number": len(unknown), "name": unknown[0]}
        )


@transaction.atomic
def approve(meeting: Meeting, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """Whoever must approve does, and the minutes are approved."""
    approve_held(locked(meeting.pk), person, actor=actor, at=at)


def approve_held(meeting: Meeting, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """The same of a meeting that this transaction holds already."""
    require(meeting, MeetingStage.DRAFTED)
    if person.pk != _approver(meeting):
        raise MeetingRefusal(_("The chair approves these minutes."))
    Approval.objects.create(meeting=meeting, person=person, approved_at=at)
    record("minutes_approved", meeting.pk, actor=actor, at=at, document={"person": str(person.pk)})
    advance(meeting, MeetingStage.APPROVED)


@transaction.atomic
def send_back(meeting: Meeting, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The chair asks for a change before approving. What is asked for is kept until the next handing over."""
    meeting = locked(meeting.pk)
    require(meeting, MeetingStage.DRAFTED, MeetingStage.APPROVED)
    if not reason.strip():
        raise MeetingRefusal(_("Say what should be changed, so that the recorder can."))
    meeting.approvals.all().delete()
    meeting.asked_for = reason.strip()[:300]
    advance(meeting, MeetingStage.CLOSED, "asked_for")
    record("minutes_sent_back", meeting.pk, actor=actor, at=at, document={"reason": meeting.asked_for})
