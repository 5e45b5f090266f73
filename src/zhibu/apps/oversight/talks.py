"""The talks of a branch for its secretary: who has which kind before them, and which have taken place."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.meetings.models import Talk
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.facts import (
    TALKS,
    belonging,
    calendar_of,
    kind_of_talk,
    posts_in,
    talk_records,
    with_people,
)
from zhibu.apps.people.models import Membership, Person
from zhibu.domain import compliance
from zhibu.domain.requirements import Obligation
from zhibu.domain.terms import TalkKind


@dataclass(frozen=True, slots=True)
class Talks:
    """Of one branch in a year. ``owed``: the cells of each of today's members, by kind, without what is not owed.

    ``rules``: by which it is judged today. ``held``: entered by this branch, the latest first.
    """

    rules: Sequence[Obligation]
    members: Sequence[Person]
    owed: Mapping[UUID, Sequence[compliance.Cell[UUID]]]
    held: Sequence[tuple[Talk, TalkKind]]


def talks_of(branch: Organization, on: dt.date) -> Talks:
    """The year of ``on``, as known on that day. Talks that a member had in another branch count. Three statements."""
    since, until = dt.date(on.year, 1, 1), dt.date(on.year, 12, 31)
    calendar = calendar_of(since, until)
    now = Membership.objects.on(on).filter(organization=branch).order_by().values("person")
    rows = Membership.objects.filter(Q(organization=branch) | Q(person__in=now)).select_related("person")
    memberships = list(rows.order_by("person__pinyin", "person__staff_number", "since"))
    members = [one.person for one in memberships if one.organization_id == branch.pk and one.holds(on)]
    ids = [person.pk for person in members]
    theirs = Q(organization=branch) | Q(one__in=now) | Q(other__in=now)
    talks = list(Talk.objects.filter(theirs, held_on__range=(since, until)).select_related("one", "other"))
    held = posts_in({branch.pk, *(talk.organization_id for talk in talks)})
    records = list(talk_records(talks, ids, held))
    owed: defaultdict[UUID, list[compliance.Cell[UUID]]] = defaultdict(list)
    for one in with_people([branch], belonging(memberships, ids, held), calendar):
        for cell in compliance.evaluate(one, records, (), calendar, on):
            if cell.rule.requirement == TALKS and cell.why_not is None and isinstance(cell.subject, UUID):
                owed[cell.subject].append(cell)
    return Talks(
        rules=[
            rule
            for rule in calendar.rules_on(on).values()
            if isinstance(rule, Obligation) and rule.requirement == TALKS
        ],
        members=members,
        owed=owed,
        held=[(talk, kind_of_talk(talk, held)) for talk in talks if talk.organization_id == branch.pk],
    )
