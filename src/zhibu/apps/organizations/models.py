"""Organizations and where they stood on which day. The dated placements are the truth; the path is today's cache."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.archive.former import Remembered
from zhibu.apps.organizations.dated import Dated, DatedQuerySet, one_open, span_is_forward
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP

#: Twenty floors are more than any tree of this field has.
LONGEST_PATH = 20 * STEP


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def existing(self, day: dt.date) -> OrganizationQuerySet:
        """Founded by ``day`` and not dissolved by then."""
        return self.filter(
            Q(founded__isnull=True) | Q(founded__lte=day), Q(dissolved__isnull=True) | Q(dissolved__gt=day)
        )

    def under(self, path: str) -> OrganizationQuerySet:
        """The subtree at ``path`` as it stands today, the organization itself included."""
        return self.filter(in_subtree(path))


def in_subtree(path: str, prefix: str = "") -> Q:
    """The condition that an organization, reached over ``prefix``, stands at ``path`` or below it today.

    A range, not a LIKE: both databases then use the index.
    """
    return Q(**{f"{prefix}path__gte": path, f"{prefix}path__lte": path + "z" * LONGEST_PATH})


class Organization(Remembered):
    """党组织. ``path`` is where it stands today, or stood last if it is dissolved; paths sort the tree."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    initials = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=OrganizationKind.choices())
    founded = models.DateField(null=True, blank=True)
    dissolved = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")
    began = models.DateField()
    path = models.CharField(max_length=LONGEST_PATH, db_index=True)
    depth = models.PositiveSmallIntegerField()

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="organization_kind_known",
                condition=Q(kind__in=[kind.value for kind in OrganizationKind]),
            ),
            models.CheckConstraint(
                name="organization_dissolved_after_founded",
                condition=Q(dissolved__isnull=True) | Q(founded__isnull=True) | Q(dissolved__gt=F("founded")),
            ),
            models.CheckConstraint(
                name="organization_merged_is_dissolved",
                condition=Q(merged_into__isnull=True) | Q(dissolved__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def exists_on(self, day: dt.date) -> bool:
        return (self.founded is None or self.founded <= day) and (self.dissolved is None or day < self.dissolved)

    @property
    def word(self) -> OrganizationKind:
        return OrganizationKind(self.kind)


class Placement(Remembered, Dated):
    """Under whom an organization stood from when until when. The root's parent is null."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="children")

    objects = DatedQuerySet["Placement"].as_manager()

    class Meta:
        ordering = ["organization", "since"]
        constraints = [
            span_is_forward("placement"),
            one_open("placement", "organization"),
            models.UniqueConstraint(name="placement_once_a_day", fields=["organization", "since"]),
            models.CheckConstraint(name="placement_not_under_itself", condition=~Q(parent=F("organization"))),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} ← {self.parent_id}"


class FormerName(models.Model):
    """A name that an organization had until the day before ``until``."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=80)
    until = models.DateField()

    class Meta:
        ordering = ["organization", "until"]
        constraints = [models.UniqueConstraint(name="former_name_one_a_day", fields=["organization", "until"])]

    def __str__(self) -> str:
        return self.name
