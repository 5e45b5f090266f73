"""A member's whole day on a small phone: today, sign in, a unit in airplane mode, received, leave, the forum."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.gatherings import announced, opened
from tests.units import prescribed
from tests.web.browser import assert_fits
from tests.web.conftest import Opens
from tests.world import AT
from zhibu.apps.forum.models import Post
from zhibu.apps.learning.models import SelfStudy
from zhibu.apps.meetings.actions import sign_in
from zhibu.apps.meetings.models import Attendance, Leave
from zhibu.web.shell import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


def tap(page: Page, role: str, name: str) -> None:
    """The page as it stands fits the screen; then the button or link of this name is tapped."""
    assert_fits(page)
    page.locator("main").get_by_role(role, name=name).first.click()


def test_a_whole_day_on_a_phone_of_360_pixels(phone: Opens) -> None:
    house = world.bureau()
    unit, session = prescribed(house), opened(house, title="今天的支部党员大会")
    later = announced(house, AT + dt.timedelta(days=1), title="明天的党小组会")
    page = phone(world.account(house.chen), keeps=True)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/today/")
    tap(page, "link", "签到")
    page.get_by_label("六位数字").fill(sign_in.current_code(session, AT).short)
    tap(page, "button", "我已到会")
    expect(page.get_by_text("您已签到")).to_be_visible()

    page.goto("/today/")
    tap(page, "link", "待学内容保存在本机，没有网络也能学")
    expect(page.locator("[data-keep]").get_by_text("已存本机")).to_be_visible(timeout=15000)
    page.context.set_offline(True)
    tap(page, "link", unit.title)
    page.get_by_label("交接簿").check()
    tap(page, "button", "看看对不对")
    expect(page.locator("[data-said]")).to_contain_text("尚未发送")
    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_contain_text("已收到", timeout=15000)

    page.goto("/today/")
    tap(page, "link", later.title)
    tap(page, "button", "当班")
    expect(page.get_by_text("请假待答复")).to_be_visible()

    page.goto("/forum/")
    tap(page, "link", house.inspection.name)
    tap(page, "link", "新主题")
    page.locator('[name="title"]').fill("交接簿怎么记")
    page.locator('[name="text"]').fill("夜班的同志说说。")
    tap(page, "button", "发出")
    expect(page.get_by_role("heading", name="交接簿怎么记")).to_be_visible()
    assert_fits(page)

    page.wait_for_load_state("networkidle")
    assert [mark.person for mark in Attendance.objects.all()] == [house.chen]
    assert [study.person for study in SelfStudy.objects.all()] == [house.chen]
    assert (Leave.objects.get().person, Post.objects.get().writer) == (house.chen, house.chen)
