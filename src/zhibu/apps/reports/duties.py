"""Whether a duty is done, as far as something shows it: a requirement, tasks of a meeting, a statement of its holder.

Nothing here is added up, and nobody is set beside anybody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.lists.models import Statement, Wording
from zhibu.apps.meetings.access import is_held_by
from zhibu.apps.meetings.models import Task
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.queries import status_of
from zhibu.domain.compliance import Status
from zhibu.domain.terms import DutyState, Proof

#: Statuses of an obligation that leave nothing to do.
_SETTLED = (Status.MET, Status.LATE, Status.EXPLAINED)

#: For so long before a day the periods of a requirement are looked through.
_BACK = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Seen:
    """A duty, how it stands, and what shows it; ``cell`` is ``None`` where no requirement does."""

    wording: Wording
    state: DutyState
    cell: Cell | None = None
    statements: tuple[Statement, ...] = ()
    tasks: tuple[Task, ...] = ()


def seen(
    borne: Sequence[tuple[Organization, Iterable[Wording]]], holders: Collection[UUID], on: dt.date
) -> list[list[Seen]]:
    """How the duties borne in each organization stand on a day; statements and tasks are those of ``holders``.

    At most three queries. A requirement counts by the period that runs on the day, else the last one before it;
    what each person owes on their own is not shown by it.
    """
    rows = [(organization, list(wordings)) for organization, wordings in borne]
    asked = {row.proof for _organization, wordings in rows for row in wordings}
    organizations = [organization.pk for organization, _wordings in rows]
    cells = _cells(organizations, rows, on) if Proof.REQUIREMENT in asked else {}
    statements = _statements(organizations, holders, on) if Proof.STATEMENT in asked else []
    tasks = _tasks(organizations, holders, on) if Proof.TASK in asked else []

    def one(organization: UUID, row: Wording) -> Seen:
        match Proof(row.proof):
            case Proof.REQUIREMENT if (organization, row.requirement) in cells:
                cell = cells[organization, row.requirement]
                is_done = status_of(cell, on) in _SETTLED
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, cell=cell)
            case Proof.STATEMENT:
                said = tuple(
                    one
                    for one in statements
                    if (one.organization_id, one.article_id) == (organization, row.article_id)
                )
                return Seen(row, DutyState.DONE if said else DutyState.OPEN, statements=said)
            case Proof.TASK if of_place := tuple(one for one in tasks if one.meeting.organization_id == organization):
                is_done = all(task.done_on for task in of_place)
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, tasks=of_place)
        return Seen(row, DutyState.NOT_MEASURABLE)

    return [[one(organization.pk, row) for row in wordings] for organization, wordings in rows]


def _cells(
    organizations: Sequence[UUID], rows: Sequence[tuple[Organization, list[Wording]]], on: dt.date
) -> Mapping[tuple[UUID, str], Cell]:
    asked = {row.requirement for _organization, wordings in rows for row in wordings if row.requirement}
    kept = Cell.objects.filter(
        organization__in=organizations,
        requirement__in=asked,
        post="",
        why_not="",
        first__lte=on,
        first__gt=on - _BACK,
    )
    latest = kept.select_related("organization").prefetch_related("evidence").order_by("first")
    return {(cell.organization_id, cell.requirement): cell for cell in latest}


def _statements(organizations: Sequence[UUID], holders: Collection[UUID], on: dt.date) -> list[Statement]:
    said = Statement.objects.filter(organization__in=organizations, person__in=holders, said_at__year=on.year)
    return list(said.select_related("person"))


def _tasks(organizations: Sequence[UUID], holders: Collection[UUID], on: dt.date) -> list[Task]:
    """Of this year: what is still open, and what was done."""
    held = Q(pk__in=[])
    for holder in holders:
        held |= is_held_by(holder, on)
    lately = Q(done_on__isnull=True) | Q(done_on__year=on.year)
    return list(Task.objects.filter(held, lately, meeting__organization__in=organizations).select_related("meeting"))
