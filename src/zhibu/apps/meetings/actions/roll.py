"""The roll: frozen at the announcement, marked by the recorder, signed by who comes; leave asked and answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.sign_in import keep_answers
from zhibu.apps.meetings.actions.stages import advance, locked, require
from zhibu.apps.meetings.actions.telling import tell_called
from zhibu.apps.meetings.errors import MeetingRefusal, NotOnRoll, OutOfOrder
from zhibu.apps.meetings.models import Attendance, Leave, Meeting, RollEntry, Session
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.domain.assembly import Presence
from zhibu.domain.seal import Canonical
from zhibu.domain.stages import AHEAD
from zhibu.domain.terms import (
    OFFICES,
    AbsenceReason,
    Audience,
    MeetingKind,
    MeetingStage,
    OrganizationKind,
    Standing,
)

#: While these last, the roll may still be put right.
MARKABLE = (MeetingStage.ANNOUNCED, MeetingStage.OPEN, MeetingStage.CLOSED)

#: Meetings whose votes are their committee's.
COMMITTEE_KINDS = frozenset({MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING})


def _belongs_to(organization: Organization) -> Q:
    if organization.kind == OrganizationKind.GROUP:
        return Q(group=organization)
    return in_subtree(organization.path, "organization__")


def _members(meeting: Meeting, on: dt.date) -> QuerySet[Membership]:
    """The members of the organization, and of those that hold the meeting together with it."""
    condition = _belongs_to(meeting.organization)
    for organization in meeting.joint_with.all():
        condition |= _belongs_to(organization)
    return Membership.objects.on(on).filter(condition)


def _committee(organization: Organization, on: dt.date) -> set[UUID]:
    held = Appointment.objects.on(on).filter(organization=organization, post__in=[post.value for post in OFFICES])
    return set(held.values_list("person_id", flat=True))


def _called(meeting: Meeting, on: dt.date, members: Mapping[UUID, str]) -> set[UUID]:
    match Audience(meeting.audience):
        case Audience.VOTERS:
            return {person for person, standing in members.items() if standing == Standing.FULL}
        case Audience.MEMBERS:
            return set(members)
        case Audience.COMMITTEE:
            return _committee(meeting.organization, on)
        case Audience.STAFF:
            employed = Employment.objects.on(on).filter(in_subtree(meeting.organization.path, "organization__"))
            return set(employed.values_list("person_id", flat=True))
        case Audience.CHOSEN:
            return set(meeting.chosen.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Frozen:
    """``people``: all on the roll; ``expected``: how many of them are expected, the others observe."""

    people: frozenset[UUID]
    expected: int


def freeze(meeting: Meeting) -> Frozen:
    """Write the roll as it is on the day of the meeting.

    A committee's meeting is its committee's: quorum and votes are taken of it, whoever else is called observes.
    Elsewhere the organization's full members whose rights are not suspended vote (选举工作条例 2020, art. 5).
    Convener, recorder and lecturer who are not called come as observers. Announcing a postponed meeting again writes
    the roll of the new day.
    """
    assert meeting.held_on is not None
    entries = _entries(meeting, meeting.held_on)
    RollEntry.objects.filter(meeting=meeting).delete()
    RollEntry.objects.bulk_create(entries)
    return Frozen(frozenset(entry.person_id for entry in entries), sum(not entry.observes for entry in entries))


def _entries(meeting: Meeting, on: dt.date) -> list[RollEntry]:
    """Who is called to the meeting if it is held on that day, in the order of the roll; not written."""
    standings = dict(_members(meeting, on).values_list("person_id", "standing"))
    called = _called(meeting, on, standings)
    expected = called & _committee(meeting.organization, on) if meeting.word in COMMITTEE_KINDS else called
    named = {key for key in (meeting.convener_id, meeting.recorder_id, meeting.lecturer_id) if key is not None}
    people = Person.objects.filter(pk__in=called | named).order_by("staff_number").values_list("pk", flat=True)
    return [
        RollEntry(
            meeting=meeting,
            person_id=person,
            standing=standings.get(person, ""),
            votes=person in expected and _would_vote(meeting, standings.get(person, "")),
            observes=person not in expected,
            position=position,
        )
        for position, person in enumerate(people, start=1)
    ]


def _would_vote(meeting: Meeting, standing: str) -> bool:
    """Whether somebody of this standing who is expected has a vote; in a committee all of it do."""
    return meeting.word in COMMITTEE_KINDS or standing == Standing.FULL


@transaction.atomic
def seat_committee(meeting: Meeting, people: Collection[Person], *, actor: Actor, at: dt.datetime) -> None:
    """A committee just elected meets before its posts begin: these have the votes, whoever else is called observes.

    Said again it changes nothing. Refused before the announcement and where another meeting keeps the roll.
    """
    held = locked(meeting.pk)
    if held.host_id is not None:
        raise MeetingRefusal(
            _("This meeting shares the roll of another one. Convene the meeting of the new committee by itself.")
        )
    elected = {person.pk for person in people}
    entries = {entry.person_id: entry for entry in held.roll.all()}
    if {person for person, entry in entries.items() if entry.votes} == elected:
        return
    require(held, *MARKABLE)
    for person, entry in entries.items():
        entry.votes = person in elected
        entry.observes = person not in elected
    RollEntry.objects.bulk_update(entries.values(), ["votes", "observes"])
    last = max((entry.position for entry in entries.values()), default=0)
    coming = sorted(elected - entries.keys())
    RollEntry.objects.bulk_create(
        RollEntry(meeting=held, person_id=person, standing=Standing.FULL.value, votes=True, position=position)
        for position, person in enumerate(coming, start=last + 1)
    )
    _match_marks(held, list(held.roll.all()))
    document: dict[str, Canonical] = {"people": sorted(str(person) for person in elected)}
    record("committee_seated", held.pk, actor=actor, at=at, document=document)


def freeze_for_another_day(meeting: Meeting, before: dt.date) -> None:
    """The roll of the day on which the meeting is now said to have been held, instead of ``before``.

    What was changed by hand on the roll of ``before`` stays changed. Marks of who is not on it any longer go.
    """
    assert meeting.held_on is not None
    called_then = {entry.person_id: entry.observes for entry in _entries(meeting, before)}
    kept = {entry.person_id: entry.observes for entry in meeting.roll.all()}
    entries = {entry.person_id: entry for entry in _entries(meeting, meeting.held_on)}
    taken_off = called_then.keys() - kept.keys()
    by_hand = {person: observes for person, observes in kept.items() if called_then.get(person) is not observes}
    standings = dict(
        _members(meeting, meeting.held_on).filter(person__in=by_hand).values_list("person_id", "standing")
    )
    committee = _committee(meeting.organization, meeting.held_on) if meeting.word in COMMITTEE_KINDS else set()
    for person, observes in by_hand.items():
        entry = entries.setdefault(
            person, RollEntry(meeting=meeting, person_id=person, standing=standings.get(person, ""))
        )
        entry.observes = observes or (meeting.word in COMMITTEE_KINDS and person not in committee)
        entry.votes = not entry.observes and _would_vote(meeting, entry.standing)
    meeting.roll.all().delete()
    stay = [entry for person, entry in entries.items() if person not in taken_off]
    for position, entry in enumerate(stay, start=1):
        entry.position = position
    RollEntry.objects.bulk_create(stay)
    _match_marks(meeting, stay)


def _match_marks(meeting: Meeting, entries: Collection[RollEntry]) -> None:
    marks = Attendance.objects.filter(session__meeting=meeting)
    marks.exclude(person__in=[entry.person_id for entry in entries]).delete()
    observers = [entry.person_id for entry in entries if entry.observes]
    marks.filter(person__in=observers, status=Presence.PRESENT).update(status=Presence.OBSERVER)
    marks.exclude(person__in=observers).filter(status=Presence.OBSERVER).update(status=Presence.PRESENT)


def refuse_chair_off_roll(meeting: Meeting, chair: Person | None) -> None:
    """Whoever chairs is on the roll, if only as an observer. Before it is frozen nobody can be added to it."""
    if chair is None or meeting.roll_of.roll.filter(person=chair).exists():
        return
    if meeting.roll_of.at_stage in MARKABLE:
        says = _(
            "%(chair)s chairs “%(title)s” but is not on its roll. Add them as an observer or choose another chair."
        )
    else:
        says = _(
            "%(chair)s chairs “%(title)s” but is not called to it. Choose another chair for now; whoever is added to "
            "the roll later may be named then."
        )
    raise MeetingRefusal(says % {"chair": chair, "title": meeting.title})


@transaction.atomic
def change_roll(
    meeting_id: UUID, person: Person, *, observes: bool | None, reason: str, actor: Actor, at: dt.datetime
) -> None:
    """Somebody is added to (or, with ``observes`` None, taken off) a frozen roll, with the reason on record.

    Who has already been marked or signed in stays. At a committee's meeting whoever is outside it observes.
    """
    meeting = locked(meeting_id)
    require(meeting, *MARKABLE)
    refuse_settled(meeting)
    if observes is False and meeting.word in COMMITTEE_KINDS and not _is_in_committee(meeting, person):
        observes = True
    if not reason.strip():
        raise MeetingRefusal(_("The roll was frozen at the announcement. Say why it changes."))
    entry = meeting.roll.filter(person=person).first()
    if observes is None:
        if Attendance.objects.filter(session__meeting=meeting, person=person).exists():
            raise MeetingRefusal(
                _("%(name)s has been marked at this meeting and stays on the roll.") % {"name": person.name}
            )
        if entry is not None:
            entry.delete()
    elif entry is None:
        last = meeting.roll.aggregate(last=Max("position"))["last"] or 0
        membership = _members(meeting, meeting.held_on or at.date()).filter(person=person).first()
        standing = membership.standing if membership else ""
        RollEntry.objects.create(
            meeting=meeting,
            person=person,
            standing=standing,
            votes=not observes and _would_vote(meeting, standing),
            observes=observes,
            position=last + 1,
        )
    elif entry.observes != observes:
        entry.observes = observes
        entry.votes = not observes and _would_vote(meeting, entry.standing)
        entry.save(update_fields=["observes", "votes"])
        _carry_marks(meeting, person, observes=observes)
    record(
        "roll_changed",
        meeting.pk,
        actor=actor,
        at=at,
        document={"person": str(person.pk), "observes": observes, "reason": reason.strip()},
    )
    if entry is None and observes is not None:
        tell_called(meeting, {person.pk}, at=at)


#: Whose minutes are done, with the roll as it was.
SETTLED = (MeetingStage.DRAFTED, MeetingStage.APPROVED, MeetingStage.FILED)


def refuse_settled(meeting: Meeting, *stages: MeetingStage) -> None:
    """The roll of an afternoon stands in the record of each meeting that shares it.

    Raises ``OutOfOrder`` where one of the others is at one of ``stages`` (none given: its minutes are done).
    """
    settled = meeting.guests.filter(stage__in=stages or SETTLED).order_by("made_at", "pk").first()
    if settled is None:
        return
    if settled.at_stage is MeetingStage.FILED:
        says = _(
            "“%(title)s” is filed with this roll, which stays. Say in a correction beside it what was different."
        )
    else:
        says = _(
            "The minutes of “%(title)s” were handed over with this roll. Have them sent back first, or change them."
        )
    raise OutOfOrder(says % {"title": settled.title})


def _carry_marks(meeting: Meeting, person: Person, *, observes: bool) -> None:
    """Who is here already is here as what they are now."""
    before, after = (Presence.PRESENT, Presence.OBSERVER) if observes else (Presence.OBSERVER, Presence.PRESENT)
    marks = Attendance.objects.filter(session__meeting=meeting, person=person, status=before)
    marks.update(status=after)


def _is_in_committee(meeting: Meeting, person: Person) -> bool:
    """As at the announcement: on the day of the meeting."""
    assert meeting.held_on is not None
    return person.pk in _committee(meeting.organization, meeting.held_on)


# --- The session opens and closes ---


@transaction.atomic
def open_session(session: Session, *, actor: Actor, at: dt.datetime) -> None:
    meeting = locked(session.meeting_id)
    session.refresh_from_db()
    _open(meeting, session, actor=actor, at=at)


def _open(meeting: Meeting, session: Session, *, actor: Actor, at: dt.datetime) -> None:
    require(meeting, MeetingStage.ANNOUNCED, MeetingStage.OPEN)
    if session.opened_at is not None:
        raise OutOfOrder(_("This session has been opened already."))
    session.opened_at = at
    session.save(update_fields=["opened_at"])
    for one in (meeting, *meeting.guests.filter(stage=MeetingStage.ANNOUNCED)):
        if one.at_stage == MeetingStage.ANNOUNCED:
            advance(one, MeetingStage.OPEN)
    record("session_opened", meeting.pk, actor=actor, at=at, document={"session": str(session.pk)})


@transaction.atomic
def close_session(session: Session, *, actor: Actor, at: dt.datetime) -> None:
    """The session is over; after the last one the meeting is. A clock that jumped back closes it when it opened."""
    meeting = locked(session.meeting_id)
    session.refresh_from_db()
    if not session.is_open or session.opened_at is None:
        raise OutOfOrder(_("This session is not open."))
    session.closed_at = max(at, session.opened_at)
    session.code_enabled = False
    session.save(update_fields=["closed_at", "code_enabled"])
    close_if_over(meeting)
    record("session_closed", meeting.pk, actor=actor, at=at, document={"session": str(session.pk)})


def close_if_over(meeting: Meeting) -> None:
    """After its last session an open meeting is over, and those that share its afternoon are."""
    if not meeting.repeated or not meeting.sessions.filter(closed_at__isnull=True).exists():
        for one in (meeting, *meeting.guests.filter(stage=MeetingStage.OPEN)):
            advance(one, MeetingStage.CLOSED)
            settle_agenda(one)


def settle_agenda(meeting: Meeting) -> None:
    """What a meeting that is over had before it is dealt with; the recorder says which items stand open."""
    meeting.agenda.update(is_open=False)


@transaction.atomic
def count_heads(session: Session, *, heads: int, actor: Actor, at: dt.datetime) -> None:
    """What somebody counted in the room, beside the list."""
    meeting = locked(session.meeting_id)
    require(meeting, *MARKABLE)
    refuse_settled(meeting)
    session.head_count = heads
    session.save(update_fields=["head_count"])
    record("heads_counted", session.meeting_id, actor=actor, at=at, document={"heads": heads})


# --- Marks of the recorder ---


@transaction.atomic
def mark(
    session: Session,
    people: Iterable[Person],
    *,
    status: Presence,
    actor: Actor,
    at: dt.datetime,
    reason: AbsenceReason | None = None,
) -> int:
    """The recorder says who is here and who is not; the last word counts. Returns how many were changed."""
    meeting = locked(session.meeting_id)
    wanted = {person.pk for person in people}
    observers = dict(meeting.roll.filter(person__in=wanted).values_list("person_id", "observes"))
    return _Marking(meeting, session, observers, actor, at).mark(wanted, status, reason)


@dataclass(frozen=True, slots=True)
class _Marking:
    """Marks at one session of a meeting that this transaction holds. ``observers``: of the roll, who observes."""

    meeting: Meeting
    session: Session
    observers: Mapping[UUID, bool]
    actor: Actor
    at: dt.datetime

    def mark(self, wanted: set[UUID], status: Presence, reason: AbsenceReason | None) -> int:
        require(self.meeting, *MARKABLE)
        refuse_settled(self.meeting)
        self._refuse_strangers(wanted)
        changed = self._write(wanted, status, reason)
        self._record(wanted, status, reason)
        return changed

    def _record(self, marked: set[UUID], status: Presence, reason: AbsenceReason | None) -> None:
        record(
            "roll_marked",
            self.meeting.pk,
            actor=self.actor,
            at=self.at,
            document={
                "session": str(self.session.pk),
                "status": status.value,
                "reason": reason.value if reason else None,
                "people": [str(person) for person in sorted(marked)],
            },
        )

    def _refuse_strangers(self, wanted: set[UUID]) -> None:
        if strangers := wanted - self.observers.keys():
            name = Person.objects.filter(pk__in=strangers).values_list("name", flat=True).first()
            raise NotOnRoll(
                _("%(name)s is not on the roll of “%(title)s”. Add them to it first.")
                % {"name": name, "title": self.meeting.title}
            )

    def _write(self, wanted: set[UUID], status: Presence, reason: AbsenceReason | None) -> int:
        keep_answers(self.session, wanted)
        if status == Presence.EXPECTED:
            dropped, _by_model = Attendance.objects.filter(session=self.session, person__in=wanted).delete()
            return dropped
        rows = self._rows(wanted, status, reason)
        Attendance.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["session", "person"],
            update_fields=["status", "reason", "recorded_at"],
        )
        return len(rows)

    def _rows(self, wanted: set[UUID], status: Presence, reason: AbsenceReason | None) -> list[Attendance]:
        return [
            Attendance(
                session=self.session,
                person_id=person,
                status=Presence.OBSERVER if self.observers[person] and status == Presence.PRESENT else status,
                reason=reason or "",
                recorded_at=self.at,
            )
            for person in sorted(wanted)
        ]

    def mark_rest(self, status: Presence, reason: AbsenceReason | None) -> int:
        """Whoever signs in at this moment is known: their own word stays."""
        require(self.meeting, *MARKABLE)
        refuse_settled(self.meeting)
        known = Attendance.objects.filter(session__meeting=self.meeting).filter(
            Q(session=self.session) | Q(status=Presence.PRESENT)
        )
        asked = Leave.objects.filter(meeting=self.meeting)
        # Who asked and heard nothing is not taken to be here.
        away = asked.exclude(granted=False) if status == Presence.PRESENT else asked.filter(granted=True)
        settled = {*known.values_list("person_id", flat=True), *away.values_list("person_id", flat=True)}
        waiting = {person for person, observes in self.observers.items() if not observes} - settled
        Attendance.objects.bulk_create(self._rows(waiting, status, reason), ignore_conflicts=True)
        of_this = Attendance.objects.filter(session=self.session, status=status, recorded_at=self.at, nonce="")
        marked = set(of_this.filter(person__in=waiting).values_list("person_id", flat=True))
        if marked:
            self._record(marked, status, reason)
        return len(marked)


def _whole_roll(meeting: Meeting) -> dict[UUID, bool]:
    return dict(meeting.roll.order_by().values_list("person_id", "observes"))


@transaction.atomic
def mark_all_present(session: Session, *, actor: Actor, at: dt.datetime) -> int:
    """Everybody of whom nothing is known yet is present; who asked for leave is not, unless it was declined."""
    return mark_rest(session, status=Presence.PRESENT, actor=actor, at=at)


@transaction.atomic
def call_roll(
    session: Session,
    *,
    actor: Actor,
    at: dt.datetime,
    away: Mapping[AbsenceReason, Collection[Person]] | None = None,
) -> int:
    """The shortest way to begin: the session opens, if it has not, and everybody not known otherwise is present.

    ``away``: who has leave, by reason. Whose leave waits for an answer stays to be marked. Returns how many are
    present.
    """
    meeting = locked(session.meeting_id)
    session.refresh_from_db()
    if session.opened_at is None:
        _open(meeting, session, actor=actor, at=at)
    marking = _Marking(meeting, session, _whole_roll(meeting), actor, at)
    for reason, people in (away or {}).items():
        marking.mark({person.pk for person in people}, Presence.LEAVE, reason)
    return marking.mark_rest(Presence.PRESENT, None)


@transaction.atomic
def mark_rest(
    session: Session,
    *,
    status: Presence,
    actor: Actor,
    at: dt.datetime,
    reason: AbsenceReason | None = None,
) -> int:
    """Mark everybody of whom nothing is known yet, but for those on leave or present at another session."""
    meeting = locked(session.meeting_id)
    return _Marking(meeting, session, _whole_roll(meeting), actor, at).mark_rest(status, reason)


# --- Leave ---

#: Characters of a note: a word or two for the convener, never a document.
LONGEST_NOTE = 120


@transaction.atomic
def ask_leave(
    meeting: Meeting, person: Person, *, reason: AbsenceReason, note: str, actor: Actor, at: dt.datetime
) -> Leave:
    """Somebody on the roll asks to be away. Asking again before the answer changes the reason.

    Raises ``NotOnRoll``; ``OutOfOrder`` after the answer, and for who is on the list of those present already.
    """
    meeting = locked(meeting.pk)
    require(meeting, *AHEAD)
    kept = meeting.roll_of
    if not kept.roll.filter(person=person).exists():
        raise NotOnRoll(_("You are not on the roll of “%(title)s”: no leave is needed.") % {"title": meeting.title})
    written = note.strip()
    if len(written) > LONGEST_NOTE:
        raise MeetingRefusal(
            _("This note has %(length)s characters; %(limit)s fit. A few words are enough.")
            % {"length": len(written), "limit": LONGEST_NOTE}
        )
    here = (Presence.PRESENT, Presence.OBSERVER)
    if Attendance.objects.filter(session__meeting=kept, person=person, status__in=here).exists():
        raise OutOfOrder(_("You are on the list of those present. If that is wrong, tell the recorder."))
    leave, _made = Leave.objects.get_or_create(
        meeting=kept, person=person, defaults={"reason": reason.value, "asked_at": at}
    )
    if leave.granted is not None:
        raise OutOfOrder(_("Your leave has been answered already. Talk to the convener."))
    leave.reason, leave.note, leave.asked_at = reason.value, written, at
    leave.save(update_fields=["reason", "note", "asked_at"])
    record("leave_asked", meeting.pk, actor=actor, at=at, document={"person": str(person.pk)})
    return leave


@transaction.atomic
def withdraw_leave(leave: Leave, *, actor: Actor, at: dt.datetime) -> None:
    """They come after all. Leave that was declined stays, so that nobody is asked twice."""
    require(locked(leave.meeting_id), *AHEAD)
    leave.refresh_from_db(fields=["granted"])
    if leave.granted is False:
        raise OutOfOrder(_("You were asked to come: there is no leave to withdraw. Talk to the convener."))
    record("leave_withdrawn", leave.meeting_id, actor=actor, at=at, document={"person": str(leave.person_id)})
    leave.delete()


@transaction.atomic
def answer_leave(leave: Leave, *, granted: bool, actor: Actor, at: dt.datetime) -> None:
    """One tap, either way; a changed mind is another tap, until the minutes are written."""
    meeting = locked(leave.meeting_id)
    require(meeting, *MARKABLE)
    refuse_settled(meeting)
    if not Leave.objects.filter(pk=leave.pk).update(granted=granted, answered_at=at):
        raise OutOfOrder(_("This leave was taken back meanwhile; there is nothing to answer."))
    record(
        "leave_answered",
        leave.meeting_id,
        actor=actor,
        at=at,
        document={"person": str(leave.person_id), "granted": granted},
    )


def lapse_leaves(meeting: Meeting, *, actor: Actor, at: dt.datetime) -> bool:
    """The meeting is on another day: who asked to be away on the old one is expected and may ask anew.

    Returns whether anybody had asked.
    """
    asked = meeting.leaves.order_by("asked_at")
    people = [str(person) for person in asked.values_list("person_id", flat=True)]
    if people:
        asked.delete()
        record("leaves_lapsed", meeting.pk, actor=actor, at=at, document={"people": people})
    return bool(people)


def lapse_marks(sessions: Collection[Session]) -> None:
    """What was noted beforehand for another day says nothing of the new one."""
    Attendance.objects.filter(session__in=sessions).delete()
