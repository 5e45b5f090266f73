"""Reads around a meeting: its roll and count, what rule judges it, what is open from before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models import Count as CountOf
from django.db.models.functions import Coalesce

from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.meetings.models import (
    AgendaItem,
    Attendance,
    CalendarFeed,
    Candidate,
    Decision,
    Election,
    Filing,
    Leave,
    LedgerLine,
    Meeting,
    Paper,
    Reading,
    RollEntry,
    Session,
    Task,
    Turn,
)
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Appointment, Membership, Person
from zhibu.apps.rules.queries import election_rule_for, rule_for
from zhibu.domain import assembly
from zhibu.domain.assembly import Count, Foresight, Presence, Quorum
from zhibu.domain.periods import add_months
from zhibu.domain.requirements import AssemblyRule, ElectionRule
from zhibu.domain.requirements import Decision as DecisionKind
from zhibu.domain.terms import OFFICES, AbsenceReason, MeetingKind, MeetingStage, OrganizationKind, Standing
from zhibu.domain.tree import STEP, tops


@dataclass(frozen=True, slots=True)
class RollLine:
    """One person on the roll. ``presence`` is ``EXPECTED`` while nothing is known; ``leave`` is what they asked.

    ``session`` is where the mark was made; ``None`` where there is no mark.
    """

    person: UUID
    staff_number: str
    name: str
    standing: Standing | None
    votes: bool
    observes: bool
    presence: Presence
    reason: AbsenceReason | None
    recorded_at: dt.datetime | None
    session: UUID | None
    leave: Leave | None


def roll_of(meeting: Meeting, session: Session | None = None) -> list[RollLine]:
    """The roll in its order, one query. Without ``session``: present is who came to any session."""
    kept = meeting.roll_of
    marks = "meeting__sessions__attendances" if session is None else "person__attendances"
    own = {f"{marks}__person": F("person")} if session is None else {f"{marks}__session": session}
    joined = RollEntry.objects.filter(meeting=kept).annotate(
        row=FilteredRelation(marks, condition=Q(**own)),
        leave=FilteredRelation("person__leaves", condition=Q(person__leaves__meeting=kept)),
    )
    # Where nothing is joined the entry has no such attribute.
    known: dict[UUID, tuple[RollEntry, Attendance | None]] = {}
    lines = joined.select_related("person", "row", "leave")  # type: ignore[misc]  # names annotated above
    for entry in lines.order_by("position", "row__recorded_at"):
        row: Attendance | None = getattr(entry, "row", None)
        before = known.get(entry.person_id, (entry, None))[1]
        # A session at which nothing is known of somebody comes first on SQLite and last on PostgreSQL.
        if before is None or (row is not None and before.status not in {Presence.PRESENT, Presence.OBSERVER}):
            known[entry.person_id] = entry, row
    return [_line(entry.person, entry, row, getattr(entry, "leave", None)) for entry, row in known.values()]


def _line(person: Person, entry: RollEntry, row: Attendance | None, leave: Leave | None) -> RollLine:
    presence, reason = Presence.EXPECTED, None
    if row is not None:
        presence = Presence(row.status)
        reason = AbsenceReason(row.reason) if row.reason else None
    elif leave is not None and leave.granted:
        presence, reason = Presence.LEAVE, AbsenceReason(leave.reason)
    return RollLine(
        person=person.pk,
        staff_number=person.staff_number,
        name=person.name,
        standing=Standing(entry.standing) if entry.standing else None,
        votes=entry.votes,
        observes=entry.observes,
        presence=presence,
        reason=reason,
        recorded_at=row.recorded_at if row else None,
        session=row.session_id if row else None,
        leave=leave,
    )


def count_of(lines: list[RollLine]) -> Count:
    """Both pairs of numbers. A vote at a committee's meeting is its committee's, whatever else somebody is."""
    return assembly.count(
        assembly.Attendance(
            person=line.person,
            standing=Standing.FULL if line.votes else Standing.PROBATIONARY if line.standing else None,
            presence=line.presence,
        )
        for line in lines
        if not line.observes
    )


def count_in_ledger(line: LedgerLine) -> Count:
    """The one pair of numbers of a ledger kept before, taken for both: by it such a record's quorum is judged."""
    return Count(expected=line.expected, present=line.present, voters=line.expected, voters_present=line.present)


