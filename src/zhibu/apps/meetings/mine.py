"""What one person has to do with meetings: what is ahead, their part in one, what they attended, their tasks.

Reads of somebody about themself; what a secretary or a committee reads about others is in ``queries``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from zhibu.apps.meetings.access import is_held_by, may_run, meetings_attended_by
from zhibu.apps.meetings.models import Attendance, Leave, Meeting, Session, Task
from zhibu.apps.meetings.queries import RollLine, meant_for, turns_of
from zhibu.apps.people.access import Asker
from zhibu.apps.rosters.models import Shift
from zhibu.apps.rosters.queries import shift_during, shifts_of
from zhibu.domain.assembly import Presence
from zhibu.domain.stages import AHEAD, OFF
from zhibu.domain.terms import AbsenceReason, MeetingStage

HERE = (Presence.PRESENT, Presence.OBSERVER)


@dataclass(frozen=True, slots=True)
class Duty:
    """A session between somebody's shifts: the shift of its day, and the one it falls into; ``None``: there is none.

    ``since`` is the day of the roster to which the shift that clashes belongs: a night reaches into the morning.
    """

    shift: Shift | None
    clashes: Shift | None
    since: dt.date | None


def duty_of(session: Session, shifts: dict[dt.date, Shift]) -> Duty:
    since, clashes = shift_during(shifts, session.starts_at, session.ends_at) or (None, None)
    return Duty(shifts.get(localtime(session.starts_at).date()), clashes, since)


# --- What is ahead -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ahead:
    """A session to come, or one that is open. ``meetings``: the one that keeps the roll, then those that share it.

    ``is_meant``: a plan means it for this person. ``has_leave`` tells whether leave was asked for, ``granted`` what
    was answered; ``None`` while nothing was.
    """

    session: Session
    meetings: tuple[Meeting, ...]
    duty: Duty
    has_leave: bool
    granted: bool | None
    is_here: bool
    is_meant: bool

    @property
    def meeting(self) -> Meeting:
        return self.meetings[0]

    @property
    def day(self) -> dt.date:
        return localtime(self.session.starts_at).date()

    @property
    def is_off(self) -> bool:
        return self.meeting.at_stage in OFF

    @property
    def takes_code(self) -> bool:
        return self.session.is_open and self.session.code_enabled and not self.is_here


def ahead_of(person: UUID, at: dt.datetime, *, most: int) -> list[Ahead]:
    """The next sessions of meetings on whose roll the person stands, the nearest first; two queries.

    One query more where meetings share an afternoon. What was postponed or is not held after all is said on its day,
    so that nobody comes in vain. Of a lesson held in turns those that are left, once the person was at one, are not
    ahead any more.
    """
    rows = list(_sessions_ahead(person, at)[:most])
    shared = [session.meeting for session in rows if vars(session)["is_shared"]]
    prefetch_related_objects(shared, Prefetch("guests", queryset=_guests().order_by("made_at")))
    shifts = shifts_of(person, {localtime(session.starts_at).date() for session in rows}) if rows else {}
    return [_ahead(session, shifts) for session in rows]


def _ahead(session: Session, shifts: dict[dt.date, Shift]) -> Ahead:
    row = vars(session)
    return Ahead(
        session=session,
        meetings=(session.meeting, *(session.meeting.guests.all() if row["is_shared"] else ())),
        duty=duty_of(session, shifts),
        has_leave=row["has_leave"],
        granted=row["granted"],
        is_here=row["is_here"],
        is_meant=row["is_meant"],
    )


def open_sessions_of(person: UUID) -> QuerySet[Session]:
    """Open now, with codes on, and the person is on the roll: where the digits may be typed."""
    return (
        Session.objects.filter(
            meeting__roll__person=person, opened_at__isnull=False, closed_at__isnull=True, code_enabled=True
        )
        .select_related("meeting__organization")
        .order_by("starts_at")
    )


def _sessions_ahead(person: UUID, at: dt.datetime) -> QuerySet[Session]:
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    here = Attendance.objects.filter(person=person, status__in=HERE)
    leave = Leave.objects.filter(meeting=OuterRef("meeting"), person=person)
    return (
        Session.objects.filter(
            Q(starts_at__gte=midnight) | Q(ends_at__gte=at) | Q(opened_at__isnull=False),
            meant_for(person),
            meeting__roll__person=person,
            meeting__stage__in=[stage.value for stage in AHEAD + OFF],
            closed_at__isnull=True,
        )
        .exclude(Exists(here.filter(session__meeting=OuterRef("meeting")).exclude(session=OuterRef("pk"))))
        .annotate(
            has_leave=Exists(leave),
            granted=Subquery(leave.values("granted")[:1]),
            is_here=Exists(here.filter(session=OuterRef("pk"))),
            is_meant=Exists(turns_of(person).filter(session=OuterRef("pk"))),
            is_shared=Exists(_guests().filter(host=OuterRef("meeting"))),
        )
        .select_related("meeting__organization")
        .order_by("starts_at", "pk")
    )


def _guests() -> QuerySet[Meeting]:
    """Meetings that may share another's afternoon and are known to those called."""
    return Meeting.objects.exclude(stage=MeetingStage.DRAFT)


