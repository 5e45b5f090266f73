"""Playbooks on pages: a secretary publishes, another compares and takes, a committee marks, members read."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world
from tests.playbooks import (
    AFTER,
    DONE,
    LATER,
    LESSON,
    MEETING,
    RECORD,
    SIGNING,
    article,
    keys_of,
    practice,
    published,
    section,
)
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.lists.actions import writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Draft
from zhibu.apps.lists.queries import in_force
from zhibu.apps.oversight import live
from zhibu.apps.oversight.models import Cell
from zhibu.apps.showcases.actions.adopting import adopt
from zhibu.apps.showcases.actions.marking import mark
from zhibu.apps.showcases.models import Adoption, Playbook, PlaybookEdition, Showcase
from zhibu.apps.showcases.queries import file_of, offer
from zhibu.domain.terms import Bearer, DraftState, Readership
from zhibu.web.shell import clock
from zhibu.web.shell.owed import cell_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    """The secretary of the archive branch is its youth officer here: somebody who writes its lists."""
    made = world.bureau()
    world.appoint(made.wen, made.archive_branch)
    return made


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def words_of(answer):
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') : page.index("</main>")]).split())


def address(name, *things, of=None):
    return reverse(name, args=[thing.pk for thing in things]) + (f"?organization={of.code}" if of else "")


def taken_all(organization, edition, done=DONE):
    return adopt(organization, edition, offer(organization, edition, done["at"].date()).may_be_taken, **done)


def form(house, **facts):
    keys = keys_of(house.inspection)
    return {"title": "倒班支部的做法", "story": "分两批。", "readership": "house", "key": keys} | facts


# --- Published -----------------------------------------------------------------------------------------------------


def test_what_goes_is_looked_through_confirmed_and_published(house):
    practice(house.inspection)
    article(section(house.inspection, title="联系"), f"夜班找{house.chen.name}。")
    article(section(house.inspection, title="值班"), "电话10012345678。")
    lin, page = client_of(house.lin), reverse("playbook_gather")
    first = lin.get(page).content.decode()
    assert first.count('name="key"') == 5
    assert first.count(" checked>") == 5, "four articles, and who may read it"
    looked = lin.post(page, form(house))
    assert looked.status_code == 200
    assert house.chen.name in words_of(looked), "what stays is told"
    assert not Playbook.objects.exists()
    done = lin.post(page, form(house) | {"publish": "1"})
    edition = PlaybookEdition.objects.get()
    assert done.url == address("playbook", edition)
    assert (edition.items, edition.playbook.readership) == (4, Readership.HOUSE)


def test_a_name_in_the_story_is_told_and_waits_for_a_word(house):
    practice(house.inspection)
    lin, page = client_of(house.lin), reverse("playbook_gather")
    said = form(house, story=f"{house.chen.name}想到的。")
    assert 'name="looked_at"' in lin.post(page, said).content.decode()
    refused = lin.post(page, said | {"publish": "1"})
    assert refused.status_code == 422
    assert house.chen.name in words_of(refused)
    assert lin.post(page, said | {"publish": "1", "looked_at": "on"}).status_code == 302


def test_what_can_not_go_is_refused_and_what_was_typed_stays(house):
    practice(house.inspection)
    number = article(section(house.inspection, title="值班"), "电话10012345678。")
    refused = client_of(house.lin).post(reverse("playbook_gather"), form(house, key=[str(number.pk)]))
    assert refused.status_code == 422
    assert "10012345678" in words_of(refused)
    assert "分两批。" in refused.content.decode()


def test_without_lists_there_is_nothing_to_publish_yet(house):
    assert "请先编写清单" in words_of(client_of(house.lin).get(reverse("playbook_gather")))
    assert client_of(house.chen).get(reverse("playbook_gather")).status_code == 403


def test_readers_are_changed_by_whoever_writes_it(house):
    practice(house.inspection)
    edition = published(house.inspection)
    page = address("playbook_readers", edition.playbook)
    assert client_of(house.qiu).get(page).status_code == 403
    assert client_of(house.lin).post(page, {"readership": "branch"}).status_code == 302
    assert client_of(house.qiu).get(page).status_code == 404
    assert client_of(house.qiu).get(address("playbook", edition)).status_code == 404


# --- Read ----------------------------------------------------------------------------------------------------------


def test_a_member_reads_the_playbook_and_takes_the_file_along(house):
    practice(house.inspection)
    edition = published(house.inspection, story="分两批。\n夜班补课。")
    chen = client_of(house.chen)
    assert edition.title in words_of(chen.get(reverse("playbooks")))
    told = words_of(chen.get(address("playbook", edition)))
    for text in (MEETING, RECORD, LESSON, SIGNING, "夜班补课。", "提醒谈话"):
        assert text in told
    assert "playbook_adopt" not in told
    file = chen.get(address("playbook_file", edition))
    assert (file.content, file["Content-Type"]) == (file_of(edition), "application/zip")
    assert "attachment" in file["Content-Disposition"]


def test_an_empty_shelf_says_what_would_stand_there(house):
    assert "还没有发布样板" in words_of(client_of(house.chen).get(reverse("playbooks")))
    assert "没有设为示范点" in words_of(client_of(house.chen).get(reverse("playbooks") + "?marked=1"))


@pytest.mark.parametrize("page", ["playbooks", "playbook", "playbook_adopt", "list_drafts"])
def test_three_of_each_ask_the_database_no_more_than_one(house, page):
    def asked(edition):
        client = client_of(house.wen)
        path = address(page, *([edition] if page in {"playbook", "playbook_adopt"} else []))
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    article(section(house.inspection), "会议记录由专人保管。")
    first = published(house.inspection)
    taken_all(house.archive_branch, first)
    mark(first.playbook, house.office, reasons="好学。", until=DAY, **DONE)
    one = asked(first)
    rules = section(house.quay)
    article(rules, RECORD)
    article(rules, "会前三天公布议题。")
    taken_all(house.archive_branch, published(house.quay))
    article(section(house.platform), LESSON)
    third = published(house.platform)
    taken_all(house.archive_branch, third)
    assert asked(first) == one
    assert one <= 16


# --- Taken ---------------------------------------------------------------------------------------------------------


def test_side_by_side_one_chooses_and_it_becomes_drafts(house):
    practice(house.inspection)
    edition = published(house.inspection)
    article(section(house.archive_branch), "支部党员大会每月必须召开1次，分两批开，夜班有一批。")
    wen, page = client_of(house.wen), address("playbook_adopt", edition, of=house.archive_branch)
    shown = words_of(wen.get(page))
    assert "放宽" in shown
    assert "每月必须召开1次" in shown
    keys = [one.item.key for one in offer(house.archive_branch, edition, DAY).besides]
    refused = wen.post(page, {"key": keys})
    assert refused.status_code == 422
    assert "不能采用" in words_of(refused)
    done = wen.post(page, {"key": keys[1:3]})
    assert done.url == address("list_drafts", of=house.archive_branch)
    assert {draft.text for draft in Draft.objects.all()} == {RECORD, LESSON}
    assert house.inspection.name in words_of(wen.get(done.url))


def test_a_draft_is_changed_dropped_and_put_in_force(house):
    practice(house.inspection)
    taken_all(house.archive_branch, published(house.inspection))
    wen = client_of(house.wen)
    record, lesson = Draft.objects.get(text=RECORD), Draft.objects.get(text=LESSON)
    edit = address("draft_edit", record)
    assert RECORD in wen.get(edit).content.decode()
    said = {"section": "记录", "text": "会议记录必须在3日内归档。", "source": ""}
    assert wen.post(edit, said).status_code == 302
    assert wen.post(edit, said | {"text": ""}).status_code == 422
    assert wen.post(address("draft_drop", lesson)).status_code == 302
    page = address("list_drafts", of=house.archive_branch)
    assert wen.post(page, {"since": DAY.isoformat()}).status_code == 422, "none is chosen"
    wrong = wen.post(page, {"since": "", "draft": [str(record.pk)]})
    assert wrong.status_code == 422
    assert wen.post(page, {"since": DAY.isoformat(), "draft": [str(record.pk), "x"]}).status_code == 302
    assert [row.text for row in in_force(house.archive_branch, DAY)] == ["会议记录必须在3日内归档。"]
    assert wen.post(edit, said).status_code == 409
    assert client_of(house.lin).get(edit).status_code == 404


def test_a_duty_and_a_prohibition_keep_their_fields_as_drafts(house):
    practice(house.inspection)
    taken_all(house.archive_branch, published(house.inspection))
    wen = client_of(house.wen)
    lesson, signing = Draft.objects.get(text=LESSON), Draft.objects.get(text=SIGNING)
    said = {
        "section": "书记",
        "text": "每年讲两次党课。",
        "bearer": "secretary",
        "proof": "none",
        "requirement": "",
        "source": "",
    }
    assert wen.post(address("draft_edit", lesson), said).status_code == 302
    said = {"section": "纪律", "text": SIGNING, "consequence": "批评", "ask": "书记", "source": ""}
    assert wen.post(address("draft_edit", signing), said).status_code == 302
    lesson.refresh_from_db()
    signing.refresh_from_db()
    assert (lesson.text, lesson.bearer) == ("每年讲两次党课。", Bearer.SECRETARY)
    assert (signing.consequence, signing.ask) == ("批评", "书记")


def test_what_was_taken_is_taken_back(house):
    practice(house.inspection)
    adoption = taken_all(house.archive_branch, published(house.inspection))
    wen, page = client_of(house.wen), address("adoption_undo", adoption)
    assert "草稿" in words_of(wen.get(page))
    assert client_of(house.lin).post(page).status_code == 404
    assert wen.post(page).status_code == 302
    assert {draft.state for draft in Draft.objects.all()} == {DraftState.DROPPED}
    assert "撤回" in words_of(wen.get(address("list_drafts")))


def test_a_later_edition_is_offered_on_the_page_of_drafts_and_stands_in_three_columns(house, monkeypatch):
    articles = practice(house.inspection)
    taken_all(house.archive_branch, published(house.inspection))
    words = Words(text=RECORD + "年底装订。")
    writing.amend(article=articles[RECORD], words=words, since=AFTER, **LATER)
    second = published(house.inspection, done=LATER)
    monkeypatch.setattr(clock, "now", lambda: LATER["at"])
    wen = client_of(house.wen)
    drafts = wen.get(address("list_drafts", of=house.archive_branch))
    assert "第2版" in words_of(drafts)
    page = address("playbook_adopt", second, of=house.archive_branch)
    shown = words_of(wen.get(page))
    assert "对方有更新" in shown
    assert wen.post(page, {"key": [str(articles[RECORD].pk)]}).status_code == 302
    assert Draft.objects.get(text=RECORD + "年底装订。").is_open
    assert "第2版" not in words_of(wen.get(address("list_drafts"))).split("采用来源")[0].split("取自")[0]


def test_a_file_from_elsewhere_is_opened_and_an_altered_one_is_refused(house):
    practice(house.inspection)
    content = file_of(published(house.inspection))
    for model in (PlaybookEdition, Playbook):
        model.objects.all().delete()
    wen, page = client_of(house.wen), reverse("playbook_receive")

    def sent(content):
        file = SimpleUploadedFile("样板.zip", content)
        return wen.post(page, {"organization": str(house.archive_branch.pk), "playbook": file, "accepts": ""})

    refused = sent(content[:-1])
    assert refused.status_code == 422
    assert "样板" in words_of(refused)
    done = sent(content)
    edition = PlaybookEdition.objects.get()
    assert done.url == address("playbook_adopt", edition, of=house.archive_branch)
    shown = words_of(wen.get(done.url))
    assert "密钥" in shown, "the key is shown, to be compared"
    assert edition.playbook.is_received
    assert client_of(house.qiu).get(address("playbook", edition)).status_code == 404


def test_words_of_a_playbook_stay_words(house):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    article(section(house.inspection), hostile)
    edition = published(house.inspection, story=hostile)
    for path in (address("playbook", edition), address("playbook_adopt", edition)):
        page = client_of(house.wen).get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


# --- Marked --------------------------------------------------------------------------------------------------------


def test_a_committee_marks_a_playbook_sees_who_took_it_and_ends_the_mark(house):
    practice(house.inspection)
    edition = published(house.inspection)
    taken_all(house.archive_branch, edition)
    fang, page = client_of(house.fang), address("showcase_mark", edition.playbook)
    assert client_of(house.lin).get(page).status_code == 403
    assert client_of(house.qiu).get(page).status_code == 403
    assert fang.post(page, {"reasons": "", "until": AFTER.isoformat()}).status_code == 422
    assert fang.post(page, {"reasons": "夜班一个不落。", "until": "2030-01-01"}).status_code == 422
    assert fang.post(page, {"reasons": "夜班一个不落。", "until": AFTER.isoformat()}).status_code == 302
    told = words_of(client_of(house.chen).get(address("playbook", edition)))
    assert "夜班一个不落。" in told
    assert house.archive_branch.name not in told, "a member does not see who took it"
    assert house.archive_branch.name in words_of(fang.get(address("playbook", edition)))
    end = address("showcase_end", Showcase.objects.get())
    assert client_of(house.lin).get(end).status_code == 403
    assert fang.post(end, {"why": ""}).status_code == 422
    assert fang.post(end, {"why": "支部合并。"}).status_code == 302
    assert "夜班一个不落。" not in words_of(fang.get(address("playbook", edition)))


# --- Before and after ----------------------------------------------------------------------------------------------


def taken_before(house, days):
    """Taken so many days ago."""
    practice(house.inspection)
    adoption = taken_all(house.archive_branch, published(house.inspection))
    Adoption.objects.update(adopted_at=AT - dt.timedelta(days=days))
    return adoption


def test_what_was_met_before_and_after_opens_to_its_periods_and_claims_no_cause(house):
    adoption = taken_before(house, 80)  # in September: August before it, October after it
    live.rebuild(DAY)
    august, october = (
        Cell.objects.get(organization=house.archive_branch, requirement="theme_day", first=dt.date(2026, month, 1))
        for month in (8, 10)
    )
    Cell.objects.filter(pk=october.pk).update(completed_on=dt.date(2026, 10, 20))
    page = client_of(house.wen).get(address("adoption", adoption))
    told, html = words_of(page), page.content.decode()
    assert "2026-08" in told
    assert "2026-10" in told
    assert "2026-07" not in told, "as many months before as after"
    row = next(row for row in html.split("<tr>") if cell_url(august) in row)
    assert cell_url(october) in row
    assert re.findall("应做[0-9]+次，做到[0-9]+次", row) == ["应做1次，做到0次", "应做1次，做到1次"]
    assert "不说明因果" in told
    assert "4条" in told, "what was taken and waits as drafts"


def test_nothing_is_compared_before_a_month_is_over(house):
    adoption = taken_before(house, 5)
    live.rebuild(DAY)
    assert "满一个整月" in words_of(client_of(house.wen).get(address("adoption", adoption)))


def test_only_those_who_answer_for_the_branch_see_what_changed_there(house):
    adoption = taken_before(house, 80)
    page = address("adoption", adoption)
    seen = {
        name: client_of(getattr(house, name)).get(page).status_code for name in ("wen", "fang", "chen", "lin", "qiu")
    }
    assert seen == {"wen": 200, "fang": 200, "chen": 404, "lin": 404, "qiu": 404}


# --- In a browser --------------------------------------------------------------------------------------------------


def test_from_the_lists_to_drafts_on_a_desk_and_a_phone(house, phone, desk):
    practice(house.inspection)
    mine = section(house.archive_branch)
    article(mine, "支部党员大会每半年必须召开1次，分两批开，夜班有一批。", since=world.LONG_AGO)
    article(mine, "会议记录必须在3日内归档。", since=world.LONG_AGO)
    lin, wen = world.account(house.lin), world.account(house.wen)
    page = desk(lin)
    page.goto("/playbooks/gather/")
    assert_good(page, "playbook gather")
    page.get_by_label("做法介绍").fill("夜班单独一批，书记到场。")
    page.get_by_role("button", name="检查").click()
    page.get_by_role("button", name="发布样板").wait_for()
    assert_good(page, "playbook confirm")
    page.get_by_role("button", name="发布样板").click()
    page.get_by_role("heading", name="做法介绍").wait_for()
    assert_good(page, "playbook")
    mark(Playbook.objects.get(), house.office, reasons="夜班一个不落。", until=DAY, **DONE)
    page = phone(wen)
    page.goto("/playbooks/")
    assert_good(page, "playbooks")
    page.get_by_role("link", name="的做法").click()
    page.get_by_role("link", name="与本组织清单对照").click()
    page.get_by_role("button", name="采用为草稿").wait_for()
    assert_good(page, "playbook adopt")
    page.get_by_role("button", name="采用为草稿").click()
    page.get_by_role("button", name="施行选中的").wait_for()
    assert_good(page, "list drafts")
