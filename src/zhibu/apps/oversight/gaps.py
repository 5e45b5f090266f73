"""The map of what is owed: organizations in tree order × periods, read from the kept sums and cells.

Nothing here is put into an order by how it stands. Obligations of a term have the term calendar instead.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.organizations.queries import spelled
from zhibu.apps.oversight.access import obligations_seen_by
from zhibu.apps.oversight.models import Cell, Counter
from zhibu.apps.oversight.queries import Standing, Sums, reason_now, standing_of
from zhibu.apps.people.access import Asker
from zhibu.domain.compliance import Calendar, Duty, Status, WhyNot, status_on
from zhibu.domain.requirements import Period, Subject
from zhibu.domain.terms import OrganizationKind, ReasonState

# --- Rows and columns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the map: periods that touch ``since`` … ``until``, both included.

    ``requirement``, ``text`` and ``below`` (a path: this organization and all below it) are empty where everything
    is wanted, ``kind`` is then ``None``. ``only_missing``: organizations where, at them or below, something has no
    record after its due date and no accepted reason.
    """

    since: dt.date
    until: dt.date
    requirement: str = ""
    kind: OrganizationKind | None = None
    text: str = ""
    below: str = ""
    only_missing: bool = False


class Column(NamedTuple):
    """A period of the calendar. Sorted: months first, then quarters, half years and years, each in time."""

    months: int
    first: dt.date
    last: dt.date

    @property
    def period(self) -> Period:
        return next(period for period in Period if period.months == self.months)


def duties_within(calendar: Calendar, wanted: Wanted) -> list[Duty]:
    """What is asked of organizations and posts in the wanted time, each once, in the order of the rules."""
    found = {
        (duty.rule.id, duty.first): duty
        for duties in calendar.duties.values()
        for duty in duties
        if not duty.rule.is_personal
        and wanted.requirement in {"", duty.rule.requirement}
        and duty.first <= wanted.until
        and duty.last >= wanted.since
    }
    return list(found.values())


def columns_of(duties: Iterable[Duty]) -> list[Column]:
    return sorted({_column(duty) for duty in duties})


def _column(duty: Duty) -> Column:
    months = duty.rule.period.months
    assert months is not None  # a term has no place in the calendar
    return Column(months, duty.first, duty.last)


def organizations_on_map(
    asker: Asker, wanted: Wanted, duties: Iterable[Duty], today: dt.date
) -> QuerySet[Organization]:
    """Committees, general branches and branches whose obligations the asker may see, in tree order.

    A group is counted in its branch and has a row only for its leader; the leading group owes nothing here.
    """
    rows = (
        obligations_seen_by(asker)
        .exclude(kind=OrganizationKind.LEADING_GROUP.value)
        .filter(
            ~Q(kind=OrganizationKind.GROUP.value) | Q(path__in=asker.led),
            Q(founded__isnull=True) | Q(founded__lte=wanted.until),
            Q(dissolved__isnull=True) | Q(dissolved__gt=wanted.since),
        )
    )
    if wanted.below:
        rows = rows.filter(in_subtree(wanted.below))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind.value)
    if wanted.text:
        rows = rows.filter(spelled(wanted.text))
    if wanted.only_missing:
        rows = rows.filter(pk__in=_with_something_missing(wanted, duties, today))
    return rows.order_by("path")


def _with_something_missing(wanted: Wanted, duties: Iterable[Duty], today: dt.date) -> QuerySet[Counter, Any]:
    counters = Counter.objects.filter(
        rule__in={duty.rule.id for duty in duties if duty.rule.binding.subject is not Subject.POST},
        first__lte=wanted.until,
        last__gte=wanted.since,
        due__lt=today,
        owed__gt=F("met") + F("late") + F("explained"),
    )
    return counters.order_by().values("organization")


# --- Boxes ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Own:
    """A cell of the organization itself, or of a post in it, with the days on which its records were held.

    ``reason``: how one that was given and not accepted stands.
    """

    post: str
    completed_on: dt.date | None
    explained_on: dt.date | None
    why_not: WhyNot | None
    reason: ReasonState | None = None
    held: list[dt.date] = field(default_factory=list)

    def status(self, duty: Duty, on: dt.date) -> Status:
        if self.why_not is not None:
            return Status.NOT_APPLICABLE
        return status_on(
            on, first=duty.first, due=duty.due, completed_on=self.completed_on, explained_on=self.explained_on
        )


