"""Whether an organization is built as the rules in force describe it: facts of one day in, findings out.

A finding is something to look at, not a fault: it names the rules it comes from, each with its text, its article
and how strongly it binds. What no rule in force says is not judged. Sizes and terms are read from the rules
themselves, so that a unit's own rule counts as well; who may hold a post stands in provisions, known by their ids.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhibu.domain.periods import add_months
from zhibu.domain.requirements import Attribute, Rule, SizeRule, State, TermRule
from zhibu.domain.terms import (
    COMMITTEE_POSTS,
    OFFICES,
    OrganizationKind,
    PostKind,
    Standing,
    Word,
)

#: How long before its end a term is mentioned.
MONTHS_AHEAD = 6

# The rules that are known by their ids.
RE_ELECTION = "term_election"
WITHOUT_COMMITTEE = "branch_without_committee"
JOINT_BRANCH = "joint_branch"
WHO_ELECTS = "who_elects"
WHO_CHAIRS = "chairing"
RIGHT_TO_STAND = "right_to_vote"


#: The rule that says how a post is filled.
_FILLED_BY: Mapping[PostKind, str] = dict.fromkeys(OFFICES, WHO_ELECTS) | {PostKind.GROUP_LEADER: WHO_CHAIRS}


class StructureCheck(Word):
    FULL_MEMBERS = "full_members", "正式党员人数"
    MEMBERS = "members", "党员人数"
    COMMITTEE = "committee", "委员会设置"
    GROUPS = "groups", "党小组设置"
    NO_SECRETARY = "no_secretary", "书记待定"
    NO_LEADER = "no_leader", "党小组组长待定"
    TERM_ENDS_SOON = "term_ends_soon", "任期将满"
    TERM_ENDED = "term_ended", "任期已满"
    HOLDER_STANDING = "holder_standing", "任职者的党员身份"
    OFFICE_OUTSIDE = "office_outside", "任职者不在本组织"


_OF_ATTRIBUTE: Mapping[Attribute, StructureCheck] = {
    Attribute.FULL_MEMBERS: StructureCheck.FULL_MEMBERS,
    Attribute.MEMBERS: StructureCheck.MEMBERS,
    Attribute.COMMITTEE_MEMBERS: StructureCheck.COMMITTEE,
    Attribute.GROUPS: StructureCheck.GROUPS,
}


@dataclass(frozen=True, slots=True)
class PostHeld:
    """One post held on the day. ``belongs``: the branch and the group of the holder's membership, if any."""

    person: UUID
    post: PostKind
    since: dt.date
    standing: Standing | None
    belongs: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class TermHeld:
    """``ends`` is the day on which it is due to end; ``None`` where nobody wrote it down."""

    since: dt.date
    ends: dt.date | None


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What says when a term ends. ``began``: since when the longest-serving holds one of the offices, if anybody."""

    id: UUID
    kind: OrganizationKind
    term: TermHeld | None
    began: dt.date | None


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """An organization on the day; the members are its own, those below it not included."""

    id: UUID
    kind: OrganizationKind
    parent: UUID | None
    full: int
    probationary: int
    suspended: int
    posts: tuple[PostHeld, ...]
    term: TermHeld | None

    @property
    def of_term(self) -> TermFacts:
        began = min((held.since for held in self.posts if held.post in OFFICES), default=None)
        return TermFacts(self.id, self.kind, self.term, began)


@dataclass(frozen=True, slots=True)
class Finding:
    """``state`` is what was counted of the organization, with all below it.

    ``day`` is the end of a term, and ``is_assumed`` says that nobody wrote that day down: it is counted from the
    beginning and the usual length. ``person``, ``post`` and ``standing`` say whom it is about; a standing of
    ``None`` is that of no member. What a check does not need is ``None``. ``rules`` are at least one.
    """

    check: StructureCheck
    organization: UUID
    state: State
    rules: tuple[Rule, ...]
    day: dt.date | None = None
    is_assumed: bool = False
    person: UUID | None = None
    post: PostKind | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class TermEnd:
    """When the term of an organization is due to end, by ``rules``; ``None`` where that is not known.

    ``is_assumed``: nobody wrote that day down, it is counted from the beginning and the usual length.
    """

    organization: UUID
    day: dt.date | None
    is_assumed: bool
    rules: tuple[Rule, ...]


def findings(house: Sequence[OrganizationFacts], rules: Iterable[Rule], on: dt.date) -> list[Finding]:
    """What is to be looked at on the day, in the order of ``house``, which is that of the tree: superiors first.

    ``rules`` are those in force on the day.
    """
    states = _states(house)
    above = {facts.id: facts.parent for facts in house}
    known = _Rules(rules)
    found: list[Finding] = []
    for facts in house:
        # A leading group is appointed, not elected: other texts speak of it.
        if facts.kind is not OrganizationKind.LEADING_GROUP:
            state = states[facts.id]
            found += _sizes(facts, state, known)
            found += _vacancies(facts, state, known)
            found += _term(facts, state, known, on)
            found += _holders(facts, state, known, above)
    return found


class _Rules:
    """The rules of the day, by what they are asked for."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.by_id = {rule.id: rule for rule in rules}
        self.sizes = [rule for rule in self.by_id.values() if isinstance(rule, SizeRule)]
        self.terms = [rule for rule in self.by_id.values() if isinstance(rule, TermRule)]

    def named(self, name: str) -> tuple[Rule, ...]:
        """The rule of this id, or none."""
        return (self.by_id[name],) if name in self.by_id else ()

    def binding(self, name: str, kind: OrganizationKind, state: State) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.named(name) if rule.binding.binds(kind, state))

    def term_of(self, kind: OrganizationKind) -> TermRule | None:
        """The length of a term; of several texts one that is plain rather than one that says generally."""
        binding = [rule for rule in self.terms if kind in rule.binding.kinds]
        return min(binding, key=lambda rule: not rule.is_firm, default=None)


