"""A meeting is drafted, given its sessions and agenda, announced; or postponed, or not held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.filing import enter_after
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.roll import (
    COMMITTEE_KINDS,
    close_if_over,
    freeze,
    lapse_leaves,
    lapse_marks,
    refuse_chair_off_roll,
)
from zhibu.apps.meetings.actions.stages import VOTABLE, advance, locked, require
from zhibu.apps.meetings.actions.telling import tell_called, tell_changed, tell_off, tell_turn_off
from zhibu.apps.meetings.errors import MeetingRefusal, OutOfOrder
from zhibu.apps.meetings.models import AgendaItem, Meeting, Session, Turn
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.agenda import renamed
from zhibu.domain.terms import HELD_BY, Audience, MeetingKind, MeetingStage

#: Whom a meeting of each kind calls unless somebody says otherwise.
CALLS: dict[MeetingKind, Audience] = {
    MeetingKind.BRANCH_COMMITTEE_MEETING: Audience.COMMITTEE,
    MeetingKind.COMMITTEE_MEETING: Audience.COMMITTEE,
}

#: Kinds that may be held in turns: they teach. What decides is one sitting (``planning.md``).
MAY_BE_REPEATED = (MeetingKind.LESSON, MeetingKind.THEME_DAY)

#: A session longer than this is a slip of the pen.
LONGEST_SESSION = dt.timedelta(hours=24)

EDITABLE = (MeetingStage.DRAFT, MeetingStage.ANNOUNCED, MeetingStage.POSTPONED)

#: Who called, chaired and wrote may be put right until the record is filed.
PEOPLE_SET = (*EDITABLE, *VOTABLE)

#: While these last no roll is frozen yet, or it will be frozen anew.
BEFORE_ROLL = (MeetingStage.DRAFT, MeetingStage.POSTPONED)


@dataclass(frozen=True, slots=True)
class Hours:
    """When and where one session takes place."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str = ""


def default_audience(kind: MeetingKind) -> Audience:
    return CALLS.get(kind, Audience.MEMBERS)


def usual_title(kind: MeetingKind, day: dt.date | None) -> str:
    """What a meeting is called where nobody gives it a name of its own: 2026年11月支部党员大会."""
    return f"{day.year}年{day.month}月{kind.zh}" if day else kind.zh


@transaction.atomic
def convene(
    *,
    organization: Organization,
    kind: MeetingKind,
    title: str,
    hours: Sequence[Hours],
    agenda: Sequence[str],
    audience: Audience,
    made_by: Account | None,
    actor: Actor,
    at: dt.datetime,
    chosen: Sequence[Person] = (),
    convener: Person | None = None,
    chair: Person | None = None,
    recorder: Person | None = None,
    lecturer: Person | None = None,
    joint_with: Sequence[Organization] = (),
    also: Mapping[MeetingKind, str] | None = None,
    continues: Meeting | None = None,
    turns: Sequence[Collection[UUID]] = (),
    announced: bool = True,
    late_reason: str | None = None,
) -> Meeting:
    """Call a meeting in one deed: draft, sessions, agenda, announcement.

    ``also``: other kinds on the same afternoon, each with its subject (empty: none said); they share sessions and
    roll and keep records of their own. ``continues``: the meeting whose open items those of the same title carry
    on. ``turns``: of each of ``hours`` whom it is meant for. ``late_reason``: it took place already and is entered
    now (补录); then nothing is announced. With ``announced`` off it stays a draft. Returns the first of them.
    """
    day = _local_day(max(one.starts_at for one in hours)) if hours else None
    shared = {
        "organization": organization,
        "audience": audience,
        "chosen": chosen,
        "convener": convener,
        "chair": chair,
        "recorder": recorder,
        "lecturer": lecturer,
        "joint_with": joint_with,
        "made_by": made_by,
        "actor": actor,
        "at": at,
    }
    first = draft(
        kind=kind,
        title=title or usual_title(kind, day),
        agenda=agenda,
        repeated=len(hours) > 1,
        **shared,  # type: ignore[arg-type]
    )
    if continues is not None:
        _carry(first, continues)
    sessions = [_add_session(first, one, actor=actor, at=at) for one in hours]
    for session, people in zip(sessions, turns, strict=False):
        mean_for(session, people)
    together = [first]
    for other, subject in (also or {}).items():
        agenda_of_other = [subject] if subject else []
        together.append(
            draft(kind=other, title=usual_title(other, day), agenda=agenda_of_other, host=first, **shared)  # type: ignore[arg-type]
        )
    for meeting in together:
        if late_reason is not None:
            enter_after(meeting, reason=late_reason, actor=actor, at=at)
    if announced and late_reason is None:
        _announce(first, actor=actor, at=at)
    if late_reason is not None:
        first.refresh_from_db()
    return first


