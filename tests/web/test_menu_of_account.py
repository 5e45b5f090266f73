"""The menus of the account: set by the system administrator, sent by the worker, shown by audience, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from tests import world
from tests.official import playing, set_account
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import text_of
from tests.world import AT, Bureau
from zhibu.apps.account_content.actions import binding
from zhibu.apps.account_content.actions.menus import RETRY_AFTER
from zhibu.apps.account_content.models import Binding, Labeled, Menu
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.people.models import Account
from zhibu.domain.terms import AccountApp, Role, Sending
from zhibu.web.official_account import setting_menus
from zhibu.web.official_account.setting_menus import set_menus_due
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import PAUSE
from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused
from zhibu.wechat.official import OfficialAccount
from zhibu.wechat.stand_in.server import StandIn

pytestmark = pytest.mark.django_db

PLACE = "/administration/account-menus/"
DONE = {"actor": OPERATOR, "at": AT}
#: A line that answers, one that opens a page, one with two below.
TYPED = {
    "name_1": "指南",
    "does_1": "page:public_guides",
    "name_2": "帮助",
    "does_2": "帮助",
    "name_3": "更多",
    "name_3_1": "文章",
    "does_3_1": "文章",
    "name_3_4": "提问题给窗口",
    "does_3_4": "page:public_ask",
}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Bureau:
    return world.bureau()


@pytest.fixture
def keeper(house: Bureau) -> Account:
    account = world.account(login="system")
    world.grant(account, Role.SYSTEM)
    return account


@pytest.fixture
def system(keeper: Account) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(keeper)
    return client


@pytest.fixture
def stand_in(settings: LazySettings) -> Iterator[StandIn]:
    with playing(settings) as running:
        yield running
    setting_menus._NO_LABELS.end()


def sent(system: Client, audience: str = "everybody", typed: dict[str, str] | None = None) -> None:
    assert system.post(f"{PLACE}{audience}/", typed or TYPED).status_code == 302
    set_menus_due(clock.now)


# --- Set -----------------------------------------------------------------------------------------------------------


def test_a_menu_is_looked_at_set_sent_and_shown(system: Client, stand_in: StandIn) -> None:
    looked = text_of(system.post(f"{PLACE}everybody/", TYPED | {"do": "look"}))
    assert "打开“业务指南”" in looked
    assert not Menu.objects.exists()
    system.post(f"{PLACE}everybody/", TYPED)
    assert "待发送" in text_of(system.get(PLACE))
    set_menus_due(clock.now)
    assert "已发出" in text_of(system.get(PLACE))
    assert stand_in.platform.menu_of("oPhone1") == [
        {"type": "view", "name": "指南", "url": "https://zhibu.example.cn/public/guides/"},
        {"type": "click", "name": "帮助", "key": "帮助"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "click", "name": "文章", "key": "文章"},
                {"type": "view", "name": "提问题给窗口", "url": "https://zhibu.example.cn/public/ask/"},
            ],
        },
    ]
    assert 'value="提问题给窗口"' in system.get(f"{PLACE}everybody/").content.decode()


def test_what_the_platform_would_refuse_is_refused_by_field(system: Client, stand_in: StandIn) -> None:
    page = system.post(
        f"{PLACE}everybody/",
        {
            "name_1": "五个汉字长",
            "does_1": "帮助",
            "name_2": "空的",
            "name_3": "两样",
            "does_3": "帮助",
            "does_3_2": "文章",
        },
    )
    said = text_of(page, 422)
    for word in ("最多显示4个汉字", "请选择点按后做什么", "请选“—”", "请填写名称"):
        assert word in said
    assert "至少有一项" in text_of(system.post(f"{PLACE}everybody/", {"do": "save"}), 422)
    assert system.post(f"{PLACE}everybody/", {"name_1": "出去", "does_1": "https://example.com"}).status_code == 422
    assert not Menu.objects.exists()


def test_only_the_system_administrator_sets_menus(house: Bureau, stand_in: StandIn) -> None:
    client = Client()
    client.force_login(world.account(house.lin))
    assert [
        client.get(path).status_code for path in (PLACE, f"{PLACE}everybody/", f"{PLACE}everybody/take-back/")
    ] == [403] * 3


def test_in_the_public_profile_no_line_asks_for_what_is_ones_own(
    system: Client, stand_in: StandIn, settings: LazySettings
) -> None:
    settings.WECHAT_PROFILE = "public"
    assert system.post(f"{PLACE}everybody/", {"name_1": "本月", "does_1": "本月"}).status_code == 422
    assert system.get(f"{PLACE}bound/").status_code == 404
    sent(system, typed={"name_1": "文章", "does_1": "文章"})
    assert stand_in.platform.menu


def test_without_an_account_the_page_says_so(system: Client, settings: LazySettings) -> None:
    set_account(settings, profile="none")
    assert "没有可以由程序送达的公众号" in text_of(system.get(PLACE))
    assert set_menus_due(clock.now) == 0


# --- By audience ---------------------------------------------------------------------------------------------------


def test_bound_phones_see_a_menu_of_their_own_and_what_is_pressed_is_answered(
    house: Bureau, system: Client, stand_in: StandIn
) -> None:
    assert "先设置" in text_of(system.post(f"{PLACE}bound/", {"name_1": "会议", "does_1": "会议"}), 422)
    sent(system)
    binding.bind(world.account(house.chen), app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)
    sent(system, "bound", {"name_1": "会议", "does_1": "会议"})
    platform = stand_in.platform
    assert [one["name"] for one in platform.menu_of("oPhone1")] == ["会议"]
    assert [one["name"] for one in platform.menu_of("oPhone2")] == ["指南", "帮助", "更多"]
    sent(system, "bound", {"name_1": "本月", "does_1": "本月"})
    assert len(platform.menus_of) == 1
    assert [one["name"] for one in platform.menu_of("oPhone1")] == ["本月"]


def test_whose_phone_is_cut_off_sees_the_menu_of_everybody_again(
    house: Bureau, system: Client, stand_in: StandIn
) -> None:
    sent(system)
    sent(system, "bound", {"name_1": "会议", "does_1": "会议"})
    bound = binding.bind(world.account(house.chen), app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1")[0]["name"] == "会议"
    assert set_menus_due(clock.now) == 0
    binding.unbind(bound, **DONE)
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1")[0]["name"] == "指南"
    assert not Labeled.objects.exists()


def test_one_that_the_platform_does_not_know_keeps_nobody_else_from_their_menu(
    house: Bureau, system: Client, stand_in: StandIn
) -> None:
    sent(system)
    sent(system, "bound", {"name_1": "会议", "does_1": "会议"})
    for person, sender in ((house.chen, "oNobody"), (house.lin, "oPhone1")):
        binding.bind(world.account(person), app=AccountApp.OFFICIAL, sender=sender, **DONE)
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1")[0]["name"] == "会议"
    assert set_menus_due(clock.now) == 0
    assert Binding.objects.count() == Labeled.objects.count() == 2


def test_an_account_without_the_right_to_labels_keeps_answering(
    house: Bureau, system: Client, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(system)
    sent(system, "bound", {"name_1": "会议", "does_1": "会议"})
    binding.bind(world.account(house.chen), app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)

    def refuses(*_given: object) -> int:
        raise PlatformRefused(48001, "api unauthorized")

    with monkeypatch.context() as patched:
        patched.setattr(OfficialAccount, "label", refuses)
        set_menus_due(clock.now)
    assert not PAUSE.holds(AT)
    assert set_menus_due(clock.now) == 0
    monkeypatch.setattr(clock, "now", lambda: AT + dt.timedelta(minutes=1))
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1")[0]["name"] == "会议"


def test_taken_back_it_is_gone_and_that_of_everybody_goes_last(
    house: Bureau, system: Client, stand_in: StandIn
) -> None:
    sent(system)
    binding.bind(world.account(house.chen), app=AccountApp.OFFICIAL, sender="oPhone1", **DONE)
    sent(system, "bound", {"name_1": "会议", "does_1": "会议"})
    assert system.post(f"{PLACE}everybody/take-back/").status_code == 409
    system.post(f"{PLACE}bound/take-back/")
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1")[0]["name"] == "指南"
    assert stand_in.platform.labeled["100"] == set()
    system.post(f"{PLACE}everybody/take-back/")
    set_menus_due(clock.now)
    assert stand_in.platform.menu_of("oPhone1") == []
    assert system.post(f"{PLACE}everybody/take-back/").status_code == 409
    assert Event.objects.filter(type="account_menu_taken_back").count() == 2


# --- When the platform does not take it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "state", "again"),
    [
        (PlatformRefused(48001, "api unauthorized"), Sending.GIVEN_UP, None),
        (PlatformAway("not reached"), Sending.WAITING, AT + RETRY_AFTER),
        (MaybeSent("no answer"), Sending.MAYBE_SENT, AT + RETRY_AFTER),
    ],
)
def test_how_far_it_is_stands_on_the_page(
    system: Client,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    state: Sending,
    again: dt.datetime | None,
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(OfficialAccount, "set_menu", fails)
        sent(system)
    menu = Menu.objects.get()
    assert (menu.way, menu.send_at) == (state, again)
    page = text_of(system.get(PLACE))
    assert state.zh in page
    assert ("48001 api unauthorized" in page) is (again is None)
    PAUSE.end()
    if again is None:
        system.post(f"{PLACE}everybody/", TYPED)
    Menu.objects.update(send_at=AT)
    set_menus_due(clock.now)
    assert Menu.objects.get().way is Sending.SENT


def test_what_is_set_while_the_one_before_is_sent_is_sent_too(
    system: Client, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = OfficialAccount.set_menu

    def meanwhile(self: OfficialAccount, *given: object, **named: object) -> None:
        take(self, *given, **named)  # type: ignore[arg-type]
        system.post(f"{PLACE}everybody/", {"name_1": "新的", "does_1": "帮助"})

    with monkeypatch.context() as patched:
        patched.setattr(OfficialAccount, "set_menu", meanwhile)
        sent(system)
    assert Menu.objects.get().way is Sending.WAITING
    set_menus_due(clock.now)
    assert stand_in.platform.menu[0]["name"] == "新的"


# --- In a browser --------------------------------------------------------------------------------------------------


def test_a_menu_is_set_on_a_phone_and_at_a_desk(
    keeper: Account, stand_in: StandIn, phone: Opens, desk: Opens
) -> None:
    for opens in (phone, desk):
        Menu.objects.all().delete()
        page = opens(keeper)
        page.goto(f"{PLACE}everybody/")
        page.locator("#id_name_1").fill("指南")
        page.locator("#id_does_1").select_option("page:public_guides")
        page.locator("#id_name_2").fill("更多")
        page.get_by_text("下级菜单").nth(1).click()
        page.locator("#id_name_2_1").fill("有什么可以问")
        page.locator("#id_does_2_1").select_option("帮助")
        page.get_by_role("button", name="预览一下").click()
        assert_good(page, "account menu looked at")
        page.locator("#id_name_1").fill("太长的名称")
        page.get_by_role("button", name="送往平台").click()
        assert_good(page, "account menu refused")
        page.locator("#id_name_1").fill("指南")
        page.get_by_role("button", name="送往平台").click()
        page.wait_for_url(f"**{PLACE}")
        assert_good(page, "account menus")