def _states(house: Sequence[OrganizationFacts]) -> dict[UUID, State]:
    """What is counted of each organization; members and groups with those below it."""
    members = {facts.id: facts.full + facts.probationary + facts.suspended for facts in house}
    # A full member without the right to vote still is one.
    full = {facts.id: facts.full + facts.suspended for facts in house}
    groups = {facts.id: int(facts.kind is OrganizationKind.GROUP) for facts in house}
    for facts in reversed(house):
        if facts.parent in members:
            members[facts.parent] += members[facts.id]
            full[facts.parent] += full[facts.id]
            groups[facts.parent] += groups[facts.id]
    return {
        facts.id: State(
            members=members[facts.id],
            full_members=full[facts.id],
            committee_members=_committee_members(facts),
            groups=groups[facts.id],
        )
        for facts in house
    }


def _committee_members(facts: OrganizationFacts) -> int:
    """People in the committee. A secretary, or a secretary and a deputy, are no committee."""
    if not any(held.post in COMMITTEE_POSTS for held in facts.posts):
        return 0
    return len({held.person for held in facts.posts if held.post in OFFICES})


def _sizes(facts: OrganizationFacts, state: State, known: _Rules) -> Iterator[Finding]:
    """Several texts may say the same: one finding for each number, with all the rules that ask for another one."""
    unmet: dict[Attribute, tuple[Rule, ...]] = {}
    for rule in known.sizes:
        if rule.binding.binds(facts.kind, state) and not rule.size.holds(state):
            unmet[rule.size.attribute] = (*unmet.get(rule.size.attribute, ()), rule)
    if Attribute.FULL_MEMBERS in unmet:
        unmet[Attribute.FULL_MEMBERS] += known.binding(JOINT_BRANCH, facts.kind, state)
    if state.committee_members and (rules := known.binding(WITHOUT_COMMITTEE, facts.kind, state)):
        unmet[Attribute.COMMITTEE_MEMBERS] = rules
    for attribute, rules in unmet.items():
        yield Finding(_OF_ATTRIBUTE[attribute], facts.id, state, rules)


def _vacancies(facts: OrganizationFacts, state: State, known: _Rules) -> Iterator[Finding]:
    head, check = (
        (PostKind.GROUP_LEADER, StructureCheck.NO_LEADER)
        if facts.kind is OrganizationKind.GROUP
        else (PostKind.SECRETARY, StructureCheck.NO_SECRETARY)
    )
    rules = known.named(_FILLED_BY[head])
    if rules and all(held.post is not head for held in facts.posts):
        yield Finding(check, facts.id, state, rules)


def _term(facts: OrganizationFacts, state: State, known: _Rules, on: dt.date) -> Iterator[Finding]:
    end = _term_end(facts.of_term, known)
    if end is None or end.day is None or end.day > add_months(on, MONTHS_AHEAD):
        return
    check = StructureCheck.TERM_ENDED if end.day < on else StructureCheck.TERM_ENDS_SOON
    yield Finding(check, facts.id, state, end.rules, day=end.day, is_assumed=end.is_assumed)


def term_ends(house: Iterable[TermFacts], rules: Iterable[Rule]) -> list[TermEnd]:
    """Of each organization that elects anew by the rules in force, in the order of ``house``."""
    known = _Rules(rules)
    ends = (_term_end(facts, known) for facts in house)
    return [end for end in ends if end is not None]


def _term_end(facts: TermFacts, known: _Rules) -> TermEnd | None:
    """``None`` where no rule in force asks this kind to elect anew.

    Who replaces somebody comes later than the term began: the earliest of the offices held is its beginning, as
    far as known.
    """
    term, rules = facts.term, tuple(rule for rule in known.named(RE_ELECTION) if facts.kind in rule.binding.kinds)
    if not rules:
        return None
    if term is not None and term.ends is not None:
        return TermEnd(facts.id, term.ends, is_assumed=False, rules=rules)
    since, length = term.since if term else facts.began, known.term_of(facts.kind)
    if since is None or length is None:
        return TermEnd(facts.id, None, is_assumed=False, rules=rules)
    return TermEnd(facts.id, add_months(since, 12 * length.years), is_assumed=True, rules=(*rules, length))


def _holders(
    facts: OrganizationFacts, state: State, known: _Rules, above: Mapping[UUID, UUID | None]
) -> Iterator[Finding]:
    for held in facts.posts:
        if held.standing is not Standing.FULL and (rules := known.named(RIGHT_TO_STAND)):
            yield _about(StructureCheck.HOLDER_STANDING, facts, state, rules, held)
        is_inside = any(_stands_in(place, facts.id, above) for place in held.belongs)
        if held.standing is not None and not is_inside and (rules := known.named(_FILLED_BY[held.post])):
            yield _about(StructureCheck.OFFICE_OUTSIDE, facts, state, rules, held)


def _about(
    check: StructureCheck, facts: OrganizationFacts, state: State, rules: tuple[Rule, ...], held: PostHeld
) -> Finding:
    return Finding(check, facts.id, state, rules, person=held.person, post=held.post, standing=held.standing)


def _stands_in(place: UUID | None, top: UUID, above: Mapping[UUID, UUID | None]) -> bool:
    while place is not None and place != top:
        place = above.get(place)
    return place == top
