"""Filed records read from above: found, commented on, answered, settled; and who sees that talk."""

from __future__ import annotations

import datetime as dt
import io
import re
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests import gatherings, world
from tests.web.browser import assert_good
from tests.web.strict import faults_of
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings import access
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Comment, Correction, Filing, Meeting
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage, PostKind
from zhibu.web.shell import clock, forms

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
SOON = DAY + dt.timedelta(days=8)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


def filed_by(
    organization, officer, *, title="十一月支部党员大会", kind=MeetingKind.GENERAL_MEETING, day=DAY, late=""
):
    """A record from the first word to the seal."""
    starts = dt.datetime.combine(day, dt.time(9), tzinfo=AT.tzinfo) - dt.timedelta(days=1)
    meeting = convening.convene(
        organization=organization,
        kind=kind,
        title=title,
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=1), "三楼会议室")],
        agenda=["讨论发展党员"],
        audience=Audience.MEMBERS,
        convener=officer,
        chair=officer,
        recorder=officer,
        made_by=None,
        late_reason=late or "系统启用前的会议",
        **DONE,
    )
    roll.mark_all_present(meeting.sessions.get(), **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, officer, **DONE)
    return filing.file_meeting(meeting, **DONE)


@pytest.fixture
def filed(house):
    return filed_by(house.inspection, house.lin)


def client_of(somebody, *, language="zh-Hans"):
    client = Client(headers={"Accept-Language": language})
    client.force_login(getattr(somebody, "account", None) or world.account(somebody))
    return client


@pytest.fixture
def fang(house):
    return client_of(house.fang)


@pytest.fixture
def lin(house):
    return client_of(house.lin)


def page_of(filed):
    return f"/records/{filed.meeting_id}/"


def asked(client, filed, *, text="请补充讨论要点。", due=SOON):
    answer = client.post(page_of(filed), {"text": text, "due": due.isoformat() if due else ""})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return Comment.objects.get(filing=filed, text=text)


def titles(answer):
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', answer.content.decode())


def test_why_somebody_was_away_is_read_by_those_who_ran_the_meeting_and_by_nobody_above(lin, fang, house):
    meeting = gatherings.announced(house)
    session = meeting.sessions.get()
    gatherings.file_session(session, chair=house.lin, absent={house.chen: AbsenceReason.HEALTH})
    filed = Filing.objects.get(meeting=meeting)
    above = fang.get(page_of(filed)).content.decode()
    assert "陈星" in above
    assert AbsenceReason.HEALTH.zh not in above
    assert AbsenceReason.HEALTH.zh in lin.get(page_of(filed)).content.decode()


# --- The talk about a record


def test_the_committee_asks_the_secretary_answers_and_the_committee_settles_it(fang, lin, filed, house):
    comment = asked(fang, filed)
    assert (comment.office, comment.by, comment.due) == (house.office, house.fang, SOON)
    waiting = lin.get("/meetings/").content.decode()
    assert "上级请补充" in waiting
    assert "请补充讨论要点。" in waiting
    assert f"/meetings/{filed.meeting_id}/record/#comment-{comment.pk}" in waiting
    record = f"/meetings/{filed.meeting_id}/record/"
    page = lin.get(record).content.decode()
    assert "请补充讨论要点。" in page
    assert f'value="{comment.pk}"' in page
    lin.post(f"{record}correct/", {"text": "讨论要点：同意。", "answers": str(comment.pk)})
    assert "上级请补充" not in lin.get("/meetings/").content.decode()
    read = fang.get(page_of(filed)).content.decode()
    assert "讨论要点：同意。" in read
    assert fang.post(f"{page_of(filed)}comments/{comment.pk}/settle/").status_code == 302
    comment.refresh_from_db()
    assert comment.closed_at == AT
    assert "办结" in lin.get(record).content.decode()
    events = Event.objects.filter(subject=filed.meeting_id).order_by("sequence").values_list("type", flat=True)
    assert list(events)[-3:] == ["record_commented", "record_corrected", "comment_closed"]


def test_the_record_itself_stays_as_it_was_filed(fang, lin, filed):
    before = filed.document.text
    comment = asked(fang, filed)
    lin.post(f"/meetings/{filed.meeting_id}/record/correct/", {"text": "补充。", "answers": str(comment.pk)})
    filed.document.refresh_from_db()
    assert filed.document.text == before


