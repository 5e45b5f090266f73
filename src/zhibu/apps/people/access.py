"""Who may see and do what, over today's tree. Each question stands in two forms that agree: one thing, a queryset.

An ``Asker`` is what access needs to know of the one who asks, gathered once a request by ``queries.asker_of``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Account, Appointment, Employment, Grant, Membership, Person
from zhibu.domain.terms import ADMINISTRATORS, OrganizationKind, Role
from zhibu.domain.tree import STEP, tops


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks, on a day. Paths are those of today's tree.

    ``offices``: organizations where the person holds an office (secretary, deputy, committee member).
    ``secretary_of``: those of them where it is the secretary's or a deputy's.
    ``led``: groups the person leads. ``branches``: of which they are a member. ``units``: where they work.
    ``windows``: units whose windows they manage. ``edition``: of the rules, as it was when they came in.
    """

    account: UUID | None
    person: UUID | None
    on: dt.date
    offices: tuple[str, ...] = ()
    secretary_of: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    edition: str = ""

    @property
    def belongs(self) -> tuple[str, ...]:
        """Where the person stands in the tree, by membership, work or post."""
        return self.branches + self.units + self.led


#: Nobody in particular: sees nothing.
def stranger(on: dt.date) -> Asker:
    return Asker(account=None, person=None, on=on)


def _stands_under(path: str, tops: tuple[str, ...]) -> bool:
    return path.startswith(tops)


def _under(tops: tuple[str, ...], prefix: str = "") -> Q:
    """The condition of standing at one of ``tops`` or below; of nothing where there are none."""
    condition = Q(pk__in=[])
    for top in tops:
        condition |= in_subtree(top, prefix)
    return condition


def _ancestors(paths: tuple[str, ...]) -> set[str]:
    return {top for path in paths for top in tops(path)[:-1]}


# --- Organizations: name, kind, place in the tree, sums -----------------------------------------------------------


def may_see_organization(asker: Asker, organization: Organization) -> bool:
    """Those at or below an office or a place of one's own, and those above it. System and security see the tree."""
    return sees_place(asker, organization.path)


def sees_place(asker: Asker, path: str) -> bool:
    """The same question where only today's path is at hand."""
    return sight_of_places(asker)(path)


def sight_of_places(asker: Asker) -> Callable[[str], bool]:
    """The same question to be asked of a whole tree: what is needed of the asker is gathered once."""
    if asker.roles & {Role.SYSTEM, Role.SECURITY}:
        return lambda _path: True
    return _sight_around(asker)


def _sight_around(asker: Asker) -> Callable[[str], bool]:
    mine = asker.offices + asker.belongs + asker.windows
    above = _ancestors(mine)
    return lambda path: path.startswith(mine) or path in above


def organizations_seen_by(asker: Asker) -> QuerySet[Organization]:
    if asker.roles & {Role.SYSTEM, Role.SECURITY}:
        return Organization.objects.all()
    return organizations_around(asker)


def is_around(asker: Asker, organization: Organization) -> bool:
    """The same without what administrators see: they keep the tree, not what an organization writes for itself."""
    return _sight_around(asker)(organization.path)


def organizations_around(asker: Asker) -> QuerySet[Organization]:
    mine = asker.offices + asker.belongs + asker.windows
    return Organization.objects.filter(_under(mine) | Q(path__in=_ancestors(mine)))


# --- Organizations overseen: who belongs to them, their gaps, their papers ----------------------------------------


def may_oversee(asker: Asker, organization: Organization) -> bool:
    """Office holders oversee their organization and all below it."""
    return oversees_place(asker, organization.path)


def oversees_place(asker: Asker, path: str) -> bool:
    return _stands_under(path, asker.offices)


def organizations_overseen_by(asker: Asker) -> QuerySet[Organization]:
    return Organization.objects.filter(_under(asker.offices))


