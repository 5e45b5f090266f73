"""Who sees what is owed, who may say why something was not done, and who accepts it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.oversight.models import Waiver
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.domain.tree import STEP

#: The root and what stands right below it.
_HIGHEST = 2 * STEP


def may_see_obligations(asker: Asker, organization: Organization) -> bool:
    """Office holders of the organization and of those above, and the leader of a group."""
    return organization.path in asker.led or any(organization.path.startswith(office) for office in asker.offices)


def obligations_seen_by(asker: Asker) -> QuerySet[Organization]:
    """The organizations whose obligations the asker may see."""
    condition = Q(path__in=asker.led)
    for office in asker.offices:
        condition |= in_subtree(office)
    return Organization.objects.filter(condition)


def may_explain(asker: Asker, organization: Organization) -> bool:
    """Who convenes for an organization says why something was not done."""
    return people.may_convene(asker, organization)


def may_accept(asker: Asker, organization: Organization) -> bool:
    """Office holders of an organization above: nobody accepts a reason of their own.

    Above the highest committees stands only the leading group, which keeps no posts here: their secretary accepts.
    """
    path = organization.path
    if any(path.startswith(office) and path != office for office in asker.offices):
        return True
    return len(path) <= _HIGHEST and path in asker.secretary_of


def waivers_seen_by(asker: Asker) -> QuerySet[Waiver]:
    return Waiver.objects.filter(organization__in=obligations_seen_by(asker))
