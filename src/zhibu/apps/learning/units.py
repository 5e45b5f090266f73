"""Reads of units: the library, one unit as it is learned, and what its writers see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from zhibu.apps.learning.access import recommendations_seen_by, units_out_for
from zhibu.apps.learning.models import Part, Recommendation, SelfStudy, Unit, UnitVersion
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.domain.learning import UnitReach
from zhibu.domain.questions import Question
from zhibu.domain.tree import tops

#: Topics offered to choose from.
MOST_TOPICS = 100

#: The kind of text a unit is, as it stands in the index.
UNIT = "unit"


def published_of(unit: Unit) -> UnitVersion | None:
    """What it says; ``None`` before it is published."""
    rows = unit.versions.filter(published_at__isnull=False).order_by("-number")
    return rows.select_related("writer").prefetch_related("files").first()


def last_of(unit: Unit) -> UnitVersion:
    """The draft where one is being written, else what it says."""
    return unit.versions.order_by("-number").select_related("writer").prefetch_related("files")[0]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and what was chosen; nobody but the one who chose is shown this."""

    question: Question
    chosen: frozenset[int]

    @property
    def is_right(self) -> bool:
        return self.question.is_answered_by(self.chosen)


def answered(version: UnitVersion, answers: Sequence[Sequence[int]]) -> list[Answered]:
    given = [*answers, *([()] * len(version.questions))]
    return [Answered(question, frozenset(chosen)) for question, chosen in zip(version.asked, given, strict=False)]


def library(asker: Asker) -> QuerySet[Unit]:
    """All that the asker may learn from, the latest first."""
    rows = units_out_for(asker)
    return rows.select_related("organization", "part__campaign").order_by("-published_at", "-id")


def recommended(asker: Asker) -> QuerySet[Recommendation]:
    """What colleagues of the branch point to, the latest first; nobody's more often than another's."""
    rows = recommendations_seen_by(asker).filter(unit__withdrawn_at__isnull=True)
    return rows.select_related("unit", "person").order_by("-said_at", "-pk")


def parts_for_units(organization: Organization) -> QuerySet[Part]:
    """The parts of running campaigns that are asked of an organization: to which a unit of it may belong."""
    rows = Part.objects.filter(
        organization__path__in=tops(organization.path),
        campaign__opened_at__isnull=False,
        campaign__closed_at__isnull=True,
    )
    return rows.select_related("campaign").order_by("-campaign__since", "first", "pk")


def topics(asker: Asker) -> list[str]:
    """The words under which units are found together."""
    known = units_out_for(asker).exclude(topic="").order_by("topic").values_list("topic", flat=True).distinct()
    return list(known[:MOST_TOPICS])


def being_kept(units: QuerySet[Unit]) -> QuerySet[Unit]:
    """For their writers: each with ``has_draft``; what is being written first, then the latest."""
    drafts = UnitVersion.objects.filter(unit=OuterRef("pk"), published_at__isnull=True)
    return units.select_related("organization").annotate(has_draft=Exists(drafts)).order_by("-has_draft", "-made_at")


def in_places(units: QuerySet[Unit], organization: UUID | None) -> QuerySet[Unit]:
    return units if organization is None else units.filter(Q(organization=organization))


def units_to_learn(asker: Asker, on: dt.date) -> QuerySet[Unit]:
    """What is prescribed for the asker and not on their own list: by the last day of its part, then the latest.

    For the asker's own page alone: nobody else is told what is on the list.
    """
    mine = SelfStudy.objects.filter(person=asker.person, unit=OuterRef("pk"))
    below = {top for place in asker.belongs for top in tops(place)}
    rows = library(asker).filter(
        Q(part__isnull=True) | Q(part__first__lte=on, part__campaign__closed_at__isnull=True),
        ~Exists(mine),
        reach=UnitReach.PRESCRIBED.value,
        organization__path__in=below,
    )
    return rows.order_by(F("part__last").asc(nulls_last=True), "-published_at", "-pk")


def with_keys(keys: Collection[UUID]) -> list[Unit]:
    """In the order of ``keys``; one query."""
    known = Unit.objects.in_bulk(keys)
    return [known[key] for key in keys if key in known]


def next_units(asker: Asker, on: dt.date, *, most: int) -> list[Unit]:
    return list(units_to_learn(asker, on)[:most])
