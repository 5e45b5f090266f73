"""A secretary writes the lists of the branch on pages, and publishes them as a book."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import announced
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.lists.actions import editions, writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Article, Edition, Section, Wording
from zhibu.apps.meetings.actions import roll, tasks
from zhibu.domain.terms import Bearer, ListKind, Proof, Readership
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
WRITE = "/lists/write/"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def lin(house):
    return client_of(house.lin)


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def section(house, kind=ListKind.RULES, title="三会一课制度", *texts, **facts):
    made = writing.write_section(organization=house.inspection, kind=kind, title=title, **DONE)
    for text in texts:
        writing.write_article(section=made, words=Words(text=text, **facts), since=DAY, **DONE)
    return made


def words_of(answer):
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') : page.index("</main>")]).split())


def rule(**facts):
    return {"text": "每月召开一次。", "since": DAY.isoformat(), "source": "", "number": ""} | facts


# --- Writing -------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_where_to_begin(lin):
    assert "先建一个部分" in words_of(lin.get(WRITE))


def test_a_rule_is_put_in_as_a_whole_and_each_paragraph_becomes_an_article(lin, house):
    answer = lin.post(
        f"{WRITE}sections/new/?organization={house.inspection.code}&kind=rules", {"number": 1, "title": "党课制度"}
    )
    made = Section.objects.get()
    assert answer.url == f"{WRITE}sections/{made.pk}/articles/new/"
    lin.post(answer.url, rule(text="第一段。\r\n\r\n  第二段。\r\n第三段。", apart="on"))
    assert list(Wording.objects.order_by("number").values_list("number", "text")) == [
        (1, "第一段。"),
        (2, "第二段。"),
        (3, "第三段。"),
    ]
    shown = words_of(lin.get(f"{WRITE}?kind=rules"))
    assert "党课制度" in shown
    assert "第三段。" in shown


def test_where_one_of_the_paragraphs_is_refused_none_is_written(lin, house):
    made = section(house, ListKind.RULES, "党课制度", "已有的一条。")
    answer = lin.post(f"{WRITE}sections/{made.pk}/articles/new/", rule(text="甲\n乙", apart="on", number="999"))
    assert "999" in words_of(answer)
    assert Wording.objects.count() == 1


def test_a_duty_asks_for_its_bearer_and_a_prohibition_for_what_happens_and_whom_to_ask(lin, house):
    duties, not_done = section(house, ListKind.DUTIES, "书记职责"), section(house, ListKind.PROHIBITIONS, "窗口")
    refused = [
        lin.post(f"{WRITE}sections/{duties.pk}/articles/new/", rule(bearer="", proof="none")),
        lin.post(f"{WRITE}sections/{duties.pk}/articles/new/", rule(bearer="secretary", proof="requirement")),
        lin.post(f"{WRITE}sections/{not_done.pk}/articles/new/", rule(consequence="", ask="书记")),
    ]
    assert [answer.status_code for answer in refused] == [422] * 3
    assert not Wording.objects.exists()
    lin.post(
        f"{WRITE}sections/{duties.pk}/articles/new/",
        rule(bearer="secretary", proof="requirement", requirement="general_meeting"),
    )
    lin.post(f"{WRITE}sections/{not_done.pk}/articles/new/", rule(consequence="谈话提醒", ask="书记"))
    kept = Wording.objects.order_by("written_at", "pk").values_list(
        "bearer", "proof", "requirement", "consequence", "ask"
    )
    assert list(kept) == [
        (Bearer.SECRETARY, Proof.REQUIREMENT, "general_meeting", "", ""),
        ("", Proof.NONE, "", "谈话提醒", "书记"),
    ]


def given(house, organization=None, text="报送材料", holder=None, *, code="D"):
    """A task that a meeting gave somebody, the secretary unless said."""
    meeting = announced(house, organization=organization or house.inspection, title=f"会议{code}")
    roll.open_session(meeting.sessions.get(), **DONE)
    return tasks.take_on(meeting, text=text, holder=holder or house.lin, due=None, **DONE)


def test_a_duty_points_at_tasks_chosen_from_the_open_ones_of_the_organization(lin, house):
    duties, one = section(house, ListKind.DUTIES, "书记职责"), given(house)
    answer = lin.get(f"{WRITE}sections/{duties.pk}/articles/new/")
    assert f'value="{one.pk}"' in answer.content.decode()
    assert "报送材料 · 林" in words_of(answer)
    facts = {"bearer": "secretary", "proof": "task", "tasks": [str(one.pk)]}
    assert lin.post(f"{WRITE}sections/{duties.pk}/articles/new/", rule(**facts)).status_code == 302
    kept = Wording.objects.get()
    assert kept.tasks == [str(one.pk)]
    tasks.report_task(one, report="", done_on=DAY, **DONE)
    form = lin.get(f"{WRITE}articles/{kept.article_id}/")
    assert re.search(rf'value="{one.pk}"[^>]*checked', form.content.decode())
    later = (DAY + dt.timedelta(days=1)).isoformat()
    answer = lin.post(f"{WRITE}articles/{kept.article_id}/", rule(text="改过。", since=later, number=1, **facts))
    assert (answer.status_code, Wording.objects.count()) == (302, 2)


def test_a_duty_that_points_at_no_task_of_its_bearer_is_refused_by_name(lin, house):
    duties, foreign = section(house, ListKind.DUTIES, "书记职责"), given(house, house.quay, "外单位的事", house.qiu)
    done, gone = given(house, text="办完的事", code="E"), given(house, text="撤下的事", code="F")
    members = given(house, text="党员的事", holder=house.chen, code="G")
    tasks.report_task(done, report="", done_on=DAY, **DONE)
    key = str(gone.pk)
    tasks.drop_task(gone, **DONE)
    for chosen, says in (
        ("不是编号", "“不是编号”不是"),
        (str(foreign.pk), f"“{foreign.pk}”不是"),
        (key, f"“{key}”不是"),
        (str(done.pk), "“办完的事”已于"),
        (str(members.pk), "“党员的事”"),
    ):
        facts = {"bearer": "secretary", "proof": "task", "tasks": [chosen]}
        answer = lin.post(f"{WRITE}sections/{duties.pk}/articles/new/", rule(**facts))
        assert answer.status_code == 422, chosen
        assert says in words_of(answer)
        assert "外单位的事" not in words_of(answer)
    answer = lin.post(
        f"{WRITE}sections/{duties.pk}/articles/new/",
        rule(bearer="member", proof="statement", tasks=[str(members.pk)]),
    )
    assert answer.status_code == 422
    assert not Wording.objects.exists()
    assert not Event.objects.filter(type="article_written").exists()


def test_a_change_is_a_later_wording_and_is_taken_back_with_one_more_tap(lin, house):
    section(house, ListKind.RULES, "党课制度", "每月一次。")
    one = Article.objects.get()
    later = DAY + dt.timedelta(days=7)
    form = lin.get(f"{WRITE}articles/{one.pk}/").content.decode()
    assert "每月一次。" in form
    lin.post(f"{WRITE}articles/{one.pk}/", rule(text="每季度一次。", since=later.isoformat()))
    shown = words_of(lin.get(WRITE))
    assert "每月一次。" in shown
    assert f"自{later.isoformat()}起：每季度一次。" in shown
    lin.post(f"{WRITE}articles/{one.pk}/take-back/")
    assert list(one.wordings.values_list("text", "until")) == [("每月一次。", None)]


def test_two_wordings_for_one_day_are_refused_on_the_page_and_the_text_typed_stays(lin, house):
    section(house, ListKind.RULES, "党课制度", "每月一次。")
    one = Article.objects.get()
    answer = lin.post(f"{WRITE}articles/{one.pk}/", rule(text="打好的长文。", since=DAY.isoformat()))
    assert answer.status_code == 422
    assert DAY.isoformat() in words_of(answer)
    assert "打好的长文。" in answer.content.decode()


def test_an_article_is_repealed_from_a_day_on_and_an_empty_section_goes(lin, house):
    made = section(house, ListKind.RULES, "党课制度", "每月一次。")
    one = Article.objects.get()
    assert "每月一次。" in words_of(lin.get(f"{WRITE}articles/{one.pk}/repeal/"))
    lin.post(f"{WRITE}articles/{one.pk}/repeal/", {"until": (DAY + dt.timedelta(days=1)).isoformat()})
    assert one.wordings.get().until == DAY + dt.timedelta(days=1)
    assert lin.post(f"{WRITE}sections/{made.pk}/drop/").status_code == 409
    empty = section(house, ListKind.RULES, "空")
    assert lin.post(f"{WRITE}sections/{empty.pk}/drop/").status_code == 302
    assert list(Section.objects.all()) == [made]


def test_a_section_gets_another_title_and_a_number_that_is_free(lin, house):
    section(house, ListKind.RULES, "甲")
    other = section(house, ListKind.RULES, "乙")
    answer = lin.post(f"{WRITE}sections/{other.pk}/", {"number": 1, "title": "乙"})
    assert "甲" in words_of(answer)
    lin.post(f"{WRITE}sections/{other.pk}/", {"number": 5, "title": "丙"})
    other.refresh_from_db()
    assert (other.number, other.title) == (5, "丙")


# --- The book ------------------------------------------------------------------------------------------------------


def test_the_book_is_published_with_what_it_changes_and_nothing_is_published_twice(lin, house):
    section(house, ListKind.RULES, "党课制度", "每月一次。")
    page = f"/compendium/new/?organization={house.inspection.code}"
    lin.post(page, {"readership": "branch"})
    edition = Edition.objects.get()
    assert (edition.number, edition.readership) == (1, Readership.BRANCH)
    assert "没有变化" in words_of(lin.get(page))
    assert lin.post(page, {"readership": "branch"}).status_code == 422
    assert Edition.objects.count() == 1
    lin.post(f"/compendium/{edition.pk}/readers/", {"readership": "public"})
    edition.refresh_from_db()
    assert edition.readership == Readership.PUBLIC


# --- Who -----------------------------------------------------------------------------------------------------------


def test_members_and_superiors_read_the_lists_and_do_not_write_them(house):
    made = section(house, ListKind.RULES, "党课制度", "每月一次。")
    one = Article.objects.get()
    edition = editions.publish(organization=house.inspection, readership=Readership.BRANCH, **DONE)
    paths = [
        f"{WRITE}sections/{made.pk}/",
        f"{WRITE}sections/{made.pk}/articles/new/",
        f"{WRITE}articles/{one.pk}/",
        f"{WRITE}articles/{one.pk}/repeal/",
        f"{WRITE}articles/{one.pk}/take-back/",
        f"/compendium/{edition.pk}/readers/",
    ]
    chen, fang, qiu = (client_of(person) for person in (house.chen, house.fang, house.qiu))
    assert [chen.get(path).status_code for path in paths] == [403] * len(paths)
    assert [fang.get(path).status_code for path in paths] == [403] * len(paths)
    assert [qiu.get(path).status_code for path in paths] == [404] * len(paths)
    assert chen.get(WRITE).status_code == 403
    assert fang.get(f"{WRITE}?organization={house.inspection.code}").status_code == 404
    assert qiu.get(f"/compendium/new/?organization={house.inspection.code}").status_code == 404


# --- How it looks --------------------------------------------------------------------------------------------------


def test_long_lists_cost_no_more_statements_than_short_ones(lin, house):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert lin.get(WRITE).status_code == 200
        return len(asked)

    section(house, ListKind.RULES, "甲", "一。")
    lin.get(WRITE)
    few = statements()
    for title in "乙丙丁":
        section(house, ListKind.RULES, title, *(f"第{number}段。" for number in range(20)))
    assert statements() == few <= 8


@pytest.mark.slow
def test_the_lists_are_written_on_a_phone_and_at_a_desk(phone, desk, house):
    account = world.account(house.lin)
    section(house, ListKind.RULES, "三会一课制度", "支部党员大会每季度召开一次。", "会后三个工作日内形成记录。")
    duties = section(house, ListKind.DUTIES, "书记的责任")
    given(house)
    given(house, text="整理书柜", holder=house.chen, code="E")
    for opens in (phone, desk):
        page = opens(account)
        for path, name in (
            (WRITE, "lists-write"),
            (f"{WRITE}sections/{duties.pk}/articles/new/", "article-new"),
            (f"/compendium/new/?organization={house.inspection.code}", "edition-new"),
        ):
            page.goto(path)
            assert_good(page, name)
