"""What is owed, on pages: this month for who convenes, and one cell that explains itself."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client

from tests import world
from tests.meetings import announced
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening
from zhibu.apps.oversight import live
from zhibu.apps.oversight.models import Cell, Evidence, Waiver
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
    soon = AT + dt.timedelta(days=2)
    meeting = announced(house, MeetingKind.THEME_DAY, title="十一月主题党日", starts=soon)
    shown = text(lin.get("/month/"))
    assert f"/meetings/{meeting.pk}/" in shown
    assert f'organization={house.inspection.code}&amp;kind=theme_day"' not in shown


def test_the_lesson_of_a_committees_secretary_and_an_election_are_convened_too(house):
    office = house.office.code
    assert f"/meetings/new/?organization={office}&amp;kind=lesson" in text(caller(house.fang).get("/month/"))
    world.term(house.quay, since=dt.date(2024, 1, 10), ends=dt.date(2027, 1, 10))
    live.rebuild(DAY)
    shown = text(caller(house.qiu).get("/month/"))
    election = next(line for line in shown.split("<li>") if "/term_election" in line)
    assert f"/meetings/new/?organization={house.quay.code}&amp;kind=general_meeting" in election


def test_a_joint_meeting_on_its_way_is_gone_on_with_by_each_that_holds_it(house):
    soon = AT + dt.timedelta(days=2)
    meeting = announced(house, MeetingKind.THEME_DAY, title="联合主题党日", starts=soon, joint_with=[house.quay])
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


def test_the_page_asks_the_database_nine_times_at_most(house, django_assert_max_num_queries):
    client = caller(house.lin)
    client.get("/month/")
    with django_assert_max_num_queries(9):
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
    asked = text(lin.get(f"{here}withdraw/"))
    assert "台风停航" in asked
    assert "上级党组织已经认可" in asked
    assert Waiver.objects.get().accepted is True
    assert lin.post(f"{here}withdraw/").status_code == 302
    for method in (lin.get, lin.post):
        assert method(f"{here}withdraw/")["Location"] == here
    assert not Waiver.objects.exists()


def test_nobody_accepts_a_reason_of_their_own(house):
    lin, here = caller(house.lin), address(house.inspection)
    lin.post(f"{here}explain/", {"reason": "台风停航"})
    assert lin.post(f"{here}answer/", {"accept": ""}).status_code == 403
    assert Waiver.objects.get().accepted is None


def test_an_empty_reason_and_a_refusal_without_a_word_are_turned_away(house):
    lin, fang, here = caller(house.lin), caller(house.fang), address(house.inspection)
    assert lin.post(f"{here}explain/", {"reason": " "}).status_code == 422
    lin.post(f"{here}explain/", {"reason": "台风停航"})
    refused = fang.post(f"{here}answer/", {"decline": "", "answer": ""})
    assert (refused.status_code, "请写明希望怎样补上" in text(refused)) == (422, True)
    assert Waiver.objects.get().accepted is None
    assert fang.post(f"{here}answer/", {"decline": "", "answer": "请补记录"}).status_code == 302
    assert "请补记录" in text(lin.get(here))


@pytest.mark.parametrize(("length", "status"), [(300, 302), (301, 422)])
def test_what_is_too_long_stands_in_its_form_again_with_what_is_wrong(house, length, status):
    lin, fang, here = caller(house.lin), caller(house.fang), address(house.inspection)
    given = lin.post(f"{here}explain/", {"reason": "长" * length})
    assert given.status_code == status
    if status == 422:
        assert "长" * length in text(given)
        assert "300" in text(given)
        assert not Waiver.objects.exists()
        lin.post(f"{here}explain/", {"reason": "台风"})
    said = fang.post(f"{here}answer/", {"decline": "", "answer": "问" * length})
    assert said.status_code == status
    assert Waiver.objects.get().answer == ("问" * 300 if status == 302 else "")
    if status == 422:
        assert "问" * length in text(said)


def not_held(house, day, kind=MeetingKind.THEME_DAY, reason="台风停航"):
    starts = dt.datetime.combine(day, dt.time(9), AT.tzinfo)
    meeting = convening.convene(
        organization=house.inspection,
        kind=kind,
        title="主题党日",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=1))],
        agenda=[],
        audience=Audience.MEMBERS,
        chair=house.lin,
        made_by=None,
        actor=OPERATOR,
        at=starts - dt.timedelta(days=5),
    )
    convening.not_held(meeting.pk, reason=reason, actor=OPERATOR, at=starts)


def test_why_a_meeting_of_the_period_was_not_held_stands_in_the_form_already(house):
    lin, here = caller(house.lin), address(house.inspection)
    not_held(house, dt.date(2026, 8, 31), reason="八月的原因")
    not_held(house, dt.date(2026, 10, 1), reason="十月的原因")
    not_held(house, dt.date(2026, 9, 15), kind=MeetingKind.GENERAL_MEETING, reason="别的会")
    form = text(lin.get(here))
    assert [said for said in ("八月的原因", "十月的原因", "别的会") if said in form] == []
    for day, reason in ((30, "第二次：全员值守"), (1, "台风停航")):
        not_held(house, dt.date(2026, 9, day), reason=reason)
    assert "第二次：全员值守</textarea>" in text(lin.get(here))
    lin.post(f"{here}explain/", {"reason": "两次都没有开成"})
    assert "两次都没有开成</textarea>" in text(lin.get(here))


def test_a_cell_takes_eight_statements_with_records_that_do_not_count_too(house, django_assert_max_num_queries):
    cell = Cell.objects.get(organization=house.inspection, rule="theme_day", first=dt.date(2026, 9, 1))
    facts = {"held_on": dt.date(2026, 9, 3), "filed_on": DAY, "had_quorum": False}
    Evidence.objects.create(cell=cell, record=uuid4(), **facts)
    client = caller(house.lin)
    client.get(address(house.inspection))
    with django_assert_max_num_queries(8):
        client.get(address(house.inspection))


def test_both_pages_fit_phone_and_desk(phone, desk, house):
    account = world.account(house.lin)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto("/month/")
        assert_good(page, f"month-{name}")
        page.goto(address(house.inspection))
        assert_good(page, f"obligation-{name}")
        page.get_by_label("未完成的原因").fill("台风停航")
        page.get_by_role("button", name="说明原因").click()
        page.get_by_role("link", name="撤回原因").click()
        assert_good(page, f"withdraw-reason-{name}")
        page.get_by_role("button", name="撤回原因").click()
        page.wait_for_url(f"**{address(house.inspection)}")
