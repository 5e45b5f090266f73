"""Exhibitions (实物展览): what is shown, where it comes from, and the consent of those who are shown or named."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Consent, ExhibitionStage, ExhibitKind, Readership


class Exhibition(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="exhibitions")
    stage = models.CharField(max_length=6, choices=ExhibitionStage.choices(), default=ExhibitionStage.DRAFT.value)
    title = models.CharField(max_length=120)
    foreword = models.TextField(max_length=4000, blank=True)
    readership = models.CharField(max_length=8, choices=Readership.choices())
    changed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    why_closed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-changed_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="exhibition_stage_known", condition=Q(stage__in=[word.value for word in ExhibitionStage])
            ),
            models.CheckConstraint(
                name="exhibition_readership_known", condition=Q(readership__in=[word.value for word in Readership])
            ),
            models.CheckConstraint(
                name="exhibition_closed_says_why",
                condition=~Q(stage=ExhibitionStage.CLOSED.value) | ~Q(why_closed=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def at_stage(self) -> ExhibitionStage:
        return ExhibitionStage(self.stage)


class Exhibit(models.Model):
    """``place``: its order. ``number``: of its panel, which stays from the day on which the exhibition opened.

    ``picture`` and ``large``: digests of one picture in two sizes, "" without one; ``alt`` describes it.
    ``has_people``: somebody is named or can be recognised, so that it is shown with their consent only. One that
    was withdrawn keeps its number and nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exhibition = models.ForeignKey(Exhibition, models.CASCADE, related_name="exhibits")
    kind = models.CharField(max_length=8, choices=ExhibitKind.choices())
    section = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(max_length=1500, blank=True)
    source = models.CharField(max_length=300, blank=True)
    picture = models.CharField(max_length=64, blank=True)
    large = models.CharField(max_length=64, blank=True)
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    alt = models.CharField(max_length=300, blank=True)
    has_people = models.BooleanField()
    place = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.CheckConstraint(
                name="exhibit_kind_known", condition=Q(kind__in=[word.value for word in ExhibitKind])
            ),
            models.CheckConstraint(
                name="exhibit_withdrawn_is_empty",
                condition=(Q(withdrawn_at__isnull=True) & ~Q(title="") & ~Q(source=""))
                | Q(withdrawn_at__isnull=False, section="", title="", text="", source="")
                & Q(picture="", large="", alt=""),
            ),
            models.CheckConstraint(
                name="exhibit_picture_is_described",
                condition=Q(picture="", large="", alt="") | ~Q(picture="") & ~Q(large="") & ~Q(alt=""),
            ),
        ]
        indexes = [models.Index(fields=["picture"]), models.Index(fields=["large"])]

    def __str__(self) -> str:
        return self.title or str(self.number)

    @property
    def word(self) -> ExhibitKind:
        return ExhibitKind(self.kind)


class ShownPerson(models.Model):
    """Somebody who is shown or named: of the house, who answers; or another (``name``), of whom is noted ``how``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exhibit = models.ForeignKey(Exhibit, models.CASCADE, related_name="shown")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="shown_in")
    name = models.CharField(max_length=40, blank=True)
    how = models.CharField(max_length=300, blank=True)
    consent = models.CharField(max_length=8, choices=Consent.choices(), default=Consent.ASKED.value)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(name="shown_person_once", fields=["exhibit", "person"]),
            models.UniqueConstraint(name="shown_name_once", fields=["exhibit", "name"], condition=~Q(name="")),
            models.CheckConstraint(name="consent_known", condition=Q(consent__in=[word.value for word in Consent])),
            models.CheckConstraint(
                name="shown_person_is_one_of_two",
                condition=Q(person__isnull=False, name="", how="") | Q(person__isnull=True) & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="consent_of_others_says_how",
                condition=Q(person__isnull=False) | ~Q(consent=Consent.GIVEN.value) | ~Q(how=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exhibit_id} {self.consent}"

    @property
    def said(self) -> Consent:
        return Consent(self.consent)
