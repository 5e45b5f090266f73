"""A passkey in a real browser, with the device that Chromium imitates: added, used at the door, removed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.world import PASSWORD
from zhibu.apps.people.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


def give_a_device(page: Page) -> None:
    """A phone that knows its owner: it holds passkeys and confirms each use."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def log_in(page: Page, lin: Account) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("工号").fill(lin.login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/month/")


def test_a_passkey_opens_the_door_without_a_password(phone: Opens, lin: Account) -> None:
    page = phone()
    give_a_device(page)
    log_in(page, lin)

    page.goto("/account/")
    page.get_by_role("link", name="添加通行密钥").click()
    assert_good(page, "confirm-by-password")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="确认").click()
    assert_good(page, "add-passkey")
    page.get_by_role("button", name="添加", exact=True).click()
    page.wait_for_url("**/account/recovery-codes/")
    assert_good(page, "recovery-codes")

    page.goto("/account/")
    expect(page.get_by_text("我的手机")).to_be_visible()
    assert_good(page, "account-with-passkey")
    page.get_by_role("banner").get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/month/")


def test_a_device_without_the_key_is_told_so_in_words(phone: Opens, lin: Account) -> None:
    page = phone()
    give_a_device(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.get_by_text("通行密钥没有通过").wait_for()


def test_the_password_then_asks_for_the_second_step(desk: Opens, lin: Account) -> None:
    page = desk()
    give_a_device(page)
    log_in(page, lin)
    page.goto("/account/passkeys/add/")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="确认").click()
    page.get_by_role("button", name="添加", exact=True).click()
    page.wait_for_url("**/account/recovery-codes/")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_label("工号").fill(lin.login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/accounts/login/second/")
    assert_good(page, "second-step")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/month/")
