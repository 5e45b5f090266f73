"""Who writes to which organizations, and who sees what was written. Both forms agree, over today's tree."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from zhibu.apps.notices.models import Circular
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker


def may_write_to(asker: Asker, organization: Organization) -> bool:
    """Office holders write to the organizations below theirs, not to their own."""
    return any(_stands_below(organization.path, office) for office in asker.offices)


def organizations_written_to_by(asker: Asker) -> QuerySet[Organization]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office) & ~Q(path=office)
    return Organization.objects.filter(condition)


def office_above(asker: Asker, organizations: Iterable[Organization]) -> str | None:
    """The nearest of the asker's offices below which all of these stand; ``None`` where there is none."""
    paths = [organization.path for organization in organizations]
    above = [office for office in asker.offices if all(_stands_below(path, office) for path in paths)]
    return max(above, key=len, default=None)


def _stands_below(path: str, office: str) -> bool:
    return path.startswith(office) and path != office


def stands_for(asker: Asker, organization: Organization) -> bool:
    """Office holders of the organization or of one above it, and the leader of a group."""
    return organization.path in asker.led or organization.path.startswith(asker.offices)


def _stood_for_by(asker: Asker, prefix: str) -> Q:
    condition = Q(**{f"{prefix}path__in": asker.led})
    for office in asker.offices:
        condition |= in_subtree(office, prefix)
    return condition


def may_see_all_addressees(asker: Asker, circular: Circular) -> bool:
    """Those who sent it, and office holders above them."""
    return circular.office.path.startswith(asker.offices)


def circulars_sent_under(asker: Asker) -> QuerySet[Circular]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office, "office__")
    return Circular.objects.filter(condition)


def may_see_circular(asker: Asker, circular: Circular) -> bool:
    """Who sent it, those above them, and those who stand for an organization to which it went."""
    if may_see_all_addressees(asker, circular):
        return True
    to = Organization.objects.filter(circulars_received__circular=circular)
    return any(stands_for(asker, organization) for organization in to)


def circulars_seen_by(asker: Asker) -> QuerySet[Circular]:
    received = Organization.objects.filter(_stood_for_by(asker, ""))
    to = Circular.objects.filter(addressees__organization__in=received).values("pk")
    return Circular.objects.filter(Q(pk__in=to) | Q(pk__in=circulars_sent_under(asker).values("pk")))


def may_withdraw(asker: Asker, circular: Circular) -> bool:
    """Office holders of the organization that sent it."""
    return circular.office.path in asker.offices
