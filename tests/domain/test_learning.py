"""How far a branch is with a part, and the wrap-up in sentences."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zhibu.domain.learning import PartState, is_owed_by, state_of
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.domain.wrap_up import (
    NO_RECORD,
    Held,
    Launched,
    Reached,
    Served,
    Spread,
    WrapUp,
    of_branch,
    of_superior,
)

SINCE, UNTIL = dt.date(2026, 3, 1), dt.date(2026, 11, 30)
LAUNCHED = Launched(
    "学习教育", "港洲局党组", "中央办公厅", "实施意见", "中办发〔2026〕1号", dt.date(2026, 2, 1), SINCE, UNTIL
)


@pytest.mark.parametrize(
    ("stages", "state"),
    [
        ([], PartState.OPEN),
        ([MeetingStage.NOT_HELD], PartState.OPEN),
        ([MeetingStage.DRAFT], PartState.UNDER_WAY),
        ([MeetingStage.POSTPONED], PartState.UNDER_WAY),
        ([MeetingStage.APPROVED, MeetingStage.NOT_HELD], PartState.UNDER_WAY),
        ([MeetingStage.FILED, MeetingStage.DRAFT], PartState.DONE),
    ],
)
def test_a_part_is_done_once_a_meeting_is_filed_and_under_way_while_one_is_to_come(stages, state):
    assert state_of(stages) is state


@given(some.lists(some.sampled_from(MeetingStage)), some.sampled_from(MeetingStage))
def test_one_more_meeting_never_takes_a_part_back(stages, more):
    order = list(PartState)[::-1]
    assert order.index(state_of([*stages, more])) >= order.index(state_of(stages))


def test_a_superiors_part_is_owed_below_and_a_branchs_own_by_itself_only():
    assert is_owed_by("000001002", prescribed_by="000001", is_own=False)
    assert not is_owed_by("000002001", prescribed_by="000001", is_own=False)
    assert is_owed_by("000001002", prescribed_by="000001002", is_own=True)
    assert not is_owed_by("000001002001", prescribed_by="000001002", is_own=True)


def test_a_branch_tells_part_by_part_with_days_and_counts():
    held = Held(dt.date(2026, 5, 8), MeetingKind.LESSON, "从一份放行单看责任", 13, 11)
    parts = [Served("上党课", "港洲局党组", (held, held)), Served("岗位讲述", "", ())]
    assert of_branch(LAUNCHED, "通关服务处党支部", parts, Reached(13, 12)).splitlines() == [
        (
            "根据2026年2月1日中央办公厅《实施意见》（中办发〔2026〕1号），港洲局党组部署开展学习教育，"
            "时间为2026年3月1日至2026年11月30日。通关服务处党支部的开展情况根据归档记录汇总如下。"
        ),
        "一、规定内容",
        "1. 上党课（港洲局党组规定）：" + "2026年5月8日举办党课《从一份放行单看责任》，应到13人，实到11人。" * 2,
        "二、自选内容",
        f"1. 岗位讲述：{NO_RECORD}",
        "三、参加情况",
        "本支部党员13人，其中12人参加过本次学习教育的集中活动。",
    ]


def test_a_meeting_of_a_group_is_told_as_the_groups():
    held = Held(dt.date(2026, 6, 22), MeetingKind.GROUP_MEETING, "六月党小组会", 8, 8, by="第一党小组")
    text = of_branch(LAUNCHED, "支部", [Served("交流", "", (held,))], Reached(8, 8))
    assert "2026年6月22日第一党小组召开党小组会《六月党小组会》，应到8人，实到8人。" in text


def test_without_parts_of_ones_own_there_is_no_heading_for_them_and_without_a_document_no_source():
    bare = Launched("学习教育", "支部", "", "", "", None, SINCE, SINCE)
    lines = of_branch(bare, "支部", [Served("甲", "支部", ())], Reached(0, 0)).splitlines()
    assert [line for line in lines if line[1] == "、"] == ["一、规定内容", "二、参加情况"]
    assert lines[0].startswith("支部部署开展学习教育，时间为2026年3月1日至2026年3月1日。")


def test_a_superior_tells_sums_and_no_rate():
    text = of_superior(
        LAUNCHED, "机关党委", [Spread("上党课", "党组", 54, 50)], branches=54, members=Reached(640, 600)
    )
    assert "应开展的党支部54个，已有归档记录的50个" in text
    assert "%" not in text
    assert "率" not in text


def test_a_line_that_begins_with_a_numeral_is_a_heading_on_paper():
    told = WrapUp("支部", "学习教育", "开头。\n\n一、做法\n  十二、体会\n1. 一、不是标题", UNTIL, draft=True)
    assert [(line.text, line.heading) for line in told.lines] == [
        ("开头。", False),
        ("一、做法", True),
        ("十二、体会", True),
        ("1. 一、不是标题", False),
    ]
    assert told.heading == "学习教育总结（草稿）"
