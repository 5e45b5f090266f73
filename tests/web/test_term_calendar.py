"""The term calendar: when committees are to be elected anew, which meeting is called for it, what else is open."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests import world
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening
from zhibu.apps.oversight import live
from zhibu.apps.oversight.models import Cell
from zhibu.apps.people.models import Appointment
from zhibu.domain.terms import Audience, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}


@pytest.fixture
def house(monkeypatch):
    """The term of the inspection branch ends next March, that of the archive branch ended yesterday.

    Of the committee nobody wrote it down; Fang has been its secretary since June 2023.
    """
    monkeypatch.setattr(clock, "now", lambda: AT)
    made = world.bureau()
    Appointment.objects.update(since=dt.date(2023, 6, 30))
    world.term(made.inspection, since=dt.date(2024, 3, 15), ends=dt.date(2027, 3, 15))
    world.term(made.archive_branch, since=dt.date(2023, 11, 22), ends=DAY - dt.timedelta(days=1))
    world.term(made.quay, since=dt.date(2024, 1, 1), ends=dt.date(2027, 1, 1))
    live.rebuild(DAY)
    return made


def account_of(person):
    return getattr(person, "account", None) or world.account(person)


def caller(person):
    client = Client()
    client.force_login(account_of(person))
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def calendar(answer):
    """The months of the page, and under each the names of the organizations."""
    page = re.search(r"<main.*</main>", text(answer))[0]
    parts = re.split(r"<h2>([^<]+)</h2>", page)[1:]
    names = [re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', part) for part in parts[1::2]]
    return dict(zip(parts[::2], names, strict=True))


def called(house, title):
    starts = AT + dt.timedelta(days=20)
    return convening.convene(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="党员大会",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=2))],
        agenda=[title],
        audience=Audience.MEMBERS,
        chair=house.lin,
        made_by=None,
        **DONE,
    )


def test_terms_stand_by_the_month_they_end_in_those_gone_by_first(house):
    fang = caller(house.fang)
    assert calendar(fang.get("/terms/")) == {
        "已到期": ["档案室党支部"],
        "2027年3月": ["检务处党支部"],
        "2028年6月": ["局本部机关党委"],
    }
    shown = text(fang.get("/terms/"))
    assert "《中国共产党基层组织选举工作条例》第三条" in shown
    assert "按起始日推算" in shown
    assert "《中国共产党党和国家机关基层组织工作条例》第五条" in shown


def test_what_ends_later_than_in_two_years_is_left_out_and_what_nobody_knows_is_said(house):
    world.term(house.office, since=DAY, ends=dt.date(2028, 11, 24))
    Appointment.objects.filter(organization=house.inspection).delete()
    house.inspection.terms.all().delete()
    assert calendar(caller(house.fang).get("/terms/")) == {
        "已到期": ["档案室党支部"],
        "届满日期不详": ["检务处党支部"],
    }


def test_the_meeting_that_is_called_for_it_stands_beside_it_and_only_who_convenes_is_sent_to_do_so(house):
    fang, lin = caller(house.fang), caller(house.lin)
    convene = "/meetings/new/?organization=GZ-A-01&amp;kind=general_meeting"
    assert convene in text(lin.get("/terms/"))
    assert convene not in text(fang.get("/terms/"))
    called(house, "学习")
    assert "尚未安排会议" in text(fang.get("/terms/"))
    meeting = called(house, "选举新一届支部委员会")
    for client in (fang, lin):
        shown = text(client.get("/terms/"))
        assert f"/meetings/{meeting.pk}/" in shown
        assert "2026-12-13" in shown
        assert convene not in shown


def test_an_election_that_is_on_file_is_said_and_opens_to_its_cell(house):
    cell = Cell.objects.get(organization=house.inspection, requirement="term_election")
    Cell.objects.filter(pk=cell.pk).update(completed_on=DAY)
    shown = text(caller(house.fang).get("/terms/"))
    assert "已换届，有归档记录" in shown
    assert f"/obligations/{house.inspection.pk}/term_election/2024-03-15/" in shown


def test_open_posts_and_sizes_are_found_over_the_tree_with_their_article(house):
    fang = caller(house.fang)
    posts = text(fang.get("/terms/?look=posts"))
    for name in ("档案室党支部", "第一党小组", "第二党小组"):
        assert name in posts
    assert "检务处党支部" not in re.search(r"<tbody>.*</tbody>", posts)[0]
    sizes = re.search(r"<tbody>.*</tbody>", text(fang.get("/terms/?look=sizes&kind=branch")))[0]
    assert "《中国共产党支部工作条例（试行）》第四条" in sizes
    assert "局本部机关党委" not in sizes


def test_the_calendar_is_narrowed_by_part_of_the_tree_and_kind(house):
    fang = caller(house.fang)
    assert calendar(fang.get(f"/terms/?place={house.inspection.pk}")) == {"2027年3月": ["检务处党支部"]}
    assert calendar(fang.get("/terms/?kind=committee")) == {"2028年6月": ["局本部机关党委"]}
    assert calendar(fang.get("/terms/?look=x&kind=x&place=x")) == calendar(fang.get("/terms/"))


def test_nobody_sees_what_they_do_not_oversee(house):
    assert calendar(caller(house.qiu).get("/terms/")) == {"2027年1月": ["码头查验党支部"]}
    assert "码头查验党支部" not in text(caller(house.fang).get("/terms/"))
    for address in ("/terms/", "/terms.xlsx"):
        assert caller(house.chen).get(address).status_code == 403


def test_a_draft_of_the_election_is_not_shown_to_those_above(house):
    meeting = convening.draft(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="党员大会",
        made_by=None,
        agenda=["选举新一届支部委员会"],
        convener=house.lin,
        chair=house.lin,
        recorder=house.lin,
        **DONE,
    )
    assert f"/meetings/{meeting.pk}/" not in text(caller(house.fang).get("/terms/"))
    assert f"/meetings/{meeting.pk}/" in text(caller(house.lin).get("/terms/"))


@pytest.mark.parametrize("asked", ["/terms/", "/terms/?look=posts", "/terms/?look=sizes", "/terms.xlsx"])
def test_each_look_asks_eight_times_at_most(house, asked, django_assert_max_num_queries):
    for i in range(30):
        branch = world.organization(f"GZ-A-1{i:02}", under=house.office)
        world.term(branch, since=dt.date(2024, 3, 15), ends=dt.date(2027, 3, 15))
    fang = caller(house.fang)
    fang.get("/terms/")
    with django_assert_max_num_queries(8):
        fang.get(asked)


def test_the_workbook_holds_all_three(house):
    called(house, "选举新一届支部委员会")
    book = load_workbook(io.BytesIO(caller(house.fang).get("/terms.xlsx").content))
    assert book.sheetnames == ["任期", "职务空缺", "规模", "任期日历"]
    rows = list(book["任期"].iter_rows(values_only=True))
    assert [row[:5] for row in rows[1:]] == [
        ("档案室党支部", "GZ-A-02", "2026-11-22", "", ""),
        ("检务处党支部", "GZ-A-01", "2027-03-15", "", "党员大会 2026-12-13"),
        ("局本部机关党委", "GZ-A", "2028-06-30", "是", ""),
    ]
    assert [row[0] for row in book["职务空缺"].iter_rows(values_only=True)][1:] == [
        "第一党小组",
        "第二党小组",
        "档案室党支部",
    ]


def test_the_calendar_fits_phone_and_desk(phone, desk, house):
    called(house, "选举新一届支部委员会")
    account = account_of(house.fang)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        for look in ("", "posts"):
            page.goto(f"/terms/?look={look}")
            assert_good(page, f"terms-{look}-{name}")