def test_members_read_the_record_and_the_supplement_and_never_what_the_committee_said(fang, lin, filed, house):
    comment = asked(fang, filed)
    record = f"/meetings/{filed.meeting_id}/record/"
    lin.post(f"{record}correct/", {"text": "讨论要点：同意。", "answers": str(comment.pk)})
    chen = client_of(house.chen)
    read = chen.get(record).content.decode()
    assert "讨论要点：同意。" in read
    assert "请补充讨论要点。" not in read
    assert str(comment.pk) not in read
    assert chen.get(page_of(filed)).status_code == 403
    assert chen.get("/records/").status_code == chen.get("/records.xlsx").status_code == 403
    assert "上级请补充" not in chen.get("/meetings/").content.decode()


def test_another_committee_meets_nothing_of_it(fang, filed, house):
    comment = asked(fang, filed)
    keeper = world.member("海港委员", house.platform)
    world.appoint(keeper, house.harbor, PostKind.ORGANIZATION_OFFICER)
    other = client_of(keeper)
    assert other.get(page_of(filed)).status_code == 404
    assert other.post(page_of(filed), {"text": "x"}).status_code == 404
    assert other.post(f"{page_of(filed)}comments/{comment.pk}/settle/").status_code == 404
    assert titles(other.get("/records/")) == []
    assert titles(other.get("/records/?organization=GZ-A-01")) == []


def test_whoever_is_asked_reads_it_here_too_and_neither_comments_nor_settles(fang, lin, filed):
    comment = asked(fang, filed)
    assert "请补充讨论要点。" in lin.get(page_of(filed)).content.decode()
    assert lin.post(page_of(filed), {"text": "我自己说"}).status_code == 403
    for deed in ("settle", "reopen", "withdraw"):
        assert lin.post(f"{page_of(filed)}comments/{comment.pk}/{deed}/").status_code == 403
    comment.refresh_from_db()
    assert comment.closed_at is None


def test_a_branch_speaks_to_its_groups_and_does_not_settle_what_the_committee_asked_them(fang, lin, house):
    world.appoint(house.lin, house.first_group, PostKind.GROUP_LEADER)
    group = filed_by(house.first_group, house.lin, kind=MeetingKind.GROUP_MEETING, title="小组会")
    theirs, own = asked(fang, group, text="委员会请补充。"), asked(lin, group, text="支部请补充。")
    assert (theirs.office, own.office) == (house.office, house.inspection)
    assert lin.post(f"{page_of(group)}comments/{theirs.pk}/settle/").status_code == 403
    assert lin.post(f"{page_of(group)}comments/{own.pk}/settle/").status_code == 302
    assert fang.post(f"{page_of(group)}comments/{own.pk}/reopen/").status_code == 302


def test_a_colleague_of_the_committee_settles_it_and_opens_it_again(fang, filed, house):
    comment = asked(fang, filed)
    colleague = world.member("机关委员", house.archive_branch)
    world.appoint(colleague, house.office, PostKind.ORGANIZATION_OFFICER)
    client = client_of(colleague)
    here = f"{page_of(filed)}comments/{comment.pk}/"
    for _twice in range(2):
        assert client.post(f"{here}settle/").status_code == 302
    assert Event.objects.filter(type="comment_closed").count() == 1
    assert "重新打开" in client.get(page_of(filed)).content.decode()
    for _twice in range(2):
        assert fang.post(f"{here}reopen/").status_code == 302
    assert Event.objects.filter(type="comment_reopened").count() == 1
    comment.refresh_from_db()
    assert comment.closed_at is None


def test_a_comment_made_by_mistake_is_taken_back_until_somebody_answers(fang, lin, filed):
    first, second = asked(fang, filed), asked(fang, filed, text="另一件。")
    here = f"{page_of(filed)}comments/{first.pk}/withdraw/"
    assert "请补充讨论要点。" in fang.get(here).content.decode()
    assert fang.post(here).status_code == 302
    assert [one.text for one in filed.comments.all()] == ["另一件。"]
    assert fang.post(here).status_code == 404
    lin.post(f"/meetings/{filed.meeting_id}/record/correct/", {"text": "补。", "answers": str(second.pk)})
    refused = fang.post(f"{page_of(filed)}comments/{second.pk}/withdraw/")
    assert refused.status_code == 409
    assert "办结" in refused.content.decode()
    assert Event.objects.filter(type="comment_withdrawn").count() == 1


