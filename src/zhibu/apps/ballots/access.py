"""Who opens a ballot, who meets it, who tells and who votes. Each question stands in two forms that agree.

How somebody voted is nobody's to see, and who has voted is on no page: there is no question for either here.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.ballots.models import Ballot, Teller, Voter
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker, may_convene, organizations_convened_by
from zhibu.domain.terms import OrganizationKind


def may_hold_ballots(asker: Asker, organization: Organization) -> bool:
    """Office holders who convene the meetings there; a group has no ballots of its own."""
    return organization.kind != OrganizationKind.GROUP and may_convene(asker, organization)


def organizations_holding_ballots(asker: Asker) -> QuerySet[Organization]:
    return organizations_convened_by(asker).exclude(kind=OrganizationKind.GROUP)


def may_keep_ballot(asker: Asker, ballot: Ballot) -> bool:
    return may_hold_ballots(asker, ballot.organization)


def ballots_kept_by(asker: Asker) -> QuerySet[Ballot]:
    return Ballot.objects.filter(_is_kept(asker))


def may_see_ballot(asker: Asker, ballot: Ballot) -> bool:
    """Who keeps it, its tellers, and whoever stands on its roll."""
    if may_keep_ballot(asker, ballot):
        return True
    if asker.person is None:
        return False
    return ballot.tellers.filter(person=asker.person).exists() or ballot.roll.filter(person=asker.person).exists()


def ballots_seen_by(asker: Asker) -> QuerySet[Ballot]:
    mine = {"ballot": OuterRef("pk"), "person": asker.person}
    return Ballot.objects.filter(
        _is_kept(asker) | Q(Exists(Teller.objects.filter(**mine))) | Q(Exists(Voter.objects.filter(**mine)))
    )


def _is_kept(asker: Asker) -> Q:
    return Q(organization__in=organizations_holding_ballots(asker).order_by().values("pk"))
