"""Who sees what is owed, who may say why something was not done, and who accepts it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Appointment
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


def may_see_cell(asker: Asker, cell: Cell) -> bool:
    """What a post owes is seen by who holds it and by the secretary, not by those above and beside them.

    Once a reason is given for it, it is seen by those who may answer that reason.
    """
    if not may_see_obligations(asker, cell.organization):
        return False
    if not cell.post or cell.organization.path in asker.secretary_of:
        return True
    of_it = {"organization": cell.organization, "post": cell.post}
    held = Appointment.objects.on(asker.on).filter(person=asker.person, **of_it)
    reason = Waiver.objects.filter(requirement=cell.requirement, first=cell.first, **of_it)
    return held.exists() or (may_accept(asker, cell.organization) and reason.exists())


def cells_seen_by(asker: Asker) -> QuerySet[Cell]:
    of_it = {name: OuterRef(name) for name in ("organization", "post")}
    held = Appointment.objects.on(asker.on).filter(person=asker.person, **of_it)
    reason = Waiver.objects.filter(requirement=OuterRef("requirement"), first=OuterRef("first"), **of_it)
    answered = Q(organization__in=organizations_answered_by(asker)) & Q(Exists(reason))
    return Cell.objects.filter(
        Q(post="") | Q(organization__path__in=asker.secretary_of) | Q(Exists(held)) | answered,
        organization__in=obligations_seen_by(asker),
    )


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


def organizations_answered_by(asker: Asker) -> QuerySet[Organization]:
    """The organizations whose reasons the asker may accept."""
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office) & ~Q(path=office)
    own = [path for path in asker.secretary_of if len(path) <= _HIGHEST]
    return Organization.objects.filter(condition | Q(path__in=own))
