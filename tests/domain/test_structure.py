"""Structure checks by the rules that are shipped, at both edges of every number they name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from zhibu.apps.rules.queries import rules_on
from zhibu.domain.requirements import Attribute, Condition, SizeRule, State
from zhibu.domain.structure import Finding, OrganizationFacts, PostHeld, StructureCheck, TermHeld, findings
from zhibu.domain.terms import OrganizationKind, PostKind, Standing

DAY = dt.date(2026, 11, 23)

OFFICERS = (
    PostKind.ORGANIZATION_OFFICER,
    PostKind.PUBLICITY_OFFICER,
    PostKind.DISCIPLINE_OFFICER,
    PostKind.YOUTH_OFFICER,
    PostKind.COMMITTEE_MEMBER,
)


def key(number: int) -> UUID:
    return UUID(int=number)


def held(who: int, post: PostKind, *, at: UUID, standing: Standing | None = Standing.FULL) -> PostHeld:
    return PostHeld(key(who), post, dt.date(2025, 6, 30), standing, frozenset({at}) if standing else frozenset())


def organization(
    number: int = 1,
    kind: OrganizationKind = OrganizationKind.BRANCH,
    *,
    under: int | None = None,
    full: int = 10,
    probationary: int = 0,
    suspended: int = 0,
    committee: int = 5,
    term: TermHeld | None = None,
) -> OrganizationFacts:
    """An organization whose committee has ``committee`` people, the secretary among them."""
    posts = [held(101, PostKind.SECRETARY, at=key(number))] if committee else []
    posts += [
        held(102 + i, OFFICERS[i] if i < 5 else PostKind.COMMITTEE_MEMBER, at=key(number))
        for i in range(committee - 1)
    ]
    if kind is OrganizationKind.GROUP:
        posts = [held(101, PostKind.GROUP_LEADER, at=key(number))]
    parent = key(under) if under else None
    return OrganizationFacts(key(number), kind, parent, full, probationary, suspended, tuple(posts), term)


def look(*house: OrganizationFacts, on: dt.date = DAY) -> list[Finding]:
    return findings(house, rules_on(on), on)


def checks(*house: OrganizationFacts, on: dt.date = DAY) -> list[StructureCheck]:
    return [finding.check for finding in look(*house, on=on)]


def cited(finding: Finding) -> list[tuple[str, str | None]]:
    return [(rule.citation.zh, rule.modality) for rule in finding.rules]


def test_a_branch_as_the_texts_describe_it_has_no_findings():
    assert look(organization(full=10, committee=5)) == []


def test_a_finding_says_what_was_counted_and_by_which_articles():
    (found,) = look(organization(full=2, probationary=1, committee=1))
    assert (found.check, found.state) == (StructureCheck.FULL_MEMBERS, State(members=3, full_members=2))
    assert cited(found) == [
        ("《中国共产党支部工作条例（试行）》第四条", "must"),
        ("《中国共产党党和国家机关基层组织工作条例》第七条", None),
        ("《中国共产党支部工作条例（试行）》（2018年，条号待核）", "must"),
    ]


def test_three_full_members_are_enough_and_probationary_ones_do_not_count():
    assert checks(organization(full=3, committee=1)) == []
    assert checks(organization(full=2, probationary=5, committee=1)) == [StructureCheck.FULL_MEMBERS]


def test_a_full_member_whose_rights_are_suspended_still_counts_as_one():
    assert checks(organization(full=2, suspended=1, committee=1)) == []


def test_fifty_members_are_not_many_and_fifty_one_generally_are():
    assert checks(organization(full=48, probationary=2)) == []
    (found,) = look(organization(full=48, probationary=3))
    assert (found.check, found.state.members, found.state.groups) == (StructureCheck.MEMBERS, 51, 0)
    assert cited(found) == [("《中国共产党支部工作条例（试行）》第四条", "generally")]


def test_a_finding_about_many_members_says_how_many_groups_there_are():
    branch = organization(1, full=51)
    group = organization(2, OrganizationKind.GROUP, under=1, full=0)
    assert [found.state.groups for found in look(branch, group)] == [1]


def test_seven_full_members_have_a_committee_and_six_have_none():
    assert checks(organization(full=6, committee=1)) == []
    assert checks(organization(full=7, committee=1)) == [StructureCheck.COMMITTEE]
    assert checks(organization(full=7, committee=3)) == []
    assert checks(organization(full=6, committee=3)) == [StructureCheck.COMMITTEE]


def test_a_secretary_and_a_deputy_are_no_committee():
    posts = (held(101, PostKind.SECRETARY, at=key(1)), held(102, PostKind.DEPUTY_SECRETARY, at=key(1)))
    assert look(replace(organization(full=6), posts=posts)) == []
    (found,) = look(replace(organization(full=7), posts=posts))
    assert (found.check, found.state.committee_members) == (StructureCheck.COMMITTEE, 0)


@pytest.mark.parametrize(("size", "is_found"), [(2, True), (3, False), (5, False), (7, False), (8, True)])
def test_a_branch_committee_has_at_least_three_and_generally_at_most_seven(size, is_found):
    found = look(organization(full=20, committee=size))
    assert [(each.check, each.state.committee_members) for each in found] == (
        [(StructureCheck.COMMITTEE, size)] if is_found else []
    )


def test_a_committee_is_counted_in_people_not_in_posts():
    posts = (
        held(101, PostKind.SECRETARY, at=key(1)),
        held(101, PostKind.ORGANIZATION_OFFICER, at=key(1)),
        held(102, PostKind.PUBLICITY_OFFICER, at=key(1)),
    )
    (found,) = look(replace(organization(), posts=posts))
    assert (found.check, found.state.committee_members) == (StructureCheck.COMMITTEE, 2)


@pytest.mark.parametrize(("members", "is_found"), [(49, True), (50, False), (99, False), (100, True)])
def test_a_general_branch_has_fifty_to_ninety_nine_members_below_it(members, is_found):
    general = organization(1, OrganizationKind.GENERAL_BRANCH, full=0)
    first, second = organization(2, under=1, full=30), organization(3, under=1, full=members - 31, probationary=1)
    found = [each for each in look(general, first, second) if each.organization == general.id]
    assert [(each.check, each.state.members) for each in found] == (
        [(StructureCheck.MEMBERS, members)] if is_found else []
    )


@pytest.mark.parametrize(("members", "is_found"), [(99, True), (100, False), (1000, False)])
def test_an_office_committee_has_a_hundred_members_below_it_at_any_depth(members, is_found):
    committee = organization(1, OrganizationKind.COMMITTEE, full=0)
    general = organization(2, OrganizationKind.GENERAL_BRANCH, under=1, full=0)
    branch = organization(3, under=2, full=members)
    found = [each for each in look(committee, general, branch) if each.organization == committee.id]
    assert [each.check for each in found] == ([StructureCheck.MEMBERS] if is_found else [])


@pytest.mark.parametrize(
    ("ends", "check"),
    [
        (dt.date(2026, 11, 22), StructureCheck.TERM_ENDED),
        (dt.date(2026, 11, 23), StructureCheck.TERM_ENDS_SOON),
        (dt.date(2027, 5, 23), StructureCheck.TERM_ENDS_SOON),
        (dt.date(2027, 5, 24), None),
    ],
)
def test_a_term_is_mentioned_six_months_before_its_end(ends, check):
    found = look(organization(term=TermHeld(dt.date(2024, 5, 1), ends)))
    assert [(each.check, each.day, each.is_assumed) for each in found] == ([(check, ends, False)] if check else [])


def test_an_end_nobody_wrote_down_is_counted_from_the_beginning_and_the_length_is_cited():
    (found,) = look(organization(1, term=TermHeld(dt.date(2024, 2, 29), None)))
    assert (found.check, found.day, found.is_assumed) == (
        StructureCheck.TERM_ENDS_SOON,
        dt.date(2027, 2, 28),
        True,
    )
    assert [rule.id for rule in found.rules] == ["term_election", "term.organ_branch"]


def test_a_committee_is_elected_for_five_years_and_a_branch_for_three():
    began = TermHeld(dt.date(2023, 12, 1), None)
    committee = organization(1, OrganizationKind.COMMITTEE, full=100, term=began)
    branch = organization(2, under=1, term=began)
    assert [(each.organization, each.day) for each in look(committee, branch)] == [(branch.id, dt.date(2026, 12, 1))]


def test_without_a_term_on_record_the_earliest_of_the_offices_begins_it():
    early = replace(held(101, PostKind.SECRETARY, at=key(1)), since=dt.date(2023, 11, 24))
    late = replace(held(102, PostKind.DEPUTY_SECRETARY, at=key(1)), since=dt.date(2026, 1, 1))
    found = look(replace(organization(full=5), posts=(late, early)))
    assert [(each.check, each.day, each.is_assumed) for each in found] == [
        (StructureCheck.TERM_ENDS_SOON, dt.date(2026, 11, 24), True)
    ]


def test_vacancies_are_named_by_kind_of_organization():
    branch = replace(organization(1, full=3), posts=())
    group = replace(organization(2, OrganizationKind.GROUP, under=1, full=0), posts=())
    assert [(each.organization, each.check) for each in look(branch, group)] == [
        (branch.id, StructureCheck.NO_SECRETARY),
        (group.id, StructureCheck.NO_LEADER),
    ]


def test_a_deputy_does_not_fill_the_post_of_the_secretary():
    posts = (held(102, PostKind.DEPUTY_SECRETARY, at=key(1)),)
    assert checks(replace(organization(full=5), posts=posts)) == [StructureCheck.NO_SECRETARY]


def test_the_leading_group_is_appointed_and_not_judged():
    leading = replace(organization(1, OrganizationKind.LEADING_GROUP), posts=())
    probationary = (held(101, PostKind.SECRETARY, at=key(1), standing=Standing.PROBATIONARY),)
    assert look(leading) == look(replace(leading, posts=probationary)) == []


def test_an_office_is_held_by_a_member_of_the_organization_or_of_one_below_it():
    committee = replace(
        organization(1, OrganizationKind.COMMITTEE, full=100),
        posts=(held(101, PostKind.SECRETARY, at=key(2)), held(102, PostKind.COMMITTEE_MEMBER, at=key(9))),
    )
    branch = organization(2, under=1)
    other = organization(9)
    assert [(each.check, each.organization, each.person, each.post) for each in look(committee, branch, other)] == [
        (StructureCheck.OFFICE_OUTSIDE, committee.id, key(102), PostKind.COMMITTEE_MEMBER)
    ]


def test_a_group_is_led_by_one_of_its_own():
    branch = organization(1)
    leader = replace(held(101, PostKind.GROUP_LEADER, at=key(2)), belongs=frozenset({key(1), key(3)}))
    group = replace(organization(2, OrganizationKind.GROUP, under=1, full=0), posts=(leader,))
    other = organization(3, OrganizationKind.GROUP, under=1, full=0)
    assert [(each.check, each.organization) for each in look(branch, group, other)] == [
        (StructureCheck.OFFICE_OUTSIDE, group.id)
    ]


@pytest.mark.parametrize("standing", [Standing.PROBATIONARY, Standing.SUSPENDED, None])
def test_a_holder_who_is_no_full_member_with_all_rights_is_named(standing):
    posts = (held(101, PostKind.SECRETARY, at=key(1), standing=standing),)
    found = look(replace(organization(full=5), posts=posts))
    assert [(each.check, each.person, each.standing) for each in found] == [
        (StructureCheck.HOLDER_STANDING, key(101), standing)
    ]
    assert cited(found[0]) == [("《中国共产党基层组织选举工作条例》第五条", None)]


def test_a_day_before_a_text_came_into_force_is_not_judged_by_it():
    branch = replace(organization(1, full=2), posts=())
    assert checks(branch, on=dt.date(2018, 10, 27)) == []
    assert checks(branch, on=dt.date(2018, 10, 28)) == [StructureCheck.FULL_MEMBERS]


def test_a_check_names_only_texts_in_force_on_the_day():
    branch = organization(1, full=20, committee=1, term=TermHeld(dt.date(2018, 1, 1), dt.date(2030, 1, 1)))
    (before,) = look(branch, on=dt.date(2019, 12, 26))
    (after,) = look(branch, on=dt.date(2019, 12, 27))
    assert [rule.citation.year for rule in before.rules] == [2018]
    assert [rule.citation.year for rule in after.rules] == [2018, 2019]


def test_a_rule_of_the_unit_is_judged_as_well():
    shipped = next(rule for rule in rules_on(DAY) if isinstance(rule, SizeRule))
    own = replace(
        shipped,
        id="unit.groups",
        binding=replace(
            shipped.binding,
            kinds=frozenset({OrganizationKind.BRANCH}),
            conditions=frozenset({Condition(Attribute.MEMBERS, at_least=30)}),
        ),
        size=Condition(Attribute.GROUPS, at_least=2),
    )
    assert [each.check for each in findings([organization(full=30)], [own], DAY)] == [StructureCheck.GROUPS]
    assert findings([organization(full=29)], [own], DAY) == []


def test_without_rules_nothing_is_found():
    worst = replace(organization(1, full=0), posts=(held(101, PostKind.DEPUTY_SECRETARY, at=key(5)),))
    assert findings([worst], [], DAY) == []
