"""Who belongs where on a day, who holds which post, who is called so: lists of names, as far as one may see them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Coalesce

from zhibu.apps.organizations.queries import spelled as organization_spelled
from zhibu.apps.people.access import Asker, organizations_seen_by, people_seen_by, records_seen_by
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.apps.people.queries import spelled
from zhibu.domain.terms import OrganizationKind, PostKind, Standing

# --- Of a person ---------------------------------------------------------------------------------------------------


def branch_then(field: str, day: dt.date, prefix: str = "") -> Subquery:
    """Of a person, reached over ``prefix``: one field of the membership that they had on ``day``."""
    return _then(Membership.objects.on(day), field, prefix)


def work_then(field: str, day: dt.date, prefix: str = "") -> Subquery:
    """Of a person, reached over ``prefix``: one field of the employment that they had on ``day``."""
    return _then(Employment.objects.on(day), field, prefix)


def _then(rows: QuerySet[Any], field: str, prefix: str) -> Subquery:
    # A subquery takes a key for the foreign key it is, and would hand over what the database keeps it as.
    kind = UUIDField() if field in {"organization", "group"} else None
    theirs = rows.filter(person=OuterRef(f"{prefix}pk")).order_by("-since")
    return Subquery(theirs.values(field)[:1], output_field=kind)


# --- Who belongs to an organization --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Belonging:
    """How many people belong to one organization itself, those below it not included."""

    members: int = 0
    staff: int = 0


def belonging_on(day: dt.date) -> dict[UUID, Belonging]:
    """By organization, groups with the members assigned to them; in one query. Who has nobody is left out.

    A day has one row of each kind for a person, or none: rows are people.
    """
    counted = (
        ("members", Membership.objects.on(day), "organization"),
        ("members", Membership.objects.on(day).filter(group__isnull=False), "group"),
        ("staff", Employment.objects.on(day).filter(organization__isnull=False), "organization"),
    )
    first, *others = (
        rows.order_by()
        .values(place)
        .annotate(what=Value(what, CharField()), people=Count("pk"))
        .values_list("what", place, "people")
        for what, rows, place in counted
    )
    found: defaultdict[UUID, Belonging] = defaultdict(Belonging)
    for what, place, people in first.union(*others, all=True):
        found[place] = replace(found[place], **{what: people})
    return found


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a branch or group on a day. ``group`` is ``None`` for who is in none."""

    person: UUID
    name: str
    staff_number: str
    standing: Standing
    group: UUID | None


def members_seen_by(asker: Asker, organization: UUID, day: dt.date) -> list[Member]:
    """The members of a branch or of a group on the day, as far as ``asker`` may see them, by staff number."""
    rows = (
        Membership.objects.on(day)
        .filter(
            Q(organization=organization) | Q(group=organization),
            Exists(people_seen_by(asker).filter(pk=OuterRef("person"))),
        )
        .order_by("person__staff_number")
        .values_list("person", "person__name", "person__staff_number", "standing", "group")
    )
    return [Member(key, name, number, Standing(standing), group) for key, name, number, standing, group in rows]


@dataclass(frozen=True, slots=True)
class Officer:
    """Who holds a post of an organization on a day. ``person`` is ``None`` where the asker may not see who."""

    post: PostKind
    since: dt.date
    person: UUID | None
    name: str
    term_since: dt.date | None
    term_ends: dt.date | None


def officers_seen_by(asker: Asker, organization: UUID, day: dt.date) -> list[Officer]:
    """The posts held on the day, in the order in which office holders are listed."""
    seen = Exists(people_seen_by(asker).filter(pk=OuterRef("person")))
    rows = (
        Appointment.objects.on(day)
        .filter(organization=organization)
        .annotate(is_seen=seen)
        .order_by("since", "person__staff_number")
        .values_list("post", "since", "person", "person__name", "term__since", "term__ends", "is_seen")
    )
    officers = [
        Officer(PostKind(post), since, person if is_seen else None, name if is_seen else "", began, ends)
        for post, since, person, name, began, ends, is_seen in rows
    ]
    order = list(PostKind)
    return sorted(officers, key=lambda officer: order.index(officer.post))


# --- Search --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found, with the branch, or else the unit, of the day."""

    person: UUID
    name: str
    staff_number: str
    place: str


def people_called(text: str, asker: Asker, *, most: int) -> list[Hit]:
    """Up to ``most`` people that ``asker`` may see and who are called so: the whole name first, then by spelling."""
    place = Coalesce(
        branch_then("organization__name", asker.on), work_then("organization__name", asker.on), Value("")
    )
    rows = (
        people_seen_by(asker)
        .filter(spelled(text))
        .order_by(Case(When(name=text.strip(), then=0), default=1), "pinyin", "staff_number")
        .values_list("pk", "name", "staff_number", place)
    )
    return [Hit(*row) for row in rows[:most]]


@dataclass(frozen=True, slots=True)
class Sight:
    """A person as one may see them. ``is_open``: all that is held about them; else name, branch and posts only."""

    person: Person
    is_open: bool


def sight_of(person: UUID, asker: Asker) -> Sight | None:
    """``None`` where there is no such person, or none that ``asker`` may see."""
    found = (
        people_seen_by(asker)
        .filter(pk=person)
        .annotate(is_open=Exists(records_seen_by(asker).filter(pk=OuterRef("pk"))))
        .first()
    )
    return Sight(found, found.is_open) if found else None


@dataclass(frozen=True, slots=True)
class Place:
    """An organization found."""

    id: UUID
    name: str
    code: str
    kind: OrganizationKind


def organizations_called(text: str, asker: Asker, *, most: int) -> list[Place]:
    """Up to ``most`` organizations that ``asker`` may see: part of the name, the beginning of initials or code."""
    rows = (
        organizations_seen_by(asker)
        .filter(organization_spelled(text), dissolved__isnull=True)
        .order_by("path")
        .values_list("pk", "name", "code", "kind")
    )
    return [Place(key, name, code, OrganizationKind(kind)) for key, name, code, kind in rows[:most]]
