"""Counts what is owed and settled up the tree: of each organization with something below it, itself and all below.

In preorder a subtree is one piece, so its sum is a difference of two running sums. Where a subtree reaches over the
border of a range, each range gives its part, and the parts are added when all ranges are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.files import NEVER, Flags, Ints
from zhibu.engines.compliance.kernel import OWED, Cells


@dataclass(frozen=True, slots=True)
class Sums:
    """One row for each organization, rule and period. ``numbers``: owed, met, late, explained, each a row."""

    organization: Ints
    rule: Ints
    first: Ints
    last: Ints
    due: Ints
    numbers: Ints

    def __len__(self) -> int:
        return len(self.organization)

    def chosen(self, rows: Ints | Flags) -> Sums:
        return Sums(
            self.organization[rows], self.rule[rows], self.first[rows], self.last[rows], self.due[rows],
            self.numbers[:, rows],
        )  # fmt: skip


def sums_of(cells: Cells, asked: Asked, begin: int, end: int, parent: Ints, until: Ints) -> Sums:
    """What the organizations ``begin`` … ``end`` (not included) give to all that have something below them."""
    above = _above(begin, parent) if begin < end else np.empty(0, np.int32)
    inside = begin + np.flatnonzero(until[begin:end] > np.arange(begin, end) + 1)
    holders = np.concatenate([above, inside]).astype(np.int32)
    keys = asked.keys[0]
    since, before = np.maximum(holders - begin, 0), np.minimum(until[holders], end) - begin
    turns, places = np.unique(np.concatenate([since, before]), return_inverse=True)
    begins, ends = places[: len(since)], places[len(since) :]
    running = _running(cells, len(keys), turns, end - begin)
    sums = [(number.take(ends, 0) - number.take(begins, 0)).reshape(-1) for number in running]
    owed = np.flatnonzero(sums[0])
    holder, key = np.divmod(owed, max(len(keys), 1))
    rule, first, last, due = (
        np.array(facts, np.int32).take(key)
        for facts in (
            [asked.rule_ids.index(one.rule) for one in keys],
            *([getattr(one, name) for one in keys] for name in ("first", "last", "due")),
        )
    )
    of_columns = Sums(holders[holder], rule, first, last, due, np.stack([number[owed] for number in sums]))
    terms = np.flatnonzero((cells.key < 0) & (cells.why_not == OWED))
    of_terms = Sums(
        cells.organization[terms] + begin,
        asked.id_of_rule[cells.rule[terms]],
        cells.first[terms],
        cells.last[terms],
        cells.due[terms],
        np.stack([number[terms] for number in _counted(cells)]).astype(np.int32),
    )
    up = added(_carried_up(of_terms, parent, until))
    # A rule with versions by the term and by the calendar may have both of one period.
    apart = not set(np.unique(up.rule).tolist()) & {asked.rule_ids.index(one.rule) for one in keys}
    return _joined([of_columns, up]) if apart else added([of_columns, up])


def _above(organization: int, parent: Ints) -> Ints:
    """All above it, the highest first."""
    found = []
    while (organization := int(parent[organization])) >= 0:
        found.append(organization)
    return np.array(found[::-1], np.int32)


def _counted(cells: Cells) -> tuple[Flags, Flags, Flags, Flags]:
    """Of each cell whether it counts as owed, met, late, explained."""
    owed = cells.why_not == OWED
    done, in_time = cells.completed_on < NEVER, cells.completed_on <= cells.due
    return owed, owed & in_time, owed & done & ~in_time, owed & ~done & (cells.explained_on < NEVER)


def _running(cells: Cells, count: int, turns: Ints, size: int) -> Iterator[Ints]:
    """Of owed … explained a table [turn, key]: the sums over the organizations before that turn."""
    pieces = np.searchsorted(turns, np.arange(size), "right")
    place = pieces.take(cells.organization) * count + cells.key
    of_key = cells.key >= 0
    for counts in _counted(cells):
        counted = np.bincount(place[counts & of_key], minlength=(len(turns) + 1) * count)
        yield np.cumsum(counted.reshape(len(turns) + 1, count)[: len(turns)], axis=0, dtype=np.int32)


def _carried_up(own: Sums, parent: Ints, until: Ints) -> Iterator[Sums]:
    """What has periods of its own, and so no running sums: to itself, to its parent, to the one above that …"""
    while len(own):
        yield own.chosen(until[own.organization] > own.organization + 1)
        up = parent[own.organization]
        own = Sums(up, own.rule, own.first, own.last, own.due, own.numbers).chosen(up >= 0)


def _joined(parts: list[Sums]) -> Sums:
    def of(name: str) -> Ints:
        return np.concatenate([np.empty(0, np.int32), *(getattr(part, name) for part in parts)])

    numbers = np.concatenate([np.empty((4, 0), np.int32), *(part.numbers for part in parts)], axis=1)
    return Sums(of("organization"), of("rule"), of("first"), of("last"), of("due"), numbers)


def added(parts: Iterable[Sums]) -> Sums:
    """Rows of the same organization, rule and period as one; in that order."""
    every = _joined(list(parts))
    if not len(every):
        return every
    every = every.chosen(np.lexsort((every.due, every.last, every.first, every.rule, every.organization)))
    same = np.ones(len(every) - 1, np.bool_)
    for column in (every.organization, every.rule, every.first, every.last, every.due):
        same &= column[1:] == column[:-1]
    begins = np.flatnonzero(np.append(True, ~same))
    total = every.chosen(begins)
    return Sums(
        total.organization, total.rule, total.first, total.last, total.due,
        np.add.reduceat(every.numbers, begins, axis=1),
    )  # fmt: skip
