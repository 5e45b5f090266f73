"""Articles of the official account: written by one, approved by another, then public, and withdrawn with a reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Article
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.seal import sha256
from zhibu.domain.terms import ArticleState

LONGEST_TITLE, LONGEST_DIGEST, LONGEST_TEXT, LONGEST_REMARK = 64, 120, 20_000, 300

#: After which time the platform is tried again with an article that it did not take.
RETRY_AFTER = dt.timedelta(minutes=30)


@transaction.atomic
def write(
    *,
    organization: Organization,
    writer: Person,
    title: str,
    digest: str,
    text: str,
    actor: Actor,
    at: dt.datetime,
    article: Article | None = None,
) -> Article:
    """A new draft, or other words for one. What waited for review is a draft again: somebody has to look anew.

    Whoever changes it becomes its writer, so that nobody reviews their own words.
    """
    title, digest, text = title.strip(), digest.strip(), text.strip()
    if not title or not text:
        raise AccountContentRefusal(_("An article has a title and a text. Write both."))
    for said, most in ((title, LONGEST_TITLE), (digest, LONGEST_DIGEST), (text, LONGEST_TEXT)):
        if len(said) > most:
            raise AccountContentRefusal(
                _("This has %(length)s characters, %(most)s are possible. Shorten it.")
                % {"length": len(said), "most": most}
            )
    if article is None:
        kept = Article(organization=organization)
    else:
        kept = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        if kept.word not in {ArticleState.DRAFT, ArticleState.REVIEW}:
            raise AccountContentRefusal(
                _("This article has been published. Withdraw it, and write another in its place.")
            )
    kept.title, kept.digest, kept.text, kept.writer, kept.changed_at = title, digest, text, writer, at
    kept.state = ArticleState.DRAFT.value
    kept.save()
    document = {"title": title, "text_sha256": sha256(text), "organization": str(kept.organization_id)}
    record("account_article_written", kept.pk, actor=actor, at=at, document=document)
    return kept


@transaction.atomic
def hand_in(article: Article, *, actor: Actor, at: dt.datetime) -> None:
    """From now on somebody else may approve it. A second call changes nothing."""
    kept = _locked(article)
    if kept.word is ArticleState.REVIEW:
        return
    if kept.word is not ArticleState.DRAFT:
        raise AccountContentRefusal(_("Only a draft can be handed in for review."))
    kept.state, kept.remark, kept.changed_at = ArticleState.REVIEW.value, "", at
    kept.save(update_fields=["state", "remark", "changed_at"])
    record("account_article_handed_in", kept.pk, actor=actor, at=at)


@transaction.atomic
def send_back(article: Article, *, remark: str, actor: Actor, at: dt.datetime) -> None:
    """It is a draft again; the remark stands beside it until it is handed in once more."""
    kept = _in_review(article)
    said = remark.strip()[:LONGEST_REMARK]
    if not said:
        raise AccountContentRefusal(_("Say in a few words what is to be changed; it stands beside the article."))
    kept.state, kept.remark, kept.changed_at = ArticleState.DRAFT.value, said, at
    kept.save(update_fields=["state", "remark", "changed_at"])
    record("account_article_sent_back", kept.pk, actor=actor, at=at, document={"remark": said})


@transaction.atomic
def publish(
    article: Article, *, reviewer: Person, seen: dt.datetime, to_platform: bool, actor: Actor, at: dt.datetime
) -> None:
    """The reviewer approves the words that were read at ``seen``: from now on everybody reads them.

    Refused where they have changed since, and where the reviewer wrote them. ``to_platform``: it is also put among
    the drafts of the account, from where it is sent out by hand.
    """
    kept = _in_review(article)
    if kept.writer_id == reviewer.pk:
        raise AccountContentRefusal(_("You wrote this article. Somebody else has to approve it."))
    if kept.changed_at != seen:
        raise AccountContentRefusal(_("The article has been changed since you opened it. Read it again first."))
    kept.state, kept.reviewer, kept.published_at, kept.changed_at = ArticleState.PUBLIC.value, reviewer, at, at
    kept.hand_over_at = at if to_platform else None
    kept.save(update_fields=["state", "reviewer", "published_at", "changed_at", "hand_over_at"])
    record(
        "account_article_published",
        kept.pk,
        actor=actor,
        at=at,
        document={"title": kept.title, "text_sha256": sha256(kept.text), "writer": str(kept.writer_id)},
    )


@transaction.atomic
def withdraw(article: Article, *, remark: str, actor: Actor, at: dt.datetime) -> None:
    """Nobody outside reads it here any more; what went out by the platform has to be deleted there."""
    kept = _locked(article)
    said = remark.strip()[:LONGEST_REMARK]
    if kept.word is not ArticleState.PUBLIC:
        raise AccountContentRefusal(_("Only a published article can be withdrawn."))
    if not said:
        raise AccountContentRefusal(_("Say in a few words why it is withdrawn."))
    kept.state, kept.remark, kept.changed_at, kept.hand_over_at = ArticleState.WITHDRAWN.value, said, at, None
    kept.save(update_fields=["state", "remark", "changed_at", "hand_over_at"])
    record("account_article_withdrawn", kept.pk, actor=actor, at=at, document={"remark": said})


def note_drafted(article: Article, number: str) -> None:
    """It stands among the platform's drafts, under this number."""
    Article.objects.filter(pk=article.pk).update(media=number, hand_over_at=None)


def note_not_drafted(article: Article, *, at: dt.datetime, is_final: bool) -> None:
    """The platform did not take it now, or never will as it is."""
    Article.objects.filter(pk=article.pk, hand_over_at__isnull=False).update(
        hand_over_at=None if is_final else at + RETRY_AFTER
    )


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).get(pk=article.pk)


def _in_review(article: Article) -> Article:
    kept = _locked(article)
    if kept.word is not ArticleState.REVIEW:
        raise AccountContentRefusal(_("This article does not wait for review any more."))
    return kept
