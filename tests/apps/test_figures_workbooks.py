"""The figures of the personnel office's workbooks, once they are in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.imports.actions import bring_in
from zhibu.apps.imports.plan import Options
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import house_on
from zhibu.apps.people.models import Appointment
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.definitions import FIGURES
from zhibu.apps.reports.listing import listing
from zhibu.apps.reports.queries import document, sheet
from zhibu.apps.reports.scope import scope_of
from zhibu.apps.reports.structure import structure_overseen_by
from zhibu.domain.structure import StructureCheck

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DATA = Path(__file__).parent.parent / "data"
DAY = dt.date(2026, 11, 23)

#: What the mission's document states of the bureau.
SEED = {
    "secretaries": 62,
    "committee_members": 35,
    "branch_committee_members": 180,
    "party_posts": 277,
    "post_holders": 277,
    "staff": 1300,
    "members": 640,
    "post_holders_of_staff": 277 / 1300,
    "post_holders_of_members": 277 / 640,
    "window_posts": 22,
}


def bring(name):
    report, _imported = bring_in(
        (DATA / name).read_bytes(), file_name=name, options=Options(DAY), actor=OPERATOR, at=world.AT
    )
    return report


def overseer():
    """Somebody who holds an office at the top of the tree; the leading group's is among no figure."""
    somebody = world.person("祝安", "90001")
    world.appoint(somebody, Organization.objects.get(code="GZ"))
    return asker_of(world.account(somebody), DAY)


@pytest.fixture
def bureau():
    assert bring("bureau.xlsx").errors == ()


def test_the_bureau_has_the_figures_of_the_seed(bureau):
    found = document(DAY)
    assert found["organizations"] == {
        "leading_group": 1,
        "committee": 3,
        "general_branch": 1,
        "branch": 54,
        "group": 66,
    }
    assert {name: found[name] for name in SEED} == SEED
    assert found["full_members"] == 620
    assert found["service_years"]["GZ-A-01"] == {"at_least_15": 14, "at_least_20": 5, "longest": 31}
    assert len(found["service_years"]) == 54


def test_the_untidy_bureau_has_them_as_well():
    assert bring("bureau-messy.xlsx").errors == ()
    found = document(DAY)
    assert {name: found[name] for name in SEED} == SEED
    assert {kind: found["organizations"][kind] for kind in ("committee", "general_branch", "branch")} == {
        "committee": 3,
        "general_branch": 1,
        "branch": 54,
    }
    assert found["service_years"]["GZ-A-01"] == {"at_least_15": 14, "at_least_20": 5, "longest": 31}


def test_a_workbook_that_is_refused_leaves_no_figures():
    assert bring("bureau-errors.xlsx").errors
    found = document(DAY)
    assert {name: found[name] or 0 for name in SEED} == dict.fromkeys(SEED, 0)


def test_every_figure_of_the_bureau_opens_to_as_many_lines_as_it_counts(bureau):
    asker = overseer()
    places = Organization.objects.filter(code__in=["GZ", "GZ-A", "GZ-D", "GZ-A-01", "GZ-A-01-1"])
    for day in (dt.date(2012, 2, 29), DAY):
        house = house_on(day)
        for scope in [scope_of(house, place.pk) for place in places]:
            found = sheet(scope)
            for figure in FIGURES:
                lines = listing(figure, scope, asker)
                assert (lines.hidden, len(lines.lines())) == (0, lines.total)
                assert figure.in_years or found.of(figure) == lines.total


def test_in_the_bureau_the_general_branch_is_large_and_nothing_else_needs_a_look(bureau):
    house = house_on(DAY)
    found = structure_overseen_by(overseer(), house).findings
    assert [(house.by_id[each.organization].code, each.check, each.state.members) for each in found] == [
        ("GZ-D", StructureCheck.MEMBERS, 120)
    ]


def test_half_a_year_before_their_end_the_terms_of_all_branches_are_mentioned(bureau):
    asker = overseer()

    def mentioned(day):
        found = structure_overseen_by(asker, house_on(day)).findings
        return Counter(each.check for each in found)[StructureCheck.TERM_ENDS_SOON]

    assert [mentioned(day) for day in (dt.date(2026, 12, 29), dt.date(2026, 12, 30))] == [0, 55]


def test_one_planted_gap_in_the_bureau_is_found_and_no_other(bureau):
    Appointment.objects.filter(organization__code="GZ-A-01-1").update(until=DAY)
    house = house_on(DAY)
    found = structure_overseen_by(overseer(), house).findings
    assert [(house.by_id[each.organization].code, each.check) for each in found] == [
        ("GZ-A-01-1", StructureCheck.NO_LEADER),
        ("GZ-D", StructureCheck.MEMBERS),
    ]