def rule_of(
    meeting: Meeting, decision: DecisionKind = DecisionKind.RESOLUTION, on: dt.date | None = None
) -> AssemblyRule | None:
    """The rule in force on the day of the meeting, by which a vote at it is judged."""
    day = meeting.held_on or on
    if day is None:
        return None
    return rule_for(decision, meeting=meeting.word, organization=meeting.organization.word, day=day)


def election_rule_of(meeting: Meeting) -> ElectionRule | None:
    """The rule in force on the day of the meeting, by which an election at it is judged."""
    if meeting.held_on is None:
        return None
    return election_rule_for(meeting=meeting.word, organization=meeting.organization.word, day=meeting.held_on)


def quorum_of(meeting: Meeting, count: Count) -> Quorum:
    return assembly.quorum(rule_of(meeting), count, meeting=meeting.word)


def foresight_of(rule: AssemblyRule | None, count: Count) -> Foresight | None:
    """What can still be decided with so many in the room; ``None`` where no rule is known or it asks nothing."""
    return None if rule is None or rule.quorum is None else assembly.foresee(rule, count)


def month_or_year(text: str) -> tuple[dt.date, dt.date] | None:
    """The first day in and the first day out of “2026” or “2026-11”; ``None`` for anything else."""
    year, dash, month = text.partition("-")
    is_number = year.isascii() and year.isdigit() and (not dash or (month.isascii() and month.isdigit()))
    if not is_number or not 1900 <= int(year) <= 9998 or (dash and not 1 <= int(month) <= 12):  # noqa: PLR2004 - calendar
        return None
    first = dt.date(int(year), int(month or 1), 1)
    return first, add_months(first, 1 if dash else 12)


def held_in(text: str) -> Q:
    """The condition of having been held in that month or year; none where it is not one."""
    days = month_or_year(text)
    return Q() if days is None else Q(held_on__gte=days[0], held_on__lt=days[1])


def last_held(organization: Organization, kind: MeetingKind) -> Meeting | None:
    """The latest meeting of this kind that the organization held, or has announced: what the next one is like.

    A line of a ledger kept before tells too little to be like it.
    """
    return (
        Meeting.objects.filter(
            organization=organization, kind=kind.value, host__isnull=True, ledger_line__isnull=True
        )
        .exclude(stage__in=[MeetingStage.NOT_HELD, MeetingStage.POSTPONED, MeetingStage.DRAFT])
        .select_related("convener", "chair", "recorder")
        .order_by("-held_on", "-made_at")
        .first()
    )


def afternoon_of(meeting: Meeting) -> tuple[list[Session], list[Meeting]]:
    """The sessions of a meeting, and the other meetings that share them; one query."""
    kept = meeting.roll_of
    joined = Session.objects.filter(meeting=kept).annotate(guest=FilteredRelation("meeting__guests"))
    rows = joined.select_related("guest")  # type: ignore[misc]  # annotated above
    found = list(rows.order_by("starts_at", "guest__made_at", "guest__pk"))
    guests = {row.guest.pk: row.guest for row in found if hasattr(row, "guest")}  # not where nothing is joined
    others = [one for one in (kept, *guests.values()) if one.pk != meeting.pk]
    return list({row.pk: row for row in found}.values()), others


def agenda_and_papers_of(meeting: Meeting) -> tuple[list[AgendaItem], list[Paper]]:
    """What stands on the agenda and what is attached, one query."""
    joined = Meeting.objects.filter(pk=meeting.pk).annotate(
        item=FilteredRelation("agenda"), paper=FilteredRelation("papers")
    )
    rows = joined.select_related("item", "paper")  # type: ignore[misc]  # annotated above
    found = list(rows.order_by("item__position", "paper__added_at"))
    items = {row.item.pk: row.item for row in found if hasattr(row, "item")}  # not where nothing is joined
    papers = {row.paper.pk: row.paper for row in found if hasattr(row, "paper")}
    return list(items.values()), list(papers.values())


