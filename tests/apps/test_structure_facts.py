"""The facts behind structure findings are those of the day, within what one oversees."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations import actions
from zhibu.apps.organizations.queries import house_on
from zhibu.apps.people.access import stranger
from zhibu.apps.people.models import Membership, Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.structure import (
    structure_and_terms_overseen_by,
    structure_overseen_by,
    term_ends_overseen_by,
)
from zhibu.domain.structure import StructureCheck
from zhibu.domain.terms import OrganizationKind, PostKind, Standing

DAY = world.DAY


@pytest.fixture
def bureau(db):
    return world.bureau()


def look(asker_person, day=DAY):
    account = getattr(asker_person, "account", None) or world.account(asker_person)
    house = house_on(day)
    structure = structure_overseen_by(asker_of(account, DAY), house)
    return [(house.by_id[each.organization].code, each.check) for each in structure.findings]


def test_findings_of_the_small_bureau_come_in_tree_order(bureau):
    world.appoint(bureau.qiu, bureau.root)
    check = StructureCheck
    assert look(bureau.qiu) == [
        ("GZ-A", check.MEMBERS),
        ("GZ-A-01", check.FULL_MEMBERS),
        ("GZ-A-01-1", check.NO_LEADER),
        ("GZ-A-01-2", check.NO_LEADER),
        ("GZ-A-02", check.FULL_MEMBERS),
        ("GZ-A-02", check.NO_SECRETARY),
        ("GZ-B", check.MEMBERS),
        ("GZ-B", check.NO_SECRETARY),
        ("GZ-B-01", check.FULL_MEMBERS),
        ("GZ-D", check.MEMBERS),
        ("GZ-D", check.NO_SECRETARY),
        ("GZ-D-01", check.FULL_MEMBERS),
        ("GZ-D-01", check.NO_SECRETARY),
    ]


def test_one_sees_the_findings_of_what_one_oversees_and_no_others(bureau):
    assert {code for code, _check in look(bureau.lin)} == {"GZ-A-01", "GZ-A-01-1", "GZ-A-01-2"}
    assert look(bureau.chen) == []
    assert structure_overseen_by(stranger(DAY), house_on(DAY)).findings == []


def test_two_offices_are_two_parts_of_the_tree(bureau):
    world.appoint(bureau.lin, bureau.quay, PostKind.COMMITTEE_MEMBER)
    assert {code for code, _check in look(bureau.lin)} >= {"GZ-A-01", "GZ-B-01"}
    assert "GZ-B" not in {code for code, _check in look(bureau.lin)}


def test_an_office_below_another_one_counts_nothing_twice(bureau):
    world.appoint(bureau.lin, bureau.office, PostKind.COMMITTEE_MEMBER)
    found = look(bureau.lin)
    assert len(found) == len(set(found)) == 6


def test_who_holds_a_post_without_being_a_member_of_it_is_named(bureau):
    world.appoint(bureau.qiu, bureau.inspection, PostKind.YOUTH_OFFICER)
    world.appoint(bureau.wen, bureau.inspection, PostKind.PUBLICITY_OFFICER)
    house = house_on(DAY)
    structure = structure_overseen_by(asker_of(world.account(bureau.lin), DAY), house)
    about = [(each.check, structure.people[each.person]) for each in structure.findings if each.person]
    assert about == [(StructureCheck.OFFICE_OUTSIDE, "邱禾"), (StructureCheck.HOLDER_STANDING, "闻宁")]


def test_a_leader_of_another_group_is_held_outside(bureau):
    world.appoint(bureau.chen, bureau.first_group, PostKind.GROUP_LEADER)
    world.appoint(bureau.lin, bureau.second_group, PostKind.GROUP_LEADER)
    assert look(bureau.lin)[1:] == [
        ("GZ-A-01-1", StructureCheck.OFFICE_OUTSIDE),
        ("GZ-A-01-2", StructureCheck.OFFICE_OUTSIDE),
    ]


def test_a_past_day_is_judged_by_its_own_facts(bureau):
    for name in ("祝安", "祝康"):
        world.admit(world.person(name), bureau.inspection, since=dt.date(2026, 5, 1))
    day_before, first_day = dt.date(2026, 4, 30), dt.date(2026, 5, 1)
    assert ("GZ-A-01", StructureCheck.FULL_MEMBERS) in look(bureau.lin, day_before)
    assert ("GZ-A-01", StructureCheck.FULL_MEMBERS) not in look(bureau.lin, first_day)


def test_an_organization_moved_since_is_counted_where_it_stood(bureau):
    people = Person.objects.bulk_create(Person(staff_number=f"2{n:04}", name=f"祝{n}") for n in range(98))
    Membership.objects.bulk_create(
        Membership(person=each, organization=bureau.inspection, standing=Standing.FULL, since=world.LONG_AGO)
        for each in people
    )
    actions.move(bureau.inspection, under=bureau.harbor, on=dt.date(2026, 7, 1), actor=OPERATOR, at=world.AT)
    world.appoint(bureau.qiu, bureau.harbor)
    short = ("GZ-A", StructureCheck.MEMBERS)
    assert short not in look(bureau.fang, dt.date(2026, 6, 30))
    assert short in look(bureau.fang, dt.date(2026, 7, 1))


def test_a_term_of_the_organization_is_read(bureau):
    world.term(bureau.inspection, since=dt.date(2021, 1, 1), ends=dt.date(2024, 1, 1), until=dt.date(2024, 2, 1))
    assert ("GZ-A-01", StructureCheck.TERM_ENDED) not in look(bureau.lin)
    world.term(bureau.inspection, since=dt.date(2024, 2, 1), ends=dt.date(2026, 12, 1))
    assert ("GZ-A-01", StructureCheck.TERM_ENDS_SOON) in look(bureau.lin)


def test_findings_and_terms_asked_for_at_once_are_those_asked_for_apart(bureau):
    world.term(bureau.inspection, since=dt.date(2024, 2, 1), ends=dt.date(2026, 12, 1))
    world.term(bureau.office, since=dt.date(2023, 5, 1))
    asker, house = asker_of(world.account(bureau.fang), DAY), house_on(DAY)
    structure, ends = structure_and_terms_overseen_by(asker, house)
    assert (structure, ends) == (structure_overseen_by(asker, house), term_ends_overseen_by(asker, house))
    assert {end.day for end in ends} >= {dt.date(2026, 12, 1), dt.date(2028, 5, 1)}


def test_facts_cost_the_same_queries_for_one_organization_and_for_many(bureau):
    asker = asker_of(world.account(bureau.fang), DAY)
    house = house_on(DAY)
    with CaptureQueriesContext(connection) as few:
        structure_overseen_by(asker, house)
    for n in range(4):
        branch = world.organization(f"GZ-A-1{n}", OrganizationKind.BRANCH, under=bureau.office)
        world.appoint(world.member(f"祝{n}", branch), branch)
    house = house_on(DAY)
    with CaptureQueriesContext(connection) as many:
        structure_overseen_by(asker, house)
    assert len(few) == len(many) == 2
