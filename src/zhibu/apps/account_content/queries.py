"""Reads of the official account: whose phone somebody writes from, what waits for an answer, what is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.account_content.models import Article, Binding, Incoming, Labeled, Menu
from zhibu.apps.people.models import Account
from zhibu.domain.terms import AccountApp, ArticleState, MenuAudience


def account_of(app: AccountApp, sender: str) -> Account | None:
    """Whose phone it is; ``None`` where it is bound to nobody, or the account is closed."""
    bound = Binding.objects.filter(app=app, sender=sender, account__is_active=True).select_related("account__person")
    found = bound.first()
    return found.account if found is not None else None


def binding_of(account: Account, app: AccountApp) -> Binding | None:
    return Binding.objects.filter(account=account, app=app).first()


def phones_of(people: Collection[UUID], app: AccountApp) -> Mapping[UUID, str]:
    """What the platform calls those of these people who have bound a phone."""
    bound = Binding.objects.filter(account__person__in=people, account__is_active=True, app=app)
    return dict(bound.values_list("account__person", "sender"))


def waiting_for_work(at: dt.datetime, *, most: int) -> list[Incoming]:
    """What is to be worked on by ``at``, in the order in which it came."""
    return list(Incoming.objects.filter(work_at__lte=at).order_by("work_at", "pk")[:most])


def public_articles() -> QuerySet[Article]:
    """What everybody may read, the latest first."""
    return Article.objects.filter(state=ArticleState.PUBLIC.value).order_by("-published_at", "-pk")


def holding(articles: QuerySet[Article], words: str) -> QuerySet[Article]:
    """Those in which every one of some words stands, in title, digest or text; all of them without words."""
    for word in words.split()[:_MOST_WORDS]:
        articles = articles.filter(Q(title__icontains=word) | Q(digest__icontains=word) | Q(text__icontains=word))
    return articles


#: As many words are looked for at once.
_MOST_WORDS = 6


def once_public() -> QuerySet[Article]:
    """What stands, or stood, at an address for everybody."""
    said = [ArticleState.PUBLIC.value, ArticleState.CORRECTED.value, ArticleState.WITHDRAWN.value]
    return Article.objects.filter(state__in=said)


def versions_of(article: Article) -> list[Article]:
    """All that stood at its place for everybody, the latest first."""
    same = Article.objects.filter(series=article.series, published_at__isnull=False)
    return list(same.select_related("writer", "reviewer").order_by("-published_at", "-pk"))


def articles_to_hand_over(at: dt.datetime, *, most: int) -> list[Article]:
    """Published articles that are not yet among the platform's drafts."""
    return list(Article.objects.filter(hand_over_at__lte=at).order_by("hand_over_at", "pk")[:most])


def menus() -> Mapping[MenuAudience, Menu]:
    """Those that were ever set, by whom they are for."""
    return {menu.word: menu for menu in Menu.objects.all()}


def menus_to_send(at: dt.datetime) -> list[Menu]:
    """That of everybody first: the platform takes no other without it, and takes the others away with it."""
    return sorted(Menu.objects.filter(send_at__lte=at), key=lambda menu: menu.word is not MenuAudience.EVERYBODY)


def phones_to_label(*, most: int) -> list[Binding]:
    """Bound phones of the account to which the platform does not show their menu yet."""
    known = Labeled.objects.filter(binding=OuterRef("pk"))
    return list(Binding.objects.filter(~Exists(known), app=AccountApp.OFFICIAL.value)[:most])


def phones_to_unlabel(*, all_of_them: bool, most: int) -> list[Labeled]:
    """Phones that still have the label and are bound to nobody; or all, where there is no such menu any more."""
    bound = Binding.objects.filter(pk=OuterRef("binding"))
    rows = Labeled.objects.all() if all_of_them else Labeled.objects.filter(~Exists(bound))
    return list(rows.order_by("pk")[:most])
