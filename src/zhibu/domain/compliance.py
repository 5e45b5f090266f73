"""What is owed by whom, and how it stands: facts and rules in, one cell for each period out.

A cell is one subject × obligation × period. It is judged as known at the end of a day: later records are not seen,
and what is dated after that day (somebody leaves, a branch is dissolved) is not known yet. Nothing here counts over
the tree, says anything in words, or looks at a clock.

Source of the meanings: ``Status`` and ``evaluate``; each rule brings its own article.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from zhibu.domain.periods import Span, add_months, calendar_periods
from zhibu.domain.requirements import (
    AssemblyRule,
    Base,
    Decision,
    ElectionRule,
    FirstPeriod,
    Measure,
    Obligation,
    Period,
    Rule,
    State,
    Subject,
    TermRule,
    in_force,
)
from zhibu.domain.talks import Circle, Place, place_of
from zhibu.domain.terms import OFFICES, MeetingKind, OrganizationKind, PostKind, TalkKind, Word

Key = TypeVar("Key")

_DAY = dt.timedelta(days=1)

#: How long before a term ends an election counts as the one that ends it.
#: Source: 中国共产党基层组织选举工作条例 2020, art. 3 (earlier or later generally by no more than a year).
MONTHS_BEFORE_TERM_ENDS = 12


class Status(Word):
    """How a cell stands on a day. ``LATE`` was held in its period and filed after the due date."""

    UPCOMING = "upcoming", "未开始"
    DUE = "due", "待完成"
    MET = "met", "已完成"
    LATE = "late", "已完成（期后归档）"
    MISSING = "missing", "未见记录"
    EXPLAINED = "explained", "已说明"
    NOT_APPLICABLE = "not_applicable", "不要求"


class WhyNot(Word):
    """Why nothing is owed for a period in which the rule was in force for organizations of this kind."""

    NOT_BEGUN = "not_begun", "启用系统之前"
    NOT_FOUNDED = "not_founded", "成立之前或成立当期"
    DISSOLVED = "dissolved", "已撤销或合并"
    NOT_BOUND = "not_bound", "不具备规定的条件"
    FIRST_PERIOD = "first_period", "当期中途才具备条件，自下一期起"
    NO_LONGER_BOUND = "no_longer_bound", "当期中途不再具备条件"
    REPEALED = "repealed", "规定已停止执行"


# --- Facts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StateSince:
    """What an organization is from a day on, until the next one of it."""

    since: dt.date
    state: State


@dataclass(frozen=True, slots=True)
class TermKnown:
    """A term of a committee. ``ends``: the day on which it is due to end, ``None`` where nobody wrote it down.

    ``until``: the first day of the next one; ``None`` while it runs.
    """

    since: dt.date
    ends: dt.date | None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Belonging(Generic[Key]):
    """Somebody who is or was a member here. ``anywhere``: all spans of their membership, here and elsewhere.

    ``here``: those in this organization. ``posts``: what they held here, from when until when.
    """

    person: Key
    anywhere: tuple[Span, ...]
    here: tuple[Span, ...]
    posts: tuple[tuple[PostKind, Span], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Generic[Key]):
    """One organization over time. ``states`` in the order of time; before the first it is what that one says.

    ``began``: the day it began with zhibu; periods that ended before are not owed, and hours count from it.
    ``founded`` and ``dissolved`` are ``None`` where it was always there or still is.
    """

    id: Key
    kind: OrganizationKind
    began: dt.date
    states: tuple[StateSince, ...]
    founded: dt.date | None = None
    dissolved: dt.date | None = None
    terms: tuple[TermKnown, ...] = ()
    people: tuple[Belonging[Key], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[Key]):
    """A filed record: one row for each organization and each word it serves.

    ``word`` is a kind of meeting, or a requirement whose evidence is no meeting (``talks``, ``learning_hours``,
    ``leader_lesson``, ``term_election``). ``filed_on`` is the local day of filing. ``voters`` is ``None`` where
    nobody counted. ``person`` and ``amount`` (times, or hours) where it is somebody's; ``talk``: the kind of a talk.
    """

    id: Key
    organization: Key
    word: str
    held_on: dt.date
    filed_on: dt.date
    voters: int | None = None
    voters_present: int | None = None
    person: Key | None = None
    amount: Fraction = Fraction(1)
    talk: TalkKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Generic[Key]):
    """A reason that was accepted, for one period of one requirement. ``subject`` as in ``Cell``."""

    organization: Key
    subject: Key | PostKind
    requirement: str
    first: dt.date
    accepted_on: dt.date
    reason: str


# --- What comes out ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Generic[Key]):
    """One obligation. ``first``, ``last`` and ``due`` are days that belong to it.

    ``subject``: the organization itself, a post in it, or a person. ``needed`` and ``reached`` in times or hours.
    ``evidence``: the records that count, in the order they were held; ``without_quorum``: those that would have
    counted. ``completed_on``: the day on which the last record that was needed was filed. ``why_not`` only with
    ``NOT_APPLICABLE``; ``reason`` what was accepted, whatever the status. ``talk``: of which kind of talks, where the
    rule tells them apart.
    """

    organization: Key
    subject: Key | PostKind
    rule: Obligation
    first: dt.date
    last: dt.date
    due: dt.date
    status: Status
    needed: int
    reached: Fraction = Fraction(0)
    evidence: tuple[Key, ...] = ()
    without_quorum: tuple[Key, ...] = ()
    completed_on: dt.date | None = None
    explained_on: dt.date | None = None
    reason: str | None = None
    why_not: WhyNot | None = None
    talk: TalkKind | None = None


def status_on(
    on: dt.date,
    *,
    first: dt.date,
    due: dt.date,
    completed_on: dt.date | None,
    explained_on: dt.date | None,
) -> Status:
    """How an owed cell stands at the end of ``on``, from four days that do not move with it."""
    if completed_on is not None and completed_on <= on:
        return Status.MET if completed_on <= due else Status.LATE
    if on < first:
        return Status.UPCOMING
    if on <= due:
        return Status.DUE
    return Status.EXPLAINED if explained_on is not None and explained_on <= on else Status.MISSING


# --- The calendar of what is owed ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation for one period, before anybody is looked at; ``due`` is asked thousands of times for a map."""

    rule: Obligation
    first: dt.date
    last: dt.date
    due: dt.date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "due", self.last + self.rule.grace * _DAY)

    @property
    def words(self) -> frozenset[str]:
        """Under which its evidence is found."""
        return evidence_words(self.rule)


