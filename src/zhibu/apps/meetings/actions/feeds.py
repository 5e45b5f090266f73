"""Calendar feeds: somebody's own meetings, or a branch's, under a secret address. Only its digest is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.models import CalendarFeed
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account


def digest_of(secret: str) -> str:
    """SHA-256 is enough: a secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def subscribe(account: Account, *, organization: Organization | None, actor: Actor, at: dt.datetime) -> str:
    """A new secret for this calendar, shown once; an earlier one for the same calendar ends."""
    CalendarFeed.objects.filter(account=account, organization=organization).delete()
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(digest=digest_of(secret), account=account, organization=organization, made_at=at)
    record("calendar_subscribed", account.pk, actor=actor, at=at)
    return secret


@transaction.atomic
def unsubscribe(feed: CalendarFeed, *, actor: Actor, at: dt.datetime) -> None:
    """The address answers like one that never was."""
    record("calendar_ended", feed.account_id, actor=actor, at=at)
    feed.delete()
