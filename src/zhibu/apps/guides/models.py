"""Guides (业务指南) that a section writes for the units it guides and for the public; questions they leave open.

Who asked, who read and who found it helpful is not kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.organizations.dated import Dated, DatedQuerySet, one_open, span_is_forward
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Section
from zhibu.domain.terms import GuideAudience, GuideState, QuestionSource, QuestionState


class GuidedUnit(Dated):
    """对口指导单位: a unit elsewhere that a section guides. ``contact``: an office and its phone, nobody's name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    section = models.ForeignKey(Section, models.PROTECT, related_name="guided_units")
    contact = models.CharField(max_length=120, blank=True)

    objects = DatedQuerySet["GuidedUnit"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            span_is_forward("guided_unit"),
            one_open("guided_unit", "name"),
            models.CheckConstraint(name="guided_unit_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Guide(models.Model):
    """What is linked to: its number is its address for good. What it says is the version in force on a day.

    ``read_again_by``: when somebody of the section looks whether it is still right; ``None`` before it is in force
    and after it was withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    section = models.ForeignKey(Section, models.PROTECT, related_name="guides")
    audience = models.CharField(max_length=8, choices=GuideAudience.choices())
    read_again_by = models.DateField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="guide_audience_known", condition=Q(audience__in=[word.value for word in GuideAudience])
            )
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def word(self) -> GuideAudience:
        return GuideAudience(self.audience)


class GuideVersion(models.Model):
    """What a guide says. Published, it never changes but for its end; at most one of a guide is being written.

    ``keywords``: words by which people ask and which the text does not hold. ``since`` and ``until`` (not included):
    when it is in force; ``until`` may equal ``since`` where it was withdrawn on its first day. ``returned``: what
    the reviewer wants to be changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guide = models.ForeignKey(Guide, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=GuideState.choices(), default=GuideState.DRAFT.value)
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=20_000)
    keywords = models.CharField(max_length=200, blank=True)
    writer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    reviewer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    returned = models.CharField(max_length=500, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering = ["guide", "number"]
        constraints = [
            models.UniqueConstraint(name="guide_version_number_once", fields=["guide", "number"]),
            models.UniqueConstraint(
                name="guide_version_one_being_written",
                fields=["guide"],
                condition=~Q(state=GuideState.PUBLISHED.value),
            ),
            models.UniqueConstraint(
                name="guide_version_one_in_force",
                fields=["guide"],
                condition=Q(state=GuideState.PUBLISHED.value, until__isnull=True),
            ),
            models.CheckConstraint(
                name="guide_version_state_known", condition=Q(state__in=[word.value for word in GuideState])
            ),
            models.CheckConstraint(
                name="guide_version_reviewed_by_another",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("writer")),
            ),
            models.CheckConstraint(
                name="guide_version_published_was_reviewed",
                condition=~Q(state=GuideState.PUBLISHED.value)
                | Q(reviewer__isnull=False, reviewed_at__isnull=False, since__isnull=False),
            ),
            models.CheckConstraint(
                name="guide_version_until_not_before_since",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(name="guide_version_says_something", condition=~Q(title="") & ~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> GuideState:
        return GuideState(self.state)


class Helped(models.Model):
    """How many said of a version on a day that it was the answer. A sum and nothing else."""

    version = models.ForeignKey(GuideVersion, models.CASCADE, related_name="helped")
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="helped_once_a_day", fields=["version", "day"])]

    def __str__(self) -> str:
        return f"{self.version_id} {self.day} {self.times}"


class Question(models.Model):
    """What no guide answers. ``section`` is ``None`` where the asker did not know it: the managers hand it on.

    ``code_sha256``: of the code that was shown once and by which the answer is read. ``looked_for``: the words that
    found no answer. ``promised``: the day by which it is answered; moved, ``moved_because`` says why. ``guide``: that
    it became, or that answers it. ``text`` is "" once it was ``struck`` as nobody's question, or after its time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=8, choices=QuestionSource.choices())
    state = models.CharField(max_length=8, choices=QuestionState.choices(), default=QuestionState.OPEN.value)
    section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="questions")
    unit = models.ForeignKey(GuidedUnit, models.PROTECT, null=True, related_name="questions")
    text = models.TextField(max_length=1000, blank=True)
    struck = models.BooleanField(default=False)
    looked_for = models.CharField(max_length=100, blank=True)
    code_sha256 = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    promised = models.DateField()
    moved_because = models.CharField(max_length=300, blank=True)
    answer = models.TextField(max_length=4000, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    guide = models.ForeignKey(Guide, models.SET_NULL, null=True, related_name="questions")

    class Meta:
        ordering = ["promised", "id"]
        constraints = [
            models.CheckConstraint(name="question_asks_something", condition=~Q(text="") | Q(struck=True)),
            models.CheckConstraint(
                name="question_state_known", condition=Q(state__in=[word.value for word in QuestionState])
            ),
            models.CheckConstraint(
                name="question_source_known", condition=Q(source__in=[word.value for word in QuestionSource])
            ),
            models.CheckConstraint(
                name="question_unit_asks",
                condition=Q(unit__isnull=True) | Q(source=QuestionSource.UNIT.value),
            ),
            models.CheckConstraint(
                name="question_answered_or_open",
                condition=Q(
                    state=QuestionState.OPEN.value, answer="", answered_by__isnull=True, answered_at__isnull=True
                )
                | (
                    ~Q(state=QuestionState.OPEN.value)
                    & ~Q(answer="")
                    & Q(answered_by__isnull=False, answered_at__isnull=False)
                ),
            ),
        ]
        indexes = [models.Index(fields=["state", "section", "promised"])]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def word(self) -> QuestionState:
        return QuestionState(self.state)

    @property
    def said_by(self) -> QuestionSource:
        return QuestionSource(self.source)
