"""What is owed, on pages: this month for who convenes, and one cell that explains itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import world
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening
from zhibu.apps.oversight import live
from zhibu.apps.oversight.models import Waiver
from zhibu.domain.terms import Audience, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
SEPTEMBER = "2026-09-01"


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    made = world.bureau()
    live.rebuild(DAY)
    return made


def caller(person):
    client = Client()
    client.force_login(world.account(person))
    return client


def address(organization, rule="theme_day", first=SEPTEMBER):
    return f"/obligations/{organization.pk}/{rule}/{first}/"


def text(answer):
    return " ".join(answer.content.decode().split())


# --- This month


def test_this_month_says_what_is_owed_by_which_article_and_how_to_begin(house):
    shown = text(caller(house.lin).get("/month/"))
    assert "主题党日" in shown
    assert "《中国共产党支部工作条例（试行）》第十六条" in shown
    assert f"/meetings/new/?organization={house.inspection.code}&amp;kind=theme_day" in shown
    assert "2026-12-07前归档" in shown


def test_a_meeting_on_its_way_is_gone_on_with_and_not_convened_again(house):
    lin = caller(house.lin)
    starts = AT + dt.timedelta(days=2)
    meeting = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.THEME_DAY,
        title="十一月主题党日",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=2))],
        agenda=[],
        audience=Audience.MEMBERS,
        chair=house.lin,
        made_by=None,
        **DONE,
    )
    shown = text(lin.get("/month/"))
    assert f"/meetings/{meeting.pk}/" in shown
    assert f'organization={house.inspection.code}&amp;kind=theme_day"' not in shown


def test_a_joint_meeting_on_its_way_is_gone_on_with_by_each_that_holds_it(house):
    starts = AT + dt.timedelta(days=2)
    meeting = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.THEME_DAY,
        title="联合主题党日",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=2))],
        agenda=[],
        audience=Audience.MEMBERS,
        chair=house.lin,
        joint_with=[house.quay],
        made_by=None,
        **DONE,
    )
    shown = text(caller(house.qiu).get("/month/"))
    assert f"/meetings/{meeting.pk}/" in shown
    assert f'organization={house.quay.code}&amp;kind=theme_day"' not in shown


def test_a_period_without_a_record_is_entered_or_explained_and_said_neutrally(house):
    shown = text(caller(house.lin).get("/month/"))
    assert "往期未见记录" in shown
    assert "kind=theme_day&amp;late=1" in shown
    for word in ("违规", "落后", "逾期", "造假"):
        assert word not in shown


@pytest.mark.parametrize(
    ("today", "is_shown"), [(dt.date(2027, 1, 1), True), (dt.date(2027, 1, 7), True), (dt.date(2027, 1, 8), False)]
)
def test_in_the_new_year_december_may_still_be_filed_in_its_days_of_grace(house, monkeypatch, today, is_shown):
    monkeypatch.setattr(clock, "today", lambda: today)
    live.rebuild(today)
    shown = text(caller(house.lin).get("/month/"))
    assert ("2026年12月" in shown) == is_shown


def test_in_the_days_of_grace_the_step_is_to_enter_what_took_place(house, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2026, 12, 3))
    live.rebuild(dt.date(2026, 12, 3))
    lin = caller(house.lin)
    shown = text(lin.get("/month/"))
    convene = f"/meetings/new/?organization={house.inspection.code}&amp;kind=theme_day"
    assert f'{convene}&amp;late=1"' in shown  # November's
    assert f'{convene}"' in shown  # December's
    assert f'{convene}&amp;late=1"' in text(lin.get(address(house.inspection, first="2026-11-01")))
    assert f'{convene}"' in text(lin.get(address(house.inspection, first="2026-12-01")))


def test_who_convenes_nothing_has_no_such_page(house):
    assert caller(house.chen).get("/month/").status_code == 403
    assert "/month/" not in text(caller(house.wen).get("/menu/"))


def test_the_page_asks_the_database_eight_times_at_most(house, django_assert_max_num_queries):
    client = caller(house.lin)
    client.get("/month/")
    with django_assert_max_num_queries(8):
        client.get("/month/")


# --- One cell


def test_a_cell_explains_itself_to_those_who_oversee_it_and_to_nobody_else(house):
    for person in (house.lin, house.fang):
        shown = text(caller(person).get(address(house.inspection)))
        assert "《中国共产党支部工作条例（试行）》第十六条" in shown
        assert "2026-09-01 – 2026-09-30" in shown
        assert "2026-10-07" in shown
    for person in (house.chen, house.qiu, house.wen):
        assert caller(person).get(address(house.inspection)).status_code == 404


@pytest.mark.parametrize(("rule", "first"), [("theme_day", "2026-09-02"), ("nothing", SEPTEMBER), ("theme_day", "x")])
def test_a_cell_that_is_not_there_is_missing(house, rule, first):
    assert caller(house.lin).get(address(house.inspection, rule, first)).status_code == 404


def test_a_reason_goes_up_is_accepted_and_may_be_taken_back(house):
    lin, fang = caller(house.lin), caller(house.fang)
    here = address(house.inspection)
    assert lin.post(f"{here}explain/", {"reason": "台风停航"}).status_code == 302
    assert "等待答复" in text(fang.get(here))
    assert fang.post(f"{here}answer/", {"accept": ""}).status_code == 302
    assert "已说明" in text(lin.get(here))
    assert lin.post(f"{here}withdraw/").status_code == 302
    assert not Waiver.objects.exists()


def test_nobody_accepts_a_reason_of_their_own(house):
    lin, here = caller(house.lin), address(house.inspection)
    lin.post(f"{here}explain/", {"reason": "台风停航"})
    assert lin.post(f"{here}answer/", {"accept": ""}).status_code == 403
    assert Waiver.objects.get().accepted is None


def test_an_empty_reason_and_a_refusal_without_a_word_are_turned_away(house):
    lin, fang, here = caller(house.lin), caller(house.fang), address(house.inspection)
    assert lin.post(f"{here}explain/", {"reason": " "}).status_code == 409
    lin.post(f"{here}explain/", {"reason": "台风停航"})
    assert fang.post(f"{here}answer/", {"decline": "", "answer": ""}).status_code == 409
    assert fang.post(f"{here}answer/", {"decline": "", "answer": "请补记录"}).status_code == 302
    assert "请补记录" in text(lin.get(here))


def test_both_pages_fit_phone_and_desk(phone, desk, house):
    account = world.account(house.lin)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto("/month/")
        assert_good(page, f"month-{name}")
        page.goto(address(house.inspection))
        assert_good(page, f"obligation-{name}")
