"""What one person owes for themself and has done of it: hours of study, talks. Never set beside anybody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.meetings.models import Talk
from zhibu.apps.oversight.facts import (
    Study,
    belonging,
    calendar_of,
    hours_of,
    posts_in,
    studies_of,
    talk_records,
    with_people,
)
from zhibu.apps.people.models import Membership
from zhibu.domain import compliance
from zhibu.domain.compliance import Record
from zhibu.domain.requirements import Measure


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
    study = sorted(studies_of([person], since, until), key=lambda one: (one.record.held_on, str(one.record.id)))
    memberships = _around([person])
    rows = {one.organization_id: one.organization for one in memberships}
    held = posts_in({*rows, *(talk.organization_id for talk in talks)})
    records = [*(one.record for one in study), *talk_records(talks, [person], held)]
    cells = [
        cell
        for branch in with_people(rows.values(), belonging(memberships, [person], held), calendar)
        for cell in compliance.evaluate(branch, records, (), calendar, on)
        if cell.subject == person and cell.why_not is None
    ]
    return Mine(
        cells=tuple(sorted(cells, key=lambda cell: (cell.due, cell.rule.id))),
        study=tuple(study),
        talks=tuple(talks),
    )


def owed_of(requirement: str, people: Collection[UUID], on: dt.date) -> list[compliance.Cell[UUID]]:
    """What each of these people owes of one requirement in the periods that run on a day. At most four statements."""
    since, until = dt.date(on.year, 1, 1), dt.date(on.year, 12, 31)
    calendar = calendar_of(since, until)
    rules = {duty.rule for duties in calendar.duties.values() for duty in duties}
    asked = [rule for rule in rules if rule.requirement == requirement and rule.is_personal]
    if not asked or not people:
        return []
    memberships = _around(people)
    rows = {one.organization_id: one.organization for one in memberships}
    held = posts_in(rows)
    records: list[Record[UUID]] = []
    if any(rule.measure is Measure.HOURS for rule in asked):
        records += hours_of(people, since, until)
    if any(rule.talks for rule in asked):
        talks = Talk.objects.filter(Q(one__in=people) | Q(other__in=people), held_on__range=(since, until))
        records += talk_records(talks, people, held)
    return [
        cell
        for branch in with_people(rows.values(), belonging(memberships, people, held), calendar)
        for cell in compliance.evaluate(branch, records, (), calendar, on)
        if cell.rule in asked and cell.subject in people and cell.why_not is None and cell.first <= on <= cell.last
    ]


def _around(people: Collection[UUID]) -> list[Membership]:
    """Of the branches in which they ever were, with whom they were there: a talk takes somebody else."""
    branches = Membership.objects.filter(person__in=people).order_by().values("organization")
    return list(Membership.objects.filter(organization__in=branches).select_related("organization").order_by("since"))
