"""Who reads an election and who runs it. Each question stands in two forms that agree."""

from __future__ import annotations

from django.db.models import QuerySet

from zhibu.apps.elections.models import TermElection
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker, may_oversee, organizations_overseen_by
from zhibu.domain.terms import OrganizationKind

#: What has a term of its own.
ELECTING = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)


def may_see_election(asker: Asker, election: TermElection) -> bool:
    """Office holders of the organization and of those above it."""
    return may_oversee(asker, election.organization)


def elections_seen_by(asker: Asker) -> QuerySet[TermElection]:
    return TermElection.objects.filter(organization__in=organizations_overseen_by(asker).order_by().values("pk"))


def may_run_election(asker: Asker, election: TermElection) -> bool:
    """Office holders of the organization itself; those above read it, and answer on paper."""
    return election.organization.path in asker.offices


def organizations_electing(asker: Asker) -> QuerySet[Organization]:
    """Where the asker can begin one."""
    return Organization.objects.filter(
        path__in=asker.offices, kind__in=[kind.value for kind in ELECTING], dissolved__isnull=True
    )


def elections_run_by(asker: Asker) -> QuerySet[TermElection]:
    return TermElection.objects.filter(organization__path__in=asker.offices)
