"""Refusals as answers, whole or as a fragment; the day in the address; the pages of a list."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client, RequestFactory

from tests import world
from zhibu.apps.people.models import Account, Person
from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.paging import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.parts")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


def test_a_refused_deed_is_a_page_of_409_with_its_own_words(client: Client, lin: Account) -> None:
    client.force_login(lin)
    answer = client.get("/refuse/")
    assert answer.status_code == 409
    assert "林悦还是书记，请先免去职务。" in answer.content.decode()
    assert "<!doctype html>" in answer.content.decode()


def test_for_htmx_it_is_one_line_where_the_messages_stand(client: Client, lin: Account) -> None:
    client.force_login(lin)
    answer = client.get("/refuse/", headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#messages", "innerHTML")
    assert answer.content.decode().strip() == (
        '<p class="note note-error" role="alert">林悦还是书记，请先免去职务。</p>'
    )


def test_a_fragment_asked_after_the_session_ended_sends_the_page_to_the_door(client: Client) -> None:
    here = {"HX-Current-URL": "http://testserver/menu/?size=50"}
    answer = client.get("/parts/", headers=HTMX | here)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/accounts/login/?next=%2Fmenu%2F")


@pytest.mark.parametrize(
    ("query", "day"),
    [
        ("", clock.today()),
        ("on=", clock.today()),
        ("on=2024-02-29", dt.date(2024, 2, 29)),
        ("on=%202026-11-23", dt.date(2026, 11, 23)),
    ],
)
def test_the_day_in_the_address(query: str, day: dt.date) -> None:
    assert day_asked(RequestFactory().get(f"/?{query}")) == day


@pytest.mark.parametrize("given", ["2026-02-29", "gestern", "2026/11/23", "20261123x", "<script>"])
def test_what_is_no_day_is_told_so(given: str) -> None:
    with pytest.raises(Unreadable, match="2026-11-23"):
        day_asked(RequestFactory().get("/", {"on": given}))


def test_only_our_own_words_stand_on_the_page_of_400(client: Client, lin: Account) -> None:
    client.force_login(lin)
    page = client.get("/parts/?on=<b>soon</b>").content.decode()
    assert "“&lt;b&gt;soon&lt;/b&gt;”不是日期" in page


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [
        ("", 1, 25),
        ("page=2", 2, 25),
        ("page=2&size=50", 1, 50),
        ("page=last", 1, 25),
        ("page=-1", 2, 25),
        ("page=99", 2, 25),
        ("size=1000000", 1, 25),
    ],
)
def test_the_page_asked_for_or_the_nearest(query: str, number: int, size: int) -> None:
    for index in range(30):
        world.person("某人", str(30000 + index))
    page = page_of(RequestFactory().get(f"/?{query}"), Person.objects.all())
    assert (page.number, page.paginator.per_page) == (number, size)
