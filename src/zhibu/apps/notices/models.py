"""What people are told, and how each wants to be told. Whether somebody has read it is not kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.people.models import Person
from zhibu.domain.quiet import Waking
from zhibu.domain.terms import Occasion


class Wishes(models.Model):
    """When somebody may be written to, and whether by mail. Without a row: the usual hours, and no mail."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="notice_wishes")
    starts = models.TimeField(default=Waking().starts)
    ends = models.TimeField(default=Waking().ends)
    by_mail = models.BooleanField(default=False)
    email = models.EmailField(blank=True)

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
    more. The text is kept as it was said.
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
            models.Index(fields=["made_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> Occasion:
        return Occasion(self.occasion)
