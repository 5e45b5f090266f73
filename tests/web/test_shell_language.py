"""In which language a page speaks, and that its words are there."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import world
from zhibu.domain.terms import Standing
from zhibu.web.shell.templatetags.words import word

pytestmark = pytest.mark.django_db

DOOR = "/accounts/login/"


@pytest.mark.parametrize(
    ("wanted", "lang", "heading"),
    [
        ("", "zh-hans", "登录"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans", "登录"),
        ("zh-TW", "zh-hant", "登錄"),
        ("zh-HK", "zh-hant", "登錄"),
        ("en-US,en", "en", "Log in"),
        ("fr-FR", "zh-hans", "登录"),
    ],
)
def test_a_page_speaks_as_the_browser_asks_else_simplified_chinese(wanted: str, lang: str, heading: str) -> None:
    page = Client(headers={"accept-language": wanted}).get(DOOR).content.decode()
    assert f'<html lang="{lang}">' in page
    assert f"<h1>{heading}</h1>" in page


@pytest.mark.parametrize(("language", "heading"), [("zh-hans", "登录"), ("zh-hant", "登錄"), ("en", "Log in")])
def test_a_chosen_language_stays_whatever_the_browser_asks(language: str, heading: str) -> None:
    client = Client(headers={"accept-language": "fr-FR"})
    answer = client.post("/language/", {"language": language, "next": DOOR})
    assert answer["Location"] == DOOR
    assert f"<h1>{heading}</h1>" in client.get(DOOR).content.decode()
    assert client.cookies["language"]["max-age"] == 365 * 24 * 3600


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    client.post("/language/", {"language": "tlh", "next": DOOR})
    assert "language" not in client.cookies


def test_a_link_does_not_switch_the_language(client: Client) -> None:
    client.get("/language/?language=en")
    assert "language" not in client.cookies


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "预备党员"), ("zh-hant", "預備黨員"), ("en", "probationary")]
)
def test_a_word_of_the_field_is_said_in_the_readers_language(language: str, said: str) -> None:
    from django.utils import translation

    with translation.override(language):
        assert word(Standing.PROBATIONARY) == said


def test_the_librarys_refusals_are_said_in_chinese(client: Client) -> None:
    account = world.account(login="system")
    client.force_login(account)
    fields = {"oldpassword": world.PASSWORD, "password1": "short", "password2": "other"}
    page = client.post("/account/password/", fields).content.decode()
    assert "密码太短，至少要 10 个字符。" in page
    assert "请填写这一项。" in client.post("/account/password/", {}).content.decode()
