"""Facts of any number of organizations for `zhibu evaluate`: seeded, streamed, in time that grows with their number.

A tree of provinces, cities, counties, committees, general branches, branches and groups, and the year 2026 of each
with what makes a year awkward: founded, dissolved and merged in it, dissolved before it, grown over seven and shrunk
again, records that come late, lack their quorum or were counted by nobody, joint meetings, elections, reasons, a rule
that changed in July and a local one.

    python -m bench.facts DIR [--organizations 10000] [--seed 1]
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zhibu.apps.rules import loader
from zhibu.domain.periods import Span
from zhibu.domain.requirements import AssemblyRule, Comparator, Layer, Obligation, Rule, Threshold
from zhibu.domain.terms import OrganizationKind
from zhibu.engines.compliance.calendar import number_of
from zhibu.engines.compliance.files import ALWAYS, KINDS, NEVER, POSTS, FactsWriter, Ints, ids

YEAR = 2026
FIRST, AFTER = number_of(dt.date(YEAR, 1, 1)), number_of(dt.date(YEAR + 1, 1, 1))
MONTHS = [number_of(dt.date(YEAR + month // 12, month % 12 + 1, 1)) for month in range(13)]
LONG_AGO = number_of(dt.date(2005, 1, 1))

#: So many organizations are made together; what is made does not depend on how many there are in all.
PIECE = 4096
#: Houses (a committee and what is below it) in a county, counties in a city, cities in a province.
UNDER = (50, 40, 30)

_KIND = {kind: KINDS.index(kind.value) for kind in OrganizationKind}
_COMMITTEE, _GENERAL, _BRANCH, _GROUP = (
    _KIND[kind]
    for kind in (
        OrganizationKind.COMMITTEE,
        OrganizationKind.GENERAL_BRANCH,
        OrganizationKind.BRANCH,
        OrganizationKind.GROUP,
    )
)


def rules() -> tuple[Rule, ...]:
    """What is shipped, with theme days twice a month from July on, local rules, and a quorum that is tightened."""
    packs = Path(loader.__file__).parent / "packs"
    packed = loader.load([(packs, loader.SHIPPED), (packs / "examples", loader.OWN)])
    of = {rule.id: rule for rule in packed if rule.is_on}
    theme_day, quorum = of["theme_day"], of["resolution"]
    assert isinstance(theme_day, Obligation)
    assert isinstance(quorum, AssemblyRule)
    assert quorum.quorum is not None
    stricter = Threshold(quorum.quorum.base, Comparator.AT_LEAST, Fraction(2, 3))
    from_september = Span(dt.date(YEAR, 9, 1))
    return (
        *packed,
        replace(theme_day, layer=Layer.UNIT, count=2, force=Span(dt.date(YEAR, 7, 1), dt.date(YEAR, 12, 1))),
        replace(quorum, layer=Layer.UNIT, quorum=stricter, force=from_september),
    )


# --- The tree ------------------------------------------------------------------------------------------------------


def _tree(seed: int) -> Iterator[tuple[int, int]]:
    """Parent (-1: none) and kind of one organization after the other, in preorder, without end."""
    yield -1, _KIND[OrganizationKind.LEADING_GROUP]
    number = 1
    above = [0, 0, 0, 0]
    house = 0
    while True:
        chance = np.random.default_rng([seed, 0, house])
        for level, houses in enumerate((UNDER[0] * UNDER[1] * UNDER[2], UNDER[0] * UNDER[1], UNDER[0]), start=1):
            if house % houses == 0:
                yield above[level - 1], _COMMITTEE
                above[level] = number
                number += 1
        yield above[3], _COMMITTEE
        committee = number
        number += 1
        branches = chance.choice([0, 0, 0, 0, 2, 3], int(chance.integers(8, 30)))
        general = committee
        for place, groups in enumerate(branches.tolist()):
            if place == len(branches) // 2:
                yield committee, _GENERAL
                general = number
                number += 1
            yield general, _BRANCH
            branch = number
            number += 1 + groups
            for _ in range(groups):
                yield branch, _GROUP
        house += 1


# --- One piece of it -----------------------------------------------------------------------------------------------


class _Piece:
    """Some organizations that follow each other, and everything about them."""

    def __init__(self, seed: int, number: int, parent: Ints, kind: Ints) -> None:
        self.chance = np.random.default_rng([seed, 1, number])
        self.begin = number * PIECE
        self.parent, self.kind, self.count = parent, kind, len(kind)
        self.own = np.arange(self.begin, self.begin + self.count)
        self._ids = 0
        self._lives()
        self._states()
        self._terms()

    def some(self, share: float, among: Any = None) -> Ints:
        drawn = self.chance.random(self.count) < share
        return np.flatnonzero(drawn if among is None else drawn & among)

    def days(self, size: int, since: int = FIRST, until: int = AFTER) -> Ints:
        return self.chance.integers(since, until, size)

    def ids(self, size: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """Spread over all ids, and none of them twice."""
        low = (np.uint64(self.begin) << np.uint64(16)) + np.arange(self._ids, self._ids + size, dtype=np.uint64)
        self._ids += size
        return np.stack([low * np.uint64(0x9E3779B97F4A7C15), low], axis=1)

    def _lives(self) -> None:
        self.founded = self.days(self.count, LONG_AGO, number_of(dt.date(2020, 1, 1)))
        self.founded[self.some(0.1)] = ALWAYS
        young = self.some(0.05)
        self.founded[young] = self.days(len(young), FIRST - 180)
        first_of_month = self.some(0.01)
        self.founded[first_of_month] = MONTHS[5]
        self.dissolved = np.full(self.count, NEVER, np.int64)
        lowest = (self.kind == _BRANCH) | (self.kind == _GROUP)
        before, within = self.some(0.02, lowest), self.some(0.03, lowest)
        self.dissolved[before] = self.days(len(before), FIRST - 400, FIRST)
        self.dissolved[within] = self.days(len(within))
        self.dissolved[self.dissolved <= self.founded] = NEVER
        self.began = np.full(self.count, number_of(dt.date(2020, 1, 1)), np.int64)
        late = self.some(0.1)
        self.began[late] = self.days(len(late))

    def _states(self) -> None:
        """What each is at first; what became of some in the year; and those that others were merged into."""
        own = np.arange(self.count)
        full = np.where(self.kind == _GROUP, 4, 3) + self.chance.integers(0, 12, self.count)
        full[self.kind <= _GENERAL] += 60
        groups = np.bincount(np.maximum(self.parent[self.kind == _GROUP] - self.begin, 0), minlength=self.count)[
            : self.count
        ]
        changes = self.some(0.2)
        merged = np.flatnonzero((self.dissolved < NEVER) & (self.dissolved >= FIRST) & (self.kind == _BRANCH))
        into = merged[:-1] if len(merged) and merged[-1] == self.count - 1 else merged
        rows = [
            (own, np.where(self.chance.random(self.count) < 0.5, ALWAYS, LONG_AGO), full),
            (
                changes,
                self.days(len(changes)),
                np.maximum(full[changes] + self.chance.integers(-4, 5, len(changes)), 2),
            ),
            (into + 1, self.dissolved[into], full[into + 1] + full[into]),
        ]
        of, since, members = (np.concatenate([row[place] for row in rows]) for place in range(3))
        order = np.lexsort((since, of))
        self.states = (of[order], since[order], members[order], groups[of[order]])
        self.full = full

    def _terms(self) -> None:
        has = self.some(0.9, self.kind != _GROUP)
        years = np.where(self.kind[has] == _BRANCH, 3, 5)
        since = self.days(len(has), FIRST - 5 * 365, FIRST)
        ends = since + years * 365
        ends[self.chance.random(len(has)) < 0.3] = NEVER
        ended = self.chance.random(len(has)) < 0.3
        until = np.where(ended, self.days(len(has)), NEVER)
        again = np.flatnonzero(ended)
        of = np.concatenate([has, has[again]])
        begins = np.concatenate([since, until[again]])
        nothing = np.full(len(again), NEVER, np.int64)
        columns = (of, begins, np.concatenate([ends, nothing]), np.concatenate([until, nothing]))
        order = np.lexsort((begins, of))
        self.terms = tuple(column[order] for column in columns)

    # --- What was filed ---

    def meetings(self, words: list[str]) -> tuple[Any, ...]:
        branch, group, upper = self.kind == _BRANCH, self.kind == _GROUP, self.kind <= _GENERAL
        rows = []
        for month in range(12):
            span = (MONTHS[month], MONTHS[month + 1])
            for word, among, share in (
                ("theme_day", branch, 0.9),
                ("theme_day", branch | group, 0.5),
                ("lesson", branch, 0.4),
                ("branch_committee_meeting", branch, 0.8),
                ("group_meeting", group, 0.9),
                ("committee_meeting", upper, 0.7),
            ):
                rows.append(self._held(words.index(word), self.some(share, among), *span))
        for quarter in range(4):
            span = (MONTHS[3 * quarter], MONTHS[3 * quarter + 3])
            for word, among, share in (("general_meeting", branch, 0.95), ("lesson", branch, 0.9)):
                rows.append(self._held(words.index(word), self.some(share, among), *span))
        for word, among, share in (
            ("organization_life_meeting", branch | upper, 0.7),
            ("appraisal", branch, 0.8),
            ("leader_lesson", self.kind == _COMMITTEE, 0.8),
        ):
            rows.append(self._held(words.index(word), self.some(share, among), FIRST, AFTER))
        columns = [np.concatenate([row[place] for row in rows]) for place in range(6)]
        general = np.flatnonzero((columns[1] == words.index("general_meeting")) & self._share(columns[1], 0.1))
        elections = [column[general] for column in columns]
        elections[1] = np.full(len(general), words.index("term_election"))
        joint = np.flatnonzero(self._share(columns[1], 0.01) & (columns[0] + 1 < self.count))
        together = [column[joint] for column in columns]
        together[0] = together[0] + 1
        number = self.ids(len(columns[0]))
        keys = np.concatenate([number, number[general], number[joint]])
        every = [np.concatenate(parts) for parts in zip(columns, elections, together, strict=True)]
        lives = (every[2] >= self.founded[every[0]]) & (every[2] < self.dissolved[every[0]])
        order = np.lexsort((every[1], keys[:, 1], keys[:, 0], every[3], every[2], every[0]))
        order = order[lives[order]]
        return (*(column[order] for column in every), keys[order])

    def _share(self, like: Ints, share: float) -> Any:
        return self.chance.random(len(like)) < share

    def _held(self, word: int, of: Ints, since: int, until: int) -> tuple[Ints, ...]:
        """Whose, the word, held, filed, voters and present (-1: nobody counted)."""
        size = len(of)
        held = self.days(size, since, until)
        waits = self.chance.integers(0, 6, size)
        waits = np.where(self._share(of, 0.1), self.chance.integers(8, 120, size), waits)
        voters = self.full[of]
        present = np.where(self._share(of, 0.04), voters // 3, voters - voters // 5)
        uncounted = self._share(of, 0.05)
        return (
            of, np.full(size, word), held, held + waits,
            np.where(uncounted, -1, voters), np.where(uncounted, -1, present),
        )  # fmt: skip

    def waivers(self, requirements: list[str]) -> tuple[Ints, ...]:
        """Whose, whose post (-1: none), for what, from which day, accepted when."""
        themes, lessons = self.some(0.2, self.kind == _BRANCH), self.some(0.1, self.kind == _COMMITTEE)
        months = np.array(MONTHS[:12])[self.chance.integers(0, 12, len(themes))]
        of = np.concatenate([themes, lessons])
        columns = (
            of,
            np.concatenate([np.full(len(themes), -1), np.full(len(lessons), POSTS.index("secretary"))]),
            np.concatenate([
                np.full(len(themes), requirements.index("theme_day")),
                np.full(len(lessons), requirements.index("leader_lesson")),
            ]),
            np.concatenate([months, np.full(len(lessons), FIRST)]),
            self.days(len(of), FIRST + 40),
        )  # fmt: skip
        order = np.lexsort((columns[3], of))
        return tuple(column[order] for column in columns)


# --- Into files ----------------------------------------------------------------------------------------------------

WORDS = [
    "theme_day", "branch_committee_meeting", "group_meeting", "committee_meeting", "general_meeting", "lesson",
    "organization_life_meeting", "appraisal", "leader_lesson", "term_election",
]  # fmt: skip
REQUIREMENTS = ["theme_day", "leader_lesson"]


def write(folder: Path, organizations: int, seed: int = 1) -> None:
    """The first so many organizations of the tree of this seed."""
    tree = _tree(seed)
    with FactsWriter(folder, rules()) as writer:
        for number in range(-(-organizations // PIECE)):
            size = min(PIECE, organizations - number * PIECE)
            nodes = np.array([next(tree) for _ in range(size)], np.int64).reshape(size, 2)
            _add(writer, _Piece(seed, number, nodes[:, 0], nodes[:, 1]))


def _add(writer: FactsWriter, piece: _Piece) -> None:
    def numbers(values: Ints, empty: int | None = None) -> pa.Array:
        return pa.array(values.astype(np.int32), mask=None if empty is None else values == empty)

    def days(values: Ints, empty: int | None = None) -> pa.Array:
        return numbers(values, empty).cast(pa.date32())

    def words(places: Ints, known: list[str] | tuple[str, ...]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(numbers(places, -1), pa.array(known, pa.string()))

    def owner(of: Ints) -> pa.Array:
        return numbers(of + piece.begin)

    writer.add(
        "organizations",
        pa.table({
            "organization": numbers(piece.own),
            "id": ids(piece.ids(piece.count)),
            "parent": numbers(piece.parent, -1),
            "kind": words(piece.kind, KINDS),
            "began": days(piece.began),
            "founded": days(piece.founded, ALWAYS),
            "dissolved": days(piece.dissolved, NEVER),
        }),
    )  # fmt: skip
    of, since, full, groups = piece.states
    writer.add(
        "states",
        pa.table({
            "organization": owner(of),
            "since": days(since),
            "members": numbers(full + full // 10),
            "full_members": numbers(full),
            "committee_members": numbers(np.where(full >= 7, 3, 0)),
            "groups": numbers(groups),
        }),
    )  # fmt: skip
    of, since, ends, until = piece.terms
    writer.add(
        "terms",
        pa.table({
            "organization": owner(of), "since": days(since), "ends": days(ends, NEVER), "until": days(until, NEVER),
        }),
    )  # fmt: skip
    of, word, held, filed, voters, present, keys = piece.meetings(WORDS)
    writer.add(
        "meetings",
        pa.table({
            "organization": owner(of), "id": ids(keys), "word": words(word, WORDS), "held_on": days(held),
            "filed_on": days(filed), "voters": numbers(voters, -1), "voters_present": numbers(present, -1),
        }),
    )  # fmt: skip
    of, post, requirement, first, accepted = piece.waivers(REQUIREMENTS)
    writer.add(
        "waivers",
        pa.table({
            "organization": owner(of), "post": words(post, POSTS), "requirement": words(requirement, REQUIREMENTS),
            "first": days(first), "accepted_on": days(accepted), "reason": pa.array(["台风"] * len(of), pa.string()),
        }),
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--organizations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.perf_counter()
    write(asked.folder, asked.organizations, asked.seed)
    size = sum(path.stat().st_size for path in asked.folder.iterdir()) / 1e6
    print(f"{asked.organizations} organizations, {size:.1f} MB in {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
