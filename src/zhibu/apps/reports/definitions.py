"""What each figure is: its name, what it counts and does not, and the one query that yields its records.

A number is the count of the records it opens to; there is no second way to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from django.db.models import Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.apps.reports.scope import Scope
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.periods import add_months
from zhibu.domain.terms import (
    COMMITTEE_POSTS,
    COUNTED_KINDS,
    OFFICES,
    SECRETARIES,
    OrganizationKind,
    PostKind,
    Standing,
)

Records: TypeAlias = "QuerySet[Any, Any]"


class Opens(StrEnum):
    """What a figure opens to."""

    ORGANIZATIONS = "organizations"
    POSTS = "posts"
    PEOPLE = "people"
    WINDOW_POSTS = "window_posts"
    SITES = "sites"
    SECTIONS = "sections"


@dataclass(frozen=True, slots=True)
class Figure:
    """``id`` is the place of the number in the document of ``zhibu figures``, with dots.

    ``person``: how a record leads to the person it is about; "" where it is one. ``is_belonging``: a record is a
    row of somebody's belonging to one of the organizations spoken of. ``in_years``: the number is the whole years
    of work of those it opens to, not how many they are. ``years``: staff with at least so many of them; 0 where that
    is not what is counted.
    """

    id: str
    name: Promise
    counts: Promise
    opens: Opens
    records: Callable[[Scope], Records]
    person: str = ""
    is_belonging: bool = False
    in_years: bool = False
    years: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """One figure as a part of another."""

    id: str
    name: Promise
    counts: Promise
    part: Figure
    whole: Figure


# --- Organizations -------------------------------------------------------------------------------------------------


def _organizations_of(kind: OrganizationKind) -> Callable[[Scope], Records]:
    def records(scope: Scope) -> Records:
        return Organization.objects.existing(scope.day).filter(scope.holds(), kind=kind)

    return records


_KINDS: dict[OrganizationKind, tuple[Promise, Promise]] = {
    OrganizationKind.LEADING_GROUP: (
        _("Leading group"),
        _("Leading groups that exist on the day. They are appointed: none of their posts are among the party posts."),
    ),
    OrganizationKind.COMMITTEE: (
        _("Office committees"),
        _("Committees that exist on the day, the organization itself included."),
    ),
    OrganizationKind.GENERAL_BRANCH: (
        _("General branches"),
        _("General branches that exist on the day, the organization itself included."),
    ),
    OrganizationKind.BRANCH: (
        _("Branches"),
        _("Branches that exist on the day, whether or not they have members."),
    ),
    OrganizationKind.GROUP: (
        _("Groups"),
        _("Groups that exist on the day. A group is a part of its branch; its leader is not among the party posts."),
    ),
}

ORGANIZATIONS: dict[OrganizationKind, Figure] = {
    kind: Figure(f"organizations.{kind.value}", name, counts, Opens.ORGANIZATIONS, _organizations_of(kind))
    for kind, (name, counts) in _KINDS.items()
}

# --- Posts ---------------------------------------------------------------------------------------------------------

_ABOVE_BRANCHES = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def _posts(scope: Scope, posts: tuple[PostKind, ...], kinds: tuple[OrganizationKind, ...]) -> QuerySet[Appointment]:
    stands = Q(organization__dissolved__isnull=True) | Q(organization__dissolved__gt=scope.day)
    return Appointment.objects.on(scope.day).filter(
        stands, scope.holds("organization__"), post__in=posts, organization__kind__in=kinds
    )


SECRETARIES_HELD = Figure(
    "secretaries",
    _("Secretaries"),
    _(
        "Posts of secretary and deputy secretary held on the day in committees, general branches and branches. "
        "Deputies are counted in. A person with two posts is counted twice."
    ),
    Opens.POSTS,
    lambda scope: _posts(scope, SECRETARIES, COUNTED_KINDS),
    person="person__",
)

COMMITTEE_MEMBERS = Figure(
    "committee_members",
    _("Committee members"),
    _(
        "Posts of committee members held on the day in committees and general branches, whatever their field. "
        "Secretaries and their deputies are not counted here."
    ),
    Opens.POSTS,
    lambda scope: _posts(scope, COMMITTEE_POSTS, _ABOVE_BRANCHES),
    person="person__",
)

BRANCH_COMMITTEE_MEMBERS = Figure(
    "branch_committee_members",
    _("Branch committee members"),
    _(
        "Posts of committee members held on the day in branches: organization, publicity, discipline, youth and "
        "others. Secretaries, their deputies and group leaders are not counted here."
    ),
    Opens.POSTS,
    lambda scope: _posts(scope, COMMITTEE_POSTS, (OrganizationKind.BRANCH,)),
    person="person__",
)

PARTY_POSTS = Figure(
    "party_posts",
    _("Party posts"),
    _(
        "The three figures before this one together: each post held on the day in committees, general branches and "
        "branches. Group leaders are not counted."
    ),
    Opens.POSTS,
    lambda scope: _posts(scope, OFFICES, COUNTED_KINDS),
    person="person__",
)


def _post_holders(scope: Scope) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=_posts(scope, OFFICES, COUNTED_KINDS).values("person"))


POST_HOLDERS = Figure(
    "post_holders",
    _("Post holders"),
    _("People who hold at least one of these party posts on the day. A person with several posts is counted once."),
    Opens.PEOPLE,
    _post_holders,
)

# --- People --------------------------------------------------------------------------------------------------------


# A day has one row of employment and one of membership for each person, or none: a row is a person.


def _staff(scope: Scope) -> QuerySet[Employment]:
    return Employment.objects.on(scope.day).filter(scope.holds("organization__"))


def _members(scope: Scope, *standings: Standing) -> QuerySet[Membership]:
    return Membership.objects.on(scope.day).filter(scope.holds_member(), standing__in=standings)


STAFF = Figure(
    "staff",
    _("Staff"),
    _(
        "People employed on the day, members or not. Those who are assigned to no unit are counted for the whole "
        "house only."
    ),
    Opens.PEOPLE,
    _staff,
    person="person__",
    is_belonging=True,
)

MEMBERS = Figure(
    "members",
    _("Members"),
    _("People who are members on the day: full, probationary, and full members whose rights are suspended."),
    Opens.PEOPLE,
    lambda scope: _members(scope, *Standing),
    person="person__",
    is_belonging=True,
)

FULL_MEMBERS = Figure(
    "full_members",
    _("Full members"),
    _(
        "Full members on the day, those whose rights are suspended included: they stay full members without a vote. "
        "Probationary members are not counted."
    ),
    Opens.PEOPLE,
    lambda scope: _members(scope, Standing.FULL, Standing.SUSPENDED),
    person="person__",
    is_belonging=True,
)

POST_HOLDERS_OF_STAFF = Share(
    "post_holders_of_staff",
    _("Post holders among the staff"),
    _("The post holders as a share of the staff, both on the same day and in the same organizations."),
    POST_HOLDERS,
    STAFF,
)

POST_HOLDERS_OF_MEMBERS = Share(
    "post_holders_of_members",
    _("Post holders among the members"),
    _("The post holders as a share of the members, both on the same day and in the same organizations."),
    POST_HOLDERS,
    MEMBERS,
)

# --- Years of work -------------------------------------------------------------------------------------------------


def served(years: int, day: dt.date) -> Q:
    """The condition on an employment that the person has at least so many whole years of work on ``day``."""
    return Q(person__work_began__lte=add_months(day, -12 * years))


def _served(years: int) -> Callable[[Scope], Records]:
    return lambda scope: _staff(scope).filter(served(years, scope.day))


def _longest(scope: Scope) -> Records:
    known = _staff(scope).filter(person__work_began__isnull=False)
    first = known.order_by("person__work_began").values("person__work_began")[:1]
    return _staff(scope).filter(person__work_began=Subquery(first))


_SERVICE = _(
    "Whole years since a person began to work, not only here. Staff whose first day is not known are left out."
)

AT_LEAST_15 = Figure(
    "service_years.at_least_15",
    _("15 years of work or more"),
    _SERVICE,
    Opens.PEOPLE,
    _served(15),
    person="person__",
    is_belonging=True,
    years=15,
)

AT_LEAST_20 = Figure(
    "service_years.at_least_20",
    _("20 years of work or more"),
    _SERVICE,
    Opens.PEOPLE,
    _served(20),
    person="person__",
    is_belonging=True,
    years=20,
)

LONGEST = Figure(
    "service_years.longest",
    _("Longest in work"),
    _SERVICE,
    Opens.PEOPLE,
    _longest,
    person="person__",
    is_belonging=True,
    in_years=True,
)

#: What is told from the first day of work of the staff.
SERVICE: tuple[Figure, ...] = (AT_LEAST_15, AT_LEAST_20, LONGEST)

# --- Windows -------------------------------------------------------------------------------------------------------


def _window_posts(scope: Scope) -> QuerySet[WindowPost]:
    return WindowPost.objects.on(scope.day).filter(scope.holds("organization__"))


WINDOW_POSTS = Figure(
    "window_posts",
    _("Window posts"),
    _("Posts at the windows that exist on the day, whoever is assigned to them."),
    Opens.WINDOW_POSTS,
    _window_posts,
)

WINDOW_SITES = Figure(
    "window_sites",
    _("Sites"),
    _("Service halls with at least one of these window posts."),
    Opens.SITES,
    lambda scope: Site.objects.filter(pk__in=_window_posts(scope).values("site")),
)

WINDOW_SECTIONS = Figure(
    "window_sections",
    _("Sections"),
    _("Sections with at least one of these window posts."),
    Opens.SECTIONS,
    lambda scope: Section.objects.filter(pk__in=_window_posts(scope).values("section")),
)

# --- All of them ---------------------------------------------------------------------------------------------------

FIGURES: tuple[Figure, ...] = (
    *ORGANIZATIONS.values(),
    SECRETARIES_HELD,
    COMMITTEE_MEMBERS,
    BRANCH_COMMITTEE_MEMBERS,
    PARTY_POSTS,
    POST_HOLDERS,
    STAFF,
    MEMBERS,
    FULL_MEMBERS,
    WINDOW_POSTS,
    WINDOW_SITES,
    WINDOW_SECTIONS,
    AT_LEAST_15,
    AT_LEAST_20,
    LONGEST,
)

SHARES: tuple[Share, ...] = (POST_HOLDERS_OF_STAFF, POST_HOLDERS_OF_MEMBERS)

BY_ID: dict[str, Figure] = {figure.id: figure for figure in FIGURES}