# --- My part in one meeting ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session as it concerns somebody: their shifts around it, and whether they were there."""

    session: Session
    duty: Duty
    is_here: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's own part in a meeting on whose roll they stand."""

    meeting: Meeting
    line: RollLine
    turns: tuple[OwnSession, ...]

    @property
    def leave(self) -> Leave | None:
        return self.line.leave

    @property
    def is_here(self) -> bool:
        return self.line.presence in HERE

    @property
    def takes_leave(self) -> bool:
        """Whether leave may be asked for or withdrawn at this stage."""
        return self.meeting.at_stage in AHEAD

    @property
    def may_ask(self) -> bool:
        """Nothing was asked yet, or not answered yet: another word replaces the first."""
        return self.takes_leave and not self.is_here and (self.leave is None or self.leave.granted is None)

    @property
    def may_withdraw(self) -> bool:
        return self.takes_leave and self.leave is not None and self.leave.granted is not False

    @property
    def reasons(self) -> tuple[AbsenceReason, ...]:
        return tuple(AbsenceReason)

    @property
    def suggested(self) -> AbsenceReason | None:
        """The shift, where every session falls into one."""
        clashes = bool(self.turns) and all(turn.duty.clashes for turn in self.turns)
        return AbsenceReason.SHIFT if clashes else None

    @property
    def code_session(self) -> Session | None:
        """The session that is open with codes on, where they have not signed in yet."""
        open_now = (turn.session for turn in self.turns if turn.session.is_open and turn.session.code_enabled)
        return None if self.is_here else next(open_now, None)


def part_of(meeting: Meeting, asker: Asker, lines: Sequence[RollLine], sessions: list[Session]) -> Part | None:
    """The asker's part, from the roll at hand; ``None`` for who is not on it.

    Shifts, one query, are looked up for who still has to find a time: who runs the meeting has set it.
    """
    line = next((line for line in lines if line.person == asker.person), None)
    if asker.person is None or line is None:
        return None
    is_here = line.presence in HERE
    looks_for_time = meeting.at_stage in AHEAD and not is_here and not may_run(asker, meeting)
    days = {localtime(session.starts_at).date() for session in sessions}
    shifts = shifts_of(asker.person, days) if looks_for_time else {}
    turns = (OwnSession(one, duty_of(one, shifts), is_here and line.session == one.pk) for one in sessions)
    return Part(meeting, line, tuple(turns))


# --- What somebody attended ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attended:
    """A filed meeting, and what its record says of one person."""

    meeting: Meeting
    presence: Presence
    reason: AbsenceReason | None


def filed_with(asker: Asker) -> QuerySet[Meeting]:
    """Filed meetings on whose roll the asker stood, the latest first, each with what is known of them."""
    kept = Coalesce(OuterRef("host"), OuterRef("pk"))
    marks = Attendance.objects.filter(session__meeting=kept, person=asker.person)
    leave = Leave.objects.filter(meeting=kept, person=asker.person, granted=True)
    return (
        meetings_attended_by(asker)
        .filter(stage=MeetingStage.FILED)
        .annotate(
            came=Subquery(marks.filter(status__in=HERE).values("status")[:1]),
            mark=Subquery(marks.order_by("-recorded_at").values("status")[:1]),
            mark_reason=Subquery(marks.order_by("-recorded_at").values("reason")[:1]),
            leave_reason=Subquery(leave.values("reason")[:1]),
        )
        .select_related("organization")
        .order_by("-held_on", "-made_at", "-pk")
    )


def attended(meeting: Meeting) -> Attended:
    """The same as the line of the roll (``queries.roll_of``), read off a row of ``filed_with``."""
    row = vars(meeting)
    if row["came"]:
        return Attended(meeting, Presence(row["came"]), None)
    if row["mark"]:
        return Attended(meeting, Presence(row["mark"]), _reason(row["mark_reason"]))
    if row["leave_reason"]:
        return Attended(meeting, Presence.LEAVE, _reason(row["leave_reason"]))
    return Attended(meeting, Presence.EXPECTED, None)


def _reason(word: str) -> AbsenceReason | None:
    return AbsenceReason(word) if word else None


# --- Tasks, and minutes that wait ----------------------------------------------------------------------------------


def tasks_held_by(person: UUID, on: dt.date) -> QuerySet[Task]:
    """What somebody holds: what is not done first, by its day; then what is done, the latest first."""
    return (
        Task.objects.filter(is_held_by(person, on))
        .select_related("meeting")
        .order_by(F("done_on").desc(nulls_first=True), F("due").asc(nulls_last=True), "pk")
    )


def minutes_waiting_for(person: UUID) -> QuerySet[Meeting]:
    """Minutes handed over that this person must approve: as chair, or as convener where nobody chairs."""
    return (
        Meeting.objects.filter(Q(chair=person) | Q(chair__isnull=True, convener=person), stage=MeetingStage.DRAFTED)
        .exclude(approvals__person=person)
        .select_related("organization")
        .order_by("held_on", "made_at")
    )