def opens(rule: Obligation, first: dt.date, last: dt.date) -> dt.date:
    """From which day of the period on a record counts: the first; of a term, its last year."""
    if rule.period is not Period.TERM:
        return first
    return max(first, add_months(last, -MONTHS_BEFORE_TERM_ENDS))


def evidence_words(rule: Obligation) -> frozenset[str]:
    """The kinds of meetings that are evidence, else the requirement itself."""
    return frozenset(kind.value for kind in rule.meetings) or frozenset({rule.requirement})


class Calendar:
    """All rules as they hold over the periods that touch ``since`` … ``until`` (both included).

    A period is judged by the rule that was in force on its first day, a term by that of its last: old periods by
    the old rule. A rule that comes into force in mid-period is owed from its next one, unless it says ``current``.
    """

    def __init__(self, rules: Iterable[Rule], since: dt.date, until: dt.date) -> None:
        self.since, self.until = since, until
        self._rules = tuple(rules)
        # Between these days the same rules hold.
        ends = [(rule.force.since, rule.force.until) for rule in self._rules]
        self._turns = sorted({day for both in ends for day in both if day is not None})
        self._rules_of_stretch: dict[int, Mapping[str, Rule]] = {}
        # Bound to this calendar: rules of another one are other rules.
        self.quorum_rule = lru_cache(maxsize=None)(self._quorum_rule)
        self.duties: Mapping[OrganizationKind, Sequence[Duty]] = self._by_kind()
        self._judging = {(one.rule.id, one.first): one.rule for duties in self.duties.values() for one in duties}

    def rules_on(self, day: dt.date) -> Mapping[str, Rule]:
        """The rules in force, by their ids."""
        stretch = bisect_right(self._turns, day)
        found = self._rules_of_stretch.get(stretch)
        if found is None:
            found = self._rules_of_stretch[stretch] = {rule.id: rule for rule in in_force(self._rules, day)}
        return found

    def _by_kind(self) -> dict[OrganizationKind, list[Duty]]:
        found: dict[OrganizationKind, list[Duty]] = {kind: [] for kind in OrganizationKind}
        obligations = [rule for rule in self._rules if isinstance(rule, Obligation) and rule.is_on]
        for rule in obligations:
            months = rule.period.months
            if months is None:
                continue
            for first, last in calendar_periods(months, self.since, self.until):
                judged = self.rules_on(first).get(rule.id)
                if judged is None and rule.first_period is FirstPeriod.CURRENT:
                    judged = self.rules_on(last).get(rule.id)
                if judged is rule:
                    for kind in rule.binding.kinds:
                        found[kind].append(Duty(rule, first, last))
        return found

    def rule_of(self, id: str, first: dt.date, last: dt.date) -> Obligation:  # noqa: A002 - the word of the pack
        """The version by which the period ``first`` … ``last`` is judged. Raises ``KeyError`` where there is none."""
        rule = self._judging.get((id, first)) or self.rules_on(last)[id]
        assert isinstance(rule, Obligation)
        return rule

    def is_in_force(self, rule: Obligation, day: dt.date) -> bool:
        """Whether any version of it is."""
        return rule.id in self.rules_on(day)

    def term_rules(self, kind: OrganizationKind, day: dt.date) -> Iterator[Obligation]:
        """Obligations that fall due with the end of a term on ``day``."""
        for rule in self.rules_on(day).values():
            if isinstance(rule, Obligation) and rule.period is Period.TERM and kind in rule.binding.kinds:
                yield rule

    def end_of_term(self, kind: OrganizationKind, term: TermKnown) -> dt.date | None:
        """When it is due to end: as written down, else after the usual length; ``None`` where no rule says it."""
        if term.ends is not None:
            return term.ends
        lengths = [
            rule
            for rule in self.rules_on(term.since).values()
            if isinstance(rule, TermRule) and kind in rule.binding.kinds
        ]
        length = min(lengths, key=lambda rule: not rule.is_firm, default=None)
        return None if length is None else add_months(term.since, 12 * length.years)

    def _quorum_rule(self, word: str, kind: OrganizationKind, day: dt.date) -> AssemblyRule | None:
        """By which quorum a meeting of this word counts as held; ``None`` where none is required or known."""
        try:
            meeting = MeetingKind(word)
        except ValueError:
            return None
        for rule in self.rules_on(day).values():
            if (
                isinstance(rule, AssemblyRule)
                and not isinstance(rule, ElectionRule)
                and Decision.RESOLUTION in rule.decisions
                and meeting in rule.meetings
                and kind in rule.binding.kinds
            ):
                return rule
        return None