@dataclass(frozen=True, slots=True)
class LastTime:
    """What the next meeting takes from an earlier one: its hours, what stands open, and what shared its afternoon."""

    session: Session | None
    open_items: tuple[str, ...]
    has_open_tasks: bool
    together: tuple[MeetingKind, ...]


def last_time(meeting: Meeting) -> LastTime:
    """One query. The session is the first; the open items stand in their order."""
    tasks = Task.objects.filter(meeting__organization=OuterRef("organization"), done_on__isnull=True)
    joined = Meeting.objects.filter(pk=meeting.pk).annotate(
        session=FilteredRelation("sessions"),
        item=FilteredRelation("agenda", condition=Q(agenda__is_open=True)),
        guest=FilteredRelation("guests"),
        has_open_tasks=Exists(tasks),
    )
    rows = joined.select_related("session", "item", "guest")  # type: ignore[misc]  # names annotated above
    found = list(rows.order_by("session__starts_at", "item__position", "guest__made_at"))
    # Where nothing is joined a row has no such attribute.
    items = {row.item.pk: row.item.title for row in found if hasattr(row, "item")}
    guests = {row.guest.pk: row.guest.word for row in found if hasattr(row, "guest")}
    return LastTime(
        session=getattr(found[0], "session", None),
        open_items=tuple(items.values()),
        has_open_tasks=found[0].has_open_tasks,
        together=tuple(guests.values()),
    )


def _before(organization: Any, kind: Any, held_on: Any, made_at: Any) -> QuerySet[Meeting]:
    """The meetings of this kind before one, the latest first; the arguments are its facts or references to them.

    A line of a ledger kept before has no minutes to be read.
    """
    return (
        Meeting.objects.filter(organization=organization, kind=kind, ledger_line__isnull=True)
        .filter(Q(held_on__lt=held_on) | Q(held_on=held_on, made_at__lt=made_at))
        .exclude(stage__in=[MeetingStage.NOT_HELD, MeetingStage.POSTPONED, MeetingStage.DRAFT])
        .order_by("-held_on", "-made_at")
    )


def previous_of(meeting: Meeting) -> Meeting | None:
    """The meeting of this kind before this one, whose minutes are read at it; ``None`` at the first."""
    if meeting.held_on is None:
        return None
    return _before(meeting.organization_id, meeting.kind, meeting.held_on, meeting.made_at).first()


