"""A campaign: drafted, opened for a subtree, with parts of every level; what is done is seen from filed records."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.files.storage import default_storage

from tests import world
from tests.campaigns import DONE, LAST, SINCE, TITLE, asked, drafted, opened, part, said
from tests.gatherings import announced, file_session
from tests.world import AT, DAY
from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.learning.actions import campaigns, parts, wrap_ups
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Link, Material, Part
from zhibu.apps.learning.queries import (
    meetings_that_serve,
    part_lines,
    places_of,
    reach_in,
    rows_at,
    spreading,
    wrap_up_from_records,
)
from zhibu.apps.meetings.actions import convening
from zhibu.apps.notices.models import Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Membership
from zhibu.domain.learning import PartState
from zhibu.domain.terms import AbsenceReason, MeetingKind, PostKind
from zhibu.domain.wrap_up import Reached

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def theme_day(house, **facts):
    return announced(house, **{"kind": MeetingKind.THEME_DAY, "title": "参观口岸展室"} | facts)


def filed(house, meeting, absent=()):
    reasons = dict.fromkeys(absent, AbsenceReason.SHIFT)
    file_session(meeting.sessions.get(), chair=house.lin, absent=reasons)
    meeting.refresh_from_db()
    return meeting


def told():
    return sorted(Notice.objects.values_list("person__name", "title", "about"))


def state(campaign, branch):
    return [line.state for line in part_lines(campaign, branch)]


def spread(campaign, top, only=""):
    return spreading(campaign, places_of(Organization.objects.under(top.path), campaign, DAY), DAY, only)


# --- Opening -------------------------------------------------------------------------------------------------------


def test_secretaries_below_are_told_once_when_it_is_opened_and_of_each_part_asked_later(house):
    world.appoint(house.chen, house.inspection, PostKind.DEPUTY_SECRETARY)
    world.appoint(house.wen, house.inspection, PostKind.PUBLICITY_OFFICER)
    campaign = drafted(house)
    part(campaign, house)
    assert told() == []
    campaigns.open_campaign(campaign, **DONE)
    about = f"campaign:{campaign.pk}"
    assert told() == [("林悦", TITLE, about), ("陈星", TITLE, about)]
    part(campaign, house, title="上一次党课", kind=MeetingKind.LESSON)
    part(campaign, house, of=house.inspection, title="自选")
    assert len(told()) == 4
    assert set(Notice.objects.filter(overtaken=False).values_list("title", flat=True)) == {f"{TITLE}：上一次党课"}


def test_an_open_campaign_says_what_it_said_and_is_not_opened_twice(house):
    campaign = opened(house)
    for deed in (
        lambda: campaigns.open_campaign(campaign, **DONE),
        lambda: campaigns.change(campaign, said=said(title="别的"), **DONE),
        lambda: campaigns.drop(campaign, **DONE),
    ):
        with pytest.raises(LearningRefusal):
            deed()
    assert Campaign.objects.get().title == TITLE


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"title": " "}, "名称和内容"),
        ({"text": ""}, "都填写"),
        ({"title": "长" * 121}, "120"),
        ({"text": "长" * 4001}, "4001"),
        ({"until": SINCE - dt.timedelta(days=1)}, "2026-08-31"),
    ],
)
def test_a_campaign_that_does_not_fit_is_refused_and_nothing_is_kept(house, facts, says):
    before = Event.objects.count()
    with pytest.raises(LearningRefusal, match=says):
        drafted(house, **facts)
    assert (Campaign.objects.count(), Event.objects.count()) == (0, before)


def test_one_bad_file_among_good_ones_keeps_nothing_and_is_named(house):
    attached = [("方案.pdf", PDF), ("坏.docx", b"MZ\x00")]
    with pytest.raises(FileRefused):
        campaigns.draft(office=house.office, by=house.fang, said=said(), attached=attached, **DONE)
    assert (Campaign.objects.count(), Material.objects.count()) == (0, 0)
    assert not default_storage.exists("learning")


def test_a_group_opens_none_and_a_dissolved_organization_neither(house):
    with pytest.raises(LearningRefusal, match="第一党小组"):
        drafted(house, house.first_group)


def test_a_draft_goes_with_its_parts_and_files(house):
    campaign = campaigns.draft(office=house.office, by=house.fang, said=said(), attached=[("方案.pdf", PDF)], **DONE)
    part(campaign, house)
    campaigns.drop(campaign, **DONE)
    assert (Campaign.objects.count(), Part.objects.count(), Material.objects.count()) == (0, 0, 0)


def test_one_that_was_over_before_keeps_its_texts_only(house):
    campaign = opened(house, since=dt.date(2013, 6, 18), until=dt.date(2014, 10, 8))
    assert campaign.was_before
    assert campaign.closed_at == AT
    assert told() == []
    with pytest.raises(LearningRefusal, match="以往的学习教育"):
        part(campaign, house, first=dt.date(2013, 7, 1), last=dt.date(2013, 8, 1))
    with pytest.raises(LearningRefusal, match="以往的学习教育"):
        wrap_ups.save_wrap_up(campaign, house.inspection, text="x", **DONE)


def test_it_closes_on_a_day_between_its_beginning_and_today(house):
    campaign = opened(house)
    for day in (SINCE - dt.timedelta(days=1), DAY + dt.timedelta(days=1)):
        with pytest.raises(LearningRefusal, match="2026-09-01"):
            campaigns.close(campaign, until=day, **DONE)
    closed = campaigns.close(campaign, until=DAY, **DONE)
    assert (closed.until, closed.closed_at, closed.was_before) == (DAY, AT, False)
    with pytest.raises(LearningRefusal, match="已经结束"):
        part(campaign, house)
    assert not Notice.objects.filter(overtaken=False).exists()


def test_one_closed_later_the_same_day_is_not_one_of_before(house):
    campaign = opened(house)
    assert not campaigns.close(campaign, until=DAY, **DONE).was_before


# --- Parts ---------------------------------------------------------------------------------------------------------


def test_a_part_binds_the_branches_below_who_asks_it_and_a_branch_part_itself_only(house):
    campaign = opened(house, house.root)
    everywhere = part(campaign, house, of=house.root, title="全局")
    office = part(campaign, house, title="机关党委")
    own = part(campaign, house, of=house.inspection, title="自选")
    assert [line.part for line in part_lines(campaign, house.inspection)] == [everywhere, office, own]
    assert [line.part for line in part_lines(campaign, house.archive_branch)] == [everywhere, office]
    assert [line.part for line in part_lines(campaign, house.quay)] == [everywhere]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"title": " "}, "写明要做什么"),
        ({"title": "长" * 121}, "121"),
        ({"text": "长" * 2001}, "2001"),
        ({"first": LAST, "last": SINCE}, "结束日期2026-09-01"),
        ({"first": SINCE - dt.timedelta(days=1)}, "超出学习教育"),
        ({"last": LAST + dt.timedelta(days=1)}, "超出学习教育"),
        ({"kind": MeetingKind.COMMITTEE_MEETING}, "委员会会议"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_by_what_is_wrong(house, facts, says):
    campaign = opened(house, until=LAST)
    with pytest.raises(LearningRefusal, match=says):
        parts.add_part(campaign, house.office, by=house.fang, asked=asked(**{"title": "甲"} | facts), **DONE)
    assert Part.objects.count() == 0


def test_a_part_on_the_first_and_the_last_day_fits(house):
    campaign = opened(house, until=LAST)
    assert part(campaign, house, first=SINCE, last=SINCE).first == SINCE
    assert part(campaign, house, first=LAST, last=LAST).last == LAST


def test_who_stands_outside_the_campaign_adds_nothing_to_it_and_a_draft_takes_its_office_only(house):
    with pytest.raises(LearningRefusal, match="码头查验党支部"):
        part(opened(house), house, of=house.quay)
    with pytest.raises(LearningRefusal, match="还是草稿"):
        part(drafted(house), house, of=house.inspection)


def test_a_part_that_a_meeting_serves_stays_and_does_not_lose_it(house):
    campaign = opened(house)
    one = part(campaign, house)
    parts.link(one, house.inspection, theme_day(house), **DONE)
    with pytest.raises(LearningRefusal, match="不能去掉"):
        parts.remove_part(one, **DONE)
    with pytest.raises(LearningRefusal, match="参观口岸展室"):
        parts.change_part(one, asked=asked(kind=MeetingKind.LESSON), **DONE)
    with pytest.raises(LearningRefusal, match="参观口岸展室"):
        parts.change_part(one, asked=asked(last=DAY - dt.timedelta(days=1)), **DONE)
    changed = parts.change_part(one, asked=asked("主题党日", kind=None, last=DAY), **DONE)
    assert (changed.title, changed.kind, changed.last) == ("主题党日", "", DAY)


def test_a_part_without_meetings_goes_and_its_file_with_it(house):
    campaign = opened(house)
    one = parts.add_part(campaign, house.office, by=house.fang, asked=asked(), attached=[("读本.pdf", PDF)], **DONE)
    parts.remove_part(one, **DONE)
    assert (Part.objects.count(), Material.objects.count()) == (0, 0)


# --- Meetings ------------------------------------------------------------------------------------------------------


def test_a_part_is_open_then_under_way_then_done_once_its_meeting_is_filed(house):
    campaign = opened(house)
    one = part(campaign, house)
    assert state(campaign, house.inspection) == [PartState.OPEN]
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    parts.link(one, house.inspection, meeting, **DONE)
    assert Link.objects.count() == 1
    assert state(campaign, house.inspection) == [PartState.UNDER_WAY]
    filed(house, meeting)
    assert state(campaign, house.inspection) == [PartState.DONE]
    assert state(campaign, house.archive_branch) == [PartState.OPEN]
    parts.unlink(one, house.inspection, meeting, **DONE)
    parts.unlink(one, house.inspection, meeting, **DONE)
    assert state(campaign, house.inspection) == [PartState.OPEN]


def test_a_meeting_that_is_not_held_after_all_leaves_the_part_open(house):
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    convening.not_held(meeting.pk, reason="台风", **DONE)
    assert state(campaign, house.inspection) == [PartState.OPEN]


def test_one_meeting_serves_several_parts_and_a_text_is_read_at_any(house):
    campaign = opened(house)
    first, second = part(campaign, house), part(campaign, house, kind=None, title="读原文")
    meeting = theme_day(house)
    for one in (first, second):
        parts.link(one, house.inspection, meeting, **DONE)
    assert state(campaign, house.inspection) == [PartState.UNDER_WAY] * 2


def test_meetings_of_a_group_and_those_held_together_serve_a_branch(house):
    campaign = opened(house)
    one = part(campaign, house, kind=None)
    group = announced(house, kind=MeetingKind.GROUP_MEETING, organization=house.first_group, title="小组会")
    together = theme_day(house, title="联合主题党日")
    together.joint_with.add(house.archive_branch)
    assert set(meetings_that_serve(one, house.inspection)) == {group, together}
    assert list(meetings_that_serve(one, house.archive_branch)) == [together]
    parts.link(one, house.archive_branch, together, **DONE)
    filed(house, together)
    assert state(campaign, house.archive_branch) == [PartState.DONE]
    assert state(campaign, house.inspection) == [PartState.OPEN]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"kind": MeetingKind.LESSON}, "会议种类"),
        ({"first": DAY + dt.timedelta(days=1)}, "2026年11月24日"),
        ({"last": DAY - dt.timedelta(days=1)}, "2026年11月22日"),
    ],
)
def test_a_meeting_that_does_not_fit_is_refused_by_name_and_reason(house, facts, says):
    one = part(opened(house), house, **facts)
    with pytest.raises(LearningRefusal, match=says) as refused:
        parts.link(one, house.inspection, theme_day(house), **DONE)
    assert "参观口岸展室" in str(refused.value)


def test_a_meeting_of_another_branch_does_not_serve_nor_does_a_part_that_is_not_asked(house):
    campaign = opened(house)
    one = part(campaign, house)
    with pytest.raises(LearningRefusal, match="档案室党支部"):
        parts.link(one, house.archive_branch, theme_day(house), **DONE)
    own = part(campaign, house, of=house.inspection)
    with pytest.raises(LearningRefusal, match="不要求档案室党支部"):
        parts.link(own, house.archive_branch, theme_day(house), **DONE)
    with pytest.raises(LearningRefusal, match="不要求局本部机关党委"):
        parts.link(one, house.office, theme_day(house), **DONE)


# --- Whom it has reached -------------------------------------------------------------------------------------------


def test_whoever_came_to_a_filed_session_is_reached_and_nobody_before_it_is_filed(house):
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    reach = reach_in(campaign, house.inspection, DAY)
    assert (reach.members, [person.name for person in reach.unreached]) == (2, ["陈星", "林悦"])
    filed(house, meeting, absent=[house.chen])
    reach = reach_in(campaign, house.inspection, DAY)
    assert (reach.in_sums, [person.name for person in reach.unreached]) == (Reached(2, 1), ["陈星"])


def test_a_later_session_reaches_whom_a_shift_kept_away(house):
    campaign = opened(house)
    one = part(campaign, house)
    for absent in ([house.chen], [house.lin]):
        meeting = theme_day(house)
        parts.link(one, house.inspection, meeting, **DONE)
        filed(house, meeting, absent=absent)
    assert reach_in(campaign, house.inspection, DAY).in_sums == Reached(2, 2)


def test_who_was_reached_in_one_branch_stays_so_in_the_next_and_who_left_is_not_asked_about(house):
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    filed(house, meeting)
    Membership.objects.filter(person=house.chen).update(until=DAY)
    world.admit(house.chen, house.archive_branch, since=DAY)
    assert reach_in(campaign, house.archive_branch, DAY).in_sums == Reached(2, 1)
    assert reach_in(campaign, house.inspection, DAY).in_sums == Reached(1, 1)
    assert reach_in(campaign, house.inspection, DAY - dt.timedelta(days=1)).in_sums == Reached(2, 2)


def test_the_tree_shows_sums_in_its_own_order_whatever_is_done_where(house):
    campaign = opened(house, house.root)
    shared = part(campaign, house, of=house.root, title="全局")
    of_office = part(campaign, house, title="机关党委")
    own = part(campaign, house, of=house.inspection, title="自选")
    meeting = theme_day(house)
    for one in (shared, own):
        parts.link(one, house.inspection, meeting, **DONE)
    filed(house, meeting, absent=[house.chen])
    found = spread(campaign, house.root)
    assert found.columns == (shared,)
    told = [
        (row.organization.code, row.depth, row.sums.done[shared.pk], row.sums.owed[shared.pk], row.sums.members)
        for row in rows_at(found, found.paths)
    ]
    assert told == [
        ("GZ", 0, 1, 4, Reached(4, 1)),
        ("GZ-A", 1, 1, 2, Reached(3, 1)),
        ("GZ-A-01", 2, 1, 1, Reached(2, 1)),
        ("GZ-A-02", 2, 0, 1, Reached(1, 0)),
        ("GZ-B", 1, 0, 1, Reached(1, 0)),
        ("GZ-B-01", 2, 0, 1, Reached(1, 0)),
        ("GZ-D", 1, 0, 1, Reached(0, 0)),
        ("GZ-D-01", 2, 0, 1, Reached(0, 0)),
    ]
    assert (found.all.other_owed, found.all.other_done) == (3, 1)
    only = spread(campaign, house.office, str(of_office.pk))
    assert only.columns == (of_office,)
    assert (only.all.other_owed, only.all.members) == (0, Reached(3, 0))


@pytest.mark.parametrize("more", [0, 30])
def test_the_tree_takes_four_statements_however_large_it_is(house, django_assert_num_queries, more):
    campaign = opened(house, house.root)
    part(campaign, house, of=house.root)
    for number in range(more):
        world.organization(f"GZ-A-{number + 10}", under=house.office)
    with django_assert_num_queries(4):
        found = spread(campaign, house.root)
        rows_at(found, found.paths[:50])


# --- The wrap-up ---------------------------------------------------------------------------------------------------


def wrapped(house):
    campaign = opened(house)
    one = part(campaign, house)
    part(campaign, house, of=house.inspection, title="自选活动")
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    filed(house, meeting, absent=[house.chen])
    return campaigns.close(campaign, until=DAY, **DONE)


def test_a_wrap_up_is_written_from_records_and_names_nobody(house):
    text = wrap_up_from_records(wrapped(house), house.inspection, DAY)
    assert text.splitlines() == [
        (
            "根据中共中央办公厅《关于在全体党员中开展学习教育的方案》，局本部机关党委部署开展“两学一做”学习教育，"
            "时间为2026年9月1日至2026年11月23日。检务处党支部的开展情况根据归档记录汇总如下。"
        ),
        "一、规定内容",
        "1. 开展一次主题党日（局本部机关党委规定）：2026年11月23日开展主题党日《参观口岸展室》，应到2人，实到1人。",
        "二、自选内容",
        "1. 自选活动：没有归档的会议记录。",
        "三、参加情况",
        "本支部党员2人，其中1人参加过本次学习教育的集中活动。",
    ]
    assert "陈星" not in text


def test_a_superior_says_in_sums_what_was_done_and_names_no_branch(house):
    text = wrap_up_from_records(wrapped(house), house.office, DAY)
    assert text.splitlines()[1:] == [
        "一、落实情况",
        "所属党支部2个。",
        "1. 开展一次主题党日（局本部机关党委规定）：应开展的党支部2个，已有归档记录的1个。",
        "二、参加情况",
        "所属各党支部党员3人，其中1人参加过本次学习教育的集中活动。",
    ]
    assert "档案室" not in text


def test_a_filed_wrap_up_is_sealed_letter_for_letter_and_never_changes(house):
    campaign = wrapped(house)
    wrap_ups.save_wrap_up(campaign, house.inspection, text="初稿", **DONE)
    kept = wrap_ups.file_wrap_up(campaign, house.inspection, text="我们做了三件事。\r\n二、体会", **DONE)
    assert kept.sealed_text == "我们做了三件事。\n二、体会"
    event = Event.objects.get(type="wrap_up_filed")
    document = json.loads(Document.objects.get(pk=event.document_sha256).text)
    assert (document["text"], document["organization"]["name"]) == (kept.sealed_text, "检务处党支部")
    for deed in (wrap_ups.save_wrap_up, wrap_ups.file_wrap_up):
        with pytest.raises(LearningRefusal, match="不再改动"):
            deed(campaign, house.inspection, text="别的", **DONE)
    one, meeting = Part.objects.first(), Link.objects.get().meeting
    for change in (parts.link, parts.unlink):
        with pytest.raises(LearningRefusal, match="检务处党支部"):
            change(one, house.inspection, meeting, **DONE)
    assert Link.objects.count() == 1


def test_no_wrap_up_before_the_end_none_outside_and_none_that_says_nothing(house):
    with pytest.raises(LearningRefusal, match="还在进行"):
        wrap_ups.save_wrap_up(opened(house), house.inspection, text="早", **DONE)
    campaign = wrapped(house)
    with pytest.raises(LearningRefusal, match="不在这项学习教育"):
        wrap_ups.save_wrap_up(campaign, house.quay, text="别处", **DONE)
    for text, says in ((" ", "不能空白"), ("长" * 20001, "20001")):
        with pytest.raises(LearningRefusal, match=says):
            wrap_ups.save_wrap_up(campaign, house.inspection, text=text, **DONE)
