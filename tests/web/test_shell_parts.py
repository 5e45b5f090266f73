"""The parts of pages: what they keep, what they link, what they say without color."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import world
from zhibu.apps.people.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.parts")]


@pytest.fixture
def lin() -> Account:
    return world.account(world.bureau().lin)


@pytest.fixture
def page(client: Client, lin: Account) -> str:
    for index in range(60):
        world.person("某人", str(30000 + index))
    client.force_login(lin)
    return client.get("/parts/?name=某&page=2&on=2026-11-01").content.decode()


def test_the_pages_of_a_list_keep_what_was_asked(page: str) -> None:
    links = {link.replace("&amp;", "&") for link in re.findall(r'class="page-link"[^>]*href="([^"]*)"', page)}
    assert links == {f"?name=%E6%9F%90&page={number}&on=2026-11-01" for number in (1, 3)}
    assert "第 26–50 条，共 65 条" in page


def test_another_size_starts_at_the_first_page(page: str) -> None:
    assert '"?name=%E6%9F%90&amp;on=2026-11-01&amp;size=50"' in page


def test_another_day_keeps_what_was_asked_but_the_page(page: str) -> None:
    form = re.search(r'<form class="on-date".*?</form>', page, re.DOTALL)
    assert form
    assert re.findall(r'name="(\w+)" value="([^"]*)"', form[0]) == [("name", "某"), ("on", "2026-11-01")]


def test_a_figure_opens_and_says_how_it_is_counted(page: str) -> None:
    assert 'href="/?kind=branch"' in page
    assert "截至当日未撤销的党支部" in page


def test_a_chip_says_its_status_by_form_and_word(page: str) -> None:
    chip = re.search(r'<span class="chip chip-done">.*?</span>', page, re.DOTALL)
    assert chip
    assert "icons.svg#check" in chip[0]
    assert "已完成" in chip[0]


def test_a_field_that_is_refused_says_why_beside_it(client: Client, lin: Account) -> None:
    client.force_login(lin)
    page = client.post("/parts/", {"title": "", "kind": "c"}).content.decode()
    field = re.search(
        r'<div class="field field-refused">\s*<label for="id_title">.*?</div>\s*</div>', page, re.DOTALL
    )
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert "请填写这一项。" in page
    assert "c 不在可选范围内，请从列出的选项中选择。" in page


def test_what_was_typed_stays_text(client: Client, lin: Account) -> None:
    client.force_login(lin)
    hostile = '"><script>alert(1)</script>'
    page = client.post(f"/parts/?name={hostile}", {"title": hostile, "note": hostile}).content.decode()
    assert "<script>alert" not in page
