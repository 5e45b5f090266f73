"""Articles of the official account: written by one, approved by another, then public, corrected or withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Article
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import UNREADABLE, kept, kept_line
from zhibu.domain.markings import inside_words, secret_marks
from zhibu.domain.terms import ArticleState, Sending

LONGEST_TITLE, LONGEST_DIGEST, LONGEST_TEXT, LONGEST_REMARK = 64, 120, 20_000, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an article is to say; ``text`` is Markdown. ``correction``: what is put right, where it corrects one."""

    title: str
    text: str
    digest: str = ""
    correction: str = ""


@transaction.atomic
def begin_article(
    organization: Organization, said: Said, *, writer: Person, actor: Actor, at: dt.datetime
) -> Article:
    """A new draft."""
    words = _tidied(said)
    article = Article.objects.create(
        organization=organization,
        title=words.title,
        digest=words.digest,
        text=words.text,
        writer=writer,
        changed_at=at,
    )
    _record_written(article, actor, at)
    return article


@transaction.atomic
def correct(article: Article, *, writer: Person, actor: Actor, at: dt.datetime) -> Article:
    """A draft that begins with what the public article says and takes its place when it is approved.

    One that is being written already is refused.
    """
    public = _locked(article)
    if public.word is not ArticleState.PUBLIC:
        raise AccountContentRefusal(_("Only a published article can be corrected."))
    if Article.objects.filter(corrects=public).exists():
        raise AccountContentRefusal(_("A correction is being written already. Go on with that one."))
    draft = Article.objects.create(
        organization=public.organization,
        title=public.title,
        digest=public.digest,
        text=public.text,
        corrects=public,
        series=public.series,
        writer=writer,
        changed_at=at,
    )
    _record_written(draft, actor, at)
    return draft


@transaction.atomic
def save_article(
    article: Article, said: Said, *, based_on: int, writer: Person, actor: Actor, at: dt.datetime
) -> Article:
    """What is typed last counts, and whoever types it is the writer, so that nobody reviews their own words.

    What waited for review is a draft again. ``based_on``: the revision that was on the screen; refused where somebody
    else saved another one meanwhile. The same words change nothing.
    """
    words = _tidied(said)
    draft = _unfinished(article)
    changed = [
        name for name in ("title", "digest", "text", "correction") if getattr(draft, name) != getattr(words, name)
    ]
    if not changed:
        return draft
    if draft.revision != based_on:
        raise AccountContentRefusal(
            _("%(name)s changed this draft meanwhile. Your text still stands below: compare, then save it again.")
            % {"name": draft.writer.name}
        )
    for name in changed:
        setattr(draft, name, getattr(words, name))
    draft.writer, draft.changed_at, draft.revision = writer, at, draft.revision + 1
    draft.state = ArticleState.DRAFT.value
    draft.save(update_fields=[*changed, "writer", "changed_at", "revision", "state"])
    _record_written(draft, actor, at)
    return draft


def _record_written(article: Article, actor: Actor, at: dt.datetime) -> None:
    document = {
        "title": article.title,
        "organization": str(article.organization_id),
        "corrects": str(article.corrects_id) if article.corrects_id else None,
        "revision": article.revision,
    }
    record("account_article_written", article.pk, actor=actor, at=at, document=document)


@transaction.atomic
def drop_article(article: Article, *, actor: Actor, at: dt.datetime) -> None:
    """A draft that was never public is gone, with what was typed."""
    draft = _unfinished(article)
    record("account_article_dropped", draft.pk, actor=actor, at=at)
    draft.delete()


@transaction.atomic
def hand_in(article: Article, *, actor: Actor, at: dt.datetime) -> None:
    """From now on somebody else may approve it. A second call changes nothing."""
    draft = _unfinished(article)
    if draft.word is ArticleState.REVIEW:
        return
    if draft.corrects_id and not draft.correction:
        raise AccountContentRefusal(_("Say what is put right: it stands above the corrected article."))
    draft.state, draft.remark, draft.changed_at = ArticleState.REVIEW.value, "", at
    draft.save(update_fields=["state", "remark", "changed_at"])
    record("account_article_handed_in", draft.pk, actor=actor, at=at)


# --- Reviewed ------------------------------------------------------------------------------------------------------


@transaction.atomic
def send_back(article: Article, *, reviewer: Person, remark: str, actor: Actor, at: dt.datetime) -> None:
    """It is a draft again; the remark stands beside it until it is handed in once more."""
    draft = _in_review(article, reviewer)
    said = kept(remark)[:LONGEST_REMARK]
    if not said:
        raise AccountContentRefusal(_("Say in a few words what is to be changed; it stands beside the article."))
    draft.state, draft.remark, draft.changed_at = ArticleState.DRAFT.value, said, at
    draft.save(update_fields=["state", "remark", "changed_at"])
    record("account_article_sent_back", draft.pk, actor=actor, at=at, document={"remark": said})


