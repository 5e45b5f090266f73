"""My roster, that of my section, and changes of shifts from the asking to the decision; who sees any of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.windows import DONE, TUESDAY, WEDNESDAY, Windows
from zhibu.apps.notices.models import Notice
from zhibu.apps.rosters.actions.swaps import decline_swap
from zhibu.apps.rosters.models import RosterDay, SwapRequest
from zhibu.apps.windows.actions.seating import seat
from zhibu.domain.terms import Role
from zhibu.web.shell import clock
from zhibu.web.shell.told import where

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: world.AT)


@pytest.fixture
def windows() -> Windows:
    return Windows()


@pytest.fixture
def chen(windows) -> Client:
    return client_of(windows.chen)


@pytest.fixture
def lin(windows) -> Client:
    return client_of(windows.lin)


@pytest.fixture
def wen(windows) -> Client:
    return client_of(windows.wen)


def roster(person) -> str:
    return "".join(RosterDay.objects.filter(person=person).order_by("day").values_list("shift__code", flat=True))


def ask(client, windows, *days, note="", other=None):
    address = f"/my-roster/swap/?with={(other or windows.lin).pk}"
    return client.post(address, {"day": [day.isoformat() for day in days], "note": note})


def do(client, swap, what):
    return client.post(f"/my-roster/swaps/{swap.pk}/", {"do": what})


def decide(client, swap, what, reason=""):
    return client.post(f"/swaps/{swap.pk}/", {"do": what, "reason": reason})


# --- My roster -----------------------------------------------------------------------------------------------------


def test_everybody_finds_their_month_and_the_next_shifts(windows, chen):
    text = text_of(chen.get("/my-roster/"))
    assert "接下来的班次 11月24日 星期二 窗班 08:30–17:30 11月26日 星期四 窗班 08:30–17:30" in text
    assert "报检C01窗口" in text
    assert "这个月还没有您的排班" in text_of(chen.get("/my-roster/?month=2026-12"))
    assert chen.get("/my-roster/?month=2026-99").status_code == 404


def test_who_belongs_to_no_window_sees_the_month_and_neither_section_nor_changes(windows):
    fang = client_of(windows.house.fang)
    text = text_of(fang.get("/my-roster/"))
    assert "换班" not in text
    assert fang.get("/my-roster/section/").status_code == 404
    assert fang.get("/my-roster/swap/").status_code == 404


def test_the_section_is_seen_by_those_who_belong_to_it_and_shows_nobody_else(windows, chen):
    seat(windows.house.qiu, post=windows.opened("C09", section="签证"), on=world.LONG_AGO, **DONE)
    seat(
        windows.house.fang,
        post=windows.opened("X01", organization=windows.house.quay),
        on=world.LONG_AGO,
        **DONE,
    )
    text = text_of(chen.get("/my-roster/section/"))
    assert "林悦" in text
    for name in ("邱禾", "方澄", "闻宁"):
        assert name not in text


@pytest.mark.parametrize("address", ["/my-roster/", "/my-roster/section/"])
def test_a_page_asks_eight_times_at_most(windows, chen, django_assert_max_num_queries, address):
    windows.ask(TUESDAY)
    for number in range(30):
        somebody = world.person(f"人{number:03}")
        seat(somebody, post=windows.post, on=world.LONG_AGO, **DONE)
    chen.get(address)
    with django_assert_max_num_queries(8):
        text_of(chen.get(address))


def test_the_page_of_a_request_and_the_manager_s_list_ask_as_often_for_one_as_for_many(
    windows, chen, wen, django_assert_max_num_queries
):
    swap = windows.ask(TUESDAY, WEDNESDAY)
    for _number in range(5):
        SwapRequest.objects.create(
            asker=windows.chen, other=windows.lin, unit=windows.unit, first_day=TUESDAY, asked_at=world.AT
        )
    for client, address in ((chen, f"/my-roster/swaps/{swap.pk}/"), (wen, "/swaps/"), (wen, f"/swaps/{swap.pk}/")):
        client.get(address)
        with django_assert_max_num_queries(8):
            text_of(client.get(address))


# --- Asked, agreed, decided ----------------------------------------------------------------------------------------


def test_a_change_goes_from_the_asking_to_the_roster(windows, chen, lin, wen):
    assert "林悦" in text_of(chen.get("/my-roster/swap/"))
    assert "11月24日 周二 · 窗班 → 休班" in text_of(chen.get(f"/my-roster/swap/?with={windows.lin.pk}")).replace(
        "星期", "周"
    )
    assert ask(chen, windows, TUESDAY, WEDNESDAY, note="家里有事").status_code == 302
    swap = SwapRequest.objects.get()
    assert where(Notice.objects.get(person=windows.lin).about) == f"/my-roster/swaps/{swap.pk}/"
    assert "家里有事" in text_of(lin.get(f"/my-roster/swaps/{swap.pk}/"))
    assert "等对方同意" in text_of(wen.get(f"/swaps/{swap.pk}/"))
    assert do(lin, swap, "agree").status_code == 302
    assert where(Notice.objects.get(person=windows.wen).about) == f"/swaps/{swap.pk}/"
    assert roster(windows.chen) == "窗休窗休"
    assert decide(wen, swap, "approve").status_code == 302
    assert (roster(windows.chen), roster(windows.lin)) == ("休窗窗休", "窗休休窗")
    assert "已批准" in text_of(chen.get(f"/my-roster/swaps/{swap.pk}/"))


def test_the_manager_reads_which_hours_run_short_and_may_approve_all_the_same(windows, wen):
    windows.lin.seats.update(window_post=windows.second)
    swap = windows.agreed(TUESDAY)
    assert "11月24日 · 报检C01窗口 08:30–12:00缺1人" in text_of(wen.get(f"/swaps/{swap.pk}/"))
    assert decide(wen, swap, "approve").status_code == 302
    assert roster(windows.chen) == "休休窗休"


def test_not_approved_needs_a_reason(windows, wen, chen):
    swap = windows.agreed(TUESDAY)
    assert decide(wen, swap, "decline").status_code == 409
    assert decide(wen, swap, "decline", "当天有检查").status_code == 302
    assert "未批准： 当天有检查" in text_of(chen.get(f"/my-roster/swaps/{swap.pk}/"))


def test_a_form_without_its_button_decides_nothing(windows, wen, lin):
    swap = windows.ask(TUESDAY)
    assert do(lin, swap, "").status_code == 400
    do(lin, swap, "agree")
    assert decide(wen, swap, "").status_code == 400
    assert roster(windows.chen) == "窗休窗休"


def test_each_does_only_what_is_theirs(windows, chen, lin, wen):
    swap = windows.ask(TUESDAY)
    assert do(chen, swap, "agree").status_code == 403
    assert do(lin, swap, "withdraw").status_code == 403
    assert decide(chen, swap, "approve").status_code == 404
    assert do(wen, swap, "agree").status_code == 404
    assert decide(wen, swap, "approve").status_code == 409
    assert do(chen, swap, "withdraw").status_code == 302
    assert do(lin, swap, "agree").status_code == 409
    assert roster(windows.chen) == "窗休窗休"


def test_a_manager_does_not_decide_on_their_own_shifts(windows, chen):
    world.grant(windows.chen.account, Role.WINDOW_MANAGER, of=windows.unit)
    swap = windows.agreed(TUESDAY)
    assert "另一位窗口管理员" in text_of(chen.get(f"/swaps/{swap.pk}/"))
    assert decide(chen, swap, "approve").status_code == 403


def test_a_request_that_is_refused_says_why_and_keeps_what_was_ticked(windows, chen):
    windows.rostered(windows.lin, "夜窗窗窗")
    text_of(chen.get(f"/my-roster/swap/?with={windows.lin.pk}"))
    windows.rostered(windows.lin, "休窗休窗")
    windows.rostered(windows.chen, "夜休窗休")
    answer = ask(chen, windows, TUESDAY)
    assert "林悦" in text_of(answer, 422)
    assert "11小时" in text_of(answer, 422)
    assert f'value="{TUESDAY.isoformat()}" checked' in answer.content.decode()
    assert ask(chen, windows).status_code == 422
    assert not SwapRequest.objects.exists()


def test_what_is_no_day_or_no_colleague_is_refused(windows, chen):
    address = f"/my-roster/swap/?with={windows.lin.pk}"
    assert chen.post(address, {"day": ["x"]}).status_code == 400
    assert chen.get("/my-roster/swap/?with=x").status_code == 404
    assert ask(chen, windows, TUESDAY, other=windows.house.fang).status_code == 404
    assert ask(chen, windows, TUESDAY, other=windows.chen).status_code == 404


def test_hostile_words_stay_words(windows, chen, lin, wen):
    ask(chen, windows, TUESDAY, note=HOSTILE)
    swap = SwapRequest.objects.get()
    do(lin, swap, "agree")
    decline_swap(SwapRequest.objects.get(), reason=HOSTILE, **DONE)
    for client, address in ((lin, f"/my-roster/swaps/{swap.pk}/"), (wen, f"/swaps/{swap.pk}/"), (chen, "/notices/")):
        html = client.get(address).content.decode()
        assert HOSTILE not in html
        assert "&lt;script&gt;" in html


def test_others_see_neither_the_request_nor_the_list(windows):
    swap = windows.ask(TUESDAY)
    for person in (windows.house.fang, windows.house.qiu):
        client = client_of(person)
        assert client.get(f"/my-roster/swaps/{swap.pk}/").status_code == 404
        assert client.get(f"/swaps/{swap.pk}/").status_code == 404
        assert client.get("/swaps/").status_code == 403


def test_a_lapsed_request_says_so_and_offers_nothing(windows, lin, chen, monkeypatch):
    swap = windows.ask(TUESDAY)
    monkeypatch.setattr(clock, "now", lambda: world.AT + dt.timedelta(days=2))
    text = text_of(lin.get(f"/my-roster/swaps/{swap.pk}/"))
    assert "已过期" in text
    assert "同意换班" not in text
    assert do(lin, swap, "agree").status_code == 409
    assert "等待处理的换班" not in text_of(chen.get("/my-roster/"))


# --- In a browser --------------------------------------------------------------------------------------------------


def test_a_change_of_shifts_on_a_phone_and_its_decision_at_a_desk(
    phone: Opens, desk: Opens, windows: Windows
) -> None:
    chen, lin = world.account(windows.chen), world.account(windows.lin)
    for opens in (phone, desk):
        page = opens(chen)
        for address, name in (
            ("/my-roster/", "mine"),
            ("/my-roster/section/", "section"),
            ("/my-roster/swap/", "colleagues"),
            (f"/my-roster/swap/?with={windows.lin.pk}", "ask"),
        ):
            page.goto(address)
            assert_good(page, f"swap-{name}")
    page = phone(chen, scripts=False)
    page.goto(f"/my-roster/swap/?with={windows.lin.pk}")
    page.get_by_label("11月24日").check()
    page.get_by_role("button", name="申请").click()
    page.get_by_text("已申请，并已通知林悦。").wait_for()
    page = phone(lin)
    page.goto(f"/my-roster/swaps/{SwapRequest.objects.get().pk}/")
    assert_good(page, "swap-answer")
    page.get_by_role("button", name="同意换班").click()
    page.get_by_text("等待窗口管理员决定").wait_for()
    windows.lin.seats.update(window_post=windows.second)
    page = desk(windows.manager)
    page.goto("/swaps/")
    assert_good(page, "swap-list")
    page.get_by_role("link", name="陈星 ↔ 林悦").click()
    assert_good(page, "swap-decision")
    page.get_by_role("button", name="批准", exact=True).click()
    page.get_by_text("已批准。排班表已更新").wait_for()
    page = phone(windows.manager)
    page.goto(f"/swaps/{SwapRequest.objects.get().pk}/")
    assert_good(page, "swap-decided")
