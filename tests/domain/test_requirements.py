"""What a rule says of itself: its citation, its days, whom it binds, and when a lower layer asks less."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.periods import Span, add_months
from zhibu.domain.requirements import (
    AssemblyRule,
    Attribute,
    Base,
    Binding,
    Citation,
    Comparator,
    Condition,
    Decision,
    ElectionRule,
    FirstPeriod,
    Layer,
    Modality,
    Obligation,
    Period,
    Provision,
    SizeRule,
    State,
    TermRule,
    Threshold,
    Verified,
    in_force,
    loosened,
    numeral,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind

HALF = Fraction(1, 2)
BRANCH = frozenset({OrganizationKind.BRANCH})
SEVEN_FULL = Condition(Attribute.FULL_MEMBERS, at_least=7)
COMMON = {
    "label": "支部委员会会议",
    "layer": Layer.NATIONAL,
    "citation": Citation("中国共产党支部工作条例（试行）", "中共中央", 2018, 12, Verified.FULL),
    "force": Span(dt.date(2018, 10, 28)),
    "modality": Modality.GENERALLY,
    "binding": Binding(BRANCH, frozenset({SEVEN_FULL})),
}
MONTHLY = Obligation(
    id="branch_committee_meeting",
    **COMMON,
    requirement="branch_committee_meeting",
    period=Period.MONTH,
    count=1,
    meetings=frozenset({MeetingKind.BRANCH_COMMITTEE_MEETING}),
)


# --- Citations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (99, "九十九"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (119, "一百一十九"),
        (999, "九百九十九"),
    ],
)
def test_the_number_of_an_article_is_written_as_in_the_text(number, text):
    assert numeral(number) == text


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_a_number_that_no_article_has_is_refused(number):
    with pytest.raises(ValueError, match="no article"):
        numeral(number)


@given(st.integers(1, 999), st.integers(1, 999))
def test_two_articles_are_never_written_alike(one, other):
    assert (numeral(one) == numeral(other)) == (one == other)


def test_a_verified_rule_is_cited_by_title_and_article():
    assert str(MONTHLY.citation) == "《中国共产党支部工作条例（试行）》第十二条"


def test_a_rule_whose_number_is_not_checked_is_cited_by_title_and_year_and_says_so():
    citation = Citation("中国共产党基层组织选举工作条例", "中共中央", 2020, None, Verified.CONTENT)
    assert citation.zh == "《中国共产党基层组织选举工作条例》（2020年，条号待核）"


def test_a_verified_text_without_articles_is_cited_by_its_title():
    assert Citation("党支部组织生活制度", "机关党委", 2026, None, Verified.FULL).zh == "《党支部组织生活制度》"


# --- Whom it binds, and from when ----------------------------------------------------------------------------------


def test_a_branch_that_goes_from_6_to_7_full_members_owes_committee_meetings_from_then_on():
    assert not MONTHLY.binding.binds(OrganizationKind.BRANCH, State(members=9, full_members=6))
    assert MONTHLY.binding.binds(OrganizationKind.BRANCH, State(members=9, full_members=7))


def test_a_general_branch_of_seven_owes_no_branch_committee_meeting():
    assert not MONTHLY.binding.binds(OrganizationKind.GENERAL_BRANCH, State(members=9, full_members=7))


def test_what_is_owed_by_a_branch_bound_since_15_may_begins_with_june():
    assert MONTHLY.owed_from(dt.date(2026, 5, 15)) == dt.date(2026, 6, 1)


def test_a_unit_may_choose_that_may_itself_is_owed():
    chosen = replace(MONTHLY, first_period=FirstPeriod.CURRENT)
    assert chosen.owed_from(dt.date(2026, 5, 15)) == dt.date(2026, 5, 1)


@pytest.mark.parametrize(
    ("period", "bound", "first"),
    [
        (Period.MONTH, (2026, 5, 1), (2026, 5, 1)),
        (Period.MONTH, (2026, 5, 2), (2026, 6, 1)),
        (Period.MONTH, (2026, 12, 31), (2027, 1, 1)),
        (Period.QUARTER, (2026, 4, 1), (2026, 4, 1)),
        (Period.QUARTER, (2026, 4, 2), (2026, 7, 1)),
        (Period.QUARTER, (2026, 3, 31), (2026, 4, 1)),
        (Period.HALF_YEAR, (2026, 7, 1), (2026, 7, 1)),
        (Period.HALF_YEAR, (2026, 6, 30), (2026, 7, 1)),
        (Period.HALF_YEAR, (2026, 7, 2), (2027, 1, 1)),
        (Period.YEAR, (2026, 1, 1), (2026, 1, 1)),
        (Period.YEAR, (2026, 1, 2), (2027, 1, 1)),
        (Period.TERM, (2026, 5, 15), (2026, 5, 15)),
    ],
)
def test_the_first_full_period_is_the_first_that_is_owed(period, bound, first):
    assert replace(MONTHLY, period=period).owed_from(dt.date(*bound)) == dt.date(*first)


@given(
    st.sampled_from([Period.MONTH, Period.QUARTER, Period.HALF_YEAR, Period.YEAR]),
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
)
def test_the_first_owed_period_begins_less_than_one_period_later(period, bound):
    first = replace(MONTHLY, period=period).owed_from(bound)
    assert first.day == 1
    assert (first.month - 1) % period.months == 0
    assert bound <= first < add_months(bound, period.months) or first == bound


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        (Condition(Attribute.MEMBERS, at_least=50, at_most=99), (50, 99), (49, 100)),
        (Condition(Attribute.MEMBERS, at_most=50), (0, 50), (51,)),
        (Condition(Attribute.MEMBERS, at_least=3), (3, 1000), (2,)),
    ],
)
def test_both_ends_of_a_range_belong_to_it(condition, inside, outside):
    assert all(condition.holds(State(members=n, full_members=0)) for n in inside)
    assert not any(condition.holds(State(members=n, full_members=0)) for n in outside)


@pytest.mark.parametrize(
    ("comparator", "share"), [("at_least", 0), ("at_least", 2), ("more_than", 1), ("more_than", -1)]
)
def test_a_share_that_nobody_needs_or_nobody_reaches_is_refused(comparator, share):
    with pytest.raises(ValueError, match="nobody"):
        Threshold(Base.VOTERS, Comparator(comparator), Fraction(share))


# --- Which version holds -------------------------------------------------------------------------------------------


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_last():
    version = replace(MONTHLY, force=Span(dt.date(2018, 10, 28), dt.date(2020, 7, 13)))
    days = [dt.date(2018, 10, 27), dt.date(2018, 10, 28), dt.date(2020, 7, 12), dt.date(2020, 7, 13)]
    assert [in_force([version], day) for day in days] == [(), (version,), (version,), ()]


def test_the_lowest_layer_holds_while_it_is_in_force_whatever_the_order_of_reading():
    unit = replace(MONTHLY, layer=Layer.UNIT, count=2, force=Span(dt.date(2026, 1, 1)))
    sector = replace(MONTHLY, layer=Layer.SECTOR, force=Span(dt.date(2025, 1, 1)))
    for rules in ([MONTHLY, sector, unit], [unit, sector, MONTHLY]):
        assert in_force(rules, dt.date(2024, 12, 31)) == (MONTHLY,)
        assert in_force(rules, dt.date(2025, 12, 31)) == (sector,)
        assert in_force(rules, dt.date(2026, 1, 1)) == (unit,)


def test_what_nobody_has_verified_holds_on_no_day_and_hides_nothing():
    unverified = replace(
        MONTHLY, layer=Layer.UNIT, citation=replace(MONTHLY.citation, article=None, verified=Verified.NONE)
    )
    assert in_force([MONTHLY, unverified], dt.date(2026, 1, 1)) == (MONTHLY,)


# --- Loosening -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({}, None),
        ({"count": 2}, None),
        ({"modality": Modality.MUST}, None),
        ({"modality": None}, None),
        ({"grace": 3}, None),
        ({"binding": Binding(BRANCH)}, None),
        ({"binding": Binding(BRANCH | {OrganizationKind.GENERAL_BRANCH})}, None),
        ({"modality": Modality.MAY}, "modality"),
        ({"grace": 8}, "grace"),
        ({"period": Period.QUARTER}, "period"),
        ({"period": Period.QUARTER, "count": 3}, "period"),
        ({"period": Period.TERM}, "period"),
        ({"binding": Binding(frozenset({OrganizationKind.GROUP}))}, "binds"),
        ({"binding": Binding(BRANCH, frozenset({SEVEN_FULL, Condition(Attribute.GROUPS, at_least=1)}))}, "binds"),
        ({"binding": Binding(BRANCH, frozenset({Condition(Attribute.FULL_MEMBERS, at_least=9)}))}, "binds"),
        ({"requirement": "unit.meeting"}, "requirement"),
        ({"meetings": frozenset(MeetingKind)}, "meetings"),
    ],
)
def test_an_obligation_is_loosened_by_asking_less_often_less_strongly_of_fewer_or_later(change, part):
    assert loosened(replace(MONTHLY, layer=Layer.UNIT, **change), MONTHLY) == part


def test_four_times_a_year_in_each_quarter_is_tighter_than_four_times_a_year():
    yearly = replace(MONTHLY, period=Period.YEAR, count=4)
    quarterly = replace(MONTHLY, period=Period.QUARTER, count=1)
    assert loosened(quarterly, yearly) is None
    assert loosened(yearly, quarterly) == "period"
    assert loosened(replace(MONTHLY, period=Period.HALF_YEAR, count=1), yearly) == "count"


def test_terms_are_compared_with_terms_only():
    term = replace(MONTHLY, period=Period.TERM)
    assert loosened(replace(term, count=2), term) is None
    assert loosened(term, replace(term, count=2)) == "count"
    assert loosened(MONTHLY, term) == "period"


def test_a_post_is_bound_as_well_when_more_posts_are():
    of_secretary = replace(MONTHLY, binding=Binding(BRANCH, posts=frozenset({PostKind.SECRETARY})))
    of_both = replace(
        MONTHLY, binding=Binding(BRANCH, posts=frozenset({PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY}))
    )
    assert loosened(of_both, of_secretary) is None
    assert loosened(of_secretary, of_both) == "binds"


RESOLUTION = AssemblyRule(
    id="resolution",
    **COMMON,
    meetings=frozenset({MeetingKind.GENERAL_MEETING}),
    decisions=frozenset({Decision.RESOLUTION}),
    quorum=Threshold(Base.VOTERS, Comparator.AT_LEAST, HALF),
    passing=Threshold(Base.VOTERS, Comparator.MORE_THAN, HALF),
    one_at_a_time=True,
    needed_to_meet=True,
)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"quorum": Threshold(Base.VOTERS, Comparator.MORE_THAN, HALF)}, None),
        ({"quorum": Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(2, 3))}, None),
        ({"passing": Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(2, 3))}, None),
        ({"decisions": frozenset({Decision.RESOLUTION, Decision.ADMISSION})}, None),
        ({"quorum": Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(1, 3))}, "quorum"),
        ({"quorum": Threshold(Base.BRANCH_COMMITTEE, Comparator.AT_LEAST, HALF)}, "quorum"),
        ({"quorum": None}, "quorum"),
        ({"passing": Threshold(Base.VOTERS, Comparator.AT_LEAST, HALF)}, "passing"),
        ({"passing": Threshold(Base.VOTERS_PRESENT, Comparator.MORE_THAN, Fraction(2, 3))}, "passing"),
        ({"passing": None}, "passing"),
        ({"written_as_votes": True}, "written"),
        ({"written_to_quorum": True}, "written"),
        ({"one_at_a_time": False}, "one_at_a_time"),
        ({"needed_to_meet": False}, "needed_to_meet"),
        ({"meetings": frozenset({MeetingKind.LESSON})}, "meetings"),
        ({"decisions": frozenset({Decision.ADMISSION})}, "decisions"),
    ],
)
def test_a_vote_is_loosened_by_fewer_people_weaker_conditions_or_written_opinions(change, part):
    assert loosened(replace(RESOLUTION, layer=Layer.UNIT, **change), RESOLUTION) == part


def test_a_quorum_where_none_was_asked_is_tighter():
    assert loosened(RESOLUTION, replace(RESOLUTION, quorum=None, passing=None)) is None


thresholds = st.builds(
    Threshold,
    st.just(Base.VOTERS),
    st.sampled_from(Comparator),
    st.fractions(Fraction(1, 12), Fraction(11, 12), max_denominator=12),
)


@given(thresholds, thresholds, st.integers(1, 200))
def test_a_quorum_that_is_not_looser_never_lets_fewer_people_vote(lower, upper, whole):
    if loosened(replace(RESOLUTION, quorum=lower), replace(RESOLUTION, quorum=upper)) is None:
        assert lower.needed(whole) >= upper.needed(whole)


def test_leaving_a_seat_open_more_easily_is_loosening():
    present = Threshold(Base.VOTERS_PRESENT, Comparator.MORE_THAN, HALF)
    election = ElectionRule(
        id="election",
        **COMMON,
        meetings=RESOLUTION.meetings,
        decisions=frozenset({Decision.ELECTION}),
        quorum=RESOLUTION.quorum,
        passing=present,
        leaving_open=present,
    )
    eased = replace(election, leaving_open=replace(present, share=Fraction(1, 3)))
    of_all = replace(election, passing=replace(present, base=Base.VOTERS))
    assert loosened(eased, election) == "leaving_open"
    assert loosened(of_all, election) is None
    assert loosened(election, of_all) == "passing"


def test_sizes_and_terms_are_tightened_inside_their_range():
    size = SizeRule(id="size", **COMMON, size=Condition(Attribute.MEMBERS, at_least=3, at_most=50))

    def of(at_least, at_most, attribute=Attribute.MEMBERS):
        return replace(size, size=Condition(attribute, at_least, at_most))

    assert loosened(of(5, 30), size) is None
    assert loosened(of(5, 30), of(5, None)) is None
    for looser in (of(2, 50), of(3, 51), of(None, 50), of(3, None), of(3, 50, Attribute.FULL_MEMBERS)):
        assert loosened(looser, size) == "size"
    term = TermRule(id="term", **COMMON, years=3)
    assert loosened(replace(term, years=2), term) is None
    assert loosened(replace(term, years=5), term) == "years"


def test_two_wordings_can_not_be_compared_and_neither_can_rules_of_two_kinds():
    wording = Provision(id="chairing", **COMMON, says="由书记主持。")
    assert loosened(replace(wording, says="由书记或者副书记主持。"), wording) == "says"
    assert loosened(wording, MONTHLY) == "kind"