def with_previous(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """The same with the meeting before: ``previous_id``, ``_title``, ``_held_on``, ``_stage``; ``None`` at the first.

    ``previous_is_read``: whether its minutes were read at this one.
    """
    before = _before(OuterRef("organization"), OuterRef("kind"), OuterRef("held_on"), OuterRef("made_at"))
    return rows.annotate(
        previous_id=Subquery(before.values("pk")[:1]),
        previous_title=Subquery(before.values("title")[:1]),
        previous_held_on=Subquery(before.values("held_on")[:1]),
        previous_stage=Subquery(before.values("stage")[:1]),
        previous_is_read=Exists(Reading.objects.filter(meeting=OuterRef("pk"), before=OuterRef("previous_id"))),
    )


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item of the agenda with its votes and ballots, each ballot with its candidates in their order."""

    item: AgendaItem
    decisions: tuple[Decision, ...]
    elections: tuple[tuple[Election, tuple[Candidate, ...]], ...]


def agenda_of(meeting: Meeting) -> list[ItemRecord]:
    """The agenda in its order with all that was counted, one query."""
    joined = AgendaItem.objects.filter(meeting=meeting).annotate(
        vote=FilteredRelation("decisions"), stood=FilteredRelation("elections__candidates")
    )
    rows = joined.select_related("vote__about", "stood__person", "stood__election")  # type: ignore[misc]  # annotated
    items: dict[UUID, AgendaItem] = {}
    votes: dict[UUID, dict[UUID, Decision]] = {}
    stood: dict[UUID, dict[int, Candidate]] = {}
    order = ("position", "vote__counted_at", "stood__election__counted_at", "stood__position")
    for row in rows.order_by(*order):
        items.setdefault(row.pk, row)
        if vote := getattr(row, "vote", None):  # where nothing is joined there is no such attribute
            votes.setdefault(row.pk, {})[vote.pk] = vote
        if candidate := getattr(row, "stood", None):
            stood.setdefault(row.pk, {})[candidate.pk] = candidate
    return [
        ItemRecord(item, tuple(votes.get(key, {}).values()), _ballots(stood.get(key, {}).values()))
        for key, item in items.items()
    ]


def _ballots(candidates: Iterable[Candidate]) -> tuple[tuple[Election, tuple[Candidate, ...]], ...]:
    grouped = groupby(candidates, key=lambda candidate: candidate.election)
    return tuple((election, tuple(group)) for election, group in grouped)


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks around a meeting: taken on there, reported there, and open from before."""

    taken: list[Task]
    reported: list[Task]
    waiting: list[Task]


#: Tasks shown with a meeting: its own come first.
MOST_TASKS = 200


def tasks_of(meeting: Meeting) -> Tasks:
    """One query. What is reported at this meeting no longer waits."""
    mine = Case(When(meeting=meeting, then=0), When(reported_at=meeting, then=1), default=2)
    rows = list(
        Task.objects.filter(
            Q(meeting=meeting)
            | Q(reported_at=meeting)
            | Q(meeting__organization=meeting.organization_id, done_on__isnull=True)
        )
        .select_related("holder", "meeting")
        .order_by(mine, "due", "id")[:MOST_TASKS]
    )
    others = [task for task in rows if task.meeting_id != meeting.pk]
    return Tasks(
        taken=[task for task in rows if task.meeting_id == meeting.pk],
        reported=[task for task in others if task.reported_at_id == meeting.pk],
        waiting=[task for task in others if task.reported_at_id != meeting.pk and _is_before(task.meeting, meeting)],
    )


def _is_before(one: Meeting, other: Meeting) -> bool:
    days = (one.held_on or one.made_at.date(), other.held_on or other.made_at.date())
    return days[0] < days[1] or (days[0] == days[1] and one.made_at < other.made_at)


def people_of(organization: Organization, on: dt.date) -> QuerySet[Person]:
    """Who may convene, chair or record a meeting of the organization: its members and the holders of its posts."""
    held = holds_on(on)
    if organization.kind == OrganizationKind.GROUP:
        members = Membership.objects.filter(held, group=organization)
    else:
        members = Membership.objects.filter(held, in_subtree(organization.path, "organization__"))
    posts = Appointment.objects.filter(
        held,
        Q(organization=organization) | Q(organization__path=organization.path[:-STEP])
        if organization.kind == OrganizationKind.GROUP
        else Q(organization=organization),
    )
    # As two sets: asked of each of 50,000 people, it would take as long as there are people.
    theirs = Q(pk__in=members.values("person")) | Q(pk__in=posts.values("person"))
    return Person.objects.filter(theirs).order_by("pinyin", "staff_number")


def people_at(meeting: Meeting, on: dt.date) -> QuerySet[Person]:
    """The same of a meeting that has begun: who is on its roll or named already, too."""
    named = [key for key in (meeting.convener_id, meeting.chair_id, meeting.recorder_id) if key is not None]
    came = Person.objects.filter(Q(pk__in=meeting.roll_of.roll.values("person")) | Q(pk__in=named))
    return people_of(meeting.organization, on) | came


def lecturers_of(organization: Organization, on: dt.date) -> QuerySet[Person]:
    """Who may teach its lesson: its own people, and the office holders of those above it."""
    *above, _own = tops(organization.path)
    offices = Appointment.objects.on(on).filter(
        organization__path__in=above, post__in=[post.value for post in OFFICES]
    )
    return people_of(organization, on) | Person.objects.filter(pk__in=offices.values("person"))


def pulse_of(session: Session) -> str:
    """A text that changes whenever a count at this meeting does: cheap to ask every two seconds.

    A clock that jumped back leaves the last mark where it was; so how many are here stands in it too.
    """
    marks = Attendance.objects.filter(session__meeting=session.meeting_id).aggregate(
        number=CountOf("pk"), here=CountOf("pk", filter=Q(status=Presence.PRESENT)), last=Max("recorded_at")
    )
    leaves = Leave.objects.filter(meeting=session.meeting_id).aggregate(
        number=CountOf("pk"), asked=Max("asked_at"), answered=Max("answered_at")
    )
    expected = RollEntry.objects.filter(meeting=session.meeting_id).aggregate(
        number=CountOf("pk"), observers=CountOf("pk", filter=Q(observes=True))
    )
    state = (session.opened_at, session.closed_at, session.code_enabled, session.head_count)
    return "|".join(str(fact) for facts in (marks, leaves, expected) for fact in facts.values()) + str(state)


def together_with(meeting: Meeting) -> QuerySet[Meeting]:
    """The other kinds on the same afternoon: they share sessions and roll and keep records of their own."""
    kept = meeting.roll_of
    return Meeting.objects.filter(Q(pk=kept.pk) | Q(host=kept)).exclude(pk=meeting.pk).order_by("made_at", "pk")


def filing_of(meeting: Meeting) -> Filing | None:
    """The filed record with what stands beside it; ``None`` while it is not filed."""
    return (
        Filing.objects.select_related("document", "event")
        .prefetch_related("corrections")
        .filter(meeting=meeting)
        .first()
    )


#: What changes when a session is, what it is called and whether it takes place.
CHANGES_OF_A_SESSION = (
    "session_set",
    "session_changed",
    "meeting_renamed",
    "meeting_announced",
    "meeting_postponed",
    "meeting_not_held",
)


def turns_of(person: Any) -> QuerySet[Turn]:
    """The sessions that plans mean for somebody."""
    return Turn.objects.filter(person=person)


def meant_for(person: Any) -> Q:
    """The condition that a session is somebody's own: of a meeting whose turns name them, only theirs; else each."""
    turns = turns_of(person)
    return Q(Exists(turns.filter(session=OuterRef("pk")))) | ~Q(
        Exists(turns.filter(session__meeting=OuterRef("meeting")))
    )


def sessions_for(feed: CalendarFeed, asker: Asker, since: dt.date) -> QuerySet[Session]:
    """The sessions of a calendar from ``since`` on: of the person's roll, or of an organization they may see.

    ``version`` counts the events that changed one, ``last_change`` is when the last was recorded. What was given up
    before anybody was told is in nobody's calendar.
    """
    told = ~Q(stage=MeetingStage.DRAFT) & ~Q(stage=MeetingStage.NOT_HELD, announced_at__isnull=True)
    if feed.organization_id is not None:
        kept = meetings_seen_by(asker).filter(told, organization=feed.organization_id)
        own = Q()
    elif feed.account.person_id is not None:
        kept = Meeting.objects.filter(told, roll__person=feed.account.person_id)
        own = meant_for(feed.account.person_id)
    else:
        return Session.objects.none()
    keepers = Meeting.objects.filter(Q(pk__in=kept.values("pk")) | Q(pk__in=kept.values("host")))
    changes = Event.objects.filter(subject=OuterRef("meeting"), type__in=CHANGES_OF_A_SESSION)
    return (
        Session.objects.filter(own, meeting__in=keepers, starts_at__date__gte=since)
        .select_related("meeting__organization")
        .prefetch_related("meeting__guests")
        .annotate(
            version=Coalesce(Subquery(changes.order_by().values("subject").annotate(n=CountOf("pk")).values("n")), 0),
            last_change=Coalesce(
                Subquery(changes.order_by("-sequence").values("recorded_at")[:1]), F("meeting__made_at")
            ),
        )
    )
