"""The pages of articles: written and reviewed at the desk, read by everybody, put among the drafts of the account."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.test import Client

from tests import world
from tests.official import playing
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.windows import DONE, Windows
from tests.world import AT
from zhibu.apps.account_content.actions import articles as deeds
from zhibu.apps.account_content.actions.articles import Said
from zhibu.apps.account_content.actions.drafting import RETRY_AFTER
from zhibu.apps.account_content.models import Article
from zhibu.domain.terms import Sending
from zhibu.web.official_account.handing_over import hand_over_due
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import PAUSE
from zhibu.wechat.errors import MaybeSent, PlatformAway
from zhibu.wechat.official import OfficialAccount
from zhibu.wechat.stand_in.server import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Windows:
    return Windows()


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"Accept-Language": "zh-hans"}, enforce_csrf_checks=True)


@pytest.fixture
def stand_in(settings: LazySettings) -> Iterator[StandIn]:
    with playing(settings) as running:
        yield running


def begun(house: Windows, title: str = "支部在窗口", text: str = "午间不断岗。") -> Article:
    return deeds.begin_article(house.unit, Said(title=title, text=text), writer=house.lin, **DONE)


def published(house: Windows, title: str = "支部在窗口", *, to_platform: bool = False) -> Article:
    article = begun(house, title)
    deeds.hand_in(article, **DONE)
    deeds.publish(article, reviewer=house.house.fang, revision=1, to_platform=to_platform, **DONE)
    article.refresh_from_db()
    return article


# --- At the desk ---------------------------------------------------------------------------------------------------


def test_lin_writes_fang_reviews_and_everybody_reads(house: Windows, anybody: Client) -> None:
    lin, fang = client_of(house.lin), client_of(house.house.fang)
    said = {"organization": house.unit.pk, "title": "支部在窗口", "text": "# 午间\n\n- 不断岗", "digest": "两班轮流"}
    there = lin.post("/articles/new/", said)["Location"]
    article = Article.objects.get()
    assert there == f"/articles/{article.pk}/"
    outside = f"/public/articles/{article.pk}/"
    assert anybody.get(outside).status_code == 404
    lin.post(f"{there}edit/", said | {"text": "# 午间\n\n- 开两个窗口", "revision": "1", "do": "hand_in"})
    assert lin.get(f"{there}review/").status_code == 403
    assert "午间 开两个窗口" in text_of(fang.get(f"{there}review/"))
    assert "又有改动" in text_of(fang.post(f"{there}review/", {"do": "publish", "revision": "1"}), 422)
    assert fang.post(f"{there}review/", {"do": "publish", "revision": "2"}).status_code == 302
    read = text_of(anybody.get(outside))
    assert "开两个窗口" in read
    assert "林悦" not in read
    assert "两班轮流" in text_of(anybody.get("/public/articles/?q=两个窗口"))
    assert "没有文章提到" in text_of(anybody.get("/public/articles/?q=没有"))
    assert client_of(house.chen).get(there).status_code == 404
    assert client_of(house.chen).get("/articles/").status_code == 403


def test_who_manages_the_windows_writes_about_the_service_and_an_office_holder_reviews(house: Windows) -> None:
    wen = Client(headers={"Accept-Language": "zh-hans"})
    wen.force_login(house.manager)
    said = {"organization": house.unit.pk, "title": "午间开放", "text": "中午也办。", "do": "hand_in"}
    there = wen.post("/articles/new/", said)["Location"]
    assert "须由他人审核" in text_of(wen.get(there))
    lin = client_of(house.lin)
    assert "待我审核：1" in text_of(lin.get("/articles/"))
    assert "午间开放" in text_of(lin.get("/articles/?show=review"))
    lin.post(f"{there}review/", {"do": "return", "remark": "写明几点"})
    assert "需要修改：写明几点" in text_of(wen.get(there))


def test_a_published_article_is_corrected_in_public_and_withdrawn_with_a_reason(
    house: Windows, anybody: Client
) -> None:
    first = published(house)
    lin, fang = client_of(house.lin), client_of(house.house.fang)
    there, outside = f"/articles/{first.pk}/", f"/public/articles/{first.pk}/"
    assert lin.get(f"{there}edit/").status_code == 409
    edit = lin.post(f"{there}correct/")["Location"]
    again = edit.removesuffix("edit/")
    said = {
        "title": "支部在窗口",
        "text": "十二点到两点。",
        "correction": "时间写错",
        "revision": "1",
        "do": "hand_in",
    }
    lin.post(edit, said)
    assert "取代原文" in text_of(fang.get(f"{again}review/"))
    fang.post(f"{again}review/", {"do": "publish", "revision": "2"})
    new_outside = f"/public{again}"
    old = anybody.get(outside)
    assert new_outside in old.content.decode()
    assert "午间不断岗" not in text_of(old)
    now = text_of(anybody.get(new_outside))
    assert "更正：时间写错" in now
    assert "首次发布于" in now
    assert "其他版本" in text_of(lin.get(again))
    assert fang.post(f"{again}withdraw/", {"remark": " "}).status_code == 422
    fang.post(f"{again}withdraw/", {"remark": "活动取消"})
    gone = text_of(anybody.get(new_outside))
    assert "本文已撤下：活动取消" in gone
    assert "十二点" not in gone
    assert "支部在窗口" not in text_of(anybody.get("/public/articles/"))
    assert fang.get(f"{again}withdraw/").status_code == 409


def test_internal_words_warn_the_writer_and_ask_the_reviewer(house: Windows) -> None:
    article = begun(house, text="学习内部文件管理办法。")
    lin, fang, there = client_of(house.lin), client_of(house.house.fang), f"/articles/{article.pk}/"
    assert "内部文件" in text_of(lin.get(there))
    lin.post(f"{there}hand-in/")
    assert "只是提及" in text_of(fang.post(f"{there}review/", {"do": "publish", "revision": "1"}), 422)
    fang.post(f"{there}review/", {"do": "publish", "revision": "1", "may_be_public": "on"})
    assert Article.objects.get().published_at is not None
    refused = text_of(
        lin.post("/articles/new/", {"organization": house.unit.pk, "title": "机密★", "text": "文"}), 422
    )
    assert "机密★" in refused


def test_html_in_an_article_stays_text_and_no_link_leads_out(house: Windows, anybody: Client) -> None:
    article = begun(house, text="<script>alert(1)</script> [出去](https://example.com) [在内](/public/guides/1/)")
    deeds.hand_in(article, **DONE)
    deeds.publish(article, reviewer=house.house.fang, revision=1, **DONE)
    page = anybody.get(f"/public/articles/{article.pk}/")
    assert "<script>alert(1)" in text_of(page).replace("&lt;", "<").replace("&gt;", ">")
    assert 'href="/public/guides/1/"' in page.content.decode()


def test_what_somebody_typed_meanwhile_is_not_lost(house: Windows) -> None:
    there = f"/articles/{begun(house).pk}/edit/"
    wen = Client(headers={"Accept-Language": "zh-hans"})
    wen.force_login(house.manager)
    wen.post(there, {"title": "支部在窗口", "text": "文的文字", "revision": "1"})
    kept = text_of(
        client_of(house.lin).post(there, {"title": "支部在窗口", "text": "林的文字", "revision": "1"}), 422
    )
    assert "林的文字" in kept
    assert Article.objects.get().text == "文的文字"


@pytest.mark.parametrize("place", ["/articles/", "/public/articles/"])
def test_a_list_takes_as_many_statements_for_three_as_for_one(
    house: Windows, place: str, django_assert_max_num_queries: object, django_assert_num_queries: object
) -> None:
    client = client_of(house.lin)
    published(house)
    counted = []
    for _i in range(2):
        with django_assert_max_num_queries(8) as asked:  # type: ignore[operator]
            client.get(place)
        counted.append(len(asked))
        published(house, "二")
        published(house, "三")
    assert counted[0] == counted[1]


# --- Among the drafts of the account -------------------------------------------------------------------------------


def test_without_an_account_nothing_speaks_of_its_drafts(house: Windows) -> None:
    article = published(house)
    lin = client_of(house.lin)
    assert "草稿箱" not in text_of(lin.get(f"/articles/{article.pk}/"))
    assert lin.post(f"/articles/{article.pk}/hand-over/").status_code == 409


def test_an_approved_article_goes_among_the_drafts_of_the_account_once(house: Windows, stand_in: StandIn) -> None:
    article = begun(house, text="见[指南](/public/guides/1/)。")
    deeds.hand_in(article, **DONE)
    fang, there = client_of(house.house.fang), f"/articles/{article.pk}/"
    fang.post(f"{there}review/", {"do": "publish", "revision": "1", "to_platform": "on"})
    assert "待发送" in text_of(fang.get(there))
    assert hand_over_due(clock.now) == 1
    assert hand_over_due(clock.now) == 0
    (draft,) = stand_in.platform.drafts.values()
    assert draft["content"] == '<p>见<a href="https://zhibu.example.cn/public/guides/1/">指南</a>。</p>\n'
    assert draft["content_source_url"] == f"https://zhibu.example.cn/public/articles/{article.pk}/"
    assert "已发出" in text_of(fang.get(there))
    assert client_of(house.lin).post(f"{there}hand-over/").status_code == 409


def test_a_refusal_stands_with_the_words_of_the_platform_and_it_is_handed_over_anew(
    house: Windows, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = published(house, to_platform=True)
    lin, there = client_of(house.lin), f"/articles/{article.pk}/"
    monkeypatch.setattr(stand_in.platform, "pictures", lambda _given: {"item": []})
    hand_over_due(clock.now)
    assert "平台答复：40007" in text_of(lin.get(there))
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: AT)
    lin.post(f"{there}hand-over/")
    hand_over_due(clock.now)
    assert len(stand_in.platform.drafts) == 1


def test_away_it_waits_and_what_may_have_arrived_is_not_sent_again_by_itself(
    house: Windows, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = published(house, to_platform=True)

    def away(error: Exception) -> None:
        def draft(_self: object, _piece: object) -> str:
            raise error

        PAUSE.end()
        monkeypatch.setattr(OfficialAccount, "draft", draft)

    away(PlatformAway("away"))
    hand_over_due(clock.now)
    article.refresh_from_db()
    assert article.way is Sending.WAITING
    assert article.hand_over_at == AT + RETRY_AFTER
    Article.objects.update(hand_over_at=AT)
    away(MaybeSent("no answer"))
    hand_over_due(clock.now)
    article.refresh_from_db()
    assert (article.way, article.hand_over_at) == (Sending.MAYBE_SENT, None)
    PAUSE.end()
    assert hand_over_due(clock.now) == 0
    assert "请先到平台查看" in text_of(client_of(house.lin).get(f"/articles/{article.pk}/"))


# --- In a browser --------------------------------------------------------------------------------------------------


def test_an_article_is_written_reviewed_and_read_on_a_phone_and_at_a_desk(
    house: Windows, phone: Opens, desk: Opens
) -> None:
    lin = world.account(house.lin)
    fang = world.account(house.house.fang)
    for opens, title in ((phone, "手机上写的文章"), (desk, "桌面上写的文章")):
        page = opens(lin)
        page.goto("/articles/")
        assert_good(page, f"articles {title}")
        page.goto("/articles/new/")
        page.get_by_label("标题").fill(title)
        page.get_by_label("正文").fill("# 做了什么\n\n| 时间 | 地点 |\n|---|---|\n| 周二 | 大厅 |\n\n长" + "长" * 300)
        assert_good(page, f"article write {title}")
        page.get_by_role("button", name="保存并提交审核").click()
        assert_good(page, f"article in review {title}")
        where = UUID(page.url.rstrip("/").rsplit("/", 1)[1])
        page = opens(fang)
        page.goto(f"/articles/{where}/review/")
        assert_good(page, f"article review {title}")
        page.get_by_role("button", name="发布文章").click()
        assert_good(page, f"article published {title}")
        page.goto(f"/articles/{where}/withdraw/")
        assert_good(page, f"article withdraw {title}")
        page = opens(None)
        page.goto("/public/articles/")
        assert_good(page, f"public articles {title}")
        page.get_by_role("link", name=title).click()
        assert_good(page, f"public article {title}")
