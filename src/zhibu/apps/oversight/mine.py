"""What one person owes for themself and has done of it: hours of study, talks. Never set beside anybody else's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.meetings.models import Meeting, Talk
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.facts import calendar_of, hours_of, organizations_of, talk_records
from zhibu.apps.people.models import Appointment, Membership
from zhibu.domain import compliance
from zhibu.domain.compliance import Belonging, Calendar, Record, StateSince
from zhibu.domain.periods import Span
from zhibu.domain.requirements import State, Subject
from zhibu.domain.terms import PostKind


@dataclass(frozen=True, slots=True)
class Study:
    """A filed lesson somebody was at, and the hours that count."""

    title: str
    record: Record[UUID]


@dataclass(frozen=True, slots=True)
class Mine:
    """Of the periods that touch some days: what is owed, the study that counts, the talks; in the order of time."""

    cells: tuple[compliance.Cell[UUID], ...]
    study: tuple[Study, ...]
    talks: tuple[Talk, ...]


def owed_by(person: UUID, *, since: dt.date, until: dt.date, on: dt.date) -> Mine:
    """What the person owes and has done between two days, both included, as known on ``on``. Five statements."""
    calendar = calendar_of(since, until)
    talks = list(
        Talk.objects.filter(Q(one=person) | Q(other=person), held_on__gte=since, held_on__lte=until)
        .select_related("one", "other")
        .order_by("held_on", "pk")
    )
    hours = sorted(hours_of([person], since, until), key=lambda record: (record.held_on, str(record.id)))
    titles = dict(Meeting.objects.filter(pk__in=[one.id for one in hours]).values_list("pk", "title"))
    records = [*hours, *talk_records(talks, [person])]
    cells = [
        cell
        for organization in _places_of(person, calendar)
        for cell in compliance.evaluate(organization, records, (), calendar, on)
        if cell.subject == person and cell.why_not is None
    ]
    return Mine(
        cells=tuple(sorted(cells, key=lambda cell: (cell.due, cell.rule.id))),
        study=tuple(Study(titles[one.id], one) for one in hours),
        talks=tuple(talks),
    )


def _places_of(person: UUID, calendar: Calendar) -> list[compliance.Organization[UUID]]:
    """The branches in which they ever were, with nobody else in them."""
    here: defaultdict[UUID, list[Span]] = defaultdict(list)
    rows: dict[UUID, Organization] = {}
    for membership in Membership.objects.filter(person=person).select_related("organization").order_by("since"):
        here[membership.organization_id].append(Span(membership.since, membership.until))
        rows[membership.organization_id] = membership.organization
    posts: defaultdict[UUID, list[tuple[PostKind, Span]]] = defaultdict(list)
    held = Appointment.objects.filter(person=person).values_list("organization_id", "post", "since", "until")
    for organization, post, since, until in held:
        posts[organization].append((PostKind(post), Span(since, until)))
    anywhere = tuple(span for spans in here.values() for span in spans)
    states = _states(rows.values(), calendar)
    return [
        compliance.Organization(
            id=key,
            kind=row.word,
            began=row.began,
            founded=row.founded,
            dissolved=row.dissolved,
            states=states.get(key, _UNKNOWN),
            people=(Belonging(person, anywhere, tuple(here[key]), tuple(posts[key])),),
        )
        for key, row in rows.items()
    ]


#: Where no rule for people asks for numbers, none are counted.
_UNKNOWN = (StateSince(dt.date.min, State(members=0, full_members=0)),)


def _states(rows: Iterable[Organization], calendar: Calendar) -> dict[UUID, tuple[StateSince, ...]]:
    bindings = [duty.rule.binding for duties in calendar.duties.values() for duty in duties]
    if not any(one.conditions for one in bindings if one.subject is not Subject.ORGANIZATION):
        return {}
    return {one.id: one.states for one in organizations_of([row.pk for row in rows])}
