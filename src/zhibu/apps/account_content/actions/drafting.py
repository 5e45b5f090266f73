"""A published article on its way to the drafts of the platform: once, and what is not known is said so."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Article
from zhibu.apps.archive.actions import Actor, record
from zhibu.domain.terms import ArticleState, Sending

#: After which time the platform is tried again where it was away.
RETRY_AFTER = dt.timedelta(minutes=5)

#: Characters of a refusal that are kept.
LONGEST_SAID = 200


@transaction.atomic
def hand_over(article: Article, *, actor: Actor, at: dt.datetime) -> None:
    """It waits to be put among the drafts of the account. One that waits already, or is there, is refused."""
    kept = Article.objects.select_for_update().get(pk=article.pk)
    if kept.word is not ArticleState.PUBLIC:
        raise AccountContentRefusal(_("Only a published article goes to the platform."))
    if kept.way in {Sending.WAITING, Sending.SENT}:
        raise AccountContentRefusal(_("It is on its way to the drafts of the account, or there already."))
    kept.sending, kept.platform_said, kept.hand_over_at = Sending.WAITING.value, "", at
    kept.save(update_fields=["sending", "platform_said", "hand_over_at"])
    record("account_article_handed_over", kept.pk, actor=actor, at=at)


def note_handing_over(article: Article) -> bool:
    """Written down before the platform is asked: what ends between the two may be there. False: it was taken back."""
    waiting = Article.objects.filter(pk=article.pk, hand_over_at__isnull=False)
    return bool(waiting.update(sending=Sending.MAYBE_SENT.value, hand_over_at=None))


def note_drafted(article: Article, number: str) -> None:
    """It stands among the platform's drafts, under this number."""
    Article.objects.filter(pk=article.pk).update(media=number[:128], sending=Sending.SENT.value, platform_said="")


def note_refused(article: Article, said: str) -> None:
    """The platform does not take it; its words stand on the page."""
    Article.objects.filter(pk=article.pk).update(
        sending=Sending.GIVEN_UP.value, platform_said=said[:LONGEST_SAID], hand_over_at=None
    )


def note_away(article: Article, *, at: dt.datetime) -> None:
    """Nothing was sent: it is tried again. Whether it is still wanted is asked then."""
    still = Article.objects.filter(pk=article.pk, state=ArticleState.PUBLIC.value)
    still.update(sending=Sending.WAITING.value, hand_over_at=at + RETRY_AFTER)
