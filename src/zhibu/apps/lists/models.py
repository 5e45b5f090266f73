"""The three lists (制度, 责任, 负面清单) in sections and numbered articles, dated; and the editions of their book.

An ``Article`` is what links point at. What it says is a ``Wording``, in force for a span of days; a change is a
later wording, and the earlier one stays to be read.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.dated import Dated, DatedQuerySet, one_open, span_is_forward
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Bearer, DraftState, ListKind, Proof, Reach, Readership


class Section(models.Model):
    """A rule (制度) with its articles, or a part of the other lists; numbered in the list of its organization."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="sections")
    kind = models.CharField(max_length=12, choices=ListKind.choices())
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    reach = models.CharField(max_length=8, choices=Reach.choices(), default=Reach.OWN.value)

    class Meta:
        ordering = ["organization__path", "kind", "number"]
        constraints = [
            models.UniqueConstraint(name="section_number_once", fields=["organization", "kind", "number"]),
            models.CheckConstraint(name="section_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="section_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> ListKind:
        return ListKind(self.kind)


class Article(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    section = models.ForeignKey(Section, models.PROTECT, related_name="articles")

    def __str__(self) -> str:
        return str(self.pk)


class Wording(Dated):
    """What an article says from ``since`` until ``until`` (not included), and by what one sees that it is done.

    ``bearer``: of a duty or a right, empty otherwise. ``requirement``: the id under which the rules ask for it, where
    ``proof`` is that. ``tasks``: the ids of those by which it is seen, where it is seen by tasks; none: by every task
    of its holder. ``consequence`` and ``ask``: of a prohibition.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="wordings")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=4000)
    bearer = models.CharField(max_length=24, choices=Bearer.choices(), blank=True)
    is_right = models.BooleanField(default=False)
    proof = models.CharField(max_length=12, choices=Proof.choices(), default=Proof.NONE.value)
    requirement = models.CharField(max_length=60, blank=True)
    tasks = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=200, blank=True)
    consequence = models.CharField(max_length=500, blank=True)
    ask = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField()

    objects = DatedQuerySet["Wording"].as_manager()

    class Meta:
        ordering = ["article", "since"]
        constraints = [
            span_is_forward("wording"),
            one_open("wording", "article"),
            models.UniqueConstraint(name="wording_once_a_day", fields=["article", "since"]),
            models.CheckConstraint(name="wording_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="wording_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="wording_names_requirement",
                condition=(Q(proof=Proof.REQUIREMENT) & ~Q(requirement=""))
                | (~Q(proof=Proof.REQUIREMENT) & Q(requirement="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:20]}"


class Draft(models.Model):
    """An article that is proposed and not in force: new in the section of this title, or another wording of one.

    ``article``: what it is to change; once it is in force, what it became. ``credit``: from where it was taken.
    The other fields as of a ``Wording``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=12, choices=ListKind.choices())
    section = models.CharField(max_length=120)
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="drafts")
    text = models.TextField(max_length=4000)
    bearer = models.CharField(max_length=24, choices=Bearer.choices(), blank=True)
    is_right = models.BooleanField(default=False)
    proof = models.CharField(max_length=12, choices=Proof.choices(), default=Proof.NONE.value)
    requirement = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200, blank=True)
    consequence = models.CharField(max_length=500, blank=True)
    ask = models.CharField(max_length=200, blank=True)
    credit = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=DraftState.choices(), default=DraftState.OPEN.value)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [models.Index(fields=["organization", "state", "written_at"])]
        constraints = [
            models.CheckConstraint(name="draft_says_something", condition=~Q(text="")),
            models.CheckConstraint(name="draft_has_section", condition=~Q(section="")),
        ]

    def __str__(self) -> str:
        return self.text[:20]

    @property
    def word(self) -> ListKind:
        return ListKind(self.kind)

    @property
    def is_open(self) -> bool:
        return self.state == DraftState.OPEN


class Edition(models.Model):
    """制度汇编: the numbered book of the lists on a day. What it says is the document; it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    on = models.DateField()
    readership = models.CharField(max_length=8, choices=Readership.choices())
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["organization__path", "-number"]
        constraints = [models.UniqueConstraint(name="edition_once", fields=["organization", "number"])]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.number}"


class Understanding(models.Model):
    """Somebody said of an edition that they have read and understood it. They were asked once."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="understandings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="understanding_once", fields=["edition", "person"])]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.person_id}"


class Statement(models.Model):
    """What the holder of a duty says about having done it, in one organization. Withdrawn, it is gone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="statements")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="statements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at"]
        indexes = [models.Index(fields=["organization", "article", "-said_at"])]

    def __str__(self) -> str:
        return self.text
