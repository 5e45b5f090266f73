"""What the account publishes, for everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhibu.apps.account_content import queries
from zhibu.documents.markdown import html
from zhibu.web.shell.paging import page_of


@require_safe
def public_articles(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.public_articles())
    return render(request, "official_account/public.html", {"page": page})


@require_safe
def public_article(request: HttpRequest, article: UUID) -> HttpResponse:
    """Without an account, for everybody. Who reads it is not known here."""
    found = get_object_or_404(queries.public_articles(), pk=article)
    return render(request, "official_account/public_article.html", {"article": found, "content": html(found.text)})