def mean_for(session: Session, people: Collection[UUID]) -> None:
    """Write whom a session is meant for, instead of whom it was."""
    session.turns.all().delete()
    Turn.objects.bulk_create(Turn(session=session, person_id=person) for person in sorted(people))


def _carry(meeting: Meeting, before: Meeting) -> None:
    """Items that stand open from before and stand on the new agenda go on from there."""
    open_items = {item.title: item for item in before.agenda.filter(is_open=True)}
    for item in meeting.agenda.filter(title__in=open_items):
        item.carried_from = open_items[item.title]
        item.save(update_fields=["carried_from"])


@transaction.atomic
def rename(
    meeting_id: UUID,
    *,
    title: str,
    actor: Actor,
    at: dt.datetime,
    audience: Audience | None = None,
    chosen: Sequence[Person] | None = None,
) -> None:
    """Another title; before the roll is frozen also another audience."""
    meeting = locked(meeting_id)
    require(meeting, *EDITABLE)
    meeting.title = title.strip() or meeting.title
    if audience is not None:
        require(meeting, *BEFORE_ROLL)
        meeting.audience = audience.value
        meeting.chosen.set(chosen or ())
    meeting.save(update_fields=["title", "audience"])
    record(
        "meeting_renamed",
        meeting.pk,
        actor=actor,
        at=at,
        document={"title": meeting.title, "audience": meeting.audience},
    )


@transaction.atomic
def draft(
    *,
    organization: Organization,
    kind: MeetingKind,
    title: str,
    made_by: Account | None,
    actor: Actor,
    at: dt.datetime,
    audience: Audience | None = None,
    chosen: Sequence[Person] = (),
    agenda: Sequence[str] = (),
    repeated: bool = False,
    convener: Person | None = None,
    chair: Person | None = None,
    recorder: Person | None = None,
    lecturer: Person | None = None,
    joint_with: Sequence[Organization] = (),
    host: Meeting | None = None,
) -> Meeting:
    """A new meeting that only those who run it see. ``host``: share the sessions and the roll of that meeting.

    What shares the sessions of a meeting held in turns is held in turns itself, so it has to be of a kind that may.
    ``lecturer`` stays only with a lesson; ``joint_with`` are organizations of the same kind.
    """
    if organization.word not in HELD_BY[kind]:
        raise MeetingRefusal(
            _("%(organization)s does not hold a %(kind)s. Choose another kind.")
            % {"organization": organization.name, "kind": kind.zh}
        )
    repeated = repeated or (host is not None and host.repeated)
    if repeated and kind not in MAY_BE_REPEATED:
        raise MeetingRefusal(_("A meeting that decides takes place once, for all together. Only lessons repeat."))
    if host is not None and (host.organization_id != organization.pk or host.host_id is not None):
        raise MeetingRefusal(_("An afternoon is shared by meetings of one organization. Choose its first meeting."))
    strangers = [one for one in joint_with if one.kind != organization.kind or one.pk == organization.pk]
    if strangers:
        raise MeetingRefusal(
            _("%(name)s can not hold it together with %(organization)s. Choose organizations of the same kind.")
            % {"name": strangers[0].name, "organization": organization.name}
        )
    if host is not None and {kind, host.word} & COMMITTEE_KINDS:
        raise MeetingRefusal(_("A committee has a roll of its own. Convene its meeting by itself."))
    meeting = Meeting.objects.create(
        organization=organization,
        kind=kind.value,
        title=title,
        audience=(audience or default_audience(kind)).value,
        repeated=repeated,
        convener=convener,
        chair=chair,
        recorder=recorder,
        lecturer=lecturer if kind is MeetingKind.LESSON else None,
        host=host,
        held_on=host.held_on if host else None,
        made_by=made_by,
        made_at=at,
    )
    if chosen:
        meeting.chosen.set(chosen)
    if joint_with:
        meeting.joint_with.set(joint_with)
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, title=item) for position, item in enumerate(agenda, start=1)
    )
    record(
        "meeting_drafted",
        meeting.pk,
        actor=actor,
        at=at,
        document={"organization": str(organization.pk), "kind": kind.value, "title": title, "agenda": list(agenda)},
    )
    return meeting


