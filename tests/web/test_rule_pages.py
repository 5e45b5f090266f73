"""The rules, for everybody to read; and the page on which the unit confirms one with its source."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests import world
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.rules.models import Confirmation
from zhibu.apps.rules.queries import packed_rules
from zhibu.domain.terms import Role
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

OFF = "/rules/learning_hours.officers/2024-01-01/confirm/"
SAID = {"document": "中办发〔2024〕12号", "article": "9", "dated": "2024-02-01", "in_force": "2024-03-01"}


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    return world.bureau()


def caller(person, *, language="zh-hans"):
    client = Client(headers={"Accept-Language": language})
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


@pytest.fixture
def keeper(house):
    account = world.account(login="keeper")
    world.grant(account, Role.SYSTEM)
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def test_every_member_reads_every_rule_with_its_text_its_strength_and_how_far_it_was_compared(house):
    shown = text(caller(house.chen).get("/rules/?all=1"))
    for rule in packed_rules():
        assert rule.citation.zh in shown
        assert rule.label in shown
    for word in ("原文已核", "内容已核，条号待核", "未核", "每季度不少于 1 次", "每年不少于 32 学时", "全国"):
        assert word in shown
    assert "/confirm/" not in shown
    assert 'href="/rules/"' in text(caller(house.wen).get("/menu/"))


def test_the_rules_of_a_day_of_one_kind_are_found(house):
    chen = caller(house.chen)
    shown = text(chen.get("/rules/?state=on&about=votes&all=1&on=2019-06-01"))
    assert "支部党员大会作出决议" in shown
    assert "主题党日" not in shown
    assert "选举工作暂行条例》" in shown
    assert "选举工作条例》" not in shown
    assert "没有这类规定" in text(chen.get("/rules/?layer=unit"))
    assert chen.get("/rules/?on=yesterday").status_code == 400


def test_the_rules_are_taken_away_as_a_workbook(house):
    sheet = load_workbook(io.BytesIO(caller(house.chen).get("/rules.xlsx?state=off").content)).active
    said = [row for row in sheet.iter_rows(values_only=True) if row[4]]
    assert len(said) == 1 + sum(not rule.is_on for rule in packed_rules())


def test_who_keeps_the_rules_confirms_one_and_takes_it_back(house, keeper):
    assert OFF in text(keeper.get("/rules/?state=off&all=1"))
    assert keeper.post(OFF, SAID).status_code == 302
    made = Confirmation.objects.get()
    shown = text(keeper.get("/rules/?state=on&all=1"))
    assert "第九条" in shown
    assert "中办发〔2024〕12号，2024-02-01。" in shown
    back = f"/rules/confirmations/{made.pk}/take-back/"
    assert back in shown
    assert OFF not in text(keeper.get("/rules/?all=1"))
    assert "撤回确认" in text(keeper.get(back))
    assert keeper.post(back).status_code == 302
    assert OFF in text(keeper.get("/rules/?state=off&all=1"))
    keeper.post(OFF, SAID)  # the first one never counted: it was taken back on its day
    assert text(keeper.get("/rules/?state=on&all=1")).count("中办发〔2024〕12号，2024-02-01。") == 1


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"document": " "}, "文号"),
        ({"dated": "2026-11-24", "in_force": "2026-11-24"}, "这一天还没有到"),
        ({"in_force": "2024-01-31"}, "施行日期不能早于成文日期（2024-02-01）"),
        ({"article": "0"}, "请填写条号"),
        ({"article": "nine"}, "article"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_what_was_typed_stays(house, keeper, facts, says):
    answer = keeper.post(OFF, SAID | facts)
    assert answer.status_code == 200
    shown = text(answer)
    assert says in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="2024-02-01"' in shown or "dated" in facts
    assert not Confirmation.objects.exists()


def test_nobody_else_confirms_and_what_is_on_can_not_be(house, keeper):
    for person in (house.lin, house.fang, house.chen):
        assert caller(person).get(OFF).status_code == 403
        assert caller(person).post(OFF, SAID).status_code == 403
    for address in ("/rules/theme_day/2018-10-28/confirm/", "/rules/learning_hours.officers/2024-01-02/confirm/"):
        assert keeper.get(address).status_code == 404


def test_the_page_asks_few_questions_of_the_database(house, django_assert_max_num_queries):
    client = caller(house.chen)
    client.get("/rules/")
    with django_assert_max_num_queries(5):
        client.get("/rules/")


def test_the_pages_are_good_on_a_phone_and_at_a_desk(house, phone, desk):
    account = world.account(login="keeper2")
    world.grant(account, Role.SYSTEM)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto("/rules/?state=on")
        assert_good(page, f"rules-{name}")
        page.goto(OFF)
        assert_good(page, f"rule-confirm-{name}")