def may_convene(asker: Asker, organization: Organization) -> bool:
    """Office holders call the meetings of their own organization and of its groups; a leader those of the group.

    The leading group keeps no posts here: what concerns the whole house is convened by office holders of the
    organizations directly below it.

    Source: 中国共产党支部工作条例（试行） 2018, art. 14.
    """
    if organization.path in asker.offices + asker.led:
        return True
    match organization.kind:
        case OrganizationKind.GROUP:
            return organization.path[:-STEP] in asker.offices
        case OrganizationKind.LEADING_GROUP:
            return any(office[:-STEP] == organization.path for office in asker.offices)
        case _:
            return False


def organizations_convened_by(asker: Asker) -> QuerySet[Organization]:
    condition = Q(path__in=asker.offices + asker.led)
    for office in asker.offices:
        condition |= in_subtree(office) & Q(kind=OrganizationKind.GROUP, depth=len(office) // STEP + 1)
        condition |= Q(path=office[:-STEP], kind=OrganizationKind.LEADING_GROUP)
    return Organization.objects.filter(condition)


# --- People: the name in a list ------------------------------------------------------------------------------------


def people_seen_by(asker: Asker) -> QuerySet[Person]:
    """Whose name one meets: oneself, members of one's branch, whoever belongs or belonged to what one oversees.

    Past members stay in the records of the organization, and so does their name. A window manager meets the
    staff of the unit. Who holds a post today is known to everybody at that organization or below it.
    """
    condition = Q(pk=asker.person)
    for rows in _rows_by_which_people_are_seen(asker):
        condition |= Q(Exists(rows.filter(person=OuterRef("pk"))))
    return Person.objects.filter(condition)


def is_among_seen(asker: Asker, prefix: str = "") -> Q:
    """The same of a person reached over ``prefix``, said as sets: quicker where ``asker`` sees few of many."""
    condition = Q(**{f"{prefix}pk": asker.person})
    for rows in _rows_by_which_people_are_seen(asker):
        condition |= Q(**{f"{prefix}pk__in": rows.values("person")})
    return condition


def _rows_by_which_people_are_seen(asker: Asker) -> tuple[QuerySet[Any], ...]:
    mine = asker.offices + asker.belongs
    return (
        Membership.objects.filter(_under(asker.branches + asker.offices + asker.led, "organization__")),
        Employment.objects.filter(_under(asker.offices + asker.windows, "organization__")),
        Appointment.objects.on(asker.on).filter(
            _under(mine, "organization__") | Q(organization__path__in=_ancestors(mine))
        ),
    )


def may_see_person(asker: Asker, person: Person) -> bool:
    mine = asker.offices + asker.belongs
    return (
        person.pk == asker.person
        or any(
            _stands_under(row.organization.path, asker.branches + asker.offices + asker.led)
            for row in person.memberships.select_related("organization")
        )
        or any(
            row.organization is not None and _stands_under(row.organization.path, asker.offices + asker.windows)
            for row in person.employments.select_related("organization")
        )
        or any(
            _stands_under(row.organization.path, mine) or row.organization.path in _ancestors(mine)
            for row in person.appointments.on(asker.on).select_related("organization")
        )
    )


# --- People: all that is held about them ---------------------------------------------------------------------------


def records_seen_by(asker: Asker) -> QuerySet[Person]:
    """Whose record one may open: one's own, and of those whose latest place is overseen."""
    later = Q(person=OuterRef("person"), since__gt=OuterRef("since"))
    membership = Membership.objects.filter(
        ~Exists(Membership.objects.filter(later)),
        _under(asker.offices, "organization__"),
        person=OuterRef("pk"),
    )
    employment = Employment.objects.filter(
        ~Exists(Employment.objects.filter(later)),
        _under(asker.offices, "organization__"),
        person=OuterRef("pk"),
    )
    return Person.objects.filter(Q(pk=asker.person) | Exists(membership) | Exists(employment))


def may_see_record(asker: Asker, person: Person) -> bool:
    if person.pk == asker.person:
        return True
    membership = person.memberships.select_related("organization").order_by("since").last()
    employment = person.employments.select_related("organization").order_by("since").last()
    places = [row.organization for row in (membership, employment) if row is not None]
    return any(place is not None and _stands_under(place.path, asker.offices) for place in places)


# --- Accounts, grants, imports: the administrators -----------------------------------------------------------------


def is_administrator(asker: Asker) -> bool:
    return bool(asker.roles & frozenset(ADMINISTRATORS))


def may_import(asker: Asker) -> bool:
    """Workbooks of the personnel office come in by the system administrator."""
    return Role.SYSTEM in asker.roles


def may_keep_rules(asker: Asker) -> bool:
    """Rules are installed, and confirmed for the unit, by the system administrator."""
    return Role.SYSTEM in asker.roles


def may_manage_accounts(asker: Asker) -> bool:
    """Accounts, one-time codes and grants are the security administrator's."""
    return Role.SECURITY in asker.roles


def may_audit(asker: Asker) -> bool:
    """The events are read by the audit administrator; nobody changes them."""
    return Role.AUDIT in asker.roles


def accounts_managed_by(asker: Asker) -> QuerySet[Account]:
    return Account.objects.all() if may_manage_accounts(asker) else Account.objects.none()


# --- One-time codes ------------------------------------------------------------------------------------------------


def may_hand_out_codes(asker: Asker, organization: Organization) -> bool:
    """The sheet of one-time codes for its own people: the secretary's and the security administrator's."""
    if organization.kind == OrganizationKind.GROUP:
        return False
    return may_manage_accounts(asker) or organization.path in asker.secretary_of


def organizations_given_codes_by(asker: Asker) -> QuerySet[Organization]:
    above_groups = Organization.objects.exclude(kind=OrganizationKind.GROUP)
    return above_groups if may_manage_accounts(asker) else above_groups.filter(path__in=asker.secretary_of)


def may_give_code(asker: Asker, person: Person) -> bool:
    """Whoever prints a code could use it, so nobody prints one for an account that reaches further than their own.

    A secretary: for those whose place today is the organization, and who hold nothing outside it. The security
    administrator: for everybody but administrators; theirs are made at the terminal of the server.
    """
    granted = [row.word for row in Grant.objects.on(asker.on).filter(account__person=person)]
    if any(role in ADMINISTRATORS for role in granted):
        return False
    if may_manage_accounts(asker):
        return True
    held = [row.organization.path for row in person.appointments.on(asker.on).select_related("organization")]
    if granted or not all(_stands_under(path, asker.secretary_of) for path in held):
        return False
    places = person.memberships.on(asker.on).select_related("organization") or person.employments.on(
        asker.on
    ).select_related("organization")
    return any(row.organization is not None and row.organization.path in asker.secretary_of for row in places)


def people_given_codes_by(asker: Asker) -> QuerySet[Person]:
    today, theirs = holds_on(asker.on), Q(person=OuterRef("pk"))
    granted = Grant.objects.filter(today, account__person=OuterRef("pk"))
    if may_manage_accounts(asker):
        return Person.objects.filter(~Exists(granted.filter(role__in=ADMINISTRATORS)))
    here = Q(organization__path__in=asker.secretary_of)
    membership = Membership.objects.filter(today, theirs)
    employment = Employment.objects.filter(today, theirs)
    beyond = Appointment.objects.filter(today, theirs).exclude(_under(asker.secretary_of, "organization__"))
    return Person.objects.filter(
        Exists(membership.filter(here)) | (~Exists(membership) & Exists(employment.filter(here))),
        ~Exists(granted),
        ~Exists(beyond),
    )


# --- Grants --------------------------------------------------------------------------------------------------------


def grants_seen_by(asker: Asker) -> QuerySet[Grant]:
    """All of them by the security and the audit administrator, one's own by everybody."""
    if asker.roles & {Role.SECURITY, Role.AUDIT}:
        return Grant.objects.all()
    return Grant.objects.filter(account=asker.account)