@dataclass(slots=True)
class Part:
    """One rule for one period at an organization and all below it.

    ``standing`` is ``None`` where nobody owes it; ``own`` holds what the organization itself owes, or why it does
    not: one cell, or one for each post.
    """

    duty: Duty
    standing: Standing | None = None
    own: list[Own] = field(default_factory=list)

    @property
    def single(self) -> Own | None:
        """The one cell that this is; ``None`` where it is a sum."""
        if len(self.own) == 1 and (self.standing is None or self.standing.owed == 1) and self._is_own:
            return self.own[0]
        return None

    @property
    def reason(self) -> ReasonState | None:
        """How the reason given for the one cell stands that this is; ``None`` where none was, or it is a sum."""
        return self.single.reason if self.single is not None else None

    @property
    def _is_own(self) -> bool:
        return (self.standing is None) == (self.own[0].why_not is not None)


@dataclass(frozen=True, slots=True)
class Row:
    """An organization, and for each column what is owed there, in the order of the rules."""

    organization: Organization
    boxes: Sequence[Sequence[Part]]

    @property
    def misses_something(self) -> bool:
        return any(part.standing is not None and part.standing.missing for box in self.boxes for part in box)


#: A rule and the first day of a period.
_Key = tuple[str, dt.date]


def rows_of(
    organizations: Sequence[Organization], wanted: Wanted, duties: Sequence[Duty], asker: Asker, on: dt.date
) -> list[Row]:
    """The map of these organizations, as known on ``on``; in two statements, however many they are.

    What a post owes has a place only in the rows of those whose secretary ``asker`` is.
    """
    columns = {column: place for place, column in enumerate(columns_of(duties))}
    by_key: dict[_Key, Duty] = {(duty.rule.id, duty.first): duty for duty in duties}
    places = {key: columns[_column(duty)] for key, duty in by_key.items()}
    found: defaultdict[str, dict[_Key, Part]] = defaultdict(dict)

    def part(path: str, key: _Key) -> Part:
        of = found[path]
        if key not in of:
            of[key] = Part(by_key[key])
        return of[key]

    for path, key, standing in _standings(organizations, wanted, by_key, on):
        part(path, key).standing = standing
    for path, key, own in _own_cells(organizations, wanted, by_key):
        part(path, key).own.append(own)
    posts = {key for key, duty in by_key.items() if duty.rule.binding.subject is Subject.POST}
    rows = []
    for organization in organizations:
        boxes: list[list[Part]] = [[] for _column in columns]
        of = found.get(organization.path, {})
        hidden = set() if organization.path in asker.secretary_of else posts
        for key, place in places.items():
            if key in of and key not in hidden:
                boxes[place].append(of[key])
        rows.append(Row(organization, boxes))
    return rows


def _standings(
    organizations: Sequence[Organization], wanted: Wanted, duties: Mapping[_Key, Duty], on: dt.date
) -> Iterator[tuple[str, _Key, Standing]]:
    rows = Counter.objects.filter(_within(organizations, wanted, duties)).order_by()
    for path, rule, first, owed, met, late, explained in rows.values_list(
        "organization__path", "rule", "first", "owed", "met", "late", "explained"
    ):
        duty = duties.get((rule, first))
        if duty is not None:
            yield path, (rule, first), standing_of(duty, Sums(owed, met, late, explained), on)


def _own_cells(
    organizations: Sequence[Organization], wanted: Wanted, duties: Mapping[_Key, Duty]
) -> Iterator[tuple[str, _Key, Own]]:
    """A cell comes once for each record it rests on: its rows follow each other."""
    kept = Cell.objects.filter(_within(organizations, wanted, duties))
    rows = kept.annotate(reason=reason_now()).order_by("pk", "evidence__held_on")
    last, own = None, None
    for pk, path, rule, first, post, done, explained, why_not, reason, held_on, had_quorum in rows.values_list(
        "pk",
        "organization__path",
        "rule",
        "first",
        "post",
        "completed_on",
        "explained_on",
        "why_not",
        "reason",
        "evidence__held_on",
        "evidence__had_quorum",
    ):
        if (rule, first) not in duties:
            continue
        if pk != last or own is None:
            last, own = pk, Own(post, done, explained, WhyNot(why_not) if why_not else None)
            own.reason = ReasonState(reason) if reason else None
            yield path, (rule, first), own
        if had_quorum:
            own.held.append(held_on)


def _within(organizations: Sequence[Organization], wanted: Wanted, duties: Mapping[_Key, Duty]) -> Q:
    return Q(
        organization__in=[one.pk for one in organizations],
        rule__in={rule for rule, _first in duties},
        first__lte=wanted.until,
        last__gte=wanted.since,
    )
