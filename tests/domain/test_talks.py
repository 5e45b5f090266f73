"""Talks by their three kinds (支部工作条例 art. 19): whom each is asked of and what counts for it, by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_compliance import LONG_AGO, D, M, N, U, X, branch, cells, day, held, rule
from zhibu.domain.compliance import Belonging, WhyNot
from zhibu.domain.periods import Span, covered, outside, shared
from zhibu.domain.requirements import Contradictory, Measure, Period, Subject, loosened
from zhibu.domain.talks import kind_of
from zhibu.domain.terms import PostKind, TalkKind

WITHIN, BOTH, BETWEEN = TalkKind
TALKS = rule("talks", Period.YEAR, article=19, subject=Subject.PERSON, talks=frozenset(TalkKind))
ALWAYS = Span(LONG_AGO)
SECRETARY, DEPUTY, OFFICER = PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY, PostKind.ORGANIZATION_OFFICER


def one(name, post=None, *, here=ALWAYS, held=ALWAYS, before=()):
    """A member of the branch; ``before``: where else they were."""
    posts = ((post, held),) if post else ()
    return Belonging(name, (*before, here), (here,), posts)


def owed(*people, records=(), on="1231", rules=(TALKS,)):
    """Of each the kinds that are asked in 2026, with how they stand."""
    found = {}
    for cell in cells(branch(people=people), records, on=on, rules=rules):
        if cell.first == day("0101"):
            found.setdefault(cell.subject, {})[cell.talk] = cell.status
    return found


def talk(kind, who, on="0310", filed=None):
    return held("talks", on, filed, id=f"{kind} {who} {on}", person=who, talk=kind)


S, O, P, Q = one("S", SECRETARY), one("O", OFFICER), one("P"), one("Q")  # noqa: E741 - the officer

WHO_OWES = [
    ("a committee and two members", (S, O, P, Q), {"S": {WITHIN, BOTH}, "O": {WITHIN, BOTH}, "P": {BOTH, BETWEEN}}),
    ("a secretary alone stands for the committee", (S, P, Q), {"S": {BOTH}, "P": {BOTH, BETWEEN}}),
    ("a secretary and a deputy are two", (S, one("D", DEPUTY), P), {"S": {WITHIN, BOTH}, "D": {WITHIN, BOTH}}),
    ("the only one without an office has nobody like them", (S, O, P), {"P": {BOTH}}),
    ("a committee of all", (S, O), {"S": {WITHIN}, "O": {WITHIN}}),
    ("nobody holds an office", (P, Q), {"P": {BETWEEN}, "Q": {BETWEEN}}),
    ("who leads a group holds no office", (S, one("G", PostKind.GROUP_LEADER), P), {"G": {BOTH, BETWEEN}}),
    ("one with two offices is one", (Belonging("S", (ALWAYS,), (ALWAYS,), (*S.posts, *O.posts)), P), {"S": {BOTH}}),
]


@pytest.mark.parametrize(("people", "kinds"), [row[1:] for row in WHO_OWES], ids=[row[0] for row in WHO_OWES])
def test_each_kind_is_asked_of_those_who_can_have_it(people, kinds):
    found = owed(*people)
    assert {who: set(found.get(who, {})) for who in kinds} == kinds


def test_whoever_is_alone_is_asked_for_none():
    assert owed(S) == owed(P) == {}


@pytest.mark.parametrize("kind", TalkKind)
def test_a_talk_counts_for_its_own_kind_and_its_own_two(kind):
    found = owed(S, O, P, Q, records=[talk(kind, "S"), talk(kind, "P")])
    for who in "SOPQ":
        assert found[who] == {asked: M if (who in "SP" and asked is kind) else D for asked in found[who]}


@pytest.mark.parametrize(
    ("held_on", "filed", "on", "expected"),
    [
        (None, None, "20251231", U),
        (None, None, "20270107", D),
        (None, None, "20270108", X),
        ("0101", None, "20270108", M),
        ("1231", "20270107", "20270108", M),
        ("1231", "20270108", "20270107", D),
        ("20251231", None, "20270108", X),
    ],
)
def test_both_edges_of_the_year_hold_for_each_kind(held_on, filed, on, expected):
    records = [talk(kind, who, held_on, filed) for kind in TalkKind for who in "SP"] if held_on else []
    found = owed(S, O, P, Q, records=records, on=on)
    assert set(found["S"].values()) == set(found["P"].values()) == {expected}


@pytest.mark.parametrize(
    ("appointed", "within"),
    [("20251231", D), ("0101", D), ("0102", N), ("1231", N), ("20270101", None)],
)
def test_who_joins_the_committee_in_mid_year_talks_within_it_from_the_next(appointed, within):
    newcomer = one("P", OFFICER, held=Span(day(appointed)))
    found = owed(S, O, newcomer, Q)["P"]
    assert found.get(WITHIN) == within
    assert found[BOTH] is D  # with the committee before, with members since
    assert (BETWEEN in found) is (appointed == "20270101")


@pytest.mark.parametrize(("until", "kinds"), [("1231", {BOTH: D, BETWEEN: N}), ("20270101", {BOTH: D, WITHIN: D})])
def test_who_leaves_the_committee_is_judged_by_the_last_day_of_the_year(until, kinds):
    found = owed(S, O, one("P", OFFICER, held=Span(LONG_AGO, day(until))), Q, on="20270101")
    assert found["P"] == kinds


@pytest.mark.parametrize(("joined", "expected"), [("0101", D), ("0102", N)])
def test_a_year_with_somebody_to_talk_to_for_a_part_of_it_only_is_not_owed(joined, expected):
    assert owed(S, P, one("Q", here=Span(day(joined))))["P"][BETWEEN] is expected


@pytest.mark.parametrize(("left", "on", "asked"), [("0701", "0630", True), ("0701", "0701", False)])
def test_once_the_last_other_member_has_left_it_is_asked_no_more(left, on, asked):
    found = owed(S, P, one("Q", here=Span(LONG_AGO, day(left))), on=on)
    assert (BETWEEN in found["P"]) is asked


def test_who_came_from_another_branch_owes_the_whole_year_and_brings_what_was_talked_there():
    came = one("P", here=Span(day("0515")), before=(Span(LONG_AGO, day("0515")),))
    assert owed(S, came, Q)["P"] == {BOTH: D, BETWEEN: D}
    there = [talk(BOTH, "P", "0310")]
    assert owed(S, came, Q, records=there)["P"] == {BOTH: M, BETWEEN: D}


def test_why_it_is_not_owed_is_said():
    found = cells(branch(people=(S, O, one("P", OFFICER, held=Span(day("0102"))))), on="1231", rules=[TALKS])
    assert {one.talk: one.why_not for one in found if one.subject == "P"}[WITHIN] is WhyNot.FIRST_PERIOD


def test_a_rule_that_tells_no_kinds_apart_is_met_by_any():
    plain = rule("talks", Period.YEAR, subject=Subject.PERSON)
    assert owed(S, P, records=[talk(BOTH, "P")], rules=[plain]) == {"S": {None: D}, "P": {None: M}}


def test_the_kind_follows_from_how_many_of_the_two_hold_an_office():
    assert [kind_of(officers) for officers in range(3)] == [BETWEEN, BOTH, WITHIN]


@pytest.mark.parametrize(
    "facts",
    [{"subject": Subject.ORGANIZATION}, {"measure": Measure.HOURS}, {"meetings": frozenset({"theme_day"})}],
)
def test_what_talks_can_not_be_is_contradictory(facts):
    with pytest.raises(Contradictory):
        rule("talks", Period.YEAR, **{"subject": Subject.PERSON, "talks": frozenset(TalkKind)} | facts)


def test_a_lower_layer_that_leaves_out_a_kind_loosens():
    fewer = rule("talks", Period.YEAR, subject=Subject.PERSON, talks=frozenset({WITHIN, BOTH}))
    assert loosened(fewer, TALKS) == "talks"
    assert loosened(TALKS, fewer) is None


# --- Stretches of days, against each day by itself ------------------------------------------------------------------

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + dt.timedelta(days=number) for number in range(12)]


@st.composite
def spans(draw):
    since = draw(st.sampled_from(DAYS))
    length = draw(st.none() | st.integers(1, 6))
    return Span(since, None if length is None else since + dt.timedelta(days=length))


def holding(found, on):
    return sum(span.holds(on) for span in found)


@given(st.lists(spans(), max_size=6), st.integers(1, 3))
def test_a_day_is_covered_where_enough_spans_hold_and_once(found, least):
    assert [holding(covered(found, least), on) for on in DAYS] == [int(holding(found, on) >= least) for on in DAYS]


@given(st.lists(spans(), max_size=5), st.lists(spans(), max_size=5))
def test_what_is_shared_and_what_is_outside_make_up_the_whole(one, other):
    one, other = covered(one), covered(other)
    for on in DAYS:
        both, alone = holding(shared(one, other), on), holding(outside(one, other), on)
        assert (both, alone) == (holding(one, on) * holding(other, on), holding(one, on) * (1 - holding(other, on)))
