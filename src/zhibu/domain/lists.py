"""The lists as a book: what stands in an edition, and what an edition changes from the one before. Pure.

An article keeps its id whatever becomes of its number and its words, so that a link to it stays valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from zhibu.domain.terms import Bearer, ListKind, Reach, Word

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Article(Generic[Key]):
    """One numbered article as it is worded on a day.

    ``bearer`` is ``None`` but for a duty or a right. ``source``: the text it comes from, with its article.
    ``consequence`` and ``ask``, of a prohibition: what happens, and whom to ask.
    """

    id: Key
    number: int
    text: str
    bearer: Bearer | None = None
    is_right: bool = False
    source: str = ""
    consequence: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Section(Generic[Key]):
    """A rule with its articles, or a part of another list. ``owner``: the name of the organization that wrote it."""

    id: Key
    kind: ListKind
    number: int
    title: str
    reach: Reach
    owner: str
    articles: tuple[Article[Key], ...]


class Difference(Word):
    ADDED = "added", "新增"
    CHANGED = "changed", "修改"
    RENUMBERED = "renumbered", "调整序号"
    REPEALED = "repealed", "废止"


@dataclass(frozen=True, slots=True)
class Change(Generic[Key]):
    """What became of an article. ``before`` or ``after`` is ``None`` where it did not stand."""

    difference: Difference
    section: Section[Key]
    before: Article[Key] | None
    after: Article[Key] | None


def differences(before: Iterable[Section[Key]], after: Iterable[Section[Key]]) -> list[Change[Key]]:
    """What the later book changes, in its order; what was repealed follows in the order of the earlier one."""
    earlier = {article.id: (section, article) for section, article in _articles(before)}
    later = {article.id: (section, article) for section, article in _articles(after)}
    found = [
        Change(difference, section, earlier[key][1] if key in earlier else None, article)
        for key, (section, article) in later.items()
        if (difference := _difference(earlier.get(key), (section, article))) is not None
    ]
    found += [
        Change(Difference.REPEALED, section, article, None)
        for key, (section, article) in earlier.items()
        if key not in later
    ]
    return found


def _articles(sections: Iterable[Section[Key]]) -> Iterator[tuple[Section[Key], Article[Key]]]:
    for section in sections:
        for article in section.articles:
            yield section, article


def _difference(
    before: tuple[Section[Key], Article[Key]] | None, after: tuple[Section[Key], Article[Key]]
) -> Difference | None:
    if before is None:
        return Difference.ADDED
    (earlier_section, earlier), (section, article) = before, after
    if _said(earlier) != _said(article):
        return Difference.CHANGED
    moved = (earlier_section.number, earlier.number) != (section.number, article.number)
    return Difference.RENUMBERED if moved else None


def _said(article: Article[Key]) -> tuple[object, ...]:
    return (
        article.text,
        article.bearer,
        article.is_right,
        article.source,
        article.consequence,
        article.ask,
    )
