"""What if: a committee tries a rule or a date on its own subtree, and nothing is stored."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests import world
from tests.web.browser import assert_good
from tests.web.visits import client_of, text
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.facts import organizations_of
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.queries import obligations
from zhibu.apps.oversight.what_if import Sandbox, what_if
from zhibu.apps.rules.queries import all_rules
from zhibu.domain.compliance import Status
from zhibu.domain.terms import PostKind, Role
from zhibu.domain.what_if import Effect, OtherRule, with_other
from zhibu.web.shell import clock, forms

pytestmark = pytest.mark.django_db

MONTHLY = "/rules/what-if/?rule=general_meeting&period=month&since=2027-01-01"


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    made = world.bureau()
    live.rebuild(DAY)
    return made


@pytest.fixture
def fang(house):
    """Of the committee of the office."""
    return client_of(house.fang)


def test_a_committee_sees_who_would_owe_what_from_which_day_and_by_which_article(house, fang):
    shown = text(fang.get(MONTHLY))
    assert house.inspection.name in shown
    assert "要求有变" in shown
    assert "2027-01-01" in shown
    assert "每季度不少于 1 次" in shown
    assert "每月不少于 1 次" in shown
    assert "《中国共产党支部工作条例（试行）》第十一条" in shown


def test_only_its_own_subtree_is_shown(house, fang):
    shown = text(fang.get(f"{MONTHLY}&all=1"))
    assert house.platform.name not in shown
    assert f'value="{house.platform.code}"' not in shown
    answer = fang.get(f"/rules/what-if/?organization={house.platform.code}&dissolved=2026-12-01")
    assert "没有变化" not in text(answer)
    assert "2026-12-31" not in text(answer)


def test_nothing_is_stored(house, fang):
    cells = sorted(Cell.objects.values_list("organization", "rule", "first", "due", "needed"))
    events = Event.objects.count()
    for asked in ("&use=off", "&count=3&grace=0", f"&organization={house.inspection.code}&dissolved=2026-12-15"):
        assert fang.get(MONTHLY + asked).status_code == 200
    assert sorted(Cell.objects.values_list("organization", "rule", "first", "due", "needed")) == cells
    assert Event.objects.count() == events
    house.inspection.refresh_from_db()
    assert house.inspection.dissolved is None
    assert "theme_day" in {rule.id for rule in all_rules()}


def test_what_it_says_is_what_the_whole_evaluation_says_under_the_two_sets_of_rules(house):
    """The sandbox takes no records and asks only for what differs; here everything is evaluated and set apart."""
    other = OtherRule(id="theme_day", since=dt.date(2027, 2, 1), is_on=False)
    since, until = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
    rows = list(Organization.objects.all())
    found = what_if(rows, Sandbox(rule=other), since=since, until=until)

    def owed(rules):
        cells = obligations(None, since=since, until=until, on=until, rules=rules)
        return {
            (cell.organization, cell.rule.id, cell.first)
            for cell in cells
            if cell.status is not Status.NOT_APPLICABLE and cell.rule.id == "theme_day"
        }

    lost = owed(all_rules()) - owed(with_other(all_rules(), other))
    assert {(one.organization, one.rule.id, cell.first) for one in found for cell in one.before} == lost
    assert {one.effect for one in found} == {Effect.LOSES}
    assert {one.since for one in found} == {dt.date(2027, 2, 1)}
    assert len(found) == len([row for row in organizations_of(None) if row.kind == "branch"])


def test_a_dissolved_branch_owes_no_more_and_neither_do_its_groups(house, fang):
    shown = text(fang.get(f"/rules/what-if/?organization={house.inspection.code}&dissolved=2026-12-15&all=1"))
    assert "不再要求" in shown
    assert "2026-12-01" in shown
    assert house.first_group.name in shown
    assert "主题党日" in shown


def test_the_seventh_full_member_brings_committee_meetings(house, fang):
    shown = text(fang.get(f"/rules/what-if/?organization={house.inspection.code}&full_members=7&since=2026-12-15"))
    assert "支部委员会会议" in shown
    assert "2027-01-01" in shown
    assert "增加" in shown


def test_what_a_unit_could_not_put_in_force_is_said(house, fang):
    shown = text(fang.get("/rules/what-if/?rule=theme_day&period=quarter&since=2027-01-01"))
    assert "仅供推演：《中国共产党支部工作条例（试行）》第十六条（应当）在执行" in shown
    assert "仅供推演：" not in text(fang.get("/rules/what-if/?rule=theme_day&count=2&since=2027-01-01"))


def test_what_each_member_would_owe_is_said_once_for_the_branch_and_names_nobody(house, fang):
    shown = text(fang.get("/rules/what-if/?rule=learning_hours&count=40&since=2027-01-01&all=1"))
    assert "每名党员" in shown
    assert "不少于 40 学时" in shown
    assert house.chen.name not in shown


def test_only_one_effect_is_shown_where_it_is_asked_for(house, fang):
    shown = text(fang.get(f"{MONTHLY}&effect=gains"))
    assert "没有变化" in shown


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("period=month", "请选择要推演的规定"),
        ("full_members=7", "请选择要推演的党组织"),
        ("rule=theme_day&since=2050-01-01", "请选择2025年至2031年之间的日期"),
        ("rule=theme_day&count=0", "1"),
        ("rule=nothing", "nothing"),
    ],
)
def test_what_can_not_be_tried_is_told_at_its_field(fang, asked, says):
    answer = fang.get(f"/rules/what-if/?{asked}")
    assert answer.status_code == 200
    assert says in text(answer)
    assert 'aria-invalid="true"' in text(answer)


def test_among_more_organizations_than_a_list_can_offer_one_types_which(house, fang, monkeypatch):
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)
    branch = house.inspection
    chosen = text(fang.get("/rules/what-if/", {"organization": branch.name[:-2], "dissolved": "2026-12-31"}))
    assert chosen.count(branch.name) > 0
    assert "aria-invalid" not in chosen
    by_code = text(fang.get("/rules/what-if/", {"organization": branch.code, "dissolved": "2026-12-31"}))
    assert "aria-invalid" not in by_code
    for typed, says in (("支部", "个组织叫这个名称"), ("没有的", "有 0 个组织")):
        assert says in text(fang.get("/rules/what-if/", {"organization": typed, "dissolved": "2026-12-31"}))


def test_dates_in_the_wrong_order_are_told(house, fang):
    asked = f"organization={house.inspection.code}&founded=2026-12-01&dissolved=2026-11-01"
    assert "撤销日期须在成立日期之后" in text(fang.get(f"/rules/what-if/?{asked}"))


def test_it_is_taken_away_as_a_workbook(house, fang):
    answer = fang.get(MONTHLY.replace("what-if/", "what-if.xlsx"))
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    said = [row for row in rows if row[0] == house.inspection.name]
    assert [(row[3], row[4], row[5]) for row in said] == [("支部党员大会", "要求有变", "2027-01-01")]


def test_a_secretary_of_a_branch_and_members_do_not_try_rules(house):
    for person in (house.lin, house.chen, house.wen):
        assert client_of(person).get("/rules/what-if/").status_code == 403
        assert client_of(person).get("/rules/what-if.xlsx").status_code == 403
        assert "what-if" not in text(client_of(person).get("/rules/"))


def test_who_keeps_the_rules_tries_them_on_the_whole_house(house):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(keeper)
    shown = text(client.get(f"{MONTHLY}&all=1"))
    assert house.platform.name in shown
    assert house.inspection.name in shown
    assert "/rules/what-if/" in text(client.get("/rules/"))


def test_the_page_asks_eight_times_at_most_whatever_is_tried(house, fang, django_assert_max_num_queries):
    world.appoint(house.chen, house.inspection, PostKind.COMMITTEE_MEMBER)
    fang.get("/rules/what-if/")
    for asked in ("", MONTHLY.partition("?")[2], f"organization={house.inspection.code}&dissolved=2026-12-15"):
        with django_assert_max_num_queries(8):
            fang.get(f"/rules/what-if/?{asked}")


def test_the_page_is_good_on_a_phone_and_at_a_desk(house, phone, desk):
    account = world.account(house.fang)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto(MONTHLY)
        assert_good(page, f"what-if-{name}")
