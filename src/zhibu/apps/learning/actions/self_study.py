"""What somebody learns by themself stays with them: their list, their answers. No event tells of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.learning.actions.receiving import received
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Receipt, SelfStudy, UnitVersion
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept_line

#: Lines of one's own list; nobody reads as much in a life.
MOST = 5000
LONGEST_TITLE = 120


@transaction.atomic
def study(
    version: UnitVersion, person: Person, *, answers: Sequence[Sequence[int]], nonce: str, at: dt.datetime
) -> Receipt:
    """A published version was studied and its questions answered so. One line of the list for each unit.

    The same nonce again changes nothing; from another phone the last answers count, and the receipt says ``already``.
    """
    if version.published_at is None:
        raise LearningRefusal(_("This unit is not published."))
    receipt, is_new = received(person, nonce, version.unit_id, at)
    if not is_new:
        return receipt
    _row, is_first = SelfStudy.objects.update_or_create(
        person=person,
        unit=version.unit,
        defaults={"version": version, "answers": _fitting(version, answers)},
        create_defaults={
            "version": version,
            "answers": _fitting(version, answers),
            "title": version.title,
            "day": localtime(at).date(),
            "kept_at": at,
        },
    )
    if not is_first:
        receipt.already = True
        receipt.save(update_fields=["already"])
    return receipt


def _fitting(version: UnitVersion, answers: Sequence[Sequence[int]]) -> list[list[int]]:
    """Of each question the answers chosen that it has."""
    asked = version.asked
    given = [*answers, *([()] * len(asked))]
    return [
        sorted({place for place in chosen if 0 <= place < len(question.choices)})
        for question, chosen in zip(asked, given, strict=False)
    ]


@transaction.atomic
def note_study(person: Person, *, title: str, day: dt.date, nonce: str, at: dt.datetime) -> Receipt:
    """Something else that somebody read or heard, in their own words."""
    said = kept_line(title)
    if not said or len(said) > LONGEST_TITLE:
        raise LearningRefusal(_("Say what it was, in at most %(most)s characters.") % {"most": LONGEST_TITLE})
    if day > localtime(at).date():
        raise LearningRefusal(_("%(day)s has not come yet. Note it when it is done.") % {"day": day})
    if SelfStudy.objects.filter(person=person).count() >= MOST:
        raise LearningRefusal(_("Your list is full. Take away what you need no longer."))
    receipt, is_new = received(person, nonce, person.pk, at)
    if is_new:
        SelfStudy.objects.create(person=person, title=said, day=day, kept_at=at)
    return receipt


def forget_study(person: UUID, *, only: UUID | None = None) -> int:
    """One line goes, or the whole list: how many went. Twice changes nothing."""
    rows = SelfStudy.objects.filter(person=person)
    if only is not None:
        rows = rows.filter(pk=only)
    number, _by_model = rows.delete()
    return number
