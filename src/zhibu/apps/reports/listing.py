"""What a figure opens to: the lines of its list, as far as the asker may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, overload
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from zhibu.apps.organizations.queries import spelled as organization_spelled
from zhibu.apps.people.access import Asker, is_among_seen, organizations_seen_by, oversees_place, people_seen_by
from zhibu.apps.people.directory import branch_then, work_then
from zhibu.apps.people.queries import spelled
from zhibu.apps.reports.definitions import Figure, Opens, Records
from zhibu.apps.reports.scope import Scope
from zhibu.domain.terms import OrganizationKind, PostKind


class Sort(StrEnum):
    """The orders a list can have. None of them is by a figure."""

    NUMBER = "number"
    NAME = "name"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """``branch`` and ``unit`` name organizations; ``None`` where there is none on the day."""

    id: UUID
    name: str
    number: str
    branch: UUID | None
    unit: UUID | None
    department: str | None


@dataclass(frozen=True, slots=True)
class PostLine:
    id: UUID
    name: str
    number: str
    post: PostKind
    organization: UUID


@dataclass(frozen=True, slots=True)
class OrganizationLine:
    id: UUID
    number: str
    kind: OrganizationKind


@dataclass(frozen=True, slots=True)
class WindowPostLine:
    name: str
    number: str
    site: str
    section: str
    unit: UUID | None


@dataclass(frozen=True, slots=True)
class NameLine:
    """A site or a section."""

    name: str


Line: TypeAlias = PersonLine | PostLine | OrganizationLine | WindowPostLine | NameLine


#: The name under which a list of people is sorted by where they belong.
_PLACE = "_place"


@dataclass(frozen=True, slots=True)
class _Way:
    """How records of one kind are listed: how they are found, in which orders, as which lines.

    ``person`` is how a record leads to a person, where that differs from figure to figure.
    """

    spelled: Callable[[str, str], Q]
    orders: Mapping[Sort, tuple[str, ...]]
    lines: Callable[[Records, dt.date, str], Iterable[Line]]


def _people(records: Records, day: dt.date, person: str) -> Iterable[Line]:
    rows = records.values_list(
        f"{person}pk",
        f"{person}name",
        f"{person}staff_number",
        branch_then("organization", day, person),
        work_then("organization", day, person),
        work_then("department", day, person),
    )
    return [PersonLine(*row) for row in rows]


def _posts(records: Records, _day: dt.date, _person: str) -> Iterable[Line]:
    rows = records.values_list("person", "person__name", "person__staff_number", "post", "organization")
    return [PostLine(key, name, number, PostKind(post), place) for key, name, number, post, place in rows]


def _organizations(records: Records, _day: dt.date, _person: str) -> Iterable[Line]:
    rows = records.values_list("pk", "code", "kind")
    return [OrganizationLine(key, code, OrganizationKind(kind)) for key, code, kind in rows]


def _window_posts(records: Records, _day: dt.date, _person: str) -> Iterable[Line]:
    rows = records.values_list("name", "code", "site__name", "section__name", "organization")
    return [WindowPostLine(*row) for row in rows]


def _names(records: Records, _day: dt.date, _person: str) -> Iterable[Line]:
    return [NameLine(name) for name in records.values_list("name", flat=True)]


_BY_NAME = _Way(
    spelled=lambda text, _person: Q(name__icontains=text),
    orders=dict.fromkeys(Sort, ("name",)),
    lines=_names,
)

_WAYS: Mapping[Opens, _Way] = {
    Opens.PEOPLE: _Way(
        spelled=spelled,
        orders={
            Sort.NUMBER: ("{person}staff_number",),
            Sort.NAME: ("{person}pinyin", "{person}staff_number"),
            Sort.PLACE: (_PLACE, "{person}staff_number"),
        },
        lines=_people,
    ),
    Opens.POSTS: _Way(
        spelled=spelled,
        orders={
            Sort.PLACE: ("organization__path", "person__staff_number", "post"),
            Sort.NUMBER: ("person__staff_number", "organization__path", "post"),
            Sort.NAME: ("person__pinyin", "person__staff_number", "organization__path", "post"),
        },
        lines=_posts,
    ),
    Opens.ORGANIZATIONS: _Way(
        spelled=lambda text, _person: organization_spelled(text),
        orders={Sort.PLACE: ("path",), Sort.NUMBER: ("code",), Sort.NAME: ("initials", "code")},
        lines=_organizations,
    ),
    Opens.WINDOW_POSTS: _Way(
        spelled=lambda text, _person: Q(name__icontains=text) | Q(code__istartswith=text),
        orders={
            Sort.NUMBER: ("code",),
            Sort.NAME: ("name", "code"),
            Sort.PLACE: ("site__name", "section__name", "code"),
        },
        lines=_window_posts,
    ),
    Opens.SITES: _BY_NAME,
    Opens.SECTIONS: _BY_NAME,
}


@dataclass(frozen=True)
class Listing(Sequence[Line]):
    """The records of a figure: how many there are, how many the asker sees, and those found among them.

    It has the length of what was found, and a slice of it reads only those lines.
    """

    total: int
    seen: int
    found: int
    records: Records
    figure: Figure
    sort: Sort
    day: dt.date

    @property
    def hidden(self) -> int:
        return self.total - self.seen

    def __len__(self) -> int:
        return self.found

    @overload
    def __getitem__(self, part: int) -> Line: ...
    @overload
    def __getitem__(self, part: slice) -> Sequence[Line]: ...
    def __getitem__(self, part: int | slice) -> Line | Sequence[Line]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        # First which ones, then what stands on their lines: nothing is looked up for the lines of other pages.
        keys = self._ordered(self.records).values("pk")[part]
        chosen = self.records.model._default_manager.filter(pk__in=keys)
        return list(_WAYS[self.figure.opens].lines(self._ordered(chosen), self.day, self.figure.person))

    def lines(self) -> Sequence[Line]:
        """All that were found, in the order asked for."""
        return self[:]

    def _ordered(self, records: Records) -> Records:
        order = [field.format(person=self.figure.person) for field in _WAYS[self.figure.opens].orders[self.sort]]
        if _PLACE not in order:
            return records.order_by(*order)
        place: F | Subquery = F("organization__path")
        if not self.figure.is_belonging:
            place = branch_then("organization__path", self.day, self.figure.person)
        first, *others = order
        placed: Records = records.annotate(**{first: place})
        return placed.order_by(F(first).asc(nulls_last=True), *others)


def sorts(figure: Figure) -> tuple[Sort, ...]:
    """The orders its list can have; the first is the one it has unless asked otherwise."""
    return tuple(_WAYS[figure.opens].orders)


def listing(figure: Figure, scope: Scope, asker: Asker, *, text: str = "", sort: Sort | None = None) -> Listing:
    """What ``figure`` counts, as far as ``asker`` may see it and as it is called ``text``."""
    way = _WAYS[figure.opens]
    seen = _seen(figure, scope, asker)
    wanted = seen & way.spelled(text.strip(), figure.person) if text.strip() else seen
    records = figure.records(scope)
    asked = {"seen": seen, "found": wanted}
    counts = records.aggregate(
        total=Count("pk"), **{name: Count("pk", filter=condition) for name, condition in asked.items() if condition}
    )
    return Listing(
        total=counts["total"],
        seen=counts.get("seen", counts["total"]),
        found=counts.get("found", counts["total"]),
        records=records.filter(wanted),
        figure=figure,
        sort=sort or sorts(figure)[0],
        day=scope.day,
    )


def _seen(figure: Figure, scope: Scope, asker: Asker) -> Q:
    """Which records ``asker`` sees; the empty condition where that is all of them."""
    match figure.opens:
        case Opens.PEOPLE | Opens.POSTS:
            return _seen_people(figure, scope, asker)
        case Opens.ORGANIZATIONS:
            return Q(pk__in=organizations_seen_by(asker).values("pk"))
        case _:
            return Q()  # what the public finds at the windows is no secret inside


def _seen_people(figure: Figure, scope: Scope, asker: Asker) -> Q:
    """By ``people_seen_by``, said so that it is not asked of each of 50,000 people where the answer is plain.

    Who oversees all that is spoken of sees whoever belongs to it; and today, whoever holds a post in it.
    """
    if scope.top is None or scope.is_group or not oversees_place(asker, scope.top):
        return is_among_seen(asker, figure.person)
    each = Q(Exists(people_seen_by(asker).filter(pk=OuterRef(f"{figure.person}pk"))))
    if figure.is_belonging:
        return Q() if scope.subtree else Q(organization__isnull=False) | each
    return Q() if scope.day == asker.on else each