@transaction.atomic
def add_session(
    meeting_id: UUID, *, starts_at: dt.datetime, ends_at: dt.datetime, place: str, actor: Actor, at: dt.datetime
) -> Session:
    """One more time and place. A sitting has one; a session may run past midnight and counts for its first day."""
    return _add_session(locked(meeting_id), Hours(starts_at, ends_at, place), actor=actor, at=at)


def _add_session(meeting: Meeting, hours: Hours, *, actor: Actor, at: dt.datetime) -> Session:
    require(meeting, *EDITABLE)
    if meeting.host_id is not None:
        raise MeetingRefusal(_("“%(title)s” shares the sessions of another meeting.") % {"title": meeting.title})
    refuse_odd_hours(hours.starts_at, hours.ends_at)
    if not meeting.repeated and meeting.sessions.exists():
        raise MeetingRefusal(
            _("“%(title)s” is one sitting and has its session. Change that one, or hold the lesson in turns.")
            % {"title": meeting.title}
        )
    session = Session.objects.create(
        meeting=meeting, starts_at=hours.starts_at, ends_at=hours.ends_at, place=hours.place
    )
    has_lapsed = keep_day(meeting, actor=actor, at=at)
    record("session_set", meeting.pk, actor=actor, at=at, document=session_facts(session))
    tell_changed(meeting, at=at, has_lapsed=has_lapsed)
    return session


@transaction.atomic
def change_session(
    session: Session,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str,
    actor: Actor,
    at: dt.datetime,
    reason: str = "",
) -> None:
    """Another time or place. After the announcement this is a new notice; the roll stays.

    On another day nothing stays of what was asked and noted for the old one. Of a lesson held in turns that has
    begun, a turn that has not begun itself is moved with a ``reason``; leave stays.
    """
    meeting = locked(session.meeting_id)
    said = _refuse_begun(meeting, session, reason)
    refuse_odd_hours(starts_at, ends_at)
    if _local_day(starts_at) != _local_day(session.starts_at):
        lapse_marks([session])
    session.starts_at, session.ends_at, session.place = starts_at, ends_at, place
    session.save(update_fields=["starts_at", "ends_at", "place"])
    has_lapsed = keep_day(meeting, actor=actor, at=at)
    record("session_changed", meeting.pk, actor=actor, at=at, document=session_facts(session) | said)
    tell_changed(meeting, at=at, has_lapsed=has_lapsed)


@transaction.atomic
def remove_session(session: Session, *, actor: Actor, at: dt.datetime, reason: str = "") -> None:
    """Dropped. Of a lesson that has begun a turn is dropped with a ``reason``; after the others it is over."""
    meeting = locked(session.meeting_id)
    said = _refuse_begun(meeting, session, reason)
    facts = session_facts(session)
    if said:
        tell_turn_off(meeting, session, said["reason"], at=at)
    session.delete()
    has_lapsed = keep_day(meeting, actor=actor, at=at)
    record("session_removed", meeting.pk, actor=actor, at=at, document=facts | said)
    if meeting.at_stage is MeetingStage.OPEN:
        close_if_over(meeting)
    else:
        tell_changed(meeting, at=at, has_lapsed=has_lapsed)


def _refuse_begun(meeting: Meeting, session: Session, reason: str) -> dict[str, str]:
    """Until a meeting begins, any of its sessions may change; later a turn that has not begun, with a reason.

    Returns what of the reason goes on record: nothing before the meeting has begun.
    """
    if not (meeting.repeated and meeting.at_stage is MeetingStage.OPEN):
        require(meeting, *EDITABLE)
        return {}
    session.refresh_from_db(fields=["opened_at"])
    if session.opened_at is not None:
        raise OutOfOrder(_("This session has begun and stays as it is. Only those to come can be changed."))
    return {"reason": _said(reason)}