@transaction.atomic
def publish(
    article: Article,
    *,
    reviewer: Person,
    revision: int,
    may_be_public: bool = False,
    to_platform: bool = False,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """The reviewer approves the words of ``revision``: from now on everybody reads them.

    Refused where they have changed since. ``may_be_public``: words such as 内部文件 were looked at and the text only
    speaks of them. ``to_platform``: it also goes among the drafts of the account, from where it is sent out by hand.
    """
    draft = _in_review(article, reviewer)
    if draft.revision != revision:
        raise AccountContentRefusal(_("The article has been changed since you opened it. Read it again first."))
    found = inside_words_of(draft)
    if found and not may_be_public:
        raise AccountContentRefusal(
            _("It says “%(words)s”. Publish it only where the text speaks of that and is not marked so itself.")
            % {"words": "、".join(found)}
        )
    draft.state, draft.reviewer = ArticleState.PUBLIC.value, reviewer
    draft.published_at, draft.changed_at = at, at
    draft.hand_over_at = at if to_platform else None
    draft.sending = (Sending.WAITING if to_platform else Sending.NONE).value
    if draft.corrects_id:
        _step_back(draft.corrects_id, at)
    draft.save(update_fields=["state", "reviewer", "published_at", "changed_at", "hand_over_at", "sending"])
    record(
        "account_article_published",
        draft.pk,
        actor=actor,
        at=at,
        document={
            "title": draft.title,
            "digest": draft.digest,
            "text": draft.text,
            "organization": str(draft.organization_id),
            "corrects": str(draft.corrects_id) if draft.corrects_id else None,
            "correction": draft.correction,
            "writer": str(draft.writer_id),
            "reviewer": str(reviewer.pk),
        },
    )


def _step_back(corrected: UUID, at: dt.datetime) -> None:
    """The one before is read no more, and its address leads on. One that was withdrawn meanwhile stays withdrawn."""
    before = Article.objects.select_for_update(of=("self",)).get(pk=corrected)
    if before.word is not ArticleState.PUBLIC:
        raise AccountContentRefusal(
            _("The article that it corrects has been withdrawn. Write a new one and drop this correction.")
        )
    before.state, before.changed_at = ArticleState.CORRECTED.value, at
    before.hand_over_at, before.sending = None, _not_waiting(before)
    before.save(update_fields=["state", "changed_at", "hand_over_at", "sending"])


@transaction.atomic
def withdraw(article: Article, *, remark: str, actor: Actor, at: dt.datetime) -> None:
    """Nobody outside reads it here any more; what went out by the platform has to be deleted there."""
    public = _locked(article)
    said = kept(remark)[:LONGEST_REMARK]
    if public.word is not ArticleState.PUBLIC:
        raise AccountContentRefusal(_("Only a published article can be withdrawn."))
    if not said:
        raise AccountContentRefusal(_("Say in a few words why the article is withdrawn; it stands at its address."))
    public.state, public.remark, public.changed_at = ArticleState.WITHDRAWN.value, said, at
    public.hand_over_at, public.sending = None, _not_waiting(public)
    public.save(update_fields=["state", "remark", "changed_at", "hand_over_at", "sending"])
    record("account_article_withdrawn", public.pk, actor=actor, at=at, document={"remark": said})


def _not_waiting(article: Article) -> str:
    return Sending.NONE.value if article.way is Sending.WAITING else article.sending


def inside_words_of(article: Article) -> tuple[str, ...]:
    """Words by which papers of the house call themselves internal, in what readers would see."""
    return inside_words(f"{article.title}\n{article.digest}\n{article.text}\n{article.correction}")


# --- What it says --------------------------------------------------------------------------------------------------


def _tidied(said: Said) -> Said:
    words = Said(
        title=kept_line(said.title),
        digest=kept_line(said.digest),
        text=kept(said.text),
        correction=kept_line(said.correction),
    )
    if not words.title or not words.text:
        raise AccountContentRefusal(_("An article has a title and a text. Write both."))
    for text, most in (
        (words.title, LONGEST_TITLE),
        (words.digest, LONGEST_DIGEST),
        (words.text, LONGEST_TEXT),
        (words.correction, LONGEST_REMARK),
    ):
        _refuse_words(text, most)
    return words


def _refuse_words(text: str, most: int) -> None:
    if len(text) > most:
        raise AccountContentRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(text), "most": most}
        )
    if UNREADABLE in text:
        raise AccountContentRefusal(_("Some characters could not be read and stand as �. Type them anew."))
    marks = secret_marks(text)
    if marks:
        raise AccountContentRefusal(
            _("It carries “%(marks)s”. What is classified has no place here. Take it out.")
            % {"marks": "、".join(marks)}
        )


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("writer").get(pk=article.pk)


def _unfinished(article: Article) -> Article:
    draft = _locked(article)
    if draft.word not in {ArticleState.DRAFT, ArticleState.REVIEW}:
        raise AccountContentRefusal(_("This article is published and never changes. Correct it by another."))
    return draft


def _in_review(article: Article, reviewer: Person) -> Article:
    draft = _locked(article)
    if draft.word is not ArticleState.REVIEW:
        raise AccountContentRefusal(_("This article does not wait for review any more."))
    if draft.writer_id == reviewer.pk:
        raise AccountContentRefusal(_("You wrote this article. Somebody else has to approve it."))
    return draft
