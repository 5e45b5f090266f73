"""Signing in by code, page by page: who scans, where, when, in which browser, and what each of them is told."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from tests import world
from tests.gatherings import DONE, opened
from tests.world import AT
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import roll, sign_in
from zhibu.apps.meetings.actions.sign_in import BROWSER_COOKIE
from zhibu.apps.meetings.models import Attendance
from zhibu.domain.assembly import Presence
from zhibu.web.member import scan
from zhibu.web.member.scan import TICKET_COOKIE
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """The clock of the test: ``at(minutes=5)`` sets it so much later than ``AT``."""

    def later(**by):
        monkeypatch.setattr(clock, "now", lambda: AT + dt.timedelta(**by))

    later()
    cache.clear()
    return later


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def session(house):
    return opened(house)


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


@pytest.fixture
def chen(house):
    return client_of(house.chen)


def code_of(session, **by):
    return sign_in.current_code(session, AT + dt.timedelta(**by))


def scan_of(session, **by):
    """The address in the QR code of that moment."""
    return f"/scan/{session.pk}/{code_of(session, **by).long}/"


def nonce_on(page):
    return re.search(r'name="nonce"[^>]*value="([^"]+)"', page.content.decode())[1]


def tap(client, page, session):
    """The button on the page that was opened."""
    return client.post(f"/sign-in/{session.pk}/", {"nonce": nonce_on(page)})


def marks():
    return list(Attendance.objects.values_list("person__name", "status"))


# --- The way of a scan ----------------------------------------------------------------------------------------------


def test_the_code_in_the_room_leads_to_the_page_with_the_button(house, session):
    lin = client_of(house.lin)
    assert "<svg" in lin.get(f"/meetings/sessions/{session.pk}/code/").content.decode()


def test_opening_the_page_signs_nobody_in_and_the_button_does(chen, session):
    page = chen.get(scan_of(session))
    assert (page.status_code, marks()) == (200, [])
    assert chen.head(scan_of(session)).status_code == 200
    assert marks() == []
    done = tap(chen, page, session)
    assert (done.status_code, done["Location"]) == (302, f"/sign-in/{session.pk}/")
    assert marks() == [("陈星", "present")]
    assert "09:30" in chen.get(done["Location"]).content.decode()


def test_the_button_may_be_posted_to_the_address_of_the_code_itself(chen, session):
    assert chen.post(scan_of(session), {"nonce": "n1"}).status_code == 302
    assert marks() == [("陈星", "present")]


def test_a_second_scan_is_the_same_page_and_leaves_one_row_and_one_event(chen, session, at):
    tap(chen, chen.get(scan_of(session)), session)
    at(minutes=2)
    again = chen.get(scan_of(session, minutes=2))
    assert "您已签到" in again.content.decode()
    assert "data-sign-in" not in again.content.decode()
    assert chen.post(scan_of(session, minutes=2), {"nonce": "n2"}).status_code == 302
    assert (marks(), Event.objects.filter(type="signed_in").count()) == ([("陈星", "present")], 1)


def test_who_is_on_the_list_is_told_so_by_an_old_code_and_after_the_end(chen, session, at):
    address = scan_of(session)
    tap(chen, chen.get(address), session)
    at(hours=1)
    roll.close_session(session, **DONE)
    assert "您已签到" in chen.get(address).content.decode()


def test_an_observer_signs_in_as_one(house, session):
    roll.change_roll(session.meeting_id, house.wen, observes=True, reason="列席", **DONE)
    wen = client_of(house.wen)
    tap(wen, wen.get(scan_of(session)), session)
    assert marks() == [("闻宁", "observer")]


def test_who_was_marked_absent_and_comes_late_signs_in(house, chen, session):
    roll.mark(session, [house.chen], status=Presence.ABSENT, **DONE)
    assert tap(chen, chen.get(scan_of(session)), session).status_code == 302
    assert marks() == [("陈星", "present")]


# --- Logging in between ---------------------------------------------------------------------------------------------


def test_logging_in_after_the_scan_costs_nobody_the_sign_in(house, session, at):
    account = world.account(house.chen)
    client = Client()
    sent = client.get(scan_of(session))
    assert (sent.status_code, sent["Location"]) == (302, f"/accounts/login/?next=/sign-in/{session.pk}/")
    at(minutes=9)
    logged_in = client.post(
        "/accounts/login/", {"login": account.login, "password": world.PASSWORD, "next": f"/sign-in/{session.pk}/"}
    )
    page = client.get(logged_in["Location"])
    assert (page.status_code, marks()) == (200, [])
    tap(client, page, session)
    assert marks() == [("陈星", "present")]


def test_who_finds_their_own_way_in_after_the_scan_is_led_to_the_button(house, session):
    client = Client()
    client.get(scan_of(session))
    client.force_login(world.account(house.chen))
    assert client.get("/sign-in/")["Location"] == f"/sign-in/{session.pk}/"


def test_both_cookies_are_out_of_reach_of_scripts_and_last_as_long_as_the_ticket(chen, session):
    kept = chen.get(scan_of(session)).cookies
    assert {kept[name]["max-age"] for name in (BROWSER_COOKIE, TICKET_COOKIE)} == {600}
    for name in (BROWSER_COOKIE, TICKET_COOKIE):
        assert (kept[name]["httponly"], kept[name]["samesite"]) == (True, "Lax")
    done = chen.post(f"/sign-in/{session.pk}/", {"nonce": "n"})
    assert {done.cookies[name].value for name in (BROWSER_COOKIE, TICKET_COOKIE)} == {""}


def test_the_ticket_of_a_scan_is_what_the_interface_for_programs_takes(chen, session, house):
    chen.get(scan_of(session))
    ticket, browser = (chen.cookies[name].value for name in (TICKET_COOKIE, BROWSER_COOKIE))
    sign_in.check_ticket(session, ticket, browser=browser, at=AT)


# --- What is refused ------------------------------------------------------------------------------------------------


def test_a_code_that_has_turned_is_410_and_says_what_to_do(chen, session, at):
    address = scan_of(session)
    at(seconds=61)
    answer = chen.get(address)
    assert answer.status_code == 410
    assert "二维码已更新，请扫屏幕上现在显示的码。" in answer.content.decode()
    assert Client().get(address).status_code == 410, "a true code: who holds it may be told, logged in or not"
    assert marks() == []


def test_a_scan_in_time_counts_when_the_page_is_opened_again_with_the_old_code(chen, session, at):
    address = scan_of(session)
    chen.get(address)
    at(minutes=5)
    assert tap(chen, chen.get(address), session).status_code == 302
    assert marks() == [("陈星", "present")]


def test_a_ticket_is_too_old_after_ten_minutes_and_not_before(chen, session, at):
    page = chen.get(scan_of(session))
    at(minutes=10)
    assert chen.get(f"/sign-in/{session.pk}/").status_code == 200
    at(minutes=10, seconds=1)
    assert tap(chen, page, session).status_code == 410
    chen.cookies.clear()
    assert marks() == []


def test_without_a_scan_there_is_nothing_to_tap(chen, session):
    assert chen.get(f"/sign-in/{session.pk}/").status_code == 410
    assert chen.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 410
    assert marks() == []


def test_a_ticket_in_another_browser_is_refused(chen, session, house):
    chen.get(scan_of(session))
    thief = client_of(house.lin)
    thief.cookies[TICKET_COOKIE] = chen.cookies[TICKET_COOKIE].value
    assert thief.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 400
    thief.cookies[BROWSER_COOKIE] = "another"
    assert thief.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 400
    assert marks() == []


def test_a_forged_or_altered_ticket_is_refused(chen, session):
    chen.get(scan_of(session))
    good = chen.cookies[TICKET_COOKIE].value
    browser = chen.cookies[BROWSER_COOKIE].value
    for forged in (good[:-1], good.replace(browser, ""), f"{session.pk}:{browser}:{int(AT.timestamp())}", "x"):
        chen.cookies[TICKET_COOKIE] = forged
        assert chen.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 400, forged
    assert marks() == []


def test_a_code_or_ticket_of_another_session_is_refused(house, chen, session):
    other = opened(house, title="另一个会")
    assert chen.get(f"/scan/{session.pk}/{code_of(other).long}/").status_code == 400
    chen.get(scan_of(other))
    assert chen.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 400
    assert marks() == []


def test_digits_in_an_address_sign_nobody_in(chen, session):
    """Else they could be guessed where nobody counts the tries."""
    assert chen.get(f"/scan/{session.pk}/{code_of(session).short}/").status_code == 400
    assert Client().get(f"/scan/{session.pk}/{code_of(session).short}/").status_code == 404


def test_a_wrong_code_tells_a_stranger_no_more_than_a_session_that_is_not_there(house, session):
    qiu = client_of(house.qiu)
    for client in (Client(), qiu):
        there = client.get(f"/scan/{session.pk}/{'A' * 24}/")
        missing = client.get(f"/scan/{uuid4()}/{'A' * 24}/")
        assert (there.status_code, missing.status_code) == (404, 404)
    roll.close_session(session, **DONE)
    assert qiu.get(f"/scan/{session.pk}/{'A' * 24}/").status_code == 404
    assert qiu.get(f"/sign-in/{session.pk}/").status_code == 404


def test_who_is_not_on_the_roll_is_403_and_learns_nothing_of_the_meeting(house, session):
    for person in (house.qiu, house.wen):
        answer = client_of(person).get(scan_of(session))
        assert answer.status_code == 403
        assert "十一月支部党员大会" not in answer.content.decode()
        assert client_of(person).post(scan_of(session), {"nonce": "n"}).status_code == 403
    assert marks() == []


def test_who_is_not_on_the_roll_is_403_after_logging_in_between(house, session):
    client = Client()
    client.get(scan_of(session))
    client.force_login(world.account(house.qiu))
    assert client.get(f"/sign-in/{session.pk}/").status_code == 403


def test_a_session_that_is_over_is_409(chen, session):
    page = chen.get(scan_of(session))
    address = scan_of(session)
    roll.close_session(session, **DONE)
    assert chen.get(address).status_code == 409
    assert tap(chen, page, session).status_code == 409
    assert marks() == []


def test_a_session_that_is_not_open_yet_is_409(house, chen, session):
    address = scan_of(session)
    type(session).objects.filter(pk=session.pk).update(opened_at=None)
    assert chen.get(address).status_code == 409


def test_an_account_that_is_nobodys_is_on_no_roll(session):
    client = Client()
    client.force_login(world.account(login="keeper"))
    assert client.get(scan_of(session)).status_code == 403
    assert client.get("/sign-in/").status_code == 404


# --- A bad network, a clock that jumps ------------------------------------------------------------------------------


def test_503_keeps_the_try_and_the_same_nonce_again_is_one_sign_in(chen, session, monkeypatch):
    page = chen.get(scan_of(session))
    real = scan.deeds.sign_in

    def locked(**_facts):
        raise OperationalError("database is locked")

    monkeypatch.setattr(scan.deeds, "sign_in", locked)
    away = tap(chen, page, session)
    assert (away.status_code, away["Retry-After"]) == (503, "5")
    assert away.cookies.keys() == set()
    monkeypatch.setattr(scan.deeds, "sign_in", real)
    for _lost_answer in range(3):
        assert tap(chen, page, session).status_code == 302
    assert (marks(), Event.objects.filter(type="signed_in").count()) == ([("陈星", "present")], 1)


def test_a_try_that_was_answered_does_not_undo_what_the_recorder_said_after_it(house, chen, session, at):
    page = chen.get(scan_of(session))
    tap(chen, page, session)
    roll.mark(session, [house.chen], status=Presence.ABSENT, **DONE)
    at(seconds=5)
    chen.get(scan_of(session))
    assert tap(chen, page, session).status_code == 302
    assert marks() == [("陈星", "absent")]


def test_a_clock_that_jumps_back_asks_for_another_scan_and_takes_it(chen, session, at):
    chen.get(scan_of(session))
    at(hours=-1)
    assert chen.post(f"/sign-in/{session.pk}/", {"nonce": "n"}).status_code == 410
    page = chen.get(scan_of(session, hours=-1))
    assert tap(chen, page, session).status_code == 302
    assert Attendance.objects.get().recorded_at == AT - dt.timedelta(hours=1)


def test_a_clock_that_is_set_right_by_seconds_costs_nothing(chen, session, at):
    page = chen.get(scan_of(session))
    at(seconds=-15)
    assert tap(chen, page, session).status_code == 302


# --- The digits -----------------------------------------------------------------------------------------------------


def typed(client, session, code, nonce="n1"):
    return client.post("/sign-in/", {"session": str(session.pk), "code": code, "nonce": nonce})


def test_the_spoken_digits_sign_in_with_or_without_the_blank(chen, session):
    page = chen.get("/sign-in/").content.decode()
    assert "十一月支部党员大会" in page
    short = code_of(session).short
    assert typed(chen, session, f" {short[:3]} {short[3:]} ")["Location"] == f"/sign-in/{session.pk}/"
    assert marks() == [("陈星", "present")]


def test_one_of_several_sessions_is_chosen_and_takes_its_own_digits_only(house, chen, session):
    other = opened(house, title="另一个会")
    page = chen.get("/sign-in/").content.decode()
    assert page.count('type="radio"') == 2
    assert typed(chen, session, code_of(other).short).status_code == 422
    assert typed(chen, other, code_of(other).short).status_code == 302
    assert Attendance.objects.get().session == other


def test_the_form_offers_only_sessions_that_are_open_with_codes_on_and_have_the_reader_on_the_roll(house, session):
    opened(house, title="不用码的会", codes=False)
    qiu = client_of(house.qiu)
    assert "十一月支部党员大会" not in qiu.get("/sign-in/").content.decode()
    assert typed(qiu, session, code_of(session).short).status_code == 422
    assert "不用码的会" not in client_of(house.chen).get("/sign-in/").content.decode()
    assert marks() == []


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "１２３４５６", "0" * 400])
def test_what_is_no_six_digits_is_told_so(chen, session, wrong):
    assert typed(chen, session, wrong).status_code == 422
    assert marks() == []


def test_wrong_digits_are_counted_and_ten_are_enough(chen, session):
    short = code_of(session).short
    wrong = "000000" if short != "000000" else "000001"
    assert [typed(chen, session, wrong).status_code for _try in range(11)] == [422] * 10 + [429]
    assert typed(chen, session, short).status_code == 429, "the right ones as well, until the five minutes are over"
    assert marks() == []


def test_the_same_digits_again_are_one_sign_in(chen, session):
    short = code_of(session).short
    for nonce in ("n1", "n1", "n2"):
        assert typed(chen, session, short, nonce).status_code == 302
    assert Attendance.objects.count() == 1


def test_a_session_that_closed_while_the_digits_were_typed_is_told_so(chen, session):
    short = code_of(session).short
    roll.close_session(session, **DONE)
    assert typed(chen, session, short).status_code == 422
    assert marks() == []
