"""Who writes and who reads the lists of an organization, and the editions of its compendium. Both forms agree."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.lists.models import Article, Draft, Edition, Section
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import (
    Asker,
    is_around,
    may_convene,
    organizations_around,
    organizations_convened_by,
)
from zhibu.domain.terms import OrganizationKind, Readership


def may_write_lists(asker: Asker, organization: Organization) -> bool:
    """Those who convene its meetings. A group goes by the lists of its branch."""
    return organization.kind != OrganizationKind.GROUP and may_convene(asker, organization)


def lists_written_by(asker: Asker) -> QuerySet[Organization]:
    return organizations_convened_by(asker).exclude(kind=OrganizationKind.GROUP)


def may_read_lists(asker: Asker, organization: Organization) -> bool:
    """Those who belong to it or below, and those who stand above it."""
    return is_around(asker, organization)


def lists_read_by(asker: Asker) -> QuerySet[Organization]:
    return organizations_around(asker)


def may_read_section(asker: Asker, section: Section) -> bool:
    return may_read_lists(asker, section.organization)


def sections_read_by(asker: Asker) -> QuerySet[Section]:
    return Section.objects.filter(organization__in=lists_read_by(asker))


def articles_read_by(asker: Asker) -> QuerySet[Article]:
    return Article.objects.filter(section__in=sections_read_by(asker))


def may_write_draft(asker: Asker, draft: Draft) -> bool:
    """What is not in force is seen by whoever writes the lists of the organization, and by nobody else."""
    return may_write_lists(asker, draft.organization)


def drafts_written_by(asker: Asker) -> QuerySet[Draft]:
    return Draft.objects.filter(organization__in=lists_written_by(asker))


def may_read_edition(asker: Asker, edition: Edition) -> bool:
    match Readership(edition.readership):
        case Readership.PUBLIC:
            return True
        case Readership.HOUSE:
            return asker.account is not None
        case Readership.BRANCH:
            return may_read_lists(asker, edition.organization)


def editions_read_by(asker: Asker) -> QuerySet[Edition]:
    condition = Q(readership=Readership.PUBLIC) | Q(organization__in=lists_read_by(asker))
    if asker.account is not None:
        condition |= Q(readership=Readership.HOUSE)
    return Edition.objects.filter(condition)


def may_say_understood(asker: Asker, edition: Edition) -> bool:
    """The members of the organization, and of those below it: for them the edition is in force."""
    return any(branch.startswith(edition.organization.path) for branch in asker.branches)


def may_see_who_understood(asker: Asker, edition: Edition) -> bool:
    """Its secretary and deputy; nobody above them."""
    return edition.organization.path in asker.secretary_of
