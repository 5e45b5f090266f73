"""A day gone by is judged by what was recorded until its end, whatever was entered or put right since.

After any sequence of deeds: ``test_oversight_any_deeds``. Here what each deed does at the very edge of its day.
"""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.apps.test_imports_undo import everything_changed
from tests.apps.test_oversight_live import assert_same
from tests.workbook import AS_OF, bureau, write, xlsx
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Former
from zhibu.apps.imports.actions import bring_in, undo
from zhibu.apps.imports.plan import Options
from zhibu.apps.organizations.actions import dissolve, found, move
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.actions import answer_reason, explain, withdraw_reason
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import obligations
from zhibu.apps.people.actions import membership, posts, work
from zhibu.domain.compliance import Status
from zhibu.domain.terms import OrganizationKind, PostKind, Standing

pytestmark = pytest.mark.django_db

#: The last moment of a day in December, and the first of the next; what is entered then holds since October.
EVE = dt.date(2026, 12, 10)
LAST_MOMENT = dt.datetime(2026, 12, 10, 23, 59, 59, tzinfo=AT.tzinfo)
NEXT_MORNING = dt.datetime(2026, 12, 11, 0, 0, tzinfo=AT.tzinfo)
SINCE = dt.date(2026, 10, 1)
BEFORE = EVE - dt.timedelta(days=1)


@pytest.fixture
def house():
    """Six full members in the inspection branch, two of them in its committee."""
    made = world.bureau()
    for i in range(4):
        world.member(f"党员{i}", made.inspection)
    world.appoint(made.chen, made.inspection, PostKind.ORGANIZATION_OFFICER)
    live.rebuild(DAY)
    return made


def owed(on):
    cells = obligations(None, since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31), on=on, with_people=True)
    return [(cell.organization, cell.subject, cell.rule.id, cell.first, cell.status, cell.needed) for cell in cells]


def one_joins(house, **done):
    newcomer = world.person("新党员")
    membership.admit(newcomer, to=house.inspection, on=SINCE, standing=Standing.FULL, **done)


def one_leaves(house, **done):
    work.leave(house.chen, on=SINCE, **done)


def one_is_transferred(house, **done):
    membership.transfer_membership(house.chen, to=house.quay, on=SINCE, **done)


def one_is_appointed(house, **done):
    posts.appoint(house.qiu, post=PostKind.COMMITTEE_MEMBER, of=house.office, on=SINCE, **done)
    posts.appoint(house.chen, post=PostKind.SECRETARY, of=house.harbor, on=SINCE, **done)


def a_term_begins(house, **done):
    posts.begin_term(house.inspection, on=dt.date(2023, 12, 20), ends=dt.date(2026, 12, 20), **done)


def a_branch_is_founded(house, **done):
    branch = {"kind": OrganizationKind.BRANCH, "parent": house.office, "founded": SINCE, "began": SINCE}
    found(code="GZ-A-03", name="新党支部", **branch, **done)


def a_branch_is_dissolved(house, **done):
    dissolve(house.platform, on=SINCE, **done)


DATED_BACK = [
    one_joins,
    one_leaves,
    one_is_transferred,
    a_term_begins,
    a_branch_is_founded,
    a_branch_is_dissolved,
]


@pytest.mark.parametrize("deed", DATED_BACK)
def test_what_is_entered_late_is_seen_from_the_day_on_which_it_was_entered(house, deed):
    was = {on: owed(on) for on in (BEFORE, EVE)}
    deed(house, actor=OPERATOR, at=LAST_MOMENT)
    assert owed(BEFORE) == was[BEFORE]
    assert owed(EVE) != was[EVE]
    assert_same(EVE)


@pytest.mark.parametrize("deed", [*DATED_BACK, one_is_appointed])
def test_entered_a_moment_later_it_is_not_seen_on_that_day(house, deed):
    was = owed(EVE)
    deed(house, actor=OPERATOR, at=NEXT_MORNING)
    assert owed(EVE) == was


def test_a_seventh_member_entered_in_december_asks_for_no_committee_meeting_of_november_before(house):
    one_joins(house, actor=OPERATOR, at=LAST_MOMENT)

    def of_november(on):
        return {
            status
            for organization, _subject, rule, first, status, _needed in owed(on)
            if (organization, rule, first) == (house.inspection.pk, "branch_committee_meeting", dt.date(2026, 11, 1))
        }

    assert of_november(BEFORE) == {Status.NOT_APPLICABLE}
    assert of_november(EVE) == {Status.MISSING}


