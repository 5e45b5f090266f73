"""What would be owed under another rule, or if an organization were another: two evaluations, side by side.

Pure, and about duties only: whether something was done does not matter here. What each member or each holder of a
post owes for themself is said once for their organization.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

from zhibu.domain.compliance import Calendar, Cell, Key, Organization, StateSince, evaluate
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    Measure,
    Obligation,
    Period,
    Rule,
    State,
    Subject,
    Verified,
    in_force,
    is_below,
    loosened,
)
from zhibu.domain.terms import PostKind, Word


class Effect(Word):
    """What happens to one who owes."""

    GAINS = "gains", "增加"
    LOSES = "loses", "不再要求"
    CHANGES = "changes", "要求有变"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRule:
    """How a rule would be, from a day on; ``None`` leaves a part as it is."""

    id: str
    since: dt.date
    is_on: bool = True
    count: int | None = None
    period: Period | None = None
    grace: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherState:
    """How an organization would be; ``None`` leaves a part as it is. The numbers hold from ``since`` on."""

    founded: dt.date | None = None
    dissolved: dt.date | None = None
    since: dt.date
    full_members: int | None = None
    has_committee: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Generic[Key]):
    """One obligation that an organization (or a post, or the people in it) would gain, lose or owe otherwise.

    ``since`` is the first day of the first period that differs. ``before`` and ``after`` are the periods that differ,
    in the order of time; one of them is empty where something is gained or lost.
    """

    organization: Key
    subject: Key | PostKind
    rule: Obligation
    effect: Effect
    since: dt.date
    before: Sequence[Cell[Key]] = field(default=())
    after: Sequence[Cell[Key]] = field(default=())


# --- Other rules ---------------------------------------------------------------------------------------------------


def version_of(rules: Iterable[Rule], id: str, day: dt.date) -> Obligation | None:  # noqa: A002 - the word of the pack
    """The version that holds on ``day``, else the latest there is, even if off. ``None``: no such obligation."""
    versions = [rule for rule in rules if rule.id == id and isinstance(rule, Obligation)]
    holding = in_force(versions, day)
    if holding:
        held = holding[0]
        assert isinstance(held, Obligation)
        return held
    return max(versions, key=lambda rule: (rule.force.since, is_below(rule.layer, versions[0].layer)), default=None)


def with_other(rules: Sequence[Rule], other: OtherRule) -> tuple[Rule, ...]:
    """The rules as they would be: until ``since`` as they are, from then on as ``other`` says."""
    base = version_of(rules, other.id, other.since)
    if base is None:
        return tuple(rules)
    found: list[Rule] = []
    for rule in rules:
        if rule.id != other.id or not rule.is_on:
            found.append(rule)
        elif rule.force.since < other.since:
            until = other.since if rule.force.until is None else min(rule.force.until, other.since)
            found.append(replace(rule, force=Span(rule.force.since, until)))
    if other.is_on:
        found.append(changed(base, other))
    return tuple(found)


def changed(base: Obligation, other: OtherRule) -> Obligation:
    """The version that would hold; on, however far its text was compared."""
    verified = Verified.CONTENT if base.citation.verified is Verified.NONE else base.citation.verified
    return replace(
        base,
        citation=replace(base.citation, verified=verified),
        force=Span(other.since),
        count=base.count if other.count is None else other.count,
        period=base.period if other.period is None else other.period,
        grace=base.grace if other.grace is None else other.grace,
    )


def would_loosen(rules: Iterable[Rule], other: OtherRule) -> Rule | None:
    """The firm rule of a higher layer, or of the same one, that a unit could not loosen so; ``None``: it could."""
    base = version_of(rules, other.id, other.since)
    if base is None or not base.is_on:
        return None
    for rule in rules:
        binds = rule.id == other.id and rule.is_on and rule.is_firm and rule.force.holds(other.since)
        if binds and (not other.is_on or loosened(changed(base, other), rule) is not None):
            return rule
    return None


# --- Other organizations -------------------------------------------------------------------------------------------


def as_other(organization: Organization[Key], other: OtherState, *, is_itself: bool) -> Organization[Key]:
    """The organization as it would be; what stands below is founded and dissolved with it, and keeps its numbers."""
    founded = other.founded or organization.founded
    if not is_itself and organization.founded is not None and founded is not None:
        founded = max(founded, organization.founded)
    dissolved = other.dissolved or organization.dissolved
    if not is_itself and organization.dissolved is not None and dissolved is not None:
        dissolved = min(dissolved, organization.dissolved)
    states = _states(organization.states, other) if is_itself else organization.states
    return replace(organization, founded=founded, dissolved=dissolved, states=states)


def _states(states: Sequence[StateSince], other: OtherState) -> tuple[StateSince, ...]:
    """Until ``since`` as they are, from then on with the numbers that would be."""
    if other.full_members is None and other.has_committee is None:
        return tuple(states)
    holding = max((one for one in states if one.since <= other.since), key=lambda one: one.since, default=states[0])
    later = [StateSince(other.since, holding.state), *(one for one in states if one.since > other.since)]
    return (
        *(one for one in states if one.since < other.since),
        *(StateSince(one.since, _numbers(one, other)) for one in later),
    )


def _numbers(one: StateSince, other: OtherState) -> State:
    state = one.state
    if other.full_members is not None:
        members = max(state.members - state.full_members + other.full_members, 0)
        state = replace(state, full_members=other.full_members, members=members)
    if other.has_committee is not None:
        state = replace(state, committee_members=max(state.committee_members, 3) if other.has_committee else 0)
    return state


# --- Side by side --------------------------------------------------------------------------------------------------


def for_all(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Each obligation of people as one of their organization: whoever they are, it binds them together."""
    return tuple(_for_all(rule) for rule in rules)


