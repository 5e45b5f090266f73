"""Who writes guides, who reads them and who answers questions. Each question stands in two forms that agree.

A section's guides are kept by those who sit at its posts today, and by those who manage one of its posts. What is
in force and not internal is read by everybody; what is internal by everybody of the house.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.guides.models import Guide, GuidedUnit, GuideVersion, Question
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.access import posts_managed_by
from zhibu.apps.windows.models import Seat, Section
from zhibu.domain.terms import GuideAudience, GuideState


def sections_kept_by(asker: Asker) -> QuerySet[Section]:
    """Those whose guides and questions are the asker's to work on."""
    if asker.person is None:
        return Section.objects.none()
    seats = Seat.objects.on(asker.on).filter(person=asker.person, window_post__section=OuterRef("pk"))
    managed = posts_managed_by(asker).filter(section=OuterRef("pk"))
    return Section.objects.filter(Exists(seats) | Exists(managed))


def keeps_section(asker: Asker, section: Section) -> bool:
    if asker.person is None:
        return False
    seats = Seat.objects.on(asker.on).filter(person=asker.person, window_post__section=section)
    return seats.exists() or posts_managed_by(asker).filter(section=section).exists()


# --- Guides --------------------------------------------------------------------------------------------------------


def may_keep_guide(asker: Asker, guide: Guide) -> bool:
    return keeps_section(asker, guide.section)


def guides_kept_by(asker: Asker) -> QuerySet[Guide]:
    return Guide.objects.filter(section__in=sections_kept_by(asker).values("pk"))


def audience_of(asker: Asker) -> GuideAudience:
    """Whose guides the asker reads beyond those of the public; without an account one may be of a guided unit."""
    return GuideAudience.UNITS if asker.person is None else GuideAudience.INTERNAL


def may_read_guide(asker: Asker, guide: Guide) -> bool:
    """Once it was published; before that, those who keep it."""
    was_published = guide.versions.filter(state=GuideState.PUBLISHED.value).exists()
    return (was_published and guide.word in audience_of(asker).read_as_well) or may_keep_guide(asker, guide)


def guides_read_by(asker: Asker) -> QuerySet[Guide]:
    published = GuideVersion.objects.filter(guide=OuterRef("pk"), state=GuideState.PUBLISHED.value)
    audiences = [word.value for word in audience_of(asker).read_as_well]
    open_to = Q(Exists(published), audience__in=audiences)
    return Guide.objects.filter(open_to | Q(section__in=sections_kept_by(asker).values("pk")))


def may_review(asker: Asker, version: GuideVersion) -> bool:
    """Another of those who keep it than the one who wrote it."""
    return (
        version.word is GuideState.REVIEW
        and version.writer_id != asker.person
        and may_keep_guide(asker, version.guide)
    )


def versions_reviewed_by(asker: Asker) -> QuerySet[GuideVersion]:
    """Those that wait for the asker's review."""
    waiting = GuideVersion.objects.filter(state=GuideState.REVIEW.value, guide__in=guides_kept_by(asker).values("pk"))
    return waiting.exclude(writer=asker.person)


# --- Guided units --------------------------------------------------------------------------------------------------


def may_keep_unit(asker: Asker, unit: GuidedUnit) -> bool:
    return keeps_section(asker, unit.section)


def units_kept_by(asker: Asker) -> QuerySet[GuidedUnit]:
    return GuidedUnit.objects.filter(section__in=sections_kept_by(asker).values("pk"))


# --- Questions -----------------------------------------------------------------------------------------------------


def may_answer(asker: Asker, question: Question) -> bool:
    """Those who keep the section; where none is named, those who manage windows."""
    if question.section is None:
        return bool(asker.windows) and asker.person is not None
    return keeps_section(asker, question.section)


def questions_answered_by(asker: Asker) -> QuerySet[Question]:
    condition = Q(section__in=sections_kept_by(asker).values("pk"))
    if asker.windows and asker.person is not None:
        condition |= Q(section__isnull=True)
    return Question.objects.filter(condition)
