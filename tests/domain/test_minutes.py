"""What is written about a meeting: points by speaker, the register sheet, the summary, the notice."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.minutes import (
    Absence,
    Correction,
    Gathering,
    Item,
    LateEntry,
    Point,
    RegisterSheet,
    Roll,
    Task,
    Vote,
    correction_fields,
    points,
    register_fields,
    text_of,
)
from zhibu.domain.notice import Notice, chat_text, notice_sections
from zhibu.domain.phrases import Label, Line, Section, numbered, numeral
from zhibu.domain.summary import summary_of
from zhibu.domain.terms import MeetingKind, VotingWay

LIN, CHEN, QIU = "林志远", "陈守夜", "买买提·艾力"
NAMES = (LIN, CHEN, QIU)


def evening(day: int, start: str, end: str, *, place: str = "三楼会议室", ends_on: int = 0) -> Gathering:
    starts_at = dt.datetime.combine(dt.date(2026, 3, day), dt.time.fromisoformat(start))
    ends_at = dt.datetime.combine(dt.date(2026, 3, day) + dt.timedelta(days=ends_on), dt.time.fromisoformat(end))
    return Gathering(starts_at, ends_at, place)


SHEET = RegisterSheet(
    organization="旅检一科党支部",
    kind=MeetingKind.GENERAL_MEETING,
    title="2026年3月支部党员大会",
    gatherings=(evening(5, "19:00", "20:30"),),
    chair=LIN,
    recorder=CHEN,
    roll=Roll(
        expected=23,
        present=20,
        voters=20,
        voters_present=18,
        attending=(LIN, CHEN),
        absent=(Absence("李想", "当班", leave=True), Absence("王勤", "休假", leave=True), Absence("赵一")),
        observers=("周列",),
    ),
    items=(
        Item(
            "审议支部年度计划",
            points=(Point(LIN, "同意。\n抓紧落实。"), Point(CHEN, "夜班如何参加？", differs=True)),
            votes=(Vote("审议支部年度计划", VotingWay.HANDS, 17, 1, 0, "通过"),),
            resolutions=("通过年度计划。",),
        ),
        Item("通报党费收缴情况"),
    ),
    conveyed="传达上级会议精神。\n\n学习支部工作条例。",
    tasks=(Task("制定夜班补学安排。", CHEN, dt.date(2026, 3, 31)),),
    closing="会议开得好。",
)


def texts(sheet: RegisterSheet, label: Label) -> list[str]:
    (found,) = (field for field in register_fields(sheet) if field.label is label)
    return [line.lead + line.text for line in found.lines]


# --- Points --------------------------------------------------------------------------------------------------------


def test_a_name_and_a_colon_begin_a_point_and_the_lines_below_belong_to_it() -> None:
    typed = "先学习文件。\n林志远：同意。\n\n 抓紧落实。\n陈守夜:夜班怎么办？"
    assert points(typed, NAMES) == (
        Point("", "先学习文件。"),
        Point(LIN, "同意。\n抓紧落实。"),
        Point(CHEN, "夜班怎么办？"),
    )


@pytest.mark.parametrize(
    "typed",
    ["林志远同志：同意", "林 志远 ：同意", "　　林志远：同意", "林志远:  同意", "林志远：\n同意"],
)
def test_the_name_is_understood_as_people_type_it(typed: str) -> None:
    assert points(typed, NAMES) == (Point(LIN, "同意"),)


@pytest.mark.parametrize(
    "typed", ["要求：按时完成", "会议由林志远：主持", "邱外：我说两句", "林志远", "林志远说：好", "：", "：林志远"]
)
def test_only_a_name_on_the_roll_begins_a_point(typed: str) -> None:
    assert points(typed, NAMES) == (Point("", typed),)


def test_a_differing_opinion_and_a_role_are_read_from_the_brackets() -> None:
    typed = "陈守夜（组织委员、不同意见）：不行\n买买提·艾力(不同意见): 再议\n林志远（书记）：好"
    assert points(typed, NAMES) == (
        Point(CHEN, "不行", "组织委员", differs=True),
        Point(QIU, "再议", differs=True),
        Point(LIN, "好", "书记"),
    )


LINES = st.text(alphabet="会议内容甲乙，。 #*$", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
POINTS = st.builds(
    Point,
    speaker=st.sampled_from(NAMES),
    text=st.lists(LINES, min_size=1, max_size=3).map("\n".join),
    role=st.sampled_from(["", "书记", "组织委员"]),
    differs=st.booleans(),
)


@given(st.lists(POINTS))
def test_points_written_as_text_are_read_back(spoken: list[Point]) -> None:
    assert points(text_of(spoken), NAMES) == tuple(spoken)


@given(st.text())
def test_nothing_that_was_typed_is_lost(typed: str) -> None:
    kept = "".join(point.lead + point.text for point in points(typed, NAMES))
    assert "".join(kept.split()) == "".join(typed.split())


def test_two_hundred_thousand_characters_are_read_at_once() -> None:
    names = [f"陈{number}" for number in range(1300)]
    typed = "\n".join(f"陈{number % 1300}：好\n再说" for number in range(25_000))
    begun = time.perf_counter()
    assert len(points(typed, names)) == 25_000
    assert len(points("x\n" * 100_000, names)) == 1
    assert time.perf_counter() - begun < 5


# --- The register sheet --------------------------------------------------------------------------------------------


def test_the_sheet_has_every_field_of_the_form_in_its_order() -> None:
    assert [field.label for field in register_fields(SHEET)] == [
        Label.TITLE,
        Label.TIME,
        Label.PLACE,
        Label.CHAIR,
        Label.RECORDER,
        Label.EXPECTED,
        Label.PRESENT,
        Label.VOTERS,
        Label.VOTERS_PRESENT,
        Label.ABSENT,
        Label.OBSERVERS,
        Label.AGENDA,
        Label.CONVEYED,
        Label.POINTS,
        Label.VOTES,
        Label.RESOLUTIONS,
        Label.TASKS,
        Label.CLOSING,
    ]


def test_absence_is_told_with_its_reason_and_leave_apart() -> None:
    assert texts(SHEET, Label.ABSENT) == ["请假2人：李想（当班）、王勤（休假）；缺席1人：赵一"]


def test_points_stand_by_speaker_under_their_item_and_differing_ones_say_so() -> None:
    assert texts(SHEET, Label.POINTS) == [
        "议题一：审议支部年度计划",
        "林志远：同意。",
        "抓紧落实。",
        "陈守夜（不同意见）：夜班如何参加？",
    ]


def test_a_vote_says_its_way_its_count_and_what_came_of_it() -> None:
    assert texts(SHEET, Label.VOTES) == ["审议支部年度计划：举手表决，赞成17票，反对1票，弃权0票，通过。"]
    written = replace(SHEET.items[0].votes[0], way=VotingWay.BALLOT, written=2, outcome="")
    assert str(written) == "审议支部年度计划：无记名投票，赞成17票，反对1票，弃权0票（含书面意见2票）。"


def test_a_task_names_its_holder_and_its_day() -> None:
    assert texts(SHEET, Label.TASKS) == ["制定夜班补学安排（陈守夜，2026年3月31日前）"]
    assert str(Task("联系讲师", CHEN)) == "联系讲师（陈守夜）"


def test_what_was_not_recorded_is_said_as_none() -> None:
    bare = RegisterSheet(
        "支部", MeetingKind.LESSON, "党课", (evening(5, "09:00", "10:00"),), "", "", Roll(0, 0, 0, 0)
    )
    assert texts(bare, Label.CHAIR) == texts(bare, Label.AGENDA) == texts(bare, Label.POINTS) == ["无"]
    assert texts(bare, Label.ABSENT) == texts(bare, Label.CONVEYED) == texts(bare, Label.VOTES) == ["无"]


def test_a_lesson_names_its_lecturer_and_a_late_entry_its_reason() -> None:
    late = replace(SHEET, lecturer=QIU, late_entry=LateEntry(dt.date(2026, 3, 20), "当日系统停用"))
    assert texts(late, Label.LECTURER) == [QIU]
    assert texts(late, Label.LATE_ENTRY) == ["2026年3月20日补录：当日系统停用"]


def test_a_record_says_what_else_shared_its_time_and_its_roll() -> None:
    shared = replace(SHEET, together=("三月主题党日", "三月党课"))
    assert texts(shared, Label.TOGETHER) == ["三月主题党日、三月党课（同一签到，分别记录）"]
    assert Label.TOGETHER not in [field.label for field in register_fields(SHEET)]


def test_a_draft_says_so_in_its_heading() -> None:
    assert (SHEET.heading, replace(SHEET, draft=True).heading) == ("支部党员大会记录", "支部党员大会记录（草稿）")


def test_a_correction_stands_below_with_its_day() -> None:
    corrected = replace(SHEET, corrections=(Correction(dt.date(2026, 4, 1), "实到应为21人。\n周列未列席。"),))
    (field,) = correction_fields(corrected)
    assert field.lines == (Line("实到应为21人。", "2026年4月1日："), Line("周列未列席。"))
    assert texts(corrected, Label.PRESENT) == ["20人"]


@pytest.mark.parametrize(
    ("gathering", "told"),
    [
        (evening(5, "19:00", "20:30"), "2026年3月5日（星期四）19:00至20:30"),
        (evening(5, "22:00", "00:30", ends_on=1), "2026年3月5日（星期四）22:00至次日00:30"),
        (evening(31, "22:00", "00:30", ends_on=2), "2026年3月31日（星期二）22:00至2026年4月2日00:30"),
    ],
)
def test_a_session_across_midnight_says_so(gathering: Gathering, told: str) -> None:
    assert str(gathering) == told


# --- The summary ---------------------------------------------------------------------------------------------------


def test_the_summary_tells_what_was_settled_and_keeps_reasons_of_absence_to_the_record() -> None:
    summary = summary_of(SHEET, issued_on=dt.date(2026, 3, 6), number="〔2026〕3号")
    assert summary.opening == (
        "2026年3月5日，旅检一科党支部在三楼会议室召开支部党员大会，林志远主持。"
        "应到23人，实到20人；有表决权的应到20人，实到18人。现将会议情况纪要如下："
    )
    assert summary.sections == (
        Section(Label.CONVEYED, (Line("传达上级会议精神。"), Line("学习支部工作条例。"))),
        Section(
            "审议支部年度计划",
            (Line("通过年度计划。"), Line("审议支部年度计划：举手表决，赞成17票，反对1票，弃权0票，通过。")),
        ),
        Section("通报党费收缴情况", (Line("未形成决议。"),)),
        Section(Label.TASKS, (Line("制定夜班补学安排（陈守夜，2026年3月31日前）"),)),
        Section(Label.CLOSING, (Line("会议开得好。"),)),
    )
    assert summary.attendance == (
        (Label.ATTENDING, "林志远、陈守夜"),
        (Label.ON_LEAVE, "李想、王勤"),
        (Label.AWAY, "赵一"),
        (Label.OBSERVERS, "周列"),
    )
    assert "当班" not in repr(summary)


def test_a_summary_says_what_shared_the_afternoon_when_it_was_recorded_and_that_it_is_a_draft() -> None:
    late = replace(
        SHEET, together=("三月主题党日",), late_entry=LateEntry(dt.date(2026, 3, 20), "当日系统停用"), draft=True
    )
    summary = summary_of(late, issued_on=dt.date(2026, 3, 20))
    assert "召开支部党员大会（与三月主题党日同场），林志远主持。" in summary.opening
    assert "实到18人。会议记录于2026年3月20日补录。现将会议情况纪要如下：" in summary.opening
    assert summary.title == f"{SHEET.title}（草稿）"


def test_where_nothing_was_resolved_the_summary_tells_what_was_said() -> None:
    talk = replace(SHEET, items=(Item("谈心得", points=(Point(LIN, "有收获"),)),))
    assert Section("谈心得", (Line("有收获", "林志远："),)) in summary_of(talk, issued_on=SHEET.held_on).sections


# --- The notice ----------------------------------------------------------------------------------------------------

NOTICE = Notice(
    organization="旅检一科党支部",
    kind=MeetingKind.GENERAL_MEETING,
    title="2026年3月支部党员大会",
    gatherings=SHEET.gatherings,
    agenda=("审议支部年度计划", "通报党费收缴情况"),
    who="全体党员",
    issued_on=dt.date(2026, 3, 2),
    link="https://zhibu.example/m/1",
)


def test_the_group_chat_gets_time_place_agenda_who_and_link() -> None:
    assert chat_text(NOTICE) == (
        "【会议通知】2026年3月支部党员大会\n"
        "时间：2026年3月5日（星期四）19:00至20:30\n"
        "地点：三楼会议室\n"
        "议题：\n1. 审议支部年度计划\n2. 通报党费收缴情况\n"
        "参加人员：全体党员\n"
        "旅检一科党支部\n"
        "链接：https://zhibu.example/m/1"
    )


def test_a_lesson_in_turns_tells_each_time_with_its_place() -> None:
    turns = replace(
        NOTICE,
        kind=MeetingKind.LESSON,
        gatherings=(evening(5, "19:00", "20:00"), evening(6, "09:00", "10:00", place="二号楼")),
        agenda=(),
        link="",
    )
    assert chat_text(turns).splitlines()[1:4] == [
        "时间：",
        "1. 2026年3月5日（星期四）19:00至20:00，三楼会议室",
        "2. 2026年3月6日（星期五）09:00至10:00，二号楼",
    ]
    assert [section.heading for section in notice_sections(turns)] == [Label.TIME, Label.WHO]
    assert turns.heading == "关于举办2026年3月支部党员大会的通知"


@pytest.mark.parametrize(
    ("number", "told"), [(1, "一"), (9, "九"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (100, "100")]
)
def test_numerals(number: int, told: str) -> None:
    assert numeral(number) == told


def test_one_text_needs_no_number() -> None:
    assert numbered(["甲\n乙"]) == (Line("甲"), Line("乙"))
    assert numbered(["甲\n乙", "丙"]) == (Line("甲", "1. "), Line("乙"), Line("丙", "2. "))
    assert numbered([]) == ()
