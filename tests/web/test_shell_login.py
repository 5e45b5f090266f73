"""The doors: who comes in, who does not, and that a refusal tells nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import world
from tests.world import PASSWORD, Bureau
from zhibu.apps.archive.models import Event
from zhibu.apps.people.actions import accounts
from zhibu.apps.people.models import Account, OneTimeCode
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

LOGIN, FIRST = "/accounts/login/", "/accounts/first/"
NEW_PASSWORD = "harbour-lights-at-six"
WRONG = "this-is-not-the-phrase"


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    """The tries of one test are not those of the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def bureau() -> Bureau:
    return world.bureau()


@pytest.fixture
def lin(bureau: Bureau) -> Account:
    return world.account(bureau.lin)


@pytest.fixture
def chen(bureau: Bureau) -> Account:
    return world.account(bureau.chen)


def log_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post(LOGIN, {"login": login, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/menu/").status_code == 200


def words(answer: HttpResponse) -> str:
    """The page without what is new on every page (the token of the form)."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


# --- Number and password -------------------------------------------------------------------------------------------


def test_lin_logs_in_by_staff_number_and_password(client: Client, lin: Account) -> None:
    answer = log_in(client, lin.login)
    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/", True)


def test_a_space_before_the_number_is_no_reason_to_refuse(client: Client, lin: Account) -> None:
    log_in(client, f" {lin.login} ")
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(client: Client, lin: Account) -> None:
    wrong = log_in(client, lin.login, WRONG)
    unknown = log_in(client, "90909", WRONG)
    assert wrong.status_code == unknown.status_code == 200
    assert "工号与密码不匹配" in wrong.content.decode()
    assert words(wrong) == words(unknown).replace("90909", lin.login)


def test_a_wrong_password_and_an_unknown_number_cost_the_same(
    client: Client, lin: Account, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    digests = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: digests.append(args[0]) or encode(self, *args)
    )
    for login in (lin.login, "90909"):
        with django_assert_num_queries(1):
            log_in(client, login, WRONG)
    assert len(digests) == 2


def test_a_closed_account_gets_the_same_answer_too(client: Client, lin: Account, chen: Account) -> None:
    accounts.close_account(chen, actor=lin.actor, at=world.AT)
    answer = log_in(client, chen.login)
    assert "工号与密码不匹配" in answer.content.decode()
    assert not is_in(client)


def test_the_sixth_try_is_refused_even_with_the_right_password(client: Client, lin: Account, chen: Account) -> None:
    for _try in range(5):
        log_in(client, lin.login, WRONG)
    refused = log_in(client, lin.login)
    assert "尝试次数过多" in refused.content.decode()
    assert not is_in(client)
    log_in(client, chen.login)
    assert is_in(client), "others at the same address are not kept out"


def test_the_sixth_try_on_an_unknown_number_reads_the_same(client: Client, lin: Account) -> None:
    for login in (lin.login, "90909"):
        for _try in range(5):
            log_in(client, login, WRONG)
    known, unknown = log_in(client, lin.login, WRONG), log_in(client, "90909", WRONG)
    assert words(known) == words(unknown).replace("90909", lin.login)


def test_after_five_minutes_lin_may_try_again(client: Client, lin: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for _try in range(5):
        log_in(client, lin.login, WRONG)
    later = time.time() + 301
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: later, monotonic=time.monotonic))
    log_in(client, lin.login)
    assert is_in(client)


def test_capital_letters_do_not_open_a_second_count(client: Client) -> None:
    account = world.account(login="system")
    for spelling in ("system", "System", "SYSTEM", "sYstem", "systeM"):
        log_in(client, spelling, WRONG)
    log_in(client, account.login)
    assert not is_in(client)


def test_one_address_that_tries_many_numbers_is_slowed_down(client: Client, lin: Account) -> None:
    for number in range(60):
        log_in(client, str(50000 + number), WRONG)
    log_in(client, lin.login)
    assert not is_in(client)


@pytest.mark.slow
def test_good_tries_of_a_whole_branch_at_one_address_are_not_slowed_down(lin: Account) -> None:
    for _member in range(80):
        client = Client()
        log_in(client, lin.login)
        assert is_in(client)


def test_many_names_tried_do_not_make_the_count_forget(client: Client, lin: Account) -> None:
    for _try in range(5):
        log_in(client, lin.login, WRONG)
    for number in range(400):
        cache.set(f"another-{number}", 1)
    log_in(client, lin.login)
    assert not is_in(client)


# --- Where one comes out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", ["/menu/", "http://testserver/menu/"])
def test_lin_comes_out_where_the_way_led(wish: str, client: Client, lin: Account) -> None:
    assert log_in(client, lin.login, next=wish)["Location"] == wish


@pytest.mark.parametrize(
    "wish",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "http://localhost/",
        "http://localhost:9/",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
        "\x00//evil.example/",
        " //evil.example/",
    ],
)
def test_nobody_is_sent_to_another_house(wish: str, client: Client, lin: Account) -> None:
    assert log_in(client, lin.login, next=wish)["Location"] == "/"
    client.logout()
    answer = client.post(f"{LOGIN}?next={wish}", {"login": lin.login, "password": PASSWORD})
    assert answer["Location"] == "/"


def test_the_language_switch_sends_nobody_away_either(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/password/reset/",
        "/accounts/password/set/",
        "/accounts/login/code/",
        "/accounts/login/code/confirm/",
        "/accounts/confirm-email/",
        "/accounts/social/connections/",
        "/accounts/",
    ],
)
def test_there_is_no_sign_up_and_no_mail(path: str, client: Client, lin: Account) -> None:
    assert client.get(path).status_code == 404
    client.force_login(lin)
    assert client.get(path).status_code == 404


# --- The printed code ----------------------------------------------------------------------------------------------


def code_of(account: Account) -> str:
    assert account.person
    [slip] = accounts.hand_out_codes([account.person], actor=account.actor, at=clock.now())
    return slip.code


def redeem(client: Client, login: str, code: str, password: str = NEW_PASSWORD, again: str = "") -> HttpResponse:
    fields = {"login": login, "code": code, "password1": password, "password2": again or password}
    return client.post(FIRST, fields)


def test_a_code_and_a_password_of_ones_own_let_chen_in(client: Client, chen: Account) -> None:
    answer = redeem(client, chen.login, code_of(chen).lower().replace("-", " "))
    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/", True)
    client.post("/accounts/logout/")
    log_in(client, chen.login, NEW_PASSWORD)
    assert is_in(client)


def test_a_code_works_once(client: Client, chen: Account) -> None:
    code = code_of(chen)
    redeem(client, chen.login, code)
    other = Client()
    redeem(other, chen.login, code, "another-long-phrase")
    assert not is_in(other)


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(client: Client, chen: Account) -> None:
    code_of(chen)
    wrong = redeem(client, chen.login, "2222-3333-4444")
    unknown = redeem(client, "90909", "2222-3333-4444")
    assert "登录码" in wrong.content.decode()
    assert words(wrong) == words(unknown).replace("90909", chen.login)


def test_a_weak_password_is_told_to_the_holder_of_the_code_only_and_keeps_the_code(
    client: Client, chen: Account
) -> None:
    code = code_of(chen)
    assert "太短" not in redeem(client, chen.login, "2222-3333-4444", "short").content.decode()
    assert "太短" in redeem(client, chen.login, code, "short").content.decode()
    redeem(client, chen.login, code)
    assert is_in(client)


def test_two_passwords_that_differ_keep_the_code(client: Client, chen: Account) -> None:
    code = code_of(chen)
    answer = redeem(client, chen.login, code, NEW_PASSWORD, again="harbour-lights-at-nine")
    assert "两次输入的密码不一致" in answer.content.decode()
    assert OneTimeCode.objects.filter(account=chen).exists()


def test_the_sixth_try_of_a_code_is_refused(client: Client, chen: Account) -> None:
    code = code_of(chen)
    for _try in range(5):
        redeem(client, chen.login, "2222-3333-4444")
    refused = redeem(client, chen.login, code)
    assert (refused.status_code, is_in(client)) == (429, False)
    assert "尝试次数过多" in refused.content.decode()


def test_a_code_ends_what_was_open_with_the_lost_password(client: Client, chen: Account) -> None:
    thief = Client()
    log_in(thief, chen.login)
    assert is_in(thief)
    redeem(client, chen.login, code_of(chen))
    assert not is_in(thief)


def test_the_new_password_is_an_event_without_the_password(client: Client, chen: Account) -> None:
    redeem(client, chen.login, code_of(chen))
    event = Event.objects.get(type="password_set")
    assert (event.subject, event.actor) == (chen.pk, chen.actor)
    assert NEW_PASSWORD not in event.text


def test_somebody_who_is_in_needs_no_code(client: Client, chen: Account) -> None:
    client.force_login(chen)
    assert client.get(FIRST)["Location"] == "/"


# --- The session ---------------------------------------------------------------------------------------------------


def test_a_session_put_into_the_browser_beforehand_is_not_the_one_that_is_logged_in(
    client: Client, lin: Account
) -> None:
    client.post("/language/", {"language": "en"})
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client, lin.login)
    assert client.cookies["sessionid"].value != session.session_key
    thief = Client()
    thief.cookies["sessionid"] = session.session_key
    assert not is_in(thief)


def test_a_code_changes_the_session_too(client: Client, chen: Account) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    redeem(client, chen.login, code_of(chen))
    assert client.cookies["sessionid"].value != session.session_key
    assert is_in(client)


def test_the_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client: Client, lin: Account) -> None:
    client.get(LOGIN)
    log_in(client, lin.login)
    client.post("/language/", {"language": "en"})
    flags = {name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items()}
    assert flags == dict.fromkeys(("sessionid", "csrftoken", "language"), (True, "Lax"))


def test_without_staying_logged_in_the_session_ends_with_the_browser(client: Client, lin: Account) -> None:
    log_in(client, lin.login)
    assert client.cookies["sessionid"]["max-age"] == ""
    client.post("/accounts/logout/")
    log_in(client, lin.login, remember="on")
    assert client.cookies["sessionid"]["max-age"] == 14 * 24 * 3600


def test_after_logging_out_the_old_cookie_opens_nothing(client: Client, lin: Account) -> None:
    log_in(client, lin.login)
    kept = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = kept
    assert not is_in(client)
    assert not Session.objects.filter(pk=kept).exists()


def test_a_link_logs_nobody_out(client: Client, lin: Account) -> None:
    log_in(client, lin.login)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_in(client)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(client: Client, lin: Account) -> None:
    other = Client()
    log_in(other, lin.login)
    log_in(client, lin.login)
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answer = client.post("/account/password/", fields)
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert (is_in(client), is_in(other)) == (True, False)
    assert Event.objects.filter(type="password_set", subject=lin.pk).count() == 1


def test_the_password_changes_only_for_somebody_who_knows_it(client: Client, lin: Account) -> None:
    log_in(client, lin.login)
    fields = {"oldpassword": WRONG, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "当前密码不对" in client.post("/account/password/", fields).content.decode()
    lin.refresh_from_db()
    assert lin.check_password(PASSWORD)


# --- A second step -------------------------------------------------------------------------------------------------


def code_now(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_codes(client: Client, account: Account) -> str:
    """Lin sets up an authenticator app as on the page; returns its key."""
    log_in(client, account.login)
    asked = client.get("/account/authenticator/activate/")
    assert asked["Location"].startswith("/accounts/confirm/")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/account/authenticator/activate/")
    secret: str = page.context["form"].secret
    answer = client.post("/account/authenticator/activate/", {"code": code_now(secret)})
    assert answer["Location"] == "/account/recovery-codes/"
    return secret


def test_a_password_alone_does_not_pass_the_second_step(client: Client, lin: Account) -> None:
    secret = set_up_codes(client, lin)
    fresh = Client()
    assert log_in(fresh, lin.login)["Location"] == "/accounts/login/second/"
    assert not is_in(fresh)
    fresh.post("/accounts/login/second/", {"code": "000000"})
    assert not is_in(fresh)
    fresh.post("/accounts/login/second/", {"code": code_now(secret, 1)})
    assert is_in(fresh)


def test_a_recovery_code_lets_in_once(client: Client, lin: Account) -> None:
    set_up_codes(client, lin)
    code = client.get("/account/recovery-codes/").context["unused_codes"][0]
    entered = []
    for _time in range(2):
        fresh = Client()
        log_in(fresh, lin.login)
        fresh.post("/accounts/login/second/", {"code": code})
        entered.append(is_in(fresh))
    assert entered == [True, False]


def test_a_printed_code_does_not_go_around_the_second_step(client: Client, lin: Account) -> None:
    set_up_codes(client, lin)
    fresh = Client()
    answer = redeem(fresh, lin.login, code_of(lin))
    assert (answer["Location"], is_in(fresh)) == ("/accounts/login/second/", False)


def test_the_key_of_the_codes_is_not_in_the_database_as_it_is(client: Client, lin: Account) -> None:
    secret = set_up_codes(client, lin)
    kept = Authenticator.objects.get(user=lin, type="totp")
    assert secret not in str(kept.data)


def test_a_new_second_step_is_an_event_and_its_use_is_written_nowhere(client: Client, lin: Account) -> None:
    secret = set_up_codes(client, lin)
    fresh = Client()
    log_in(fresh, lin.login)
    fresh.post("/accounts/login/second/", {"code": code_now(secret, 1)})
    assert is_in(fresh)
    assert set(Authenticator.objects.values_list("last_used_at", flat=True)) == {None}
    kinds = Event.objects.filter(subject=lin.pk).order_by("sequence").values_list("type", flat=True)
    assert list(kinds) == ["second_factor_added", "second_factor_added"]  # the app, and its recovery codes


@pytest.mark.parametrize(
    "path",
    [
        "/account/passkeys/add/",
        "/account/authenticator/activate/",
        "/account/recovery-codes/generate/",
    ],
)
def test_what_concerns_logging_in_asks_for_the_password_again(path: str, client: Client, lin: Account) -> None:
    log_in(client, lin.login)
    assert client.get(path)["Location"].startswith("/accounts/confirm/")
