"""Whether a duty is done, as far as something shows it: a requirement, tasks of a meeting, a statement of its holder.

Nothing here is added up, and nobody is set beside anybody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    F,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)

from zhibu.apps.lists.models import Statement, Wording
from zhibu.apps.meetings.access import is_held_by
from zhibu.apps.meetings.models import Meeting, Task
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.mine import owed_of
from zhibu.apps.oversight.queries import Latest, latest_of, status_of
from zhibu.domain.compliance import Status
from zhibu.domain.terms import Bearer, DutyState, Proof

#: Statuses of an obligation that leave nothing to do.
_SETTLED = (Status.MET, Status.LATE, Status.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a holder said of ``article``, and when; or a task that a meeting gave somebody, which has neither.

    ``post``: in which they took it on. ``is_held``: by one of those who were asked for. ``record``: its meeting, for
    those who may open it.
    """

    key: UUID
    organization: UUID
    text: str
    article: UUID | None
    said_at: dt.datetime | None
    due: dt.date | None
    done_on: dt.date | None
    post: str
    is_held: bool
    record: UUID | None

    def shows(self, duty: Wording, on: dt.date) -> bool:
        """Whether it is seen by this task: one that it points at or, where it points at none, any of its holder's."""
        if not duty.tasks:
            return self.is_held and (self.done_on is None or self.done_on.year == on.year)
        bearer = Bearer(duty.bearer)
        is_theirs = self.is_held or bearer is Bearer.ORGANIZATION or (self.is_done and self.post in bearer.posts)
        return is_theirs and str(self.key) in duty.tasks

    @property
    def is_done(self) -> bool:
        return self.done_on is not None

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
    borne: Sequence[tuple[Organization, Iterable[Wording]]],
    holders: Collection[UUID],
    on: dt.date,
    *,
    readable: QuerySet[Meeting],
) -> list[list[Seen]]:
    """How the duties borne in each organization stand on a day; statements and tasks are those of ``holders``.

    At most two queries. ``readable``: the meetings that a task may be led back to. A requirement counts by the period
    that runs on the day, else the last one before it. What each person owes on their own is not told here, but to
    those who may know it (``state_of_people``).
    """
    rows = [(organization, list(wordings)) for organization, wordings in borne]
    asked = {Proof(row.proof) for _organization, wordings in rows for row in wordings}
    required = {row.requirement for _organization, wordings in rows for row in wordings if row.requirement}
    organizations = [organization.pk for organization, _wordings in rows]
    latest = latest_of(organizations, required, on) if required else {}
    chosen = {UUID(task) for _organization, wordings in rows for row in wordings for task in row.tasks}
    is_shown = bool(asked & {Proof.STATEMENT, Proof.TASK})
    shown = _shown(organizations, holders, on, chosen=chosen, readable=readable) if is_shown else []

    def one(organization: UUID, row: Wording) -> Seen:
        match Proof(row.proof):
            case Proof.REQUIREMENT if owed := latest.get((organization, row.requirement)):
                is_done = status_of(owed.cell, on) in _SETTLED
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, latest=owed)
            case Proof.STATEMENT:
                said = tuple(
                    one for one in shown if (one.organization, one.article) == (organization, row.article_id)
                )
                return Seen(row, DutyState.DONE if said else DutyState.OPEN, statements=said)
            case Proof.TASK if tasks := _among(shown, organization, row, on):
                is_done = all(task.is_done for task in tasks)
                return Seen(row, DutyState.DONE if is_done else DutyState.OPEN, tasks=tasks)
        return Seen(row, DutyState.NOT_MEASURABLE)

    return [[one(organization.pk, row) for row in wordings] for organization, wordings in rows]


def state_of_people(requirement: str, people: Collection[UUID], on: dt.date) -> DutyState:
    """How a duty stands that is seen by what each owes on their own: done where each of ``people`` has done it."""
    cells = owed_of(requirement, people, on)
    if not cells:
        return DutyState.NOT_MEASURABLE
    return DutyState.DONE if all(cell.status in _SETTLED for cell in cells) else DutyState.OPEN


def _among(shown: Iterable[Shown], organization: UUID, duty: Wording, on: dt.date) -> tuple[Shown, ...]:
    """The tasks by which a duty is seen."""
    given = (one for one in shown if one.organization == organization and one.article is None)
    return tuple(one for one in given if one.shows(duty, on))


def _shown(
    organizations: Collection[UUID],
    holders: Collection[UUID],
    on: dt.date,
    *,
    chosen: Collection[UUID],
    readable: QuerySet[Meeting],
) -> list[Shown]:
    """What was said this year, the holders' tasks that are open or were done this year, and those that were chosen.

    One query for all.
    """
    said = Statement.objects.filter(organization__in=organizations, person__in=holders, said_at__year=on.year)
    held = Q(pk__in=[])
    for holder in holders:
        held |= is_held_by(holder, on)
    lately = Q(done_on__isnull=True) | Q(done_on__year=on.year)
    tasks = Task.objects.filter((held & lately) | Q(pk__in=chosen), meeting__organization__in=organizations)
    nothing, never, no_day = Value(None, UUIDField()), Value(None, DateTimeField()), Value(None, DateField())
    no_post, is_theirs = Value("", CharField()), Value(value=True, output_field=BooleanField())
    is_held = Case(When(held, then=Value(value=True)), default=Value(value=False))
    record = Case(When(meeting__in=readable.order_by().values("pk"), then=F("meeting")))
    rows = (
        said.order_by()
        .values_list("pk", "organization", "text", "article", "said_at", no_day, no_day, no_post, is_theirs, nothing)
        .union(
            tasks.order_by().values_list(
                "pk", "meeting__organization", "text", nothing, never, F("due"), F("done_on"), "post", is_held, record
            ),
            all=True,
        )
    )
    return sorted((Shown(*row) for row in rows), key=lambda one: one.place)
