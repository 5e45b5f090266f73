"""What the official account says and to whom: bound phones, messages that came in, articles.

What people write to the account is kept until it is answered and no longer; nothing says when somebody was there.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import AccountApp, ArticleState, MenuAudience, Sending


class Binding(models.Model):
    """Whose phone it is: by it the account knows somebody who writes, and can tell them something.

    ``sender`` is what the platform calls them towards this account alone. One phone a person and platform.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="bindings")
    app = models.CharField(max_length=10, choices=AccountApp.choices())
    sender = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(name="binding_one_person_a_phone", fields=["app", "sender"]),
            models.UniqueConstraint(name="binding_one_phone_a_person", fields=["account", "app"]),
            models.CheckConstraint(
                name="binding_app_known", condition=Q(app__in=[word.value for word in AccountApp])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.app}"

    @property
    def word(self) -> AccountApp:
        return AccountApp(self.app)


class BindingCode(models.Model):
    """A code that binds the phone from which it is sent. Only its digest is kept; one use, ten minutes."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="binding_code")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)

    def is_good(self, at: dt.datetime) -> bool:
        return at < self.expires_at


class Incoming(models.Model):
    """A message or event as it came in, once; the platform delivers one up to four times.

    ``once`` is the same for each delivery of it, ``signature`` of each call: neither comes in twice. ``answer`` is
    ``None`` until it has been worked on, and empty where there is nothing to say; ``work_at``: when it is to be
    worked on, or said, next; ``None``: it is done, and what was written and answered is gone.
    """

    once = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=40, unique=True)
    app = models.CharField(max_length=10, choices=AccountApp.choices())
    sender = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    text = models.TextField(blank=True)
    event = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=128, blank=True)
    received_at = models.DateTimeField(db_index=True)
    answer = models.TextField(null=True)
    state = models.CharField(max_length=12, choices=Sending.choices(), default=Sending.WAITING.value)
    work_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="incoming_state_known", condition=Q(state__in=[word.value for word in Sending])
            ),
        ]
        indexes = [
            models.Index(name="incoming_to_work_on", fields=["work_at"], condition=Q(work_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.once[:8]}"

    @property
    def word(self) -> Sending:
        return Sending(self.state)


class Article(models.Model):
    """An article of the account: written by one, approved by another, then public. A published one never changes.

    ``text`` is Markdown. ``corrects``: the one in whose place it stands once it is public; ``correction`` tells the
    readers what was put right; ``series`` is the same for all of them. ``remark``: why it went back, or was
    withdrawn. ``sending``: how far it is on its way to the drafts of the platform; ``platform_said`` holds the words
    of a refusal, ``media`` its number there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="account_articles")
    title = models.CharField(max_length=64)
    digest = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=20000)
    state = models.CharField(max_length=10, choices=ArticleState.choices(), default=ArticleState.DRAFT.value)
    revision = models.PositiveIntegerField(default=1)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", default=None
    )
    correction = models.CharField(max_length=300, blank=True)
    series = models.UUIDField(default=uuid7, db_index=True, editable=False)
    writer = models.ForeignKey(Person, models.PROTECT, related_name="account_articles_written")
    reviewer = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="account_articles_reviewed"
    )
    remark = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    sending = models.CharField(max_length=12, choices=Sending.choices(), default=Sending.NONE.value)
    platform_said = models.CharField(max_length=200, blank=True)
    media = models.CharField(max_length=128, blank=True)
    hand_over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="account_article_state_known", condition=Q(state__in=[word.value for word in ArticleState])
            ),
            models.CheckConstraint(
                name="account_article_sending_known", condition=Q(sending__in=[word.value for word in Sending])
            ),
            models.CheckConstraint(
                name="account_article_reviewed_by_another",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=models.F("writer")),
            ),
            models.CheckConstraint(
                name="account_article_public_was_reviewed",
                condition=Q(state__in=[ArticleState.DRAFT.value, ArticleState.REVIEW.value])
                | Q(reviewer__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(name="account_article_says_something", condition=~Q(title="") & ~Q(text="")),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at"]),
            models.Index(
                name="account_article_to_hand_over", fields=["hand_over_at"], condition=Q(hand_over_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> ArticleState:
        return ArticleState(self.state)

    @property
    def way(self) -> Sending:
        return Sending(self.sending)


class Menu(models.Model):
    """The menu of the account for an audience, as it was set last. ``lines`` is empty once it was taken back.

    ``state``: how far the platform has it; until it has taken it, it shows the one before. ``send_at``: when it is
    sent next; ``platform_said``: the words of a refusal.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    audience = models.CharField(max_length=10, choices=MenuAudience.choices(), unique=True)
    lines: models.JSONField[list[dict[str, Any]]] = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=Sending.choices(), default=Sending.WAITING.value)
    platform_said = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["audience"]
        constraints = [
            models.CheckConstraint(
                name="account_menu_audience_known", condition=Q(audience__in=[word.value for word in MenuAudience])
            ),
            models.CheckConstraint(
                name="account_menu_state_known", condition=Q(state__in=[word.value for word in Sending])
            ),
        ]

    def __str__(self) -> str:
        return self.audience

    @property
    def word(self) -> MenuAudience:
        return MenuAudience(self.audience)

    @property
    def way(self) -> Sending:
        return Sending(self.state)


class Labeled(models.Model):
    """A bound phone to which the platform shows the menu of bound phones; gone as soon as the binding is.

    ``is_put``: the platform took the label; where it refused, it is not asked again for the same binding.
    """

    binding = models.UUIDField(unique=True)
    sender = models.CharField(max_length=64)
    is_put = models.BooleanField()

    def __str__(self) -> str:
        return str(self.binding)
