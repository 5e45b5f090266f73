"""Visits (观摩, 现场推进会) to demonstration branches, and what they leave: a record, and what was taken home."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import make_aware
from uuid6 import uuid7

from zhibu.apps.archive.models import Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.showcases.models import Playbook
from zhibu.domain.terms import Invited, VisitStage
from zhibu.domain.visits import FOLLOW_UPS


class Visit(models.Model):
    """A day at ``host``, called by it or by the superior that holds it up as a demonstration (``caller``).

    ``answer_until``: the last day on which a seat is taken. ``version`` grows with each change that calendars show.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="visits")
    host = models.ForeignKey(Organization, models.PROTECT, related_name="visits_held")
    caller = models.ForeignKey(Organization, models.PROTECT, related_name="visits_called")
    stage = models.CharField(max_length=10, choices=VisitStage.choices(), default=VisitStage.DRAFT.value)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=4000, blank=True)
    day = models.DateField(db_index=True)
    place = models.CharField(max_length=120)
    answer_until = models.DateField()
    why_cancelled = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "id"]
        constraints = [
            models.CheckConstraint(
                name="visit_stage_known", condition=Q(stage__in=[word.value for word in VisitStage])
            ),
            models.CheckConstraint(name="visit_answered_before", condition=Q(answer_until__lte=F("day"))),
            models.CheckConstraint(
                name="visit_cancelled_says_why",
                condition=~Q(stage=VisitStage.CANCELLED.value) | ~Q(why_cancelled=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def at_stage(self) -> VisitStage:
        return VisitStage(self.stage)


class Invitation(models.Model):
    """By which role people are invited, of which organization. Who they are follows from the posts of the day."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=Invited.choices())
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["organization__path", "role"]
        constraints = [
            models.UniqueConstraint(name="invitation_once", fields=["visit", "role", "organization"]),
            models.CheckConstraint(
                name="invitation_role_known", condition=Q(role__in=[word.value for word in Invited])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.role}"

    @property
    def word(self) -> Invited:
        return Invited(self.role)


class VisitStop(models.Model):
    """观摩点: what is shown or told, where, from when to when on the day."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="stops")
    starts = models.TimeField()
    ends = models.TimeField()
    place = models.CharField(max_length=120)
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["starts", "ends", "id"]
        constraints = [models.CheckConstraint(name="visit_stop_is_forward", condition=Q(ends__gt=F("starts")))]

    def __str__(self) -> str:
        return self.title


class VisitTurn(models.Model):
    """批次: those who come together, at most ``seats``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="turns")
    starts = models.TimeField()
    ends = models.TimeField()
    seats = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["starts", "ends"]
        constraints = [
            models.CheckConstraint(name="visit_turn_is_forward", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="visit_turn_has_seats", condition=Q(seats__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    def hours_on(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        return make_aware(dt.datetime.combine(day, self.starts)), make_aware(dt.datetime.combine(day, self.ends))


class VisitAnswer(models.Model):
    """Somebody comes in a turn, on a seat of it, or can not come. ``organization``: by whose post they are invited.

    ``reason``: of who can not come; only those who hold the visit read it.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="visit_answers")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    turn = models.ForeignKey(VisitTurn, models.PROTECT, null=True, related_name="answers")
    seat = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(name="visit_answer_once", fields=["visit", "person"]),
            models.UniqueConstraint(name="visit_seat_once", fields=["turn", "seat"]),
            models.CheckConstraint(
                name="visit_answer_is_one_of_two",
                condition=Q(turn__isnull=False, seat__isnull=False, reason="")
                | Q(turn__isnull=True, seat__isnull=True) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.person_id}"


class VisitQuestion(models.Model):
    """Asked beforehand by somebody invited, answered by those who hold the visit. Shown under the branch's name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="questions")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                name="visit_question_answered_with_words",
                condition=Q(answered_at__isnull=True, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class VisitFile(models.Model):
    """材料: a file handed out at a visit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class VisitRecord(models.Model):
    """What was told, asked and agreed. ``event`` seals it: there is one, and it never changes."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="record")
    told = models.TextField(max_length=10000)
    discussed = models.TextField(max_length=10000, blank=True)
    agreed = models.TextField(max_length=10000, blank=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.visit_id)


class TakenHome(models.Model):
    """What a branch wants to take home of a visit, in its own words, written by somebody who came for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="taken_home")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="taken_home")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["organization__path"]
        constraints = [models.UniqueConstraint(name="taken_home_once", fields=["visit", "organization"])]

    def __str__(self) -> str:
        return self.text[:40]


class FollowUp(models.Model):
    """回访: what has come of it after so many days, in the words of the branch."""

    taken_home = models.ForeignKey(TakenHome, models.CASCADE, related_name="follow_ups")
    after = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["after"]
        constraints = [
            models.UniqueConstraint(name="follow_up_once", fields=["taken_home", "after"]),
            models.CheckConstraint(name="follow_up_after_known", condition=Q(after__in=FOLLOW_UPS)),
        ]

    def __str__(self) -> str:
        return self.text[:40]
