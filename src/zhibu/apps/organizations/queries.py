"""Reads about the tree: as it stands today, and as it stood on any day."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zhibu.apps.archive.models import Event
from zhibu.apps.organizations.models import FormerName, Organization, Placement, in_subtree
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP, preorder


class Standing(NamedTuple):
    """One organization on a day: its name then and where it stood then.

    ``path`` sorts the tree of that day. ``today`` is the path of today's tree, by which access is judged.
    A tuple: a tree of 5,000 of them is made for each page that shows a part of it.
    """

    id: UUID
    code: str
    name: str
    kind: OrganizationKind
    parent: UUID | None
    path: str
    depth: int
    today: str


@dataclass(frozen=True, slots=True)
class Place:
    """Under whom one organization stood, from when until when (not included); ``None`` still runs."""

    parent: UUID | None
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Life:
    """What does not depend on the day: code, kind, from when until when (not included) it exists, what took it in."""

    code: str
    kind: OrganizationKind
    founded: dt.date | None
    dissolved: dt.date | None
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Subtree:
    """An organization and all that stood below it on a day, whether it existed yet or not: as far as known.

    Said in terms of today's paths, which have an index: what stands at ``today`` or below it now, without those
    that stood elsewhere then, with those that have left since.
    """

    ids: frozenset[UUID]
    today: str
    elsewhere: frozenset[UUID]
    left: frozenset[UUID]

    def holds(self, prefix: str = "") -> Q:
        """The condition that an organization, reached over ``prefix``, was in it."""
        condition = in_subtree(self.today, prefix)
        if self.elsewhere:
            condition &= ~Q(**{f"{prefix}pk__in": self.elsewhere})
        if self.left:
            condition |= Q(**{f"{prefix}pk__in": self.left})
        return condition


class _Row(NamedTuple):
    """A placement with its organization, as the database hands it over; the name is that of the day."""

    organization: UUID
    parent: UUID | None
    since: dt.date
    until: dt.date | None
    code: str
    name: str
    kind: str
    path: str
    founded: dt.date | None
    dissolved: dt.date | None
    merged_into: UUID | None

    def exists_on(self, day: dt.date) -> bool:
        return (self.founded is None or self.founded <= day) and (self.dissolved is None or day < self.dissolved)


class House:
    """The whole tree on a day, and where each organization on record ever stood.

    ``standings``: those that existed on the day, in tree order of that day. ``names`` of that day and ``today``'s
    paths: of every organization on record, whether it existed then or not.
    """

    def __init__(self, day: dt.date, rows: Sequence[_Row]) -> None:
        """``rows`` in the order of today's paths; those of one organization follow each other in time."""
        self.day = day
        self._places: dict[UUID, list[_Row]] = {}
        for row in rows:
            self._places.setdefault(row.organization, []).append(row)
        self.names = {key: rows[0].name for key, rows in self._places.items()}
        self.today = {key: rows[0].path for key, rows in self._places.items()}
        self.standings = _as_today(self._places, day) or _as_placed(self._places, day)
        self._subtrees: dict[UUID, Subtree] = {}

    @cached_property
    def by_id(self) -> dict[UUID, Standing]:
        return {stand.id: stand for stand in self.standings}

    def life(self, id: UUID) -> Life:  # noqa: A002 - the organization's
        row = self._places[id][0]
        return Life(row.code, OrganizationKind(row.kind), row.founded, row.dissolved, row.merged_into)

    def places(self, id: UUID) -> list[Place]:  # noqa: A002
        """Where it stood, in the order of time."""
        return [Place(row.parent, row.since, row.until) for row in self._places[id]]

    @cached_property
    def _below(self) -> dict[UUID | None, list[UUID]]:
        below: dict[UUID | None, list[UUID]] = {}
        for key, rows in self._places.items():
            below.setdefault(_parent_on(rows, self.day), []).append(key)
        return below

    def above(self, id: UUID) -> list[Standing]:  # noqa: A002 - the organization's
        """Its superiors on the day, the highest first."""
        line: list[Standing] = []
        stand = self.by_id.get(id)
        while stand is not None and stand.parent is not None:
            stand = self.by_id[stand.parent]
            line.append(stand)
        return line[::-1]

    def children(self, id: UUID) -> list[Standing]:  # noqa: A002
        """What stood right below it on the day, in tree order."""
        return self._children.get(id, [])

    @cached_property
    def _children(self) -> dict[UUID | None, list[Standing]]:
        children: dict[UUID | None, list[Standing]] = {}
        for stand in self.standings:
            children.setdefault(stand.parent, []).append(stand)
        return children

    def subtree(self, id: UUID) -> Subtree:  # noqa: A002
        if id not in self._subtrees:
            self._subtrees[id] = self._subtree(id)
        return self._subtrees[id]

    def _subtree(self, id: UUID) -> Subtree:  # noqa: A002
        path = self.today[id]
        now = {key for key, place in self.today.items() if place.startswith(path)}
        then = now if self._nobody_moved else frozenset(self._walk(id))
        return Subtree(ids=frozenset(then), today=path, elsewhere=frozenset(now - then), left=frozenset(then - now))

    @cached_property
    def _nobody_moved(self) -> bool:
        return all(len(rows) == 1 for rows in self._places.values())

    def _walk(self, top: UUID) -> Iterator[UUID]:
        met = {top}
        waiting = [top]
        while waiting:
            key = waiting.pop()
            yield key
            # What is known of places before the first import may loop; nobody is met twice.
            new = [child for child in self._below.get(key, []) if child not in met]
            met.update(new)
            waiting.extend(new)


