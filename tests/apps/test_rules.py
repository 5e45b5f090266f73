"""The rules that are shipped, and which of them holds on a day."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from zhibu.apps.rules import queries
from zhibu.apps.rules.apps import RulesConfig
from zhibu.apps.rules.errors import PackRefused
from zhibu.apps.rules.queries import PACKS, all_rules, election_rule_for, rule, rule_for, rules_on
from zhibu.domain.assembly import Count, Outcome, Votes, Written, has_quorum, judge
from zhibu.domain.requirements import (
    AssemblyRule,
    Attribute,
    Base,
    Comparator,
    Decision,
    ElectionRule,
    Layer,
    Modality,
    Obligation,
    Period,
    Provision,
    SizeRule,
    TermRule,
    Threshold,
    Verified,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind

TODAY = dt.date(2026, 11, 23)
BRANCH_2018 = dt.date(2018, 10, 28)
ELECTIONS_2020 = dt.date(2020, 7, 13)
DAY = dt.timedelta(days=1)

MUST, SHOULD, GENERALLY = Modality.MUST, Modality.SHOULD, Modality.GENERALLY
FULL, CONTENT, NONE = Verified.FULL, Verified.CONTENT, Verified.NONE


@pytest.fixture(autouse=True)
def _no_own_packs(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def in_general_meeting(decision, day, organization=OrganizationKind.BRANCH):
    return rule_for(decision, meeting=MeetingKind.GENERAL_MEETING, organization=organization, day=day)


# --- By what a meeting is judged -----------------------------------------------------------------------------------


def test_a_resolution_needs_half_of_the_voters_present_and_more_than_half_of_all_in_favour():
    found = in_general_meeting(Decision.RESOLUTION, TODAY)
    assert found.quorum == Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(1, 2))
    assert found.passing == Threshold(Base.VOTERS, Comparator.MORE_THAN, Fraction(1, 2))
    assert not found.written_as_votes
    assert not found.written_to_quorum
    assert found.citation.zh == "《中国共产党支部工作条例（试行）》第十一条"


def test_before_the_text_of_2018_no_rule_for_a_resolution_is_known_and_none_is_guessed():
    assert in_general_meeting(Decision.RESOLUTION, BRANCH_2018 - DAY) is None
    assert in_general_meeting(Decision.RESOLUTION, BRANCH_2018) is not None
    unknown = in_general_meeting(Decision.RESOLUTION, BRANCH_2018 - DAY)
    assert judge(unknown, Count(20, 20, 20, 20), Votes(20)).outcome is Outcome.NO_RULE


@pytest.mark.parametrize("decision", [Decision.ADMISSION, Decision.CONFIRMATION])
def test_votes_on_probationary_members_need_more_than_half_present_and_count_written_opinions(decision):
    found = in_general_meeting(decision, TODAY)
    more_than_half = Threshold(Base.VOTERS, Comparator.MORE_THAN, Fraction(1, 2))
    assert (found.quorum, found.passing) == (more_than_half, more_than_half)
    assert (found.written_as_votes, found.written_to_quorum, found.one_at_a_time) == (True, False, True)
    assert found.citation.zh == "《中国共产党发展党员工作细则》（2014年，条号待核）"
    assert judge(found, Count(20, 11, 20, 11), Votes(11, written=Written(2))).outcome is Outcome.PASSED
    assert in_general_meeting(decision, dt.date(2014, 5, 27)) is None


def test_half_of_a_branch_committee_must_be_there_for_it_to_meet_at_all():
    found = rule_for(
        Decision.RESOLUTION,
        meeting=MeetingKind.BRANCH_COMMITTEE_MEETING,
        organization=OrganizationKind.BRANCH,
        day=TODAY,
    )
    assert found.quorum == Threshold(Base.BRANCH_COMMITTEE, Comparator.AT_LEAST, Fraction(1, 2))
    assert found.needed_to_meet
    assert found.passing is None
    assert found.citation.article == 12


def test_an_election_is_judged_by_the_rule_of_its_day():
    def on(day):
        return election_rule_for(meeting=MeetingKind.GENERAL_MEETING, organization=OrganizationKind.BRANCH, day=day)

    assert on(dt.date(1990, 6, 26)) is None
    assert on(dt.date(1990, 6, 27)).quorum == Threshold(Base.VOTERS, Comparator.MORE_THAN, Fraction(4, 5))
    assert on(ELECTIONS_2020 - DAY) == on(dt.date(1990, 6, 27))
    assert on(ELECTIONS_2020).quorum == Threshold(Base.VOTERS, Comparator.AT_LEAST, Fraction(4, 5))
    assert on(TODAY) == on(ELECTIONS_2020)
    for day in (ELECTIONS_2020 - DAY, ELECTIONS_2020):
        assert on(day).passing == Threshold(Base.VOTERS_PRESENT, Comparator.MORE_THAN, Fraction(1, 2))
    assert [has_quorum(on(day), Count(10, 8, 10, 8)) for day in (ELECTIONS_2020 - DAY, ELECTIONS_2020)] == [
        False,
        True,
    ]


def test_that_exactly_four_fifths_were_disputed_under_the_rule_of_1990_is_on_record():
    assert "正好五分之四" in rule("election", dt.date(2000, 1, 1)).note


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("meeting", [MeetingKind.GROUP_MEETING, MeetingKind.LESSON, MeetingKind.THEME_DAY])
def test_no_rule_is_made_up_for_meetings_that_take_no_vote(decision, meeting):
    assert rule_for(decision, meeting=meeting, organization=OrganizationKind.BRANCH, day=TODAY) is None


def test_no_rule_of_the_branch_is_applied_to_a_committee_or_to_the_leading_group():
    for organization in (OrganizationKind.COMMITTEE, OrganizationKind.LEADING_GROUP):
        assert in_general_meeting(Decision.RESOLUTION, TODAY, organization) is None
    assert isinstance(in_general_meeting(Decision.ELECTION, TODAY, OrganizationKind.COMMITTEE), ElectionRule)


# --- The rows of the regulations -----------------------------------------------------------------------------------

ROWS = {
    # id: (article, how far checked, modality)
    "branch_size.least": (4, FULL, MUST),
    "branch_size.most": (4, FULL, GENERALLY),
    "joint_branch": (None, CONTENT, MUST),
    "general_meeting": (11, FULL, GENERALLY),
    "resolution": (11, FULL, MUST),
    "branch_committee_meeting": (12, FULL, GENERALLY),
    "branch_committee_meeting.quorum": (12, FULL, MUST),
    "committee_first": (12, FULL, GENERALLY),
    "group_meeting": (13, FULL, GENERALLY),
    "groups": (None, NONE, SHOULD),
    "chairing": (14, FULL, None),
    "lessons": (16, FULL, SHOULD),
    "leader_lesson": (16, FULL, SHOULD),
    "theme_day": (16, FULL, SHOULD),
    "organization_life_meeting": (17, FULL, MUST),
    "appraisal": (None, CONTENT, GENERALLY),
    "talks": (None, CONTENT, GENERALLY),
    "branch_committee.least": (None, CONTENT, MUST),
    "branch_committee.most": (None, CONTENT, GENERALLY),
    "branch_without_committee": (None, CONTENT, MUST),
    "term.branch": (None, CONTENT, GENERALLY),
    "term_election": (3, FULL, SHOULD),
    "right_to_vote": (5, FULL, None),
    "left_out_of_base": (None, CONTENT, None),
    "who_elects": (None, CONTENT, None),
    "order_of_candidates": (None, CONTENT, None),
    "unmarked_ballots": (None, CONTENT, None),
    "election": (None, CONTENT, None),
    "more_candidates_than_seats": (None, NONE, MUST),
    "organ_committee.members": (5, FULL, None),
    "term.organ_committee": (5, FULL, GENERALLY),
    "organ_general_branch.members": (6, FULL, None),
    "term.organ_general_branch": (6, FULL, None),
    "organ_branch.least": (7, FULL, None),
    "organ_branch_committee": (7, FULL, None),
    "term.organ_branch": (7, FULL, None),
    "learning_hours": (20, FULL, GENERALLY),
    "learning_hours.officers": (None, NONE, None),
    "training.officers": (None, NONE, None),
    "training.new_secretary": (None, NONE, None),
    "admission": (None, CONTENT, MUST),
    "confirmation": (None, CONTENT, MUST),
}


def test_every_row_of_the_regulations_is_shipped_with_its_article_its_check_and_its_modality():
    shipped = {
        one.id: (one.citation.article, one.citation.verified, one.modality)
        for one in all_rules()
        if one.force.holds(TODAY)
    }
    assert shipped == ROWS


def test_what_is_not_verified_is_shipped_switched_off():
    on = {one.id for one in rules_on(TODAY)}
    assert on == {id_ for id_, (_, verified, _) in ROWS.items() if verified is not NONE}


def test_the_requirements_are_those_that_other_programs_rely_on():
    owed = {one.requirement: one for one in rules_on(TODAY) if isinstance(one, Obligation)}
    assert {
        word: (one.period, one.count, one.measure.value, one.binding.subject.value) for word, one in owed.items()
    } == {
        "general_meeting": (Period.QUARTER, 1, "times", "organization"),
        "branch_committee_meeting": (Period.MONTH, 1, "times", "organization"),
        "group_meeting": (Period.MONTH, 1, "times", "organization"),
        "theme_day": (Period.MONTH, 1, "times", "organization"),
        "organization_life_meeting": (Period.YEAR, 1, "times", "organization"),
        "appraisal": (Period.YEAR, 1, "times", "organization"),
        "talks": (Period.YEAR, 1, "times", "person"),
        "leader_lesson": (Period.YEAR, 1, "times", "post"),
        "term_election": (Period.TERM, 1, "times", "organization"),
        "learning_hours": (Period.YEAR, 32, "hours", "person"),
    }
    assert {one.grace for one in owed.values()} == {7}


def test_an_obligation_that_a_meeting_fulfils_names_the_meeting_by_the_same_word():
    for one in all_rules():
        if isinstance(one, Obligation) and one.requirement in list(MeetingKind):
            assert one.meetings == {MeetingKind(one.requirement)}


def test_the_plan_for_2019_to_2023_asked_56_hours_of_officers_and_its_successor_waits_to_be_confirmed():
    assert rule("learning_hours.officers", dt.date(2023, 12, 31)).count == 56
    assert rule("learning_hours.officers", dt.date(2024, 1, 1)) is None


def test_sizes_and_terms_are_those_of_the_texts():
    sizes = {
        one.id: (one.size.attribute, one.size.at_least, one.size.at_most)
        for one in rules_on(TODAY)
        if isinstance(one, SizeRule)
    }
    assert sizes == {
        "branch_size.least": (Attribute.FULL_MEMBERS, 3, None),
        "branch_size.most": (Attribute.MEMBERS, None, 50),
        "branch_committee.least": (Attribute.COMMITTEE_MEMBERS, 3, None),
        "branch_committee.most": (Attribute.COMMITTEE_MEMBERS, None, 7),
        "organ_committee.members": (Attribute.MEMBERS, 100, None),
        "organ_general_branch.members": (Attribute.MEMBERS, 50, 99),
        "organ_branch.least": (Attribute.FULL_MEMBERS, 3, None),
        "organ_branch_committee": (Attribute.COMMITTEE_MEMBERS, 1, None),
    }
    terms = {one.id: one.years for one in rules_on(TODAY) if isinstance(one, TermRule)}
    assert terms == {
        "term.branch": 3,
        "term.organ_committee": 5,
        "term.organ_general_branch": 3,
        "term.organ_branch": 3,
    }


def test_the_texts_of_1998_and_2010_are_not_replaced_by_that_of_2019():
    assert rule("term.organ_committee", dt.date(2019, 12, 26)) is None
    assert rule("term.organ_committee", dt.date(2019, 12, 27)) is not None


def test_no_rule_counts_without_a_printable_citation():
    for one in all_rules():
        assert one.citation.title
        assert one.citation.issuer
        if one.citation.verified is not FULL:
            assert "条号待核" in one.citation.zh
        assert one.label
        assert one.layer is Layer.NATIONAL


def test_every_provision_is_a_sentence():
    assert all(one.says.endswith("。") for one in all_rules() if isinstance(one, Provision))


# --- A unit's own packs --------------------------------------------------------------------------------------------


@pytest.fixture
def unit(tmp_path):
    def write(text: str) -> Path:
        (tmp_path / "rules").mkdir(exist_ok=True)
        file = tmp_path / "rules" / "unit.toml"
        file.write_text(text, encoding="utf-8")
        queries._packed.cache_clear()
        queries._all_rules.cache_clear()
        queries._rules_on.cache_clear()
        return file

    yield write
    queries._packed.cache_clear()
    queries._all_rules.cache_clear()
    queries._rules_on.cache_clear()


def test_the_example_of_a_units_pack_adds_a_lesson_each_quarter_and_makes_a_size_tighter(unit):
    unit((PACKS / "examples" / "unit.toml").read_text(encoding="utf-8"))
    lesson = rule("unit.lesson", TODAY)
    assert (lesson.requirement, lesson.period, lesson.count) == ("unit.lesson", Period.QUARTER, 1)
    assert lesson.citation.zh == "《党支部组织生活制度》第六条"
    assert rule("unit.lesson", dt.date(2025, 12, 31)) is None
    assert [rule("branch_size.most", day).size.at_most for day in (dt.date(2025, 12, 31), TODAY)] == [50, 30]


def test_packs_are_read_once(unit):
    unit((PACKS / "examples" / "unit.toml").read_text(encoding="utf-8"))
    assert all_rules() is all_rules()
    assert rules_on(TODAY) is rules_on(TODAY)


def test_a_unit_confirms_a_rule_that_was_shipped_off_by_stating_it_with_its_source(unit):
    assert rule("groups", TODAY) is None
    unit(
        """
        layer = "unit"
        [texts.checked]
        title = "中国共产党支部工作条例（试行）"
        issuer = "中共中央"
        year = 2018
        since = 2018-10-28
        [[rules]]
        id = "groups"
        kind = "provision"
        label = "划分党小组"
        text = "checked"
        article = 13
        verified = "full"
        modality = "should"
        binds = { kinds = ["branch"] }
        says = "划分党小组。"
        """
    )
    assert rule("groups", TODAY).citation.zh == "《中国共产党支部工作条例（试行）》第十三条"


def test_a_unit_that_tightens_a_vote_is_judged_by_its_own_rule(unit):
    unit(
        """
        layer = "unit"
        [texts.own]
        title = "议事规则"
        issuer = "机关党委"
        year = 2026
        since = 2026-01-01
        [[rules]]
        id = "resolution"
        kind = "assembly"
        label = "作出决议"
        text = "own"
        article = 4
        verified = "full"
        modality = "must"
        binds = { kinds = ["branch"] }
        meetings = ["general_meeting"]
        decisions = ["resolution"]
        quorum = { base = "voters", at_least = "2/3" }
        passing = { base = "voters", more_than = "1/2" }
        """
    )
    strict = in_general_meeting(Decision.RESOLUTION, TODAY)
    assert isinstance(strict, AssemblyRule)
    assert (strict.layer, strict.citation.zh) == (Layer.UNIT, "《议事规则》第四条")
    assert not has_quorum(strict, Count(20, 13, 20, 13))
    assert in_general_meeting(Decision.RESOLUTION, dt.date(2025, 12, 31)).layer is Layer.NATIONAL


def test_a_wrong_pack_stops_the_start_and_says_where(unit):
    file = unit('layer = "unit"\nrules = []\ntexts = {}\nlayre = 1\n')
    with pytest.raises(PackRefused) as refusal:
        RulesConfig.create("zhibu.apps.rules").ready()
    assert f"{file}:4: layre: unknown key" in str(refusal.value)
