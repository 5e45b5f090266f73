"""Honors on record with their papers, pioneer posts, and yearly selections. No scores, no order of merit."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import HonorKind, SelectionStage


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


# --- Yearly exemplars ----------------------------------------------------------------------------------------------


class Selection(models.Model):
    """评选, as in 十大“三好”: called by an organization for those below it, for so many places in a year.

    ``notice_since``, ``notice_last``: the first and the last day of the public notice, both included.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="selections")
    title = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=5000)
    places = models.PositiveSmallIntegerField()
    service_years = models.PositiveSmallIntegerField(default=0)
    not_within = models.PositiveSmallIntegerField(default=0)
    called_on = models.DateField()
    nominate_until = models.DateField()
    notice_days = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=10, choices=SelectionStage.choices(), default=SelectionStage.NOMINATING.value)
    notice_since = models.DateField(null=True)
    notice_last = models.DateField(null=True)
    voters = models.PositiveIntegerField(null=True)
    closed_on = models.DateField(null=True)
    #: Why places stayed open, or why it was called off.
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                name="selection_stage_known", condition=Q(stage__in=[word.value for word in SelectionStage])
            ),
            models.CheckConstraint(name="selection_has_places", condition=Q(places__gte=1)),
            models.UniqueConstraint(
                name="selection_once",
                fields=["organization", "title", "year"],
                condition=~Q(stage=SelectionStage.CALLED_OFF.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.title}"

    @property
    def at_stage(self) -> SelectionStage:
        return SelectionStage(self.stage)


class Candidate(models.Model):
    """Whom somebody nominated. ``is_fit`` is ``None`` until it was looked at, and ``finding`` says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    selection = models.ForeignKey(Selection, models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="candidacies")
    #: The organization or unit under which the person stands in the selection, as it was called then.
    place = models.CharField(max_length=120)
    agreed_at = models.DateTimeField(null=True)
    is_fit = models.BooleanField(null=True)
    finding = models.CharField(max_length=500, blank=True)
    found_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrew_at = models.DateTimeField(null=True)
    is_chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="candidate_of_selection_once", fields=["selection", "person"])]

    def __str__(self) -> str:
        return self.person.name

    @property
    def stands(self) -> bool:
        """On the short list: found fit, agreed, and not withdrawn."""
        return self.is_fit is True and self.agreed_at is not None and self.withdrew_at is None


class Nomination(models.Model):
    """One reason why somebody should be chosen: a person's own, or of the ``organization`` they speak for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="nominations")
    by = models.ForeignKey(Person, models.PROTECT, related_name="nominations_made")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="nominations")
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="nomination_once", fields=["candidate", "by"]),
            models.UniqueConstraint(
                name="nomination_of_organization_once",
                fields=["candidate", "organization"],
                condition=Q(organization__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Recusal(models.Model):
    """回避: somebody who would decide about a candidate and says that they do not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="recusals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="recusals")
    reason = models.CharField(max_length=300)
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="recusal_once", fields=["candidate", "person"])]

    def __str__(self) -> str:
        return self.reason


class Objection(models.Model):
    """异议 during the public notice. Who raised it is read by those who answer it and stands in no paper."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="objections")
    by = models.ForeignKey(Person, models.PROTECT, related_name="objections_raised")
    text = models.TextField(max_length=2000)
    raised_at = models.DateTimeField()
    is_upheld = models.BooleanField(null=True)
    #: What came of it, without a word that tells who raised it: it stands in the file of the selection.
    outcome = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class SelectionRound(models.Model):
    """One ballot by paper, as its tellers counted it. The second is held among those who were tied in the first."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    selection = models.ForeignKey(Selection, models.CASCADE, related_name="rounds")
    held_on = models.DateField()
    places = models.PositiveSmallIntegerField()
    issued = models.PositiveIntegerField()
    returned = models.PositiveIntegerField()
    void = models.PositiveIntegerField()
    tellers = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.held_on}"


class SelectionVotes(models.Model):
    """How many papers of a round name a candidate."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    of = models.ForeignKey(SelectionRound, models.CASCADE, related_name="votes")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="votes")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="votes_once", fields=["of", "candidate"])]

    def __str__(self) -> str:
        return str(self.number)