# --- The evaluation ------------------------------------------------------------------------------------------------


def evaluate(
    organization: Organization[Key],
    records: Iterable[Record[Key]],
    waivers: Iterable[Waiver[Key]],
    calendar: Calendar,
    on: dt.date,
) -> list[Cell[Key]]:
    """Every cell of the organization, of its posts and its people, for the periods that touch the calendar.

    As known at the end of ``on``. Evidence is a filed record that was held in the period and met its quorum where
    one is required; one held after a period counts only for the period it was held in. What does not bind the
    organization is ``NOT_APPLICABLE`` with its reason; periods in which it did not exist at all are left out.
    ``records`` and ``waivers`` of other organizations are passed over. In the order of the rules, then of time.
    """
    look = _Look(organization, records, waivers, calendar, on)
    cells: list[Cell[Key]] = []
    for duty in calendar.duties[organization.kind]:
        cells += look.cells_of(duty)
    for term in organization.terms:
        cells += look.cells_of_term(term)
    return cells


@dataclass(frozen=True, slots=True)
class _Bound:
    """From when on a subject is bound without a gap until the end of a period; or why it is not."""

    since: dt.date | None
    why_not: WhyNot | None = None


@dataclass
class _Look(Generic[Key]):
    """One organization as known at the end of a day."""

    organization: Organization[Key]
    records: Iterable[Record[Key]]
    waivers: Iterable[Waiver[Key]]
    calendar: Calendar
    on: dt.date
    _by_word: dict[tuple[str, Key | None], list[Record[Key]]] = field(init=False)
    _accepted: dict[tuple[Key | PostKind, str, dt.date], Waiver[Key]] = field(init=False)
    _known: list[StateSince] = field(init=False)
    _days: list[dt.date] = field(init=False)

    def __post_init__(self) -> None:
        mine = self.organization.id
        self._by_word = {}
        for record in self.records:
            if record.filed_on <= self.on and (record.organization == mine or record.person is not None):
                self._by_word.setdefault((record.word, record.person), []).append(record)
        self._accepted = {
            (waiver.subject, waiver.requirement, waiver.first): waiver
            for waiver in self.waivers
            if waiver.organization == mine and waiver.accepted_on <= self.on
        }
        states = self.organization.states
        self._known = [state for state in states if state.since <= self.on] or list(states[:1])
        self._days = [state.since for state in self._known]

    # --- Who is bound, and from when ---

    @property
    def _dissolved(self) -> dt.date | None:
        """``None`` also where it is dissolved on a later day: that is not known yet."""
        dissolved = self.organization.dissolved
        return dissolved if dissolved is not None and dissolved <= self.on else None

    def _exists_in(self, first: dt.date, last: dt.date) -> bool:
        """Whether it existed on at least one day of the period, as far as known."""
        founded, dissolved = self.organization.founded, self._dissolved
        return (founded is None or (founded <= last and founded <= self.on)) and (
            dissolved is None or dissolved > first
        )

    def _bound(self, duty: Duty) -> _Bound:
        """Since when the organization is bound without a gap, seen from the last day of the period."""
        founded, dissolved, last = self.organization.founded, self._dissolved, duty.last
        if dissolved is not None and dissolved <= last:
            return _Bound(None, WhyNot.DISSOLVED)
        if self.organization.began > last:
            return _Bound(None, WhyNot.NOT_BEGUN)
        if not self.calendar.is_in_force(duty.rule, last):
            return _Bound(None, WhyNot.REPEALED)
        since = self._conditions_hold_since(duty, last)
        if since is None:
            was = self._conditions_hold_since(duty, duty.first)
            return _Bound(None, WhyNot.NOT_BOUND if was is None else WhyNot.NO_LONGER_BOUND)
        return _Bound(max(since, founded or dt.date.min))

    def _conditions_hold_since(self, duty: Duty, day: dt.date) -> dt.date | None:
        """The first day of the stretch around ``day`` in which the state meets the rule; ``None``: it does not."""
        if not self._known:
            return None
        index = max(bisect_right(self._days, day) - 1, 0)
        if not duty.rule.binding.binds(self.organization.kind, self._known[index].state):
            return None
        while index > 0 and duty.rule.binding.binds(self.organization.kind, self._known[index - 1].state):
            index -= 1
        # What was before the first known state is not known: as far as known it was the same.
        return self._days[index] if index > 0 else dt.date.min

    def _why_partly(self, bound: dt.date) -> WhyNot:
        return WhyNot.NOT_FOUNDED if bound == self.organization.founded else WhyNot.FIRST_PERIOD

    # --- Cells ---

    def cells_of(self, duty: Duty) -> Iterator[Cell[Key]]:
        if not self._exists_in(duty.first, duty.last):
            return
        bound = self._bound(duty)
        if duty.rule.is_personal:
            yield from self._cells_of_people(duty, bound)
            return
        subjects: Sequence[Key | PostKind] = (
            sorted(duty.rule.binding.posts) if duty.rule.binding.subject is Subject.POST else [self.organization.id]
        )
        for subject in subjects:
            yield self._cell(duty, subject, bound, self._records(duty))

    def _cells_of_people(self, duty: Duty, bound: _Bound) -> Iterator[Cell[Key]]:
        day = min(duty.last, self.on)
        for somebody in self.organization.people:
            # A period to come is judged by where somebody is now; one gone by, by where they were at its end.
            if not any(span.holds(day) for span in _seen(somebody.here, self.on)):
                continue
            for talk, spans in self._asked_of(duty.rule, somebody):
                since = _held_since(spans, day)
                if since is not None:
                    whole = bound if bound.since is None else _Bound(max(bound.since, since))
                    yield self._cell(duty, somebody.person, whole, self._records(duty, somebody.person, talk), talk)

    def _asked_of(
        self, rule: Obligation, somebody: Belonging[Key]
    ) -> Iterator[tuple[TalkKind | None, Sequence[Span]]]:
        """When the rule asks something of somebody; each kind of talks that it tells apart by itself."""
        if rule.talks:
            for talk in TalkKind:
                if talk in rule.talks:
                    yield talk, self._circle.asked(talk, self._places[somebody.person])
        elif rule.binding.subject is Subject.PERSON:
            yield None, _seen(somebody.anywhere, self.on)
        else:
            yield None, _seen([span for post, span in somebody.posts if post in rule.binding.posts], self.on)

    @cached_property
    def _places(self) -> dict[Key, Place]:
        return {
            one.person: place_of(
                here=_seen(one.here, self.on),
                offices=_seen([span for post, span in one.posts if post in OFFICES], self.on),
                anywhere=_seen(one.anywhere, self.on),
            )
            for one in self.organization.people
        }

    @cached_property
    def _circle(self) -> Circle:
        return Circle(list(self._places.values()))

    def cells_of_term(self, term: TermKnown) -> Iterator[Cell[Key]]:
        ends = self.calendar.end_of_term(self.organization.kind, term)
        if ends is None or term.since > self.on:
            return
        over = term.until is not None and term.until <= self.on
        last = min(ends, term.until) if over and term.until is not None else ends
        if last < self.calendar.since or term.since > self.calendar.until or not self._exists_in(term.since, last):
            return
        for rule in self.calendar.term_rules(self.organization.kind, last):
            duty = Duty(rule, term.since, last)
            from_when = opens(rule, term.since, last)
            records = [record for record in self._records(duty) if record.held_on >= from_when]
            bound = self._bound(duty)
            # A term that ran when the organization began with zhibu is owed as a whole.
            whole = bound if bound.since is None else _Bound(term.since)
            yield self._cell(duty, self.organization.id, whole, records)

    def _records(self, duty: Duty, person: Key | None = None, talk: TalkKind | None = None) -> list[Record[Key]]:
        """Each once, in the order they were held."""
        found = {
            record.id: record
            for word in sorted(duty.words)
            for record in self._by_word.get((word, person), ())
            if duty.first <= record.held_on <= duty.last and (talk is None or record.talk is talk)
        }
        return sorted(found.values(), key=lambda record: (record.held_on, record.filed_on, str(record.id)))

    def _cell(
        self,
        duty: Duty,
        subject: Key | PostKind,
        bound: _Bound,
        records: Sequence[Record[Key]],
        talk: TalkKind | None = None,
    ) -> Cell[Key]:
        since, why_not = bound.since, bound.why_not
        needed = duty.rule.count
        if since is not None:
            if duty.rule.measure is Measure.HOURS:
                from_when = max(since, self.organization.began, duty.first)
                needed = prorated(needed, from_when, duty.first, duty.last)
            elif since > duty.first and duty.rule.first_period is FirstPeriod.NEXT_FULL:
                why_not = self._why_partly(since)
        if why_not is not None:
            return Cell(
                organization=self.organization.id,
                subject=subject,
                rule=duty.rule,
                first=duty.first,
                last=duty.last,
                due=duty.due,
                status=Status.NOT_APPLICABLE,
                needed=0,
                why_not=why_not,
                talk=talk,
            )
        counted = [record for record in records if self._had_quorum(record)]
        completed_on = _completed_on(counted, needed)
        waiver = self._accepted.get((subject, duty.rule.requirement, duty.first))
        explained_on = waiver.accepted_on if waiver else None
        return Cell(
            organization=self.organization.id,
            subject=subject,
            rule=duty.rule,
            first=duty.first,
            last=duty.last,
            due=duty.due,
            status=status_on(
                self.on, first=duty.first, due=duty.due, completed_on=completed_on, explained_on=explained_on
            ),
            needed=needed,
            reached=sum((record.amount for record in counted), Fraction(0)),
            evidence=tuple(record.id for record in counted),
            without_quorum=tuple(record.id for record in records if record not in counted),
            completed_on=completed_on,
            explained_on=explained_on,
            reason=waiver.reason if waiver else None,
            talk=talk,
        )

    def _had_quorum(self, record: Record[Key]) -> bool:
        rule = self.calendar.quorum_rule(record.word, self.organization.kind, record.held_on)
        return had_quorum(rule, record.voters, record.voters_present)


