"""Reads of notices: somebody's own, those due to be mailed, and what stands in circulars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localtime

from zhibu.apps.notices.access import circulars_sent_under, may_see_all_addressees, stands_for
from zhibu.apps.notices.models import Circular, Notice, Wishes
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
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


def account_wanted_by(people: Collection[UUID]) -> Mapping[UUID, Waking]:
    """Those of these people who wish to be told by the official account, with their hours."""
    return {row.person_id: row.waking for row in Wishes.objects.filter(person__in=people, by_account=True)}


@dataclass(frozen=True, slots=True)
class Word:
    """A notice that is to be told by the official account now, or not any more where ``is_wished`` is not.

    Nothing of its title and text is here: they do not leave.
    """

    id: UUID
    person: UUID
    is_wished: bool
    waking: Waking
    about: str
    occasion: Occasion
    made_at: dt.datetime
    is_stale: bool


def words_due(at: dt.datetime, *, most: int) -> Sequence[Word]:
    """What is to be told by the official account by ``at``, the longest waiting first."""
    rows = Notice.objects.filter(account_at__lte=at).select_related("person__notice_wishes")
    return [_word(row, localtime(at).date()) for row in rows.order_by("account_at", "pk")[:most]]


def _word(row: Notice, today: dt.date) -> Word:
    wishes: Wishes | None = getattr(row.person, "notice_wishes", None)
    return Word(
        id=row.pk,
        person=row.person_id,
        is_wished=wishes is not None and wishes.by_account,
        waking=wishes.waking if wishes is not None else Waking(),
        about=row.about,
        occasion=row.word,
        made_at=row.made_at,
        is_stale=row.last_day is not None and row.last_day < today,
    )


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


def open_abouts(occasion: Occasion) -> set[str]:
    """What notices of this kind that nothing has settled are about."""
    rows = Notice.objects.filter(occasion=occasion, overtaken=False)
    return set(rows.values_list("about", flat=True).distinct())


# --- Circulars -----------------------------------------------------------------------------------------------------


def sent_by(asker: Asker) -> QuerySet[Circular]:
    """What the asker's offices, and those below them, have sent; each with how many it went to."""
    counted = circulars_sent_under(asker).select_related("office", "by").annotate(number=Count("addressees"))
    return counted.order_by("-sent_at", "-pk")


def addressees_of(circular: Circular, asker: Asker) -> list[Organization]:
    """To whom it went, in tree order; whoever did not send it sees only whom they stand for or oversee."""
    rows = Organization.objects.filter(circulars_received__circular=circular).order_by("path")
    if may_see_all_addressees(asker, circular):
        return list(rows)
    return [organization for organization in rows if stands_for(asker, organization)]