def _for_all(rule: Rule) -> Rule:
    subject = rule.binding.subject
    if not isinstance(rule, Obligation) or subject is Subject.ORGANIZATION:
        return rule
    if subject is Subject.POST and rule.measure is Measure.TIMES:
        return rule
    binding = replace(rule.binding, subject=Subject.ORGANIZATION, posts=frozenset())
    return replace(rule, binding=binding, talks=frozenset())


def differences(
    before: Iterable[tuple[Organization[Key], Calendar]], after: Iterable[tuple[Organization[Key], Calendar]]
) -> list[Difference[Key]]:
    """What differs, in the order of the organizations (the same on both sides), then of the rules."""
    found: list[Difference[Key]] = []
    for (was, old), (would, new) in zip(before, after, strict=True):
        if was is would and old is new:
            continue
        found += _of_one(_owed(was, old), _owed(would, new))
    return found


_Owed = dict[tuple[str, str], list[Cell[Key]]]


def _owed(organization: Organization[Key], calendar: Calendar) -> _Owed[Key]:
    """What is owed by rule and subject; all that is dated until the end of the calendar is known."""
    found: _Owed[Key] = {}
    for cell in evaluate(organization, (), (), calendar, calendar.until):
        if cell.why_not is None:
            found.setdefault((cell.rule.id, str(cell.subject)), []).append(cell)
    return found


def _of_one(before: _Owed[Key], after: _Owed[Key]) -> list[Difference[Key]]:
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        old = {_said(cell): cell for cell in before.get(key, ())}
        new = {_said(cell): cell for cell in after.get(key, ())}
        lost = [cell for said, cell in old.items() if said not in new]
        gained = [cell for said, cell in new.items() if said not in old]
        if not lost and not gained:
            continue
        one = (gained or lost)[0]
        found.append(
            Difference(
                organization=one.organization,
                subject=one.subject,
                rule=one.rule,
                effect=Effect.CHANGES if lost and gained else Effect.GAINS if gained else Effect.LOSES,
                since=min(cell.first for cell in (*lost, *gained)),
                before=tuple(lost),
                after=tuple(gained),
            )
        )
    return found


def _said(cell: Cell[Key]) -> tuple[dt.date, dt.date, dt.date, int]:
    return cell.first, cell.last, cell.due, cell.needed
