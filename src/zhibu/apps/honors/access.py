"""Who reads honors and pioneer posts, and who keeps them. Each question stands in two forms that agree.

Office holders keep those of their organization, of those below it and of the people there, but never their own. What
is withdrawn is read by whoever keeps it and by the person whose it was.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.honors.models import Honor, PioneerPost
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import (
    Asker,
    is_among_seen,
    is_around,
    may_see_person,
    organizations_around,
)
from zhibu.apps.people.models import Employment, Membership, Person
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP


def may_honor_organization(asker: Asker, organization: Organization) -> bool:
    """Office holders there and above. Of the whole house, which has no posts here, those directly below it."""
    if organization.path.startswith(asker.offices):
        return True
    is_house = organization.kind == OrganizationKind.LEADING_GROUP
    return is_house and any(office[:-STEP] == organization.path for office in asker.offices)


def organizations_honored_by(asker: Asker) -> QuerySet[Organization]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office)
        condition |= Q(path=office[:-STEP], kind=OrganizationKind.LEADING_GROUP)
    return Organization.objects.filter(condition)


def may_honor_person(asker: Asker, person: Person) -> bool:
    """Office holders at or above where the person is a member or works today; nobody themself."""
    if asker.person is None or person.pk == asker.person:
        return False
    member = person.memberships.on(asker.on).filter(_under(asker, "organization__"))
    return member.exists() or person.employments.on(asker.on).filter(_under(asker, "organization__")).exists()


def people_honored_by(asker: Asker) -> QuerySet[Person]:
    if asker.person is None:
        return Person.objects.none()
    condition = Q(pk__in=[])
    for model in (Membership, Employment):
        rows = model.objects.on(asker.on).filter(_under(asker, "organization__"), person=OuterRef("pk"))
        condition |= Q(Exists(rows))
    return Person.objects.filter(condition).exclude(pk=asker.person)


def _under(asker: Asker, prefix: str) -> Q:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office, prefix)
    return condition


def may_keep_honor(asker: Asker, honor: Honor) -> bool:
    if honor.person is not None:
        return may_honor_person(asker, honor.person)
    return honor.organization is not None and may_honor_organization(asker, honor.organization)


def honors_kept_by(asker: Asker) -> QuerySet[Honor]:
    return Honor.objects.filter(_is_kept(asker))


def _is_kept(asker: Asker) -> Q:
    return Q(person__in=people_honored_by(asker).order_by().values("pk")) | Q(
        organization__in=organizations_honored_by(asker).order_by().values("pk")
    )


def may_see_honor(asker: Asker, honor: Honor) -> bool:
    """Of an organization whoever belongs around it, of a person whoever meets their name."""
    if honor.withdrawn_at is not None and not may_keep_honor(asker, honor):
        return honor.person_id is not None and honor.person_id == asker.person
    if honor.person is not None:
        return may_see_person(asker, honor.person)
    return honor.organization is not None and is_around(asker, honor.organization)


def honors_seen_by(asker: Asker) -> QuerySet[Honor]:
    around = Q(organization__in=organizations_around(asker).order_by().values("pk"))
    seen = around | (Q(person__isnull=False) & is_among_seen(asker, "person__"))
    stands = Q(withdrawn_at__isnull=True)
    return Honor.objects.filter((seen & (stands | _is_kept(asker))) | Q(person=asker.person, person__isnull=False))


def may_see_pioneer(asker: Asker, pioneer: PioneerPost) -> bool:
    """Whoever belongs around its organization, and the holder: it stands on a plate at the post."""
    return is_around(asker, pioneer.organization) or pioneer.person_id == asker.person


def pioneers_seen_by(asker: Asker) -> QuerySet[PioneerPost]:
    around = Q(organization__in=organizations_around(asker).order_by().values("pk"))
    return PioneerPost.objects.filter(around | Q(person=asker.person))


def may_keep_pioneer(asker: Asker, pioneer: PioneerPost) -> bool:
    """Office holders at or above its organization, but not the holder."""
    return pioneer.organization.path.startswith(asker.offices) and pioneer.person_id != asker.person


def pioneers_kept_by(asker: Asker) -> QuerySet[PioneerPost]:
    return PioneerPost.objects.filter(_under(asker, "organization__")).exclude(person=asker.person)
