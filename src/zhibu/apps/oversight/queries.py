"""Reads of what is owed: kept cells and sums for pages, and the whole meaning for any day and any years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.access import organizations_answered_by
from zhibu.apps.oversight.facts import calendar_of, organizations_of, personal_records, records_of, waivers_of
from zhibu.apps.oversight.known import known_on
from zhibu.apps.oversight.live import current_window, window_on
from zhibu.apps.oversight.models import Cell, Counter, Waiver, Window
from zhibu.apps.people.access import Asker
from zhibu.domain import compliance
from zhibu.domain.compliance import Calendar, Duty, Status, status_on
from zhibu.domain.requirements import Obligation, Rule
from zhibu.domain.terms import ReasonState

#: For so long before a day the periods of a requirement are looked through.
_BACK = dt.timedelta(days=400)


def obligations(
    chosen: Collection[UUID] | None,
    *,
    since: dt.date,
    until: dt.date,
    on: dt.date,
    with_people: bool = False,
    rules: Iterable[Rule] | None = None,
) -> list[compliance.Cell[UUID]]:
    """Every cell of these organizations for the periods that touch ``since`` … ``until``, as known on ``on``.

    Evaluated from the facts, so for any years and under any ``rules``; ``with_people`` adds the cells of posts'
    holders and members. In tree order, then by rule and time. Only what was recorded by the end of ``on`` is seen.
    """
    known = known_on(on)
    calendar = calendar_of(since, until) if rules is None else Calendar(rules, since, until)
    organizations = organizations_of(chosen, with_people=with_people, known=known)
    earliest = min(
        [duty.first for duties in calendar.duties.values() for duty in duties]
        + [term.since for organization in organizations for term in organization.terms],
        default=since,
    )
    by_holder: dict[UUID, list[compliance.Record[UUID]]] = {}
    for record in records_of(chosen, earliest, max(on, until), known=known):
        by_holder.setdefault(record.organization, []).append(record)
    waivers = waivers_of(chosen, known=known)
    cells: list[compliance.Cell[UUID]] = []
    for organization in organizations:
        records = list(by_holder.get(organization.id, ()))
        if organization.people:
            people = [one.person for one in organization.people]
            records += personal_records(people, earliest, max(on, until), known=known)
        cells += compliance.evaluate(organization, records, waivers, calendar, on)
    return cells


@dataclass(frozen=True, slots=True)
class Standing:
    """How one cell or a sum of them stands today. ``owed`` is 1 for a single cell; ``open`` is due or to come."""

    first: dt.date
    last: dt.date
    due: dt.date
    owed: int
    met: int
    late: int
    explained: int
    missing: int
    open: int

    @property
    def done(self) -> int:
        return self.met + self.late

    def status(self, on: dt.date) -> Status:
        """The word for all of it: what needs attention first decides; late is said where all was filed late."""
        if self.missing:
            return Status.MISSING
        if self.open:
            return Status.DUE if on >= self.first else Status.UPCOMING
        if self.explained:
            return Status.EXPLAINED
        return Status.MET if self.met else Status.LATE


class Sums(NamedTuple):
    """The four sums of a counter."""

    owed: int
    met: int
    late: int
    explained: int


def standing_of(period: Duty | Counter, sums: Sums | Counter, on: dt.date) -> Standing:
    """What is neither met nor late is open until the due date, then explained or missing."""
    unmet = sums.owed - sums.met - sums.late
    is_over = on > period.due
    explained = sums.explained if is_over else 0
    return Standing(
        first=period.first,
        last=period.last,
        due=period.due,
        owed=sums.owed,
        met=sums.met,
        late=sums.late,
        explained=explained,
        missing=unmet - explained if is_over else 0,
        open=0 if is_over else unmet,
    )


def status_of(cell: Cell, on: dt.date) -> Status:
    if cell.why_not:
        return Status.NOT_APPLICABLE
    return status_on(
        on, first=cell.first, due=cell.due, completed_on=cell.completed_on, explained_on=cell.explained_on
    )


def calendar_kept(today: dt.date) -> Calendar:
    """The rules over the days for which cells are kept, which knows the version each cell is judged by."""
    window = current_window()
    if window is None:
        return calendar_of(*window_on(today))
    return calendar_of(window.since, window.until, window.edition)


@dataclass(frozen=True, slots=True)
class Latest:
    """The cell of a requirement that counts on a day, the rule that it is judged by and the records it rests on."""

    cell: Cell
    rule: Obligation
    records: tuple[UUID, ...]


def latest_of(
    organizations: Collection[UUID], requirements: Collection[str], on: dt.date
) -> dict[tuple[UUID, str], Latest]:
    """By organization and requirement: the period that runs on a day, else the last one before it. One query.

    Only what organizations owe, not their posts; only periods that begin at most 400 days before.
    """
    rows = Cell.objects.filter(
        organization__in=organizations,
        requirement__in=requirements,
        post="",
        why_not="",
        first__lte=on,
        first__gt=on - _BACK,
    ).annotate(
        record=F("evidence__record"),
        kept_since=Subquery(Window.objects.values("since")),
        kept_until=Subquery(Window.objects.values("until")),
        kept_by=Subquery(Window.objects.values("edition")),
    )
    in_order = rows.select_related("organization").order_by(
        "first", "pk", "evidence__held_on", "evidence__filed_on", "evidence__record"
    )
    found: dict[tuple[UUID, str], Latest] = {}
    for _of_one, group in groupby(in_order, key=attrgetter("pk")):
        resting = list(group)
        cell, records = resting[0], tuple(row.record for row in resting if row.record is not None)
        calendar = calendar_of(cell.kept_since, cell.kept_until, cell.kept_by)
        rule = calendar.rule_of(cell.rule, cell.first, cell.last)
        found[cell.organization_id, cell.requirement] = Latest(cell, rule, records)
    return found


def cells_around(organizations: Collection[Organization], today: dt.date) -> list[Cell]:
    """What these organizations owe now, what this month is about, and what this year has no record of.

    In the order of their due dates; what was settled for periods that ended before this month is left out. What
    may still be filed for a period that is over is owed, also when the year is new.
    """
    month = today.replace(day=1)
    owed = Cell.objects.filter(organization__in=organizations, why_not="", first__lte=today)
    unsettled = Q(completed_on__isnull=True, explained_on__isnull=True, last__gte=dt.date(today.year, 1, 1))
    still_due = Q(completed_on__isnull=True, due__gte=today)
    rows = with_reasons(owed.filter(Q(last__gte=month) | unsettled | still_due))
    return list(rows.select_related("organization").order_by("due", "organization__path", "rule"))


def with_reasons(cells: QuerySet[Cell]) -> QuerySet[Cell]:
    """Each with ``reason``, as ``reason_now`` says it, and ``answer``, what was asked for instead."""
    return cells.annotate(
        reason=reason_now(), answer=Coalesce(Subquery(_given().order_by().values("answer")), Value(""))
    )


def reason_now() -> Case:
    """Of a cell that nothing has settled: how the reason given for it stands; empty where none was given."""
    stands = Case(
        When(accepted=None, then=Value(ReasonState.GIVEN.value)), default=Value(ReasonState.MORE_ASKED.value)
    )
    return Case(
        When(
            completed_on=None,
            explained_on=None,
            why_not="",
            then=Coalesce(Subquery(_given().order_by().values(stands=stands)), Value("")),
        ),
        default=Value(""),
    )


def _given() -> QuerySet[Waiver]:
    """The reason given for a cell and not accepted, for use within a statement on cells."""
    return Waiver.objects.filter(
        Q(accepted=None) | Q(accepted=False),
        organization=OuterRef("organization"),
        requirement=OuterRef("requirement"),
        post=OuterRef("post"),
        first=OuterRef("first"),
    )


def cell_of(waiver: Waiver) -> Cell | None:
    """What the reason was given for; ``None`` where it is kept no more."""
    return Cell.objects.filter(
        organization=waiver.organization_id, requirement=waiver.requirement, post=waiver.post, first=waiver.first
    ).first()


def reasons_waiting_for(asker: Asker) -> QuerySet[Waiver]:
    """The reasons that wait for this asker's answer, the latest first, with ``rule`` and ``last`` of their cells.

    What was done meanwhile, or is no longer owed, waits for nothing.
    """
    rows = Waiver.objects.filter(
        organization__in=organizations_answered_by(asker),
        accepted=None,
        organization__cells__requirement=F("requirement"),
        organization__cells__post=F("post"),
        organization__cells__first=F("first"),
        organization__cells__why_not="",
        organization__cells__completed_on=None,
    )
    found = rows.annotate(rule=F("organization__cells__rule"), last=F("organization__cells__last"))
    return found.select_related("organization").order_by("-asked_at", "-pk")
