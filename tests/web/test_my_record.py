"""What a member finds about themself: the record, who looked, and both to take away."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests import world
from tests.web.test_supervision import client_of, text_of
from zhibu.apps.archive.models import Former
from zhibu.apps.honors.models import Honor
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.actions import look_at, take_away
from zhibu.apps.reports.holdings import HOLDINGS
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.domain.terms import PostKind

pytestmark = pytest.mark.django_db

PHONE = "10087654321"
PAGES = ("/me/", "/me/looks/", "/me.xlsx", "/me.json")


@pytest.fixture(autouse=True)
def served_day(settings):
    settings.SERVED_DATE = world.DAY


@pytest.fixture
def house():
    made = world.bureau()
    Person.objects.filter(pk=made.chen.pk).update(phone=PHONE)
    return made


@pytest.fixture
def chen(house):
    return client_of(house.chen)


def asker(somebody):
    return asker_of(getattr(somebody, "account", None) or world.account(somebody), world.DAY)


def shifts(somebody, days):
    shift, _ = Shift.objects.get_or_create(code="夜", name="夜班")
    RosterDay.objects.bulk_create(
        RosterDay(person=somebody, day=world.DAY - dt.timedelta(days=number), shift=shift) for number in range(days)
    )


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("address", PAGES)
def test_who_is_not_logged_in_is_led_to_the_door(address):
    assert "/login/" in Client().get(address)["Location"]


@pytest.mark.parametrize("address", PAGES)
def test_an_account_that_is_nobodys_has_no_record(address):
    client = Client()
    client.force_login(world.account(login="keeper"))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_changed_by_a_post(chen, address):
    assert chen.post(address).status_code == 405


def test_everything_about_me_is_on_one_page(house, chen):
    Honor.objects.create(person=house.chen, title="疫情防控一线支援", year=2015)
    world.appoint(house.chen, house.inspection, PostKind.YOUTH_OFFICER)
    shifts(house.chen, 3)
    page = text_of(chen.get("/me/"))
    for part in ("陈星", PHONE, "检务处党支部", "第二党小组", "疫情防控一线支援", "夜班 3 days"):
        assert part in page
    for holding in HOLDINGS:
        assert str(holding.what) in page
    assert "邱禾" not in page


def test_an_empty_life_is_a_page_as_well():
    page = text_of(client_of(world.person("新来")).get("/me/"))
    assert "新来" in page
    assert "Nothing dated is on record." in page


def test_the_document_holds_each_holding_and_no_secret(house, chen):
    answer = chen.get("/me.json")
    document = json.loads(answer.getvalue())
    assert document["on"] == world.DAY.isoformat()
    assert document["person"] == {"id": str(house.chen.pk), "staff_number": "10002", "name": "陈星"}
    assert len(document["held"]) == len(HOLDINGS)
    assert PHONE in json.dumps(document)
    assert house.chen.account.password not in json.dumps(document)
    assert chen.session.session_key not in json.dumps(document)
    assert "attachment" in answer["Content-Disposition"]


def test_the_workbook_says_what_for_and_how_long(chen):
    book = load_workbook(io.BytesIO(chen.get("/me.xlsx").getvalue()))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    for holding in HOLDINGS:
        assert str(holding.what) in cells
        assert str(holding.purpose) in cells
    assert PHONE in cells


def test_what_a_row_said_before_it_was_changed_is_told_in_words(house, chen):
    Former.objects.create(
        table="people_person",
        key="1",
        about=house.chen.pk,
        said={"affiliation": "none", "until": None},
        recorded_at=world.AT,
    )
    book = load_workbook(io.BytesIO(chen.get("/me.xlsx").getvalue()))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    assert "political affiliation: none, first day without: " in cells


def test_nobody_has_looked_yet(chen):
    assert "Nobody has looked into your record." in text_of(chen.get("/me/looks/"))


def test_to_look_at_oneself_is_no_look(house, chen):
    for address in ("/me/", "/me.xlsx", "/me.json", f"/people/{house.chen.pk}/"):
        chen.get(address)
    assert "Nobody has looked into your record." in text_of(chen.get("/me/looks/"))


def test_i_see_who_looked_in_which_capacity_and_nobody_elses_looks(house, chen):
    look_at(house.chen, asker=asker(house.lin), at=world.AT)
    take_away(house.chen, asker=asker(house.fang), at=world.AT)
    page = text_of(chen.get("/me/looks/"))
    assert page.index("方澄") < page.index("林悦")  # the latest first
    assert "检务处党支部 · secretary" in page
    assert page.count("took it away as a file") == 1
    assert "Nobody has looked" in text_of(client_of(house.wen).get("/me/looks/"))


def test_many_looks_come_on_several_pages(house, chen):
    lin = asker(house.lin)
    for day in range(30):
        look_at(house.chen, asker=lin, at=world.AT + dt.timedelta(days=day))
    assert text_of(chen.get("/me/looks/")).count("林悦") == 25
    assert text_of(chen.get("/me/looks/?page=2")).count("林悦") == 5


#: The file asks each holding once, and who asks.
@pytest.mark.parametrize(("address", "most"), [("/me/", 8), ("/me/looks/", 8), ("/me.json", len(HOLDINGS) + 4)])
def test_a_longer_life_asks_no_more_of_the_database(house, chen, address, most):
    lin, fang = asker(house.lin), asker(house.fang)
    look_at(house.chen, asker=lin, at=world.AT)
    shifts(house.chen, 1)
    few = queries_of(chen, address)
    for day in range(1, 10):
        look_at(house.chen, asker=(lin, fang)[day % 2], at=world.AT + dt.timedelta(days=day))
        Honor.objects.create(person=house.chen, title=f"荣誉{day}", year=2000 + day)
    RosterDay.objects.all().delete()
    shifts(house.chen, 90)
    assert queries_of(chen, address) == few <= most
