"""Reads of notices: somebody's own, and those that are due to be mailed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from zhibu.apps.notices.models import Notice, Wishes
from zhibu.apps.people.models import Account
from zhibu.domain.quiet import Waking
from zhibu.domain.terms import Occasion

#: For how long a notice that has no last day of its own is shown among what is new.
NEW_FOR = dt.timedelta(days=14)


def notices_of(person: UUID) -> QuerySet[Notice]:
    """All that somebody was told and that is still kept, the latest first."""
    return Notice.objects.filter(person=person)


def new_notices_of(person: UUID, at: dt.datetime) -> QuerySet[Notice]:
    """What still matters. That one is called is left out: the meeting itself stands among what is ahead."""
    return (
        notices_of(person)
        .filter(Q(last_day__isnull=True, made_at__gt=at - NEW_FOR) | Q(last_day__gte=localtime(at).date()))
        .filter(overtaken=False)
        .exclude(occasion=Occasion.CALLED)
    )


def wishes_of(person: UUID) -> Wishes:
    """Unsaved, with what is usual, where somebody never said."""
    return Wishes.objects.filter(person=person).first() or Wishes(person_id=person)


def mail_wanted_by(people: Collection[UUID]) -> Mapping[UUID, Waking]:
    """Those of these people who wish mail, with their hours."""
    return {row.person_id: row.waking for row in Wishes.objects.filter(person__in=people, by_mail=True)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is to be mailed now, or not any more: ``to`` is empty where mail is not wished any longer."""

    id: UUID
    person: UUID
    to: str
    waking: Waking
    about: str
    title: str
    text: str
    is_stale: bool


def letters_due(at: dt.datetime, *, most: int) -> Sequence[Letter]:
    """What is to be mailed by ``at``, the longest waiting first."""
    rows = Notice.objects.filter(mail_at__lte=at).select_related("person__notice_wishes", "person__account")
    return [_letter(row, localtime(at).date()) for row in rows.order_by("mail_at", "pk")[:most]]


def _letter(row: Notice, today: dt.date) -> Letter:
    wishes: Wishes | None = getattr(row.person, "notice_wishes", None)
    account: Account | None = getattr(row.person, "account", None)
    wished = wishes is not None and wishes.by_mail and account is not None and account.is_active
    return Letter(
        id=row.pk,
        person=row.person_id,
        to=wishes.email if wishes is not None and wished else "",
        waking=wishes.waking if wishes is not None else Waking(),
        about=row.about,
        title=row.title,
        text=row.text,
        is_stale=row.last_day is not None and row.last_day < today,
    )
