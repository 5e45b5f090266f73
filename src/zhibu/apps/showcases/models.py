"""Playbooks (样板) that are published here or were received, their editions, and what branches took of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.archive.models import Event
from zhibu.apps.lists.models import Article, Draft
from zhibu.apps.organizations.models import Organization
from zhibu.domain.terms import Readership


class Playbook(models.Model):
    """``uid``: its id in every file. ``organization``: who published it or, where it came as a file, received it.

    ``house`` and ``branch``: names as the file says them. ``key``: the publisher's, as 64 hexadecimal digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    uid = models.UUIDField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="playbooks")
    is_received = models.BooleanField(default=False)
    house = models.CharField(max_length=120)
    branch = models.CharField(max_length=120)
    key = models.CharField(max_length=64)
    readership = models.CharField(max_length=8, choices=Readership.choices())
    began_at = models.DateTimeField()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(name="playbook_once", fields=["uid", "organization"]),
            models.UniqueConstraint(
                name="one_playbook_of_its_own", fields=["organization"], condition=Q(is_received=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house} {self.branch}"


class PlaybookEdition(models.Model):
    """What an edition says is its file, kept by ``sha256``; it never changes. ``items``: how many articles."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    items = models.PositiveSmallIntegerField()
    published_on = models.DateField()
    sha256 = models.CharField(max_length=64)
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [models.UniqueConstraint(name="playbook_edition_once", fields=["playbook", "number"])]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class Showcase(models.Model):
    """示范点: a superior holds a playbook up as a demonstration, with reasons, for a term that ends by itself.

    ``until``: the last day. ``ended_on``: the day from which it was taken back early.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="showcases")
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    reasons = models.CharField(max_length=1000)
    since = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    why_ended = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(name="showcase_says_why", condition=~Q(reasons="")),
            models.CheckConstraint(name="showcase_span_is_forward", condition=Q(until__gte=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} {self.since}"


class Adoption(models.Model):
    """A branch took articles of an edition into the drafts of its lists. Taken back, what was open was dropped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="adoptions")
    edition = models.ForeignKey(PlaybookEdition, models.PROTECT, related_name="adoptions")
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-adopted_at"]
        indexes = [models.Index(fields=["organization", "-adopted_at"])]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.edition_id}"


class Taken(models.Model):
    """An article of the edition, by its key there, and what it is here: a draft, or an article that was there before.

    Both ``None``: the article is gone.
    """

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="taken")
    key = models.UUIDField()
    draft = models.ForeignKey(Draft, models.PROTECT, null=True, related_name="+")
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="taken_once", fields=["adoption", "key"])]

    def __str__(self) -> str:
        return str(self.key)
