"""A reason that was given reaches those who may accept it, and its answer whoever gave it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.notices.models import Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.access import may_accept, organizations_answered_by
from zhibu.apps.oversight.actions import answer_reason, explain, withdraw_reason
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind
from zhibu.web.shell import clock
from zhibu.web.supervision import reasons

pytestmark = pytest.mark.django_db

SEPTEMBER = dt.date(2026, 9, 1)
THEME_DAYS = "/obligations/?requirement=theme_day"
WAIT = "等待答复的原因"


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    made = world.bureau()
    live.rebuild(DAY)
    return made


def account_of(person):
    return getattr(person, "account", None) or world.account(person)


def caller(person):
    client = Client()
    client.force_login(account_of(person))
    return client


def main_of(client, path):
    page = client.get(path).content.decode()
    return " ".join(page[page.index('<main id="main"') : page.index("</main>")].split())


def given(organization, *, by, reason="台风停航", first=SEPTEMBER, rule="theme_day", at=AT):
    cell = Cell.objects.get(organization=organization, rule=rule, first=first)
    return explain(cell, reason=reason, by=account_of(by), actor=OPERATOR, at=at)


def answered(waiver, *, by, accepted=False, answer="请补开", at=AT):
    answer_reason(waiver, accepted=accepted, answer=answer, by=account_of(by), actor=OPERATOR, at=at)


def box(client, organization, first=SEPTEMBER):
    """The sign and the word of the theme day of a month on the map."""
    shown = main_of(client, THEME_DAYS)
    return re.search(
        rf'href="/obligations/{organization.pk}/theme_day/{first}/" title="[^"]*"><b>(.)</b>([^<]+)<', shown
    ).groups()


# --- Those who may accept it find it -------------------------------------------------------------------------------


def test_a_reason_stands_above_the_map_of_those_above_and_opens_its_cell(house):
    given(house.inspection, by=house.lin)
    shown = main_of(caller(house.fang), "/obligations/")
    assert WAIT in shown
    way = f"/obligations/{house.inspection.pk}/theme_day/2026-09-01/"
    assert f'href="{way}">检务处党支部 · 主题党日 · 2026年9月</a>' in shown
    assert "台风停航" in shown
    assert "台风停航" in main_of(caller(house.fang), "/obligations/reasons/")


def test_neither_the_branch_itself_nor_the_other_committee_finds_it_waiting(house):
    given(house.inspection, by=house.lin)
    world.appoint(house.chen, house.harbor)
    for person in (house.lin, house.chen, house.qiu):
        client = caller(person)
        for path in ("/obligations/", "/obligations/reasons/"):
            assert "台风停航" not in main_of(client, path)
    assert "没有等待您答复的原因" in main_of(caller(house.qiu), "/obligations/reasons/")
    assert caller(house.wen).get("/obligations/reasons/").status_code == 403


def test_what_is_answered_taken_back_or_no_longer_owed_does_not_wait(house):
    fang = caller(house.fang)
    for month in (7, 8, 9):
        given(house.inspection, by=house.lin, reason=f"原因{month}", first=SEPTEMBER.replace(month=month))
    first, second, third = Waiver.objects.order_by("first")
    answered(first, by=house.fang)
    withdraw_reason(second, actor=OPERATOR, at=AT)
    Cell.objects.filter(organization=house.inspection, first=third.first).update(completed_on=DAY)
    assert "原因" not in main_of(fang, "/obligations/reasons/").replace(WAIT, "").replace("的原因", "")
    assert WAIT not in main_of(fang, "/obligations/")


def test_the_latest_stand_first_ten_above_the_map_and_all_on_pages_of_their_own(house):
    branches = [world.organization(f"GZ-A-1{i:02}", under=house.office) for i in range(30)]
    live.rebuild(DAY)
    for number, branch in enumerate(branches):
        given(branch, by=house.lin, reason=f"第{number:02}个", at=AT + dt.timedelta(minutes=number))
    fang = caller(house.fang)
    shown = main_of(fang, "/obligations/")
    assert re.findall(r"第(\d\d)个", shown) == [f"{number:02}" for number in range(29, 19, -1)]
    assert f"{WAIT}（30）" in shown
    assert '<a href="/obligations/reasons/">全部 30 条</a>' in shown
    assert len(re.findall(r"第(\d\d)个", main_of(fang, "/obligations/reasons/"))) == 25
    assert re.findall(r"第(\d\d)个", main_of(fang, "/obligations/reasons/?page=2"))[-1] == "00"
    assert re.findall(r"第(\d\d)个", main_of(fang, "/obligations/reasons/?page=99"))[-1] == "00"


def test_ten_wait_without_a_link_to_more(house, monkeypatch):
    monkeypatch.setattr(reasons, "ABOVE_THE_MAP", 2)
    fang = caller(house.fang)
    for month, more in ((7, False), (8, False), (9, True)):
        given(house.inspection, by=house.lin, first=SEPTEMBER.replace(month=month))
        assert ('href="/obligations/reasons/"' in main_of(fang, "/obligations/")) is more


def test_a_map_that_is_narrowed_shows_no_list(house):
    given(house.inspection, by=house.lin)
    fang = caller(house.fang)
    for path in (THEME_DAYS, "/obligations/?organization=GZ-A-01"):
        assert WAIT not in main_of(fang, path)


def test_the_question_and_the_queryset_agree_on_who_accepts(house):
    world.appoint(house.chen, house.harbor, PostKind.COMMITTEE_MEMBER)
    world.appoint(house.wen, house.root)
    for person in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        asker = asker_of(account_of(person), DAY)
        asked = {one.pk for one in Organization.objects.all() if may_accept(asker, one)}
        assert asked == {one.pk for one in organizations_answered_by(asker)}
        assert asked or person in (house.lin, house.qiu)


def test_the_map_with_its_list_costs_eight_statements_and_the_month_nine_however_it_is_narrowed(house):
    world.appoint(house.wen, house.root)
    for month in (3, 4, 5):
        given(house.inspection, by=house.lin, first=SEPTEMBER.replace(month=month))
    answered(Waiver.objects.earliest("first"), by=house.fang)
    for person in (house.lin, house.fang, house.wen):
        client = caller(person)
        for query in ("", "?all=1", "?organization=GZ-A-01", "?missing=on&size=25&page=2", "?page=9", "reasons/"):
            client.get(f"/obligations/{query}")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/obligations/{query}").status_code == 200
            assert len(queries) <= (10 if "page=" in query else 8), (person, query, len(queries))
        client.get("/month/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/month/")
        assert len(queries) <= 9


# --- Signs ---------------------------------------------------------------------------------------------------------


def test_a_box_says_by_sign_and_word_that_a_reason_was_given_or_that_more_is_asked(house):
    fang = caller(house.fang)
    assert box(fang, house.inspection) == ("△", "未见")
    waiver = given(house.inspection, by=house.lin)
    assert box(fang, house.inspection) == ("◇", "已报原因")
    assert box(fang, house.archive_branch) == ("△", "未见")
    answered(waiver, by=house.fang)
    assert box(fang, house.inspection) == ("◆", "请补充")
    assert "主题党日：未见记录，请补充，应于 2026-10-07 前归档" in main_of(fang, THEME_DAYS)
    answered(waiver, by=house.fang, accepted=True)
    assert box(fang, house.inspection) == ("※", "说明")


def test_a_box_of_several_says_so_only_where_a_reason_was_given_for_all(house):
    fang = caller(house.fang)
    year = {"first": dt.date(2026, 1, 1), "last": dt.date(2026, 12, 31), "why_not": ""}
    way = f"/obligations/{house.archive_branch.pk}/?first=2026-01-01&amp;last=2026-12-31"

    def sign():
        return re.search(rf'href="{re.escape(way)}" title="[^"]*"><b>(.)</b>', main_of(fang, "/obligations/"))[1]

    one, *others = Cell.objects.filter(organization=house.archive_branch, **year)
    waiver = explain(one, reason="执勤", by=None, actor=OPERATOR, at=AT)
    assert sign() == "○"
    for other in others:
        explain(other, reason="执勤", by=None, actor=OPERATOR, at=AT)
    assert (len(others) > 0, sign()) == (True, "◇")
    answered(waiver, by=house.fang)
    assert sign() == "◆"


def test_the_list_of_an_organization_says_it_beside_the_state(house):
    waiver = given(house.inspection, by=house.lin)
    client, path = caller(house.lin), f"/obligations/{house.inspection.pk}/?requirement=theme_day"
    assert main_of(client, path).count("已报原因") == 1
    answered(waiver, by=house.fang)
    assert main_of(client, path).count("请补充") == 1


def test_a_reason_in_time_is_said_before_the_due_date(house):
    given(house.inspection, by=house.lin, first=DAY.replace(day=1))
    assert box(caller(house.fang), house.inspection, DAY.replace(day=1)) == ("◇", "已报原因")


def test_this_month_says_that_a_reason_waits_and_what_the_committee_asked_for_instead(house):
    lin = caller(house.lin)
    assert "已报原因" not in main_of(lin, "/month/")
    waiver = given(house.inspection, by=house.lin)
    before = main_of(lin, "/month/")
    assert (before.count("已报原因"), '<details class="more">' in before) == (1, True)
    answered(waiver, by=house.fang, answer="请于月底前补开")
    shown = main_of(lin, "/month/")
    assert "已报原因" not in shown
    assert "请补充" in shown
    assert "上级答复：请于月底前补开" in shown
    assert '<details class="more" open>' in shown


# --- The answer ----------------------------------------------------------------------------------------------------


def told(person, **facts):
    return list(Notice.objects.filter(person=person, occasion="answered", **facts).values_list("title", "text"))


def test_who_gave_the_reason_is_told_the_answer_and_nobody_else(house):
    waiver = given(house.inspection, by=house.lin)
    assert not Notice.objects.filter(person=house.fang).exists()
    answered(waiver, by=house.fang, answer="请补开")
    assert told(house.lin) == [("请补充：主题党日", "检务处党支部 · 2026-09-01 – 2026-09-30 · 请补开")]
    assert Notice.objects.filter(occasion="answered").count() == 1
    shown = main_of(caller(house.lin), "/today/")
    assert f'<a href="/obligations/{house.inspection.pk}/theme_day/2026-09-01/">请补充：主题党日</a>' in shown


def test_a_changed_mind_a_reason_said_anew_and_one_taken_back_overtake_what_was_told(house):
    waiver = given(house.inspection, by=house.lin)
    answered(waiver, by=house.fang)
    later = AT + dt.timedelta(hours=1)
    answered(waiver, by=house.fang, accepted=True, answer="", at=later)
    assert told(house.lin, overtaken=False) == [("原因已认可：主题党日", "检务处党支部 · 2026-09-01 – 2026-09-30")]
    withdraw_reason(waiver, actor=OPERATOR, at=later)
    assert told(house.lin, overtaken=False) == []
    again = given(house.inspection, by=house.lin)
    answered(again, by=house.fang)
    given(house.inspection, by=house.lin, reason="另一原因")
    assert told(house.lin, overtaken=False) == []


def test_nobody_is_told_of_an_answer_of_their_own_nor_an_account_that_is_nobodys(house):
    owed = Cell.objects.filter(organization=house.office, why_not="", completed_on=None).first()
    own = explain(owed, reason="执勤", by=account_of(house.fang), actor=OPERATOR, at=AT)
    answered(own, by=house.fang, accepted=True)
    cell = Cell.objects.get(organization=house.inspection, rule="theme_day", first=SEPTEMBER)
    keeper = world.account(login="keeper")
    answered(explain(cell, reason="台风", by=keeper, actor=OPERATOR, at=AT), by=house.fang)
    assert not Notice.objects.filter(occasion="answered").exists()


def test_the_pages_are_good_on_both_screens(house, phone, desk):
    waiver = given(house.inspection, by=house.lin, first=SEPTEMBER.replace(month=8))
    given(house.inspection, by=house.lin, reason="台风停航，码头封闭三日，支部党员全部在岗值守，无法集中。")
    answered(waiver, by=house.fang, answer="请于月底前补开，并附照片以外的记录")
    fang, lin = account_of(house.fang), account_of(house.lin)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        for account, path, what in (
            (fang, "/obligations/", "map-reasons"),
            (fang, "/obligations/reasons/", "reasons"),
            (fang, f"{THEME_DAYS}&since=2026-07", "map-signs"),
            (lin, f"/obligations/{house.inspection.pk}/?requirement=theme_day", "cells-reasons"),
            (lin, "/month/", "month-reasons"),
            (lin, "/today/", "today-answered"),
        ):
            page = opens(account)
            page.goto(path)
            assert_good(page, f"{what}-{name}")