def test_where_a_branch_stood_counts_for_those_who_were_above_it_then(house, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "unit.toml").write_text(_ASKED_OF_COMMITTEES_WITH_SIX, encoding="utf-8")

    def asked(on):
        return {row[0] for row in owed(on) if row[2] == "unit.meeting" and row[4] is not Status.NOT_APPLICABLE}

    assert asked(EVE) == {house.office.pk}
    inspection = Organization.objects.get(pk=house.inspection.pk)
    move(inspection, under=house.harbor, on=SINCE, actor=OPERATOR, at=LAST_MOMENT)
    assert asked(BEFORE) == {house.office.pk}
    assert asked(EVE) == {house.harbor.pk}


_ASKED_OF_COMMITTEES_WITH_SIX = """
layer = "unit"
[texts.life]
title = "机关党委会议制度"
issuer = "本单位机关党委"
year = 2026
since = 2026-01-01
[[rules]]
id = "unit.meeting"
kind = "obligation"
label = "党委会议"
text = "life"
article = 1
verified = "full"
modality = "should"
binds = { kinds = ["committee"], when = { members = { at_least = 6 } } }
requirement = "unit.meeting"
period = "month"
count = 1
meetings = ["committee_meeting"]
"""


def test_a_reason_is_seen_as_it_was_answered_then(house):
    cell = Cell.objects.get(organization=house.inspection, rule="theme_day", first=dt.date(2026, 9, 1))
    days = [dt.timedelta(days=days) for days in range(5)]
    waiver = explain(cell, reason="台风", by=None, actor=OPERATOR, at=AT)
    answer_reason(waiver, accepted=True, by=None, actor=OPERATOR, at=AT + days[1])
    answer_reason(waiver, accepted=False, answer="请补开", by=None, actor=OPERATOR, at=AT + days[2])
    explain(cell, reason="台风，码头停航", by=None, actor=OPERATOR, at=AT + days[2])
    waiver = Waiver.objects.get()
    answer_reason(waiver, accepted=True, by=None, actor=OPERATOR, at=AT + days[3])
    withdraw_reason(waiver, actor=OPERATOR, at=AT + days[4])
    assert not Waiver.objects.exists()

    def stands(on):
        cells = obligations([house.inspection.pk], since=cell.first, until=cell.last, on=on)
        return next((one.status, one.reason) for one in cells if one.rule.id == "theme_day")

    assert [stands(DAY + after) for after in days] == [
        (Status.MISSING, None),
        (Status.EXPLAINED, "台风"),
        (Status.MISSING, None),
        (Status.EXPLAINED, "台风，码头停航"),
        (Status.MISSING, None),
    ]


# --- By workbooks --------------------------------------------------------------------------------------------------


def bring(sheets, as_of, at):
    report, imported = bring_in(xlsx(sheets), file_name="a", options=Options(as_of), actor=OPERATOR, at=at)
    assert report.errors == ()
    return imported


def test_what_the_first_workbook_brings_is_known_from_its_day_on_whenever_it_was_entered():
    bring(bureau(), AS_OF, LAST_MOMENT)
    assert ("general_meeting", dt.date(2026, 10, 1), Status.DUE) in {row[2:5] for row in owed(AS_OF)}
    assert not Former.objects.exists()


@pytest.mark.parametrize("on", [BEFORE, EVE])
def test_what_a_later_workbook_corrects_is_seen_from_the_day_on_which_it_came(on):
    bring(bureau(), AS_OF, AT)
    was = owed(on)
    sheets = bureau()
    write(sheets, "人员花名册", 6, "入党时间", dt.date(2025, 12, 1))  # written down as 1 March 2026
    bring(sheets, dt.date(2026, 12, 1), LAST_MOMENT)
    assert (owed(on) == was) is (on == BEFORE)


def test_a_workbook_dated_back_changes_no_day_before_it_came_and_undone_none_at_all():
    bring(bureau(), AS_OF, AT)
    days = (EVE, dt.date(2027, 1, 15), dt.date(2027, 1, 20))
    was = {on: owed(on) for on in days}
    came = dt.datetime(2027, 1, 20, 9, tzinfo=AT.tzinfo)
    imported = bring(everything_changed(), dt.date(2027, 1, 15), came)
    now = {on: owed(on) for on in days}
    assert [now[on] == was[on] for on in days] == [True, True, False]
    undo(imported, actor=OPERATOR, at=came + dt.timedelta(days=2))
    assert {on: owed(on) for on in days} == was
    assert not Former.objects.exists()
