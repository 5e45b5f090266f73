"""Reads of make-up: what somebody missed and where they learn it, who missed a lesson, who made it up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, FilteredRelation, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhibu.apps.learning.models import Equal, MakeUp, Unit
from zhibu.apps.learning.units import units_to_learn
from zhibu.apps.meetings.access import meetings_run_by
from zhibu.apps.meetings.mine import minutes_waiting_for
from zhibu.apps.meetings.models import Attendance, Meeting, RollEntry, Session
from zhibu.apps.meetings.queries import RollLine, turns_of
from zhibu.apps.people.access import Asker
from zhibu.domain.assembly import Presence
from zhibu.domain.learning import OVER, STUDY, MakeUpState
from zhibu.domain.periods import add_months

#: Months back in which a missed lesson is offered; any one can be made up at its own page.
MONTHS_OFFERED = 12

_HERE = [Presence.PRESENT.value, Presence.OBSERVER.value]


@dataclass(frozen=True, slots=True)
class Missed:
    """A lesson that took place without somebody who was expected; ``None``: nothing is declared yet."""

    meeting: Meeting
    make_up: MakeUp | None


def missed_by(person: UUID, on: dt.date, *, most: int) -> list[Missed]:
    """The lessons of the last months that wait to be made up or confirmed, the latest first; one query."""
    told = _offered(person, on).select_related("organization", "own")  # type: ignore[misc]  # annotated there
    return [Missed(meeting, getattr(meeting, "own", None)) for meeting in told.order_by("-held_on", "-pk")[:most]]


def _offered(person: UUID, on: dt.date) -> QuerySet[Meeting]:
    joined = _missed(person).annotate(own=FilteredRelation("make_ups", condition=Q(make_ups__person=person)))
    return joined.filter(
        ~Q(own__state=MakeUpState.CONFIRMED.value) | Q(own__isnull=True),
        held_on__gte=add_months(on, -MONTHS_OFFERED),
    )


class WaitsAs(Enum):
    """As what something waits for somebody on their page of today."""

    MINUTES = "minutes"
    MISSED = "missed"
    UNIT = "unit"


class Waits(NamedTuple):
    """``day``: of the meeting, or the last one of the part to which a unit belongs; ``state``: of a make-up."""

    kind: str
    key: UUID
    title: str
    place: str
    day: dt.date | None
    state: str


def waits_for(asker: Asker, on: dt.date, *, most: int) -> dict[WaitsAs, list[Waits]]:
    """Minutes to approve, lessons to make up, units to learn: at most so many of each, in one statement."""
    found: dict[WaitsAs, list[Waits]] = {kind: [] for kind in WaitsAs}
    if asker.person is None:
        return found
    state = MakeUp.objects.filter(meeting=OuterRef("pk"), person=asker.person).values("state")[:1]
    minutes = _told(WaitsAs.MINUTES, minutes_waiting_for(asker.person)[:most], "held_on")
    lessons = _told(WaitsAs.MISSED, _offered(asker.person, on).order_by("-held_on", "-pk")[:most], "held_on", state)
    units = _told(WaitsAs.UNIT, units_to_learn(asker, on)[:most], "part__last")
    for row in minutes.union(lessons, units, all=True):
        told = Waits(*row)
        found[WaitsAs(told.kind)].append(told)
    found[WaitsAs.MINUTES].sort(key=lambda one: (one.day or on, one.key))
    found[WaitsAs.MISSED].sort(key=lambda one: (one.day or on, one.key), reverse=True)
    found[WaitsAs.UNIT].sort(key=lambda one: (one.day is None, one.day or on, one.key))
    return found


def _told(
    kind: WaitsAs, rows: QuerySet[Any], day: str, state: QuerySet[Any, Any] | None = None
) -> QuerySet[Any, tuple[Any, ...]]:
    """The facts of ``Waits``; of rows that are cut off the keys alone are read first."""
    chosen = rows.model._default_manager.filter(pk__in=rows.values("pk")).order_by()
    said: Any = Value("", CharField()) if state is None else Coalesce(Subquery(state), Value("", CharField()))
    named = Value(kind.value, CharField())
    told: QuerySet[Any, tuple[Any, ...]] = chosen.values_list(named, "pk", "title", "organization__name", day, said)
    return told


def _missed(person: UUID) -> QuerySet[Meeting]:
    called = RollEntry.objects.filter(person=person, observes=False)
    kept = Coalesce(OuterRef("host"), OuterRef("pk"))
    came = Attendance.objects.filter(session__meeting=kept, person=person, status__in=_HERE)
    return Meeting.objects.filter(
        Q(pk__in=called.filter(meeting__host=None).values("meeting")) | Q(host__in=called.values("meeting")),
        ~Exists(came),
        kind__in=[kind.value for kind in STUDY],
        stage__in=[stage.value for stage in OVER],
    )


def has_missed(meeting: Meeting, person: UUID) -> bool:
    return _missed(person).filter(pk=meeting.pk).exists()


def make_up_of(meeting: Meeting, person: UUID) -> MakeUp | None:
    return MakeUp.objects.filter(meeting=meeting, person=person).select_related("answered_by").first()


def missed_session(meeting: Meeting, person: UUID) -> Session | None:
    """The one that a plan meant for them, else the first of the lesson."""
    sessions = meeting.roll_of.sessions
    meant = sessions.filter(Exists(turns_of(person).filter(session=OuterRef("pk")))).order_by("starts_at").first()
    return meant or sessions.order_by("starts_at").first()


def equals_of(meeting: Meeting) -> list[Unit]:
    """The units that stand for a lesson and are not withdrawn."""
    rows = Equal.objects.filter(
        meeting=meeting, unit__published_at__isnull=False, unit__withdrawn_at__isnull=True
    ).select_related("unit__organization")
    return [row.unit for row in rows.order_by("pk")]


def equals_of_all(meetings: Collection[UUID]) -> list[Unit]:
    """The units that stand for any of these lessons and are not withdrawn; one query."""
    standing = Equal.objects.filter(meeting__in=meetings)
    return list(
        Unit.objects.filter(
            pk__in=standing.values("unit"), published_at__isnull=False, withdrawn_at__isnull=True
        ).order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Without:
    """Somebody who was expected and did not come, as those who run the lesson see it."""

    line: RollLine
    make_up: MakeUp | None

    @property
    def is_waiting(self) -> bool:
        return self.make_up is not None and self.make_up.word is MakeUpState.DECLARED


def without(meeting: Meeting, lines: Collection[RollLine]) -> list[Without]:
    """Of a roll those who missed the lesson, in its order; one query."""
    known = {one.person_id: one for one in MakeUp.objects.filter(meeting=meeting).select_related("answered_by")}
    return [
        Without(line, known.get(line.person))
        for line in lines
        if not line.observes and line.presence not in {Presence.PRESENT, Presence.OBSERVER}
    ]


class Waiting(NamedTuple):
    """A lesson of which make-ups wait to be confirmed, and how many."""

    meeting: UUID
    title: str
    number: int


def lessons_to_confirm(asker: Asker, *, most: int) -> list[Waiting]:
    """Of the lessons that the asker runs, the longest waiting first. One's own waits for another. One query."""
    run = meetings_run_by(asker).values("pk")
    declared = MakeUp.objects.filter(state=MakeUpState.DECLARED.value, meeting__in=run)
    by_lesson = declared.exclude(person=asker.person).order_by().values_list("meeting", "meeting__title")
    counted = by_lesson.annotate(number=Count("pk"), since=Min("declared_at")).order_by("since", "meeting")
    return [Waiting(meeting, title, number) for meeting, title, number, _since in counted[:most]]


def made_up_in(meetings: Collection[Meeting], person: UUID) -> set[UUID]:
    """Which of these the person made up, confirmed; one query."""
    rows = MakeUp.objects.filter(meeting__in=meetings, person=person, state=MakeUpState.CONFIRMED.value)
    return set(rows.values_list("meeting", flat=True))


def made_up_by(meeting: Meeting) -> set[UUID]:
    """Who made a lesson up, confirmed."""
    rows = MakeUp.objects.filter(meeting=meeting, state=MakeUpState.CONFIRMED.value)
    return set(rows.values_list("person", flat=True))
