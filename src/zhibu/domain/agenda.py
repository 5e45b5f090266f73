"""Which item of an agenda a line of a changed agenda means."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def renamed(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Old titles by the new ones that stand in their place; titles are unique in each of the two.

    A line whose title stands in both is that item, wherever it went. Of the others, an old and a new one belong
    together where they follow the same kept item; where there are more of one, those most alike do.
    """
    kept = set(before) & set(after)
    gone, new = _by_gap(before, kept), _by_gap(after, kept)
    return {then: now for gap in gone for now, then in _pairs(gone[gap], new.get(gap, []))}


def _by_gap(titles: Sequence[str], kept: set[str]) -> dict[str | None, list[str]]:
    """The titles that are not kept, by the kept one before them; ``None``: none is before them."""
    found: dict[str | None, list[str]] = {}
    last: str | None = None
    for title in titles:
        if title in kept:
            last = title
        else:
            found.setdefault(last, []).append(title)
    return found


def _pairs(gone: list[str], new: list[str]) -> list[tuple[str, str]]:
    if len(gone) == len(new):
        return list(zip(gone, new, strict=True))
    alike = [
        (-SequenceMatcher(None, now, then, autojunk=False).quick_ratio(), i, j)
        for i, now in enumerate(gone)
        for j, then in enumerate(new)
    ]
    pairs: dict[int, int] = {}
    for _ratio, i, j in sorted(alike):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(gone[i], new[j]) for i, j in pairs.items()]
