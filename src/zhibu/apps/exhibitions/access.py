"""Who keeps exhibitions, who reads them, and who answers for themselves. Each question stands in two forms."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.apps.lists.access import lists_read_by, lists_written_by, may_read_lists, may_write_lists
from zhibu.apps.people.access import Asker
from zhibu.domain.terms import Consent, ExhibitionStage, Readership


def may_keep_exhibition(asker: Asker, exhibition: Exhibition) -> bool:
    """Whoever writes the lists of the organization. Nobody above them sees who was asked and what they said."""
    return may_write_lists(asker, exhibition.organization)


def exhibitions_kept_by(asker: Asker) -> QuerySet[Exhibition]:
    return Exhibition.objects.filter(organization__in=lists_written_by(asker).order_by().values("pk"))


def may_read_exhibition(asker: Asker, exhibition: Exhibition) -> bool:
    """While it is open, its readers; at any time, those who keep it."""
    if may_keep_exhibition(asker, exhibition):
        return True
    if exhibition.at_stage is not ExhibitionStage.OPEN:
        return False
    match Readership(exhibition.readership):
        case Readership.PUBLIC:
            return True
        case Readership.HOUSE:
            return asker.account is not None
        case Readership.BRANCH:
            return may_read_lists(asker, exhibition.organization)


def exhibitions_read_by(asker: Asker) -> QuerySet[Exhibition]:
    readers = Q(readership=Readership.PUBLIC) | Q(organization__in=lists_read_by(asker).order_by().values("pk"))
    if asker.account is not None:
        readers |= Q(readership=Readership.HOUSE)
    kept = Q(organization__in=lists_written_by(asker).order_by().values("pk"))
    return Exhibition.objects.filter(kept | readers & Q(stage=ExhibitionStage.OPEN.value))


def public_exhibitions() -> QuerySet[Exhibition]:
    return Exhibition.objects.filter(stage=ExhibitionStage.OPEN.value, readership=Readership.PUBLIC.value)


# --- Exhibits ------------------------------------------------------------------------------------------------------


def is_ready(exhibit: Exhibit) -> bool:
    """Nothing is missing for it to be shown: it is there, and everybody in it has consented."""
    said = [one.said for one in exhibit.shown.all()]
    return (
        exhibit.withdrawn_at is None
        and all(one is Consent.GIVEN for one in said)
        and (bool(said) or not exhibit.has_people)
    )


def ready_exhibits() -> QuerySet[Exhibit]:
    of = ShownPerson.objects.filter(exhibit=OuterRef("pk"))
    missing = of.exclude(consent=Consent.GIVEN.value)
    return Exhibit.objects.filter(~Exists(missing), Q(has_people=False) | Q(Exists(of)), withdrawn_at__isnull=True)


def may_see_exhibit(asker: Asker, exhibit: Exhibit) -> bool:
    """Its keepers and those who are asked, while it is there; its readers, once it is ready."""
    if exhibit.withdrawn_at is not None:
        return False
    if may_keep_exhibition(asker, exhibit.exhibition):
        return True
    if asker.person is not None and any(one.person_id == asker.person for one in exhibit.shown.all()):
        return True
    return is_ready(exhibit) and may_read_exhibition(asker, exhibit.exhibition)


def exhibits_seen_by(asker: Asker) -> QuerySet[Exhibit]:
    seen = Q(pk__in=exhibits_shown_to(asker).order_by().values("pk"))
    seen |= Q(exhibition__in=exhibitions_kept_by(asker).order_by().values("pk"))
    if asker.person is not None:
        seen |= Q(Exists(ShownPerson.objects.filter(exhibit=OuterRef("pk"), person=asker.person)))
    return Exhibit.objects.filter(seen, withdrawn_at__isnull=True)


def exhibits_shown_to(asker: Asker) -> QuerySet[Exhibit]:
    """What stands on the pages of exhibitions: ready exhibits only, for keepers too."""
    return ready_exhibits().filter(exhibition__in=exhibitions_read_by(asker).order_by().values("pk"))


def public_exhibits() -> QuerySet[Exhibit]:
    return ready_exhibits().filter(exhibition__in=public_exhibitions().order_by().values("pk"))


# --- Consent -------------------------------------------------------------------------------------------------------


def may_answer_consent(asker: Asker, shown: ShownPerson) -> bool:
    """The person, and nobody else."""
    return asker.person is not None and shown.person_id == asker.person


def consents_answered_by(asker: Asker) -> QuerySet[ShownPerson]:
    if asker.person is None:
        return ShownPerson.objects.none()
    return ShownPerson.objects.filter(person=asker.person)


def may_keep_shown_person(asker: Asker, shown: ShownPerson) -> bool:
    return may_keep_exhibition(asker, shown.exhibit.exhibition)


def shown_people_kept_by(asker: Asker) -> QuerySet[ShownPerson]:
    return ShownPerson.objects.filter(exhibit__exhibition__in=exhibitions_kept_by(asker).order_by().values("pk"))
