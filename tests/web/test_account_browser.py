"""In a browser: the chat of the stand-in with its menu, and the page on which a phone is bound and cut off."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests import world
from tests.official import call, set_account
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.world import AT, Bureau
from zhibu.apps.account_content.actions import binding, menus
from zhibu.apps.account_content.models import Binding
from zhibu.apps.archive.actions import OPERATOR
from zhibu.domain.menus import Line
from zhibu.domain.terms import AccountApp, MenuAudience
from zhibu.web.official_account import door
from zhibu.web.official_account.answering import answer_due
from zhibu.web.official_account.setting_menus import set_menus_due
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import platform_of
from zhibu.wechat.port import Note
from zhibu.wechat.stand_in.facts import DEMO
from zhibu.wechat.stand_in.server import StandIn

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
INSIDE = "Mozilla/5.0 (Linux; Android 14) Chrome/86.0 Mobile MicroMessenger/8.0"

Delivered = tuple[str, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Bureau:
    return world.bureau()


class Post(BaseHTTPRequestHandler):
    """Takes what the platform delivers; the test hands it on to the door, in its own thread."""

    taken: queue.Queue[Delivered]

    def log_message(self, *_arguments: object) -> None:
        """Nothing is written down."""

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.put((where.path, dict(parse_qsl(where.query)), body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")


@pytest.fixture
def taken() -> Iterator[tuple[int, queue.Queue[Delivered]]]:
    deliveries: queue.Queue[Delivered] = queue.Queue()
    handler = type("Handler", (Post,), {"taken": deliveries})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], deliveries
    server.shutdown()
    server.server_close()


@pytest.fixture
def stand_in(settings: LazySettings, taken: tuple[int, queue.Queue[Delivered]]) -> Iterator[StandIn]:
    set_account(settings)
    settings.WECHAT_APP_ID, settings.WECHAT_TOKEN, settings.WECHAT_AES_KEY = DEMO.app_id, DEMO.token, DEMO.key
    settings.WECHAT_SECRET, settings.WECHAT_TEMPLATE = DEMO.secret, DEMO.template
    door.accounts.cache_clear()
    with StandIn(replace(DEMO, callback=f"http://127.0.0.1:{taken[0]}/wechat/{DEMO.app_id}/")) as running:
        settings.WECHAT_API = running.url
        settings.WECHAT_AUTHORIZE = f"{running.url}/connect/oauth2/authorize"
        yield running
        platform = platform_of(AccountApp.OFFICIAL)
        assert platform is not None
        platform.close()
    door.accounts.cache_clear()
    platform_of.cache_clear()


def worked_on(deliveries: queue.Queue[Delivered]) -> None:
    """What was delivered goes through the door, and the worker answers it."""
    path, query, body = deliveries.get(timeout=20)
    assert call(path, query, body) == (200, b"success")
    answer_due(clock.now)


def said(page: Page, text: str) -> None:
    expect(page.locator(".line").filter(has_text=text).first).to_be_visible(timeout=20_000)


def test_somebody_writes_presses_the_menu_and_is_answered_in_the_chat(
    house: Bureau, stand_in: StandIn, taken: tuple[int, queue.Queue[Delivered]], phone: Opens, desk: Opens
) -> None:
    binding.bind(world.account(house.chen), app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)
    more = Line("更多", below=(Line("公开的文章", "文章"), Line("业务指南", "page:public_guides")))
    menus.set_menu(MenuAudience.EVERYBODY, [Line("帮助", "帮助"), more], **DONE)
    menus.set_menu(MenuAudience.BOUND, [Line("会议", "会议"), more], **DONE)
    set_menus_due(clock.now)
    platform = platform_of(AccountApp.OFFICIAL)
    assert platform is not None
    platform.tell(
        Note(id="1", to="oPhone1", word="会议通知", day="2026-11-23", url="https://zhibu.example.cn/today/")
    )
    for opens in (phone, desk):
        page = opens()
        page.goto(stand_in.url)
        said(page, "会议通知")
        page.get_by_label("消息").fill("帮助")
        page.get_by_role("button", name="发送").click()
        worked_on(taken[1])
        said(page, "可以发送：学习")
        page.get_by_role("button", name="会议", exact=True).click()
        worked_on(taken[1])
        said(page, "目前没有您要参加的会议")
        page.get_by_text("更多").click()
        page.get_by_role("button", name="公开的文章").click()
        worked_on(taken[1])
        said(page, "还没有发布文章")
        assert_good(page, "stand-in chat")
        page.get_by_label("手机").select_option("oPhone2")
        expect(page.get_by_role("button", name="帮助", exact=True)).to_be_visible(timeout=20_000)
        expect(page.get_by_role("button", name="会议", exact=True)).to_have_count(0)


def test_a_phone_is_bound_and_cut_off_on_a_page_that_is_good_everywhere(
    house: Bureau, stand_in: StandIn, phone: Opens, desk: Opens
) -> None:
    chen = world.account(house.chen)
    for opens in (phone, desk):
        page = opens(chen)
        page.set_extra_http_headers({"User-Agent": INSIDE})
        page.goto("/account/wechat/")
        expect(page.get_by_role("button", name="绑定这部手机")).to_be_visible()
        assert_good(page, "phone not bound")
        page.get_by_role("button", name="生成绑定码").click()
        assert_good(page, "phone code")
        binding.bind(chen, app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)
        page.goto("/account/wechat/")
        assert_good(page, "phone bound")
        page.get_by_role("button", name="解除绑定").click()
        expect(page.get_by_text("尚未绑定手机").first).to_be_visible()
        assert not Binding.objects.exists()
