"""My own list and what colleagues recommend: yours alone, taken along, deleted; a sentence and a link, no counts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import world
from tests.units import published
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.learning.access import may_see_recommendation, recommendations_seen_by
from zhibu.apps.learning.actions.recommending import recommend
from zhibu.apps.learning.actions.self_study import study
from zhibu.apps.learning.models import Recommendation, SelfStudy
from zhibu.apps.learning.units import published_of
from zhibu.apps.people.models import Membership
from zhibu.apps.people.queries import asker_of
from zhibu.domain.learning import UnitReach
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def words_of(answer):
    page = answer.content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_list_holds_what_its_owner_put_there_and_goes_when_they_say_so(house):
    study(published_of(published(house)), house.chen, answers=[[0]], nonce="a", at=AT)
    chen = client_of(house.chen)
    for _time in range(2):
        chen.post("/learn/mine/", {"title": "读了一章党章", "day": f"{DAY}", "nonce": "n1"})
    page = words_of(chen.get("/learn/mine/"))
    assert ("读了一章党章" in page, "交接班五分钟" in page, SelfStudy.objects.count()) == (True, True, 2)
    assert chen.get("/learn/mine.xlsx").content.startswith(b"PK")
    line = SelfStudy.objects.get(unit=None)
    chen.post(f"/learn/mine/{line.pk}/delete/")
    chen.post("/learn/mine/delete/")
    assert SelfStudy.objects.count() == 0


def test_nobody_else_sees_takes_or_deletes_it_whatever_their_office(house):
    study(published_of(published(house)), house.chen, answers=[], nonce="a", at=AT)
    line = SelfStudy.objects.get()
    for person in (house.lin, house.fang, house.qiu):
        client = client_of(person)
        assert "交接班五分钟" not in words_of(client.get("/learn/mine/"))
        assert client.post(f"/learn/mine/{line.pk}/delete/").status_code == 404
        client.post("/learn/mine/delete/")
        record = client.get(f"/people/{house.chen.pk}/")
        assert "自学" not in record.content.decode()
    assert SelfStudy.objects.count() == 1
    assert "自学" in client_of(house.chen).get("/me/").content.decode()


def test_a_colleague_recommends_a_unit_in_a_sentence_and_takes_it_back(house):
    unit, chen, lin = published(house), client_of(house.chen), client_of(house.lin)
    events = Event.objects.count()
    path = f"/learn/units/{unit.pk}/recommend/"
    assert chen.post(path, {"sentence": " "}).status_code == 422
    chen.post(path, {"sentence": "五分钟就能看完，交接班用得上。"})
    for page in ("/learn/", f"/learn/units/{unit.pk}/"):
        assert "五分钟就能看完，交接班用得上。 陈星" in words_of(lin.get(page))
    chen.post(f"{path}no-more/")
    assert "五分钟就能看完" not in words_of(lin.get("/learn/"))
    assert Event.objects.count() == events


def test_both_forms_of_who_sees_a_recommendation_agree_and_it_ends_with_the_membership(house):
    unit = published(house, reach=UnitReach.HOUSE)
    said = recommend(unit, house.chen, sentence="值得一看", at=AT)
    for person in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        asker = asker_of(world.account(person), DAY)
        sees = may_see_recommendation(asker, said)
        assert sees == recommendations_seen_by(asker).filter(pk=said.pk).exists()
        assert sees == (person in {house.lin, house.chen})
    Membership.objects.filter(person=house.chen).update(until=DAY)
    assert not recommendations_seen_by(asker_of(house.lin.account, DAY)).exists()
    assert Recommendation.objects.count() == 1


@pytest.mark.slow
def test_the_pages_are_good_on_a_phone_and_at_a_desk(phone, desk, house):
    unit = published(house, topic="交接班")
    study(published_of(unit), house.chen, answers=[[0]], nonce="a", at=AT)
    recommend(unit, house.lin, sentence="五分钟就能看完，交接班用得上。", at=AT)
    chen = world.account(house.chen)
    for opens in (phone, desk):
        for path, name in (
            ("/learn/mine/", "my own list"),
            ("/learn/", "library recommended"),
            (f"/learn/units/{unit.pk}/recommend/", "recommend"),
        ):
            page = opens(chen)
            page.goto(path)
            assert_good(page, name)
