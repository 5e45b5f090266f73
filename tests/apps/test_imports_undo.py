"""An import is taken back whole, as long as nothing rests on it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.test_imports import AT, DATA, bring
from tests.workbook import AS_OF, bureau, write
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.imports.actions import undo
from zhibu.apps.imports.changes import TABLES
from zhibu.apps.imports.errors import UndoRefused
from zhibu.apps.imports.models import Import
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.accounts import open_accounts
from zhibu.apps.people.actions.membership import change_standing
from zhibu.apps.people.models import Membership, Person
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.domain.terms import Standing

pytestmark = pytest.mark.django_db

LATER = dt.date(2027, 1, 15)


def state():
    """Every row of every table an import writes to, whole."""
    return {model.__name__: sorted(map(str, model._default_manager.values_list())) for model in TABLES}


def take_back(imported):
    undo(imported, actor=OPERATOR, at=AT)


def refusal_of(imported):
    before = state()
    with pytest.raises(UndoRefused) as refusal, transaction.atomic():
        take_back(imported)
    assert state() == before
    return str(refusal.value)


def test_the_first_import_undone_leaves_nothing_but_the_two_events():
    _report, imported = bring(bureau())
    take_back(imported)
    assert not any(state().values())
    assert list(Event.objects.values_list("type", "subject")) == [
        ("workbook_imported", imported.pk),
        ("import_undone", imported.pk),
    ]
    assert Import.objects.get().undone_at == AT
    # The same workbook is a first one again.
    report, _imported = bring(bureau())
    assert report.sheets["人员花名册"].created == 5


def everything_changed():
    """A later workbook in which something of each kind is another."""
    sheets = bureau()
    sheets["组织机构"].append(["GZ-B", "黄浦口岸机关党委", "机关党委", "GZ", dt.date(2026, 12, 20)])
    write(sheets, "组织机构", 6, "上级组织编码", "GZ-B")
    write(sheets, "组织机构", 6, "组织名称", "综合办公室党支部")
    write(sheets, "组织机构", 3, "成立日期", dt.date(2001, 1, 1))
    write(sheets, "人员花名册", 2, "入党时间", dt.date(2000, 11, 5))
    write(sheets, "人员花名册", 3, "岗位编码", "W01")
    write(sheets, "人员花名册", 4, "姓名", "方橙")
    write(sheets, "人员花名册", 5, "单位编码", "GZ-A-02")
    write(sheets, "人员花名册", 6, "政治面貌", "中共党员")
    write(sheets, "人员花名册", 6, "转正时间", dt.date(2027, 1, 10))
    write(sheets, "人员花名册", 6, "党支部编码", "GZ-A-01")
    write(sheets, "人员花名册", 6, "党支部", "")
    sheets["任职"][1] = ["10002", "陈星", "GZ-A-01", "书记", dt.date(2027, 1, 8)]
    sheets["任职"][3][1] = "方橙"
    write(sheets, "窗口岗位", 2, "最少在岗", "")
    write(sheets, "窗口岗位", 2, "科室", "计费")
    write(sheets, "班次", 3, "开始", "21:00")
    write(sheets, "排班", 4, "11月1日", "休")
    sheets["荣誉"].append(["10001", "林悦", "优秀党务工作者", "2026"])
    return sheets


@pytest.mark.parametrize("complete", [False, True])
def test_a_later_import_undone_leaves_what_was_there_before(complete):
    bring(bureau())
    before = state()
    report, imported = bring(everything_changed(), as_of=LATER, complete=complete)
    assert report.errors == ()
    assert all(counts.created or counts.updated for counts in report.sheets.values())
    assert state() != before
    take_back(imported)
    assert state() == before
    # And so it is a second time.
    _report, imported = bring(everything_changed(), as_of=LATER, complete=complete)
    take_back(imported)
    assert state() == before


def test_what_a_complete_workbook_ended_runs_again():
    bring(bureau())
    before = state()
    sheets = bureau()
    for sheet in ("人员花名册", "任职", "排班", "荣誉"):
        sheets[sheet] = [row for row in sheets[sheet] if row[0] != "10002"]
    del sheets["窗口岗位"][2]
    _report, imported = bring(sheets, as_of=LATER, complete=True)
    assert not Membership.objects.filter(person__staff_number="10002", until=None).exists()
    take_back(imported)
    assert state() == before


def test_imports_are_undone_from_the_last_one_on():
    _report, first = bring(bureau())
    _report, second = bring(everything_changed(), as_of=LATER)
    assert "bureau.xlsx" in refusal_of(first)
    take_back(second)
    assert refusal_of(second)  # not twice
    take_back(first)
    assert not any(state().values())


def test_a_workbook_that_changed_nothing_does_not_stand_in_the_way():
    _report, imported = bring(bureau())
    bring(bureau(), as_of=LATER)
    take_back(imported)
    assert not any(state().values())


def test_once_somebody_has_an_account_undo_is_refused():
    _report, imported = bring(bureau())
    open_accounts([Person.objects.get(staff_number="10001")], actor=OPERATOR, at=AT)
    assert "林悦" in refusal_of(imported)


def test_once_a_shift_is_used_undo_is_refused():
    _report, imported = bring({"班次": bureau()["班次"]})
    person = Person.objects.create(staff_number="1", name="邱禾")
    RosterDay.objects.create(person=person, day=AS_OF, shift=Shift.objects.get(code="夜"))
    assert "夜班" in refusal_of(imported)


def test_what_was_changed_since_is_not_taken_back():
    _report, imported = bring(bureau())
    qiu = Person.objects.get(staff_number="10005")
    change_standing(qiu, to=Standing.FULL, on=dt.date(2026, 12, 1), actor=OPERATOR, at=AT)
    assert refusal_of(imported)


def test_what_an_import_altered_and_somebody_else_altered_again_is_not_taken_back():
    bring(bureau())
    sheets = bureau()
    write(sheets, "人员花名册", 5, "手机号", "10000000099")
    _report, imported = bring(sheets, as_of=LATER)
    Person.objects.filter(staff_number="10004").update(phone="10000000100")
    assert refusal_of(imported)
    Person.objects.filter(staff_number="10004").update(phone="10000000099")
    take_back(imported)
    assert Person.objects.get(staff_number="10004").phone == "10000000004"


def test_a_child_founded_since_keeps_its_superior_from_being_taken_back():
    from zhibu.apps.organizations.actions import found
    from zhibu.domain.terms import OrganizationKind

    _report, imported = bring(bureau())
    found(
        code="GZ-B",
        name="黄浦口岸机关党委",
        kind=OrganizationKind.COMMITTEE,
        parent=Organization.objects.get(code="GZ"),
        founded=AS_OF,
        began=AS_OF,
        actor=OPERATOR,
        at=AT,
    )
    assert "广埠口岸局党组" in refusal_of(imported)


@pytest.mark.slow
def test_the_whole_bureau_is_taken_back():
    _report, imported = bring((DATA / "bureau.xlsx").read_bytes())
    take_back(imported)
    assert not any(model._default_manager.exists() for model in TABLES)


# --- Whatever is changed --------------------------------------------------------------------------------------------

days = st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1))
EDITS = {
    ("组织机构", 4, "组织名称"): st.sampled_from(["检务处党支部", "业务处党支部"]),
    ("组织机构", 6, "上级组织编码"): st.sampled_from(["GZ", "GZ-A"]),
    ("组织机构", 6, "成立日期"): st.dates(dt.date(2003, 1, 1), dt.date(2010, 1, 1)),
    ("人员花名册", 2, "党小组编码"): st.sampled_from(["", "GZ-A-01-1"]),
    ("人员花名册", 2, "岗位编码"): st.sampled_from(["", "W01", "W02"]),
    ("人员花名册", 3, "部门"): st.sampled_from(["", "检务处", "夜班组"]),
    ("人员花名册", 3, "入党时间"): st.dates(dt.date(2005, 1, 1), dt.date(2011, 5, 31)),
    ("人员花名册", 3, "转正时间"): st.dates(dt.date(2011, 6, 1), dt.date(2016, 1, 1)),
    ("人员花名册", 4, "党支部编码"): st.sampled_from(["GZ-A-01", "GZ-A-02"]),
    ("人员花名册", 4, "手机号"): st.sampled_from(["", "10000000003", "10000000033"]),
    ("人员花名册", 5, "单位编码"): st.sampled_from(["", "GZ-A-01", "GZ-A-02"]),
    ("人员花名册", 5, "参加工作时间"): st.dates(dt.date(2012, 1, 1), dt.date(2027, 1, 1)),
    ("任职", 2, "任职日期"): days,
    ("任职", 4, "任职日期"): days,
    ("窗口岗位", 2, "最少在岗"): st.sampled_from(["", 0, 1, 2]),
    ("班次", 3, "结束"): st.sampled_from(["次日08:00", "次日09:00"]),
    ("排班", 3, "11月1日"): st.sampled_from(["", "白", "夜", "休"]),
}


@st.composite
def edited(draw):
    """The small bureau with some cells changed, and some of its people left out or given another post."""
    sheets = bureau()
    for place in draw(st.lists(st.sampled_from(sorted(EDITS)), unique=True, max_size=8)):
        write(sheets, *place, draw(EDITS[place]))
    if draw(st.booleans()):
        sheets["任职"][1][:2] = draw(st.sampled_from([["10001", "林悦"], ["10002", "陈星"], ["10003", "方澄"]]))
    gone = draw(st.sampled_from(["", "10005"]))
    sheets["人员花名册"] = [row for row in sheets["人员花名册"] if row[0] != gone]
    return sheets


@pytest.mark.slow
@given(
    workbooks=st.lists(
        st.tuples(edited(), st.dates(dt.date(2027, 1, 1), dt.date(2027, 6, 30)), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_row_of_imports_taken_back_from_the_end_leaves_each_state_as_it_was(workbooks):
    """And each of them, brought in again, changes nothing."""
    with transaction.atomic():
        bring(bureau())
        stack = []
        for sheets, as_of, complete in workbooks:
            before = state()
            report, imported = bring(sheets, as_of=as_of, complete=complete)
            if imported is None:
                assert state() == before
                continue
            stack.append((imported, before))
            assert report.errors == ()
            again, second = bring(sheets, as_of=as_of, complete=complete)
            assert second is None, [finding.message for finding in again.errors]
            assert all(counts.unchanged == counts.rows for counts in again.sheets.values())
        for imported, before in reversed(stack):
            take_back(imported)
            assert state() == before
        transaction.set_rollback(True)