def test_an_answer_to_a_comment_that_was_taken_back_is_not_found_and_nothing_is_kept(fang, lin, filed):
    comment = asked(fang, filed)
    fang.post(f"{page_of(filed)}comments/{comment.pk}/withdraw/")
    answer = lin.post(f"/meetings/{filed.meeting_id}/record/correct/", {"text": "补。", "answers": str(comment.pk)})
    assert (answer.status_code, Correction.objects.count()) == (404, 0)


def test_two_taps_are_one_comment_and_one_answer(fang, lin, filed):
    for _twice in range(2):
        comment = asked(fang, filed)
        lin.post(f"/meetings/{filed.meeting_id}/record/correct/", {"text": "补。", "answers": str(comment.pk)})
    assert (Comment.objects.count(), Correction.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"text": " "}, 422, ""),
        ({"text": "x" * 4001}, 422, ""),
        ({"text": "x", "due": "2026-13-40"}, 422, ""),
        ({"text": "已写好的话", "due": "2026-11-22"}, 422, "已写好的话"),
    ],
)
def test_what_can_not_be_said_is_refused_and_nothing_is_kept(fang, filed, sent, status, says):
    answer = fang.post(page_of(filed), sent)
    assert (answer.status_code, Comment.objects.count()) == (status, 0)
    assert says in answer.content.decode()
    assert faults_of(answer.content.decode()) == []


def test_a_supplement_may_be_asked_for_by_today_and_also_by_no_day(fang, filed):
    assert asked(fang, filed, text="今天。", due=DAY).due == DAY
    assert asked(fang, filed, text="写得很清楚。", due=None).due is None


def test_today_is_the_local_day_even_just_after_midnight(filed, house):
    at = dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)  # 00:30 on the 24th
    facts = {"by": house.fang, "office": house.office, "text": "请补", "actor": OPERATOR, "at": at}
    with pytest.raises(MeetingRefusal):
        filing.comment(filed, due=DAY, **facts)
    assert filing.comment(filed, due=DAY + dt.timedelta(days=1), **facts).due == DAY + dt.timedelta(days=1)


def test_a_comment_answers_only_its_own_record(filed, house):
    other = filed_by(house.archive_branch, house.fang, title="别的")
    comment = filing.comment(other, by=house.fang, office=house.office, text="x", due=None, **DONE)
    with pytest.raises(MeetingRefusal):
        filing.correct(filed, text="补", by=None, answers=comment, **DONE)


def test_hostile_words_stay_words(fang, lin, filed):
    text = '<script>alert(1)</script><b hx-get="/x">'
    comment = asked(fang, filed, text=text)
    lin.post(f"/meetings/{filed.meeting_id}/record/correct/", {"text": text, "answers": str(comment.pk)})
    for client, path in ((fang, page_of(filed)), (lin, f"/meetings/{filed.meeting_id}/record/"), (lin, "/meetings/")):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert faults_of(page) == []


def test_a_meeting_that_is_not_filed_has_no_record_to_comment_on(fang, house):
    starts = AT + dt.timedelta(days=1)
    meeting = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.LESSON,
        title="党课",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=1))],
        agenda=[],
        audience=Audience.MEMBERS,
        made_by=None,
        **DONE,
    )
    assert fang.get(f"/records/{meeting.pk}/").status_code == 404
    assert fang.post(f"/records/{meeting.pk}/", {"text": "x"}).status_code == 404


# --- Who may


def test_both_forms_of_every_question_agree(house, filed):
    world.appoint(house.chen, house.first_group, PostKind.GROUP_LEADER)
    keeper = world.member("站台书记", house.platform)
    world.appoint(keeper, house.station)
    records = [
        filed,
        filed_by(house.archive_branch, house.fang, title="档案室"),
        filed_by(house.quay, house.qiu, title="码头"),
        filed_by(house.first_group, house.chen, kind=MeetingKind.GROUP_MEETING, title="小组"),
        filed_by(house.office, house.fang, kind=MeetingKind.LESSON, title="委员会党课"),
    ]
    comments = [
        filing.comment(one, by=house.fang, office=office, text=f"{office.code}", due=None, **DONE)
        for one, office in product(records, (house.office, house.inspection, house.harbor))
    ]
    people = (house.lin, house.chen, house.fang, house.qiu, house.wen, keeper)
    for asker in [asker_of(world.account(person), DAY) for person in people]:
        overseen = set(access.filings_overseen_by(asker))
        seen, settled = set(access.comments_seen_by(asker)), set(access.comments_settled_by(asker))
        commented = set(access.meetings_commented_by(asker))
        assert overseen == {one for one in records if access.may_oversee(asker, one.meeting)}
        assert commented == {one.meeting for one in records if access.may_comment(asker, one.meeting)}
        assert seen == {one for one in comments if access.may_see_comments(asker, one.filing.meeting)}
        assert settled == {one for one in comments if access.may_settle(asker, one)}


