"""The menu: everybody finds their rooms, and only these."""

from __future__ import annotations

from itertools import chain

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tests import world
from tests.world import DAY, Bureau
from zhibu.apps.people.access import Asker, stranger
from zhibu.apps.people.models import Account
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind, Role
from zhibu.web.shell import navigation
from zhibu.web.shell.navigation import Entry, Link, navigation_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return world.bureau()


def links(asker: Asker, request: HttpRequest | None = None) -> list[Link]:
    found = navigation_for(request or RequestFactory().get("/"), asker)
    return list(chain.from_iterable(group.entries for group in found.groups))


def names(asker: Asker) -> set[str]:
    return {entry.name for entry in navigation.ENTRIES if entry.may(asker)}


def test_everybody_finds_their_rooms_and_only_these(bureau: Bureau) -> None:
    lin, chen = (asker_of(world.account(person), DAY) for person in (bureau.lin, bureau.chen))
    assert names(stranger(DAY)) == {"home"}
    assert names(chen) == {
        "today",
        "account",
        "meetings",
        "my_record",
        "notices",
        "my_roster",
        "guides",
        "learn",
        "campaigns",
        "honors",
        "ballots",
        "lists",
        "playbooks",
        "visits",
        "exhibitions",
        "organizations",
        "search",
        "rules",
        "forum",
    }
    assert names(lin) == names(chen) | {
        "this_month",
        "obligations",
        "plan",
        "figures",
        "records",
        "terms",
        "elections",
        "talks",
        "codes",
        "account_articles",
    }


def test_a_window_manager_finds_the_windows_besides(bureau: Bureau) -> None:
    account = world.account(bureau.wen)
    before = names(asker_of(account, DAY))
    world.grant(account, Role.WINDOW_MANAGER, of=bureau.inspection)
    windows = {"windows_now", "windows", "rosters", "rotations", "swaps", "questions", "feedback", "evaluations"}
    windows |= {"account_articles"}
    assert names(asker_of(account, DAY)) == before | windows | {"home"}


@pytest.mark.parametrize(
    ("role", "rooms"),
    [
        (Role.SYSTEM, {"imports"}),
        (Role.SECURITY, {"accounts", "grants", "codes"}),
        (Role.AUDIT, {"events", "grants"}),
    ],
)
def test_each_administrator_finds_the_rooms_of_the_role_and_no_other(role: Role, rooms: set[str]) -> None:
    account = world.account(login=role.value)
    world.grant(account, role)
    common = {"home", "account", "organizations", "search", "rules"}
    assert names(asker_of(account, DAY)) == rooms | common


def test_a_room_that_is_not_built_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_all(_asker: Asker) -> bool:
        return True

    entries = [
        Entry(name, _("Start"), for_all, "home", navigation.GROUPS[0]) for name in ("home", "not_built_yet", "menu")
    ]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    assert [link.url for link in links(stranger(DAY))] == ["/", "/menu/"]


def test_the_phone_shows_the_first_four_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_all(_asker: Asker) -> bool:
        return True

    entries = [Entry("menu", _("Start"), for_all, "home", navigation.GROUPS[0]) for _i in range(6)]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    assert [link.is_tab for link in links(stranger(DAY))] == [True] * 4 + [False] * 2


def test_the_groups_stand_together_whatever_the_order_of_the_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_all(_asker: Asker) -> bool:
        return True

    mine, branch, _windows, _office = navigation.GROUPS
    entries = [Entry("menu", _("Start"), for_all, "home", group) for group in (branch, mine, branch)]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    with override("zh-hans"):
        found = navigation_for(RequestFactory().get("/"), stranger(DAY)).groups
    assert [(group.label, len(group.entries)) for group in found] == [("我的", 1), ("党组织", 2)]


def test_the_present_room_is_marked_and_so_is_a_page_inside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_all(_asker: Asker) -> bool:
        return True

    entries = [Entry(name, _("Start"), for_all, "home", navigation.GROUPS[0]) for name in ("home", "account")]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    marked = {
        path: [link.is_here for link in links(stranger(DAY), RequestFactory().get(path))]
        for path in ("/", "/account/", "/account/password/", "/accounts/")
    }
    assert marked == {
        "/": [True, False],
        "/account/": [False, True],
        "/account/password/": [False, True],
        "/accounts/": [False, False],
    }


def start_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    answer = client.get("/")
    return answer["Location"] if answer.status_code == 302 else "/"


def test_everybody_starts_on_the_page_that_matters_to_them(bureau: Bureau) -> None:
    assert start_of(world.account(bureau.lin)) == "/month/"
    assert start_of(world.account(bureau.fang)) == "/obligations/"
    assert start_of(world.account(bureau.chen)) == "/today/"
    assert start_of(world.account(bureau.wen)) == "/today/"
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        account = world.account(login=role.value)
        world.grant(account, role)
        assert start_of(account) == "/"


def test_a_secretary_who_sits_in_a_committee_starts_with_the_branch(bureau: Bureau) -> None:
    world.appoint(bureau.lin, bureau.office, PostKind.ORGANIZATION_OFFICER)
    assert start_of(world.account(bureau.lin)) == "/month/"


def test_a_leader_starts_with_the_group(bureau: Bureau) -> None:
    world.appoint(bureau.chen, bureau.second_group, PostKind.GROUP_LEADER)
    assert start_of(world.account(bureau.chen)) == "/month/"


def test_the_start_page_says_where_one_stands(client: Client, bureau: Bureau) -> None:
    account = world.account(bureau.wen)
    world.grant(account, Role.WINDOW_MANAGER, of=bureau.inspection)
    client.force_login(account)
    page = client.get("/").content.decode()
    assert "闻宁，您好" in page
    assert "检务处党支部" in page
    assert "码头查验党支部" not in page


def test_a_stranger_is_sent_to_the_log_in_page_and_back(client: Client) -> None:
    answer = client.get("/menu/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/menu/")
