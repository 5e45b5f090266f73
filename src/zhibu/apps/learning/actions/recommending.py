"""A colleague points to a unit: a sentence and a link, for the members of their branch. No event, no count."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Recommendation, Unit
from zhibu.apps.people.models import Membership, Person
from zhibu.domain.guidance import kept_line

LONGEST_SENTENCE = 100


@transaction.atomic
def recommend(unit: Unit, person: Person, *, sentence: str, at: dt.datetime) -> Recommendation:
    """Said again, the last sentence stands. Refused without a branch to say it to."""
    said = kept_line(sentence)
    if not said or len(said) > LONGEST_SENTENCE:
        raise LearningRefusal(
            _("Say in a sentence why, in at most %(most)s characters.") % {"most": LONGEST_SENTENCE}
        )
    if not unit.is_out:
        raise LearningRefusal(_("This unit is not published."))
    belongs = Membership.objects.on(localtime(at).date()).filter(person=person).select_related("organization").first()
    if belongs is None:
        raise LearningRefusal(_("You belong to no branch today, so there is nobody to recommend it to."))
    told, _made = Recommendation.objects.update_or_create(
        unit=unit,
        person=person,
        defaults={"sentence": said, "branch": belongs.organization, "said_at": at},
    )
    return told


def take_recommendation_back(unit: UUID, person: UUID) -> None:
    """Twice changes nothing."""
    Recommendation.objects.filter(unit=unit, person=person).delete()
