"""Campaigns (学习教育, 专题教育): their texts, parts, the meetings that serve them, study notes and wrap-ups.

Who has opened or read any of it is not kept.
"""

from __future__ import annotations

import datetime as dt
import json

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from uuid6 import uuid7

from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import MeetingKind, OrganizationKind


class Campaign(models.Model):
    """One 学习教育, opened here by ``office``; it binds the whole subtree of that organization.

    ``issuer``, ``document``, ``number`` and ``dated`` name the text that launched it; its number and day are empty
    where they are not known. ``until``: its last day, ``None`` while nobody has set one. A draft has no
    ``opened_at``; one that is over has ``closed_at``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Organization, models.PROTECT, related_name="campaigns")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    issuer = models.CharField(max_length=80, blank=True)
    document = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=60, blank=True)
    dated = models.DateField(null=True)
    text = models.TextField(max_length=4000)
    since = models.DateField()
    until = models.DateField(null=True)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                name="campaign_until_after_since", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(
                name="campaign_closed_was_open",
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False, until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.opened_at is None

    @property
    def is_running(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def was_before(self) -> bool:
        """It was over when it was entered here: its texts and days are kept, and no meetings belong to it."""
        return self.opened_at is not None and self.until is not None and self.until < localtime(self.opened_at).date()

    def last_day(self, today: dt.date) -> dt.date:
        """The day whose members are asked about: today while it runs, its last day after that."""
        return today if self.closed_at is None or self.until is None else min(self.until, today)


class Part(models.Model):
    """What an organization asks within a campaign: a superior of every branch below it, a branch of itself.

    ``kind``: the kind of meeting that serves it; empty for a text to be read, at whatever meeting.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="parts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="campaign_parts")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2000, blank=True)
    kind = models.CharField(max_length=30, choices=MeetingKind.choices(), blank=True)
    first = models.DateField()
    last = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["organization__path", "first", "id"]
        constraints = [
            models.CheckConstraint(name="part_last_after_first", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="part_kind_known", condition=Q(kind__in=["", *(kind.value for kind in MeetingKind)])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> MeetingKind | None:
        """``None``: a text to be read, which any meeting may serve."""
        return MeetingKind(self.kind) if self.kind else None

    @property
    def is_own(self) -> bool:
        """Whether it is a branch's own, not prescribed to others."""
        return self.organization.word is OrganizationKind.BRANCH


class Link(models.Model):
    """A meeting of ``organization``, a branch, serves a part. The same meeting may serve several."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="links")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="campaign_links")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="campaign_links")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["meeting__held_on", "id"]
        constraints = [models.UniqueConstraint(name="link_once", fields=["part", "organization", "meeting"])]

    def __str__(self) -> str:
        return f"{self.part_id} ← {self.meeting_id}"


class Material(models.Model):
    """A file of a campaign: the text that launched it, what is to be read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="materials")
    part = models.ForeignKey(Part, models.CASCADE, null=True, related_name="materials")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class StudyNote(models.Model):
    """心得: what a member wrote down for themself. ``shared_with``: their branch, where they chose so; else ``None``.

    It is nobody's duty. No event is recorded of it and nothing counts it: either would say who has written none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="study_notes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="study_notes")
    text = models.TextField(max_length=4000)
    shared_with = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [models.UniqueConstraint(name="study_note_once", fields=["campaign", "person"])]

    def __str__(self) -> str:
        return str(self.pk)


class WrapUp(models.Model):
    """总结: what an organization says of a campaign at its end, begun from records.

    While ``filed_at`` is null it may be written over. Filed, the archive's text is the one that counts, and stays.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="wrap_ups")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="wrap_ups")
    text = models.TextField(max_length=20000)
    saved_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="+")
    sealed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(name="wrap_up_once", fields=["campaign", "organization"]),
            models.CheckConstraint(
                name="wrap_up_filed_is_sealed",
                condition=Q(filed_at__isnull=True, event__isnull=True)
                | Q(filed_at__isnull=False, event__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.organization_id}"

    @property
    def sealed_text(self) -> str:
        """The text as the archive sealed it; of a wrap-up that is filed."""
        assert self.sealed is not None
        text: str = json.loads(self.sealed.text)["text"]
        return text
