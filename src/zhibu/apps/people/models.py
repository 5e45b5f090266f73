"""People, what they are on which day, and how they come in: accounts, one-time codes, tokens, grants.

Nothing here says when or how often somebody logs in.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.archive.actions import Actor
from zhibu.apps.archive.former import Remembered
from zhibu.apps.organizations.dated import Dated, DatedQuerySet, one_open, span_is_forward
from zhibu.apps.organizations.models import Organization
from zhibu.domain.terms import ADMINISTRATORS, Affiliation, Gender, PostKind, Role, Standing


class Person(models.Model):
    """人员: somebody on the staff, a member or not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff_number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40, db_index=True)
    initials = models.CharField(max_length=40, blank=True, db_index=True)
    pinyin = models.CharField(max_length=160, blank=True, db_index=True)
    gender = models.CharField(max_length=8, choices=Gender.choices(), blank=True)
    born = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    work_began = models.DateField(null=True, blank=True)
    affiliation = models.CharField(max_length=20, choices=Affiliation.choices(), blank=True)

    class Meta:
        ordering = ["staff_number"]
        # Years of work of 50,000 people are counted without reading 50,000 rows.
        indexes = [models.Index(fields=["id", "work_began"])]

    def __str__(self) -> str:
        return self.name


class Employment(Dated):
    """In which unit a person works, and in which department (部门) of it, from when until when."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="employments")
    department = models.CharField(max_length=60, blank=True)

    objects = DatedQuerySet["Employment"].as_manager()

    class Meta:
        ordering = ["person", "since"]
        constraints = [
            span_is_forward("employment"),
            one_open("employment", "person"),
            models.UniqueConstraint(name="employment_once_a_day", fields=["person", "since"]),
        ]
        # With the end in it, who belongs somewhere on a day is counted from the index alone.
        indexes = [
            models.Index(fields=["organization", "since", "until"]),
            models.Index(fields=["person", "since", "until"]),
        ]

    def __str__(self) -> str:
        return self.department


class Membership(Remembered, Dated):
    """Of which branch (and group) a person was a member, and with what standing, from when until when.

    Each change closes one row and opens the next, so a day has one row or none. Before the first import the
    branch is as far as known.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="group_memberships")
    standing = models.CharField(max_length=12, choices=Standing.choices())

    objects = DatedQuerySet["Membership"].as_manager()

    class Meta:
        ordering = ["person", "since"]
        constraints = [
            span_is_forward("membership"),
            one_open("membership", "person"),
            models.UniqueConstraint(name="membership_once_a_day", fields=["person", "since"]),
            models.CheckConstraint(
                name="membership_standing_known", condition=Q(standing__in=[word.value for word in Standing])
            ),
        ]
        # With the end in it, who belongs somewhere on a day is counted from the index alone.
        indexes = [models.Index(fields=["organization", "since", "until"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.standing}"

    @property
    def word(self) -> Standing:
        return Standing(self.standing)


class Term(Remembered, Dated):
    """届: the time for which a committee was elected. ``ends`` is the day on which it is due to end."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="terms")
    ends = models.DateField(null=True, blank=True)

    objects = DatedQuerySet["Term"].as_manager()

    class Meta:
        ordering = ["organization", "since"]
        constraints = [
            span_is_forward("term"),
            one_open("term", "organization"),
            models.CheckConstraint(
                name="term_ends_after_since", condition=Q(ends__isnull=True) | Q(ends__gt=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.since}"


class Appointment(Remembered, Dated):
    """任职: who held which post of an organization, from when until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="appointments")
    post = models.CharField(max_length=24, choices=PostKind.choices())
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="appointments")

    objects = DatedQuerySet["Appointment"].as_manager()

    class Meta:
        ordering = ["organization", "since"]
        constraints = [
            span_is_forward("appointment"),
            one_open("appointment", "person", "organization", "post"),
            models.UniqueConstraint(
                name="appointment_one_secretary",
                fields=["organization"],
                condition=Q(until__isnull=True, post__in=[PostKind.SECRETARY.value]),
            ),
            models.CheckConstraint(
                name="appointment_post_known", condition=Q(post__in=[post.value for post in PostKind])
            ),
        ]
        indexes = [models.Index(fields=["organization", "post"]), models.Index(fields=["person", "since"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.post}"

    @property
    def word(self) -> PostKind:
        return PostKind(self.post)


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(login=username)


class Account(AbstractBaseUser):
    """How somebody comes in. Most accounts are a person's; administrators may have one without being staff."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40, blank=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="account")
    is_active = models.BooleanField(default=True)

    last_login = None

    objects = AccountManager()

    USERNAME_FIELD = "login"

    def __str__(self) -> str:
        return self.login

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id))


class Grant(Dated):
    """A role that no appointment gives. A window manager's grant names the unit; an administrator's none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices())
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="grants")

    objects = DatedQuerySet["Grant"].as_manager()

    class Meta:
        ordering = ["account", "since"]
        constraints = [
            span_is_forward("grant"),
            one_open(
                "grant_administrator",
                "account",
                condition=Q(role__in=[role.value for role in ADMINISTRATORS]),
                violation_error_message="No one holds two of the three administrators' roles.",
            ),
            models.CheckConstraint(
                name="grant_scope_fits_role",
                condition=Q(role=Role.WINDOW_MANAGER.value, organization__isnull=False)
                | (~Q(role=Role.WINDOW_MANAGER.value) & Q(organization__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"

    @property
    def word(self) -> Role:
        return Role(self.role)


class OneTimeCode(models.Model):
    """A printed code for the first log-in (or after a lost password). Only its digest is kept; one use."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="one_time_code")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)

    def is_good(self, at: dt.datetime) -> bool:
        return at < self.expires_at


class ApiToken(models.Model):
    """A personal token for the JSON API. Only its digest is kept; when it is used is not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return self.label
