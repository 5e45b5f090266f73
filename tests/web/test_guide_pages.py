"""The pages of guides: written, reviewed and answered at the desk; read and asked without an account."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from tests import world
from tests.guides import Guides
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.strict import faults_of
from tests.web.visits import client_of, text_of
from tests.windows import DONE
from tests.world import AT, DAY
from zhibu.apps.guides.actions import asking, guiding
from zhibu.apps.guides.actions.asking import QUESTIONS
from zhibu.apps.guides.actions.writing import hand_over
from zhibu.apps.guides.models import Guide, GuidedUnit, GuideVersion, Helped, Question
from zhibu.apps.windows.models import Counter, WindowPost
from zhibu.documents.markdown import html, plain
from zhibu.domain.terms import GuideAudience, QuestionSource
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Guides:
    return Guides()


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"Accept-Language": "zh-hans"}, enforce_csrf_checks=True)


# --- At the desk ----------------------------------------------------------------------------------------------------


def test_chen_writes_lin_reviews_and_everybody_reads(house: Guides, anybody: Client) -> None:
    chen, lin = client_of(house.chen), client_of(house.lin)
    said = {"section": house.section.pk, "title": "产地证", "text": "# 流程\n\n- 报检", "audience": "public"}
    made = chen.post("/guides/new/", said)
    guide = Guide.objects.get()
    assert made["Location"] == f"/guides/{guide.pk}/"
    assert anybody.get(f"/public/guides/{guide.number}/").status_code == 404
    there = f"/guides/{guide.pk}/"
    chen.post(f"{there}edit/", said | {"text": "# 流程\n\n- 先报检", "revision": "1", "do": "hand_over"})
    assert chen.get(f"{there}review/").status_code == 403
    page = text_of(lin.get(f"{there}review/"))
    assert "流程 先报检" in page
    stale = {"do": "publish", "revision": "1", "since": DAY.isoformat(), "read_again_by": "2027-11-01"}
    assert "再读一遍" in text_of(lin.post(f"{there}review/", stale), 422)
    lin.post(f"{there}review/", stale | {"revision": "2"})
    assert "先报检" in text_of(anybody.get(f"/public/guides/{guide.number}/"))
    assert "陈星" in text_of(lin.get(there))
    assert "陈星" not in text_of(client_of(house.house.qiu).get(there))
    assert "陈星" not in text_of(anybody.get(f"/public/guides/{guide.number}/"))


def test_what_lin_sends_back_chen_reads_and_what_somebody_typed_meanwhile_is_not_lost(house: Guides) -> None:
    draft = house.begun()
    chen, lin = client_of(house.chen), client_of(house.lin)
    there = f"/guides/{draft.guide_id}/"
    chen.post(f"{there}hand-over/")
    lin.post(f"{there}review/", {"do": "return", "because": "缺收费"})
    assert "需要修改：缺收费" in text_of(chen.get(there))
    lin.post(f"{there}edit/", {"title": "产地证", "text": "林的文字", "audience": "public", "revision": "1"})
    kept = text_of(
        chen.post(f"{there}edit/", {"title": "产地证", "text": "陈的文字", "audience": "public", "revision": "1"}),
        422,
    )
    assert "林悦" in kept
    assert "陈的文字" in kept
    assert GuideVersion.objects.get().text == "林的文字"


def test_what_was_published_gets_a_new_version_is_looked_through_and_withdrawn(
    house: Guides, anybody: Client
) -> None:
    guide = house.published().guide
    chen, there = client_of(house.chen), f"/guides/{guide.pk}/"
    form = chen.get(f"{there}edit/").content.decode()
    assert 'name="audience"' not in form
    chen.post(f"{there}edit/", {"title": "产地证", "text": "第二版文字", "revision": "1"})
    assert "第2版起草中" in text_of(chen.get(there))
    assert chen.post(f"{there}drop/").status_code == 302
    assert chen.get(f"{there}drop/").status_code == 409
    chen.post(f"{there}look-through/", {"read_again_by": "2028-01-31"})
    assert "2028-01-31" in text_of(chen.get(there))
    chen.post(f"{there}withdraw/", {"because": "全国通办"})
    page = text_of(anybody.get("/public/guides/1/"))
    assert "已停用：全国通办" in page
    assert "带合同" not in page


def test_those_who_only_read_are_shown_no_draft_and_change_nothing(house: Guides) -> None:
    draft, qiu = house.begun("不给外人看"), client_of(house.house.qiu)
    assert qiu.get(f"/guides/{draft.guide_id}/").status_code == 404
    assert qiu.get(f"/guides/versions/{draft.pk}/").status_code == 404
    assert qiu.get("/guides/new/").status_code == 403
    guide = house.published("给大家").guide
    assert "给大家" in text_of(qiu.get("/guides/"))
    assert [qiu.get(f"/guides/{guide.pk}/{deed}/").status_code for deed in ("edit", "withdraw", "look-through")] == [
        403
    ] * 3


def test_a_list_is_narrowed_to_what_has_to_be_done(house: Guides) -> None:
    house.begun("草稿指南")
    old = house.published("快到期").guide
    Guide.objects.filter(pk=old.pk).update(read_again_by=DAY + dt.timedelta(days=14))
    house.published("还早")
    chen = client_of(house.chen)
    pages = {show: text_of(chen.get(f"/guides/?show={show}")) for show in ("", "mine", "written", "due")}
    found = {show: {name for name in ("草稿指南", "快到期", "还早") if name in text} for show, text in pages.items()}
    assert found == {
        "": {"快到期", "还早"},
        "mine": {"草稿指南", "快到期", "还早"},
        "written": {"草稿指南"},
        "due": {"快到期"},
    }
    assert "快到期" in text_of(chen.get("/guides/?q=快 到期"))


def test_a_question_that_is_none_is_struck_at_the_desk(house: Guides) -> None:
    asked = asking.ask("加微信领红包", source=QuestionSource.PUBLIC, section=house.section, at=AT)
    chen, there = client_of(house.chen), f"/questions/{asked.question.pk}/"
    assert "请填写这一项" in text_of(chen.post(there, {"do": "strike", "because": ""}), 422)
    chen.post(there, {"do": "strike", "because": "广告"})
    for page in (chen.get(there), chen.get("/questions/?show=all")):
        assert "红包" not in text_of(page)
    code = {"code": asked.code}
    read = text_of(Client(headers={"Accept-Language": "zh-hans"}).post("/public/answers/", code))
    assert "广告" in read
    assert "红包" not in read


def test_a_question_is_answered_at_the_desk_and_becomes_a_guide_in_one_step(house: Guides, anybody: Client) -> None:
    asked = asking.ask("木箱要熏蒸吗", source=QuestionSource.PUBLIC, section=house.section, at=AT)
    chen, there = client_of(house.chen), f"/questions/{asked.question.pk}/"
    assert "木箱要熏蒸吗" in text_of(chen.get("/questions/"))
    assert client_of(house.house.qiu).get(there).status_code == 404
    refused = text_of(chen.post(there, {"do": "later", "to": "2026-11-24", "because": "查文件"}), 422)
    assert "2026-11-24" in chen.post(there, {"do": "later", "to": "2026-11-24", "because": "查"}).content.decode()
    assert "更晚的日期" in refused
    chen.post(there, {"do": "answer", "text": "要。"})
    edit = chen.post(f"{there}guide/")["Location"]
    assert edit == f"/guides/{Guide.objects.get().pk}/edit/"
    assert "木箱要熏蒸吗" in chen.get(edit).content.decode()
    chen.post(f"{there}guide/")
    assert Guide.objects.count() == 1
    page = Client(headers={"Accept-Language": "zh-hans"}).post("/public/answers/", {"code": asked.code})
    assert "要。" in text_of(page)
    assert "陈星" not in text_of(page)


def test_units_are_guided_altered_and_ended_by_those_of_the_section(house: Guides) -> None:
    chen = client_of(house.chen)
    said = {"name": "城东查检单位", "section": house.section.pk, "contact": "业务科", "since": DAY.isoformat()}
    chen.post("/guided-units/new/", said)
    unit = GuidedUnit.objects.get()
    chen.post(f"/guided-units/{unit.pk}/edit/", said | {"contact": "业务二科"})
    assert "业务二科" in text_of(chen.get("/guided-units/"))
    assert client_of(house.house.qiu).get(f"/guided-units/{unit.pk}/edit/").status_code == 403
    assert chen.post(f"/guided-units/{unit.pk}/end/", {"on": DAY.isoformat()}).status_code == 409
    chen.post(f"/guided-units/{unit.pk}/end/", {"on": "2026-11-24"})
    unit.refresh_from_db()
    assert unit.until == dt.date(2026, 11, 24)


# --- Without an account ---------------------------------------------------------------------------------------------


def test_anybody_reads_sites_posts_and_guides_and_no_cookie_is_set(house: Guides, anybody: Client) -> None:
    house.published("报检流程")
    WindowPost.objects.filter(pk=house.second.pk).update(opening_hours="")
    unit = guiding.guide_unit(name="城东", section=house.section, contact="", since=DAY, **DONE)
    start = text_of(anybody.get("/public/"))
    assert "报检C01窗口 现在开放" in start
    assert "报检C02窗口 时间不详" in start
    post = text_of(anybody.get("/public/posts/C01/"))
    assert "08:30–12:00、13:30–17:30" in post
    assert "报检流程" in post
    pages = ["/public/", f"/public/sites/{house.post.site_id}/", "/public/posts/C01/", "/public/guides/?q=報檢"]
    pages += ["/public/guides/1/", f"/public/units/{unit.pk}/"]
    for address in pages:
        answer = anybody.get(address)
        assert answer.status_code == 200
        assert not answer.cookies, address
        for name in ("陈星", "林悦", "闻宁"):
            assert name not in answer.content.decode(), address
    assert anybody.get("/public/posts/C99/").status_code == 404


def test_outside_its_hours_a_window_is_closed_now(
    house: Guides, anybody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT.replace(hour=12, minute=0))
    assert "报检C01窗口 现在不开放" in text_of(anybody.get("/public/"))
    monkeypatch.setattr(clock, "now", lambda: AT - dt.timedelta(days=1))
    assert "今天不开放" in text_of(anybody.get("/public/posts/C01/"))


def test_a_search_without_an_answer_leads_to_a_question_with_the_words_in_it(house: Guides, anybody: Client) -> None:
    page = anybody.get("/public/guides/?q=木质 包装")
    assert "没有指南回答" in text_of(page)
    ask = re.search(r'href="(/public/ask/\?q=[^"]*)"', page.content.decode())
    assert ask is not None
    form = anybody.get(ask[1].replace("&amp;", "&"))
    assert "木质 包装" in form.content.decode()
    token = (
        form.cookies["csrftoken"].value if "csrftoken" in form.cookies else next(iter(form.cookies.values())).value
    )
    sent = {"text": "木质包装怎么办", "section": "", "csrfmiddlewaretoken": _token(form)}
    assert token
    shown = text_of(anybody.post(ask[1].replace("&amp;", "&"), sent))
    assert "2026年11月30日前答复" in shown
    question = Question.objects.get()
    assert (question.looked_for, question.source) == ("木质 包装", QuestionSource.PUBLIC)
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", shown)
    assert code is not None
    read = anybody.get("/public/answers/")
    said = {"code": code[0], "csrfmiddlewaretoken": _token(read)}
    assert "承诺2026年11月30日前答复" in text_of(anybody.post("/public/answers/", said))
    assert "核对查询码" in text_of(anybody.post("/public/answers/", said | {"code": "AAAA-AAAA-AAAA"}), 422)


def _token(page) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_in_a_flood_the_text_stays_in_the_form_and_the_page_says_when_to_come_again(house: Guides) -> None:
    Counter.objects.create(key="questions", busy_until=AT + QUESTIONS.step * QUESTIONS.at_once)
    answer = Client(headers={"Accept-Language": "zh-hans"}).post(
        "/public/ask/", {"text": "我的长长的问题", "section": ""}
    )
    page = text_of(answer, 429)
    assert "09:31之后再提交" in page
    assert "我的长长的问题" in page
    assert not Question.objects.exists()


@pytest.mark.parametrize("body", ["text=%B1%A8%BC%EC&section=", "text=%00%00&section=", "text=" + "%E9%95%BF" * 1001])
def test_what_can_not_be_read_or_is_too_long_is_refused_and_stays_in_the_form(house: Guides, body: str) -> None:
    answer = Client().post("/public/ask/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert not Question.objects.exists()


def test_yes_counts_one_in_a_sum_and_keeps_nothing_else(house: Guides, anybody: Client) -> None:
    house.published()
    answer = anybody.post("/public/guides/1/helped/")
    assert (answer.status_code, answer["Location"]) == (302, "/public/guides/1/?thanks=yes#answer")
    assert not answer.cookies
    assert list(Helped.objects.values_list("day", "times")) == [(DAY, 1)]
    assert "只统计每天的总数" in text_of(anybody.get("/public/guides/1/?thanks=yes"))
    assert anybody.get("/public/guides/1/helped/").status_code == 405


def test_internal_guides_and_guides_for_units_stand_where_they_belong(house: Guides, anybody: Client) -> None:
    house.published("内部口径", audience=GuideAudience.INTERNAL)
    house.published("单位须知", audience=GuideAudience.UNITS)
    unit = guiding.guide_unit(name="城东", section=house.section, contact="", since=DAY, **DONE)
    assert anybody.get("/public/guides/1/").status_code == 404
    everywhere = text_of(anybody.get("/public/guides/")) + text_of(anybody.get("/public/posts/C01/"))
    assert "单位须知" not in everywhere
    theirs = text_of(anybody.get(f"/public/units/{unit.pk}/"))
    assert ("单位须知" in theirs, "内部口径" in theirs) == (True, False)
    assert "内部口径" in text_of(client_of(house.house.qiu).get("/guides/"))
    found = text_of(client_of(house.house.qiu).get("/search/texts/?q=口径"))
    assert "内部" in found


HOSTILE = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://tracker.example/1.png)",
    '<a href="x" onclick="alert(1)" hx-get="/x">x</a>',
    "<style>*{display:none}</style>",
    "[x](//evil.example) [x](/\\evil.example) [x](https://evil.example 'y')",
    "> " * 500,
    "*" * 3000,
    "[" * 3000,
    "| a |\n|---|\n" + "| x |\n" * 200,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_guide_is_text(text: str) -> None:
    shown = html(text)
    assert faults_of(f"<html>{shown}</html>") == []
    tags = re.findall(r"<[^>]*>", shown)
    assert not re.search(r"<(script|img|style|iframe|svg)|javascript:|data:|https?:|\son\w+=|hx-", "".join(tags))
    assert isinstance(plain(text), str)


def test_a_link_leads_to_a_page_of_the_house_and_another_address_is_written_out() -> None:
    assert '<a href="/public/guides/2/">那里</a>' in html("见[那里](/public/guides/2/)")
    assert html("见[那里](https://example.cn/a)").strip() == "<p>见那里 (https://example.cn/a)</p>"
    assert html("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"  # as it was typed, not stripped
    assert html("# 一\n\n## 二") == "<h2>一</h2>\n<h3>二</h3>\n"


def test_hostile_text_is_shown_as_it_was_typed_on_every_page(house: Guides, anybody: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    version = house.published(evil, f"正文 {evil} 👨‍👩‍👧 𫠊")
    asked = asking.ask(evil, source=QuestionSource.PUBLIC, section=house.section, at=AT)
    chen = client_of(house.chen)
    for client, address in (
        (anybody, "/public/guides/1/"),
        (anybody, "/public/guides/?q=正文"),
        (anybody, "/public/posts/C01/"),
        (chen, f"/guides/{version.guide_id}/"),
        (chen, "/guides/"),
        (chen, "/questions/"),
        (chen, f"/questions/{asked.question.pk}/"),
        (chen, "/search/texts/?q=正文"),
    ):
        page = client.get(address).content.decode()
        assert faults_of(page) == []
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page, address
    assert "👨‍👩‍👧 𫠊" in anybody.get("/public/guides/1/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["/guides/", "/guides/?show=mine", "/guides/?q=指南", "/questions/", "/guided-units/", "/guides/{guide}/"],
)
def test_a_page_asks_eight_times_at_most_however_much_there_is(
    house: Guides, django_assert_max_num_queries, address: str
) -> None:
    for number in range(12):
        house.published(f"指南{number}")
        asking.ask(f"问题{number}", source=QuestionSource.PUBLIC, section=house.section, at=AT)
        guiding.guide_unit(name=f"单位{number}", section=house.section, contact="", since=DAY, **DONE)
    chen, there = client_of(house.chen), address.format(guide=Guide.objects.first().pk)
    text_of(chen.get(there))
    with django_assert_max_num_queries(9 if "{guide}" in address else 8):  # with the threads about it
        text_of(chen.get(there))


@pytest.mark.parametrize("address", ["/public/", "/public/guides/", "/public/guides/?q=指南", "/public/posts/C01/"])
def test_a_public_page_asks_eight_times_at_most(house: Guides, django_assert_max_num_queries, address: str) -> None:
    for number in range(12):
        house.published(f"指南{number}")
        house.opened(f"X{number}")
    client = Client()
    client.get(address)
    with django_assert_max_num_queries(8):
        client.get(address)


# --- In a browser ---------------------------------------------------------------------------------------------------


def test_the_pages_are_good_on_a_phone_and_on_a_desk(house: Guides, phone: Opens, desk: Opens) -> None:
    text = "# 办理流程\n\n1. 网上申报\n2. 交材料\n\n| 材料 | 份数 |\n|---|---|\n| 合同 | 1 |\n\n> 注意：周末不办。\n"
    guide = house.published("一般原产地证书办理须知", text).guide
    Guide.objects.filter(pk=guide.pk).update(read_again_by=DAY)
    draft = house.begun("计费标准", "按件。")
    hand_over(draft, **DONE)
    unit = guiding.guide_unit(name="城东港区查检单位", section=house.section, contact="业务科", since=DAY, **DONE)
    asked = asking.ask("木质包装要熏蒸吗？", source=QuestionSource.UNIT, unit=unit, at=AT)
    lin = world.account(house.lin)
    for opens in (phone, desk):
        public = opens()
        for name, address in (
            ("public start", "/public/"),
            ("public site", f"/public/sites/{house.post.site_id}/"),
            ("public post", "/public/posts/C01/"),
            ("public guides", "/public/guides/"),
            ("public nothing", "/public/guides/?q=没有的东西"),
            ("public guide", "/public/guides/1/"),
            ("public unit", f"/public/units/{unit.pk}/"),
            ("public ask", "/public/ask/?q=没有的东西"),
            ("public answers", "/public/answers/"),
        ):
            public.goto(address)
            assert_good(public, f"guides {name}")
        inside = opens(lin)
        for name, address in (
            ("list", "/guides/"),
            ("written", "/guides/?show=written"),
            ("guide", f"/guides/{guide.pk}/"),
            ("edit", f"/guides/{guide.pk}/edit/"),
            ("review", f"/guides/{draft.guide_id}/review/"),
            ("questions", "/questions/"),
            ("question", f"/questions/{asked.question.pk}/"),
            ("units", "/guided-units/"),
        ):
            inside.goto(address)
            assert_good(inside, f"guides {name}")
