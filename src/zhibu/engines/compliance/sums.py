"""Counts what is owed and settled up the tree: of each organization with something below it, itself and all below.

In preorder a subtree is one piece, so its sum is a difference of two running sums. Where a subtree reaches over the
border of a range, each range gives its part, and the parts are added when all ranges are done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.files import NEVER, Flags, Ints
from zhibu.engines.compliance.kernel import OWED, Cells, last_of, together


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

    def chosen(self, rows: Ints) -> Sums:
        return Sums(
            self.organization.take(rows), self.rule.take(rows), self.first.take(rows), self.last.take(rows),
            self.due.take(rows),
            self.numbers.take(rows, 1),
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
    sums = np.stack([(number.take(ends, 0) - number.take(begins, 0)).reshape(-1) for number in running])
    sums[0] = sums.sum(0)
    owed = np.flatnonzero(sums[0])
    holder, key = np.divmod(owed, max(len(keys), 1))
    rule, first, last, due = (
        np.array(facts, np.int32).take(key)
        for facts in (
            [asked.rule_ids.index(one.rule) for one in keys],
            *([getattr(one, name) for one in keys] for name in ("first", "last", "due")),
        )
    )
    of_columns = Sums(holders[holder], rule, first, last, due, sums.take(owed, 1))
    terms = np.flatnonzero((cells.key < 0) & (cells.why_not == OWED))
    of_terms = Sums(
        cells.organization[terms] + begin,
        asked.id_of_rule[cells.rule[terms]],
        cells.first[terms],
        cells.last[terms],
        cells.due[terms],
        _counted(_outcome(cells)[terms]),
    )
    up = _carried_up(of_terms, parent, until)
    # A rule with versions by the term and by the calendar may have both of one period.
    apart = not set(np.unique(up.rule).tolist()) & {asked.rule_ids.index(one.rule) for one in keys}
    return _joined([of_columns, up]) if apart else added([of_columns, up])


def _above(organization: int, parent: Ints) -> Ints:
    """All above it, the highest first."""
    found = []
    while (organization := int(parent[organization])) >= 0:
        found.append(organization)
    return np.array(found[::-1], np.int32)


#: What became of a cell that is owed; nothing yet is the first of them, and all are owed.
_OUTCOMES = (_OPEN, _MET, _LATE, _EXPLAINED) = range(4)
_OUTCOME_OF = last_of(_OPEN, _EXPLAINED, _LATE, _MET)


def _outcome(cells: Cells) -> Ints:
    return _OUTCOME_OF.take(
        together(cells.explained_on < NEVER, cells.completed_on < NEVER, cells.completed_on <= cells.due)
    )


def _counted(outcome: Ints) -> Ints:
    """Of each cell that is owed whether it counts as owed, met, late, explained: each a row."""
    return np.stack([np.ones(len(outcome), np.int32), *(outcome == one for one in _OUTCOMES[1:])])


def _running(cells: Cells, count: int, turns: Ints, size: int) -> list[Ints]:
    """Of each outcome a table [turn, key]: how many are owed of the organizations before that turn."""
    pieces = np.searchsorted(turns, np.arange(size), "right")
    place = pieces.take(cells.organization) + _outcome(cells) * np.intp(len(turns) + 1)
    owed = np.flatnonzero((cells.key >= 0) & (cells.why_not == OWED))
    shape = len(_OUTCOMES), len(turns) + 1, count
    counted = np.bincount((place * count + cells.key).take(owed), minlength=shape[0] * shape[1] * shape[2])
    return [np.cumsum(one, axis=0) for one in counted.astype(np.int32).reshape(shape)]


def _carried_up(own: Sums, parent: Ints, until: Ints) -> Sums:
    """What has periods of its own, and so no running sums: to itself, to its parent, to the one above that …"""
    own = own.chosen(np.lexsort((own.due, own.last, own.first, own.rule)))
    period = np.cumsum(~_is_same(own.rule, own.first, own.last, own.due))
    row, organization = np.arange(len(own)), own.organization
    rows, organizations = [row], [organization]
    while len(row):
        organization = parent.take(organization)
        has = np.flatnonzero(organization >= 0)
        row, organization = row.take(has), organization.take(has)
        rows.append(row)
        organizations.append(organization)
    row, organization = np.concatenate(rows), np.concatenate(organizations)
    holders = np.flatnonzero(until.take(organization) > organization + 1)
    row, organization = row.take(holders), organization.take(holders)
    order = np.argsort(organization * np.int64(len(own)) + period.take(row))
    up = own.chosen(row.take(order))
    return _merged(replace(up, organization=organization.take(order)))


def _joined(parts: list[Sums]) -> Sums:
    def of(name: str) -> Ints:
        return np.concatenate([np.empty(0, np.int32), *(getattr(part, name) for part in parts)])

    numbers = np.concatenate([np.empty((4, 0), np.int32), *(part.numbers for part in parts)], axis=1)
    return Sums(of("organization"), of("rule"), of("first"), of("last"), of("due"), numbers)


def added(parts: Iterable[Sums]) -> Sums:
    """Rows of the same organization, rule and period as one; in that order."""
    every = _joined(list(parts))
    return _merged(every.chosen(np.lexsort((every.due, every.last, every.first, every.rule, every.organization))))


def _merged(ordered: Sums) -> Sums:
    """Rows of the same, which follow each other, as one."""
    if not len(ordered):
        return ordered
    begins = np.flatnonzero(~_is_same(ordered.organization, ordered.rule, ordered.first, ordered.last, ordered.due))
    return replace(ordered.chosen(begins), numbers=np.add.reduceat(ordered.numbers, begins, axis=1))


def _is_same(*columns: Ints) -> Flags:
    """Of each row whether all columns say the same in it as in the one before."""
    same = np.ones(len(columns[0]), np.bool_)
    same[:1] = False
    for column in columns:
        same[1:] &= column[1:] == column[:-1]
    return same
