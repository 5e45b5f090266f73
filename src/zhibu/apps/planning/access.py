"""Who asks for a plan, sees it and accepts it. Both forms agree, over today's tree."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.apps.planning.models import Plan, Room
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import tops

#: Whose plan reaches over all below them.
WHOLE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)

#: A group's meetings are planned with its branch's.
PLANNED = (OrganizationKind.BRANCH, *WHOLE)


def may_plan(asker: Asker, organization: Organization) -> bool:
    """Whoever convenes its meetings."""
    return organization.word in PLANNED and people.may_convene(asker, organization)


def organizations_planned_by(asker: Asker) -> QuerySet[Organization]:
    kinds = [kind.value for kind in PLANNED]
    return people.organizations_convened_by(asker).filter(kind__in=kinds, dissolved__isnull=True)


def plans_seen_by(asker: Asker) -> QuerySet[Plan]:
    return Plan.objects.filter(organization__in=people.organizations_convened_by(asker))


def may_see_plan(asker: Asker, plan: Plan) -> bool:
    return people.may_convene(asker, plan.organization)


def may_keep_rooms(asker: Asker, organization: Organization | None) -> bool:
    """Those of an organization: whoever convenes there; the shared ones: who holds an office in a committee."""
    if organization is not None:
        return people.may_convene(asker, organization)
    return (
        bool(asker.offices)
        and Organization.objects.filter(path__in=asker.offices, kind=OrganizationKind.COMMITTEE.value).exists()
    )


def rooms_seen_by(asker: Asker) -> QuerySet[Room]:
    """In use: the shared ones, and those of organizations whose meetings one convenes or that stand above them."""
    mine = people.organizations_convened_by(asker)
    above = {top for place in asker.offices + asker.led for top in tops(place)}
    return Room.objects.filter(
        Q(organization=None) | Q(organization__in=mine) | Q(organization__path__in=above), closed_at__isnull=True
    )


def may_see_room(asker: Asker, room: Room) -> bool:
    return rooms_seen_by(asker).filter(pk=room.pk).exists()
