"""Who writes and reviews articles of the account, and who ends the binding of a phone. Both forms agree.

An organization's articles are written by its office holders, and by those who manage its windows: so what it
does as an organization and what it does as a service stand side by side. Office holders above read along, review and
withdraw.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.account_content.models import Article, Binding
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker, may_manage_accounts
from zhibu.domain.terms import ArticleState, Role

_UNFINISHED = (ArticleState.DRAFT, ArticleState.REVIEW)


def may_write_for(asker: Asker, organization: Organization) -> bool:
    """Its office holders, and those who manage its windows."""
    is_theirs = organization.path in asker.offices + asker.windows
    return asker.person is not None and is_theirs and organization.dissolved is None


def organizations_written_for_by(asker: Asker) -> QuerySet[Organization]:
    if asker.person is None:
        return Organization.objects.none()
    return Organization.objects.filter(path__in=asker.offices + asker.windows, dissolved__isnull=True)


def may_see_article(asker: Asker, article: Article) -> bool:
    """Office holders there and above, and those who manage windows there; what is public all read elsewhere."""
    path = article.organization.path
    return path.startswith(asker.offices) or path in asker.windows


def articles_seen_by(asker: Asker) -> QuerySet[Article]:
    condition = Q(organization__path__in=asker.windows)
    for office in asker.offices:
        condition |= in_subtree(office, "organization__")
    return Article.objects.filter(condition)


def may_change(asker: Asker, article: Article) -> bool:
    """Those who write for its organization, while it has not been published."""
    return may_write_for(asker, article.organization) and article.word in _UNFINISHED


def articles_changed_by(asker: Asker) -> QuerySet[Article]:
    return _written_for(asker).filter(state__in=[word.value for word in _UNFINISHED])


def may_review(asker: Asker, article: Article) -> bool:
    """Whoever sees it, but never who wrote it."""
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


def may_correct(asker: Asker, article: Article) -> bool:
    """Those who write for its organization, once it is public: what it says, and where it goes from here."""
    return may_write_for(asker, article.organization) and article.word is ArticleState.PUBLIC


def articles_corrected_by(asker: Asker) -> QuerySet[Article]:
    return _written_for(asker).filter(state=ArticleState.PUBLIC.value)


def may_withdraw(asker: Asker, article: Article) -> bool:
    """Whoever sees it: what should not be public is taken away by the first who notices."""
    return may_see_article(asker, article) and asker.person is not None and article.word is ArticleState.PUBLIC


def articles_withdrawn_by(asker: Asker) -> QuerySet[Article]:
    if asker.person is None:
        return Article.objects.none()
    return articles_seen_by(asker).filter(state=ArticleState.PUBLIC.value)


def _written_for(asker: Asker) -> QuerySet[Article]:
    return Article.objects.filter(organization__in=organizations_written_for_by(asker).order_by().values("pk"))


def may_set_menus(asker: Asker) -> bool:
    """The account is the whole unit's: its menus are set by the system administrator."""
    return Role.SYSTEM in asker.roles


def may_end_binding(asker: Asker, binding: Binding) -> bool:
    """Whose phone it is, and who keeps the accounts: a lost phone is cut off at once."""
    return binding.account_id == asker.account or may_manage_accounts(asker)


def bindings_ended_by(asker: Asker) -> QuerySet[Binding]:
    if may_manage_accounts(asker):
        return Binding.objects.all()
    return Binding.objects.filter(account=asker.account)
