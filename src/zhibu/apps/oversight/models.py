"""What is owed and how it stands, kept live: cells, what they rest on, and sums over the tree.

All of it can be made anew from the facts of the lower rooms at any time; only waivers are facts of their own. A cell
holds four days that do not move with the clock; how it stands today is read off them (``compliance.status_on``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.archive.former import Remembered
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account
from zhibu.domain.compliance import WhyNot
from zhibu.domain.terms import PostKind


class Cell(models.Model):
    """One obligation of an organization, or of a post in it, for one period. People's own are never kept here.

    ``rule`` is the id of the rule by which it is judged, the version of the period. ``completed_on``: the day on
    which the last record that was needed was filed. ``why_not`` where nothing is owed.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="cells")
    rule = models.CharField(max_length=60)
    requirement = models.CharField(max_length=60)
    post = models.CharField(max_length=24, choices=PostKind.choices(), blank=True)
    first = models.DateField()
    last = models.DateField()
    due = models.DateField()
    needed = models.PositiveSmallIntegerField()
    completed_on = models.DateField(null=True)
    explained_on = models.DateField(null=True)
    why_not = models.CharField(max_length=20, choices=WhyNot.choices(), blank=True)

    class Meta:
        ordering = ["organization", "first", "rule"]
        constraints = [
            models.UniqueConstraint(name="cell_once", fields=["organization", "rule", "post", "first", "last"]),
            models.CheckConstraint(name="cell_last_not_before_first", condition=Q(last__gte=F("first"))),
        ]
        indexes = [models.Index(fields=["rule", "first"])]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.rule} {self.first}"


class Evidence(models.Model):
    """A filed record that a cell rests on; or, without the quorum it needed, would have."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="evidence")
    record = models.UUIDField()
    held_on = models.DateField()
    filed_on = models.DateField()
    had_quorum = models.BooleanField()

    class Meta:
        ordering = ["held_on", "filed_on", "record"]
        constraints = [models.UniqueConstraint(name="evidence_once", fields=["cell", "record"])]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.record}"


class Counter(models.Model):
    """How many cells of one rule and period are owed by an organization and all below it, and how many are settled.

    Below: in today's tree. ``explained`` counts those without a record whose reason was accepted. What is neither
    met, late nor explained is due or missing, by the clock.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="counters")
    rule = models.CharField(max_length=60)
    requirement = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    due = models.DateField()
    owed = models.IntegerField(default=0)
    met = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    explained = models.IntegerField(default=0)

    class Meta:
        ordering = ["organization", "first", "rule"]
        constraints = [models.UniqueConstraint(name="counter_once", fields=["organization", "rule", "first", "last"])]
        # Where something is missing is found among what is not settled: a few of the rows.
        indexes = [
            models.Index(
                name="counter_not_settled",
                fields=["due", "rule", "first", "last", "organization"],
                condition=Q(owed__gt=F("met") + F("late") + F("explained")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.rule} {self.first}"


class Waiver(Remembered):
    """Why something was not done, said by the organization; accepted, or not, by one above it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="waivers")
    requirement = models.CharField(max_length=60)
    post = models.CharField(max_length=24, choices=PostKind.choices(), blank=True)
    first = models.DateField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(name="waiver_once", fields=["organization", "requirement", "post", "first"]),
            models.CheckConstraint(
                name="waiver_answer_has_instant",
                condition=Q(accepted__isnull=True, answered_at__isnull=True)
                | Q(accepted__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(name="waiver_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.requirement} {self.first}"


class Window(models.Model):
    """For which days the cells are kept, as known on which day and by which rules. One row.

    ``packs`` and ``edition`` name what the packs said and what was confirmed (``rules.queries``).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    since = models.DateField()
    until = models.DateField()
    as_of = models.DateField()
    packs = models.CharField(max_length=32, blank=True)
    edition = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="window_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"
