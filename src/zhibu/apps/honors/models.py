"""Honors on record, with their papers, and pioneer posts. No scores, no order of merit."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import HonorKind


class Honor(models.Model):
    """荣誉 of a person or of an organization in a year.

    One that was wrong stays where it is, withdrawn with a reason; the right one says which it ``corrects``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="honors")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="honors")
    kind = models.CharField(max_length=10, choices=HonorKind.choices(), default=HonorKind.TITLE.value)
    title = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    #: Who conferred it, and what for; empty where a workbook did not say.
    conferred_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-year", "title"]
        constraints = [
            models.CheckConstraint(
                name="honor_of_one", condition=Q(person__isnull=True) ^ Q(organization__isnull=True)
            ),
            models.CheckConstraint(name="honor_kind_known", condition=Q(kind__in=[word.value for word in HonorKind])),
            models.CheckConstraint(
                name="honor_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_for="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_for="")),
            ),
            models.UniqueConstraint(
                name="honor_once", fields=["person", "title", "year"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.UniqueConstraint(
                name="honor_of_organization_once",
                fields=["organization", "title", "year"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> HonorKind:
        return HonorKind(self.kind)

    @property
    def bearer(self) -> str:
        """The name of whoever has it."""
        bearer = self.person or self.organization
        assert bearer is not None  # a constraint keeps it so
        return bearer.name


class HonorPaper(models.Model):
    """The certificate, the decision, a picture."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    honor = models.ForeignKey(Honor, models.CASCADE, related_name="papers")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PioneerCriteria(models.Model):
    """By what an organization and those below it choose pioneer posts, one criterion a line, from a day on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="pioneer_criteria")
    since = models.DateField()
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(name="pioneer_criteria_once", fields=["organization", "since"])]

    def __str__(self) -> str:
        return self.text


class PioneerPost(models.Model):
    """党员先锋岗: a member holds it for a term that ends by itself, with commitments that everybody reads.

    ``until``: the first day on which it is held no more. ``criteria``: those that were looked at, as they said then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="pioneer_posts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="pioneer_posts")
    window_post = models.ForeignKey(WindowPost, models.PROTECT, null=True, related_name="pioneer_posts")
    place = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField()
    criteria = models.TextField(max_length=2000)
    commitments = models.TextField(max_length=1000)
    ended_for = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(name="pioneer_post_has_days", condition=Q(until__gt=models.F("since"))),
            models.CheckConstraint(name="pioneer_post_commits", condition=~Q(commitments="") & ~Q(criteria="")),
        ]

    def __str__(self) -> str:
        return self.place

    def is_held(self, on: dt.date) -> bool:
        return self.since <= on < self.until
