"""Pages of the shell in a real browser: each is looked at on a phone and at a desk, and is accessible on both."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import world
from tests.web.browser import assert_accessible, assert_fits, assert_good
from tests.web.conftest import Opens
from zhibu.apps.people.models import Account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.web.parts")]


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


DOORS = ["account_login", "first_login", "account_inactive"]
ROOMS = ["home", "menu", "account", "account_change_password", "account_logout", "parts"]


@pytest.mark.parametrize("name", DOORS)
def test_the_doors_are_good_on_a_phone_and_at_a_desk(name: str, phone: Opens, desk: Opens) -> None:
    for opens in (phone, desk):
        page = opens()
        page.goto(reverse(name))
        assert_good(page, name)


@pytest.mark.parametrize("name", ROOMS)
def test_the_rooms_are_good_on_a_phone_and_at_a_desk(name: str, phone: Opens, desk: Opens, lin: Account) -> None:
    for opens in (phone, desk):
        page = opens(lin)
        page.goto(reverse(name))
        assert_good(page, name)


@pytest.mark.parametrize("path", ["/nowhere/", "/forbid/", "/fail/", "/away/", "/refuse/", "/parts/?on=gestern"])
def test_a_refusal_is_a_page_that_says_what_to_do(path: str, phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.goto(path)
    assert_good(page, f"refusal-{path}")
    expect(page.get_by_role("link", name="返回首页")).to_be_visible()


def test_axe_and_the_width_see_a_planted_fault(phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.goto("/menu/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
    page.evaluate("document.querySelector('img').width = 2000")
    with pytest.raises(AssertionError, match="wider than the screen"):
        assert_fits(page)


@pytest.mark.parametrize("width", [320, 360])
def test_a_small_phone_needs_no_scrolling_sideways(width: int, phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.set_viewport_size({"width": width, "height": 640})
    for name in ROOMS:
        page.goto(reverse(name))
        assert_fits(page)


def test_lin_comes_in_and_goes_without_javascript(phone: Opens, lin: Account) -> None:
    page = phone(scripts=False)
    page.goto("/menu/")
    page.get_by_label("工号").fill(lin.login)
    page.get_by_label("密码", exact=True).fill(world.PASSWORD)
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
    page.get_by_role("button", name="登录", exact=True).click()
    assert urlsplit(page.url).path == "/menu/"
    page.get_by_role("button", name="繁").click()
    expect(page.get_by_role("heading", name="全部頁面")).to_be_visible()
    page.get_by_role("button", name="退出登錄").click()
    assert urlsplit(page.url).path == "/accounts/login/"


def test_the_keyboard_goes_straight_to_the_content(desk: Opens, lin: Account) -> None:
    page = desk(lin)
    page.goto("/menu/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "跳到正文"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"


def test_a_deed_refused_to_htmx_is_said_where_messages_stand(phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.goto("/parts/")
    page.get_by_role("button", name="免去职务").click()
    page.locator("#messages").get_by_text("林悦还是书记，请先免去职务。").wait_for()
    assert page.locator("#answer").inner_text() == ""


def test_after_the_session_ended_a_fragment_brings_the_whole_page_to_the_door(phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.goto("/parts/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="免去职务").click()
    page.get_by_role("heading", name="登录").wait_for()
    assert page.url.endswith("/accounts/login/?next=%2Fparts%2F")


def test_a_second_tap_sends_nothing(phone: Opens, lin: Account) -> None:
    page = phone(lin)
    page.goto("/account/password/")
    page.evaluate(
        """() => {
          window.sent = 0;
          const form = document.querySelector("main form");
          form.noValidate = true;
          document.addEventListener("submit", event => {
            window.sent += !event.defaultPrevented;
            event.preventDefault();
          });
          for (let tap = 0; tap < 3; tap++) form.requestSubmit();
        }"""
    )
    assert page.evaluate("window.sent") == 1


def test_the_download_menu_closes_by_escape_and_keeps_the_focus(desk: Opens, lin: Account) -> None:
    page = desk(lin)
    page.goto("/parts/")
    page.get_by_text("下载或打印").click()
    expect(page.get_by_role("link", name="表格（.xlsx）")).to_be_visible()
    assert_good(page, "parts-downloads")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="表格（.xlsx）")).to_be_hidden()


def test_paper_carries_the_warning_and_no_menu(desk: Opens, lin: Account) -> None:
    page = desk(lin)
    page.goto("/parts/")
    page.emulate_media(media="print")
    expect(page.get_by_text("非涉密系统")).to_be_visible()
    expect(page.get_by_role("heading", name="构件一览")).to_be_visible()
    for hidden in (".rooms", ".page-actions", ".filters", ".languages", ".masthead-account"):
        expect(page.locator(hidden).first, hidden).to_be_hidden()
