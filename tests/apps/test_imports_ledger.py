"""A ledger kept before comes in: filed records, entered afterwards, that say what it says and no more."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import transaction

from tests.apps.test_imports import bring, rows
from tests.workbook import AS_OF, bureau, without_column, write
from tests.world import AT
from zhibu.apps.archive import registry
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.imports.actions import undo
from zhibu.apps.imports.changes import TABLES
from zhibu.apps.imports.errors import UndoRefused
from zhibu.apps.meetings.actions import convening
from zhibu.apps.meetings.actions.convening import Hours
from zhibu.apps.meetings.actions.filing import correct, finish
from zhibu.apps.meetings.actions.roll import mark_rest
from zhibu.apps.meetings.books import ledger_of
from zhibu.apps.meetings.models import Filing, LedgerLine, LedgerName, Meeting
from zhibu.apps.meetings.papers import sheet_of
from zhibu.apps.meetings.queries import last_held
from zhibu.apps.meetings.records import record_of
from zhibu.apps.organizations.actions import dissolve
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.documents.ledger import ledger_xlsx
from zhibu.domain.assembly import Presence
from zhibu.domain.minutes import register_fields
from zhibu.domain.seal import canonical
from zhibu.domain.terms import Audience, MeetingKind

pytestmark = pytest.mark.django_db

SHEET = "三会一课台账"
HEADS = [
    *("组织编码", "类型", "日期", "时间", "地点", "主题", "主持人", "授课人", "记录人", "应到", "实到", "缺席及原因"),
    *("列席", "决议"),
]
MEETING = [
    "GZ-A-01",
    "党员大会",
    dt.date(2025, 3, 20),
    "15:00-16:30",
    "三楼会议室",
    "讨论发展党员",
    "林悦",
    "",
    "陈星",
]
MEETING += [12, 11, "陈星（当班）", "方澄", "同意接收一名预备党员。"]
LESSON = ["GZ-A-01", "党课", "2025.6.12", "下午", "", "学党史", "林悦", "林悦", "", "12人", "12", "无", "", ""]
COMMITTEE = ["GZ-A", "党委会", "20250108", "9:30", "", "研究年度计划", "方澄", "", "", 5, 5, "", "", ""]
GROUP = ["GZ-A-01-1", "小组会", "2025年4月2日", "", "", "", "陈星", "", "", 6, 4, "病假2人", "", ""]


def ledger(*lines):
    """The bureau with a ledger of these lines, each a list as above."""
    return bureau() | {SHEET: [list(HEADS), *(list(line) for line in (lines or (MEETING, LESSON, COMMITTEE, GROUP)))]}


def line(**said):
    """The first line, with other words in some columns."""
    return [said.get(head, value) for head, value in zip(HEADS, MEETING, strict=True)]


def errors_in(sheets, **options):
    report, imported = bring(sheets, **options)
    assert imported is None
    assert not Meeting.objects.exists()
    return [(each.row, each.column, each.value, each.code.value, each.because) for each in report.errors]


def warnings_in(sheets):
    report, _imported = bring(sheets)
    assert report.errors == ()
    return [(each.row, each.column, each.value, each.code.value) for each in report.warnings if each.sheet == SHEET]


def counts(report):
    found = report.sheets[SHEET]
    return (found.rows, found.created, found.updated, found.unchanged)


def shown(meeting):
    sheet = sheet_of(json.loads(meeting.filing.document.text), recorded_on=AT.date(), reasons=True)
    return {field.label.value: [line.text for line in field.lines] for field in register_fields(sheet)}


# --- What is recorded -----------------------------------------------------------------------------------------------


def test_each_line_becomes_a_filed_record_entered_afterwards():
    report, imported = bring(ledger())
    assert (report.errors, counts(report)) == ((), (4, 4, 0, 0))
    assert rows(Meeting.objects, "held_on", "organization__code", "kind", "title", "stage", "late_reason") == [
        (dt.date(2025, 1, 8), "GZ-A", "committee_meeting", "研究年度计划", "filed", "据台账补录"),
        (dt.date(2025, 3, 20), "GZ-A-01", "general_meeting", "讨论发展党员", "filed", "据台账补录"),
        (dt.date(2025, 4, 2), "GZ-A-01-1", "group_meeting", "2025年4月党小组会", "filed", "据台账补录"),
        (dt.date(2025, 6, 12), "GZ-A-01", "lesson", "学党史", "filed", "据台账补录"),
    ]
    assert set(Meeting.objects.values_list("filed_at", "made_at")) == {(AT, AT)}
    assert rows(LedgerLine.objects, "meeting__held_on", "hours", "expected", "present", "absent") == [
        (dt.date(2025, 1, 8), "09:30", 5, 5, ""),
        (dt.date(2025, 3, 20), "15:00-16:30", 12, 11, "陈星（当班）"),
        (dt.date(2025, 4, 2), "", 6, 4, "病假2人"),
        (dt.date(2025, 6, 12), "下午", 12, 12, "无"),
    ]
    assert imported is not None


def test_the_archive_holds_when_it_was_held_and_when_it_was_recorded():
    bring(ledger(MEETING, LESSON))
    events = Event.objects.filter(type="meeting_taken_over").order_by("event_at")
    shanghai = dt.timezone(dt.timedelta(hours=8))
    assert [(event.event_at, event.recorded_at, event.actor) for event in events] == [
        (dt.datetime(2025, 3, 20, 15, tzinfo=shanghai), AT, OPERATOR),
        (dt.datetime(2025, 6, 12, 0, tzinfo=shanghai), AT, OPERATOR),
    ]
    for filing in Filing.objects.select_related("meeting__organization", "event", "document"):
        assert filing.event.subject == filing.meeting_id
        assert filing.event.document_sha256 == filing.document_id
        assert canonical(record_of(filing.meeting)) == filing.document.text


def test_whoever_listens_for_records_taken_over_hears_of_each(monkeypatch):
    heard = []
    monkeypatch.setitem(
        registry._listeners, "meeting_taken_over", [lambda _event, document: heard.append(document["title"])]
    )
    bring(ledger())
    assert sorted(heard) == ["2025年4月党小组会", "学党史", "研究年度计划", "讨论发展党员"]


def test_the_record_says_what_the_ledger_says_and_of_the_rest_that_it_is_not_in_it():
    bring(ledger(MEETING, GROUP))
    meeting, group = Meeting.objects.order_by("held_on")
    assert shown(meeting) == {
        "会议名称": ["讨论发展党员"],
        "时间": ["2025年3月20日（星期四）15:00至16:30"],
        "补录说明": ["2026年11月23日补录：据台账补录"],
        "地点": ["三楼会议室"],
        "主持人": ["林悦"],
        "记录人": ["陈星"],
        "应到": ["12人"],
        "实到": ["11人"],
        "有表决权应到": ["台账未载"],
        "有表决权实到": ["台账未载"],
        "缺席及原因": ["陈星（当班）"],
        "列席": ["方澄"],
        "议题": ["讨论发展党员"],
        "传达学习内容": ["台账未载"],
        "发言要点": ["台账未载"],
        "表决": ["台账未载"],
        "决议": ["同意接收一名预备党员。"],
        "责任人与时限": ["台账未载"],
        "主持人总结": ["台账未载"],
    }
    assert {label: shown(group)[label] for label in ("时间", "地点", "记录人", "缺席及原因", "列席")} == {
        "时间": ["2025年4月2日（星期三）"],
        "地点": ["台账未载"],
        "记录人": ["台账未载"],
        "缺席及原因": ["病假2人"],
        "列席": ["台账未载"],
    }


def test_the_quorum_is_judged_by_the_one_pair_of_numbers():
    bring(ledger(MEETING, line(日期="2025-03-21", 应到=12, 实到=5), LESSON))
    judged = [json.loads(text)["quorum"]["state"] for text in filed_texts()]
    assert judged == ["met", "short", "not_required"]


def filed_texts():
    return list(Filing.objects.order_by("meeting__held_on").values_list("document__text", flat=True))


def test_names_are_people_where_it_is_plain_who_is_meant():
    sheets = ledger(MEETING, line(日期="2025-03-21", 主持人="方澄", 记录人="林悦、陈星", 缺席及原因="", 列席=""))
    assert warnings_in(sheets) == [
        # Fang is of another branch; who wrote it down is two people.
        (2, "列席", "方澄", "unknown"),
        (3, "主持人", "方澄", "unknown"),
    ]
    assert rows(Meeting.objects, "held_on", "chair__name", "recorder__name") == [
        (dt.date(2025, 3, 20), "林悦", "陈星"),
        (dt.date(2025, 3, 21), None, None),
    ]
    assert rows(LedgerName.objects, "person__name", "named") == [("陈星", "absent")]
    assert rows(LedgerLine.objects, "meeting__held_on", "chair", "recorder")[1] == (
        dt.date(2025, 3, 21),
        "方澄",
        "林悦、陈星",
    )


@pytest.mark.parametrize(
    ("said", "named", "warned"),
    [
        ("请假2人：林悦（当班）、陈星（休假）", {"林悦", "陈星"}, []),
        ("林悦和陈星因当班请假", {"林悦", "陈星"}, []),
        ("林悦　出差", {"林悦"}, []),
        ("陈星同志，因公出差", {"陈星"}, []),
        ("缺席1人：赵一", set(), ["赵一"]),
        ("林悦、赵一、阿依古丽·买买提（学习）", {"林悦"}, ["赵一", "阿依古丽·买买提"]),
        ("无", set(), []),
        ("3人当班", set(), []),
        ("全勤", set(), []),
    ],
)
def test_who_was_away_is_found_in_its_sentence(said, named, warned):
    assert warnings_in(ledger(line(缺席及原因=said, 列席=""))) == [
        (2, "缺席及原因", name, "unknown") for name in warned
    ]
    assert set(LedgerName.objects.values_list("person__name", flat=True)) == named
    assert LedgerLine.objects.get().absent == "".join(said.split())


def test_two_of_one_name_are_told_apart_by_the_day_or_not_at_all():
    sheets = ledger(line(缺席及原因="", 列席=""), line(日期="2007-05-05", 记录人="林悦", 缺席及原因="", 列席=""))
    write(sheets, "人员花名册", 3, "姓名", "林悦")
    sheets["任职"][2][1] = sheets["排班"][3][1] = sheets["荣誉"][1][1] = "林悦"
    report, _imported = bring(sheets)
    assert [(each.row, each.column, each.value) for each in report.warnings if each.sheet == SHEET] == [
        (2, "主持人", "林悦"),
        (2, "记录人", "陈星"),
    ]
    # In 2007 only one of them was here.
    assert rows(Meeting.objects, "held_on", "chair__staff_number", "recorder__staff_number") == [
        (dt.date(2007, 5, 5), "10001", "10001"),
        (dt.date(2025, 3, 20), None, None),
    ]


def test_a_ledger_says_nothing_of_itself_that_is_a_rule_for_the_next_meeting():
    bring(ledger())
    branch = Organization.objects.get(code="GZ-A-01")
    assert last_held(branch, MeetingKind.GENERAL_MEETING) is None
    assert branch.began == AS_OF


# --- Untidy ledgers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("15:00-16:30", "15:00-16:30"),
        ("15：00至16：30", "15:00-16:30"),
        ("１５：００～１６：３０", "15:00-16:30"),
        ("15:00——16:30", "15:00-16:30"),
        ("15时-16时30分", "15:00-16:30"),
        ("下午3点半-5点", "15:30-17:00"),
        ("下午3:00—下午4:30", "15:00-16:30"),
        ("上午9点至11点", "09:00-11:00"),
        ("晚上8点", "20:00"),
        ("2025年3月20日15:00-16:30", "15:00-16:30"),
        ("22:00-次日01:00", "22:00-次日01:00"),
        ("22:00-1:00", "22:00-次日01:00"),
        ("23:00-24:00", "23:00-次日00:00"),
        ("9:00-10:00；14:00-15:00", "09:00-10:00；14:00-15:00"),
        (dt.time(15, 0), "15:00"),
        (0.625, "15:00"),
        ("上午", "上午"),
        ("", ""),
    ],
)
def test_hours_are_read_however_they_are_written(said, hours):
    sheets = ledger(line(时间=said.isoformat("minutes") if isinstance(said, dt.time) else said))
    assert [each for each in warnings_in(sheets) if each[1] == "时间"] == []
    assert LedgerLine.objects.get().hours == hours


@pytest.mark.parametrize(
    "said", ["午饭后", "25:00", "15:70", "15", "16:30-15:00", "15:00-15:00", "15:00-16:00-17:00"]
)
def test_hours_that_can_not_be_read_are_refused(said):
    assert errors_in(ledger(line(时间=said))) == [(2, "时间", said, "bad_value", None)]


def test_titles_merged_codes_full_width_digits_and_days_without_a_year_are_understood():
    sheets = ledger()
    sheets[SHEET] = [
        ["检务处党支部 ２０２５ 年度三会一课台账"],
        [],
        [head if head != "应到" else "应到（人）" for head in HEADS],
        line(日期="3月20日（星期四）", 应到="１２", 实到="１１"),
        line(日期="４月１０日", 类型="主题党日 活动", 地点="  三 楼 "),
        line(日期="2025-05-08（周四）", 类型="支 委 会"),
        ["合计", "", "", "", "", "", "", "", "", "", "", "", "", ""],
        ["备注：以上由陈星整理"],
    ]
    report, _imported = bring(sheets)
    assert (report.errors, counts(report)) == ((), (3, 3, 0, 0))
    assert rows(Meeting.objects, "held_on", "kind", "ledger_line__expected", "ledger_line__place") == [
        (dt.date(2025, 3, 20), "general_meeting", 12, "三楼会议室"),
        (dt.date(2025, 4, 10), "theme_day", 12, "三楼"),
        (dt.date(2025, 5, 8), "branch_committee_meeting", 12, "三楼会议室"),
    ]


def test_resolutions_keep_their_lines_and_hostile_text_stays_text():
    bring(ledger(line(决议="1. 同意。\n\n 2.=HYPERLINK(1) <script>alert(1)</script>")))
    assert LedgerLine.objects.get().resolutions == "1.同意。\n2.=HYPERLINK(1) <script>alert(1)</script>"


def test_columns_that_a_ledger_does_not_have_are_not_missed():
    sheets = ledger(MEETING)
    without_column(sheets, SHEET, "时间", "地点", "主题", "主持人", "授课人", "记录人", "缺席及原因", "列席", "决议")
    report, _imported = bring(sheets)
    assert (report.errors, counts(report)) == ((), (1, 1, 0, 0))
    assert rows(Meeting.objects, "title", "chair", "ledger_line__hours") == [("2025年3月支部党员大会", None, "")]


def test_a_ledger_comes_in_by_itself_and_where_it_comes_from_is_said():
    bring(bureau())
    report, _imported = bring({SHEET: [[*HEADS, "补录说明"], [*MEETING, "2025年纸质台账"]]})
    assert (report.errors, list(report.sheets), counts(report)) == ((), [SHEET], (1, 1, 0, 0))
    meeting = Meeting.objects.get()
    assert (meeting.late_reason, meeting.chair.name) == ("据台账补录（2025年纸质台账）", "林悦")


# --- Faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"组织编码": "GZ-Z"}, [("组织编码", "GZ-Z", "unknown")]),
        ({"组织编码": ""}, [("组织编码", None, "missing")]),
        ({"类型": "茶话会"}, [("类型", "茶话会", "bad_value")]),
        ({"类型": ""}, [("类型", None, "missing")]),
        ({"类型": "党小组会"}, [("类型", "党小组会", "bad_value")]),
        ({"组织编码": "GZ"}, [("类型", "支部党员大会", "bad_value")]),
        ({"日期": "去年三月"}, [("日期", "去年三月", "bad_date")]),
        ({"日期": "2025-02-30"}, [("日期", "2025-02-30", "bad_date")]),
        ({"日期": "3月20日"}, [("日期", "3月20日", "bad_date")]),
        ({"日期": ""}, [("日期", None, "missing")]),
        ({"日期": "2026-11-24"}, [("日期", "2026-11-24", "in_future")]),
        ({"日期": "2005-02-15"}, [("日期", "2005-02-15", "out_of_order")]),
        ({"应到": ""}, [("应到", None, "missing")]),
        ({"实到": ""}, [("实到", None, "missing")]),
        ({"应到": "若干"}, [("应到", "若干", "bad_value")]),
        ({"应到": "-3"}, [("应到", "-3", "bad_value")]),
        ({"应到": 99999}, [("应到", "99999", "bad_value")]),
        ({"实到": 13}, [("实到", "13", "bad_value")]),
        ({"主题": "题" * 121}, [("主题", "题" * 100 + "…", "bad_value")]),
        ({"决议": "议" * 4001}, [("决议", "议" * 100 + "…", "bad_value")]),
        ({"日期": "2026-11-23", "时间": "9:31"}, [("时间", "09:31", "in_future")]),
    ],
)
def test_what_would_be_recorded_wrongly_keeps_the_workbook_out(said, errors):
    assert errors_in(ledger(GROUP, line(**said))) == [(3, *each, None) for each in errors]


@pytest.mark.parametrize(
    "said", [{"日期": "2026-11-23", "时间": "9:30"}, {"日期": "2005-02-16"}, {"实到": 12}, {"实到": 0}]
)
def test_on_the_edge_it_comes_in(said):
    report, _imported = bring(ledger(line(**said)))
    assert (report.errors, counts(report)) == ((), (1, 1, 0, 0))


def test_a_workbook_of_a_later_day_brings_no_meeting_of_tomorrow():
    assert errors_in(ledger(line(日期="2026-11-24")), as_of=dt.date(2027, 1, 15)) == [
        (2, "日期", "2026-11-24", "in_future", None)
    ]


def test_the_same_meeting_twice_in_one_ledger_is_refused():
    sheets = ledger(
        MEETING, line(主题="另一个"), line(时间="9:00-10:00"), LESSON, [*LESSON[:5], "又一课", *LESSON[6:]]
    )
    assert errors_in(sheets) == [
        (3, "日期", "2025-03-20", "duplicate", None),
        (6, "日期", "2025-06-12", "duplicate", None),
    ]


def test_a_line_of_an_organization_whose_own_row_is_lost_says_so():
    sheets = ledger(MEETING)
    write(sheets, "组织机构", 4, "组织编码", "")
    assert (2, "组织编码", "GZ-A-01", "unknown", "组织机构!4") in errors_in(sheets)


def test_missing_columns_of_a_ledger_are_named_once():
    sheets = ledger(MEETING)
    without_column(sheets, SHEET, "类型", "实到")
    assert errors_in(sheets) == [(1, "类型", None, "missing", None), (1, "实到", None, "missing", None)]


def test_a_dissolved_organization_held_meetings_until_it_was_dissolved():
    bring(bureau())
    branch = Organization.objects.get(code="GZ-A-02")
    for model in (Membership, Employment, Appointment):
        model.objects.filter(organization=branch, until=None).update(until=dt.date(2026, 11, 23))
    dissolve(branch, on=dt.date(2026, 11, 23), actor=OPERATOR, at=AT)
    report, _imported = bring({SHEET: [HEADS, line(组织编码="GZ-A-02", 日期="2026-11-23", 时间="8:00")]})
    assert [(each.column, each.code.value) for each in report.errors] == [("日期", "out_of_order")]
    report, _imported = bring({SHEET: [HEADS, line(组织编码="GZ-A-02", 日期="2026-11-22")]})
    assert (report.errors, counts(report)) == ((), (1, 1, 0, 0))


# --- Again, and back ------------------------------------------------------------------------------------------------


def state():
    return {model.__name__: sorted(map(str, model._default_manager.values_list())) for model in TABLES}


def test_the_same_ledger_twice_changes_nothing():
    bring(ledger())
    before, events = state(), Event.objects.count()
    report, imported = bring(ledger())
    assert (report.errors, imported, counts(report)) == ((), None, (4, 0, 0, 4))
    assert (state(), Event.objects.count()) == (before, events)


def test_a_longer_ledger_adds_what_is_new():
    bring(ledger(MEETING))
    report, _imported = bring(ledger(MEETING, LESSON))
    assert counts(report) == (2, 1, 0, 1)


def test_a_filed_line_stays_as_it_is_and_a_ledger_that_says_otherwise_is_refused():
    bring(ledger(MEETING))
    before = state()
    report, imported = bring(ledger(line(实到=10, 地点="一楼")))
    assert [(each.row, each.column, each.value, each.code.value) for each in report.errors] == [
        (2, "地点", "一楼", "duplicate"),
        (2, "实到", "10", "duplicate"),
    ]
    assert (imported, state()) == (None, before)
    assert "三楼会议室" in report.errors[0].message


def test_a_meeting_that_zhibu_knows_of_is_not_taken_over_again():
    bring(bureau())
    starts = dt.datetime(2026, 11, 5, 15, tzinfo=AT.tzinfo)
    convening.convene(
        organization=Organization.objects.get(code="GZ-A-01"),
        kind=MeetingKind.GENERAL_MEETING,
        title="讨论",
        hours=[Hours(starts, starts + dt.timedelta(hours=1), "")],
        agenda=[],
        audience=Audience.MEMBERS,
        made_by=None,
        actor=OPERATOR,
        at=AT,
        late_reason="无网络",
    )
    day = "2026-11-05"
    for hours in ("15:00-16:00", "", "下午"):
        report, imported = bring({SHEET: [HEADS, line(日期=day, 时间=hours)]})
        assert (report.errors, imported, counts(report)) == ((), None, (1, 0, 0, 1))
        assert [(each.row, each.code.value) for each in report.warnings] == [(2, "duplicate")]
    report, _imported = bring({SHEET: [HEADS, line(日期=day, 时间="9:00-10:00")]})
    assert counts(report) == (1, 1, 0, 0)


def held(branch, kind, *starts, **facts):
    """A meeting of zhibu itself, entered after the event and filed, with those that share its afternoon."""
    first = convening.convene(
        organization=branch,
        kind=kind,
        title="",
        hours=[Hours(begins, begins + dt.timedelta(hours=2), "码头") for begins in starts],
        agenda=[],
        audience=Audience.MEMBERS,
        chair=Person.objects.get(staff_number="10001"),
        made_by=None,
        actor=OPERATOR,
        at=AT,
        late_reason="无网络",
        **facts,
    )
    mark_rest(first.sessions.first(), status=Presence.PRESENT, actor=OPERATOR, at=AT)
    for one in (first, *first.guests.all()):
        finish(one, one.chair, actor=OPERATOR, at=AT)


def test_the_ledgers_that_zhibu_writes_change_nothing_when_they_are_read_back():
    bring(ledger())
    branch, other = (Organization.objects.get(code=code) for code in ("GZ-A-01", "GZ-A-02"))
    day = dt.datetime(2025, 11, 5, 15, tzinfo=AT.tzinfo)
    held(branch, MeetingKind.LESSON, day, day + dt.timedelta(days=3))
    held(branch, MeetingKind.LESSON, day.replace(month=12, day=31), day.replace(year=2026, month=1, day=4))
    held(branch, MeetingKind.GENERAL_MEETING, day, joint_with=[other], also={MeetingKind.THEME_DAY: "净滩"})
    held(branch, MeetingKind.GENERAL_MEETING, day.replace(day=12, hour=23))
    before, events, counted = state(), Event.objects.count(), []
    for book, year in ((branch, 2025), (branch, 2026), (other, 2025), (Organization.objects.get(code="GZ-A"), 2025)):
        for reasons in (True, False):
            told = ledger_of(book, year, on=AS_OF, reasons=reasons)
            report, imported = bring(ledger_xlsx(told, at=AT))
            assert (report.errors, imported) == ((), None), (book, year, reasons)
            counted.append(counts(report))
    assert (state(), Event.objects.count()) == (before, events)
    assert counted == [(each, 0, 0, each) for each in (7, 7, 1, 1, 2, 2, 1, 1)]


def test_a_ledger_is_taken_back_with_its_import_and_the_archive_remembers_both():
    bring(bureau())
    before = state()
    _report, imported = bring(ledger())
    undo(imported, actor=OPERATOR, at=AT)
    assert state() == before
    filed = set(Event.objects.filter(type="meeting_taken_over").values_list("subject", flat=True))
    back = set(Event.objects.filter(type="record_taken_back").values_list("subject", flat=True))
    assert len(filed) == 4
    assert filed == back
    assert Document.objects.filter(text__contains="据台账补录").count() == 4
    assert counts(bring(ledger())[0]) == (4, 4, 0, 0)


def test_a_ledger_is_not_taken_back_once_something_stands_beside_a_record():
    _report, imported = bring(ledger())
    correct(Filing.objects.first(), text="实到应为10人。", by=None, actor=OPERATOR, at=AT)
    before = state()
    with pytest.raises(UndoRefused), transaction.atomic():
        undo(imported, actor=OPERATOR, at=AT)
    assert state() == before