# --- The list


@pytest.fixture
def many(house, filed, fang):
    """Records of two branches and a group; about the first a supplement is asked, about the second it has come."""
    october = filed_by(
        house.archive_branch, house.fang, title="十月党课", kind=MeetingKind.LESSON, day=dt.date(2026, 10, 21)
    )
    group = filed_by(
        house.first_group, house.lin, title="小组会", kind=MeetingKind.GROUP_MEETING, day=DAY - dt.timedelta(days=1)
    )
    asked(fang, filed)
    comment = asked(fang, october, text="请附签到表。", due=SOON + dt.timedelta(days=1))
    filing.correct(october, text="已附。", by=None, answers=comment, **DONE)
    asked(fang, group, text="写得很清楚。", due=None)
    return filed, october, group


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("sort=oldest", ["十月党课", "小组会", "十一月支部党员大会"]),
        ("sort=place", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("organization=GZ-A-01", ["十一月支部党员大会", "小组会"]),
        ("organization=GZ-A-01-1", ["小组会"]),
        ("organization=GZ-B-01", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("kind=lesson", ["十月党课"]),
        ("month=2026-10", ["十月党课"]),
        ("month=2026", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("month=2025", []),
        ("month=2026-13", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("talk=open", ["十一月支部党员大会", "十月党课"]),
        ("talk=answered", ["十月党课"]),
        ("talk=remark", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("q=党员大会", ["十一月支部党员大会"]),
        ("q=发展党员&kind=lesson", ["十月党课"]),
        ("q=没有这样的", []),
    ],
)
def test_records_are_found_by_organization_kind_month_talk_and_words(fang, many, query, found):
    assert titles(fang.get(f"/records/?{query}")) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("GZ-A-01-1", ["小组会"]),
        ("gz-a-01", ["十一月支部党员大会", "小组会"]),
        ("GZ-A", ["十一月支部党员大会", "小组会", "十月党课"]),
        ("没有这样的", []),
        ("GZ-B-01", []),
        ("", ["十一月支部党员大会", "小组会", "十月党课"]),
    ],
)
def test_among_more_organizations_than_a_list_can_offer_one_types_which(fang, many, typed, found, monkeypatch):
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)
    answer = fang.get("/records/", {"organization": typed})
    assert titles(answer) == found
    assert '<select name="organization"' not in answer.content.decode()


def test_the_list_says_how_far_each_talk_has_come(fang, many):
    filed, october, _group = many
    page = fang.get("/records/").content.decode()
    assert [text for text in ("请于12月1日前补充", "已答复，待阅", "有意见") if text not in page] == []
    for comment in (*filed.comments.all(), *october.comments.all()):
        filing.close_comment(comment, **DONE)
    assert titles(fang.get("/records/?talk=open")) == []
    assert "已办结" in fang.get("/records/").content.decode()


def test_the_workbook_holds_the_list_as_narrowed_and_the_talk_beside_it(fang, many):
    answer = fang.get("/records.xlsx?kind=lesson")
    book = load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row] for row in book["归档记录"].iter_rows(min_row=2)] == [
        [
            "档案室党支部",
            "GZ-A-02",
            "党课",
            "十月党课",
            "2026-10-20",
            "2026-11-23",
            "系统启用前的会议",
            "已答复，待阅",
        ]
    ]
    assert [[cell.value for cell in row] for row in book["意见"].iter_rows(min_row=2)] == [
        [
            "档案室党支部",
            "十月党课",
            "2026-10-20",
            "局本部机关党委 方澄",
            "2026-11-23",
            "请附签到表。",
            "2026-12-02",
            "已附。",
            "",
        ]
    ]


def test_nobody_is_ranked_and_no_member_is_named_in_the_list(fang, many, house):
    page = fang.get("/records/").content.decode()
    assert [name for name in ("林悦", "陈星", "落后", "违规", "逾期", "排名", "%") if name in page] == []


# --- Many, few and none