def had_quorum(rule: AssemblyRule | None, voters: int | None, voters_present: int | None) -> bool:
    """Whether a meeting counts as held. Where no quorum is required, or nobody counted, it does."""
    if rule is None or rule.quorum is None or voters is None or voters_present is None:
        return True
    assert rule.quorum.base in {Base.VOTERS, Base.BRANCH_COMMITTEE}
    return voters_present >= rule.quorum.needed(voters)


def prorated(count: int, since: dt.date, first: dt.date, last: dt.date) -> int:
    """The share of ``count`` that falls on ``since`` … ``last`` of the period, by days, rounded up."""
    return -(-count * ((last - since).days + 1) // ((last - first).days + 1))


def _completed_on(records: Iterable[Record[Key]], needed: int) -> dt.date | None:
    """The day on which enough was filed; ``None`` while it is not."""
    reached = Fraction(0)
    for record in sorted(records, key=lambda record: record.filed_on):
        reached += record.amount
        if reached >= needed:
            return record.filed_on
    return None


def _seen(spans: Iterable[Span], on: dt.date) -> list[Span]:
    """As known at the end of ``on``: what begins later is not, and an end to come is not known yet."""
    return [
        span if span.until is None or span.until <= on else Span(span.since) for span in spans if span.since <= on
    ]


def _held_since(spans: Sequence[Span], day: dt.date) -> dt.date | None:
    """From when on ``day`` is covered without a gap; ``None`` where it is not."""
    since: dt.date | None = None
    reaches = day + _DAY
    for span in sorted(spans, key=lambda span: span.since, reverse=True):
        if span.since < reaches and (span.until is None or span.until >= reaches):
            since = reaches = span.since
    return since