def _parent_on(rows: Sequence[_Row], day: dt.date) -> UUID | None:
    """Where it stood on ``day``; before its first known place, there: as far as known."""
    parent = rows[0].parent
    for row in rows[1:]:
        if row.since <= day:
            parent = row.parent
    return parent


def _as_today(places: Mapping[UUID, Sequence[_Row]], day: dt.date) -> tuple[Standing, ...]:
    """The tree of the day where it is a part of today's: nobody has moved, and nobody's superior is missing.

    Then today's paths, in whose order the rows come, are those of the day. Empty where that is not so.
    """
    standings: list[Standing] = []
    paths: set[str] = set()
    for rows in places.values():
        row = rows[0]
        if len(rows) > 1 or (row.path[:-STEP] and row.exists_on(day) and row.path[:-STEP] not in paths):
            return ()
        if row.exists_on(day):
            paths.add(row.path)
            standings.append(_standing(row, row.parent, row.path, len(row.path) // STEP))
    return tuple(standings)


def _as_placed(places: Mapping[UUID, Sequence[_Row]], day: dt.date) -> tuple[Standing, ...]:
    """The tree of the day, computed from the placements."""
    parents = {key: _parent_on(rows, day) for key, rows in places.items() if rows[0].exists_on(day)}
    inside = {key: parent if parent in parents else None for key, parent in parents.items()}
    return tuple(
        _standing(places[stand.key][0], inside[stand.key], stand.path, stand.depth)
        for stand in preorder(inside, {key: places[key][0].code for key in inside})
    )


_KINDS = {kind.value: kind for kind in OrganizationKind}


def _standing(row: _Row, parent: UUID | None, path: str, depth: int) -> Standing:
    return Standing(row.organization, row.code, row.name, _KINDS[row.kind], parent, path, depth, row.path)


#: Deeds that change where organizations stand, how they are called and from when until when they exist.
SHAPING = (
    "organization_founded",
    "organization_moved",
    "organization_renamed",
    "organization_dissolved",
    "workbook_imported",
    "import_undone",
)


def house_on(day: dt.date) -> House:
    """The whole tree as of ``day``, in one query or two.

    The last ones are kept until another deed has changed the tree: to read and build 5,000 organizations takes
    longer than the rest of a page. So treat it as frozen; it is shared. In a transaction, which may be taken back,
    nothing is kept.
    """
    if connection.in_atomic_block:
        return _read_house(day)
    last = Event.objects.filter(type__in=SHAPING).order_by("-sequence").values_list("id", flat=True).first()
    return _house_of(day, last) if last else _read_house(day)


#: Today, and a few days looked back to.
@lru_cache(maxsize=4)
def _house_of(day: dt.date, _last: UUID) -> House:
    return _read_house(day)


def _read_house(day: dt.date) -> House:
    name_then = Subquery(
        FormerName.objects.filter(organization=OuterRef("organization"), until__gt=day)
        .order_by("until")
        .values("name")[:1]
    )
    rows = Placement.objects.order_by("organization__path", "organization", "since").values_list(
        "organization_id",
        "parent_id",
        "since",
        "until",
        "organization__code",
        Coalesce(name_then, F("organization__name")),
        "organization__kind",
        "organization__path",
        "organization__founded",
        "organization__dissolved",
        "organization__merged_into",
    )
    return House(day, [_Row(*row) for row in rows])


def tree_on(day: dt.date) -> list[Standing]:
    """All organizations that existed on ``day``, in tree order of that day.

    An organization without a placement for the day stands where its first known one is: as far as known.
    """
    return list(house_on(day).standings)


@dataclass(frozen=True, slots=True)
class OldName:
    """A name that an organization had until the day before ``until``."""

    name: str
    until: dt.date


def former_names_of(organization: UUID) -> list[OldName]:
    """The latest first."""
    rows = FormerName.objects.filter(organization=organization).order_by("-until")
    return [OldName(name, until) for name, until in rows.values_list("name", "until")]


def names_of(organizations: Collection[UUID]) -> dict[UUID, str]:
    """Their names of today."""
    return dict(Organization.objects.filter(pk__in=organizations).values_list("pk", "name"))


# --- Looked for -----------------------------------------------------------------------------------------------------


def spelled(text: str, prefix: str = "") -> Q:
    """The condition that an organization, reached over ``prefix``, is called so.

    Part of the name, or the beginning of the code or of the name's initials in pinyin.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    return (
        Q(**{f"{prefix}name__icontains": typed})
        | Q(**{f"{prefix}code__istartswith": typed})
        | Q(**{f"{prefix}initials__startswith": typed.lower()})
    )


def called(text: str, among: QuerySet[Organization]) -> QuerySet[Organization]:
    """The one whose code this is, else all that are called so (``spelled``), in the order of the tree.

    ``among``: what the asker may see; whether there are others can not be guessed from the answer.
    """
    exact = among.filter(code__iexact=text.strip())
    return (exact if exact.exists() else among.filter(spelled(text))).order_by("path")
