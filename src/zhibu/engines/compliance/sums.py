"""Counts what is owed and settled up the tree: of each organization with something below it, itself and all below.

In preorder a subtree is one piece, so its sum is a difference of two running sums. Where a subtree reaches over the
border of a range, each range gives its part, and the parts are added when all ranges are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.files import NEVER, Flags, Ints
from zhibu.engines.compliance.kernel import OWED, Cells


@dataclass(frozen=True, slots=True)
class Sums:
    """One row for each organization, rule and period. ``numbers``: owed, met, late, explained, as columns."""

    organization: Ints
    rule: Ints
    first: Ints
    last: Ints
    due: Ints
    numbers: Ints

    def __len__(self) -> int:
        return len(self.organization)

    def chosen(self, rows: Ints | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Sums:
        return Sums(
            self.organization[rows], self.rule[rows], self.first[rows], self.last[rows], self.due[rows],
            self.numbers[rows],
        )  # fmt: skip


def sums_of(cells: Cells, asked: Asked, begin: int, end: int, parent: Ints, until: Ints) -> Sums:
    """What the organizations ``begin`` … ``end`` (not included) give to all that have something below them."""
    above = _above(begin, parent) if begin < end else np.empty(0, np.int64)
    inside = begin + np.flatnonzero(until[begin:end] > np.arange(begin, end) + 1)
    holders = np.concatenate([above, inside])
    running = _running(cells, len(asked.keys[0]), end - begin)
    sums = running[:, np.minimum(until[holders], end) - begin] - running[:, np.maximum(holders - begin, 0)]
    holder, key = np.nonzero(sums[0])
    rule, first, last, due = (
        np.array(facts, np.int64)[key]
        for facts in (
            [asked.rule_ids.index(one.rule) for one in asked.keys[0]],
            *([getattr(one, name) for one in asked.keys[0]] for name in ("first", "last", "due")),
        )
    )
    of_columns = Sums(holders[holder], rule, first, last, due, sums[:, holder, key].T.astype(np.int64))
    terms = np.flatnonzero((cells.key < 0) & (cells.why_not == OWED))
    of_terms = Sums(
        cells.organization[terms] + begin,
        asked.id_of_rule[cells.rule[terms]],
        cells.first[terms],
        cells.last[terms],
        cells.due[terms],
        np.stack([number[terms] for number in _counted(cells)], axis=1).astype(np.int64),
    )
    return added([of_columns, *_carried_up(of_terms, parent, until)])


def _above(organization: int, parent: Ints) -> Ints:
    """All above it, the highest first."""
    found = []
    while (organization := int(parent[organization])) >= 0:
        found.append(organization)
    return np.array(found[::-1], np.int64)


def _counted(cells: Cells) -> tuple[Flags, Flags, Flags, Flags]:
    """Of each cell whether it counts as owed, met, late, explained."""
    owed = cells.why_not == OWED
    done, in_time = cells.completed_on < NEVER, cells.completed_on <= cells.due
    return owed, owed & in_time, owed & done & ~in_time, owed & ~done & (cells.explained_on < NEVER)


def _running(cells: Cells, count: int, size: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Table [owed … explained, place in the range, key]: the sums over all organizations before that place."""
    place = cells.organization * count + cells.key
    of_key = cells.key >= 0
    running = np.zeros((4, size + 1, count), np.int32)
    for number, counts in enumerate(_counted(cells)):
        counted = np.bincount(place[counts & of_key], minlength=size * count).reshape(size, count)
        np.cumsum(counted, axis=0, out=running[number, 1:])
    return running


def _carried_up(own: Sums, parent: Ints, until: Ints) -> Iterator[Sums]:
    """What has periods of its own, and so no running sums: to itself, to its parent, to the one above that …"""
    while len(own):
        yield own.chosen(until[own.organization] > own.organization + 1)
        up = parent[own.organization]
        own = Sums(up, own.rule, own.first, own.last, own.due, own.numbers).chosen(up >= 0)


def added(parts: Iterable[Sums]) -> Sums:
    """Rows of the same organization, rule and period as one; in that order."""
    parts = list(parts)
    if not parts:
        none = np.empty(0, np.int64)
        return Sums(none, none, none, none, none, np.empty((0, 4), np.int64))
    organization, rule, first, last, due = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("organization", "rule", "first", "last", "due")
    )
    numbers = np.concatenate([part.numbers for part in parts])
    every = Sums(organization, rule, first, last, due, numbers)
    if not len(every):
        return every
    order = np.lexsort((due, last, first, rule, organization))
    every = every.chosen(order)
    same = np.ones(len(every) - 1, np.bool_)
    for column in (every.organization, every.rule, every.first, every.last, every.due):
        same &= column[1:] == column[:-1]
    begins = np.flatnonzero(np.append(True, ~same))
    total = every.chosen(begins)
    return Sums(
        total.organization, total.rule, total.first, total.last, total.due,
        np.add.reduceat(every.numbers, begins, axis=0),
    )  # fmt: skip
