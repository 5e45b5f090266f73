"""The rules as arrays: what is asked of each kind of organization, and which record bears on what by its day alone.

Made once for an evaluation from ``domain.compliance.Calendar``, which says what the rules mean. Dated, layered and
conditional rules become columns (a duty, and a post where posts owe it); a record finds its columns by its kind of
organization, its word and its day, without comparing spans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from zhibu.domain.compliance import Calendar, Duty, TermKnown, evidence_words, opens
from zhibu.domain.requirements import (
    AssemblyRule,
    FirstPeriod,
    Measure,
    Obligation,
    Rule,
    Subject,
    Threshold,
)
from zhibu.domain.terms import OrganizationKind, PostKind
from zhibu.engines.compliance.files import ALWAYS, NEVER, POSTS, Flags, Ints

_KINDS = tuple(OrganizationKind)
_EPOCH = dt.date(1970, 1, 1).toordinal()


def number_of(day: dt.date) -> int:
    return day.toordinal() - _EPOCH


def day_of(number: int) -> dt.date:
    return dt.date.fromordinal(int(number) + _EPOCH)


@dataclass(frozen=True, slots=True)
class Column:
    """What organizations of one kind (or one post in each) are asked for in one period."""

    duty: Duty
    post: PostKind | None
    #: Whether a version of the rule is in force on the last day.
    holds_at_end: bool


@dataclass(frozen=True, slots=True)
class Key:
    """What is summed up together: one rule over one period, whichever version it was judged by."""

    rule: str
    requirement: str
    first: int
    last: int
    due: int


class Asked:
    """What the rules ask over the periods that touch ``since`` … ``until``, of organizations and posts, as arrays.

    Columns are numbered through all kinds; those of kind ``k`` are ``starts[k]`` … ``starts[k + 1]``, in the order in
    which the pure form has their cells.
    """

    def __init__(self, rules: Sequence[Rule], since: dt.date, until: dt.date) -> None:
        self.calendar = Calendar(rules, since, until)
        self.since, self.until = number_of(since), number_of(until)
        self.rules = [rule for rule in rules if isinstance(rule, Obligation)]
        self._place_of_rule = {id(rule): place for place, rule in enumerate(self.rules)}
        self.by_kind = [list(self._columns(kind)) for kind in OrganizationKind]
        self.columns = [column for columns in self.by_kind for column in columns]
        self.starts = np.cumsum([0, *(len(columns) for columns in self.by_kind)], dtype=np.int32)
        self.requirements = sorted({rule.requirement for rule in self.rules})
        self.words = sorted({word for rule in self.rules for word in evidence_words(rule)})
        self._assemblies = [rule for rule in rules if isinstance(rule, AssemblyRule)]
        # Terms begin and end on the same few thousand days in every range.
        self._end_of_term = lru_cache(maxsize=None)(self._end_of_term_uncached)
        self._rules_of_term = lru_cache(maxsize=None)(self._rules_of_term_uncached)
        self._opens = lru_cache(maxsize=None)(self._opens_uncached)

    def _columns(self, kind: OrganizationKind) -> Iterable[Column]:
        for duty in self.calendar.duties[kind]:
            if duty.rule.is_personal:  # each asks for their own: files name nobody
                continue
            holds = self.calendar.is_in_force(duty.rule, duty.last)
            if duty.rule.binding.subject is Subject.POST:
                for post in sorted(duty.rule.binding.posts):
                    yield Column(duty, post, holds)
            else:
                yield Column(duty, None, holds)

    # --- Rules and columns as arrays ---

    @cached_property
    def first(self) -> Ints:
        return np.array([number_of(column.duty.first) for column in self.columns], np.int32)

    @cached_property
    def last(self) -> Ints:
        return np.array([number_of(column.duty.last) for column in self.columns], np.int32)

    @cached_property
    def rule(self) -> Ints:
        return np.array([self._place_of_rule[id(column.duty.rule)] for column in self.columns], np.int32)

    @cached_property
    def post(self) -> Ints:
        """-1 where the organization itself owes it."""
        return np.array(
            [-1 if column.post is None else POSTS.index(column.post.value) for column in self.columns], np.int32
        )

    @cached_property
    def rule_ids(self) -> list[str]:
        """In order; the versions of a rule share one, and are summed up together."""
        return sorted({rule.id for rule in self.rules})

    @cached_property
    def id_of_rule(self) -> Ints:
        """Of each rule the place of its id in ``rule_ids``."""
        return np.array([self.rule_ids.index(rule.id) for rule in self.rules], np.int32)

    @cached_property
    def version(self) -> Ints:
        """Of each rule its first day in force."""
        return np.array([number_of(rule.force.since) for rule in self.rules], np.int32)

    @cached_property
    def grace(self) -> Ints:
        return np.array([rule.grace for rule in self.rules], np.int32)

    @cached_property
    def count(self) -> Ints:
        return np.array([rule.count for rule in self.rules], np.int32)

    @cached_property
    def requirement(self) -> Ints:
        """Of each rule the place of its requirement in ``requirements``."""
        return np.array([self.requirements.index(rule.requirement) for rule in self.rules], np.int32)

    @cached_property
    def in_hours(self) -> Flags:
        return np.array([rule.measure is Measure.HOURS for rule in self.rules], np.bool_)

    @cached_property
    def from_next_period(self) -> Flags:
        return np.array([rule.first_period is FirstPeriod.NEXT_FULL for rule in self.rules], np.bool_)

    @cached_property
    def keys(self) -> tuple[list[Key], Ints]:
        """What is summed up, and of each column the place in it."""
        places: dict[Key, int] = {}
        found = []
        for column in self.columns:
            duty = column.duty
            key = Key(
                duty.rule.id,
                duty.rule.requirement,
                number_of(duty.first),
                number_of(duty.last),
                number_of(duty.due),
            )
            found.append(places.setdefault(key, len(places)))
        return list(places), np.array(found, np.int32)

    # --- Which record bears on what ---

    @cached_property
    def earliest(self) -> int:
        return int(self.first.min(initial=self.since))

    @cached_property
    def _days(self) -> int:
        return int(self.last.max(initial=self.until)) - self.earliest + 2

    def entry(self, row: Ints, held: Ints) -> Ints:
        """Of each record its place in each of ``tracks``, row after row; ``row`` is kind × word, -1 for none."""
        day = held - self.earliest
        last = self._days - 1
        found: Ints = row.astype(np.intp) * self._days + np.where((day >= 0) & (day < last), day, last)
        return found

    @cached_property
    def tracks(self) -> list[Ints]:
        """Tables [kind × word, day from ``earliest`` on] of columns (-1: none); what overlaps stands in several.

        Nothing stands in the last row and on the last day: they are for records that bear on nothing.
        """
        tracks: list[Ints] = []
        for kind, columns in enumerate(self.by_kind):
            for place, column in enumerate(columns):
                number = int(self.starts[kind]) + place
                span = slice(int(self.first[number]) - self.earliest, int(self.last[number]) - self.earliest + 1)
                rows = [kind * len(self.words) + self.words.index(word) for word in column.duty.words]
                for row in rows:
                    free = next((track for track in tracks if (track[row, span] < 0).all()), None)
                    if free is None:
                        free = np.full((len(self.by_kind) * len(self.words) + 1, self._days), -1, np.int32)
                        tracks.append(free)
                    free[row, span] = number
        return tracks

    @cached_property
    def _turns(self) -> Ints:
        """The days on which some rule of a quorum begins or ends."""
        days = {number_of(rule.force.since) for rule in self._assemblies}
        days |= {number_of(rule.force.until) for rule in self._assemblies if rule.force.until is not None}
        return np.array(sorted(days), np.int32)

    @cached_property
    def _thresholds(self) -> list[Threshold]:
        return sorted(
            {rule.quorum for rule in self._assemblies if rule.quorum is not None},
            key=lambda quorum: (quorum.share, quorum.comparator, quorum.base),
        )

    @cached_property
    def _threshold_of(self) -> Ints:
        """Table [kind × word, stretch between turns] of thresholds, -1 where none is asked for."""
        days = [day_of(int(self._turns[0])) - dt.timedelta(days=1)] if len(self._turns) else []
        days += [day_of(turn) for turn in self._turns]
        found = np.full((len(self.by_kind) * len(self.words), len(days) + (not days)), -1, np.int32)
        for number, kind in enumerate(OrganizationKind):
            for place, word in enumerate(self.words):
                for stretch, day in enumerate(days):
                    rule = self.calendar.quorum_rule(word, kind, day)
                    if rule is not None and rule.quorum is not None:
                        found[number * len(self.words) + place, stretch] = self._thresholds.index(rule.quorum)
        return found

    def had_quorum(self, row: Ints, held: Ints, voters: Ints, present: Ints) -> Flags:
        """Whether records count as held; ``row`` is kind × word, and -1 stands where nobody counted."""
        stretch = np.zeros(len(row), np.intp)
        for turn in self._turns:
            stretch += held >= turn
        threshold = self._threshold_of.take(row * np.intp(self._threshold_of.shape[1]) + stretch)
        asked = (voters >= 0) & (present >= 0)
        had = np.ones(len(row), np.bool_)
        for place, quorum in enumerate(self._thresholds):
            chosen = np.flatnonzero((threshold == place) & asked)
            had[chosen] = present.take(chosen) >= _needed(quorum, voters.take(chosen))
        return had

    # --- Terms ---

    def ends_of_terms(self, kind: Ints, since: Ints) -> Ints:
        """When terms that nobody wrote down are due to end; ``NEVER`` with no rule that says it."""
        every, back = _each_once(kind, since)
        return np.array([self._end_of_term(*one) for one in every], np.int32).take(back)

    def _end_of_term_uncached(self, kind: int, since: int) -> int:
        ends = self.calendar.end_of_term(_KINDS[kind], TermKnown(day_of(since), None))
        return NEVER if ends is None else number_of(ends)

    def rules_of_terms(self, kind: Ints, last: Ints) -> tuple[Ints, Ints]:
        """Which rules fall due with terms that end on ``last``: the place of each term, and of each rule."""
        every, back = _each_once(kind, last)
        found = [self._rules_of_term(*one) for one in every]
        lengths = np.array([len(rules) for rules in found], np.int32)
        terms = np.repeat(np.arange(len(last), dtype=np.int32), lengths.take(back))
        rules = [rule for place in back.tolist() for rule in found[place]]
        return terms, np.array(rules, np.int32)

    def _rules_of_term_uncached(self, kind: int, last: int) -> tuple[int, ...]:
        rules = self.calendar.term_rules(_KINDS[kind], day_of(last))
        return tuple(self._place_of_rule[id(rule)] for rule in rules)

    def opens(self, rule: int, first: Ints, last: Ints) -> Ints:
        """From which day on a record counts for what falls due with terms that end on ``last``, by this rule."""
        every, back = np.unique(last, return_inverse=True)
        begins = np.array([self._opens(rule, day) for day in every.tolist()], np.int32)
        return np.maximum(first, begins[back])

    def _opens_uncached(self, rule: int, last: int) -> int:
        return number_of(opens(self.rules[rule], dt.date.min, day_of(last)))


def _needed(quorum: Threshold, voters: Ints) -> Ints:
    """``Threshold.needed`` of each. The same numbers come again and again; they are mostly small."""
    most = int(voters.max(initial=0))
    if most < len(voters):
        least = np.zeros(most + 1, np.int64)
        wholes = np.flatnonzero(np.bincount(voters))
        least[wholes] = [quorum.needed(whole) for whole in wholes.tolist()]
        return least.take(voters)
    wholes, back = np.unique(voters, return_inverse=True)
    return np.array([quorum.needed(whole) for whole in wholes.tolist()], np.int64).take(back)


#: More days than there are, so that a kind and a day make one number.
_DAYS = 2**24


def _each_once(kind: Ints, day: Ints) -> tuple[Iterable[tuple[int, int]], Ints]:
    """Every pair of a kind and a day, and of each row the place of its pair."""
    every, back = np.unique(kind * np.int64(_DAYS) + (day - ALWAYS), return_inverse=True)
    kinds, days = np.divmod(every, _DAYS)
    return zip(kinds.tolist(), (days + ALWAYS).tolist(), strict=True), back
