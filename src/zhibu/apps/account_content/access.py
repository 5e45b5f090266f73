"""Who writes and reviews articles of the account, and who ends the binding of a phone. Both forms agree."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.account_content.models import Article, Binding
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker, may_manage_accounts
from zhibu.domain.terms import ArticleState


def may_write_for(asker: Asker, organization: Organization) -> bool:
    """Office holders of the organization."""
    return organization.path in asker.offices


def organizations_written_for_by(asker: Asker) -> QuerySet[Organization]:
    return Organization.objects.filter(path__in=asker.offices, dissolved__isnull=True)


def may_see_article(asker: Asker, article: Article) -> bool:
    """Office holders there and above; what is public is seen by everybody, elsewhere."""
    return article.organization.path.startswith(asker.offices)


def articles_seen_by(asker: Asker) -> QuerySet[Article]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office, "organization__")
    return Article.objects.filter(condition)


def may_change(asker: Asker, article: Article) -> bool:
    """Office holders of its organization, while it has not been published."""
    return may_write_for(asker, article.organization) and article.word in {ArticleState.DRAFT, ArticleState.REVIEW}


def articles_changed_by(asker: Asker) -> QuerySet[Article]:
    return Article.objects.filter(
        organization__path__in=asker.offices, state__in=[ArticleState.DRAFT.value, ArticleState.REVIEW.value]
    )


def may_review(asker: Asker, article: Article) -> bool:
    """Office holders there and above; never who wrote it."""
    return (
        may_see_article(asker, article)
        and article.word is ArticleState.REVIEW
        and asker.person is not None
        and article.writer_id != asker.person
    )


def articles_reviewed_by(asker: Asker) -> QuerySet[Article]:
    if asker.person is None:
        return Article.objects.none()
    return articles_seen_by(asker).filter(state=ArticleState.REVIEW.value).exclude(writer=asker.person)


def may_end_binding(asker: Asker, binding: Binding) -> bool:
    """Whose phone it is, and who keeps the accounts: a lost phone is cut off at once."""
    return binding.account_id == asker.account or may_manage_accounts(asker)


def bindings_ended_by(asker: Asker) -> QuerySet[Binding]:
    if may_manage_accounts(asker):
        return Binding.objects.all()
    return Binding.objects.filter(account=asker.account)
