"""What would be owed under another rule, or if an organization were another."""

from __future__ import annotations

import datetime as dt

import pytest

from zhibu.domain.compliance import Calendar, Organization, StateSince
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    Attribute,
    Binding,
    Citation,
    Condition,
    Layer,
    Measure,
    Modality,
    Obligation,
    Period,
    State,
    Subject,
    Verified,
)
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.what_if import (
    Effect,
    OtherRule,
    OtherState,
    as_other,
    changed,
    differences,
    for_all,
    version_of,
    with_other,
    would_loosen,
)

SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
DECEMBER = dt.date(2026, 12, 1)
BRANCH = frozenset({OrganizationKind.BRANCH})


def rule(
    id="lesson",  # noqa: A002 - the word of the pack
    *,
    period=Period.QUARTER,
    verified=Verified.FULL,
    modality=Modality.SHOULD,
    force=None,
    **facts,
):
    return Obligation(
        id=id,
        label="党课",
        layer=facts.pop("layer", Layer.UNIT),
        citation=Citation("制度", "机关党委", 2026, 6 if verified is Verified.FULL else None, verified),
        force=force or Span(SINCE),
        modality=modality,
        binding=facts.pop("binding", Binding(BRANCH)),
        requirement=id,
        period=period,
        count=facts.pop("count", 1),
        **facts,
    )


def branch(id="a", *, full=10, **facts):  # noqa: A002
    return Organization(
        id=id,
        kind=OrganizationKind.BRANCH,
        began=dt.date(2020, 1, 1),
        states=(StateSince(dt.date.min, State(members=full, full_members=full)),),
        **facts,
    )


def compared(rules, other=None, *, was=None, would=None):
    was = was or branch()
    old = Calendar(for_all(rules), SINCE, UNTIL)
    new = Calendar(for_all(with_other(rules, other)), SINCE, UNTIL) if other else old
    return differences([(was, old)], [(would or was, new)])


def told(found):
    return [(one.effect, one.since, len(one.before), len(one.after)) for one in found]


def test_asked_for_twice_a_period_everybody_owes_more_from_the_next_period_on():
    found = compared([rule()], OtherRule(id="lesson", since=DECEMBER, count=2))
    assert told(found) == [(Effect.CHANGES, dt.date(2027, 1, 1), 4, 4)]
    assert [cell.needed for cell in found[0].after] == [2, 2, 2, 2]


def test_each_month_instead_of_each_quarter_begins_with_the_first_whole_month():
    found = compared([rule()], OtherRule(id="lesson", since=dt.date(2027, 1, 1), period=Period.MONTH))
    assert told(found) == [(Effect.CHANGES, dt.date(2027, 1, 1), 4, 12)]


def test_a_rule_switched_off_is_owed_no_more_from_the_period_that_it_no_longer_holds_through():
    found = compared([rule(period=Period.MONTH)], OtherRule(id="lesson", since=DECEMBER, is_on=False))
    assert told(found) == [(Effect.LOSES, DECEMBER, 13, 0)]


def test_a_rule_nobody_has_confirmed_may_be_tried_and_is_gained():
    off = rule(period=Period.MONTH, verified=Verified.NONE)
    found = compared([off], OtherRule(id="lesson", since=DECEMBER))
    assert told(found) == [(Effect.GAINS, DECEMBER, 0, 13)]


def test_a_longer_time_to_file_changes_the_day_by_which_it_is_due_and_nothing_else():
    found = compared([rule(period=Period.YEAR)], OtherRule(id="lesson", since=dt.date(2027, 1, 1), grace=14))
    assert [(cell.due, cell.needed) for cell in found[0].after] == [(dt.date(2028, 1, 14), 1)]
    assert [cell.due for cell in found[0].before] == [dt.date(2028, 1, 7)]


def test_what_leaves_everything_as_it_is_differs_in_nothing():
    assert compared([rule()], OtherRule(id="lesson", since=DECEMBER, count=1, grace=7, period=Period.QUARTER)) == []
    assert compared([rule()], OtherRule(id="unknown", since=DECEMBER, count=3)) == []


def test_a_rule_that_comes_later_is_put_off_or_brought_forward():
    later = rule(force=Span(dt.date(2027, 4, 1)))
    assert told(compared([later], OtherRule(id="lesson", since=dt.date(2027, 1, 1)))) == [
        (Effect.GAINS, dt.date(2027, 1, 1), 0, 1)
    ]
    assert version_of([later], "lesson", SINCE) is later


