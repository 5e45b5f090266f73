"""Each figure is the count of what it opens to, on any day, for the whole house and for each part of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations import actions
from zhibu.apps.organizations.queries import house_on
from zhibu.apps.people.access import stranger
from zhibu.apps.people.models import Employment, Membership, Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.definitions import BY_ID, FIGURES, POST_HOLDERS_OF_MEMBERS, POST_HOLDERS_OF_STAFF
from zhibu.apps.reports.listing import OrganizationLine, PersonLine, PostLine, Sort, listing, sorts
from zhibu.apps.reports.queries import document, service_years, sheet
from zhibu.apps.reports.scope import Scope, scope_of
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.periods import add_months, whole_years
from zhibu.domain.terms import OrganizationKind, PostKind, Standing

DAY = world.DAY


def window_post(code, organization=None, *, site="大厅", section="综合", since=world.LONG_AGO, until=None):
    return WindowPost.objects.create(
        code=code,
        name=f"{section}{code}",
        site=Site.objects.get_or_create(name=site)[0],
        section=Section.objects.get_or_create(name=section)[0],
        organization=organization,
        since=since,
        until=until,
    )


def numbers(scope, *ids):
    found = sheet(scope).numbers
    return tuple(found[name] for name in ids)


@pytest.fixture
def bureau(db):
    return world.bureau()


def test_an_empty_house_counts_nothing_and_shares_nothing(db):
    assert document(DAY) == {
        "on": "2026-11-23",
        "organizations": {"leading_group": 0, "committee": 0, "general_branch": 0, "branch": 0, "group": 0},
        "secretaries": 0,
        "committee_members": 0,
        "branch_committee_members": 0,
        "party_posts": 0,
        "post_holders": 0,
        "staff": 0,
        "members": 0,
        "full_members": 0,
        "post_holders_of_staff": None,
        "post_holders_of_members": None,
        "window_posts": 0,
        "service_years": {},
    }


def test_the_document_of_the_small_bureau(bureau):
    world.appoint(bureau.chen, bureau.inspection, PostKind.YOUTH_OFFICER)
    world.appoint(bureau.chen, bureau.office, PostKind.COMMITTEE_MEMBER)
    world.appoint(bureau.chen, bureau.second_group, PostKind.GROUP_LEADER)
    world.admit(world.person("祝安"), bureau.quay, standing=Standing.PROBATIONARY)
    world.admit(world.person("祝康"), bureau.quay, standing=Standing.SUSPENDED)
    window_post("W01", bureau.inspection)
    assert document(DAY) == {
        "on": "2026-11-23",
        "organizations": {"leading_group": 1, "committee": 2, "general_branch": 1, "branch": 4, "group": 2},
        "secretaries": 3,
        "committee_members": 1,
        "branch_committee_members": 1,
        "party_posts": 5,
        "post_holders": 4,
        "staff": 5,
        "members": 6,
        "full_members": 5,
        "post_holders_of_staff": 4 / 5,
        "post_holders_of_members": 4 / 6,
        "window_posts": 1,
        "service_years": {
            "GZ-A-01": {"at_least_15": 3, "at_least_20": 0, "longest": 16},
            "GZ-A-02": {"at_least_15": 1, "at_least_20": 0, "longest": 16},
            "GZ-B-01": {"at_least_15": 1, "at_least_20": 0, "longest": 16},
        },
    }


def test_every_number_is_the_count_of_the_records_it_opens_to(bureau):
    world.appoint(bureau.chen, bureau.office, PostKind.COMMITTEE_MEMBER)
    window_post("W01", bureau.inspection)
    house = house_on(DAY)
    for organization in (bureau.root, bureau.office, bureau.inspection, bureau.first_group, bureau.station):
        scope = scope_of(house, organization.pk)
        for figure in FIGURES:
            records = figure.records(scope)
            if figure.in_years:
                assert {whole_years(row.person.work_began, DAY) for row in records} <= {sheet(scope).of(figure)}
            else:
                assert sheet(scope).of(figure) == records.count() == len(set(records))


def test_the_parts_of_the_tree_add_up_to_what_stands_above_them(bureau):
    house = house_on(DAY)
    parts = [scope_of(house, child.id) for child in house.children(bureau.root.pk)]
    for name in ("secretaries", "committee_members", "branch_committee_members", "staff", "members", "full_members"):
        assert sum(sheet(part).of(BY_ID[name]) for part in parts) == sheet(Scope(DAY)).of(BY_ID[name])


def test_a_deputy_is_among_the_secretaries_and_a_group_leader_among_no_posts(bureau):
    world.appoint(bureau.chen, bureau.inspection, PostKind.DEPUTY_SECRETARY)
    world.appoint(bureau.lin, bureau.first_group, PostKind.GROUP_LEADER)
    assert numbers(Scope(DAY), "secretaries", "party_posts", "post_holders") == (4, 4, 4)


def test_one_person_with_two_posts_is_two_posts_and_one_holder(bureau):
    world.appoint(bureau.lin, bureau.office, PostKind.COMMITTEE_MEMBER)
    assert numbers(Scope(DAY), "party_posts", "post_holders") == (4, 3)


def test_the_secretary_of_the_leading_group_is_not_among_the_party_posts(bureau):
    world.appoint(bureau.qiu, bureau.root)
    assert numbers(Scope(DAY), "secretaries", "party_posts") == (3, 3)


def test_a_post_counts_from_its_first_day_to_the_day_before_its_last(bureau):
    world.appoint(
        bureau.chen,
        bureau.inspection,
        PostKind.YOUTH_OFFICER,
        since=dt.date(2026, 3, 1),
        until=dt.date(2026, 9, 1),
    )
    days = [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 8, 31), dt.date(2026, 9, 1)]
    assert [numbers(Scope(day), "branch_committee_members") for day in days] == [(0,), (1,), (1,), (0,)]


def test_a_post_of_a_dissolved_organization_counts_until_the_day_before(bureau):
    world.appoint(bureau.chen, bureau.platform)
    actions.dissolve(bureau.platform, on=dt.date(2026, 6, 1), actor=OPERATOR, at=world.AT)
    found = [numbers(Scope(day), "secretaries", "organizations.branch") for day in (dt.date(2026, 5, 31), DAY)]
    assert found == [(4, 4), (3, 3)]


def test_a_part_is_counted_where_it_stood_on_the_day(bureau):
    actions.move(bureau.inspection, under=bureau.harbor, on=dt.date(2026, 7, 1), actor=OPERATOR, at=world.AT)

    def members_of(organization, day):
        return sheet(scope_of(house_on(day), organization.pk)).of(BY_ID["members"])

    before, after = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
    assert (members_of(bureau.office, before), members_of(bureau.harbor, before)) == (3, 1)
    assert (members_of(bureau.office, after), members_of(bureau.harbor, after)) == (1, 3)
    assert members_of(bureau.inspection, before) == members_of(bureau.inspection, after) == 2


def test_members_of_a_branch_not_yet_founded_are_counted_where_they_are_known(bureau):
    young = world.organization("GZ-B-02", under=bureau.harbor, founded=dt.date(2020, 1, 1))
    world.admit(world.person("祝安"), young, since=dt.date(2006, 1, 1))
    then = dt.date(2010, 1, 1)
    assert numbers(scope_of(house_on(then), bureau.harbor.pk), "members", "organizations.branch") == (2, 1)


def test_a_group_has_the_members_assigned_to_it(bureau):
    scope = scope_of(house_on(DAY), bureau.first_group.pk)
    assert [row.person.name for row in BY_ID["members"].records(scope)] == ["林悦"]
    assert numbers(scope, "members", "staff", "party_posts") == (1, 0, 0)


def test_those_assigned_to_no_unit_are_counted_for_the_whole_house_only(bureau):
    world.employ(world.person("祝安"), None)
    window_post("W09")
    house = house_on(DAY)
    assert numbers(scope_of(house, bureau.root.pk), "staff", "window_posts") == (6, 1)
    children = [scope_of(house, child.id) for child in house.children(bureau.root.pk)]
    assert sum(sheet(scope).of(BY_ID["staff"]) for scope in children) == 5
    assert "GZ" not in service_years(DAY)


def test_window_posts_stand_at_sites_and_in_sections(bureau):
    window_post("W01", bureau.inspection, site="甲厅", section="报检")
    window_post("W02", bureau.inspection, site="乙厅", section="报检")
    window_post("W03", bureau.inspection, site="丙厅", section="计费", until=dt.date(2026, 1, 1))
    assert numbers(Scope(DAY), "window_posts", "window_sites", "window_sections") == (2, 2, 1)


def test_years_of_work_are_complete_on_the_anniversary(bureau):
    unit = world.organization("GZ-B-02", under=bureau.harbor)
    for began in (dt.date(2011, 11, 23), dt.date(2011, 11, 24), dt.date(1995, 11, 24), None):
        world.employ(world.person("祝安", work_began=began), unit)
    service = service_years(DAY)["GZ-B-02"]
    assert (service.at_least_15, service.at_least_20, service.longest) == (2, 1, 30)
    scope = scope_of(house_on(DAY), unit.pk)
    assert numbers(scope, "service_years.at_least_15", "service_years.at_least_20", "service_years.longest") == (
        2,
        1,
        30,
    )


def test_where_no_first_day_is_known_there_is_no_longest(bureau):
    unit = world.organization("GZ-B-02", under=bureau.harbor)
    world.employ(world.person("祝安", work_began=None), unit)
    assert service_years(DAY)["GZ-B-02"].longest is None
    assert numbers(scope_of(house_on(DAY), unit.pk), "service_years.longest") == (None,)


@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2030, 1, 1)),
    st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    st.integers(0, 45),
)
def test_the_day_by_which_one_must_have_begun_agrees_with_whole_years(began, day, years):
    assert (began <= add_months(day, -12 * years)) == (whole_years(began, day) >= years)


def test_shares_are_of_the_same_scope(bureau):
    office = sheet(scope_of(house_on(DAY), bureau.office.pk))
    assert office.share(POST_HOLDERS_OF_STAFF) == 2 / 4
    assert office.share(POST_HOLDERS_OF_MEMBERS) == 2 / 3
    assert sheet(scope_of(house_on(DAY), bureau.station.pk)).share(POST_HOLDERS_OF_STAFF) is None


# --- What a figure opens to ----------------------------------------------------------------------------------------


def asker_for(person):
    return asker_of(world.account(person), DAY)


def test_who_oversees_the_whole_sees_every_line(bureau):
    world.appoint(bureau.qiu, bureau.root)
    found = listing(BY_ID["members"], Scope(DAY), asker_for(bureau.qiu))
    assert (found.total, found.seen, found.hidden, found.found) == (4, 4, 0, 4)
    assert found.lines() == [
        PersonLine(person.pk, person.name, person.staff_number, branch.pk, branch.pk, "")
        for person, branch in (
            (bureau.lin, bureau.inspection),
            (bureau.chen, bureau.inspection),
            (bureau.fang, bureau.archive_branch),
            (bureau.qiu, bureau.quay),
        )
    ]


def test_who_is_no_member_is_listed_without_a_branch(bureau):
    world.appoint(bureau.qiu, bureau.root)
    lines = listing(BY_ID["staff"], Scope(DAY), asker_for(bureau.qiu)).lines()
    assert [(line.name, line.branch) for line in lines][-1] == ("闻宁", None)


def test_a_member_sees_the_sum_and_of_the_lines_the_own_branch_and_who_holds_a_post_above_it(bureau):
    found = listing(BY_ID["members"], Scope(DAY), asker_for(bureau.chen))
    assert (found.total, found.seen, found.hidden) == (4, 3, 1)
    assert {line.name for line in found.lines()} == {"林悦", "陈星", "方澄"}


def test_posts_are_hidden_like_their_holders(bureau):
    found = listing(BY_ID["secretaries"], Scope(DAY), asker_for(bureau.chen))
    assert (found.total, found.seen) == (3, 2)
    assert found.lines() == [
        PostLine(bureau.fang.pk, "方澄", bureau.fang.staff_number, PostKind.SECRETARY, bureau.office.pk),
        PostLine(bureau.lin.pk, "林悦", bureau.lin.staff_number, PostKind.SECRETARY, bureau.inspection.pk),
    ]


def test_organizations_are_listed_as_far_as_they_are_seen(bureau):
    found = listing(BY_ID["organizations.committee"], Scope(DAY), asker_for(bureau.chen))
    assert (found.total, found.seen) == (2, 1)
    assert found.lines() == [OrganizationLine(bureau.office.pk, "GZ-A", OrganizationKind.COMMITTEE)]


def test_a_stranger_sees_no_line(bureau):
    for figure in FIGURES:
        if figure.opens in {"people", "posts", "organizations"}:
            found = listing(figure, Scope(DAY), stranger(DAY))
            assert (found.seen, found.found, found.lines()) == (0, 0, [])


@pytest.mark.parametrize("text", ["林", "悦", "linyue", "lin y", "LIN", "ly", "10001", "１０００１"])
def test_a_list_is_searched_by_name_pinyin_initials_and_number(bureau, text):
    found = listing(BY_ID["staff"], Scope(DAY), asker_for(bureau.lin), text=text)
    assert [line.name for line in found.lines()] == ["林悦"]
    assert (found.seen, found.found) == (4, 1)


def test_lists_are_ordered_by_number_name_or_place_and_by_nothing_else(bureau):
    world.appoint(bureau.qiu, bureau.root)
    asker = asker_for(bureau.qiu)

    def names(sort):
        return [line.name for line in listing(BY_ID["members"], Scope(DAY), asker, sort=sort).lines()]

    assert names(Sort.NUMBER) == ["林悦", "陈星", "方澄", "邱禾"]
    assert names(Sort.NAME) == ["陈星", "方澄", "林悦", "邱禾"]
    assert names(Sort.PLACE) == ["林悦", "陈星", "方澄", "邱禾"]
    assert {sort for figure in FIGURES for sort in sorts(figure)} == set(Sort)


def test_every_figure_can_be_listed_in_each_of_its_orders(bureau):
    window_post("W01", bureau.inspection)
    world.appoint(bureau.qiu, bureau.root)
    asker = asker_for(bureau.qiu)
    for figure in FIGURES:
        for sort in sorts(figure):
            found = listing(figure, Scope(DAY), asker, sort=sort, text="  ")
            assert len(found.lines()) == found.found == found.total == figure.records(Scope(DAY)).count()


def test_a_slice_of_the_lines_is_a_slice(bureau):
    found = listing(BY_ID["staff"], Scope(DAY), asker_for(bureau.lin))
    assert [line.name for line in found[1:2]] == ["陈星"]


# --- Measure --------------------------------------------------------------------------------------------------------


def queries_of(work):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


def test_a_sheet_and_a_list_cost_the_same_queries_for_one_person_and_for_many(bureau):
    world.appoint(bureau.qiu, bureau.root)
    asker = asker_for(bureau.qiu)
    few = (
        queries_of(lambda: sheet(Scope(DAY))),
        queries_of(lambda: listing(BY_ID["staff"], Scope(DAY), asker).lines()),
    )
    people = Person.objects.bulk_create(Person(staff_number=f"2{n:04}", name=f"祝{n}") for n in range(30))
    Employment.objects.bulk_create(Employment(person=p, organization=bureau.quay, since=DAY) for p in people)
    Membership.objects.bulk_create(
        Membership(person=p, organization=bureau.quay, standing=Standing.FULL, since=DAY) for p in people
    )
    many = (
        queries_of(lambda: sheet(Scope(DAY))),
        queries_of(lambda: listing(BY_ID["staff"], Scope(DAY), asker).lines()),
    )
    assert few == many == (2, 2)
