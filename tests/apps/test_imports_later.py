"""A later workbook: what has changed since is dated on its day, what was wrong is corrected, who is gone is told."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.apps.test_imports import AT, bring, rows
from tests.workbook import AS_OF, bureau, without_column, write, xlsx
from zhibu.apps.imports.models import Import
from zhibu.apps.imports.plan import Options, plan
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.apps.organizations.queries import tree_on
from zhibu.apps.people.models import Appointment, Employment, Membership, Person, Term
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.models import Seat, WindowPost

pytestmark = pytest.mark.django_db

LATER = dt.date(2027, 1, 15)


@pytest.fixture(autouse=True)
def _first_import(db):
    report, _imported = bring(bureau())
    assert report.errors == ()


def changed(sheets, as_of=LATER, **options):
    """What a later workbook did to each sheet: (created, updated, unchanged); without those it left alone."""
    report, imported = bring(sheets, as_of=as_of, **options)
    assert [each.message for each in report.errors] == []
    assert imported is not None
    _report, again = bring(sheets, as_of=as_of, **options)
    assert again is None, "the same file twice changes nothing"
    return {
        name: (counts.created, counts.updated, counts.unchanged)
        for name, counts in report.sheets.items()
        if counts.unchanged < counts.rows
    }


def refused(sheets, as_of=LATER, **options):
    report, imported = bring(sheets, as_of=as_of, **options)
    assert imported is None
    return [(each.sheet, each.row, each.column, each.code.value) for each in report.errors]


def warned(sheets, as_of=LATER, **options):
    report = plan(xlsx(sheets), Options(as_of, **options), at=AT).report
    return [(each.sheet, each.row, each.column, each.value, each.code.value) for each in report.warnings]


def memberships(number):
    return rows(
        Membership.objects.filter(person__staff_number=number),
        *("since", "until", "standing", "organization__code", "group__code"),
    )


# --- Organizations ------------------------------------------------------------------------------------------------


def test_a_new_superior_holds_from_the_day_of_the_workbook():
    sheets = bureau()
    sheets["组织机构"].append(["GZ-B", "黄浦口岸机关党委", "机关党委", "GZ", dt.date(2026, 12, 20)])
    write(sheets, "组织机构", 6, "上级组织编码", "GZ-B")
    assert changed(sheets) == {"组织机构": (1, 1, 4)}
    branch = Placement.objects.filter(organization__code="GZ-A-02")
    assert rows(branch, "since", "until", "parent__code") == [
        (dt.date(2010, 2, 10), LATER, "GZ-A"),
        (LATER, None, "GZ-B"),
    ]
    # Founded after the workbook before this one: that day is news, not "as far as known".
    assert Placement.objects.get(organization__code="GZ-B").since == dt.date(2026, 12, 20)
    assert Organization.objects.get(code="GZ-A-02").path.startswith(Organization.objects.get(code="GZ-B").path)


def test_an_organization_that_was_only_forgotten_dates_from_the_workbook():
    sheets = bureau()
    sheets["组织机构"].append(["GZ-A-03", "财务处党支部", "党支部", "GZ-A", dt.date(2006, 1, 1)])
    changed(sheets)
    assert Placement.objects.get(organization__code="GZ-A-03").since == LATER


def test_a_renamed_organization_keeps_its_former_name():
    sheets = bureau()
    write(sheets, "组织机构", 4, "组织名称", "业务一处党支部")
    for row in (2, 3):
        write(sheets, "人员花名册", row, "党支部", "业务一处党支部")
    assert changed(sheets) == {"组织机构": (0, 1, 4)}
    assert rows(FormerName.objects, "organization__code", "name", "until") == [("GZ-A-01", "检务处党支部", LATER)]
    assert {stand.name for stand in tree_on(LATER)} >= {"业务一处党支部"}
    assert {stand.name for stand in tree_on(AS_OF)} >= {"检务处党支部"}
    assert Organization.objects.get(code="GZ-A-01").initials == "ywycdzb"


def test_a_name_corrected_twice_on_one_day_leaves_one_former_name():
    sheets = bureau()
    for name in ("业务处党支部", "业务一处党支部"):
        write(sheets, "组织机构", 4, "组织名称", name)
        changed(sheets)
    assert rows(FormerName.objects, "name", "until") == [("检务处党支部", LATER)]


def test_a_corrected_founding_corrects_where_it_stood_since():
    sheets = bureau()
    write(sheets, "组织机构", 4, "成立日期", dt.date(2004, 2, 16))
    assert changed(sheets) == {"组织机构": (0, 1, 4)}
    assert Placement.objects.get(organization__code="GZ-A-01").since == dt.date(2004, 2, 16)
    assert Organization.objects.get(code="GZ-A-01").founded == dt.date(2004, 2, 16)


def test_an_organization_that_is_left_out_is_a_warning_and_with_complete_is_dissolved():
    sheets = bureau()
    sheets["组织机构"].append(["GZ-A-03", "财务处党支部", "党支部", "GZ-A", dt.date(2006, 1, 1)])
    changed(sheets, as_of=dt.date(2026, 12, 1))
    assert warned(bureau()) == [("组织机构", None, "组织编码", "GZ-A-03", "missing")]
    _report, imported = bring(bureau(), as_of=LATER)
    assert imported is None
    bring(bureau(), as_of=LATER, complete=True)
    gone = Organization.objects.get(code="GZ-A-03")
    assert (gone.dissolved, rows(gone.placements, "since", "until")) == (LATER, [(dt.date(2026, 12, 1), LATER)])
    assert "GZ-A-03" not in {stand.code for stand in tree_on(LATER)}
    # Its code is not given to another one.
    assert refused(sheets, as_of=dt.date(2027, 2, 1)) == [("组织机构", 7, "组织编码", "bad_value")]


def test_what_people_still_belong_to_is_not_dissolved_behind_their_backs():
    sheets = {"组织机构": [row for row in bureau()["组织机构"] if row[0] != "GZ-A-02"]}
    assert refused(sheets, complete=True) == [("组织机构", None, "组织编码", "missing")]
    assert Organization.objects.get(code="GZ-A-02").dissolved is None


# --- People -------------------------------------------------------------------------------------------------------


def test_a_corrected_fact_is_an_update_and_no_event_of_a_life():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "姓名", "闻寧")
    write(sheets, "人员花名册", 5, "手机号", "10000000099")
    write(sheets, "人员花名册", 5, "出生日期", dt.date(1991, 9, 9))
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    wen = Person.objects.get(staff_number="10004")
    assert (wen.name, wen.phone, wen.born) == ("闻寧", "10000000099", dt.date(1991, 9, 9))
    assert Employment.objects.filter(person=wen).count() == 1


def test_another_name_and_birth_under_one_number_may_be_somebody_else():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "姓名", "许诺")
    assert warned(sheets) == []
    write(sheets, "人员花名册", 5, "出生日期", dt.date(1991, 9, 9))
    assert warned(sheets) == [("人员花名册", 5, "工号", "10004", "duplicate")]


def test_a_blank_cell_or_a_missing_column_says_nothing_of_a_fact():
    sheets = bureau()
    for column in ("性别", "出生日期", "手机号", "参加工作时间"):
        write(sheets, "人员花名册", 5, column, "")
    without_column(sheets, "人员花名册", "部门", "党小组编码", "单位编码", "岗位编码", "党支部")
    report, imported = bring(sheets, as_of=LATER)
    assert (report.errors, imported) == ((), None)


def test_another_unit_or_department_ends_one_job_and_begins_the_next():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "单位编码", "GZ-A-02")
    write(sheets, "人员花名册", 5, "部门", "办公室")
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert rows(
        Employment.objects.filter(person__staff_number="10004"), "since", "until", "organization__code", "department"
    ) == [
        (dt.date(2013, 7, 1), LATER, "GZ-A-01", "检务处"),
        (LATER, None, "GZ-A-02", "办公室"),
    ]


def test_a_corrected_beginning_of_work_moves_the_first_job():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "参加工作时间", dt.date(2012, 7, 1))
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert rows(Employment.objects.filter(person__staff_number="10004"), "since", "until") == [
        (dt.date(2012, 7, 1), None)
    ]


def test_somebody_new_came_since_the_workbook_before():
    sheets = bureau()
    hired = [*("10006", "许诺", "男", dt.date(2003, 1, 1), "", "检务处"), *[""] * 9]
    sheets["人员花名册"] += [hired, [*hired]]
    write(sheets, "人员花名册", 7, "参加工作时间", dt.date(2026, 12, 15))
    write(sheets, "人员花名册", 8, "参加工作时间", dt.date(2025, 7, 1))
    write(sheets, "人员花名册", 8, "工号", "10007")
    for row in (7, 8):
        write(sheets, "人员花名册", row, "政治面貌", "群众")
        write(sheets, "人员花名册", row, "单位编码", "GZ-A-01")
    assert changed(sheets) == {"人员花名册": (2, 0, 5)}
    # Hired in between on a known day; or from elsewhere, so here from the day of the workbook.
    assert [Employment.objects.get(person__staff_number=number).since for number in ("10006", "10007")] == [
        dt.date(2026, 12, 15),
        LATER,
    ]
    assert Employment.objects.on(AS_OF).count() == 5
    assert Person.objects.get(staff_number="10007").work_began == dt.date(2025, 7, 1)


def test_a_member_from_elsewhere_belongs_here_from_the_day_of_the_workbook():
    sheets = bureau()
    sheets["人员花名册"].append(
        [
            *("10008", "贺兰", "女", dt.date(1980, 1, 1), "", "办公室", dt.date(2002, 7, 1), "中共党员"),
            *(dt.date(2004, 7, 1), dt.date(2005, 7, 1), "GZ-A-02", "", "", "GZ-A-02", ""),
        ]
    )
    assert changed(sheets) == {"人员花名册": (1, 0, 5)}
    assert memberships("10008") == [(LATER, None, "full", "GZ-A-02", None)]
    assert Membership.objects.on(AS_OF).count() == 4


def test_somebody_left_out_is_a_warning_and_with_complete_has_left():
    sheets = bureau()
    for sheet in ("人员花名册", "任职", "排班", "荣誉"):
        sheets[sheet] = [row for row in sheets[sheet] if row[0] != "10002"]
    assert warned(sheets) == [
        ("人员花名册", None, "工号", "10002", "missing"),
        ("任职", None, "工号", "10002", "missing"),
    ]
    assert bring(sheets, as_of=LATER)[1] is None
    report, _imported = bring(sheets, as_of=LATER, complete=True)
    assert report.errors == ()
    for model in (Employment, Membership, Appointment, Seat):
        assert not model.objects.filter(person__staff_number="10002", until__isnull=True).exists()
        assert model.objects.filter(person__staff_number="10002", until=LATER).exists()
    assert Person.objects.filter(staff_number="10002").exists()
    assert RosterDay.objects.filter(person__staff_number="10002").count() == 3
    # Gone once, nobody is missed again.
    assert warned(sheets, as_of=dt.date(2027, 2, 1)) == [("窗口岗位", 3, "岗位编码", "W02", "missing")]


def test_somebody_who_comes_back_works_again_from_that_day():
    sheets = bureau()
    sheets["人员花名册"] = [row for row in sheets["人员花名册"] if row[0] != "10005"]
    bring(sheets, as_of=LATER, complete=True)
    back = dt.date(2027, 3, 1)
    assert changed(bureau(), as_of=back) == {"人员花名册": (0, 1, 4)}
    assert rows(Employment.objects.filter(person__staff_number="10005"), "since", "until") == [
        (dt.date(2020, 7, 1), LATER),
        (back, None),
    ]
    assert memberships("10005") == [
        (dt.date(2026, 3, 1), LATER, "probationary", "GZ-A-02", None),
        (back, None, "probationary", "GZ-A-02", None),
    ]


# --- Memberships --------------------------------------------------------------------------------------------------


def test_another_branch_or_group_ends_one_membership_and_begins_the_next():
    sheets = bureau()
    for column, value in [("党支部编码", "GZ-A-02"), ("党支部", "办公室党支部"), ("党小组编码", "")]:
        write(sheets, "人员花名册", 3, column, value)
    sheets["任职"] = [row for row in sheets["任职"] if row[0] != "10002"]
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert memberships("10002")[1:] == [
        (dt.date(2011, 6, 1), LATER, "full", "GZ-A-01", "GZ-A-01-1"),
        (LATER, None, "full", "GZ-A-02", None),
    ]


def test_a_probationary_member_is_confirmed_on_the_day_that_is_said():
    sheets = bureau()
    write(sheets, "人员花名册", 6, "政治面貌", "中共党员")
    write(sheets, "人员花名册", 6, "转正时间", dt.date(2027, 1, 10))
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert memberships("10005") == [
        (dt.date(2026, 3, 1), dt.date(2027, 1, 10), "probationary", "GZ-A-02", None),
        (dt.date(2027, 1, 10), None, "full", "GZ-A-02", None),
    ]
    assert Person.objects.get(staff_number="10005").affiliation == "full_member"


def test_confirmed_and_moved_at_once_are_two_steps():
    sheets = bureau()
    write(sheets, "人员花名册", 6, "政治面貌", "中共党员")
    write(sheets, "人员花名册", 6, "转正时间", dt.date(2027, 1, 10))
    write(sheets, "人员花名册", 6, "党支部编码", "GZ-A-01")
    write(sheets, "人员花名册", 6, "党支部", "")
    changed(sheets)
    assert memberships("10005") == [
        (dt.date(2026, 3, 1), dt.date(2027, 1, 10), "probationary", "GZ-A-02", None),
        (dt.date(2027, 1, 10), LATER, "full", "GZ-A-02", None),
        (LATER, None, "full", "GZ-A-01", None),
    ]


def test_a_new_member_is_one_since_joining_if_that_was_after_the_workbook_before():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "政治面貌", "中共预备党员")
    write(sheets, "人员花名册", 5, "入党时间", dt.date(2026, 12, 1))
    write(sheets, "人员花名册", 5, "党支部编码", "GZ-A-01")
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert memberships("10004") == [(dt.date(2026, 12, 1), None, "probationary", "GZ-A-01", None)]


def test_somebody_who_is_no_member_any_more_is_none_from_that_day():
    sheets = bureau()
    for column, value in [("政治面貌", "群众"), ("入党时间", ""), ("党支部编码", ""), ("党支部", "")]:
        write(sheets, "人员花名册", 6, column, value)
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert memberships("10005") == [(dt.date(2026, 3, 1), LATER, "probationary", "GZ-A-02", None)]


@pytest.mark.parametrize(
    ("joined", "converted"),
    [
        (dt.date(2009, 6, 1), dt.date(2011, 6, 1)),
        (dt.date(2010, 6, 1), dt.date(2011, 9, 1)),
        (dt.date(2012, 6, 1), dt.date(2013, 6, 1)),  # both later than what they correct
        (dt.date(2006, 6, 1), dt.date(2007, 6, 1)),  # both earlier
    ],
)
def test_corrected_days_of_joining_and_confirming_move_what_rests_on_them(joined, converted):
    sheets = bureau()
    write(sheets, "人员花名册", 3, "入党时间", joined)
    write(sheets, "人员花名册", 3, "转正时间", converted)
    assert changed(sheets) == {"人员花名册": (0, 1, 4)}
    assert [(since, until, standing) for since, until, standing, *_where in memberships("10002")] == [
        (joined, converted, "probationary"),
        (converted, None, "full"),
    ]


def test_a_confirmation_that_was_not_known_is_put_in():
    sheets = bureau()
    sheets["人员花名册"].append([*sheets["人员花名册"][3]])
    write(sheets, "人员花名册", 7, "工号", "10009")
    write(sheets, "人员花名册", 7, "转正时间", "")
    Import.objects.all().update(as_of=LATER)  # as if it had been the first workbook
    Membership.objects.filter(person__staff_number="10003", standing="probationary").delete()
    Membership.objects.filter(person__staff_number="10003").update(since=dt.date(1995, 7, 1))
    changed(bureau())
    assert [(since, until, standing) for since, until, standing, *_where in memberships("10003")] == [
        (dt.date(1995, 7, 1), dt.date(1996, 7, 1), "probationary"),
        (dt.date(1996, 7, 1), None, "full"),
    ]


def test_suspended_rights_are_nothing_a_workbook_speaks_of():
    membership = Membership.objects.get(person__staff_number="10002", until__isnull=True)
    membership.until = dt.date(2026, 12, 1)
    membership.save()
    Membership.objects.create(
        person=membership.person,
        organization=membership.organization,
        group=membership.group,
        standing="suspended",
        since=dt.date(2026, 12, 1),
    )
    report, imported = bring(bureau(), as_of=LATER)
    assert (report.errors, imported) == ((), None)


def test_a_slip_of_the_first_workbook_about_a_full_member_is_corrected_with_a_warning():
    sheets = bureau()
    write(sheets, "人员花名册", 3, "政治面貌", "中共预备党员")
    write(sheets, "人员花名册", 3, "转正时间", "")
    report, _imported = bring(sheets, as_of=LATER)
    assert report.errors == ()
    assert [(each.row, each.column, each.code.value) for each in report.warnings] == [(3, "政治面貌", "bad_value")]
    assert {standing for _since, _until, standing, *_where in memberships("10002")} == {"probationary"}


def test_a_confirmation_recorded_since_is_no_slip():
    confirmed = bureau()
    write(confirmed, "人员花名册", 6, "政治面貌", "中共党员")
    write(confirmed, "人员花名册", 6, "转正时间", dt.date(2027, 1, 10))
    bring(confirmed, as_of=LATER)
    assert refused(bureau(), as_of=dt.date(2027, 2, 1)) == [("人员花名册", 6, "政治面貌", "bad_value")]


# --- Posts --------------------------------------------------------------------------------------------------------


def held(code):
    return rows(Appointment.objects.filter(organization__code=code), "since", "person__name", "until", "term__since")


def test_a_new_secretary_ends_the_formers_appointment_and_with_it_the_term():
    sheets = bureau()
    sheets["任职"][1] = ["10002", "陈星", "GZ-A-01", "书记", dt.date(2027, 1, 8)]
    report, _imported = bring(sheets, as_of=LATER)
    assert (report.errors, report.warnings) == ((), ())
    assert (report.sheets["任职"].created, report.sheets["任职"].unchanged) == (1, 2)
    assert held("GZ-A-01") == [
        (dt.date(2024, 6, 30), "林悦", dt.date(2027, 1, 8), dt.date(2024, 6, 30)),
        (dt.date(2027, 1, 8), "陈星", None, dt.date(2027, 1, 8)),
    ]
    assert rows(Term.objects.filter(organization__code="GZ-A-01"), "since", "until", "ends") == [
        (dt.date(2024, 6, 30), dt.date(2027, 1, 8), dt.date(2027, 6, 30)),
        (dt.date(2027, 1, 8), None, dt.date(2030, 1, 8)),
    ]
    assert bring(sheets, as_of=LATER)[1] is None


def test_a_new_secretary_with_the_formers_date_follows_on_the_day_of_the_workbook():
    """Somebody overtyped the name and left the date: nobody was secretary twice at once for it."""
    sheets = bureau()
    sheets["任职"][1] = ["10002", "陈星", "GZ-A-01", "书记", dt.date(2024, 6, 30)]
    assert ("任职", 2, "任职日期", "2024-06-30", "out_of_order") in warned(sheets)
    assert changed(sheets) == {"任职": (1, 0, 2)}
    assert [row[:3] for row in held("GZ-A-01")] == [
        (dt.date(2024, 6, 30), "林悦", LATER),
        (LATER, "陈星", None),
    ]


def test_an_election_begins_a_term_and_ends_the_posts_of_those_not_elected():
    full = bureau()
    full["任职"] += [
        ["10003", "方澄", "GZ-A-01", "组织委员", dt.date(2024, 6, 30)],
        ["10002", "陈星", "GZ-A-01", "宣传委员", dt.date(2024, 6, 30)],
    ]
    bring(full, as_of=dt.date(2026, 12, 1))
    sheets = bureau()
    elected = dt.date(2027, 1, 10)
    sheets["任职"][1][4] = elected
    sheets["任职"].append(["10002", "陈星", "GZ-A-01", "宣传委员", elected])
    report, _imported = bring(sheets, as_of=LATER)
    assert (report.errors, report.warnings) == ((), ())
    assert (report.sheets["任职"].updated, report.sheets["任职"].unchanged) == (2, 2)
    assert [(since, name, until) for since, name, until, _term in held("GZ-A-01")] == [
        (dt.date(2024, 6, 30), "方澄", elected),
        (dt.date(2024, 6, 30), "林悦", elected),
        (dt.date(2024, 6, 30), "陈星", elected),
        (elected, "林悦", None),
        (elected, "陈星", None),
    ]
    assert rows(Term.objects.filter(organization__code="GZ-A-01"), "since", "until") == [
        (dt.date(2024, 6, 30), elected),
        (elected, None),
    ]
    assert bring(sheets, as_of=LATER)[1] is None
    # An older workbook that comes later brings no one back.
    assert bring(bureau(), as_of=dt.date(2027, 2, 1))[1] is None


@pytest.mark.parametrize("day", [dt.date(2023, 6, 30), dt.date(2025, 6, 30)])
def test_a_corrected_date_corrects_the_appointment_and_its_term(day):
    sheets = bureau()
    write(sheets, "任职", 2, "任职日期", day)
    assert changed(sheets) == {"任职": (0, 1, 2)}
    assert held("GZ-A-01") == [(day, "林悦", None, day)]
    assert rows(Term.objects.filter(organization__code="GZ-A-01"), "since", "until", "ends") == [
        (day, None, day.replace(year=day.year + 3))
    ]


def test_a_post_left_out_is_a_warning_and_with_complete_ends():
    sheets = bureau()
    del sheets["任职"][2]
    assert warned(sheets) == [("任职", None, "工号", "10002", "missing")]
    assert bring(sheets, as_of=LATER)[1] is None
    bring(sheets, as_of=LATER, complete=True)
    assert held("GZ-A-01-1") == [(dt.date(2024, 6, 30), "陈星", LATER, None)]
    # Named again with the old date, it begins again with the workbook.
    assert changed(bureau(), as_of=dt.date(2027, 2, 1)) == {"任职": (1, 0, 2)}
    assert [row[:3] for row in held("GZ-A-01-1")] == [
        (dt.date(2024, 6, 30), "陈星", LATER),
        (dt.date(2027, 2, 1), "陈星", None),
    ]


# --- Windows, shifts, rosters -------------------------------------------------------------------------------------


def test_another_window_post_ends_one_seat_and_begins_the_next():
    sheets = bureau()
    write(sheets, "人员花名册", 3, "岗位编码", "W01")
    write(sheets, "人员花名册", 2, "岗位编码", "")
    assert changed(sheets) == {"人员花名册": (0, 2, 3)}
    assert rows(Seat.objects, "person__name", "since", "until", "window_post__code") == [
        ("林悦", dt.date(2005, 2, 16), LATER, "W01"),
        ("陈星", dt.date(2008, 7, 1), LATER, "W02"),
        ("陈星", LATER, None, "W01"),
    ]


def test_what_a_post_is_like_is_corrected_in_place():
    sheets = bureau()
    write(sheets, "窗口岗位", 2, "最少在岗", 2)
    write(sheets, "窗口岗位", 2, "地点", "市政务服务中心窗口")
    write(sheets, "窗口岗位", 3, "最少在岗", "")
    assert changed(sheets) == {"窗口岗位": (0, 1, 1)}
    assert rows(WindowPost.objects, "code", "least_staffing", "site__name") == [
        ("W01", 2, "市政务服务中心窗口"),
        ("W02", 1, "局本部报检大厅"),
    ]


def test_a_post_left_out_closes_with_complete_and_its_seats_are_free():
    sheets = bureau()
    del sheets["窗口岗位"][2]
    write(sheets, "人员花名册", 3, "岗位编码", "")
    assert ("窗口岗位", None, "岗位编码", "W02", "missing") in warned(sheets)
    only_windows = {"窗口岗位": sheets["窗口岗位"]}
    report, _imported = bring(only_windows, as_of=LATER, complete=True)
    assert report.errors == ()
    assert WindowPost.objects.get(code="W02").until == LATER
    assert Seat.objects.get(window_post__code="W02").until == LATER
    # Opened again, it is the same post.
    assert changed({"窗口岗位": bureau()["窗口岗位"]}, as_of=dt.date(2027, 2, 1)) == {"窗口岗位": (0, 1, 1)}


def test_a_roster_is_corrected_day_by_day_and_a_blank_says_nothing():
    sheets = bureau()
    write(sheets, "排班", 4, "11月1日", "休")
    write(sheets, "排班", 4, "11月2日", "")
    write(sheets, "排班", 3, "11月1日", "")
    sheets["排班"].append(["10003", "方澄", "办公室", "白", "白", "白"])
    assert changed(sheets) == {"排班": (1, 1, 1)}
    assert rows(RosterDay.objects.filter(person__name="陈星"), "day", "shift__code") == [
        (dt.date(2026, 11, 1), "休"),
        (dt.date(2026, 11, 2), "休"),
        (dt.date(2026, 11, 3), "夜"),
    ]


def test_the_hours_of_a_shift_are_corrected_in_place():
    sheets = bureau()
    write(sheets, "班次", 3, "开始", "21:00")
    assert changed(sheets) == {"班次": (0, 1, 2)}
    assert Shift.objects.get(code="夜").starts == dt.time(21)


# --- The order of days --------------------------------------------------------------------------------------------


def test_a_change_before_what_is_recorded_is_refused():
    moved = bureau()
    write(moved, "人员花名册", 5, "单位编码", "GZ-A-02")
    write(moved, "组织机构", 4, "组织名称", "业务一处党支部")
    moved["组织机构"].append(["GZ-B", "黄浦口岸机关党委", "机关党委", "GZ", dt.date(2026, 12, 20)])
    write(moved, "组织机构", 6, "上级组织编码", "GZ-B")
    bring(moved, as_of=LATER)
    early = dt.date(2026, 12, 31)
    # What the workbook of that day says was so on that day.
    assert bring(bureau(), as_of=early)[1] is None
    other = bureau()
    write(other, "组织机构", 4, "组织名称", "业务二处党支部")
    write(other, "组织机构", 6, "上级组织编码", "GZ")
    write(other, "人员花名册", 5, "单位编码", "GZ-A")
    assert refused(other, as_of=early) == [
        ("组织机构", 4, "组织编码", "out_of_order"),
        ("组织机构", 6, "组织编码", "out_of_order"),
        ("人员花名册", 5, "工号", "out_of_order"),
    ]


def test_on_the_day_it_began_a_row_is_corrected_and_not_ended():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "单位编码", "GZ-A-02")
    changed(sheets)
    write(sheets, "人员花名册", 5, "单位编码", "GZ-A")
    changed(sheets)
    assert rows(Employment.objects.filter(person__staff_number="10004"), "since", "until", "organization__code") == [
        (dt.date(2013, 7, 1), LATER, "GZ-A-01"),
        (LATER, None, "GZ-A"),
    ]


def test_parts_of_a_first_workbook_may_come_one_by_one():
    for model in (Seat, Appointment, Term, RosterDay):
        model.objects.all().delete()
    Membership.objects.all().delete()
    Employment.objects.all().delete()
    from zhibu.apps.honors.models import Honor

    Honor.objects.all().delete()
    Person.objects.all().delete()
    report, _imported = bring({"人员花名册": bureau()["人员花名册"]}, as_of=LATER)
    assert report.errors == ()
    assert Employment.objects.get(person__staff_number="10001").since == dt.date(1997, 7, 1)
    assert Seat.objects.get(person__staff_number="10001").since == dt.date(2005, 2, 16)