def test_what_each_member_owes_is_said_once_for_the_branch():
    hours = rule(
        "hours", period=Period.YEAR, count=32, measure=Measure.HOURS, binding=Binding(BRANCH, subject=Subject.PERSON)
    )
    found = compared([hours], OtherRule(id="hours", since=dt.date(2027, 1, 1), count=40))
    assert [(one.subject, [cell.needed for cell in one.after]) for one in found] == [("a", [40])]


def test_a_branch_dissolved_earlier_loses_what_it_would_have_owed():
    was = branch()
    other = OtherState(dissolved=dt.date(2026, 12, 15), since=DECEMBER)
    found = compared([rule(period=Period.MONTH)], was=was, would=as_other(was, other, is_itself=True))
    assert told(found) == [(Effect.LOSES, DECEMBER, 13, 0)]


def test_a_branch_founded_in_mid_period_owes_from_the_next():
    was = branch(founded=dt.date(2026, 6, 1))
    other = OtherState(founded=dt.date(2026, 5, 15), since=DECEMBER)
    assert compared([rule(period=Period.MONTH)], was=was, would=as_other(was, other, is_itself=True)) == []
    earlier = OtherState(founded=dt.date(2026, 5, 1), since=DECEMBER)
    found = compared([rule(period=Period.MONTH)], was=was, would=as_other(was, earlier, is_itself=True))
    assert told(found) == [(Effect.GAINS, dt.date(2026, 5, 1), 0, 1)]


@pytest.mark.parametrize(("full", "gains"), [(6, 0), (7, 12)])
def test_with_a_seventh_full_member_the_committee_meets_each_month(full, gains):
    """Source: 中国共产党支部工作条例（试行） 2018, art. 20."""
    seven = Binding(BRANCH, frozenset({Condition(Attribute.FULL_MEMBERS, at_least=7)}))
    was = branch(full=6)
    would = as_other(was, OtherState(since=dt.date(2026, 12, 15), full_members=full), is_itself=True)
    found = compared([rule(period=Period.MONTH, binding=seven)], was=was, would=would)
    assert sum(len(one.after) for one in found) == gains
    assert [one.since for one in found] == ([dt.date(2027, 1, 1)] if gains else [])


def test_a_committee_that_is_there_or_not_bears_on_the_rules_that_ask_for_one():
    sits = Binding(BRANCH, frozenset({Condition(Attribute.COMMITTEE_MEMBERS, at_least=1)}))
    was = branch()
    would = as_other(was, OtherState(since=DECEMBER, has_committee=True), is_itself=True)
    found = compared([rule(period=Period.MONTH, binding=sits)], was=was, would=would)
    assert told(found) == [(Effect.GAINS, DECEMBER, 0, 13)]
    without = as_other(would, OtherState(since=dt.date(2027, 1, 1), has_committee=False), is_itself=True)
    again = compared([rule(period=Period.MONTH, binding=sits)], was=would, would=without)
    assert told(again) == [(Effect.LOSES, dt.date(2027, 1, 1), 12, 0)]


def test_what_stands_below_is_dissolved_with_it_but_never_later_than_it_was():
    group = branch("g", dissolved=dt.date(2026, 3, 1))
    other = OtherState(dissolved=DECEMBER, since=DECEMBER, full_members=3)
    below = as_other(group, other, is_itself=False)
    assert below.dissolved == dt.date(2026, 3, 1)
    assert below.states == group.states
    assert as_other(branch("h"), other, is_itself=False).dissolved == DECEMBER


def test_old_periods_stay_judged_by_the_old_rule():
    rules = with_other([rule()], OtherRule(id="lesson", since=DECEMBER, count=2))
    calendar = Calendar(rules, SINCE, UNTIL)
    counts = [duty.rule.count for duty in calendar.duties[OrganizationKind.BRANCH]]
    assert counts == [1, 1, 1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("other", "is_loose"),
    [
        ({"count": 2}, False),
        ({"period": Period.MONTH}, False),
        ({"period": Period.YEAR}, True),
        ({"grace": 8}, True),
        ({"grace": 6}, False),
        ({"is_on": False}, True),
    ],
)
def test_what_a_unit_could_not_put_in_force_is_told_with_the_rule_that_binds_it(other, is_loose):
    firm = rule(modality=Modality.MUST, layer=Layer.NATIONAL)
    found = would_loosen([firm], OtherRule(id="lesson", since=DECEMBER, **other))
    assert found == (firm if is_loose else None)
    gentle = rule(modality=Modality.GENERALLY)
    assert would_loosen([gentle], OtherRule(id="lesson", since=DECEMBER, **other)) is None


def test_the_changed_version_is_on_and_keeps_its_citation():
    tried = changed(rule(verified=Verified.NONE), OtherRule(id="lesson", since=DECEMBER))
    assert tried.is_on
    assert tried.citation.zh == "《制度》（2026年，条号待核）"
