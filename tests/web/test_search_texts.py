"""The page on which texts are found: right person, wrong person, what is typed, how it looks."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.apps.test_search_records import filed
from tests.web.browser import assert_good
from tests.world import Bureau
from zhibu.domain.grams import LONGEST
from zhibu.domain.terms import MeetingKind

PAGE = "/search/texts/"


@pytest.fixture
def house(db: None) -> Bureau:
    return world.bureau()


def client_of(person, language="en"):
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(world.account(person))
    return client


def main_of(answer):
    return re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", main_of(answer)).split())


def test_a_record_is_found_marked_and_opened_by_a_member_of_its_branch(house):
    meeting = filed(house, "上半年讨论夜班学习安排和补课。")
    page = client_of(house.chen).get(PAGE, {"q": "学习安"})
    assert "上半年讨论夜班<mark>学习安</mark>排和补课。" in page.content.decode()
    assert f'href="/meetings/{meeting.pk}/"' in page.content.decode()
    assert client_of(house.lin).get(f"/meetings/{meeting.pk}/").status_code == 200
    for said in ("Filed records", house.inspection.name, meeting.title):
        assert said in text_of(page)


def test_nothing_of_a_record_reaches_whoever_may_not_read_it(house):
    filed(house, "讨论夜班学习安排", organization=house.quay, title="码头的会")
    filed(house, "支委会讨论夜班", kind=MeetingKind.BRANCH_COMMITTEE_MEETING, title="委员的会")
    chen, wen = client_of(house.chen), client_of(house.wen)
    for client in (chen, wen):
        for asked in ({"q": "夜班"}, {"q": "夜"}, {"q": "夜班", "page": "2"}):
            page = client.get(PAGE, asked)
            assert page.context["page"].paginator.count == 0
            assert page.context["are_more"] is False
            assert "No text that you may read" in text_of(page)
            assert "学习安排" not in text_of(page)
            assert "码头" not in text_of(page)
        hidden, none = (
            text_of(client.get(PAGE, {"q": "夜班", "organization": code})) for code in ("GZ-B-01", "GZ-9")
        )
        assert hidden.replace("GZ-B-01", "GZ-9") == none
    assert client_of(house.qiu).get(PAGE, {"q": "夜班"}).context["page"].paginator.count == 1
    assert client_of(house.fang).get(PAGE, {"q": "夜班"}).context["page"].paginator.count == 1


def test_whoever_is_not_logged_in_is_led_to_the_door(house):
    assert Client().get(PAGE, {"q": "夜班"}).status_code == 302


def test_hits_are_narrowed_by_kind_and_place(house):
    filed(house, "夜班", title="支部的会")
    filed(house, "夜班", kind=MeetingKind.GROUP_MEETING, organization=house.first_group, title="小组的会")
    fang = client_of(house.fang)
    assert fang.get(PAGE, {"q": "夜班"}).context["page"].paginator.count == 2
    below = fang.get(PAGE, {"q": "夜班", "organization": house.first_group.code})
    assert "小组的会" in text_of(below)
    assert "支部的会" not in text_of(below)
    assert fang.get(PAGE, {"q": "夜班", "kind": "record"}).context["page"].paginator.count == 2
    assert fang.get(PAGE, {"q": "夜班", "kind": "secrets"}).context["page"].paginator.count == 2
    assert fang.get(PAGE, {"q": "夜班", "organization": "nowhere"}).context["page"].paginator.count == 2


@pytest.mark.parametrize("typed", ["", " ", "\u3000"])
def test_without_a_query_the_page_says_what_to_do(house, typed):
    assert "Type any part of what you look for." in text_of(client_of(house.lin).get(PAGE, {"q": typed}))


@pytest.mark.parametrize("typed", ["口" * 10_000, "口" * (LONGEST + 1), "㈱" * LONGEST])
def test_a_query_that_is_too_long_is_refused_with_a_word(house, typed):
    page = client_of(house.lin).get(PAGE, {"q": typed})
    assert page.status_code == 200
    assert str(LONGEST) in text_of(page)
    assert "Nothing was looked for." in text_of(page)


@pytest.mark.parametrize(
    "typed", ['"', "*", "-夜", "夜班 OR 口岸", "text:夜", "夜*", "\x00", "%", "<script>alert(1)"]
)
def test_signs_are_text_and_shown_as_text(house, typed):
    filed(house, "讨论夜班")
    page = client_of(house.lin).get(PAGE, {"q": typed})
    assert page.status_code == 200
    assert page.context["page"].paginator.count == 0
    assert "<script>alert" not in page.content.decode()


def test_markup_in_a_text_stays_text(house):
    filed(house, "讨论<b>夜班</b><script>alert(1)</script>")
    shown = client_of(house.lin).get(PAGE, {"q": "夜班"}).content.decode()
    assert "讨论&lt;b&gt;<mark>夜班</mark>&lt;/b&gt;&lt;script&gt;" in shown


def test_many_hits_come_in_pages_and_ask_no_more_of_the_database(house):
    lin = client_of(house.lin)

    def asked(**query):
        with CaptureQueriesContext(connection) as queries:
            assert lin.get(PAGE, {"q": "夜班", **query}).status_code == 200
        return len(queries)

    filed(house, "夜班")
    few = asked()
    for number in range(27):
        filed(house, "夜班", title=f"第{number}次")
    assert asked() == asked(page="2") == few <= 9  # one of them of the rooms of the forum
    assert asked(organization=house.inspection.code) <= 9
    page = lin.get(PAGE, {"q": "夜班", "page": "2"})
    assert (page.context["page"].paginator.count, len(page.context["lines"])) == (28, 3)
    assert "q=%E5%A4%9C%E7%8F%AD" in page.content.decode()


@pytest.mark.sqlite_only
def test_an_index_leads_to_what_one_may_read_among_all_texts_of_the_house(house):
    filed(house, "夜班")
    with CaptureQueriesContext(connection) as asked:
        assert "夜班" in text_of(client_of(house.lin).get(PAGE, {"q": "夜班"}))
    told = [each["sql"] for each in asked if "search_indexed" in each["sql"]]
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in told]
    assert plans
    steps = [step for plan in plans for *_places, step in plan]
    assert not [step for step in steps if "SCAN search_indexed" in step]
    # Units and posts of the forum are asked for by their kind.
    assert sum("(kind=?)" in step for step in steps) <= 3


def test_the_search_for_people_leads_to_the_texts_with_what_was_typed(house):
    answer = client_of(house.lin).get("/search/", {"q": "夜 班&"})
    assert f'href="{PAGE}?q=%E5%A4%9C%20%E7%8F%AD%26"' in answer.content.decode()
    assert f'href="{PAGE}"' in client_of(house.chen).get("/search/").content.decode()


def test_the_page_speaks_chinese(house):
    filed(house, "夜班")
    client = client_of(house.lin, language="zh-CN")
    for query in ("", "夜班", "白班", "口" * 99):
        assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,}", text_of(client.get(PAGE, {"q": query})))


@pytest.mark.django_db(transaction=True)
def test_the_page_fits_a_phone_and_a_desk_and_is_accessible(house, phone, desk):
    for number in range(3):
        filed(house, f"第{number}次讨论夜班学习安排，" + "分批参加" * 60, title=f"夜班安排{'很长' * number * 9}")
    account = world.account(house.lin)
    for opens in (phone, desk):
        page = opens(account)
        for name, query in (("found", "夜班"), ("nothing", "白班"), ("empty", ""), ("long", "口" * 99)):
            page.goto(f"{PAGE}?q={query}")
            assert_good(page, f"texts {name}")
        page.goto("/search/?q=夜班")
        assert_good(page, "search leads to texts")
