"""A workbook goes in: what it says is recorded, as far as known, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workbook import AS_OF, bureau, without_column, write, xlsx
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.honors.models import Honor
from zhibu.apps.imports.actions import bring_in
from zhibu.apps.imports.changes import TABLES
from zhibu.apps.imports.errors import PlanChanged
from zhibu.apps.imports.findings import digest
from zhibu.apps.imports.models import Import
from zhibu.apps.imports.plan import Options, plan
from zhibu.apps.organizations.models import Organization, Placement
from zhibu.apps.organizations.queries import tree_on
from zhibu.apps.people.models import Appointment, Employment, Membership, Person, Term
from zhibu.apps.reports.queries import document
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost
from zhibu.domain.seal import canonical, sha256

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"
AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def bring(sheets, as_of=AS_OF, **options):
    """(report, import) of a workbook, given as sheets or as bytes."""
    data = sheets if isinstance(sheets, bytes) else xlsx(sheets)
    return bring_in(data, file_name="bureau.xlsx", options=Options(as_of, **options), actor=OPERATOR, at=AT)


def rows(queryset, *names):
    return list(queryset.order_by(*names).values_list(*names))


# --- What is recorded -----------------------------------------------------------------------------------------------


@pytest.fixture
def imported():
    report, imported = bring(bureau())
    assert report.errors == ()
    return imported


def test_the_tree_stands_since_it_was_founded(imported):
    assert [(stand.code, stand.name, stand.kind.value, stand.depth) for stand in tree_on(AS_OF)] == [
        ("GZ", "广埠口岸局党组", "leading_group", 1),
        ("GZ-A", "局本部机关党委", "committee", 2),
        ("GZ-A-01", "检务处党支部", "branch", 3),
        ("GZ-A-01-1", "检务处第一党小组", "group", 4),
        ("GZ-A-02", "办公室党支部", "branch", 3),
    ]
    assert [stand.code for stand in tree_on(dt.date(2009, 1, 1))] == ["GZ", "GZ-A", "GZ-A-01"]
    assert rows(Placement.objects, "organization__code", "parent__code", "since", "until")[2] == (
        "GZ-A-01",
        "GZ-A",
        dt.date(2005, 2, 16),
        None,
    )
    branch = Organization.objects.get(code="GZ-A-01")
    assert (branch.initials, branch.founded, branch.began) == ("jwcdzb", dt.date(2005, 2, 16), AS_OF)
    assert branch.path.startswith(Organization.objects.get(code="GZ-A").path)


def test_people_are_recorded_with_all_that_is_said_of_them(imported):
    lin = Person.objects.get(staff_number="10001")
    assert (lin.name, lin.initials, lin.pinyin, lin.gender, lin.born, lin.phone, lin.work_began, lin.affiliation) == (
        *("林悦", "ly", "linyue", "female", dt.date(1975, 5, 6), "10000000001", dt.date(1997, 7, 1)),
        "full_member",
    )


def test_work_begins_with_the_work_and_membership_with_joining(imported):
    assert rows(Employment.objects, "person__staff_number", "organization__code", "department", "since", "until") == [
        ("10001", "GZ-A-01", "检务处", dt.date(1997, 7, 1), None),
        ("10002", "GZ-A-01", "检务处", dt.date(2008, 7, 1), None),
        ("10003", "GZ-A-02", "办公室", dt.date(1992, 7, 1), None),
        ("10004", "GZ-A-01", "检务处", dt.date(2013, 7, 1), None),
        ("10005", "GZ-A-02", "办公室", dt.date(2020, 7, 1), None),
    ]
    group = "GZ-A-01-1"
    assert rows(
        Membership.objects, "person__staff_number", "since", "until", "standing", "organization__code", "group__code"
    ) == [
        ("10001", dt.date(2000, 12, 5), dt.date(2001, 12, 5), "probationary", "GZ-A-01", group),
        ("10001", dt.date(2001, 12, 5), None, "full", "GZ-A-01", group),
        ("10002", dt.date(2010, 6, 1), dt.date(2011, 6, 1), "probationary", "GZ-A-01", group),
        ("10002", dt.date(2011, 6, 1), None, "full", "GZ-A-01", group),
        ("10003", dt.date(1995, 7, 1), dt.date(1996, 7, 1), "probationary", "GZ-A-02", None),
        ("10003", dt.date(1996, 7, 1), None, "full", "GZ-A-02", None),
        ("10005", dt.date(2026, 3, 1), None, "probationary", "GZ-A-02", None),
    ]


def test_appointments_make_terms_of_the_length_the_rules_say(imported):
    assert rows(Appointment.objects, "person__staff_number", "organization__code", "post", "since", "until") == [
        ("10001", "GZ-A-01", "secretary", dt.date(2024, 6, 30), None),
        ("10002", "GZ-A-01-1", "group_leader", dt.date(2024, 6, 30), None),
        ("10003", "GZ-A", "secretary", dt.date(2024, 6, 30), None),
    ]
    # A branch three years, a committee of an organ five; a group has no term.
    assert rows(Term.objects, "organization__code", "since", "ends", "until", "appointments__person__name") == [
        ("GZ-A", dt.date(2024, 6, 30), dt.date(2029, 6, 30), None, "方澄"),
        ("GZ-A-01", dt.date(2024, 6, 30), dt.date(2027, 6, 30), None, "林悦"),
    ]
    assert Appointment.objects.get(post="group_leader").term is None


def test_a_term_that_began_before_any_rule_we_know_has_no_known_end():
    sheets = bureau()
    for row in (2, 3, 4):
        write(sheets, "任职", row, "任职日期", dt.date(2015, 6, 30))
    sheets["任职"] = [row for row in sheets["任职"] if row[3] != "党小组组长"]
    bring(sheets)
    assert rows(Term.objects, "organization__code", "since", "ends") == [
        ("GZ-A", dt.date(2015, 6, 30), None),
        ("GZ-A-01", dt.date(2015, 6, 30), None),
    ]


def test_whoever_was_elected_in_addition_ends_with_the_others():
    sheets = bureau()
    write(sheets, "任职", 2, "任职日期", dt.date(2025, 3, 1))
    sheets["任职"] += [
        ["10003", "方澄", "GZ-A-01", "组织委员", dt.date(2024, 6, 30)],
        ["10002", "陈星", "GZ-A-01", "宣传委员", dt.date(2024, 6, 30)],
    ]
    bring(sheets)
    assert rows(Term.objects.filter(organization__code="GZ-A-01"), "since", "ends", "until") == [
        (dt.date(2024, 6, 30), dt.date(2027, 6, 30), None)
    ]
    assert Appointment.objects.filter(organization__code="GZ-A-01", term__isnull=False).count() == 3


def test_windows_stand_where_they_are_since_their_unit_does(imported):
    assert rows(Site.objects, "name") == [("局本部报检大厅",)]
    assert rows(Section.objects, "name") == [("报检",), ("综合",)]
    assert rows(
        *(WindowPost.objects, "code", "name", "site__name", "section__name", "organization__code"),
        *("opening_hours", "weekdays", "least_staffing", "since", "until"),
    )[0] == (
        *("W01", "综合1号岗", "局本部报检大厅", "综合", "GZ-A-01", "08:30-12:00;13:30-17:30", "12345", 1),
        *(dt.date(2005, 2, 16), None),
    )
    assert rows(Seat.objects, "person__name", "window_post__code", "since", "until") == [
        ("林悦", "W01", dt.date(2005, 2, 16), None),
        ("陈星", "W02", dt.date(2008, 7, 1), None),
    ]


def test_staffing_that_is_not_said_is_unknown_and_never_zero():
    sheets = bureau()
    without_column(sheets, "窗口岗位", "组织编码", "最少在岗", "开放星期")
    bring(sheets)
    assert set(WindowPost.objects.values_list("organization", "least_staffing", "weekdays", "since")) == {
        (None, None, "", dt.date(1999, 8, 10))  # as far as known, since the whole was founded
    }


def test_shifts_know_when_they_end_and_the_roster_who_has_them(imported):
    assert rows(Shift.objects, "code", "name", "starts", "ends", "ends_next_day") == [
        ("休", "休息", None, None, False),
        ("夜", "夜班", dt.time(20), dt.time(8), True),
        ("白", "行政班", dt.time(8, 30), dt.time(17, 30), False),
    ]
    assert rows(RosterDay.objects, "person__name", "day", "shift__code") == [
        ("林悦", dt.date(2026, 11, 1), "休"),
        ("林悦", dt.date(2026, 11, 2), "白"),
        ("林悦", dt.date(2026, 11, 3), "白"),
        ("陈星", dt.date(2026, 11, 1), "夜"),
        ("陈星", dt.date(2026, 11, 2), "休"),
        ("陈星", dt.date(2026, 11, 3), "夜"),
    ]
    assert rows(Honor.objects, "person__name", "title", "year") == [("陈星", "优秀共产党员", 2025)]


@pytest.mark.parametrize("name", ["堃喆旻镕玥犇", "𠮷田", "阿依古丽·买买提", "努尔古丽·阿不都热依木·艾合买提江"])
def test_a_rare_name_is_recorded_letter_for_letter(name):
    sheets = bureau()
    write(sheets, "人员花名册", 5, "姓名", name)
    bring(sheets)
    assert Person.objects.get(staff_number="10004").name == name


def test_a_name_that_looks_like_a_formula_stays_text():
    sheets = bureau()
    write(sheets, "人员花名册", 5, "姓名", "=HYPERLINK(1)")
    report, _imported = bring(sheets)
    assert report.errors == ()
    assert Person.objects.get(staff_number="10004").name == "=HYPERLINK(1)"


# --- The month of a roster ------------------------------------------------------------------------------------------


def days_of(sheets, **options):
    report, _imported = bring(sheets, **options)
    return sorted(set(RosterDay.objects.values_list("day", flat=True))), [
        each.code.value for each in report.warnings if each.sheet == "排班"
    ]


def test_the_title_says_the_year(imported):
    assert RosterDay.objects.earliest("day").day == dt.date(2026, 11, 1)


def test_without_a_title_the_month_that_was_given_says_it():
    sheets = bureau()
    del sheets["排班"][0]
    assert days_of(sheets, month=dt.date(2025, 11, 1)) == ([dt.date(2025, 11, day) for day in (1, 2, 3)], [])


@pytest.mark.parametrize(
    ("as_of", "year"),
    [(dt.date(2026, 11, 23), 2026), (dt.date(2027, 2, 1), 2026), (dt.date(2027, 5, 20), 2027)],
)
def test_otherwise_it_is_the_nearest_year_and_a_warning(as_of, year):
    sheets = bureau()
    del sheets["排班"][0]
    assert days_of(sheets, as_of=as_of) == ([dt.date(year, 11, day) for day in (1, 2, 3)], ["missing"])


def test_a_roster_may_run_into_the_next_year():
    sheets = bureau()
    sheets["排班"][0] = ["2026年12月26日至2027年1月排班表"]
    sheets["排班"][1][3:] = ["12月30日", "12月31日", "1月1日"]
    assert days_of(sheets)[0] == [dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]


def test_a_title_may_name_the_month_for_bare_numbers():
    sheets = bureau()
    sheets["排班"][1][3:] = [1, "2日", "3（周二）"]
    sheets["排班"].insert(2, ["", "", "", "日", "一", "二"])
    assert days_of(sheets)[0] == [dt.date(2026, 11, day) for day in (1, 2, 3)]


def test_the_title_wins_over_a_year_that_excel_added_by_itself():
    sheets = bureau()
    sheets["排班"][1][3:] = [dt.date(2025, 11, 1), dt.date(2025, 11, 2), dt.date(2025, 11, 3)]
    assert days_of(sheets)[0] == [dt.date(2026, 11, day) for day in (1, 2, 3)]


# --- All or nothing -------------------------------------------------------------------------------------------------


def anything_recorded():
    return {model.__name__ for model in (*TABLES, Import, Event, Document) if model._default_manager.exists()}


def test_one_fault_keeps_the_whole_workbook_out():
    sheets = bureau()
    write(sheets, "荣誉", 2, "工号", "99999")
    report, imported = bring(sheets)
    assert (report.applied, imported, anything_recorded()) == (False, None, set())


def test_a_plan_says_what_will_be_and_writes_nothing():
    planned = plan(xlsx(bureau()), Options(AS_OF), at=AT)
    assert anything_recorded() == set()
    report, _imported = bring(bureau())
    assert report == replace(planned.report, applied=True)
    assert {name: counts.document() for name, counts in report.sheets.items()} == {
        name: {"rows": rows, "created": rows, "updated": 0, "unchanged": 0}
        for name, rows in {
            "组织机构": 5,
            "人员花名册": 5,
            "任职": 3,
            "窗口岗位": 2,
            "班次": 3,
            "排班": 2,
            "荣誉": 1,
        }.items()
    }


def test_a_write_that_fails_leaves_nothing_behind(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("zhibu.apps.imports.actions.record", fail)
    with pytest.raises(RuntimeError):
        bring(bureau())
    assert anything_recorded() == set()


def test_what_was_confirmed_is_what_is_applied_or_nothing():
    shown = digest(plan(xlsx(bureau()), Options(AS_OF), at=AT).report)
    bring({"班次": bureau()["班次"]})
    with pytest.raises(PlanChanged):
        bring_in(xlsx(bureau()), file_name="a", options=Options(AS_OF), actor=OPERATOR, at=AT, shown=shown)
    assert not Person.objects.exists()


def test_an_import_is_one_event_that_seals_what_it_counted(imported):
    event = Event.objects.get()
    assert (event.type, event.subject, event.actor, event.recorded_at) == (
        *("workbook_imported", imported.pk, "operator", AT),
    )
    sealed = json.loads(Document.objects.get().text)
    assert sealed["file_sha256"] == imported.file_sha256
    assert sealed["as_of"] == "2026-11-23"
    assert sealed["sheets"]["人员花名册"] == {"rows": 5, "created": 5, "updated": 0, "unchanged": 0}
    assert event.document_sha256 == sha256(canonical(sealed))
    assert imported.report["applied"] is True


def test_the_same_file_twice_changes_nothing(imported):
    before = {model: rows(model._default_manager, "pk") for model in TABLES}
    report, again = bring(bureau())
    assert (report.applied, again) == (True, None)
    assert all(
        (counts.created, counts.updated, counts.unchanged) == (0, 0, counts.rows) for counts in report.sheets.values()
    )
    assert {model: rows(model._default_manager, "pk") for model in TABLES} == before
    assert (Import.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize("as_of", [dt.date(2026, 11, 24), dt.date(2027, 11, 23)])
def test_the_same_file_at_a_later_day_changes_nothing(imported, as_of):
    report, again = bring(bureau(), as_of=as_of)
    assert (report.errors, again) == ((), None)


# --- The whole bureau -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_bureau_goes_in_and_comes_back_the_same():
    data = (DATA / "bureau.xlsx").read_bytes()
    report, _imported = bring(data)
    assert report.applied
    assert {name: (counts.rows, counts.created) for name, counts in report.sheets.items()} == {
        "组织机构": (125, 125),
        "人员花名册": (1300, 1300),
        "任职": (343, 343),
        "窗口岗位": (22, 22),
        "班次": (6, 6),
        "排班": (1300, 1300),
        "荣誉": (8, 8),
    }
    assert RosterDay.objects.count() == 39_000
    assert Membership.objects.on(AS_OF).count() == 640
    assert Employment.objects.on(AS_OF).count() == 1300
    assert Term.objects.count() == 58
    assert Seat.objects.on(AS_OF).count() == 44
    figures = document(AS_OF)
    assert {name: figures[name] for name in ("secretaries", "committee_members", "branch_committee_members")} == {
        "secretaries": 62,
        "committee_members": 35,
        "branch_committee_members": 180,
    }
    assert (figures["party_posts"], figures["window_posts"]) == (277, 22)
    assert figures["service_years"]["GZ-A-01"] == {"at_least_15": 14, "at_least_20": 5, "longest": 31}
    report, again = bring(data)
    assert again is None
    assert all(counts.unchanged == counts.rows for counts in report.sheets.values())


@pytest.mark.slow
def test_the_untidy_bureau_says_the_same_as_if_it_were_tidy():
    bring((DATA / "bureau-messy.xlsx").read_bytes())
    fu = Person.objects.get(staff_number="10001")
    assert (fu.name, fu.work_began, fu.pinyin) == ("傅洋", dt.date(1995, 7, 1), "fuyang")
    assert rows(fu.memberships, "since", "standing") == [
        (dt.date(1996, 6, 8), "probationary"),
        (dt.date(1997, 6, 8), "full"),
    ]
    assert Person.objects.count() == 1300
    assert not Person.objects.filter(name__contains="\u3000").exists()
    assert RosterDay.objects.filter(person__staff_number="10003").count() == 30


def test_an_import_takes_a_few_statements_however_large_it_is(django_assert_max_num_queries):
    with django_assert_max_num_queries(77):
        bring(bureau())
