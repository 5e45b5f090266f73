"""The figures as numbers: of a scope, and of the whole house as one document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import CharField, Count, Min, Value

from zhibu.apps.people.models import Employment
from zhibu.apps.reports.definitions import (
    BY_ID,
    FIGURES,
    ORGANIZATIONS,
    SERVICE,
    SHARES,
    STAFF,
    Figure,
    Records,
    Share,
    served,
)
from zhibu.apps.reports.scope import Scope
from zhibu.domain.periods import whole_years


def count_all(counted: Sequence[tuple[str, Records]]) -> dict[str, int]:
    """How many records each has, by its name, all in one query."""
    counts = [
        records.order_by()
        .annotate(_name=Value(name, CharField()))
        .values("_name")
        .annotate(_count=Count("pk"))
        .values_list("_name", "_count")
        for name, records in counted
    ]
    # A condition that nothing can meet leaves no row behind: such a name counts nothing.
    found = dict.fromkeys((name for name, _records in counted), 0)
    if counts:
        found.update(counts[0].union(*counts[1:], all=True))
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """All figures of one scope. ``None`` where there is nothing to measure: years of nobody, a share of nothing."""

    scope: Scope
    numbers: Mapping[str, int | None]

    def of(self, figure: Figure) -> int | None:
        return self.numbers[figure.id]

    def share(self, share: Share) -> float | None:
        """From 0 to 1."""
        part, whole = self.of(share.part), self.of(share.whole)
        return part / whole if part is not None and whole else None


def sheet(scope: Scope, figures: Sequence[Figure] = FIGURES) -> Sheet:
    numbers: dict[str, int | None] = {}
    by_service = [figure for figure in figures if figure in SERVICE]
    numbers |= count_all([(figure.id, figure.records(scope)) for figure in figures if figure not in SERVICE])
    if by_service:
        numbers |= _count_by_service(scope, by_service)
    return Sheet(scope, numbers)


def _count_by_service(scope: Scope, figures: Sequence[Figure]) -> dict[str, int | None]:
    """All of them in one pass over the staff: to look up the first day of 50,000 people takes a while."""
    found = STAFF.records(scope).aggregate(
        began=Min("person__work_began"),
        **{
            figure.id.replace(".", "_"): Count("pk", filter=served(figure.years, scope.day))
            for figure in figures
            if figure.years
        },
    )
    longest = whole_years(found["began"], scope.day) if found["began"] else None
    return {figure.id: longest if figure.in_years else found[figure.id.replace(".", "_")] for figure in figures}


@dataclass(frozen=True, slots=True)
class Service:
    """Whole years of work of the staff of one unit. ``longest`` is ``None`` where no first day is known."""

    at_least_15: int
    at_least_20: int
    longest: int | None


def service_years(day: dt.date) -> dict[str, Service]:
    """By the code of each organization that has staff of its own on the day, in tree order."""
    rows = (
        Employment.objects.on(day)
        .filter(organization__isnull=False)
        .values("organization__code", "organization__path")
        .annotate(
            at_least_15=Count("person", distinct=True, filter=served(15, day)),
            at_least_20=Count("person", distinct=True, filter=served(20, day)),
            began=Min("person__work_began"),
        )
        .order_by("organization__path")
    )
    return {
        row["organization__code"]: Service(
            row["at_least_15"], row["at_least_20"], whole_years(row["began"], day) if row["began"] else None
        )
        for row in rows
    }


#: The figures of the document that stand at its top level, in its order.
_TOP = (
    "secretaries",
    "committee_members",
    "branch_committee_members",
    "party_posts",
    "post_holders",
    "staff",
    "members",
    "full_members",
)


def document(day: dt.date) -> dict[str, object]:
    """The figures of the whole house as ``zhibu figures --json`` prints them (``contracts.md``)."""
    whole = sheet(Scope(day))
    return {
        "on": day.isoformat(),
        "organizations": {kind.value: whole.of(figure) for kind, figure in ORGANIZATIONS.items()},
        **{name: whole.of(BY_ID[name]) for name in _TOP},
        **{share.id: whole.share(share) for share in SHARES},
        "window_posts": whole.of(BY_ID["window_posts"]),
        "service_years": {
            code: {
                "at_least_15": service.at_least_15,
                "at_least_20": service.at_least_20,
                "longest": service.longest,
            }
            for code, service in service_years(day).items()
        },
    }
