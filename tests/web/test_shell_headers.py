"""What every answer carries, whoever asks and whatever comes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests import world
from tests.web.strict import faults_of
from zhibu.apps.people.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.parts")]

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
OPEN = [
    "/accounts/login/",
    "/accounts/first/",
    "/accounts/inactive/",
    "/healthz",
    "/robots.txt",
    "/sw.js",
    "/offline/",
    "/account/here/",
]
ROOMS = ["/", "/menu/", "/account/", "/account/password/", "/accounts/logout/", "/parts/", "/parts/?name=x&size=50"]
REFUSALS = {
    "/nowhere/": 404,
    "/hide/": 404,
    "/forbid/": 403,
    "/parts/?on=soon": 400,
    "/refuse/": 409,
    "/fail/": 500,
    "/away/": 503,
}


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


def policy_of(answer: HttpResponse) -> set[str]:
    return set(answer["Content-Security-Policy"].split("; "))


def answer_to(path: str, account: Account | None = None) -> HttpResponse:
    client = Client(raise_request_exception=False)
    if account is not None:
        client.force_login(account)
    return client.get(path)


@pytest.mark.parametrize("path", [*OPEN, *ROOMS, *REFUSALS])
def test_every_answer_carries_the_same_guards(path: str, lin: Account) -> None:
    for account in (None, lin):
        answer = answer_to(path, account)
        assert policy_of(answer) == POLICY
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in answer["Permissions-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_a_wrong_host_is_refused_with_the_guards_on() -> None:
    answer = Client(headers={"host": "evil.example"}).get("/accounts/login/")
    assert (answer.status_code, policy_of(answer)) == (400, POLICY)
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("path", [*OPEN, *ROOMS, *REFUSALS])
def test_no_page_holds_script_or_style_of_its_own(path: str, lin: Account) -> None:
    for account in (None, lin):
        answer = answer_to(path, account)
        if answer["Content-Type"].startswith("text/html"):
            assert faults_of(answer.content.decode()) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p style="color:red">',
        "<style>p{}</style>",
        '<a href="java\nscript:alert(1)">',
        '<img src="//evil.example/x.png">',
        '<button onclick="x()">',
        '<p hx-on:click="x()">',
        '<form action="https://evil.example/">',
    ],
)
def test_what_is_forbidden_is_seen(html: str) -> None:
    assert len(faults_of(f"<body>{html}</body>")) == 1


@pytest.mark.parametrize("path", [*OPEN, *ROOMS, *REFUSALS])
def test_every_page_says_that_it_is_no_classified_system(path: str, lin: Account) -> None:
    answer = answer_to(path, lin if path in ROOMS else None)
    if answer["Content-Type"].startswith("text/html") and answer.status_code != 302:
        assert "非涉密系统，严禁处理、存储、传输国家秘密和工作秘密" in answer.content.decode()


@pytest.mark.parametrize("path", [*OPEN, *ROOMS, *REFUSALS])
def test_the_demo_says_on_every_page_that_it_is_one_and_which_day_it_serves(
    path: str, lin: Account, settings: Settings
) -> None:
    note = "人员均为虚构，“今天”是 2026年11月23日"
    account = lin if path in ROOMS else None
    if answer_to(path, account)["Content-Type"].startswith("text/html"):
        assert note not in answer_to(path, account).content.decode()
        settings.SERVED_DATE = world.DAY
        answer = answer_to(path, account)
        assert answer.status_code == 302 or note in answer.content.decode()


@pytest.mark.parametrize(("path", "status"), REFUSALS.items())
def test_a_refusal_has_its_number_and_a_way_on(path: str, status: int, lin: Account) -> None:
    answer = answer_to(path, lin)
    assert answer.status_code == status
    assert 'href="/"' in answer.content.decode()


def test_a_form_without_its_token_is_told_what_to_do(lin: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lin)
    answer = client.post("/account/sessions/end/")
    assert (answer.status_code, policy_of(answer)) == (403, POLICY)
    assert "刷新页面后重新提交" in answer.content.decode()


def test_behind_https_cookies_and_the_connection_are_bound_to_it(tmp_path: Path) -> None:
    """Read in a process of its own: the address decides when the settings are made."""
    names = [
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    ]
    code = f"import json, zhibu.config.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    env = os.environ | {"ZHIBU_URL": "https://zhibu.example.cn", "ZHIBU_DATA_DIR": str(tmp_path)}
    printed = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True).stdout
    assert json.loads(printed) == ["__Host-session", "__Host-csrf", True, True, True, 31536000, False]
