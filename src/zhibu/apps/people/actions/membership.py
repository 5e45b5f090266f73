"""Somebody joins, is confirmed, suspended, moved to another branch or group."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.former import make
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Membership, Person
from zhibu.domain.terms import OrganizationKind, Standing


def _refuse_unfit(organization: Organization, group: Organization | None, on: dt.date) -> None:
    if organization.kind != OrganizationKind.BRANCH or not organization.exists_on(on):
        raise PeopleRefusal(
            _("%(name)s is no branch on %(on)s. Members belong to a branch; choose one.")
            % {"name": organization.name, "on": on}
        )
    if group is not None and not (group.kind == OrganizationKind.GROUP and group.path.startswith(organization.path)):
        raise PeopleRefusal(
            _("%(group)s is no group of %(branch)s. Choose one of its groups or none.")
            % {"group": group.name, "branch": organization.name}
        )


@transaction.atomic
def admit(
    person: Person,
    *,
    to: Organization,
    on: dt.date,
    actor: Actor,
    at: dt.datetime,
    group: Organization | None = None,
    standing: Standing = Standing.PROBATIONARY,
) -> Membership:
    """From ``on`` the person is a member of a branch, probationary unless said. Refused to members."""
    _refuse_unfit(to, group, on)
    if person.memberships.filter(until__isnull=True).exists():
        raise PeopleRefusal(_("%(name)s is a member already. Transfer the membership.") % {"name": person.name})
    membership = make(Membership(person=person, organization=to, group=group, standing=standing, since=on), at=at)
    record(
        "member_admitted",
        person.pk,
        actor=actor,
        at=at,
        document={"to": str(to.pk), "standing": standing.value, "on": on.isoformat()},
    )
    return membership


@transaction.atomic
def change_standing(person: Person, *, to: Standing, on: dt.date, actor: Actor, at: dt.datetime) -> Membership:
    """Confirmed as full, suspended, restored: from ``on`` the membership has another standing."""
    current = _membership_of(person)
    if current.standing == to:
        return current
    close(current, on, at=at)
    changed = make(
        Membership(person=person, organization=current.organization, group=current.group, standing=to, since=on),
        at=at,
    )
    record("standing_changed", person.pk, actor=actor, at=at, document={"standing": to.value, "on": on.isoformat()})
    return changed


@transaction.atomic
def transfer_membership(
    person: Person,
    *,
    to: Organization,
    on: dt.date,
    actor: Actor,
    at: dt.datetime,
    group: Organization | None = None,
) -> Membership:
    """From ``on`` the person is a member of another branch or group."""
    _refuse_unfit(to, group, on)
    current = _membership_of(person)
    if (current.organization_id, current.group_id) == (to.pk, group.pk if group else None):
        return current
    close(current, on, at=at)
    moved = make(Membership(person=person, organization=to, group=group, standing=current.standing, since=on), at=at)
    record(
        "membership_transferred",
        person.pk,
        actor=actor,
        at=at,
        document={"to": str(to.pk), "group": str(group.pk) if group else None, "on": on.isoformat()},
    )
    return moved


def _membership_of(person: Person) -> Membership:
    current = person.memberships.filter(until__isnull=True).select_related("organization", "group").first()
    if current is None:
        raise PeopleRefusal(_("%(name)s is no member. Admit them first.") % {"name": person.name})
    return current
