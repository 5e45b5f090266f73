"""Service windows: sites, sections, window posts, and who belongs to which post."""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7

from zhibu.apps.organizations.dated import Dated, DatedQuerySet, one_open, span_is_forward
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.staffing import DAY, Demand


class Site(models.Model):
    """服务大厅."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    """科."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WindowPost(Dated):
    """窗口岗位. ``least_staffing`` null means unknown, never zero; ``weekdays`` are ISO digits, "" unknown.

    ``serving``: the codes of the shifts, a space apart, in which people who belong to the post sit at it; "" means
    all of them. Where two take turns, one at the window and one in the office behind it, it is one of the two.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    site = models.ForeignKey(Site, models.PROTECT, related_name="window_posts")
    section = models.ForeignKey(Section, models.PROTECT, related_name="window_posts")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="window_posts")
    opening_hours = models.CharField(max_length=80, blank=True)
    weekdays = models.CharField(max_length=7, blank=True)
    least_staffing = models.PositiveSmallIntegerField(null=True, blank=True)
    serving = models.CharField(max_length=80, blank=True)

    objects = DatedQuerySet["WindowPost"].as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [span_is_forward("window_post")]

    def __str__(self) -> str:
        return self.name


class Seat(Dated):
    """To which window post a person belonged, from when until when."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    window_post = models.ForeignKey(WindowPost, models.PROTECT, related_name="seats")

    objects = DatedQuerySet["Seat"].as_manager()

    class Meta:
        ordering = ["person", "since"]
        constraints = [
            span_is_forward("seat"),
            one_open("seat", "person"),
            models.UniqueConstraint(name="seat_once_a_day", fields=["person", "since"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.window_post_id}"


class Staffing(Dated):
    """How many must be at a post in which hours: a line of what holds from a day on, instead of the one number.

    Minutes from 00:00; an end not after the beginning is on the next day (``domain.staffing.Demand``).
    """

    window_post = models.ForeignKey(WindowPost, models.PROTECT, related_name="staffing")
    weekdays = models.CharField(max_length=7)
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()
    least = models.PositiveSmallIntegerField()

    objects = DatedQuerySet["Staffing"].as_manager()

    class Meta:
        ordering = ["window_post", "since", "weekdays", "starts"]
        constraints = [
            span_is_forward("staffing"),
            models.CheckConstraint(
                name="staffing_within_a_day", condition=models.Q(starts__lt=DAY, ends__gt=0, ends__lte=DAY)
            ),
            models.CheckConstraint(name="staffing_asks_for_somebody", condition=models.Q(least__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.window_post_id} {self.weekdays} {self.starts}-{self.ends}"

    @property
    def demand(self) -> Demand:
        return Demand(self.weekdays, self.starts, self.ends, self.least)


class Counter(models.Model):
    """Until when as much was taken from the public as can be, at one place of the house (``domain.allowance``)."""

    key = models.CharField(primary_key=True, max_length=80)
    busy_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
