"""The pages of a campaign: everybody's, the secretary's with names, the committee's with sums, the wrap-up."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.campaigns import DONE, LAST, SINCE, TITLE, drafted, opened, part
from tests.gatherings import announced, file_session
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.learning.actions import campaigns, parts, study_notes, wrap_ups
from zhibu.apps.learning.models import Campaign, Link, Material, Part, StudyNote, WrapUp
from zhibu.domain.terms import AbsenceReason, MeetingKind, PostKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def words_of(client, path):
    page = client.get(path).content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def theme_day(house, **facts):
    return announced(house, **{"kind": MeetingKind.THEME_DAY, "title": "参观口岸展室"} | facts)


def without_chen(house, meeting):
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})


def served(house):
    """Opened by the committee with one part, served by a filed theme day to which Chen could not come."""
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    without_chen(house, meeting)
    return campaign, one


def at(campaign, organization, rest=""):
    return f"/campaigns/{campaign.pk}/at/{organization.pk}/{rest}"


def said(house, **facts):
    return {
        "office": house.office.pk,
        "title": TITLE,
        "text": "学党章党规。",
        "since": "2026-09-01",
        "issuer": "中共中央办公厅",
        "document": "方案",
    } | facts


# --- Opening and closing -------------------------------------------------------------------------------------------


def test_a_committee_drafts_it_with_a_file_adds_a_part_and_opens_it(house):
    fang, lin = client_of(house.fang), client_of(house.lin)
    answer = fang.post("/campaigns/new/", said(house, files=[SimpleUploadedFile("方案.pdf", PDF)]))
    campaign = Campaign.objects.get()
    here = f"/campaigns/{campaign.pk}/"
    assert answer["Location"] == here
    assert lin.get(here).status_code == 404
    fang.post(
        at(campaign, house.office, "parts/new/"),
        {"title": "上党课", "kind": "lesson", "first": SINCE, "last": LAST, "text": "结合岗位"},
    )
    assert "上党课" in words_of(fang, here)
    assert fang.get(f"{here}open/").status_code == 200
    assert Campaign.objects.get().is_draft
    fang.post(f"{here}open/")
    assert "上党课" in words_of(lin, here)
    assert f'<a href="{here}">{TITLE}</a>' in lin.get("/notices/").content.decode()
    download = lin.get(f"{here}files/{Material.objects.get().pk}/")
    assert b"".join(download.streaming_content) == PDF
    assert fang.get(f"{here}edit/").status_code == 409
    assert fang.post(f"{here}drop/").status_code == 409


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": ""}, "请填写这一项"),
        ({"text": "长" * 4001}, "4000"),
        ({"since": "soon"}, "日期"),
        ({"until": "2026-08-31"}, "2026-08-31"),
        ({"office": NOBODY}, "选择"),
        ({"files": [SimpleUploadedFile("x.exe", b"MZ\x00")]}, "只能上传"),
    ],
)
def test_bad_input_is_refused_by_name_and_what_was_written_stays(house, change, says):
    answer = client_of(house.fang).post("/campaigns/new/", said(house) | change)
    page = answer.content.decode()
    assert (answer.status_code, Campaign.objects.count(), Material.objects.count()) == (422, 0, 0)
    assert says in page
    assert "方案" in page


def test_a_draft_is_changed_and_dropped(house):
    fang = client_of(house.fang)
    campaign = drafted(house)
    fang.post(f"/campaigns/{campaign.pk}/edit/", said(house, title="专题教育"))
    assert Campaign.objects.get().title == "专题教育"
    assert fang.post(f"/campaigns/{campaign.pk}/drop/")["Location"] == "/campaigns/"
    assert Campaign.objects.count() == 0


def test_one_of_before_is_kept_with_its_texts_and_says_so(house):
    campaign = drafted(house, since=dt.date(2013, 6, 18), until=dt.date(2014, 10, 8))
    fang = client_of(house.fang)
    fang.post(f"/campaigns/{campaign.pk}/open/")
    page = words_of(client_of(house.chen), f"/campaigns/{campaign.pk}/")
    assert "没有会议记录" in page
    assert "对检务处党支部的要求" not in page
    assert fang.get(f"/campaigns/{campaign.pk}/below/").status_code == 409
    assert client_of(house.lin).get(at(campaign, house.inspection, "wrap-up/")).status_code == 409


def test_whoever_convenes_opens_it_for_their_own_organization_only(house):
    lin, qiu, chen = (client_of(person) for person in (house.lin, house.qiu, house.chen))
    assert chen.get("/campaigns/new/").status_code == 403
    assert lin.post("/campaigns/new/", said(house)).status_code == 422
    lin.post("/campaigns/new/", said(house, office=house.inspection.pk))
    campaign = Campaign.objects.get()
    for client, status in ((qiu, 404), (chen, 404)):
        assert client.post(f"/campaigns/{campaign.pk}/open/").status_code == status
    lin.post(f"/campaigns/{campaign.pk}/open/")
    assert chen.get(f"/campaigns/{campaign.pk}/").status_code == 200
    assert chen.post(f"/campaigns/{campaign.pk}/close/", {"until": DAY}).status_code == 403


def test_the_list_shows_what_runs_before_what_is_over_and_is_searched(house):
    for year in (2013, 2015):
        old = drafted(house, title=f"{year}年的教育", since=dt.date(year, 5, 1), until=dt.date(year, 12, 31))
        campaigns.open_campaign(old, **DONE)
    opened(house)
    chen = client_of(house.chen)
    page = words_of(chen, "/campaigns/")
    assert page.index(TITLE) < page.index("2015年的教育") < page.index("2013年的教育")
    assert "2015年的教育" not in words_of(chen, "/campaigns/?state=running")
    assert TITLE not in words_of(chen, "/campaigns/?q=2013")
    assert "没有符合条件" in words_of(chen, "/campaigns/?q=无此项")
    assert "还没有学习教育" in words_of(client_of(house.qiu), "/campaigns/")


# --- The secretary -------------------------------------------------------------------------------------------------


def test_the_secretary_links_a_meeting_and_takes_the_link_back(house):
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    lin = client_of(house.lin)
    way = at(campaign, house.inspection, f"parts/{one.pk}/")
    assert "参观口岸展室" in words_of(lin, f"{way}link/")
    lin.post(f"{way}link/", {"meeting": meeting.pk})
    assert "进行中" in words_of(lin, at(campaign, house.inspection))
    assert "没有可以关联" in words_of(lin, f"{way}link/")
    assert "参观口岸展室" in words_of(client_of(house.chen), f"/campaigns/{campaign.pk}/")
    lin.post(f"{way}unlink/", {"meeting": meeting.pk})
    assert Link.objects.count() == 0
    for key in ("", "nonsense", str(uuid4())):
        assert lin.post(f"{way}link/", {"meeting": key}).status_code == 404
        assert lin.post(f"{way}unlink/", {"meeting": key}).status_code == 404


def test_a_meeting_that_does_not_fit_is_refused_by_name(house):
    one = part(opened(house), house)
    lesson = announced(house, kind=MeetingKind.LESSON, title="党课")
    way = at(one.campaign, house.inspection, f"parts/{one.pk}/link/")
    answer = client_of(house.lin).post(way, {"meeting": lesson.pk})
    assert answer.status_code == 409
    assert "“党课”不是“开展一次主题党日”要求的会议种类" in answer.content.decode()


def test_from_a_meeting_its_parts_are_linked_and_unlinked_too(house):
    campaign = opened(house)
    one = part(campaign, house)
    part(campaign, house, title="党课", kind=MeetingKind.LESSON)
    part(campaign, house, of=house.archive_branch, title="别的支部的")
    meeting = theme_day(house)
    lin = client_of(house.lin)
    here = f"/meetings/{meeting.pk}/campaigns/"
    assert f'href="{here}"' in lin.get(f"/meetings/{meeting.pk}/").content.decode()
    main = lin.get(here).content.decode().partition('id="leaving"')[2].partition("</section>")[2]
    assert re.findall(r"<strong>(.*?)</strong>", main) == ["开展一次主题党日"]
    lin.post(here, {"link": one.pk})
    assert (Link.objects.get().part, Link.objects.get().organization) == (one, house.inspection)
    assert lin.post(here, {"link": NOBODY}).status_code == 404
    lin.post(here, {"unlink": one.pk})
    assert Link.objects.count() == 0
    for person, status in ((house.chen, 403), (house.fang, 403), (house.qiu, 404)):
        assert client_of(person).get(here).status_code == status


def test_a_group_s_meeting_serves_its_branch_and_is_linked_by_the_branch(house):
    one = part(opened(house), house, kind=MeetingKind.GROUP_MEETING)
    meeting = announced(house, kind=MeetingKind.GROUP_MEETING, organization=house.first_group, title="小组会")
    client_of(house.lin).post(f"/meetings/{meeting.pk}/campaigns/", {"link": one.pk})
    assert Link.objects.get().organization == house.inspection
    leader = world.member("组长", house.inspection, group=house.first_group)
    world.appoint(leader, house.first_group, PostKind.GROUP_LEADER)
    assert client_of(leader).get(f"/meetings/{meeting.pk}/campaigns/").status_code == 403


def test_a_draft_of_a_meeting_is_shown_to_those_who_run_it_only(house):
    campaign = opened(house)
    one = part(campaign, house)
    meeting = theme_day(house)
    parts.link(one, house.inspection, meeting, **DONE)
    type(meeting).objects.filter(pk=meeting.pk).update(stage="draft")
    assert "参观口岸展室" in words_of(client_of(house.lin), at(campaign, house.inspection))
    assert "参观口岸展室" not in words_of(client_of(house.chen), f"/campaigns/{campaign.pk}/")


def test_a_branch_adds_changes_and_takes_out_a_part_of_its_own(house):
    campaign = opened(house)
    lin = client_of(house.lin)
    given = {"title": "岗位故事会", "kind": "", "first": SINCE, "last": LAST, "text": ""}
    lin.post(at(campaign, house.inspection, "parts/new/"), given)
    own = Part.objects.get()
    lin.post(f"/campaigns/{campaign.pk}/parts/{own.pk}/", given | {"title": "岗位讲述"})
    assert "岗位讲述" in words_of(lin, at(campaign, house.inspection))
    refused = lin.post(f"/campaigns/{campaign.pk}/parts/{own.pk}/", given | {"last": "2026-08-01"})
    assert refused.status_code == 422
    assert "“岗位故事会”的结束日期2026-08-01早于" in refused.content.decode()
    fang = client_of(house.fang)
    assert fang.get(f"/campaigns/{campaign.pk}/parts/{own.pk}/").status_code == 403
    lin.post(f"/campaigns/{campaign.pk}/parts/{own.pk}/remove/")
    assert Part.objects.count() == 0


def test_who_was_not_reached_is_named_to_the_secretary_and_deputy_and_to_nobody_else(house):
    campaign, _one = served(house)
    here = at(campaign, house.inspection)
    page = words_of(client_of(house.lin), here)
    assert "党员2人，参加过已归档的集中活动的1人" in page
    assert "陈星" in page
    officer = world.member("宣传", house.archive_branch)
    world.appoint(officer, house.inspection, PostKind.PUBLICITY_OFFICER)
    seen = {"committee": house.fang, "officer": officer}
    for who, person in seen.items():
        said_to = words_of(client_of(person), here)
        assert "参加过已归档的集中活动的1人" in said_to, who
        assert "陈星" not in said_to, who
    assert client_of(house.qiu).get(here).status_code == 404
    assert client_of(house.chen).get(here).status_code == 404


# --- The committee -------------------------------------------------------------------------------------------------


def cells_of(client, path):
    page = client.get(path).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("<tbody>") :], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_the_committee_sees_sums_in_tree_order_and_never_a_name(house):
    campaign, _one = served(house)
    fang = client_of(house.fang)
    path = f"/campaigns/{campaign.pk}/below/"
    assert cells_of(fang, path) == [
        ["局本部机关党委", "1／2", "1／3"],
        ["检务处党支部", "已开展", "1／2"],
        ["档案室党支部", "待开展", "0／1"],
    ]
    for text in (fang.get(path).content.decode(), sheet_of(fang.get(f"/campaigns/{campaign.pk}/below.xlsx"))):
        assert "检务处党支部" in text
        assert "陈星" not in text
        assert "%" not in text.split("<main")[-1].split("</main>")[0].replace("%2", "")


def sheet_of(answer):
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return file.read("xl/sharedStrings.xml").decode()


def test_the_table_is_narrowed_to_one_part_and_follows_the_tree_down(house):
    campaign, one = served(house)
    other = part(campaign, house, title="上党课", kind=MeetingKind.LESSON)
    own = part(campaign, house, of=house.inspection, title="岗位讲述")
    fang = client_of(house.fang)
    path = f"/campaigns/{campaign.pk}/below/"
    assert cells_of(fang, path)[0] == ["局本部机关党委", "1／2", "0／2", "0／1", "1／3"]
    assert cells_of(fang, f"{path}?part={other.pk}")[0] == ["局本部机关党委", "0／2", "0／3"]
    assert cells_of(fang, f"{path}?part={one.pk}")[1] == ["检务处党支部", "已开展", "1／2"]
    below = f"{path}?organization={house.inspection.pk}"
    assert cells_of(fang, below) == [["检务处党支部", "已开展", "待开展", "待开展", "1／2"]]
    assert own.title not in fang.get(path).content.decode()


def test_others_see_no_table_and_no_organization_beside_theirs(house):
    campaign, _one = served(house)
    path = f"/campaigns/{campaign.pk}/below/"
    assert client_of(house.qiu).get(path).status_code == 404
    assert client_of(house.chen).get(path).status_code == 404
    lin = client_of(house.lin)
    assert [row[0] for row in cells_of(lin, path)] == ["检务处党支部"]
    for asked in (house.office.pk, house.archive_branch.pk, uuid4(), "nonsense"):
        assert lin.get(f"{path}?organization={asked}").status_code == 404


def test_who_opens_it_for_the_whole_house_sees_no_sums_of_the_other_committees_branches(house):
    campaign = opened(house, house.root)
    fang = client_of(house.fang)
    assert cells_of(fang, f"/campaigns/{campaign.pk}/below/")[0][0] == "局本部机关党委"
    assert fang.get(f"/campaigns/{campaign.pk}/below/?organization={house.root.pk}").status_code == 404
    assert fang.get(at(campaign, house.quay)).status_code == 404


def test_hundreds_of_branches_are_paged_in_tree_order(house):
    for number in range(120):
        world.organization(f"GZ-A-{number + 100}", under=house.office)
    campaign, _one = served(house)
    fang = client_of(house.fang)
    path = f"/campaigns/{campaign.pk}/below/"
    first, last = cells_of(fang, path), cells_of(fang, f"{path}?page=3")
    assert (len(first), len(last)) == (50, 23)
    assert [row[0] for row in first[:2]] == ["局本部机关党委", "检务处党支部"]
    assert "GZ-A-219党支部" in last[-1][0]
    assert "GZ-A-219党支部" in sheet_of(fang.get(f"/campaigns/{campaign.pk}/below.xlsx"))


# --- Study notes ---------------------------------------------------------------------------------------------------


def test_no_page_and_no_file_of_a_committee_changes_with_what_members_write(house):
    campaign, _one = served(house)
    fang, lin = client_of(house.fang), client_of(house.lin)
    here = f"/campaigns/{campaign.pk}/"
    pages = [here, "/campaigns/", f"{here}below/", at(campaign, house.inspection), at(campaign, house.office)]

    def told():
        return [words_of(fang, path) for path in pages] + [sheet_of(fang.get(f"{here}below.xlsx"))]

    before, work = told(), words_of(lin, at(campaign, house.inspection))
    for person in (house.chen, house.lin):
        study_notes.share_note(study_notes.write_note(campaign, person, text="心里话", at=AT), on=DAY)
    assert told() == before
    assert words_of(lin, at(campaign, house.inspection)) == work
    assert "心里话" in words_of(lin, here)


def test_a_note_is_its_writers_to_share_and_to_take_away(house):
    campaign = opened(house)
    study_notes.write_note(campaign, house.chen, text="心里话", at=AT)
    here = f"/campaigns/{campaign.pk}/note/"
    lin = client_of(house.lin)
    assert lin.post(f"{here}share/", {"share": "yes"}).status_code == 404
    assert lin.post(f"{here}take-away/").status_code == 404
    assert "心里话" not in lin.get(here).content.decode()
    assert client_of(house.wen).get(here).status_code == 403
    chen = client_of(house.chen)
    assert chen.get(f"{here}take-away/").status_code == 200
    assert chen.post(here, {"text": " "}).status_code == 422
    assert StudyNote.objects.get().text == "心里话"


# --- The wrap-up ---------------------------------------------------------------------------------------------------


def test_a_wrap_up_is_begun_from_records_put_into_words_and_filed(house):
    campaign, _one = served(house)
    lin, fang = client_of(house.lin), client_of(house.fang)
    here = at(campaign, house.inspection, "wrap-up/")
    assert lin.get(here).status_code == 409
    fang.post(f"/campaigns/{campaign.pk}/close/", {"until": DAY.isoformat()})
    assert "应到2人，实到1人" in lin.get(here).content.decode()
    assert WrapUp.objects.count() == 0
    assert fang.get(here).status_code == 404
    lin.post(here, {"text": "一、我们做了什么\n我们一起参观了展室。", "then": "file"})
    assert "我们一起参观了展室" in words_of(lin, f"{here}file/")
    assert WrapUp.objects.get().filed_at is None
    assert "应到2人" in lin.get(f"{here}?anew=yes").content.decode()
    assert "我们一起参观" in lin.get(here).content.decode()
    lin.post(f"{here}file/")
    assert "我们一起参观了展室" in words_of(fang, here)
    assert lin.post(here, {"text": "别的"}).status_code == 409
    assert lin.get(f"{here}file/")["Location"] == here
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF-")):
        paper = fang.get(at(campaign, house.inspection, f"wrap-up.{form}"))
        assert paper.content.startswith(begins)
    assert Event.objects.filter(type="wrap_up_filed").count() == 1


def test_the_committee_writes_its_own_wrap_up_in_sums(house):
    campaign, _one = served(house)
    campaigns.close(campaign, until=DAY, **DONE)
    page = client_of(house.fang).get(at(campaign, house.office, "wrap-up/")).content.decode()
    assert "应开展的党支部2个，已有归档记录的1个" in page
    assert "陈星" not in page
    assert client_of(house.lin).get(at(campaign, house.office, "wrap-up/")).status_code == 404
    assert client_of(house.fang).get(at(campaign, house.inspection, "wrap-up.pdf")).status_code == 404
    assert client_of(house.fang).post(at(campaign, house.inspection, "wrap-up/"), {"text": "x"}).status_code == 404


# --- How it does ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3])
def test_the_pages_take_eight_statements_with_one_part_and_with_three(house, many):
    campaign = opened(house)
    for number in range(many):
        one = part(campaign, house, title=f"第{number}项")
        parts.link(one, house.inspection, theme_day(house), **DONE)
    lin, fang = client_of(house.lin), client_of(house.fang)
    asked = [
        (lin, "/campaigns/"),
        (lin, f"/campaigns/{campaign.pk}/"),
        (lin, at(campaign, house.inspection)),
        (fang, f"/campaigns/{campaign.pk}/"),
        (fang, at(campaign, house.office)),
        (fang, f"/campaigns/{campaign.pk}/below/"),
    ]
    numbers = []
    for client, path in asked:
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert client.get(path).status_code == 200
        numbers.append(len(statements))
    assert max(numbers) <= 8, numbers


@pytest.mark.slow
def test_every_page_is_good_on_a_phone_and_at_a_desk(phone, desk, house):
    campaign, one = served(house)
    part(campaign, house, of=house.inspection, title="岗位故事会", kind=None, text="每人讲一件事。\n不求长。")
    drafted_one = drafted(house, title="还没有发起的专题教育")
    closed, _part = served(house)
    campaigns.close(closed, until=DAY, **DONE)
    wrap_ups.save_wrap_up(closed, house.inspection, text="一、做了什么\n参观了展室。", **DONE)
    lin, fang, chen = (world.account(person) for person in (house.lin, house.fang, house.chen))
    visits = [
        (chen, "/campaigns/", "campaigns"),
        (chen, f"/campaigns/{campaign.pk}/", "campaign of a member"),
        (chen, f"/campaigns/{campaign.pk}/note/", "study note"),
        (lin, f"/campaigns/{campaign.pk}/", "campaign of a secretary"),
        (lin, at(campaign, house.inspection), "campaign work"),
        (lin, at(campaign, house.inspection, f"parts/{one.pk}/link/"), "campaign link"),
        (lin, at(campaign, house.inspection, "parts/new/"), "campaign part"),
        (lin, f"/meetings/{Link.objects.first().meeting_id}/campaigns/", "campaigns of a meeting"),
        (lin, at(closed, house.inspection, "wrap-up/"), "wrap-up"),
        (lin, at(closed, house.inspection, "wrap-up/file/"), "wrap-up file"),
        (fang, "/campaigns/new/", "campaign new"),
        (fang, f"/campaigns/{drafted_one.pk}/", "campaign draft"),
        (fang, f"/campaigns/{campaign.pk}/below/", "campaign below"),
        (fang, f"/campaigns/{campaign.pk}/close/", "campaign close"),
    ]
    for opens in (phone, desk):
        pages = {account: opens(account) for account in (chen, lin, fang)}
        for account, path, name in visits:
            pages[account].goto(path)
            assert_good(pages[account], name)
