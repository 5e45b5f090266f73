"""Open sessions: seen and ended by their owner, and nothing kept that says when and from where somebody worked."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import world
from tests.world import PASSWORD, Bureau
from zhibu.apps.people.models import Account
from zhibu.web.shell import sessions

pytestmark = pytest.mark.django_db

WECHAT = (
    "Mozilla/5.0 (Linux; Android 12; ANA-AN00 Build/HUAWEIANA-AN00; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20220805 Mobile Safari/537.36 MicroMessenger/8.0.27.2220"
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36"


@pytest.fixture
def bureau() -> Bureau:
    return world.bureau()


@pytest.fixture
def lin(bureau: Bureau) -> Account:
    return world.account(bureau.lin)


def device_of(account: Account, agent: str = CHROME) -> Client:
    """A device on which the account has logged in at the door."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR="100.64.7.9")
    client.post("/accounts/login/", {"login": account.login, "password": PASSWORD, "remember": "on"})
    return client


def is_in(client: Client) -> bool:
    return client.get("/menu/").status_code == 200


def session_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.cookies["sessionid"].value)


def test_lin_sees_where_lin_is_logged_in(lin: Account) -> None:
    device_of(lin, WECHAT)
    desk = device_of(lin)
    page = desk.get("/account/").content.decode()
    assert "微信 · Android" in page
    assert "Chrome · Linux" in page
    assert page.partition('id="leaving"')[2].partition("</section>")[2].count("本机") == 1


def test_of_a_device_only_its_kind_is_kept(lin: Account) -> None:
    kept = session_of(device_of(lin, WECHAT))
    assert (kept.ip, kept.user_agent) == ("0.0.0.0", "WeChat · Android")


@pytest.mark.parametrize(
    ("agent", "kept"),
    [
        (WECHAT, "WeChat · Android"),
        (CHROME, "Chrome · Linux"),
        (f"{CHROME} Edg/120.0", "Edge · Linux"),
        (f"{WECHAT} wxwork/4.1", "WeCom · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) Version/16.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 6.1; rv:115.0) Gecko/20100101 Firefox/115.0", "Firefox · Windows"),
        ("curl/8.5 <script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_device_is_known_by_browser_and_system(agent: str, kept: str) -> None:
    assert sessions.device(agent) == kept


def test_an_unknown_device_is_still_shown(lin: Account) -> None:
    assert "一台设备" in device_of(lin, "curl/8.5").get("/account/").content.decode()


def test_a_revoked_session_opens_nothing(lin: Account) -> None:
    lost, desk = device_of(lin, WECHAT), device_of(lin)
    answer = desk.post(f"/account/sessions/{session_of(lost).pk}/end/")
    assert answer["Location"] == "/account/"
    assert (is_in(lost), is_in(desk)) == (False, True)
    assert UserSession.objects.count() == Session.objects.exclude(pk="pulse").count() == 1


def test_all_other_devices_go_at_once(lin: Account) -> None:
    others = [device_of(lin) for _i in range(2)]
    here = device_of(lin)
    here.post("/account/sessions/end/")
    assert ([is_in(other) for other in others], is_in(here)) == ([False, False], True)


def test_nobody_ends_the_session_of_somebody_else(bureau: Bureau, lin: Account) -> None:
    qiu = device_of(world.account(bureau.qiu))
    phone = device_of(lin)
    assert qiu.post(f"/account/sessions/{session_of(phone).pk}/end/").status_code == 404
    qiu.post("/account/sessions/end/")
    assert is_in(phone)


@pytest.mark.parametrize("path", ["/account/sessions/end/", "/account/sessions/1/end/"])
def test_a_link_ends_nothing(path: str, lin: Account) -> None:
    assert device_of(lin).get(path).status_code == 405


def test_the_page_asks_the_same_for_one_and_for_three_devices(
    lin: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    desk = device_of(lin)
    for _more in range(3):
        with django_assert_max_num_queries(7):
            desk.get("/account/")
        device_of(lin)


def test_what_is_over_is_forgotten(lin: Account) -> None:
    old, new = device_of(lin), device_of(lin)
    kept = session_of(new).pk
    Session.objects.filter(pk=session_of(old).session_key).update(expire_date=world.AT)
    sessions.forget_ended(world.AT + dt.timedelta(seconds=1))
    assert list(UserSession.objects.values_list("pk", flat=True)) == [kept]
    assert is_in(new)


def test_an_expired_session_is_not_shown_as_open(lin: Account) -> None:
    old, desk = device_of(lin, WECHAT), device_of(lin)
    Session.objects.filter(pk=session_of(old).session_key).update(expire_date=world.AT - dt.timedelta(days=1))
    assert "微信" not in desk.get("/account/").content.decode()
