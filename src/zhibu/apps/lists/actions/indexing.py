"""What an article is found by: its last wording, and the title of its section."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from zhibu.apps.lists.models import Article, Section, Wording
from zhibu.apps.search.actions import Text, index, index_all, unindex, unindex_kind
from zhibu.domain.phrases import numeral

#: The kind of text an article is.
ARTICLE = "article"


def index_article(article: Article) -> None:
    """In the transaction of every deed that changes what it says."""
    last = article.wordings.select_related("article__section__organization").order_by("since").last()
    if last is None:
        unindex(ARTICLE, [article.pk])
    else:
        index(ARTICLE, _text(last))


def index_section(section: Section) -> None:
    """All its articles, whose titles tell of it."""
    index_all(ARTICLE, [_text(row) for row in _last().filter(article__section=section)])


def rebuild_articles() -> int:
    """All of them anew; returns how many."""
    unindex_kind(ARTICLE)
    rows = list(_last())
    index_all(ARTICLE, map(_text, rows))
    return len(rows)


def _last() -> QuerySet[Wording]:
    """Of each article its last wording."""
    newest = Wording.objects.filter(article=OuterRef("article")).order_by("-since").values("pk")[:1]
    return Wording.objects.filter(pk=Subquery(newest)).select_related("article__section__organization")


def _text(wording: Wording) -> Text:
    section = wording.article.section
    said = (wording.text, wording.consequence, wording.ask, wording.source)
    return Text(
        subject=wording.article_id,
        organization=section.organization,
        title=f"{section.title} 第{numeral(wording.number)}条",
        text="\n".join(filter(None, said)),
        since=wording.since,
        until=wording.until,
    )
