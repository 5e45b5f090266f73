"""Rooms to meet in, and plans: when what is owed in a month could take place, who attends how, and why.

A plan is a proposal until it is accepted; what stands then are the sessions of ``meetings``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.windows.models import Site
from zhibu.domain.planning import PlanState, Way
from zhibu.domain.terms import MeetingKind


class Room(models.Model):
    """场地. ``organization`` null: it is shared by all; ``site`` null: nobody has a way to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="rooms")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="rooms")
    capacity = models.PositiveSmallIntegerField()
    opens = models.TimeField(default=dt.time(8))
    closes = models.TimeField(default=dt.time(20))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="room_holds_somebody", condition=Q(capacity__gte=1)),
            models.CheckConstraint(name="room_closes_after_opening", condition=Q(closes__gt=F("opens"))),
        ]

    def __str__(self) -> str:
        return self.name


class Journey(models.Model):
    """Minutes from one site to another and back; ``one`` has the smaller id. Where none is known: 0."""

    one = models.ForeignKey(Site, models.CASCADE, related_name="+")
    other = models.ForeignKey(Site, models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="journey_once", fields=["one", "other"]),
            models.CheckConstraint(name="journey_in_order", condition=Q(one__lt=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id} {self.minutes}"


class Plan(models.Model):
    """The meetings of one organization (``is_whole``: and of all below it) in one month, with a time for each.

    ``objective`` and ``bound`` are in the prices of ``domain.planning``; ``counted`` says what the first is made of,
    ``assumed`` what was taken for known. ``keeps``: the accepted plan of which as little as possible is moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="plans")
    is_whole = models.BooleanField(default=False)
    month = models.DateField()
    state = models.CharField(max_length=10, choices=PlanState.choices(), default=PlanState.WAITING.value)
    keeps = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="kept_by")
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    objective = models.IntegerField(null=True, blank=True)
    bound = models.IntegerField(null=True, blank=True)
    counted: models.JSONField[dict[str, int]] = models.JSONField(default=dict)
    assumed: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    #: What a change of the roster broke since: sentences in words of ``domain.roster``; looked for by the worker.
    broken: models.JSONField[list[dict[str, Any]]] = models.JSONField(default=list)
    is_stale = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["state", "asked_at"]), models.Index(fields=["organization", "month"])]
        constraints = [
            models.CheckConstraint(
                name="plan_state_known", condition=Q(state__in=[state.value for state in PlanState])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.month:%Y-%m}"


class PlanItem(models.Model):
    """A meeting that has to take place.

    ``meeting``: the one it became, or a draft that waits for its time. ``before``: the same item of the accepted plan
    that this one keeps to.
    ``minutes`` it lasts, ``first`` and ``last`` day on which it may take place, at most ``turns`` sessions.
    ``quorum`` and ``voters`` of the day it was planned. ``relaxations``: why no sitting is possible, and what helps.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=MeetingKind.choices())
    requirement = models.CharField(max_length=60, blank=True)
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="+")
    before = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    is_wanted = models.BooleanField(default=True)
    first = models.DateField()
    last = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    turns = models.PositiveSmallIntegerField(default=1)
    quorum = models.PositiveSmallIntegerField(default=0)
    voters = models.PositiveSmallIntegerField(default=0)
    audience = models.PositiveSmallIntegerField(default=0)
    relaxations: models.JSONField[list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        ordering = ["plan", "organization__path", "kind", "first"]
        constraints = [
            models.CheckConstraint(name="plan_item_last_not_before_first", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(name="plan_item_lasts", condition=Q(minutes__gte=1, turns__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind}"

    @property
    def word(self) -> MeetingKind:
        return MeetingKind(self.kind)


class PlanSession(models.Model):
    """One session of a plan. ``session``: what it became when the plan was accepted, or was before it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=80, blank=True)
    is_main = models.BooleanField(default=False)
    is_pinned = models.BooleanField(default=False)
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="planned")
    #: Of each post from which somebody comes: how many are on duty, stay, and have to, where fewest more could go.
    cover: models.JSONField[list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        ordering = ["starts_at", "item"]
        constraints = [
            models.CheckConstraint(name="plan_session_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class PlanSeat(models.Model):
    """How one person is meant to attend an item, or that they miss it (``session`` null).

    ``why``: what kept them from each of the other sessions; only of who misses it or comes in on purpose.
    """

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="seats")
    session = models.ForeignKey(PlanSession, models.CASCADE, null=True, blank=True, related_name="seats")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_seats")
    way = models.CharField(max_length=10, choices=Way.choices())
    why: models.JSONField[list[dict[str, str]]] = models.JSONField(default=list)

    class Meta:
        ordering = ["item", "session", "person"]
        constraints = [
            models.CheckConstraint(
                name="plan_seat_missed_or_seated",
                condition=Q(session__isnull=True, way=Way.MISSED.value)
                | (Q(session__isnull=False) & ~Q(way=Way.MISSED.value)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.person_id} {self.way}"


class Hindered(models.Model):
    """Somebody can not come on a day, whatever the roster says. Seen by themself and by who plans."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="hindered")
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    day = models.DateField()
    reason = models.CharField(max_length=120)
    said_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["day", "said_at"]
        constraints = [
            models.UniqueConstraint(
                name="hindered_once", fields=["person", "day"], condition=Q(taken_back_at__isnull=True)
            ),
            models.CheckConstraint(name="hindered_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
