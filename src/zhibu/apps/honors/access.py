"""Who reads honors, pioneer posts and selections, and who keeps them. Each question stands in two forms that agree.

Office holders keep those of their organization, of those below it and of the people there, but never their own. What
is withdrawn is read by whoever keeps it and by the person whose it was.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.honors.models import Candidate, Honor, Objection, PioneerPost, Recusal, Selection
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import (
    Asker,
    is_among_seen,
    is_around,
    may_see_person,
    organizations_around,
)
from zhibu.apps.people.models import Employment, Membership, Person
from zhibu.domain.terms import OrganizationKind, SelectionStage
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


# --- Selections ----------------------------------------------------------------------------------------------------


def may_see_selection(asker: Asker, selection: Selection) -> bool:
    """Whoever belongs around the organization that calls it, and whoever was nominated."""
    if is_around(asker, selection.organization):
        return True
    return asker.person is not None and selection.candidates.filter(person=asker.person).exists()


def selections_seen_by(asker: Asker) -> QuerySet[Selection]:
    around = Q(organization__in=organizations_around(asker).order_by().values("pk"))
    own = Candidate.objects.filter(person=asker.person, person__isnull=False, selection=OuterRef("pk"))
    return Selection.objects.filter(around | Q(Exists(own)))


def may_run_selection(asker: Asker, selection: Selection) -> bool:
    """Office holders who keep the honors of its organization, unless they stand in it themselves."""
    if asker.person is None or not may_honor_organization(asker, selection.organization):
        return False
    return not selection.candidates.filter(person=asker.person, withdrew_at__isnull=True).exists()


def selections_run_by(asker: Asker) -> QuerySet[Selection]:
    if asker.person is None:
        return Selection.objects.none()
    stands = Candidate.objects.filter(person=asker.person, withdrew_at__isnull=True, selection=OuterRef("pk"))
    kept = organizations_honored_by(asker).order_by().values("pk")
    return Selection.objects.filter(~Q(Exists(stands)), organization__in=kept)


def may_see_candidate(asker: Asker, candidate: Candidate) -> bool:
    """Those who run the selection and the person always; whoever belongs there once the notice shows the short list.

    What was not chosen is forgotten by the house when the selection is over.
    """
    if candidate.person_id == asker.person or may_run_selection(asker, candidate.selection):
        return True
    if not candidate.stands or not is_around(asker, candidate.selection.organization):
        return False
    stage = candidate.selection.at_stage
    return stage in _SHOWN or (stage is SelectionStage.CLOSED and candidate.is_chosen)


def candidates_seen_by(asker: Asker) -> QuerySet[Candidate]:
    """The same for many."""
    runs = Q(selection__in=selections_run_by(asker).order_by().values("pk"))
    around = Q(selection__organization__in=organizations_around(asker).order_by().values("pk"))
    stands = Q(is_fit=True, agreed_at__isnull=False, withdrew_at__isnull=True)
    shown = Q(selection__stage__in=[stage.value for stage in _SHOWN])
    chosen = Q(selection__stage=SelectionStage.CLOSED.value, is_chosen=True)
    own = Q(person=asker.person, person__isnull=False)
    return Candidate.objects.filter(own | runs | (around & stands & (shown | chosen)))


#: The stages at which the short list stands for everybody to read.
_SHOWN = (SelectionStage.NOTICE, SelectionStage.VOTING)


def may_see_objection(asker: Asker, objection: Objection) -> bool:
    """Those who run the selection, but not who may not decide about the candidate; and whoever raised it."""
    if objection.by_id == asker.person:
        return True
    if not may_run_selection(asker, objection.candidate.selection):
        return False
    return not objection.candidate.recusals.filter(person=asker.person).exists()


def objections_seen_by(asker: Asker) -> QuerySet[Objection]:
    runs = Q(candidate__selection__in=selections_run_by(asker).order_by().values("pk"))
    recused = Recusal.objects.filter(candidate=OuterRef("candidate"), person=asker.person)
    own = Q(by=asker.person, by__isnull=False)
    return Objection.objects.filter(own | (runs & ~Q(Exists(recused))))
