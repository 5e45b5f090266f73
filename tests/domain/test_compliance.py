"""What is owed, period by period: a hand-made oracle, each case a sentence with its article; then invariants."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.compliance import (
    Belonging,
    Calendar,
    Organization,
    Record,
    StateSince,
    Status,
    TermKnown,
    Waiver,
    WhyNot,
    evaluate,
    prorated,
    status_on,
)
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    AssemblyRule,
    Attribute,
    Base,
    Binding,
    Citation,
    Comparator,
    Condition,
    Decision,
    FirstPeriod,
    Layer,
    Measure,
    Modality,
    Obligation,
    Period,
    State,
    Subject,
    TermRule,
    Threshold,
    Verified,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind

BRANCH_WORK = dt.date(2018, 10, 28)
LONG_AGO = dt.date(2010, 1, 1)
HALF = Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(1, 2))
SEVEN_FULL = frozenset({Condition(Attribute.FULL_MEMBERS, at_least=7)})


def day(text):
    """``0515`` is the fifteenth of May 2026; ``20250515`` says the year."""
    digits = text if len(text) == 8 else f"2026{text}"
    return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def rule(name, period, *, article=11, kinds=(OrganizationKind.BRANCH,), when=frozenset(), **facts):
    facts = {"subject": Subject.ORGANIZATION, "posts": frozenset(), "meetings": frozenset()} | facts
    binding = Binding(frozenset(kinds), when, facts.pop("subject"), facts.pop("posts"))
    common = {
        "id": name,
        "label": name,
        "layer": facts.pop("layer", Layer.NATIONAL),
        "citation": Citation("中国共产党支部工作条例（试行）", "中共中央", 2018, article, Verified.FULL),
        "force": facts.pop("force", Span(BRANCH_WORK)),
        "modality": facts.pop("modality", Modality.GENERALLY),
    }
    return Obligation(
        **common,
        binding=binding,
        requirement=facts.pop("requirement", name),
        period=period,
        count=facts.pop("count", 1),
        **facts,
    )


def meeting_rule(kind, period, **facts):
    return rule(kind.value, period, meetings=frozenset({kind}), **facts)


def quorum_rule(kind, *, base=Base.VOTERS, needed=False):
    return AssemblyRule(
        id=f"{kind.value}.quorum",
        label="到会人数",
        layer=Layer.NATIONAL,
        citation=Citation("中国共产党支部工作条例（试行）", "中共中央", 2018, 11, Verified.FULL),
        force=Span(BRANCH_WORK),
        modality=Modality.MUST,
        binding=Binding(frozenset({OrganizationKind.BRANCH})),
        meetings=frozenset({kind}),
        decisions=frozenset({Decision.RESOLUTION}),
        quorum=replace(HALF, base=base),
        passing=None,
        needed_to_meet=needed,
    )


GENERAL = meeting_rule(MeetingKind.GENERAL_MEETING, Period.QUARTER, article=11)
COMMITTEE = meeting_rule(MeetingKind.BRANCH_COMMITTEE_MEETING, Period.MONTH, article=12, when=SEVEN_FULL)
GROUP = meeting_rule(MeetingKind.GROUP_MEETING, Period.MONTH, article=13, kinds=(OrganizationKind.GROUP,))
THEME = meeting_rule(MeetingKind.THEME_DAY, Period.MONTH, article=16)
LIFE = meeting_rule(MeetingKind.ORGANIZATION_LIFE_MEETING, Period.YEAR, article=17, modality=Modality.MUST)
LEADER = rule(
    "leader_lesson",
    Period.YEAR,
    article=16,
    kinds=(OrganizationKind.COMMITTEE,),
    subject=Subject.POST,
    posts=frozenset({PostKind.SECRETARY}),
)
HOURS = rule("learning_hours", Period.YEAR, article=20, subject=Subject.PERSON, count=32, measure=Measure.HOURS)
TALKS = rule("talks", Period.YEAR, article=19, subject=Subject.PERSON)
ELECTION = rule("term_election", Period.TERM, article=3)
TERM = TermRule(
    id="term.branch",
    label="任期",
    layer=Layer.NATIONAL,
    citation=Citation("中国共产党支部工作条例（试行）", "中共中央", 2018, 21, Verified.CONTENT),
    force=Span(BRANCH_WORK),
    modality=Modality.GENERALLY,
    binding=Binding(frozenset({OrganizationKind.BRANCH})),
    years=3,
)
QUORUMS = (
    quorum_rule(MeetingKind.GENERAL_MEETING),
    quorum_rule(MeetingKind.BRANCH_COMMITTEE_MEETING, base=Base.BRANCH_COMMITTEE, needed=True),
)
RULES = (GENERAL, COMMITTEE, GROUP, THEME, LIFE, LEADER, HOURS, TALKS, ELECTION, TERM, *QUORUMS)


def full(number, since=LONG_AGO):
    return StateSince(since, State(members=number, full_members=number))


def branch(*states, **facts):
    facts = {"kind": OrganizationKind.BRANCH, "began": LONG_AGO} | facts
    return Organization(id="B", states=states or (full(20),), **facts)


def held(word, on, filed=None, **facts):
    facts = {"id": f"{word} {on}", "organization": "B"} | facts
    return Record(word=word, held_on=day(on), filed_on=day(filed or on), **facts)


def cells(organization, records=(), waivers=(), *, on, rules=RULES, since="0101", until="1231"):
    return evaluate(organization, records, waivers, Calendar(rules, day(since), day(until)), day(on))


def cell(name, first, organization, records=(), waivers=(), **facts):
    """The one cell of a requirement that begins on a day; ``None`` where there is none."""
    found = [
        one
        for one in cells(organization, records, waivers, **facts)
        if one.rule.requirement == name and one.first == day(first)
    ]
    assert len(found) <= 1
    return found[0] if found else None


def status(*args, **facts):
    found = cell(*args, **facts)
    return found.status if found else None


U, D, M, L, X, E, N = (
    Status.UPCOMING,
    Status.DUE,
    Status.MET,
    Status.LATE,
    Status.MISSING,
    Status.EXPLAINED,
    Status.NOT_APPLICABLE,
)

# --- By the clock: both edges of every period --------------------------------------------------------------------

BY_THE_CLOCK = [
    # art. 11: a general meeting each quarter
    ("general_meeting", "0101", "20251231", U),
    ("general_meeting", "0101", "0101", D),
    ("general_meeting", "0101", "0331", D),
    ("general_meeting", "0101", "0407", D),
    ("general_meeting", "0101", "0408", X),
    ("general_meeting", "0401", "0331", U),
    ("general_meeting", "0401", "0707", D),
    ("general_meeting", "0401", "0708", X),
    ("general_meeting", "1001", "0930", U),
    ("general_meeting", "1001", "1001", D),
    ("general_meeting", "1001", "20270107", D),
    ("general_meeting", "1001", "20270108", X),
    # art. 12: a committee meeting each month, of branches with a committee
    ("branch_committee_meeting", "0201", "0131", U),
    ("branch_committee_meeting", "0201", "0201", D),
    ("branch_committee_meeting", "0201", "0307", D),
    ("branch_committee_meeting", "0201", "0308", X),
    # art. 16: a theme day each month
    ("theme_day", "1201", "1130", U),
    ("theme_day", "1201", "1231", D),
    ("theme_day", "1201", "20270107", D),
    ("theme_day", "1201", "20270108", X),
    # art. 17: an organization-life meeting each year
    ("organization_life_meeting", "0101", "20251231", U),
    ("organization_life_meeting", "0101", "1231", D),
    ("organization_life_meeting", "0101", "20270107", D),
    ("organization_life_meeting", "0101", "20270108", X),
]


@pytest.mark.parametrize(("name", "first", "on", "expected"), BY_THE_CLOCK)
def test_without_a_record_the_clock_decides(name, first, on, expected):
    assert status(name, first, branch(), on=on) is expected


def test_a_group_owes_a_meeting_each_month_and_its_branch_does_not():
    # art. 13
    group = branch(kind=OrganizationKind.GROUP)
    assert [one.rule.id for one in cells(group, on="0515", since="0501", until="0531")] == ["group_meeting"]
    assert status("group_meeting", "0501", branch(), on="0515") is None


# --- By the record -------------------------------------------------------------------------------------------------

BY_THE_RECORD = [
    ("held on the first day of its quarter counts (art. 11)", "general_meeting", "0401", "0401", "0402", M),
    ("held on the last day of its quarter counts", "general_meeting", "0401", "0630", "0630", M),
    ("filed on the due date is in time", "general_meeting", "0401", "0630", "0707", M),
    ("filed on the day after is late", "general_meeting", "0401", "0630", "0708", L),
    ("held the day before the quarter counts for the one before", "general_meeting", "0401", "0331", "0331", X),
    ("held the day after the quarter counts for the next", "general_meeting", "0401", "0701", "0701", X),
    ("a theme day on the first of the month counts (art. 16)", "theme_day", "0501", "0501", "0501", M),
    ("a theme day on the last of the month counts", "theme_day", "0501", "0531", "0607", M),
    ("a theme day of May held in June counts for June alone", "theme_day", "0501", "0601", "0601", X),
    ("a theme day filed weeks later is late, not missing", "theme_day", "0501", "0531", "0725", L),
    ("February ends on the 28th", "theme_day", "0201", "0228", "0307", M),
    (
        "an organization-life meeting in January counts (art. 17)",
        "organization_life_meeting",
        "0101",
        "0101",
        "0103",
        M,
    ),
    ("an organization-life meeting at the year's end counts", "organization_life_meeting", "0101", "1231", "1231", M),
]


@pytest.mark.parametrize(
    ("name", "first", "held_on", "filed", "expected"),
    [case[1:] for case in BY_THE_RECORD],
    ids=[case[0] for case in BY_THE_RECORD],
)
def test_a_record_counts_for_the_period_it_was_held_in(name, first, held_on, filed, expected):
    assert status(name, first, branch(), [held(name, held_on, filed)], on="20270201") is expected


def test_what_is_filed_tomorrow_is_not_known_today():
    records = [held("theme_day", "0520", "0620")]
    assert status("theme_day", "0501", branch(), records, on="0619") is X
    assert status("theme_day", "0501", branch(), records, on="0620") is L


def test_a_record_of_another_organization_or_another_kind_is_no_evidence():
    for record in (held("theme_day", "0520", organization="C"), held("lesson", "0520")):
        assert status("theme_day", "0501", branch(), [record], on="0701") is X


def test_a_joint_meeting_is_a_record_of_each():
    joint = [held("group_meeting", "0520", id="J", organization=name) for name in ("B", "C")]
    for name in ("B", "C"):
        group = replace(branch(kind=OrganizationKind.GROUP), id=name)
        assert cell("group_meeting", "0501", group, joint, on="0601").evidence == ("J",)


def test_one_afternoon_of_two_kinds_counts_for_both():
    records = [held("theme_day", "0520", id="1"), held("general_meeting", "0520", id="2")]
    assert status("theme_day", "0501", branch(), records, on="0601") is M
    assert status("general_meeting", "0401", branch(), records, on="0601") is M


def test_evidence_is_every_record_in_the_order_it_was_held():
    records = [held("theme_day", "0521"), held("theme_day", "0507"), held("theme_day", "0507")]
    found = cell("theme_day", "0501", branch(), records, on="0601")
    assert (found.evidence, found.reached) == (("theme_day 0507", "theme_day 0521"), 2)


def test_twice_is_done_when_the_second_is_filed():
    twice = replace(THEME, count=2)
    records = [held("theme_day", "0507", "0508"), held("theme_day", "0521", "0620")]
    assert cell("theme_day", "0501", branch(), records, on="0619", rules=[twice]).status is X
    found = cell("theme_day", "0501", branch(), records, on="0620", rules=[twice])
    assert (found.status, found.completed_on) == (L, day("0620"))


# --- Quorum --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "voters", "present", "expected"),
    [
        ("general_meeting", "0401", 20, 9, X),  # art. 11: less than half
        ("general_meeting", "0401", 20, 10, M),  # exactly half
        ("general_meeting", "0401", 21, 10, X),
        ("general_meeting", "0401", 21, 11, M),
        ("branch_committee_meeting", "0501", 5, 2, X),  # art. 12: at least half of the committee
        ("branch_committee_meeting", "0501", 5, 3, M),
        ("branch_committee_meeting", "0501", 4, 2, M),
        ("general_meeting", "0401", None, None, M),  # nobody counted
        ("theme_day", "0501", 20, 1, M),  # no quorum is required
    ],
)
def test_only_a_meeting_that_met_its_quorum_counts_where_one_is_required(name, first, voters, present, expected):
    record = held(name, "0520", voters=voters, voters_present=present)
    found = cell(name, first, branch(), [record], on="0715")
    assert found.status is expected
    assert (record.id in found.evidence) is (expected is M)
    assert (record.id in found.without_quorum) is (expected is X)


def test_a_meeting_without_its_quorum_is_made_good_by_a_second_one():
    records = [held("general_meeting", "0420", voters=20, voters_present=5), held("general_meeting", "0601")]
    found = cell("general_meeting", "0401", branch(), records, on="0601")
    assert (found.status, found.without_quorum) == (M, ("general_meeting 0420",))


# --- Who is bound --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "expected", "why"),
    [("0401", N, WhyNot.NOT_BOUND), ("0501", N, WhyNot.FIRST_PERIOD), ("0601", X, None), ("0701", X, None)],
)
def test_from_six_to_seven_on_15_may_committee_meetings_are_owed_from_june(first, expected, why):
    # art. 12 and 20
    grown = branch(full(6), full(7, day("0515")))
    found = cell("branch_committee_meeting", first, grown, on="1231")
    assert (found.status, found.why_not) == (expected, why)


def test_seven_on_the_first_of_the_month_owe_that_month():
    assert status("branch_committee_meeting", "0501", branch(full(6), full(7, day("0501"))), on="1231") is X


def test_a_unit_may_choose_the_current_period():
    current = replace(COMMITTEE, first_period=FirstPeriod.CURRENT)
    grown = branch(full(6), full(7, day("0515")))
    assert status("branch_committee_meeting", "0501", grown, on="1231", rules=[current]) is X


@pytest.mark.parametrize(
    ("first", "expected", "why"),
    [("0401", X, None), ("0501", N, WhyNot.NO_LONGER_BOUND), ("0601", N, WhyNot.NOT_BOUND)],
)
def test_from_seven_to_six_on_15_may_nothing_is_owed_for_may(first, expected, why):
    shrunk = branch(full(7), full(6, day("0515")))
    found = cell("branch_committee_meeting", first, shrunk, on="1231")
    assert (found.status, found.why_not) == (expected, why)


def test_a_change_to_come_is_not_known_yet():
    shrinks = branch(full(7), full(6, day("0515")))
    assert status("branch_committee_meeting", "0501", shrinks, on="0514") is D
    assert status("branch_committee_meeting", "0501", shrinks, on="0515") is N


def test_what_was_before_the_first_known_state_was_the_same_as_far_as_known():
    assert status("branch_committee_meeting", "0101", branch(full(7, day("0601"))), on="1231") is X


@pytest.mark.parametrize(("first", "expected"), [("0401", None), ("0501", N), ("0601", X)])
def test_founded_in_mid_month_the_next_full_month_is_the_first(first, expected):
    assert status("theme_day", first, branch(founded=day("0515")), on="1231") is expected


def test_founded_on_the_first_of_a_month_that_month_is_owed():
    assert status("theme_day", "0501", branch(founded=day("0501")), on="1231") is X


def test_founded_in_may_the_first_general_meeting_is_owed_in_the_third_quarter():
    young = branch(founded=day("0515"))
    found = cell("general_meeting", "0401", young, on="1231")
    assert (found.status, found.why_not) == (N, WhyNot.NOT_FOUNDED)
    assert status("general_meeting", "0701", young, on="1231") is X


@pytest.mark.parametrize(("first", "expected"), [("0401", X), ("0501", N), ("0601", None)])
def test_dissolved_or_merged_in_mid_month_nothing_is_owed_for_it(first, expected):
    gone = branch(dissolved=day("0515"))
    assert status("theme_day", first, gone, on="1231") is expected


def test_dissolved_on_the_first_of_june_may_was_a_whole_month():
    assert status("theme_day", "0501", branch(dissolved=day("0601")), on="1231") is X


def test_a_year_of_a_branch_that_is_dissolved_in_it_owes_no_organization_life_meeting():
    found = cell("organization_life_meeting", "0101", branch(dissolved=day("1231")), on="1231")
    assert (found.status, found.why_not) == (N, WhyNot.DISSOLVED)


@pytest.mark.parametrize(("first", "why"), [("0401", WhyNot.NOT_BEGUN), ("0501", None), ("0601", None)])
def test_before_an_organization_began_with_zhibu_nothing_is_owed(first, why):
    assert cell("theme_day", first, branch(began=day("0515")), on="1231").why_not is why


def test_a_committee_owes_no_meetings_of_a_branch():
    committee = branch(kind=OrganizationKind.COMMITTEE)
    assert {one.rule.id for one in cells(committee, on="1231")} == {"leader_lesson"}


def test_the_leading_group_owes_nothing():
    assert cells(branch(kind=OrganizationKind.LEADING_GROUP), on="1231") == []


# --- Which rule ----------------------------------------------------------------------------------------------------


def test_an_old_period_is_judged_by_the_old_rule_and_a_new_one_by_the_new():
    old = replace(THEME, force=Span(BRANCH_WORK, day("0515")))
    new = replace(THEME, count=2, force=Span(day("0515")))
    found = [one for one in cells(branch(), on="1231", rules=[old, new]) if one.first.month in {4, 5, 6}]
    assert [(one.first.month, one.needed) for one in found] == [(4, 1), (5, 1), (6, 2)]


def test_a_rule_of_the_unit_holds_instead_of_the_national_one_while_it_is_in_force():
    monthly = replace(GENERAL, layer=Layer.UNIT, period=Period.MONTH, force=Span(day("0701")))
    found = [one.first for one in cells(branch(), on="1231", rules=[GENERAL, monthly])]
    assert found == [day("0101"), day("0401"), *(day(f"{month:02}01") for month in range(7, 13))]


def test_a_new_rule_is_owed_from_its_first_full_period():
    new = replace(THEME, force=Span(day("0515")))
    assert [one.first for one in cells(branch(), on="0701", rules=[new], until="0731")] == [day("0601"), day("0701")]


def test_a_rule_that_is_repealed_in_mid_period_asks_nothing_for_it():
    repealed = replace(THEME, force=Span(BRANCH_WORK, day("0515")))
    found = cell("theme_day", "0501", branch(), on="1231", rules=[repealed])
    assert (found.status, found.why_not) == (N, WhyNot.REPEALED)
    assert status("theme_day", "0401", branch(), on="1231", rules=[repealed]) is X


def test_what_nobody_has_compared_with_its_text_is_owed_by_nobody():
    unread = replace(THEME, citation=replace(THEME.citation, article=None, verified=Verified.NONE))
    assert cells(branch(), on="1231", rules=[unread]) == []


def test_days_of_grace_are_those_of_the_rule():
    strict = replace(THEME, grace=0)
    assert status("theme_day", "0501", branch(), on="0531", rules=[strict]) is D
    assert status("theme_day", "0501", branch(), on="0601", rules=[strict]) is X


# --- Reasons -------------------------------------------------------------------------------------------------------


def waiver(first="0501", accepted="0610", **facts):
    facts = {"organization": "B", "subject": "B", "requirement": "theme_day", "reason": "台风"} | facts
    return Waiver(first=day(first), accepted_on=day(accepted), **facts)


@pytest.mark.parametrize(
    ("given_waiver", "on", "expected"),
    [
        (waiver(), "0609", X),
        (waiver(), "0610", E),
        (waiver(accepted="0520"), "0607", D),  # until the due date it may still be held
        (waiver(accepted="0520"), "0608", E),
        (waiver(first="0601"), "0701", X),
        (waiver(organization="C"), "0701", X),
        (waiver(requirement="general_meeting"), "0701", X),
    ],
)
def test_an_accepted_reason_explains_its_own_period_after_its_due_date(given_waiver, on, expected):
    assert status("theme_day", "0501", branch(), (), [given_waiver], on=on) is expected


def test_a_record_weighs_more_than_a_reason():
    found = cell("theme_day", "0501", branch(), [held("theme_day", "0520", "0701")], [waiver()], on="0715")
    assert (found.status, found.reason) == (L, "台风")


# --- Posts, terms, people ------------------------------------------------------------------------------------------


def test_the_secretary_of_a_committee_owes_a_lesson_a_year_as_a_post():
    # art. 16
    committee = branch(kind=OrganizationKind.COMMITTEE)
    found = cell("leader_lesson", "0101", committee, [held("leader_lesson", "0901")], on="1231")
    assert (found.subject, found.status) == (PostKind.SECRETARY, M)
    assert status("leader_lesson", "0101", committee, [held("lesson", "0901")], on="20270108") is X


@pytest.mark.parametrize(
    ("held_on", "on", "expected"),
    [
        (None, "0630", D),
        (None, "0707", D),
        (None, "0708", X),
        ("0630", "0708", M),  # on the day the term ends
        ("20250630", "0708", M),  # a year before it ends
        ("20250629", "0708", X),  # earlier than that it was another election
        ("0701", "0708", X),
    ],
)
def test_a_term_that_ends_on_30_june_asks_for_an_election(held_on, on, expected):
    # 选举工作条例 art. 3
    ending = branch(terms=(TermKnown(day("20230630"), day("0630")),))
    records = [held("term_election", held_on)] if held_on else []
    assert status("term_election", "20230630", ending, records, on=on) is expected


def test_a_term_nobody_dated_ends_after_the_usual_three_years():
    # art. 21
    found = cell("term_election", "20230630", branch(terms=(TermKnown(day("20230630"), None),)), on="0501")
    assert (found.last, found.status) == (day("0630"), D)


def test_an_election_held_early_ends_its_term_when_the_next_begins():
    terms = (TermKnown(day("20230630"), day("0630"), day("0301")), TermKnown(day("0301"), day("20290301")))
    found = cell("term_election", "20230630", branch(terms=terms), [held("term_election", "0228")], on="0401")
    assert (found.last, found.status) == (day("0301"), M)


def people(*spans, here=None):
    return (Belonging("P", spans, spans if here is None else here),)


def hours(on, amount, filed=None, person="P"):
    return held("learning_hours", on, filed, id=f"{person} {on}", person=person, amount=Fraction(amount))


@pytest.mark.parametrize(("amounts", "expected"), [((16, 15), X), ((16, 16), M), ((40,), M), ((), X)])
def test_thirty_two_hours_a_year_are_owed_by_each_member(amounts, expected):
    # 党员教育管理工作条例 art. 20
    records = [hours(f"{month:02}10", amount) for month, amount in enumerate(amounts, start=3)]
    found = cell("learning_hours", "0101", branch(people=people(Span(LONG_AGO))), records, on="20270108")
    assert (found.subject, found.status, found.needed) == ("P", expected, 32)


def test_hours_count_wherever_they_were_studied_and_for_nobody_else():
    elsewhere = replace(hours("0310", 32), organization="C")
    assert status("learning_hours", "0101", branch(people=people(Span(LONG_AGO))), [elsewhere], on="1231") is M
    others = hours("0310", 32, person="Q")
    assert status("learning_hours", "0101", branch(people=people(Span(LONG_AGO))), [others], on="1231") is D


def test_who_becomes_a_member_in_july_owes_the_share_of_the_year():
    found = cell("learning_hours", "0101", branch(people=people(Span(day("0702")))), on="1231")
    assert found.needed == prorated(32, day("0702"), day("0101"), day("1231")) == 17


def test_who_moves_to_another_branch_owes_it_there_for_the_whole_year():
    before, after = Span(LONG_AGO, day("0515")), Span(day("0515"))
    left = branch(people=people(before, after, here=(before,)))
    joined = branch(people=people(before, after, here=(after,)))
    assert status("learning_hours", "0101", left, on="1231") is None
    assert cell("learning_hours", "0101", joined, on="1231").needed == 32
    assert cell("learning_hours", "0101", left, on="0514").needed == 32


def test_who_left_owes_nothing_any_more():
    assert status("learning_hours", "0101", branch(people=people(Span(LONG_AGO, day("0515")))), on="1231") is None


def test_a_talk_a_year_is_owed_by_each_member_and_from_the_first_full_year():
    # art. 19
    record = held("talks", "0310", person="P")
    assert status("talks", "0101", branch(people=people(Span(LONG_AGO))), [record], on="1231") is M
    assert status("talks", "0101", branch(people=people(Span(day("0310")))), [record], on="1231") is N


def test_officers_owe_their_hours_from_the_day_of_their_post():
    officers = rule(
        "learning_hours.officers",
        Period.YEAR,
        subject=Subject.POST,
        posts=frozenset({PostKind.SECRETARY}),
        count=56,
        measure=Measure.HOURS,
    )
    member = Belonging("P", (Span(LONG_AGO),), (Span(LONG_AGO),), ((PostKind.SECRETARY, Span(day("0702"))),))
    found = cells(branch(people=(member,)), on="1231", rules=[officers])
    assert [(one.subject, one.needed) for one in found] == [
        ("P", prorated(56, day("0702"), day("0101"), day("1231")))
    ]


# --- What always holds ---------------------------------------------------------------------------------------------

days = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@st.composite
def branches(draw):
    founded = draw(st.none() | days)
    dissolved = draw(st.none() | days)
    if founded is not None and dissolved is not None and dissolved <= founded:
        dissolved = None
    changes = draw(st.lists(st.tuples(days, st.integers(3, 12)), max_size=4, unique_by=lambda change: change[0]))
    states = (full(draw(st.integers(3, 12))), *(full(number, since) for since, number in sorted(changes)))
    return branch(*states, founded=founded, dissolved=dissolved, began=draw(days | st.just(LONG_AGO)))


@st.composite
def meetings(draw):
    held_on = draw(days)
    return Record(
        id=draw(st.integers()),
        organization="B",
        word=draw(st.sampled_from(["general_meeting", "branch_committee_meeting", "theme_day"])),
        held_on=held_on,
        filed_on=held_on + dt.timedelta(days=draw(st.integers(0, 60))),
        voters=draw(st.none() | st.just(20)),
        voters_present=draw(st.integers(0, 20)),
    )


whole = Calendar(RULES, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
records_lists = st.lists(meetings(), max_size=12)


@given(branches(), records_lists, days)
def test_the_order_of_the_records_does_not_matter(organization, records, on):
    assert evaluate(organization, records, (), whole, on) == evaluate(organization, records[::-1], (), whole, on)


@given(branches(), records_lists, days, days)
def test_what_is_done_stays_done(organization, records, one, other):
    organization = replace(organization, dissolved=None, states=organization.states[:1])
    before, after = sorted((one, other))
    done = {
        (cell.rule.id, cell.first)
        for cell in evaluate(organization, records, (), whole, before)
        if cell.status in {M, L}
    }
    later = {(cell.rule.id, cell.first): cell.status for cell in evaluate(organization, records, (), whole, after)}
    assert all(later[key] in {M, L} for key in done)


@given(branches(), records_lists, days)
def test_every_cell_is_of_one_status_with_the_facts_that_go_with_it(organization, records, on):
    for one in evaluate(organization, records, (), whole, on):
        assert one.first <= one.last <= one.due
        assert (one.status is N) == (one.why_not is not None)
        assert (one.status in {M, L}) == (one.completed_on is not None)
        assert one.status is not U or on < one.first
        assert one.status is not D or one.first <= on <= one.due
        assert one.status is not X or on > one.due
        assert not set(one.evidence) & set(one.without_quorum)


@given(branches(), records_lists, days)
def test_records_filed_later_are_not_seen(organization, records, on):
    known = [record for record in records if record.filed_on <= on]
    assert evaluate(organization, records, (), whole, on) == evaluate(organization, known, (), whole, on)


@given(branches(), records_lists, days)
def test_a_part_of_the_year_gives_the_same_cells_as_the_whole(organization, records, on):
    part = Calendar(RULES, dt.date(2026, 5, 1), dt.date(2026, 5, 31))
    inside = [
        one
        for one in evaluate(organization, records, (), whole, on)
        if one.first <= dt.date(2026, 5, 31) and one.last >= dt.date(2026, 5, 1)
    ]
    assert evaluate(organization, records, (), part, on) == inside


@given(days, days, st.integers(0, 40), st.none() | days, st.none() | days)
def test_four_days_that_do_not_move_are_enough_for_a_status(on, first, grace, completed, explained):
    due = first + dt.timedelta(days=grace)
    found = status_on(on, first=first, due=due, completed_on=completed, explained_on=explained)
    assert found in {U, D, M, L, X, E}
    assert (found in {M, L}) == (completed is not None and completed <= on)
