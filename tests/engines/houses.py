"""Houses of facts for the whole form: drawn by chance, written as files, judged by the pure form beside them."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from uuid import UUID

import pyarrow.parquet as pq

from tests.domain.test_compliance import (
    COMMITTEE,
    ELECTION,
    GENERAL,
    GROUP,
    HOURS,
    LEADER,
    LIFE,
    QUORUMS,
    SEVEN_FULL,
    TALKS,
    TERM,
    THEME,
    rule,
)
from zhibu.domain.compliance import Calendar, Organization, Record, StateSince, TermKnown, Waiver, evaluate
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    Attribute,
    Comparator,
    Condition,
    FirstPeriod,
    Layer,
    Measure,
    Period,
    Provision,
    State,
    Subject,
    Threshold,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind
from zhibu.domain.tree import preorder
from zhibu.engines.compliance import snapshot

SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
EVERY_KIND = tuple(OrganizationKind)

_MID_MAY = dt.date(2026, 5, 15)
_HALF_OF_ALL = QUORUMS[0].quorum

#: Dated, layered, conditional, local: what makes a calendar of rules awkward.
RULES = (
    GENERAL,
    COMMITTEE,
    GROUP,
    replace(THEME, force=Span(THEME.force.since, dt.date(2026, 6, 1))),
    replace(THEME, force=Span(dt.date(2026, 6, 1)), count=2, grace=3),
    replace(GENERAL, layer=Layer.UNIT, period=Period.MONTH, force=Span(dt.date(2026, 8, 1), dt.date(2026, 10, 15))),
    LIFE,
    replace(LIFE, id="unit.life", layer=Layer.UNIT, force=Span(_MID_MAY), first_period=FirstPeriod.CURRENT),
    LEADER,
    replace(
        rule("unit.leaders", Period.HALF_YEAR, subject=Subject.POST, meetings=frozenset({MeetingKind.LESSON})),
        binding=replace(
            LEADER.binding,
            kinds=frozenset({OrganizationKind.BRANCH, OrganizationKind.COMMITTEE}),
            posts=frozenset({PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY}),
        ),
    ),
    rule(
        "unit.study",
        Period.QUARTER,
        kinds=(OrganizationKind.BRANCH, OrganizationKind.GENERAL_BRANCH),
        count=3,
        measure=Measure.HOURS,
        meetings=frozenset({MeetingKind.LESSON, MeetingKind.THEME_DAY}),
    ),
    rule(
        "unit.many_groups",
        Period.HALF_YEAR,
        kinds=EVERY_KIND,
        when=frozenset({Condition(Attribute.GROUPS, at_least=1), Condition(Attribute.MEMBERS, at_most=9)}),
        meetings=frozenset({MeetingKind.LESSON}),
        force=Span(SINCE, dt.date(2026, 9, 15)),
    ),
    rule(
        "unit.gone",
        Period.QUARTER,
        kinds=EVERY_KIND,
        meetings=frozenset({MeetingKind.APPRAISAL}),
        force=Span(SINCE, _MID_MAY),
    ),
    rule("unit.twice", Period.QUARTER, kinds=EVERY_KIND, requirement="theme_day", count=2, when=SEVEN_FULL),
    HOURS,
    TALKS,
    ELECTION,
    rule("unit.election", Period.TERM, requirement="term_election", when=SEVEN_FULL, count=2, force=Span(_MID_MAY)),
    TERM,
    *QUORUMS,
    replace(
        QUORUMS[0],
        layer=Layer.UNIT,
        force=Span(_MID_MAY, dt.date(2026, 9, 1)),
        quorum=Threshold(_HALF_OF_ALL.base, Comparator.MORE_THAN, Fraction(2, 3)),
    ),
    # In its place nothing is owed any more.
    Provision(
        id="unit.many_groups",
        label="不再要求",
        layer=Layer.UNIT,
        citation=GENERAL.citation,
        force=Span(dt.date(2026, 7, 20)),
        modality=None,
        binding=GENERAL.binding,
        says="",
    ),
)

WORDS = (
    *(kind.value for kind in MeetingKind),
    "leader_lesson",
    "term_election",
    "unit.twice",
    "theme_day",
    "lesson",
    "no_word_of_any_rule",
)


@dataclass(frozen=True)
class House:
    placed: list[snapshot.Placed]
    records: list[Record[UUID]]
    waivers: list[Waiver[UUID]]
    rules: tuple = RULES

    def write(self, folder):
        snapshot.write(folder, self.placed, lambda _chosen: self.records, self.waivers, self.rules)
        return folder

    def judged(self, on, since=SINCE, until=UNTIL):
        """Every cell by the pure form, as the rows of the whole form say it."""
        calendar = Calendar(self.rules, since, until)
        of, accepted = defaultdict(list), defaultdict(list)
        for record in self.records:
            of[record.organization].append(record)
        for waiver in self.waivers:
            accepted[waiver.organization].append(waiver)
        return [
            said(cell)
            for one in self.placed
            for cell in evaluate(
                one.organization, of[one.organization.id], accepted[one.organization.id], calendar, on
            )
        ]


def said(cell):
    return (
        cell.organization,
        cell.subject.value if isinstance(cell.subject, PostKind) else None,
        cell.rule.id,
        cell.rule.force.since,
        cell.rule.requirement,
        cell.first,
        cell.last,
        cell.due,
        cell.status.value,
        cell.needed,
        list(cell.evidence),
        list(cell.without_quorum),
        cell.completed_on,
        cell.explained_on,
        cell.reason,
        cell.why_not.value if cell.why_not else None,
    )


def cells_in(out):
    """What the whole form wrote down, in the same words."""
    found = []
    for path in sorted((out / "cells").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            row.pop("organization")
            row["id"] = UUID(bytes=row["id"])
            for name in ("evidence", "without_quorum"):
                row[name] = [UUID(bytes=key) for key in row[name]]
            found.append(tuple(row.values()))
    return found


def sums_in(out):
    """{(organization, rule, first, last): (owed, met, late, explained)} of those with something below them."""
    found = {}
    for path in sorted((out / "sums").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            key = (UUID(bytes=row["id"]), row["rule"], row["first"], row["last"], row["due"])
            assert key not in found
            found[key] = tuple(row[name] for name in ("owed", "met", "late", "explained"))
    return found


def sums_of(house, judged):
    """The same, added up one cell and one superior at a time."""
    parent = {one.organization.id: one.parent for one in house.placed}
    with_below = set(parent.values())
    found = defaultdict(lambda: [0, 0, 0, 0])
    for cell in judged:
        organization, _post, name, _version, _requirement, first, last, due = cell[:8]
        completed, explained, why_not = cell[12], cell[13], cell[15]
        if why_not is not None:
            continue
        while organization is not None:
            if organization in with_below:
                numbers = found[organization, name, first, last, due]
                numbers[0] += 1
                numbers[1] += completed is not None and completed <= due
                numbers[2] += completed is not None and completed > due
                numbers[3] += completed is None and explained is not None
            organization = parent[organization]
    return {key: tuple(numbers) for key, numbers in found.items()}


# --- By chance -----------------------------------------------------------------------------------------------------


def drawn(seed, size=12):
    """A house by chance, with what is awkward: founded and dissolved at any time, states that come and go, …"""
    return _Draw(random.Random(seed), size).house()


class _Draw:
    def __init__(self, chance, size):
        self.chance, self.size = chance, size
        self.ids = 0

    def id(self):
        self.ids += 1
        return UUID(int=self.chance.getrandbits(64) << 64 | self.ids)

    def day(self, since=dt.date(2025, 6, 1), until=dt.date(2027, 2, 1)):
        day = since + dt.timedelta(days=self.chance.randrange((until - since).days))
        # The edges of months are where things go wrong.
        edge = day.replace(day=1) - dt.timedelta(days=self.chance.randrange(2))
        return edge if self.chance.random() < 0.5 and edge >= since else day

    def maybe(self, share, draw):
        return draw() if self.chance.random() < share else None

    def house(self):
        keys = [self.id() for _ in range(self.size)]
        parents = {
            key: self.chance.choice(keys[:place]) if place and self.chance.random() < 0.9 else None
            for place, key in enumerate(keys)
        }
        organizations = {key: self.organization(key) for key in keys}
        stands = preorder(parents, {key: str(place) for place, key in enumerate(keys)})
        placed = [snapshot.Placed(organizations[stand.key], parents[stand.key]) for stand in stands]
        records = [record for one in placed for record in self.records(one.organization)]
        records += [twin for record in records if (twin := self.twin(record, organizations)) is not None]
        self.chance.shuffle(records)
        waivers = [waiver for one in placed for waiver in self.waivers(one.organization)]
        return House(placed, records, waivers)

    def organization(self, key):
        founded = self.maybe(0.5, lambda: self.day(dt.date(2024, 1, 1)))
        begins = founded or dt.date(2024, 1, 1)
        return Organization(
            id=key,
            kind=self.chance.choice([*EVERY_KIND, OrganizationKind.BRANCH, OrganizationKind.BRANCH]),
            began=self.chance.choice([begins, dt.date(2005, 1, 1), self.day()]),
            founded=founded,
            dissolved=self.maybe(0.3, lambda: self.day(begins + dt.timedelta(days=1), dt.date(2027, 6, 1))),
            states=self.states(),
            terms=tuple(self.terms()),
        )

    def states(self):
        days = sorted({self.day(dt.date(2024, 1, 1)) for _ in range(self.chance.choice([0, 1, 1, 2, 3, 4]))})
        return tuple(
            StateSince(
                day,
                State(
                    members=self.chance.randrange(5, 12),
                    full_members=self.chance.randrange(5, 9),
                    committee_members=self.chance.choice([0, 3, 5]),
                    groups=self.chance.randrange(3),
                ),
            )
            for day in (days if self.chance.random() < 0.7 else [dt.date.min, *days])
        )

    def terms(self):
        since = self.day(dt.date(2022, 1, 1), dt.date(2024, 6, 1))
        for _ in range(self.chance.randrange(4)):
            ends = self.maybe(0.6, partial(self.day, since, dt.date(2028, 1, 1)))
            until = self.maybe(0.7, partial(self.day, since + dt.timedelta(days=1), dt.date(2028, 1, 1)))
            yield TermKnown(since, ends, until)
            if until is None or until > UNTIL:
                return
            since = until

    def records(self, organization):
        since = max(organization.founded or dt.date.min, dt.date(2023, 6, 1))
        until = min(organization.dissolved or dt.date.max, dt.date(2027, 3, 1))
        for _ in range(self.chance.randrange(50) if since < until else 0):
            held = self.day(max(since, dt.date(2025, 10, 1)) if until > dt.date(2025, 10, 2) else since, until)
            if not since <= held < until:
                continue
            voters = self.maybe(0.8, lambda: self.chance.randrange(12))
            record = Record(
                id=self.id(),
                organization=organization.id,
                word=self.chance.choice(WORDS),
                held_on=held,
                filed_on=held + dt.timedelta(days=self.chance.choice([0, 1, 3, 7, 40, 100])),
                voters=voters,
                voters_present=self.maybe(0.9, lambda: self.chance.randrange(12)),
            )
            yield record
            if self.chance.random() < 0.2:  # an election in a general meeting is a record of both
                yield replace(record, word=self.chance.choice(["term_election", "lesson", "theme_day", record.word]))

    def twin(self, record, organizations):
        """The same meeting, held together with another organization."""
        other = organizations[self.chance.choice(list(organizations))]
        lives = (other.founded or dt.date.min) <= record.held_on < (other.dissolved or dt.date.max)
        if self.chance.random() < 0.1 and lives and other.id != record.organization:
            return replace(record, organization=other.id)
        return None

    def waivers(self, organization):
        for number in range(self.chance.randrange(4)):
            yield Waiver(
                organization=organization.id,
                subject=self.chance.choice([organization.id, organization.id, PostKind.SECRETARY]),
                requirement=self.chance.choice(["theme_day", "general_meeting", "leader_lesson", "unknown"]),
                first=dt.date(2026, self.chance.choice([1, 4, 5, 6, 7]), 1),
                accepted_on=self.day(dt.date(2026, 4, 1)),
                reason=f"理由{number}",
            )
            for term in organization.terms[:1]:
                yield Waiver(
                    organization=organization.id,
                    subject=organization.id,
                    requirement="term_election",
                    first=term.since,
                    accepted_on=self.day(dt.date(2026, 4, 1)),
                    reason="换届推迟",
                )
