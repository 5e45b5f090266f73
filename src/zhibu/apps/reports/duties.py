"""Whether a duty is done, as far as something shows it: a requirement, tasks of a meeting, a statement of its holder.

Nothing here is added up, and nobody is set beside anybody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import DateField, DateTimeField, F, Q, UUIDField, Value

from zhibu.apps.lists.models import Statement, Wording
from zhibu.apps.meetings.access import is_held_by
from zhibu.apps.meetings.models import Task
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.queries import Latest, latest_of, status_of
from zhibu.domain.compliance import Status
from zhibu.domain.terms import DutyState, Proof

#: Statuses of an obligation that leave nothing to do.
_SETTLED = (Status.MET, Status.LATE, Status.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a holder said of ``article``, and when; or a task that a meeting gave them, which has neither."""

    key: UUID
    organization: UUID
    text: str
    article: UUID | None
    said_at: dt.datetime | None
    due: dt.date | None
    done_on: dt.date | None

    @property
    def place(self) -> tuple[float, dt.date, UUID]:
        """The latest statement comes first, and the task that is due first."""
        return -self.said_at.timestamp() if self.said_at else 0, self.due or dt.date.max, self.key


@dataclass(frozen=True, slots=True)
class Seen:
    """A duty, how it stands, and what shows it; ``latest`` is ``None`` where no requirement does."""

    wording: Wording
    state: DutyState
    latest: Latest | None = None
    statements: tuple[Shown, ...] = ()
    tasks: tuple[Shown, ...] = ()


def seen(
    borne: Sequence[tuple[Organization, Iterable[Wording]]], holders: Collection[UUID], on: dt.date
) -> list[list[Seen]]:
    """How the duties borne in each organization stand on a day; statements and tasks are those of ``holders``.

    At most two queries. A requirement counts by the period that runs on the day, else the last one before it;
    what each person owes on their own is not shown by it.
    """
    rows = [(organization, list(wordings)) for organization, wordings in borne]
    asked = {Proof(row.proof) for _organization, wordings in rows for row in wordings}
    required = {row.requirement for _organization, wordings in rows for row in wordings if row.requirement}
    organizations = [organization.pk for organization, _wordings in rows]
    latest = latest_of(organizations, required, on) if required else {}
    shown = _shown(organizations, holders, on) if asked & {Proof.STATEMENT, Proof.TASK} else []

    def one(organization: UUID, row: Wording) -> Seen:
        match Proof(row.proof):
            case Proof.REQUIREMENT if owed := latest.get((organization, row.requirement)):
                is_done = status_of(owed.cell, on) in _SETTLED
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, latest=owed)
            case Proof.STATEMENT:
                said = _among(shown, organization, row.article_id)
                return Seen(row, DutyState.DONE if said else DutyState.OPEN, statements=said)
            case Proof.TASK if tasks := _among(shown, organization, None):
                is_done = all(task.done_on for task in tasks)
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, tasks=tasks)
        return Seen(row, DutyState.NOT_MEASURABLE)

    return [[one(organization.pk, row) for row in wordings] for organization, wordings in rows]


def _among(shown: Iterable[Shown], organization: UUID, article: UUID | None) -> tuple[Shown, ...]:
    return tuple(one for one in shown if (one.organization, one.article) == (organization, article))


def _shown(organizations: Collection[UUID], holders: Collection[UUID], on: dt.date) -> list[Shown]:
    """What was said this year, and the tasks that are open or were done this year. One query for both."""
    said = Statement.objects.filter(organization__in=organizations, person__in=holders, said_at__year=on.year)
    held = Q(pk__in=[])
    for holder in holders:
        held |= is_held_by(holder, on)
    lately = Q(done_on__isnull=True) | Q(done_on__year=on.year)
    tasks = Task.objects.filter(held, lately, meeting__organization__in=organizations)
    nothing, never = Value(None, UUIDField()), Value(None, DateTimeField())
    no_day = Value(None, DateField())
    rows = (
        said.order_by()
        .values_list("pk", "organization", "text", "article", "said_at", no_day, no_day)
        .union(
            tasks.order_by().values_list(
                "pk", "meeting__organization", "text", nothing, never, F("due"), F("done_on")
            ),
            all=True,
        )
    )
    return sorted((Shown(*row) for row in rows), key=lambda one: one.place)