def plenty(organization, officer, number):
    """``number`` filed records of one organization, written as rows; each holds the same text."""
    text = filed_by(organization, officer).document
    events = Event.objects.bulk_create(
        Event(
            type="meeting_filed", subject=organization.pk, event_at=AT, recorded_at=AT, actor="x", salt="x", text="x"
        )
        for _i in range(number)
    )
    events = list(Event.objects.order_by("-sequence")[:number])
    meetings = Meeting.objects.bulk_create(
        Meeting(
            organization=organization,
            kind=list(MeetingKind)[i % 6].value,
            title=f"第{i}次会议",
            stage=MeetingStage.FILED.value,
            audience=Audience.MEMBERS.value,
            held_on=DAY - dt.timedelta(days=i % 700),
            filed_at=AT,
            made_at=AT,
        )
        for i in range(number)
    )
    return Filing.objects.bulk_create(
        Filing(meeting=meeting, event=event, document=Document.objects.get(pk=text.pk), filed_at=AT)
        for meeting, event in zip(meetings, events, strict=True)
    )


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.slow
def test_the_pages_cost_the_same_for_few_records_and_for_two_thousand(fang, lin, filed, house):
    asked(fang, filed)
    paths = ("/records/", "/records/?talk=open&q=会", page_of(filed))
    few = [queries(fang, path) for path in paths]
    own = f"/meetings/{filed.meeting_id}/record/"
    few_here = [queries(lin, path) for path in ("/meetings/", own)]
    rows = plenty(house.inspection, house.lin, 2000)
    Comment.objects.bulk_create(
        Comment(filing=row, office=house.office, by=house.fang, text="请补充。", due=SOON, made_at=AT)
        for row in rows[::10]
    )
    assert [queries(fang, path) for path in paths] == few
    assert [queries(lin, path) for path in ("/meetings/", own)] == few_here
    assert max(few) <= 8, few
    assert few_here == [8, 8]
    Comment.objects.all().delete()
    assert queries(lin, "/meetings/") == 7
    assert queries(fang, "/records.xlsx") <= 8


@pytest.mark.parametrize("size", ["none", "normal", "huge"])
def test_the_pages_fit_a_phone_and_a_desk_and_are_accessible(size, house, phone, desk):
    fang = world.account(house.fang)
    lin = world.account(house.lin)
    filed = None
    if size != "none":
        filed = filed_by(house.inspection, house.lin)
        first = filing.comment(
            filed, by=house.fang, office=house.office, text="请补充讨论要点，附签到表扫描件。", due=SOON, **DONE
        )
        filing.correct(filed, text="讨论要点：与会党员一致同意。", by=lin, answers=first, **DONE)
        filing.comment(filed, by=house.fang, office=house.office, text="请说明缺席原因。" * 20, due=SOON, **DONE)
        filing.comment(filed, by=house.fang, office=house.office, text="写得很清楚。", due=None, **DONE)
    if size == "huge":
        rows = plenty(house.inspection, house.lin, 2000)
        Comment.objects.bulk_create(
            Comment(filing=row, office=house.office, by=house.fang, text="请补充。" * 400, due=SOON, made_at=AT)
            for row in rows[::10]
        )
    for opens in (phone, desk):
        page = opens(fang)
        page.goto("/records/")
        assert_good(page, f"records {size}")
        if size == "huge":
            page.goto("/records/?talk=open&size=100")
            assert_good(page, f"records {size} open")
        if filed is not None:
            page.goto(page_of(filed))
            assert_good(page, f"record from above {size}")
            own = opens(lin)
            own.goto(f"/meetings/{filed.meeting_id}/record/")
            assert_good(own, f"record of the secretary {size}")
            own.goto("/meetings/")
            assert_good(own, f"meetings with requests {size}")


def test_the_whole_talk_works_without_scripts(house, filed, desk):
    page = desk(world.account(house.fang), scripts=False)
    page.goto(page_of(filed))
    page.get_by_label("对这份记录的意见").fill("请补充讨论要点。")
    page.get_by_label("请在此日前补充").fill(SOON.isoformat())
    page.get_by_role("button", name="附在记录旁").click()
    expect(page.get_by_text("请于12月1日前补充")).to_be_visible()
    own = desk(world.account(house.lin), scripts=False)
    own.goto("/meetings/")
    own.locator("section", has_text="上级请补充").get_by_role("link").click()
    own.get_by_label("更正或补充的内容").fill("讨论要点：同意。")
    own.locator("form", has=own.get_by_label("更正或补充的内容")).get_by_role("button").click()
    page.reload()
    expect(page.get_by_text("讨论要点：同意。")).to_be_visible()
    page.get_by_role("button", name="办结", exact=True).click()
    page.get_by_role("button", name="重新打开").click()
    expect(page.get_by_role("button", name="办结", exact=True)).to_be_visible()
