"""What people are told, how each wants to be told, and what a committee writes to organizations below it.

Whether somebody has read any of it is not kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.quiet import Waking
from zhibu.domain.terms import Occasion, Sending


class Wishes(models.Model):
    """When somebody may be written to, and by mail or the official account. Without a row: usual hours, neither."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="notice_wishes")
    starts = models.TimeField(default=Waking().starts)
    ends = models.TimeField(default=Waking().ends)
    by_mail = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    by_account = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="wishes_leave_some_hours", condition=~Q(starts=F("ends"))),
            models.CheckConstraint(name="wishes_mail_needs_address", condition=Q(by_mail=False) | ~Q(email="")),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    @property
    def waking(self) -> Waking:
        return Waking(self.starts, self.ends)


class Notice(models.Model):
    """One person is told one thing once. It stands on their page in any case; by mail where they wish it.

    ``key`` names the occasion: the same key again changes nothing. ``about``: what it opens, such as
    ``meeting:<id>``; a later notice about the same overtakes this one. ``last_day``: from when on it matters no
    more; ``None`` where that can not be said. ``mail_at``: when it is to be mailed next; ``None``: not, or not any
    more; ``account_at`` the same by the official account, and ``account_state`` how far that is. The text is kept as
    it was said.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=160)
    occasion = models.CharField(max_length=12, choices=Occasion.choices())
    about = models.CharField(max_length=160, db_index=True)
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=1000, blank=True)
    last_day = models.DateField(null=True)
    made_at = models.DateTimeField()
    overtaken = models.BooleanField(default=False)
    mail_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    account_at = models.DateTimeField(null=True)
    account_state = models.CharField(max_length=12, choices=Sending.choices(), default=Sending.NONE.value)
    account_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["person", "key"]),
            models.CheckConstraint(
                name="notice_occasion_known", condition=Q(occasion__in=[word.value for word in Occasion])
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-made_at"]),
            models.Index(name="notice_to_mail", fields=["mail_at"], condition=Q(mail_at__isnull=False)),
            models.Index(name="notice_to_account", fields=["account_at"], condition=Q(account_at__isnull=False)),
            models.Index(fields=["made_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> Occasion:
        return Occasion(self.occasion)

    @property
    def by_account(self) -> Sending:
        """How far it is on its way by the official account."""
        return Sending(self.account_state)


class Circular(models.Model):
    """通知: what a committee writes to chosen organizations below it. It is never changed; withdrawn, it stands.

    ``until``: up to which day it matters. ``rule`` and ``first`` name what is asked for, the obligation of a period:
    what has been done about it is seen from the records of each organization.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Organization, models.PROTECT, related_name="circulars_sent")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    until = models.DateField(null=True)
    rule = models.CharField(max_length=60, blank=True)
    first = models.DateField(null=True)
    sent_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="circular_asks_for_a_period",
                condition=Q(rule="", first__isnull=True) | (~Q(rule="") & Q(first__isnull=False)),
            ),
            models.CheckConstraint(
                name="circular_withdrawn_has_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Addressee(models.Model):
    """An organization to which a circular was sent."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="addressees")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="circulars_received")

    class Meta:
        ordering = ["organization__path"]
        constraints = [models.UniqueConstraint(name="addressee_once", fields=["circular", "organization"])]

    def __str__(self) -> str:
        return f"{self.circular_id} {self.organization_id}"


class Enclosure(models.Model):
    """A file sent with a circular."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    circular = models.ForeignKey(Circular, models.CASCADE, related_name="enclosures")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
