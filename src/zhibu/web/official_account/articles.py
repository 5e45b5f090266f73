"""What the account publishes, for everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from zhibu.apps.account_content import queries
from zhibu.documents.markdown import html
from zhibu.domain.terms import ArticleState
from zhibu.web.shell.paging import page_of

#: Characters of what is looked for.
_LONGEST = 100


@require_safe
def public_articles(request: HttpRequest) -> HttpResponse:
    """``?q=``: words that stand in it."""
    text = request.GET.get("q", "").strip()[:_LONGEST]
    page = page_of(request, queries.holding(queries.public_articles(), text))
    return render(request, "official_account/public.html", {"page": page, "text": text})


@require_safe
def public_article(request: HttpRequest, article: UUID) -> HttpResponse:
    """Without an account, for everybody; who reads it is not known. What was withdrawn or corrected says so."""
    found = get_object_or_404(queries.once_public(), pk=article)
    versions = queries.versions_of(found)
    return render(
        request,
        "official_account/public_article.html",
        {
            "article": found,
            "is_withdrawn": found.word is ArticleState.WITHDRAWN,
            "content": mark_safe(html(found.text)) if found.word is ArticleState.PUBLIC else "",  # noqa: S308 - cleaned
            "now": versions[0] if found.word is ArticleState.CORRECTED else None,
            "first": versions[-1] if versions[-1].pk != found.pk else None,
        },
    )
