"""Who reads playbooks, gathers, takes and marks them. Each question stands in two forms that agree."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.lists.access import lists_read_by, lists_written_by, may_read_lists, may_write_lists
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker, organizations_overseen_by
from zhibu.apps.showcases.models import Adoption, Playbook, PlaybookEdition, Showcase
from zhibu.domain.terms import Readership


def may_write_playbook(asker: Asker, organization: Organization) -> bool:
    """Whoever writes its lists gathers its practice, and takes from others' into its drafts."""
    return may_write_lists(asker, organization)


def playbooks_written_for_by(asker: Asker) -> QuerySet[Organization]:
    return lists_written_by(asker)


def may_read_playbook(asker: Asker, playbook: Playbook) -> bool:
    """Everybody with an account where it is published to the house, else those who read the lists there."""
    if playbook.readership == Readership.HOUSE and asker.account is not None:
        return True
    return may_read_lists(asker, playbook.organization)


def playbooks_read_by(asker: Asker) -> QuerySet[Playbook]:
    condition = Q(organization__in=lists_read_by(asker).order_by().values("pk"))
    if asker.account is not None:
        condition |= Q(readership=Readership.HOUSE)
    return Playbook.objects.filter(condition)


def may_read_playbook_edition(asker: Asker, edition: PlaybookEdition) -> bool:
    return may_read_playbook(asker, edition.playbook)


def playbook_editions_read_by(asker: Asker) -> QuerySet[PlaybookEdition]:
    return PlaybookEdition.objects.filter(playbook__in=playbooks_read_by(asker).order_by().values("pk"))


def may_mark(asker: Asker, playbook: Playbook) -> bool:
    """Office holders above the branch that published it; nobody marks a file that came from elsewhere."""
    path = playbook.organization.path
    return not playbook.is_received and any(path.startswith(office) and path != office for office in asker.offices)


def playbooks_marked_by(asker: Asker) -> QuerySet[Playbook]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office, "organization__") & ~Q(organization__path=office)
    return Playbook.objects.filter(condition, is_received=False)


def may_end_showcase(asker: Asker, showcase: Showcase) -> bool:
    """Office holders of the organization that marked it."""
    return showcase.office.path in asker.offices


def showcases_ended_by(asker: Asker) -> QuerySet[Showcase]:
    return Showcase.objects.filter(office__path__in=asker.offices)


def may_see_adoption(asker: Asker, adoption: Adoption) -> bool:
    """Office holders of the branch and above it."""
    return adoption.organization.path.startswith(asker.offices)


def adoptions_seen_by(asker: Asker) -> QuerySet[Adoption]:
    return Adoption.objects.filter(organization__in=organizations_overseen_by(asker).order_by().values("pk"))


def may_undo_adoption(asker: Asker, adoption: Adoption) -> bool:
    return may_write_lists(asker, adoption.organization)


def adoptions_undone_by(asker: Asker) -> QuerySet[Adoption]:
    return Adoption.objects.filter(organization__in=lists_written_by(asker).order_by().values("pk"))
