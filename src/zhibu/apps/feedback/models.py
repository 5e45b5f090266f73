"""What is said about the service: feedback by anybody, and evaluations by outside bodies (行风评议, 窗口评比).

Feedback is about a site or a post, never about a person; who said it is not kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Site, WindowPost
from zhibu.domain.terms import EvaluationKind, FeedbackKind, FeedbackState


class Feedback(models.Model):
    """``post`` is ``None`` where it is about the site, and where one person works at the post alone.

    ``text`` is "" once it was struck because it named somebody, or after its time. ``answer``: what changed, or why
    nothing did; ``is_public``: whether anybody reads that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="feedback")
    post = models.ForeignKey(WindowPost, models.PROTECT, null=True, related_name="feedback")
    kind = models.CharField(max_length=10, choices=FeedbackKind.choices())
    state = models.CharField(max_length=6, choices=FeedbackState.choices(), default=FeedbackState.OPEN.value)
    text = models.CharField(max_length=1000, blank=True)
    struck = models.BooleanField(default=False)
    said_on = models.DateField()
    answer = models.CharField(max_length=1000, blank=True)
    is_public = models.BooleanField(default=False)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-said_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="feedback_kind_known", condition=Q(kind__in=[word.value for word in FeedbackKind])
            ),
            models.CheckConstraint(name="feedback_says_something", condition=~Q(text="") | Q(struck=True)),
            models.CheckConstraint(
                name="feedback_closed_or_open",
                condition=Q(
                    state=FeedbackState.OPEN.value,
                    answer="",
                    is_public=False,
                    closed_by__isnull=True,
                    closed_at__isnull=True,
                )
                | (
                    Q(state=FeedbackState.CLOSED.value, closed_by__isnull=False, closed_at__isnull=False)
                    & ~Q(answer="")
                ),
            ),
        ]
        indexes = [models.Index(fields=["site", "state", "said_on"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.said_on}"

    @property
    def word(self) -> FeedbackKind:
        return FeedbackKind(self.kind)

    @property
    def state_word(self) -> FeedbackState:
        return FeedbackState(self.state)


class Evaluation(models.Model):
    """What an outside body found at the windows of a unit. It is of the service, never of a person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=10, choices=EvaluationKind.choices())
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=120)
    held_on = models.DateField()
    findings = models.TextField(max_length=4000)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="evaluation_kind_known", condition=Q(kind__in=[word.value for word in EvaluationKind])
            ),
            models.CheckConstraint(
                name="evaluation_says_what", condition=~Q(title="") & ~Q(body="") & ~Q(findings="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> EvaluationKind:
        return EvaluationKind(self.kind)


class EvaluationPaper(models.Model):
    """A file of the outside body."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="papers")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class FollowUp(models.Model):
    """What is done about a finding, by when; closed with what was done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="follow_ups")
    text = models.CharField(max_length=300)
    due = models.DateField()
    done_on = models.DateField(null=True)
    done = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(name="follow_up_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="follow_up_done_says_how",
                condition=Q(done_on__isnull=True, done="") | (Q(done_on__isnull=False) & ~Q(done="")),
            ),
        ]

    def __str__(self) -> str:
        return self.text