def refuse_odd_hours(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise MeetingRefusal(_("The session ends before it begins. Correct its hours."))
    if ends_at - starts_at > LONGEST_SESSION:
        raise MeetingRefusal(_("The session is longer than a day. Correct its hours or set several sessions."))


def session_facts(session: Session) -> dict[str, str]:
    return {
        "session": str(session.pk),
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "place": session.place,
    }


def keep_day(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> bool:
    """The day of a meeting is the local day on which its last session begins: then everybody was reached.

    Another day ends the leave that was asked for the old one, unless the meeting has begun; returns whether there
    was any.
    """
    before = meeting.held_on
    last: dt.datetime | None = meeting.sessions.aggregate(last=Max("starts_at"))["last"]
    meeting.held_on = _local_day(last) if last else None
    meeting.save(update_fields=["held_on"])
    Meeting.objects.filter(host=meeting).update(held_on=meeting.held_on)
    is_ahead = meeting.at_stage in EDITABLE
    return is_ahead and meeting.held_on != before and lapse_leaves(meeting, actor=actor, at=at)


def _local_day(instant: dt.datetime) -> dt.date:
    from django.utils.timezone import localtime

    return localtime(instant).date()


@transaction.atomic
def set_agenda(meeting_id: UUID, titles: Sequence[str], *, actor: Actor, at: dt.datetime) -> None:
    """The agenda in this order; possible until the close. An item that is kept or renamed keeps what hangs on it.

    Raises ``MeetingRefusal`` where an item would go, or be called otherwise, that has been voted on, and where one
    would go that has minutes.
    """
    meeting = locked(meeting_id)
    require(meeting, *EDITABLE, MeetingStage.OPEN)
    wanted = [title.strip() for title in titles if title.strip()]
    if len(set(wanted)) != len(wanted):
        raise MeetingRefusal(_("Two items of the agenda have the same title. Tell them apart."))
    items = list(meeting.agenda.all())
    known = {item.title: item for item in items}
    was = renamed(list(known), wanted)
    kept = [known.get(was.get(title, title)) or AgendaItem(meeting=meeting) for title in wanted]
    _refuse_lost(items, kept, wanted)
    meeting.agenda.exclude(pk__in=[item.pk for item in kept]).delete()
    for title, item in zip(wanted, kept, strict=True):
        item.title = title
    _put_in_order(kept, above=max((item.position for item in items), default=0) + len(kept))
    record("agenda_set", meeting.pk, actor=actor, at=at, document={"agenda": wanted})


def _refuse_lost(items: Sequence[AgendaItem], kept: Sequence[AgendaItem], wanted: Sequence[str]) -> None:
    """What was counted or written under an item stays with it."""
    called = {item.pk: title for item, title in zip(kept, wanted, strict=True)}
    for item in items:
        if called.get(item.pk) == item.title:
            continue
        if item.decisions.exists() or item.elections.exists():
            raise MeetingRefusal(_("“%(title)s” has been voted on and stays on the agenda.") % {"title": item.title})
        if item.pk not in called and item.texts.filter(~Q(text="") | Q(set_aside__isnull=False)).exists():
            raise MeetingRefusal(
                _("“%(title)s” has minutes and stays on the agenda. Empty them first, or give it another title only.")
                % {"title": item.title}
            )


def _put_in_order(items: Sequence[AgendaItem], *, above: int) -> None:
    """In two passes: positions are unique at every moment, and all of them are below ``above`` now."""
    for position, item in enumerate(items, start=1):
        item.position = above + position
        item.save()
    for position, item in enumerate(items, start=1):
        item.position = position
        item.save(update_fields=["position"])


@transaction.atomic
def set_people(
    meeting_id: UUID,
    *,
    convener: Person | None,
    chair: Person | None,
    recorder: Person | None,
    actor: Actor,
    at: dt.datetime,
    lecturer: Person | None = None,
) -> None:
    """Who calls, who chairs, who writes it down, and who teaches a lesson.

    Minutes that were handed over or approved are approved anew: another chair may have to.
    """
    meeting = locked(meeting_id)
    require(meeting, *PEOPLE_SET)
    if meeting.at_stage not in BEFORE_ROLL:
        refuse_chair_off_roll(meeting, chair)
    meeting.convener, meeting.chair, meeting.recorder = convener, chair, recorder
    meeting.lecturer = lecturer if meeting.word is MeetingKind.LESSON else None
    meeting.save(update_fields=["convener", "chair", "recorder", "lecturer"])
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "meeting_people_set",
        meeting.pk,
        actor=actor,
        at=at,
        document={
            "convener": str(convener.pk) if convener else None,
            "chair": str(chair.pk) if chair else None,
            "recorder": str(recorder.pk) if recorder else None,
            "lecturer": str(meeting.lecturer_id) if meeting.lecturer_id else None,
        },
    )


@transaction.atomic
def announce(meeting_id: UUID, *, actor: Actor, at: dt.datetime) -> Meeting:
    """Freeze the roll as it is on the day of the meeting and tell everybody on it.

    Meetings that share its afternoon and wait as it does are announced with it. Refused without a session, and
    where a chair is not on the roll.
    """
    meeting = locked(meeting_id)
    _announce(meeting, actor=actor, at=at)
    return meeting


def _announce(meeting: Meeting, *, actor: Actor, at: dt.datetime, people: frozenset[UUID] | None = None) -> None:
    """``people``: who is on the roll of the afternoon, where it has just been frozen."""
    require(meeting, *BEFORE_ROLL)
    if meeting.held_on is None:
        raise MeetingRefusal(_("“%(title)s” has no time and place yet. Set its session.") % {"title": meeting.title})
    if meeting.host_id is None:
        frozen = freeze(meeting)
        people = frozen.people
        if frozen.expected == 0:
            raise MeetingRefusal(
                _("Nobody is expected at “%(title)s”. Choose another audience.") % {"title": meeting.title}
            )
    elif people is None:
        people = frozenset(meeting.roll_of.roll.values_list("person_id", flat=True))
    if meeting.chair_id not in people:
        refuse_chair_off_roll(meeting, meeting.chair)
    meeting.announced_at = at
    meeting.reason = ""
    advance(meeting, MeetingStage.ANNOUNCED, "announced_at", "reason")
    record(
        "meeting_announced",
        meeting.pk,
        actor=actor,
        at=at,
        document={"held_on": meeting.held_on.isoformat(), "expected": len(people)},
    )
    tell_called(meeting, people, at=at)
    for guest in meeting.guests.filter(stage__in=[stage.value for stage in BEFORE_ROLL]):
        _announce(guest, actor=actor, at=at, people=people)


@transaction.atomic
def postpone(meeting_id: UUID, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """An honest outcome: the reason stays on record, the sessions are set anew; for all that share the afternoon.

    Leave and marks were for the day that is off: they lapse.
    """
    meeting = locked(meeting_id)
    if meeting.host is not None:
        raise MeetingRefusal(
            _("“%(title)s” shares the afternoon of “%(host)s”. Postpone that one, or say that this one is not held.")
            % {"title": meeting.title, "host": meeting.host.title}
        )
    said = _said(reason)
    for one in (meeting, *meeting.guests.filter(stage=MeetingStage.ANNOUNCED)):
        one.reason = said
        advance(one, MeetingStage.POSTPONED, "reason")
        record("meeting_postponed", one.pk, actor=actor, at=at, document={"reason": said})
    lapse_leaves(meeting, actor=actor, at=at)
    lapse_marks(meeting.sessions.all())
    tell_off(meeting, at=at)


@transaction.atomic
def not_held(meeting_id: UUID, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """An honest outcome: it did not take place, and why. Others of the same afternoon may still take place."""
    meeting = locked(meeting_id)
    was_announced = meeting.at_stage is not MeetingStage.DRAFT
    meeting.reason = _said(reason)
    advance(meeting, MeetingStage.NOT_HELD, "reason")
    record("meeting_not_held", meeting.pk, actor=actor, at=at, document={"reason": meeting.reason})
    if was_announced:
        tell_off(meeting, at=at, others=_others(meeting))
    _pass_on_afternoon(meeting)


def _others(meeting: Meeting) -> list[Meeting]:
    """The announced meetings of the same afternoon."""
    first = meeting.roll_of
    announced = [one for one in (first, *first.guests.order_by("made_at", "pk")) if one.pk != meeting.pk]
    return [one for one in announced if one.at_stage is MeetingStage.ANNOUNCED]


def _pass_on_afternoon(meeting: Meeting) -> None:
    """The first of the others keeps sessions, roll and leave from now on."""
    standing = list(meeting.guests.exclude(stage=MeetingStage.NOT_HELD).order_by("made_at", "pk"))
    if not standing:
        return
    heir = standing[0]
    heir.host = None
    heir.save(update_fields=["host"])
    meeting.guests.exclude(pk=heir.pk).update(host=heir)
    for kept in (meeting.sessions, meeting.roll, meeting.leaves):
        kept.update(meeting=heir)


def _said(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise MeetingRefusal(_("Say why, in a few words; the record keeps it."))
    return said[:300]
