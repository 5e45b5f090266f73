"""The pages of accounts as they look and read: on a phone and on a desk, with nothing that axe-core objects to."""

from __future__ import annotations

import pytest

from tests import world
from tests.web.browser import assert_good
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.people.actions.accounts import close_account, hand_out_codes
from zhibu.apps.people.models import Account
from zhibu.domain.terms import PostKind, Role
from zhibu.web.shell import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def house():
    house = world.bureau()
    for name in ("何堃", "苏旻", "叶喆", "郑玥"):
        world.account(world.member(name, house.inspection))
    world.appoint(house.chen, house.office, PostKind.DISCIPLINE_OFFICER)
    hand_out_codes([house.wen], actor=OPERATOR, at=clock.now())
    close_account(Account.objects.get(name="郑玥"), actor=OPERATOR, at=clock.now())
    for name in ("白一", "白二", "白三"):
        world.member(name, house.inspection)
    return house


@pytest.fixture(params=["phone", "desk"])
def screen(request):
    return request.getfixturevalue(request.param)


def press(page, name):
    """Press what leads to another page, and go on when that one stands."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_a_secretary_prints_a_sheet(house, screen):
    page = screen(world.account(house.lin))
    page.goto("/codes/")
    assert_good(page, "codes choose")
    press(page, "继续")
    assert_good(page, "codes confirm")
    press(page, "生成并显示")
    assert page.locator(".slip").count() == 3
    assert_good(page, "codes sheet")


def test_the_security_administrator_looks_after_accounts_and_roles(house, screen):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SECURITY)
    world.grant(world.account(login="auditor"), Role.AUDIT)
    lin = world.account(house.lin)
    world.grant(lin, Role.WINDOW_MANAGER, of=house.inspection)
    page = screen(keeper)
    for address, name in (
        ("/administration/accounts/", "accounts"),
        ("/administration/accounts/?text=nobody", "accounts none"),
        (f"/administration/accounts/{lin.pk}/", "account"),
        (f"/administration/accounts/{keeper.pk}/", "account of an administrator"),
        (f"/administration/accounts/{lin.pk}/close/", "account close"),
        (f"/administration/accounts/{lin.pk}/roles/", "role give"),
        ("/administration/roles/", "roles"),
        (f"/administration/roles/{lin.grants.get().pk}/end/", "role end"),
        ("/codes/", "codes organizations"),
        (f"/administration/accounts/{lin.pk}/code/", "code confirm"),
    ):
        page.goto(address)
        assert_good(page, name)
    press(page, "生成并显示")
    assert_good(page, "code")


def test_the_audit_administrator_reads_the_events(house, screen):
    auditor = world.account(login="auditor")
    world.grant(auditor, Role.AUDIT)
    page = screen(auditor)
    page.goto("/administration/events/")
    assert_good(page, "events")
    page.goto(f"/administration/events/{Event.objects.filter(type='organization_founded').first().id}/")
    press(page, "打开文档")
    assert_good(page, "event")


def test_one_makes_a_token_of_ones_own(house, screen):
    page = screen(world.account(house.lin))
    page.goto("/account/tokens/")
    assert_good(page, "tokens none")
    page.goto("/account/tokens/new/")
    page.locator("input[type=password]").fill(world.PASSWORD)
    with page.expect_navigation():
        page.locator("main button[type=submit]").click()
    page.get_by_label("用途").fill("点名演练")
    assert_good(page, "token new")
    press(page, "生成")
    assert_good(page, "token made")
    page.goto("/account/tokens/")
    assert_good(page, "tokens")
