"""An edition as the dataclass that is printed: always from what was sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from uuid import UUID

from zhibu.apps.lists.models import Edition
from zhibu.apps.lists.queries import changes_in, edition_before, published
from zhibu.documents.compendium import Book, Change, Chapter, Compendium, Entry
from zhibu.domain import lists
from zhibu.domain.phrases import numeral
from zhibu.domain.terms import ListKind, Readership

TITLE = "制度汇编"


def paper_of(edition: Edition) -> Compendium:
    """What both files of an edition are made from; the same edition gives the same."""
    told, before = published(edition), edition_before(edition)
    return Compendium(
        organization=told.organization,
        title=TITLE,
        edition=told.number,
        published_on=told.on,
        books=tuple(_books(told.sections)),
        standard="\n".join(
            article.text
            for section in told.sections
            if section.kind is ListKind.STANDARD
            for article in section.articles
        ),
        audience=Readership(edition.readership).zh,
        changes=tuple(Change(change.difference.zh, _where(change)) for change in changes_in(edition)),
        previous=f"第{before.number}版" if before else "",
        digest=edition.document_id,
    )


def _books(sections: Iterable[lists.Section[UUID]]) -> Iterator[Book]:
    for kind, of_kind in groupby(sections, key=lambda section: section.kind):
        if kind is not ListKind.STANDARD:
            yield Book(kind.zh, tuple(_chapter(section) for section in of_kind))


def _chapter(section: lists.Section[UUID]) -> Chapter:
    return Chapter(
        section.title,
        tuple(Entry(number_of(article), article.text, tuple(_notes(article))) for article in section.articles),
    )


def number_of(article: lists.Article[UUID]) -> str:
    return f"第{numeral(article.number)}条"


def _notes(article: lists.Article[UUID]) -> Iterator[str]:
    if article.bearer is not None:
        yield f"{'享有' if article.is_right else '承担'}：{article.bearer.zh}"
    if article.consequence:
        yield f"如何处理：{article.consequence}"
    if article.ask:
        yield f"有疑问问：{article.ask}"
    if article.source:
        yield f"依据：{article.source}"


def _where(change: lists.Change[UUID]) -> str:
    article = change.after or change.before
    assert article is not None
    return f"{change.section.kind.zh} {change.section.title} {number_of(article)}"
