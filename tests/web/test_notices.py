"""What somebody was told, on today and on a page of its own, and how they set when they are told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import DONE, announced
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.notices.models import Notice, Wishes
from zhibu.domain.terms import Occasion, Role
from zhibu.web.shell import clock
from zhibu.web.shell.told import where

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def main_of(client, path):
    page = client.get(path).content.decode()
    return page[page.index('<main id="main"') : page.index("</main>")]


def put_off(house):
    meeting = announced(house)
    convening.postpone(meeting.pk, reason="台风", actor=DONE["actor"], at=AT)
    return meeting


def test_a_change_stands_on_today_and_opens_the_meeting_a_call_stands_there_as_the_meeting(house):
    meeting = announced(house)
    chen = client_of(house.chen)
    assert "会议通知：" not in main_of(chen, "/today/")
    assert "会议通知：" in main_of(chen, "/notices/")
    convening.postpone(meeting.pk, reason="台风", actor=DONE["actor"], at=AT)
    for path in ("/today/", "/notices/"):
        shown = main_of(chen, path)
        assert f'<a href="/meetings/{meeting.pk}/">会议延期：{meeting.title}</a>' in shown
        assert "台风" in shown


def test_everybody_reads_their_own_only_and_an_account_that_is_nobodys_has_none(house):
    put_off(house)
    assert "会议延期" not in main_of(client_of(house.qiu), "/notices/")
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    client = Client()
    client.force_login(keeper)
    assert {client.get(path).status_code for path in ("/notices/", "/notices/settings/")} == {404}
    assert Client().get("/notices/")["Location"].startswith("/accounts/login/")


def test_opening_a_page_notes_nothing(house):
    put_off(house)
    chen = client_of(house.chen)
    before = [list(model.objects.order_by("pk").values()) for model in (Notice, Wishes, Event)]
    for path in ("/today/", "/notices/", "/notices/settings/"):
        assert chen.get(path).status_code == 200
    assert [list(model.objects.order_by("pk").values()) for model in (Notice, Wishes, Event)] == before


def test_many_notices_come_in_pages_at_the_same_cost(house):
    chen, asked = client_of(house.chen), []
    for many in (1, 60):
        for number in range(many):
            message = Message(Occasion.OWED, f"cell:x/{many}/{number}/", f"提醒{number}", "", DAY)
            tell([house.chen.pk], message, key=f"{many}-{number}", at=AT)
        for path in ("/notices/", "/today/"):
            chen.get(path)
            with CaptureQueriesContext(connection) as queries:
                page = chen.get(path)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    assert max(asked) <= 8
    assert page.content.decode().count("提醒") == 5
    assert chen.get("/notices/?page=3").status_code == 200


@pytest.mark.parametrize(
    ("about", "url"),
    [
        ("meeting:01900000-0000-7000-8000-000000000000", "/meetings/01900000-0000-7000-8000-000000000000/"),
        (
            "cell:01900000-0000-7000-8000-000000000000/leader_lesson/2026-07-01/secretary",
            "/obligations/01900000-0000-7000-8000-000000000000/leader_lesson/2026-07-01/?post=secretary",
        ),
        (
            "cell:01900000-0000-7000-8000-000000000000/theme_day/2026-11-01/",
            "/obligations/01900000-0000-7000-8000-000000000000/theme_day/2026-11-01/",
        ),
        ("something:else", ""),
        ("", ""),
    ],
)
def test_a_notice_leads_to_what_it_is_about(about, url):
    assert where(about) == url


# --- When and how --------------------------------------------------------------------------------------------------


def test_hours_and_mail_are_set_and_said_again(house, settings):
    settings.MAIL_URL = "smtp://localhost"
    chen = client_of(house.chen)
    asked = {"starts": "20:00", "ends": "08:00", "by_mail": "on", "email": "chen@example.cn"}
    assert chen.post("/notices/settings/", asked)["Location"] == "/notices/"
    kept = Wishes.objects.get()
    assert (kept.person_id, kept.starts, kept.ends) == (house.chen.pk, dt.time(20), dt.time(8))
    assert (kept.by_mail, kept.email) == (True, "chen@example.cn")
    shown = main_of(chen, "/notices/settings/")
    assert 'value="20:00"' in shown
    assert 'value="chen@example.cn"' in shown


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"starts": "08:30", "ends": "08:30"}, "起止时间相同"),
        ({"starts": "08:30", "ends": "20:00", "by_mail": "on"}, "请填写收通知的邮箱"),
        ({"starts": "25:00", "ends": "20:00"}, "有效"),
        ({"starts": "08:30", "ends": "20:00", "by_mail": "on", "email": "x@y\nBcc: all@example.cn"}, "有效"),
        ({"by_mail": "on"}, "请填写这一项"),
    ],
)
def test_what_can_not_be_is_refused_by_field(house, settings, wrong, says):
    settings.MAIL_URL = "smtp://localhost"
    answer = client_of(house.chen).post("/notices/settings/", wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Wishes.objects.exists()


def test_where_no_mail_is_sent_none_is_offered_and_an_address_kept_before_stays(house):
    Wishes.objects.create(person=house.chen, by_mail=True, email="chen@example.cn")
    chen = client_of(house.chen)
    assert 'name="email"' not in main_of(chen, "/notices/settings/")
    chen.post("/notices/settings/", {"starts": "09:00", "ends": "21:00"})
    kept = Wishes.objects.get()
    assert (kept.starts, kept.by_mail, kept.email) == (dt.time(9), True, "chen@example.cn")


# --- In a browser --------------------------------------------------------------------------------------------------


def test_the_pages_are_good_on_both_screens(house, phone, desk, settings):
    settings.MAIL_URL = "smtp://localhost"
    put_off(house)
    message = Message(Occasion.OWED, "cell:x/y/2026-11-01/", "请在11月30日前：主题党日", "检务处党支部", DAY)
    tell([house.chen.pk], message, key="x", at=AT)
    account, nobody = world.account(house.chen), world.account(house.wen)
    for opens in (phone, desk):
        for path, name in (("/today/", "today-told"), ("/notices/", "notices"), ("/notices/settings/", "wishes")):
            page = opens(account)
            page.goto(path)
            assert_good(page, name)
        page = opens(nobody)
        page.goto("/notices/")
        assert_good(page, "notices-none")
